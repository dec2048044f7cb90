//! What a script that runs with foreign keys off must not do: leave new violations, or lose rows by
//! accident.
//!
//! With foreign keys off SQLite checks nothing, so the state before the script is compared with the
//! state after it, inside the same transaction. Only such scripts are checked: with foreign keys
//! on, SQLite checks each statement, and COMMIT the deferred ones.

use std::collections::BTreeMap;

use migsafe_core::store::StepRequest;
use sea_query::{Alias, Asterisk, Expr, Func, Query, SqliteQueryBuilder};
use sqlx::Row as _;

use crate::connection::{Connection, bytes};
use crate::decode::Columns;
use crate::error::{Fault, code};
use crate::lost_rows::{self, Counted};

/// Tables (not virtual ones), by the page that their data begins at.
const TABLES: &str = "SELECT group_concat(quote(rootpage)), group_concat(quote(name)) FROM \
 sqlite_schema \
     WHERE type = 'table' AND rootpage > 0 AND lower(name) NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
const TRIGGERS: &str = "SELECT group_concat(quote(sql)) FROM sqlite_schema WHERE type = 'trigger'";
const CHECK: &str = concat!(
    r#"SELECT group_concat(quote(c."table")), group_concat(quote(c."rowid")), "#,
    r#"group_concat(quote(c."parent")) FROM pragma_foreign_key_check AS c"#
);

/// The tables of a database, how many rows each has, and which rows violate a foreign key.
#[derive(Debug)]
pub(crate) struct Snapshot {
    tables: Vec<Table>,
    triggers: Vec<String>,
    violations: Violations,
}

#[derive(Debug)]
struct Table {
    root: i64,
    name: String,
    /// `None` when it cannot be counted.
    rows: Option<i64>,
}

/// The violating rows (`None` in a table without row ids) by child and parent; `Err` where SQLite
/// cannot check, because a foreign key does not fit its parent.
type Violations = Result<BTreeMap<(String, String), Vec<Option<i64>>>, Fault>;

impl Snapshot {
    /// Looks at the database.
    pub(crate) async fn take(connection: &mut Connection) -> Result<Self, Fault> {
        let mut tables = Vec::new();
        let row = connection.row(TABLES).await?;
        let lists = [bytes(&row, 0)?, bytes(&row, 1)?];
        let mut columns = Columns::new(lists.each_ref().map(|list| &**list));
        while let Some([root, name]) = columns.row()? {
            let root = root.integer().unwrap_or_default();
            tables.push(Table { root, name: name.to_text(), rows: None });
        }
        let counts = count(connection, &tables).await?;
        for (table, rows) in tables.iter_mut().zip(counts) {
            table.rows = rows;
        }
        let mut triggers = Vec::new();
        let row = connection.row(TRIGGERS).await?;
        let list = bytes(&row, 0)?;
        let mut columns = Columns::new([&*list]);
        while let Some([sql]) = columns.row()? {
            triggers.push(sql.to_text());
        }
        Ok(Self { tables, triggers, violations: violations(connection).await? })
    }

    /// Looks again, and says what the script did that it must not do.
    pub(crate) async fn compare(
        &self,
        connection: &mut Connection,
        step: &StepRequest<'_>,
    ) -> Result<Option<String>, Fault> {
        let after = Self::take(connection).await?;
        if let Some(message) = self.new_violations(&after) {
            return Ok(Some(message));
        }
        let counted = self.tables.iter().filter_map(|table| {
            let now = after.find(&table.name)?;
            Some(Counted { name: &table.name, before: table.rows?, after: now.rows? })
        });
        Ok(lost_rows::explain(counted, step, &self.triggers))
    }

    fn find(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name.eq_ignore_ascii_case(name))
    }

    fn new_violations(&self, after: &Self) -> Option<String> {
        let (before, now) = match (&self.violations, &after.violations) {
            (Ok(before), Ok(now)) => (before, now),
            (Ok(_), Err(fault)) => {
                return Some(format!("foreign keys do not fit any more: {}", fault.message));
            }
            // It could not be checked before; so nothing is known to be new.
            (Err(_), _) => return None,
        };
        for ((child, parent), rows) in now {
            let known_child = self.name_before(after, child);
            let known_parent = self.name_before(after, parent);
            let nothing = Vec::new();
            let known = before.get(&(known_child.clone(), known_parent)).unwrap_or(&nothing);
            // Row ids only mean the same in a table that was not built anew.
            let same_table = match (self.find(&known_child), after.find(child)) {
                (Some(before), Some(now)) => before.root == now.root,
                _ => false,
            };
            let strange = rows.iter().find(|row| !known.contains(row));
            let more = rows.len().saturating_sub(known.len());
            if more > 0 || (same_table && strange.is_some()) {
                return Some(violation(child, parent, strange.or(rows.first()), more.max(1)));
            }
        }
        None
    }

    /// The name that a table had before it was renamed, in lower case.
    fn name_before(&self, after: &Self, name: &str) -> String {
        let root = after.find(name).map(|table| table.root);
        self.tables
            .iter()
            .find(|table| Some(table.root) == root && after.find(&table.name).is_none())
            .map_or_else(|| name.to_lowercase(), |table| table.name.to_lowercase())
    }
}

fn violation(child: &str, parent: &str, row: Option<&Option<i64>>, count: usize) -> String {
    let row = match row {
        Some(Some(id)) => format!("row {id} of table \"{child}\""),
        _ => format!("a row of table \"{child}\""),
    };
    let others = if count > 1 { format!(" ({count} such rows)") } else { String::new() };
    format!(
        "FOREIGN KEY constraint failed: after the script {row} refers to a row of \"{parent}\" \
         that does not exist{others}"
    )
}

/// The number of rows of each table, in one message; one by one if that fails.
async fn count(connection: &mut Connection, tables: &[Table]) -> Result<Vec<Option<i64>>, Fault> {
    let counts: Vec<String> = tables.iter().map(|table| count_rows(&table.name)).collect();
    match connection.rows(counts.join("; ")).await {
        Ok(rows) if rows.len() == counts.len() => {
            return rows.iter().map(|row| Ok(Some(row.try_get(0)?))).collect();
        }
        Err(fault) if fault.primary() != Some(code::ERROR) => return Err(fault),
        _ => {}
    }
    let mut found = Vec::new();
    for count in counts {
        match connection.integer(count).await {
            Ok(rows) => found.push(Some(rows)),
            Err(fault) if fault.primary() == Some(code::ERROR) => found.push(None),
            Err(fault) => return Err(fault),
        }
    }
    Ok(found)
}

fn count_rows(table: &str) -> String {
    Query::select()
        .expr(Func::count(Expr::col(Asterisk)))
        .from(Alias::new(table))
        .to_string(SqliteQueryBuilder)
}

async fn violations(connection: &mut Connection) -> Result<Violations, Fault> {
    let row = match connection.row(CHECK).await {
        Ok(row) => row,
        Err(fault) if fault.primary() == Some(code::ERROR) => return Ok(Err(fault)),
        Err(fault) => return Err(fault),
    };
    let lists = [bytes(&row, 0)?, bytes(&row, 1)?, bytes(&row, 2)?];
    let mut columns = Columns::new(lists.each_ref().map(|list| &**list));
    let mut found: BTreeMap<(String, String), Vec<Option<i64>>> = BTreeMap::new();
    while let Some([child, row, parent]) = columns.row()? {
        let key = (child.to_text().to_lowercase(), parent.to_text().to_lowercase());
        found.entry(key).or_default().push(row.integer());
    }
    Ok(Ok(found))
}
