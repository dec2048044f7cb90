//! What one tool deploys is in order for the other.

use migsafe_core::diagnosis::State;
use migsafe_core::history::StoredTime;
use migsafe_core::report::Outcome;
use migsafe_testing::{Prisma, PrismaVersion};

use crate::site::{Kind, ONE, Site, THREE, TWO, applied_names, everywhere};

#[test]
fn what_migsafe_deploys_is_clean_for_prisma() {
    for (kind, _, prisma) in everywhere() {
        let site = Site::with_three(kind);
        let report = site.deploy().unwrap();
        assert_eq!(applied_names(&report), [ONE, TWO, THREE]);
        site.assert_clean_for(&prisma);
    }
}

#[test]
fn what_prisma_deploys_is_clean_for_migsafe() {
    for (kind, _, prisma) in everywhere() {
        let site = Site::with_three(kind);
        assert_eq!(prisma.deploy(&site.target()).unwrap(), [ONE, TWO, THREE]);
        let status = site.status();
        assert_eq!(status.diagnosis().summary().applied, 3, "{kind:?}");
        assert_eq!(status.findings(), [], "{kind:?}");
        site.assert_clean_for_migsafe();
        let report = site.deploy().unwrap();
        assert_eq!(report.outcome(), Outcome::UpToDate, "{kind:?}");
    }
}

#[test]
fn both_leave_the_same_rows_and_the_same_schema() {
    for (kind, version, prisma) in everywhere() {
        let (ours, prismas) = (Site::with_three(kind), Site::with_three(kind));
        ours.deploy().unwrap();
        prisma.deploy(&prismas.target()).unwrap();
        assert_eq!(ours.shapes(), prismas.shapes(), "{kind:?}, {version:?}");
        assert_eq!(ours.tables(), prismas.tables(), "{kind:?}, {version:?}");
    }
}

/// Each tool applies one migration on top of the other's, so that on SQLite both forms of times stand in one table.
#[test]
fn the_tools_take_turns() {
    for (kind, version, prisma) in everywhere() {
        let site = Site::new(kind);
        let names: Vec<String> = (1..=4).map(|n| format!("2025010{n}000000_step")).collect();
        for (turn, name) in names.iter().enumerate() {
            let script = format!("CREATE TABLE step_{turn} (id INTEGER PRIMARY KEY);\n");
            site.write(name, script);
            if turn % 2 == 0 {
                assert_eq!(prisma.deploy(&site.target()).unwrap(), [name.as_str()], "{kind:?}");
            } else {
                assert_eq!(applied_names(&site.deploy().unwrap()), [name.as_str()], "{kind:?}");
            }
        }
        site.assert_clean_for(&prisma);
        site.assert_clean_for_migsafe();
        let shapes = site.shapes();
        assert!(shapes.iter().all(|s| s.finished && s.steps == 1), "{version:?}: {shapes:?}");
        assert_eq!(shapes.len(), 4);
        if !site.is_postgres() {
            let types = "SELECT DISTINCT typeof(started_at) FROM _prisma_migrations ORDER BY 1";
            let types: Vec<_> =
                site.query(types).into_iter().filter_map(|mut row| row.remove(0)).collect();
            match kind {
                Kind::SqliteMillis => assert_eq!(types, ["integer"]),
                _ => assert_eq!(types, ["integer", "text"]),
            }
        }
    }
}

/// The times that Prisma stores are read as what they are: now, in order, on every form of storing them.
#[test]
fn the_times_of_prisma_are_read() {
    for kind in Kind::ALL {
        let site = Site::with_three(kind);
        let before = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
        Prisma::new(PrismaVersion::V7_10).deploy(&site.target()).unwrap();
        let after = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
        let status = site.status();
        let margin = chrono::TimeDelta::milliseconds(1);
        for row in status.diagnosis().history().rows() {
            assert_eq!(row.problems(), [], "{kind:?}");
            let at = |time: &Option<StoredTime>| time.as_ref().unwrap().at().unwrap();
            let (started, finished) = (at(&row.started_at), at(&row.finished_at));
            assert!(before - margin <= started && started <= finished, "{kind:?}: {row:?}");
            assert!(finished <= after, "{kind:?}: {row:?}");
        }
    }
}

/// A history per schema; `?schema=` means the same to both.
#[test]
fn both_tools_use_the_schema_of_the_url() {
    for version in PrismaVersion::ALL {
        let prisma = Prisma::new(version);
        let shop = Site::new(Kind::Postgres);
        let app = shop.with_schema("app");
        app.write_three();
        assert_eq!(applied_names(&app.deploy().unwrap()), [ONE, TWO, THREE]);
        app.assert_clean_for(&prisma);

        let other = app.with_schema("Other-One");
        other.write_three();
        assert_eq!(prisma.deploy(&other.target()).unwrap(), [ONE, TWO, THREE]);
        other.assert_clean_for_migsafe();
        assert_eq!(other.status().facts().schema(), Some("Other-One"));

        // The public schema knows nothing of either.
        assert_eq!(shop.tables(), [""; 0]);
        shop.write_three();
        let status = shop.status();
        assert!(status.diagnosis().entries().iter().all(|e| e.state() == State::Pending));
        assert_eq!(prisma.deploy(&shop.target()).unwrap(), [ONE, TWO, THREE]);
        shop.assert_clean_for_migsafe();
    }
}

/// A migration that runs outside a transaction leaves what Prisma's own would leave.
#[test]
fn a_migration_by_statement_is_clean_for_prisma() {
    for version in PrismaVersion::ALL {
        let site = Site::with_three(Kind::Postgres);
        let script = "CREATE INDEX CONCURRENTLY one_name ON one (name);\n";
        site.write("20250104000000_index", script);
        site.deploy().unwrap();
        let shape = site.shape_of("20250104000000_index");
        assert!(shape.finished && !shape.rolled_back && shape.logs == "null", "{shape:?}");
        site.assert_clean_for(&Prisma::new(version));

        let other = Site::with_three(Kind::Postgres);
        other.write("20250104000000_index", script);
        Prisma::new(version).deploy(&other.target()).unwrap();
        other.assert_clean_for_migsafe();
        assert_eq!(other.shapes(), site.shapes());
    }
}
