//! `drift`, and the sides of `diff` that are replayed.

use std::fs;

use migsafe_testing::{Database, PgBouncer, PoolMode, Postgres};

use crate::common::{Project, Ran, assert_run};

const INIT: &str = "CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, age int);\n\
    CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users (id) ON DELETE CASCADE);\n\
    CREATE INDEX posts_author ON posts (author);\n";

const BY_HAND: &str = "ALTER TABLE users ADD COLUMN nick text; DROP INDEX posts_author; \
    CREATE VIEW young AS SELECT id FROM users WHERE age < 30; INSERT INTO users VALUES (1, 'a', 3, 'n');\
    INSERT INTO posts VALUES (1, 1);";

fn project() -> Project {
    Project::empty().with("20250101000000_init", INIT)
}

/// A database with the project's migration, and with something that was done by hand.
struct OnPostgres {
    database: Database,
    project: Project,
}

impl OnPostgres {
    fn drifted() -> Self {
        let site = Self { database: Postgres::shared().create_database(), project: project() };
        site.run(&["deploy"]).exits(0);
        site.database.query(BY_HAND).unwrap();
        site
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.project.on(&self.database.url(), args)
    }

    fn written(&self, name: &str) -> String {
        let folders = fs::read_dir(self.project.migrations()).unwrap();
        let mut paths = folders.map(|entry| entry.unwrap().path());
        let folder = paths.find(|path| path.display().to_string().ends_with(name)).unwrap();
        fs::read_to_string(folder.join("migration.sql")).unwrap()
    }
}

#[test]
fn nothing_drifted() {
    let project = project();
    project.sqlite(&["deploy"]).exits(0);
    assert_run!("drift_none", project.sqlite(&["drift"]).exits(0));
    let document = project.sqlite(&["drift", "--format", "json"]).exits(0).json();
    assert_eq!((&document["kind"], &document["drift"]), (&"drift".into(), &false.into()));
    assert_eq!(document["adopt"]["sql"], "");
}

#[test]
fn what_was_done_by_hand_is_found_and_always_the_same_text() {
    let site = OnPostgres::drifted();
    let first = site.run(&["drift"]).exits(6);
    assert_eq!(site.run(&["drift"]).exits(6).stdout, first.stdout);
    assert_run!("drift", first);
    let json = site.run(&["drift", "--format", "json"]).exits(6);
    assert_eq!(site.run(&["drift", "--format", "json"]).exits(6).stdout, json.stdout);
    let document = json.json();
    assert_eq!(document["summary"]["added"], 2);
    assert_eq!(document["summary"]["removed"], 1);
    assert_eq!(document["replayed"][0], "20250101000000_init");
    assert_eq!(document["revert"]["statements"][0]["destructive"], false);
    assert_run!("drift_sql_adopt", site.run(&["drift", "--sql", "adopt"]).exits(6));
    assert_run!("drift_sql_revert", site.run(&["drift", "--sql", "revert"]).exits(6));
}

#[test]
fn a_drift_is_adopted_and_other_databases_get_it_by_a_deploy() {
    let site = OnPostgres::drifted();
    let ran = site.run(&["drift", "--adopt", "Adopt by hand", "--mark-applied"]).exits(0);
    assert!(ran.stdout.contains("_adopt_by_hand/migration.sql"), "{ran}");
    site.run(&["drift"]).exits(0);
    let status = site.run(&["status", "--format", "json"]).exits(0).json();
    assert_eq!(status["summary"]["marked_applied"], 1);
    // Nothing was done to the rows.
    let rows = site.database.client().value("SELECT nick FROM users").unwrap();
    assert_eq!(rows.as_deref(), Some("n"));
    // A database where nobody did anything by hand.
    let other = Postgres::shared().create_database();
    site.project.on(&other.url(), &["deploy"]).exits(0);
    site.project.on(&other.url(), &["drift"]).exits(0);
    let same = ["diff", "--from", &*site.database.url(), "--to", &*other.url()];
    site.project.run(&same).exits(0);
}

