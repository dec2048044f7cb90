//! `Object`: a key and what is said of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attribute, ObjectKey, Value};

/// One object of a schema.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Object {
    #[serde(flatten)]
    key: ObjectKey,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<Attribute, Value>,
}

impl Object {
    /// An object of which nothing is said yet.
    #[must_use]
    pub fn new(key: ObjectKey) -> Self {
        Self { key, attributes: BTreeMap::new() }
    }

    /// The same with a value; one that is the default (a no, an empty list) is left out.
    #[must_use]
    pub fn value(mut self, attribute: Attribute, value: Value) -> Self {
        self.set(attribute, value);
        self
    }

    /// The same with a text.
    #[must_use]
    pub fn text(self, attribute: Attribute, text: impl Into<String>) -> Self {
        self.value(attribute, Value::Text(text.into()))
    }

    /// The same with a yes.
    #[must_use]
    pub fn flag(self, attribute: Attribute) -> Self {
        self.value(attribute, Value::Flag(true))
    }

    /// The same with a list.
    #[must_use]
    pub fn list<T: Into<String>>(
        self,
        attribute: Attribute,
        entries: impl IntoIterator<Item = T>,
    ) -> Self {
        self.value(attribute, Value::List(entries.into_iter().map(Into::into).collect()))
    }

    /// Says something, or takes it back if it is the default.
    pub fn set(&mut self, attribute: Attribute, value: Value) {
        if value.is_default() {
            self.attributes.remove(&attribute);
        } else {
            self.attributes.insert(attribute, value);
        }
    }

    /// What it is known by.
    #[must_use]
    pub fn key(&self) -> &ObjectKey {
        &self.key
    }

    /// What is said, in order.
    #[must_use]
    pub fn attributes(&self) -> &BTreeMap<Attribute, Value> {
        &self.attributes
    }

    /// One thing that is said.
    #[must_use]
    pub fn get(&self, attribute: Attribute) -> Option<&Value> {
        self.attributes.get(&attribute)
    }

    /// A text that is said.
    #[must_use]
    pub fn get_text(&self, attribute: Attribute) -> Option<&str> {
        self.get(attribute).and_then(Value::as_text)
    }

    /// Whether there is a yes.
    #[must_use]
    pub fn has(&self, attribute: Attribute) -> bool {
        self.get(attribute) == Some(&Value::Flag(true))
    }
}
