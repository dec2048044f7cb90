//! The expectations of one section.

use super::missing::missing;
use super::{defect, index, nullable};
use crate::Dialect;
use crate::schema::{Attribute, Object, ObjectKey};
use crate::text::one_line;
use crate::verify::lookup::{Class, Lookup};
use crate::verify::{
    Aspect, Check, CheckOutcome, ColumnDefault, ColumnExpectation, ConstraintExpectation,
    EnumExpectation, IndexExpectation, Miss, RelationExpectation, Section, Subject, type_name,
};

/// What is compared within one section.
pub(super) struct Comparison<'a, 'b> {
    pub(super) dialect: Dialect,
    pub(super) schema: Option<&'b str>,
    pub(super) lookup: Result<&'b Lookup<'a>, &'b str>,
    pub(super) checks: &'b mut Vec<Check>,
}

impl<'a> Comparison<'a, '_> {
    pub(super) fn section(mut self, section: &Section) {
        for (name, table) in &section.tables {
            self.relation(Class::Table, name, table);
        }
        for (name, view) in &section.views {
            self.relation(Class::View, name, view);
        }
        for name in &section.indexes {
            self.presence(Class::Index, self.key(Class::Index, name));
        }
        for name in &section.constraints {
            self.presence(Class::Constraint, self.key(Class::Constraint, name));
        }
        for (name, values) in &section.enums {
            self.enumeration(name, values);
        }
        for name in &section.functions {
            self.presence(Class::Function, self.key(Class::Function, name));
        }
    }

    fn relation(&mut self, class: Class, name: &str, relation: &RelationExpectation) {
        self.presence(class, self.key(class, name));
        for (column, expected) in &relation.columns {
            self.column(name, column, expected);
        }
        for (index, expected) in &relation.indexes {
            self.index(name, index, expected);
        }
        for (constraint, expected) in &relation.constraints {
            self.constraint(name, constraint, expected);
        }
        for trigger in &relation.triggers {
            self.presence(Class::Trigger, self.key_within(Class::Trigger, name, trigger));
        }
    }

    fn column(&mut self, table: &str, name: &str, expected: &ColumnExpectation) {
        let key = self.key_within(Class::Column, table, name);
        let unread = self.lookup.ok().and_then(|lookup| unread_table(lookup, &key));
        if let Some(why) = unread.map(str::to_owned) {
            return self.push(key, Aspect::Presence, "a column", CheckOutcome::Unknown { why });
        }
        let Some(column) = self.presence(Class::Column, key.clone()) else { return };
        if let Some(ty) = &expected.ty {
            let found = column.get_text(Attribute::Type).unwrap_or_default();
            let is_met = type_name::is_same(self.dialect, self.schema, ty, found);
            self.compare(&key, Aspect::Type, ty, is_met, found, "change the type in a migration");
        }
        if let (Some(nullable), Ok(lookup)) = (expected.nullable, self.lookup) {
            let outcome = nullable::outcome(lookup, column, nullable);
            let expected = if nullable { "takes NULL" } else { "takes no NULL" };
            self.push(key.clone(), Aspect::Nullable, expected, outcome);
        }
        if let Some(default) = &expected.default {
            let found = column.get_text(Attribute::Default);
            let (expected, is_met) = match default {
                ColumnDefault::Absent => ("no default", found.is_none()),
                ColumnDefault::Is(text) => {
                    (&**text, found.is_some_and(|found| is_same_default(text, found)))
                }
            };
            let found = found.unwrap_or("no default");
            let help = "change the default in a migration";
            self.compare(&key, Aspect::Default, expected, is_met, found, help);
        }
    }

    fn index(&mut self, table: &str, name: &str, expected: &IndexExpectation) {
        let key = self.key_within(Class::Index, table, name);
        let Some(index) = self.presence(Class::Index, key.clone()) else { return };
        if let Some(unique) = expected.unique {
            let is = index::is_unique(index);
            let words = |unique| if unique { "unique" } else { "not unique" };
            let help = "make the index anew in a migration";
            self.compare(&key, Aspect::Unique, words(unique), is == unique, words(is), help);
        }
        if let Some(keys) = &expected.keys {
            let shown = keys.join(", ");
            match index::keys(index) {
                Some(found) => {
                    let help = "make the index anew in a migration";
                    self.compare(
                        &key,
                        Aspect::Keys,
                        &shown,
                        found == *keys,
                        &found.join(", "),
                        help,
                    );
                }
                None => {
                    let why = "its keys are in the definition of the constraint that brings it";
                    let outcome = CheckOutcome::Unknown { why: why.to_owned() };
                    self.push(key, Aspect::Keys, &shown, outcome);
                }
            }
        }
    }

    fn constraint(&mut self, table: &str, name: &str, expected: &ConstraintExpectation) {
        let key = self.key_within(Class::Constraint, table, name);
        let Some(constraint) = self.presence(Class::Constraint, key.clone()) else { return };
        for (aspect, attribute, expected) in [
            (Aspect::Type, Attribute::Type, &expected.ty),
            (Aspect::Definition, Attribute::Definition, &expected.definition),
        ] {
            if let Some(expected) = expected {
                let found = constraint.get_text(attribute).unwrap_or_default();
                let help = "replace the constraint in a migration";
                self.compare(&key, aspect, expected, found == expected, found, help);
            }
        }
    }

    fn enumeration(&mut self, name: &str, expected: &EnumExpectation) {
        let key = self.key(Class::Enum, name);
        let Some(found) = self.presence(Class::Enum, key.clone()) else { return };
        let found = found.get(Attribute::Labels).and_then(|labels| labels.as_list());
        let found = found.unwrap_or_default();
        let missing = |expected: &mut dyn Iterator<Item = &String>| {
            expected.filter(|value| !found.contains(value)).cloned().collect::<Vec<_>>()
        };
        let (shown, missing, extra, in_order) = match expected {
            EnumExpectation::Present => return,
            EnumExpectation::Exactly(values) => {
                let extra = found.iter().filter(|value| !values.contains(value)).cloned();
                (
                    values.join(", "),
                    missing(&mut values.iter()),
                    extra.collect::<Vec<_>>(),
                    found == values.as_slice(),
                )
            }
            EnumExpectation::Includes(values) => {
                let missing = missing(&mut values.iter());
                let shown = values.iter().cloned().collect::<Vec<_>>().join(", ");
                let is_met = missing.is_empty();
                (format!("at least {shown}"), missing, Vec::new(), is_met)
            }
        };
        let mut help = Vec::new();
        if !missing.is_empty() {
            let missing = one_line(&missing.join(", "), 120);
            help.push(format!("{missing} missing: add with ALTER TYPE … ADD VALUE"));
        }
        if !extra.is_empty() {
            let extra = one_line(&extra.join(", "), 120);
            help.push(format!("{extra} not expected: add to the file, or expect `includes`"));
        }
        if help.is_empty() {
            help.push("the order differs, and with it `<` and ORDER BY".to_owned());
        }
        let found = found.join(", ");
        self.compare(&key, Aspect::Values, &shown, in_order, &found, &help.join("; "));
    }

    /// That something is there and does what it is for.
    fn presence(&mut self, class: Class, key: ObjectKey) -> Option<&'a Object> {
        let expected = defect::expected(class);
        let lookup = match self.lookup {
            Ok(lookup) => lookup,
            Err(why) => {
                let why = why.to_owned();
                self.push(key, Aspect::Presence, expected, CheckOutcome::Unknown { why });
                return None;
            }
        };
        let found = lookup.find(class, &key);
        let outcome = match found.iter().find_map(|object| defect::of(object)) {
            Some(defect) => defect,
            None if found.is_empty() => missing(self.dialect, lookup, class, &key),
            None => CheckOutcome::Met,
        };
        self.push(key, Aspect::Presence, expected, outcome);
        found.first().copied()
    }

    fn key(&self, class: Class, name: &str) -> ObjectKey {
        ObjectKey::new(class.kind(), self.schema, name)
    }

    fn key_within(&self, class: Class, parent: &str, name: &str) -> ObjectKey {
        ObjectKey::within(class.kind(), self.schema, parent, name)
    }

    fn compare(
        &mut self,
        key: &ObjectKey,
        aspect: Aspect,
        expected: &str,
        is_met: bool,
        found: &str,
        help: &str,
    ) {
        let outcome = match is_met {
            true => CheckOutcome::Met,
            false => different(found, help),
        };
        self.push(key.clone(), aspect, expected, outcome);
    }

    fn push(&mut self, key: ObjectKey, aspect: Aspect, expected: &str, outcome: CheckOutcome) {
        let subject = Subject::Object { key, aspect };
        self.checks.push(Check { subject, expected: one_line(expected, 200), outcome });
    }
}

/// Why nothing can be said of the columns of a table: its statement could not be read (SQLite).
pub(in crate::verify) fn unread_table(
    lookup: &Lookup<'_>,
    column: &ObjectKey,
) -> Option<&'static str> {
    let table = ObjectKey::new(Class::Table.kind(), column.schema(), column.parent()?);
    let found = lookup.find(Class::Table, &table);
    let unread = found.iter().any(|table| table.has(Attribute::Unparsed));
    unread.then_some("the statement that made its table is not understood")
}

/// Another value.
fn different(found: &str, help: &str) -> CheckOutcome {
    let found = one_line(found, 200);
    CheckOutcome::Missed { miss: Miss::Different, found, help: help.to_owned() }
}

/// PostgreSQL shows a literal with its type, `'x'::text`.
fn is_same_default(expected: &str, found: &str) -> bool {
    let is_type = |text: &str| {
        text.chars().all(|c| {
            c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | ' ' | '(' | ')' | '[' | ']' | ',')
        })
    };
    let rest = found.strip_prefix(expected.trim());
    rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix("::").is_some_and(is_type))
}
