//! Whether the journals may be read.
//!
//! Every role may read the history that was granted to it; our own tables are a grant apart. That they are there and
//! may not be read is not that they are absent: an unfinished row may be one that somebody is at work on.

use migsafe_core::history::{History, HistoryTable};
use migsafe_core::store::Reading;

use crate::connection::Answer;
use crate::sql::Ident;

/// What [`crate::sql::journal_exists`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Journals {
    Absent,
    Hidden,
    Readable,
}

impl Journals {
    pub(crate) fn decode(answer: &Answer, statement: usize) -> Self {
        let flag = |column| answer.value(statement, column).as_deref() == Some("t");
        match (flag(0), flag(1)) {
            (false, _) => Self::Absent,
            (true, false) => Self::Hidden,
            (true, true) => Self::Readable,
        }
    }

    /// The reading, with what hides its journals.
    pub(crate) fn note(self, mut reading: Reading, role: &str) -> Reading {
        if let (Self::Hidden, History::Present(table)) = (self, &reading.history) {
            let table = HistoryTable::clone(table).with_hidden_journals(remedy(role));
            reading.history = History::Present(table.into());
        }
        reading
    }
}

/// What lets a role read the journals.
pub(crate) fn remedy(role: &str) -> String {
    let role = Ident(role);
    format!(
        "GRANT USAGE ON SCHEMA migsafe TO {role}; GRANT SELECT ON migsafe.journal, migsafe.lease TO {role}"
    )
}
