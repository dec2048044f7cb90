//! What actions leave behind for those after them.

use super::Step;
use super::derive::Walk;
use super::table::{ColumnId, WriteKind};
use crate::sql::{ActionKind, Nesting, ObjectKind, ObjectName, TableDefinition};

impl Walk<'_, '_> {
    pub(super) fn create_table(&mut self, step: Step<'_>, table: &TableDefinition) {
        self.read_by(step, table.query.as_ref().map(|query| &*query.reads).unwrap_or_default());
        let perhaps = table.if_not_exists || step.action.nesting != Nesting::Statement;
        if perhaps && self.plan.has(&table.name) {
            return;
        }
        let created = self.plan.create(&table.name, perhaps);
        if let Some(created) = self.plan.at_mut(created) {
            created.constraints = table.all_constraints().cloned().collect();
            if table.as_query {
                created
                    .write(WriteKind::Adds { copies: true }, format!("{} fills it", step.place()));
            }
        }
    }

    pub(super) fn write(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        kind: WriteKind,
        does: &str,
    ) {
        let at = self.plan.table(table);
        if let Some(table) = self.plan.at_mut(at) {
            table.write(kind, format!("{} {does} before", step.place()));
            if table.has_trigger {
                let why = format!("{} fires a trigger", step.place());
                self.plan.lost.get_or_insert(why);
            }
        }
    }

    pub(super) fn empty(&mut self, step: Step<'_>, table: &ObjectName, perhaps: bool) {
        // `ONLY` leaves the rows of tables that inherit, which questions look at too.
        let only = step.mentions("only");
        let at = self.plan.table(table);
        if let Some(table) = self.plan.at_mut(at) {
            if perhaps || only {
                table.write(WriteKind::Removes, format!("{} may empty it before", step.place()));
            } else {
                table.emptied = Some(format!("{} empties it before", step.place()));
                table.writes.clear();
            }
        }
    }

    /// Rows of these go somewhere else as well.
    pub(super) fn read_by(&mut self, step: Step<'_>, reads: &[ObjectName]) {
        for name in reads {
            let at = self.plan.table(name);
            if let Some(table) = self.plan.at_mut(at) {
                table.copied.get_or_insert(format!(
                    "{} reads it before, perhaps to keep what it holds",
                    step.place()
                ));
            }
        }
    }

    /// `UPDATE t SET new = old`: a copy of the columns that are named and not set.
    pub(super) fn copied_within(&mut self, step: Step<'_>, table: &ObjectName) {
        let (mut columns, mut tables) = (Vec::new(), Vec::new());
        for later in self.steps.iter().skip(self.at + 1) {
            match &later.action.kind {
                ActionKind::DropColumn { column, .. } if step.mentions(column) => {
                    columns.push(column.clone());
                }
                ActionKind::Drop { kind: ObjectKind::Table, name, .. }
                    if name != table && step.mentions(&name.name) =>
                {
                    tables.push(name.clone());
                }
                _ => {}
            }
        }
        self.read_by(step, &tables);
        let live: Vec<ColumnId> = self.ids(table, &columns);
        if !live.is_empty() {
            let does = "reads the column, perhaps to keep what it holds,";
            self.write(step, table, WriteKind::Changes(live), does);
        }
    }

    pub(super) fn rename(
        &mut self,
        step: Step<'_>,
        kind: ObjectKind,
        name: &ObjectName,
        on: Option<&ObjectName>,
        to: &str,
    ) {
        match (kind, on) {
            (ObjectKind::Table, _) => {
                self.unless_carried_out(step);
                let at = self.plan.table(name);
                if let Some(table) = self.plan.at_mut(at) {
                    to.clone_into(&mut table.name.name);
                }
            }
            (ObjectKind::Column, Some(table)) => {
                self.unless_carried_out(step);
                let (from, to) = (self.plan.folded(&name.name), self.plan.folded(to));
                let at = self.plan.table(table);
                if let Some(table) = self.plan.at_mut(at) {
                    table.rename_column(&from, &to);
                }
            }
            (ObjectKind::Type | ObjectKind::Enum, _) => {
                for (known, _) in &mut self.plan.enums {
                    if known == name {
                        to.clone_into(&mut known.name);
                    }
                }
            }
            (ObjectKind::Schema, _) => {
                let why = format!("{} renames the schema {name}", step.place());
                self.plan.lost.get_or_insert(why);
            }
            _ => {}
        }
    }

    /// Where a name may be another one or not, nothing is certain any more.
    pub(super) fn unless_carried_out(&mut self, step: Step<'_>) {
        if step.action.nesting != Nesting::Statement {
            let why = format!("{} may change a name, or not", step.place());
            self.plan.lost.get_or_insert(why);
        }
    }
}
