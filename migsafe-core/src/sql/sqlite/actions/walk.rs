//! Goes through expressions and queries and gathers what they name.
//!
//! It keeps its own stack: a chain of operators is as deep as it is long.

use std::collections::HashSet;

use sqlite3_parser::ast::{
    Expr, FrameBound, FromClause, FunctionCallOrder, FunctionTail, JoinConstraint, Literal,
    OneSelect, Over, ResultColumn, Select, SelectTable, SortedColumn, UnaryOperator, Window, With,
};

use super::name::{function, object, text, unquoted};
use crate::sql::{ObjectName, Volatility};

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) calls: Vec<ObjectName>,
    pub(super) columns: Vec<String>,
    pub(super) double_quoted: Vec<String>,
    pub(super) reads: Vec<ObjectName>,
    /// Columns of `NEW` and `OLD`.
    pub(super) of_row: Vec<String>,
    pub(super) volatility: Volatility,
    /// Names of `WITH`.
    with: HashSet<String>,
    seen: HashSet<(u8, String)>,
}

/// One thing to look at.
#[derive(Clone, Copy)]
pub(super) enum Node<'a, 'b> {
    Expr(&'a Expr<'b>),
    Select(&'a Select<'b>),
    One(&'a OneSelect<'b>),
    From(&'a FromClause<'b>),
    Table(&'a SelectTable<'b>),
    With(&'a With<'b>),
}

/// Goes through all of it.
pub(super) fn walk<'a, 'b: 'a>(roots: impl IntoIterator<Item = Node<'a, 'b>>) -> Found {
    let mut found = Found {
        calls: Vec::new(),
        columns: Vec::new(),
        double_quoted: Vec::new(),
        reads: Vec::new(),
        of_row: Vec::new(),
        volatility: Volatility::Constant,
        with: HashSet::new(),
        seen: HashSet::new(),
    };
    let mut todo: Vec<Node<'a, 'b>> = roots.into_iter().collect();
    todo.reverse();
    let mut next = Vec::new();
    while let Some(node) = todo.pop() {
        match node {
            Node::Expr(expr) => found.expression(expr, &mut next),
            Node::Select(select) => found.select(select, &mut next),
            Node::One(one) => found.one(one, &mut next),
            Node::From(from) => found.from(from, &mut next),
            Node::Table(table) => found.table(table, &mut next),
            Node::With(with) => found.with(with, &mut next),
        }
        todo.extend(next.drain(..).rev());
    }
    let Found { reads, with, .. } = &mut found;
    reads.retain(|name| name.schema.is_some() || !with.contains(&name.name.to_ascii_lowercase()));
    found
}

impl Found {
    fn new_name(&mut self, what: u8, name: &str) -> bool {
        self.seen.insert((what, name.to_ascii_lowercase()))
    }

    /// Adds a column.
    pub(super) fn column(&mut self, name: String) {
        if self.new_name(b'c', &name) {
            self.columns.push(name);
        }
    }

    /// Adds a relation.
    pub(super) fn relation(&mut self, name: ObjectName) {
        if self.new_name(b'r', &name.to_string()) {
            self.reads.push(name);
        }
    }

    fn row_column(&mut self, qualifier: &str, name: &str) {
        let row = ["new", "old"].iter().any(|row| qualifier.eq_ignore_ascii_case(row));
        if row && self.new_name(b'n', name) {
            self.of_row.push(name.to_owned());
        }
    }

