//! What can be asked for.
#![expect(clippy::doc_markdown, reason = "the comments are the help texts")]

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use migsafe_core::data::DataLimits;
use migsafe_core::engine::Mode;
use migsafe_core::sql::ObjectName;
use migsafe_core::{Dialect, Environment, Severity};

/// Keeps database migrations in the layout of Prisma Migrate safe.
#[derive(Parser)]
#[command(name = "migsafe", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(flatten, next_help_heading = "Global options")]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  all good
  1  could not find out or could not finish (connection, I/O, SQL error, interrupted)
  2  wrong usage
  3  nothing refused, but not up to date (pending, rolled back, running)
  4  refused: findings at or above the failing severity
  5  the migration lock was not obtained
  6  schemas differ, the database drifted, or what is expected is not there
When several fit: 2, 1, 5, 4, 6, 3.";

// No `Debug`: the URL can hold a password.
#[derive(Group)]
pub(crate) struct Global {
    /// The database: postgresql://…, sqlite:PATH or file:PATH
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) database_url: Option<String>,

    /// For a PostgreSQL URL that leads to a pooler: the server's own URL, by which is written
    #[arg(long, global = true, env = "DIRECT_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) direct_url: Option<String>,

    /// PostgreSQL: what keeps two deployers from the same migration
    #[arg(long, global = true, value_name = "MODE", default_value = "detect")]
    pub(crate) lock_mode: LockMode,

    /// PostgreSQL: whether migrations that cannot run in a transaction are run
    #[arg(long, global = true, value_name = "MODE", default_value = "detect")]
    pub(crate) statement_mode: StatementMode,

    /// The migrations folder [default: the first of prisma/migrations, migrations that exists]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) migrations: Option<PathBuf>,

    /// development, staging or production: how strictly findings are judged
    #[arg(
        long = "env",
        global = true,
        env = "MIGSAFE_ENV",
        hide_env_values = true,
        value_name = "NAME",
        default_value = "production"
    )]
    pub(crate) environment: Environment,

    /// Sets the severity of a rule (off, note, warn, error); can be given several times
    #[arg(long = "rule", global = true, value_name = "ID=SEVERITY", value_parser = rule)]
    pub(crate) rules: Vec<(String, Severity)>,

    /// The form of the report on standard output
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: Format,

    /// No colours, even on a terminal; NO_COLOR does the same
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LockMode {
    /// The advisory lock, or the history table where the server has no such lock
    Detect,
    /// The advisory lock, as Prisma takes it
    Advisory,
    /// The history table, and the advisory lock where the server has it
    Table,
}