#[test]
fn a_drift_is_undone_by_a_migration_that_does_no_harm_elsewhere() {
    let site = OnPostgres::drifted();
    // Another database with the same migrations, where nothing drifted.
    let other = Postgres::shared().create_database();
    site.project.on(&other.url(), &["deploy"]).exits(0);
    other.query("INSERT INTO users VALUES (7, 'x', 8)").unwrap();
    let ran = site.run(&["drift", "--revert", "undo"]).exits(0);
    assert!(ran.stderr.contains("revert where nothing drifted: tried"), "{ran}");
    assert!(site.written("_undo").contains("DROP COLUMN IF EXISTS nick"));
    // Destructive: production asks for a reason first, development warns.
    site.run(&["deploy"]).exits(4);
    site.run(&["deploy", "--env", "development"]).exits(0);
    site.run(&["drift"]).exits(0);
    site.project.on(&other.url(), &["deploy", "--env", "development"]).exits(0);
    site.project.on(&other.url(), &["drift"]).exits(0);
    let kept = other.client().value("SELECT email FROM users").unwrap();
    assert_eq!(kept.as_deref(), Some("x"));
}

#[test]
fn a_migration_that_would_do_harm_elsewhere_is_not_written() {
    let site = OnPostgres { database: Postgres::shared().create_database(), project: project() };
    site.run(&["deploy"]).exits(0);
    // Another table of the same name: undoing it drops the table and makes it anew.
    site.database.query("DROP TABLE posts; CREATE VIEW posts AS SELECT 1 AS id").unwrap();
    let ran = site.run(&["drift", "--revert", "undo"]).exits(1);
    assert!(ran.stderr.contains("revert: tried on a throw-away database, and right"), "{ran}");
    assert!(ran.stderr.contains("error[fits-here-only]"), "{ran}");
    assert_eq!(fs::read_dir(site.project.migrations()).unwrap().count(), 1);
    // Once, on this database, it is right.
    let sql = site.run(&["drift", "--sql", "revert"]).exits(6).stdout;
    site.database.query(&sql).unwrap();
    site.run(&["drift"]).exits(0);
}

#[test]
fn nothing_is_written_while_older_migrations_wait() {
    let site = OnPostgres::drifted();
    // The same as was done by hand: in another database it comes first, and the new one would fail.
    site.project.write("20250102000000_nick", "ALTER TABLE users ADD COLUMN nick text;");
    for args in [["--adopt", "hotfix", "--mark-applied", "--yes"].as_slice(), &["--revert", "undo"]]
    {
        let ran = site.run(&[&["drift"], args].concat()).exits(1);
        assert!(ran.stderr.contains("error[pending-first]"), "{ran}");
        assert!(ran.stderr.contains("20250102000000_nick is not applied here"), "{ran}");
        assert!(ran.stderr.contains("migsafe resolve --applied"), "{ran}");
        assert_eq!(fs::read_dir(site.project.migrations()).unwrap().count(), 2);
    }
    site.run(&["resolve", "--applied", "20250102000000_nick", "--yes"]).exits(0);
    site.run(&["drift", "--adopt", "hotfix", "--mark-applied", "--yes"]).exits(0);
    site.run(&["drift"]).exits(0);
    // So another database can follow.
    let other = Postgres::shared().create_database();
    site.project.on(&other.url(), &["deploy"]).exits(0);
}

/// A migration of comments would be marked applied, and the drift be there still.
#[test]
fn what_has_to_be_made_by_hand_is_not_adopted() {
    let site = OnPostgres { database: Postgres::shared().create_database(), project: project() };
    site.run(&["deploy"]).exits(0);
    let sql = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'posts_author'::regclass";
    site.database.query(sql).unwrap();
    let adopt = ["drift", "--adopt", "Adopt it", "--mark-applied", "--yes"];
    let ran = site.run(&adopt).exits(1);
    assert!(ran.stderr.contains("error[not-rehearsed]"), "{ran}");
    assert!(ran.stderr.contains("no migration can adopt it; nothing was written"), "{ran}");
    assert_eq!(fs::read_dir(site.project.migrations()).unwrap().count(), 1);
    // What helps is in the SQL.
    let sql = site.run(&["drift", "--sql", "adopt"]).exits(6).stdout;
    let rebuild = "REINDEX INDEX CONCURRENTLY public.posts_author";
    assert!(sql.contains(rebuild), "{sql}");
    site.database.query(rebuild).unwrap();
    site.run(&["drift"]).exits(0);
    // That of a table with partitions becomes valid another way.
    let sql = "CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parts DEFAULT;
        CREATE INDEX parts_id ON ONLY parts (id)";
    site.database.query(sql).unwrap();
    site.run(&adopt).exits(1);
    let sql = site.run(&["drift", "--sql", "adopt"]).exits(6).stdout;
    assert!(sql.contains("ALTER INDEX public.parts_id ATTACH PARTITION"), "{sql}");
}

