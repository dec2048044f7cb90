//! What a deploy makes of it.

use std::borrow::Cow;

use migsafe_postgres::core::data::DataOutcome;
use migsafe_postgres::core::engine::ensure_up_to_date;
use migsafe_postgres::core::policy::{Facts, Findings, Location, Rule, Tier};
use migsafe_postgres::core::sql::ActionKind;
use migsafe_postgres::{Environment, Error, Mode, Options, Policy, Severity};
use migsafe_testing::Database;

use crate::common::{block_on, database_with_history, folder, has_table, store};

const A: &str = "20250101000000_a";

/// Without the rules that judge statements by their text alone.
fn alone(environment: Environment) -> Policy {
    ["drop-table", "set-not-null"]
        .into_iter()
        .fold(Policy::for_environment(environment), |policy, rule| {
            policy.with_override(rule, Severity::Off, "not tested here").unwrap()
        })
}

fn asking() -> Options {
    Options::default().with_policy(alone(Environment::production()))
}

async fn deploy(database: &Database, script: &str, options: Options) -> Result<Vec<String>, Error> {
    let report =
        ensure_up_to_date(&store(&database.url()).await, &folder(&[(A, script)]), options).await?;
    let of_data = |rule: &str| ["data-loss", "data-unknown", "will-fail"].contains(&rule);
    let findings = report.status().findings().iter().filter(|finding| of_data(&finding.rule));
    Ok(findings.map(|f| format!("{} {}", f.severity, f.rule)).collect())
}

fn causes(result: Result<Vec<String>, Error>) -> Vec<String> {
    let error = result.expect_err("it is refused");
    let refusal = error.refusal().unwrap_or_else(|| panic!("{error}"));
    refusal.causes().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
}

fn in_environment(environment: Environment) -> Options {
    asking().with_policy(alone(environment))
}

#[test]
fn production_refuses_to_lose_rows_and_development_warns() {
    let database = database_with_history();
    database.query("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)").unwrap();
    block_on(async {
        let refused = causes(deploy(&database, "DROP TABLE t;", asking()).await);
        assert_eq!(refused, ["data-loss: drops the table t: 2 rows are lost"]);
        assert!(has_table(&database, "t"));
        let allowed = alone(Environment::production())
            .with_override("data-loss", Severity::Warn, "old table")
            .unwrap();
        let dry = asking().with_policy(allowed).dry_run(true);
        assert!(
            deploy(&database, "DROP TABLE t;", dry)
                .await
                .unwrap()
                .contains(&"warn data-loss".to_owned())
        );
        assert!(has_table(&database, "t"));
        let development = in_environment(Environment::development());
        deploy(&database, "DROP TABLE t;", development).await.unwrap();
        assert!(!has_table(&database, "t"));
    });
}

#[test]
fn what_fails_is_refused_everywhere_and_nothing_is_tried() {
    let database = database_with_history();
    database
        .query("CREATE TABLE t (id int PRIMARY KEY, a int); INSERT INTO t VALUES (7, NULL)")
        .unwrap();
    let script = "CREATE TABLE n (a int); ALTER TABLE t ALTER a SET NOT NULL;";
    block_on(async {
        for environment in [Environment::development(), Environment::production()] {
            let refused = causes(deploy(&database, script, in_environment(environment)).await);
            assert_eq!(
                refused,
                [
                    "will-fail: makes the column a of t NOT NULL: fails with 23502, 1 row has NULL there (such as 7)"
                ]
            );
        }
        assert!(!has_table(&database, "n"));
        // Once the row is mended, there is nothing to say.
        database.query("UPDATE t SET a = 1").unwrap();
        assert_eq!(deploy(&database, script, asking()).await.unwrap(), Vec::<String>::new());
    });
}

#[test]
fn an_empty_table_may_be_dropped_and_no_question_costs_no_connection() {
    let database = database_with_history();
    database.query("CREATE TABLE t (id int)").unwrap();
    block_on(async {
        let found = deploy(&database, "DROP TABLE t;", asking()).await.unwrap();
        assert_eq!(found, Vec::<String>::new());
    });
}

#[test]
fn asking_can_be_switched_off_and_mere_looks_do_not_ask() {
    let database = database_with_history();
    database.query("CREATE TABLE t (id int); INSERT INTO t VALUES (1)").unwrap();
    block_on(async {
        let verify = deploy(&database, "DROP TABLE t;", asking().with_mode(Mode::Verify)).await;
        assert_eq!(verify.expect_err("it is pending").code(), "not-up-to-date");
        let found = deploy(&database, "DROP TABLE t;", asking().with_data_checks(None)).await;
        assert!(!found.unwrap().iter().any(|finding| finding.contains("data-")));
        assert!(!has_table(&database, "t"));
    });
}

/// A rule that refuses to drop tables, unless they are empty.
#[derive(Debug)]
struct NoDrop;

impl Rule for NoDrop {
    fn id(&self) -> Cow<'static, str> {
        "no-drop".into()
    }

    fn summary(&self) -> Cow<'static, str> {
        "a table is dropped".into()
    }

    fn default_severity(&self, _: Tier) -> Severity {
        Severity::Error
    }

    fn check(&self, facts: &Facts<'_>, findings: &mut Findings<'_>) {
        for (name, script) in facts.scripts() {
            for (index, statement) in script.statements().iter().enumerate() {
                for action in statement.actions() {
                    let location = Location::of_action(index, action);
                    let is_fine = facts.outcome(name, &location).is_some_and(DataOutcome::is_fine);
                    if matches!(action.kind, ActionKind::Drop { .. }) && !is_fine {
                        findings.report_at(name, location, "a table is dropped", "keep it");
                    }
                }
            }
        }
    }
}

#[test]
fn a_rule_can_weigh_less_what_is_known_to_be_fine() {
    let database = database_with_history();
    database
        .query("CREATE TABLE t (id int); CREATE TABLE u (id int); INSERT INTO u VALUES (1)")
        .unwrap();
    block_on(async {
        let strict = || asking().with_policy(alone(Environment::production()).with_rule(NoDrop));
        let refused = causes(deploy(&database, "DROP TABLE t; DROP TABLE u;", strict()).await);
        let of_rule = refused.iter().filter(|cause| cause.starts_with("no-drop")).count();
        assert_eq!((of_rule, has_table(&database, "t")), (1, true), "{refused:?}");
        deploy(&database, "DROP TABLE t;", strict()).await.unwrap();
        assert!(!has_table(&database, "t"));
    });
}

#[test]
fn what_is_not_known_is_said() {
    let database = database_with_history();
    database.query("CREATE TABLE t (id int, a int); INSERT INTO t VALUES (1, NULL)").unwrap();
    block_on(async {
        let script = "UPDATE t SET a = 1 WHERE a IS NULL; ALTER TABLE t ALTER a SET NOT NULL;";
        let found = deploy(&database, script, asking().dry_run(true)).await.unwrap();
        assert_eq!(found, ["warn data-unknown"]);
        deploy(&database, script, asking()).await.unwrap();
    });
}