impl From<LockMode> for migsafe_postgres::LockMode {
    fn from(mode: LockMode) -> Self {
        match mode {
            LockMode::Detect => Self::Detect,
            LockMode::Advisory => Self::Advisory,
            LockMode::Table => Self::Table,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum StatementMode {
    /// Unless a transaction pooler is found
    Detect,
    /// In any case: the connection is known to be direct
    Forced,
    /// Never
    Forbidden,
}

impl From<StatementMode> for migsafe_postgres::StatementMode {
    fn from(mode: StatementMode) -> Self {
        match mode {
            StatementMode::Detect => Self::Detect,
            StatementMode::Forced => Self::Forced,
            StatementMode::Forbidden => Self::Forbidden,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON document, also for an error
    Json,
    /// Annotations for GitHub Actions; of `lint` only
    Github,
    /// SARIF 2.1.0, for code scanning; of `lint` only
    Sarif,
    /// Markdown, for a comment or an issue; of `check`, `diff`, `drift` and `verify` only
    Markdown,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Shows the state of every migration; reads only
    Status(Status),
    /// Applies pending migrations; of many at once one applies and the others wait
    Deploy(Deploy),
    /// Looks at everything at once: status, pending SQL, drift, expectations; reads only
    Check(Box<Check>),
    /// Records a decision about one migration, with an audit entry
    Resolve(Resolve),
    /// Finds what is dangerous in migrations before they are deployed; needs no database
    Lint(Lint),
    /// Makes an empty migration, or those of one release of a change that takes several
    #[command(after_help = TEMPLATES)]
    New(Box<New>),
    /// Shows who holds the migration lock and who is in the way of what is pending; reads only
    Locks(Locks),
    /// Reads the schema of the database, and writes it to a file; reads only
    Schema(Schema),
    /// Compares two schemas, each of a database, of migrations or of a file; reads only
    Diff(Box<Diff>),
    /// Compares the database with what its applied migrations give; writes migrations that adopt or undo the difference
    Drift(Box<Drift>),
    /// Checks that what the application needs is in the database, by a file of expectations; reads only
    Verify(Box<Verify>),
    /// Shows what a rule detects, why that hurts and what to do; without a name, lists all rules
    Explain(Explain),
}

#[derive(Group)]
pub(crate) struct Schema {
    /// Writes the schema to this file, for `migsafe diff`
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,

    /// PostgreSQL: only this schema, or '*' for all; can be given several times [default: that of the URL, else all]
    #[arg(long = "schema", value_name = "NAME")]
    pub(crate) schemas: Vec<String>,

    /// PostgreSQL: with owners and grants
    #[arg(long)]
    pub(crate) privileges: bool,
}

/// What the database is asked about the rows of pending statements.
#[derive(Group)]
pub(crate) struct DataChecks {
    /// Does not ask the database what pending statements would do to its rows
    #[arg(long)]
    no_data_checks: bool,

    /// Shows no keys of rows that are in the way
    #[arg(long)]
    no_samples: bool,
}

impl DataChecks {
    /// The limits of the questions; `None` to ask nothing.
    pub(crate) fn limits(&self) -> Option<DataLimits> {
        let limits = DataLimits::default();
        let limits = if self.no_samples { limits.without_samples() } else { limits };
        (!self.no_data_checks).then_some(limits)
    }
}

/// Where migrations are replayed.
#[derive(Group)]
pub(crate) struct Shadow {
    /// PostgreSQL: an empty database for replaying migrations, used for nothing else [default: one is made and dropped]
    #[arg(long, env = "SHADOW_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) shadow_database_url: Option<String>,

    /// Keeps what migrations give in this folder, and does not replay the same ones again
    #[arg(long, env = "MIGSAFE_SHADOW_CACHE", hide_env_values = true, value_name = "DIR")]
    pub(crate) shadow_cache: Option<PathBuf>,
}

/// What of two schemas is compared.
#[derive(Group, Default)]
pub(crate) struct Compared {
    /// PostgreSQL: only this schema, or '*' for all; can be given several times [default: that of the URL, else all]
    #[arg(long = "schema", value_name = "NAME")]
    pub(crate) schemas: Vec<String>,

    /// PostgreSQL: with owners and grants
    #[arg(long)]
    pub(crate) privileges: bool,

    /// Differences that are known: a JSON list with pattern, owner, reason, expires
    #[arg(long, value_name = "FILE")]
    pub(crate) ignore: Option<PathBuf>,

    /// What differs in the text only, such as the order of columns, counts too
    #[arg(long)]
    pub(crate) exact: bool,

    /// Lists the parts of what was added or removed, and what differs in the text only
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Group)]
pub(crate) struct Diff {
    /// One side: a database URL, a migrations folder, an SQL file, or a file that `migsafe schema --export` wrote
    #[arg(long, value_name = "URL|PATH")]
    pub(crate) from: String,

    /// The other side; the changes lead from the first to this one
    #[arg(long, value_name = "URL|PATH")]
    pub(crate) to: String,

    /// Shows the SQL that makes the first side like the other, and nothing else
    #[arg(long)]
    pub(crate) sql: bool,

    /// What the SQL of folders and files is written for [default: migration_lock.toml, else the other side]
    #[arg(long, value_name = "DIALECT")]
    pub(crate) dialect: Option<DialectName>,

    #[command(flatten)]
    pub(crate) compared: Compared,

    #[command(flatten)]
    pub(crate) shadow: Shadow,
}

#[derive(Group)]
pub(crate) struct Check {
    /// What is expected of the database [default: migsafe.verify.json beside the migrations folder, if it is there]
    #[arg(long = "verify", value_name = "FILE")]
    pub(crate) expectations: Option<PathBuf>,

    /// Does not look for drift, which takes a throw-away database
    #[arg(long)]
    pub(crate) no_drift: bool,

    #[command(flatten)]
    pub(crate) data: DataChecks,

    #[command(flatten)]
    pub(crate) compared: Compared,

    #[command(flatten)]
    pub(crate) shadow: Shadow,
}

#[derive(Group)]
pub(crate) struct Drift {
    /// Shows the SQL of one direction, and nothing else
    #[arg(long, value_name = "DIRECTION", conflicts_with_all = ["adopt", "revert"])]
    pub(crate) sql: Option<Direction>,

    /// Writes a migration that makes the migrations give what the database holds, after trying it
    #[arg(long, value_name = "NAME", conflicts_with = "revert")]
    pub(crate) adopt: Option<String>,

    /// Writes a migration that makes the database hold what the migrations give, after trying it
    #[arg(long, value_name = "NAME")]
    pub(crate) revert: Option<String>,

    /// With --adopt: records the migration as applied in this database, where its changes are already
    #[arg(long, requires = "adopt")]
    pub(crate) mark_applied: bool,

    /// Writes to the database without asking, also on a terminal
    #[arg(long, requires = "mark_applied")]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) compared: Compared,

    #[command(flatten)]
    pub(crate) shadow: Shadow,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Direction {
    /// The migrations become like the database
    Adopt,
    /// The database becomes like its migrations
    Revert,
}

#[derive(Group)]
pub(crate) struct Verify {
    /// The expectations [default: migsafe.verify.json beside the migrations folder]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// The same as FILE
    #[arg(long = "file", value_name = "FILE", conflicts_with = "file")]
    pub(crate) file_option: Option<PathBuf>,

    /// Only the expectations on this schema; can be given several times
    #[arg(long = "schema", value_name = "NAME")]
    pub(crate) schemas: Vec<String>,

    /// Lists what is met, too
    #[arg(long)]
    pub(crate) all: bool,

    /// Writes expectations to this file, and checks nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "file_option", "all"])]
    pub(crate) generate: Option<PathBuf>,

    /// What they are made from: a database URL, a migrations folder, an SQL file, or a file that `migsafe schema --export`
    /// wrote [default: the migrations]
    #[arg(long, value_name = "URL|PATH", requires = "generate")]
    pub(crate) from: Option<String>,

    /// With --generate: what the SQL of folders and files is written for [default: migration_lock.toml, else the URL]
    #[arg(long, value_name = "DIALECT", requires = "generate")]
    pub(crate) dialect: Option<DialectName>,

    /// With columns, keys of indexes, values of enums, views, functions and triggers
    #[arg(long, requires = "generate")]
    pub(crate) extended: bool,

    /// Replaces a file that is there
    #[arg(long, requires = "generate")]
    pub(crate) overwrite: bool,

    #[command(flatten)]
    pub(crate) shadow: Shadow,
}

#[derive(Group)]
pub(crate) struct Status {
    /// Lists every applied migration, not only the last few
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Group)]
pub(crate) struct Deploy {
    /// Says what would be applied, and writes nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Up to and including this migration
    #[arg(long, value_name = "NAME", conflicts_with = "count")]
    pub(crate) to: Option<String>,

    /// At most so many migrations
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) count: Option<u32>,

    /// Goes on with a migration that runs statement by statement and failed at one of them
    #[arg(long)]
    pub(crate) resume: bool,

    /// What to do when the database is not up to date
    #[arg(long, value_name = "MODE", default_value = "apply", conflicts_with = "dry_run")]
    pub(crate) mode: DeployMode,

    /// How long to wait for the migration lock or for the other deploy
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = "60")]
    pub(crate) lock_wait: Duration,

    /// How long a statement may wait for a lock on a table; 0 for no limit
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = "5")]
    pub(crate) lock_timeout: Duration,

    /// How long a statement may run; 0 for no limit [default: the server's setting]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) statement_timeout: Option<Duration>,

    /// How often a migration is tried again after a lock time-out or a deadlock
    #[arg(long, value_name = "N", default_value = "5")]
    pub(crate) retries: u32,

    /// How long what is under way may take after a signal asked to stop [default: as long as it takes]
    ///
    /// SIGTERM or SIGINT ends the deploy after the migration under way, or after the statement of one that runs statement
    /// by statement. When this time is over, and at a second signal, it is cancelled instead.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) stop_grace: Option<Duration>,

    #[command(flatten)]
    pub(crate) data: DataChecks,

    /// Afterwards checks the expectations in this file, as `migsafe verify` does; exit code 6 if one is missed
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) verify: Option<PathBuf>,

    /// Writes what the run did to this file, in the text format of Prometheus
    #[arg(long, value_name = "PATH")]
    pub(crate) metrics_file: Option<PathBuf>,

    /// For --rule drift=…: differences that are known, a JSON list with pattern, owner, reason, expires
    #[arg(long, value_name = "FILE")]
    pub(crate) ignore: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) shadow: Shadow,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum DeployMode {
    /// Apply what is pending
    Apply,
    /// Wait until another deploy has applied it
    Wait,
    /// Look once, and fail unless up to date
    Verify,
}

