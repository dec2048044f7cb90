//! Statements that read and write rows, also inside `WITH`.

use std::collections::HashSet;

use squawk_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

use super::Reader;
use super::create_table::column_ref;
use super::expression::Names;
use super::names::{child, child_ident, child_object, has, ident, object, text, within};
use super::volatility;
use crate::sql::always::holds_always;
use crate::sql::{ActionKind, InsertSource, ObjectName, Volatility};

impl Reader<'_> {
    /// The statements that write rows in the `WITH` clauses of a statement. The server carries them out
    /// together with it.
    pub(super) fn writes_within(&mut self, node: &SyntaxNode) {
        let writes: Vec<SyntaxNode> = node
            .descendants()
            .filter(|found| {
                found.parent().is_some_and(|parent| parent.kind() == SyntaxKind::WITH_TABLE)
            })
            .collect();
        for statement in writes {
            self.write(&statement);
        }
    }

    /// `INSERT`, `UPDATE`, `DELETE`, `MERGE`, without what their `WITH` clauses do.
    pub(super) fn write(&mut self, node: &SyntaxNode) {
        let relation = [
            SyntaxKind::RELATION_NAME_REF,
            SyntaxKind::RELATION_NAME,
            SyntaxKind::TABLE_RELATION_NAME,
        ];
        let Some(table) = child_object(node, &relation) else { return };
        let filtered = has(node, SyntaxKind::WHERE_CURRENT_OF)
            || child(node, &[SyntaxKind::WHERE_CLAUSE]).is_some_and(|found| !always(&found));
        let kind = match node.kind() {
            SyntaxKind::INSERT => {
                let values = has(node, SyntaxKind::VALUES) || has(node, SyntaxKind::DEFAULT_VALUES);
                let source = if values { InsertSource::Values } else { InsertSource::Query };
                let query = node.children().find_map(|child| self.source(&child));
                ActionKind::Insert {
                    table,
                    columns: child(node, &[SyntaxKind::COLUMN_TARGET_LIST])
                        .map(|list| columns(&list))
                        .unwrap_or_default(),
                    source,
                    query: query.filter(|_| !values),
                    replaces: false,
                    on_conflict: has(node, SyntaxKind::ON_CONFLICT_CLAUSE),
                }
            }
            SyntaxKind::UPDATE => {
                let columns = child(node, &[SyntaxKind::SET_CLAUSE]).map(|set| columns(&set));
                ActionKind::Update { table, columns: columns.unwrap_or_default(), filtered }
            }
            SyntaxKind::DELETE => ActionKind::Delete { table, filtered },
            SyntaxKind::MERGE => merge(node, table),
            _ => return,
        };
        // What a function of one's own does beside that comes first: it may be anything.
        let mut calls = Names::of(node).calls;
        calls.retain(|call| volatility::of(call) == Volatility::Unknown);
        if !calls.is_empty() {
            self.push(node, ActionKind::Query { calls, reads: Vec::new() });
        }
        self.push(node, kind);
    }

    /// A query, with what its `WITH` clauses write before it. In PL/pgSQL `SELECT INTO` is one too.
    pub(super) fn query(&mut self, node: &SyntaxNode) {
        self.writes_within(node);
        let kind = ActionKind::Query { calls: Names::of(node).calls, reads: reads(node) };
        self.push(node, kind);
    }

    pub(super) fn truncate(&mut self, node: &SyntaxNode) {
        let cascade = has(node, SyntaxKind::CASCADE);
        let restart_identity = has(node, SyntaxKind::RESTART_IDENTITY);
        for table in tables(node) {
            self.push(node, ActionKind::Truncate { table, cascade, restart_identity });
        }
    }

    pub(super) fn copy(&mut self, node: &SyntaxNode) {
        let table = child(node, &[SyntaxKind::COPY_TABLE])
            .and_then(|found| child_object(&found, &[SyntaxKind::TABLE_NAME_REF]));
        match table {
            Some(table) if has(node, SyntaxKind::COPY_FROM) => {
                self.push(node, ActionKind::CopyFrom { table });
            }
            Some(table) => {
                let kind = ActionKind::Query { calls: Vec::new(), reads: vec![table] };
                self.push(node, kind);
            }
            None => {
                if let Some(query) = child(node, &[SyntaxKind::COPY_QUERY]) {
                    self.statements(&query);
                }
            }
        }
    }

    /// `EXPLAIN` carries its statement out if it says `ANALYZE`.
    pub(super) fn explain(&mut self, node: &SyntaxNode) {
        let options = child(node, &[SyntaxKind::EXPLAIN_OPTION_LIST]);
        let analyzes = has(node, SyntaxKind::EXPLAIN_ANALYZE)
            || options.is_some_and(|list| list.children().any(|option| is_analyze(&option)));
        let modes = [
            SyntaxKind::EXPLAIN_OPTION_LIST,
            SyntaxKind::EXPLAIN_ANALYZE,
            SyntaxKind::EXPLAIN_VERBOSE,
        ];
        let statement = node.children().find(|child| !modes.contains(&child.kind()));
        if let Some(statement) = statement.filter(|_| analyzes) {
            self.statement(&statement);
        }
    }

    pub(super) fn call(&mut self, node: &SyntaxNode) {
        if let Some(procedure) = child_object(node, &[SyntaxKind::PROCEDURE_NAME_REF]) {
            self.push(node, ActionKind::Call { procedure });
        }
    }
}

