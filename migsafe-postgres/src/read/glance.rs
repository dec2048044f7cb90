//! The cheap look: enough for a database that is up to date, which is what nearly every start-up finds.
//!
//! The first statement calls functions only, since planning a look into the catalog costs more than reading a
//! hundred rows. Whatever is unusual — no table, another shape, row-level security, a schema of Prisma 8, an
//! unfinished attempt, a value that cannot be read — is left to the careful look, without an answer here.

use migsafe_core::history::{History, HistoryTable};
use migsafe_core::store::{DatabaseFacts, Reading, StatementSupport, StoreError};

use super::decode;
use crate::connection::{Answer, Message};
use crate::sql::{self, Table};
use crate::store::Reader;

/// A row of as many columns as Prisma's table has, all of them NULL.
const EIGHT_COLUMNS: &str = "(,,,,,,,)";

/// Reads a history in which nothing is unusual, without looking at the lock.
pub(crate) async fn glance(reader: &mut Reader<'_>) -> Result<Option<Reading>, StoreError> {
    let schema = reader.options.schema.clone();
    let table = Table { schema: schema.as_deref() };
    let sql = format!("{};\n{}", sql::shape(table), sql::rows_as_text(table));
    let answer = reader.send(Message::from(sql).with_history(1, decode::text_row)).await?;
    Ok(reading(answer))
}

fn reading(answer: Answer) -> Option<Reading> {
    if answer.failure.is_some() {
        return None;
    }
    let value = |column| answer.value(0, column).map(|value| value.into_owned());
    let flag = |column| value(column).as_deref() == Some("t");
    let schema = value(2)?;
    let usual = value(3).is_none()
        && value(4).as_deref() == Some("f")
        && value(5).as_deref() == Some(EIGHT_COLUMNS);
    if !usual {
        return None;
    }
    let rows = &answer.history;
    if !rows.iter().all(|row| row.problems().is_empty() && (row.is_finished() || !row.is_live())) {
        return None;
    }
    let facts = DatabaseFacts::default()
        .with_read_replica(flag(1))
        .with_schema(Some(schema))
        .with_server(value(0))
        .with_statements(StatementSupport::Available);
    Some(
        Reading::of(History::Present(HistoryTable::new(answer.history).into()))
            .with_database(facts),
    )
}
