//! `Change`: one difference.

use std::fmt;

use super::destructive;
use crate::schema::{Attribute, Object, ObjectKey, Value};

/// What happens to an object on the way from one snapshot to the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// Only the second snapshot has it.
    Added(Object),
    /// Only the first snapshot has it.
    Removed(Object),
    /// Both have it, and differ in one attribute.
    Changed {
        /// In what.
        attribute: Attribute,
        /// What the first says; `None` for the default.
        before: Option<Value>,
        /// What the second says; `None` for the default.
        after: Option<Value>,
    },
}

/// One difference: an object and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    object: ObjectKey,
    kind: ChangeKind,
}

impl Change {
    pub(super) fn added(object: &Object) -> Self {
        Self { object: object.key().clone(), kind: ChangeKind::Added(object.clone()) }
    }

    pub(super) fn removed(object: &Object) -> Self {
        Self { object: object.key().clone(), kind: ChangeKind::Removed(object.clone()) }
    }

    pub(super) fn changed(
        object: &ObjectKey,
        attribute: Attribute,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Self {
        let kind =
            ChangeKind::Changed { attribute, before: before.cloned(), after: after.cloned() };
        Self { object: object.clone(), kind }
    }

    /// The object.
    #[must_use]
    pub fn object(&self) -> &ObjectKey {
        &self.object
    }

    /// What happens to it.
    #[must_use]
    pub fn kind(&self) -> &ChangeKind {
        &self.kind
    }

    /// The attribute, when one of an object changed.
    #[must_use]
    pub fn attribute(&self) -> Option<Attribute> {
        match &self.kind {
            ChangeKind::Changed { attribute, .. } => Some(*attribute),
            _ => None,
        }
    }

    /// `added`, `removed` or `changed`.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self.kind {
            ChangeKind::Added(_) => "added",
            ChangeKind::Removed(_) => "removed",
            ChangeKind::Changed { .. } => "changed",
        }
    }

    /// What would be lost by carrying the change out, a fragment; `None` when nothing would.
    ///
    /// What cannot be told counts as a loss: a type becomes another one without harm only where every
    /// value of the old type is one of the new.
    #[must_use]
    pub fn loss(&self) -> Option<&'static str> {
        match &self.kind {
            ChangeKind::Added(_) => None,
            ChangeKind::Removed(object) => destructive::of_removal(object),
            ChangeKind::Changed { attribute, before, after } => destructive::of_change(
                self.object.kind(),
                *attribute,
                before.as_ref(),
                after.as_ref(),
            ),
        }
    }

    /// Whether carrying it out can lose data.
    #[must_use]
    pub fn is_destructive(&self) -> bool {
        self.loss().is_some()
    }

    /// The same on the way back.
    #[must_use]
    pub fn inverted(&self) -> Self {
        let kind = match self.kind.clone() {
            ChangeKind::Added(object) => ChangeKind::Removed(object),
            ChangeKind::Removed(object) => ChangeKind::Added(object),
            ChangeKind::Changed { attribute, before, after } => {
                ChangeKind::Changed { attribute, before: after, after: before }
            }
        };
        Self { object: self.object.clone(), kind }
    }

    /// Whether it only repeats that a whole relation was added or removed: it is part of this one.
    pub(crate) fn is_part_of(&self, whole: &Self) -> bool {
        self.attribute().is_none()
            && self.verb() == whole.verb()
            && self.object.parent() == Some(whole.object.name())
            && self.object.schema() == whole.object.schema()
            && whole.object.parent().is_none()
            && whole.object.kind().has_parts()
    }
}

/// For people, in one line.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb(), self.object)?;
        match &self.kind {
            ChangeKind::Changed { attribute, before, after } => {
                let (before, after) =
                    (shown(before.as_ref(), after), shown(after.as_ref(), before));
                write!(f, ": {attribute}: {before} → {after}")
            }
            _ => Ok(()),
        }
    }
}

/// A value, or what stands for a default; `other` tells what kind of value it would be.
pub(crate) fn shown(value: Option<&Value>, other: &Option<Value>) -> String {
    match (value, other) {
        (Some(value), _) => value.to_string(),
        (None, Some(Value::Flag(_))) => "no".to_owned(),
        (None, _) => "none".to_owned(),
    }
}
