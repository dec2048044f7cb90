//! `explain`.

use migsafe_core::policy::{Rule as _, built_in_rules};

use crate::common::{Project, assert_run};

#[test]
fn every_rule_has_a_page() {
    let project = Project::empty();
    for rule in built_in_rules() {
        let ran = project.run(&["explain", &rule.id()]).exits(0);
        assert_eq!(ran.stdout, rule.documentation());
        assert_eq!(ran.stderr, "");
    }
}

#[test]
fn all_rules_are_listed() {
    let project = Project::empty();
    let ran = project.run(&["explain"]).exits(0);
    let listed = ran.stdout.lines().take_while(|line| !line.is_empty()).count();
    assert_eq!(listed, built_in_rules().count());
    let json = project.run(&["explain", "--format", "json"]).exits(0).json();
    assert_eq!(json["kind"], "rules");
    assert_eq!(json["rules"].as_array().unwrap().len(), built_in_rules().count());
}

#[test]
fn a_rule_as_a_document() {
    let json = Project::empty().run(&["explain", "lt-attach", "--format=json"]).exits(0).json();
    assert_eq!((&json["kind"], &json["id"]), (&"rule".into(), &"lt-attach".into()));
    assert_eq!(json["dialects"], serde_json::json!(["sqlite"]));
    assert_eq!(json["severities"]["production"], "error");
    assert!(json["page"].as_str().unwrap().starts_with("# `lt-attach`\n"));
}

#[test]
fn an_unknown_rule_is_answered_with_similar_ones() {
    let project = Project::empty();
    let ran = project.run(&["explain", "nesting-transaction"]).exits(2);
    assert!(ran.stderr.contains("similar rules: transaction-nesting, "), "{ran}");
    assert_run!("explain_misspelt", project.run(&["explain", "gost"]).exits(2));
    assert_run!("explain_unlike_any", project.run(&["explain", "xyz"]).exits(2));
    let ran = project.run(&["explain", "\u{1b}[31mx"]).exits(2);
    assert!(ran.stderr.contains("no rule is named"), "{ran}");
}
