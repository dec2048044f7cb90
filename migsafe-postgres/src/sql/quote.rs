//! The one place that quotes.
//!
//! Query builders were considered: they write a quote inside a string as `\'`, which a server with
//! `backslash_quote = off` refuses, and they cannot build the guarded statements. Doubling is always right.

use std::fmt::{self, Display, Write as _};

use migsafe_core::history::HISTORY_TABLE;

/// An identifier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ident<'a>(pub(crate) &'a str);

impl Display for Ident<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\"\"")?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}

/// A string. It means the same whatever `standard_conforming_strings` and `backslash_quote` say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Literal<'a>(pub(crate) &'a str);

impl Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(['\\', '\0']) {
            f.write_char('E')?;
        }
        f.write_char('\'')?;
        for c in self.0.chars() {
            match c {
                '\'' => f.write_str("''")?,
                '\\' => f.write_str("\\\\")?,
                // The server refuses it as a value; bare, it would end the message here.
                '\0' => f.write_str("\\000")?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('\'')
    }
}

/// A string or NULL.
impl Literal<'_> {
    pub(crate) fn or_null(text: Option<&str>) -> String {
        text.map_or_else(|| "NULL".to_owned(), |text| Literal(text).to_string())
    }
}

/// The history table: in a schema, or the one that the search path shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a> {
    pub(crate) schema: Option<&'a str>,
}

impl<'a> Table<'a> {
    pub(crate) fn in_schema(schema: &'a str) -> Self {
        Self { schema: Some(schema) }
    }
}

impl Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = self.schema {
            write!(f, "{}.", Ident(schema))?;
        }
        write!(f, "{}", Ident(HISTORY_TABLE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_strings_are_quoted() {
        assert_eq!(Ident("a\"b").to_string(), "\"a\"\"b\"");
        assert_eq!(Literal("it's").to_string(), "'it''s'");
        assert_eq!(Literal("a\\'b").to_string(), "E'a\\\\''b'");
        assert_eq!(Literal("a\0b").to_string(), "E'a\\000b'");
        assert_eq!(Literal::or_null(None), "NULL");
        assert_eq!(Table { schema: None }.to_string(), "\"_prisma_migrations\"");
        assert_eq!(Table::in_schema("s").to_string(), "\"s\".\"_prisma_migrations\"");
    }
}
