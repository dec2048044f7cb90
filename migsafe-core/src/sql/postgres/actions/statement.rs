//! Which family a statement belongs to.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use crate::sql::{ActionKind, ObjectKind};

impl Reader<'_> {
    /// Adds the actions of one statement: one at least.
    pub(super) fn statement(&mut self, node: &SyntaxNode) {
        if matches!(node.kind(), SyntaxKind::EMPTY_STMT | SyntaxKind::ERROR) {
            return;
        }
        let before = self.actions.len();
        self.of_family(node);
        // Each adds nothing where the family of the statement is not its own.
        for other in [Self::drop, Self::create_other, Self::alter_other] {
            if self.actions.len() == before {
                other(self, node);
            }
        }
        if self.actions.len() == before {
            self.push(node, ActionKind::Other(verb(node)));
        }
    }

    fn of_family(&mut self, node: &SyntaxNode) {
        use SyntaxKind as S;
        match node.kind() {
            S::CREATE_TABLE | S::CREATE_FOREIGN_TABLE => self.create_table(node),
            S::CREATE_TABLE_AS => self.create_table_as(node),
            S::SELECT_INTO if self.plpgsql => self.query(node),
            S::SELECT_INTO => self.select_into(node),
            S::SELECT | S::COMPOUND_SELECT | S::PAREN_SELECT | S::VALUES | S::TABLE => {
                self.query(node);
            }
            S::RETURN_STMT => self.query(node),
            S::INSERT | S::UPDATE | S::DELETE | S::MERGE => {
                self.writes_within(node);
                self.write(node);
            }
            S::TRUNCATE => self.truncate(node),
            S::COPY => self.copy(node),
            S::EXPLAIN => self.explain(node),
            S::CALL => self.call(node),
            S::EXECUTE => {
                let reason = "a statement that was prepared elsewhere";
                self.push(node, ActionKind::Opaque(reason.to_owned()));
            }
            S::DO => self.do_block(node),
            S::CREATE_FUNCTION | S::CREATE_PROCEDURE => self.create_routine(node),
            S::ALTER_FUNCTION | S::ALTER_PROCEDURE | S::ALTER_ROUTINE => self.alter_routine(node),
            S::CREATE_TRIGGER => self.create_trigger(node),
            S::CREATE_POLICY => self.create_policy(node),
            S::CREATE_INDEX => self.create_index(node),
            S::CREATE_SCHEMA => self.create_schema(node),
            S::CREATE_VIEW | S::CREATE_MATERIALIZED_VIEW => self.create_view(node),
            S::CREATE_TYPE => self.create_type(node),
            S::ALTER_TYPE => self.alter_enum(node),
            S::CREATE_DOMAIN => self.create_domain(node),
            S::ALTER_DOMAIN => self.alter_domain(node),
            S::ALTER_SEQUENCE => self.alter_sequence(node),
            S::ALTER_TABLE => self.alter_table(node, ObjectKind::Table),
            S::ALTER_FOREIGN_TABLE => self.alter_table(node, ObjectKind::ForeignTable),
            S::CREATE_ROLE | S::CREATE_USER | S::CREATE_GROUP => self.role(node),
            S::ALTER_ROLE | S::ALTER_USER => self.role(node),
            S::COMMENT_ON => self.comment(node),
            S::GRANT | S::REVOKE => self.grant(node),
            S::REASSIGN => self.reassign(node),
            S::LOCK => self.lock(node),
            S::VACUUM => self.vacuum(node),
            S::ANALYZE => self.analyze(node),
            S::CLUSTER => self.cluster(node),
            S::REINDEX => self.reindex(node),
            S::REFRESH => self.refresh(node),
            S::SET => self.set(node),
            S::RESET => self.reset(node),
            S::SET_ROLE | S::RESET_ROLE | S::SET_SESSION_AUTH | S::RESET_SESSION_AUTH => {
                self.set_role(node);
            }
            _ => {}
        }
    }
}

/// The leading key words of a statement, two at most.
fn verb(node: &SyntaxNode) -> String {
    if node.kind() == SyntaxKind::SET_TRANSACTION {
        return "SET TRANSACTION".to_owned();
    }
    let words: Vec<String> = node
        .children_with_tokens()
        .filter(|element| !element.kind().is_trivia())
        .map_while(squawk_syntax::SyntaxElement::into_token)
        .take_while(|token| token.kind().is_keyword())
        .take(2)
        .map(|token| token.text().to_ascii_uppercase())
        .collect();
    words.join(" ")
}
