//! What the actions so far have done to the tables that the plan speaks of.

use crate::Dialect;
use crate::data::Doubt;
use crate::sql::{Constraint, ObjectName};

/// The tables of a plan while it is walked through.
#[derive(Debug)]
pub(super) struct Plan {
    dialect: Dialect,
    tables: Vec<Table>,
    /// Why nothing is certain any more.
    pub(super) lost: Option<String>,
    /// Why names without a schema are not certain any more.
    pub(super) lost_path: Option<String>,
    /// Enums that the plan creates, with their values.
    pub(super) enums: Vec<(ObjectName, Vec<String>)>,
    /// Other types that the plan creates.
    pub(super) types: Vec<ObjectName>,
}

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
    /// Which statement took all its rows away.
    pub(super) emptied: bool,
    pub(super) writes: Vec<Write>,
    /// Which statements read its rows into another table.
    pub(super) copied: Option<String>,
    /// Present names of columns with those in the database.
    renamed: Vec<(String, String)>,
    pub(super) added: Vec<Added>,
    pub(super) constraints: Vec<Constraint>,
}

/// A column that the plan adds.
#[derive(Clone, Debug)]
pub(super) struct Added {
    pub(super) name: String,
    /// It has a default that is not NULL, or is computed.
    pub(super) has_value: bool,
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
    Adds,
    Removes,
    /// Columns by their names in the database; empty for any. And those that it reads.
    Changes(Vec<String>),
    Anything,
}

/// A table for a question.
#[derive(Debug)]
pub(super) enum Seen {
    /// The plan creates it; `Some` says which statement puts rows in.
    New(Option<String>),
    /// It is in the database.
    Live(usize),
    /// The plan drops it before.
    Gone,
}

impl Plan {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            tables: Vec::new(),
            lost: None,
            lost_path: None,
            enums: Vec::new(),
            types: Vec::new(),
        }
    }

    fn same(&self, a: &str, b: &str) -> bool {
        match self.dialect {
            Dialect::Postgres => a == b,
            Dialect::Sqlite => a.eq_ignore_ascii_case(b),
        }
    }

    pub(super) fn same_column(&self, a: &str, b: &str) -> bool {
        self.same(a, b)
    }

    /// SQLite's `main` is where names without a schema are.
    fn schema<'n>(&self, name: &'n ObjectName) -> Option<&'n str> {
        let schema = name.schema.as_deref();
        schema.filter(|s| self.dialect != Dialect::Sqlite || !s.eq_ignore_ascii_case("main"))
    }

    fn is(&self, known: &ObjectName, name: &ObjectName) -> bool {
        self.same(&known.name, &name.name) && self.schema(known) == self.schema(name)
    }

    pub(super) fn create(&mut self, name: &ObjectName, perhaps: bool) -> usize {
        self.tables.push(Table {
            perhaps_created: perhaps,
            live: perhaps.then(|| name.clone()),
            ..Table::of(name)
        });
        self.tables.len() - 1
    }

    /// The table of a name; one that was not spoken of before is in the database.
    pub(super) fn table(&mut self, name: &ObjectName) -> usize {
        if let Some(at) = self.find(name) {
            return at;
        }
        self.tables.push(Table { live: Some(name.clone()), ..Table::of(name) });
        self.tables.len() - 1
    }

    fn find(&self, name: &ObjectName) -> Option<usize> {
        self.tables.iter().rposition(|table| self.is(&table.name, name))
    }

    /// Another table of the plan that may be meant by the same name.
    fn rival(&self, name: &ObjectName) -> Option<&Table> {
        self.tables.iter().find(|table| {
            let touched = table.live.is_none() || table.live.as_ref() != Some(&table.name);
            touched
                && self.same(&table.name.name, &name.name)
                && table.name.may_be(name)
                && !self.is(&table.name, name)
        })
    }

    pub(super) fn at(&self, index: usize) -> Option<&Table> {
        self.tables.get(index)
    }

    pub(super) fn at_mut(&mut self, index: usize) -> Option<&mut Table> {
        self.tables.get_mut(index)
    }

    /// The table of a name, as a question needs it, with what makes every answer doubtful.
    pub(super) fn see(&mut self, name: &ObjectName) -> (Seen, Doubt) {
        let mut doubt = self.lost.clone().map(Doubt::both).unwrap_or_default();
        if name.schema.is_none() {
            doubt = doubt.or(self.lost_path.clone().map(Doubt::both).unwrap_or_default());
        }
        if let Some(rival) = self.rival(name) {
            let why = format!("it may be the table {} of an earlier statement", rival.name);
            doubt = doubt.or(Doubt::both(why));
        }
        let index = self.table(name);
        let Some(table) = self.tables.get(index) else {
            return (Seen::Gone, doubt);
        };
        let seen = match (&table.live, table.dropped) {
            (_, true) => Seen::Gone,
            (None, false) => Seen::New(table.writes.first().map(|write| write.why.clone())),
            (Some(_), false) => Seen::Live(index),
        };
        (seen, doubt)
    }
}

