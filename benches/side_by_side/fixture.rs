//! The migrations that everybody is given, in everybody's form.

use std::fs;
use std::path::Path;

use migsafe_core::migrations::{Checksum, StaticMigration};
use migsafe_core::{Dialect, Migrations};
use rusqlite_migration::M;
use sqlx::migrate::{MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr as _};

use crate::Result;

/// Some migrations; each makes one table.
pub(crate) struct Fixture {
    names: Vec<String>,
    scripts: Vec<String>,
}

/// How a runner wants its files to lie.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    /// `20250101000000_t_0/migration.sql`
    Prisma,
    /// `1_t.sql`
    Sqlx,
    /// `V1__t.sql`
    Refinery,
    /// `00001_t/up.sql`
    Diesel,
}

impl Layout {
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Prisma => "prisma",
            Self::Sqlx => "sqlx",
            Self::Refinery => "refinery",
            Self::Diesel => "diesel",
        }
    }
}

impl Fixture {
    pub(crate) fn new(count: usize) -> Self {
        let (names, scripts) = (0..count).map(|index| (name(index), script(index))).unzip();
        Self { names, scripts }
    }

    pub(crate) fn count(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn scripts(&self) -> &[String] {
        &self.scripts
    }

    pub(crate) fn prisma(&self) -> Result<Migrations> {
        let pairs = self.names.iter().cloned().zip(self.scripts.iter().cloned());
        Ok(Migrations::from_scripts(pairs)?)
    }

    /// What a build script compiles into a program. Leaks: it is `'static` there too.
    pub(crate) fn compiled_in(&self) -> &'static [StaticMigration] {
        let list: Vec<StaticMigration> = self
            .names
            .iter()
            .zip(&self.scripts)
            .map(|(name, script)| {
                let checksum = *Checksum::of(script).as_bytes();
                let (name, script) = (name.clone().leak(), script.clone().leak());
                StaticMigration::new(name, script, checksum)
            })
            .collect();
        list.leak()
    }

    pub(crate) fn sqlx(&self) -> Result<Migrator> {
        let migration = |(index, script): (usize, &String)| {
            let version = i64::try_from(index + 1)?;
            let sql = AssertSqlSafe(script.clone()).into_sql_str();
            let kind = MigrationType::Simple;
            Ok(sqlx::migrate::Migration::new(version, "t".into(), kind, sql, false))
        };
        let migrations = self.scripts.iter().enumerate().map(migration);
        Ok(Migrator::with_migrations(migrations.collect::<Result<_>>()?))
    }

    pub(crate) fn refinery(&self) -> Result<Vec<refinery::Migration>> {
        let migration = |(index, script): (usize, &String)| {
            Ok(refinery::Migration::unapplied(&format!("V{}__t", index + 1), script)?)
        };
        self.scripts.iter().enumerate().map(migration).collect()
    }

