//! What statements ask that take whole tables away, or all of their rows.

use super::Step;
use super::ask::Asked;
use super::derive::Walk;
use super::rebuild::{self, Understood};
use super::state::Seen;
use super::table::{Column, WriteKind};
use crate::data::{DataOutcome, DataQuestion, Doubt, Overwrite};
use crate::sql::{ActionKind, Nesting, ObjectKind, ObjectName};

impl Walk<'_, '_> {
    pub(super) fn drop(
        &mut self,
        step: Step<'_>,
        kind: ObjectKind,
        name: &ObjectName,
        if_exists: bool,
        cascade: bool,
    ) {
        match kind {
            ObjectKind::Table | ObjectKind::ForeignTable => {
                self.drop_table(step, name, if_exists, cascade)
            }
            ObjectKind::Schema
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Type
            | ObjectKind::Enum
            | ObjectKind::Domain
            | ObjectKind::Collation
            | ObjectKind::Extension
            | ObjectKind::Function
            | ObjectKind::Procedure
            | ObjectKind::Routine
            | ObjectKind::Aggregate
            | ObjectKind::Operator
            | ObjectKind::Language
            | ObjectKind::Owned
                if cascade || kind == ObjectKind::Owned =>
            {
                let does = match kind {
                    ObjectKind::Owned => format!("drops everything that {name} owns"),
                    _ => format!("drops the {} {name} and all that depends on it", kind.words()),
                };
                let doubt = self.plan.lost.clone().map(Doubt::both).unwrap_or_default();
                let question = DataQuestion::Dependents { kind, name: name.clone() };
                self.ask_plainly(step, does, question, doubt, if_exists);
            }
            _ => {}
        }
        if matches!(kind, ObjectKind::Schema | ObjectKind::Owned) {
            let what = format!("{} {name}", kind.words());
            let why = match kind {
                ObjectKind::Owned => format!("{} drops {what}", step.place()),
                _ => format!("{} drops the {what}", step.place()),
            };
            self.plan.lost.get_or_insert(why);
        }
    }

    fn drop_table(&mut self, step: Step<'_>, name: &ObjectName, if_exists: bool, cascade: bool) {
        let rebuild = Understood::find(self.steps, self.at);
        if let Some(rebuild) = &rebuild {
            self.rebuilt(step, rebuild);
        } else {
            self.lose_rows(step, name, Overwrite::DropTable, cascade, if_exists);
        }
        let perhaps = step.action.nesting != Nesting::Statement;
        let at = self.plan.table(name);
        if let Some(table) = self.plan.at_mut(at) {
            if perhaps {
                table.write(WriteKind::Anything, format!("{} may drop it", step.place()));
            } else {
                table.dropped = true;
            }
        }
    }

    pub(super) fn lose_rows(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        by: Overwrite,
        cascade: bool,
        if_exists: bool,
    ) {
        let again = by == Overwrite::DropTable
            && self.steps.iter().skip(self.at + 1).any(
                |later| matches!(&later.action.kind, ActionKind::CreateTable(t) if t.name == *table),
            );
        let does = match by {
            Overwrite::DropTable if again => {
                format!("drops the table {table} and creates it again, empty")
            }
            Overwrite::DropTable => format!("drops the table {table}"),
            Overwrite::Truncate => format!("truncates the table {table}"),
            Overwrite::Delete => format!("deletes every row of the table {table}"),
        };
        let asked = Asked::loss(table, does.clone(), Vec::new());
        let only = if by == Overwrite::DropTable { Doubt::default() } else { self.only(step) };
        let asked = asked.absent(if_exists.then_some(DataOutcome::Fine)).doubted(only);
        self.ask(step, asked, |_, table| {
            Ok(DataQuestion::Rows { table, by, cascade: cascade && by == Overwrite::Truncate })
        });
        if cascade && by == Overwrite::DropTable {
            let (seen, doubt) = self.plan.see(table);
            if let Seen::Live(at) = seen
                && let Some(live) = self.plan.at(at).and_then(|table| table.live.clone())
            {
                let question = DataQuestion::Dependents { kind: ObjectKind::Table, name: live };
                let doubt = Doubt { if_found: None, if_none: doubt.if_none };
                self.ask_plainly(step, does, question, doubt, true);
            }
        }
    }

    pub(super) fn overwrite(&mut self, step: Step<'_>, table: &ObjectName, columns: &[String]) {
        for column in columns {
            let found = self.plan.column(table, column);
            let is_fresh = match (&found, found.id()) {
                (Column::Added(_), Some(id)) => self.written(table, &id).is_none(),
                (found, _) => *found == Column::Gone,
            };
            if !is_fresh {
                let does = format!("overwrites the column {column} in every row of {table}");
                self.lose_values(step, table, column, does, false);
            }
        }
    }

