//! Expectations made from a schema.

use std::collections::{BTreeMap, BTreeSet};

use super::lookup::{Class, Lookup};
use super::parse::CONSTRAINT_TYPES;
use super::{
    ColumnExpectation, ConstraintExpectation, EnumExpectation, Expectations, IndexExpectation,
    RelationExpectation, Section, compare,
};
use crate::Dialect;
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot};

/// How much is expected of every object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// That every table, index, constraint and enumeration is there and in order.
    #[default]
    Simple,
    /// The same with views, functions and triggers, with types of columns and whether they take NULL, with the keys of
    /// indexes, types of constraints and values of enumerations.
    Extended,
}

/// Expectations made from a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Generated {
    /// What the schema meets.
    pub expectations: Expectations,
    /// What nothing is expected of, in order, and why.
    pub left_out: Vec<LeftOut>,
}

/// An object of which nothing is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The object.
    pub object: ObjectKey,
    /// Why, in words.
    pub why: String,
}

/// The name of the only section on SQLite.
const SQLITE_SECTION: &str = "main";

impl Expectations {
    /// What a schema meets: every table, index, constraint and enumeration of it. What is not in order (an index that
    /// is not valid) is left out, and named.
    #[must_use]
    pub fn generate(snapshot: &Snapshot, form: Form) -> Generated {
        let lookup = Lookup::new(snapshot);
        let mut generated = Generated { expectations: Self::default(), left_out: Vec::new() };
        for object in snapshot.objects() {
            let Some(class) = class_of(object, form) else { continue };
            let why = match (snapshot.dialect(), object.key().schema()) {
                (Dialect::Sqlite, _) => generated.add(&lookup, form, class, object, SQLITE_SECTION),
                (_, Some(schema)) => generated.add(&lookup, form, class, object, schema),
                (_, None) => Err("it is in no schema".to_owned()),
            };
            if let Err(why) = why {
                generated.left_out.push(LeftOut { object: object.key().clone(), why });
            }
        }
        generated.expectations.sections.retain(|_, section| !section.is_empty());
        generated
    }
}

/// What is expected of an object of this kind, if anything is.
fn class_of(object: &Object, form: Form) -> Option<Class> {
    let extended = [Class::View, Class::Column, Class::Function, Class::Trigger];
    let simple = [Class::Table, Class::Constraint, Class::Index, Class::Enum];
    let extended = extended.into_iter().filter(|_| form == Form::Extended);
    let class = simple.into_iter().chain(extended).find(|class| class.fits(object))?;
    // What is said of a column of a view is not all there is to say.
    Some(class)
}

impl Generated {
    fn add(
        &mut self,
        lookup: &Lookup<'_>,
        form: Form,
        class: Class,
        object: &Object,
        section: &str,
    ) -> Result<(), String> {
        let key = object.key();
        let name = key.name().to_owned();
        if name.is_empty() || key.parent() == Some("") {
            return Err("it has no name".to_owned());
        }
        if let Some(found) = compare::defect_of(object) {
            return Err(found);
        }
        let section = self.expectations.sections.entry(section.to_owned()).or_default();
        let extended = form == Form::Extended;
        match class {
            Class::Table => {
                section.tables.entry(name).or_default();
            }
            Class::View => {
                section.views.entry(name).or_default();
            }
            Class::Enum => {
                section.enums.insert(name, values(object, form));
            }
            Class::Function => {
                section.functions.insert(name);
            }
            Class::Column => {
                let Some(table) = tables(lookup, key, section) else {
                    // Columns of views are listed only where there is something to say of them.
                    return Ok(());
                };
                if let Some(why) = compare::unread_table(lookup, key) {
                    return Err(why.to_owned());
                }
                table.columns.insert(name, column(lookup, object));
            }
            Class::Trigger => {
                let relation = relations(lookup, key, section).ok_or(NO_RELATION)?;
                relation.triggers.insert(name);
            }
            Class::Index => {
                let bare = ObjectKey::new(Kind::Index, key.schema(), &*name);
                if !extended && lookup.find(Class::Index, &bare).len() == 1 {
                    section.indexes.insert(name);
                } else {
                    let relation = relations(lookup, key, section).ok_or(NO_RELATION)?;
                    relation.indexes.insert(name, index(object, form));
                }
            }
            Class::Constraint => {
                let bare = ObjectKey::new(Kind::Constraint, key.schema(), &*name);
                let is_only = lookup.find(Class::Constraint, &bare).len() == 1;
                if !extended && is_only {
                    section.constraints.insert(name);
                } else if let Some(table) = tables(lookup, key, section) {
                    table.constraints.insert(name, constraint(object, form));
                } else if is_only {
                    section.constraints.insert(name);
                } else {
                    return Err("other constraints have its name, and it is of no table".to_owned());
                }
            }
        }
        Ok(())
    }
}

const NO_RELATION: &str = "its table is not there";

/// The table that an object is a part of.
fn tables<'s>(
    lookup: &Lookup<'_>,
    key: &ObjectKey,
    section: &'s mut Section,
) -> Option<&'s mut RelationExpectation> {
    let parent = key.parent()?;
    part_of(lookup, key, Class::Table, parent, &mut section.tables)
}

/// The table or view that an object is a part of.
fn relations<'s>(
    lookup: &Lookup<'_>,
    key: &ObjectKey,
    section: &'s mut Section,
) -> Option<&'s mut RelationExpectation> {
    let parent = key.parent()?;
    let table = part_of(lookup, key, Class::Table, parent, &mut section.tables);
    table.or_else(|| part_of(lookup, key, Class::View, parent, &mut section.views))
}

