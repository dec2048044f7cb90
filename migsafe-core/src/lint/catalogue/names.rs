//! Which object a name means at a moment.

use std::collections::BTreeMap;

use super::timeline::{Moment, Timeline};
use crate::Dialect;
use crate::sql::ObjectName;

/// Names of different classes do not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Tables, views, indexes, sequences.
    Relation,
    Type,
    Routine,
}

/// Numbers of objects by name.
#[derive(Debug)]
pub(super) struct Names {
    dialect: Dialect,
    /// By class and name; inside by schema (empty for none).
    by_name: BTreeMap<(Class, String), Timeline<usize>>,
}

impl Names {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, by_name: BTreeMap::new() }
    }

    /// The key of a name.
    pub(super) fn fold(&self, name: &str) -> String {
        self.dialect.fold(name)
    }

    /// The schema of a name without one, unless somebody changed it: Prisma's default.
    fn default_schema(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "main",
            Dialect::Postgres => "public",
        }
    }

    fn schema(&self, name: &ObjectName) -> String {
        let schema = name.schema.as_deref().map(|schema| self.fold(schema)).unwrap_or_default();
        // `public.t` and `t` are one key: they are the same in all but a few folders.
        if schema == self.default_schema() { String::new() } else { schema }
    }

    /// The object of this name: the one of just this schema, else the only one that it may be.
    pub(super) fn resolve(&self, class: Class, name: &ObjectName, at: Moment) -> Option<usize> {
        let timeline = self.by_name.get(&(class, self.fold(&name.name)))?;
        let schema = self.schema(name);
        if let Some(number) = timeline.get(&schema, at) {
            return Some(*number);
        }
        if name.schema.is_some() {
            // Made without a schema, perhaps under another `search_path`. With the default written, it was found.
            return (!schema.is_empty()).then(|| timeline.get("", at)).flatten().copied();
        }
        let mut others = timeline.names(at);
        match (others.next(), others.next()) {
            (Some((_, only)), None) => Some(*only),
            _ => None,
        }
    }

    /// Whether a name meant anything before.
    pub(super) fn ever(&self, class: Class, name: &ObjectName, at: Moment) -> bool {
        self.by_name
            .get(&(class, self.fold(&name.name)))
            .is_some_and(|timeline| timeline.begun(&self.schema(name), at))
    }

    pub(super) fn set(&mut self, class: Class, name: &ObjectName, from: Moment, number: usize) {
        let (key, schema) = ((class, self.fold(&name.name)), self.schema(name));
        self.by_name.entry(key).or_default().set(&schema, from, number);
    }

    pub(super) fn remove(&mut self, class: Class, name: &ObjectName, from: Moment) {
        let (key, schema) = ((class, self.fold(&name.name)), self.schema(name));
        if let Some(timeline) = self.by_name.get_mut(&key) {
            timeline.remove(&schema, from);
        }
    }

    /// Everything of a schema is gone.
    pub(super) fn remove_schema(&mut self, schema: &str, from: Moment) {
        let schema = self.schema(&ObjectName::qualified(schema, ""));
        for timeline in self.by_name.values_mut() {
            timeline.remove(&schema, from);
        }
    }
}
