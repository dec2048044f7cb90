//! What the scripts before an action say of the database: a temporal index over all of them.
//!
//! Built once per [`Facts`](crate::policy::Facts), in one pass over the actions; every question is then a look-up
//! and a binary search, so that a hundred rules over ten thousand statements stay linear.
//!
//! It knows only what scripts say. What was made by migrations that were not given, by hand or by code that cannot
//! be read is not in it: an answer is knowledge, the lack of one is not.

mod build;
mod default_name;
mod names;
mod table;
#[cfg(test)]
mod tests;
mod timeline;
mod types;

use std::collections::{BTreeMap, HashMap};

use names::{Class, Names};
use table::TableHistory;
pub use table::{ColumnState, ConstraintState, TableState};
pub(super) use timeline::Moment;
use timeline::Timeline;
pub use types::{TypeState, ViewState};

use crate::Dialect;
use crate::migrations::MigrationName;
use crate::sql::{IndexDefinition, ObjectName, RoutineDefinition, Script};

/// Every object that the scripts speak of, through time.
#[derive(Debug)]
pub(crate) struct Catalogue {
    names: Names,
    entities: Vec<Entity>,
    /// Views by the names that they read.
    readers: HashMap<String, Vec<(ObjectName, usize)>>,
    /// One for each script, in order.
    starts: Vec<Start>,
    subjects: Subjects,
}

/// By script and name in lower case: the actions about it in order, each with its moment, its statement and its number in
/// that.
type Subjects = HashMap<(usize, String), Vec<(Moment, usize, usize)>>;

/// Where a script begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// The moment before its first action.
    pub(super) at: Moment,
    /// Whether it is about to run.
    pub(super) runs: bool,
}

#[derive(Debug)]
struct Entity {
    /// The script and the moment of its creation; `None` when no script creates it.
    created: Option<Creation>,
    /// Names through time; at most one at a moment.
    name: Timeline<ObjectName>,
    object: Object,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Creation {
    /// Which script, from 0 in the order of their names.
    pub(super) script: usize,
    /// Whether that script is about to run.
    pub(super) about_to_run: bool,
    /// It took the name and the rows of something older (SQLite's way to change a table).
    pub(super) replaces: Option<Moment>,
}

#[derive(Debug)]
enum Object {
    Table(Box<TableHistory>),
    View(ViewState),
    /// On the table with this number, where that is known.
    Index(Timeline<IndexDefinition>, Option<usize>),
    Sequence,
    Type(Timeline<TypeState>),
    Routine(RoutineDefinition),
}

/// The one name under which a value without a name of its own is kept in a [`Timeline`].
const ONLY: &str = "";

impl Catalogue {
    /// Reads the scripts, in the order of their names.
    pub(crate) fn new(
        dialect: Dialect,
        scripts: &BTreeMap<MigrationName, Script>,
        is_about_to_run: impl Fn(&MigrationName) -> bool,
    ) -> Self {
        build::build(dialect, scripts, is_about_to_run)
    }

    /// Where the scripts begin, in order.
    pub(super) fn starts(&self) -> &[Start] {
        &self.starts
    }

    /// The actions of a script about an object of this name, in whatever schema.
    pub(super) fn about(&self, script: usize, name: &str) -> &[(Moment, usize, usize)] {
        let key = (script, name.to_ascii_lowercase());
        self.subjects.get(&key).map(Vec::as_slice).unwrap_or_default()
    }

    fn entity(&self, class: Class, name: &ObjectName, at: Moment) -> Option<&Entity> {
        self.entities.get(self.names.resolve(class, name, at)?)
    }

    pub(super) fn table(&self, name: &ObjectName, at: Moment) -> Option<TableState<'_>> {
        let number = self.names.resolve(Class::Relation, name, at)?;
        let entity = self.entities.get(number)?;
        let Object::Table(table) = &entity.object else {
            return None;
        };
        Some(TableState::new(self, number, table, entity, at))
    }

    /// Every table that is known at a moment.
    pub(super) fn tables(&self, at: Moment) -> impl Iterator<Item = TableState<'_>> {
        self.entities.iter().enumerate().filter_map(move |(number, entity)| match &entity.object {
            Object::Table(table) => {
                entity.name.get(ONLY, at)?;
                Some(TableState::new(self, number, table, entity, at))
            }
            _ => None,
        })
    }

    pub(super) fn index(&self, name: &ObjectName, at: Moment) -> Option<&IndexDefinition> {
        match &self.entity(Class::Relation, name, at)?.object {
            Object::Index(index, _) => index.get(ONLY, at),
            _ => None,
        }
    }

    pub(super) fn view(&self, name: &ObjectName, at: Moment) -> Option<&ViewState> {
        match &self.entity(Class::Relation, name, at)?.object {
            Object::View(view) => Some(view),
            _ => None,
        }
    }

    /// Whether a script makes a sequence of this name.
    pub(super) fn has_sequence(&self, name: &ObjectName, at: Moment) -> bool {
        self.entity(Class::Relation, name, at).is_some_and(|e| matches!(e.object, Object::Sequence))
    }

    pub(super) fn ty(&self, name: &ObjectName, at: Moment) -> Option<&TypeState> {
        match &self.entity(Class::Type, name, at)?.object {
            Object::Type(ty) => ty.get(ONLY, at),
            _ => None,
        }
    }

    pub(super) fn routine(&self, name: &ObjectName, at: Moment) -> Option<&RoutineDefinition> {
        match &self.entity(Class::Routine, name, at)?.object {
            Object::Routine(routine) => Some(routine),
            _ => None,
        }
    }

    /// The views that read a relation, each with its present name.
    pub(super) fn readers(
        &self,
        relation: &ObjectName,
        at: Moment,
    ) -> impl Iterator<Item = (&ObjectName, &ViewState)> {
        let listed = self.readers.get(&self.names.fold(&relation.name)).into_iter().flatten();
        let relation = relation.clone();
        listed.filter(move |(read, _)| read.may_be(&relation)).filter_map(move |(_, number)| {
            let entity = self.entities.get(*number)?;
            match &entity.object {
                Object::View(view) => Some((entity.name.get(ONLY, at)?, view)),
                _ => None,
            }
        })
    }

    /// How a relation or type of this name came to be, if a script made it.
    pub(super) fn creation(&self, name: &ObjectName, at: Moment) -> Option<Creation> {
        let find = |class| self.entity(class, name, at).and_then(|entity| entity.created);
        find(Class::Relation).or_else(|| find(Class::Type)).or_else(|| find(Class::Routine))
    }
}
