//! Changes of a column's type.

use super::context::Context;
use super::part::{Choice, Part};
use crate::lint::ConstraintState;
use crate::lock::measured::Role;
use crate::sql::{ActionKind as A, ConstraintKind, ObjectName, TypeName};

const UNSEEN: &str =
    "the type that it has is not known here; only some changes keep the rows as they are";
const ZONE: &str = "the rows are kept only if the session's TimeZone is UTC";
const CHECKED: &str = "a CHECK on the column is checked again";
const UNMEASURED: &str = "this change of type was not measured";
const KEYS: &str = "foreign keys on the column are checked again";

pub(super) fn choose(kind: &A, context: &Context<'_>) -> Option<Choice> {
    let A::AlterColumnType { table, column, ty, using, collation } = kind else { return None };
    let old = context.site().and_then(|site| site.column(table, column)?.ty.as_ref());
    let plain = using.as_ref().is_none_or(|using| is_cast(&using.text, column, ty));
    let part = if !plain {
        Part::new("type-using")
    } else if let Some(old) = old {
        let part = change(old, ty, context);
        // A cast that is written out is what was measured, unless the two are stored alike.
        let written = using.is_some() && part.why == UNMEASURED && !is_stored_alike(old, ty);
        if written { Part::new("type-using") } else { part }
    } else {
        Part::new("type-same").or(&["type-int-to-bigint"], UNSEEN)
    };
    let part = match collation {
        Some(_) if old.is_some_and(|old| old.name == ty.name) => Part::new("type-collation"),
        _ => part,
    };
    let mut choice = Choice::from(part.on(Role::Table, table));
    for part in again(table, column, context) {
        choice = choice.and(part.on(Role::Table, table));
    }
    Some(choice)
}

/// Types of the system that are stored alike (`pg_cast.castmethod` is `b`), and types that are not the system's.
fn is_stored_alike(old: &TypeName, new: &TypeName) -> bool {
    const ALIKE: [(&str, &str); 4] =
        [("cidr", "inet"), ("bit", "bit varying"), ("bit varying", "bit"), ("xml", "text")];
    let pair = (&*old.name.name, &*new.name.name);
    let plain = |ty: &TypeName| ty.dimensions == 0 && ty.is_of_system();
    ALIKE.contains(&pair) || !plain(old) || !plain(new)
}

/// `USING column::type`, which is what is done without it.
fn is_cast(text: &str, column: &str, ty: &TypeName) -> bool {
    let squeezed = |text: &str| {
        text.chars().filter(|c| !c.is_whitespace() && *c != '"').collect::<String>().to_lowercase()
    };
    squeezed(text).trim_matches(['(', ')'])
        == squeezed(&format!("{column}::{}", ty.text)).trim_matches(['(', ')'])
        || squeezed(text) == squeezed(column)
}

fn change(old: &TypeName, new: &TypeName, context: &Context<'_>) -> Part {
    const VARCHAR: &str = "character varying";
    const TIMESTAMP: &str = "timestamp without time zone";
    let is = |ty: &TypeName, name: &str| ty.name.schema.is_none() && ty.name.name == name;
    if old.dimensions > 0 || new.dimensions > 0 {
        return unmeasured(
            old == new
                || (old.name == new.name
                    && old.modifiers == new.modifiers
                    && old.dimensions == new.dimensions),
        );
    }
    if old.name == new.name && old.modifiers == new.modifiers {
        return Part::new("type-same");
    }
    let form = if is(old, VARCHAR) && is(new, VARCHAR) {
        match (old.modifiers.first(), new.modifiers.first()) {
            (_, None) => "type-varchar-unlimited",
            (Some(before), Some(after)) if after >= before => "type-varchar-wider",
            (Some(_), Some(_)) => "type-varchar-narrower",
            (None, Some(_)) => "type-text-to-varchar",
        }
    } else if is(old, VARCHAR) && is(new, "text") {
        "type-varchar-to-text"
    } else if is(old, "text") && is(new, VARCHAR) {
        if new.modifiers.is_empty() {
            "type-text-to-varchar-unlimited"
        } else {
            "type-text-to-varchar"
        }
    } else if is(old, "numeric") && is(new, "numeric") {
        numeric(&old.modifiers, &new.modifiers)
    } else if is(old, "integer") && is(new, "bigint") {
        "type-int-to-bigint"
    } else if is(old, "integer") && is(new, "text") {
        "type-int-to-text"
    } else if old.name == new.name && is(old, TIMESTAMP) && wider(old, new) {
        "type-timestamp-wider"
    } else if is(old, TIMESTAMP) && is(new, "timestamp with time zone") && wider(old, new) {
        return match sets_zone(context).as_deref() {
            Some("utc") => Part::new("type-timestamptz-utc"),
            Some(_) => Part::new("type-timestamptz-other-zone"),
            None => Part::new("type-timestamptz-other-zone").or(&["type-timestamptz-utc"], ZONE),
        };
    } else {
        return unmeasured(false);
    };
    Part::new(form)
}

/// Whether the new precision takes all values of the old one.
fn wider(old: &TypeName, new: &TypeName) -> bool {
    let most = |ty: &TypeName| ty.modifiers.first().copied().unwrap_or(6);
    most(new) >= most(old)
}

fn unmeasured(same: bool) -> Part {
    let part = Part::new("type-same");
    if same { part } else { part.or(&["type-int-to-bigint"], UNMEASURED) }
}

fn numeric(old: &[i64], new: &[i64]) -> &'static str {
    let scale = |modifiers: &[i64]| modifiers.get(1).copied().unwrap_or(0);
    match (old.first(), new.first()) {
        (_, None) => "type-numeric-unlimited",
        (Some(_), Some(_)) if scale(old) != scale(new) => "type-numeric-scale",
        (Some(before), Some(after)) if after >= before => "type-numeric-wider",
        _ => "type-numeric-narrower",
    }
}

/// The time zone that the script sets before.
fn sets_zone(context: &Context<'_>) -> Option<String> {
    let set = context.site()?.earlier().filter_map(|site| match &site.action.kind {
        A::Set { name, value, .. } if name.eq_ignore_ascii_case("timezone") => value.clone(),
        _ => None,
    });
    set.last().map(|zone| zone.to_lowercase())
}

/// Constraints on the column are checked again, foreign keys also on their other side.
fn again(table: &ObjectName, column: &str, context: &Context<'_>) -> Vec<Part> {
    let check = || Part::possible("type-varchar-wider-check", CHECKED);
    let key = || Part::possible("type-int-to-bigint-foreign-key", KEYS);
    let referenced_by = || Part::possible("type-int-to-bigint-referenced", KEYS);
    let Some(state) = context.whole_table(table) else {
        return vec![check(), key(), referenced_by()];
    };
    let is_of = |constraint: &ConstraintState| constraint.columns().contains(&column);
    let of_column: Vec<&ConstraintState> = state.constraints().filter(|c| is_of(c)).collect();
    let has = |fits: fn(&ConstraintKind) -> bool| of_column.iter().any(|c| fits(&c.kind));
    let mut parts = Vec::new();
    if has(|kind| matches!(kind, ConstraintKind::Check(_))) {
        parts.push(Part::new("type-varchar-wider-check"));
    }
    let referenced = context.referenced(table, is_of);
    if !referenced.is_empty() {
        parts.push(key().on_all(Role::Referenced, referenced));
    }
    if has(|kind| matches!(kind, ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. }))
    {
        parts.push(referenced_by());
    }
    parts
}
