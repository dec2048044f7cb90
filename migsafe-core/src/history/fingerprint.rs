//! One value that stands for a whole history.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::{History, HistoryRow, StoredTime};

/// SHA-256 over every row of a history, independent of the order in which the rows were read.
///
/// Two histories with one fingerprint have the same rows in every column but `logs` (which readers
/// cut). A plan is bound to the fingerprint of the history it was made from.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a history.
    #[must_use]
    pub fn of(history: &History) -> Self {
        let mut rows: Vec<&HistoryRow> = history.rows().iter().collect();
        rows.sort_by(|a, b| {
            a.migration_name
                .cmp(&b.migration_name)
                .then_with(|| a.attempt_order(b))
                .then_with(|| a.checksum.cmp(&b.checksum))
                .then_with(|| a.rolled_back_at.cmp(&b.rolled_back_at))
                .then_with(|| a.applied_steps_count.cmp(&b.applied_steps_count))
        });
        let mut hash = Sha256::new();
        hash.update(if history.is_absent() { b"absent" } else { b"presnt" });
        for row in rows {
            for text in [&row.id, &row.migration_name, &row.checksum] {
                field(&mut hash, Some(text));
            }
            for time in [&row.started_at, &row.finished_at, &row.rolled_back_at] {
                field(&mut hash, time.as_ref().map(StoredTime::to_string).as_deref());
            }
            field(&mut hash, row.applied_steps_count.map(|n| n.to_string()).as_deref());
        }
        Self(hash.finalize().into())
    }
}

/// Length-prefixed, so that no two lists of fields give the same bytes.
fn field(hash: &mut Sha256, text: Option<&str>) {
    match text {
        None => hash.update([0]),
        Some(text) => {
            hash.update([1]);
            hash.update(text.len().to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_rows_does_not_matter_and_any_change_does() {
        let a = HistoryRow::applied("a", "1");
        let b = HistoryRow::applied("b", "2");
        let of = |rows: Vec<HistoryRow>| Fingerprint::of(&History::present(rows));
        assert_eq!(of(vec![a.clone(), b.clone()]), of(vec![b.clone(), a.clone()]));
        assert_ne!(of(vec![a.clone()]), of(vec![a.clone(), b]));
        let mut finished = a.clone();
        finished.finished_at = None;
        assert_ne!(of(vec![a]), of(vec![finished]));
        assert_ne!(of(vec![]), Fingerprint::of(&History::Absent(super::super::Absence::Table)));
    }
}
