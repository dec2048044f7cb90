//! A decision made with one tool is seen by the other.

use migsafe_core::diagnosis::{Mark, State};
use migsafe_testing::{Prisma, PrismaCommand, PrismaVersion};

use crate::site::{Kind, ONE, Shape, Site, THREE, TWO, applied_names, code, everywhere, names};

const BAD: &str = "20250104000000_bad";

/// A failed migration, left by Prisma.
fn failed_by_prisma(kind: Kind, prisma: &Prisma) -> Site {
    let site = Site::with_three(kind);
    site.write(BAD, "INSERT INTO nowhere VALUES (1);\n");
    prisma.deploy(&site.target()).unwrap_err();
    site
}

/// A failed migration, left by us.
fn failed_by_migsafe(kind: Kind) -> Site {
    let site = Site::with_three(kind);
    site.write(BAD, "INSERT INTO nowhere VALUES (1);\n");
    site.deploy().unwrap_err();
    site
}

#[test]
fn prisma_marks_applied_what_migsafe_left_failed() {
    for (kind, version, prisma) in everywhere() {
        let site = failed_by_migsafe(kind);
        prisma.resolve_applied(&site.target(), BAD).unwrap();
        let status = site.status();
        let entry = status.diagnosis().entry(BAD).unwrap();
        assert_eq!(entry.state(), State::Ghost, "{kind:?}, {version:?}");
        assert!(entry.marks().contains(Mark::MarkedApplied), "{:?}", entry.marks());
        assert_eq!(entry.attempt_count(), 2);
        // By default a warning, and nothing that stands in the way.
        site.assert_clean_for_migsafe();
    }
}

#[test]
fn migsafe_marks_applied_what_prisma_left_failed() {
    for (kind, version, prisma) in everywhere() {
        let site = failed_by_prisma(kind, &prisma);
        site.resolve_applied(BAD).unwrap();
        site.assert_clean_for(&prisma);
        let again = prisma.resolve_applied(&site.target(), BAD);
        assert_eq!(code(&again), Some("P3008"), "{kind:?}, {version:?}");
    }
}

#[test]
fn both_tools_write_the_same_rows_for_the_same_decision() {
    for kind in Kind::ALL {
        let prisma = Prisma::new(PrismaVersion::V7_10);
        for failed in [true, false] {
            let (ours, prismas) = if failed {
                (failed_by_migsafe(kind), failed_by_prisma(kind, &prisma))
            } else {
                // With a table: without one this build of the engine stops on SQLite.
                let prismas = Site::new(kind);
                prisma.deploy(&prismas.target()).unwrap();
                prismas.write_three();
                (Site::with_three(kind), prismas)
            };
            let name = if failed { BAD } else { ONE };
            ours.resolve_applied(name).unwrap();
            prisma.resolve_applied(&prismas.target(), name).unwrap();
            let (ours, prismas) = (ours.shapes(), prismas.shapes());
            assert_eq!(ours, prismas, "{kind:?}");
            let marked = |shape: &&Shape| shape.marked && shape.logs == "empty";
            assert_eq!(ours.iter().filter(marked).count(), 1, "{ours:?}");
        }
    }
}

/// After either tool's `--rolled-back` the other one applies the mended script, and both find it in order; but 7.8 calls
/// it edited for ever, whoever wrote the rows.
#[test]
fn rolled_back_by_one_tool_is_applied_by_the_other() {
    for (kind, version, prisma) in everywhere() {
        let site = failed_by_migsafe(kind);
        prisma.resolve_rolled_back(&site.target(), BAD).unwrap();
        let status = site.status();
        assert_eq!(status.diagnosis().entry(BAD).unwrap().state(), State::RolledBack);
        site.write(BAD, "CREATE TABLE mended (id INTEGER PRIMARY KEY);\n");
        assert_eq!(applied_names(&site.deploy().unwrap()), [BAD], "{kind:?}");
        check_mended(&site, &prisma, version);

        let site = failed_by_prisma(kind, &prisma);
        site.resolve_rolled_back(BAD).unwrap();
        site.write(BAD, "CREATE TABLE mended (id INTEGER PRIMARY KEY);\n");
        assert_eq!(prisma.deploy(&site.target()).unwrap(), [BAD], "{kind:?}");
        site.assert_clean_for_migsafe();
        check_mended(&site, &prisma, version);
    }
}

