//! `Plan` and its steps.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Target;
use crate::diagnosis::Entry;
use crate::history::{Fingerprint, History, Resume};
use crate::migrations::{Checksum, MigrationName};
use crate::policy::{Examination, Facts, Finding, Suppressed};

/// How a step is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "how", rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepKind {
    /// In one transaction with its row.
    Transaction,
    /// Statement by statement, each recorded in the journal.
    Statements,
    /// As [`StepKind::Statements`], going on where an earlier run was interrupted.
    Resume {
        /// The id of the unfinished row.
        row_id: String,
        /// Where to go on.
        at: Resume,
    },
}

/// One migration to apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanStep {
    name: MigrationName,
    checksum: Checksum,
    kind: StepKind,
}

impl PlanStep {
    /// The migration's name.
    #[must_use]
    pub fn name(&self) -> &MigrationName {
        &self.name
    }

    /// The checksum of the script the plan was made for.
    #[must_use]
    pub fn checksum(&self) -> &Checksum {
        &self.checksum
    }

    /// How it is carried out.
    #[must_use]
    pub fn kind(&self) -> &StepKind {
        &self.kind
    }

    fn new(facts: &Facts<'_>, entry: &Entry) -> Option<Self> {
        let kind = match facts.resume(entry) {
            Some(at) => {
                StepKind::Resume { row_id: facts.diagnosis().unfinished(entry)?.id.clone(), at }
            }
            None => match facts.script(entry.name()) {
                Some(script) if !facts.runs_in_transaction(script) => StepKind::Statements,
                _ => StepKind::Transaction,
            },
        };
        Some(Self { name: entry.name().clone(), checksum: *entry.checksum()?, kind })
    }
}

/// What would be done: pending migrations in order, bound to a history.
#[derive(Clone, Debug)]
pub struct Plan {
    steps: Vec<PlanStep>,
    creates_history_table: bool,
    environment: String,
    findings: Vec<Finding>,
    suppressed: Vec<Suppressed>,
    history: History,
}

/// SHA-256 of a plan's canonical JSON, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct PlanId(String);

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Plan {
    /// The pending migrations within the target. A migration without a readable script never becomes
    /// a step: the rules `missing-script` and `unreadable-script` report it.
    pub(crate) fn new(
        facts: &Facts<'_>,
        target: &Target,
        environment: &str,
        examination: Examination,
    ) -> Self {
        let Examination { findings, suppressed } = examination;
        let steps: Vec<PlanStep> = facts
            .diagnosis()
            .entries()
            .iter()
            .filter(|entry| entry.state().is_pending() || facts.is_resumable(entry))
            .enumerate()
            .filter(|(index, entry)| target.includes(*index, entry.name()))
            .filter_map(|(_, entry)| PlanStep::new(facts, entry))
            .collect();
        Self {
            creates_history_table: facts.diagnosis().history().is_absent() && !steps.is_empty(),
            steps,
            environment: environment.to_owned(),
            findings,
            suppressed,
            history: facts.diagnosis().history().clone(),
        }
    }

    /// The migrations to apply, in order.
    #[must_use]
    pub fn steps(&self) -> &[PlanStep] {
        &self.steps
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the history table will be created first.
    #[must_use]
    pub fn creates_history_table(&self) -> bool {
        self.creates_history_table
    }

    /// The name of the environment it was judged for.
    #[must_use]
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// What was found and did not refuse.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What was found and is kept quiet by comments in scripts.
    #[must_use]
    pub fn suppressed(&self) -> &[Suppressed] {
        &self.suppressed
    }

    /// The fingerprint of the history the plan was made from. Computed when asked for: an up-to-date
    /// start-up never needs it.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.history)
    }

    /// The plan's identity: equal for equal steps on an equal history in an equal environment.
    #[must_use]
    pub fn id(&self) -> PlanId {
        #[derive(Serialize)]
        struct Canonical<'a> {
            environment: &'a str,
            creates_history_table: bool,
            fingerprint: Fingerprint,
            steps: &'a [PlanStep],
        }
        let canonical = Canonical {
            environment: &self.environment,
            creates_history_table: self.creates_history_table,
            fingerprint: self.fingerprint(),
            steps: &self.steps,
        };
        // Strings, booleans and lists always serialise; an empty text would still be a stable id.
        let json = serde_json::to_string(&canonical).unwrap_or_default();
        let digest = Sha256::digest(json.as_bytes());
        PlanId(Checksum::from_bytes(digest.into()).to_string())
    }
}