impl From<DeployMode> for Mode {
    fn from(mode: DeployMode) -> Self {
        match mode {
            DeployMode::Apply => Self::Apply,
            DeployMode::Wait => Self::Wait,
            DeployMode::Verify => Self::Verify,
        }
    }
}

#[derive(Group)]
pub(crate) struct Resolve {
    #[command(flatten)]
    pub(crate) decision: Decision,

    /// Writes without asking, also on a terminal
    #[arg(long)]
    pub(crate) yes: bool,

    /// Shows what would be written, and writes nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// How long to wait for the migration lock
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true, default_value = "10")]
    pub(crate) lock_wait: Duration,
}

#[derive(Group)]
#[group(required = true, multiple = false)]
pub(crate) struct Decision {
    /// All changes of the migration are in the database: records it without running it
    #[arg(long, value_name = "NAME")]
    pub(crate) applied: Option<String>,

    /// No change of the failed migration is in the database: it becomes pending again
    #[arg(long, value_name = "NAME")]
    pub(crate) rolled_back: Option<String>,
}

#[derive(Group)]
pub(crate) struct Locks {
    /// First waits until the migration lock is free; exit code 5 if that takes longer
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) wait: Option<Duration>,
}

#[derive(Group)]
pub(crate) struct Lint {
    /// SQL files, migrations or folders of migrations; - for standard input [default: all migrations]
    #[arg(value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,

