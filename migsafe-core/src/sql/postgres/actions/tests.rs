//! Statements and what they are read as, one snapshot for each family.

use std::fmt::Write;

use crate::Dialect;
use crate::sql::{Action, ActionKind, Body, InsertSource, analyse};

/// The statements with their actions: the place, then what differs from a default.
fn read(sql: &str) -> String {
    let script = analyse(Dialect::Postgres, sql);
    assert!(script.problems().is_empty(), "{:?}", script.problems());
    let mut out = String::new();
    for statement in script.statements() {
        out.push_str(&sql[statement.range()]);
        out.push('\n');
        lines(sql, statement.actions(), "  ", &mut out);
    }
    out
}

fn lines(sql: &str, actions: &[Action], indent: &str, out: &mut String) {
    for action in actions {
        let text = sql[action.range.clone()].lines().next().unwrap_or_default();
        let text: String = text.chars().take(24).collect();
        let mut kind = format!("{:?}", action.kind);
        if let ActionKind::CreateRoutine(routine) = &action.kind
            && let Body::Read(inner) = &routine.body
        {
            kind = kind.replace(&format!("{inner:?}"), "below");
        }
        let nesting = format!("{:?}", action.nesting).to_lowercase();
        let nested = if nesting == "statement" { "" } else { " nested" };
        let (start, kind) = (action.start, short(&kind));
        writeln!(out, "{indent}{start}{nested} `{text}` {kind}").unwrap();
        if let ActionKind::CreateRoutine(routine) = &action.kind
            && let Body::Read(inner) = &routine.body
        {
            lines(sql, inner, "    | ", out);
        }
    }
}

/// Debug output without what is empty, and names as they are said.
fn short(debug: &str) -> String {
    let mut text = debug.replace("ObjectName { schema: None, name: ", "N{ ");
    for (from, to) in [("ObjectName { schema: Some(", "N{ "), ("), name: ", " . ")] {
        text = text.replace(from, to);
    }
    for nothing in ["false", "None", "[]", "0"] {
        for end in [",", " }"] {
            let pattern = format!(": {nothing}{end}");
            while let Some(at) = text.find(&pattern) {
                let start = text[..at].rfind([' ']).map_or(0, |at| at + 1);
                let close = at + pattern.len();
                text.replace_range(start..close, if end == "," { "" } else { "}" });
            }
        }
    }
    while let Some(at) = text.find("range: ") {
        let rest = &text[at..];
        let end = rest.find([',', '}']).map_or(text.len(), |end| at + end);
        let end = if text[end..].starts_with(',') { end + 1 } else { end };
        text.replace_range(at..end, "");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(", }", " }")
}

macro_rules! families {
    ($($name:ident: $sql:expr;)*) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), read($sql));
        }
    )*};
}

families! {
    create_table: include_str!("samples/create_table.sql");
    alter_table: include_str!("samples/alter_table.sql");
    drop: include_str!("samples/drop.sql");
    index: include_str!("samples/index.sql");
    bodies: include_str!("samples/bodies.sql");
    objects: include_str!("samples/objects.sql");
    maintenance: include_str!("samples/maintenance.sql");
    rows: include_str!("samples/rows.sql");
}

fn only(sql: &str) -> ActionKind {
    let script = analyse(Dialect::Postgres, sql);
    let [statement] = script.statements() else { panic!("one statement") };
    statement.actions()[0].kind.clone()
}

#[test]
fn what_was_not_read_is_opaque() {
    for (sql, reason) in [
        ("ALTER TABLE t FROBNICATE", "it could not be read: "),
        ("\\connect x\n", "a command of psql"),
        ("DO $$ BEGIN EXECUTE x; END $$", "EXECUTE of a string that is put together when it runs"),
        ("DO LANGUAGE sql 'SELECT 1'", "a block in sql, which is not read"),
        ("EXECUTE p", "a statement that was prepared elsewhere"),
    ] {
        let ActionKind::Opaque(found) = only(sql) else { panic!("{sql}") };
        assert!(found.starts_with(reason), "{sql}: {found}");
    }
}

#[test]
fn bodies_nest_as_deep_as_allowed_and_not_deeper() {
    for (levels, read) in [(900, true), (1_001, false)] {
        let open = "DECLARE x int; BEGIN ".repeat(levels);
        let sql = format!("DO $$ {open} DROP TABLE t; {} $$", "END; ".repeat(levels));
        assert_eq!(matches!(only(&sql), ActionKind::Drop { .. }), read, "{levels}");
        // `END LOOP` counts too.
        let loops = "IF a THEN LOOP ".repeat(levels * 2 / 3);
        let ends = "END LOOP; END IF; ".repeat(levels * 2 / 3);
        let sql = format!("DO $$ BEGIN {loops} DROP TABLE t; {ends} END $$");
        assert_eq!(matches!(only(&sql), ActionKind::Drop { .. }), read, "{levels} loops");
    }
    // Each level of quotes doubles those in it, so dollars with names of their own do the nesting.
    let mut body = "DROP TABLE t".to_owned();
    for level in 0..12 {
        body = format!("DO $a{level}$ BEGIN EXECUTE $b{level}$ {body} $b{level}$; END $a{level}$");
    }
    let ActionKind::Opaque(reason) = only(&body) else { panic!("it was read") };
    assert_eq!(reason, "strings in strings, too deep to be read");
}

#[test]
fn data_is_read_from_its_tokens() {
    let rows = vec!["(1, 'VALUES', (2))"; 20_000].join(",");
    let ActionKind::Insert { table, columns, source, on_conflict, .. } =
        only(&format!("INSERT INTO s.\"T\" (a, B) VALUES {rows} ON CONFLICT DO NOTHING"))
    else {
        panic!("it is an INSERT");
    };
    assert_eq!((table.to_string().as_str(), source), ("s.T", InsertSource::Values));
    assert_eq!((columns, on_conflict), (vec!["a".to_owned(), "b".to_owned()], true));
    let query = format!("SELECT {}", vec!["1"; 30_000].join(","));
    assert!(matches!(only(&query), ActionKind::Opaque(_)));
}
