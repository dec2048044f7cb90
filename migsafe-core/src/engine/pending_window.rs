//! How long pending migrations hold what they lock: to the end of their transaction.

use serde::Serialize;

use super::Place;
use crate::lint::Site;
use crate::lock::TableLock;
use crate::lock::impact::{LockImpact, lock_windows};
use crate::sql::ObjectName;

/// A relation that stays locked while later statements of the same transaction run, in a mode that stops writes or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PendingWindow {
    /// Its name: as the database has it, or as the statement gives it.
    pub relation: String,
    /// Whether it exists; `None` if the database was not asked.
    pub exists: Option<bool>,
    /// The strongest mode; `None` where it depends on more than is known.
    pub lock: Option<TableLock>,
    /// The statement that takes it.
    #[serde(flatten)]
    pub place: Place,
    /// How many statements run after that one, with the lock held.
    pub later_statements: usize,
    /// The lines of those of them that read or rewrite whole tables, or may.
    pub slow_lines: Vec<u32>,
    #[serde(skip)]
    asked: ObjectName,
}

impl PendingWindow {
    /// The windows of one script, from its statements that lock something, in order.
    pub(super) fn of_script(statements: &[(Site<'_>, LockImpact)]) -> Vec<Self> {
        if statements.first().is_none_or(|(first, _)| first.script.runs_by_statement()) {
            return Vec::new();
        }
        let impacts: Vec<LockImpact> =
            statements.iter().map(|(_, impact)| impact.clone()).collect();
        let windows = lock_windows(&impacts).into_iter().filter_map(|window| {
            let (site, _) = statements.get(window.taken_by)?;
            let all = site.script.statements().len();
            let later_statements = all.saturating_sub(site.index + 1);
            let slow = window.slow_statements.iter().filter(|index| **index > window.taken_by);
            let slow = slow.filter_map(|index| statements.get(*index));
            (later_statements > 0).then(|| Self {
                relation: window.relation.to_string(),
                exists: None,
                lock: window.lock,
                place: Place::of(site),
                later_statements,
                slow_lines: slow.map(|(site, _)| site.statement.start().line).collect(),
                asked: window.relation,
            })
        });
        windows.collect()
    }

    pub(super) fn settle(&mut self, asked: &ObjectName, found: &str, exists: Option<bool>) {
        if self.asked == *asked {
            found.clone_into(&mut self.relation);
            self.exists = exists;
        }
    }
}
