//! A table of the plan: what its columns are in the database, and what was done to its rows.

use crate::data::Doubt;
use crate::data::check::Reliance;
use crate::sql::{Constraint, ObjectName};

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Its name at this point.
    pub(super) name: ObjectName,
    /// Its name in the database as it is now; `None` if the plan creates it.
    pub(super) live: Option<ObjectName>,
    /// It may or may not be in the database (`CREATE TABLE IF NOT EXISTS`, in a `DO` block).
    pub(super) perhaps_created: bool,
    pub(super) dropped: bool,
    /// Which statement took all its rows away; the writes are those after it.
    pub(super) emptied: Option<String>,
    /// The plan makes a trigger on it.
    pub(super) has_trigger: bool,
    pub(super) writes: Vec<Write>,
    /// Which statements read its rows into another table.
    pub(super) copied: Option<String>,
    pub(super) constraints: Vec<Constraint>,
    /// Columns that are not what their name says in the database. Names are folded, see `Plan::folded`.
    pub(super) columns: Vec<(String, Column)>,
    /// Names that columns have in the database and not at this point.
    pub(super) gone: Vec<String>,
    /// Every column is listed: it was built anew.
    pub(super) is_closed: bool,
    /// What has to be so for its rows to be those of the database.
    pub(super) relies: Vec<Reliance>,
}

/// What a name of a column means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// The column that has this name in the database.
    Live(String),
    /// One that the plan adds.
    Added(Added),
    /// One that the plan adds if the database does not have it by this name.
    Perhaps(Added, String),
    /// None any more, or none that is known.
    Gone,
}

/// A column that the plan adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Added {
    /// Which one, whatever its name.
    pub(super) number: usize,
    /// It has a default that is not NULL, or is computed.
    pub(super) has_value: bool,
    /// It stands where it may not be carried out.
    pub(super) nested: bool,
}

/// Which column it is, whatever its name at this point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ColumnId {
    Live(String),
    Added(usize),
}

/// A change to the rows of a table.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) kind: WriteKind,
    /// As a reason: `statement 2 of m updates it before`.
    pub(super) why: String,
}

#[derive(Clone, Debug)]
pub(super) enum WriteKind {
    /// Rows, perhaps with values that come from other tables.
    Adds {
        copies: bool,
    },
    Removes,
    /// Columns that it sets; empty for any. And those that it reads.
    Changes(Vec<ColumnId>),
    Anything,
}

impl Column {
    /// `None` for one that is not there any more.
    pub(super) fn id(&self) -> Option<ColumnId> {
        match self {
            Self::Live(name) | Self::Perhaps(_, name) => Some(ColumnId::Live(name.clone())),
            Self::Added(added) => Some(ColumnId::Added(added.number)),
            Self::Gone => None,
        }
    }
}

impl Table {
    pub(super) fn of(name: &ObjectName) -> Self {
        Self {
            name: name.clone(),
            live: None,
            perhaps_created: false,
            dropped: false,
            emptied: None,
            has_trigger: false,
            writes: Vec::new(),
            copied: None,
            constraints: Vec::new(),
            columns: Vec::new(),
            gone: Vec::new(),
            is_closed: false,
            relies: Vec::new(),
        }
    }

    /// Whether it is not what the database has under this name.
    pub(super) fn is_touched(&self) -> bool {
        self.live.as_ref() != Some(&self.name)
            || self.dropped
            || self.emptied.is_some()
            || !(self.writes.is_empty() && self.columns.is_empty() && self.gone.is_empty())
    }

    /// Whether these columns have the names that they have in the database, and no other column is one that the plan
    /// renamed or filled; none: every column.
    pub(super) fn has_live_names(&self, columns: &[String]) -> bool {
        let is_live = |name: &String| self.column(name) == Column::Live(name.clone());
        let is_harmless = |(name, column): &(String, Column)| match column {
            Column::Added(added) => self.written(&ColumnId::Added(added.number)).is_none(),
            column => *column == Column::Live(name.clone()),
        };
        columns.iter().all(is_live) && self.columns.iter().all(is_harmless)
    }

    pub(super) fn column(&self, name: &str) -> Column {
        let known = self.columns.iter().rev().find(|(now, _)| now == name);
        match known {
            Some((_, column)) => column.clone(),
            None if self.is_closed || self.gone.iter().any(|gone| gone == name) => Column::Gone,
            None => Column::Live(name.to_owned()),
        }
    }

