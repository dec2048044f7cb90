//! Names that try to be something else.

use migsafe_postgres::core::schema::script;

use crate::common::database;
use crate::support::*;

/// A name between quotation marks, as this test writes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A schema in which everything has the same odd name, as far as that can be.
fn hostile(name: &str, variant: usize) -> String {
    let n = quoted(name);
    let text = literal(name);
    // Relations, types and indexes share one space: each gets a letter behind its name.
    let with = |letter: &str| {
        let mut stem = name.to_owned();
        while stem.len() + letter.len() > 63 {
            stem.pop();
        }
        quoted(&format!("{stem}{letter}"))
    };
    let labels = [format!("{text}, 'x'"), format!("'x', {text}, 'y\\'")][variant].clone();
    let kind = ["integer", "bigint"][variant];
    let option = ["", " DESC"][variant];
    let body =
        [format!("SELECT 1 -- $$ $body$ {name}\n"), "SELECT 2 -- $".to_owned()][variant].clone();
    let (e, d, s, i, v, m, c, o) =
        (with("e"), with("d"), with("s"), with("i"), with("v"), with("m"), with("c"), with("o"));
    format!(
        "CREATE SCHEMA {n};
         COMMENT ON SCHEMA {n} IS {text};
         CREATE TYPE {n}.{e} AS ENUM ({labels});
         CREATE DOMAIN {n}.{d} AS text CONSTRAINT {n} CHECK (VALUE <> {text});
         CREATE TYPE {n}.{o} AS ({n} {kind}, \"b c\" text);
         CREATE FUNCTION {n}.{n}({n} integer DEFAULT 1) RETURNS integer LANGUAGE sql
             SET search_path = {n}, pg_temp AS {body};
         CREATE FUNCTION {n}.{c}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         CREATE TABLE {n}.{n} (
             {n} {kind} NOT NULL, {e} {n}.{e} DEFAULT {text}, {d} {n}.{d}, {s} serial, {o} {n}.{o},
             {v} text DEFAULT {text}, {m} integer DEFAULT {n}.{n}(3),
             CONSTRAINT {c} CHECK ({v} <> {text} OR {n} > 0), CONSTRAINT {s} PRIMARY KEY ({n}));
         COMMENT ON TABLE {n}.{n} IS {text};
         COMMENT ON COLUMN {n}.{n}.{n} IS {text};
         COMMENT ON CONSTRAINT {c} ON {n}.{n} IS {text};
         ALTER TABLE {n}.{n} ADD CONSTRAINT {n} FOREIGN KEY ({n}) REFERENCES {n}.{n};
         CREATE INDEX {i} ON {n}.{n} ({v}{option}) WHERE {v} <> {text};
         CREATE VIEW {n}.{v} AS SELECT {n}, {e} FROM {n}.{n} WHERE {v} = {text};
         CREATE MATERIALIZED VIEW {n}.{m} AS SELECT {n} FROM {n}.{v};
         CREATE TRIGGER {n} BEFORE UPDATE OF {v} ON {n}.{n} FOR EACH ROW EXECUTE FUNCTION {n}.{c}({text});
         CREATE RULE {c} AS ON DELETE TO {n}.{v} DO INSTEAD NOTHING;
         CREATE POLICY {n} ON {n}.{n} USING ({v} = {text});
         CREATE PUBLICATION {n} FOR TABLE {n}.{n};",
        body = literal(&body),
    )
}

#[test]
fn no_name_is_taken_for_sql() {
    let long = "é".repeat(31);
    let names = [
        "a\"; DROP SCHEMA public; --",
        "it's $$ \\ '' E'",
        "line\nbreak\t",
        "select",
        "user",
        "Ünï.code ☃",
        " ",
        "f(integer)",
        long.as_str(),
        "x/*",
        "a.b",
        " WHERE ",
        "_old",
    ];
    for name in names {
        let empty = read(&database().url());
        let [one, other] = [0, 1].map(|variant| {
            let database = database();
            let sql = hostile(name, variant);
            database.query(&sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
            (read(&database.url()), database)
        });
        // From nothing to one, to the other, and back to nothing.
        let database = database();
        let mut client = database.client();
        for (from, to) in
            [(&empty, &one.0), (&one.0, &other.0), (&other.0, &one.0), (&one.0, &empty)]
        {
            let script = script(from, to, &compare(from, to));
            carry_out(&mut client, &script)
                .unwrap_or_else(|error| panic!("{name:?}: {error}\n{}", script.to_sql()));
            let left = left_over(&read(&database.url()), to, &script);
            assert!(left.is_empty(), "{name:?}: {left:#?}\n{}", script.to_sql());
            assert!(script.is_complete(), "{name:?}: {:#?}", script.manual());
        }
    }
}
