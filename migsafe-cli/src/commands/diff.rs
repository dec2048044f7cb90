//! `migsafe diff`.

use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use migsafe_core::engine;
use migsafe_core::report::{ExitCode, json, text};
use migsafe_core::schema::diff::IgnoreRules;
use migsafe_core::schema::{DiffOptions, Snapshot, SnapshotOptions, diff};

use crate::args::Diff;
use crate::connect;
use crate::failure::Failure;
use crate::output::Output;

pub(crate) async fn run(args: Diff, output: &Output) -> Result<ExitCode, Failure> {
    let options = options(&args)?;
    let (from, from_name) = side(&args, &args.from).await?;
    let (to, to_name) = side(&args, &args.to).await?;
    let found = diff(&from, &to, &options).map_err(|error| Failure::schemas(&error))?;
    output.report(
        |style| text::diff(&found, &from_name, &to_name, style.showing_all(args.all)),
        || json::diff(&found, &from_name, &to_name),
    )?;
    Ok(if found.is_empty() { ExitCode::Ok } else { ExitCode::Drift })
}

fn options(args: &Diff) -> Result<DiffOptions, Failure> {
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

/// A side with its name: the database of a URL, or a file.
async fn side(args: &Diff, text: &str) -> Result<(Snapshot, String), Failure> {
    if !connect::is_url(text) {
        let snapshot = Snapshot::from_json(&read(Path::new(text))?).map_err(|error| {
            let message = format!("{}: {error}", shown(Path::new(text)));
            Failure::stopped(error.code(), message, error.help())
        })?;
        return Ok((snapshot, shown(Path::new(text))));
    }
    let scope = connect::scope(Some(text), &args.schemas)?;
    let store = connect::store_of(text)?;
    let wanted = SnapshotOptions::default().with_scope(scope).with_privileges(args.privileges);
    Ok((engine::read_schema(&*store, &wanted).await?, store.describe()))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        let message = format!("{} cannot be read: {error}", shown(path));
        let help =
            "give the path of a file that `migsafe schema --export` wrote, or a database URL";
        Failure::stopped("file-unreadable", message, help)
    })
}

/// A path. What could be a URL with a mistake in it is not repeated: it may hold a password.
fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    if path.contains('@') { "the file given".to_owned() } else { path }
}
