//! The walk through the plan: first the question of an action, then what it means for those after it.

use super::Step;
use super::ask::Asked;
use super::state::Plan;
use super::table::WriteKind;
use crate::Dialect;
use crate::data::{DataCheck, DataOutcome, Overwrite};
use crate::sql::{ActionKind, Nesting, ObjectKind, ObjectName};

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
    "row_number",
    "rank",
    "dense_rank",
    "percent_rank",
    "cume_dist",
    "ntile",
    "lag",
    "lead",
    "first_value",
    "last_value",
    "nth_value",
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

pub(super) struct Walk<'s, 'a> {
    pub(super) dialect: Dialect,
    pub(super) steps: &'s [Step<'a>],
    pub(super) at: usize,
    pub(super) plan: Plan,
    pub(super) checks: Vec<DataCheck>,
}

impl<'a> Walk<'_, 'a> {
    fn take(&mut self, step: Step<'a>) {
        let perhaps = step.action.nesting != Nesting::Statement;
        match &step.action.kind {
            ActionKind::CreateTable(table) => self.create_table(step, table),
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
            }
            ActionKind::SetExpression { table, column, .. } => {
                let does = format!("computes the column {column} of {table} anew in every row");
                let columns = self.ids(table, std::slice::from_ref(column));
                let asked = Asked::violation(table, does, columns.clone());
                let why =
                    "whether every value can be computed and fulfils its constraints is not asked";
                self.ask(step, asked, |_, _| Err(why.to_owned()));
                self.write(step, table, WriteKind::Changes(columns), "computes its column");
            }
            ActionKind::SetNotNull { table, column } => {
                let does = format!("makes the column {column} of {table} NOT NULL");
                self.not_null(step, table, column, does);
            }
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
            ActionKind::AlterConstraint { table, constraint } => {
                self.enforce(step, table, constraint);
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
            ActionKind::CreateTrigger(trigger) => {
                let at = self.plan.table(&trigger.table);
                if let Some(table) = self.plan.at_mut(at) {
                    table.has_trigger = true;
                }
            }
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
                self.copied_within(step, table);
                let columns = self.ids(table, columns);
                self.write(step, table, WriteKind::Changes(columns), "updates it");
            }
            ActionKind::Insert { table, query, source, replaces, on_conflict, .. } => {
                self.read_by(step, query.as_ref().map(|query| &*query.reads).unwrap_or_default());
                let copies = *source == crate::sql::InsertSource::Query;
                let kind = if *replaces || *on_conflict {
                    WriteKind::Anything
                } else {
                    WriteKind::Adds { copies }
                };
                self.write(step, table, kind, "inserts into it");
            }
            ActionKind::CopyFrom { table } => {
                self.write(step, table, WriteKind::Adds { copies: false }, "copies into it")
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
                self.unless_carried_out(step);
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
            ActionKind::Query { calls, .. } => self.query(step, calls),
            _ => {}
        }
    }

    fn query(&mut self, step: Step<'_>, calls: &[ObjectName]) {
        let strange = calls.iter().find(|call| {
            let of_system = call.schema.as_deref().is_none_or(|s| s == "pg_catalog");
            !(of_system && HARMLESS.contains(&call.name.to_ascii_lowercase().as_str()))
        });
        if let Some(call) = strange.filter(|_| self.dialect == Dialect::Postgres) {
            let why = format!("{} calls {call}, which may change anything", step.place());
            self.plan.lost.get_or_insert(why);
        }
        if calls.iter().any(|call| call.name == "set_config") && step.mentions("search_path") {
            let why = format!("{} changes search_path", step.place());
            self.plan.lost_path.get_or_insert(why);
        }
    }
}
