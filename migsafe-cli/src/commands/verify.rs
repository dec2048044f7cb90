//! `migsafe verify`.

use std::path::Path;

use migsafe_core::engine;
use migsafe_core::report::{ExitCode, json, markdown, text};
use migsafe_core::schema::{Snapshot, SnapshotOptions};
use migsafe_core::verify::{Expectations, ExpectationsError, Form};

use crate::args::{Global, Verify};
use crate::connect;
use crate::expectations;
use crate::failure::Failure;
use crate::file;
use crate::output::Output;
use crate::side::{Replaying, Side, read_side};

pub(crate) async fn run(
    global: &Global,
    args: Verify,
    output: &Output,
) -> Result<ExitCode, Failure> {
    if let Some(file) = &args.generate {
        return generate(global, &args, file, output).await;
    }
    let file = args.file.as_ref().or(args.file_option.as_ref());
    let file = file.cloned().unwrap_or_else(|| expectations::usual(global));
    let expectations = only(expectations::read(&file)?, &args.schemas)?;
    let store = connect::store(global)?;
    let found = engine::verify(&*store, &expectations).await?;
    output.report_or_markdown(
        |style| text::verify(&found, style.showing_all(args.all)),
        || json::verify(&found),
        || markdown::verify(&found),
    )?;
    Ok(found.exit_code())
}

/// The sections that are named; all if none is.
fn only(expectations: Expectations, schemas: &[String]) -> Result<Expectations, Failure> {
    if schemas.is_empty() {
        return Ok(expectations);
    }
    let known: Vec<&str> = expectations.sections.keys().map(String::as_str).collect();
    if let Some(name) = schemas.iter().find(|name| !known.contains(&name.as_str())) {
        let help = format!("the file has sections for: {}", known.join(", "));
        return Err(Failure::usage(format!("nothing is expected of the schema {name:?}"), help));
    }
    Ok(expectations.only(schemas))
}

async fn generate(
    global: &Global,
    args: &Verify,
    file: &Path,
    output: &Output,
) -> Result<ExitCode, Failure> {
    if !args.overwrite && file.symlink_metadata().is_ok() {
        let message = format!("{} is there already", file.display());
        let help = "give --overwrite to replace it, or another name";
        return Err(Failure::stopped("not-written", message, help));
    }
    let form = if args.extended { Form::Extended } else { Form::Simple };
    let mut made = Expectations::generate(&source(global, args).await?, form);
    if !args.schemas.is_empty() && !args.schemas.iter().any(|name| name == "*") {
        made.expectations = made.expectations.only(&args.schemas);
        let is_named = |schema: &str| args.schemas.iter().any(|name| name == schema);
        made.left_out.retain(|one| one.object.schema().is_none_or(is_named));
    }
    if made.expectations.is_empty() {
        let error = ExpectationsError::Empty;
        let message = "there is nothing in the schema that could be expected";
        return Err(Failure::stopped(error.code(), message, "name a schema that holds tables"));
    }
    file::replace(file, &made.expectations.to_json())?;
    let name = file.display().to_string();
    output.report_or_markdown(
        |style| text::generated(&made, &name, style),
        || json::generated(&made, &name),
        || markdown::generated(&made, &name),
    )?;
    Ok(ExitCode::Ok)
}

/// The schema that expectations are made from: by default what the migrations give.
async fn source(global: &Global, args: &Verify) -> Result<Snapshot, Failure> {
    let side = match &args.from {
        Some(from) => Side::of(from)?,
        None => Side::of_migrations(&connect::migrations(global)?),
    };
    let url = side.url().or(connect::url(global));
    let wanted = SnapshotOptions::default().with_scope(connect::scope(url, &args.schemas)?);
    let dialect = args.dialect.map(Into::into);
    let replaying = Replaying { global, shadow: &args.shadow, dialect, beside: None };
    Ok(read_side(side, &wanted, &replaying).await?.snapshot)
}
