//! Which family a statement belongs to.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::names::tokens;
use crate::sql::{ActionKind, ObjectKind};

impl Reader<'_> {
    /// Adds the actions of one statement.
    pub(super) fn statement(&mut self, node: &SyntaxNode) {
        let before = self.actions.len();
        match node.kind() {
            SyntaxKind::EMPTY_STMT | SyntaxKind::ERROR => return,
            SyntaxKind::CREATE_TABLE | SyntaxKind::CREATE_FOREIGN_TABLE => self.create_table(node),
            SyntaxKind::CREATE_TABLE_AS => self.create_table_as(node),
            SyntaxKind::SELECT_INTO if self.plpgsql => self.query(node),
            SyntaxKind::SELECT_INTO => self.select_into(node),
            SyntaxKind::SELECT
            | SyntaxKind::COMPOUND_SELECT
            | SyntaxKind::PAREN_SELECT
            | SyntaxKind::VALUES
            | SyntaxKind::TABLE
            | SyntaxKind::RETURN_STMT => self.query(node),
            SyntaxKind::INSERT | SyntaxKind::UPDATE | SyntaxKind::DELETE | SyntaxKind::MERGE => {
                self.writes_within(node);
                self.write(node);
            }
            SyntaxKind::TRUNCATE => self.truncate(node),
            SyntaxKind::COPY => self.copy(node),
            SyntaxKind::EXPLAIN => self.explain(node),
            SyntaxKind::CALL => self.call(node),
            SyntaxKind::DO => self.do_block(node),
            SyntaxKind::CREATE_FUNCTION | SyntaxKind::CREATE_PROCEDURE => self.create_routine(node),
            SyntaxKind::ALTER_FUNCTION
            | SyntaxKind::ALTER_PROCEDURE
            | SyntaxKind::ALTER_ROUTINE => {
                self.alter_routine(node);
            }
            SyntaxKind::CREATE_TRIGGER => self.create_trigger(node),
            SyntaxKind::CREATE_INDEX => self.create_index(node),
            SyntaxKind::ALTER_TABLE => self.alter_table(node, ObjectKind::Table),
            SyntaxKind::ALTER_FOREIGN_TABLE => self.alter_table(node, ObjectKind::ForeignTable),
            _ => {
                self.drop(node);
            }
        }
        if self.actions.len() == before {
            self.push(node, ActionKind::Other(verb(node)));
        }
    }
}

/// The leading key words of a statement, two at most.
fn verb(node: &SyntaxNode) -> String {
    let words: Vec<String> = tokens(node)
        .take_while(|token| token.kind().is_keyword())
        .take(2)
        .map(|token| token.text().to_ascii_uppercase())
        .collect();
    words.join(" ")
}
