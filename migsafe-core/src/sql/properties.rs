//! What holds for the analysis of any text at all.

use std::ops::Range;

use proptest::prelude::*;

use super::*;
use crate::Dialect::{self, Postgres, Sqlite};

/// Fragments that open, close, hide or end something.
const FRAGMENTS: &[&str] = &[
    "'",
    "''",
    "\"",
    "`",
    "[",
    "]",
    "(",
    ")",
    "$$",
    "$a$",
    "$a",
    "E'",
    "U&'",
    "x'",
    "\\",
    "\\'",
    "\\.",
    "\\connect x",
    "--",
    "/*",
    "*/",
    "\n",
    "\r\n",
    " ",
    ";",
    ";",
    ";\n",
    ",",
    ".",
    ":",
    "::",
    "é",
    "漢",
    "\u{feff}",
    "\u{b}",
    "\u{a0}",
    "1",
    "1e",
    "0x",
    "$1",
    "?",
    ":a",
    "@",
    "#",
    "=",
    "<",
    "BEGIN",
    "END",
    "COMMIT",
    "ROLLBACK TO",
    "ATOMIC",
    "BEGIN ATOMIC",
    "CASE",
    "WHEN",
    "THEN",
    "CREATE",
    "TRIGGER",
    "CREATE TRIGGER t AFTER INSERT ON t BEGIN",
    "FUNCTION",
    "PROCEDURE",
    "CREATE FUNCTION f() RETURNS int",
    "DO",
    "DO $$",
    "LANGUAGE plpgsql",
    "SELECT",
    "SELECT 1;",
    "NOT",
    "AND",
    "FROM",
    "INSERT INTO t VALUES (1, 'a')",
    "COPY t FROM STDIN;\n",
    "COPY",
    "STDIN",
    "SET",
    "LOCAL",
    "search_path",
    "TO",
    "SESSION",
    "set_config(",
    "'search_path'",
    "true",
    "pg_advisory_unlock(",
    "PRAGMA",
    "foreign_keys",
    "PRAGMA foreign_keys=OFF;",
    "ATTACH",
    "VACUUM",
    "REINDEX (",
    "CONCURRENTLY",
    "INDEX",
    "ALTER",
    "SUBSCRIPTION",
    "WITH (",
    "DETACH PARTITION",
    "EXPLAIN",
    "CLUSTER",
    "DISCARD ALL",
    "RULE",
    "SCHEMA s",
    "VIEW v AS",
    "-- migsafe: no-transaction",
];

/// Fragments that are whole in themselves.
const WHOLE: &[&str] = &[
    "SELECT ';'",
    "\"a;b\"",
    "(1; 2)",
    "/* ; */",
    "-- ';\n",
    ";",
    ";\n",
    "\n",
    "BEGIN",
    "END",
    "COMMIT",
    "CASE WHEN 1 THEN 2 END",
    "CREATE",
    "TRIGGER",
    "FUNCTION f()",
    "BEGIN ATOMIC",
    "SELECT 1;",
    "END;",
    "DO $$ BEGIN COMMIT; END $$",
    "$a$ ; $$ ; $a$",
    "E'\\';'",
    "é",
    "SET search_path = 'x'",
    "VACUUM",
    "CREATE TRIGGER t AFTER INSERT ON t BEGIN",
    "\\connect x\n",
    "COPY t FROM STDIN;\n",
    "\u{feff}",
    "PRAGMA foreign_keys=OFF",
    "ROLLBACK TO",
    "INSERT INTO t VALUES (1, 'a')",
];

fn glued(fragments: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    let fragment = (prop::sample::select(fragments), prop::sample::select(&["", " ", "\n"][..]));
    prop::collection::vec(fragment, 0..most)
        .prop_map(|parts| parts.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => glued(WHOLE, 20),
        3 => glued(FRAGMENTS, 8),
        3 => glued(FRAGMENTS, 40),
        1 => "(?s).{0,80}",
        1 => prop::collection::vec(any::<char>(), 0..60).prop_map(String::from_iter),
    ]
}

/// Statements that can be read, with a part cut out and another put in its place.
fn damaged() -> impl Strategy<Value = String> {
    const SAMPLES: &[&str] = &[
        include_str!("postgres/actions/samples/alter_table.sql"),
        include_str!("postgres/actions/samples/bodies.sql"),
        include_str!("postgres/actions/samples/create_table.sql"),
        include_str!("postgres/actions/samples/drop.sql"),
        include_str!("postgres/actions/samples/index.sql"),
        include_str!("postgres/actions/samples/maintenance.sql"),
        include_str!("postgres/actions/samples/objects.sql"),
        include_str!("postgres/actions/samples/rows.sql"),
    ];
    let statements: Vec<&str> = SAMPLES.iter().flat_map(|sample| sample.split(";\n")).collect();
    let cut = (any::<prop::sample::Index>(), 0_usize..12);
    let part = prop_oneof![Just(String::new()), glued(FRAGMENTS, 3), glued(WHOLE, 2)];
    (prop::sample::select(statements), cut, part, glued(FRAGMENTS, 2)).prop_map(
        |(statement, (at, length), part, before)| {
            let characters: Vec<char> = statement.chars().collect();
            let at = at.index(characters.len().max(1));
            let rest = characters.iter().skip(at + length);
            let kept = characters.iter().take(at);
            let damaged: String = kept.copied().chain(part.chars()).chain(rest.copied()).collect();
            format!("{before}; {damaged}")
        },
    )
}

