//! One statement to its actions.

use sqlite3_parser::ast::{
    Cmd, Expr, InsertBody, Literal, OneSelect, PragmaBody, ResolveType, SortedColumn, Stmt,
    TriggerCmd, TriggerEvent, UnaryOperator,
};

use super::expression::Whole;
use super::name::{column, object, text, texts, unquoted};
use super::query::query;
use super::walk::{Node, walk};
use super::{place, table};
use crate::sql::always::holds_always;
use crate::sql::analyse::UNPLACED;
use crate::sql::token::Tokens;
use crate::sql::{
    Action, ActionKind, IndexDefinition, IndexPart, InsertSource, Nesting, ObjectKind, ObjectName,
    Trigger, ViewDefinition,
};

/// What a statement does; the tokens are its own.
pub(in crate::sql::sqlite) fn actions(script: &str, t: Tokens<'_>, cmd: &Cmd<'_>) -> Vec<Action> {
    let whole = Whole { script, range: t.range() };
    let kind = match cmd {
        Cmd::Explain(_) | Cmd::ExplainQueryPlan(_) => ActionKind::Other(t.verb()),
        Cmd::Stmt(statement) => kind(&whole, t, statement),
    };
    vec![action(kind, t)]
}

/// A statement that was not read.
pub(in crate::sql::sqlite) fn unread(t: Tokens<'_>, why: &str) -> Vec<Action> {
    vec![action(ActionKind::Opaque(why.to_owned()), t)]
}

/// Whether the `WHERE` of an `UPDATE` or `DELETE` leaves no row out. The parser gives no places.
fn always(t: Tokens<'_>) -> bool {
    let Some(start) = t.outside_parens().find(|&i| t.is(i, "WHERE")) else { return false };
    let end = t
        .outside_parens()
        .find(|&i| i > start && t.is_any(i, &["RETURNING", "ORDER"]))
        .unwrap_or(t.len());
    holds_always(&(start + 1..end).map(|i| t.raw(i)).collect::<Vec<_>>())
}

fn action(kind: ActionKind, t: Tokens<'_>) -> Action {
    Action { kind, range: t.range(), start: UNPLACED, nesting: Nesting::Statement }
}

fn kind(whole: &Whole<'_>, t: Tokens<'_>, statement: &Stmt<'_>) -> ActionKind {
    match statement {
        Stmt::AlterTable(name, body) => table::alter(whole, object(name), body, t),
        Stmt::CreateTable { temporary, if_not_exists, tbl_name, body } => {
            let mut definition = table::named(object(tbl_name));
            definition.temporary = *temporary;
            definition.if_not_exists = *if_not_exists;
            table::body(whole, &mut definition, body, t);
            ActionKind::CreateTable(definition)
        }
        Stmt::CreateVirtualTable { if_not_exists, tbl_name, .. } => {
            let mut definition = table::named(object(tbl_name));
            definition.foreign = true;
            definition.if_not_exists = *if_not_exists;
            ActionKind::CreateTable(definition)
        }
        Stmt::CreateIndex { .. } => create_index(whole, t, statement),
        Stmt::CreateView { temporary, if_not_exists, view_name, select, .. } => {
            let found = walk([Node::Select(select)]);
            ActionKind::CreateView(ViewDefinition {
                name: object(view_name),
                or_replace: false,
                if_not_exists: *if_not_exists,
                temporary: *temporary,
                materialized: false,
                reads: found.reads,
                columns: found.columns,
                double_quoted: found.double_quoted,
            })
        }
        Stmt::CreateTrigger { .. } => create_trigger(statement),
        Stmt::DropTable { if_exists, tbl_name } => {
            drop(ObjectKind::Table, object(tbl_name), *if_exists)
        }
        Stmt::DropIndex { if_exists, idx_name } => {
            drop(ObjectKind::Index, object(idx_name), *if_exists)
        }
        Stmt::DropView { if_exists, view_name } => {
            drop(ObjectKind::View, object(view_name), *if_exists)
        }
        Stmt::DropTrigger { if_exists, trigger_name } => {
            drop(ObjectKind::Trigger, object(trigger_name), *if_exists)
        }
        Stmt::Insert { with, or_conflict, tbl_name, columns, body, .. } => {
            let (source, read, on_conflict) = match body {
                InsertBody::DefaultValues => (InsertSource::Values, None, false),
                InsertBody::Select(select, upsert) => match select.body.select {
                    OneSelect::Values(_) if select.body.compounds.is_none() => {
                        (InsertSource::Values, None, upsert.is_some())
                    }
                    _ => {
                        let read = query(whole, with.as_ref(), select, t);
                        (InsertSource::Query, read, upsert.is_some())
                    }
                },
            };
            ActionKind::Insert {
                table: object(tbl_name),
                columns: columns.as_ref().map(|names| texts(names.iter())).unwrap_or_default(),
                source,
                query: read,
                replaces: *or_conflict == Some(ResolveType::Replace),
                on_conflict: on_conflict || *or_conflict == Some(ResolveType::Ignore),
            }
        }
        Stmt::Update { tbl_name, sets, where_clause, limit, .. } => ActionKind::Update {
            table: object(tbl_name),
            columns: sets.iter().flat_map(|set| texts(set.col_names.iter())).collect(),
            filtered: limit.is_some() || (where_clause.is_some() && !always(t)),
        },
        Stmt::Delete { tbl_name, where_clause, limit, .. } => ActionKind::Delete {
            table: object(tbl_name),
            filtered: limit.is_some() || (where_clause.is_some() && !always(t)),
        },
        Stmt::Select(select) => {
            let found = walk([Node::Select(select)]);
            ActionKind::Query { calls: found.calls, reads: found.reads }
        }
        Stmt::Pragma(name, body) => ActionKind::Set {
            name: text(&name.name).to_ascii_lowercase(),
            value: body.as_ref().map(pragma_value),
            local: false,
        },
        Stmt::Reindex { obj_name } => ActionKind::Reindex {
            kind: if obj_name.is_some() { ObjectKind::Other } else { ObjectKind::Database },
            name: obj_name.as_ref().map(object),
            concurrently: false,
        },
        Stmt::Analyze(name) => {
            ActionKind::Analyze { tables: name.as_ref().map(object).into_iter().collect() }
        }
        Stmt::Vacuum(..) => ActionKind::Vacuum { tables: Vec::new(), full: false },
        Stmt::Attach { .. }
        | Stmt::Detach(_)
        | Stmt::Begin(..)
        | Stmt::Commit(_)
        | Stmt::Rollback { .. }
        | Stmt::Savepoint(_)
        | Stmt::Release(_) => ActionKind::Other(t.verb()),
    }
}

