//! The tables: Prisma's as either tool creates it, ours as Prisma sees them.

use migsafe_testing::{Prisma, PrismaCommand, PrismaVersion};
use serde_json::Value;

use crate::site::{Kind, ONE, Site, code, everywhere, names};

#[test]
fn both_tools_create_the_same_history_table() {
    for (kind, version, prisma) in everywhere() {
        let (ours, prismas) = (Site::with_three(kind), Site::with_three(kind));
        ours.deploy().unwrap();
        prisma.deploy(&prismas.target()).unwrap();
        assert_eq!(definition(&ours), definition(&prismas), "{kind:?}, {version:?}");
    }
}

/// `resolve --applied` on a database without a history creates it too. (On SQLite this build of the engine does not
/// know what to do without the table.)
#[test]
fn a_resolution_creates_the_same_history_table() {
    let prisma = Prisma::new(PrismaVersion::V7_10);
    let [ours, prismas] = [(); 2].map(|()| Site::with_three(Kind::Postgres));
    ours.resolve_applied(ONE).unwrap();
    prisma.resolve_applied(&prismas.target(), ONE).unwrap();
    assert_eq!(definition(&ours), definition(&prismas));

    let [ours, prismas] = [(); 2].map(|()| Site::with_three(Kind::SqliteText));
    ours.resolve_applied(ONE).unwrap();
    prisma.deploy(&prismas.target()).unwrap();
    assert_eq!(definition(&ours), definition(&prismas));
    assert_eq!(
        code(&prisma.resolve_applied(&Site::with_three(Kind::SqliteText).target(), ONE)),
        Some("P1014")
    );
}

/// Everything the catalog says of the table. On SQLite that is the text of its CREATE TABLE, byte for byte.
fn definition(site: &Site) -> Vec<Vec<Option<String>>> {
    if !site.is_postgres() {
        let objects = site.query(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema \
             WHERE tbl_name = '_prisma_migrations' ORDER BY name",
        );
        assert_eq!(objects.len(), 2, "the table and the index of its key: {objects:?}");
        return objects;
    }
    let mut found = site.query(
        "SELECT a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
                pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated, a.attcollation, a.attstorage \
         FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
         WHERE a.attrelid = '_prisma_migrations'::regclass AND a.attnum > 0 ORDER BY a.attnum",
    );
    assert_eq!(found.len(), 8);
    for more in [
        "SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint \
         WHERE conrelid = '_prisma_migrations'::regclass ORDER BY conname",
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '_prisma_migrations' ORDER BY indexname",
        "SELECT relkind, relpersistence, relrowsecurity, relhastriggers, reloptions, relacl FROM pg_class \
         WHERE oid = '_prisma_migrations'::regclass",
    ] {
        found.extend(site.query(more));
    }
    found
}

/// The schema of our own tables is no drift for `prisma migrate dev`.
#[test]
fn the_audit_is_no_drift_on_postgresql() {
    for version in PrismaVersion::ALL {
        let site = audited(Kind::Postgres);
        let audit = "SELECT count(*) > 0 FROM migsafe.audit";
        assert_eq!(site.value(audit), "t", "there is an audit to be seen");
        let answer = Prisma::new(version).run_all(&[site.ask(PrismaCommand::DevDiagnostic)]);
        let answer = answer[0].as_ref().unwrap();
        assert_eq!(answer["action"]["tag"], "createMigration", "{version:?}: {answer}");
        // Nor does it stand in the way of a deploy.
        assert!(Prisma::new(version).deploy(&site.target()).unwrap().is_empty());
    }
}

/// SQLite has no schemas: Prisma sees the table and names it, unless it is listed as somebody else's.
#[test]
fn the_audit_is_named_as_drift_on_sqlite_unless_declared_external() {
    for version in PrismaVersion::ALL {
        let site = audited(Kind::SqliteText);
        let declared = site.target().with_external_tables(&["_migsafe_audit"]);
        let commands =
            [site.ask(PrismaCommand::DevDiagnostic), (declared, PrismaCommand::DevDiagnostic)];
        let answers = Prisma::new(version).run_all(&commands);
        let drift = answers[0].as_ref().unwrap();
        assert_eq!(drift["action"]["tag"], "reset", "{version:?}: {drift}");
        assert_eq!(added_tables(&drift["action"]["reason"]), ["_migsafe_audit"], "{drift}");
        let quiet = answers[1].as_ref().unwrap();
        assert_eq!(quiet["action"]["tag"], "createMigration", "{version:?}: {quiet}");
        site.assert_clean_for(&Prisma::new(version));
    }
}

/// A first table, so that the shadow database really is compared: a table more is drift.
#[test]
fn the_engine_does_look_for_drift() {
    for kind in Kind::BOTH {
        let site = Site::with_three(kind);
        site.deploy().unwrap();
        site.query("CREATE TABLE by_hand (id INTEGER PRIMARY KEY)");
        let answer = Prisma::new(PrismaVersion::V7_10)
            .run_all(&[site.ask(PrismaCommand::DevDiagnostic)])
            .remove(0)
            .unwrap();
        assert_eq!(added_tables(&answer["action"]["reason"]), ["by_hand"], "{kind:?}: {answer}");
    }
}

/// A deployed database with an audit: a migration without any effect was marked applied.
fn audited(kind: Kind) -> Site {
    let site = Site::with_three(kind);
    site.deploy().unwrap();
    site.write("20250104000000_marked", "SELECT 1;\n");
    site.resolve_applied("20250104000000_marked").unwrap();
    site
}

/// The items below `[+] Added tables` in the text of a drift.
fn added_tables(reason: &Value) -> Vec<String> {
    let reason = reason.as_str().unwrap_or_default();
    let items = reason
        .lines()
        .skip_while(|line| !line.contains("[+] Added tables"))
        .skip(1)
        .map_while(|line| line.strip_prefix("  - "));
    names(&items.collect())
}
