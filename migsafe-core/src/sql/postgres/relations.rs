//! Which relations a statement locks and how, read from its tokens.
//!
//! Modes are those of the PostgreSQL manual (section 13.3.1 and the pages of the commands; for `ALTER TABLE`,
//! `AlterTableGetLockLevel` of the source). Where a mode depends on the catalog, none is given.

use super::alter_table;
use super::effect::name;
use crate::lock::TableLock::{
    self, AccessExclusive, Exclusive, RowExclusive, Share, ShareRowExclusive, ShareUpdateExclusive,
};
use crate::sql::relations::LockedRelations;
use crate::sql::token::Tokens;

/// The relations of one statement.
pub(super) fn relations(t: Tokens<'_>) -> LockedRelations {
    let mut found = LockedRelations::default();
    let word = t.word(0).unwrap_or_default().to_ascii_uppercase();
    match word.as_str() {
        "ALTER" => alter(t, &mut found),
        "CREATE" => create(t, &mut found),
        "DROP" => drop(t, &mut found),
        "TRUNCATE" => {
            let at = if t.is(1, "TABLE") { 2 } else { 1 };
            let end = list(t, at, AccessExclusive, &mut found);
            // Without CASCADE it refuses when other tables refer to these.
            found.has_others = (end..t.len()).any(|i| t.is(i, "CASCADE"));
        }
        "LOCK" => lock(t, &mut found),
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "WITH" => {
            writes(t, &mut found);
            // Triggers and foreign keys.
            found.has_others = true;
        }
        "COPY" => {
            if let Some((table, at)) = name(t, 1)
                && t.is(t.after_parens(at), "FROM")
            {
                found.add(table, RowExclusive);
                found.has_others = true;
            }
        }
        "COMMENT" => {
            // On a column it names the table before the last point; on other objects no table.
            if t.are(1, &["ON", "TABLE"]) {
                one(t, 3, ShareUpdateExclusive, &mut found);
            }
        }
        "VACUUM" | "ANALYZE" | "CLUSTER" | "REINDEX" | "REFRESH" => maintain(t, &word, &mut found),
        "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE"
        | "SET" | "RESET" | "SHOW" | "GRANT" | "REVOKE" | "NOTIFY" | "LISTEN" | "UNLISTEN" => {}
        // SELECT calls functions, DO and CALL run code, and the rest is not known here.
        _ => found.has_others = true,
    }
    found
}

fn alter(t: Tokens<'_>, found: &mut LockedRelations) {
    if t.are(1, &["TABLE", "ALL"]) {
        found.has_others = true;
    } else if t.is(1, "TABLE") || t.are(1, &["FOREIGN", "TABLE"]) {
        alter_table::relations(t, if t.is(1, "TABLE") { 2 } else { 3 }, found);
    } else if t.is(1, "INDEX") {
        let renames = (2..t.len()).any(|i| t.is(i, "RENAME"));
        let mode = if renames { Some(ShareUpdateExclusive) } else { None };
        one(t, after_if_exists(t, 2), mode, found);
    } else if t.is(1, "VIEW") || t.are(1, &["MATERIALIZED", "VIEW"]) {
        one(t, after_if_exists(t, if t.is(1, "VIEW") { 2 } else { 3 }), AccessExclusive, found);
    } else if t.is(1, "TRIGGER") || t.is(1, "POLICY") || t.is(1, "RULE") {
        on(t, AccessExclusive, found);
    } else if t.is(1, "SEQUENCE") {
        one(t, after_if_exists(t, 2), None, found);
    } else {
        // A domain or a type reaches the tables that use it, except for a value added to an enum.
        found.has_others = t.is(1, "DOMAIN")
            || (t.is(1, "TYPE") && !(2..t.len()).any(|i| t.are(i, &["ADD", "VALUE"])))
            || t.is(1, "EXTENSION");
    }
}

