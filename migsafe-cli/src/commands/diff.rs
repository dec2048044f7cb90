//! `migsafe diff`.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use migsafe_core::report::{ExitCode, json, text};
use migsafe_core::schema::diff::IgnoreRules;
use migsafe_core::schema::{DiffOptions, diff};

use crate::args::Diff;
use crate::failure::Failure;
use crate::output::Output;
use crate::side;

pub(crate) async fn run(args: Diff, output: &Output) -> Result<ExitCode, Failure> {
    let options = options(&args)?;
    let (from, from_name) = side::read(&args.from, &args.schemas, args.privileges).await?;
    let (to, to_name) = side::read(&args.to, &args.schemas, args.privileges).await?;
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
    let rules = IgnoreRules::from_json(&side::text(path)?).map_err(|error| {
        let message = format!("{}: {error}", path.display());
        let help = "write a list of objects with pattern, owner, reason and expires";
        Failure::stopped("invalid-ignore-rules", message, help)
    })?;
    Ok(options.with_ignore(rules))
}
