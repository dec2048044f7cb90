//! How a change of one attribute is carried out.

use std::borrow::Cow;

use super::creation;
use super::kinds::{self, composite, constraint, enumeration, function, operator, view};
use super::lists;
use super::sides::{Sides, kept_parents, parent_in};
use crate::schema::{Attribute, Kind, Object, Value};

/// How a change is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// By ALTER or CREATE OR REPLACE: the object stays.
    InPlace,
    /// By another change, or by the server itself.
    Covered,
    /// The object is dropped and made again. It holds no rows.
    Rebuild,
    /// A new type takes the place of the old one, and the columns are changed to it.
    Swap,
    /// By a person; what has to be done.
    Manual(Cow<'static, str>),
}

fn manual(what: &'static str) -> Way {
    Way::Manual(Cow::Borrowed(what))
}

/// How an object that both sides have comes to have the other value.
pub(super) fn of(sides: &Sides<'_>, before: &Object, after: &Object, attribute: Attribute) -> Way {
    use Attribute::{Comment, Grants, Owner};
    let kind = before.key().kind();
    match (kind, attribute) {
        (_, Comment | Grants) => Way::InPlace,
        (Kind::Extension, Owner) => manual("an extension has no new owner: make it again"),
        (_, Owner) => Way::InPlace,
        (Kind::Schema, _) => manual("this is unknown of a schema"),
        (Kind::Extension, _) => Way::InPlace,
        (Kind::Collation, _) => Way::Swap,
        // Its functions have its name, so that two of them cannot be there at once.
        (Kind::RangeType, _) => Way::Rebuild,
        (Kind::Enum, _) => enumeration::way(before, after),
        (Kind::Domain, Attribute::Default | Attribute::NotNull) => Way::InPlace,
        (Kind::Domain, _) => Way::Swap,
        (Kind::CompositeType, _) => composite::way(sides, before, after),
        (Kind::BaseType, _) => manual("make the type and what is of it again with its functions"),
        (Kind::Sequence, Attribute::Persistence) if sides.major() < 15 => {
            manual("make the sequence again: before PostgreSQL 15 there are no unlogged ones")
        }
        (Kind::Sequence, _) => Way::InPlace,
        (Kind::Table | Kind::ForeignTable, _) => table(sides, before, after, attribute),
        (Kind::View | Kind::MaterializedView, _) => view::way(sides, before, after, attribute),
        (Kind::Column, _) => column(sides, before, after, attribute),
        (Kind::Constraint, _) => constraint::way(sides, before, after, attribute),
        (Kind::Index, _) => index(sides, after, attribute),
        (Kind::Trigger | Kind::Rule | Kind::EventTrigger, Attribute::Enabled) => Way::InPlace,
        (Kind::Policy, _) => policy(after, attribute),
        (Kind::Statistics, Attribute::StatisticsTarget) => Way::InPlace,
        (Kind::Function | Kind::Procedure, _) => function::way(before, after, attribute),
        (Kind::Operator, _) => operator::way(before, after),
        (Kind::OperatorFamily, _) => Way::InPlace,
        (Kind::TextSearchConfiguration, Attribute::Fields) => Way::InPlace,
        (Kind::ForeignDataWrapper | Kind::ForeignServer, Attribute::Options) => {
            options(before, after)
        }
        (Kind::ForeignDataWrapper, _) => Way::InPlace,
        (Kind::ForeignServer, Attribute::Version) if after.get(attribute).is_some() => Way::InPlace,
        (Kind::ForeignServer, _) => {
            manual("make the server again, with its user mappings and foreign tables")
        }
        (Kind::Publication, _) => publication(after, before),
        (
            Kind::Trigger | Kind::Rule | Kind::EventTrigger | Kind::Statistics | Kind::Aggregate,
            _,
        )
        | (Kind::OperatorClass | Kind::Cast | Kind::TextSearchDictionary, _)
        | (Kind::TextSearchConfiguration, _) => Way::Rebuild,
        (Kind::VirtualTable | Kind::DefaultPrivileges, _) => {
            manual("this is unknown of PostgreSQL")
        }
    }
}

fn table(sides: &Sides<'_>, before: &Object, after: &Object, attribute: Attribute) -> Way {
    let is_set = after.get(attribute).is_some();
    match attribute {
        Attribute::PartitionKey => {
            manual("make the table again, divided as it is to be, and copy its rows")
        }
        Attribute::ColumnOrder => {
            manual("columns cannot be moved: make the table again and copy its rows")
        }
        Attribute::Tablespace if !is_set => {
            manual("ALTER TABLE … SET TABLESPACE with the name of the database's own tablespace")
        }
        Attribute::AccessMethod if sides.major() < 15 => manual(
            "before PostgreSQL 15 a table keeps its access method: make it again and copy its rows",
        ),
        Attribute::Server => manual("make the foreign table again on the other server"),
        Attribute::Options if before.key().kind() == Kind::ForeignTable => options(before, after),
        // A child can only be told that it has all columns of its parent.
        Attribute::Inherits if !kept_parents(sides, before.key()).is_empty() => {
            manual("ALTER TABLE … NO INHERIT and INHERIT, parent by parent")
        }
        _ => Way::InPlace,
    }
}

