//! `lint` in every form.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::*;
use crate::engine::{LintOptions, LintScope, lint};
use crate::lint::all_sites;
use crate::migrations::Migrations;
use crate::policy::{
    BuiltIn, Facts, Findings, Meta, Rule, Severity, Suggestion, Tier, built_in_rules,
};
use crate::report::{ExitCode, LintReport, github, sarif};

/// A script with a byte order mark, CRLF, tabs, characters of several bytes and a terminal escape.
const HOSTILE: &str = "\u{feff}SELECT 1;\r\nCOMMIT;\r\n\tSELECT 'é☃', pg_advisory_unlock_all(1)\r\n, 3;\n\
                       SET role = '\u{1b}[31m\u{202e}';\r\nSELECT FORM t;\r\n";

fn scripts() -> Migrations {
    let block = "DO $$\nBEGIN\n  PERFORM a();\n  PERFORM b();\n  PERFORM c();\n  COMMIT;\nEND $$;";
    let long = format!("SELECT '{}'; ROLLBACK; SELECT '{0}'", "é".repeat(300));
    Migrations::from_scripts([
        ("20250101000000_clean".to_owned(), "CREATE TABLE t (id int);\n".to_owned()),
        ("20250102000000_hostile".to_owned(), HOSTILE.to_owned()),
        ("20250103000000_empty".to_owned(), "-- later\n".to_owned()),
        ("20250104000000_block".to_owned(), block.to_owned()),
        ("20250105000000_long".to_owned(), long),
        ("no, timestamp: 100 %".to_owned(), "CALL p();\nCALL p();\n".to_owned()),
    ])
    .unwrap()
}

/// The rules that these tests are about; what else there is to find in a script is not their business.
const RULES: [&str; 13] = [
    "byte-order-mark",
    "empty-migration",
    "invalid-utf8",
    "lock-file-mismatch",
    "lock-release",
    "migration-name-convention",
    "missing-script",
    "mixed-line-endings",
    "opaque-call",
    "search-path-or-role-leak",
    "symbolic-link",
    "syntax-error",
    "transaction-nesting",
];

fn policy() -> Policy {
    built_in_rules()
        .filter(|rule| !RULES.contains(&&*rule.id()) && !rule.is_fixed())
        .fold(Policy::default(), |policy, rule| {
            policy.with_override(rule.id(), Severity::Off, "not tested here").unwrap()
        })
}

fn options() -> LintOptions {
    LintOptions::new(Dialect::Postgres).with_policy(policy())
}

fn report() -> LintReport {
    lint(&scripts(), &options())
}

fn only(names: &[&'static str]) -> LintScope {
    LintScope::Only(names.iter().map(|name| (*name).into()).collect())
}

/// Rule and line of each finding.
fn found(report: &LintReport) -> Vec<(String, Option<u32>)> {
    let findings = report.findings().iter().map(crate::report::LintFinding::finding);
    findings.map(|f| (f.rule.to_string(), f.location.line)).collect()
}

#[test]
fn text() {
    assert_rendering("lint_text", &text::lint(&report(), Style::plain()));
    assert_rendering("lint_coloured", &text::lint(&report(), Style::coloured()));
    let clean = lint(&scripts(), &options().with_scope(only(&["20250101000000_clean"])));
    assert_rendering("lint_clean", &text::lint(&clean, Style::plain()));
    let nothing = lint(&Migrations::empty(), &options());
    assert_rendering("lint_nothing", &text::lint(&nothing, Style::plain()));
}

#[test]
fn machines() {
    assert_rendering("lint_json", &json::lint(&report()));
    assert_rendering("lint_github", &github::lint(&report()));
    // The pages of rules are their files, and have tests of their own.
    insta::with_settings!({ filters => vec![("\"# .*\"", "\"<page>\"")] }, {
        insta::assert_snapshot!("lint_sarif", sarif::lint(&report()));
    });
}

#[test]
fn no_form_steers_a_terminal() {
    let forms = [
        text::lint(&report(), Style::plain()),
        json::lint(&report()),
        github::lint(&report()),
        sarif::lint(&report()),
    ];
    for form in forms {
        assert!(!form.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')), "{form}");
        assert!(!form.contains('\u{202e}'), "{form}");
    }
}

/// Each finding begins where the document says, in the file as an editor shows it.
#[test]
fn places_are_those_of_the_text() {
    let report = report();
    for found in report.findings() {
        let (Some(start), Some(end)) = (found.start(), found.end()) else { continue };
        let span = found.finding().location.span.unwrap();
        let text = report.file(found).unwrap().text().unwrap();
        let line = |n: u32| text.split('\n').nth(n as usize - 1).unwrap();
        let before = |n: u32| line(n).chars().collect::<Vec<char>>();
        let first: String = before(start.line)[start.column as usize - 1..].iter().collect();
        let quoted = &text[span.start..span.end];
        assert!(first.starts_with(quoted.split('\n').next().unwrap()), "{found:?}");
        let last: String = before(end.line)[..end.column as usize - 1].iter().collect();
        assert!(last.ends_with(quoted.rsplit('\n').next().unwrap()), "{found:?}");
    }
}

#[test]
fn sarif_has_what_the_standard_asks_for() {
    let log: serde_json::Value = serde_json::from_str(&sarif::lint(&report())).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len());
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), report().findings().len());
    let mut fingerprints = BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], rules[index]["id"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        let region = &place["region"];
        if let (Some(line), Some(end)) = (region["startLine"].as_u64(), region["endLine"].as_u64())
        {
            let column = |key: &str| region[key].as_u64().unwrap();
            assert!(line >= 1 && column("startColumn") >= 1);
            assert!((line, column("startColumn")) <= (end, column("endColumn")));
        }
        fingerprints.insert(result["partialFingerprints"]["migsafe/v1"].as_str().unwrap());
    }
    assert_eq!(fingerprints.len(), results.len(), "two findings are told apart");
}

