//! Findings that comments in scripts keep quiet: sorted out, counted, never lost.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Facts, Finding};
use crate::migrations::MigrationName;
use crate::sql::Position;
use crate::text::printable;

/// A finding that a comment in its script keeps quiet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Suppressed {
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// Why it is kept quiet, in the words of the comment.
    pub reason: String,
    /// The line of the comment.
    pub comment_line: u32,
}

/// What the rules found, and what of it is kept quiet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examination {
    /// What counts; gravest first, then in the order of migrations.
    pub findings: Vec<Finding>,
    /// What is kept quiet, in the same order.
    pub suppressed: Vec<Suppressed>,
}

/// A rule in a suppression that suppresses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unused {
    pub(crate) migration: MigrationName,
    pub(crate) position: Position,
    pub(crate) rule: String,
}

/// What the rules on suppressions have to know of the judgement: they come last.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    pub(crate) unused: Vec<Unused>,
    /// The ids of all rules, also of those that were added.
    pub(crate) known: Vec<String>,
    /// Those that no comment may keep quiet, with the reason.
    pub(crate) exempt: Vec<(String, String)>,
}

/// Divides findings into those that count and those that are kept quiet. `exempt` says why no comment may keep a rule
/// quiet; such a finding counts, and its help says so.
pub(super) fn sort_out(
    facts: &Facts<'_>,
    findings: Vec<Finding>,
    exempt: impl Fn(&str) -> Option<String>,
) -> (Examination, Used) {
    let mut examination = Examination::default();
    let mut used = Used::default();
    for mut finding in findings {
        let Some((reason, comment)) = used.find(facts, &finding) else {
            examination.findings.push(finding);
            continue;
        };
        if let Some(why) = exempt(&finding.rule) {
            finding.help = format!(
                "{}; the comment in line {} does not keep it quiet: {why}",
                finding.help, comment.line
            );
            examination.findings.push(finding);
        } else {
            examination.suppressed.push(Suppressed {
                finding,
                reason: printable(&reason),
                comment_line: comment.line,
            });
        }
    }
    (examination, used)
}

/// The rules of suppressions that found something to suppress: migration, line and column, rule.
#[derive(Debug, Default)]
pub(super) struct Used(BTreeSet<(MigrationName, (u32, u32), String)>);

impl Used {
    /// The reason and the place of the first comment that is about a finding; all of them are used.
    fn find(&mut self, facts: &Facts<'_>, finding: &Finding) -> Option<(String, Position)> {
        let migration = finding.migration.as_ref()?;
        let suppressions = facts.script(migration)?.suppressions();
        let statement = finding.location.statement.and_then(|number| number.checked_sub(1));
        let mut first = None;
        for suppression in suppressions.iter().filter(|suppression| suppression.covers(statement)) {
            if suppression.rules().iter().any(|rule| *rule == finding.rule) {
                let position = suppression.position();
                let place = (position.line, position.column);
                self.0.insert((migration.clone(), place, finding.rule.clone().into_owned()));
                let reason = suppression.reason().unwrap_or_default().to_owned();
                first.get_or_insert((reason, position));
            }
        }
        first
    }

    /// The rules of suppressions that suppress nothing; `ran` says whether a rule was looked at at all.
    pub(super) fn unused(&self, facts: &Facts<'_>, ran: impl Fn(&str) -> bool) -> Vec<Unused> {
        let mut unused = Vec::new();
        for (migration, script) in facts.scripts() {
            for suppression in script.suppressions().iter().filter(|s| s.problem().is_none()) {
                let position = suppression.position();
                for rule in suppression.rules().iter().filter(|rule| ran(rule)) {
                    let place = (position.line, position.column);
                    if !self.0.contains(&(migration.clone(), place, rule.clone())) {
                        let (migration, rule) = (migration.clone(), rule.clone());
                        unused.push(Unused { migration, position, rule });
                    }
                }
            }
        }
        unused
    }
}