#[test]
fn known_differences_are_no_drift() {
    let site = OnPostgres::drifted();
    let rules = r#"[
        {"pattern": "view:public.young", "owner": "data team", "reason": "reports"},
        {"pattern": "public.users.nick", "owner": "data team", "reason": "import"},
        {"pattern": "public.posts.posts_author", "owner": "dba", "reason": "incident", "expires": "2199-01-01"}]"#;
    fs::write(site.project.path().join("known.json"), rules).unwrap();
    assert_run!("drift_ignored", site.run(&["drift", "--ignore", "known.json"]).exits(0));
    // A deploy that asks for it is not refused either.
    site.project.write("20250102000000_more", "CREATE TABLE more (id int PRIMARY KEY);");
    let refused = site.run(&["deploy", "--rule", "drift=error"]).exits(4);
    assert!(refused.stderr.contains("3 differences"), "{refused}");
    site.run(&["deploy", "--rule", "drift=error", "--ignore", "known.json"]).exits(0);
}

#[test]
fn what_is_not_known_is_said() {
    let database = Postgres::shared().create_database();
    let project = project()
        .with("20250102000000_edited", "CREATE TABLE edited (id int);")
        .with("20250103000000_gone", "CREATE TABLE gone (id int);")
        .with("20250104000000_role", "CREATE ROLE migsafe_test_role_of_drift;\nSELECT 1;");
    project.on(&database.url(), &["deploy", "--to", "20250103000000_gone"]).exits(0);
    let mark = ["resolve", "--applied", "20250104000000_role", "--yes"];
    project.on(&database.url(), &mark).exits(0);
    project.write("20250102000000_edited", "CREATE TABLE edited (id int, more int);");
    project.remove("20250103000000_gone");
    assert_run!("drift_blind", project.on(&database.url(), &["drift"]).exits(6));
}

#[test]
fn migrations_that_do_not_replay_are_named_with_their_place() {
    let database = Postgres::shared().create_database();
    database.query("CREATE TABLE by_hand (id int)").unwrap();
    let project = Project::empty()
        .with("20250101000000_init", "SELECT 1;\nALTER TABLE by_hand ADD COLUMN a int;\n");
    // Adopted long ago: the history says that it is applied.
    project.on(&database.url(), &["resolve", "--applied", "20250101000000_init", "--yes"]).exits(0);
    assert_run!("drift_no_replay", project.on(&database.url(), &["drift"]).exits(1));
    let document = project.on(&database.url(), &["drift", "--format", "json"]).exits(1).json();
    assert_eq!(document["error"]["code"], "replay-failed");
    // What nobody can foresee is not run beside a live database.
    project
        .write("20250101000000_init", "SELECT 1;\nDO $$ BEGIN EXECUTE 'SELECT ' || 1; END $$;\n");
    assert_run!("drift_refused", project.on(&database.url(), &["drift"]).exits(1));
}

#[test]
fn the_shadow_database_must_not_be_the_live_one() {
    let site = OnPostgres::drifted();
    let url = site.database.url();
    let ran = site.run(&["drift", "--shadow-database-url", &url]).exits(1);
    assert_run!("drift_shadow_is_live", ran);
    let empty = Postgres::shared().create_database();
    let found = site.run(&["drift", "--shadow-database-url", &empty.url()]).exits(6);
    assert!(found.stdout.contains("+ column public.users.nick"), "{found}");
    site.run(&["drift", "--shadow-database-url", "sqlite:x.db"]).exits(2);
}

