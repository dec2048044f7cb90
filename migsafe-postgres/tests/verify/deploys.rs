//! Expectations at the end of a deploy.

use migsafe_postgres::core::report::{ExitCode, Outcome};
use migsafe_postgres::core::verify::Expectations;
use migsafe_postgres::{Mode, ensure_up_to_date};

use crate::common::{block_on, database, folder, options, store};

const FILE: &str = r#"{"public": {"criticalTables": ["t"], "criticalIndexes": ["t_a_idx"],
    "rows": [{"name": "one", "query": "SELECT a FROM t", "expect": {"value": 1}}]}}"#;

#[test]
fn a_deploy_ends_with_what_is_missed_and_keeps_what_is_applied() {
    let database = database();
    let one = ("20250101000000_one", "CREATE TABLE t (a int); INSERT INTO t VALUES (1);");
    let two = ("20250102000000_two", "CREATE INDEX t_a_idx ON t (a);");
    let expectations = Expectations::from_json(FILE).unwrap();
    let options = || options().with_expectations(expectations.clone());
    block_on(async {
        let store = store(&database.url()).await;
        let error = ensure_up_to_date(&store, &folder(&[one]), options()).await.unwrap_err();
        assert_eq!((error.code(), error.exit_code()), ("not-verified", ExitCode::Drift));
        let report = error.report().unwrap();
        assert_eq!((report.outcome(), report.applied().len()), (Outcome::Applied, 1));
        assert_eq!(report.verification().unwrap().counts(), (2, 1, 0));
        // Nothing is to do, and it is missed all the same.
        let error = ensure_up_to_date(&store, &folder(&[one]), options()).await.unwrap_err();
        assert_eq!(error.report().unwrap().outcome(), Outcome::UpToDate);
        // A dry run and a run that is refused do not look.
        let dry = options().dry_run(true);
        let report = ensure_up_to_date(&store, &folder(&[one, two]), dry).await.unwrap();
        assert!(report.verification().is_none());
        let report = ensure_up_to_date(&store, &folder(&[one, two]), options()).await.unwrap();
        assert_eq!(report.exit_code(), ExitCode::Ok);
        assert!(report.verification().unwrap().is_met());
        let verify = options().with_mode(Mode::Verify);
        let report = ensure_up_to_date(&store, &folder(&[one, two]), verify).await.unwrap();
        assert!(report.verification().unwrap().is_met());
        // A query that fails outweighs what is missed.
        database.query("DROP INDEX t_a_idx; ALTER TABLE t RENAME a TO b").unwrap();
        let error = ensure_up_to_date(&store, &folder(&[one, two]), options()).await.unwrap_err();
        assert_eq!((error.code(), error.exit_code()), ("not-verified", ExitCode::Failure));
    });
}

#[test]
fn expectations_that_cannot_be_used_stop_a_deploy_before_it_begins() {
    let database = database();
    let file =
        r#"{"public": {"rows": [{"name": "r", "query": "DELETE FROM t", "expect": {"rows": 0}}]}}"#;
    let options = options().with_expectations(Expectations::from_json(file).unwrap());
    block_on(async {
        let store = store(&database.url()).await;
        let one = folder(&[("20250101000000_one", "CREATE TABLE t (a int);")]);
        let error = ensure_up_to_date(&store, &one, options).await.unwrap_err();
        assert_eq!(error.code(), "query-refused");
        assert!(error.report().is_none());
    });
    assert!(!crate::common::has_table(&database, "t"));
}
