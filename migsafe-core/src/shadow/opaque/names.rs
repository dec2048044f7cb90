//! Names that actions and texts hold.

use super::graph::ANY_TABLE;
use crate::sql::{Action, ActionKind, ObjectName, RoutineDefinition, Words};

/// How a name is kept.
pub(super) fn key(name: &ObjectName) -> String {
    name.name.to_lowercase()
}

/// The table whose rows an action writes, and whether some may be updated or deleted.
pub(super) fn written(action: &Action) -> Option<(String, bool)> {
    match &action.kind {
        ActionKind::Truncate { cascade: true, .. } => Some((ANY_TABLE.to_owned(), true)),
        ActionKind::Insert { table, on_conflict, .. } => Some((key(table), *on_conflict)),
        ActionKind::CopyFrom { table } => Some((key(table), false)),
        ActionKind::Update { table, .. }
        | ActionKind::Delete { table, .. }
        | ActionKind::Merge { table, .. }
        | ActionKind::Truncate { table, .. } => Some((key(table), true)),
        _ => None,
    }
}

/// The table of `CREATE RULE … AS ON event TO table`.
pub(super) fn table_of_rule(text: &str) -> Option<String> {
    let words = Words::of(text, false).list;
    let at = words.iter().position(|word| word.text == "to")?;
    // Behind a schema, if one is given.
    words
        .get(at + 1..)?
        .iter()
        .take_while(|word| word.before == "to")
        .last()
        .map(|w| w.text.clone())
}

/// Whether the code of a function is that of an extension that keeps to the database. Under another name a library
/// may do anything.
pub(super) fn is_of_a_known_library(routine: &RoutineDefinition, text: &str) -> bool {
    const KNOWN: [&str; 10] = [
        "$libdir/btree_gin",
        "$libdir/btree_gist",
        "$libdir/citext",
        "$libdir/fuzzystrmatch",
        "$libdir/hstore",
        "$libdir/ltree",
        "$libdir/pg_trgm",
        "$libdir/pgcrypto",
        "$libdir/unaccent",
        "$libdir/uuid-ossp",
    ];
    let quoted = |library: &str| text.contains(&format!("'{library}'"));
    routine.language.as_deref() == Some("c") && KNOWN.iter().any(|library| quoted(library))
}
