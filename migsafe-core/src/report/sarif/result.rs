//! One finding.

use serde::Serialize;

use super::fingerprint::{Fingerprint, Fingerprints};
use super::location::Location;
use super::rule::{Rules, Text};
use crate::policy::Severity;
use crate::report::{LintFinding, LintReport};

/// A `result` of the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Finding<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    partial_fingerprints: Fingerprint,
    /// Of all results or of none (section 3.27.23 of the standard).
    suppressions: Vec<Suppression<'a>>,
}

/// A comment in the script that keeps a finding quiet (section 3.35 of the standard).
#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    justification: &'a str,
}

impl<'a> Finding<'a> {
    pub(super) fn of(
        report: &LintReport,
        found: &'a LintFinding,
        rules: &Rules,
        fingerprints: &mut Fingerprints,
    ) -> Self {
        let finding = found.finding();
        Self {
            rule_id: &finding.rule,
            rule_index: rules.index(&finding.rule),
            level: level(finding.severity),
            message: Text { text: found.message(), markdown: None },
            locations: Location::of(report, found).into_iter().collect(),
            partial_fingerprints: fingerprints.of(report, found),
            suppressions: found
                .suppression()
                .map(|quiet| Suppression { kind: "inSource", justification: &quiet.reason })
                .into_iter()
                .collect(),
        }
    }
}

/// A severity in the words of the standard.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Note => "note",
        Severity::Off => "none",
    }
}
