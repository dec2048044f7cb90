//! Tables for people, and the same figures as JSON.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::Result;
use crate::args::Args;
use crate::measure::Series;

/// A table under way. Columns are sizes, rows are subjects.
pub(crate) struct Table {
    title: String,
    columns: Vec<String>,
    rows: Vec<(String, Vec<Option<String>>)>,
    figures: Vec<Value>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), columns: Vec::new(), rows: Vec::new(), figures: Vec::new() }
    }

    /// The series of one column. The first is the limit that all are compared with.
    pub(crate) fn column(&mut self, column: impl Into<String>, series: &[Series]) {
        let Some(limit) = series.first() else {
            return;
        };
        let column = column.into();
        for one in series {
            let (ratio, seconds) = (one.ratio_to(limit), one.median());
            let text = if one.name == limit.name {
                format!("1 ({})", time(seconds))
            } else if one.rounds.len() == 1 {
                format!("**{}** (once)", number(ratio.median))
            } else {
                format!(
                    "**{}** ({}–{})",
                    number(ratio.median),
                    number(ratio.low),
                    number(ratio.high)
                )
            };
            self.text(&column, one.name, text);
            self.figures.push(json!({
                "column": column, "subject": one.name, "rounds": one.rounds.len(), "seconds": seconds,
                "ratio": ratio.median, "ratio_low": ratio.low, "ratio_high": ratio.high,
            }));
        }
    }

    /// One cell of any text.
    pub(crate) fn text(&mut self, column: &str, row: &str, text: impl Into<String>) {
        let at = self.columns.iter().position(|known| known == column).unwrap_or_else(|| {
            self.columns.push(column.to_owned());
            self.columns.len() - 1
        });
        let row = match self.rows.iter().position(|(known, _)| known == row) {
            Some(row) => row,
            None => {
                self.rows.push((row.to_owned(), Vec::new()));
                self.rows.len() - 1
            }
        };
        let cells = &mut self.rows[row].1;
        cells.resize(cells.len().max(at + 1), None);
        cells[at] = Some(text.into());
    }

    /// A figure that only the JSON file has.
    pub(crate) fn figure(&mut self, figure: Value) {
        self.figures.push(figure);
    }
}

/// A ratio with three digits that matter.
pub(crate) fn number(value: f64) -> String {
    match value {
        _ if value >= 99.5 => format!("{value:.0}"),
        _ if value >= 9.95 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A time with a unit.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        _ if seconds >= 1.0 => format!("{seconds:.2} s"),
        _ if seconds >= 0.001 => format!("{:.2} ms", seconds * 1e3),
        _ => format!("{:.1} µs", seconds * 1e6),
    }
}

/// All tables of a run.
pub(crate) struct Output(Vec<Table>);

impl Output {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Prints a table, and keeps it for the file.
    pub(crate) fn add(&mut self, table: Table) {
        println!("\n### {}\n", table.title);
        println!("| | {} |", table.columns.join(" | "));
        println!("|---|{}", "---|".repeat(table.columns.len()));
        for (name, cells) in &table.rows {
            let cell = |at| cells.get(at).and_then(Option::as_deref).unwrap_or("–");
            let cells: Vec<&str> = (0..table.columns.len()).map(cell).collect();
            println!("| {name} | {} |", cells.join(" | "));
        }
        self.0.push(table);
    }

    pub(crate) fn write(&self, args: &Args) -> Result<PathBuf> {
        let tables: Vec<Value> = self
            .0
            .iter()
            .map(|table| json!({ "title": table.title, "figures": table.figures }))
            .collect();
        let document = json!({
            "format_version": 1, "quick": args.quick, "full": args.full, "tables": tables,
        });
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("side_by_side.json");
        std::fs::write(&path, serde_json::to_string_pretty(&document)?)?;
        Ok(path)
    }
}
