//! `migsafe diff`.

use migsafe_core::report::{Comparison, ExitCode, json, markdown, text};

use crate::args::{Diff, Global};
use crate::failure::Failure;
use crate::output::Output;
use crate::schemas;
use crate::shadow::{diff_options, snapshot_options};
use crate::side::{Replaying, Side, read_side};

pub(crate) async fn run(global: &Global, args: Diff, output: &Output) -> Result<ExitCode, Failure> {
    let options = diff_options(&args.compared)?;
    let (from, to) = (Side::of(&args.from)?, Side::of(&args.to)?);
    // Each side says for the other what it does not say itself.
    let url = |side: &Side| side.url().map(str::to_owned);
    let (from_url, to_url) = (url(&from), url(&to));
    let (from_dialect, to_dialect) = (from.dialect(), to.dialect());
    let given = args.dialect.map(Into::into);
    let side = async |side: Side, url: &Option<String>, other: &Option<String>, dialect| {
        let wanted = snapshot_options(url.as_deref().or(other.as_deref()), &args.compared)?;
        let beside = other.as_deref();
        let replaying =
            Replaying { global, shadow: &args.shadow, dialect: given.or(dialect), beside };
        read_side(side, &wanted, &replaying).await
    };
    let from = side(from, &from_url, &to_url, from_dialect.or(to_dialect)).await?;
    let to = side(to, &to_url, &from_url, to_dialect.or(from_dialect)).await?;
    schemas::are_there(&args.compared.schemas, &[&from.snapshot, &to.snapshot])?;
    let sides = ((&*from.name, &from.snapshot), (&*to.name, &to.snapshot));
    let found = Comparison::of(sides.0, sides.1, &options)
        .map_err(|error| Failure::schemas(&error))?
        .with_notes(from.notes.into_iter().chain(to.notes));
    if args.sql {
        output.sql(found.forward())?;
    } else {
        output.report_or_markdown(
            |style| text::diff(&found, style.showing_all(args.compared.all)),
            || json::diff(&found),
            || markdown::diff(&found),
        )?;
    }
    Ok(if found.diff().is_empty() { ExitCode::Ok } else { ExitCode::Drift })
}
