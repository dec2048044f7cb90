//! What the rules for SQLite share. What is said here of SQLite is measured in migsafe-sqlite's tests on rules.

use super::{Rebuild, Site, TableState};
use crate::policy::Suggestion;
use crate::sql::{
    Action, ActionKind, Column, Expression, Fact, ForeignKey, ObjectKind, ObjectName, Script,
    TypeName, Volatility,
};

/// Whether a script switches foreign keys off. migsafe then runs all of it without them.
pub(crate) fn switches_foreign_keys_off(script: &Script) -> bool {
    let off = |fact: &Fact| matches!(fact, Fact::ForeignKeysPragma { on: false });
    script.statements().iter().any(|statement| statement.has(off))
}

/// Whether `PRAGMA legacy_alter_table=ON` is in effect: the script said so before.
pub(super) fn has_legacy_alter_table(site: &Site<'_>) -> bool {
    let set = site.earlier().filter_map(|earlier| match &earlier.action.kind {
        ActionKind::Set { name, value: Some(value), .. } if name == "legacy_alter_table" => {
            Some(["1", "on", "true", "yes"].iter().any(|word| value.eq_ignore_ascii_case(word)))
        }
        _ => None,
    });
    set.last().unwrap_or(false)
}

/// Whether a table was made by what is deployed together and no script has put rows in.
pub(super) fn is_empty(site: &Site<'_>, table: &ObjectName) -> bool {
    site.is_new(table) && !site.table(table).is_some_and(|table| table.is_filled())
}

/// The script with other SQL in the place of the site's statement, whose semicolon stays; if it is not too long.
pub(super) fn script_with(site: &Site<'_>, sql: &str) -> Option<Suggestion> {
    let range = site.statement.range();
    let text = site.text_to_repeat()?;
    let (before, after) = (text.get(..range.start)?, text.get(range.end..)?);
    let end = if after.trim_start().starts_with(';') { "" } else { ";" };
    Some(Suggestion::migrations([format!("{before}{sql}{end}{after}")]))
}

/// A default that SQLite takes for a column that is added to a table with rows: one literal, signed, in parentheses
/// or cast at most.
pub(super) fn is_literal(default: &Expression) -> bool {
    default.volatility == Volatility::Constant
        && default.calls.is_empty()
        && default.columns.is_empty()
        && is_literal_text(&default.text)
}

fn is_literal_text(text: &str) -> bool {
    let mut text = text.trim();
    loop {
        let inner = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            Some(inner) => inner,
            None => match text.strip_prefix(['+', '-']) {
                Some(rest) => rest,
                None => break,
            },
        };
        text = inner.trim();
    }
    let lower = text.to_ascii_lowercase();
    if let Some(cast) = lower.strip_prefix("cast").map(str::trim_start)
        && let Some((value, _)) = cast.strip_prefix('(').and_then(|cast| cast.rsplit_once(" as "))
    {
        return is_literal_text(value);
    }
    let quoted = |open: char| {
        let inner = lower.strip_prefix('x').filter(|_| open == '\'').unwrap_or(&lower);
        let inner = inner.strip_prefix(open).and_then(|rest| rest.strip_suffix(open));
        inner.is_some_and(|inner| !inner.replace(&format!("{open}{open}"), "").contains(open))
    };
    let word = |c: char| c.is_alphanumeric() || "_.".contains(c);
    let number = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && text.replace("e-", "e").replace("e+", "e").chars().all(word)
    };
    quoted('\'') || quoted('"') || number(&lower) || (!lower.is_empty() && lower.chars().all(word))
}

/// How SQLite stores what comes into a column (<https://sqlite.org/datatype3.html>, section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Text,
    Numeric,
    Integer,
    Real,
    Blob,
}

impl Affinity {
    pub(super) fn of(ty: Option<&TypeName>) -> Self {
        let Some(name) = ty.map(|ty| ty.name.name.to_ascii_uppercase()) else {
            return Self::Blob;
        };
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if has(&["INT"]) {
            Self::Integer
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Self::Text
        } else if has(&["BLOB"]) {
            Self::Blob
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Self::Real
        } else {
            Self::Numeric
        }
    }

    /// Whether a column of this kind may keep values of another as they are.
    pub(super) fn keeps_values_of(self, old: Self) -> bool {
        match (old, self) {
            (old, new) if old == new => false,
            // Everything becomes text, but what is in a BLOB.
            (old, Self::Text) => old == Self::Blob,
            (_, Self::Blob) | (Self::Text | Self::Blob, _) => true,
            (Self::Real | Self::Numeric, Self::Integer) => true,
            _ => false,
        }
    }