#[test]
fn folders_files_and_databases_are_compared_in_every_combination() {
    let site = OnPostgres::drifted();
    let url = site.database.url();
    let path = site.project.path();
    fs::write(path.join("schema.sql"), INIT).unwrap();
    site.run(&["schema", "--export", "live.json"]).exits(0);
    let diff = |from: &str, to: &str, more: &[&str]| {
        site.run(&[&["diff", "--from", from, "--to", to], more].concat())
    };
    // Equal, however it is written down.
    diff("prisma/migrations", "schema.sql", &["--dialect", "postgresql"]).exits(0);
    diff("live.json", &url, &[]).exits(0);
    for (from, to) in [
        ("prisma/migrations", &*url),
        ("schema.sql", &*url),
        ("prisma/migrations", "live.json"),
        ("schema.sql", "live.json"),
    ] {
        let there = diff(from, to, &["--format", "json"]).exits(6).json();
        let back = diff(to, from, &["--format", "json"]).exits(6).json();
        assert_eq!(there["summary"]["added"], 2, "{from} {to}");
        assert_eq!(back["summary"]["removed"], 2, "{from} {to}");
        assert_eq!(there["forward"]["sql"], back["backward"]["sql"], "{from} {to}");
    }
    // The SQL alone, which leads there.
    let sql = diff("prisma/migrations", &url, &["--sql"]).exits(6).stdout;
    let other = Postgres::shared().create_database();
    other.query(INIT).unwrap();
    other.query(&sql).unwrap();
    diff(&other.url(), &url, &[]).exits(0);
}

#[test]
fn folders_are_compared_without_any_database_on_sqlite() {
    let project = project();
    let lock = "provider = \"sqlite\"\n";
    fs::write(project.migrations().join("migration_lock.toml"), lock).unwrap();
    fs::write(project.path().join("next.sql"), format!("{INIT}ALTER TABLE users ADD COLUMN x;"))
        .unwrap();
    let args = ["diff", "--from", "prisma/migrations", "--to", "next.sql"];
    assert_run!("diff_folder", project.run(&args).exits(6));
    // Nothing says what the SQL of two files is written for.
    fs::write(project.path().join("a.sql"), INIT).unwrap();
    let ran = project.run(&["diff", "--from", "a.sql", "--to", "next.sql"]).exits(2);
    assert!(ran.stderr.contains("--dialect"), "{ran}");
    // And PostgreSQL needs a server.
    let args = ["diff", "--from", "a.sql", "--to", "next.sql", "--dialect", "postgresql"];
    let ran = project.run(&args).exits(2);
    assert!(ran.stderr.contains("--shadow-database-url"), "{ran}");
}

#[test]
fn a_file_that_is_none_of_these_is_an_error() {
    let project = project();
    fs::create_dir_all(project.path().join("empty")).unwrap();
    fs::write(project.path().join("broken.sql"), "CREATE TABLE (").unwrap();
    fs::write(project.path().join("nul.sql"), "SELECT 1;\0").unwrap();
    fs::write(project.path().join("text.txt"), "hello").unwrap();
    for path in ["nothing.sql", "text.txt", "broken.sql", "nul.sql"] {
        let ran = project.run(&["diff", "--from", path, "--to", "empty", "--dialect", "sqlite"]);
        let ran = ran.exits(1);
        assert!(ran.stderr.starts_with("error["), "{path}: {ran}");
        assert!(ran.stderr.contains("next:"), "{path}: {ran}");
    }
    // An empty folder gives an empty schema.
    let args = ["diff", "--from", "empty", "--to", "empty", "--dialect", "sqlite"];
    project.run(&args).exits(0);
}

#[test]
fn a_cache_saves_the_replay_and_changes_nothing() {
    let site = OnPostgres::drifted();
    let args = ["drift", "--shadow-cache", "kept"];
    let first = site.run(&args).exits(6);
    assert_eq!(fs::read_dir(site.project.path().join("kept")).unwrap().count(), 1);
    assert_eq!(site.run(&args).exits(6).stdout, first.stdout);
    // Damaged, it is of no use and no harm.
    for entry in fs::read_dir(site.project.path().join("kept")).unwrap() {
        fs::write(entry.unwrap().path(), "{").unwrap();
    }
    assert_eq!(site.run(&args).exits(6).stdout, first.stdout);
}

