//! The statements that this crate writes.
//!
//! Values become literals through sea-query; nothing here puts a value into a text by itself. No
//! parameters are bound: a statement that is sent once is not worth preparing.

use chrono::{DateTime, Utc};
use migsafe_core::history::{COLUMNS, HISTORY_TABLE, HistoryRow, StoredTime};
use sea_query::{Alias, Expr, ExprTrait as _, Query, SimpleExpr, SqliteQueryBuilder};

/// The history table exactly as Prisma creates it; SQLite stores this very text. Prisma decides by
/// the declared types how to read a value, so they must not be changed.
pub(crate) const CREATE_HISTORY_TABLE: &str = r#"CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)"#;

/// The table of changes made by hand.
pub(crate) const AUDIT_TABLE: &str = "_migsafe_audit";

/// Its definition. No AUTOINCREMENT: that would add a table `sqlite_sequence`, which Prisma takes
/// for one of the user's.
pub(crate) const CREATE_AUDIT_TABLE: &str = r#"CREATE TABLE IF NOT EXISTS "_migsafe_audit" (
    "id"             INTEGER PRIMARY KEY NOT NULL,
    "at"             TEXT NOT NULL,
    "action"         TEXT NOT NULL,
    "actor"          TEXT,
    "migration_name" TEXT NOT NULL,
    "row_before"     TEXT,
    "row_after"      TEXT,
    "version"        TEXT NOT NULL
)"#;

/// The savepoint between the history row and the script. The name is one that no script uses.
pub(crate) const SET_SAVEPOINT: &str = r#"SAVEPOINT "_migsafe_before_script""#;
/// Takes the script back, and leaves the row.
pub(crate) const BACK_TO_SAVEPOINT: &str = r#"ROLLBACK TO "_migsafe_before_script""#;

/// How many triggers write to the history, or may.
pub(crate) const TRIGGERS_ON_HISTORY: &str = concat!(
    "SELECT count(*) FROM (SELECT type, sql FROM sqlite_schema ",
    "UNION ALL SELECT type, sql FROM sqlite_temp_schema) ",
    r"WHERE type = 'trigger' AND sql LIKE '%\_prisma\_migrations%' ESCAPE '\'"
);

/// A write that is taken back at once.
pub(crate) const PROBE: &str = concat!(
    r#"SAVEPOINT "_migsafe_probe"; CREATE TABLE "_migsafe_probe" (x); "#,
    r#"ROLLBACK TO "_migsafe_probe"; RELEASE "_migsafe_probe""#
);

/// Whether the database is a file.
pub(crate) const IS_ON_DISK: &str =
    "SELECT coalesce(file, '') <> '' FROM pragma_database_list WHERE name = 'main'";

/// How many characters of `logs` are read.
pub(crate) const LOGS_LIMIT: usize = 4000;

/// Reads the whole history as one row: all rows as JSON arrays, and the library's version.
///
/// The driver hands each row over from its own thread, which costs more than reading it: one
/// row for everything is several times faster. The columns are qualified with the table's
/// name because SQLite takes a plain `"column"` that does not exist for a text.
///
/// The last column is never computed. It is there for SQLite's parser, which refuses it unless the
/// table has exactly eight columns.
pub(crate) const READ_HISTORY: &str = concat!(
    r#"SELECT group_concat(json_array(h."id",h."checksum",h."finished_at",h."migration_name","#,
    r#"CASE typeof(h."logs") WHEN 'text' THEN substr(h."logs",1,4000) ELSE h."logs" END,"#,
    r#"h."rolled_back_at",h."started_at",h."applied_steps_count"),' '), sqlite_version(), "#,
    r#"CASE WHEN 0 THEN (SELECT count(*) FROM (SELECT * FROM "_prisma_migrations" "#,
    r#"UNION ALL SELECT 1,2,3,4,5,6,7,8)) END "#,
    r#"FROM "_prisma_migrations" AS h"#
);

/// The columns that the history table or view has.
pub(crate) const READ_COLUMNS: &str =
    "SELECT group_concat(quote(name)) FROM pragma_table_info('_prisma_migrations')";

