//! The walk through the plan: first the question of an action, then what it means for those after it.

use super::Step;
use super::rebuild::{self, Understood};
use super::state::{Added, Plan, Seen, Table, WriteKind};
use crate::Dialect;
use crate::data::expression::embeddable;
use crate::data::{DataCheck, DataOutcome, DataQuestion, Doubt, Key, Overwrite};
use crate::policy::Location;
use crate::sql::{
    ActionKind, Column, Constraint, ConstraintKind, Expression, IndexDefinition, IndexPart,
    Nesting, ObjectKind, ObjectName, TypeName,
};

/// Functions of the system that a script calls at top level and that change no row.
const HARMLESS: &[&str] = &[
    "set_config",
    "setval",
    "nextval",
    "currval",
    "now",
    "count",
    "version",
    "current_setting",
    "max",
    "min",
    "coalesce",
    "pg_sleep",
    "pg_notify",
    "pg_get_serial_sequence",
    "current_schema",
    "current_database",
];

pub(super) fn derive(dialect: Dialect, steps: &[Step<'_>]) -> Vec<DataCheck> {
    let mut walk = Walk { dialect, steps, at: 0, plan: Plan::new(dialect), checks: Vec::new() };
    for at in 0..steps.len() {
        walk.at = at;
        if let Some(step) = steps.get(at) {
            walk.take(*step);
        }
    }
    walk.checks
}

struct Walk<'s, 'a> {
    dialect: Dialect,
    steps: &'s [Step<'a>],
    at: usize,
    plan: Plan,
    checks: Vec<DataCheck>,
}

/// What a question needs beside itself.
struct Asked {
    step_does: String,
    doubt: Doubt,
    absent_is_fine: bool,
}