fn is_analyze(option: &SyntaxNode) -> bool {
    let text = text(option).to_ascii_lowercase();
    let mut words = text.split_whitespace();
    matches!(words.next(), Some("analyze" | "analyse"))
        && !matches!(words.next(), Some("false" | "off" | "no" | "0"))
}

/// `MERGE`. Where `ON` holds for every pair, what is done to the rows that match is done to all of them.
fn merge(node: &SyntaxNode, table: ObjectName) -> ActionKind {
    let joins_all = child(node, &[SyntaxKind::USING_ON_CLAUSE])
        .and_then(|using| child(&using, &[SyntaxKind::ON_CLAUSE]))
        .is_some_and(|on| always(&on));
    let (mut deletes_all, mut updates_all) = (false, Vec::new());
    let clauses = node.children().filter(|found| found.kind() == SyntaxKind::MERGE_WHEN_MATCHED);
    for clause in clauses.filter(|_| joins_all) {
        let condition = child(&clause, &[SyntaxKind::MERGE_CONDITION]);
        if condition.is_some_and(|condition| !always(&condition)) {
            continue;
        }
        deletes_all |= has(&clause, SyntaxKind::MERGE_DELETE);
        if let Some(update) = child(&clause, &[SyntaxKind::MERGE_UPDATE]) {
            updates_all.extend(columns(&update));
        }
        // The first clause that fits is the only one.
        break;
    }
    ActionKind::Merge { table, deletes_all, updates_all }
}

/// Whether a clause of one word and a condition leaves no row out.
fn always(clause: &SyntaxNode) -> bool {
    let tokens: Vec<SyntaxToken> = clause
        .descendants_with_tokens()
        .filter_map(squawk_syntax::SyntaxElement::into_token)
        .filter(|token| !token.kind().is_trivia())
        .skip(1)
        .collect();
    holds_always(&tokens.iter().map(SyntaxToken::text).collect::<Vec<_>>())
}

/// The columns that `SET` gives values.
fn columns(set: &SyntaxNode) -> Vec<String> {
    set.descendants()
        .filter(|found| found.kind() == SyntaxKind::COLUMN_TARGET)
        .filter_map(|target| column_ref(&target))
        .collect()
}

/// The relations that a list names, with `ONLY` or without.
pub(super) fn tables(node: &SyntaxNode) -> Vec<ObjectName> {
    node.descendants()
        .filter(|found| {
            matches!(found.kind(), SyntaxKind::RELATION_NAME | SyntaxKind::TABLE_RELATION_NAME)
        })
        .filter_map(|found| object(&found))
        .collect()
}

/// The relations that a query reads, without those that its `WITH` clauses define.
pub(super) fn reads(node: &SyntaxNode) -> Vec<ObjectName> {
    let mut defined: HashSet<String> = node
        .descendants()
        .filter(|found| found.kind() == SyntaxKind::CTE_NAME)
        .filter_map(|found| ident(&found))
        .collect();
    let around = node.ancestors().skip(1).filter_map(|outer| outer.first_child());
    for clause in around.filter(|first| first.kind() == SyntaxKind::WITH_CLAUSE) {
        defined.extend(
            clause.children().filter_map(|table| child_ident(&table, SyntaxKind::CTE_NAME)),
        );
    }
    let (mut reads, mut seen) = (Vec::new(), HashSet::new());
    for found in node.descendants() {
        let name = match found.kind() {
            SyntaxKind::RELATION_FROM_ITEM => {
                within(&found, &[SyntaxKind::RELATION_NAME_REF]).and_then(|name| object(&name))
            }
            SyntaxKind::TABLE => child_object(&found, &[SyntaxKind::RELATION_NAME]),
            _ => None,
        };
        let Some(name) = name else { continue };
        let is_defined = name.schema.is_none() && defined.contains(&name.name);
        if !is_defined && seen.insert(name.clone()) {
            reads.push(name);
        }
    }
    reads
}