impl Table {
    fn of(name: &ObjectName) -> Self {
        Self {
            name: name.clone(),
            live: None,
            perhaps_created: false,
            dropped: false,
            emptied: false,
            writes: Vec::new(),
            copied: None,
            renamed: Vec::new(),
            added: Vec::new(),
            constraints: Vec::new(),
        }
    }

    pub(super) fn rename_column(&mut self, from: &str, to: &str) {
        if let Some(added) = self.added.iter_mut().find(|added| added.name == from) {
            to.clone_into(&mut added.name);
            return;
        }
        let live = self.live_column(from).to_owned();
        self.renamed.retain(|(now, _)| now != from);
        self.renamed.push((to.to_owned(), live));
    }

    /// The name that a column has in the database.
    pub(super) fn live_column<'n>(&'n self, name: &'n str) -> &'n str {
        self.renamed.iter().find(|(now, _)| now == name).map_or(name, |(_, live)| live)
    }

    pub(super) fn added(&self, name: &str) -> Option<&Added> {
        self.added.iter().find(|added| added.name.eq_ignore_ascii_case(name))
    }

    /// A column of an expression that the database does not have under this name.
    pub(super) fn unknown_name<'n>(&self, names: &'n [String]) -> Option<&'n String> {
        names.iter().find(|name| {
            self.added(name).is_some()
                || self.renamed.iter().any(|(now, live)| now == *name || live == *name)
        })
    }

    pub(super) fn write(&mut self, kind: WriteKind, why: String) {
        self.writes.push(Write { kind, why });
    }

    /// What earlier statements have to do with rows that stand in the way, told by these columns (none: by any).
    pub(super) fn doubt_of_violations(&self, columns: &[String]) -> Doubt {
        let mut doubt = Doubt::default();
        for write in &self.writes {
            let why = || Some(write.why.clone());
            let more = match &write.kind {
                WriteKind::Adds => Doubt { if_none: why(), if_found: None },
                WriteKind::Removes => Doubt { if_found: why(), if_none: None },
                WriteKind::Changes(changed) if apart(changed, columns) => Doubt::default(),
                WriteKind::Changes(_) | WriteKind::Anything => Doubt::both(write.why.clone()),
            };
            doubt = doubt.or(more);
        }
        doubt
    }

    /// The same for rows and values that would be lost.
    pub(super) fn doubt_of_loss(&self, columns: &[String]) -> Doubt {
        let mut doubt = Doubt { if_found: self.copied.clone(), if_none: None };
        for write in &self.writes {
            let more = match &write.kind {
                WriteKind::Adds => Doubt::default(),
                WriteKind::Removes => Doubt { if_found: Some(write.why.clone()), if_none: None },
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

fn apart(changed: &[String], columns: &[String]) -> bool {
    !changed.is_empty()
        && !columns.is_empty()
        && !changed.iter().any(|a| columns.iter().any(|b| a.eq_ignore_ascii_case(b)))
}
