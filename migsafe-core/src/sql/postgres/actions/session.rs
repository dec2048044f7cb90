//! `SET` and `RESET`.

use squawk_syntax::ast::{AstNode, Literal};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::names::{child, has, segments, text, within};
use crate::sql::ActionKind;

impl Reader<'_> {
    /// `SET name = value`.
    pub(super) fn set(&mut self, node: &SyntaxNode) {
        use SyntaxKind as S;
        let targets = [
            S::SET_CONFIG,
            S::SET_TIME_ZONE,
            S::SET_SCHEMA_VALUE,
            S::SET_CATALOG,
            S::SET_XML_OPTION,
        ];
        let Some(target) = child(node, &targets) else { return };
        let (name, value) = match target.kind() {
            S::SET_CONFIG => (parameter(&target), assigned(&target)),
            S::SET_TIME_ZONE => ("timezone".to_owned(), behind(&target, "zone")),
            S::SET_SCHEMA_VALUE => ("search_path".to_owned(), behind(&target, "schema")),
            S::SET_CATALOG => ("catalog".to_owned(), behind(&target, "catalog")),
            _ => ("xmloption".to_owned(), behind(&target, "option")),
        };
        self.setting(node, name, value);
    }

    pub(super) fn reset(&mut self, node: &SyntaxNode) {
        let name = if has(node, SyntaxKind::ALL) {
            "all".to_owned()
        } else if has(node, SyntaxKind::RESET_TIME_ZONE) {
            "timezone".to_owned()
        } else if has(node, SyntaxKind::RESET_TRANSACTION_ISOLATION) {
            "transaction_isolation".to_owned()
        } else {
            parameter(node)
        };
        self.setting(node, name, None);
    }

    /// `SET ROLE`, `SET SESSION AUTHORIZATION`, and their `RESET`.
    pub(super) fn set_role(&mut self, node: &SyntaxNode) {
        use SyntaxKind as S;
        let role = matches!(node.kind(), S::SET_ROLE | S::RESET_ROLE);
        let name = if role { "role" } else { "session_authorization" };
        let value = within(node, &[S::ROLE_REF, S::LITERAL, S::SET_ROLE_NONE]).map(|it| value(&it));
        self.setting(node, name.to_owned(), value);
    }

    fn setting(&mut self, node: &SyntaxNode, name: String, value: Option<String>) {
        let local = has(node, SyntaxKind::LOCAL_SCOPE);
        self.push(node, ActionKind::Set { name, value, local });
    }
}

/// The name of a setting in lower case.
fn parameter(node: &SyntaxNode) -> String {
    within(node, &[SyntaxKind::CONFIG_PARAMETER_REF])
        .map(|found| segments(&found).join(".").to_ascii_lowercase())
        .unwrap_or_default()
}

/// The values behind `=` or `TO`; `None` for `DEFAULT` and `FROM CURRENT`.
fn assigned(node: &SyntaxNode) -> Option<String> {
    let list = within(node, &[SyntaxKind::TO_CONFIG_VALUE])?;
    let values: Vec<String> = list.children().map(|found| value(&found)).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// What stands behind a word.
fn behind(node: &SyntaxNode, word: &str) -> Option<String> {
    if let Some(found) = within(node, &[SyntaxKind::LITERAL]) {
        return Some(value(&found));
    }
    let text = text(node);
    let at = text.to_ascii_lowercase().find(word)? + word.len();
    let rest = text.get(at..)?.trim();
    (!rest.is_empty() && !rest.eq_ignore_ascii_case("default")).then(|| rest.to_owned())
}

/// A value as written, without its quotes.
fn value(node: &SyntaxNode) -> String {
    if let Some(value) = Literal::cast(node.clone()).and_then(|literal| literal.string_value())
        && !value.is_empty()
    {
        return value;
    }
    let text = text(node);
    match text.strip_prefix(['\'', '"']).and_then(|rest| rest.strip_suffix(['\'', '"'])) {
        Some(inner) => inner.to_owned(),
        None => text,
    }
}
