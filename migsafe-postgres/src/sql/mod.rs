//! Every SQL text of this crate.
//!
//! Values and names reach a text only as [`Ident`], [`Literal`] and [`Table`], which quote themselves.

mod audit;
mod blockers;
mod data;
mod effect;
mod journal;
mod quote;
mod read;
mod rights;
mod rows;
mod step;

pub(crate) use audit::{audit_exists, change, create_audit};
pub(crate) use blockers::blockers;
pub(crate) use data::{
    ASKED, BEFORE_ASKED, ask, begin_asking, cast_facts, compute, constraint, count_rows,
    count_sampled, dependents, duplicates, exists, passed_on, referring_tables, some_rows,
    table_facts,
};
pub(crate) use effect::{Before, before, now, recorded};
pub(crate) use journal::{
    Lease, Record, claim, create_journal, entries, fence, finish_row, give_back, insert_unfinished,
    journal_exists, lease_sessions, own_process, progress, record, release, renew,
    session_settings, take_up, workers, write_logs,
};
pub(crate) use quote::{Ident, Literal, Table};
pub(crate) use read::{
    absence, columns_of_table, facts, holders, identity, lenient_rows, rows, rows_as_text, shape,
    stamp,
};
pub(crate) use rights::journal_rights;
pub(crate) use rows::{before_row_query, count_row_query, value_of_row_query};
pub(crate) use step::{
    Locks, SAVEPOINT, begin, create_table, guard, insert_failed, insert_started, reset, settings,
    time, transaction_is_ours,
};
