//! `Diff`: everything that a comparison found.

use super::{Change, ChangeKind, IgnoreRule, Tolerance};
use crate::Dialect;
use crate::schema::{Attribute, ObjectKey, ServerVersion, Value};

/// A difference in the text that is none in the meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tolerated {
    /// The object, as the first snapshot names it.
    pub object: ObjectKey,
    /// The same object in the second snapshot; another key only for [`Tolerance::GeneratedName`].
    pub counterpart: ObjectKey,
    /// In what they differ; `None` for the name.
    pub attribute: Option<Attribute>,
    /// What the first says.
    pub before: Option<Value>,
    /// What the second says.
    pub after: Option<Value>,
    /// Why that is no change.
    pub tolerance: Tolerance,
}

impl Tolerated {
    fn inverted(self) -> Self {
        Self {
            object: self.counterpart,
            counterpart: self.object,
            before: self.after,
            after: self.before,
            ..self
        }
    }

    pub(super) fn rank(&self) -> (&ObjectKey, Option<Attribute>) {
        (&self.object, self.attribute)
    }
}

/// A change that a rule hides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ignored {
    /// The change.
    pub change: Change,
    /// The rule that names it.
    pub rule: IgnoreRule,
}

/// Everything that a comparison found, sorted. Equal snapshots and options give an equal value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    pub(super) dialect: Dialect,
    pub(super) from: ServerVersion,
    pub(super) to: ServerVersion,
    pub(super) changes: Vec<Change>,
    pub(super) tolerated: Vec<Tolerated>,
    pub(super) ignored: Vec<Ignored>,
    pub(super) expired: Vec<IgnoreRule>,
    pub(super) unused: Vec<IgnoreRule>,
    pub(super) limits: Vec<String>,
}

impl Diff {
    /// Whether there is no change. What is tolerated or ignored is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The SQL of both sides.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The servers of both sides.
    #[must_use]
    pub fn servers(&self) -> (&ServerVersion, &ServerVersion) {
        (&self.from, &self.to)
    }

    /// The changes that lead from the first to the second snapshot, by object, then by attribute.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What differs in the text only.
    #[must_use]
    pub fn tolerated(&self) -> &[Tolerated] {
        &self.tolerated
    }

    /// The changes that rules hide.
    #[must_use]
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }

    /// Rules that expired and would have hidden a change.
    #[must_use]
    pub fn expired_rules(&self) -> &[IgnoreRule] {
        &self.expired
    }

    /// Rules that are in force and hide nothing.
    #[must_use]
    pub fn unused_rules(&self) -> &[IgnoreRule] {
        &self.unused
    }

    /// What could not be compared, and why: sentences for people.
    #[must_use]
    pub fn limits(&self) -> &[String] {
        &self.limits
    }

    /// How many changes would lose data when carried out.
    #[must_use]
    pub fn destructive(&self) -> usize {
        self.changes.iter().filter(|change| change.is_destructive()).count()
    }

    /// How many objects were added, removed, and changed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let of = |wanted: fn(&ChangeKind) -> bool| {
            self.changes.iter().filter(|change| wanted(change.kind())).count()
        };
        let mut changed: Vec<&ObjectKey> = self
            .changes
            .iter()
            .filter(|change| change.attribute().is_some())
            .map(Change::object)
            .collect();
        changed.dedup();
        let added = of(|kind| matches!(kind, ChangeKind::Added(_)));
        (added, of(|kind| matches!(kind, ChangeKind::Removed(_))), changed.len())
    }

    /// The way back: what [`diff`](super::diff) finds with the sides swapped.
    #[must_use]
    pub fn inverted(&self) -> Self {
        let mut tolerated: Vec<Tolerated> =
            self.tolerated.iter().cloned().map(Tolerated::inverted).collect();
        tolerated.sort_by(|a, b| a.rank().cmp(&b.rank()));
        Self {
            from: self.to.clone(),
            to: self.from.clone(),
            changes: self.changes.iter().map(Change::inverted).collect(),
            tolerated,
            ignored: self
                .ignored
                .iter()
                .map(|Ignored { change, rule }| Ignored {
                    change: change.inverted(),
                    rule: rule.clone(),
                })
                .collect(),
            ..self.clone()
        }
    }
}