    fn rebuilt(&mut self, step: Step<'_>, rebuild: &Understood<'_>) {
        let (old, at) = (rebuild.old, self.plan.table(rebuild.old));
        let copied = self.plan.at_mut(at).and_then(|table| table.copied.take());
        let gone = self.plan.at(at).map(|table| table.gone.clone()).unwrap_or_default();
        let live = self.plan.at(at).and_then(|table| table.live.clone());
        for part in rebuild::questions(rebuild, self.dialect) {
            let columns = self.ids(old, &part.columns);
            let asked = if part.loses {
                Asked::loss(old, part.does.clone(), columns)
            } else {
                Asked::violation(old, part.does.clone(), columns)
            };
            let relied = live.as_ref().filter(|_| part.is_of_values());
            let relies = relied
                .map(|live| rebuild::reliances(rebuild, live, self.dialect))
                .unwrap_or_default();
            let named: Vec<String> = part.columns.iter().map(|c| self.plan.folded(c)).collect();
            self.ask(step, asked.relying(relies), |seen, live| {
                if !seen.has_live_names(&named) {
                    return Err("columns are added or renamed before".to_owned());
                }
                part.question(live, &gone)
            });
        }
        self.rebuilt_keys(step, rebuild);
        if let Some(table) = self.plan.at_mut(at) {
            table.copied = copied;
        }
        self.take_over(step, rebuild);
    }

    /// The foreign keys of the new table, which the rows of the old one have to fulfil.
    fn rebuilt_keys(&mut self, step: Step<'_>, rebuild: &Understood<'_>) {
        let old = rebuild.old;
        for key in rebuild.foreign_keys() {
            let does = format!("builds the table {old} anew with a FOREIGN KEY to {}", key.table);
            let (referenced, mut doubt) = self.referenced(key);
            doubt.if_found = doubt.if_found.or_else(|| self.mended_later(step, &[old, &key.table]));
            let sources = rebuild.copied(&key.columns);
            let nothing = sources.is_none()
                && rebuild.columns().iter().any(|(name, source)| {
                    matches!(source, rebuild::Source::Nothing)
                        && key.columns.iter().any(|column| column.eq_ignore_ascii_case(name))
                });
            if nothing {
                // A key with a NULL in it refers to nothing.
                self.settle_fine(step, old, does);
                continue;
            }
            let columns = self.ids(old, sources.as_deref().unwrap_or_default());
            let asked = Asked::violation(old, does, columns).doubted(doubt);
            let named = sources.iter().flatten().map(|c| self.plan.folded(c)).collect::<Vec<_>>();
            self.ask(step, asked, |seen, table| {
                let columns = sources.ok_or("its columns are computed")?;
                if !seen.has_live_names(&named) {
                    return Err("columns are added or renamed before".to_owned());
                }
                let referenced = referenced?;
                Ok(DataQuestion::Orphans { table, columns, referenced, added: None })
            });
        }
    }

    /// Foreign keys of SQLite may be looked at when the script is through: what it writes after this counts.
    fn mended_later(&self, step: Step<'_>, tables: &[&ObjectName]) -> Option<String> {
        let writes = |later: &&Step<'_>| match &later.action.kind {
            ActionKind::Insert { table, .. }
            | ActionKind::Update { table, .. }
            | ActionKind::Delete { table, .. }
            | ActionKind::Truncate { table, .. }
            | ActionKind::Drop { name: table, .. } => tables.iter().any(|name| name.may_be(table)),
            kind => matches!(kind, ActionKind::Opaque(_)),
        };
        let later = self.steps.iter().skip(self.at + 1);
        let found = later.filter(|later| later.migration == step.migration).find(writes);
        found.map(|later| format!("{} writes to it after that", later.place()))
    }

    /// The new table is what the old one was: its rows are those that the database has.
    fn take_over(&mut self, step: Step<'_>, rebuild: &Understood<'_>) {
        let (old, new) = (self.plan.table(rebuild.old), self.plan.table(rebuild.new_name()));
        let Some(before) = self.plan.at(old).cloned() else { return };
        let mut columns = Vec::new();
        let mut computed = Vec::new();
        for (name, source) in rebuild.columns() {
            let column = match source {
                rebuild::Source::Column(source) => before.column(&self.plan.folded(source)),
                rebuild::Source::Computed => {
                    let added = self.new_column(true);
                    computed.extend(added.id());
                    added
                }
                rebuild::Source::Default => self.new_column(true),
                rebuild::Source::Nothing => self.new_column(false),
            };
            columns.push((self.plan.folded(name), column));
        }
        let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        let Some(table) = self.plan.at_mut(new) else { return };
        if new == old || table.live.is_some() {
            return;
        }
        table.live = before.live.clone();
        table.perhaps_created = before.perhaps_created;
        table.emptied = before.emptied.clone();
        table.writes = before.writes.clone();
        table.relies = before.relies.clone();
        table.is_closed = true;
        table.gone = before.gone.clone();
        for (name, column) in &before.columns {
            table.gone.extend(Some(name.clone()).filter(|_| *column == Column::Live(name.clone())));
        }
        table.gone.retain(|gone| !names.contains(gone));
        table.columns = columns;
        if !computed.is_empty() {
            let why = format!("{} computes the column", step.place());
            table.write(WriteKind::Changes(computed), why);
        }
        if let Some(live) = table.live.clone() {
            table.relies.extend(rebuild::reliances(rebuild, &live, self.dialect));
        }
    }

    fn new_column(&mut self, has_value: bool) -> Column {
        Column::Added(super::table::Added {
            number: self.plan.next_column(),
            has_value,
            nested: false,
        })
    }
}
