//! What becomes of values in a column of another type.

use migsafe_core::data::{DataAnswer, Found};

use super::Asking;
use super::questions::{Table, scan};
use crate::error::Fault;

/// A column whose values go into one of another type.
pub(super) struct Stored<'a> {
    /// Quoted.
    pub(super) column: String,
    /// The type, as written; empty for none.
    pub(super) to: &'a str,
    pub(super) strict: bool,
    pub(super) rowid: bool,
}

/// How SQLite takes a declared type (its manual, `datatype3.html`, section 3.1).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Affinity {
    Text,
    Numeric,
    Real,
    None,
}

/// The extended result code for a value of a wrong type in a `STRICT` table.
const WRONG_TYPE: &str = "3091";
/// The result code for a rowid that is no integer.
const MISMATCH: &str = "20";

impl Stored<'_> {
    pub(super) async fn answer(
        &self,
        asking: &mut Asking<'_>,
        table: &Table,
        in_any_way: bool,
    ) -> Result<DataAnswer, Fault> {
        if let Some((code, condition)) = self.refused() {
            let found = scan(asking, table, &condition).await?;
            if found.rows > 0 {
                return Ok(DataAnswer::Failing { sqlstate: code.to_owned(), found });
            }
        }
        let found = match self.changed(in_any_way) {
            Some(condition) => scan(asking, table, &condition).await?,
            None => Found::exactly(0),
        };
        Ok(DataAnswer::Changed(found))
    }

    fn affinity(&self) -> Affinity {
        let to = self.to.to_ascii_uppercase();
        let has = |words: &[&str]| words.iter().any(|word| to.contains(word));
        match () {
            () if self.strict && to == "ANY" => Affinity::None,
            () if has(&["INT"]) => Affinity::Numeric,
            () if has(&["CHAR", "CLOB", "TEXT"]) => Affinity::Text,
            () if to.is_empty() || has(&["BLOB"]) => Affinity::None,
            () if has(&["REAL", "FLOA", "DOUB"]) => Affinity::Real,
            () => Affinity::Numeric,
        }
    }

    /// A text that is a number and nothing else: it is compared as the number that it becomes.
    fn is_number(&self) -> String {
        let column = &self.column;
        format!("(typeof({column}) = 'text' AND {column} = CAST({column} AS NUMERIC))")
    }

    /// Values that are no longer what they were.
    fn changed(&self, in_any_way: bool) -> Option<String> {
        let column = &self.column;
        let is_number = self.is_number();
        let other_text = format!(
            "{is_number} AND CAST(CAST({column} AS NUMERIC) AS TEXT) <> CAST({column} AS TEXT) COLLATE BINARY"
        );
        Some(match (self.affinity(), in_any_way) {
            (Affinity::None, _) => return None,
            (Affinity::Text, true) => format!("typeof({column}) IN ('integer', 'real')"),
            (Affinity::Text, false) => {
                format!(
                    "typeof({column}) = 'real' AND CAST(CAST({column} AS TEXT) AS REAL) <> {column}"
                )
            }
            (Affinity::Numeric, true) => is_number,
            (Affinity::Numeric, false) => other_text,
            (Affinity::Real, true) => format!("{is_number} OR typeof({column}) = 'integer'"),
            (Affinity::Real, false) => format!(
                "{other_text} OR (typeof({column}) = 'integer' \
                 AND CAST(CAST({column} AS REAL) AS INTEGER) <> {column})"
            ),
        })
    }

    /// Values that cannot be stored, and the code of the error.
    fn refused(&self) -> Option<(&'static str, String)> {
        let column = &self.column;
        let number = self.is_number();
        let whole = format!(
            "(typeof({column}) = 'integer' \
             OR (typeof({column}) = 'real' AND {column} = CAST({column} AS INTEGER)) \
             OR ({number} AND CAST({column} AS NUMERIC) = CAST({column} AS INTEGER)))"
        );
        let not = |fits: &str| format!("{column} IS NOT NULL AND NOT {fits}");
        let to = self.to.to_ascii_uppercase();
        Some(match &*to {
            _ if self.rowid => (MISMATCH, not(&whole)),
            _ if !self.strict => return None,
            "INT" | "INTEGER" => (WRONG_TYPE, not(&whole)),
            "REAL" => {
                (WRONG_TYPE, not(&format!("(typeof({column}) IN ('integer', 'real') OR {number})")))
            }
            "TEXT" => (WRONG_TYPE, not(&format!("(typeof({column}) <> 'blob')"))),
            "BLOB" => (WRONG_TYPE, not(&format!("(typeof({column}) = 'blob')"))),
            _ => return None,
        })
    }
}