    /// A value of this kind that means nothing.
    pub(super) fn empty_value(self) -> &'static str {
        match self {
            Self::Text | Self::Blob => "''",
            Self::Numeric | Self::Integer | Self::Real => "0",
        }
    }
}

/// Name, type and collation of a column, without anything else that it demands.
pub(super) fn bare_column(site: &Site<'_>, column: &Column) -> String {
    let mut words = site.quote(&column.name);
    if let Some(ty) = &column.ty {
        words = format!("{words} {}", ty.text);
    }
    if let Some(collation) = &column.collation {
        words = format!("{words} COLLATE {}", site.quote_name(collation));
    }
    words
}

/// The foreign keys of other tables that refer to a table, as far as they are known.
pub(super) fn references_to<'a>(
    site: &Site<'a>,
    table: &ObjectName,
) -> Vec<(TableState<'a>, &'a ForeignKey)> {
    let others = site.tables().filter(|other| other.name().is_some_and(|name| !name.may_be(table)));
    others
        .flat_map(|other| other.foreign_keys().map(move |key| (other, key)))
        .filter(|(_, key)| key.table.may_be(table))
        .collect()
}

/// The triggers of other tables whose bodies use a table.
pub(super) fn triggers_using<'a>(
    site: &Site<'a>,
    table: &ObjectName,
) -> Vec<&'a crate::sql::Trigger> {
    let others = site.tables().filter(|other| other.name().is_some_and(|name| !name.may_be(table)));
    others
        .flat_map(|other| other.triggers())
        .filter(|trigger| trigger.uses.iter().any(|used| used.may_be(table)))
        .collect()
}

/// Whether a later statement of the script drops an object of this kind and name.
pub(super) fn is_dropped_later(site: &Site<'_>, kind: ObjectKind, name: &ObjectName) -> bool {
    site.later().any(|later| match &later.action.kind {
        ActionKind::Drop { kind: dropped, name: other, .. } => {
            *dropped == kind && other.may_be(name)
        }
        _ => false,
    })
}

/// Whether a later statement of the script makes a table of this name, or gives one the name.
pub(super) fn is_made_later(site: &Site<'_>, table: &ObjectName) -> bool {
    site.later().any(|later| match &later.action.kind {
        ActionKind::CreateTable(made) => made.name.may_be(table),
        ActionKind::Rename { kind: ObjectKind::Table, to, .. } => {
            to.eq_ignore_ascii_case(&table.name)
        }
        _ => false,
    })
}

/// The text of the last statement before the site that fits, in whatever script: for making an object again.
pub(super) fn text_of<'a>(
    site: &Site<'a>,
    fits: impl Fn(&'a Action) -> bool + Copy,
) -> Option<&'a str> {
    let facts = site.facts();
    let names = facts.migrations().iter().map(crate::migrations::Migration::name);
    let names = names.take_while(|name| *name <= site.migration);
    let texts = names.filter_map(|name| {
        let script = facts.script(name)?;
        let text = facts.migrations().find(name.as_str())?.script()?;
        let in_time = |index: usize| name != site.migration || index < site.index;
        let statements = script.statements().iter().enumerate();
        let found = statements
            .filter(|(index, _)| in_time(*index))
            .filter(|(_, statement)| statement.actions().iter().any(fits))
            .last()?;
        text.get(found.1.range())
    });
    texts.last()
}

/// In which order a rebuild goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The new table is renamed at the end.
    RenamedLast,
    /// The old table is renamed at the beginning.
    RenamedFirst,
    /// Nothing is renamed: the rows go away and come back.
    CopiedBack,
}

impl Order {
    pub(super) fn of(rebuild: &Rebuild<'_>) -> Self {
        match &*rebuild.drops {
            [_, _] => Self::CopiedBack,
            [only] if *only == rebuild.end => Self::RenamedFirst,
            _ => Self::RenamedLast,
        }
    }
}

/// A list for a message: `a, b and c`.
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        for text in [
            "1",
            "-1",
            "(-1)",
            "'a'",
            "('it''s')",
            "x'00'",
            "((((x'00'))))",
            "1.5e-3",
            ".5",
            "0xff",
            "TRUE",
            "(NULL)",
            "abc",
            "\"abc\"",
            "(CAST('1' AS INTEGER))",
            "(- -1)",
        ] {
            assert!(is_literal_text(text), "{text}");
        }
        for text in [
            "(1+1)",
            "('a' || 'b')",
            "('a' COLLATE nocase)",
            "(CAST(1+1 AS TEXT))",
            "()",
            "('a','b')",
        ] {
            assert!(!is_literal_text(text), "{text}");
        }
    }

    #[test]
    fn lists() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(list(&items), "a, b and c");
        assert_eq!(list(&items[..1]), "a");
        assert_eq!(list(&[]), "");
    }
}
