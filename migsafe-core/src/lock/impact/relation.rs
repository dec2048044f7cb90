//! `LockImpact`.

use std::fmt;

use crate::lint::Site;
use crate::lock::TableLock;
use crate::lock::measured::Role;
use crate::sql::{ObjectName, Statement};

use super::combine;
use super::context::Context;

/// What a statement, or one of its actions, locks and does meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockImpact {
    /// The relations that exist before it and that it locks, each once with the strongest mode.
    pub relations: Vec<RelationLock>,
    /// False when it may lock more than these: through triggers, functions, cascades, or because it was not
    /// measured or could not be read.
    pub is_complete: bool,
    /// Whether a table with its rows and indexes is written anew.
    pub rewrite: Effect,
    /// Whether every row of a table is read.
    pub scan: Effect,
    /// Whether the server refuses it in a transaction.
    pub refused_in_transaction: bool,
    /// Whether it waits for every older transaction, whatever that has locked.
    pub waits_for_snapshots: bool,
    /// Why nothing is known of it, or not all.
    pub unmeasured: Option<String>,
}

/// A relation that is locked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RelationLock {
    /// Its name, as the statement or an earlier script gives it; `None` where only the server knows it.
    pub name: Option<ObjectName>,
    /// The part it plays.
    pub role: Role,
    /// The strongest mode; `None` where it depends on more than is known.
    pub lock: Option<TableLock>,
    /// False when there may be no such relation, or it may be left alone.
    pub certain: bool,
    /// Whether all its rows are read.
    pub scan: Effect,
    /// Made by what is deployed together: nobody uses it, and its lock is in nobody's way.
    pub is_new: bool,
}

/// Whether something happens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// No.
    #[default]
    No,
    /// It was not measured, or the statement could not be read.
    Unknown,
    /// It depends; on what.
    Depends(String),
    /// Yes.
    Yes,
}

impl Effect {
    /// `no`, `unknown`, `depends`, `yes`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Depends(_) => "depends",
            Self::Yes => "yes",
        }
    }

    /// What it depends on.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Depends(reason) => Some(reason),
            _ => None,
        }
    }

    /// The one that says more of two.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let rank = |effect: &Self| match effect {
            Self::No => 0,
            Self::Unknown => 1,
            Self::Depends(_) => 2,
            Self::Yes => 3,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Depends(reason) => write!(f, "depends: {reason}"),
            other => f.write_str(other.word()),
        }
    }
}

impl LockImpact {
    /// Of a statement of PostgreSQL, by its text alone. `script` is the script it stands in, `server_version` the
    /// server's own number (150020 for 15.20); the oldest that is supported where it is not known.
    #[must_use]
    pub fn of_statement(statement: &Statement, script: &str, server_version: Option<u32>) -> Self {
        let impacts = statement.actions().iter().map(|action| {
            let sql = script.get(action.range.clone()).unwrap_or_default();
            combine::impact(&action.kind, &Context::new(sql, server_version, None))
        });
        Self::all(impacts)
    }

    /// Of one action, with what the scripts before it say of the database.
    #[must_use]
    pub fn of_site(site: &Site<'_>) -> Self {
        let context = Context::new(site.sql(), site.server_version(), Some(*site));
        combine::impact(&site.action.kind, &context)
    }

    /// Of several actions together: of each relation the strongest lock.
    #[must_use]
    pub fn all(impacts: impl IntoIterator<Item = Self>) -> Self {
        impacts.into_iter().fold(Self::nothing(), Self::and)
    }

    /// The relations whose names are known, that exist already, and that are locked more strongly than by reading.
    pub fn named(&self) -> impl Iterator<Item = (&ObjectName, &RelationLock)> {
        self.relations
            .iter()
            .filter(|relation| !relation.is_new && relation.lock != Some(TableLock::AccessShare))
            .filter_map(|relation| Some((relation.name.as_ref()?, relation)))
    }

    pub(super) fn nothing() -> Self {
        Self {
            relations: Vec::new(),
            is_complete: true,
            rewrite: Effect::No,
            scan: Effect::No,
            refused_in_transaction: false,
            waits_for_snapshots: false,
            unmeasured: None,
        }
    }

    fn and(mut self, other: Self) -> Self {
        for relation in other.relations {
            self.add(relation);
        }
        self.is_complete &= other.is_complete;
        self.rewrite = self.rewrite.or(other.rewrite);
        self.scan = self.scan.or(other.scan);
        self.refused_in_transaction |= other.refused_in_transaction;
        self.waits_for_snapshots |= other.waits_for_snapshots;
        self.unmeasured = self.unmeasured.or(other.unmeasured);
        self
    }

    pub(super) fn add(&mut self, relation: RelationLock) {
        let same = |known: &&mut RelationLock| {
            known.name == relation.name && (relation.name.is_some() || known.role == relation.role)
        };
        match self.relations.iter_mut().find(same) {
            Some(known) => {
                known.lock = TableLock::strongest([known.lock, relation.lock]);
                known.certain |= relation.certain;
                known.is_new &= relation.is_new;
                known.scan = std::mem::take(&mut known.scan).or(relation.scan);
            }
            None => self.relations.push(relation),
        }
    }
}
