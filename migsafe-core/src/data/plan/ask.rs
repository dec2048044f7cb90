//! How a question is asked: with what the statements before it have to do with its answer.

use super::Step;
use super::derive::Walk;
use super::state::Seen;
use super::table::{ColumnId, Table};
use crate::data::check::Reliance;
use crate::data::{DataCheck, DataOutcome, DataQuestion, Doubt};
use crate::policy::Location;
use crate::sql::{Nesting, ObjectName};

/// What a question needs beside itself.
pub(super) struct Asked<'t> {
    pub(super) table: &'t ObjectName,
    /// What the action does, as the beginning of a sentence.
    pub(super) does: String,
    pub(super) sense: Sense,
    /// What it comes to where there is no such table or column; `None`: it was not found.
    pub(super) absent: Option<DataOutcome>,
    /// What else makes answers doubtful.
    pub(super) doubt: Doubt,
    /// What else has to be so.
    pub(super) relies: Vec<Reliance>,
}

/// What finding rows means, and which columns the question is about.
#[derive(Clone, Debug)]
pub(super) enum Sense {
    Violation(Vec<ColumnId>),
    Loss(Vec<ColumnId>),
}

/// What a check is beside its question.
struct Parts {
    does: String,
    doubt: Doubt,
    absent: Option<DataOutcome>,
    relies: Vec<Reliance>,
}

impl<'t> Asked<'t> {
    /// About rows that would make it fail.
    pub(super) fn violation(table: &'t ObjectName, does: String, columns: Vec<ColumnId>) -> Self {
        let sense = Sense::Violation(columns);
        Self { table, does, sense, absent: None, doubt: Doubt::default(), relies: Vec::new() }
    }

    /// About what would be lost.
    pub(super) fn loss(table: &'t ObjectName, does: String, columns: Vec<ColumnId>) -> Self {
        let sense = Sense::Loss(columns);
        Self { table, does, sense, absent: None, doubt: Doubt::default(), relies: Vec::new() }
    }

    pub(super) fn absent(mut self, outcome: Option<DataOutcome>) -> Self {
        self.absent = outcome;
        self
    }

    pub(super) fn relying(mut self, relies: Vec<Reliance>) -> Self {
        self.relies = relies;
        self
    }

    pub(super) fn doubted(mut self, doubt: Doubt) -> Self {
        self.doubt = doubt;
        self
    }
}

impl Walk<'_, '_> {
    pub(super) fn ask(
        &mut self,
        step: Step<'_>,
        asked: Asked<'_>,
        question: impl FnOnce(&Table, ObjectName) -> Result<DataQuestion, String>,
    ) {
        let Asked { table, does, sense, mut absent, doubt: more, relies: also } = asked;
        let (seen, mut doubt) = self.plan.see(table);
        let loses = matches!(sense, Sense::Loss(_));
        if loses {
            doubt = doubt.or(Doubt { if_found: self.plan.copied_rival(table), if_none: None });
        }
        let (at, is_new) = match seen {
            Seen::Live(at) => (at, false),
            Seen::New(at) => (at, true),
            Seen::Gone => {
                let why = format!("{table} is dropped or has another name by then");
                return self.settle(step, does, DataOutcome::unknown(why));
            }
        };
        let Some(seen) = self.plan.at(at) else { return };
        let live = match &seen.live {
            Some(live) if seen.emptied.is_none() => live.clone(),
            // No row of the database is in it any more: what the plan puts in is not known.
            _ => {
                let holds = if loses { seen.keeps_values() } else { seen.filled() };
                let why = doubt.if_none.or_else(|| holds.cloned());
                let outcome = why.map_or(DataOutcome::Fine, DataOutcome::unknown);
                let relies = if is_new { Vec::new() } else { self.reliances(at) };
                let parts = Parts { does, doubt: Doubt::default(), absent: None, relies };
                return self.push(step, None, outcome, parts);
            }
        };
        doubt = doubt.or(more).or(match &sense {
            Sense::Violation(columns) => seen.doubt_of_violations(columns),
            Sense::Loss(columns) => seen.doubt_of_loss(columns),
        });
        if seen.perhaps_created {
            absent = absent.or(Some(DataOutcome::Fine));
            if !seen.writes.is_empty() {
                doubt = doubt.or(Doubt::both(format!("{table} may be created by this plan")));
            }
        }
        let question = question(seen, live);
        let mut relies = self.reliances(at);
        relies.extend(also);
        self.push_asked(step, question, Parts { does, doubt, absent, relies });
    }

    /// A question about no table of the plan.
    pub(super) fn ask_plainly(
        &mut self,
        step: Step<'_>,
        does: String,
        question: DataQuestion,
        doubt: Doubt,
        absent_is_fine: bool,
    ) {
        let absent = absent_is_fine.then_some(DataOutcome::Fine);
        self.push_asked(step, Ok(question), Parts { does, doubt, absent, relies: Vec::new() });
    }

    /// What is known without asking.
    pub(super) fn settle(&mut self, step: Step<'_>, does: String, settled: DataOutcome) {
        let (doubt, absent, relies) = (Doubt::default(), None, Vec::new());
        self.push(step, None, settled, Parts { does, doubt, absent, relies });
    }

    /// The same of a table: only if it is certain which one that is.
    pub(super) fn settle_fine(&mut self, step: Step<'_>, table: &ObjectName, does: String) {
        let (_, doubt) = self.plan.see(table);
        let outcome = doubt.if_none.map_or(DataOutcome::Fine, DataOutcome::unknown);
        self.settle(step, does, outcome);
    }

    fn push_asked(
        &mut self,
        step: Step<'_>,
        question: Result<DataQuestion, String>,
        mut parts: Parts,
    ) {
        if step.action.nesting != Nesting::Statement {
            let why = "it stands in a DO block, which may not carry it out".to_owned();
            parts.doubt.if_found.get_or_insert(why);
        }
        match question {
            Ok(question) => self.push(step, Some(question), DataOutcome::Fine, parts),
            Err(why) => self.push(step, None, DataOutcome::unknown(why), parts),
        }
    }

    fn push(
        &mut self,
        step: Step<'_>,
        question: Option<DataQuestion>,
        settled: DataOutcome,
        parts: Parts,
    ) {
        let Parts { does, doubt, absent, relies } = parts;
        self.checks.push(DataCheck {
            migration: step.migration.clone(),
            location: Location::of_action(step.index, step.action),
            does,
            question,
            settled,
            doubt,
            absent,
            relies,
        });
    }

    /// Writes change what they say and nothing else only where nothing passes them on.
    fn reliances(&self, at: usize) -> Vec<Reliance> {
        let mut relies: Vec<Reliance> = Vec::new();
        for (other, table) in self.plan.tables().iter().enumerate() {
            relies.extend(table.relies.iter().filter(|_| other == at).cloned());
            let written = table.emptied.as_ref().or(table.writes.first().map(|write| &write.why));
            let (Some(live), Some(why)) = (&table.live, written) else { continue };
            let question = DataQuestion::PassedOn { table: live.clone(), to_kin: other != at };
            let why = format!(
                "a view, a rule, a trigger, a computed column or a foreign key passes on what is written to {}, and {why}",
                table.name
            );
            relies.push(Reliance { question, why });
        }
        relies
    }
}
