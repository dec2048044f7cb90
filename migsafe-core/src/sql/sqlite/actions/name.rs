//! Names, which the tree keeps with their quotes.

use sqlite3_parser::ast::{Expr, Id, Literal, Name, QualifiedName};

use crate::sql::ObjectName;

/// A name without its quotes.
pub(super) fn unquoted(raw: &str) -> String {
    let Some(open) = raw.chars().next().filter(|c| "'\"`[".contains(*c)) else {
        return raw.to_owned();
    };
    let close = if open == '[' { ']' } else { open };
    let inner = raw.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let inner = inner.unwrap_or(raw);
    // Brackets know no doubling.
    if open == '[' {
        inner.to_owned()
    } else {
        inner.replace(&format!("{open}{open}"), &open.to_string())
    }
}

pub(super) fn text(name: &Name<'_>) -> String {
    unquoted(name.0)
}

pub(super) fn texts<'a, 'b: 'a>(names: impl IntoIterator<Item = &'a Name<'b>>) -> Vec<String> {
    names.into_iter().map(text).collect()
}

pub(super) fn object(name: &QualifiedName<'_>) -> ObjectName {
    ObjectName { schema: name.db_name.as_ref().map(text), name: text(&name.name) }
}

/// The name of a function, which has no case.
pub(super) fn function(id: &Id<'_>) -> ObjectName {
    ObjectName::unqualified(unquoted(id.0).to_ascii_lowercase())
}

/// The column that an expression in a list of columns is, perhaps with `COLLATE`; SQLite takes a string for a
/// name there.
pub(super) fn column<'b>(expression: &Expr<'b>) -> Option<&'b str> {
    let inner = match expression {
        Expr::Collate(inner, _) => inner,
        other => other,
    };
    match inner {
        Expr::Id(id) => Some(id.0),
        Expr::Name(name) => Some(name.0),
        Expr::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_go() {
        for (raw, name) in [
            ("a", "a"),
            ("\"a\"\"b\"", "a\"b"),
            ("`a``b`", "a`b"),
            ("[a\"b]", "a\"b"),
            ("'it''s'", "it's"),
            ("\"\"", ""),
            ("\"", "\""),
            ("", ""),
        ] {
            assert_eq!(unquoted(raw), name, "{raw}");
        }
    }
}
