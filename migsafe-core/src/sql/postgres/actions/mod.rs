//! What a PostgreSQL statement does, read from its syntax tree.
//!
//! One file for each family of statements; all of them are methods of [`Reader`], which knows where the tree
//! stands in the script and collects the actions.

mod alter;
mod alter_table;
mod body;
mod constraint;
mod create;
mod create_table;
mod data;
mod drop;
mod expression;
mod index;
mod maintenance;
mod names;
mod place;
mod routine;
mod rows;
mod session;
mod source;
mod statement;
#[cfg(test)]
mod tests;
mod types;
mod types_ddl;
mod volatility;

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use squawk_syntax::{SyntaxKind, SyntaxNode};

pub(super) use self::data::of_data;
use self::place::Place;
use crate::sql::analyse::UNPLACED;
use crate::sql::{Action, ActionKind, Limits, Nesting};

/// The actions of one statement: `tree` is its tree, `range` its bytes in the script, `verb` its leading words.
pub(super) fn actions(
    tree: &SyntaxNode,
    range: Range<usize>,
    verb: &str,
    limits: &Limits,
) -> Vec<Action> {
    let read = || {
        let mut reader = Reader::new(Place::at(range.start), Nesting::Statement, limits);
        reader.statements(tree);
        reader.actions
    };
    let actions = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        vec![action(
            ActionKind::Opaque("an internal error stopped its reading".into()),
            range.clone(),
        )]
    });
    if actions.is_empty() {
        return vec![action(ActionKind::Other(verb.to_owned()), range)];
    }
    actions
}

/// The only action of a statement that was not read.
pub(super) fn opaque(reason: &str, range: Range<usize>) -> Vec<Action> {
    vec![action(ActionKind::Opaque(reason.to_owned()), range)]
}

pub(super) fn action(kind: ActionKind, range: Range<usize>) -> Action {
    Action { kind, range, start: UNPLACED, nesting: Nesting::Statement }
}

/// Collects the actions of a tree.
struct Reader<'a> {
    place: Place<'a>,
    nesting: Nesting,
    limits: &'a Limits,
    /// In a block of PL/pgSQL, where `SELECT INTO` sets variables.
    plpgsql: bool,
    actions: Vec<Action>,
}

impl<'a> Reader<'a> {
    fn new(place: Place<'a>, nesting: Nesting, limits: &'a Limits) -> Self {
        Self { place, nesting, limits, plpgsql: false, actions: Vec::new() }
    }

    /// Adds an action that `node` says.
    fn push(&mut self, node: &SyntaxNode, kind: ActionKind) {
        let range = self.range(node);
        self.actions.push(Action { kind, range, start: UNPLACED, nesting: self.nesting });
    }

    /// The bytes of a node in the script, without white space, comments and semicolons around it.
    fn range(&self, node: &SyntaxNode) -> Range<usize> {
        let out = |kind: SyntaxKind| kind.is_trivia() || kind == SyntaxKind::SEMICOLON;
        let whole = node.text_range();
        let mut first = node.first_token();
        while let Some(token) = first.clone().filter(|token| out(token.kind())) {
            first = token.next_token();
        }
        let mut last = node.last_token();
        while let Some(token) = last.clone().filter(|token| out(token.kind())) {
            last = token.prev_token();
        }
        let start = first.map_or(whole.start(), |token| token.text_range().start());
        let end = last.map_or(whole.end(), |token| token.text_range().end());
        let start = start.clamp(whole.start(), whole.end());
        let end = end.clamp(start, whole.end());
        self.place.of(start)..self.place.of(end)
    }
}