    /// Only migrations that are pending in the database, which is read for that
    #[arg(long, conflicts_with = "files")]
    pub(crate) pending: bool,

    /// Asks the database what they would do to its rows and what they would lock; reads only
    #[arg(long, requires = "pending")]
    pub(crate) live: bool,

    /// Shows no keys of rows that are in the way
    #[arg(long, requires = "live")]
    pub(crate) no_samples: bool,

    /// Only migrations that were added or changed since a commit, branch or tag of Git
    #[arg(long, value_name = "REF", conflicts_with_all = ["files", "pending"])]
    pub(crate) since: Option<String>,

    /// What the SQL is written for [default: migration_lock.toml, else the database URL]
    #[arg(long, value_name = "DIALECT")]
    pub(crate) dialect: Option<DialectName>,

    /// The version of the server that it is written for, such as 15 or 3.45 [default: the oldest supported]
    #[arg(long, value_name = "VERSION", value_parser = server_version)]
    pub(crate) server_version: Option<String>,

    /// The severity from which on a finding refuses, with exit code 4
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(crate) fail_on: FailOn,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum DialectName {
    /// PostgreSQL
    Postgresql,
    /// SQLite
    Sqlite,
}

impl From<DialectName> for Dialect {
    fn from(name: DialectName) -> Self {
        match name {
            DialectName::Postgresql => Self::Postgres,
            DialectName::Sqlite => Self::Sqlite,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum FailOn {
    Note,
    Warn,
    Error,
}

impl From<FailOn> for Severity {
    fn from(name: FailOn) -> Self {
        match name {
            FailOn::Note => Self::Note,
            FailOn::Warn => Self::Warn,
            FailOn::Error => Self::Error,
        }
    }
}

#[derive(Group)]
pub(crate) struct Explain {
    /// The rule, as it stands in brackets before a finding
    #[arg(value_name = "RULE")]
    pub(crate) rule: Option<String>,
}

#[derive(Group)]
pub(crate) struct New {
    /// What it does in a few words, such as add_users
    #[arg(value_name = "NAME", required_unless_present = "template", conflicts_with = "template")]
    pub(crate) name: Option<String>,

    /// Writes the migrations of a change that old and new code both survive
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) template: Option<TemplateName>,

    /// Which release of the change is written
    #[arg(long, value_name = "N", requires = "template", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) release: u32,

    /// Shows the steps and their SQL, and writes nothing
    #[arg(long, requires = "template")]
    pub(crate) dry_run: bool,

    /// The table, also as SCHEMA.TABLE
    #[arg(long, value_name = "TABLE", requires = "template", value_parser = object_name)]
    pub(crate) table: Option<ObjectName>,

    /// The column; several for an index or a key, separated by commas
    #[arg(long = "column", value_name = "COLUMN", requires = "template", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,

    /// The new name
    #[arg(long, value_name = "NAME", requires = "template")]
    pub(crate) to: Option<String>,

    /// The type of the column, in SQL; of change-type the new one
    #[arg(long = "type", value_name = "TYPE", requires = "template")]
    pub(crate) ty: Option<String>,

    /// The type that the column has now, in SQL
    #[arg(long, value_name = "TYPE", requires = "template")]
    pub(crate) from_type: Option<String>,

    /// A constant for every row, in SQL: 'free', 0, now()
    #[arg(long, value_name = "SQL", requires = "template", conflicts_with = "value")]
    pub(crate) default: Option<String>,

    /// What rows that exist get, computed from their other columns, in SQL
    #[arg(long, value_name = "SQL", requires = "template")]
    pub(crate) value: Option<String>,

    /// The referenced table, with its columns unless they are its primary key: orgs or orgs(id)
    #[arg(long, value_name = "TABLE", requires = "template", value_parser = referenced)]
    pub(crate) references: Option<(ObjectName, Vec<String>)>,

    /// What must hold for every row, in SQL
    #[arg(long, value_name = "SQL", requires = "template")]
    pub(crate) check: Option<String>,

    /// The name of the check [default: after the table]
    #[arg(long, value_name = "NAME", requires = "template")]
    pub(crate) constraint: Option<String>,

    /// The primary key's column, by which rows are taken in batches; several separated by commas
    #[arg(
        long,
        value_name = "COLUMN",
        requires = "template",
        default_value = "id",
        value_delimiter = ','
    )]
    pub(crate) key: Vec<String>,
}

const TEMPLATES: &str = "\
Templates and what they need:
  add-index        --table --column
  add-unique       --table --column
  add-foreign-key  --table --column --references
  add-check        --table --check [--constraint]
  set-not-null     --table --column
  required-column  --table --column --type, and --default or --value [--key]
  rename-column    --table --column --to --type [--key]
  change-type      --table --column --to --from-type --type [--key]
  rename-table     --table --to
  drop-column      --table --column
  drop-table       --table
Migrations of the next release are written with --release 2 (3), when no process of the
release before runs any more.";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TemplateName {
    AddIndex,
    AddUnique,
    AddForeignKey,
    AddCheck,
    SetNotNull,
    RequiredColumn,
    RenameColumn,
    ChangeType,
    RenameTable,
    DropColumn,
    DropTable,
}

