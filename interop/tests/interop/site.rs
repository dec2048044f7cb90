//! A database and a folder of migrations that both tools work on, and how to look at them with neither.

use std::fmt;
use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use migsafe_core::engine::{self, Options, Resolution, ResolutionReport};
use migsafe_core::history::{HistoryRow, StoredTime};
use migsafe_core::migrations::MigrationName;
use migsafe_core::report::Status;
use migsafe_core::{
    Environment, Error, HistoryStore, Migrations, Policy, Report, ensure_up_to_date,
};
use migsafe_postgres::PostgresStore;
use migsafe_sqlite::SqliteStore;
use migsafe_testing::{
    Database, Postgres, Prisma, PrismaCommand, PrismaError, PrismaTarget, PrismaVersion,
};
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// PostgreSQL's history table, as Prisma creates it.
const POSTGRES_TABLE: &str = "CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
);
";

/// SQLite's.
const SQLITE_TABLE: &str = r#"CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
);
"#;

pub(crate) const ONE: &str = "20250101000000_one";
pub(crate) const TWO: &str = "20250102000000_two";
pub(crate) const THREE: &str = "20250103000000_three";

/// A database that both tools know, and on SQLite the form of Prisma's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Postgres,
    /// Prisma's times are text, as its adapters write them if nothing else is said.
    SqliteText,
    /// Prisma's times are whole milliseconds, as its native engine writes them.
    SqliteMillis,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Postgres, Self::SqliteText, Self::SqliteMillis];
    /// One of each database.
    pub(crate) const BOTH: [Self; 2] = [Self::Postgres, Self::SqliteText];
}

/// Every database with every version of the engine.
pub(crate) fn everywhere() -> impl Iterator<Item = (Kind, PrismaVersion, Prisma)> {
    Kind::ALL.into_iter().flat_map(|kind| {
        PrismaVersion::ALL.into_iter().map(move |version| (kind, version, Prisma::new(version)))
    })
}

/// Runs a future to its end, on one runtime for all tests.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let start =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    RUNTIME.get_or_init(|| start().unwrap()).block_on(future)
}

pub(crate) struct Site {
    kind: Kind,
    folder: TempDir,
    /// PostgreSQL only.
    database: Option<Arc<Database>>,
    schema: Option<String>,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind)?;
        self.schema.as_ref().map_or(Ok(()), |schema| write!(f, " {schema}"))
    }
}

impl Site {
    /// An empty database and an empty folder.
    pub(crate) fn new(kind: Kind) -> Self {
        let database =
            (kind == Kind::Postgres).then(|| Arc::new(Postgres::shared().create_database()));
        Self::on(kind, database, None)
    }

    /// An empty schema, and a folder of its own for it.
    pub(crate) fn in_schema(database: &Arc<Database>, schema: &str) -> Self {
        database.query(&format!("CREATE SCHEMA \"{schema}\"")).unwrap();
        Self::on(Kind::Postgres, Some(Arc::clone(database)), Some(schema.to_owned()))
    }

    /// Many sites of one kind; on PostgreSQL schemas of one database, which is much quicker than databases.
    pub(crate) fn many(kind: Kind, count: usize) -> Vec<Self> {
        if kind == Kind::Postgres {
            let database = Arc::new(Postgres::shared().create_database());
            (0..count).map(|n| Self::in_schema(&database, &format!("site_{n}"))).collect()
        } else {
            (0..count).map(|_| Self::new(kind)).collect()
        }
    }

    /// A new schema of the same database, with a folder of its own.
    pub(crate) fn with_schema(&self, schema: &str) -> Self {
        Self::in_schema(self.database.as_ref().expect("a database on PostgreSQL"), schema)
    }

    fn on(kind: Kind, database: Option<Arc<Database>>, schema: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("migrations")).unwrap();
        Self { kind, folder, database, schema }
    }

    /// With the three migrations [`ONE`], [`TWO`] and [`THREE`].
    pub(crate) fn with_three(kind: Kind) -> Self {
        let site = Self::new(kind);
        site.write_three();
        site
    }

    pub(crate) fn write_three(&self) {
        self.write(ONE, "CREATE TABLE one (id INTEGER PRIMARY KEY);\n");
        self.write(
            TWO,
            "CREATE TABLE two (id INTEGER PRIMARY KEY);\nINSERT INTO two VALUES (1);\n",
        );
        self.write(THREE, "ALTER TABLE one ADD COLUMN name TEXT;\n");
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.kind == Kind::Postgres
    }

    pub(crate) fn database(&self) -> &Database {
        self.database.as_deref().expect("a database on PostgreSQL")
    }

    pub(crate) fn migrations_folder(&self) -> PathBuf {
        self.folder.path().join("migrations")
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("dev.db")
    }

    pub(crate) fn write(&self, migration: &str, script: impl AsRef<[u8]>) {
        let folder = self.migrations_folder().join(migration);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("migration.sql"), script).unwrap();
    }

    pub(crate) fn remove(&self, migration: &str) {
        fs::remove_dir_all(self.migrations_folder().join(migration)).unwrap();
    }

    pub(crate) fn write_all(&self, migrations: &Migrations) {
        for migration in migrations.iter() {
            self.write(migration.name().as_str(), migration.script().unwrap());
        }
    }
}