/// All ranges in an action and what it holds, read from its debug output.
fn ranges(debug: &str) -> Vec<Range<usize>> {
    let ends = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let mut found = Vec::new();
    for rest in debug.split(", range: ").skip(1) {
        let Some((start, rest)) = rest.split_once("..") else { continue };
        if let (Ok(start), Ok(end)) = (start.parse(), rest[..ends(rest)].parse()) {
            found.push(start..end);
        }
    }
    found
}

fn dialect() -> impl Strategy<Value = Dialect> {
    prop::sample::select(vec![Postgres, Sqlite])
}

/// The text between the statements.
fn gaps<'a>(sql: &'a str, script: &Script) -> Vec<&'a str> {
    let mut gaps = Vec::new();
    let mut from = 0;
    for Range { start, end } in script.statements().iter().map(Statement::range) {
        gaps.push(&sql[from..start]);
        from = end;
    }
    gaps.push(&sql[from..]);
    gaps
}

/// Removes white space, semicolons, byte order marks and comments (nested ones if so asked).
fn without_trivia(gap: &str, nested: bool) -> String {
    let mut rest = gap;
    let mut left = String::new();
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("--") {
            // On PostgreSQL a carriage return ends a comment too.
            let ends: &[char] = if nested { &['\n', '\r'] } else { &['\n'] };
            rest = rest.find(ends).map_or("", |end| &rest[end..]);
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let mut depth = 1;
            rest = comment;
            while depth > 0 && !rest.is_empty() {
                let skip = if rest.starts_with("*/") {
                    depth -= 1;
                    2
                } else if nested && rest.starts_with("/*") {
                    depth += 1;
                    2
                } else {
                    rest.chars().next().map_or(0, char::len_utf8)
                };
                rest = &rest[skip..];
            }
        } else {
            if !" \t\n\r\u{b}\u{c};\u{feff}".contains(c) {
                left.push(c);
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    left
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn statements_are_in_order_disjoint_and_placed(sql in any_text(), dialect in dialect()) {
        let script = analyse(dialect, &sql);
        let index = LineIndex::new(&sql);
        let mut end = 0;
        for statement in script.statements() {
            let range = statement.range();
            prop_assert!(range.start >= end && range.start < range.end, "{range:?}");
            let text = sql.get(range.clone());
            prop_assert!(text.is_some(), "{range:?} is not on character boundaries");
            let text = text.unwrap();
            prop_assert_eq!(statement.start(), index.position(range.start));
            if script.is_split() {
                prop_assert_eq!(text.trim_matches([' ', '\t', '\n', '\r']), text);
            }
            end = range.end;
        }
        prop_assert_eq!(script.is_empty(), script.is_split() && script.statements().is_empty());
        if !script.is_split() {
            prop_assert!(!script.problems().is_empty());
        }
    }

    #[test]
    fn actions_lie_in_their_statements(
        sql in prop_oneof![3 => damaged(), 1 => any_text()],
        dialect in dialect(),
    ) {
        let script = analyse(dialect, &sql);
        let index = LineIndex::new(&sql);
        for statement in script.statements() {
            let around = statement.range();
            prop_assert!(!statement.actions().is_empty());
            for action in statement.actions() {
                prop_assert_eq!(action.start, index.position(action.range.start));
                let inner = ranges(&format!("{action:?}"));
                prop_assert!(inner.contains(&action.range));
                for range in inner {
                    let inside = around.start <= range.start && range.end <= around.end;
                    prop_assert!(inside, "{range:?} of {action:?} in {around:?}");
                    prop_assert!(sql.get(range.clone()).is_some(), "{range:?} of {action:?}");
                }
            }
        }
    }

    #[test]
    fn only_trivia_stands_between_statements(sql in any_text(), dialect in dialect()) {
        let script = analyse(dialect, &sql);
        // The data of COPY is left out too.
        if !script.is_split() || sql.contains("\\.") {
            return Ok(());
        }
        for gap in gaps(&sql, &script) {
            let left = without_trivia(gap, dialect == Postgres);
            prop_assert_eq!(left, "", "{:?}", gap);
        }
    }

    #[test]
    fn statements_mean_the_same_alone(sql in any_text(), dialect in dialect()) {
        let script = analyse(dialect, &sql);
        if !script.is_split() {
            return Ok(());
        }
        for statement in script.statements() {
            if sql[statement.range()].starts_with('\u{feff}') {
                continue;
            }
            let alone = analyse(dialect, &sql[statement.range()]);
            prop_assert_eq!(alone.statements().len(), 1);
            prop_assert_eq!(alone.statements()[0].class(), statement.class());
            prop_assert_eq!(alone.statements()[0].verb(), statement.verb());
        }
    }

    #[test]
    fn glued_statements_come_apart_again(
        parts in prop::collection::vec(prop::sample::select(&[
            "SELECT 1", "SELECT ';'", "CREATE TABLE t (a int, b text)", "INSERT INTO t VALUES ('--')",
            "SELECT \"a;b\" FROM t", "DELETE FROM t WHERE a = 1", "BEGIN", "COMMIT", "SAVEPOINT s",
        ][..]), 0..12),
        glue in prop::sample::select(&[";", ";\n", " ; ;\n", "; -- ';\n", ";/* ; */"][..]),
        dialect in dialect(),
    ) {
        let sql = parts.join(glue);
        let script = analyse(dialect, &sql);
        prop_assert!(script.is_split());
        prop_assert!(script.problems().is_empty(), "{:?}", script.problems());
        let texts: Vec<&str> = script.statements().iter().map(|s| &sql[s.range()]).collect();
        prop_assert_eq!(texts, parts);
    }
}
