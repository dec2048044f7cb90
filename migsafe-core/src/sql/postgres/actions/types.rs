//! Names of types under the server's own name.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::{child, from_segments, has, segments, text, within};
use crate::sql::{ObjectName, TypeName};

/// The kinds of nodes that name a type.
pub(super) const TYPES: &[SyntaxKind] = &[
    SyntaxKind::ARRAY_TYPE,
    SyntaxKind::PATH_TYPE,
    SyntaxKind::VARCHAR_TYPE,
    SyntaxKind::CHARACTER_TYPE,
    SyntaxKind::BIT_TYPE,
    SyntaxKind::BIT_VARYING_TYPE,
    SyntaxKind::DOUBLE_TYPE,
    SyntaxKind::TIME_TYPE,
    SyntaxKind::TIMESTAMP_TYPE,
    SyntaxKind::INTERVAL_TYPE,
];

/// The type that is a child of a node.
pub(super) fn child_type(node: &SyntaxNode) -> Option<TypeName> {
    type_name(&child(node, TYPES)?)
}

/// A type.
pub(super) fn type_name(node: &SyntaxNode) -> Option<TypeName> {
    let mut element = node.clone();
    let mut dimensions = 0;
    while element.kind() == SyntaxKind::ARRAY_TYPE {
        let bounds = element.children().filter(|c| c.kind() == SyntaxKind::ARRAY_BOUND).count();
        dimensions += bounds.max(1);
        element = child(&element, TYPES)?;
    }
    let modifiers = modifiers(&element);
    let name = name(&element, &modifiers)?;
    Some(TypeName { text: text(node), name, modifiers, dimensions })
}

fn modifiers(node: &SyntaxNode) -> Vec<i64> {
    let list = child(node, &[SyntaxKind::ARG_LIST]).unwrap_or_else(|| node.clone());
    list.descendants()
        .filter(|found| found.kind() == SyntaxKind::LITERAL)
        .filter_map(|literal| text(&literal).parse().ok())
        .collect()
}

fn name(node: &SyntaxNode, modifiers: &[i64]) -> Option<ObjectName> {
    let words = match node.kind() {
        SyntaxKind::VARCHAR_TYPE => "character varying",
        SyntaxKind::CHARACTER_TYPE => "character",
        SyntaxKind::BIT_TYPE => "bit",
        SyntaxKind::BIT_VARYING_TYPE => "bit varying",
        SyntaxKind::DOUBLE_TYPE => "double precision",
        SyntaxKind::INTERVAL_TYPE => "interval",
        SyntaxKind::TIME_TYPE if zoned(node) => "time with time zone",
        SyntaxKind::TIME_TYPE => "time without time zone",
        SyntaxKind::TIMESTAMP_TYPE if zoned(node) => "timestamp with time zone",
        SyntaxKind::TIMESTAMP_TYPE => "timestamp without time zone",
        _ => return named(node, modifiers),
    };
    Some(ObjectName::unqualified(words))
}

fn zoned(node: &SyntaxNode) -> bool {
    has(node, SyntaxKind::WITH_TIMEZONE) || within(node, &[SyntaxKind::WITH_TIMEZONE]).is_some()
}

fn named(node: &SyntaxNode, modifiers: &[i64]) -> Option<ObjectName> {
    let path = child(node, &[SyntaxKind::PATH_REF])?;
    let name = from_segments(segments(&path))?;
    if name.schema.as_deref().is_some_and(|schema| schema != "pg_catalog") {
        return Some(name);
    }
    let quoted = text(&path).contains('"');
    let own = match name.name.as_str() {
        "int" | "integer" | "int4" => "integer",
        "int2" | "smallint" => "smallint",
        "int8" | "bigint" => "bigint",
        "serial" | "serial4" => "serial",
        "serial2" | "smallserial" => "smallserial",
        "serial8" | "bigserial" => "bigserial",
        "float4" | "real" => "real",
        "float8" => "double precision",
        "float" if modifiers.first().is_some_and(|&bits| bits <= 24) => "real",
        "float" => "double precision",
        "decimal" | "dec" | "numeric" => "numeric",
        "bool" | "boolean" => "boolean",
        "varchar" => "character varying",
        // Quoted, it is another type, of one byte.
        "char" if quoted => "\"char\"",
        "char" | "bpchar" => "character",
        "varbit" => "bit varying",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        other => other,
    };
    Some(ObjectName::unqualified(own))
}
