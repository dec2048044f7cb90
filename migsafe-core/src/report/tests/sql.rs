//! What `status` and `deploy` say of findings on SQL: what to write instead, and what comments keep quiet.

use std::borrow::Cow;

use super::*;
use crate::lint::sites;
use crate::policy::{Facts, Findings, Rule, Severity, Suggestion, Tier};

/// A rule of somebody's own, so that no new built-in rule changes these pages.
#[derive(Debug)]
struct Comments;

impl Rule for Comments {
    fn id(&self) -> Cow<'static, str> {
        "acme-comment".into()
    }

    fn summary(&self) -> Cow<'static, str> {
        "a comment is kept in the database".into()
    }

    fn default_severity(&self, _: Tier) -> Severity {
        Severity::Warn
    }

    fn check(&self, facts: &Facts<'_>, findings: &mut Findings<'_>) {
        for site in sites(facts, Dialect::Postgres) {
            if site.statement.verb().starts_with("COMMENT") {
                let scripts = ["-- users: who may sign in\nSELECT 1;", "SELECT 2;\u{1b}[2J"];
                let instead = Suggestion::migrations(scripts);
                findings.report_site_with(&site, "a comment", "write it here", instead);
            }
        }
    }
}

fn scenario() -> Scenario {
    Scenario::new().file("20250101000000_init").applied().file_with(
        "20250102000000_comments",
        "COMMENT ON TABLE users IS 'who may sign in';\n\
         -- migsafe: allow(acme-comment) because the report\u{1b}[2J shows it\n\
         COMMENT ON TABLE posts IS 'what they wrote';\n",
    )
}

fn policy() -> Policy {
    Policy::default().with_rule(Comments)
}

#[test]
fn status_shows_what_to_write_instead_and_what_is_kept_quiet() {
    let status = status_with(&scenario(), policy());
    assert_eq!((status.findings().len(), status.suppressed().len()), (1, 1));
    let (text, json) = (text::status(&status, Style::plain()), json::status(&status));
    assert_report("status_sql", &text, &json);
    assert!(!text.contains('\u{1b}') && !json.contains('\u{1b}'));
}

#[test]
fn a_dry_run_shows_what_to_write_instead_and_what_is_kept_quiet() {
    let scenario = scenario();
    let options = Options::default().with_policy(policy()).dry_run(true);
    let report = run(&store(&scenario), &scenario.migrations(), options).unwrap();
    let (text, json) = (text::deploy(&report, Style::plain()), json::deploy(&report));
    assert_report("deploy_dry_run_sql", &text, &json);
    assert!(!text.contains('\u{1b}') && !json.contains('\u{1b}'));
}

#[test]
fn a_refusal_shows_them_too() {
    let scenario = scenario();
    let options = Options::default().with_policy(policy().failing_at(Severity::Warn));
    let error = run(&store(&scenario), &scenario.migrations(), options).unwrap_err();
    let (text, json) = (text::error(&error, Style::plain()), json::error(&error));
    assert_report("error_refused_sql", &text, &json);
    assert!(!text.contains('\u{1b}') && !json.contains('\u{1b}'));
}