    fn call<'a, 'b>(
        &mut self,
        name: ObjectName,
        args: &'a [Expr<'b>],
        tail: Option<&'a FunctionTail<'b>>,
        next: &mut Vec<Node<'a, 'b>>,
    ) {
        self.volatility = combine(self.volatility, volatility(&name.name, args));
        if self.new_name(b'f', &name.name) {
            self.calls.push(name);
        }
        next.extend(args.iter().map(Node::Expr));
        let Some(tail) = tail else { return };
        next.extend(tail.filter_clause.map(Node::Expr));
        if let Some(Over::Window(over)) = tail.over_clause {
            window(over, next);
        }
    }

    fn expression<'a, 'b>(&mut self, expr: &'a Expr<'b>, next: &mut Vec<Node<'a, 'b>>) {
        match expr {
            Expr::Between { lhs, start, end, .. } => {
                next.extend([lhs, start, end].map(|&expr| Node::Expr(expr)));
            }
            Expr::Binary(a, _, b) => next.extend([Node::Expr(a), Node::Expr(b)]),
            Expr::Case { base, when_then_pairs, else_expr } => {
                next.extend(base.map(Node::Expr));
                for (when, then) in *when_then_pairs {
                    next.extend([Node::Expr(when), Node::Expr(then)]);
                }
                next.extend(else_expr.map(Node::Expr));
            }
            Expr::Cast { expr, .. }
            | Expr::Collate(expr, _)
            | Expr::IsNull(expr)
            | Expr::NotNull(expr)
            | Expr::Unary(_, expr) => next.push(Node::Expr(expr)),
            Expr::Qualified(table, column) | Expr::DoublyQualified(_, table, column) => {
                let column = text(column);
                self.row_column(&text(table), &column);
                self.column(column);
            }
            Expr::Exists(select) | Expr::Subquery(select) => next.push(Node::Select(select)),
            Expr::FunctionCall { name, args, order_by, filter_over, .. } => {
                let args = args.unwrap_or_default();
                self.call(function(name), args, filter_over.as_ref(), next);
                if let Some(FunctionCallOrder::SortList(order)) = order_by {
                    sorted(order, next);
                }
            }
            Expr::FunctionCallStar { name, filter_over } => {
                self.call(function(name), &[], filter_over.as_ref(), next);
            }
            Expr::Id(id) => self.name(id.0),
            Expr::Name(name) => self.name(name.0),
            Expr::InList { lhs, rhs, .. } => {
                next.push(Node::Expr(lhs));
                next.extend(rhs.unwrap_or_default().iter().map(Node::Expr));
            }
            Expr::InSelect { lhs, rhs, .. } => {
                next.extend([Node::Expr(lhs), Node::Select(rhs)]);
            }
            Expr::InTable { lhs, rhs, args, .. } => {
                next.push(Node::Expr(lhs));
                next.extend(args.unwrap_or_default().iter().map(Node::Expr));
                self.relation(object(rhs));
            }
            Expr::Like { lhs, rhs, escape, .. } => {
                next.extend([Node::Expr(lhs), Node::Expr(rhs)]);
                next.extend(escape.map(Node::Expr));
            }
            Expr::Literal(
                Literal::CurrentDate | Literal::CurrentTime | Literal::CurrentTimestamp,
            ) => self.volatility = combine(self.volatility, Volatility::Stable),
            Expr::Literal(_) => {}
            Expr::Parenthesized(inner) => next.extend(inner.iter().map(Node::Expr)),
            Expr::Raise(_, message) => next.extend(message.map(Node::Expr)),
            Expr::Variable(_) => self.volatility = Volatility::Unknown,
        }
    }

    fn name(&mut self, raw: &str) {
        // Unquoted, these two are numbers, unless there is a column of the name.
        if raw.eq_ignore_ascii_case("true") || raw.eq_ignore_ascii_case("false") {
            return;
        }
        let name = unquoted(raw);
        if raw.starts_with('"') && self.new_name(b'q', &name) {
            self.double_quoted.push(name.clone());
        }
        self.column(name);
    }

    fn select<'a, 'b>(&mut self, select: &'a Select<'b>, next: &mut Vec<Node<'a, 'b>>) {
        next.extend(select.with.as_ref().map(Node::With));
        next.push(Node::One(&select.body.select));
        let compounds = select.body.compounds.iter().flatten();
        next.extend(compounds.map(|compound| Node::One(&compound.select)));
        sorted(select.order_by.unwrap_or_default(), next);
        if let Some(limit) = select.limit {
            next.push(Node::Expr(&limit.expr));
            next.extend(limit.offset.as_ref().map(Node::Expr));
        }
    }

    fn one<'a, 'b>(&mut self, one: &'a OneSelect<'b>, next: &mut Vec<Node<'a, 'b>>) {
        match one {
            OneSelect::Select {
                columns,
                from,
                where_clause,
                group_by,
                having,
                window_clause,
                ..
            } => {
                next.extend(columns.iter().filter_map(|column| match column {
                    ResultColumn::Expr(expr, _) => Some(Node::Expr(expr)),
                    ResultColumn::Star | ResultColumn::TableStar(_) => None,
                }));
                next.extend(from.as_ref().map(Node::From));
                next.extend(where_clause.map(Node::Expr));
                next.extend(group_by.unwrap_or_default().iter().map(Node::Expr));
                next.extend(having.map(Node::Expr));
                for definition in window_clause.unwrap_or_default() {
                    window(&definition.window, next);
                }
            }
            OneSelect::Values(rows) => next.extend(rows.iter().flatten().map(Node::Expr)),
        }
    }

    fn from<'a, 'b>(&mut self, from: &'a FromClause<'b>, next: &mut Vec<Node<'a, 'b>>) {
        next.extend(from.select.map(Node::Table));
        for join in from.joins.iter().flatten() {
            next.push(Node::Table(&join.table));
            match &join.constraint {
                Some(JoinConstraint::On(on)) => next.push(Node::Expr(on)),
                Some(JoinConstraint::Using(names)) => {
                    names.iter().for_each(|name| self.column(text(name)));
                }
                None => {}
            }
        }
    }

    fn table<'a, 'b>(&mut self, table: &'a SelectTable<'b>, next: &mut Vec<Node<'a, 'b>>) {
        match table {
            SelectTable::Table(name, ..) => self.relation(object(name)),
            SelectTable::TableCall(_, args, _) => {
                next.extend(args.unwrap_or_default().iter().map(Node::Expr));
            }
            SelectTable::Select(select, _) => next.push(Node::Select(select)),
            SelectTable::Sub(from, _) => next.push(Node::From(from)),
        }
    }

    fn with<'a, 'b>(&mut self, with: &'a With<'b>, next: &mut Vec<Node<'a, 'b>>) {
        for cte in with.ctes {
            self.with.insert(text(&cte.tbl_name).to_ascii_lowercase());
            next.push(Node::Select(cte.select));
        }
    }
}

