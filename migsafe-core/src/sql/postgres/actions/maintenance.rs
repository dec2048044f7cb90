//! Locks and maintenance.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::names::{child, child_object, has, has_token, object, text};
use super::rows::tables;
use crate::lock::TableLock;
use crate::sql::{ActionKind, ObjectKind};

impl Reader<'_> {
    pub(super) fn lock(&mut self, node: &SyntaxNode) {
        let mode = match child(node, &[SyntaxKind::LOCK_MODE_CLAUSE]) {
            None => Some(TableLock::AccessExclusive),
            Some(clause) => {
                let words = text(&clause).to_ascii_lowercase();
                let words: Vec<&str> = words.split_whitespace().collect();
                words
                    .get(1..words.len().saturating_sub(1))
                    .and_then(|words| TableLock::from_name(&words.join(" ")))
            }
        };
        // A mode that cannot be read is taken for the strongest.
        let mode = mode.unwrap_or(TableLock::AccessExclusive);
        let nowait = has(node, SyntaxKind::NOWAIT);
        for table in tables(node) {
            self.push(node, ActionKind::Lock { table, mode, nowait });
        }
    }

    pub(super) fn vacuum(&mut self, node: &SyntaxNode) {
        let full = has_token(node, SyntaxKind::FULL_KW)
            || child(node, &[SyntaxKind::VACUUM_OPTION_LIST])
                .is_some_and(|list| is_on(&list, "full"));
        self.push(node, ActionKind::Vacuum { tables: tables(node), full });
    }

    pub(super) fn analyze(&mut self, node: &SyntaxNode) {
        self.push(node, ActionKind::Analyze { tables: tables(node) });
    }

    pub(super) fn cluster(&mut self, node: &SyntaxNode) {
        let table = child_object(node, &[SyntaxKind::TABLE_NAME_REF]).or_else(|| {
            let legacy = child(node, &[SyntaxKind::CLUSTER_LEGACY])?;
            child_object(&legacy, &[SyntaxKind::ON_PATH])
        });
        self.push(node, ActionKind::Cluster { table });
    }

    pub(super) fn reindex(&mut self, node: &SyntaxNode) {
        use SyntaxKind as S;
        let targets = [
            (S::REINDEX_TARGET_INDEX, ObjectKind::Index),
            (S::REINDEX_TARGET_TABLE, ObjectKind::Table),
            (S::REINDEX_TARGET_SCHEMA, ObjectKind::Schema),
            (S::REINDEX_TARGET_DATABASE, ObjectKind::Database),
            (S::REINDEX_TARGET_SYSTEM, ObjectKind::Database),
        ];
        let found =
            targets.iter().find_map(|(target, kind)| Some((child(node, &[*target])?, *kind)));
        let Some((target, kind)) = found else { return };
        let concurrently = has_token(&target, S::CONCURRENTLY_KW)
            || child(node, &[S::REINDEX_OPTION_LIST])
                .is_some_and(|list| is_on(&list, "concurrently"));
        let name = target.children().next().and_then(|name| object(&name));
        self.push(node, ActionKind::Reindex { kind, name, concurrently });
    }

    pub(super) fn refresh(&mut self, node: &SyntaxNode) {
        let Some(name) = child_object(node, &[SyntaxKind::VIEW_REF]) else { return };
        let kind = ActionKind::RefreshMaterializedView {
            name,
            concurrently: has_token(node, SyntaxKind::CONCURRENTLY_KW),
            with_no_data: has(node, SyntaxKind::WITH_NO_DATA),
        };
        self.push(node, kind);
    }
}

/// Whether a list of options switches one on.
pub(super) fn is_on(list: &SyntaxNode, option: &str) -> bool {
    list.children().any(|found| {
        let text = text(&found).to_ascii_lowercase();
        let mut words = text.split_whitespace();
        let off = ["false", "off", "no", "0", "'false'", "'off'"];
        words.next() == Some(option) && !words.next().is_some_and(|value| off.contains(&value))
    })
}
