//! `ALTER` of every kind but tables, `COMMENT`, `GRANT` and `REVOKE`.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::alter_table::owner;
use super::names::{child, child_object, has_token, ident, idents, object, text, tokens, within};
use crate::sql::{ActionKind, ObjectKind, ObjectName};

impl Reader<'_> {
    /// `ALTER kind name …`; nothing is added when the statement is not one.
    pub(super) fn alter_other(&mut self, node: &SyntaxNode) {
        let Some((kind, name_kind)) = altered(node.kind()) else { return };
        let named = match node.kind() {
            SyntaxKind::ALTER_USER_MAPPING => within(node, &[name_kind]),
            _ => child(node, &[name_kind]),
        };
        let name = named.as_ref().and_then(|found| match name_kind {
            SyntaxKind::OP_SIG => Some(ObjectName::unqualified(text(found))),
            _ => object(found),
        });
        let on = child(node, &[SyntaxKind::ON_TABLE, SyntaxKind::ON_RELATION])
            .and_then(|clause| object(&clause));
        let parts = node.children().filter(|part| {
            Some(part) != named.as_ref()
                && !matches!(
                    part.kind(),
                    SyntaxKind::IF_EXISTS | SyntaxKind::ON_TABLE | SyntaxKind::ON_RELATION
                )
        });
        let found: Vec<ActionKind> =
            parts.filter_map(|part| common(&part, kind, name.as_ref()?, on.as_ref())).collect();
        if found.is_empty() {
            let text = without_secrets(node, kind);
            self.push(node, ActionKind::AlterOther { kind, name, text });
            return;
        }
        for kind in found {
            self.push(node, kind);
        }
    }

    /// `COMMENT ON`.
    pub(super) fn comment(&mut self, node: &SyntaxNode) {
        let Some(object_node) = node.children().find(|part| part.kind() != SyntaxKind::LITERAL)
        else {
            return;
        };
        let kind = commented(object_node.kind());
        self.push(node, ActionKind::Comment { kind, name: object(&object_node) });
    }

    /// `GRANT` and `REVOKE`.
    pub(super) fn grant(&mut self, node: &SyntaxNode) {
        let roles = within(node, &[SyntaxKind::ROLE_REF_LIST]);
        let to_public = roles
            .is_some_and(|list| idents(&list, SyntaxKind::ROLE_REF).iter().any(|r| r == "public"));
        let kind = ActionKind::Grant {
            revoke: node.kind() == SyntaxKind::REVOKE,
            all_privileges: within(node, &[SyntaxKind::ALL_PRIVILEGES]).is_some(),
            to_public,
            text: text(node),
        };
        self.push(node, kind);
    }

    /// `REASSIGN OWNED`.
    pub(super) fn reassign(&mut self, node: &SyntaxNode) {
        let mut lists = node.children().filter(|part| part.kind() == SyntaxKind::ROLE_REF_LIST);
        let (Some(before), Some(after)) = (lists.next(), lists.next()) else { return };
        let Some(owner) = ident(&after) else { return };
        for name in idents(&before, SyntaxKind::ROLE_REF) {
            let (kind, name) = (ObjectKind::Other, ObjectName::unqualified(name));
            self.push(node, ActionKind::OwnerTo { kind, name, owner: owner.clone() });
        }
    }
}

/// Subcommands that many kinds of objects have.
fn common(
    part: &SyntaxNode,
    kind: ObjectKind,
    name: &ObjectName,
    on: Option<&ObjectName>,
) -> Option<ActionKind> {
    let name = name.clone();
    Some(match part.kind() {
        SyntaxKind::OWNER_TO => ActionKind::OwnerTo { kind, name, owner: owner(part)? },
        SyntaxKind::SET_SCHEMA => {
            let schema = ident(&child(part, &[SyntaxKind::SCHEMA_REF])?)?;
            ActionKind::SetSchema { kind, name, schema }
        }
        SyntaxKind::SET_TABLESPACE => ActionKind::SetTablespace { kind, name },
        SyntaxKind::RENAME_COLUMN => ActionKind::Rename {
            kind: ObjectKind::Column,
            name: child_object(part, &[SyntaxKind::COLUMN_NAME_REF])?,
            on: Some(name),
            to: child_object(part, &[SyntaxKind::COLUMN_NAME])?.name,
        },
        SyntaxKind::RENAME_ATTRIBUTE => ActionKind::Rename {
            kind: ObjectKind::Column,
            name: child_object(part, &[SyntaxKind::COMPOSITE_FIELD_REF])?,
            on: Some(name),
            to: child_object(part, &[SyntaxKind::COMPOSITE_FIELD])?.name,
        },
        SyntaxKind::RENAME_CONSTRAINT => ActionKind::Rename {
            kind: ObjectKind::Constraint,
            name: child_object(part, &[SyntaxKind::CONSTRAINT_NAME_REF])?,
            on: Some(name),
            to: child_object(part, &[SyntaxKind::CONSTRAINT_NAME])?.name,
        },
        _ if has_token(part, SyntaxKind::RENAME_KW) && has_token(part, SyntaxKind::TO_KW) => {
            let to = object(&part.children().last()?)?.name;
            ActionKind::Rename { kind, name, on: on.cloned(), to }
        }
        _ => return None,
    })
}

