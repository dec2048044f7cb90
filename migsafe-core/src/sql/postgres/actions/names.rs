//! Names and small things of the syntax tree.

use squawk_syntax::ast::normalize_name_node;
use squawk_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

use crate::sql::ObjectName;

/// The first child of one of these kinds.
pub(super) fn child(node: &SyntaxNode, kinds: &[SyntaxKind]) -> Option<SyntaxNode> {
    node.children().find(|child| kinds.contains(&child.kind()))
}

/// The first node below of one of these kinds.
pub(super) fn within(node: &SyntaxNode, kinds: &[SyntaxKind]) -> Option<SyntaxNode> {
    node.descendants().find(|found| kinds.contains(&found.kind()))
}

/// Whether a node has a child of this kind.
pub(super) fn has(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.children().any(|child| child.kind() == kind)
}

/// Whether a token of this kind stands directly in the node.
pub(super) fn has_token(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    token(node, kind).is_some()
}

pub(super) fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    tokens(node).find(|token| token.kind() == kind)
}

/// The tokens that stand directly in a node, without white space and comments.
pub(super) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    node.children_with_tokens()
        .filter_map(squawk_syntax::SyntaxElement::into_token)
        .filter(|token| !token.kind().is_trivia())
}

/// The text of a node without white space and comments at its ends.
pub(super) fn text(node: &SyntaxNode) -> String {
    node.text().to_string().trim().to_owned()
}

/// The identifier that a node holds, itself or further down, folded as the server folds it.
pub(super) fn ident(node: &SyntaxNode) -> Option<String> {
    let holder = node.descendants().find(|found| {
        tokens(found).any(|token| token.kind() == SyntaxKind::IDENT || token.kind().is_keyword())
    })?;
    let name = normalize_name_node(&holder);
    (!name.is_empty()).then_some(name)
}

/// The identifier in the first child of this kind.
pub(super) fn child_ident(node: &SyntaxNode, kind: SyntaxKind) -> Option<String> {
    ident(&child(node, &[kind])?)
}

/// The identifiers of all children of these kinds.
pub(super) fn idents(node: &SyntaxNode, kind: SyntaxKind) -> Vec<String> {
    node.children().filter(|child| child.kind() == kind).filter_map(|child| ident(&child)).collect()
}

/// The parts of the first dotted name in a node.
pub(super) fn segments(node: &SyntaxNode) -> Vec<String> {
    let Some(path) = within(node, &[SyntaxKind::PATH, SyntaxKind::PATH_REF]) else {
        return ident(node).into_iter().collect();
    };
    path.descendants()
        .filter(|found| {
            matches!(found.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF)
        })
        .filter_map(|segment| ident(&segment))
        .collect()
}

/// The name of an object: the last part of a dotted name, and the one before it as its schema.
pub(super) fn object(node: &SyntaxNode) -> Option<ObjectName> {
    from_segments(segments(node))
}

/// The name in the first child of one of these kinds.
pub(super) fn child_object(node: &SyntaxNode, kinds: &[SyntaxKind]) -> Option<ObjectName> {
    object(&child(node, kinds)?)
}

/// The names of all children of this kind.
pub(super) fn objects(node: &SyntaxNode, kind: SyntaxKind) -> Vec<ObjectName> {
    node.children()
        .filter(|child| child.kind() == kind)
        .filter_map(|child| object(&child))
        .collect()
}

pub(super) fn from_segments(mut parts: Vec<String>) -> Option<ObjectName> {
    let name = parts.pop()?;
    Some(ObjectName { schema: parts.pop(), name })
}
