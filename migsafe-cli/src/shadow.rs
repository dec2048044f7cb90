//! From options to throw-away databases, and to what two schemas are compared by.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use migsafe_core::Dialect;
use migsafe_core::engine::DriftOptions;
use migsafe_core::schema::diff::IgnoreRules;
use migsafe_core::schema::{DiffOptions, SnapshotOptions};
use migsafe_core::shadow::{DirectoryCache, SnapshotCache};
use migsafe_core::store::ShadowProvider;
use migsafe_postgres::{PostgresOptions, PostgresShadow};
use migsafe_sqlite::SqliteShadow;

use crate::args::{Compared, Global, Shadow};
use crate::connect;
use crate::failure::Failure;

/// Where migrations are replayed: beside the database of `live`, or in the database given for it. Without either there is
/// no server.
pub(crate) fn provider(
    args: &Shadow,
    dialect: Dialect,
    live: Option<PostgresOptions>,
) -> Result<Arc<dyn ShadowProvider>, Failure> {
    if dialect == Dialect::Sqlite {
        return Ok(Arc::new(SqliteShadow));
    }
    let given = args.shadow_database_url.as_deref().filter(|url| !url.is_empty());
    Ok(match (given, live) {
        (Some(url), live) => {
            if !matches!(connect::dialect(url), Ok(Dialect::Postgres)) {
                let message = "the shadow database URL is not of the kind of the database";
                let help = "give --shadow-database-url as postgresql://user@host/database";
                return Err(Failure::usage(message, help));
            }
            let options = PostgresOptions::from_url(url);
            let options =
                options.map_err(|error| Failure::url("the shadow database URL", &error))?;
            Arc::new(PostgresShadow::at(options, live))
        }
        (None, Some(live)) => Arc::new(PostgresShadow::beside(live)),
        (None, None) => {
            let message = "migrations for PostgreSQL are replayed on a server, and none is given";
            let help = "give --shadow-database-url or --database-url, or set DATABASE_URL";
            return Err(Failure::usage(message, help));
        }
    })
}

/// The PostgreSQL database of the global options, if it is one.
pub(crate) fn live(global: &Global) -> Result<Option<PostgresOptions>, Failure> {
    match connect::url(global) {
        Some(url) if connect::dialect(url)? == Dialect::Postgres => {
            Ok(Some(connect::postgres(url, global)?))
        }
        _ => Ok(None),
    }
}

/// The folder that keeps what replays have shown. Without being told nobody would find out that nothing is kept.
pub(crate) fn cache(args: &Shadow) -> Result<Option<Arc<dyn SnapshotCache>>, Failure> {
    let Some(folder) = &args.shadow_cache else {
        return Ok(None);
    };
    if folder.exists() && !folder.is_dir() {
        let message = format!("{} is no folder that could keep schemas", shown(folder));
        return Err(Failure::usage(
            message,
            "give a folder with --shadow-cache; it is made if it is not there",
        ));
    }
    Ok(Some(Arc::new(DirectoryCache::new(folder))))
}

/// How drift of the database of the global options is looked for.
pub(crate) fn drift_options(
    global: &Global,
    compared: &Compared,
    shadow: &Shadow,
) -> Result<DriftOptions, Failure> {
    let url = connect::url(global);
    let dialect = url.map(connect::dialect).transpose()?;
    let provider = match dialect {
        Some(dialect) => Some(provider(shadow, dialect, live(global)?)?),
        None => None,
    };
    Ok(DriftOptions::default()
        .with_shadow(provider)
        .with_snapshot(snapshot_options(url, compared)?)
        .with_diff(diff_options(compared)?)
        .with_cache(cache(shadow)?))
}

/// How much of a schema is read.
pub(crate) fn snapshot_options(
    url: Option<&str>,
    args: &Compared,
) -> Result<SnapshotOptions, Failure> {
    let scope = connect::scope(url, &args.schemas)?;
    Ok(SnapshotOptions::default().with_scope(scope).with_privileges(args.privileges))
}

/// What is tolerated and ignored.
pub(crate) fn diff_options(args: &Compared) -> Result<DiffOptions, Failure> {
    let today: DateTime<Utc> = SystemTime::now().into();
    let options = DiffOptions::default().on(today.date_naive());
    let options = if args.exact { options.exact() } else { options };
    let Some(path) = &args.ignore else {
        return Ok(options);
    };
    let rules = IgnoreRules::from_json(&read(path, IGNORE)?).map_err(|error| {
        let message = format!("{}: {error}", path.display());
        let help = "write a list of objects with pattern, owner, reason and expires";
        Failure::stopped("invalid-ignore-rules", message, help)
    })?;
    Ok(options.with_ignore(rules))
}

/// What can be done about a file of rules that cannot be read.
const IGNORE: &str =
    "name the file of ignore rules, a list of objects with pattern, owner, reason and expires";

/// The text of a file that was named on the command line.
pub(crate) fn read(path: &Path, help: &str) -> Result<String, Failure> {
    let unreadable = |why: &dyn std::fmt::Display| {
        let message = format!("{} cannot be read: {why}", shown(path));
        Failure::stopped("file-unreadable", message, help)
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    if bytes.starts_with(b"SQLite format 3\0") {
        let message = format!("{} is a database of SQLite", shown(path));
        return Err(Failure::usage(message, "give it as a URL: sqlite:PATH"));
    }
    String::from_utf8(bytes).map_err(|_| unreadable(&"it is not written as UTF-8"))
}

/// A path. What could be a URL with a mistake in it is not repeated: it may hold a password.
pub(crate) fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains('@') { "the file given".to_owned() } else { path }
}
