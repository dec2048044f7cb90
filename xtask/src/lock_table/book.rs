//! The table as the book shows it.

use std::fmt::Write as _;

use migsafe_testing::lock_table::Rewrite;

use super::merge::Row;

const HEAD: &str = "\
# What statements lock

Each statement was run on a small schema and looked at from a second session: in `pg_locks`, by the files of its
relations (`pg_relation_filenode`), and by the pages that it read. Statements that the server refuses in a transaction
were run many times, each time with another session in their way, so that all of their phases were seen. The strongest
lock is given for each relation; of indexes, reading is left out. What a statement creates is nobody's yet and is left
out too.

- *Reads all of* names the relations whose every page was read while the locks were held. `ANALYZE` reads a sample of a
  large table, `VACUUM` skips pages that have nothing to clean.
- *Writes anew* says whether the table with all its indexes, or only indexes, get new files.
- *Alone*: the server refuses the statement in a transaction (25001). *Waits for snapshots*: it also waits for older
  transactions that have nothing to do with its table.
- A relation that is written once in the table stands for all of its kind: \u{201c}index\u{201d} for every index that the statement
  reaches, \u{201c}other partition\u{201d} for all partitions that the statement does not name.

ACCESS EXCLUSIVE stops reads and writes. SHARE, SHARE ROW EXCLUSIVE and EXCLUSIVE stop writes. The weaker modes stop neither;
SHARE UPDATE EXCLUSIVE stops other migrations and maintenance. While a statement *waits* for its lock, everything that
conflicts with it queues behind it, so even a short ACCESS EXCLUSIVE needs a `lock_timeout`.

This page and the data that migsafe judges by are written by `cargo xtask lock-table`; a test measures anew on every
version that the tests run on and compares.
";

pub(super) fn render(rows: &[Row<'_>], versions: &[String]) -> String {
    let mut text = HEAD.to_owned();
    let _ = writeln!(text, "\nMeasured on PostgreSQL {}.", versions.join(", "));
    let mut group = "";
    for row in rows {
        if row.form.group != group {
            group = row.form.group;
            let _ = writeln!(
                text,
                "\n## {group}\n\n| statement | versions | locks | writes anew | reads all of |\n\
                 |---|---|---|---|---|",
            );
        }
        line(&mut text, row);
    }
    text
}

fn line(text: &mut String, row: &Row<'_>) {
    let measured = &row.measured;
    let mut statement = format!("`{}`", row.form.statement);
    if !row.form.note.is_empty() {
        let _ = write!(statement, "<br>{}", row.form.note);
    }
    if measured.alone {
        statement.push_str("<br>*alone*");
    }
    if measured.waits_for_snapshots {
        statement.push_str("<br>*waits for snapshots*");
    }
    let locks: Vec<String> = measured
        .locks
        .iter()
        .map(|(role, mode)| format!("{} {}", role.replace('-', " "), upper(mode)))
        .collect();
    let scans: Vec<String> = measured.scans.iter().map(|role| role.replace('-', " ")).collect();
    let rewrite = match measured.rewrite {
        Rewrite::No => "",
        Rewrite::Indexes => "indexes",
        Rewrite::Table => "table",
    };
    let versions = if row.first == row.last {
        row.first.to_string()
    } else {
        format!("{}\u{2013}{}", row.first, row.last)
    };
    let or_none = |list: Vec<String>, separator: &str| {
        if list.is_empty() { "none".to_owned() } else { list.join(separator) }
    };
    let _ = writeln!(
        text,
        "| {statement} | {versions} | {} | {rewrite} | {} |",
        or_none(locks, "<br>"),
        scans.join(", "),
    );
}

/// `AccessShareLock` as `ACCESS SHARE`.
fn upper(mode: &str) -> String {
    let mut words = String::new();
    for letter in mode.trim_end_matches("Lock").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_uppercase());
    }
    words
}
