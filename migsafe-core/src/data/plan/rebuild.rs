//! What to ask about a table that is built anew: dropping the old one loses nothing but what was not copied.

use super::Step;
use crate::Dialect;
use crate::data::expression::embeddable;
use crate::data::{DataQuestion, Key};
use crate::lint::{Rebuild, rebuilds};
use crate::sql::{ActionKind, Column, ConstraintKind, ObjectName, Output, TableDefinition};

/// A rebuild that is understood.
#[derive(Debug)]
pub(super) struct Understood<'a> {
    /// The old table, by the name under which it is dropped.
    pub(super) old: &'a ObjectName,
    new: &'a TableDefinition,
    /// Columns of the new table with what they are filled from.
    filled: Vec<(&'a str, &'a Output)>,
}

/// A question about the old table.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) does: String,
    pub(super) loses: bool,
    pub(super) columns: Vec<String>,
    question: Asked,
}

#[derive(Clone, Debug)]
pub(super) enum Asked {
    Unkept(Vec<String>),
    Rewritten(String),
    Nulls(Key),
    Duplicates { keys: Vec<Key>, primary_key: bool },
    Violations(String),
    Refused(String),
}

impl<'a> Understood<'a> {
    /// The rebuild in which a step drops the old table, if every row of it arrives in the new one and nothing else
    /// happens to either.
    pub(super) fn find(steps: &[Step<'a>], at: usize) -> Option<Self> {
        let step = steps.get(at)?;
        let ActionKind::Drop { name: old, .. } = &step.action.kind else { return None };
        let found = rebuilds(step.script);
        let rebuild = found.into_iter().find(|rebuild| rebuild.drops == [step.index])?;
        let Rebuild { table, temporary, definition, every_row, copied, create, copy, end, .. } =
            rebuild;
        let is_either = |name: &ObjectName| [table, temporary].into_iter().any(|t| t.may_be(name));
        let meddled = steps
            .iter()
            .filter(|other| {
                other.migration == step.migration && (create..=end).contains(&other.index)
            })
            .any(|other| match &other.action.kind {
                ActionKind::Insert { table, replaces, on_conflict, .. } => {
                    is_either(table) && (other.index != copy || *replaces || *on_conflict)
                }
                ActionKind::Update { table, .. }
                | ActionKind::Delete { table, .. }
                | ActionKind::Truncate { table, .. }
                | ActionKind::Merge { table, .. } => is_either(table),
                ActionKind::Opaque(_) => true,
                _ => false,
            });
        let plain = copied.iter().all(|(_, output)| **output != Output::All);
        let understood = every_row && plain && !meddled && !definition.if_not_exists;
        understood.then_some(Self { old, new: definition, filled: copied })
    }

    fn source(&self, column: &str) -> Option<&'a Output> {
        let found = self.filled.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map(|(_, output)| *output)
    }
}

impl Part {
    fn new(does: String, loses: bool, columns: Vec<String>, question: Asked) -> Self {
        Self { does, loses, columns, question }
    }

    pub(super) fn question(&self, table: ObjectName) -> Result<DataQuestion, String> {
        Ok(match self.question.clone() {
            Asked::Unkept(kept) => DataQuestion::Unkept { table, kept },
            Asked::Rewritten(column) => DataQuestion::Rewritten { table, column },
            Asked::Nulls(of) => DataQuestion::Nulls { table, of },
            Asked::Duplicates { keys, primary_key } => DataQuestion::Duplicates {
                table,
                keys,
                predicate: None,
                nulls_not_distinct: false,
                primary_key,
                unless: None,
            },
            Asked::Violations(expression) => DataQuestion::Violations { table, expression },
            Asked::Refused(why) => return Err(why),
        })
    }
}

