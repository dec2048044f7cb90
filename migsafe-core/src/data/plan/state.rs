//! The tables that the plan speaks of, while it is walked through.

use super::table::{Column, Table};
use crate::Dialect;
use crate::data::Doubt;
use crate::sql::ObjectName;

/// The tables of a plan while it is walked through.
#[derive(Debug)]
pub(super) struct Plan {
    dialect: Dialect,
    tables: Vec<Table>,
    /// How many columns were added.
    added: usize,
    /// Why nothing is certain any more.
    pub(super) lost: Option<String>,
    /// Why names without a schema are not certain any more.
    pub(super) lost_path: Option<String>,
    /// Enums that the plan creates, with their values.
    pub(super) enums: Vec<(ObjectName, Vec<String>)>,
    /// Other types that the plan creates.
    pub(super) types: Vec<ObjectName>,
}

/// A table for a question.
#[derive(Debug)]
pub(super) enum Seen {
    /// The plan creates it.
    New(usize),
    /// It is in the database.
    Live(usize),
    /// The plan drops it before, or gives it another name.
    Gone,
}

impl Plan {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            tables: Vec::new(),
            added: 0,
            lost: None,
            lost_path: None,
            enums: Vec::new(),
            types: Vec::new(),
        }
    }

    /// Whether two names are one.
    pub(super) fn same(&self, a: &str, b: &str) -> bool {
        match self.dialect {
            Dialect::Postgres => a == b,
            Dialect::Sqlite => a.eq_ignore_ascii_case(b),
        }
    }

    /// A name of a column as it is kept here: two that mean one column are equal.
    pub(super) fn folded(&self, column: &str) -> String {
        self.dialect.fold(column)
    }

    /// SQLite's `main` is where names without a schema are.
    fn schema<'n>(&self, name: &'n ObjectName) -> Option<&'n str> {
        let schema = name.schema.as_deref();
        schema.filter(|s| self.dialect != Dialect::Sqlite || !s.eq_ignore_ascii_case("main"))
    }

    fn is(&self, known: &ObjectName, name: &ObjectName) -> bool {
        let schemas = match (self.schema(known), self.schema(name)) {
            (Some(a), Some(b)) => self.same(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        schemas && self.same(&known.name, &name.name)
    }

    pub(super) fn create(&mut self, name: &ObjectName, perhaps: bool) -> usize {
        // Where the plan itself took the name away, nothing is there any more.
        let is_free =
            self.find(name).is_some_and(|at| self.tables.get(at).is_some_and(|t| t.dropped))
                || self.was_live(name);
        let perhaps = perhaps && !is_free;
        self.tables.push(Table {
            perhaps_created: perhaps,
            live: perhaps.then(|| name.clone()),
            ..Table::of(name)
        });
        self.tables.len() - 1
    }

    /// Whether the plan has, at this point, a table of this name that is there for certain.
    pub(super) fn has(&self, name: &ObjectName) -> bool {
        let found = self.find(name).and_then(|at| self.tables.get(at));
        found.is_some_and(|table| !table.dropped && !table.perhaps_created)
    }

    /// The table of a name; one that was not spoken of before is in the database.
    pub(super) fn table(&mut self, name: &ObjectName) -> usize {
        if let Some(at) = self.find(name) {
            return at;
        }
        let gone = self.was_live(name);
        let live = (!gone).then(|| name.clone());
        self.tables.push(Table { live, dropped: gone, ..Table::of(name) });
        self.tables.len() - 1
    }

    /// A name belongs to the table that has it now, before one that had it when it was dropped.
    fn find(&self, name: &ObjectName) -> Option<usize> {
        let has = |table: &Table| self.is(&table.name, name);
        let is_there = |table: &Table| !table.dropped && has(table);
        self.tables.iter().rposition(is_there).or_else(|| self.tables.iter().rposition(has))
    }

    /// Whether the table that has this name in the database has another one by now, or is dropped.
    fn was_live(&self, name: &ObjectName) -> bool {
        self.tables.iter().any(|table| table.live.as_ref().is_some_and(|live| self.is(live, name)))
    }

    /// Other tables of the plan that may be meant by the same name, now or in the database.
    fn rivals<'p>(&'p self, name: &'p ObjectName) -> impl Iterator<Item = &'p Table> {
        self.tables.iter().filter(move |table| {
            let may_be = |known: &ObjectName| {
                self.same(&known.name, &name.name) && known.may_be(name) && !self.is(known, name)
            };
            may_be(&table.name) || table.live.as_ref().is_some_and(may_be)
        })
    }

    pub(super) fn tables(&self) -> &[Table] {
        &self.tables
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
        if let Some(rival) = self.rivals(name).find(|rival| rival.is_touched()) {
            let why = format!("it may be the table {} of an earlier statement", rival.name);
            doubt = doubt.or(Doubt::both(why));
        }
        let index = self.table(name);
        let seen = match self.tables.get(index) {
            Some(table) if !table.dropped && table.live.is_none() => Seen::New(index),
            Some(table) if !table.dropped => Seen::Live(index),
            _ => Seen::Gone,
        };
        (seen, doubt)
    }

    /// Why what a table holds may be kept under another spelling of its name.
    pub(super) fn copied_rival(&self, name: &ObjectName) -> Option<String> {
        self.rivals(name).find_map(|rival| rival.copied.clone())
    }

    /// The column of a table that has this name at this point.
    pub(super) fn column(&mut self, table: &ObjectName, column: &str) -> Column {
        let (at, column) = (self.table(table), self.folded(column));
        match self.tables.get(at) {
            Some(table) => table.column(&column),
            None => Column::Gone,
        }
    }

    /// A number for a column that is added.
    pub(super) fn next_column(&mut self) -> usize {
        self.added += 1;
        self.added
    }
}