/// As Prisma sees it.
impl Site {
    pub(crate) fn target(&self) -> PrismaTarget {
        let folder = self.migrations_folder();
        match self.kind {
            Kind::Postgres => PrismaTarget::postgresql(&self.url(), folder),
            Kind::SqliteText => PrismaTarget::sqlite(&self.file(), folder),
            Kind::SqliteMillis => {
                PrismaTarget::sqlite(&self.file(), folder).with_times_in_milliseconds()
            }
        }
    }

    fn url(&self) -> String {
        let url = self.database().url();
        self.schema.as_ref().map_or(url.clone(), |schema| format!("{url}?schema={schema}"))
    }

    /// The command on this site, for [`Prisma::run_all`].
    pub(crate) fn ask(&self, command: PrismaCommand) -> (PrismaTarget, PrismaCommand) {
        (self.target(), command)
    }

    /// The history is in order for Prisma: nothing pending, failed, edited or without a file, nothing to deploy.
    #[track_caller]
    pub(crate) fn assert_clean_for(&self, prisma: &Prisma) {
        let commands = [self.ask(PrismaCommand::Diagnose), self.ask(PrismaCommand::Deploy)];
        let answers = prisma.run_all(&commands);
        assert_clean(&answers[0], &format!("{self:?}"));
        let applied = &answers[1].as_ref().unwrap()["appliedMigrationNames"];
        assert_eq!(applied, &serde_json::json!([]), "{self:?}");
    }
}

#[track_caller]
pub(crate) fn assert_clean(diagnosis: &Result<Value, PrismaError>, context: &str) {
    let diagnosis = diagnosis.as_ref().unwrap();
    assert!(diagnosis["history"].is_null(), "{context}: {diagnosis}");
    assert_eq!(names(&diagnosis["failedMigrationNames"]), [""; 0], "{context}");
    assert_eq!(names(&diagnosis["editedMigrationNames"]), [""; 0], "{context}");
    assert_eq!(diagnosis["hasMigrationsTable"], true, "{context}");
}

/// A list of names in an answer of Prisma's, sorted.
pub(crate) fn names(value: &Value) -> Vec<String> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut names: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    names.sort();
    names
}

pub(crate) fn code<T>(result: &Result<T, PrismaError>) -> Option<&str> {
    result.as_ref().err().and_then(|error| error.code.as_deref())
}

/// As migsafe sees it.
impl Site {
    pub(crate) fn store(&self) -> Box<dyn HistoryStore> {
        if self.is_postgres() {
            Box::new(wait(PostgresStore::connect(&self.url())).unwrap())
        } else {
            Box::new(SqliteStore::from_path(self.file()).unwrap())
        }
    }

    pub(crate) fn migrations(&self) -> Migrations {
        Migrations::from_directory(self.migrations_folder()).unwrap()
    }

    pub(crate) fn status(&self) -> Status {
        wait(engine::status(&*self.store(), &self.migrations(), &options())).unwrap()
    }

    pub(crate) fn deploy(&self) -> Result<Report, Error> {
        self.deploy_with(options())
    }

    /// With the policy of development, which lets pass what Prisma does not look at.
    pub(crate) fn deploy_leniently(&self) -> Result<Report, Error> {
        let policy = Policy::for_environment(Environment::development());
        self.deploy_with(options().with_policy(policy))
    }

    pub(crate) fn deploy_with(&self, options: Options) -> Result<Report, Error> {
        wait(ensure_up_to_date(&*self.store(), &self.migrations(), options))
    }

    pub(crate) fn resolve(&self, resolution: &Resolution) -> Result<ResolutionReport, Error> {
        let (store, migrations) = (self.store(), self.migrations());
        wait(async {
            let plan = engine::plan_resolution(&*store, &migrations, resolution).await?;
            let actor = Some("interoperation".to_owned());
            engine::resolve(&*store, &migrations, &plan, actor, Duration::from_secs(30)).await
        })
    }

    pub(crate) fn resolve_applied(&self, name: &str) -> Result<ResolutionReport, Error> {
        self.resolve(&Resolution::Applied(MigrationName::from(name)))
    }

    pub(crate) fn resolve_rolled_back(&self, name: &str) -> Result<ResolutionReport, Error> {
        self.resolve(&Resolution::RolledBack(MigrationName::from(name)))
    }

    /// The history is in order for migsafe, with nothing found but `notes`, and there is nothing to deploy.
    #[track_caller]
    pub(crate) fn assert_clean_for_migsafe(&self) {
        let status = self.status();
        assert!(status.is_up_to_date(), "{self:?}: {:?}", status.findings());
        assert!(self.deploy().unwrap().applied().is_empty(), "{self:?}");
    }
}

pub(crate) fn options() -> Options {
    Options::default().with_lock_wait(Duration::from_secs(60))
}

pub(crate) fn applied_names(report: &Report) -> Vec<&str> {
    report.applied().iter().map(|step| step.name.as_str()).collect()
}

