//! From SQL literals, as SQLite's `quote()` writes them, back to values with their storage class.

use std::borrow::Cow;

use migsafe_core::history::Cell;

/// A list of records in one text: values as SQL literals, with a comma between the values of a
/// record and a line feed between records. Literals need no further escaping: text is in quotation marks.
#[derive(Debug)]
pub(crate) struct Literals<'a> {
    rest: &'a [u8],
}

/// The text is not what `quote()` writes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl<'a> Literals<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next record of `N` values; `None` at the end.
    pub(crate) fn record<const N: usize>(&mut self) -> Result<Option<[Value<'a>; N]>, Malformed> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let mut values = [const { Value::Null }; N];
        for (index, value) in values.iter_mut().enumerate() {
            if index > 0 {
                self.expect(b',')?;
            }
            *value = self.value()?;
        }
        if !self.rest.is_empty() {
            self.expect(b'\n')?;
        }
        Ok(Some(values))
    }

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
        let length =
            self.rest.iter().position(|b| matches!(b, b',' | b'\n')).unwrap_or(self.rest.len());
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

    fn cells<const N: usize>(text: &[u8]) -> Result<Vec<[Cell; N]>, Malformed> {
        let mut literals = Literals::new(text);
        let mut records = Vec::new();
        while let Some(record) = literals.record::<N>()? {
            records.push(record.map(Value::into_cell));
        }
        Ok(records)
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn every_storage_class() {
        let read = cells::<6>(b"NULL,-12,'it''s, a\n''test''',X'00FF',1.5,-9.0e+999").unwrap();
        assert_eq!(
            read,
            [[
                Cell::Null,
                Cell::Integer(-12),
                text("it's, a\n'test'"),
                Cell::Other("x'00FF'".into()),
                Cell::Other("1.5".into()),
                Cell::Other("-9.0e+999".into()),
            ]]
        );
    }

    #[test]
    fn several_records_and_none() {
        assert_eq!(cells::<1>(b"").unwrap(), Vec::<[Cell; 1]>::new());
        assert_eq!(
            cells::<2>(b"'',''''\n1,NULL").unwrap(),
            [[text(""), text("'")], [Cell::Integer(1), Cell::Null]]
        );
    }

    #[test]
    fn text_that_is_not_utf8_is_no_text() {
        let read = cells::<1>(b"'a\xff'''").unwrap();
        assert_eq!(read, [[Cell::Other("text that is not UTF-8: a\u{fffd}'".into())]]);
    }

    #[test]
    fn anything_else_is_malformed() {
        for bytes in [
            &b"'abc"[..],
            b"X'00",
            b"nul",
            b"1,2",
            b"'a'b",
            b"1\n2,",
            b",",
            b"\xff",
            b"''''",
            b"--",
        ] {
            let read = cells::<1>(bytes);
            assert!(read == Err(Malformed) || bytes == b"''''", "{bytes:?} {read:?}");
        }
        assert_eq!(cells::<2>(b"1"), Err(Malformed));
    }

    #[test]
    fn values_without_a_cell() {
        let mut literals = Literals::new(b"'a''b',7,NULL");
        let [a, b, c] = literals.record().unwrap().unwrap();
        assert_eq!((a.to_text(), b.integer(), c.integer()), ("a'b".to_owned(), Some(7), None));
    }
}