fn check_mended(site: &Site, prisma: &Prisma, version: PrismaVersion) {
    let commands = [site.ask(PrismaCommand::Deploy), site.ask(PrismaCommand::Diagnose)];
    let answers = prisma.run_all(&commands);
    assert_eq!(names(&answers[0].as_ref().unwrap()["appliedMigrationNames"]), [""; 0]);
    let answer = answers[1].as_ref().unwrap();
    assert!(answer["history"].is_null(), "{site:?}: {answer}");
    // The row that 7.8 compares with is the first one by the stored value of its start: the rolled-back one, except
    // where SQLite sorts our integer before Prisma's text.
    let expected = match version {
        PrismaVersion::V7_8 => first_row_is_rolled_back(site),
        _ => false,
    };
    let edited = names(&answer["editedMigrationNames"]);
    assert_eq!(edited == [BAD], expected, "{site:?}, {version:?}: {answer}");
    assert_eq!(site.status().diagnosis().summary().edited, 0, "{site:?}");
}

fn first_row_is_rolled_back(site: &Site) -> bool {
    let sql = format!(
        "SELECT CASE WHEN rolled_back_at IS NULL THEN 'live' ELSE 'rolled back' END \
         FROM _prisma_migrations WHERE migration_name = '{BAD}' ORDER BY started_at LIMIT 1"
    );
    site.value(&sql) == "rolled back"
}

/// A row without a file can be marked rolled back by either, and applied by neither.
#[test]
fn a_failed_row_without_a_file_is_resolved_by_either_tool() {
    for kind in Kind::BOTH {
        let prisma = Prisma::new(PrismaVersion::V7_10);
        let ours = failed_by_prisma(kind, &prisma);
        ours.remove(BAD);
        assert_eq!(ours.resolve_applied(BAD).unwrap_err().code(), "no-such-migration");
        ours.resolve_rolled_back(BAD).unwrap();
        ours.assert_clean_for(&prisma);

        let prismas = failed_by_migsafe(kind);
        prismas.remove(BAD);
        let refused = prisma.resolve_applied(&prismas.target(), BAD);
        assert_eq!(code(&refused), Some("P3017"));
        prisma.resolve_rolled_back(&prismas.target(), BAD).unwrap();
        prismas.assert_clean_for_migsafe();
        assert_eq!(ours.shapes(), prismas.shapes(), "{kind:?}");
    }
}

/// The audit that our decisions leave is nothing to Prisma, and Prisma's decisions leave none.
#[test]
fn only_our_decisions_are_audited() {
    for kind in Kind::BOTH {
        let prisma = Prisma::new(PrismaVersion::V7_10);
        let site = failed_by_prisma(kind, &prisma);
        prisma.resolve_rolled_back(&site.target(), BAD).unwrap();
        let audit = if site.is_postgres() { "migsafe.audit" } else { "_migsafe_audit" };
        let count = format!("SELECT count(*) FROM {audit}");
        site.try_query(&count).unwrap_err();
        site.resolve_applied(BAD).unwrap();
        assert_eq!(site.value(&count), "1", "{kind:?}");
        site.assert_clean_for(&prisma);
        assert!(site.has_table("two") && !site.has_table("nowhere"));
        let names: Vec<String> =
            site.shapes().into_iter().map(|s| s.name).filter(|n| n != BAD).collect();
        assert_eq!(names, [ONE, TWO, THREE]);
    }
}
