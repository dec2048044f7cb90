//! What a statement that cannot run in a transaction leaves in the catalog, read from its tokens.

use crate::sql::ObjectName;
use crate::sql::statement::{Effect, Reindexed};
use crate::sql::token::Tokens;

/// The effect of a statement, where the text alone tells it.
pub(super) fn effect(t: Tokens<'_>) -> Option<Effect> {
    if t.is(0, "CREATE") && t.is(t.object_index(), "INDEX") {
        return builds_index(t, t.object_index() + 1);
    }
    if t.are(0, &["DROP", "INDEX"]) {
        return drops_index(t);
    }
    if t.are(0, &["ALTER", "TABLE"]) {
        return detaches(t);
    }
    if t.is(0, "REINDEX") {
        return Some(reindexes(t).map_or(Effect::Repeatable, Effect::Reindexes));
    }
    if t.are(0, &["ALTER", "SYSTEM"]) || t.is_any(0, &["VACUUM", "CLUSTER"]) {
        return Some(Effect::Repeatable);
    }
    None
}

fn builds_index(t: Tokens<'_>, at: usize) -> Option<Effect> {
    if !t.is(at, "CONCURRENTLY") {
        return None;
    }
    let at = at + 1;
    let if_not_exists = t.are(at, &["IF", "NOT", "EXISTS"]);
    let at = if if_not_exists { at + 3 } else { at };
    let (index, at) = if t.is(at, "ON") { (None, at) } else { some(name(t, at)?) };
    let at = t.is(at, "ON").then_some(at + 1)?;
    let at = if t.is(at, "ONLY") { at + 1 } else { at };
    let (table, _) = name(t, at)?;
    Some(Effect::BuildsIndex { index, table, if_not_exists })
}

fn drops_index(t: Tokens<'_>) -> Option<Effect> {
    if !t.is(2, "CONCURRENTLY") {
        return None;
    }
    let at = if t.are(3, &["IF", "EXISTS"]) { 5 } else { 3 };
    // The server allows one name only (feature_not_supported otherwise).
    let (index, _) = name(t, at)?;
    Some(Effect::DropsIndex { index })
}

fn detaches(t: Tokens<'_>) -> Option<Effect> {
    let at = if t.are(2, &["IF", "EXISTS"]) { 4 } else { 2 };
    let at = if t.is(at, "ONLY") { at + 1 } else { at };
    let (parent, at) = name(t, at)?;
    if !t.are(at, &["DETACH", "PARTITION"]) {
        return None;
    }
    let (partition, at) = name(t, at + 2)?;
    t.is(at, "CONCURRENTLY").then_some(Effect::DetachesPartition { parent, partition })
}

fn reindexes(t: Tokens<'_>) -> Option<Reindexed> {
    let object = t.after_parens(1);
    // `CONCURRENTLY` follows the kind of the object, or stands among the options.
    let follows = t.is(object + 1, "CONCURRENTLY");
    if !follows && !(1..object).any(|at| t.is(at, "CONCURRENTLY")) {
        return None;
    }
    let at = if follows { object + 2 } else { object + 1 };
    if t.is(object, "INDEX") {
        return name(t, at).map(|(index, _)| Reindexed::Index(index));
    }
    if t.is(object, "TABLE") {
        return name(t, at).map(|(table, _)| Reindexed::Table(table));
    }
    Some(Reindexed::Many)
}

/// A name with or without a schema, and the index after it.
pub(super) fn name(t: Tokens<'_>, at: usize) -> Option<(ObjectName, usize)> {
    let first = t.name(at)?;
    if t.punct(at + 1, b'.') {
        let second = t.name(at + 2)?;
        return Some((ObjectName { schema: Some(first), name: second }, at + 3));
    }
    Some((ObjectName { schema: None, name: first }, at + 1))
}

fn some<T>((value, at): (T, usize)) -> (Option<T>, usize) {
    (Some(value), at)
}

#[cfg(test)]
mod tests {
    use crate::Dialect;
    use crate::sql::{Effect, ObjectName, Reindexed, analyse};

    fn effect(sql: &str) -> Option<Effect> {
        analyse(Dialect::Postgres, sql).statements()[0].effect().cloned()
    }

    fn object(schema: Option<&str>, name: &str) -> ObjectName {
        ObjectName { schema: schema.map(str::to_owned), name: name.to_owned() }
    }

    #[test]
    fn index_builds_name_index_and_table() {
        assert_eq!(
            effect(
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"My_Idx\" ON ONLY App.Users (a)"
            ),
            Some(Effect::BuildsIndex {
                index: Some(object(None, "My_Idx")),
                table: object(Some("app"), "users"),
                if_not_exists: true,
            })
        );
        assert_eq!(
            effect("create index concurrently on t (a)"),
            Some(Effect::BuildsIndex {
                index: None,
                table: object(None, "t"),
                if_not_exists: false
            })
        );
        assert_eq!(effect("CREATE INDEX i ON t (a)"), None);
    }

    #[test]
    fn drops_and_detaches_name_their_objects() {
        assert_eq!(
            effect("DROP INDEX CONCURRENTLY IF EXISTS s.i"),
            Some(Effect::DropsIndex { index: object(Some("s"), "i") })
        );
        assert_eq!(
            effect("ALTER TABLE p DETACH PARTITION s.c CONCURRENTLY"),
            Some(Effect::DetachesPartition {
                parent: object(None, "p"),
                partition: object(Some("s"), "c")
            })
        );
        assert_eq!(effect("ALTER TABLE p DETACH PARTITION c"), None);
    }

    #[test]
    fn what_may_be_repeated_is_said_and_the_rest_is_not() {
        for sql in ["VACUUM t", "REINDEX DATABASE", "ALTER SYSTEM SET a = 1", "CLUSTER"] {
            assert_eq!(effect(sql), Some(Effect::Repeatable), "{sql}");
        }
        for (sql, what) in [
            ("REINDEX INDEX CONCURRENTLY i", Reindexed::Index(object(None, "i"))),
            ("REINDEX (VERBOSE) TABLE CONCURRENTLY s.t", Reindexed::Table(object(Some("s"), "t"))),
            ("REINDEX (CONCURRENTLY) TABLE t", Reindexed::Table(object(None, "t"))),
            ("REINDEX SCHEMA CONCURRENTLY s", Reindexed::Many),
        ] {
            assert_eq!(effect(sql), Some(Effect::Reindexes(what)), "{sql}");
        }
        assert_eq!(effect("CREATE DATABASE d"), None);
        assert_eq!(effect("INSERT INTO t VALUES (1)"), None);
    }
}