    /// A column with a value or without one; it may be there already.
    pub(super) fn add_column(&mut self, name: &str, added: Added, perhaps: bool) {
        let column = match self.column(name) {
            Column::Live(live) if perhaps && live == name => Column::Perhaps(added, live),
            Column::Gone if perhaps && added.nested => Column::Perhaps(added, name.to_owned()),
            Column::Live(_) | Column::Added(_) | Column::Perhaps(..) if perhaps => return,
            _ => Column::Added(added),
        };
        self.set_column(name, column);
    }

    pub(super) fn set_column(&mut self, name: &str, column: Column) {
        self.columns.retain(|(now, _)| now != name);
        self.columns.push((name.to_owned(), column));
    }

    /// Takes a name away.
    pub(super) fn remove_column(&mut self, name: &str) -> Column {
        let column = self.column(name);
        self.columns.retain(|(now, _)| now != name);
        if !self.gone.iter().any(|gone| gone == name) {
            self.gone.push(name.to_owned());
        }
        column
    }

    pub(super) fn rename_column(&mut self, from: &str, to: &str) {
        let column = self.remove_column(from);
        self.set_column(to, column);
    }

    pub(super) fn write(&mut self, kind: WriteKind, why: String) {
        self.writes.push(Write { kind, why });
    }

    /// Why a column may hold something else than what it was added with.
    pub(super) fn written(&self, column: &ColumnId) -> Option<&String> {
        let writes = |write: &&Write| match &write.kind {
            WriteKind::Changes(columns) => columns.is_empty() || columns.contains(column),
            WriteKind::Removes => false,
            WriteKind::Adds { .. } | WriteKind::Anything => true,
        };
        self.writes.iter().find(writes).map(|write| &write.why)
    }

    /// Why it may hold what was in other tables or columns before.
    pub(super) fn keeps_values(&self) -> Option<&String> {
        let keeps = |write: &&Write| match &write.kind {
            WriteKind::Adds { copies } => *copies,
            WriteKind::Removes => false,
            WriteKind::Changes(_) | WriteKind::Anything => true,
        };
        self.writes.iter().find(keeps).map(|write| &write.why)
    }

    /// Why rows may be in it that no question can be about.
    pub(super) fn filled(&self) -> Option<&String> {
        let fills =
            |write: &&Write| matches!(write.kind, WriteKind::Adds { .. } | WriteKind::Anything);
        self.writes.iter().find(fills).map(|write| &write.why)
    }

    /// What earlier statements have to do with rows that stand in the way, told by these columns (none: by any).
    pub(super) fn doubt_of_violations(&self, columns: &[ColumnId]) -> Doubt {
        let mut doubt = Doubt::default();
        for write in &self.writes {
            let why = || Some(write.why.clone());
            let more = match &write.kind {
                WriteKind::Adds { .. } => Doubt { if_none: why(), if_found: None },
                WriteKind::Removes => Doubt { if_found: why(), if_none: None },
                WriteKind::Changes(changed) if apart(changed, columns) => Doubt::default(),
                WriteKind::Changes(_) | WriteKind::Anything => Doubt::both(write.why.clone()),
            };
            doubt = doubt.or(more);
        }
        doubt
    }

    /// The same for rows and values that would be lost.
    pub(super) fn doubt_of_loss(&self, columns: &[ColumnId]) -> Doubt {
        let mut doubt = Doubt { if_found: self.copied.clone(), if_none: None };
        for write in &self.writes {
            let why = || Some(write.why.clone());
            let more = match &write.kind {
                // Values of other tables may be kept in it.
                WriteKind::Adds { copies: true } => Doubt { if_found: None, if_none: why() },
                WriteKind::Adds { copies: false } => Doubt::default(),
                WriteKind::Removes => Doubt { if_found: why(), if_none: None },
                // Rows stay rows; and values are another matter only where they are written.
                WriteKind::Changes(changed) if columns.is_empty() || apart(changed, columns) => {
                    Doubt::default()
                }
                WriteKind::Changes(_) | WriteKind::Anything => Doubt::both(write.why.clone()),
            };
            doubt = doubt.or(more);
        }
        doubt
    }
}

fn apart(changed: &[ColumnId], columns: &[ColumnId]) -> bool {
    !changed.is_empty()
        && !columns.is_empty()
        && !changed.iter().any(|column| columns.contains(column))
}