/// The words of a statement. Those of objects whose options hold passwords come without their strings.
fn without_secrets(node: &SyntaxNode, kind: ObjectKind) -> String {
    let secret = matches!(kind, ObjectKind::Server | ObjectKind::Subscription | ObjectKind::Other)
        && within(node, &[SyntaxKind::LITERAL]).is_some();
    if !secret {
        return text(node);
    }
    let words: Vec<String> = node
        .descendants()
        .filter(|found| found.kind() != SyntaxKind::LITERAL)
        .flat_map(|found| tokens(&found).collect::<Vec<_>>())
        .filter(|token| token.kind().is_keyword() || token.kind() == SyntaxKind::IDENT)
        .map(|token| token.text().to_owned())
        .collect();
    words.join(" ")
}

/// The kind of object that a statement alters, and the nodes that name it.
fn altered(statement: SyntaxKind) -> Option<(ObjectKind, SyntaxKind)> {
    use SyntaxKind as S;
    Some(match statement {
        S::ALTER_INDEX => (ObjectKind::Index, S::INDEX_REF),
        S::ALTER_VIEW => (ObjectKind::View, S::VIEW_REF),
        S::ALTER_MATERIALIZED_VIEW => (ObjectKind::MaterializedView, S::VIEW_REF),
        S::ALTER_SEQUENCE => (ObjectKind::Sequence, S::SEQUENCE_REF),
        S::ALTER_SCHEMA => (ObjectKind::Schema, S::SCHEMA_REF),
        S::ALTER_DATABASE => (ObjectKind::Database, S::DATABASE_REF),
        S::ALTER_TYPE => (ObjectKind::Type, S::TYPE_NAME_REF),
        S::ALTER_DOMAIN => (ObjectKind::Domain, S::DOMAIN_REF),
        S::ALTER_FUNCTION => (ObjectKind::Function, S::FUNCTION_SIG),
        S::ALTER_PROCEDURE => (ObjectKind::Procedure, S::PROCEDURE_SIG),
        S::ALTER_ROUTINE => (ObjectKind::Routine, S::ROUTINE_SIG),
        S::ALTER_AGGREGATE => (ObjectKind::Aggregate, S::AGGREGATE),
        S::ALTER_TRIGGER => (ObjectKind::Trigger, S::TRIGGER_REF),
        S::ALTER_EVENT_TRIGGER => (ObjectKind::EventTrigger, S::EVENT_TRIGGER_REF),
        S::ALTER_RULE => (ObjectKind::Rule, S::RULE_REF),
        S::ALTER_POLICY => (ObjectKind::Policy, S::POLICY_REF),
        S::ALTER_EXTENSION => (ObjectKind::Extension, S::EXTENSION_REF),
        S::ALTER_ROLE | S::ALTER_USER | S::ALTER_GROUP => (ObjectKind::Role, S::ROLE_REF),
        S::ALTER_TABLESPACE => (ObjectKind::Tablespace, S::TABLESPACE_REF),
        S::ALTER_PUBLICATION => (ObjectKind::Publication, S::PUBLICATION_REF),
        S::ALTER_SUBSCRIPTION => (ObjectKind::Subscription, S::SUBSCRIPTION_REF),
        S::ALTER_COLLATION => (ObjectKind::Collation, S::COLLATION_REF),
        S::ALTER_STATISTICS => (ObjectKind::Statistics, S::STATISTICS_REF),
        S::ALTER_OPERATOR => (ObjectKind::Operator, S::OP_SIG),
        S::ALTER_LANGUAGE => (ObjectKind::Language, S::LANGUAGE_REF),
        S::ALTER_SERVER => (ObjectKind::Server, S::SERVER_REF),
        S::ALTER_CONVERSION => (ObjectKind::Other, S::CONVERSION_REF),
        S::ALTER_FOREIGN_DATA_WRAPPER => (ObjectKind::Other, S::FOREIGN_DATA_WRAPPER_REF),
        S::ALTER_OPERATOR_CLASS => (ObjectKind::Other, S::OP_CLASS_REF),
        S::ALTER_OPERATOR_FAMILY => (ObjectKind::Other, S::OP_FAMILY_REF),
        S::ALTER_PROPERTY_GRAPH => (ObjectKind::Other, S::PROPERTY_GRAPH_REF),
        S::ALTER_TEXT_SEARCH_CONFIGURATION => (ObjectKind::Other, S::TEXT_SEARCH_CONFIGURATION_REF),
        S::ALTER_TEXT_SEARCH_DICTIONARY => (ObjectKind::Other, S::TEXT_SEARCH_DICTIONARY_REF),
        S::ALTER_TEXT_SEARCH_PARSER => (ObjectKind::Other, S::TEXT_SEARCH_PARSER_REF),
        S::ALTER_TEXT_SEARCH_TEMPLATE => (ObjectKind::Other, S::TEXT_SEARCH_TEMPLATE_REF),
        S::ALTER_USER_MAPPING => (ObjectKind::Other, S::SERVER_REF),
        S::ALTER_DEFAULT_PRIVILEGES | S::ALTER_LARGE_OBJECT | S::ALTER_SYSTEM => {
            (ObjectKind::Other, S::ERROR)
        }
        _ => return None,
    })
}

