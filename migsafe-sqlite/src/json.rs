//! The usual history, as JSON: the quickest form in which SQLite gives all rows as one text.
//!
//! JSON holds NULL, integers and text without loss. Anything else in a history (a BLOB, a REAL,
//! text that is not UTF-8) is not read here; the caller then reads SQL literals, which hold
//! everything.

use migsafe_core::history::{Cell, HistoryRow, RawRow};

/// The rows of a text of JSON arrays with a blank between them, one per row, in the order of the
/// table's columns. `None` when a value is not one that JSON holds without loss.
pub(crate) fn rows(text: &[u8]) -> Option<Vec<HistoryRow>> {
    let mut text = Text { rest: text };
    let mut rows = Vec::with_capacity(text.rest.len() / USUAL_LENGTH);
    while !text.rest.is_empty() {
        if !rows.is_empty() {
            text.take(b' ')?;
        }
        rows.push(text.row()?.decode());
    }
    Some(rows)
}

/// The length of a row as Prisma writes it, roughly.
const USUAL_LENGTH: usize = 190;

/// What is left to read. The text comes from SQLite, which writes no white space between values.
struct Text<'a> {
    rest: &'a [u8],
}

impl Text<'_> {
    fn row(&mut self) -> Option<RawRow> {
        let row = RawRow {
            id: self.value(b'[')?,
            checksum: self.value(b',')?,
            finished_at: self.value(b',')?,
            migration_name: self.value(b',')?,
            logs: self.value(b',')?,
            rolled_back_at: self.value(b',')?,
            started_at: self.value(b',')?,
            applied_steps_count: self.value(b',')?,
        };
        self.take(b']')?;
        Some(row)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    /// A value and what stands before it.
    fn value(&mut self, before: u8) -> Option<Cell> {
        self.take(before)?;
        if let Some(rest) = self.rest.strip_prefix(b"null") {
            self.rest = rest;
            return Some(Cell::Null);
        }
        if self.rest.first() == Some(&b'"') {
            return self.string().map(Cell::Text);
        }
        let end = self.rest.iter().position(|byte| matches!(byte, b',' | b']'))?;
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        std::str::from_utf8(digits).ok()?.parse().ok().map(Cell::Integer)
    }

    fn string(&mut self) -> Option<String> {
        let mut escaped = false;
        let mut at = 1;
        loop {
            at += self.rest.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            if self.rest[at] == b'"' {
                break;
            }
            escaped = true;
            at += 2;
        }
        let (literal, rest) = self.rest.split_at(at + 1);
        self.rest = rest;
        if escaped {
            return serde_json::from_slice(literal).ok();
        }
        std::str::from_utf8(&literal[1..at]).ok().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use migsafe_core::history::StoredTime;

    use super::*;

    #[test]
    fn null_integers_and_text_are_read() {
        let text = concat!(
            r#"["1","c",null,"it's \"\n\u2603\u0000",null,-5,9223372036854,0] "#,
            r#"["2","c",1,"b","",null,2,1]"#
        );
        let rows = rows(text.as_bytes()).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].name(), Some("it's \"\n☃\0"));
        assert_eq!(rows[0].started_at, Some(StoredTime::from_unix_millis(9_223_372_036_854)));
        assert_eq!(rows[0].rolled_back_at, Some(StoredTime::from_unix_millis(-5)));
        assert_eq!((rows[0].finished_at.as_ref(), rows[0].logs.as_deref()), (None, None));
        assert_eq!((rows[1].applied_steps_count, rows[1].logs.as_deref()), (Some(1), Some("")));
        assert!(rows.iter().all(|row| row.problems().is_empty()));
    }

    #[test]
    fn everything_else_is_left_to_literals() {
        for value in ["1.5", "1e3", "9.0e+999", "[]", "{}", "true", "x", "9223372036854775808", ""]
        {
            let text = format!("[{value},0,0,0,0,0,0,0]");
            assert!(rows(text.as_bytes()).is_none(), "{value}");
        }
        assert!(rows(b"[\"\xff\",0,0,0,0,0,0,0]").is_none());
        assert!(rows(b"[0,0,0,0,0,0,0]").is_none());
        for text in
            ["[0,0,0,0,0,0,0,0", "[0,0,0,0,0,0,0,0]x", "[0,0,0,0,0,0,0,0] ", "[0,0,0,0,0,0,0,0,0]"]
        {
            assert!(rows(text.as_bytes()).is_none(), "{text}");
        }
        assert_eq!(rows(b""), Some(Vec::new()));
    }
}
