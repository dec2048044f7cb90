//! Findings that a look at the rows can make harmless.

use super::Site;
use crate::data::DataOutcome;
use crate::policy::{Findings, Severity};

/// The same findings, a note at most where the database has said that no row stands in the way and none is lost.
pub(super) fn by_rows<'f>(site: &Site<'_>, findings: &'f mut Findings<'_>) -> Findings<'f> {
    let most = match site.facts().outcome(site.migration, &site.location()) {
        Some(DataOutcome::Fine) => Severity::Note,
        _ => Severity::Error,
    };
    findings.weigh_at_most(most)
}