#[test]
fn rights_on_what_is_made_again_are_kept() {
    let database = Postgres::shared().create_database();
    let reader = format!("reader_of_{}", database.name());
    let project = Project::empty().with(
        "20250101000000_init",
        "CREATE TABLE users (id int PRIMARY KEY, age int);\n\
         CREATE VIEW grown_ups AS SELECT id, age FROM users WHERE age > 17;\n",
    );
    project.on(&database.url(), &["deploy"]).exits(0);
    // The view stands in the way of the type of its column; somebody may read it.
    let by_hand = format!(
        "DROP VIEW grown_ups; ALTER TABLE users ALTER age TYPE bigint;
         CREATE VIEW grown_ups AS SELECT id, age FROM users WHERE age > 17;
         CREATE ROLE {reader}; GRANT SELECT ON grown_ups TO {reader}; GRANT UPDATE (age) ON users TO {reader};"
    );
    database.query(&by_hand).unwrap();
    let drift = project.on(&database.url(), &["drift"]).exits(6);
    // Who may read it is no drift.
    assert!(!drift.stdout.contains("grants") && !drift.stdout.contains("owner"), "{drift}");
    let json = project.on(&database.url(), &["drift", "--format", "json"]).exits(6);
    assert!(!json.json()["changes"].to_string().contains("grants"), "{json}");
    let sql = project.on(&database.url(), &["drift", "--sql", "revert"]).exits(6).stdout;
    database.query(&sql).unwrap();
    project.on(&database.url(), &["drift"]).exits(0);
    let may = format!("SELECT has_table_privilege('{reader}', 'grown_ups', 'SELECT')");
    assert_eq!(database.client().value(&may).unwrap().as_deref(), Some("t"), "{sql}");
    database.query(&format!("DROP OWNED BY {reader}; DROP ROLE {reader}")).unwrap();
}

