//! The direct URL, and remarks on what is not used.

use migsafe_testing::{PgBouncer, PoolMode, Postgres};

use crate::common::{Project, Ran};

#[test]
fn the_direct_url_is_what_is_written_through() {
    let server = Postgres::shared();
    let database = server.create_database();
    let pooler = PgBouncer::start(server, PoolMode::Transaction, 5);
    let project =
        Project::new().with("20250103000000_index", "CREATE INDEX CONCURRENTLY i ON posts (id);\n");
    // The deploy has the only process, and nothing is left to tell the mode by.
    let narrow = PgBouncer::start(server, PoolMode::Transaction, 1);
    let refused = project.on(&narrow.url(database.name()), &["deploy"]).exits(4);
    assert!(refused.stderr.contains("no server process left"), "{refused}");
    let pooled = pooler.url(database.name());
    let refused = project.on(&pooled, &["deploy"]).exits(4);
    assert!(refused.stderr.contains("direct URL"), "{refused}");
    assert!(refused.stderr.contains("one connection by two"), "{refused}");
    let forbidden = ["deploy", "--statement-mode", "forbidden"];
    assert!(project.on(&database.url(), &forbidden).exits(4).stderr.contains("switched off"));
    let mut command = project.command(&["deploy"]);
    command.env("DATABASE_URL", &pooled).env("DIRECT_URL", database.url());
    Ran::of(command.output().unwrap()).exits(0);
    project.on(&pooled, &["status"]).exits(0);
}

#[test]
fn which_of_two_urls_leads_nowhere_is_said() {
    let database = Postgres::shared().create_database();
    let project = Project::new();
    let nowhere = "postgresql://app@127.0.0.1:1/x";
    let ran = project.on(&database.url(), &["deploy", "--direct-url", nowhere]).exits(1);
    assert!(ran.stderr.contains("error[connection]: the direct URL: "), "{ran}");
    let ran = project.on(nowhere, &["deploy", "--direct-url", &database.url()]).exits(1);
    assert!(ran.stderr.contains("error[connection]: the database URL: "), "{ran}");
}

#[test]
fn a_pooler_of_statements_is_named_as_the_reason() {
    let server = Postgres::shared();
    let database = server.create_database();
    let pooler = PgBouncer::start(server, PoolMode::Statement, 5);
    let project = Project::new();
    let pooled = pooler.url(database.name());
    let ran = project.on(&pooled, &["deploy"]).exits(1);
    assert!(ran.stderr.contains("error[unsafe-setting]"), "{ran}");
    assert!(ran.stderr.contains("transaction or session mode"), "{ran}");
    // Reading needs no transaction.
    project.on(&pooled, &["status"]).exits(3);
    project.on(&pooled, &["deploy", "--direct-url", &database.url()]).exits(0);
}

#[test]
fn what_was_found_and_chosen_is_in_the_document() {
    let server = Postgres::shared();
    let database = server.create_database();
    let pooler = PgBouncer::start(server, PoolMode::Transaction, 5);
    let deploy = ["deploy", "--format", "json"];
    let project = Project::new();
    let applied = project.on(&database.url(), &deploy).exits(0).json();
    assert_eq!(applied["lock"]["kind"], "advisory");
    assert!(applied["statements"].is_null() && applied["direct"].is_null(), "nothing asked for it");
    let project =
        project.with("20250103000000_index", "CREATE INDEX CONCURRENTLY i ON posts (id);\n");
    let refused = project.on(&pooler.url(database.name()), &deploy).exits(4).json();
    assert_eq!(refused["statements"]["support"], "refused");
    let reason = refused["statements"]["reason"].as_str().unwrap();
    assert!(reason.contains("transaction pooler"), "{reason}");
    let locked = [&deploy[..], &["--lock-mode", "table"]].concat();
    let applied = project.on(&database.url(), &locked).exits(0).json();
    assert_eq!(applied["lock"]["kind"], "table_and_advisory");
    assert_eq!(applied["statements"]["support"], "available");
    // Who only looks has locked nothing.
    let status = project.on(&database.url(), &["status", "--format", "json"]).exits(0).json();
    assert!(status["lock"]["kind"].is_null());
}

