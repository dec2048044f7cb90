//! What is made.

use super::builder::Builder;
use crate::schema::script::postgres::kinds::{self, column, comment, privileges, table, trigger};
use crate::schema::script::postgres::operation::{Operation, Phase};
use crate::schema::script::postgres::sides::{self, kept_parents, parents_of};
use crate::schema::{Attribute, Kind, Object, ObjectKey};

impl Builder<'_> {
    pub(super) fn create(&self, key: &ObjectKey, found: &mut Vec<Operation>) {
        let Some(object) = self.sides.after(key) else { return };
        if self.comes_with_whole(object, found) {
            return;
        }
        let mut operation =
            self.operation(object, Phase::Create).with(kinds::create(self.sides, object), None);
        if key.kind() == Kind::Column {
            self.default_of_new(object, found);
        } else {
            operation = operation.with(self.described(object), None);
        }
        if matches!(key.kind(), Kind::Table | Kind::ForeignTable) {
            for part in sides::parts(&self.sides.goal, key) {
                if part.key().kind() == Kind::Column {
                    self.default_of_new(part, found);
                }
            }
            if object.get(Attribute::PartitionOf).is_some() {
                let attach = table::attach(self.sides, object);
                found.push(self.operation(object, Phase::Attach).with(attach, None));
            }
        }
        found.push(operation);
    }

    /// Comment, owner and rights of what was just made.
    pub(super) fn described(&self, object: &Object) -> Vec<String> {
        let mut statements = Vec::new();
        let is_copy = object.key().kind() == Kind::Trigger
            && trigger::is_copy(&self.sides.goal, object.key());
        if object.get(Attribute::Comment).is_some() && !is_copy {
            statements.push(comment::set(self.sides, object));
        }
        if self.sides.knows_privileges(object.key())
            && object.key().kind() != Kind::DefaultPrivileges
        {
            statements.extend(privileges::owner(self.sides, object));
            statements.extend(privileges::give(self.sides, object));
        }
        statements
    }

    /// Whether a new part is made together with something else. What is left to say of it is said here.
    pub(super) fn comes_with_whole(&self, object: &Object, found: &mut Vec<Operation>) -> bool {
        let key = object.key();
        let Some(whole) = self.sides.parent(key) else { return false };
        if key.kind() == Kind::Column && !column::is_of_view(self.sides, key) {
            if self.fates.is_made(&whole) {
                return true;
            }
            let typed = self.is_typed_column(key);
            let original = table::inherited_column(self.sides, object)
                .filter(|_| !kept_parents(self.sides, &whole).is_empty())
                .filter(|original| self.fates.is_made(original.key()));
            let given = match (typed, original) {
                (true, _) => column::empty(object),
                (_, Some(original)) => original.clone(),
                _ => return false,
            };
            let statements = column::adapt(self.sides, &given, object);
            found.push(self.operation(object, Phase::Alter).with(statements, None));
            return true;
        }
        if key.kind() != Kind::Constraint || !object.has(Attribute::Inherited) {
            return false;
        }
        let is_partition = self
            .sides
            .after(&whole)
            .is_some_and(|table| table.get(Attribute::PartitionOf).is_some());
        let is_check = object.get_text(Attribute::Type) == Some("CHECK");
        let comes_with_parent = match is_partition {
            // A table of its own gets the checks of its parents with the columns.
            false => !parents_of(&self.sides.goal, &whole).is_empty(),
            true => is_check && !kept_parents(self.sides, &whole).is_empty(),
        };
        if comes_with_parent && object.get(Attribute::Comment).is_some() {
            let statements = vec![comment::set(self.sides, object)];
            found.push(self.operation(object, Phase::Finish).with(statements, None));
        }
        comes_with_parent
    }

    /// The default of a new column that could not stand in its definition.
    pub(super) fn default_of_new(&self, object: &Object, found: &mut Vec<Operation>) {
        let is_late = object.get(Attribute::Default).is_some()
            && !column::is_of_view(self.sides, object.key())
            && !column::has_inline_default(self.sides, object);
        if is_late {
            let statements = column::default(self.sides, object).into_iter().collect();
            found.push(self.operation(object, Phase::SetDefault).with(statements, None));
        }
    }
}
