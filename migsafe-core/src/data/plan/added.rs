//! What `ADD COLUMN` asks: its value has to fit into every row that is there.

use super::Step;
use super::ask::Asked;
use super::columns::usable;
use super::derive::Walk;
use super::table::Added;
use crate::Dialect;
use crate::data::expression::embeddable;
use crate::data::{DataQuestion, Key, NewColumn};
use crate::lint::switches_foreign_keys_off;
use crate::sql::{
    Column, Constraint, ConstraintKind, Expression, Generated, Nesting, ObjectName, Volatility,
};

/// Functions whose values do not come twice.
const DISTINCT: &[&str] = &["gen_random_uuid", "uuid_generate_v4", "uuidv4", "uuidv7"];

/// Types of extensions that are no domains.
const OF_EXTENSIONS: &[&str] = &["citext", "hstore"];

impl Walk<'_, '_> {
    pub(super) fn add_column(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &Column,
        if_not_exists: bool,
    ) {
        let default = column.default.as_ref().filter(|default| !default.is_null);
        let given_out = super::rebuild::is_given_out(column);
        let has_value = default.is_some() || column.generated.is_some() || given_out;
        if (column.not_null || column.is_primary_key()) && !has_value {
            let does = format!(
                "adds the column {} without a default to {table}, and it must not be NULL",
                column.name
            );
            self.refuse_rows(step, table, &column.name, if_not_exists, does);
        }
        if let Some(generated) = &column.generated {
            self.computed(step, table, column, generated, if_not_exists);
        }
        self.of_type(step, table, column, if_not_exists);
        if let Some(default) = default.filter(|_| self.dialect == Dialect::Sqlite) {
            self.sqlite_default(step, table, column, default);
        }
        for constraint in &column.constraints {
            if !constraint.not_valid {
                self.inline(step, table, column, constraint, if_not_exists);
            }
        }
        let nested = step.action.nesting != Nesting::Statement;
        let added = Added { number: self.plan.next_column(), has_value, nested };
        let (at, name) = (self.plan.table(table), self.plan.folded(&column.name));
        if let Some(table) = self.plan.at_mut(at) {
            table.add_column(&name, added, if_not_exists || nested);
        }
    }

    /// A domain may refuse what every row gets.
    fn of_type(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &Column,
        if_not_exists: bool,
    ) {
        let Some(ty) = &column.ty else { return };
        let known = self.plan.enums.iter().any(|(name, _)| *name == ty.name);
        let is_of_extension = ty.name.schema.is_none() && OF_EXTENSIONS.contains(&&*ty.name.name);
        if self.dialect != Dialect::Postgres
            || known
            || ty.is_of_system()
            || is_of_extension
            || ty.dimensions > 0
            || column.generated.is_some()
        {
            return;
        }
        let does = format!("adds the column {} of the type {} to {table}", column.name, ty.text);
        let is_new = self.plan.types.contains(&ty.name);
        let value = value(column, self.dialect);
        self.ask(step, Asked::violation(table, does, Vec::new()), |_, table| {
            may_be_there(if_not_exists)?;
            if is_new {
                return Err("the type is one that this plan creates".to_owned());
            }
            let (expression, ty) = (value?, ty.text.clone());
            Ok(DataQuestion::Computable { table, expression, ty, once: true })
        });
    }

    /// It fails as soon as there is a row.
    fn refuse_rows(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &str,
        if_not_exists: bool,
        does: String,
    ) {
        self.ask(step, Asked::violation(table, does, Vec::new()), |_, table| {
            let column = column.to_owned();
            Ok(DataQuestion::RequiredColumn { table, column, if_not_exists })
        });
    }

    /// SQLite adds a column to a table with rows only with a default that is a literal, and with foreign keys on only a
    /// reference that is NULL.
    fn sqlite_default(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &Column,
        default: &Expression,
    ) {
        let name = &column.name;
        let refers = |c: &Constraint| matches!(c.kind, ConstraintKind::ForeignKey(_));
        if column.constraints.iter().any(refers) && !switches_foreign_keys_off(step.script) {
            let does = format!("adds the column {name} to {table}, a reference with a default");
            self.refuse_rows(step, table, name, false, does);
        }
        if is_literal(&default.text) {
            return;
        }
        let does = format!("adds the column {name} to {table} with a default that is computed");
        if default.volatility != Volatility::Constant || !default.calls.is_empty() {
            self.refuse_rows(step, table, name, false, does);
        } else {
            let why = "SQLite refuses some defaults where there are rows".to_owned();
            self.ask(step, Asked::violation(table, does, Vec::new()), |_, _| Err(why));
        }
    }