/// The rows, each column as a list of SQL literals, which hold every value there is. Columns that
/// are missing are read as NULL.
pub(crate) fn read_rows(has: impl Fn(&str) -> bool, id: Option<&str>) -> String {
    let mut select = Query::select();
    for column in COLUMNS {
        let literal = if has(column) { literal(column) } else { "'NULL'".to_owned() };
        select.expr(Expr::cust(format!("group_concat({literal})")));
    }
    select.from_as(Alias::new(HISTORY_TABLE), Alias::new("h"));
    if let Some(id) = id {
        select.and_where(Expr::col((Alias::new("h"), Alias::new("id"))).eq(id));
    }
    select.to_string(SqliteQueryBuilder)
}

/// The literal of a column; `column` is one of [`COLUMNS`].
fn literal(column: &str) -> String {
    if column == "logs" {
        return format!(
            "quote(CASE WHEN typeof(h.logs) IN ('text','blob') \
             THEN substr(h.logs,1,{LOGS_LIMIT}) ELSE h.logs END)"
        );
    }
    format!(r#"quote("h"."{column}")"#)
}

/// Whether the history table is there, and the names of the user's tables and views: in one
/// statement, so that both are of one moment. Names are compared as SQLite compares them.
pub(crate) const READ_CONTENT: &str = concat!(
    "SELECT (SELECT count(*) FROM sqlite_schema WHERE type IN ('table','view') AND lower(name) = \
     '_prisma_migrations'), ",
    "(SELECT group_concat(quote(name)) FROM (SELECT name FROM sqlite_schema ",
    "WHERE type IN ('table','view') ",
    r"AND lower(name) NOT LIKE 'sqlite\_%' ESCAPE '\' ",
    r"AND lower(name) NOT LIKE '\_migsafe\_%' ESCAPE '\' ",
    "ORDER BY name LIMIT 1000))"
);

/// The statements of the schema as one row: the library's version, and a JSON array of arrays. Not what SQLite
/// keeps for itself: names that begin with `sqlite_`, and the tables in which virtual tables keep their content.
pub(crate) const READ_SCHEMA: &str = concat!(
    "WITH inside AS MATERIALIZED (SELECT name FROM pragma_table_list ",
    "WHERE schema = 'main' AND type = 'shadow') ",
    "SELECT sqlite_version(), ",
    "(SELECT json_group_array(json_array(type, name, tbl_name, sql)) FROM sqlite_schema ",
    r"WHERE lower(name) NOT LIKE 'sqlite\_%' ESCAPE '\' ",
    "AND tbl_name NOT IN (SELECT name FROM inside))"
);

/// Nothing can be written by this connection from now on.
pub(crate) const READ_ONLY: &str = "PRAGMA query_only = ON";

/// The contrary.
pub(crate) const READ_WRITE: &str = "PRAGMA query_only = OFF";

/// A query of somebody else within one of ours; a comment at its end ends with the line.
pub(crate) fn within(query: &str) -> String {
    format!("SELECT * FROM ({query}\n)")
}

/// Row: how many rows a query gives, and not more than one above the limit.
pub(crate) fn count_row_query(query: &str, up_to: u64) -> String {
    let limit = Ord::min(up_to.saturating_add(1), i64::MAX.unsigned_abs());
    format!("SELECT count(*) FROM (SELECT 1 FROM ({query}\n) LIMIT {limit})")
}

/// Rows: the first of the columns of the first two rows, as text of at most so many characters after a letter; nothing
/// for NULL.
pub(crate) fn value_of_row_query(query: &str, columns: usize, chars: usize) -> String {
    let names: Vec<String> = (0..columns).map(|n| format!("migsafe_{n}")).collect();
    format!(
        "WITH migsafe_given ({}) AS ({query}\n) \
         SELECT 'v' || substr(CAST(migsafe_0 AS TEXT), 1, {chars}) FROM migsafe_given LIMIT 2",
        names.join(", ")
    )
}

/// A new row.
pub(crate) fn insert_row(row: &HistoryRow) -> String {
    let values: [SimpleExpr; 8] = [
        row.id.as_str().into(),
        row.checksum.as_str().into(),
        time(row.finished_at.as_ref()),
        row.migration_name.as_str().into(),
        row.logs.as_deref().into(),
        time(row.rolled_back_at.as_ref()),
        time(row.started_at.as_ref()),
        row.applied_steps_count.unwrap_or(0).into(),
    ];
    Query::insert()
        .into_table(Alias::new(HISTORY_TABLE))
        .columns(COLUMNS.map(Alias::new))
        .values_panic(values)
        .to_string(SqliteQueryBuilder)
}

/// The guard: marks our row finished, and changes no row if it is not as we left it.
pub(crate) fn finish_row(id: &str, at: DateTime<Utc>) -> String {
    Query::update()
        .table(Alias::new(HISTORY_TABLE))
        .value(Alias::new("finished_at"), at.timestamp_millis())
        .value(Alias::new("applied_steps_count"), 1)
        .and_where(Expr::col(Alias::new("id")).eq(id))
        .and_where(Expr::col(Alias::new("finished_at")).is_null())
        .and_where(Expr::col(Alias::new("rolled_back_at")).is_null())
        .to_string(SqliteQueryBuilder)
}

/// Puts the error into our row.
pub(crate) fn log_failure(id: &str, log: &str) -> String {
    Query::update()
        .table(Alias::new(HISTORY_TABLE))
        .value(Alias::new("logs"), log)
        .and_where(Expr::col(Alias::new("id")).eq(id))
        .and_where(Expr::col(Alias::new("finished_at")).is_null())
        .to_string(SqliteQueryBuilder)
}

/// Marks a row rolled back.
pub(crate) fn roll_back_row(id: &str, at: DateTime<Utc>) -> String {
    Query::update()
        .table(Alias::new(HISTORY_TABLE))
        .value(Alias::new("rolled_back_at"), at.timestamp_millis())
        .and_where(Expr::col(Alias::new("id")).eq(id))
        .and_where(Expr::col(Alias::new("finished_at")).is_null())
        .and_where(Expr::col(Alias::new("rolled_back_at")).is_null())
        .to_string(SqliteQueryBuilder)
}

/// One entry of the audit.
#[derive(Debug)]
pub(crate) struct AuditEntry<'a> {
    pub(crate) at: DateTime<Utc>,
    pub(crate) action: &'a str,
    pub(crate) actor: Option<&'a str>,
    pub(crate) migration_name: &'a str,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// Writes an entry of the audit.
pub(crate) fn insert_audit(entry: &AuditEntry<'_>) -> String {
    let columns = ["at", "action", "actor", "migration_name", "row_before", "row_after", "version"];
    let values: [SimpleExpr; 7] = [
        entry.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true).into(),
        entry.action.into(),
        entry.actor.into(),
        entry.migration_name.into(),
        entry.before.as_deref().into(),
        entry.after.as_deref().into(),
        env!("CARGO_PKG_VERSION").into(),
    ];
    Query::insert()
        .into_table(Alias::new(AUDIT_TABLE))
        .columns(columns.map(Alias::new))
        .values_panic(values)
        .to_string(SqliteQueryBuilder)
}