/// A row of the history, without what differs from run to run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) checksum: String,
    pub(crate) finished: bool,
    pub(crate) rolled_back: bool,
    pub(crate) steps: i64,
    /// `null`, `empty` or `text`.
    pub(crate) logs: &'static str,
    /// Steps 0, and both times equal: the fingerprint of `resolve --applied`. (A deploy may be quicker than a
    /// millisecond, which is all that SQLite's rows tell.)
    pub(crate) marked: bool,
}

/// As neither sees it.
impl Site {
    /// Runs statements; the values of the rows as text.
    pub(crate) fn query(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        self.try_query(sql).unwrap()
    }

    pub(crate) fn try_query(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        if self.is_postgres() {
            let path = self.schema.as_deref().unwrap_or("public");
            let sql = format!("SET search_path = \"{path}\"; {sql}");
            return self.database().query(&sql).map_err(|error| error.to_string());
        }
        wait(query_file(&self.file(), sql)).map_err(|error| error.to_string())
    }

    pub(crate) fn value(&self, sql: &str) -> String {
        self.query(sql)[0][0].clone().unwrap_or_else(|| "NULL".to_owned())
    }

    /// The tables of the schema, sorted.
    pub(crate) fn tables(&self) -> Vec<String> {
        let sql = if self.is_postgres() {
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') \
             AND relnamespace = current_schema()::regnamespace ORDER BY relname COLLATE \"C\""
        } else {
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        };
        self.query(sql).into_iter().filter_map(|mut row| row.remove(0)).collect()
    }

    pub(crate) fn has_table(&self, name: &str) -> bool {
        self.tables().iter().any(|table| table == name)
    }

    /// Creates the history table, and puts these rows into it.
    pub(crate) fn insert(&self, rows: &[HistoryRow]) {
        let table = if self.is_postgres() { POSTGRES_TABLE } else { SQLITE_TABLE };
        let mut sql = table.to_owned();
        for row in rows {
            let values = [
                quoted(&row.id),
                quoted(&row.checksum),
                self.time(row.finished_at.as_ref()),
                quoted(&row.migration_name),
                row.logs.as_deref().map_or("NULL".to_owned(), quoted),
                self.time(row.rolled_back_at.as_ref()),
                self.time(row.started_at.as_ref()),
                row.applied_steps_count.map_or("NULL".to_owned(), |n| n.to_string()),
            ];
            sql.push_str("INSERT INTO _prisma_migrations VALUES (");
            sql.push_str(&values.join(", "));
            sql.push_str(");\n");
        }
        self.query(&sql);
    }

    fn time(&self, time: Option<&StoredTime>) -> String {
        let Some(at) = time.and_then(StoredTime::at) else {
            return "NULL".to_owned();
        };
        match self.kind {
            Kind::SqliteMillis => at.timestamp_millis().to_string(),
            _ => quoted(&at.to_rfc3339()),
        }
    }

    /// The rows of the history, sorted; none if there is no table.
    pub(crate) fn shapes(&self) -> Vec<Shape> {
        if !self.has_table("_prisma_migrations") {
            return Vec::new();
        }
        let rows = self.query(
            "SELECT migration_name, checksum, finished_at IS NOT NULL, rolled_back_at IS NOT NULL, \
             applied_steps_count, CASE WHEN logs IS NULL THEN 'null' WHEN logs = '' THEN 'empty' ELSE 'text' END, \
             applied_steps_count = 0 AND coalesce(finished_at = started_at, 1 = 0) FROM _prisma_migrations",
        );
        let mut shapes: Vec<Shape> = rows.iter().map(|row| shape(row)).collect();
        shapes.sort();
        shapes
    }

    /// The only row of this name.
    #[track_caller]
    pub(crate) fn shape_of(&self, name: &str) -> Shape {
        let mut shapes = self.shapes();
        shapes.retain(|shape| shape.name == name);
        assert_eq!(shapes.len(), 1, "{self:?}: {shapes:?}");
        shapes.remove(0)
    }
}

fn shape(row: &[Option<String>]) -> Shape {
    let text = |at: usize| row[at].as_deref().unwrap_or_default();
    let truth = |at: usize| matches!(text(at), "t" | "1");
    Shape {
        name: text(0).to_owned(),
        checksum: text(1).to_owned(),
        finished: truth(2),
        rolled_back: truth(3),
        steps: text(4).parse().unwrap(),
        logs: ["null", "empty", "text"].into_iter().find(|class| *class == text(5)).unwrap(),
        marked: truth(6),
    }
}

async fn query_file(file: &Path, sql: &str) -> Result<Vec<Vec<Option<String>>>, sqlx::Error> {
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .busy_timeout(Duration::from_secs(10))
        .disable_statement_logging()
        .connect()
        .await?;
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await;
    connection.close().await?;
    let texts = |row: &sqlx::sqlite::SqliteRow| {
        (0..row.len()).map(|at| row.try_get_unchecked::<Option<String>, _>(at)).collect()
    };
    rows?.iter().map(texts).collect()
}

pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
