//! What the actions of an `ALTER TABLE` lock.

use super::effect::name;
use super::relations::{after_if_exists, referenced};
use crate::lock::TableLock::{self, AccessExclusive, ShareRowExclusive, ShareUpdateExclusive};
use crate::sql::relations::LockedRelations;
use crate::sql::token::Tokens;

/// The relations of the statement; its table's name begins at `at`.
pub(super) fn relations(t: Tokens<'_>, at: usize, found: &mut LockedRelations) {
    let at = after_if_exists(t, at);
    let at = if t.is(at, "ONLY") { at + 1 } else { at };
    let Some((table, at)) = name(t, at) else {
        found.has_others = true;
        return;
    };
    let first = if t.punct(at, b'*') { at + 1 } else { at };
    found.add(table, strongest(t, first));
    referenced(t, found);
    if t.are(first, &["ATTACH", "PARTITION"]) || t.are(first, &["DETACH", "PARTITION"]) {
        if let Some((partition, _)) = name(t, first + 2) {
            found.add(partition, AccessExclusive);
        }
        // A default partition; the tables that refer to it.
        found.has_others = true;
    }
    // A constraint that is dropped may be a foreign key, whose other table is locked too.
    found.has_others |= (first..t.len()).any(|i| t.is(i, "CASCADE") || drops_constraint(t, i));
}

/// The strongest mode of all actions, `None` when one of them is not known and none takes the strongest.
fn strongest(t: Tokens<'_>, first: usize) -> Option<TableLock> {
    let rest = t.slice(first..t.len());
    let commas = rest.outside_parens().filter(|&i| rest.punct(i, b','));
    let starts = std::iter::once(0).chain(commas.map(|i| i + 1));
    TableLock::strongest(starts.map(|at| action(t, first + at)))
}

/// The mode of one action.
fn action(t: Tokens<'_>, at: usize) -> Option<TableLock> {
    let word = t.word(at)?.to_ascii_uppercase();
    match word.as_str() {
        "ADD" => Some(add(t, at + 1)),
        "DROP" | "RENAME" | "OWNER" | "REPLICA" | "FORCE" | "NO" | "INHERIT" | "OF" | "NOT" => {
            Some(AccessExclusive)
        }
        "ALTER" if t.is(at + 1, "CONSTRAINT") => None,
        "ALTER" => alter_column(t, if t.is(at + 1, "COLUMN") { at + 2 } else { at + 1 }),
        "VALIDATE" | "CLUSTER" => Some(ShareUpdateExclusive),
        "ATTACH" => Some(ShareUpdateExclusive),
        "DETACH" => {
            let lighter = (at..t.len()).any(|i| t.is_any(i, &["CONCURRENTLY", "FINALIZE"]));
            Some(if lighter { ShareUpdateExclusive } else { AccessExclusive })
        }
        "ENABLE" | "DISABLE" => {
            let at = if t.is_any(at + 1, &["REPLICA", "ALWAYS"]) { at + 2 } else { at + 1 };
            Some(if t.is(at, "TRIGGER") { ShareRowExclusive } else { AccessExclusive })
        }
        "SET" if t.is(at + 1, "WITHOUT") => {
            Some(ShareUpdateExclusive).filter(|_| t.is(at + 2, "CLUSTER"))
        }
        // `SET (fillfactor = …)` and such: it depends on the parameter.
        "SET" => (!t.punct(at + 1, b'(')).then_some(AccessExclusive),
        _ => None,
    }
}

fn add(t: Tokens<'_>, at: usize) -> TableLock {
    let at = if t.is(at, "CONSTRAINT") { at + 2 } else { at };
    if t.are(at, &["FOREIGN", "KEY"]) { ShareRowExclusive } else { AccessExclusive }
}

/// `column SET …`; the name may have been quoted.
fn alter_column(t: Tokens<'_>, at: usize) -> Option<TableLock> {
    let at = at + 1;
    if t.are(at, &["SET", "STATISTICS"])
        || (t.is_any(at, &["SET", "RESET"]) && t.punct(at + 1, b'('))
    {
        return Some(ShareUpdateExclusive);
    }
    let is_known = t.is_any(at, &["SET", "DROP", "TYPE", "ADD", "RESTART"]);
    is_known.then_some(AccessExclusive)
}

fn drops_constraint(t: Tokens<'_>, i: usize) -> bool {
    t.are(i, &["DROP", "CONSTRAINT"])
}
