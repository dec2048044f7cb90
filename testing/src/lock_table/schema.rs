//! The schema that forms are measured on, and what the server tells of its relations.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Form, Measurement, Rewrite};
use crate::{Client, Database};

/// Made once for each database.
const ONCE: [&str; 5] = [
    "CREATE TABLE public.marker (id int)",
    "CREATE ROLE other_owner",
    "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler",
    "CREATE TABLESPACE elsewhere LOCATION ''",
    "CREATE TABLE public.empty_file (line text)",
];

/// Before each form.
const ANEW: &str = "
    DROP SCHEMA IF EXISTS app, other CASCADE;
    CREATE SCHEMA app; CREATE SCHEMA other;
    GRANT ALL ON SCHEMA app, other TO other_owner;";

/// The tables that every form finds. Enough rows for several pages, so that reading them all shows.
pub const TABLES: &str = "
    CREATE TABLE t (id int PRIMARY KEY, a int, b int NOT NULL, c text, v varchar(10), n numeric(10, 2),
        ts timestamp, pad text);
    INSERT INTO t SELECT i, i, i, i, i, i, '2025-01-01', repeat('x', 100) FROM generate_series(1, 1000) i;
    CREATE TABLE referenced (id int PRIMARY KEY, pad text);
    INSERT INTO referenced SELECT i, repeat('x', 200) FROM generate_series(1, 1000) i;";

/// The role of what a form creates or renames.
const NONE: &str = "none";

/// A relation before the statement.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) name: String,
    pub(super) kind: char,
    pub(super) role: &'static str,
    pub(super) pages: i64,
    file: Option<String>,
}

pub(super) type Relations = BTreeMap<String, Relation>;

pub(super) fn prepare(database: &Database) {
    let mut client = database.client();
    for sql in ONCE {
        run(&mut client, sql, "preparing");
    }
    let name = database.name();
    run(&mut client, &format!("ALTER DATABASE {name} SET search_path = app"), "preparing");
}

/// Makes the schema of a form and looks at it.
pub(super) fn make(database: &Database, observer: &mut Client, form: &Form) -> Relations {
    let mut client = database.client();
    run(&mut client, "SET client_min_messages = error", form.id);
    run(&mut client, ANEW, form.id);
    run(&mut client, TABLES, form.id);
    for sql in &form.setup {
        run(&mut client, sql, form.id);
    }
    run(&mut client, "ANALYZE t", form.id);
    end(client, observer);
    let found = relations(observer);
    for relation in found.values() {
        assert!(relation.role != NONE, "{}: no role goes by the name {}", form.id, relation.name);
    }
    found
}

/// Ends a session and waits until it is gone, and all that it counted is known.
pub(super) fn end(client: Client, observer: &mut Client) {
    let sql = format!("SELECT 1 FROM pg_stat_activity WHERE pid = {}", client.process_id());
    drop(client);
    let start = Instant::now();
    while observer.value(&sql).ok().flatten().is_some() {
        assert!(start.elapsed() < Duration::from_secs(20), "a session does not end");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The relations by their object identifiers.
pub(super) fn relations(client: &mut Client) -> Relations {
    let rows = client
        .query(
            "SELECT c.oid, c.relname, c.relkind, pg_relation_filenode(c.oid),
                    CASE WHEN c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) / 8192 ELSE 0 END
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('app', 'other') AND c.relkind IN ('r', 'p', 'i', 'I', 'v', 'm', 'S')",
        )
        .expect("the relations can be read");
    let mut found = BTreeMap::new();
    for row in rows {
        let mut values = row.into_iter();
        let mut next = || values.next().flatten();
        let (Some(oid), Some(name), Some(kind)) = (next(), next(), next()) else { continue };
        let kind = kind.chars().next().unwrap_or('?');
        let file = next();
        let pages = next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let role = role(&name, kind);
        found.insert(oid, Relation { name, kind, role, pages, file });
    }
    found
}

fn role(name: &str, kind: char) -> &'static str {
    match (kind, name) {
        ('i' | 'I', _) => "index",
        ('S', _) => "sequence",
        ('v', _) => "view",
        ('m', _) => "materialized-view",
        (_, "t") => "table",
        (_, "referenced") => "referenced",
        (_, "referencing") => "referencing",
        (_, "part") => "partition",
        (_, "part_default") => "default-partition",
        (_, "sibling") => "other-partition",
        (_, "inherited") => "parent",
        (_, "source") => "source",
        (_, "users") => "type-user",
        _ => NONE,
    }
}

/// Notes which files of `before` are others now.
pub(super) fn note_rewrite(before: &Relations, after: &Relations, found: &mut Measurement) {
    for (oid, was) in before {
        let Some(is) = after.get(oid).filter(|is| is.file != was.file) else { continue };
        let kind = match was.kind {
            // Nothing is written when nothing is left.
            'r' | 'm' if is.pages > 0 => Rewrite::Table,
            'i' if found.rewrite == Rewrite::No => Rewrite::Indexes,
            _ => continue,
        };
        found.rewrite = found.rewrite.max(kind);
    }
    // An emptied table has new indexes as well.
    let emptied = |(oid, was): (&String, &Relation)| {
        matches!(was.kind, 'r' | 'm')
            && after.get(oid).is_some_and(|is| is.file != was.file && is.pages == 0)
    };
    if found.rewrite == Rewrite::Indexes && before.iter().any(emptied) {
        found.rewrite = Rewrite::No;
    }
}

/// Runs a message that has to succeed.
pub(super) fn run(client: &mut Client, sql: &str, what: &str) {
    if let Err(error) = client.query(sql) {
        panic!("{what}: {error}\n{sql}");
    }
}
