//! Tables through time.

use super::timeline::{Moment, Timeline};
use super::{Catalogue, Entity, ONLY, Object};
use crate::sql::{
    Column, Constraint, ConstraintKind, Expression, ForeignKey, Identity, IndexDefinition,
    ObjectName, TableDefinition, Trigger, TypeName,
};

/// What scripts did with one table.
#[derive(Debug, Default)]
pub(super) struct TableHistory {
    /// The statement that made it; `None` when it was not seen.
    pub(super) definition: Option<TableDefinition>,
    pub(super) columns: Timeline<ColumnState>,
    pub(super) constraints: Timeline<ConstraintState>,
    pub(super) triggers: Timeline<Trigger>,
    /// Numbers of the indexes that were ever on it.
    pub(super) indexes: Vec<usize>,
    /// The tables that it is a partition of, or inherits from.
    pub(super) parents: Timeline<ObjectName>,
    /// The moment since which a script has put rows into it.
    pub(super) filled: Option<Moment>,
    /// How many columns it ever had, for their order.
    pub(super) columns_made: usize,
}

/// What the scripts before an action say of a table.
///
/// Where [`TableState::is_complete`] is false, the statement that made the table was not seen: a column, constraint
/// or index that is not found here may be there all the same.
#[derive(Clone, Copy, Debug)]
pub struct TableState<'a> {
    catalogue: &'a Catalogue,
    number: usize,
    table: &'a TableHistory,
    entity: &'a Entity,
    at: Moment,
}

/// What the scripts before an action say of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnState {
    /// Its name.
    pub name: String,
    /// Its type; `None` when none is known or given.
    pub ty: Option<TypeName>,
    /// Whether it takes no `NULL`, by its own words or those of a primary key, an identity, `serial`. `None` when
    /// it is not known.
    pub not_null: Option<bool>,
    /// Its default; `None` also when it is not known, see [`ColumnState::complete`].
    pub default: Option<Expression>,
    /// It is generated.
    pub generated: bool,
    /// It is an identity.
    pub identity: Option<Identity>,
    /// Whether the words that made it were seen. Otherwise only what later scripts changed is known.
    pub complete: bool,
    /// Its place among the columns.
    pub(super) position: usize,
}

/// What the scripts before an action say of a constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConstraintState {
    /// Its name, given or as PostgreSQL chooses it; `None` where that is not known.
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// False after `NOT VALID`, until `VALIDATE CONSTRAINT`.
    pub validated: bool,
    /// `DEFERRABLE`.
    pub deferrable: bool,
}

impl ColumnState {
    pub(super) fn of(column: &Column) -> Self {
        let serial = column.ty.as_ref().is_some_and(|ty| ty.name.name.ends_with("serial"));
        Self {
            name: column.name.clone(),
            ty: column.ty.clone(),
            not_null: Some(
                column.not_null || column.identity.is_some() || serial || column.is_primary_key(),
            ),
            default: column.default.clone(),
            generated: column.generated.is_some(),
            identity: column.identity,
            complete: true,
            position: 0,
        }
    }

    /// A column of which nothing is known but that it is there.
    pub(super) fn unknown(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ty: None,
            not_null: None,
            default: None,
            generated: false,
            identity: None,
            complete: false,
            position: 0,
        }
    }
}

impl ConstraintState {
    pub(super) fn of(name: Option<String>, constraint: &Constraint) -> Self {
        Self {
            name,
            kind: constraint.kind.clone(),
            validated: !constraint.not_valid,
            deferrable: constraint.deferrable,
        }
    }

    /// The columns of the table that it is on: those listed, or those a check names.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        match &self.kind {
            ConstraintKind::Check(check) => check.columns.iter().map(String::as_str).collect(),
            ConstraintKind::NotNull { column } => vec![column],
            ConstraintKind::Unique { columns, .. } | ConstraintKind::PrimaryKey { columns, .. } => {
                columns.iter().map(String::as_str).collect()
            }
            ConstraintKind::ForeignKey(key) => key.columns.iter().map(String::as_str).collect(),
            ConstraintKind::Exclude => Vec::new(),
        }
    }
}

