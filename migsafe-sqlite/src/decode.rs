//! From SQL literals, as SQLite's `quote()` writes them, back to values with their storage class.

use std::borrow::Cow;

use migsafe_core::history::Cell;

/// Values as SQL literals with a comma between them, as `group_concat(quote(x))` gives them.
/// Literals need no further escaping: text is in quotation marks.
#[derive(Clone, Copy, Debug)]
struct Literals<'a> {
    rest: &'a [u8],
}

/// The columns of some rows, each as a list of literals.
#[derive(Debug)]
pub(crate) struct Columns<'a, const N: usize> {
    columns: [Literals<'a>; N],
}

/// The text is not what `quote()` writes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl<'a, const N: usize> Columns<'a, N> {
    pub(crate) fn new(columns: [&'a [u8]; N]) -> Self {
        Self { columns: columns.map(|rest| Literals { rest }) }
    }

    /// The next row; `None` at the end.
    pub(crate) fn row(&mut self) -> Result<Option<[Value<'a>; N]>, Malformed> {
        if self.columns.iter().all(|column| column.rest.is_empty()) {
            return Ok(None);
        }
        let mut values = [const { Value::Null }; N];
        for (value, column) in values.iter_mut().zip(&mut self.columns) {
            *value = column.value()?;
            if !column.rest.is_empty() {
                column.expect(b',')?;
            }
        }
        Ok(Some(values))
    }
}

impl<'a> Literals<'a> {
    fn expect(&mut self, byte: u8) -> Result<(), Malformed> {
        match self.rest.split_first() {
            Some((&first, rest)) if first == byte => {
                self.rest = rest;
                Ok(())
            }
            _ => Err(Malformed),
        }
    }

    fn value(&mut self) -> Result<Value<'a>, Malformed> {
        match self.rest {
            [b'\'', ..] => self.text(),
            [b'X', b'\'', ..] => {
                let end = find(&self.rest[2..], b'\'').ok_or(Malformed)?;
                let digits = &self.rest[2..2 + end];
                self.rest = &self.rest[end + 3..];
                Ok(Value::Blob(digits))
            }
            _ => self.bare(),
        }
    }

    fn text(&mut self) -> Result<Value<'a>, Malformed> {
        let inside = &self.rest[1..];
        let mut at = 0;
        let mut doubled = false;
        loop {
            at += find(&inside[at..], b'\'').ok_or(Malformed)?;
            if inside.get(at + 1) != Some(&b'\'') {
                break;
            }
            doubled = true;
            at += 2;
        }
        self.rest = &inside[at + 1..];
        Ok(Value::Text { bytes: &inside[..at], doubled })
    }

    /// NULL or a number.
    fn bare(&mut self) -> Result<Value<'a>, Malformed> {
        let length = find(self.rest, b',').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        let word = std::str::from_utf8(word).map_err(|_| Malformed)?;
        if word == "NULL" {
            return Ok(Value::Null);
        }
        if let Ok(integer) = word.parse() {
            return Ok(Value::Integer(integer));
        }
        let number = word.parse::<f64>().is_ok();
        if number { Ok(Value::Real(word)) } else { Err(Malformed) }
    }
}

/// One value, with its storage class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    /// The digits.
    Real(&'a str),
    /// What is between the quotation marks, each of them inside still doubled if `doubled`.
    Text {
        bytes: &'a [u8],
        doubled: bool,
    },
    /// Its hexadecimal digits.
    Blob(&'a [u8]),
}

impl Value<'_> {
    /// The text, what is not UTF-8 replaced; empty for anything but text.
    pub(crate) fn to_text(self) -> String {
        match self {
            Self::Text { .. } => String::from_utf8_lossy(&self.undoubled()).into_owned(),
            _ => String::new(),
        }
    }

    /// The integer; `None` for anything else.
    pub(crate) fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// The value as a cell of the history table.
    pub(crate) fn into_cell(self) -> Cell {
        match self {
            Self::Null => Cell::Null,
            Self::Integer(value) => Cell::Integer(value),
            Self::Real(digits) => Cell::Other(digits.to_owned()),
            Self::Blob(digits) => {
                let head = &digits[..digits.len().min(64)];
                Cell::Other(format!("x'{}'", String::from_utf8_lossy(head)))
            }
            Self::Text { .. } => match String::from_utf8(self.undoubled().into_owned()) {
                Ok(text) => Cell::Text(text),
                Err(error) => {
                    let lossy = String::from_utf8_lossy(error.as_bytes());
                    let head: String = lossy.chars().take(64).collect();
                    Cell::Other(format!("text that is not UTF-8: {head}"))
                }
            },
        }
    }

    fn undoubled(&self) -> Cow<'_, [u8]> {
        let Self::Text { bytes, doubled } = self else {
            return Cow::Borrowed(&[]);
        };
        if !doubled {
            return Cow::Borrowed(bytes);
        }
        let mut text = Vec::with_capacity(bytes.len());
        let mut rest = *bytes;
        while let Some(at) = find(rest, b'\'') {
            text.extend_from_slice(&rest[..=at]);
            rest = rest.get(at + 2..).unwrap_or_default();
        }
        text.extend_from_slice(rest);
        Cow::Owned(text)
    }
}

fn find(bytes: &[u8], byte: u8) -> Option<usize> {
    bytes.iter().position(|&b| b == byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells<const N: usize>(columns: [&[u8]; N]) -> Result<Vec<[Cell; N]>, Malformed> {
        let mut columns = Columns::new(columns);
        let mut rows = Vec::new();
        while let Some(row) = columns.row()? {
            rows.push(row.map(Value::into_cell));
        }
        Ok(rows)
    }

    fn column(text: &[u8]) -> Result<Vec<Cell>, Malformed> {
        Ok(cells([text])?.into_iter().flatten().collect())
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn every_storage_class() {
        let read = column(b"NULL,-12,'it''s, a\n''test''',X'00FF',1.5,-9.0e+999").unwrap();
        assert_eq!(
            read,
            [
                Cell::Null,
                Cell::Integer(-12),
                text("it's, a\n'test'"),
                Cell::Other("x'00FF'".into()),
                Cell::Other("1.5".into()),
                Cell::Other("-9.0e+999".into()),
            ]
        );
    }

    #[test]
    fn columns_go_together() {
        assert_eq!(column(b"").unwrap(), []);
        assert_eq!(
            cells([b"'',''''", b"1,NULL"]).unwrap(),
            [[text(""), Cell::Integer(1)], [text("'"), Cell::Null]]
        );
        assert_eq!(cells([b"1,2", b"1"]), Err(Malformed));
        assert_eq!(cells([&b"1"[..], b""]), Err(Malformed));
    }

    #[test]
    fn text_that_is_not_utf8_is_no_text() {
        let read = column(b"'a\xff'''").unwrap();
        assert_eq!(read, [Cell::Other("text that is not UTF-8: a\u{fffd}'".into())]);
    }

    #[test]
    fn anything_else_is_malformed() {
        for bytes in [&b"'abc"[..], b"X'00", b"nul", b"'a'b", b",", b"1,,2", b"\xff", b"--", b"'''"]
        {
            assert_eq!(column(bytes), Err(Malformed), "{bytes:?}");
        }
    }

    #[test]
    fn values_without_a_cell() {
        let mut columns = Columns::new([b"'a''b'", b"7", b"NULL"]);
        let [a, b, c] = columns.row().unwrap().unwrap();
        assert_eq!((a.to_text(), b.integer(), c.integer()), ("a'b".to_owned(), Some(7), None));
    }
}
