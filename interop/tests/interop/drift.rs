//! What the real engine deploys is no drift for migsafe.

use migsafe_core::engine::{self, DriftOptions, DriftReport};
use migsafe_testing::PrismaCommand;

use crate::site::{Site, everywhere, wait};

const BAD: &str = "20250102120000_bad";

fn drift(site: &Site) -> DriftReport {
    wait(engine::drift(&*site.store(), &site.migrations(), &DriftOptions::default())).unwrap()
}

#[test]
fn what_prisma_deployed_is_no_drift() {
    for (kind, version, prisma) in everywhere() {
        let site = Site::with_three(kind);
        assert_eq!(prisma.deploy(&site.target()).unwrap().len(), 3);
        let report = drift(&site);
        assert_eq!(report.replayed.len(), 3, "{kind:?}, {version:?}");
        assert!(!report.has_drift(), "{kind:?}, {version:?}: {report:?}");
        // It does look: a table more is a difference.
        site.query("CREATE TABLE by_hand (id INTEGER PRIMARY KEY)");
        assert!(drift(&site).has_drift(), "{kind:?}, {version:?}");
    }
}

/// Rows of attempts that failed, were rolled back and were made again stay in Prisma's table.
#[test]
fn failed_and_rolled_back_attempts_of_prisma_are_no_drift() {
    for (kind, version, prisma) in everywhere() {
        let site = Site::with_three(kind);
        site.write(BAD, "INSERT INTO nowhere VALUES (1);\n");
        prisma.deploy(&site.target()).unwrap_err();
        let report = drift(&site);
        assert_eq!(report.replayed.len(), 2, "{kind:?}, {version:?}");
        assert_eq!(report.blind.len(), 1, "{kind:?}, {version:?}: {:?}", report.blind);
        assert!(!report.has_drift(), "{kind:?}, {version:?}: {report:?}");

        prisma.resolve_rolled_back(&site.target(), BAD).unwrap();
        let report = drift(&site);
        assert!(report.blind.is_empty(), "{kind:?}, {version:?}: {:?}", report.blind);
        assert!(!report.has_drift(), "{kind:?}, {version:?}: {report:?}");

        site.write(BAD, "CREATE TABLE mended (id INTEGER PRIMARY KEY);\n");
        let answers = prisma.run_all(&[site.ask(PrismaCommand::Deploy)]);
        answers[0].as_ref().unwrap();
        let report = drift(&site);
        assert_eq!(report.replayed.len(), 4, "{kind:?}, {version:?}");
        assert!(!report.has_drift(), "{kind:?}, {version:?}: {report:?}");
    }
}