/// The kind of object behind `COMMENT ON`.
fn commented(object: SyntaxKind) -> ObjectKind {
    use SyntaxKind as S;
    match object {
        S::OBJECT_TABLE => ObjectKind::Table,
        S::OBJECT_FOREIGN_TABLE => ObjectKind::ForeignTable,
        S::OBJECT_COLUMN => ObjectKind::Column,
        S::OBJECT_CONSTRAINT => ObjectKind::Constraint,
        S::OBJECT_INDEX => ObjectKind::Index,
        S::OBJECT_VIEW => ObjectKind::View,
        S::OBJECT_MATERIALIZED_VIEW => ObjectKind::MaterializedView,
        S::OBJECT_SEQUENCE => ObjectKind::Sequence,
        S::OBJECT_SCHEMA => ObjectKind::Schema,
        S::OBJECT_DATABASE => ObjectKind::Database,
        S::OBJECT_TYPE => ObjectKind::Type,
        S::OBJECT_DOMAIN => ObjectKind::Domain,
        S::OBJECT_FUNCTION => ObjectKind::Function,
        S::OBJECT_PROCEDURE => ObjectKind::Procedure,
        S::OBJECT_ROUTINE => ObjectKind::Routine,
        S::OBJECT_AGGREGATE => ObjectKind::Aggregate,
        S::OBJECT_TRIGGER => ObjectKind::Trigger,
        S::OBJECT_EVENT_TRIGGER => ObjectKind::EventTrigger,
        S::OBJECT_RULE => ObjectKind::Rule,
        S::OBJECT_POLICY => ObjectKind::Policy,
        S::OBJECT_EXTENSION => ObjectKind::Extension,
        S::OBJECT_ROLE => ObjectKind::Role,
        S::OBJECT_TABLESPACE => ObjectKind::Tablespace,
        S::OBJECT_PUBLICATION => ObjectKind::Publication,
        S::OBJECT_SUBSCRIPTION => ObjectKind::Subscription,
        S::OBJECT_COLLATION => ObjectKind::Collation,
        S::OBJECT_STATISTICS => ObjectKind::Statistics,
        S::OBJECT_OPERATOR => ObjectKind::Operator,
        S::OBJECT_CAST => ObjectKind::Cast,
        S::OBJECT_LANGUAGE => ObjectKind::Language,
        S::OBJECT_SERVER => ObjectKind::Server,
        _ => ObjectKind::Other,
    }
}
