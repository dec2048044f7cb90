//! The log of one lint.

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::result::Finding;
use super::rule::Rules;
use crate::report::LintReport;
use crate::report::json::pretty;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What linting gave, as a log with one run.
#[must_use]
pub fn lint(report: &LintReport) -> String {
    let rules = Rules::of(report);
    let mut fingerprints = Fingerprints::default();
    let mut all: Vec<_> = report.findings().iter().chain(report.suppressed()).collect();
    // A fingerprint counts what is alike, so a comment must not change the order.
    all.sort_by_cached_key(|found| found.order());
    let results = all
        .into_iter()
        .map(|found| Finding::of(report, found, &rules, &mut fingerprints))
        .collect();
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "migsafe",
                version: env!("CARGO_PKG_VERSION"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                rules: &rules,
            },
        },
        // The last part tells runs of one category apart; there is one.
        automation_details: Id { id: "migsafe/lint/" },
        column_kind: "unicodeCodePoints",
        invocations: [Invocation { execution_successful: true }],
        results,
    };
    pretty(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: Id,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: &'a Rules,
}

#[derive(Serialize)]
struct Id {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}
