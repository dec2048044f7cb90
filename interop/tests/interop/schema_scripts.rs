//! A script between two schemas that Prisma's engine deploys, and one that both tools deploy in turns.

use migsafe_core::schema::{ChangeScript, DiffOptions, Snapshot, SnapshotOptions, diff, script};
use migsafe_core::store::SchemaReader as _;
use migsafe_sqlite::SqliteStore;
use migsafe_testing::{Prisma, PrismaVersion};

use crate::site::{Kind, ONE, Site, TWO, applied_names, wait};

const BLOG: &str = "
CREATE TABLE User (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, manager INTEGER REFERENCES User (id) ON DELETE CASCADE);
CREATE TABLE Post (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES User (id) ON DELETE CASCADE);
CREATE INDEX User_name ON User (name);
CREATE VIEW Authors AS SELECT u.name FROM User u JOIN Post p ON p.author = u.id;
CREATE TABLE Log (what TEXT);
CREATE TRIGGER log_users AFTER UPDATE ON User BEGIN INSERT INTO Log VALUES (new.name); END;
CREATE TRIGGER log_posts AFTER INSERT ON Post BEGIN INSERT INTO Log SELECT name FROM User WHERE id = new.author; END;
";

const ROWS: &str = "
INSERT INTO User VALUES (1, 'ann', NULL), (2, 'ben', 1), (7, 'gone', 1);
DELETE FROM User WHERE id = 7;
INSERT INTO Post VALUES (1, 1), (2, 1), (3, 2);
";

fn read(site: &Site) -> Snapshot {
    let store = SqliteStore::from_path(site.file()).unwrap();
    wait(store.read_schema(&SnapshotOptions::default())).unwrap()
}

/// What another site with this schema is like.
fn target(sql: &str) -> Snapshot {
    let site = Site::new(Kind::SqliteText);
    site.write(ONE, sql);
    site.deploy_leniently().unwrap();
    read(&site)
}

fn between(from: &Snapshot, to: &Snapshot) -> ChangeScript {
    script(from, to, &diff(from, to, &DiffOptions::default()).unwrap())
}

#[test]
fn prisma_deploys_a_script_and_keeps_the_rows() {
    let changed = BLOG
        .replace(
            "name TEXT, manager",
            "name TEXT NOT NULL DEFAULT 'nobody' CHECK (length(name) < 50), manager",
        )
        .replace("author INTEGER NOT NULL", "author INT NOT NULL");
    let target = target(&changed);
    for kind in [Kind::SqliteText, Kind::SqliteMillis] {
        for version in PrismaVersion::ALL {
            let prisma = Prisma::new(version);
            let site = Site::new(kind);
            site.write(ONE, format!("{BLOG}{ROWS}"));
            assert_eq!(prisma.deploy(&site.target()).unwrap(), [ONE]);
            let forward = between(&read(&site), &target);
            let sql = forward.to_sql();
            assert!(forward.is_complete() && sql.matches("RENAME TO").count() == 2, "{sql}");
            site.write(TWO, &sql);
            assert_eq!(prisma.deploy(&site.target()).unwrap(), [TWO], "{kind:?} {version:?}");
            assert_eq!(read(&site), target, "{sql}");
            let values = |sql: &str| -> Vec<String> {
                site.query(sql).into_iter().filter_map(|mut row| row.remove(0)).collect()
            };
            assert_eq!(values("SELECT id || name FROM User ORDER BY id"), ["1ann", "2ben"]);
            assert_eq!(
                values("SELECT id || ' ' || author FROM Post ORDER BY id"),
                ["1 1", "2 1", "3 2"]
            );
            assert_eq!(values("SELECT seq FROM sqlite_sequence"), ["7"]);
            assert!(values("SELECT \"table\" FROM pragma_foreign_key_check").is_empty());
            site.assert_clean_for(&prisma);
            // And migsafe the way back.
            let back = between(&target, &read_origin());
            site.write("20250103000000_back", back.to_sql());
            let report = site.deploy_leniently().unwrap();
            assert_eq!(applied_names(&report), ["20250103000000_back"]);
            assert_eq!(
                values("SELECT id || ' ' || author FROM Post ORDER BY id"),
                ["1 1", "2 1", "3 2"]
            );
            assert_eq!(read(&site), read_origin());
            site.assert_clean_for(&prisma);
        }
    }
}

fn read_origin() -> Snapshot {
    target(BLOG)
}