fn column(sides: &Sides<'_>, before: &Object, after: &Object, attribute: Attribute) -> Way {
    let key = before.key();
    let parent = parent_in(sides.from, key);
    let table = parent.as_ref().and_then(|parent| sides.before(parent));
    let is_typed = table.is_some_and(|table| table.get(Attribute::OfType).is_some());
    let generated = |object: &Object| object.get_text(Attribute::Generated).map(str::to_owned);
    match attribute {
        Attribute::Type | Attribute::Collation if is_typed => Way::Covered,
        Attribute::Type | Attribute::Collation if is_in_partition_key(table, key.name()) => {
            manual("the column divides the table: make the table again and copy its rows")
        }
        Attribute::Type | Attribute::Collation if before.get(Attribute::Generated).is_some() => {
            Way::Rebuild
        }
        Attribute::Generated => match (generated(before), generated(after)) {
            (Some(old), None) if old.starts_with("stored") => Way::InPlace,
            (Some(_), None) => {
                manual("add a plain column and copy the values that are computed now")
            }
            (Some(old), Some(new)) if sides.major() >= 17 && is_same_form(&old, &new) => {
                Way::InPlace
            }
            _ => Way::Rebuild,
        },
        Attribute::Inherited => inherited(sides, before, after),
        // Another type brings its own way with it.
        Attribute::Storage if sides.changes_in(key, Attribute::Type) => Way::InPlace,
        Attribute::Storage if kinds::column::set_storage(sides, after).is_none() => {
            manual("ALTER COLUMN … SET STORAGE with the way of the type itself")
        }
        _ => Way::InPlace,
    }
}

/// Whether both are stored or both are computed when they are read.
fn is_same_form(before: &str, after: &str) -> bool {
    before.split(' ').next() == after.split(' ').next()
}

/// Whether a table is divided by a column, as far as its text tells.
fn is_in_partition_key(table: Option<&Object>, column: &str) -> bool {
    let key = table.and_then(|table| table.get_text(Attribute::PartitionKey));
    key.is_some_and(|key| {
        let name = super::names::id(column);
        key.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '"' | '$' | ' ')))
            .any(|part| part.trim() == name || part.split(' ').any(|word| word == name))
    })
}

/// A part that comes from a parent only, or not any more.
fn inherited(sides: &Sides<'_>, before: &Object, after: &Object) -> Way {
    let key = before.key();
    let Some(table) = parent_in(sides.from, key) else { return Way::Covered };
    let is_moved = [Attribute::PartitionOf, Attribute::Inherits]
        .iter()
        .any(|attribute| sides.changes_in(&table, *attribute));
    let becomes_part = after.has(Attribute::Inherited);
    let is_partition =
        sides.after(&table).is_some_and(|table| table.get(Attribute::PartitionOf).is_some());
    match (is_moved, becomes_part) {
        (true, false) => Way::Covered,
        (true, true) if is_partition => Way::Covered,
        (_, true) => manual(
            "make the table again as a child, and copy its rows: a column or constraint that a table \
                             has by itself stays its own",
        ),
        (false, false) => manual("drop it from the parent with ALTER TABLE ONLY"),
    }
}

fn index(sides: &Sides<'_>, after: &Object, attribute: Attribute) -> Way {
    match attribute {
        Attribute::Options | Attribute::StatisticsTarget => Way::InPlace,
        Attribute::Tablespace if after.get(attribute).is_some() => Way::InPlace,
        Attribute::Invalid if after.has(Attribute::Invalid) => {
            Way::Manual(creation::rebuild_it(sides, after.key()))
        }
        // Tables take their indexes with them.
        Attribute::PartitionOf => {
            let table = sides.parent(after.key());
            let is_moved =
                table.is_some_and(|table| sides.changes_in(&table, Attribute::PartitionOf));
            if is_moved || after.get(attribute).is_some() { Way::Covered } else { Way::Rebuild }
        }
        _ => Way::Rebuild,
    }
}

fn policy(after: &Object, attribute: Attribute) -> Way {
    match attribute {
        Attribute::Roles => Way::InPlace,
        Attribute::Using | Attribute::WithCheck if after.get(attribute).is_some() => Way::InPlace,
        _ => Way::Rebuild,
    }
}

/// Options of foreign objects: what may be a secret was not read.
fn options(before: &Object, after: &Object) -> Way {
    let list = |object: &Object| -> Vec<String> {
        object.get(Attribute::Options).and_then(Value::as_list).unwrap_or_default().to_vec()
    };
    let old = list(before);
    let is_secret = |entry: &String| lists::option(entry).1 == "…" && !old.contains(entry);
    if list(after).iter().any(is_secret) {
        return manual("ALTER … OPTIONS with the value of the secret option, which is never read");
    }
    Way::InPlace
}

fn publication(after: &Object, before: &Object) -> Way {
    let list = |object: &Object, attribute| -> bool { object.get(attribute).is_some() };
    let all = |object: &Object| {
        object.get_text(Attribute::Publishes).is_some_and(|text| text.contains("all tables"))
    };
    let is_empty = !list(after, Attribute::Tables) && !list(after, Attribute::Schemas);
    if all(before) != all(after) || is_empty { Way::Rebuild } else { Way::InPlace }
}
