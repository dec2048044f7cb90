//! Texts of questions about rows.

use migsafe_core::sql::ObjectName;

/// A name in double quotes.
pub(super) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A table as a query names it.
pub(super) fn table(name: &ObjectName) -> String {
    let schema = name.schema.as_ref().map(|schema| format!("{}.", ident(schema)));
    format!("{}{}", schema.unwrap_or_default(), ident(&name.name))
}

/// Rows: each column that is stored, and its place in the primary key, from 1. No row where there is no such table.
pub(super) fn columns(name: &ObjectName) -> String {
    let schema = name.schema.as_ref().map(|schema| format!(", {}", literal(schema)));
    format!(
        "SELECT name, CAST(pk AS TEXT) FROM pragma_table_xinfo({}{}) WHERE hidden = 0",
        literal(&name.name),
        schema.unwrap_or_default()
    )
}

/// Rows: whether there is an index of this name.
pub(super) fn index(name: &ObjectName) -> String {
    format!(
        "SELECT 'yes' FROM sqlite_schema WHERE type = 'index' AND lower(name) = lower({})",
        literal(&name.name)
    )
}

/// Row: how many things pass on what is written to a table; of its own computed columns only if asked.
pub(super) fn passed_on(name: &ObjectName, itself: bool) -> String {
    let name = literal(&name.name);
    let computed = if itself {
        format!("(SELECT count(*) FROM pragma_table_xinfo({name}) WHERE hidden > 1)")
    } else {
        "0".to_owned()
    };
    format!(
        "SELECT CAST((SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND lower(name) = lower({name})) \
         + (SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND lower(tbl_name) = lower({name})) \
         + (SELECT count(*) FROM sqlite_schema s, pragma_foreign_key_list(s.name) k WHERE s.type = 'table' \
         AND lower(k.\"table\") = lower({name}) AND (k.on_delete {ACTS} OR k.on_update {ACTS})) + {computed} AS TEXT)"
    )
}

/// What a foreign key does beside looking.
const ACTS: &str = "IN ('CASCADE', 'SET NULL', 'SET DEFAULT')";

/// Rows: other tables whose rows refer to this one, the first column that does, and whether such rows go with those that they
/// refer to, or lose the reference.
pub(super) fn referring(name: &ObjectName) -> String {
    let name = literal(&name.name);
    format!(
        "SELECT s.name, k.\"from\", CAST(k.on_delete {ACTS} AS TEXT) FROM sqlite_schema s, pragma_foreign_key_list(s.name) k WHERE s.type = 'table' \
         AND lower(k.\"table\") = lower({name}) AND lower(s.name) <> lower({name}) AND k.seq = 0 \
         ORDER BY 3 DESC, 1, 2"
    )
}

/// Rows: whether a table has a foreign key to another.
pub(super) fn refers(name: &ObjectName, parent: &str) -> String {
    format!(
        "SELECT 'yes' FROM pragma_foreign_key_list({}) WHERE lower(\"table\") = lower({})",
        literal(&name.name),
        literal(parent)
    )
}

/// A key as text.
pub(super) fn key_text(columns: &[String]) -> String {
    let texts: Vec<String> =
        columns.iter().map(|column| format!("coalesce(CAST({column} AS TEXT), 'NULL')")).collect();
    if texts.is_empty() { "''".to_owned() } else { texts.join(" || ', ' || ") }
}

/// Rows: the keys of some rows.
pub(super) fn some_rows(from: &str, condition: &str, key: &str, limit: usize) -> String {
    format!("SELECT {key} FROM {from} WHERE {condition} LIMIT {limit}")
}

/// Row: how many, and not more than one above the limit.
pub(super) fn count_rows(from: &str, condition: &str, up_to: u64) -> String {
    format!(
        "SELECT CAST(count(*) AS TEXT) FROM (SELECT 1 FROM {from} WHERE {condition} LIMIT {})",
        up_to.saturating_add(1)
    )
}

/// Rows: how many rows share their key with another, and such a key. No row where none does.
pub(super) fn duplicates(
    from: &str,
    keys: &[String],
    condition: &str,
    up_to: u64,
    shown: usize,
) -> String {
    let named: Vec<String> =
        keys.iter().enumerate().map(|(at, key)| format!("{key} AS migsafe_{at}")).collect();
    let numbers: Vec<String> = (1..=keys.len()).map(|at| at.to_string()).collect();
    let names: Vec<String> = (0..keys.len()).map(|at| format!("migsafe_{at}")).collect();
    format!(
        "WITH migsafe_shared AS MATERIALIZED (SELECT {}, count(*) AS migsafe_rows FROM {from} WHERE {condition} \
         GROUP BY {} HAVING count(*) > 1 LIMIT {up_to}) \
         SELECT (SELECT CAST(sum(migsafe_rows) AS TEXT) FROM migsafe_shared), {} FROM migsafe_shared LIMIT {shown}",
        named.join(", "),
        numbers.join(", "),
        key_text(&names),
    )
}
