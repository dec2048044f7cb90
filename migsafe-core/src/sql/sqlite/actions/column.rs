//! Columns.

use sqlite3_parser::ast::{ColumnConstraint, ColumnDefinition, Type, TypeSize};

use super::constraint;
use super::expression::Whole;
use super::name::{text, unquoted};
use super::place::{self, Start};
use crate::sql::token::Tokens;
use crate::sql::{Column, Generated, Identity, ObjectName, TypeName};

/// A column; the tokens are those of its definition.
pub(super) fn column(
    whole: &Whole<'_>,
    definition: &ColumnDefinition<'_>,
    t: Tokens<'_>,
) -> Column {
    let starts = place::column_constraints(t);
    let type_end = starts.first().map_or(t.len(), |start| start.begin);
    let mut column = Column {
        name: text(&definition.col_name),
        ty: definition.col_type.as_ref().map(|ty| type_name(whole, ty, t.slice(1..type_end))),
        not_null: false,
        default: None,
        generated: None,
        identity: None,
        collation: None,
        constraints: Vec::new(),
        range: place::range(t, &whole.range),
    };
    let is_placed = |c: &&_| !matches!(c, ColumnConstraint::Defer(_));
    let placed = definition.constraints.iter().map(|named| &named.constraint).filter(is_placed);
    let fits = placed.count() == starts.len();
    let mut starts = starts.into_iter().filter(|_| fits).peekable();
    for named in definition.constraints {
        if let ColumnConstraint::Defer(defer) = &named.constraint {
            constraint::defer(&mut column.constraints, defer);
            continue;
        }
        let start = starts.next().unwrap_or(Start { begin: t.len(), word: t.len() });
        let end = starts.peek().map_or(t.len(), |next| next.begin);
        let tokens = (t.slice(start.begin..end), start.word - start.begin);
        let name = named.name.as_ref().map(text);
        add(whole, &mut column, name, &named.constraint, tokens);
    }
    column
}

fn add(
    whole: &Whole<'_>,
    column: &mut Column,
    name: Option<String>,
    constraint: &ColumnConstraint<'_>,
    tokens: (Tokens<'_>, usize),
) {
    let (t, word) = tokens;
    match constraint {
        ColumnConstraint::NotNull { nullable, .. } => column.not_null |= !nullable,
        ColumnConstraint::Default(expr) => {
            column.default = Some(whole.default(expr, t.slice(word + 1..t.len())));
        }
        ColumnConstraint::Collate { collation_name } => {
            column.collation = Some(ObjectName::unqualified(text(collation_name)));
        }
        ColumnConstraint::Generated { expr, typ } => {
            column.generated = Some(Generated {
                expression: whole.in_parens(expr, t, word + 1),
                stored: typ.as_ref().is_some_and(|id| id.0.eq_ignore_ascii_case("STORED")),
            });
        }
        ColumnConstraint::PrimaryKey { auto_increment: true, .. } => {
            column.identity = Some(Identity::Autoincrement);
        }
        _ => {}
    }
    let of = column.name.clone();
    column.constraints.extend(constraint::of_column(whole, &of, name, constraint, tokens));
}

fn type_name(whole: &Whole<'_>, ty: &Type<'_>, t: Tokens<'_>) -> TypeName {
    let words: Vec<String> = ty.name.split_ascii_whitespace().map(unquoted).collect();
    let modifiers = match &ty.size {
        Some(TypeSize::MaxSize(size)) => vec![size.is_integer()],
        Some(TypeSize::TypeSize(a, b)) => vec![a.is_integer(), b.is_integer()],
        None => Vec::new(),
    };
    let text = if t.len() == 0 { None } else { whole.script.get(t.range()) };
    TypeName {
        text: text.unwrap_or(ty.name).to_owned(),
        name: ObjectName::unqualified(words.join(" ").to_uppercase()),
        modifiers: modifiers.into_iter().flatten().collect(),
        dimensions: 0,
    }
}