#[test]
fn a_fingerprint_stays_when_lines_are_added_above() {
    let fingerprints = |script: &'static str| {
        let migrations = Migrations::from_scripts([("20250101000000_a", script)]).unwrap();
        let log = sarif::lint(&lint(&migrations, &options()));
        let log: serde_json::Value = serde_json::from_str(&log).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|result| result["partialFingerprints"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        fingerprints("CALL p();CALL p();"),
        fingerprints("SELECT 1;\n\nCALL p();\nCALL\n p();")
    );
}

#[test]
fn the_scope_is_what_is_reported() {
    let names = ["20250104000000_block", "20250103000000_empty"];
    let some = lint(&scripts(), &options().with_scope(only(&names)));
    let expected = [("empty-migration", None), ("transaction-nesting", Some(1))];
    assert_eq!(found(&some), expected.map(|(rule, line)| (rule.to_owned(), line)));
    assert_eq!(some.summary().files, 2);
    let none = lint(&scripts(), &options().with_scope(only(&[])));
    assert_eq!((none.findings(), none.exit_code()), (&[][..], ExitCode::Ok));
}

#[test]
fn what_comments_keep_quiet_is_said() {
    let script =
        "-- migsafe: allow(opaque-call) because p() does not\u{1b}[2J commit\nCALL p();\nCALL p();";
    let migrations = Migrations::from_scripts([("20250101000000_a", script)]).unwrap();
    let options = options().with_policy(policy().failing_at(Severity::Note));
    let report = lint(&migrations, &options);
    assert_eq!(found(&report), [("opaque-call".to_owned(), Some(3))]);
    assert_eq!(report.suppressed().len(), 1);
    let forms = [
        text::lint(&report, Style::plain()),
        github::lint(&report),
        json::lint(&report),
        sarif::lint(&report),
    ];
    insta::with_settings!({ filters => vec![("\"# .*\"", "\"<page>\"")] }, {
        insta::assert_snapshot!("lint_suppressed", forms.join("\n=====\n"));
    });
    assert!(!forms.concat().contains('\u{1b}'));
    // A comment is no way around a policy that knows better.
    let strict = options.policy().clone().forbid_all_suppressions();
    assert_eq!(lint(&migrations, &options.with_policy(strict)).findings().len(), 2);
}

#[test]
fn the_failing_severity_decides() {
    let notes = Migrations::from_scripts([("20250101000000_a", "CALL p();")]).unwrap();
    for (failing, code) in [
        (Severity::Error, ExitCode::Ok),
        (Severity::Warn, ExitCode::Ok),
        (Severity::Note, ExitCode::Refused),
    ] {
        let report = lint(&notes, &options().with_policy(policy().failing_at(failing)));
        assert_eq!(report.exit_code(), code, "{failing}");
    }
}