#[test]
fn a_migration_that_is_written_and_cannot_be_recorded_is_named() {
    let site = OnPostgres::drifted();
    let role = format!("reader_of_{}", site.database.name());
    let sql =
        format!("CREATE ROLE {role} LOGIN CREATEDB; GRANT SELECT ON _prisma_migrations TO {role}");
    site.database.query(&sql).unwrap();
    let url = site.database.url_as(&role);
    let ran = site.project.on(&url, &["drift", "--adopt", "By hand", "--mark-applied"]).exits(1);
    assert!(site.written("_by_hand").contains("ADD COLUMN"));
    assert!(ran.stderr.contains("_by_hand is written, and not recorded as applied: "), "{ran}");
    assert!(ran.stderr.contains("_by_hand`), or remove its folder"), "{ran}");
    site.database.query(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}

/// A pooler that knows one database only.
#[test]
fn past_a_pooler_that_knows_no_other_database() {
    let site = OnPostgres::drifted();
    let name = site.database.name();
    let server = Postgres::shared();
    // The last section of a name counts: the one that lets everything through is gone.
    let only = format!(
        "[databases]\n* = host=127.0.0.1 port=1\n{name} = host=127.0.0.1 port={}\n",
        server.port()
    );
    let pooler = PgBouncer::start_with(server, PoolMode::Transaction, 5, &only);
    let url = pooler.url(name);
    let ran = site.project.on(&url, &["drift"]).exits(1);
    assert!(
        ran.stderr.contains("the throw-away database was made, and cannot be reached"),
        "{ran}"
    );
    assert!(ran.stderr.contains("--direct-url"), "{ran}");
    let direct = site.database.url();
    site.project.on(&url, &["drift", "--direct-url", &direct]).exits(6);
    let args = ["diff", "--from", "prisma/migrations", "--to", &url, "--direct-url", &direct];
    site.project.on(&url, &args).exits(6);
}

#[test]
fn which_url_or_file_cannot_be_used_is_said() {
    let site = OnPostgres::drifted();
    let drift = |option: &str, value: &str| site.run(&["drift", option, value]);
    let missing = Postgres::shared().url("no_such_database_for_replays");
    let ran = drift("--shadow-database-url", &missing).exits(1);
    assert!(ran.stderr.contains("the database given for replaying migrations: "), "{ran}");
    assert!(ran.stderr.contains("the shadow database URL"), "{ran}");
    for (url, code) in [("postgresq://a:secret@b/c", 2), ("postgresql://a:sec/ret@b/c", 2)] {
        let ran = drift("--shadow-database-url", url).exits(code);
        assert!(ran.stderr.contains("the shadow database URL"), "{ran}");
        assert!(!ran.stderr.contains("ret"), "{ran}");
    }
    fs::write(site.project.path().join("file"), "").unwrap();
    let ran = drift("--shadow-cache", "file").exits(2);
    assert!(ran.stderr.contains("file is no folder"), "{ran}");
}

#[test]
fn a_database_of_sqlite_is_given_as_a_url() {
    let project = project();
    project.sqlite(&["deploy"]).exits(0);
    let ran = project.run(&["diff", "--from", "dev.db", "--to", "sqlite:dev.db"]).exits(2);
    assert!(ran.stderr.contains("give it as a URL: sqlite:"), "{ran}");
}

#[test]
fn what_cannot_be_replayed_says_what_helps() {
    let project = Project::empty();
    let diff = |script: &[u8]| {
        fs::write(project.path().join("a.sql"), script).unwrap();
        project.run(&["diff", "--from", "a.sql", "--to", "a.sql", "--dialect", "sqlite"]).exits(1)
    };
    let ran = diff(b"SELECT 1;\n SELECT '\0'");
    assert!(ran.stderr.contains("NUL byte") && ran.stderr.contains("line 2, column 10"), "{ran}");
    let ran = diff(b"ATTACH 'x.db' AS x");
    assert!(ran.stderr.contains("mend the statement"), "{ran}");
    assert!(!ran.stderr.contains("since the server"), "{ran}");
    let ran = diff(b"SELECT '\xff'");
    assert!(ran.stderr.contains("not written as UTF-8"), "{ran}");
}

/// "No difference" must not be read as one of all schemas.
#[test]
fn which_schemas_are_compared_is_said() {
    let site = OnPostgres::drifted();
    site.database.query("CREATE SCHEMA elsewhere").unwrap();
    let ran = site.run(&["drift", "--schema", "elsewhere"]).exits(6);
    assert!(ran.stdout.contains("compared  schema elsewhere alone"), "{ran}");
    let ran = site.run(&["drift"]).exits(6);
    assert!(!ran.stdout.contains("compared"), "{ran}");
}

#[test]
fn a_schema_that_is_nowhere_is_a_mistake_and_no_good_news() {
    let site = OnPostgres::drifted();
    let url = site.database.url();
    let diff = ["diff", "--from", "prisma/migrations", "--to", &url];
    for command in [["drift"].as_slice(), &["check"], &["schema"], &diff] {
        let ran = site.run(&[command, &["--schema", "nope"]].concat()).exits(2);
        assert!(ran.stderr.contains("there is no schema \"nope\""), "{ran}");
        let ran = site.run(&[command, &["--schema", "Public"]].concat()).exits(2);
        assert!(ran.stderr.contains("did you mean public?"), "{ran}");
    }
    let project = project();
    project.sqlite(&["deploy"]).exits(0);
    let ran = project.sqlite(&["drift", "--schema", "main"]).exits(2);
    assert!(ran.stderr.contains("SQLite has no schemas"), "{ran}");
    // One that a migration that waits may make is none yet; the same of one in the URL.
    site.project.write("20250102000000_app", "CREATE SCHEMA app;");
    let ran = site.run(&["drift", "--schema", "app"]).exits(0);
    assert!(ran.stdout.contains("neither side has a schema app"), "{ran}");
    let ran = site.project.on(&format!("{url}?schema=nope"), &["drift"]).exits(0);
    assert!(ran.stdout.contains("neither side has a schema nope"), "{ran}");
}