fn part_of<'s>(
    lookup: &Lookup<'_>,
    key: &ObjectKey,
    class: Class,
    parent: &str,
    relations: &'s mut BTreeMap<String, RelationExpectation>,
) -> Option<&'s mut RelationExpectation> {
    let whole = ObjectKey::new(class.kind(), key.schema(), parent);
    let found = lookup.find(class, &whole);
    let is_good = !found.is_empty() && found.iter().all(|o| compare::defect_of(o).is_none());
    // The name as the relation itself has it.
    let name = found.first()?.key().name().to_owned();
    is_good.then(|| relations.entry(name).or_default())
}

fn values(object: &Object, form: Form) -> EnumExpectation {
    let labels = object.get(Attribute::Labels).and_then(|labels| labels.as_list());
    match (form, labels) {
        (Form::Extended, Some(labels)) if can_be_listed(labels) => {
            EnumExpectation::Exactly(labels.to_vec())
        }
        _ => EnumExpectation::Present,
    }
}

/// Whether a file can list these values. No database has one twice, but the text of a snapshot may.
fn can_be_listed(labels: &[String]) -> bool {
    let different: BTreeSet<&String> = labels.iter().collect();
    different.len() == labels.len() && !labels.iter().any(String::is_empty)
}

fn column(lookup: &Lookup<'_>, object: &Object) -> ColumnExpectation {
    let ty = object.get_text(Attribute::Type).filter(|ty| !ty.is_empty());
    // NOT NULL that is not proven is neither.
    let is_proven = !object.has(Attribute::NotNullNotValid);
    let nullable = is_proven.then(|| compare::takes_null(lookup, object));
    ColumnExpectation { ty: ty.map(str::to_owned), nullable, default: None }
}

fn index(object: &Object, form: Form) -> IndexExpectation {
    let keys = object.get(Attribute::Keys).and_then(|keys| keys.as_list());
    match (form, keys) {
        (Form::Extended, Some(keys)) if !keys.iter().any(String::is_empty) => IndexExpectation {
            unique: Some(object.has(Attribute::Unique)),
            keys: Some(keys.to_vec()),
        },
        _ => IndexExpectation::default(),
    }
}

fn constraint(object: &Object, form: Form) -> ConstraintExpectation {
    let ty = object
        .get_text(Attribute::Type)
        .filter(|ty| form == Form::Extended && CONSTRAINT_TYPES.contains(ty));
    ConstraintExpectation { ty: ty.map(str::to_owned), definition: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ServerVersion, Value};

    fn read_again(object: Object) -> Expectations {
        let table = ObjectKey::new(Kind::Table, Some("public"), "t");
        let mut snapshot = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, ""));
        snapshot.insert(Object::new(table));
        snapshot.insert(object);
        let made = Expectations::generate(&snapshot, Form::Extended).expectations;
        let read = Expectations::from_json(&made.to_json()).unwrap();
        assert_eq!(read, made);
        read
    }

    #[test]
    fn an_index_may_have_a_key_twice() {
        let key = ObjectKey::within(Kind::Index, Some("public"), "t", "t_a_a_idx");
        let keys = ["a", "a"].map(str::to_owned).to_vec();
        let index = Object::new(key).value(Attribute::Keys, Value::List(keys.clone()));
        let read = read_again(index);
        let read = &read.sections["public"].tables["t"].indexes["t_a_a_idx"];
        assert_eq!(read.keys, Some(keys));
    }

    #[test]
    fn what_no_file_can_say_is_not_said() {
        let within = |kind, name| Object::new(ObjectKey::within(kind, Some("public"), "t", name));
        let odd = within(Kind::Constraint, "odd").text(Attribute::Type, "ODD");
        let read = read_again(odd);
        let section = &read.sections["public"];
        assert_eq!(section.tables["t"].constraints["odd"], ConstraintExpectation::default());
        let keys = Value::List(vec![String::new()]);
        let read = read_again(within(Kind::Index, "i").value(Attribute::Keys, keys));
        assert_eq!(read.sections["public"].tables["t"].indexes["i"], IndexExpectation::default());
    }

    #[test]
    fn nothing_is_expected_of_the_columns_of_a_table_that_is_not_understood() {
        let table = ObjectKey::new(Kind::Table, None, "t");
        let column = ObjectKey::within(Kind::Column, None, "t", "a");
        let snapshot = Snapshot::new(Dialect::Sqlite, ServerVersion::new(3, "3.45"))
            .with(Object::new(table).flag(Attribute::Unparsed))
            .with(Object::new(column.clone()));
        let made = Expectations::generate(&snapshot, Form::Extended);
        let why = "the statement that made its table is not understood".to_owned();
        assert_eq!(made.left_out, [LeftOut { object: column, why }]);
        assert!(made.expectations.sections["main"].tables["t"].columns.is_empty());
    }

    #[test]
    fn values_that_no_file_can_list_are_not_listed() {
        for labels in [["a", "a"], ["a", ""]] {
            let key = ObjectKey::new(Kind::Enum, Some("public"), "mood");
            let labels = labels.map(str::to_owned).to_vec();
            let read = read_again(Object::new(key).value(Attribute::Labels, Value::List(labels)));
            assert_eq!(read.sections["public"].enums["mood"], EnumExpectation::Present);
        }
    }
}
