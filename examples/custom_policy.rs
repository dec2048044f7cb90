//! A policy of one's own: a rule, overrides with reasons, and laws that are tested.
//!
//! `cargo run --example custom_policy`
//!
//! A rule is a pure function of facts. It needs no database, so neither do its tests: migsafe's test kit invents
//! folders and histories, and proptest looks for one that breaks a law.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::borrow::Cow;

use migsafe_core::engine::status;
use migsafe_core::policy::{Facts, Findings, Location, OverrideError, Rule, Tier};
use migsafe_core::report::Status;
use migsafe_core::sql::{Fact, Script, Statement};
use migsafe_core::store::MemoryStore;
use migsafe_core::testkit::{Scenario, block_on};
use migsafe_core::{Dialect, Environment, Options, Policy, Severity};

/// Schema changes and data changes belong into migrations of their own: a backfill of an hour must not keep the
/// locks of an `ALTER TABLE` for an hour.
#[derive(Debug)]
struct DataBesideSchema;

impl Rule for DataBesideSchema {
    fn id(&self) -> Cow<'static, str> {
        "data-beside-schema".into()
    }

    fn summary(&self) -> Cow<'static, str> {
        "a script changes schema and data".into()
    }

    /// A rule says what it found; how grave that is depends on where. Stricter upwards, never the
    /// other way round: what staging refuses must not come through in production.
    fn default_severity(&self, tier: Tier) -> Severity {
        match tier {
            Tier::Development => Severity::Note,
            Tier::Staging => Severity::Warn,
            Tier::Production => Severity::Error,
        }
    }

    /// Only the scripts that are about to run are among the facts: a rule added today does not refuse
    /// what was deployed years ago.
    fn check(&self, facts: &Facts<'_>, findings: &mut Findings<'_>) {
        for (name, script) in facts.scripts().filter(|(_, script)| !redefines_tables(script)) {
            let statements = || script.statements().iter();
            if !statements().any(changes_schema) {
                continue;
            }
            if let Some((index, statement)) =
                statements().enumerate().find(|(_, s)| changes_data(s))
            {
                findings.report_at(
                    name,
                    Location::of_statement(index, statement),
                    format!("{} beside changes of the schema", statement.verb()),
                    "move the data into a migration of its own, after this one",
                );
            }
        }
    }
}

fn changes_schema(statement: &Statement) -> bool {
    ["CREATE", "ALTER", "DROP"].iter().any(|verb| statement.verb().starts_with(verb))
}

fn changes_data(statement: &Statement) -> bool {
    matches!(statement.verb(), "INSERT" | "UPDATE" | "DELETE" | "REPLACE")
}

/// Prisma rebuilds a table on SQLite by copying it, with foreign keys off. The copy is part of the schema change.
fn redefines_tables(script: &Script) -> bool {
    let off = |fact: &Fact| matches!(fact, Fact::ForeignKeysPragma { on: false });
    script.statements().iter().any(|statement| statement.has(off))
}

/// The policy of this team.
fn policy(environment: Environment) -> Result<Policy, OverrideError> {
    Policy::for_environment(environment)
        .with_rule(DataBesideSchema)
        // Only up: a law below says so.
        .with_override("duplicate", Severity::Error, "nobody here runs `resolve` twice on purpose")
}

/// The status of an invented database under a policy.
fn judge(scenario: &Scenario, policy: Policy) -> Result<Status, migsafe_core::Error> {
    let store = MemoryStore::with_rows(Dialect::Sqlite, scenario.rows());
    block_on(status(&store, &scenario.migrations(), &Options::default().with_policy(policy)))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scenario = Scenario::new().file("20250301080000_init").applied().file_with(
        "20250302080000_totals",
        "ALTER TABLE orders ADD COLUMN total INTEGER;\nUPDATE orders SET total = 0;\n",
    );
    for environment in
        [Environment::development(), Environment::staging(), Environment::production()]
    {
        let status = judge(&scenario, policy(environment)?)?;
        println!("{}: {}", status.environment(), verdict(&status));
        for finding in status.findings() {
            let name = finding.migration.as_ref().map_or("", |name| name.as_str());
            let line = finding.location.line.unwrap_or_default();
            println!("  {} {name}, line {line}: {}", finding.severity, finding.message);
            println!("    {} ({})", finding.help, finding.rule);
        }
    }
    Ok(())
}

