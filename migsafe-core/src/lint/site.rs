//! `Site`: an action of a script that is about to run, and what is known before it.

use super::catalogue::{Catalogue, ColumnState, Moment, TableState, TypeState, ViewState};
use super::quote;
use crate::Dialect;
use crate::migrations::MigrationName;
use crate::policy::{Facts, Location, Scope};
use crate::sql::{Action, IndexDefinition, ObjectName, RoutineDefinition, Script, Statement};

/// The bytes that the suggestions of one rule for one script may hold together, when each repeats the script: a hundred
/// statements of a hundred bytes each. Without a bound they grow with the square of the script.
const MOST_REPEATED: usize = 1 << 20;

/// One action of a script, with its place and with what the scripts before it say of the database.
///
/// Every question about the database is answered as of just before the action. `None` means that it is not known,
/// never that it is not so: a deploy knows the pending scripts only, and nobody knows what was done by hand.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Site<'a> {
    /// The migration.
    pub migration: &'a MigrationName,
    /// Its script, taken apart.
    pub script: &'a Script,
    /// Its script, as it was read.
    pub text: &'a str,
    /// Which statement of the script, from 0.
    pub index: usize,
    /// That statement.
    pub statement: &'a Statement,
    /// What it does here.
    pub action: &'a Action,
    facts: &'a Facts<'a>,
    catalogue: &'a Catalogue,
    script_number: usize,
    at: Moment,
}

/// Every action of every script of a dialect that is about to run, in order; nothing for a database of another
/// dialect.
pub fn sites<'a>(facts: &'a Facts<'_>, dialect: Dialect) -> impl Iterator<Item = Site<'a>> {
    (facts.dialect() == dialect).then(|| all_sites(facts)).into_iter().flatten()
}

/// Every action of every script that is about to run, whatever the dialect.
pub fn all_sites<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = Site<'a>> {
    let facts: &'a Facts<'a> = facts;
    let scripts = facts.all_scripts().zip(facts.catalogue().starts()).enumerate();
    scripts
        .filter(|(_, (_, start))| start.runs)
        .flat_map(move |(number, ((name, script), _))| sites_of(facts, name, script, number))
}

fn sites_of<'a>(
    facts: &'a Facts<'a>,
    migration: &'a MigrationName,
    script: &'a Script,
    script_number: usize,
) -> impl Iterator<Item = Site<'a>> {
    let catalogue = facts.catalogue();
    let text = facts.migrations().find(migration.as_str()).and_then(|file| file.script());
    let start = catalogue.starts().get(script_number).map(|start| start.at).unwrap_or_default();
    let actions = script.statements().iter().enumerate().flat_map(|(index, statement)| {
        statement.actions().iter().map(move |action| (index, statement, action))
    });
    (start..).zip(actions).map(move |(at, (index, statement, action))| Site {
        migration,
        script,
        text: text.unwrap_or_default(),
        index,
        statement,
        action,
        facts,
        catalogue,
        script_number,
        at,
    })
}

impl<'a> Site<'a> {
    /// The place of the action, for a finding.
    #[must_use]
    pub fn location(&self) -> Location {
        Location::of_action(self.index, self.action)
    }

