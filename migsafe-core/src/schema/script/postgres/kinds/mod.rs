//! The statements for each kind of object.

mod aggregate;
mod cast;
pub(super) mod collation;
pub(super) mod column;
pub(super) mod comment;
pub(super) mod composite;
pub(super) mod constraint;
mod domain;
pub(super) mod enumeration;
mod event_trigger;
mod extension;
pub(super) mod foreign;
pub(super) mod function;
pub(super) mod index;
pub(super) mod operator;
mod operator_class;
mod policy;
pub(super) mod privileges;
mod publication;
mod range;
pub(super) mod sequence;
mod statistics;
pub(super) mod table;
mod text_search;
pub(super) mod trigger;
pub(super) mod view;

use super::names;
use super::sides::Sides;
use crate::schema::{Attribute, Kind, Object, Value};

/// The statements that make an object, without comment, owner and grants.
pub(super) fn create(sides: &Sides<'_>, object: &Object) -> Vec<String> {
    match object.key().kind() {
        Kind::Schema => vec![format!("CREATE SCHEMA {}", names::id(object.key().name()))],
        Kind::Extension => extension::create(object),
        Kind::Collation => collation::create(object),
        Kind::Enum => enumeration::create(object),
        Kind::Domain => domain::create(object),
        Kind::CompositeType => composite::create(object),
        Kind::RangeType => range::create(object),
        Kind::Sequence => sequence::create(object),
        Kind::Table | Kind::ForeignTable => table::create(sides, object),
        Kind::View | Kind::MaterializedView => view::create(object),
        Kind::Column => column::add(sides, object),
        Kind::Constraint => constraint::create(sides, object),
        Kind::Index => index::create(object),
        Kind::Trigger => trigger::create(sides, object),
        Kind::Rule => trigger::create_rule(object),
        Kind::Policy => policy::create(object),
        Kind::Statistics => statistics::create(object),
        Kind::Function | Kind::Procedure => vec![function::create(object, function::Form::New)],
        Kind::Aggregate => aggregate::create(object),
        Kind::Operator => operator::create(object),
        Kind::OperatorClass => operator_class::create(object),
        Kind::OperatorFamily => operator_class::create_family(object),
        Kind::Cast => cast::create(object),
        Kind::TextSearchConfiguration => text_search::create_configuration(object),
        Kind::TextSearchDictionary => text_search::create_dictionary(object),
        Kind::ForeignDataWrapper => foreign::create_wrapper(object),
        Kind::ForeignServer => foreign::create_server(object),
        Kind::EventTrigger => event_trigger::create(object),
        Kind::Publication => publication::create(sides, object),
        Kind::DefaultPrivileges => privileges::create_default(object),
        Kind::BaseType | Kind::VirtualTable => Vec::new(),
    }
}

/// The statements that give an object one attribute that it does not have yet.
pub(super) fn alter(
    sides: &Sides<'_>,
    before: &Object,
    after: &Object,
    attribute: Attribute,
) -> Vec<String> {
    match after.key().kind() {
        _ if attribute == Attribute::Owner => privileges::owner(sides, after),
        _ if attribute == Attribute::Grants => match after.key().kind() {
            Kind::DefaultPrivileges => privileges::change_defaults(before, after),
            _ => privileges::change(before, after),
        },
        _ if attribute == Attribute::Comment => vec![comment::set(sides, after)],
        Kind::Extension => extension::alter(after, attribute),
        Kind::Enum => enumeration::add_values(before, after),
        Kind::Domain => domain::alter(after, attribute),
        Kind::CompositeType => composite::alter(before, after),
        Kind::Sequence => sequence::alter(before, after, attribute),
        Kind::Table | Kind::ForeignTable => table::alter(sides, before, after, attribute),
        Kind::View | Kind::MaterializedView => view::alter(before, after, attribute),
        Kind::Column => column::alter(sides, before, after, attribute),
        Kind::Constraint => constraint::alter(sides, before, after, attribute),
        Kind::Index => index::alter(before, after, attribute),
        Kind::Trigger | Kind::Rule => trigger::enable(after),
        Kind::EventTrigger => event_trigger::enable(after),
        Kind::Policy => policy::alter(after, attribute),
        Kind::Statistics => statistics::set_target(after),
        Kind::Function | Kind::Procedure => vec![function::create(after, function::Form::Replace)],
        Kind::Operator => operator::alter(after),
        Kind::OperatorFamily => operator_class::alter_family(before, after),
        Kind::TextSearchConfiguration => text_search::alter_configuration(before, after),
        Kind::ForeignDataWrapper | Kind::ForeignServer => {
            foreign::alter(sides, before, after, attribute)
        }
        Kind::Publication => publication::alter(sides, after, attribute),
        _ => Vec::new(),
    }
}

/// The statement that drops an object.
pub(super) fn drop(sides: &Sides<'_>, object: &Object) -> Vec<String> {
    let key = object.key();
    let name = names::id(key.name());
    let is_domain = sides.parent_kind(key) == Some(Kind::Domain);
    let table = || table::alter_word(sides, key);
    match key.kind() {
        Kind::Column => column::drop(sides, object),
        Kind::Constraint if is_domain => {
            vec![format!("ALTER DOMAIN {} DROP CONSTRAINT {name}", names::parent(key))]
        }
        Kind::Constraint => vec![format!("{} DROP CONSTRAINT {name}", table())],
        Kind::Trigger => trigger::drop(sides, object),
        Kind::Index => vec![format!("DROP INDEX {}", names::in_schema(key.schema(), key.name()))],
        Kind::DefaultPrivileges => privileges::drop_default(object),
        _ => vec![format!("DROP {}", sides.named(key))],
    }
}

/// The entries of a list, none when nothing is said.
pub(super) fn list(object: &Object, attribute: Attribute) -> &[String] {
    object.get(attribute).and_then(Value::as_list).unwrap_or_default()
}

/// A text, empty when nothing is said.
pub(super) fn text(object: &Object, attribute: Attribute) -> &str {
    object.get_text(attribute).unwrap_or_default()
}

/// A number that is said.
pub(super) fn number(object: &Object, attribute: Attribute) -> Option<i64> {
    match object.get(attribute) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    }
}

/// Storage parameters in parentheses: `(name='value', …)`.
fn parameters(options: &[String]) -> String {
    let parameters: Vec<String> = options
        .iter()
        .map(|entry| {
            let (name, value) = super::lists::option(entry);
            format!("{}={}", parameter_name(name), names::literal(value))
        })
        .collect();
    format!("({})", parameters.join(", "))
}

/// `toast.name` is two names.
fn parameter_name(name: &str) -> String {
    match name.strip_prefix("toast.") {
        Some(name) => format!("toast.{}", names::id(name)),
        None => names::id(name),
    }
}

/// `SET (…)` and `RESET (…)` that lead from some storage parameters to others.
fn change_parameters(before: &[String], after: &[String]) -> Vec<String> {
    let name = |entry: &String| super::lists::option(entry).0.to_owned();
    let set: Vec<String> = after.iter().filter(|entry| !before.contains(entry)).cloned().collect();
    let kept: Vec<String> = after.iter().map(name).collect();
    let reset: Vec<String> = before
        .iter()
        .map(name)
        .filter(|old| !kept.contains(old))
        .map(|old| parameter_name(&old))
        .collect();
    let mut actions = Vec::new();
    if !reset.is_empty() {
        actions.push(format!("RESET ({})", reset.join(", ")));
    }
    if !set.is_empty() {
        actions.push(format!("SET {}", parameters(&set)));
    }
    actions
}
