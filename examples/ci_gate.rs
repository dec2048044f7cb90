//! A gate for a pipeline: is this database ready for this folder of migrations?
//!
//! `cargo run --example ci_gate -- [DATABASE_URL [MIGRATIONS]]`
//!
//! Reads only: no lock, no table created, a read-only role is enough. Ends with the exit codes of the command line:
//! 0 up to date, 3 something is pending, 4 refused, 1 could not find out.
//!
//! Without arguments it looks at a database that it prepares itself: three of the ten migrations are
//! missing, and one that was applied was edited afterwards. So `cargo run --example ci_gate` ends with 4.
//! For `postgresql://…` build it with `--features postgres`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::process::ExitCode;

use migsafe_core::engine::status;
use migsafe_core::report::{Status, Style, text};
use migsafe_core::{
    Environment, Error, HistoryStore, Migrations, Options, Policy, ensure_up_to_date,
};
use migsafe_sqlite::SqliteStore;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");

/// The judgement that a deploy to production would start from.
async fn gate(url: &str, folder: &str) -> Result<Status, Error> {
    let migrations = Migrations::from_directory(folder)?;
    let store = open(url).await?;
    let policy = Policy::for_environment(Environment::production());
    status(&*store, &migrations, &Options::default().with_policy(policy)).await
}

#[cfg(feature = "postgres")]
async fn open(url: &str) -> Result<Box<dyn HistoryStore>, Error> {
    if url.starts_with("postgres") {
        return Ok(Box::new(migsafe_postgres::PostgresStore::connect(url).await?));
    }
    Ok(Box::new(SqliteStore::open(url)?))
}

#[cfg(not(feature = "postgres"))]
async fn open(url: &str) -> Result<Box<dyn HistoryStore>, Error> {
    Ok(Box::new(SqliteStore::open(url)?))
}

/// A database as one finds it: seven of the ten migrations were deployed, one of them with another script.
async fn prepare(url: &str) -> Result<(), Error> {
    let deployed = Migrations::from_directory(FOLDER)?
        .iter()
        .take(7)
        .map(|migration| {
            let mut script = migration.script().unwrap_or_default().to_owned();
            if migration.name().slug() == "add_jobs" {
                script.push_str("\n-- as it was when it was deployed\n");
            }
            (migration.name().clone(), script)
        })
        .collect::<Vec<_>>();
    let deployed = Migrations::from_scripts(deployed)?;
    let store = SqliteStore::open(url)?;
    ensure_up_to_date(&store, &deployed, Options::default()).await.map(drop)
}

/// The gate over a database of its own.
async fn demonstration() -> Result<Status, Error> {
    // A folder in memory would do as well; a file is what one has.
    let name = format!("migsafe-ci-gate-{}.db", std::process::id());
    let database = std::env::temp_dir().join(name);
    let url = format!("sqlite:{}", database.display());
    prepare(&url).await?;
    let result = gate(&url, FOLDER).await;
    let _ = std::fs::remove_file(&database);
    result
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (url, folder) = (arguments.next(), arguments.next());
    let result = match url {
        Some(url) => gate(&url, folder.as_deref().unwrap_or("prisma/migrations")).await,
        None => demonstration().await,
    };
    match result {
        Ok(status) => {
            print!("{}", text::status(&status, Style::plain()));
            ExitCode::from(status.exit_code().code())
        }
        Err(error) => {
            eprint!("{}", text::error(&error, Style::plain()));
            ExitCode::from(error.exit_code().code())
        }
    }
}

#[cfg(test)]
mod tests {
    use migsafe_core::report::ExitCode;

    use super::*;

    fn rules(status: &Status) -> Vec<&str> {
        status.causes().map(|finding| &*finding.rule).collect()
    }

    #[tokio::test]
    async fn the_demonstration_is_refused_for_the_edited_file() {
        let status = demonstration().await.unwrap();
        assert_eq!(status.exit_code(), ExitCode::Refused);
        assert_eq!(rules(&status), ["edited"]);
        let summary = status.diagnosis().summary();
        assert_eq!((summary.applied, summary.pending, summary.edited), (7, 3, 1));
    }

    #[tokio::test]
    async fn the_gate_opens_when_everything_is_deployed_and_writes_nothing_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gate.db");
        let url = format!("sqlite:{}", file.display());
        let status = gate(&url, FOLDER).await.unwrap();
        assert_eq!(status.exit_code(), ExitCode::NotUpToDate);
        assert!(!file.exists(), "looking must not create the database");
        let store = SqliteStore::open(&url).unwrap();
        let migrations = Migrations::from_directory(FOLDER).unwrap();
        ensure_up_to_date(&store, &migrations, Options::default()).await.unwrap();
        assert_eq!(gate(&url, FOLDER).await.unwrap().exit_code(), ExitCode::Ok);
    }

    #[tokio::test]
    async fn a_wrong_path_is_an_error_and_not_an_empty_folder() {
        let error = gate("sqlite::memory:", "no/such/folder").await.unwrap_err();
        assert_eq!((error.code(), error.exit_code()), ("migrations-not-found", ExitCode::Failure));
    }
}
