//! What one statement of a pending migration locks, and does meanwhile.

use serde::Serialize;

use super::Place;
use crate::lock::TableLock;
use crate::lock::impact::{Effect, LockImpact};
use crate::sql::ObjectName;

/// A statement that locks something that exists, or of which that is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PendingStatement {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// Its leading key words.
    pub verb: String,
    /// The relations that it names, or whose names are known from earlier scripts.
    pub relations: Vec<StatementLock>,
    /// Others that it locks or may lock, in words: “the tables that refer to it”.
    pub others: Vec<&'static str>,
    /// Whether a table is written anew: `yes`, `no`, `depends`, `unknown`.
    pub rewrite: &'static str,
    /// What that depends on.
    pub rewrite_depends_on: Option<String>,
    /// Whether all rows of a table are read: `yes`, `no`, `depends`, `unknown`.
    pub scan: &'static str,
    /// What that depends on.
    pub scan_depends_on: Option<String>,
    /// The server refuses it in a transaction.
    pub refused_in_transaction: bool,
    /// Why nothing is known of it, or not all.
    pub unmeasured: Option<String>,
}

/// A relation that a statement locks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatementLock {
    /// Its name: as the database has it, or as the statement gives it.
    pub relation: String,
    /// Whether it exists; `None` if the database was not asked.
    pub exists: Option<bool>,
    /// The mode; `None` where it depends on more than is known.
    pub lock: Option<TableLock>,
    /// What does not go on meanwhile.
    pub stops: Option<&'static str>,
    #[serde(skip)]
    asked: ObjectName,
}

impl PendingStatement {
    pub(super) fn of(place: Place, verb: &str, impact: &LockImpact) -> Self {
        let relations = impact.named().map(|(name, relation)| StatementLock {
            relation: name.to_string(),
            exists: None,
            lock: relation.lock,
            stops: relation.lock.map(TableLock::stops),
            asked: name.clone(),
        });
        let unnamed = impact.relations.iter().filter(|relation| relation.name.is_none());
        let stronger = unnamed.filter(|relation| relation.lock != Some(TableLock::AccessShare));
        let reason = |effect: &Effect| effect.reason().map(str::to_owned);
        Self {
            place,
            verb: verb.to_owned(),
            relations: relations.collect(),
            others: stronger.map(|relation| relation.role.words()).collect(),
            rewrite: impact.rewrite.word(),
            rewrite_depends_on: reason(&impact.rewrite),
            scan: impact.scan.word(),
            scan_depends_on: reason(&impact.scan),
            refused_in_transaction: impact.refused_in_transaction,
            unmeasured: impact.unmeasured.clone(),
        }
    }

    /// Whether there is anything to say of it.
    pub(super) fn matters(&self) -> bool {
        !self.relations.is_empty() || !self.others.is_empty() || self.unmeasured.is_some()
    }

    pub(super) fn settle(&mut self, asked: &ObjectName, found: &str, exists: Option<bool>) {
        for lock in self.relations.iter_mut().filter(|lock| lock.asked == *asked) {
            found.clone_into(&mut lock.relation);
            lock.exists = exists;
        }
    }
}