impl<'a> TableState<'a> {
    pub(super) fn new(
        catalogue: &'a Catalogue,
        number: usize,
        table: &'a TableHistory,
        entity: &'a Entity,
        at: Moment,
    ) -> Self {
        Self { catalogue, number, table, entity, at }
    }

    /// Its present name, as the script that gave it wrote it.
    #[must_use]
    pub fn name(&self) -> Option<&'a ObjectName> {
        self.entity.name.get(ONLY, self.at)
    }

    /// Whether the statement that made it was seen, and so every column is known. Not so for `CREATE TABLE … AS`,
    /// `LIKE` and `INHERITS`, whose columns stand elsewhere.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.table.definition.as_ref().is_some_and(|table| {
            !table.as_query
                && table.like.is_empty()
                && table.inherits.is_empty()
                && table.partition_of.is_none()
        })
    }

    /// The statement that made it, as it was written then; `None` when it was not seen.
    #[must_use]
    pub fn definition(&self) -> Option<&'a TableDefinition> {
        self.table.definition.as_ref()
    }

    /// Whether a script before this action has put rows into it. What the application did is not known here.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        self.table.filled.is_some_and(|filled| filled <= self.at)
    }

    /// A column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&'a ColumnState> {
        self.table.columns.get(&self.catalogue.names.fold(name), self.at)
    }

    /// The columns that are known, in order.
    #[must_use]
    pub fn columns(&self) -> Vec<&'a ColumnState> {
        let mut columns: Vec<_> = self.table.columns.alive(self.at).collect();
        columns.sort_by_key(|column| column.position);
        columns
    }

    /// A constraint by its name, given or as PostgreSQL chooses it.
    #[must_use]
    pub fn constraint(&self, name: &str) -> Option<&'a ConstraintState> {
        self.table.constraints.get(&self.catalogue.names.fold(name), self.at)
    }

    /// The constraints that are known, also those of columns.
    pub fn constraints(&self) -> impl Iterator<Item = &'a ConstraintState> + use<'a> {
        self.table.constraints.alive(self.at)
    }

    /// The foreign keys that are known.
    pub fn foreign_keys(&self) -> impl Iterator<Item = &'a ForeignKey> + use<'a> {
        self.constraints().filter_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(key),
            _ => None,
        })
    }

    /// The columns of its primary key; `None` when it has none or it is not known.
    #[must_use]
    pub fn primary_key(&self) -> Option<&'a [String]> {
        self.constraints().find_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } => Some(&**columns),
            _ => None,
        })
    }

    /// The indexes that `CREATE INDEX` made and that are still there; those of constraints are with
    /// [`TableState::constraints`]. The name is the present one.
    pub fn indexes(&self) -> impl Iterator<Item = &'a IndexDefinition> + use<'a> {
        let (catalogue, at, number) = (self.catalogue, self.at, self.number);
        self.table.indexes.iter().filter_map(move |index| {
            match &catalogue.entities.get(*index)?.object {
                Object::Index(index, on) if *on == Some(number) => index.get(ONLY, at),
                _ => None,
            }
        })
    }

    /// The triggers that are known.
    pub fn triggers(&self) -> impl Iterator<Item = &'a Trigger> + use<'a> {
        self.table.triggers.alive(self.at)
    }

    /// The tables that it is a partition of, or inherits from.
    pub fn parents(&self) -> impl Iterator<Item = &'a ObjectName> + use<'a> {
        self.table.parents.alive(self.at)
    }

    /// The views that are known to read it, each with its present name.
    pub fn readers(&self) -> impl Iterator<Item = (&'a ObjectName, &'a super::ViewState)> {
        let name = self.name().cloned();
        let (catalogue, at) = (self.catalogue, self.at);
        name.into_iter().flat_map(move |name| catalogue.readers(&name, at).collect::<Vec<_>>())
    }
}
