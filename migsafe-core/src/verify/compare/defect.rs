//! What is wrong with an object that is there.

use crate::schema::{Attribute, Kind, Object};
use crate::verify::lookup::Class;
use crate::verify::{CheckOutcome, Miss};

/// What is expected of an object of which nothing more is said.
pub(super) fn expected(class: Class) -> &'static str {
    match class {
        Class::Table => "a table",
        Class::View => "a view, filled if it is materialised",
        Class::Column => "a column",
        Class::Index => "a valid index",
        Class::Constraint => "a validated constraint",
        Class::Enum => "an enumeration",
        Class::Function => "a function",
        Class::Trigger => "a trigger that fires",
    }
}

/// In which way it does not do what it is for.
pub(super) fn of(object: &Object) -> Option<CheckOutcome> {
    let missed = |miss, found: &str, help: String| {
        Some(CheckOutcome::Missed { miss, found: found.to_owned(), help })
    };
    if object.has(Attribute::Invalid) {
        let found =
            "an index that is not valid: its build failed or has not ended, and no query uses it";
        let help = match object.key().kind() {
            Kind::Index => format!(
                "if nobody is building it, mend the rows that stand in its way, then: REINDEX INDEX CONCURRENTLY {}",
                sibling(object)
            ),
            _ => "see which partition lacks the index, and attach one".to_owned(),
        };
        return missed(Miss::Invalid, found, help);
    }
    if object.has(Attribute::NotEnforced) {
        let help = format!(
            "{} ALTER CONSTRAINT {} ENFORCED, if it is a foreign key; else drop it and add it anew",
            alter_table(object),
            quoted(object.key().name())
        );
        return missed(Miss::NotEnforced, "a constraint that is not enforced", help);
    }
    if object.has(Attribute::NotValid) {
        let help = format!(
            "mend the rows that do not fit, then: {} VALIDATE CONSTRAINT {}",
            alter_table(object),
            quoted(object.key().name())
        );
        return missed(
            Miss::NotValidated,
            "a constraint that is NOT VALID: rows from before may not fit it",
            help,
        );
    }
    if object.has(Attribute::NotPopulated) {
        let help = format!("REFRESH MATERIALIZED VIEW {}", qualified(object, object.key().name()));
        return missed(
            Miss::NotPopulated,
            "a materialised view that was never filled: reading it is an error",
            help,
        );
    }
    let enabled = object.get_text(Attribute::Enabled);
    if object.key().kind() == Kind::Trigger && matches!(enabled, Some("disabled" | "replica")) {
        let found = match enabled {
            Some("replica") => "a trigger that fires on replicas only",
            _ => "a trigger that is disabled",
        };
        let help =
            format!("{} ENABLE TRIGGER {}", alter_table(object), quoted(object.key().name()));
        return missed(Miss::Disabled, found, help);
    }
    None
}

/// What is wrong with an object that is there, in words.
pub(in crate::verify) fn defect_of(object: &Object) -> Option<String> {
    match of(object)? {
        CheckOutcome::Missed { found, .. } => Some(found),
        _ => None,
    }
}

fn alter_table(object: &Object) -> String {
    format!("ALTER TABLE {}", qualified(object, object.key().parent().unwrap_or_default()))
}

/// An index is in the schema of its table.
fn sibling(object: &Object) -> String {
    qualified(object, object.key().name())
}

fn qualified(object: &Object, name: &str) -> String {
    match object.key().schema() {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(name)),
        None => quoted(name),
    }
}

/// A name in SQL that is to be pasted. What cannot be seen is written visibly: such a name names nothing, which is
/// better than a statement that shows one thing and does another.
fn quoted(name: &str) -> String {
    let shown: String = name
        .chars()
        .map(|c| match c {
            '"' => "\"\"".to_owned(),
            c if c.is_control() || crate::text::is_invisible(c) => c.escape_unicode().to_string(),
            c => c.to_string(),
        })
        .collect();
    format!("\"{shown}\"")
}
