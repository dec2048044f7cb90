//! The table as the core holds it.

use std::fmt::Write as _;

use migsafe_testing::lock_table::Rewrite;

use super::merge::Row;

pub(super) fn render(rows: &[Row<'_>], versions: &[String]) -> String {
    let mut text = String::from(
        "//! What was measured. Written by `cargo xtask lock-table`; not edited by hand.\n\n\
         use super::Rewrite::{Indexes, No, Table as Rows};\n\
         use super::Role::{self, *};\n\
         use super::form::{MeasuredForm, row};\n\
         use crate::lock::TableLock::*;\n\n",
    );
    let _ = writeln!(text, "pub(super) const VERSIONS: &[&str] = &{versions:?};\n");
    text.push_str("const NONE: &[Role] = &[];\n\npub(super) const FORMS: &[MeasuredForm] = &[\n");
    for row in rows {
        let measured = &row.measured;
        let locks: Vec<String> = measured
            .locks
            .iter()
            .map(|(role, mode)| format!("({}, {})", camel(role), mode.trim_end_matches("Lock")))
            .collect();
        let scans: Vec<String> = measured.scans.iter().map(|role| camel(role)).collect();
        let scans =
            if scans.is_empty() { "NONE".into() } else { format!("&[{}]", scans.join(", ")) };
        let rewrite = match measured.rewrite {
            Rewrite::No => "No",
            Rewrite::Indexes => "Indexes",
            Rewrite::Table => "Rows",
        };
        let mut flags = String::new();
        for (set, word) in
            [(measured.alone, ".alone()"), (measured.waits_for_snapshots, ".waits()")]
        {
            if set {
                flags.push_str(word);
            }
        }
        let _ = writeln!(
            text,
            "    row({:?}, {:?}, {:?}, {}, {}, &[{}], {rewrite}, {scans}){flags},",
            row.form.id,
            row.form.statement,
            row.form.note,
            row.first,
            row.last,
            locks.join(", "),
        );
    }
    text.push_str("];\n");
    text
}

/// `default-partition` as the variant `DefaultPartition`.
fn camel(role: &str) -> String {
    let words = role.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}
