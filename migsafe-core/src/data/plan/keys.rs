//! What constraints and unique indexes ask.

use super::Step;
use super::ask::Asked;
use super::columns::{live, usable};
use super::derive::Walk;
use super::state::Seen;
use super::table::{Column, ColumnId, WriteKind};
use crate::data::{DataOutcome, DataQuestion, Doubt, Key};
use crate::sql::{
    Constraint, ConstraintKind, Expression, ForeignKey, IndexDefinition, IndexPart, ObjectName,
};

impl Walk<'_, '_> {
    pub(super) fn constraint(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        constraint: &Constraint,
        verb: &str,
    ) {
        let named = constraint.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        let dialect = self.dialect;
        if ["without overlaps", "period "].iter().any(|words| step.says(&constraint.range, words)) {
            let does = format!("{verb} {table} the constraint{named} on periods");
            let why = "whether periods overlap is not asked".to_owned();
            return self.ask(step, Asked::violation(table, does, Vec::new()), |_, _| Err(why));
        }
        match &constraint.kind {
            ConstraintKind::Check(expression) => {
                let does = format!("{verb} {table} the CHECK constraint{named}");
                let columns = self.ids_in(table, expression);
                let mut doubt = self.only(step);
                if step.says(&constraint.range, "no inherit") {
                    doubt = doubt.or(no_inherit());
                }
                let asked = Asked::violation(table, does, columns).doubted(doubt);
                self.ask(step, asked, |seen, table| {
                    let expression = usable(dialect, seen, expression)?;
                    Ok(DataQuestion::Violations { table, expression, added: None })
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
            ConstraintKind::PrimaryKey { using_index: Some(index), .. } => {
                let does = format!("{verb} {table} the PRIMARY KEY of the index {index}");
                let why = "whether the columns of an index have NULLs is not asked".to_owned();
                let asked = Asked::violation(table, does, Vec::new());
                self.ask(step, asked, |_, _| Err(why));
            }
            ConstraintKind::ForeignKey(key) => {
                let does = format!("{verb} {table} the FOREIGN KEY{named} to {}", key.table);
                let full = step.says(&constraint.range, "match full");
                self.foreign_key(step, table, does, key, full);
            }
            ConstraintKind::Exclude => {
                let does = format!("{verb} {table} the EXCLUDE constraint{named}");
                let why = "such constraints are not asked about".to_owned();
                self.ask(step, Asked::violation(table, does, Vec::new()), |_, _| Err(why));
            }
            ConstraintKind::Unique { .. } => {}
        }
    }

    pub(super) fn validate(&mut self, step: Step<'_>, table: &ObjectName, name: &str) {
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
                self.ask(step, Asked::violation(table, does, Vec::new()), |_, table| {
                    Ok(DataQuestion::NamedConstraint { table, constraint: name.to_owned() })
                });
            }
        }
    }

    /// `ALTER CONSTRAINT … ENFORCED` looks at every row.
    pub(super) fn enforce(&mut self, step: Step<'_>, table: &ObjectName, name: &str) {
        let range = &step.action.range;
        if step.says(range, "enforced") && !step.says(range, "not enforced") {
            let does = format!("enforces on {table} the constraint {name}");
            let why =
                "whether rows fulfil a constraint that is not enforced is not asked".to_owned();
            self.ask(step, Asked::violation(table, does, Vec::new()), |_, _| Err(why));
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
        let found = self.found(table, columns);
        let ids = found.iter().filter_map(Column::id).collect();
        let asked = Asked::violation(table, does, ids).absent(may_be_added(&found));
        self.ask(step, asked, |_, table| {
            let keys: Result<Vec<Key>, String> =
                columns.iter().zip(&found).map(|(name, column)| key(name, column)).collect();
            Ok(DataQuestion::Duplicates {
                table,
                keys: keys?,
                predicate: None,
                nulls_not_distinct,
                primary_key,
                unless: None,
            })
        });
    }

    pub(super) fn unique_index(&mut self, step: Step<'_>, index: &IndexDefinition) {
        let table = &index.table;
        let named = index.name.as_ref().map(|name| format!(" {}", name.name)).unwrap_or_default();
        let does = format!("creates the unique index{named} on {table}");
        let mut columns: Vec<String> = Vec::new();
        for part in &index.parts {
            match part {
                IndexPart::Column(column) => columns.push(column.clone()),
                IndexPart::Expression(expression) => {
                    columns.extend(expression.columns.iter().cloned())
                }
            }
        }
        columns
            .extend(index.predicate.iter().flat_map(|predicate| predicate.columns.iter().cloned()));
        let names_all = index.parts.iter().all(|part| match part {
            IndexPart::Column(_) => true,
            IndexPart::Expression(expression) => !expression.columns.is_empty(),
        });
        let found = self.found(table, &columns);
        // Without a column there is no telling which writes are apart from it.
        let ids = if names_all { self.ids(table, &columns) } else { Vec::new() };
        let dialect = self.dialect;
        let asked = Asked::violation(table, does, ids).absent(may_be_added(&found));
        let folded: Vec<Column> = index
            .parts
            .iter()
            .map(|part| match part {
                IndexPart::Column(column) => self.plan.column(table, column),
                IndexPart::Expression(_) => Column::Gone,
            })
            .collect();
        let collates = step.mentions("collate");
        self.ask(step, asked, |seen, name| {
            if collates {
                return Err("a collation says which values are equal".to_owned());
            }
            let keys: Result<Vec<Key>, String> = index
                .parts
                .iter()
                .zip(&folded)
                .map(|(part, column)| match part {
                    IndexPart::Column(name) => key(name, column),
                    IndexPart::Expression(expression) => {
                        usable(dialect, seen, expression).map(Key::Expression)
                    }
                })
                .collect();
            let predicate =
                index.predicate.as_ref().map(|p| usable(dialect, seen, p)).transpose()?;
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

    pub(super) fn foreign_key(
        &mut self,
        step: Step<'_>,
        table: &ObjectName,
        does: String,
        key: &ForeignKey,
        full: bool,
    ) {
        let found = self.found(table, &key.columns);
        let all_null = key.columns.iter().zip(&found).any(|(_, column)| match column {
            Column::Added(added) => {
                !added.has_value && self.written(table, &ColumnId::Added(added.number)).is_none()
            }
            _ => false,
        });
        if all_null && (!full || key.columns.len() == 1) {
            // MATCH SIMPLE: a key with a NULL in it refers to nothing.
            return self.settle_fine(step, table, does);
        }
        let (referenced, doubt) = self.referenced(key);
        let mut absent = may_be_added(&found);
        if let [Column::Perhaps(added, name)] = &*found
            && !added.has_value
            && !added.nested
            && self.written(table, &ColumnId::Live(name.clone())).is_none()
        {
            absent = Some(DataOutcome::Fine);
        }
        let ids = found.iter().filter_map(Column::id).collect();
        let asked = Asked::violation(table, does, ids).absent(absent).doubted(doubt);
        self.ask(step, asked, |_, table| {
            if full && key.columns.len() > 1 {
                return Err(
                    "a key of MATCH FULL with several columns is not asked about".to_owned()
                );
            }
            let columns: Result<Vec<String>, String> = key
                .columns
                .iter()
                .zip(&found)
                .map(|(name, column)| match column {
                    Column::Added(_) => Err(format!("the column {name} is added before")),
                    column => live(column),
                })
                .collect();
            let (columns, referenced) = (columns?, referenced?);
            Ok(DataQuestion::Orphans { table, columns, referenced, added: None })
        });
    }

    /// What a foreign key refers to, as the database has it, and what was done to that.
    #[expect(clippy::type_complexity, reason = "what the question needs")]
    pub(super) fn referenced(
        &mut self,
        key: &ForeignKey,
    ) -> (Result<Option<(ObjectName, Vec<String>)>, String>, Doubt) {
        let (parent, mut doubt) = self.plan.see(&key.table);
        let names = self.found(&key.table, &key.referenced);
        let at = match parent {
            Seen::Gone => return (Err(format!("{} is dropped before", key.table)), doubt),
            Seen::New(at) | Seen::Live(at) => at,
        };
        let Some(parent) = self.plan.at(at) else {
            return (Err("the table that is referred to is not known".to_owned()), doubt);
        };
        if parent.live.is_none() {
            let filled = parent.filled().cloned();
            return (filled.map_or(Ok(None), Err), doubt);
        }
        if parent.perhaps_created || parent.emptied.is_some() {
            let why = format!("{} may be created or emptied before", key.table);
            return (Err(why), doubt);
        }
        // What violates on this side is what is missing on that one.
        for write in &parent.writes {
            let why = || Some(write.why.clone());
            doubt = doubt.or(match &write.kind {
                WriteKind::Adds { .. } => Doubt { if_found: why(), if_none: None },
                WriteKind::Removes => Doubt { if_none: why(), if_found: None },
                WriteKind::Changes(_) | WriteKind::Anything => Doubt::both(write.why.clone()),
            });
        }
        if names.is_empty() && !parent.has_live_names(&[]) {
            let why = format!("columns of {} are added or renamed before", key.table);
            return (Err(why), doubt);
        }
        let columns: Result<Vec<String>, String> = names
            .iter()
            .map(|column| match column {
                Column::Live(name) => Ok(name.clone()),
                _ => Err(format!("a column of {} is added before", key.table)),
            })
            .collect();
        let live = parent.live.clone();
        (columns.map(|columns| live.map(|live| (live, columns))), doubt)
    }

    fn found(&mut self, table: &ObjectName, columns: &[String]) -> Vec<Column> {
        columns.iter().map(|column| self.plan.column(table, column)).collect()
    }

    /// The columns of an expression; none where its text does not tell.
    fn ids_in(&mut self, table: &ObjectName, expression: &Expression) -> Vec<ColumnId> {
        self.ids(table, &expression.columns)
    }
}

/// `NO INHERIT` leaves out tables that inherit, which questions look at too.
pub(super) fn no_inherit() -> Doubt {
    let why = "it says NO INHERIT, and the rows may be those of a table that inherits";
    Doubt { if_found: Some(why.to_owned()), if_none: None }
}

fn key(name: &str, column: &Column) -> Result<Key, String> {
    match column {
        Column::Added(_) => Err(format!("the column {name} is added before")),
        column => live(column).map(Key::Column),
    }
}

/// What it comes to where a column is not in the database that the plan may add.
fn may_be_added(columns: &[Column]) -> Option<DataOutcome> {
    let perhaps = columns.iter().any(|column| matches!(column, Column::Perhaps(..)));
    perhaps.then(|| DataOutcome::unknown("a column of it may be added before"))
}