impl<'a> Walk<'_, 'a> {
    fn take(&mut self, step: Step<'a>) {
        let perhaps = step.action.nesting != Nesting::Statement;
        match &step.action.kind {
            ActionKind::CreateTable(table) => {
                self.read_by(
                    step,
                    table.query.as_ref().map(|query| &*query.reads).unwrap_or_default(),
                );
                let created = self.plan.create(&table.name, table.if_not_exists || perhaps);
                if let Some(created) = self.plan.at_mut(created) {
                    created.constraints = table.all_constraints().cloned().collect();
                    if table.as_query {
                        created.write(WriteKind::Adds, format!("{} fills it", step.place()));
                    }
                }
            }
            ActionKind::CreateEnum { name, values } => {
                self.plan.enums.push((name.clone(), values.clone()));
            }
            ActionKind::AddEnumValue { name, value, .. } => {
                if let Some((_, values)) = self.plan.enums.iter_mut().find(|(n, _)| n == name) {
                    values.push(value.clone());
                }
            }
            ActionKind::CreateDomain { name, .. } => self.plan.types.push(name.clone()),
            ActionKind::AddColumn { table, column, if_not_exists } => {
                self.add_column(step, table, column, *if_not_exists);
            }
            ActionKind::DropColumn { table, column, if_exists, .. } => {
                self.drop_column(step, table, column, *if_exists);
            }
            ActionKind::AlterColumnType { table, column, ty, using, .. } => {
                self.alter_type(step, table, column, ty, using.as_ref());
                let column = self.live_column(table, column);
                self.write(
                    step,
                    table,
                    WriteKind::Changes(vec![column]),
                    "changes the type of its column",
                );
            }
            ActionKind::SetNotNull { table, column } => self.set_not_null(step, table, column),
            ActionKind::AddConstraint { table, constraint } => {
                if !constraint.not_valid {
                    self.constraint(step, table, constraint, "adds to");
                }
                let at = self.plan.table(table);
                if let Some(table) = self.plan.at_mut(at) {
                    table.constraints.push(constraint.clone());
                }
            }
            ActionKind::ValidateConstraint { table, constraint } => {
                self.validate(step, table, constraint)
            }
            ActionKind::AlterDomainConstraint { name, .. } => {
                let does = format!("adds a constraint to the domain {name}");
                self.settle(
                    step,
                    does,
                    DataOutcome::unknown("columns of domains are not asked about"),
                );
            }
            ActionKind::CreateIndex(index) if index.unique => self.unique_index(step, index),
            ActionKind::Drop { kind, name, if_exists, cascade, .. } => {
                self.drop(step, *kind, name, *if_exists, *cascade);
            }
            ActionKind::Truncate { table, cascade, .. } => {
                self.lose_rows(step, table, Overwrite::Truncate, *cascade, false);
                self.empty(step, table, perhaps);
            }
            ActionKind::Delete { table, filtered } => {
                if *filtered || perhaps {
                    self.write(step, table, WriteKind::Removes, "deletes rows of it");
                } else {
                    self.lose_rows(step, table, Overwrite::Delete, false, false);
                    self.empty(step, table, perhaps);
                }
            }
            ActionKind::Update { table, columns, filtered } => {
                if !filtered {
                    self.overwrite(step, table, columns);
                }
                let columns: Vec<String> =
                    columns.iter().map(|column| self.live_column(table, column)).collect();
                self.copied_within(step, table, &columns);
                self.write(step, table, WriteKind::Changes(columns), "updates it");
            }
            ActionKind::Insert { table, query, replaces, on_conflict, .. } => {
                self.read_by(step, query.as_ref().map(|query| &*query.reads).unwrap_or_default());
                let kind =
                    if *replaces || *on_conflict { WriteKind::Anything } else { WriteKind::Adds };
                self.write(step, table, kind, "inserts into it");
            }
            ActionKind::CopyFrom { table } => {
                self.write(step, table, WriteKind::Adds, "copies into it")
            }
            ActionKind::Merge { table, deletes_all, updates_all } => {
                if *deletes_all {
                    self.lose_rows(step, table, Overwrite::Delete, false, false);
                }
                self.overwrite(step, table, updates_all);
                self.write(step, table, WriteKind::Anything, "merges into it")
            }
            ActionKind::Rename { kind, name, on, to } => {
                self.rename(step, *kind, name, on.as_ref(), to)
            }
            ActionKind::SetSchema { kind: ObjectKind::Table, name, schema } => {
                let at = self.plan.table(name);
                if let Some(table) = self.plan.at_mut(at) {
                    table.name.schema = Some(schema.clone());
                }
            }
            ActionKind::Set { name, .. } if name.eq_ignore_ascii_case("search_path") => {
                let why = format!("{} changes search_path", step.place());
                self.plan.lost_path.get_or_insert(why);
            }
            ActionKind::Opaque(_) | ActionKind::Call { .. } => {
                let why = format!("{} may change anything", step.place());
                self.plan.lost.get_or_insert(why);
            }
            ActionKind::Query { calls, .. } => {
                let strange = calls.iter().find(|call| {
                    let of_system = call.schema.as_deref().is_none_or(|s| s == "pg_catalog");
                    !(of_system && HARMLESS.contains(&call.name.to_ascii_lowercase().as_str()))
                });
                if let Some(call) = strange.filter(|_| self.dialect == Dialect::Postgres) {
                    let why = format!("{} calls {call}, which may change anything", step.place());
                    self.plan.lost.get_or_insert(why);
                }
                if calls.iter().any(|call| call.name == "set_config")
                    && step.mentions("search_path")
                {
                    let why = format!("{} changes search_path", step.place());
                    self.plan.lost_path.get_or_insert(why);
                }
            }
            _ => {}
        }
    }

    // What actions ask.

    fn add_column(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &Column,
        if_not_exists: bool,
    ) {
        let default = column.default.as_ref().filter(|default| !default.is_null);
        let is_serial = column
            .ty
            .as_ref()
            .is_some_and(|ty| matches!(&*ty.name.name, "serial" | "bigserial" | "smallserial"));
        let has_value = default.is_some()
            || column.generated.is_some()
            || column.identity.is_some()
            || is_serial;
        let is_key =
            column.constraints.iter().any(|c| matches!(c.kind, ConstraintKind::PrimaryKey { .. }));
        if (column.not_null || is_key) && !has_value {
            let does = format!(
                "adds the column {} without a default to {table}, and it must not be NULL",
                column.name
            );
            self.ask(step, table, does, Sense::Violation(&[]), false, |_, table| {
                let column = column.name.clone();
                Ok(DataQuestion::RequiredColumn { table, column, if_not_exists })
            });
        }
        let at = self.plan.table(table);
        if let Some(table) = self.plan.at_mut(at) {
            table.added.push(Added { name: column.name.clone(), has_value });
        }
    }

    fn drop_column(&mut self, step: Step<'_>, table: &ObjectName, column: &str, if_exists: bool) {
        let again = self.steps.iter().skip(self.at + 1).any(|later| {
            matches!(&later.action.kind, ActionKind::AddColumn { table: t, column: c, .. }
                if t == table && self.plan.same_column(&c.name, column))
        });
        let again = if again { " and adds it again, empty" } else { "" };
        let does = format!("drops the column {column} of {table}{again}");
        if self.is_added(table, column) {
            self.settle(step, does, DataOutcome::Fine);
            let at = self.plan.table(table);
            if let Some(table) = self.plan.at_mut(at) {
                table.added.retain(|added| added.name != column);
            }
            return;
        }
        let name = self.live_column(table, column);
        let columns = [name.clone()];
        self.ask(step, table, does, Sense::Loss(&columns), if_exists, |_, table| {
            Ok(DataQuestion::Values { table, column: name })
        });
    }

    fn set_not_null(&mut self, step: Step<'_>, table: &ObjectName, column: &str) {
        let does = format!("makes the column {column} of {table} NOT NULL");
        self.not_null(step, table, column, does);
    }

    fn not_null(&mut self, step: Step<'_>, table: &ObjectName, column: &str, does: String) {
        let at = self.plan.table(table);
        let added = self.plan.at(at).and_then(|table| table.added(column)).cloned();
        match added {
            Some(added) if added.has_value && !self.is_written(table, column) => {
                self.settle(step, does, DataOutcome::Fine);
            }
            // It is NULL in every row, unless a statement in between fills it.
            Some(_) => {
                let columns = [column.to_owned()];
                let name = column.to_owned();
                self.ask(step, table, does, Sense::Violation(&columns), false, |_, table| {
                    Ok(DataQuestion::RequiredColumn { table, column: name, if_not_exists: false })
                });
            }
            None => {
                let name = self.live_column(table, column);
                let columns = [name.clone()];
                self.ask(step, table, does, Sense::Violation(&columns), false, |_, table| {
                    Ok(DataQuestion::Nulls { table, of: Key::Column(name) })
                });
            }
        }
    }

    fn alter_type(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &str,
        ty: &TypeName,
        using: Option<&Expression>,
    ) {
        let does = format!("changes the type of {column} of {table} to {}", ty.text);
        let name = self.live_column(table, column);
        let columns = [name.clone()];
        let allowed =
            self.plan.enums.iter().rev().find(|(n, _)| *n == ty.name).map(|(_, v)| v.clone());
        let is_new_type = self.plan.types.contains(&ty.name);
        let dialect = self.dialect;
        self.ask(step, table, does, Sense::Violation(&columns), false, |live, table| {
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
            let text = using.map(|using| usable(dialect, live, using)).transpose()?;
            let plain = using.is_none_or(|using| is_cast_of(&using.text, column));
            Ok(DataQuestion::TypeChange { table, column: name, to: ty.clone(), using: text, plain })
        });
    }

    fn constraint(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        constraint: &Constraint,
        verb: &str,
    ) {
        let named = constraint.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        let dialect = self.dialect;
        match &constraint.kind {
            ConstraintKind::Check(expression) => {
                let does = format!("{verb} {table} the CHECK constraint{named}");
                let columns = expression.columns.clone();
                self.ask(step, table, does, Sense::Violation(&columns), false, |live, table| {
                    let expression = usable(dialect, live, expression)?;
                    Ok(DataQuestion::Violations { table, expression })
                });
            }
            ConstraintKind::NotNull { column } => {
                let does = format!("{verb} {table} a NOT NULL constraint on {column}");
                self.not_null(step, table, column, does);
            }
            ConstraintKind::Unique { columns, using_index: None, nulls_not_distinct } => {
                let does = format!(
                    "{verb} {table} the UNIQUE constraint{named} on {}",
                    columns.join(", ")
                );
                self.unique(step, table, does, columns, *nulls_not_distinct, false);
            }
            ConstraintKind::PrimaryKey { columns, using_index: None } => {
                let does = format!("{verb} {table} the PRIMARY KEY on {}", columns.join(", "));
                self.unique(step, table, does.clone(), columns, false, true);
                for column in columns {
                    self.not_null(step, table, column, does.clone());
                }
            }
            ConstraintKind::ForeignKey(key) => {
                let does = format!("{verb} {table} the FOREIGN KEY{named} to {}", key.table);
                self.foreign_key(step, table, does, key);
            }
            ConstraintKind::Exclude => {
                let does = format!("{verb} {table} the EXCLUDE constraint{named}");
                self.settle(
                    step,
                    does,
                    DataOutcome::unknown("such constraints are not asked about"),
                );
            }
            ConstraintKind::Unique { .. } | ConstraintKind::PrimaryKey { .. } => {}
        }
    }

    fn validate(&mut self, step: Step<'_>, table: &ObjectName, name: &str) {
        let at = self.plan.table(table);
        let known = self.plan.at(at).and_then(|table| {
            table
                .constraints
                .iter()
                .rev()
                .find(|known| known.name.as_deref() == Some(name))
                .cloned()
        });
        match known {
            Some(known) => self.constraint(step, table, &known, "validates on"),
            None => {
                let does = format!("validates on {table} the constraint {name}");
                self.ask(step, table, does, Sense::Violation(&[]), false, |_, table| {
                    Ok(DataQuestion::NamedConstraint { table, constraint: name.to_owned() })
                });
            }
        }
    }

    fn unique(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        does: String,
        columns: &[String],
        nulls_not_distinct: bool,
        primary_key: bool,
    ) {
        let live: Vec<String> =
            columns.iter().map(|column| self.live_column(table, column)).collect();
        self.ask(step, table, does, Sense::Violation(&live), false, |seen, table| {
            if let Some(added) = columns.iter().find(|column| seen.added(column).is_some()) {
                return Err(format!("the column {added} is added before"));
            }
            Ok(DataQuestion::Duplicates {
                table,
                keys: live.iter().cloned().map(Key::Column).collect(),
                predicate: None,
                nulls_not_distinct,
                primary_key,
                unless: None,
            })
        });
    }

    fn unique_index(&mut self, step: Step<'_>, index: &IndexDefinition) {
        let table = &index.table;
        let named = index.name.as_ref().map(|name| format!(" {}", name.name)).unwrap_or_default();
        let does = format!("creates the unique index{named} on {table}");
        let mut columns: Vec<String> = Vec::new();
        for part in &index.parts {
            match part {
                IndexPart::Column(column) => columns.push(self.live_column(table, column)),
                IndexPart::Expression(expression) => {
                    columns.extend(expression.columns.iter().cloned())
                }
            }
        }
        columns
            .extend(index.predicate.iter().flat_map(|predicate| predicate.columns.iter().cloned()));
        let dialect = self.dialect;
        self.ask(step, table, does, Sense::Violation(&columns), false, |live, name| {
            let keys: Result<Vec<Key>, String> = index
                .parts
                .iter()
                .map(|part| match part {
                    IndexPart::Column(column) if live.added(column).is_some() => {
                        Err(format!("the column {column} is added before"))
                    }
                    IndexPart::Column(column) => {
                        Ok(Key::Column(live.live_column(column).to_owned()))
                    }
                    IndexPart::Expression(expression) => {
                        usable(dialect, live, expression).map(Key::Expression)
                    }
                })
                .collect();
            let predicate =
                index.predicate.as_ref().map(|p| usable(dialect, live, p)).transpose()?;
            Ok(DataQuestion::Duplicates {
                table: name,
                keys: keys?,
                predicate,
                nulls_not_distinct: index.nulls_not_distinct,
                primary_key: false,
                unless: index.name.clone().filter(|_| index.if_not_exists),
            })
        });
    }

    fn foreign_key(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        does: String,
        key: &crate::sql::ForeignKey,
    ) {
        let columns: Vec<String> = key.columns.iter().map(|c| self.live_column(table, c)).collect();
        let (parent, mut doubt) = self.plan.see(&key.table);
        let referenced = match parent {
            Seen::New(None) => Ok(None),
            Seen::New(Some(why)) => Err(why),
            Seen::Gone => Err(format!("{} is dropped before", key.table)),
            Seen::Live(at) => match self.plan.at(at) {
                Some(parent) => {
                    let names: Vec<String> =
                        key.referenced.iter().map(|c| parent.live_column(c).to_owned()).collect();
                    // What violates on this side is what is missing on that one.
                    for write in &parent.writes {
                        let why = || Some(write.why.clone());
                        doubt = doubt.or(match &write.kind {
                            WriteKind::Adds => Doubt { if_found: why(), if_none: None },
                            WriteKind::Removes => Doubt { if_none: why(), if_found: None },
                            WriteKind::Changes(_) | WriteKind::Anything => {
                                Doubt::both(write.why.clone())
                            }
                        });
                    }
                    match key.referenced.iter().find(|c| parent.added(c).is_some()) {
                        Some(column) => {
                            Err(format!("the column {column} of {} is added before", key.table))
                        }
                        None => Ok(parent.live.clone().map(|live| (live, names))),
                    }
                }
                None => Err("the table that is referred to is not known".to_owned()),
            },
        };
        let all_null = key.columns.iter().any(|column| {
            self.is_added(table, column)
                && !self.has_value(table, column)
                && !self.is_written(table, column)
        });
        if all_null {
            // MATCH SIMPLE: a key with a NULL in it refers to nothing.
            self.settle(step, does, DataOutcome::Fine);
            return;
        }
        self.ask_with(
            step,
            table,
            does,
            Sense::Violation(&columns),
            false,
            doubt,
            |live, table| {
                if let Some(column) = key.columns.iter().find(|column| live.added(column).is_some())
                {
                    return Err(format!("the column {column} is added before"));
                }
                let referenced = referenced?;
                Ok(DataQuestion::Orphans { table, columns: columns.clone(), referenced })
            },
        );
    }

    fn drop(
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
                self.push(
                    step,
                    Ok(question),
                    Asked { step_does: does, doubt, absent_is_fine: if_exists },
                );
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

    fn lose_rows(
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
        self.ask(step, table, does.clone(), Sense::Loss(&[]), if_exists, |_, table| {
            Ok(DataQuestion::Rows { table, by, cascade: cascade && by == Overwrite::Truncate })
        });
        if cascade && by == Overwrite::DropTable {
            let (seen, doubt) = self.plan.see(table);
            if let Seen::Live(at) = seen
                && let Some(live) = self.plan.at(at).and_then(|table| table.live.clone())
            {
                let question = DataQuestion::Dependents { kind: ObjectKind::Table, name: live };
                let doubt = Doubt { if_found: None, if_none: doubt.if_none };
                self.push(
                    step,
                    Ok(question),
                    Asked { step_does: does, doubt, absent_is_fine: true },
                );
            }
        }
    }

    fn overwrite(&mut self, step: Step<'_>, table: &ObjectName, columns: &[String]) {
        for column in columns {
            if self.is_added(table, column) {
                continue;
            }
            let does = format!("overwrites the column {column} in every row of {table}");
            let name = self.live_column(table, column);
            let live = [name.clone()];
            self.ask(step, table, does, Sense::Loss(&live), false, |_, table| {
                Ok(DataQuestion::Values { table, column: name })
            });
        }
    }

    fn rebuilt(&mut self, step: Step<'_>, rebuild: &Understood<'_>) {
        for part in rebuild::questions(rebuild, self.dialect) {
            let table = rebuild.old;
            let columns = part.columns.clone();
            let sense = if part.loses { Sense::Loss(&columns) } else { Sense::Violation(&columns) };
            self.ask_rebuilt(step, table, part.does.clone(), sense, |live| part.question(live));
        }
    }

    /// As [`Walk::ask`], while the copy that the rebuild makes is no doubt.
    fn ask_rebuilt(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        does: String,
        sense: Sense<'_>,
        question: impl FnOnce(ObjectName) -> Result<DataQuestion, String>,
    ) {
        let at = self.plan.table(table);
        let copied = self.plan.at_mut(at).and_then(|table| table.copied.take());
        self.ask(step, table, does, sense, false, |seen, live| {
            if !seen.added.is_empty() {
                return Err("columns are added before".to_owned());
            }
            question(live)
        });
        if let Some(table) = self.plan.at_mut(at) {
            table.copied = copied;
        }
    }

    // How it is asked.

    fn ask(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        does: String,
        sense: Sense<'_>,
        absent_is_fine: bool,
        question: impl FnOnce(&Table, ObjectName) -> Result<DataQuestion, String>,
    ) {
        self.ask_with(step, table, does, sense, absent_is_fine, Doubt::default(), question);
    }

    #[expect(clippy::too_many_arguments, reason = "all but the last say what is asked about")]
    fn ask_with(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        does: String,
        sense: Sense<'_>,
        absent_is_fine: bool,
        more: Doubt,
        question: impl FnOnce(&Table, ObjectName) -> Result<DataQuestion, String>,
    ) {
        let (seen, doubt) = self.plan.see(table);
        let at = match seen {
            Seen::Gone => return,
            Seen::New(None) if doubt == Doubt::default() => {
                return self.settle(step, does, DataOutcome::Fine);
            }
            Seen::New(why) => {
                let loses = matches!(sense, Sense::Loss(_));
                let why = doubt.if_none.or(why.filter(|_| !loses));
                let outcome = why.map_or(DataOutcome::Fine, DataOutcome::unknown);
                return self.settle(step, does, outcome);
            }
            Seen::Live(at) => at,
        };
        let Some(seen) = self.plan.at(at) else { return };
        let Some(live) = seen.live.clone() else { return };
        if seen.emptied && !seen.writes.iter().any(|w| !matches!(w.kind, WriteKind::Removes)) {
            return self.settle(step, does, DataOutcome::Fine);
        }
        let doubt = doubt.or(more).or(match sense {
            Sense::Violation(columns) => seen.doubt_of_violations(columns),
            Sense::Loss(columns) => seen.doubt_of_loss(columns),
        });
        let absent_is_fine = absent_is_fine || seen.perhaps_created;
        let doubt = if seen.perhaps_created && !seen.writes.is_empty() {
            doubt.or(Doubt::both(format!("{table} may be created by this plan")))
        } else {
            doubt
        };
        let question = question(seen, live);
        self.push(step, question, Asked { step_does: does, doubt, absent_is_fine });
    }

    fn push(&mut self, step: Step<'_>, question: Result<DataQuestion, String>, asked: Asked) {
        let Asked { step_does, mut doubt, absent_is_fine } = asked;
        if step.action.nesting != Nesting::Statement {
            let why = "it stands in a DO block, which may not carry it out".to_owned();
            doubt.if_found.get_or_insert(why);
        }
        let (question, settled) = match question {
            Ok(question) => (Some(question), DataOutcome::Fine),
            Err(why) => (None, DataOutcome::unknown(why)),
        };
        self.checks.push(DataCheck {
            migration: step.migration.clone(),
            location: Location::of_action(step.index, step.action),
            does: step_does,
            question,
            settled,
            doubt,
            absent_is_fine,
        });
    }

    fn settle(&mut self, step: Step<'_>, does: String, settled: DataOutcome) {
        self.checks.push(DataCheck {
            migration: step.migration.clone(),
            location: Location::of_action(step.index, step.action),
            does,
            question: None,
            settled,
            doubt: Doubt::default(),
            absent_is_fine: false,
        });
    }

    // What actions leave behind.

    fn write(&mut self, step: Step<'_>, table: &ObjectName, kind: WriteKind, does: &str) {
        let at = self.plan.table(table);
        if let Some(table) = self.plan.at_mut(at) {
            table.write(kind, format!("{} {does} before", step.place()));
        }
    }

    fn empty(&mut self, step: Step<'_>, table: &ObjectName, perhaps: bool) {
        let at = self.plan.table(table);
        if let Some(table) = self.plan.at_mut(at) {
            if perhaps {
                table.write(WriteKind::Removes, format!("{} may empty it before", step.place()));
            } else {
                table.emptied = true;
                table.writes.clear();
            }
        }
    }

    /// Rows of these go somewhere else as well.
    fn read_by(&mut self, step: Step<'_>, reads: &[ObjectName]) {
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
    fn copied_within(&mut self, step: Step<'_>, table: &ObjectName, _set: &[String]) {
        let dropped_later: Vec<String> = self
            .steps
            .iter()
            .skip(self.at + 1)
            .filter_map(|later| match &later.action.kind {
                ActionKind::DropColumn { column, .. } if step.mentions(column) => {
                    Some(column.clone())
                }
                ActionKind::Drop { kind: ObjectKind::Table, name, .. }
                    if name != table && step.mentions(&name.name) =>
                {
                    let why = name.clone();
                    let at = self.plan.table(&why);
                    if let Some(other) = self.plan.at_mut(at) {
                        other.copied.get_or_insert(format!(
                            "{} reads it before, perhaps to keep what it holds",
                            step.place()
                        ));
                    }
                    None
                }
                _ => None,
            })
            .collect();
        let live: Vec<String> =
            dropped_later.iter().map(|column| self.live_column(table, column)).collect();
        if !live.is_empty() {
            self.write(
                step,
                table,
                WriteKind::Changes(live),
                "reads the column, perhaps to keep what it holds,",
            );
        }
    }

    fn rename(
        &mut self,
        step: Step<'_>,
        kind: ObjectKind,
        name: &ObjectName,
        on: Option<&ObjectName>,
        to: &str,
    ) {
        match (kind, on) {
            (ObjectKind::Table, _) => {
                let at = self.plan.table(name);
                if let Some(table) = self.plan.at_mut(at) {
                    to.clone_into(&mut table.name.name);
                }
            }
            (ObjectKind::Column, Some(table)) => {
                let at = self.plan.table(table);
                if let Some(table) = self.plan.at_mut(at) {
                    table.rename_column(&name.name, to);
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

    // What is known of a column.

    fn live_column(&mut self, table: &ObjectName, column: &str) -> String {
        let at = self.plan.table(table);
        self.plan.at(at).map_or(column, |table| table.live_column(column)).to_owned()
    }

    fn is_added(&mut self, table: &ObjectName, column: &str) -> bool {
        let at = self.plan.table(table);
        self.plan.at(at).is_some_and(|table| table.added(column).is_some())
    }

    fn has_value(&mut self, table: &ObjectName, column: &str) -> bool {
        let at = self.plan.table(table);
        let added = self.plan.at(at).and_then(|table| table.added(column));
        added.is_some_and(|added| added.has_value)
    }

    fn is_written(&mut self, table: &ObjectName, column: &str) -> bool {
        let at = self.plan.table(table);
        self.plan.at(at).is_some_and(|table| {
            table.writes.iter().any(|write| match &write.kind {
                WriteKind::Changes(columns) => {
                    columns.is_empty() || columns.iter().any(|c| c.eq_ignore_ascii_case(column))
                }
                WriteKind::Removes => false,
                WriteKind::Adds | WriteKind::Anything => true,
            })
        })
    }
}

/// What finding rows means, and which columns the question is about.
#[derive(Clone, Copy)]
enum Sense<'c> {
    Violation(&'c [String]),
    Loss(&'c [String]),
}

/// An expression in the names of the database.
fn usable(dialect: Dialect, table: &Table, expression: &Expression) -> Result<String, String> {
    if let Some(name) = table.unknown_name(&expression.columns) {
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
