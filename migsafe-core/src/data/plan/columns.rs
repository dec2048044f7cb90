//! What statements about one column ask.

use super::Step;
use super::ask::Asked;
use super::derive::Walk;
use super::table::{Column, ColumnId, Table, WriteKind};
use crate::Dialect;
use crate::data::expression::embeddable;
use crate::data::{DataOutcome, DataQuestion, Doubt, Key};
use crate::sql::{ActionKind, Expression, Nesting, ObjectName, TypeName};

impl Walk<'_, '_> {
    pub(super) fn drop_column(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &str,
        if_exists: bool,
    ) {
        let again = self.steps.iter().skip(self.at + 1).any(|later| {
            matches!(&later.action.kind, ActionKind::AddColumn { table: t, column: c, .. }
                if t == table && self.plan.same(&c.name, column))
        });
        let again = if again { " and adds it again, empty" } else { "" };
        let does = format!("drops the column {column} of {table}{again}");
        self.lose_values(step, table, column, does, if_exists);
        let nested = step.action.nesting != Nesting::Statement;
        let name = self.plan.folded(column);
        let id = self.plan.column(table, column).id();
        let at = self.plan.table(table);
        match self.plan.at_mut(at) {
            Some(table) if nested => {
                let columns = id.into_iter().collect();
                table.write(WriteKind::Changes(columns), format!("{} may drop it", step.place()));
            }
            Some(table) => drop(table.remove_column(&name)),
            None => {}
        }
    }

    /// A column that is dropped, or given another value in every row.
    pub(super) fn lose_values(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &str,
        does: String,
        if_exists: bool,
    ) {
        match self.plan.column(table, column) {
            // What is in it was put there by the plan: its own values, or a copy of others.
            Column::Added(added) => match self.written(table, &ColumnId::Added(added.number)) {
                Some(why) => self.settle(step, does, DataOutcome::unknown(why)),
                None => self.settle_fine(step, table, does),
            },
            Column::Gone => {
                let absent = self.gone(column);
                let outcome = if if_exists && self.is_certain(table) {
                    DataOutcome::Fine
                } else {
                    DataOutcome::unknown(absent)
                };
                self.settle(step, does, outcome);
            }
            found @ (Column::Live(_) | Column::Perhaps(..)) => {
                let absent = if_exists || matches!(found, Column::Perhaps(..));
                let columns: Vec<ColumnId> = found.id().into_iter().collect();
                let asked = Asked::loss(table, does, columns);
                let asked = asked.absent(absent.then_some(DataOutcome::Fine));
                self.ask(step, asked, |_, table| {
                    Ok(DataQuestion::Values { table, column: live(&found)? })
                });
            }
        }
    }

    pub(super) fn not_null(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &str,
        does: String,
    ) {
        let found = self.plan.column(table, column);
        let Some(id) = found.id() else {
            let why = self.gone(column);
            return self.settle(step, does, DataOutcome::unknown(why));
        };
        let written = self.written(table, &id);
        let doubt = self.only(step);
        let asked = Asked::violation(table, does.clone(), vec![id]).doubted(doubt);
        let required = |if_not_exists: bool, nested: bool| {
            let column = column.to_owned();
            move |_: &Table, table: ObjectName| {
                if nested {
                    return Err(format!("the column {column} may be added by a DO block before"));
                }
                Ok(DataQuestion::RequiredColumn { table, column, if_not_exists })
            }
        };
        match found {
            Column::Added(added) if added.has_value => match written {
                Some(why) => self.settle(step, does, DataOutcome::unknown(why)),
                None => self.settle_fine(step, table, does),
            },
            // It is NULL in every row, unless a statement in between fills it.
            Column::Added(added) => self.ask(step, asked, required(false, added.nested)),
            Column::Perhaps(ref added, _) if !added.has_value && !added.nested => {
                let asked = asked.absent(Some(DataOutcome::Fine));
                self.ask(step, asked, nulls(&found));
                let id = found.id().into_iter().collect();
                let asked = Asked::violation(table, does, id);
                self.ask(step, asked, required(true, false));
            }
            Column::Perhaps(ref added, _) => {
                let absent = match written {
                    None if !added.nested => DataOutcome::Fine,
                    _ => DataOutcome::unknown(format!("the column {column} may be added before")),
                };
                self.ask(step, asked.absent(Some(absent)), nulls(&found));
            }
            Column::Live(_) | Column::Gone => self.ask(step, asked, nulls(&found)),
        }
    }