/// Names of single files are paths, and there is no folder whose order could be wrong.
#[test]
fn single_files_are_judged_by_their_text_alone() {
    let single = Migrations::from_bytes("db/x.sql", b"COMMIT; SELECT '\xff';".to_vec());
    let report = lint(&single, &options());
    assert_eq!(
        found(&report),
        [("transaction-nesting".to_owned(), Some(1)), ("invalid-utf8".to_owned(), Some(1))]
    );
    assert_eq!(report.findings()[0].path(), Some("db/x.sql"));
    let document: serde_json::Value = serde_json::from_str(&json::lint(&report)).unwrap();
    assert!(
        document["findings"][0]["migration"].is_null()
            && document["files"][0]["migration"].is_null()
    );
}

#[test]
fn reports_of_several_folders_are_one() {
    let other = Migrations::from_bytes("x.sql", b"COMMIT;".to_vec());
    let both = report().joined([lint(&other, &options())]);
    let last = both.findings().last().unwrap();
    assert_eq!(both.file(last).unwrap().path(), "x.sql");
    assert_eq!(both.summary().files, 7);
    assert_eq!(both.findings().len(), report().findings().len() + 1);
}

/// A rule of somebody's own that knows what to write instead.
#[derive(Debug)]
struct Renames;

impl Rule for Renames {
    fn id(&self) -> Cow<'static, str> {
        "acme-rename".into()
    }

    fn summary(&self) -> Cow<'static, str> {
        "a table is renamed".into()
    }

    fn default_severity(&self, _: Tier) -> Severity {
        Severity::Warn
    }

    fn check(&self, facts: &Facts<'_>, findings: &mut Findings<'_>) {
        for site in all_sites(facts).filter(|site| site.statement.verb() == "ALTER TABLE") {
            let scripts = ["CREATE VIEW b AS\nSELECT * FROM a;", "DROP VIEW b;\u{1b}[2J"];
            let suggestion = Suggestion::migrations(scripts);
            findings.report_site_with(&site, "renamed", "use a view", suggestion);
        }
    }
}

#[test]
fn suggestions() {
    let migrations =
        Migrations::from_scripts([("20250101000000_a", "SELECT 1;\nALTER TABLE a RENAME TO b;\n")]);
    let report = lint(&migrations.unwrap(), &options().with_policy(policy().with_rule(Renames)));
    assert_eq!(report.summary().warn, 1);
    let forms = [
        text::lint(&report, Style::plain()),
        github::lint(&report),
        json::lint(&report),
        sarif::lint(&report),
    ];
    assert_rendering("lint_suggestion", &forms.join("\n=====\n"));
}

/// Rules of the history have nothing to say on files, and no rule of the folder is forgotten.
#[test]
fn a_folder_with_a_link_and_a_lock_file_is_told_about_them() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fn write(path: std::path::PathBuf, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    write(at("20250101000000_a/migration.sql"), "SELECT 1;");
    write(at("20250102000000_b/other.sql"), "");
    write(at("migration_lock.toml"), "provider = \"sqlite\"");
    std::os::unix::fs::symlink(at("20250101000000_a"), at("20250103000000_c")).unwrap();
    let report = lint(&Migrations::from_directory(dir.path()).unwrap(), &options());
    let prefix = format!("{}/", dir.path().display());
    let found: Vec<(String, &str)> = report
        .findings()
        .iter()
        .map(|f| (f.finding().rule.to_string(), f.path().unwrap().strip_prefix(&prefix).unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("symbolic-link".to_owned(), "20250103000000_c"),
            ("lock-file-mismatch".to_owned(), "migration_lock.toml"),
            ("missing-script".to_owned(), "20250102000000_b/migration.sql"),
        ]
    );
}

#[test]
fn explain() {
    let rule = &BuiltIn {
        id: "transaction-nesting",
        source: "//! ## What it detects\n//!\n//! `BEGIN`.\n//!\n//! ```sql\n//! BEGIN;\n//! ```\nuse x;",
        meta: Meta { summary: "a script begins", severities: [Severity::Warn; 3], ..Meta::SQL },
        check: |_, _| {},
    };
    assert_report("explain_rule", &text::rule(rule, Style::plain()), &json::rule(rule));
    assert_rendering("explain_rule_coloured", &text::rule(rule, Style::coloured()));
    let text = text::rules([rule, rule], Style::plain());
    assert_report("explain_rules", &text, &json::rules([rule]));
}
