//! Statements and what they are read as, one snapshot for each family.

use std::fmt::Write;

use crate::Dialect;
use crate::sql::{Action, ActionKind, Body, analyse};

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