fn create(t: Tokens<'_>, found: &mut LockedRelations) {
    let at = t.object_index();
    if t.is(at, "INDEX") {
        let concurrently = t.is(at + 1, "CONCURRENTLY");
        let mode = if concurrently { ShareUpdateExclusive } else { Share };
        on(t, mode, found);
    } else if t.is(at, "TABLE") || t.are(at, &["FOREIGN", "TABLE"]) {
        referenced(t, found);
        for i in at..t.len() {
            if t.are(i, &["PARTITION", "OF"]) {
                // A default partition is looked through for rows that belong into the new one.
                one(t, i + 2, AccessExclusive, found);
                found.has_others = true;
            } else if t.is(i, "INHERITS") && t.punct(i + 1, b'(') {
                list(t, i + 2, ShareUpdateExclusive, found);
            }
        }
    } else if t.is(at, "TRIGGER") {
        on(t, ShareRowExclusive, found);
        // The function of the trigger is only named.
    } else if t.is(at, "POLICY") {
        on(t, AccessExclusive, found);
    } else if t.is(at, "RULE") {
        if let Some(i) = (at..t.len()).find(|&i| t.is(i, "TO")) {
            one(t, i + 1, AccessExclusive, found);
        }
    } else if t.is(at, "VIEW") {
        let replaces = (1..at).any(|i| t.is(i, "REPLACE"));
        if replaces {
            one(t, at + 1, AccessExclusive, found);
        }
    } else if t.is(at, "STATISTICS") {
        if let Some(i) = (at..t.len()).rev().find(|&i| t.is(i, "FROM")) {
            one(t, i + 1, ShareUpdateExclusive, found);
        }
    } else {
        // An extension runs a script of its own; a schema can hold any statement.
        found.has_others = t.is_any(at, &["EXTENSION", "SCHEMA"]);
    }
}

fn drop(t: Tokens<'_>, found: &mut LockedRelations) {
    let cascades = (1..t.len()).any(|i| t.is(i, "CASCADE"));
    if t.is(1, "INDEX") {
        // The table of the index is locked in the same mode; the server knows which it is.
        let concurrently = t.is(2, "CONCURRENTLY");
        let (at, mode) =
            if concurrently { (3, ShareUpdateExclusive) } else { (2, AccessExclusive) };
        list(t, after_if_exists(t, at), mode, found);
    } else if t.is(1, "TABLE") || t.is(1, "VIEW") || t.is(1, "SEQUENCE") {
        list(t, after_if_exists(t, 2), AccessExclusive, found);
        // The tables that its foreign keys refer to are locked too.
        found.has_others = cascades || t.is(1, "TABLE");
    } else if t.are(1, &["MATERIALIZED", "VIEW"]) || t.are(1, &["FOREIGN", "TABLE"]) {
        list(t, after_if_exists(t, 3), AccessExclusive, found);
        found.has_others = cascades;
    } else if t.is_any(1, &["TRIGGER", "POLICY", "RULE"]) {
        on(t, AccessExclusive, found);
    } else {
        found.has_others = cascades || t.is_any(1, &["OWNED", "SCHEMA", "EXTENSION"]);
    }
}

fn lock(t: Tokens<'_>, found: &mut LockedRelations) {
    let in_mode = (1..t.len()).find(|&i| t.is(i, "IN"));
    let mode = match in_mode {
        None => Some(AccessExclusive),
        Some(at) => {
            let words: Vec<&str> =
                (at + 1..t.len()).map_while(|i| t.word(i)).take_while(|w| !is(w, "MODE")).collect();
            TableLock::from_name(&words.join(" "))
        }
    };
    list(t, if t.is(1, "TABLE") { 2 } else { 1 }, mode, found);
}

