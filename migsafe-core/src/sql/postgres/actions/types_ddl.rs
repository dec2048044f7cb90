//! Types, enums and domains; views; sequences.

use squawk_syntax::ast::{AstNode, Literal};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::expression::Names;
use super::names::{child, child_object, has, text};
use super::rows::reads;
use super::types::child_type;
use crate::sql::{ActionKind, Constraint, ConstraintKind, ObjectKind, ViewDefinition};

impl Reader<'_> {
    pub(super) fn create_type(&mut self, node: &SyntaxNode) {
        let Some(name) = child_object(node, &[SyntaxKind::TYPE_NAME]) else { return };
        let kind = match child(node, &[SyntaxKind::ENUM_TYPE]) {
            Some(values) => ActionKind::CreateEnum { name, values: literals(&values) },
            None => ActionKind::CreateOther {
                kind: ObjectKind::Type,
                name: Some(name),
                or_replace: false,
                if_not_exists: false,
            },
        };
        self.push(node, kind);
    }

    /// `ALTER TYPE`: values of enums; the rest is read like any other `ALTER`.
    pub(super) fn alter_enum(&mut self, node: &SyntaxNode) {
        let Some(name) = child_object(node, &[SyntaxKind::TYPE_NAME_REF]) else { return };
        if let Some(add) = child(node, &[SyntaxKind::ADD_VALUE]) {
            let Some(value) = direct_literals(&add).into_iter().next() else { return };
            let positioned =
                has(&add, SyntaxKind::BEFORE_VALUE) || has(&add, SyntaxKind::AFTER_VALUE);
            let if_not_exists = has(&add, SyntaxKind::IF_NOT_EXISTS);
            self.push(node, ActionKind::AddEnumValue { name, value, if_not_exists, positioned });
        } else if let Some(rename) = child(node, &[SyntaxKind::RENAME_VALUE])
            && let [from, to] = &*direct_literals(&rename)
        {
            let (from, to) = (from.clone(), to.clone());
            self.push(node, ActionKind::RenameEnumValue { name, from, to });
        }
    }

    pub(super) fn create_domain(&mut self, node: &SyntaxNode) {
        let Some(name) = child_object(node, &[SyntaxKind::DOMAIN]) else { return };
        let Some(base) = child_type(node) else { return };
        let constraints: Vec<Constraint> = node
            .children()
            .filter(|part| part.kind() != SyntaxKind::NOT_NULL_CONSTRAINT)
            .filter_map(|part| self.constraint(&part, None))
            .collect();
        let not_null = has(node, SyntaxKind::NOT_NULL_CONSTRAINT);
        self.push(node, ActionKind::CreateDomain { name, base, constraints, not_null });
    }

    /// `ALTER DOMAIN` with a new constraint; the rest is read like any other `ALTER`.
    pub(super) fn alter_domain(&mut self, node: &SyntaxNode) {
        let Some(name) = child_object(node, &[SyntaxKind::DOMAIN_REF]) else { return };
        let constraint = if let Some(add) = child(node, &[SyntaxKind::ADD_CONSTRAINT]) {
            add.children().find_map(|part| self.constraint(&part, None))
        } else {
            // The value of a domain has no column.
            child(node, &[SyntaxKind::SET_NOT_NULL]).map(|clause| Constraint {
                name: None,
                kind: ConstraintKind::NotNull { column: String::new() },
                not_valid: false,
                deferrable: false,
                range: self.range(&clause),
            })
        };
        if let Some(constraint) = constraint {
            self.push(node, ActionKind::AlterDomainConstraint { name, constraint });
        }
    }

    pub(super) fn create_view(&mut self, node: &SyntaxNode) {
        let Some(name) = child_object(node, &[SyntaxKind::VIEW]) else { return };
        let view = ViewDefinition {
            or_replace: has(node, SyntaxKind::OR_REPLACE),
            if_not_exists: has(node, SyntaxKind::IF_NOT_EXISTS),
            temporary: has(node, SyntaxKind::TEMP) || name.schema.as_deref() == Some("pg_temp"),
            materialized: node.kind() == SyntaxKind::CREATE_MATERIALIZED_VIEW,
            // `CREATE RECURSIVE VIEW` reads itself.
            reads: reads(node).into_iter().filter(|read| *read != name).collect(),
            columns: Names::of(node).columns,
            name,
            double_quoted: Vec::new(),
        };
        self.push(node, ActionKind::CreateView(view));
    }

    /// `ALTER SEQUENCE` with options of the sequence.
    pub(super) fn alter_sequence(&mut self, node: &SyntaxNode) {
        let Some(name) = child_object(node, &[SyntaxKind::SEQUENCE_REF]) else { return };
        let other = [SyntaxKind::OWNER_TO, SyntaxKind::SEQUENCE_RENAME_TO, SyntaxKind::SET_SCHEMA];
        if child(node, &other).is_none() {
            let restart = has(node, SyntaxKind::OPTION_RESTART);
            self.push(node, ActionKind::AlterSequence { name, restart, text: text(node) });
        }
    }
}

/// The values of all string literals below a node.
fn literals(node: &SyntaxNode) -> Vec<String> {
    node.descendants()
        .filter_map(Literal::cast)
        .filter_map(|literal| literal.string_value())
        .collect()
}

/// The values of the string literals that are children of a node.
fn direct_literals(node: &SyntaxNode) -> Vec<String> {
    node.children().filter_map(Literal::cast).filter_map(|literal| literal.string_value()).collect()
}
