//! What makes a finding the same finding after lines were added above it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::report::{LintFinding, LintReport};

/// `partialFingerprints` of the standard.
#[derive(Serialize)]
pub(super) struct Fingerprint {
    #[serde(rename = "migsafe/v1")]
    hash: String,
}

/// Gives findings that are alike in everything but their place a number each.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    /// Of rule, file and the SQL that it is about, white space aside.
    pub(super) fn of(&mut self, report: &LintReport, found: &LintFinding) -> Fingerprint {
        let finding = found.finding();
        let text = report.file(found).and_then(|file| file.text());
        let span = finding.location.span;
        let sql = text.zip(span).and_then(|(text, span)| text.get(span.start..span.end));
        let sql: Vec<&str> = sql.unwrap_or_default().split_whitespace().collect();
        let path = found.path().unwrap_or_default();
        let what = [&*finding.rule, path, &sql.join(" ")].join("\0");
        let count = self.seen.entry(what.clone()).or_default();
        *count += 1;
        let digest = Sha256::digest(format!("{what}\0{count}"));
        let mut hash = String::with_capacity(32);
        for byte in digest.iter().take(16) {
            // Writing to a String cannot fail.
            let _ = write!(hash, "{byte:02x}");
        }
        Fingerprint { hash }
    }
}
