//! What to ask about a table that is built anew: dropping the old one loses nothing but what was not copied.

use super::Step;
use crate::Dialect;
use crate::data::check::Reliance;
use crate::data::expression::embeddable;
use crate::data::{DataQuestion, Key};
use crate::lint::{Rebuild, rebuilds, switches_foreign_keys_off};
use crate::sql::{
    ActionKind, Column, ConstraintKind, ForeignKey, ObjectName, Output, TableDefinition, TypeName,
};

/// A rebuild that is understood.
#[derive(Debug)]
pub(super) struct Understood<'a> {
    /// The old table, by the name under which it is dropped.
    pub(super) old: &'a ObjectName,
    new: &'a TableDefinition,
    /// Columns of the new table with what they are filled from.
    filled: Vec<(&'a str, &'a Output)>,
    /// Rows that violate a constraint are left out, or push others out.
    resolves_conflicts: bool,
    /// Foreign keys of SQLite act while the old table is dropped.
    keys_act: bool,
}

/// Where the values of a new column come from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a> {
    /// A column of the old table, as it is.
    Column(&'a str),
    /// An expression.
    Computed,
    /// Its default.
    Default,
    /// It is NULL, or given out by the database.
    Nothing,
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
    Duplicates {
        keys: Vec<Key>,
        primary_key: bool,
    },
    Violations(String),
    /// A column whose values are assigned to one of this type.
    Converted(String, TypeName),
    /// The same on SQLite; and whether the table is `STRICT`, and whether it is the rowid.
    Stored {
        column: String,
        to: String,
        strict: bool,
        rowid: bool,
    },
    Referring,
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
        let statements = step.script.statements();
        let made = statements.get(create).map(|create| create.range());
        let resolves_conflicts = made.is_none_or(|made| step.says(&made, "on conflict"));
        let keys_act = !switches_foreign_keys_off(step.script);
        understood.then_some(Self {
            old,
            new: definition,
            filled: copied,
            resolves_conflicts,
            keys_act,
        })
    }

    /// The foreign keys of the new table.
    pub(super) fn foreign_keys(&self) -> impl Iterator<Item = &'a ForeignKey> {
        self.new.all_constraints().filter_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(key),
            _ => None,
        })
    }

    /// The columns of the old table that are copied into these, as they are.
    pub(super) fn copied(&self, columns: &[String]) -> Option<Vec<String>> {
        columns.iter().map(|column| self.copied_from(column).cloned()).collect()
    }

    /// The column of the old table that is copied into this one, as it is.
    fn copied_from(&self, column: &str) -> Option<&'a String> {
        match self.source(column) {
            Some(Output::Column(source)) => Some(source),
            _ => None,
        }
    }

    /// The new table, by the name under which it is made.
    pub(super) fn new_name(&self) -> &'a ObjectName {
        &self.new.name
    }

    /// The columns of the new table, each with where its values come from.
    pub(super) fn columns(&self) -> Vec<(&'a str, Source<'a>)> {
        let source = |output: &'a Output| match output {
            Output::Column(column) => Source::Column(column),
            _ => Source::Computed,
        };
        let mut columns: Vec<(&str, Source<'_>)> = Vec::new();
        for column in &self.new.columns {
            let has_default = column.default.as_ref().is_some_and(|default| !default.is_null);
            let from = match self.source(&column.name) {
                Some(output) => source(output),
                None if column.generated.is_some() => Source::Computed,
                None if has_default || is_given_out(column) => Source::Default,
                None => Source::Nothing,
            };
            columns.push((&column.name, from));
        }
        // `CREATE TABLE … AS` has no other columns than those that are selected.
        if self.new.columns.is_empty() {
            columns.extend(self.filled.iter().map(|(name, output)| (*name, source(output))));
        }
        columns
    }

    fn source(&self, column: &str) -> Option<&'a Output> {
        let found = self.filled.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map(|(_, output)| *output)
    }
}

