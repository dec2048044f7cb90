//! Findings that a look at the rows can make harmless.

use super::{Rebuild, Site};
use crate::data::DataOutcome;
use crate::policy::{Findings, Location, Severity};

/// The same findings, a note at most where the database has said that no row stands in the way and none is lost.
pub(super) fn by_rows<'f>(site: &Site<'_>, findings: &'f mut Findings<'_>) -> Findings<'f> {
    at(site, &site.location(), findings)
}

/// The same for the copy of a rebuild: the database is asked about the whole of it where the old table is dropped.
pub(super) fn by_rows_of<'f>(
    site: &Site<'_>,
    rebuild: &Rebuild<'_>,
    findings: &'f mut Findings<'_>,
) -> Findings<'f> {
    let drop = rebuild.drops.first().and_then(|index| {
        let action = site.script.statements().get(*index)?.actions().first()?;
        Some(Location::of_action(*index, action))
    });
    at(site, &drop.unwrap_or_else(|| site.location()), findings)
}

fn at<'f>(site: &Site<'_>, location: &Location, findings: &'f mut Findings<'_>) -> Findings<'f> {
    let most = match site.facts().outcome(site.migration, location) {
        Some(DataOutcome::Fine) => Severity::Note,
        _ => Severity::Error,
    };
    findings.weigh_at_most(most)
}