fn sorted<'a, 'b>(columns: &'a [SortedColumn<'b>], next: &mut Vec<Node<'a, 'b>>) {
    next.extend(columns.iter().map(|column| Node::Expr(&column.expr)));
}

fn window<'a, 'b>(window: &'a Window<'b>, next: &mut Vec<Node<'a, 'b>>) {
    next.extend(window.partition_by.unwrap_or_default().iter().map(Node::Expr));
    sorted(window.order_by.unwrap_or_default(), next);
    let Some(frame) = &window.frame_clause else { return };
    for bound in std::iter::once(&frame.start).chain(&frame.end) {
        if let FrameBound::Following(expr) | FrameBound::Preceding(expr) = bound {
            next.push(Node::Expr(expr));
        }
    }
}

/// Whether an expression is the literal `NULL`.
pub(super) fn is_null(expr: &Expr<'_>) -> bool {
    let mut expr = expr;
    loop {
        expr = match expr {
            Expr::Literal(Literal::Null) => return true,
            Expr::Cast { expr, .. } => expr,
            Expr::Unary(UnaryOperator::Positive, inner) => inner,
            Expr::Parenthesized(list) => match &**list {
                [only] => only,
                _ => return false,
            },
            _ => return false,
        };
    }
}

/// The one on which more depends; what is not known outweighs all.
fn combine(a: Volatility, b: Volatility) -> Volatility {
    let weight = |volatility| match volatility {
        Volatility::Constant => 0,
        Volatility::Stable => 1,
        Volatility::Volatile => 2,
        Volatility::Unknown => 3,
    };
    if weight(a) >= weight(b) { a } else { b }
}

/// Of SQLite's own functions (<https://sqlite.org/lang_corefunc.html>, `lang_datefunc.html`, `json1.html`).
fn volatility(name: &str, args: &[Expr<'_>]) -> Volatility {
    if VOLATILE.contains(&name) {
        Volatility::Volatile
    } else if TIMES.contains(&name) {
        // Without a time they take the current one; `now` may come from anything but a number.
        let fixed = args.iter().all(|arg| match arg {
            Expr::Literal(Literal::String(text)) => !unquoted(text).eq_ignore_ascii_case("now"),
            Expr::Literal(_) => true,
            _ => false,
        });
        let has_time = args.len() > usize::from(name == "strftime");
        if fixed && has_time { Volatility::Constant } else { Volatility::Stable }
    } else if CONSTANT.contains(&name) {
        Volatility::Constant
    } else {
        Volatility::Unknown
    }
}

const VOLATILE: &[&str] =
    &["random", "randomblob", "last_insert_rowid", "changes", "total_changes"];

const TIMES: &[&str] =
    &["date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff"];

const CONSTANT: &[&str] = &[
    "abs",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "format",
    "glob",
    "hex",
    "if",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_extract",
    "json_insert",
    "json_object",
    "json_patch",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_type",
    "json_valid",
    "jsonb",
    "jsonb_array",
    "jsonb_extract",
    "jsonb_object",
    "length",
    "like",
    "likelihood",
    "likely",
    "lower",
    "ltrim",
    "max",
    "min",
    "nullif",
    "octet_length",
    "printf",
    "quote",
    "replace",
    "round",
    "rtrim",
    "sign",
    "substr",
    "substring",
    "trim",
    "typeof",
    "unhex",
    "unicode",
    "unlikely",
    "upper",
    "zeroblob",
];
