//! Databases that were there before the history: what refuses, and a baseline by either tool.

use migsafe_testing::{Prisma, PrismaCommand, PrismaVersion};

use crate::site::{Kind, ONE, Site, THREE, TWO, applied_names, code, everywhere};

/// The schema of the first two migrations, made by hand.
fn with_schema(kind: Kind) -> Site {
    let site = Site::with_three(kind);
    site.query(
        "CREATE TABLE one (id INTEGER PRIMARY KEY); CREATE TABLE two (id INTEGER PRIMARY KEY)",
    );
    site
}

#[test]
fn both_refuse_a_database_without_a_history() {
    for (kind, version, prisma) in everywhere() {
        let site = with_schema(kind);
        assert_eq!(code(&prisma.deploy(&site.target())), Some("P3005"), "{kind:?}, {version:?}");
        let error = site.deploy().unwrap_err();
        let rules: Vec<_> = error.refusal().unwrap().causes().map(|c| c.rule.to_string()).collect();
        assert_eq!(rules, ["not-empty"], "{kind:?}");
        assert!(!site.has_table("_prisma_migrations"), "{kind:?}");
    }
}

#[test]
fn a_baseline_begun_by_us_is_finished_by_prisma() {
    for (kind, version, prisma) in everywhere() {
        let site = with_schema(kind);
        site.resolve_applied(ONE).unwrap();
        prisma.resolve_applied(&site.target(), TWO).unwrap();
        assert_eq!(prisma.deploy(&site.target()).unwrap(), [THREE], "{kind:?}, {version:?}");
        check_baseline(&site, &prisma);
    }
}

/// On PostgreSQL only: on SQLite this build of the engine does not find out that there is no table.
#[test]
fn a_baseline_begun_by_prisma_is_finished_by_us() {
    for version in PrismaVersion::ALL {
        let prisma = Prisma::new(version);
        let site = with_schema(Kind::Postgres);
        prisma.resolve_applied(&site.target(), ONE).unwrap();
        site.resolve_applied(TWO).unwrap();
        assert_eq!(applied_names(&site.deploy().unwrap()), [THREE], "{version:?}");
        check_baseline(&site, &prisma);
    }
}

fn check_baseline(site: &Site, prisma: &Prisma) {
    let status = site.status();
    let summary = status.diagnosis().summary();
    assert_eq!((summary.ghost, summary.marked_applied, summary.applied), (2, 2, 1), "{site:?}");
    site.assert_clean_for(prisma);
    site.assert_clean_for_migsafe();
}

/// What makes a database "not empty": the same for both where Prisma looks, and more for us where it does not.
#[test]
fn what_counts_as_not_empty() {
    // Both refuse.
    let both = [
        (Kind::Postgres, "CREATE TABLE t (id INTEGER)"),
        (Kind::SqliteText, "CREATE TABLE t (id INTEGER)"),
    ];
    // Prisma goes on, or only we do.
    let differences = [
        // What is left of an AUTOINCREMENT is a table of SQLite's own.
        (
            Kind::SqliteText,
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE t",
            Some("P3005"),
            "",
        ),
        (Kind::Postgres, "CREATE VIEW v AS SELECT 1 AS one", None, "not-empty"),
        (Kind::Postgres, "CREATE TYPE mood AS ENUM ('ok')", None, "not-empty"),
        (Kind::Postgres, "CREATE TABLE t (id INTEGER) PARTITION BY RANGE (id)", None, "not-empty"),
        (Kind::Postgres, "CREATE TABLE spatial_ref_sys (id INTEGER)", None, ""),
        (Kind::Postgres, "CREATE SCHEMA other; CREATE TABLE other.t (id INTEGER)", None, ""),
        (Kind::SqliteText, "CREATE VIEW v AS SELECT 1 AS one", None, "not-empty"),
    ];
    let prisma = Prisma::new(PrismaVersion::V7_10);
    let mut commands = Vec::new();
    let mut sites = Vec::new();
    let all = both.iter().map(|(kind, sql)| (kind, sql, Some("P3005"), "not-empty"));
    let all =
        all.chain(differences.iter().map(|(kind, sql, code, rule)| (kind, sql, *code, *rule)));
    for (kind, sql, prismas, ours) in all {
        let site = Site::new(*kind);
        site.write(ONE, "CREATE TABLE one (id INTEGER);\n");
        site.query(sql);
        commands.push(site.ask(PrismaCommand::Deploy));
        let status = site.status();
        let rules: Vec<_> = status.causes().map(|cause| cause.rule.to_string()).collect();
        assert_eq!(rules.concat(), ours, "{kind:?}: {sql}");
        sites.push((site, sql, prismas));
    }
    for ((site, sql, expected), answer) in sites.iter().zip(prisma.run_all(&commands)) {
        assert_eq!(code(&answer), *expected, "{site:?}: {sql}: {answer:?}");
    }
}