/// What to ask about the old table.
pub(super) fn questions(rebuild: &Understood<'_>, dialect: Dialect) -> Vec<Part> {
    let old = &rebuild.old.name;
    let mut parts = Vec::new();
    let mut kept: Vec<String> = Vec::new();
    for (_, output) in &rebuild.filled {
        match output {
            Output::Column(column) => kept.push(column.clone()),
            Output::Expression(expression) => kept.extend(expression.columns.iter().cloned()),
            Output::All => {}
        }
    }
    parts.push(Part::new(
        format!("builds the table {old} anew without all of its columns"),
        true,
        Vec::new(),
        Asked::Unkept(kept),
    ));
    for (name, output) in &rebuild.filled {
        let Output::Expression(expression) = output else { continue };
        let coalesced = coalesced(&expression.text, &expression.columns);
        if let Some(column) = coalesced {
            let does = format!("builds the table {old} anew with a default where {column} is NULL");
            parts.push(Part::new(does, true, vec![column.clone()], Asked::Rewritten(column)));
        } else if !expression.columns.is_empty() {
            let does = format!("builds the table {old} anew with {name} computed");
            let why = "the values are computed by an expression".to_owned();
            parts.push(Part::new(does, true, expression.columns.clone(), Asked::Refused(why)));
        }
    }
    let is_rowid = |column: &Column| {
        column.ty.as_ref().is_some_and(|ty| ty.name.name.eq_ignore_ascii_case("INTEGER"))
            && !rebuild.new.without_rowid
    };
    for column in &rebuild.new.columns {
        let is_key =
            column.constraints.iter().any(|c| matches!(c.kind, ConstraintKind::PrimaryKey { .. }));
        if !column.not_null || (is_key && is_rowid(column)) || column.generated.is_some() {
            continue;
        }
        let does = format!("builds the table {old} anew with {} NOT NULL", column.name);
        let part = match rebuild.source(&column.name) {
            Some(Output::Column(source)) => Part::new(
                does,
                false,
                vec![source.clone()],
                Asked::Nulls(Key::Column(source.clone())),
            ),
            Some(Output::Expression(expression)) => {
                let asked = match embeddable(dialect, expression) {
                    Ok(text) => Asked::Nulls(Key::Expression(text)),
                    Err(why) => Asked::Refused(why),
                };
                Part::new(does, false, expression.columns.clone(), asked)
            }
            Some(Output::All) => continue,
            None if column.default.as_ref().is_some_and(|d| !d.is_null) => continue,
            // Nothing is copied into it, and it has no default: NULL in every row.
            None => {
                Part::new(does, false, Vec::new(), Asked::Nulls(Key::Expression("NULL".to_owned())))
            }
        };
        parts.push(part);
    }
    for constraint in rebuild.new.all_constraints() {
        parts.extend(constraint_part(rebuild, dialect, &constraint.kind));
    }
    parts
}

fn constraint_part(
    rebuild: &Understood<'_>,
    dialect: Dialect,
    kind: &ConstraintKind,
) -> Option<Part> {
    let old = &rebuild.old.name;
    let plain = |column: &String| match rebuild.source(column) {
        Some(Output::Column(source)) => Some(source.clone()),
        _ => None,
    };
    let (columns, primary_key) = match kind {
        ConstraintKind::Unique { columns, .. } => (columns, false),
        ConstraintKind::PrimaryKey { columns, .. } => (columns, true),
        ConstraintKind::Check(check) => {
            let does = format!("builds the table {old} anew with a CHECK constraint");
            let same =
                check.columns.iter().all(|c| plain(c).is_some_and(|s| s.eq_ignore_ascii_case(c)));
            let asked = match embeddable(dialect, check) {
                Ok(text) if same => Asked::Violations(text),
                Ok(_) => Asked::Refused("it is about columns that are computed".to_owned()),
                Err(why) => Asked::Refused(why),
            };
            return Some(Part::new(does, false, check.columns.clone(), asked));
        }
        _ => return None,
    };
    let sources: Option<Vec<String>> = columns.iter().map(plain).collect();
    let what = if primary_key { "the PRIMARY KEY" } else { "a UNIQUE constraint" };
    let does = format!("builds the table {old} anew with {what} on {}", columns.join(", "));
    Some(match sources {
        Some(sources) => {
            let keys = sources.iter().cloned().map(Key::Column).collect();
            Part::new(does, false, sources, Asked::Duplicates { keys, primary_key })
        }
        // A key that is not copied is given out anew.
        None if columns.iter().all(|column| rebuild.source(column).is_none()) => return None,
        None => Part::new(
            does,
            false,
            Vec::new(),
            Asked::Refused("its columns are computed".to_owned()),
        ),
    })
}

/// The column of `coalesce("column", …)`.
fn coalesced(text: &str, columns: &[String]) -> Option<String> {
    let inside = text.trim().get(..9).filter(|start| start.eq_ignore_ascii_case("coalesce("));
    inside.and(columns.first()).cloned()
}
