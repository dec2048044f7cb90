//! What the rules on time-outs share.

use super::{Site, sites};
use crate::Dialect::Postgres;
use crate::lock::TableLock;
use crate::lock::impact::LockImpact;
use crate::policy::Facts;
use crate::sql::{ActionKind, Fact, ObjectName};

/// Of each script the first action that locks a table that is in use against writers, as long as nothing
/// before it in the script sets this. In a script that runs statement by statement nothing sets it: it
/// would be gone before the action.
pub(super) fn locks_without<'a>(
    facts: &'a Facts<'_>,
    setting: &str,
) -> Vec<(Site<'a>, ObjectName)> {
    let mut found = Vec::new();
    let (mut migration, mut done) = (None, false);
    for site in sites(facts, Postgres) {
        if migration != Some(site.migration) {
            (migration, done) = (Some(site.migration), false);
        }
        if done {
            continue;
        }
        if sets(&site, setting) && !site.script.runs_by_statement() {
            done = true;
        } else if let Some(table) = locked(&site) {
            found.push((site, table));
            done = true;
        }
    }
    found
}

/// Whether the statement gives the setting a value.
pub(super) fn sets(site: &Site<'_>, setting: &str) -> bool {
    let reset = matches!(&site.action.kind, ActionKind::Set { value: None, .. });
    !reset
        && site
            .statement
            .has(|fact| matches!(fact, Fact::SetsSetting { name, .. } if name == setting))
}

/// The first table that the action locks against writers, unless it was made a moment ago.
fn locked(site: &Site<'_>) -> Option<ObjectName> {
    let impact = LockImpact::of_site(site);
    let mut strong = impact.named().filter(|(name, relation)| {
        relation.lock.is_some_and(|lock| lock >= TableLock::Share) && !site.is_new(name)
    });
    strong.next().map(|(name, _)| name.clone())
}