    fn computed(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &Column,
        generated: &Generated,
        if_not_exists: bool,
    ) {
        let name = &column.name;
        let does = format!("adds the column {name} to {table}, computed in every row");
        let (dialect, expression) = (self.dialect, &generated.expression);
        let columns = self.ids(table, &expression.columns);
        if dialect == Dialect::Postgres && generated.stored {
            let asked = Asked::violation(table, does.clone(), columns.clone());
            self.ask(step, asked, |seen, table| {
                let ty = column.ty.as_ref().ok_or("its type is not known")?.text.clone();
                let expression = usable(dialect, seen, expression)?;
                may_be_there(if_not_exists)?;
                Ok(DataQuestion::Computable { table, expression, ty, once: false })
            });
        }
        if column.not_null {
            let asked = Asked::violation(table, does, columns);
            self.ask(step, asked, |seen, table| {
                let value = usable(dialect, seen, expression)?;
                may_be_there(if_not_exists)?;
                if dialect == Dialect::Sqlite {
                    let (name, ty) = (name.clone(), None);
                    let expression = format!("({value}) IS NOT NULL");
                    let added = Some(NewColumn { name, ty, value });
                    return Ok(DataQuestion::Violations { table, expression, added });
                }
                Ok(DataQuestion::Nulls { table, of: Key::Expression(value) })
            });
        }
    }

    /// A constraint that is written at the column.
    fn inline(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &Column,
        constraint: &Constraint,
        if_not_exists: bool,
    ) {
        let name = &column.name;
        let does = |what: &str| format!("adds the column {name} to {table} with {what}");
        let (dialect, value) = (self.dialect, value(column, self.dialect));
        let is_null = matches!(&value, Ok(value) if value == "NULL");
        let added = |value: String| {
            let (name, ty) = (name.clone(), column.ty.as_ref().map(|ty| ty.text.clone()));
            Some(NewColumn { name, ty, value })
        };
        match &constraint.kind {
            ConstraintKind::Check(check) => {
                let columns = self.ids(table, &check.columns);
                let mut asked = Asked::violation(table, does("a CHECK constraint"), columns);
                if step.says(&constraint.range, "no inherit") {
                    asked = asked.doubted(super::keys::no_inherit());
                }
                self.ask(step, asked, |seen, table| {
                    may_be_there(if_not_exists)?;
                    let (expression, added) = (usable(dialect, seen, check)?, added(value?));
                    Ok(DataQuestion::Violations { table, expression, added })
                });
            }
            ConstraintKind::Unique { nulls_not_distinct, .. }
                if dialect == Dialect::Postgres && (!is_null || *nulls_not_distinct) =>
            {
                let (does, nulls) = (does("a UNIQUE constraint"), *nulls_not_distinct);
                self.one_value(step, table, column, does, nulls, if_not_exists);
            }
            ConstraintKind::PrimaryKey { .. } if dialect == Dialect::Postgres && !is_null => {
                self.one_value(step, table, column, does("a PRIMARY KEY"), false, if_not_exists);
            }
            ConstraintKind::ForeignKey(key) if dialect == Dialect::Postgres && !is_null => {
                let (referenced, doubt) = self.referenced(key);
                let asked = Asked::violation(table, does("a FOREIGN KEY"), Vec::new());
                self.ask(step, asked.doubted(doubt), |_, table| {
                    may_be_there(if_not_exists)?;
                    let (columns, referenced) = (vec![name.clone()], referenced?);
                    Ok(DataQuestion::Orphans { table, columns, referenced, added: added(value?) })
                });
            }
            _ => {}
        }
    }

    /// Every row gets the same value, which may be there once.
    fn one_value(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        column: &Column,
        does: String,
        nulls_not_distinct: bool,
        if_not_exists: bool,
    ) {
        let calls = column.default.as_ref().map(|default| &*default.calls).unwrap_or_default();
        let is_distinct = !calls.is_empty()
            && calls.iter().all(|call| DISTINCT.contains(&&*call.name.to_ascii_lowercase()));
        if super::rebuild::is_given_out(column) || is_distinct {
            return;
        }
        let value = value(column, self.dialect);
        self.ask(step, Asked::violation(table, does, Vec::new()), |_, table| {
            may_be_there(if_not_exists)?;
            Ok(DataQuestion::Duplicates {
                table,
                keys: vec![Key::Expression(value?)],
                predicate: None,
                nulls_not_distinct,
                primary_key: false,
                unless: None,
            })
        });
    }
}

/// A number, a string or a truth value, perhaps in parentheses.
fn is_literal(text: &str) -> bool {
    let text = text.trim().trim_start_matches('(').trim_end_matches(')').trim();
    let unsigned = text.trim_start_matches(['+', '-']).trim_start();
    let quoted = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    quoted.is_some_and(|inside| !inside.replace("''", "").contains('\''))
        || unsigned.parse::<f64>().is_ok()
        || ["true", "false", "null"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// With `IF NOT EXISTS` nothing is done to a column that is there.
fn may_be_there(if_not_exists: bool) -> Result<(), String> {
    if if_not_exists { Err("the column may be there already".to_owned()) } else { Ok(()) }
}

/// The value of a column in every row that is there, if it is one.
fn value(column: &Column, dialect: Dialect) -> Result<String, String> {
    if let Some(generated) = &column.generated {
        return embeddable(dialect, &generated.expression);
    }
    if super::rebuild::is_given_out(column) {
        return Err("its values are given out".to_owned());
    }
    match &column.default {
        None => Ok("NULL".to_owned()),
        Some(default) if default.is_null => Ok("NULL".to_owned()),
        Some(default) if default.volatility == Volatility::Constant => embeddable(dialect, default),
        Some(_) => Err("its default is computed when it runs".to_owned()),
    }
}
