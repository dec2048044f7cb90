//! Who holds the migration lock.

use async_trait::async_trait;
use migsafe_core::lock::{Blockers, LockHolder};
use migsafe_core::sql::ObjectName;
use migsafe_core::store::{LockInspector, StoreError};
use sqlx::postgres::PgRow;

use crate::connection::text;
use crate::read::{Journals, remedy};
use crate::{PostgresStore, blockers, sql};

/// How much of a holder's query is shown, in characters.
const QUERY_LIMIT: usize = 200;

#[async_trait]
impl LockInspector for PostgresStore {
    async fn lock_holders(&self) -> Result<Vec<LockHolder>, StoreError> {
        let mut reader = self.reader().await;
        let schema = reader.options.schema.clone();
        let table = sql::Table { schema: schema.as_deref() };
        let statements = [&sql::holders(table), sql::journal_exists()].join(";\n");
        let answer = reader.send(statements).await?.ok("looking at the migration lock")?;
        let mut holders: Vec<LockHolder> = answer.rows(0).iter().filter_map(holder).collect();
        if Journals::decode(&answer, 1) == Journals::Readable {
            let answer = reader.send(sql::lease_sessions()).await?;
            let answer = answer.ok("looking at the migrations that run by statement")?;
            let workers = answer.rows(0).iter().filter_map(holder);
            holders.extend(workers);
        }
        Ok(holders)
    }

    async fn hidden_work(&self) -> Result<Option<String>, StoreError> {
        let mut reader = self.reader().await;
        let statements = [sql::journal_exists(), "SELECT current_user"].join(";\n");
        let answer = reader.send(statements).await?.ok("looking for the journal")?;
        let role = answer.value(1, 0).unwrap_or_default();
        Ok((Journals::decode(&answer, 0) == Journals::Hidden).then(|| remedy(&role)))
    }

    async fn blockers(&self, relations: &[ObjectName]) -> Result<Option<Blockers>, StoreError> {
        blockers::look(&mut self.reader().await, relations).await.map(Some)
    }
}

/// A row of [`sql::holders`] or [`sql::lease_sessions`]. What the role may not see is NULL there, except for the query.
pub(crate) fn holder(row: &PgRow) -> Option<LockHolder> {
    let value = |column| text(row, column).map(|text| text.into_owned()).filter(|t| !t.is_empty());
    let mut holder = LockHolder::of_pid(value(0)?.parse().ok()?);
    holder.user = value(1).map(|text| one_line(&text));
    holder.application = value(2).map(|text| one_line(&text));
    holder.address = value(3);
    holder.state = value(4);
    holder.query = value(5).filter(|q| q != "<insufficient privilege>").map(|q| one_line(&q));
    holder.transaction_age_ms = value(6).and_then(|age| age.parse().ok());
    holder.connection_age_ms = value(7).and_then(|age| age.parse().ok());
    holder.session_began = value(8);
    Some(holder)
}

/// A text of somebody else's in one line, without control characters, cut.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let mut chars = line.chars().filter(|c| !c.is_control());
    let mut shown: String = chars.by_ref().take(QUERY_LIMIT - 1).collect();
    match (chars.next(), chars.next()) {
        (Some(last), None) => shown.push(last),
        (Some(_), Some(_)) => shown.push('…'),
        (None, _) => {}
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_one_line_and_cut() {
        assert_eq!(one_line("SELECT\n  1\t;\u{1b}[31m"), "SELECT 1 ;[31m");
        assert_eq!(one_line(&"é".repeat(200)).chars().count(), 200);
        let cut = one_line(&"é".repeat(201));
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (200, true));
    }
}
