//! `CREATE` of kinds without an action of their own, `CREATE SCHEMA`, roles, policies.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::names::{child, child_object, has, ident, object, text, within};
use crate::sql::{ActionKind, ObjectKind, ObjectName};

impl Reader<'_> {
    /// `CREATE kind name`; nothing is added when the statement is not one.
    pub(super) fn create_other(&mut self, node: &SyntaxNode) {
        let Some((kind, name_kind)) = created(node.kind()) else { return };
        let name = match (node.kind(), name_kind) {
            (SyntaxKind::CREATE_CAST, _) => {
                child(node, &[SyntaxKind::CAST_SIG]).map(|it| ObjectName::unqualified(text(&it)))
            }
            (SyntaxKind::CREATE_OPERATOR, _) => {
                child(node, &[SyntaxKind::OP]).map(|it| ObjectName::unqualified(text(&it)))
            }
            (SyntaxKind::CREATE_USER_MAPPING, _) => {
                within(node, &[name_kind]).and_then(|found| object(&found))
            }
            (_, name_kind) => child_object(node, &[name_kind]),
        };
        let kind = ActionKind::CreateOther {
            kind,
            name,
            or_replace: has(node, SyntaxKind::OR_REPLACE),
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
        };
        self.push(node, kind);
    }

    /// `CREATE SCHEMA` with the statements in it, whose objects stand in the schema.
    pub(super) fn create_schema(&mut self, node: &SyntaxNode) {
        let targets = [SyntaxKind::NAMED_SCHEMA, SyntaxKind::AUTHORIZATION_SCHEMA];
        let Some(target) = child(node, &targets) else { return };
        let named = child(&target, &[SyntaxKind::SCHEMA, SyntaxKind::ROLE]);
        let name = named.and_then(|named| ident(&named));
        let kind = ActionKind::CreateOther {
            kind: ObjectKind::Schema,
            name: name.clone().map(ObjectName::unqualified),
            or_replace: false,
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
        };
        self.push(node, kind);
        let first = self.actions.len();
        for element in node.children() {
            let around =
                targets.contains(&element.kind()) || element.kind() == SyntaxKind::IF_NOT_EXISTS;
            if !around {
                self.statement(&element);
            }
        }
        for action in self.actions.iter_mut().skip(first) {
            place_in(&mut action.kind, name.as_deref());
        }
    }

    pub(super) fn create_policy(&mut self, node: &SyntaxNode) {
        let name = child(node, &[SyntaxKind::POLICY]).and_then(|found| ident(&found));
        let table = child(node, &[SyntaxKind::ON_TABLE]).and_then(|clause| object(&clause));
        let (Some(name), Some(table)) = (name, table) else { return };
        let restrictive = child(node, &[SyntaxKind::AS_POLICY_TYPE])
            .is_some_and(|clause| text(&clause).to_ascii_lowercase().ends_with("restrictive"));
        self.push(node, ActionKind::CreatePolicy { name, table, restrictive });
    }

    /// `CREATE ROLE`, `ALTER ROLE` and their like.
    pub(super) fn role(&mut self, node: &SyntaxNode) {
        if has(node, SyntaxKind::ROLE_RENAME_TO) {
            return;
        }
        let create = matches!(
            node.kind(),
            SyntaxKind::CREATE_ROLE | SyntaxKind::CREATE_USER | SyntaxKind::CREATE_GROUP
        );
        let name = child(node, &[SyntaxKind::ROLE, SyntaxKind::ROLE_REF]);
        let passwords =
            [SyntaxKind::ROLE_OPTION_PASSWORD, SyntaxKind::ROLE_OPTION_ENCRYPTED_PASSWORD];
        let password = within(node, &passwords)
            .is_some_and(|option| within(&option, &[SyntaxKind::LITERAL]).is_some());
        let name = name.and_then(|name| ident(&name));
        self.push(node, ActionKind::Role { name, create, password });
    }
}

