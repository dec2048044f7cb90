//! Finding objects by name.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::Dialect;
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot};

/// Objects by schema and own name. SQLite does not tell capital letters from small ones (A to Z only).
pub(super) struct Lookup<'a> {
    pub(super) snapshot: &'a Snapshot,
    dialect: Dialect,
    named: BTreeMap<(Option<String>, String), Vec<&'a Object>>,
    /// How many names may still be compared letter by letter, for suggestions.
    pub(super) budget: Cell<usize>,
}

/// Comparing every name with every other would take minutes for a large file that fits nothing.
const COMPARISONS: usize = 10_000;

/// What an expectation can be about, by what fits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Table,
    View,
    Column,
    Index,
    Constraint,
    Enum,
    Function,
    Trigger,
}

impl Class {
    pub(super) fn fits(self, object: &Object) -> bool {
        let kind = object.key().kind();
        match self {
            Self::Table => {
                matches!(kind, Kind::Table | Kind::ForeignTable | Kind::VirtualTable)
            }
            Self::View => matches!(kind, Kind::View | Kind::MaterializedView),
            Self::Column => kind == Kind::Column,
            // The index of a constraint is listed as the constraint, whose name it has.
            Self::Index => kind == Kind::Index || brings_index(object),
            Self::Constraint => kind == Kind::Constraint,
            Self::Enum => kind == Kind::Enum,
            Self::Function => {
                matches!(kind, Kind::Function | Kind::Procedure | Kind::Aggregate)
            }
            Self::Trigger => kind == Kind::Trigger,
        }
    }

    /// The kind that expectations of this class are shown with.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Table => Kind::Table,
            Self::View => Kind::View,
            Self::Column => Kind::Column,
            Self::Index => Kind::Index,
            Self::Constraint => Kind::Constraint,
            Self::Enum => Kind::Enum,
            Self::Function => Kind::Function,
            Self::Trigger => Kind::Trigger,
        }
    }
}

/// Whether an object is a constraint that brings an index of its name.
pub(super) fn brings_index(object: &Object) -> bool {
    object.key().kind() == Kind::Constraint
        && matches!(object.get_text(Attribute::Type), Some("PRIMARY KEY" | "UNIQUE" | "EXCLUDE"))
}

impl<'a> Lookup<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        let dialect = snapshot.dialect();
        let mut named: BTreeMap<_, Vec<&'a Object>> = BTreeMap::new();
        for object in snapshot.objects() {
            let key = object.key();
            let mut names = vec![key.name()];
            if key.kind().has_arguments() {
                names.extend(key.name().split_once('(').map(|(base, _)| base));
            }
            for name in names {
                let at = (key.schema().map(str::to_owned), dialect.fold(name));
                named.entry(at).or_default().push(object);
            }
        }
        Self { snapshot, dialect, named, budget: Cell::new(COMPARISONS) }
    }

    /// The objects that an expectation names: of a parent, if it has one, else of any.
    pub(super) fn find(&self, class: Class, key: &ObjectKey) -> Vec<&'a Object> {
        let same_parent = |object: &&Object| match key.parent() {
            None => true,
            Some(parent) => object
                .key()
                .parent()
                .is_some_and(|of| self.dialect.fold(of) == self.dialect.fold(parent)),
        };
        self.named(key.schema(), key.name())
            .iter()
            .copied()
            .filter(|object| class.fits(object))
            .filter(same_parent)
            .collect()
    }

    /// Everything of a name.
    pub(super) fn named(&self, schema: Option<&str>, name: &str) -> &[&'a Object] {
        let at = (schema.map(str::to_owned), self.dialect.fold(name));
        self.named.get(&at).map_or(&[], Vec::as_slice)
    }
}
