//! `ObjectKey`: what two snapshots know an object by.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::text;

/// Kind and qualified name of an object.
///
/// Keys are ordered by schema, then by relation, a relation before its columns, constraints and indexes: so
/// a list of objects reads like the definition of a database.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ObjectKey {
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    name: String,
}

impl ObjectKey {
    /// An object that is no part of another. `schema` is `None` on SQLite and for what belongs to the whole
    /// database. The name of a function ends with the types of its arguments, `f(integer, text)`.
    #[must_use]
    pub fn new(kind: Kind, schema: Option<&str>, name: impl Into<String>) -> Self {
        Self { kind, schema: schema.map(str::to_owned), parent: None, name: name.into() }
    }

    /// A part of a relation or a domain: a column, a constraint, an index, a trigger.
    #[must_use]
    pub fn within(
        kind: Kind,
        schema: Option<&str>,
        parent: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        Self { parent: Some(parent.into()), ..Self::new(kind, schema, name) }
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The schema it is in.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The relation or domain it is a part of.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.parent.as_deref()
    }

    /// Its own name, without schema and parent.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The parts of the qualified name.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &str> {
        self.schema().into_iter().chain(self.parent()).chain([self.name()])
    }

    /// The qualified name for people: parts that would be misread are quoted, characters that cannot be seen
    /// are escaped.
    #[must_use]
    pub fn qualified(&self) -> String {
        let shown = |part: &str| {
            let is_whole = self.kind.has_arguments() && part == self.name;
            if !is_whole && part.contains(['.', ' ', '"']) {
                return text::name(&format!("\"{}\"", part.replace('"', "\"\"")));
            }
            text::name(part)
        };
        self.parts().map(shown).collect::<Vec<_>>().join(".")
    }

    /// What the order is made of.
    fn rank(&self) -> (Option<&str>, &str, bool, Kind, &str) {
        let root = self.parent().unwrap_or(&self.name);
        (self.schema(), root, self.parent.is_some(), self.kind, &self.name)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.qualified())
    }
}

impl Ord for ObjectKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for ObjectKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_stands_before_its_parts_and_after_what_has_no_schema() {
        let mut keys = [
            ObjectKey::within(Kind::Index, Some("a"), "t", "a_idx"),
            ObjectKey::new(Kind::Table, Some("a"), "u"),
            ObjectKey::within(Kind::Column, Some("a"), "t", "z"),
            ObjectKey::new(Kind::Table, Some("a"), "t"),
            ObjectKey::new(Kind::Enum, Some("a"), "mood"),
            ObjectKey::new(Kind::Schema, None, "a"),
        ];
        keys.sort();
        let shown: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "schema a",
                "enum a.mood",
                "table a.t",
                "column a.t.z",
                "index a.t.a_idx",
                "table a.u"
            ]
        );
    }

    #[test]
    fn odd_names_cannot_be_taken_for_others() {
        let shown = |name: &str| ObjectKey::new(Kind::Table, Some("s"), name).qualified();
        assert_eq!(shown("a"), "s.a");
        assert_ne!(shown("a.b"), ObjectKey::within(Kind::Table, Some("s"), "a", "b").qualified());
        assert_ne!(shown("a\u{200b}"), shown("a"));
        let function = ObjectKey::new(Kind::Function, Some("s"), "f(integer, s.t)");
        assert_eq!(function.qualified(), "s.f(integer, s.t)");
    }
}