fn drop(kind: ObjectKind, name: ObjectName, if_exists: bool) -> ActionKind {
    ActionKind::Drop { kind, name, on: None, if_exists, cascade: false, concurrently: false }
}

fn create_index(whole: &Whole<'_>, t: Tokens<'_>, statement: &Stmt<'_>) -> ActionKind {
    let Stmt::CreateIndex { unique, if_not_exists, idx_name, tbl_name, columns, where_clause } =
        statement
    else {
        return ActionKind::Other(t.verb());
    };
    let (inside, after) = place::first_parens(t).unwrap_or((t.slice(0..0), t.len()));
    let parts = place::parts(inside);
    let fits = parts.len() == columns.len();
    let predicate = where_clause.as_ref().map(|expr| {
        let start = place::find(t, after, &["WHERE"]).map_or(t.len(), |at| at + 1);
        whole.expression(expr, t.slice(start..t.len()))
    });
    let name = object(idx_name);
    // An index lives where its table does.
    let table = ObjectName { schema: name.schema.clone(), name: text(tbl_name) };
    let part = |(i, sorted): (usize, &SortedColumn<'_>)| {
        if let Some(raw) = column(&sorted.expr) {
            return IndexPart::Column(unquoted(raw));
        }
        let tokens = parts.get(i).copied().filter(|_| fits).unwrap_or(t.slice(0..0));
        let behind = usize::from(sorted.order.is_some()) + 2 * usize::from(sorted.nulls.is_some());
        let tokens = tokens.slice(0..tokens.len().saturating_sub(behind));
        IndexPart::Expression(whole.expression(&sorted.expr, tokens))
    };
    let double_quoted = columns.iter().filter_map(|sorted| column(&sorted.expr));
    ActionKind::CreateIndex(IndexDefinition {
        name: Some(name),
        table,
        unique: *unique,
        concurrently: false,
        if_not_exists: *if_not_exists,
        only: false,
        method: None,
        parts: columns.iter().enumerate().map(part).collect(),
        include: Vec::new(),
        predicate,
        double_quoted: double_quoted.filter(|raw| raw.starts_with('"')).map(unquoted).collect(),
        nulls_not_distinct: false,
    })
}

fn create_trigger(statement: &Stmt<'_>) -> ActionKind {
    let Stmt::CreateTrigger { trigger_name, event, tbl_name, when_clause, commands, .. } =
        statement
    else {
        return ActionKind::Other("CREATE TRIGGER".to_owned());
    };
    let mut nodes: Vec<Node<'_, '_>> = when_clause.iter().map(Node::Expr).collect();
    let mut written = Vec::new();
    for command in *commands {
        match command {
            TriggerCmd::Update { tbl_name, sets, from, where_clause, .. } => {
                written.push(object(tbl_name));
                nodes.extend(sets.iter().map(|set| Node::Expr(&set.expr)));
                nodes.extend(from.iter().map(Node::From));
                nodes.extend(where_clause.iter().map(Node::Expr));
            }
            TriggerCmd::Insert { tbl_name, select, .. } => {
                written.push(object(tbl_name));
                nodes.push(Node::Select(select));
            }
            TriggerCmd::Delete { tbl_name, where_clause, .. } => {
                written.push(object(tbl_name));
                nodes.extend(where_clause.iter().map(Node::Expr));
            }
            TriggerCmd::Select(select) => nodes.push(Node::Select(select)),
        }
    }
    let mut found = walk(nodes);
    for name in written {
        found.relation(name);
    }
    let update_of = match event {
        TriggerEvent::UpdateOf(names) => texts(names.iter()),
        TriggerEvent::Delete | TriggerEvent::Insert | TriggerEvent::Update => Vec::new(),
    };
    let name = object(trigger_name);
    let table = object(tbl_name);
    ActionKind::CreateTrigger(Trigger {
        table,
        name,
        or_replace: false,
        for_each_row: true,
        function: None,
        uses: found.reads,
        update_of,
        columns: found.of_row,
    })
}

/// The value of a pragma as it stands there, without quotes.
fn pragma_value(body: &PragmaBody<'_>) -> String {
    let (PragmaBody::Equals(value) | PragmaBody::Call(value)) = body;
    let (sign, value) = match value {
        Expr::Unary(UnaryOperator::Negative, inner) => ("-", &**inner),
        Expr::Unary(UnaryOperator::Positive, inner) => ("", &**inner),
        other => ("", other),
    };
    let raw = match value {
        Expr::Literal(Literal::Numeric(raw) | Literal::Keyword(raw) | Literal::String(raw)) => raw,
        Expr::Name(name) => name.0,
        Expr::Id(id) => id.0,
        _ => "",
    };
    format!("{sign}{}", unquoted(raw))
}