/// Names are taken as they are, not folded: `User` is the table that Prisma calls `User`.
fn object_name(text: &str) -> Result<ObjectName, String> {
    let name = match text.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::unqualified(text),
    };
    let empty = name.name.is_empty() || name.schema.as_deref() == Some("");
    if empty { Err("write TABLE or SCHEMA.TABLE".to_owned()) } else { Ok(name) }
}

fn referenced(text: &str) -> Result<(ObjectName, Vec<String>), String> {
    let Some((table, columns)) = text.split_once('(') else {
        return Ok((object_name(text)?, Vec::new()));
    };
    let columns: Vec<String> = columns
        .strip_suffix(')')
        .ok_or("write TABLE or TABLE(COLUMN,COLUMN)")?
        .split(',')
        .map(|column| column.trim().to_owned())
        .collect();
    if columns.iter().any(String::is_empty) {
        return Err("write TABLE or TABLE(COLUMN,COLUMN)".to_owned());
    }
    Ok((object_name(table.trim())?, columns))
}

fn rule(text: &str) -> Result<(String, Severity), String> {
    let (id, severity) =
        text.split_once('=').ok_or("write ID=SEVERITY, for example out-of-order=warn")?;
    Ok((id.to_owned(), severity.parse()?))
}

fn server_version(text: &str) -> Result<String, String> {
    let is_number =
        |part: &str| (1..4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if text.split('.').count() <= 3 && text.split('.').all(is_number) {
        return Ok(text.to_owned());
    }
    Err("write the number of a version, for example 15 or 17.2".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let refused = || "write a number of seconds, for example 30 or 0.5".to_owned();
    let seconds: f64 = text.parse().map_err(|_| refused())?;
    // A longer time could not be added to a clock.
    const YEAR: f64 = 366.0 * 86_400.0;
    if seconds > YEAR {
        return Err("at most a year".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn seconds_are_checked() {
        assert_eq!(seconds("0.5").unwrap(), Duration::from_millis(500));
        for text in ["", "x", "-1", "NaN", "inf", "1e300"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
