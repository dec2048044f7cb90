//! From options to the things that the engine works on.

use std::path::{Path, PathBuf};

use migsafe_core::policy::{self, OverrideError};
use migsafe_core::schema::Scope;
use migsafe_core::{Dialect, HistoryStore, Migrations, Policy};
use migsafe_postgres::{PostgresOptions, PostgresStore};
use migsafe_sqlite::SqliteStore;

use crate::args::Global;
use crate::failure::Failure;

const FOLDERS: [&str; 2] = ["prisma/migrations", "migrations"];

const URL_HELP: &str = "give --database-url or set DATABASE_URL: postgresql://user@host/database, sqlite:path or file:path";

/// The database; it is connected to when it is first asked something.
pub(crate) fn store(global: &Global) -> Result<Box<dyn HistoryStore>, Failure> {
    let url = url(global).ok_or_else(|| Failure::usage("no database is given", URL_HELP))?;
    Ok(match dialect(url)? {
        Dialect::Sqlite => Box::new(SqliteStore::open(url)?),
        _ => Box::new(PostgresStore::from_options(postgres(url, global)?)),
    })
}

/// The database of a URL, to be looked at only.
pub(crate) fn store_of(url: &str) -> Result<Box<dyn HistoryStore>, Failure> {
    Ok(match dialect(url)? {
        Dialect::Sqlite => Box::new(SqliteStore::open(url)?),
        _ => Box::new(PostgresStore::from_options(PostgresOptions::from_url(url)?)),
    })
}

/// Whether a text is meant as a URL and not as the path of a file.
pub(crate) fn is_url(text: &str) -> bool {
    match text.split_once(':') {
        Some((scheme, rest)) => rest.starts_with("//") || SCHEMES.contains(&scheme),
        None => false,
    }
}

const SCHEMES: [&str; 4] = ["file", "postgres", "postgresql", "sqlite"];

/// The schemas that are named, else that of the URL, else all.
pub(crate) fn scope(url: Option<&str>, named: &[String]) -> Result<Scope, Failure> {
    if named.iter().any(|name| name == "*") {
        return Ok(Scope::All);
    }
    if !named.is_empty() {
        return Ok(Scope::schemas(named));
    }
    match url {
        Some(url) if dialect(url)? == Dialect::Postgres => {
            let options = PostgresOptions::from_url(url)?;
            Ok(options.schema().map_or(Scope::All, |schema| Scope::schemas([schema])))
        }
        _ => Ok(Scope::All),
    }
}

/// A PostgreSQL database with the options that are for all of a run.
pub(crate) fn postgres(url: &str, global: &Global) -> Result<PostgresOptions, Failure> {
    let options = PostgresOptions::from_url(url)?
        .with_lock_mode(global.lock_mode.into())
        .with_statement_mode(global.statement_mode.into());
    match direct_url(global) {
        Some(direct) => {
            options.with_direct_url(direct).map_err(|error| Failure::url("the direct URL", &error))
        }
        None => Ok(options),
    }
}

/// The URL given; an empty variable is as good as none.
pub(crate) fn url(global: &Global) -> Option<&str> {
    global.database_url.as_deref().filter(|url| !url.is_empty())
}

/// The URL past a pooler; an empty variable is as good as none.
pub(crate) fn direct_url(global: &Global) -> Option<&str> {
    global.direct_url.as_deref().filter(|url| !url.is_empty())
}

/// The database that a URL is of. Only names of databases are ever repeated: a part of a URL can be
/// a password.
pub(crate) fn dialect(url: &str) -> Result<Dialect, Failure> {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let scheme = scheme.unwrap_or_default();
    match &*scheme {
        "file" | "sqlite" => Ok(Dialect::Sqlite),
        "postgres" | "postgresql" => Ok(Dialect::Postgres),
        "cockroachdb" | "mariadb" | "mongodb" | "mongodb+srv" | "mysql" | "prisma"
        | "prisma+postgres" | "sqlserver" => {
            let message = format!("databases of the kind {scheme} are not supported");
            Err(Failure::usage(message, URL_HELP))
        }
        _ => Err(Failure::usage("the database URL is of no known kind", URL_HELP)),
    }
}

/// Reads the migrations folder.
pub(crate) fn migrations(global: &Global) -> Result<Migrations, Failure> {
    match folder(global) {
        Some(folder) => Ok(Migrations::from_directory(folder)?),
        None => Err(Failure::stopped(
            "migrations-not-found",
            format!("there is neither {} nor {} here", FOLDERS[0], FOLDERS[1]),
            "give the folder that holds the migrations (--migrations DIR), or create it with `migsafe new NAME`",
        )),
    }
}

/// The folder given, or the first of the usual ones that exists.
pub(crate) fn folder(global: &Global) -> Option<PathBuf> {
    let usual = || FOLDERS.into_iter().map(PathBuf::from).find(|folder| folder.is_dir());
    global.migrations.clone().or_else(usual)
}

/// The folder for a first migration.
pub(crate) fn new_folder() -> PathBuf {
    let [with_prisma, without] = FOLDERS;
    PathBuf::from(if Path::new("prisma").is_dir() { with_prisma } else { without })
}

/// The policy of the environment with the overrides given.
pub(crate) fn policy(global: &Global) -> Result<Policy, Failure> {
    let policy = Policy::for_environment(global.environment.clone());
    global.rules.iter().try_fold(policy, |policy, (rule, severity)| {
        policy
            .with_override(rule.clone(), *severity, "given with --rule")
            .map_err(|error| Failure::usage(error.to_string(), way_out(&error, rule)))
    })
}

fn way_out(error: &OverrideError, rule: &str) -> String {
    match error {
        OverrideError::UnknownRule(_) => similar_rules(rule),
        _ => format!(
            "leave out --rule {rule}=…, and mend what it finds; `migsafe explain {rule}` says more"
        ),
    }
}

/// The rules that may be meant by what was written.
pub(crate) fn similar_rules(written: &str) -> String {
    let ids = policy::similar_rules(written);
    if ids.is_empty() {
        return "every finding names its rule, as in error[orphaned]; `migsafe explain` lists all"
            .to_owned();
    }
    format!("similar rules: {}", ids.join(", "))
}
