//! The Prisma engine on both databases: that the answers are the engine's own.

use std::fs;
use std::path::{Path, PathBuf};

use migsafe_testing::{Database, Postgres, Prisma, PrismaTarget, PrismaVersion};

/// A folder of migrations, removed with this value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, migrations: &[(&str, &str)]) -> Self {
        let unique = format!("migsafe-prisma-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(unique);
        let folder = Self(folder);
        for (migration, sql) in migrations {
            folder.write(migration, sql);
        }
        folder
    }

    fn write(&self, migration: &str, sql: &str) {
        let folder = self.0.join("migrations").join(migration);
        fs::create_dir_all(&folder).expect("the temporary folder is writable");
        fs::write(folder.join("migration.sql"), sql).expect("the temporary folder is writable");
    }

    fn migrations(&self) -> PathBuf {
        self.0.join("migrations")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const ONE: &str = "20250101000000_one";
const TWO: &str = "20250102000000_two";

fn migrations() -> [(&'static str, &'static str); 2] {
    [
        (ONE, "CREATE TABLE one (id INTEGER PRIMARY KEY);"),
        (TWO, "CREATE TABLE two (id INTEGER PRIMARY KEY); INSERT INTO two VALUES (1);"),
    ]
}

/// What holds on either database.
#[expect(clippy::unwrap_used, reason = "part of the tests below")]
fn deploys_and_diagnoses(prisma: &Prisma, target: &PrismaTarget, folder: &Folder) {
    assert_eq!(prisma.deploy(target).unwrap(), [ONE, TWO]);
    assert!(prisma.deploy(target).unwrap().is_empty());
    let answer = prisma.diagnose(target).unwrap();
    assert!(answer["history"].is_null(), "{answer}");
    assert_eq!(answer["hasMigrationsTable"], true);

    let already = prisma.resolve_applied(target, ONE).unwrap_err();
    assert_eq!(already.code.as_deref(), Some("P3008"), "{already}");

    folder.write(ONE, "CREATE TABLE other (id INTEGER PRIMARY KEY);");
    folder.write("20250103000000_bad", "INSERT INTO nowhere VALUES (1);");
    let answer = prisma.diagnose(target).unwrap();
    assert_eq!(answer["editedMigrationNames"][0], ONE, "{answer}");
    assert_eq!(answer["history"]["diagnostic"], "databaseIsBehind", "{answer}");

    prisma.deploy(target).unwrap_err();
    let blocked = prisma.deploy(target).unwrap_err();
    assert_eq!(blocked.code.as_deref(), Some("P3009"), "{blocked}");
    prisma.resolve_rolled_back(target, "20250103000000_bad").unwrap();
    prisma.resolve_applied(target, "20250103000000_bad").unwrap();
    assert!(prisma.deploy(target).unwrap().is_empty());
}

#[test]
fn works_on_postgresql() {
    for (version, prisma) in PrismaVersion::ALL.into_iter().zip(Prisma::all()) {
        let database: Database = Postgres::shared().create_database();
        let folder = Folder::new(&format!("pg-{}", version.number()), &migrations());
        let target = PrismaTarget::postgresql(&database.url(), folder.migrations());
        let answer = prisma.diagnose(&target).unwrap();
        assert_eq!(answer["hasMigrationsTable"], false, "{answer}");
        deploys_and_diagnoses(&prisma, &target, &folder);
        let sql = "SELECT migration_name, applied_steps_count FROM _prisma_migrations \
                   WHERE finished_at IS NOT NULL ORDER BY started_at";
        let rows = database.query(sql).unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[2], [Some("20250103000000_bad".to_owned()), Some("0".to_owned())]);
    }
}

#[test]
fn works_in_another_postgresql_schema() {
    let database = Postgres::shared().create_database();
    database.query("CREATE SCHEMA app").unwrap();
    let folder = Folder::new("pg-schema", &migrations());
    let url = format!("{}?schema=app", database.url());
    let target = PrismaTarget::postgresql(&url, folder.migrations());
    assert_eq!(Prisma::new(PrismaVersion::V7_10).deploy(&target).unwrap(), [ONE, TWO]);
    assert_eq!(database.query("SELECT id FROM app.two").unwrap().len(), 1);
    assert_eq!(database.query("SELECT id FROM app._prisma_migrations").unwrap().len(), 2);
}

#[test]
fn works_on_sqlite() {
    for (version, prisma) in PrismaVersion::ALL.into_iter().zip(Prisma::all()) {
        let folder = Folder::new(&format!("sqlite-{}", version.number()), &migrations());
        let file = folder.0.join("dev.db");
        let target = PrismaTarget::sqlite(&file, folder.migrations());
        // A limit of this build of the engine.
        let no_table = prisma.diagnose(&target).unwrap_err();
        assert_eq!(no_table.code.as_deref(), Some("P1014"), "{no_table}");
        deploys_and_diagnoses(&prisma, &target, &folder);
        assert!(contains(&file, b"+00:00"));
    }
}

#[test]
fn times_in_milliseconds_are_understood() {
    let folder = Folder::new("sqlite-ms", &migrations());
    let file = folder.0.join("dev.db");
    let target = PrismaTarget::sqlite(&file, folder.migrations()).with_times_in_milliseconds();
    deploys_and_diagnoses(&Prisma::new(PrismaVersion::V7_10), &target, &folder);
    assert!(!contains(&file, b"+00:00"));
}

fn contains(file: &Path, text: &[u8]) -> bool {
    let bytes = fs::read(file).expect("the database file exists");
    bytes.windows(text.len()).any(|window| window == text)
}
