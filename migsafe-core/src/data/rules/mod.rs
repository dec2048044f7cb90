//! The rules on live outcomes, one file each. Adding one: a new file and a line here.

crate::policy::rules_macro! {
    data_loss => "data-loss",
    data_unknown => "data-unknown",
    will_fail => "will-fail",
}

#[cfg(all(test, feature = "postgres-sql"))]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]
mod tests {
    use std::collections::BTreeMap;

    use crate::data::{DataAnswer, DataReport, Found, checks};
    use crate::diagnosis::diagnose;
    use crate::history::{Absence, History};
    use crate::lock::LockState;
    use crate::policy::{Environment, Facts, Policy, Severity};
    use crate::sql::analyse;
    use crate::store::DatabaseFacts;
    use crate::{Dialect, Migrations};

    /// The findings on one script when the database gives this answer to every question.
    fn found(script: &str, answer: &DataAnswer, environment: Environment) -> Vec<String> {
        let mut found = all_found(script, answer, environment);
        found.retain(|finding| super::ALL.iter().any(|rule| finding.contains(rule.id)));
        found
    }

    fn all_found(script: &str, answer: &DataAnswer, environment: Environment) -> Vec<String> {
        let migrations =
            Migrations::from_scripts([("20250101000000_a", script.to_owned())]).unwrap();
        let history = History::Absent(Absence::Table);
        let diagnosis = diagnose(&migrations, &history, &LockState::Free);
        let name = diagnosis.entries()[0].name().clone();
        let scripts = BTreeMap::from([(name.clone(), analyse(Dialect::Postgres, script))]);
        let database = DatabaseFacts::default();
        let facts = Facts::new(Dialect::Postgres, &migrations, &diagnosis, &database, &scripts);
        assert!(facts.data().is_none());
        let judged = checks(Dialect::Postgres, &facts.planned()).into_iter().map(|check| {
            let outcome = check.conclude(Dialect::Postgres, answer);
            (check, outcome)
        });
        let report = DataReport::new(judged);
        let facts = facts.with_data(&report);
        for judged in report.judged() {
            let there = facts.outcome(&name, &judged.check.location);
            assert_eq!(there, Some(&judged.outcome));
        }
        let findings = Policy::for_environment(environment).findings(&facts);
        findings.iter().map(|f| format!("{} {} {}", f.severity, f.rule, f.message)).collect()
    }

    #[test]
    fn each_outcome_has_its_rule() {
        let two = DataAnswer::Found(Found::exactly(2).with_sample(["4", "7"]));
        let none = DataAnswer::Found(Found::exactly(0));
        let no_answer = DataAnswer::Unanswered("it took too long".into());
        let production = Environment::production;
        assert_eq!(
            found("DROP TABLE t", &two, production()),
            ["error data-loss drops the table t: 2 rows are lost"]
        );
        assert_eq!(
            found("DROP TABLE t", &two, Environment::development()),
            ["warn data-loss drops the table t: 2 rows are lost"]
        );
        assert_eq!(
            found("ALTER TABLE t ALTER c SET NOT NULL", &two, Environment::development()),
            [
                "error will-fail makes the column c of t NOT NULL: fails with 23502, 2 rows have NULL there (such as 4, 7)"
            ]
        );
        assert_eq!(
            found("DROP TABLE t", &no_answer, production()),
            [
                "warn data-unknown drops the table t: what that does to rows is not known, it took too long"
            ]
        );
        assert_eq!(
            found("DROP TABLE t", &no_answer, Environment::development()),
            [
                "note data-unknown drops the table t: what that does to rows is not known, it took too long"
            ]
        );
        assert_eq!(found("DROP TABLE t", &none, production()), Vec::<String>::new());
    }

    #[test]
    fn rules_on_sql_weigh_less_what_the_rows_make_harmless() {
        let script = "DROP TABLE t; ALTER TABLE u DROP COLUMN c; TRUNCATE v; DELETE FROM w;\n\
                      ALTER TABLE x ADD COLUMN c int NOT NULL;";
        let rules = [
            "drop-table",
            "drop-column",
            "truncate",
            "delete-without-where",
            "add-required-column-without-default",
        ];
        let all = |answer: &DataAnswer| {
            let found = all_found(script, answer, Environment::production());
            let of_rule = |rule: &&str| {
                let named = format!(" {rule} ");
                let finding = found.iter().find(|finding| finding.contains(&named)).unwrap();
                finding.split(' ').next().unwrap().to_owned()
            };
            rules.iter().map(of_rule).collect::<Vec<String>>()
        };
        assert_eq!(all(&DataAnswer::Found(Found::exactly(2))), ["error"; 5]);
        assert_eq!(all(&DataAnswer::Found(Found::exactly(0))), ["note"; 5]);
    }

    #[test]
    fn a_failing_statement_cannot_be_allowed() {
        let policy = Policy::default().with_override("will-fail", Severity::Warn, "go on");
        assert!(policy.is_err());
        let custom = Policy::default().failing_at(Severity::Error);
        assert_eq!(custom.severity("will-fail"), Severity::Error);
    }
}
