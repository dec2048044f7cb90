//! ## What it detects
//!
//! A live row without `finished_at`: an attempt that began and did not end well, and nobody who holds
//! the migration lock. An interrupted attempt that a deploy can go on with by itself is reported by the
//! rule `interrupted` instead.
//!
//! ## Why it hurts
//!
//! Prisma stops every deploy at such a row (P3009), and so do we. The script may still have been
//! applied in part or in full: a process that is killed leaves the server to finish and commit its
//! script.
//!
//! ## What to do
//!
//! Look at the logs and at the schema. If nothing of the script is there:
//! `migsafe resolve --rolled-back NAME`, mend the script, deploy again. If all of it is there:
//! `migsafe resolve --applied NAME`. A migration that runs statement by statement says which statement
//! failed: mend the script or the data, then `migsafe deploy --resume` goes on there.
//!
//! A role that may not read the tables in the schema `migsafe` cannot tell a failed migration from one that runs
//! statement by statement at this moment. The finding says so, and names the two GRANTs that let it: change nothing
//! before you have looked with them.

use crate::diagnosis::{Entry, State};
use crate::history::{HistoryRow, Resume};
use crate::policy::{Facts, Findings, Meta, Severity::Error};
use crate::text::{self, command};

pub(super) const META: Meta = Meta {
    summary: "an attempt began and did not end well",
    severities: [Error, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let failed = facts.diagnosis().entries().iter().filter(|e| e.state() == State::Failed);
    for entry in failed.filter(|entry| !facts.is_resumable(entry)) {
        let row = facts.diagnosis().unfinished(entry);
        let started = row
            .and_then(|row| row.started_at.as_ref())
            .map_or_else(String::new, |at| format!(", started {at}"));
        let cause =
            row.and_then(HistoryRow::cause).map_or_else(String::new, |cause| format!(": {cause}"));
        let (what, help) = match facts.resume(entry) {
            Some(resume) => by_statement(entry, &resume),
            None => match facts.diagnosis().history().hidden_journals() {
                Some(remedy) => hidden(remedy),
                None => in_one_piece(entry),
            },
        };
        findings.report_on(entry.name(), format!("{what}{started}{cause}"), help);
    }
}

/// Nobody may be advised to touch a row that somebody may be at work on.
fn hidden(remedy: &str) -> (String, String) {
    (
        "failed, or running in another session, which this role may not see".to_owned(),
        format!("change nothing yet: look again with the role that deploys, or after {remedy}"),
    )
}

fn in_one_piece(entry: &Entry) -> (String, String) {
    let name = entry.name().as_str();
    let (what, condition) = if entry.is_uncertain() {
        ("failed, or running in another process", "if no other process is deploying, ")
    } else {
        ("failed", "")
    };
    let help = format!(
        "{condition}look whether its changes are in the database: {} if none is, {} if all are",
        command("resolve --rolled-back", name),
        command("resolve --applied", name)
    );
    (what.to_owned(), help)
}

fn by_statement(entry: &Entry, resume: &Resume) -> (String, String) {
    let name = entry.name().as_str();
    match resume {
        Resume::Decide { statement, reason } => (
            format!("stopped at statement {statement}, and {reason}"),
            format!(
                "look what statement {statement} left; finish the rest by hand, then {}",
                command("resolve --applied", name)
            ),
        ),
        Resume::At { statement }
        | Resume::Inspect { statement }
        | Resume::Again { statement, .. } => (
            format!("failed at statement {statement}; the statements before it are done"),
            format!(
                "mend statement {statement} of {} or the data, then `migsafe deploy --resume` goes \
                 on there",
                text::name(name)
            ),
        ),
    }
}
