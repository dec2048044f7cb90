//! What comments keep quiet, and what they do not.

use std::collections::BTreeMap;

use super::NAME;
use crate::Dialect::Sqlite;
use crate::diagnosis::diagnose;
use crate::history::History;
use crate::lock::LockState;
use crate::migrations::{MigrationName, Migrations};
use crate::plan::Target;
use crate::policy::{Environment, Examination, Facts, Policy, Scope, Severity};
use crate::sql;
use crate::store::DatabaseFacts;

fn policy() -> Policy {
    Policy::for_environment(Environment::production())
}

fn with_facts<T>(script: &'static str, look: impl FnOnce(&Facts<'_>) -> T) -> T {
    let migrations = Migrations::from_scripts([(NAME, script)]).unwrap();
    let diagnosis = diagnose(&migrations, &History::present(Vec::new()), &LockState::Free);
    let database = DatabaseFacts::default();
    let scripts = BTreeMap::from([(MigrationName::from(NAME), sql::analyse(Sqlite, script))]);
    let facts = Facts::new(Sqlite, &migrations, &diagnosis, &database, &scripts)
        .with_scope(Scope::OneByOne);
    look(&facts)
}

fn examine(policy: &Policy, script: &'static str) -> Examination {
    with_facts(script, |facts| policy.examine(facts))
}

/// Rules and lines of what counts, and of what is kept quiet.
fn told(policy: &Policy, script: &'static str) -> (Vec<String>, Vec<String>) {
    let Examination { findings, suppressed } = examine(policy, script);
    let tell =
        |f: &crate::policy::Finding| format!("{} {}", f.rule, f.location.line.unwrap_or_default());
    let quiet = suppressed.iter().map(|s| format!("{} because {}", tell(&s.finding), s.reason));
    (findings.iter().map(tell).collect(), quiet.collect())
}

#[test]
fn a_comment_keeps_one_rule_quiet_at_one_statement() {
    let script = "ATTACH 'a' AS a; -- migsafe: allow(lt-attach) because it is ours\n\
                  ATTACH 'b' AS b;\n";
    let (findings, quiet) = told(&policy(), script);
    assert_eq!(findings, ["lt-attach 2"]);
    assert_eq!(quiet, ["lt-attach 1 because it is ours"]);
}

#[test]
fn a_comment_at_the_top_is_for_the_file() {
    let script = "-- migsafe: allow-file(lt-attach, empty-migration) because it is ours\n\
                  ATTACH 'a' AS a;\nATTACH 'b' AS b;\n";
    let (findings, quiet) = told(&policy(), script);
    assert_eq!(findings, ["unused-suppression 1"]);
    assert_eq!(quiet.len(), 2);
}

#[test]
fn what_makes_the_run_impossible_is_not_kept_quiet() {
    let script = "-- migsafe: allow(lt-vacuum-in-transaction) because I like it\nVACUUM;\n";
    let findings = examine(&policy(), script).findings;
    let rules: Vec<&str> = findings.iter().map(|finding| &*finding.rule).collect();
    assert_eq!(rules, ["lt-vacuum-in-transaction", "invalid-suppression"]);
    assert!(findings[0].help.contains("comment in line 1 does not keep it quiet"));
}

#[test]
fn a_policy_may_forbid_it() {
    let script = "-- migsafe: allow(lt-attach) because it is ours\nATTACH 'a' AS a;\n";
    for forbidding in
        [policy().forbid_suppression("lt-attach").unwrap(), policy().forbid_all_suppressions()]
    {
        let examination = examine(&forbidding, script);
        assert!(examination.suppressed.is_empty());
        let help = &examination.findings[0].help;
        assert!(help.contains("the policy for production forbids it"), "{help}");
    }
    let other = policy().forbid_suppression("empty-migration").unwrap();
    assert_eq!(examine(&other, script).suppressed.len(), 1);
    assert!(policy().forbid_suppression("lt-atach").is_err());
}

#[test]
fn a_rule_that_did_not_run_leaves_nothing_unused() {
    let script = "-- migsafe: allow(lt-attach) because it is ours\nSELECT 1;\n";
    assert_eq!(told(&policy(), script).0, ["unused-suppression 1"]);
    let off = policy().with_override("lt-attach", Severity::Off, "not here").unwrap();
    assert_eq!(told(&off, script).0, [""; 0]);
}

#[test]
fn where_no_database_was_asked_a_comment_for_what_it_would_say_is_not_unused() {
    let script = "-- migsafe: allow(drop-table, data-loss) because it is empty\nDROP TABLE t;\n";
    assert_eq!(told(&policy(), script).0, [""; 0]);
    let asked = crate::data::DataReport::default();
    let findings = with_facts(script, |facts| policy().findings(&facts.clone().with_data(&asked)));
    let found: Vec<_> = findings.iter().map(|finding| &*finding.message).collect();
    assert_eq!(found, ["the comment keeps `data-loss` quiet, which finds nothing here"]);
}

#[test]
fn where_scripts_run_together_an_unused_comment_is_a_note() {
    let script = "-- migsafe: allow(lt-attach) because it is ours\nSELECT 1;\n";
    let severity = |scope| {
        with_facts(script, |facts| policy().findings(&facts.clone().with_scope(scope))[0].severity)
    };
    assert_eq!(severity(Scope::OneByOne), Severity::Warn);
    assert_eq!(severity(Scope::Together), Severity::Note);
}

#[test]
fn a_name_that_is_nearly_right_is_recognised() {
    let script = "-- migsafe: allow(lt-atach) because it is ours\nATTACH 'a' AS a;\n";
    let findings = examine(&policy(), script).findings;
    assert_eq!(findings[1].rule, "invalid-suppression");
    assert_eq!(findings[1].help, "perhaps `lt-attach` is meant");
}

#[test]
fn what_is_kept_quiet_is_part_of_the_verdict_and_of_json() {
    let script = "-- migsafe: allow(lt-attach) because it is ours\nATTACH 'a' AS a;\n";
    let verdict = with_facts(script, |facts| policy().judge(facts, &Target::All));
    assert!(!verdict.is_refusal());
    let [quiet] = verdict.suppressed() else { panic!("{verdict:?}") };
    let json = serde_json::to_value(quiet).unwrap();
    assert_eq!(json["rule"], "lt-attach");
    assert_eq!(json["reason"], "it is ours");
    assert_eq!(json["comment_line"], 1);
    assert_eq!(json["line"], 2);
}
