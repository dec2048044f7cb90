//! Who is in whose way.

use chrono::DateTime;
use migsafe_core::lock::{Blocker, Blockers, FoundRelation, HeldLock, RelationSize};
use migsafe_core::sql::ObjectName;
use migsafe_core::store::StoreError;
use sqlx::postgres::PgRow;

use crate::connection::{Answer, text};
use crate::lock::holder;
use crate::sql;
use crate::store::Reader;

/// One look, in one message.
pub(crate) async fn look(
    reader: &mut Reader<'_>,
    relations: &[ObjectName],
) -> Result<Blockers, StoreError> {
    let question = sql::blockers(relations, reader.options.schema());
    let answer = reader.send(question).await?;
    Ok(read(&answer.ok("looking at who is in whose way")?))
}

fn read(answer: &Answer) -> Blockers {
    let mut blockers = Blockers::default();
    blockers.sees_all = answer.value(0, 0).as_deref() == Some("t");
    blockers.relations = answer.rows(1).iter().filter_map(found).collect();
    blockers.sessions = answer.rows(2).iter().filter_map(blocker).collect();
    blockers
}

fn found(row: &PgRow) -> Option<FoundRelation> {
    let name = format!("{}.{}", text(row, 1)?, text(row, 2)?);
    let number = |column| text(row, column).and_then(|text| text.parse().ok());
    let size = RelationSize::new(number(3), number(4), number(5));
    let found = FoundRelation::new(text(row, 0)?.parse().ok()?, name).with_size(size);
    Some(if text(row, 6).as_deref() == Some("t") { found.below() } else { found })
}

/// A row of the last statement of [`sql::blockers`]: first the columns of [`holder`].
fn blocker(row: &PgRow) -> Option<Blocker> {
    let mut blocker = Blocker::of(holder(row)?);
    let start = text(row, 8).and_then(|micros| micros.parse().ok());
    blocker.backend_start = start.and_then(DateTime::from_timestamp_micros);
    blocker.transaction = text(row, 9).map(|text| text.into_owned());
    blocker.blocked_by = text(row, 10).map(|pids| numbers(&pids)).unwrap_or_default();
    blocker.locks = text(row, 11).map(|json| locks(&json)).unwrap_or_default();
    Some(blocker)
}

/// `pg_blocking_pids` names a process once per lock.
fn numbers(list: &str) -> Vec<i32> {
    let mut numbers: Vec<i32> = list.split(',').filter_map(|text| text.parse().ok()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// What the lock is on, whether that is a relation, its mode, whether it was granted, how long it was waited for.
type LockRow = (String, bool, String, bool, Option<i64>);

fn locks(json: &str) -> Vec<HeldLock> {
    let rows: Vec<LockRow> = serde_json::from_str(json).unwrap_or_default();
    rows.into_iter()
        .map(|(on, is_relation, mode, granted, waited)| {
            let of = if is_relation { HeldLock::on_relation } else { HeldLock::on_other };
            of(on, mode, granted).waiting_for(waited)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        assert_eq!(numbers("7,3,7"), [3, 7]);
        assert_eq!(numbers(""), [0_i32; 0]);
        let found = locks(
            r#"[["s.t", true, "ShareLock", true, null], ["tuple", false, "ExclusiveLock", false, 12]]"#,
        );
        assert_eq!(found[0], HeldLock::on_relation("s.t", "ShareLock", true));
        let tuple = HeldLock::on_other("tuple", "ExclusiveLock", false).waiting_for(Some(12));
        assert_eq!(found[1], tuple);
        assert_eq!(locks("{}"), []);
    }
}
