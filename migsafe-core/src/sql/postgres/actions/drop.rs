//! `DROP` of every kind.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::names::{child, has, has_token, object, text};
use crate::sql::{ActionKind, ObjectKind, ObjectName};

impl Reader<'_> {
    /// `DROP kind name, …`; nothing is added when the statement is not one.
    pub(super) fn drop(&mut self, node: &SyntaxNode) {
        let Some((kind, name_kind)) = dropped(node.kind()) else { return };
        let on = child(node, &[SyntaxKind::ON_TABLE, SyntaxKind::ON_RELATION])
            .and_then(|clause| object(&clause));
        let if_exists = has(node, SyntaxKind::IF_EXISTS);
        let cascade = has(node, SyntaxKind::CASCADE);
        let concurrently = has_token(node, SyntaxKind::CONCURRENTLY_KW);
        let names: Vec<ObjectName> = node
            .descendants()
            .filter(|found| found.kind() == name_kind)
            .filter_map(|found| match name_kind {
                // Neither has a name of its own.
                SyntaxKind::CAST_SIG | SyntaxKind::OP_SIG => {
                    Some(ObjectName::unqualified(text(&found)))
                }
                _ => object(&found),
            })
            .collect();
        for name in names {
            let on = on.clone();
            let kind = ActionKind::Drop { kind, name, on, if_exists, cascade, concurrently };
            self.push(node, kind);
        }
    }
}

/// The kind of object that a statement drops, and the nodes that name it.
fn dropped(statement: SyntaxKind) -> Option<(ObjectKind, SyntaxKind)> {
    use SyntaxKind as S;
    Some(match statement {
        S::DROP_TABLE => (ObjectKind::Table, S::TABLE_NAME_REF),
        S::DROP_FOREIGN_TABLE => (ObjectKind::ForeignTable, S::TABLE_NAME_REF),
        S::DROP_INDEX => (ObjectKind::Index, S::INDEX_REF),
        S::DROP_VIEW => (ObjectKind::View, S::VIEW_REF),
        S::DROP_MATERIALIZED_VIEW => (ObjectKind::MaterializedView, S::VIEW_REF),
        S::DROP_SEQUENCE => (ObjectKind::Sequence, S::SEQUENCE_REF),
        S::DROP_SCHEMA => (ObjectKind::Schema, S::SCHEMA_REF),
        S::DROP_DATABASE => (ObjectKind::Database, S::DATABASE_REF),
        S::DROP_TYPE => (ObjectKind::Type, S::TYPE_NAME_REF),
        S::DROP_DOMAIN => (ObjectKind::Domain, S::DOMAIN_REF),
        S::DROP_FUNCTION => (ObjectKind::Function, S::FUNCTION_NAME_REF),
        S::DROP_PROCEDURE => (ObjectKind::Procedure, S::PROCEDURE_NAME_REF),
        S::DROP_ROUTINE => (ObjectKind::Routine, S::ROUTINE_NAME_REF),
        S::DROP_AGGREGATE => (ObjectKind::Aggregate, S::AGGREGATE),
        S::DROP_TRIGGER => (ObjectKind::Trigger, S::TRIGGER_REF),
        S::DROP_EVENT_TRIGGER => (ObjectKind::EventTrigger, S::EVENT_TRIGGER_REF),
        S::DROP_RULE => (ObjectKind::Rule, S::RULE_REF),
        S::DROP_POLICY => (ObjectKind::Policy, S::POLICY_REF),
        S::DROP_EXTENSION => (ObjectKind::Extension, S::EXTENSION_REF),
        S::DROP_ROLE | S::DROP_USER | S::DROP_GROUP => (ObjectKind::Role, S::ROLE_REF),
        S::DROP_TABLESPACE => (ObjectKind::Tablespace, S::TABLESPACE_REF),
        S::DROP_PUBLICATION => (ObjectKind::Publication, S::PUBLICATION_REF),
        S::DROP_SUBSCRIPTION => (ObjectKind::Subscription, S::SUBSCRIPTION_REF),
        S::DROP_COLLATION => (ObjectKind::Collation, S::COLLATION_REF),
        S::DROP_STATISTICS => (ObjectKind::Statistics, S::STATISTICS_REF),
        S::DROP_OPERATOR => (ObjectKind::Operator, S::OP_SIG),
        S::DROP_CAST => (ObjectKind::Cast, S::CAST_SIG),
        S::DROP_LANGUAGE => (ObjectKind::Language, S::LANGUAGE_REF),
        S::DROP_SERVER => (ObjectKind::Server, S::SERVER_REF),
        S::DROP_ACCESS_METHOD => (ObjectKind::Other, S::ACCESS_METHOD_REF),
        S::DROP_CONVERSION => (ObjectKind::Other, S::CONVERSION_REF),
        S::DROP_FOREIGN_DATA_WRAPPER => (ObjectKind::Other, S::FOREIGN_DATA_WRAPPER_REF),
        S::DROP_OPERATOR_CLASS => (ObjectKind::Other, S::OP_CLASS_REF),
        S::DROP_OPERATOR_FAMILY => (ObjectKind::Other, S::OP_FAMILY_REF),
        S::DROP_PROPERTY_GRAPH => (ObjectKind::Other, S::PROPERTY_GRAPH_REF),
        S::DROP_TEXT_SEARCH_CONFIG => (ObjectKind::Other, S::TEXT_SEARCH_CONFIGURATION_REF),
        S::DROP_TEXT_SEARCH_DICT => (ObjectKind::Other, S::TEXT_SEARCH_DICTIONARY_REF),
        S::DROP_TEXT_SEARCH_PARSER => (ObjectKind::Other, S::TEXT_SEARCH_PARSER_REF),
        S::DROP_TEXT_SEARCH_TEMPLATE => (ObjectKind::Other, S::TEXT_SEARCH_TEMPLATE_REF),
        S::DROP_OWNED => (ObjectKind::Owned, S::ROLE_REF),
        S::DROP_TRANSFORM => (ObjectKind::Other, S::LANGUAGE_REF),
        S::DROP_USER_MAPPING => (ObjectKind::Other, S::SERVER_REF),
        _ => return None,
    })
}
