//! What fails with one tool is failed for the other, with readable logs.

use migsafe_core::diagnosis::State;
use migsafe_core::report::{ExitCode, Style, text};
use migsafe_testing::{Prisma, PrismaCommand, PrismaVersion};

use crate::site::{Kind, ONE, Site, THREE, TWO, code, everywhere, names};

const BAD: &str = "20250102120000_bad";

fn with_bad(kind: Kind) -> Site {
    let site = Site::with_three(kind);
    site.write(BAD, "CREATE TABLE before (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n");
    site
}

#[test]
fn a_failure_of_ours_is_p3009_for_prisma() {
    for (kind, version, prisma) in everywhere() {
        let site = with_bad(kind);
        let error = site.deploy().unwrap_err();
        assert_eq!(error.code(), "migration-failed");
        let commands = [site.ask(PrismaCommand::Diagnose), site.ask(PrismaCommand::Deploy)];
        let answers = prisma.run_all(&commands);
        let diagnosis = answers[0].as_ref().unwrap();
        assert_eq!(names(&diagnosis["failedMigrationNames"]), [BAD], "{kind:?}, {version:?}");
        assert_eq!(names(&diagnosis["history"]["unappliedMigrationNames"]), [THREE]);
        assert_eq!(names(&diagnosis["editedMigrationNames"]), [""; 0]);
        assert_eq!(code(&answers[1]), Some("P3009"), "{kind:?}, {version:?}");
        let message = &answers[1].as_ref().unwrap_err().message;
        assert!(message.contains(&format!("The `{BAD}` migration started at 2")), "{message}");
        // Promised by one transaction per migration, and what Prisma does not do on SQLite.
        assert!(!site.has_table("before"), "{kind:?}");
    }
}

#[test]
fn a_failure_of_prismas_is_failed_for_us_with_readable_logs() {
    for (kind, version, prisma) in everywhere() {
        let site = with_bad(kind);
        prisma.deploy(&site.target()).unwrap_err();
        let status = site.status();
        let states: Vec<State> =
            status.diagnosis().entries().iter().map(|entry| entry.state()).collect();
        let expected = [State::Applied, State::Applied, State::Failed, State::Pending];
        assert_eq!(states, expected, "{kind:?}, {version:?}");
        assert_eq!(status.exit_code(), ExitCode::Refused);

        let causes: Vec<_> = status.causes().collect();
        assert_eq!(causes.len(), 1, "{causes:?}");
        assert_eq!(
            (causes[0].rule.as_ref(), causes[0].migration.as_ref().unwrap().as_str()),
            ("failed", BAD)
        );
        let shown = text::status(&status, Style::plain());
        assert!(shown.contains("nowhere"), "the log's own words are shown:\n{shown}");
        assert!(!shown.contains('\u{1b}'), "no terminal codes:\n{shown}");
        assert!(
            !shown.contains("schema_engine") && !shown.contains("sql_schema_connector"),
            "{shown}"
        );
        let error = site.deploy().unwrap_err();
        assert!(error.is_refusal(), "{error:?}");
    }
}

/// The row of a failed attempt has the same shape, whoever made it.
#[test]
fn failed_rows_have_the_same_shape() {
    for (kind, version, prisma) in everywhere() {
        let (ours, prismas) = (with_bad(kind), with_bad(kind));
        ours.deploy().unwrap_err();
        prisma.deploy(&prismas.target()).unwrap_err();
        assert_eq!(ours.shapes(), prismas.shapes(), "{kind:?}, {version:?}");
        assert_eq!(ours.shape_of(BAD).logs, "text");
    }
}

/// Prisma commits what stands before `SET search_path` and then cannot find its own table: the row stays unfinished and
/// without a word. That is `Failed`, not `Pending`, and the script had its effect.
#[test]
fn a_row_that_prisma_lost_sight_of_is_failed() {
    for version in PrismaVersion::ALL {
        let site = Site::with_three(Kind::Postgres);
        site.write(
            BAD,
            "CREATE SCHEMA elsewhere;\nCREATE TABLE before (id INTEGER);\nSET search_path = elsewhere;\n",
        );
        Prisma::new(version).deploy(&site.target()).unwrap_err();
        let shape = site.shape_of(BAD);
        assert_eq!((shape.finished, shape.steps, shape.logs), (false, 0, "null"), "{version:?}");
        assert!(site.has_table("before"));
        let status = site.status();
        assert_eq!(status.diagnosis().entry(BAD).unwrap().state(), State::Failed);
        // The way out is the same for both: its changes are there, so it is marked applied.
        site.resolve_applied(BAD).unwrap();
        assert_eq!(Prisma::new(version).deploy(&site.target()).unwrap(), [THREE]);
    }
}

/// `BEGIN` without COMMIT: Prisma says success and nothing is there, not even the second half of the row.
#[test]
fn a_success_that_prisma_did_not_have_is_failed() {
    for version in PrismaVersion::ALL {
        let site = Site::with_three(Kind::Postgres);
        site.write(BAD, "BEGIN;\nCREATE TABLE before (id INTEGER);\n");
        let prisma = Prisma::new(version);
        let said = prisma.deploy(&site.target()).unwrap();
        assert_eq!(said, [ONE, TWO, BAD, THREE], "{version:?}");
        assert!(!site.has_table("before"));
        let status = site.status();
        assert_eq!(status.diagnosis().entry(BAD).unwrap().state(), State::Failed, "{version:?}");
        assert_eq!(code(&prisma.deploy(&site.target())), Some("P3009"));

        // Ours does not send it at all.
        let ours = Site::with_three(Kind::Postgres);
        ours.write(BAD, "BEGIN;\nCREATE TABLE before (id INTEGER);\n");
        let error = ours.deploy().unwrap_err();
        let rules: Vec<_> = error.refusal().unwrap().causes().map(|c| c.rule.to_string()).collect();
        assert_eq!(rules, ["transaction-nesting"]);
        assert_eq!(ours.tables(), [""; 0]);
    }
}
