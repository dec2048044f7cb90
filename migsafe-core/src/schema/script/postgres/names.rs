//! Names and texts as SQL has to write them.

use crate::Dialect;
use crate::lint::quote;
use crate::schema::{Kind, ObjectKey};

/// A name, in quotes where it needs them.
pub(super) fn id(name: &str) -> String {
    quote::identifier(Dialect::Postgres, name)
}

/// A text as a literal. Backslashes mean themselves, as with `standard_conforming_strings`.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A name with its schema.
pub(super) fn in_schema(schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", id(schema), id(name)),
        None => id(name),
    }
}

/// The qualified name of an object that is no part of another.
pub(super) fn qualified(key: &ObjectKey) -> String {
    let schema = key.schema();
    match key.kind() {
        Kind::Operator => {
            let (name, arguments) = signature(key.name());
            let schema = schema.map(|schema| format!("{}.", id(schema))).unwrap_or_default();
            format!("{schema}{name} {arguments}")
        }
        Kind::Function | Kind::Procedure | Kind::Aggregate => {
            let (name, arguments) = signature(key.name());
            let is_star = key.kind() == Kind::Aggregate && arguments == "()";
            format!("{}{}", in_schema(schema, name), if is_star { "(*)" } else { arguments })
        }
        Kind::OperatorClass | Kind::OperatorFamily => {
            let (name, method) = key.name().rsplit_once(" USING ").unwrap_or((key.name(), "btree"));
            format!("{} USING {}", in_schema(schema, name), id(method))
        }
        Kind::Cast => key.name().to_owned(),
        _ => in_schema(schema, key.name()),
    }
}

/// The qualified name of the relation or domain that an object is a part of.
pub(super) fn parent(key: &ObjectKey) -> String {
    in_schema(key.schema(), key.parent().unwrap_or_default())
}

/// Name and arguments, in parentheses, of a routine or an operator. Types are quoted where they need it, the name is not.
pub(super) fn signature(name: &str) -> (&str, &str) {
    let (mut depth, mut is_quoted) = (0_usize, false);
    for (at, c) in name.char_indices().rev() {
        match c {
            '"' => is_quoted = !is_quoted,
            ')' if !is_quoted => depth += 1,
            '(' if !is_quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return name.split_at(at);
                }
            }
            _ => {}
        }
    }
    (name, "()")
}

/// The word that stands before the name in COMMENT ON, DROP and ALTER.
pub(super) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Schema => "SCHEMA",
        Kind::Extension => "EXTENSION",
        Kind::Collation => "COLLATION",
        Kind::Enum | Kind::CompositeType | Kind::RangeType | Kind::BaseType => "TYPE",
        Kind::Domain => "DOMAIN",
        Kind::Sequence => "SEQUENCE",
        Kind::ForeignTable => "FOREIGN TABLE",
        Kind::View => "VIEW",
        Kind::MaterializedView => "MATERIALIZED VIEW",
        Kind::Column => "COLUMN",
        Kind::Constraint => "CONSTRAINT",
        Kind::Index => "INDEX",
        Kind::Trigger => "TRIGGER",
        Kind::Rule => "RULE",
        Kind::Policy => "POLICY",
        Kind::Statistics => "STATISTICS",
        Kind::Function => "FUNCTION",
        Kind::Procedure => "PROCEDURE",
        Kind::Aggregate => "AGGREGATE",
        Kind::Operator => "OPERATOR",
        Kind::OperatorClass => "OPERATOR CLASS",
        Kind::OperatorFamily => "OPERATOR FAMILY",
        Kind::Cast => "CAST",
        Kind::TextSearchConfiguration => "TEXT SEARCH CONFIGURATION",
        Kind::TextSearchDictionary => "TEXT SEARCH DICTIONARY",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        Kind::ForeignServer => "SERVER",
        Kind::EventTrigger => "EVENT TRIGGER",
        Kind::Publication => "PUBLICATION",
        Kind::Table | Kind::VirtualTable | Kind::DefaultPrivileges => "TABLE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_end_what_they_stand_in() {
        let function = |name: &str| qualified(&ObjectKey::new(Kind::Function, Some("a.b"), name));
        assert_eq!(function("f(integer, s.t)"), "\"a.b\".f(integer, s.t)");
        assert_eq!(function("f(g)(integer)"), "\"a.b\".\"f(g)\"(integer)");
        assert_eq!(function("f\"(s.\"odd)(type\")"), "\"a.b\".\"f\"\"\"(s.\"odd)(type\")");
        assert_eq!(function("select()"), "\"a.b\".\"select\"()");
        assert_eq!(literal("it's \\n"), "'it''s \\n'");
        let operator = ObjectKey::new(Kind::Operator, Some("app"), "===(integer, integer)");
        assert_eq!(qualified(&operator), "app.=== (integer, integer)");
        let class = ObjectKey::new(Kind::OperatorClass, Some("app"), "odd USING USING btree");
        assert_eq!(qualified(&class), "app.\"odd USING\" USING btree");
        let count = ObjectKey::new(Kind::Aggregate, Some("app"), "many()");
        assert_eq!(qualified(&count), "app.many(*)");
    }
}