    pub(crate) fn rusqlite_migration(&self) -> rusqlite_migration::Migrations<'_> {
        rusqlite_migration::Migrations::new(self.scripts.iter().map(|sql| M::up(sql)).collect())
    }

    /// Writes the files of a layout, with Prisma's lock file where it belongs.
    pub(crate) fn write(&self, layout: Layout, parent: &Path) -> Result<()> {
        let folder = parent.join(layout.folder());
        fs::create_dir_all(&folder)?;
        for (index, (name, script)) in self.names.iter().zip(&self.scripts).enumerate() {
            let number = index + 1;
            let file = match layout {
                Layout::Prisma => folder.join(name).join("migration.sql"),
                Layout::Sqlx => folder.join(format!("{number}_t.sql")),
                Layout::Refinery => folder.join(format!("V{number}__t.sql")),
                Layout::Diesel => folder.join(format!("{number:05}_t")).join("up.sql"),
            };
            if let Some(own) = file.parent() {
                fs::create_dir_all(own)?;
            }
            fs::write(file, script)?;
        }
        Ok(())
    }

    /// The history after a deploy by Prisma or migsafe: the INSERTs, in messages of 500 rows.
    pub(crate) fn history(&self, dialect: Dialect) -> Vec<String> {
        let rows: Vec<String> = (0..self.count())
            .map(|index| {
                let (started, finished) = match dialect {
                    Dialect::Sqlite => ("1735689600000".to_owned(), "1735689600017".to_owned()),
                    _ => (
                        "'2025-01-01 00:00:00.000001+00'".to_owned(),
                        "'2025-01-01 00:00:00.017001+00'".to_owned(),
                    ),
                };
                let (id, checksum) = (row_id(index), Checksum::of(&self.scripts[index]));
                let name = &self.names[index];
                format!("('{id}','{checksum}',{finished},'{name}',NULL,NULL,{started},1)")
            })
            .collect();
        insert("_prisma_migrations", &rows)
    }

    /// The history after a deploy by sqlx.
    pub(crate) fn sqlx_history(&self, dialect: Dialect) -> Result<Vec<String>> {
        let (open, yes) = if dialect == Dialect::Sqlite { ("X'", "1") } else { ("'\\x", "true") };
        let migrator = self.sqlx()?;
        let rows: Vec<String> = migrator
            .iter()
            .map(|migration| {
                let checksum: String =
                    migration.checksum.iter().map(|byte| format!("{byte:02x}")).collect();
                let version = migration.version;
                format!("({version},'t',CURRENT_TIMESTAMP,{yes},{open}{checksum}',1000)")
            })
            .collect();
        Ok(insert("_sqlx_migrations", &rows))
    }

    /// The history after a deploy by refinery.
    pub(crate) fn refinery_history(&self) -> Result<Vec<String>> {
        let rows: Vec<String> = self
            .refinery()?
            .iter()
            .map(|migration| {
                let (version, checksum) = (migration.version(), migration.checksum());
                format!("({version},'t','2025-01-01T00:00:00Z','{checksum}')")
            })
            .collect();
        Ok(insert("refinery_schema_history", &rows))
    }

    /// The history after a deploy by diesel.
    pub(crate) fn diesel_history(&self) -> Vec<String> {
        let rows: Vec<String> =
            (1..=self.count()).map(|number| format!("('{number:05}',CURRENT_TIMESTAMP)")).collect();
        insert("__diesel_schema_migrations", &rows)
    }

    /// The INSERT of one finished row, for the raw limits.
    pub(crate) fn finished_row(&self, index: usize, dialect: Dialect) -> String {
        let now = now(dialect);
        let (id, checksum) = (row_id(index), Checksum::of(&self.scripts[index]));
        let name = &self.names[index];
        format!(
            "INSERT INTO _prisma_migrations VALUES ('{id}','{checksum}',{now},'{name}',NULL,NULL,{now},1)"
        )
    }

    /// The INSERT of one started row, for Prisma's order.
    pub(crate) fn started_row(&self, index: usize) -> String {
        let (id, checksum) = (row_id(index), Checksum::of(&self.scripts[index]));
        let name = &self.names[index];
        format!(
            "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at) VALUES ('{id}','{checksum}','{name}',now())"
        )
    }
}

pub(crate) fn row_id(index: usize) -> String {
    format!("{index:08x}-0000-4000-8000-{index:012x}")
}

fn now(dialect: Dialect) -> &'static str {
    if dialect == Dialect::Sqlite { "1735689600000" } else { "now()" }
}

fn name(index: usize) -> String {
    let (day, second) = (index / 86_400 + 1, index % 86_400);
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("202501{day:02}{hour:02}{minute:02}{:02}_t_{index}", second % 60)
}

fn script(index: usize) -> String {
    format!(
        "CREATE TABLE t_{index} (id BIGINT PRIMARY KEY, a INTEGER NOT NULL, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);\n"
    )
}

fn insert(table: &str, rows: &[String]) -> Vec<String> {
    rows.chunks(500).map(|rows| format!("INSERT INTO {table} VALUES {}", rows.join(","))).collect()
}

/// Prisma's table on PostgreSQL.
pub(crate) const POSTGRES_HISTORY: &str = "CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)";

/// Prisma's table on SQLite.
pub(crate) const SQLITE_HISTORY: &str = r#"CREATE TABLE "_prisma_migrations" (
    "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME,
    "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME,
    "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)"#;
