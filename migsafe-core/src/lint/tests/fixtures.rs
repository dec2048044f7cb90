//! Every example on the page of every rule on SQL. `RULE=id cargo test … lint::tests::fixtures` looks at one alone.

use std::collections::BTreeSet;

use crate::lint::ALL;
use crate::policy::{BuiltIn, Environment, Finding, Policy, Rule as _, Severity};
use crate::testkit::fixtures::{Fixture, fixtures_of};

/// The defaults of production, and the rule itself at least a note.
fn policy(rule: &BuiltIn) -> Policy {
    let policy = Policy::for_environment(Environment::production());
    let severity = policy.severity(&rule.id()).max(Severity::Note);
    policy.with_override(rule.id(), severity, "it is looked at").unwrap()
}

#[expect(clippy::disallowed_methods, reason = "which rule whoever runs the test is interested in")]
fn wanted() -> impl Iterator<Item = &'static BuiltIn> {
    let only = std::env::var("RULE").ok();
    ALL.iter().filter(move |rule| only.as_ref().is_none_or(|only| *only == rule.id()))
}

/// Every example of the rules that are looked at, with its rule.
fn examples(bad: bool) -> impl Iterator<Item = (&'static BuiltIn, Fixture)> {
    wanted()
        .flat_map(|rule| fixtures_of(rule).into_iter().map(move |fixture| (rule, fixture)))
        .filter(move |(_, fixture)| fixture.bad == bad)
}

/// What is said about an example when something is wrong; collected, so that one run shows everything.
fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn line(finding: &Finding) -> String {
    let line = finding.location.line.unwrap_or_default();
    format!("{}[{}] line {line}: {}", finding.severity, finding.rule, finding.message)
}

#[test]
fn every_rule_has_bad_and_good_examples_for_each_of_its_databases() {
    let mut complaints = Vec::new();
    for rule in wanted() {
        let fixtures = fixtures_of(rule);
        for dialect in rule.dialects() {
            for bad in [true, false] {
                if !fixtures.iter().any(|f| f.bad == bad && f.dialect == *dialect) {
                    let kind = if bad { "bad" } else { "good" };
                    complaints.push(format!("{}: no {kind} example for {dialect}", rule.id()));
                }
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn bad_examples_are_found_where_they_say() {
    let mut complaints = Vec::new();
    for (rule, fixture) in examples(true) {
        let findings = fixture.findings(&policy(rule));
        let found: BTreeSet<(usize, u32)> = findings
            .iter()
            .filter(|finding| finding.rule == rule.id())
            .filter_map(|f| Some((fixture.script_of(f)?, f.location.line.unwrap_or_default())))
            .collect();
        let right =
            if fixture.found.is_empty() { !found.is_empty() } else { found == fixture.found };
        if !right {
            let all: Vec<String> = findings.iter().map(line).collect();
            complaints.push(format!(
                "{}: (script, line) found {found:?}, marked {:?}; all findings: {all:#?}",
                fixture.place(),
                fixture.found
            ));
        }
    }
    assert_none(&complaints);
}

#[test]
fn good_examples_are_silent() {
    let mut complaints = Vec::new();
    for (rule, fixture) in examples(false) {
        for finding in fixture.findings(&policy(rule)) {
            let own = finding.rule == rule.id();
            let allowed = fixture.also.iter().any(|also| *also == finding.rule);
            if !allowed && (own || finding.severity >= Severity::Warn) {
                complaints.push(format!("{}: {}", fixture.place(), line(&finding)));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn suggestions_are_silent() {
    let mut complaints = Vec::new();
    for (rule, fixture) in examples(true) {
        let policy = policy(rule);
        let findings = fixture.findings(&policy);
        for finding in findings.iter().filter(|finding| finding.rule == rule.id()) {
            let Some(suggestion) = &finding.suggestion else {
                continue;
            };
            for other in fixture.findings_in(suggestion.scripts(), &policy) {
                if other.severity >= Severity::Warn {
                    complaints.push(format!(
                        "{}: its suggestion {:#?} gives {}",
                        fixture.place(),
                        suggestion.scripts(),
                        line(&other)
                    ));
                }
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn messages_are_fragments_and_help_is_never_empty() {
    for (rule, fixture) in examples(true) {
        for finding in fixture.findings(&policy(rule)) {
            for text in [&finding.message, &finding.help] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{finding:?}");
                assert!(!text.contains("  "), "{finding:?}");
            }
        }
    }
}