    /// The text of the action: of an `ALTER TABLE` the subcommand.
    #[must_use]
    pub fn sql(&self) -> &'a str {
        self.text.get(self.action.range.clone()).unwrap_or_default()
    }

    /// The text of the whole statement, without its semicolon.
    #[must_use]
    pub fn statement_sql(&self) -> &'a str {
        self.text.get(self.statement.range()).unwrap_or_default()
    }

    /// The text of the script for a suggestion that repeats all of it. `None` where it is so long that a suggestion
    /// for each of its statements would be more than anybody reads.
    pub(super) fn text_to_repeat(&self) -> Option<&'a str> {
        let most = self.script.statements().len().saturating_mul(self.text.len());
        (most <= MOST_REPEATED).then_some(self.text)
    }

    /// Everything that is judged.
    #[must_use]
    pub fn facts(&self) -> &'a Facts<'a> {
        self.facts
    }

    /// The version of the server in its own number: 150020 for PostgreSQL 15.20, 3051003 for SQLite 3.51.3. `None`
    /// where it is not known.
    #[must_use]
    pub fn server_version(&self) -> Option<u32> {
        self.facts.database().server_version()
    }

    /// Whether the server is at least this version. Where it is not known, the oldest that is supported is assumed:
    /// PostgreSQL 14, SQLite 3.37.
    #[must_use]
    pub fn server_is_at_least(&self, version: u32) -> bool {
        let oldest = match self.facts.dialect() {
            Dialect::Postgres => 140_000,
            Dialect::Sqlite => 3_037_000,
        };
        self.server_version().unwrap_or(oldest) >= version
    }

    /// Whether the object was made a moment ago by what is deployed together, so that nobody uses it and it holds no
    /// more than the same scripts put in: earlier in the same file, or for a deploy also in an earlier pending
    /// migration. Not so for a table that took the place of an older one, as SQLite's tables are changed.
    #[must_use]
    pub fn is_new(&self, name: &ObjectName) -> bool {
        let Some(creation) = self.catalogue.creation(name, self.at) else {
            return false;
        };
        if creation.replaces.is_some_and(|replaced| replaced <= self.at) {
            return false;
        }
        match self.facts.scope() {
            Scope::Together => creation.about_to_run,
            Scope::OneByOne => creation.script == self.script_number,
        }
    }

    /// What is known of a table; `None` also for views and the like.
    #[must_use]
    pub fn table(&self, name: &ObjectName) -> Option<TableState<'a>> {
        self.catalogue.table(name, self.at)
    }

    /// Every table that is known. Looks at all objects of all scripts: for rare actions only.
    pub fn tables(&self) -> impl Iterator<Item = TableState<'a>> + use<'a> {
        self.catalogue.tables(self.at)
    }

    /// What is known of a column.
    #[must_use]
    pub fn column(&self, table: &ObjectName, column: &str) -> Option<&'a ColumnState> {
        self.table(table)?.column(column)
    }

    /// An index that a script made with `CREATE INDEX`, under its present name.
    #[must_use]
    pub fn index(&self, name: &ObjectName) -> Option<&'a IndexDefinition> {
        self.catalogue.index(name, self.at)
    }

    /// A view that a script made.
    #[must_use]
    pub fn view(&self, name: &ObjectName) -> Option<&'a ViewState> {
        self.catalogue.view(name, self.at)
    }

    /// The views that are known to read a relation, each with its present name.
    pub fn readers(
        &self,
        relation: &ObjectName,
    ) -> impl Iterator<Item = (&'a ObjectName, &'a ViewState)> {
        self.catalogue.readers(relation, self.at)
    }

    /// Whether a script made a sequence of this name.
    #[must_use]
    pub fn knows_sequence(&self, name: &ObjectName) -> bool {
        self.catalogue.has_sequence(name, self.at)
    }

    /// A type that a script made.
    #[must_use]
    pub fn ty(&self, name: &ObjectName) -> Option<&'a TypeState> {
        self.catalogue.ty(name, self.at)
    }

    /// The values of an enum; `None` unless all of them are known.
    #[must_use]
    pub fn enum_values(&self, name: &ObjectName) -> Option<&'a [String]> {
        match self.ty(name)? {
            TypeState::Enum { values, complete: true } => Some(values),
            _ => None,
        }
    }

    /// A function or procedure that a script made; of several with one name the first.
    #[must_use]
    pub fn routine(&self, name: &ObjectName) -> Option<&'a RoutineDefinition> {
        self.catalogue.routine(name, self.at)
    }

    /// The actions before this one in the same script, in order. Walks the script from its beginning: for rare
    /// actions only.
    pub fn earlier(&self) -> impl Iterator<Item = Site<'a>> + use<'a> {
        let at = self.at;
        sites_of(self.facts, self.migration, self.script, self.script_number)
            .take_while(move |site| site.at < at)
    }

    /// The actions after this one in the same script, in order. Walks the script from its beginning: for rare actions
    /// only.
    pub fn later(&self) -> impl Iterator<Item = Site<'a>> + use<'a> {
        let at = self.at;
        sites_of(self.facts, self.migration, self.script, self.script_number)
            .skip_while(move |site| site.at <= at)
    }

    /// The actions before this one in the same script about an object ([`ActionKind::subject`](crate::sql::ActionKind::subject)),
    /// in order. Costs as much as there are of them.
    pub fn earlier_on(&self, subject: &ObjectName) -> impl Iterator<Item = Site<'a>> + use<'a> {
        let all = self.catalogue.about(self.script_number, &subject.name);
        let end = all.partition_point(|(at, ..)| *at < self.at);
        self.these(all.get(..end).unwrap_or_default(), subject)
    }

    /// The actions after this one in the same script about an object, in order.
    pub fn later_on(&self, subject: &ObjectName) -> impl Iterator<Item = Site<'a>> + use<'a> {
        let all = self.catalogue.about(self.script_number, &subject.name);
        let start = all.partition_point(|(at, ..)| *at <= self.at);
        self.these(all.get(start..).unwrap_or_default(), subject)
    }

    fn these(
        &self,
        actions: &'a [(Moment, usize, usize)],
        subject: &ObjectName,
    ) -> impl Iterator<Item = Site<'a>> + use<'a> {
        let (site, subject) = (*self, subject.clone());
        actions.iter().filter_map(move |(at, index, number)| {
            let statement = site.script.statements().get(*index)?;
            let action = statement.actions().get(*number)?;
            let about_it = action.kind.subject().is_some_and(|name| name.may_be(&subject));
            about_it.then_some(Self { index: *index, statement, action, at: *at, ..site })
        })
    }

    /// A name as SQL has to write it, in quotes where it needs them. For suggestions.
    #[must_use]
    pub fn quote(&self, name: &str) -> String {
        quote::identifier(self.facts.dialect(), name)
    }

    /// The same for the name of an object, with its schema where it has one.
    #[must_use]
    pub fn quote_name(&self, name: &ObjectName) -> String {
        match &name.schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(&name.name)),
            None => self.quote(&name.name),
        }
    }
}
