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
            if connect::dialect(url)? != Dialect::Postgres {
                let message = "the shadow database URL is of another kind than the database";
                return Err(Failure::usage(message, "give a PostgreSQL URL"));
            }
            Arc::new(PostgresShadow::at(PostgresOptions::from_url(url)?, live))
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

pub(crate) fn cache(args: &Shadow) -> Option<Arc<dyn SnapshotCache>> {
    let folder = args.shadow_cache.as_ref()?;
    Some(Arc::new(DirectoryCache::new(folder)))
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
        .with_cache(cache(shadow)))
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
    let rules = IgnoreRules::from_json(&read(path)?).map_err(|error| {
        let message = format!("{}: {error}", path.display());
        let help = "write a list of objects with pattern, owner, reason and expires";
        Failure::stopped("invalid-ignore-rules", message, help)
    })?;
    Ok(options.with_ignore(rules))
}

/// The text of a file that was named on the command line.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let message = format!("{} cannot be read: {error}", shown(path));
        let help = "give a database URL, a migrations folder, an SQL file, or a file that `migsafe schema --export` wrote";
        Failure::stopped("file-unreadable", message, help)
    })
}

/// A path. What could be a URL with a mistake in it is not repeated: it may hold a password.
pub(crate) fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains('@') { "the file given".to_owned() } else { path }
}