/// Unix milliseconds, as Prisma's engine writes them on SQLite.
fn time(time: Option<&StoredTime>) -> SimpleExpr {
    match time {
        None => Option::<i64>::None.into(),
        Some(StoredTime::At(at)) => at.timestamp_millis().into(),
        Some(StoredTime::Invalid(text)) => text.as_str().into(),
        Some(other) => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped() {
        let at = DateTime::UNIX_EPOCH;
        let row = HistoryRow::started("it's", "a\\b\n\"c\"", "'; DROP TABLE x; --", at);
        assert_eq!(
            insert_row(&row),
            "INSERT INTO \"_prisma_migrations\" \
             (\"id\", \"checksum\", \"finished_at\", \"migration_name\", \"logs\", \
             \"rolled_back_at\", \"started_at\", \"applied_steps_count\") VALUES ('it''s', '''; \
             DROP TABLE x; --', \
             NULL, 'a\\b\n\"c\"', NULL, NULL, 0, 0)"
        );
        assert_eq!(
            finish_row("x'", at),
            "UPDATE \"_prisma_migrations\" SET \"finished_at\" = 0, \"applied_steps_count\" = 1 \
             WHERE \"id\" = 'x''' AND \"finished_at\" IS NULL AND \"rolled_back_at\" IS NULL"
        );
    }

    #[test]
    fn a_missing_column_is_read_as_null() {
        let sql = read_rows(|column| column != "logs", Some("o'brien"));
        assert!(!sql.contains("\"logs\""), "{sql}");
        assert!(sql.ends_with("WHERE \"h\".\"id\" = 'o''brien'"), "{sql}");
    }
}