    pub(super) fn alter_type(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &str,
        ty: &TypeName,
        using: Option<&Expression>,
    ) {
        let does = format!("changes the type of {column} of {table} to {}", ty.text);
        let found = self.plan.column(table, column);
        let columns: Vec<ColumnId> = found.id().into_iter().collect();
        let allowed =
            self.plan.enums.iter().rev().find(|(n, _)| *n == ty.name).map(|(_, v)| v.clone());
        let is_new_type = self.plan.types.contains(&ty.name);
        let is_certain_name = !matches!(found, Column::Gone);
        let (dialect, folded) = (self.dialect, self.plan.folded(column));
        let absent = matches!(found, Column::Perhaps(..))
            .then(|| DataOutcome::unknown(format!("the column {column} may be added before")));
        let asked = Asked::violation(table, does, columns.clone()).absent(absent);
        self.ask(step, asked, |seen, table| {
            let name = match &found {
                Column::Added(_) => return Err(format!("the column {column} is added before")),
                found => live(found)?,
            };
            if let Some(allowed) = allowed {
                let by_text =
                    using.is_some_and(|using| is_cast_through_text(&using.text, column, ty));
                if ty.dimensions > 0 || !by_text {
                    return Err("the type is one that this plan creates".to_owned());
                }
                return Ok(DataQuestion::EnumValues { table, column: name, allowed });
            }
            if is_new_type {
                return Err("the type is one that this plan creates".to_owned());
            }
            let plain = using.is_none_or(|using| is_cast_of(&using.text, column));
            let text = match using {
                // The column may have another name in the database.
                Some(using) if !plain || name == folded => Some(usable(dialect, seen, using)?),
                Some(_) => return Err(format!("{column} has another name in the database")),
                None => None,
            };
            Ok(DataQuestion::TypeChange { table, column: name, to: ty.clone(), using: text, plain })
        });
        if is_certain_name {
            let kind = WriteKind::Changes(columns);
            self.write(step, table, kind, "changes the type of its column");
        }
    }

    // What is known of a column.

    /// Why a column may hold something else than what it was added with.
    pub(super) fn written(&mut self, table: &ObjectName, column: &ColumnId) -> Option<String> {
        let at = self.plan.table(table);
        self.plan.at(at).and_then(|table| table.written(column).cloned())
    }

    pub(super) fn gone(&self, column: &str) -> String {
        format!("the column {column} is dropped or has another name by then")
    }

    fn is_certain(&mut self, table: &ObjectName) -> bool {
        self.plan.see(table).1 == Doubt::default()
    }

    /// `ONLY` leaves out tables that inherit, which questions look at too.
    pub(super) fn only(&self, step: Step<'_>) -> Doubt {
        let why = "it says ONLY, and the rows may be those of a table that inherits".to_owned();
        let only = self.dialect == Dialect::Postgres && step.mentions("only");
        Doubt { if_found: only.then_some(why), if_none: None }
    }

    pub(super) fn ids(&mut self, table: &ObjectName, columns: &[String]) -> Vec<ColumnId> {
        columns.iter().filter_map(|column| self.plan.column(table, column).id()).collect()
    }
}

/// The name that a column has in the database.
pub(super) fn live(column: &Column) -> Result<String, String> {
    match column {
        Column::Live(name) | Column::Perhaps(_, name) => Ok(name.clone()),
        Column::Added(_) => Err("its column is added before".to_owned()),
        Column::Gone => Err("its column is dropped or has another name by then".to_owned()),
    }
}

fn nulls(column: &Column) -> impl FnOnce(&Table, ObjectName) -> Result<DataQuestion, String> {
    let name = live(column);
    |_, table| Ok(DataQuestion::Nulls { table, of: Key::Column(name?) })
}

/// An expression in the names of the database.
pub(super) fn usable(
    dialect: Dialect,
    table: &Table,
    expression: &Expression,
) -> Result<String, String> {
    let is_other = |name: &&String| {
        let folded = dialect.fold(name);
        table.column(&folded) != Column::Live(folded.clone())
    };
    if let Some(name) = expression.columns.iter().find(is_other) {
        return Err(format!("its expression names {name}, which is added or renamed before"));
    }
    embeddable(dialect, expression)
}

/// Text without white space and quotes, in lower case.
fn folded(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '"').flat_map(char::to_lowercase).collect()
}

/// `(c::text::new)`, as Prisma writes it.
fn is_cast_through_text(using: &str, column: &str, ty: &TypeName) -> bool {
    let text = folded(using);
    let text = text.trim_start_matches('(').trim_end_matches(')');
    let (column, ty) = (folded(column), folded(&ty.text));
    text == format!("{column}::text::{ty}") || text == format!("{column}::text)::{ty}")
}

/// `c`, `c::type` or `CAST(c AS type)`, perhaps in parentheses.
fn is_cast_of(using: &str, column: &str) -> bool {
    let (text, column) = (folded(using), folded(column));
    let text = text.trim_start_matches('(');
    let is_type = |rest: &str| !rest.contains("::") && !rest.contains(['\'', '+', '|']);
    match text.strip_prefix(&format!("{column}::")) {
        Some(ty) => is_type(ty),
        None => {
            text.trim_end_matches(')') == column
                || text.strip_prefix(&format!("cast({column}as")).is_some_and(is_type)
        }
    }
}
