//! Defaults.

use super::builder::Builder;
use crate::schema::script::postgres::kinds::column;
use crate::schema::script::postgres::names::qualified;
use crate::schema::script::postgres::operation::{Operation, Phase};
use crate::schema::{Attribute, Kind, Object};

impl Builder<'_> {
    /// Defaults of columns that stay, and of domains that need something that goes.
    pub(super) fn change_default(
        &self,
        before: &Object,
        after: &Object,
        found: &mut Vec<Operation>,
    ) {
        let key = after.key();
        let is_of_table = key.kind() == Kind::Column && !column::is_of_view(self.sides, key);
        if key.kind() == Kind::Column && !is_of_table {
            if self.sides.changes_in(key, Attribute::Default) {
                let statements = column::default(self.sides, after).into_iter().collect();
                found.push(self.operation(after, Phase::SetDefault).with(statements, None));
            }
            return;
        }
        let is_reset = self.fates.redefaulted.contains(key);
        let (old, new) = (before.get(Attribute::Default), after.get(Attribute::Default));
        let has_new_type = is_of_table
            && (self.fates.is_retyped(self.sides, key)
                || after.get(Attribute::Identity).is_some()
                || after.get(Attribute::Generated).is_some());
        let drops = old.is_some() && (new.is_none() || is_reset || has_new_type);
        let sets = new.is_some() && (old != new || is_reset || has_new_type);
        if !is_of_table {
            if key.kind() == Kind::Domain && is_reset {
                let word = format!("ALTER DOMAIN {}", qualified(key));
                found.push(
                    self.operation(after, Phase::DropDefault)
                        .with(vec![format!("{word} DROP DEFAULT")], None),
                );
                if let Some(default) = after.get_text(Attribute::Default) {
                    let sql = format!("{word} SET DEFAULT {default}");
                    found.push(self.operation(after, Phase::SetDefault).with(vec![sql], None));
                }
            }
            return;
        }
        let mut ended = Vec::new();
        if drops {
            ended.push(column::drop_default(self.sides, key));
        }
        // A sequence of its own may take the name of the one inside.
        if before.get(Attribute::Identity).is_some() && after.get(Attribute::Identity).is_none() {
            ended.push(column::drop_identity(self.sides, key));
        }
        found.push(self.operation(after, Phase::DropDefault).with(ended, None));
        if sets {
            let statements = column::default(self.sides, after).into_iter().collect();
            found.push(self.operation(after, Phase::SetDefault).with(statements, None));
        }
    }
}