/// Gives an object its schema, unless the statement names one.
fn place_in(kind: &mut ActionKind, schema: Option<&str>) {
    let name = match kind {
        ActionKind::CreateTable(table) => &mut table.name,
        ActionKind::CreateView(view) => &mut view.name,
        ActionKind::CreateIndex(index) => &mut index.table,
        ActionKind::CreateEnum { name, .. } | ActionKind::CreateDomain { name, .. } => name,
        ActionKind::CreateRoutine(routine) => &mut routine.name,
        ActionKind::CreateTrigger(trigger) => &mut trigger.table,
        ActionKind::CreateOther { name: Some(name), .. } => name,
        _ => return,
    };
    if name.schema.is_none() {
        name.schema = schema.map(str::to_owned);
    }
}

/// The kind of object that a statement creates, and the nodes that name it.
fn created(statement: SyntaxKind) -> Option<(ObjectKind, SyntaxKind)> {
    use SyntaxKind as S;
    Some(match statement {
        S::CREATE_SEQUENCE => (ObjectKind::Sequence, S::SEQUENCE),
        S::CREATE_DATABASE => (ObjectKind::Database, S::DATABASE),
        S::CREATE_AGGREGATE => (ObjectKind::Aggregate, S::AGGREGATE_NAME),
        S::CREATE_EVENT_TRIGGER => (ObjectKind::EventTrigger, S::EVENT_TRIGGER),
        S::CREATE_RULE => (ObjectKind::Rule, S::RULE),
        S::CREATE_EXTENSION => (ObjectKind::Extension, S::EXTENSION),
        S::CREATE_TABLESPACE => (ObjectKind::Tablespace, S::TABLESPACE),
        S::CREATE_PUBLICATION => (ObjectKind::Publication, S::PUBLICATION),
        S::CREATE_SUBSCRIPTION => (ObjectKind::Subscription, S::SUBSCRIPTION),
        S::CREATE_COLLATION => (ObjectKind::Collation, S::COLLATION),
        S::CREATE_STATISTICS => (ObjectKind::Statistics, S::STATISTICS),
        S::CREATE_OPERATOR => (ObjectKind::Operator, S::OP),
        S::CREATE_CAST => (ObjectKind::Cast, S::CAST_SIG),
        S::CREATE_LANGUAGE => (ObjectKind::Language, S::LANGUAGE),
        S::CREATE_SERVER => (ObjectKind::Server, S::SERVER),
        S::CREATE_ACCESS_METHOD => (ObjectKind::Other, S::ACCESS_METHOD),
        S::CREATE_CONVERSION => (ObjectKind::Other, S::CONVERSION),
        S::CREATE_FOREIGN_DATA_WRAPPER => (ObjectKind::Other, S::FOREIGN_DATA_WRAPPER),
        S::CREATE_OPERATOR_CLASS => (ObjectKind::Other, S::OP_CLASS_NAME),
        S::CREATE_OPERATOR_FAMILY => (ObjectKind::Other, S::OP_FAMILY_NAME),
        S::CREATE_PROPERTY_GRAPH => (ObjectKind::Other, S::PROPERTY_GRAPH),
        S::CREATE_TEXT_SEARCH_CONFIGURATION => (ObjectKind::Other, S::TEXT_SEARCH_CONFIGURATION),
        S::CREATE_TEXT_SEARCH_DICTIONARY => (ObjectKind::Other, S::TEXT_SEARCH_DICTIONARY),
        S::CREATE_TEXT_SEARCH_PARSER => (ObjectKind::Other, S::TEXT_SEARCH_PARSER),
        S::CREATE_TEXT_SEARCH_TEMPLATE => (ObjectKind::Other, S::TEXT_SEARCH_TEMPLATE),
        S::CREATE_TRANSFORM => (ObjectKind::Other, S::LANGUAGE_REF),
        S::CREATE_USER_MAPPING => (ObjectKind::Other, S::SERVER_REF),
        // What is created stands in the other database.
        S::IMPORT_FOREIGN_SCHEMA => (ObjectKind::ForeignTable, S::ERROR),
        _ => return None,
    })
}
