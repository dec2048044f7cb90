//! Expand and contract as suggestions.

use super::Site;
use crate::policy::Suggestion;
use crate::template::Template;

/// The migrations of a template's first release; `None` where it has none.
pub(super) fn first_release(site: &Site<'_>, template: &Template) -> Option<Suggestion> {
    let releases = template.releases(site.facts().dialect()).ok()?;
    let first = releases.into_iter().next()?;
    let scripts: Vec<String> = first.migrations.into_iter().map(|draft| draft.script).collect();
    (!scripts.is_empty()).then(|| Suggestion::migrations(scripts))
}
