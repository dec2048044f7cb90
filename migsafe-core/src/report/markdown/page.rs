//! A document of Markdown that grows block by block.

use super::{code, escape};
use crate::text::is_invisible;

/// Blocks with a blank line between them.
#[derive(Default)]
pub(in crate::report) struct Page {
    text: String,
}

/// A cell of a table, which holds nothing that could leave it.
pub(in crate::report) struct Cell(String);

impl Cell {
    /// A sentence.
    pub(in crate::report) fn text(text: &str) -> Self {
        Self(escape(text))
    }

    /// A name or a value.
    pub(in crate::report) fn code(text: &str) -> Self {
        Self(if text.is_empty() { String::new() } else { code(text) })
    }

    /// Markdown of our own.
    #[cfg(feature = "render")]
    pub(in crate::report) fn ours(markdown: &'static str) -> Self {
        Self(markdown.to_owned())
    }
}

impl Page {
    /// A heading of a level from 1 to 6; `title` is ours.
    pub(in crate::report) fn heading(&mut self, level: usize, title: &str) {
        self.block(&format!("{} {title}", "#".repeat(level.clamp(1, 6))));
    }

    /// A paragraph that is Markdown already: foreign text in it has been escaped.
    pub(in crate::report) fn paragraph(&mut self, markdown: &str) {
        self.block(markdown);
    }

    /// A block of code that nothing in it can end: its fence is longer than any run of backticks in it.
    pub(in crate::report) fn code(&mut self, language: &'static str, text: &str) {
        let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
        let fence = "`".repeat(longest.max(2) + 1);
        let text: String = text
            .chars()
            .map(|c| if (c.is_control() && c != '\n') || is_invisible(c) { '\u{fffd}' } else { c })
            .collect();
        self.block(&format!("{fence}{language}\n{}\n{fence}", text.trim_end()));
    }

    /// A table; `titles` are ours. Nothing when there is no row.
    pub(in crate::report) fn table<const N: usize>(
        &mut self,
        titles: [&str; N],
        rows: impl IntoIterator<Item = [Cell; N]>,
    ) {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return;
        }
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        let titles = titles.map(str::to_owned);
        let mut lines = vec![line(&titles), line(&[const { "---" }; N].map(str::to_owned))];
        lines.extend(rows.map(|cells| line(&cells.map(|cell| cell.0))));
        self.block(&lines.join("\n"));
    }

    pub(in crate::report) fn finish(self) -> String {
        self.text
    }

    fn block(&mut self, block: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(block.trim_end());
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_code_cannot_be_left() {
        let mut page = Page::default();
        page.code("sql", "SELECT '```';\n````\n<b>\u{1b}[2J");
        assert_eq!(page.finish(), "`````sql\nSELECT '```';\n````\n<b>\u{fffd}[2J\n`````\n");
    }

    #[test]
    fn a_cell_cannot_leave_its_table() {
        let mut page = Page::default();
        page.heading(2, "Title");
        let cells = [Cell::code("x | y"), Cell::text("1\n\n# no heading")];
        page.table(["a", "b"], [cells, [Cell::code("x y"), Cell::text("")]]);
        page.table(["none"], []);
        assert_eq!(
            page.finish(),
            "## Title\n\n| a | b |\n| --- | --- |\n| x \\| y | 1  \\#&#8203; no heading |\n| `x y` |  |\n"
        );
    }
}