fn maintain(t: Tokens<'_>, word: &str, found: &mut LockedRelations) {
    let at = if t.punct(1, b'(') { t.after_parens(1) } else { 1 };
    let within = |option: &str| (1..t.len()).any(|i| t.is(i, option));
    match word {
        "REFRESH" => {
            let concurrently = t.is(3, "CONCURRENTLY");
            let mode = if concurrently { Exclusive } else { AccessExclusive };
            one(t, if concurrently { 4 } else { 3 }, mode, found);
        }
        "REINDEX" => {
            let concurrently = within("CONCURRENTLY");
            let at_name = if t.is(at + 1, "CONCURRENTLY") { at + 2 } else { at + 1 };
            let mode = match (concurrently, t.is(at, "TABLE")) {
                (true, _) => Some(ShareUpdateExclusive),
                (false, true) => Some(Share),
                (false, false) => None,
            };
            if t.is_any(at, &["TABLE", "INDEX"]) {
                one(t, at_name, mode, found);
            } else {
                found.has_others = true;
            }
        }
        _ => {
            let at = (at..t.len())
                .find(|&i| !t.is_any(i, &["FULL", "FREEZE", "VERBOSE", "ANALYZE"]))
                .unwrap_or(t.len());
            let mode = if word == "CLUSTER" || (word == "VACUUM" && within("FULL")) {
                AccessExclusive
            } else {
                ShareUpdateExclusive
            };
            let end = list(t, at, mode, found);
            // Without a name: every table.
            found.has_others = end == at;
        }
    }
}

/// `INSERT INTO t`, `UPDATE t`, `DELETE FROM t`, `MERGE INTO t`, also within `WITH (…)`.
fn writes(t: Tokens<'_>, found: &mut LockedRelations) {
    for i in 0..t.len() {
        let at = if t.are(i, &["INSERT", "INTO"])
            || t.are(i, &["DELETE", "FROM"])
            || t.are(i, &["MERGE", "INTO"])
        {
            i + 2
        } else if t.is(i, "UPDATE") && !t.is(i + 1, "SET") && starts_statement(t, i) {
            i + 1
        } else {
            continue;
        };
        one(t, at, RowExclusive, found);
    }
}

/// `UPDATE` stands in `FOR UPDATE`, `FOR NO KEY UPDATE` and `DO UPDATE` as well.
fn starts_statement(t: Tokens<'_>, i: usize) -> bool {
    i.checked_sub(1).is_none_or(|before| !t.is_any(before, &["FOR", "KEY", "DO", "THEN", "ON"]))
}

/// Every table after `REFERENCES`: a foreign key that is added locks it.
pub(super) fn referenced(t: Tokens<'_>, found: &mut LockedRelations) {
    for i in (0..t.len()).filter(|&i| t.is(i, "REFERENCES")) {
        one(t, i + 1, ShareRowExclusive, found);
    }
}

/// The table after the first `ON`.
fn on(t: Tokens<'_>, mode: TableLock, found: &mut LockedRelations) {
    match (1..t.len()).find(|&i| t.is(i, "ON")) {
        Some(i) => one(t, i + 1, mode, found),
        None => found.has_others = true,
    }
}

/// One name, with `ONLY` before it or without.
fn one(t: Tokens<'_>, at: usize, mode: impl Into<Option<TableLock>>, found: &mut LockedRelations) {
    let at = if t.is(at, "ONLY") { at + 1 } else { at };
    match name(t, at) {
        Some((table, _)) => found.add(table, mode),
        None => found.has_others = true,
    }
}

/// Names with commas between them; the index after the last.
fn list(
    t: Tokens<'_>,
    at: usize,
    mode: impl Into<Option<TableLock>>,
    found: &mut LockedRelations,
) -> usize {
    let mode = mode.into();
    let mut next = at;
    loop {
        let first = if t.is(next, "ONLY") { next + 1 } else { next };
        let Some((table, after)) = name(t, first) else { return next };
        found.add(table, mode);
        // The columns of ANALYZE, the star that means "and its children".
        next = t.after_parens(if t.punct(after, b'*') { after + 1 } else { after });
        if !t.punct(next, b',') {
            return next;
        }
        next += 1;
    }
}

pub(super) fn after_if_exists(t: Tokens<'_>, at: usize) -> usize {
    if t.are(at, &["IF", "EXISTS"]) { at + 2 } else { at }
}

fn is(word: &str, other: &str) -> bool {
    word.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests;