#[test]
fn a_direct_url_of_another_database_is_refused_before_anything_is_written() {
    let server = Postgres::shared();
    let (meant, other) = (server.create_database(), server.create_database());
    let project = Project::new();
    let deploy = |direct: &str| project.on(&meant.url(), &["deploy", "--direct-url", direct]);
    let tables = |database: &migsafe_testing::Database| {
        let sql = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
        database.client().value(sql).unwrap().unwrap()
    };
    let refused = deploy(&other.url()).exits(1);
    assert!(refused.stderr.contains("error[unsafe-setting]"), "{refused}");
    for database in [&meant, &other] {
        assert!(refused.stderr.contains(database.name()), "{refused}");
        assert_eq!(tables(database), "0");
    }
    assert!(refused.stderr.contains("leads to another database"), "{refused}");
    // Both are in the report; a table that only one of the roles finds is another one, too.
    let applied = deploy(&meant.url()).exits(0);
    let through = format!("/{name} through PostgreSQL", name = meant.name());
    assert!(applied.stdout.contains(&through), "{applied}");
    let args = ["status", "--direct-url", &meant.url(), "--format", "json"];
    assert!(project.on(&meant.url(), &args).exits(0).stdout.contains("\"direct\": \"PostgreSQL"));
    let (database, role) = (meant.name(), format!("writer_of_{}", meant.name()));
    let elsewhere = format!(
        "CREATE ROLE {role} LOGIN SUPERUSER; CREATE SCHEMA {role}; \
         ALTER ROLE {role} IN DATABASE {database} SET search_path = {role}"
    );
    meant.query(&elsewhere).unwrap();
    let project = project.with("20990101000000_more", "CREATE TABLE more (id int);\n");
    let refused =
        project.on(&meant.url(), &["deploy", "--direct-url", &meant.url_as(&role)]).exits(1);
    assert!(refused.stderr.contains("leads to another history table"), "{refused}");
    drop(meant);
    server.client("postgres").query(&format!("DROP ROLE {role}")).unwrap();
}

#[test]
fn a_direct_url_that_cannot_be_used_is_named_and_not_shown() {
    let project = Project::new();
    let url = "postgresql://app@127.0.0.1:1/x?schema=a";
    for direct in [
        "postgresql://app:s3cret@db:port/x",
        "mysql://app:s3cret@db/x",
        "postgresql://h/x?schema=b",
    ] {
        let args = ["deploy", "--database-url", url, "--direct-url", direct];
        let ran = project.run(&args).exits(2);
        assert!(ran.stderr.starts_with("error[invalid-url]: the direct URL: "), "{ran}");
    }
    // An empty variable is as good as none.
    let ran =
        project.run(&["status", "--database-url", "sqlite:dev.db", "--direct-url", ""]).exits(3);
    assert_eq!(ran.stderr, "");
}

#[test]
fn what_is_not_used_is_said() {
    let database = Postgres::shared().create_database();
    let project = Project::new();
    let url = format!("{}?channel_binding=prefer&sslcrl=x", database.url());
    let ran = project.on(&url, &["status"]).exits(3);
    assert_eq!(
        ran.stderr,
        "note: these parameters of the database URL are not used: channel_binding, sslcrl\n"
    );
    let ran = project.on(&url, &["status", "--format=json"]).exits(3);
    assert_eq!(ran.stderr, "");
    let document = ran.json();
    assert_eq!(document["notes"].as_array().unwrap().len(), 1);
    // Also when it fails.
    let gone = "postgresql://app@127.0.0.1:1/x?password=a&s3cret=b";
    let document = project.on(gone, &["status", "--format=json"]).exits(1).json();
    assert_eq!(document["error"]["code"], "connection");
    assert!(document["notes"][0].as_str().unwrap().ends_with("are not used: …"));
    let ran =
        project.run(&["status", "--database-url=sqlite:dev.db", "--direct-url=postgresql://h/d"]);
    assert_eq!(ran.stderr, "note: the direct URL is not used: the database is SQLite\n");
}