fn verdict(status: &Status) -> &'static str {
    if status.is_refused() { "refused" } else { "may be deployed" }
}

#[cfg(test)]
mod tests {
    use migsafe_core::diagnosis::State;
    use migsafe_core::testkit::strategy;
    use proptest::prelude::*;

    use super::*;

    fn found(script: &str) -> Vec<(usize, u32)> {
        let scenario = Scenario::new().file_with("20250301080000_x", script);
        let status = judge(&scenario, policy(Environment::production()).unwrap()).unwrap();
        let ours = status.findings().iter().filter(|f| f.rule == "data-beside-schema");
        ours.filter_map(|f| Some((f.location.statement?, f.location.line?))).collect()
    }

    #[test]
    fn the_place_of_the_first_change_of_data_is_reported() {
        assert_eq!(
            found("CREATE TABLE t (id INTEGER);\n\n  INSERT INTO t VALUES (1);\n"),
            [(2, 3)]
        );
        assert_eq!(found("UPDATE t SET a = 1;\nALTER TABLE t ADD COLUMN b TEXT;\n"), [(1, 1)]);
    }

    #[test]
    fn one_kind_alone_and_rebuilt_tables_are_not_reported() {
        assert_eq!(found("CREATE TABLE t (id INTEGER);\nDROP TABLE u;\n"), []);
        assert_eq!(found("UPDATE t SET a = 1;\nDELETE FROM t WHERE a = 2;\n"), []);
        assert_eq!(found("CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM u; END;\n"), []);
        let redefined = "PRAGMA foreign_keys=OFF;\nCREATE TABLE new_t (id INTEGER);\n\
                         INSERT INTO new_t SELECT id FROM t;\nDROP TABLE t;\nPRAGMA foreign_keys=ON;\n";
        assert_eq!(found(redefined), []);
    }

    #[test]
    fn a_typing_error_in_an_override_is_an_error() {
        assert!(Policy::default().with_override("duplicat", Severity::Off, "typo").is_err());
    }

    proptest! {
        /// Our policy adds to the built-in one and takes nothing away.
        #[test]
        fn what_the_defaults_refuse_is_refused(
            scenario in strategy::scenario(8),
            environment in strategy::environment(),
        ) {
            let ours = judge(&scenario, policy(environment.clone()).unwrap()).unwrap();
            let defaults = judge(&scenario, Policy::for_environment(environment)).unwrap();
            prop_assert!(ours.is_refused() || !defaults.is_refused());
        }

        /// A rehearsal means something: what staging refuses, production refuses.
        #[test]
        fn production_is_the_strictest(scenario in strategy::scenario(8)) {
            let refused = |environment| judge(&scenario, policy(environment).unwrap()).unwrap().is_refused();
            prop_assert!(!refused(Environment::staging()) || refused(Environment::production()));
        }

        /// Whatever the history: nothing is deployed to production past a failed, edited or ghost migration.
        #[test]
        fn production_never_passes_over_damage(scenario in strategy::scenario(8)) {
            let status = judge(&scenario, policy(Environment::production()).unwrap()).unwrap();
            let summary = status.diagnosis().summary();
            let damage = summary.state(State::Failed) + summary.edited + summary.duplicate;
            prop_assert!(damage == 0 || status.is_refused(), "{:?}", status.findings());
        }

        /// And a healthy database is never kept from its deploy.
        #[test]
        fn a_healthy_database_is_let_through(scenario in strategy::healthy(8)) {
            let status = judge(&scenario, policy(Environment::production()).unwrap()).unwrap();
            prop_assert!(!status.is_refused(), "{:?}", status.findings());
        }
    }
}
