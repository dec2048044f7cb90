//! The row of facts that begins every look.

use migsafe_core::history::HISTORY_TABLE;
use migsafe_core::lock::{LockHolder, LockState};
use migsafe_core::store::{StoreError, StoreErrorCode};

use crate::connection::Answer;

/// The columns of [`crate::sql::facts`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Facts {
    pub(crate) server: String,
    pub(crate) in_recovery: bool,
    pub(crate) current_schema: Option<String>,
    pub(crate) search_path: String,
    pub(crate) user: String,
    pub(crate) prisma8_marker: bool,
    pub(crate) table: Option<TableFacts>,
    database: String,
    own_pid: Option<i32>,
    lock_pid: Option<i32>,
}

/// The history table as the catalog has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TableFacts {
    pub(crate) schema: String,
    kind: String,
    hides_rows: bool,
    /// Has as many columns as Prisma's, and never had more.
    pub(crate) has_eight_columns: bool,
}

impl Facts {
    pub(crate) fn decode(answer: &Answer, statement: usize) -> Option<Self> {
        let value = |column| answer.value(statement, column).map(|value| value.into_owned());
        let flag = |column| value(column).as_deref() == Some("t");
        let table = value(9).map(|schema| TableFacts {
            schema,
            kind: value(10).unwrap_or_default(),
            hides_rows: flag(11),
            has_eight_columns: flag(12),
        });
        Some(Self {
            database: value(0)?,
            server: value(1)?,
            in_recovery: flag(2),
            own_pid: value(3).and_then(|pid| pid.parse().ok()),
            current_schema: value(4),
            search_path: value(5)?,
            user: value(6)?,
            prisma8_marker: flag(7),
            lock_pid: value(8).and_then(|pid| pid.parse().ok()),
            table,
        })
    }

    pub(crate) fn lock(&self) -> LockState {
        match self.lock_pid {
            None => LockState::Free,
            pid if pid == self.own_pid => LockState::HeldByUs,
            Some(pid) => LockState::Held(Box::new(LockHolder::of_pid(pid))),
        }
    }

    /// Row-level security would show some rows and not others: an applied migration would look pending.
    pub(crate) fn check_visible(&self) -> Result<(), StoreError> {
        match &self.table {
            Some(table) if table.hides_rows => {
                let text = format!(
                    "row-level security may hide rows of {HISTORY_TABLE} from the role {}",
                    self.user
                );
                let help = "switch row-level security off on the table, or use its owner or a role \
                            with BYPASSRLS";
                Err(StoreError::new(StoreErrorCode::Permission, text).with_help(help))
            }
            _ => Ok(()),
        }
    }

    /// Only a table can be written: Prisma too takes anything else for no table at all.
    pub(crate) fn check_writable(&self) -> Result<(), StoreError> {
        if self.in_recovery {
            return Err(read_only(&self.database));
        }
        match &self.table {
            Some(table) if !matches!(&*table.kind, "r" | "p") => {
                let text =
                    format!("{HISTORY_TABLE} in the schema {} is a view, no table", table.schema);
                let help = "give the view another name, or name the table's schema with ?schema=";
                Err(StoreError::new(StoreErrorCode::UnsafeSetting, text).with_help(help))
            }
            _ => Ok(()),
        }
    }
}

pub(crate) fn read_only(database: &str) -> StoreError {
    let text = format!("the server of the database {database} is a read replica");
    StoreError::new(StoreErrorCode::ReadOnly, text)
}
