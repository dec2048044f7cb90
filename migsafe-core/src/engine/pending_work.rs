//! What pending migrations do to whole tables of a SQLite file while nobody else can write.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::Place;
use crate::Dialect;
use crate::data::{Certainty, DataAnswer, DataLimits, DataQuestion, Overwrite};
use crate::lint::{Site, all_sites};
use crate::lock::{TableWork, Work};
use crate::policy::Facts;
use crate::sql::{ActionKind, ObjectName};
use crate::store::HistoryStore;

/// What the pending migrations do to whole tables, as far as their text tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PendingWork {
    /// How many migrations are pending.
    pub migrations: usize,
    /// The statements that take the longer the more rows there are, and those of which nothing is known.
    pub statements: Vec<StatementWork>,
}

/// What a statement does to a table that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatementWork {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// Its leading key words.
    pub verb: String,
    /// The table; `None` for every table of the file, and where the statement is not understood.
    pub table: Option<String>,
    /// What it does; `None` where the statement is not understood.
    pub work: Option<Work>,
    /// How many rows the table has now; `None` if they were not counted.
    pub rows: Option<u64>,
    /// There are more rows than were counted.
    pub more_rows: bool,
}

/// Beyond this many rows, they are many.
const COUNT_UP_TO: u64 = 1_000_000;

impl PendingWork {
    /// Of the scripts that are about to run. Counts rows, within limits; what was not counted by then is not known.
    pub(super) async fn of(store: &dyn HistoryStore, facts: &Facts<'_>) -> Self {
        let mut statements: Vec<StatementWork> = Vec::new();
        let mut tables: BTreeMap<String, ObjectName> = BTreeMap::new();
        for site in all_sites(facts) {
            if let ActionKind::Opaque(_) = site.action.kind {
                statements.push(StatementWork::of(&site, None, None));
            }
            for work in work_of(&site) {
                if let Some(table) = &work.table {
                    tables.insert(Dialect::Sqlite.fold(&table.name), table.clone());
                }
                let named = work.table.map(|table| table.name);
                statements.push(StatementWork::of(&site, named, Some(work.work)));
            }
        }
        let rows = count(store, &tables).await;
        statements.retain_mut(|statement| match &statement.table {
            Some(table) => statement.settle(rows.get(&Dialect::Sqlite.fold(table))),
            None => true,
        });
        statements.dedup();
        Self { migrations: facts.scripts().count(), statements }
    }
}

impl StatementWork {
    fn of(site: &Site<'_>, table: Option<String>, work: Option<Work>) -> Self {
        Self {
            place: Place::of(site),
            verb: site.statement.verb().to_owned(),
            table,
            work,
            rows: None,
            more_rows: false,
        }
    }

    /// False of a table that is not there: what is made by the same scripts holds what they put into it.
    fn settle(&mut self, answer: Option<&DataAnswer>) -> bool {
        match answer {
            Some(DataAnswer::NotThere) => return false,
            Some(DataAnswer::Found(found)) => {
                self.rows = Some(found.rows);
                self.more_rows = found.certainty == Certainty::AtLeast;
            }
            _ => {}
        }
        true
    }
}

/// What an action does to tables; `REINDEX` may name an index.
fn work_of(site: &Site<'_>) -> Vec<TableWork> {
    let mut work = TableWork::of(&site.action.kind);
    if let ActionKind::Reindex { .. } = site.action.kind {
        for work in &mut work {
            let index = work.table.as_ref().and_then(|name| site.index(name));
            work.table = index.map(|index| index.table.clone()).or(work.table.take());
        }
    }
    work
}

/// The rows of each table, by its folded name.
async fn count(
    store: &dyn HistoryStore,
    tables: &BTreeMap<String, ObjectName>,
) -> BTreeMap<String, DataAnswer> {
    let Some(inspector) = store.data_inspector().filter(|_| !tables.is_empty()) else {
        return BTreeMap::new();
    };
    let rows = |table: &ObjectName| DataQuestion::Rows {
        table: table.clone(),
        by: Overwrite::Delete,
        cascade: false,
    };
    let questions: Vec<DataQuestion> = tables.values().map(rows).collect();
    let limits = DataLimits::default()
        .with_per_question(Duration::from_millis(500))
        .with_total(Duration::from_secs(5))
        .with_count_up_to(COUNT_UP_TO)
        .without_samples();
    // A size that cannot be had is not known; the rest of the report stands.
    let answers = inspector.answer(&questions, &limits).await.unwrap_or_default();
    tables.keys().cloned().zip(answers).collect()
}