impl Part {
    /// Whether it is about values as they are in the new table.
    pub(super) fn is_of_values(&self) -> bool {
        matches!(self.question, Asked::Duplicates { .. } | Asked::Violations(_))
    }

    fn new(does: String, loses: bool, columns: Vec<String>, question: Asked) -> Self {
        Self { does, loses, columns, question }
    }

    /// Columns that are gone already are not lost again.
    pub(super) fn question(
        &self,
        table: ObjectName,
        gone: &[String],
    ) -> Result<DataQuestion, String> {
        Ok(match self.question.clone() {
            Asked::Unkept(mut kept) => {
                kept.extend_from_slice(gone);
                DataQuestion::Unkept { table, kept }
            }
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
            Asked::Violations(expression) => {
                DataQuestion::Violations { table, expression, added: None }
            }
            Asked::Converted(column, to) => {
                DataQuestion::TypeChange { table, column, to, using: None, plain: true }
            }
            Asked::Stored { column, to, strict, rowid } => {
                DataQuestion::Stored { table, column, to, strict, rowid, in_any_way: false }
            }
            Asked::Referring => DataQuestion::Referring { table },
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
    if dialect == Dialect::Sqlite && rebuild.keys_act {
        let does = format!("drops the old table {old} with foreign keys on, for one built anew");
        parts.push(Part::new(does, true, Vec::new(), Asked::Referring));
    }
    for (name, asked) in conversions(rebuild, dialect) {
        let does = format!("builds the table {old} anew with another type of {name}");
        let columns = match &asked {
            Asked::Converted(column, _) | Asked::Stored { column, .. } => vec![column.clone()],
            _ => Vec::new(),
        };
        parts.push(Part::new(does, false, columns, asked));
    }
    for column in &rebuild.new.columns {
        let is_key = column.is_primary_key();
        let is_required =
            column.not_null || (rebuild.new.without_rowid && in_key(rebuild.new, column));
        if !is_required || (is_key && is_rowid(rebuild.new, column)) || column.generated.is_some() {
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
    let (columns, primary_key) = match kind {
        ConstraintKind::Unique { columns, .. } => (columns, false),
        ConstraintKind::PrimaryKey { columns, .. } => (columns, true),
        ConstraintKind::Check(check) => {
            let does = format!("builds the table {old} anew with a CHECK constraint");
            let same = check
                .columns
                .iter()
                .all(|c| rebuild.copied_from(c).is_some_and(|s| s.eq_ignore_ascii_case(c)));
            let asked = match embeddable(dialect, check) {
                Ok(text) if same => Asked::Violations(text),
                Ok(_) => Asked::Refused("it is about columns that are computed".to_owned()),
                Err(why) => Asked::Refused(why),
            };
            return Some(Part::new(does, false, check.columns.clone(), asked));
        }
        _ => return None,
    };
    let sources = rebuild.copied(columns);
    let what = if primary_key { "the PRIMARY KEY" } else { "a UNIQUE constraint" };
    let does = format!("builds the table {old} anew with {what} on {}", columns.join(", "));
    Some(match sources {
        Some(sources) => {
            let asked = match keys(rebuild, dialect, columns, &sources) {
                _ if rebuild.resolves_conflicts => {
                    Asked::Refused("rows in the way are left out or replaced".to_owned())
                }
                Ok(keys) => Asked::Duplicates { keys, primary_key },
                Err(why) => Asked::Refused(why),
            };
            Part::new(does, false, sources, asked)
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

/// The parts of a key in the old table, compared as the new one does.
fn keys(
    rebuild: &Understood<'_>,
    dialect: Dialect,
    columns: &[String],
    sources: &[String],
) -> Result<Vec<Key>, String> {
    let key = |(column, source): (&String, &String)| {
        let collation = rebuild.new.column(column).and_then(|column| column.collation.as_ref());
        match (dialect, collation) {
            (Dialect::Postgres, None) => Ok(Key::Column(source.clone())),
            (Dialect::Postgres, Some(name)) => {
                Err(format!("whether values are equal under the collation {name} is not asked"))
            }
            (Dialect::Sqlite, collation) => {
                let name = collation.map_or("BINARY", |name| &*name.name);
                let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
                Ok(Key::Expression(format!("{} COLLATE {}", quote(source), quote(name))))
            }
        }
    };
    columns.iter().zip(sources).map(key).collect()
}

/// The column of `coalesce("column", …)`.
fn coalesced(text: &str, columns: &[String]) -> Option<String> {
    let inside = text.trim().get(..9).filter(|start| start.eq_ignore_ascii_case("coalesce("));
    inside.and(columns.first()).cloned()
}

/// The columns that are copied as they are, each with what becomes of its values in the new type.
fn conversions(rebuild: &Understood<'_>, dialect: Dialect) -> Vec<(String, Asked)> {
    let mut conversions = Vec::new();
    for column in &rebuild.new.columns {
        let Some(source) = rebuild.copied_from(&column.name) else { continue };
        let asked = match (dialect, &column.ty) {
            (Dialect::Postgres, Some(ty)) if !is_given_out(column) || column.identity.is_some() => {
                Asked::Converted(source.clone(), ty.clone())
            }
            (Dialect::Postgres, _) => continue,
            (Dialect::Sqlite, ty) => Asked::Stored {
                column: source.clone(),
                to: ty.as_ref().map(|ty| ty.text.clone()).unwrap_or_default(),
                strict: rebuild.new.strict,
                rowid: is_rowid(rebuild.new, column) && is_key(rebuild.new, column),
            },
        };
        conversions.push((column.name.clone(), asked));
    }
    conversions
}

/// What has to be so for the rows of the new table to be those of the old one: no value is another one there.
pub(super) fn reliances(
    rebuild: &Understood<'_>,
    live: &ObjectName,
    dialect: Dialect,
) -> Vec<Reliance> {
    let reliance = |(name, asked)| {
        let table = live.clone();
        let question = match asked {
            Asked::Converted(column, to) => {
                DataQuestion::TypeChange { table, column, to, using: None, plain: true }
            }
            Asked::Stored { column, to, strict, rowid } => {
                DataQuestion::Stored { table, column, to, strict, rowid, in_any_way: true }
            }
            _ => return None,
        };
        let why = format!("values of {name} may be others in the table that is built anew");
        Some(Reliance { question, why })
    };
    conversions(rebuild, dialect).into_iter().filter_map(reliance).collect()
}

/// The only column of the key, of the type `INTEGER`, is the rowid.
fn is_rowid(table: &TableDefinition, column: &Column) -> bool {
    let is_integer =
        column.ty.as_ref().is_some_and(|ty| ty.name.name.eq_ignore_ascii_case("INTEGER"));
    is_integer && !table.without_rowid
}

fn in_key(table: &TableDefinition, column: &Column) -> bool {
    table.all_constraints().any(|constraint| {
        matches!(&constraint.kind, ConstraintKind::PrimaryKey { columns, .. }
            if columns.iter().any(|name| name.eq_ignore_ascii_case(&column.name)))
    })
}

fn is_key(table: &TableDefinition, column: &Column) -> bool {
    table.all_constraints().any(|constraint| {
        matches!(&constraint.kind, ConstraintKind::PrimaryKey { columns, .. }
            if matches!(&**columns, [only] if only.eq_ignore_ascii_case(&column.name)))
    })
}

/// Whether the database gives out its values.
pub(super) fn is_given_out(column: &Column) -> bool {
    let serial = ["serial", "bigserial", "smallserial"];
    column.identity.is_some()
        || column.ty.as_ref().is_some_and(|ty| serial.contains(&&*ty.name.name))
}
