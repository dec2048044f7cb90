//! ## What it detects
//!
//! A script that changes the history table itself: rows put into `_prisma_migrations`, changed or deleted, the table altered,
//! renamed or dropped. The same for the tables that migsafe keeps beside it.
//!
//! ## Why it hurts
//!
//! The history says what was done to this database. A row that a script has changed makes the next deploy fail, as edited, failed
//! or missing, or has a migration run twice; and nobody can see who changed it. Other databases of the same folder need
//! another change, or none.
//!
//! In a transaction migsafe notices such a change even if the text does not show it (a function, a trigger), and takes the script
//! back: `history-touched`.
//!
//! ## What to do
//!
//! Remove the statement. A row is mended on the one database that needs it, outside of migrations: `migsafe resolve --applied NAME`
//! when what the migration does is there, `migsafe resolve --rolled-back NAME` when it is to run again. Both show the
//! row before they change it, and keep a record of the change. For a checksum that differs, restore the script as it was applied.
//!
//! ## Bad
//!
//! ```sql
//! UPDATE _prisma_migrations SET checksum = 'x' WHERE migration_name = '20250101000000_a'; -- found
//! DELETE FROM "_prisma_migrations" WHERE finished_at IS NULL; -- found
//! INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'c', '20250101000000_a'); -- found
//! ALTER TABLE _prisma_migrations RENAME TO old_migrations; -- found
//! ```
//!
//! ```sql postgres
//! WITH gone AS (DELETE FROM public._prisma_migrations RETURNING id) SELECT count(*) FROM gone; -- found
//! DO $$ BEGIN UPDATE _prisma_migrations SET logs = NULL; END $$; -- found
//! TRUNCATE _prisma_migrations; -- found
//! DROP SCHEMA migsafe CASCADE; -- found
//! DELETE FROM migsafe.journal; -- found
//! ```
//!
//! ```sql sqlite
//! DROP TABLE _migsafe_audit; -- found
//! DELETE FROM main._PRISMA_MIGRATIONS; -- found
//! ```
//!
//! ## Good
//!
//! ```sql
//! CREATE VIEW deployed AS SELECT migration_name, finished_at FROM _prisma_migrations;
//! CREATE TABLE prisma_migrations (id integer PRIMARY KEY, name text);
//! INSERT INTO prisma_migrations SELECT 1, migration_name FROM _prisma_migrations LIMIT 1;
//! DROP TABLE prisma_migrations;
//! ```

use crate::history::{HISTORY_TABLE, OWN_PREFIX, OWN_SCHEMA};
use crate::lint::all_sites;
use crate::policy::{Facts, Findings, Meta};
use crate::sql::{ActionKind, ObjectKind, ObjectName};

pub(super) const META: Meta = Meta {
    summary: "a script changes the history of migrations",
    suppressible: false,
    ..Meta::SQL
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for site in all_sites(facts) {
        if let Some(name) = changed(&site.action.kind).filter(|name| is_kept_by_us(name)) {
            findings.report_site(
                &site,
                format!("{} changes {name}, where migsafe keeps what was applied", site.statement.verb()),
                "remove it; mend a row by hand with `migsafe resolve --applied NAME` or `migsafe resolve \
                 --rolled-back NAME`, on the database that needs it",
            );
        } else if let ActionKind::Drop { kind: ObjectKind::Schema, name, .. } = &site.action.kind
            && name.name == OWN_SCHEMA
        {
            findings.report_site(
                &site,
                format!("schema {OWN_SCHEMA} is dropped, where migsafe keeps what was applied"),
                "remove it",
            );
        }
    }
}

fn is_kept_by_us(table: &ObjectName) -> bool {
    let begins =
        table.name.get(..OWN_PREFIX.len()).is_some_and(|it| it.eq_ignore_ascii_case(OWN_PREFIX));
    begins
        || table.name.eq_ignore_ascii_case(HISTORY_TABLE)
        || table.schema.as_deref() == Some(OWN_SCHEMA)
}

/// The table whose rows, columns or name an action changes.
fn changed(action: &ActionKind) -> Option<&ObjectName> {
    use ActionKind as A;
    match action {
        A::Insert { table, .. }
        | A::Update { table, .. }
        | A::Delete { table, .. }
        | A::Merge { table, .. }
        | A::Truncate { table, .. }
        | A::CopyFrom { table }
        | A::AddColumn { table, .. }
        | A::DropColumn { table, .. }
        | A::AlterColumnType { table, .. }
        | A::SetDefault { table, .. }
        | A::DropDefault { table, .. }
        | A::SetNotNull { table, .. }
        | A::DropNotNull { table, .. }
        | A::AddConstraint { table, .. }
        | A::DropConstraint { table, .. } => Some(table),
        A::Rename { kind: ObjectKind::Column, on: Some(table), .. }
        | A::Rename { kind: ObjectKind::Table, name: table, .. }
        | A::Drop { kind: ObjectKind::Table, name: table, .. }
        | A::SetSchema { kind: ObjectKind::Table, name: table, .. } => Some(table),
        _ => None,
    }
}
