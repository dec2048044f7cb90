//! `CREATE FUNCTION`, `CREATE PROCEDURE` and `CREATE TRIGGER`, `ALTER FUNCTION`.

use squawk_syntax::ast::{AstNode, Literal};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::body::language;
use super::expression::{Names, called};
use super::names::{child, child_object, has, ident, object, text, within};
use crate::sql::postgres::parse::Text;
use crate::sql::{Action, ActionKind, Body, Nesting, RoutineDefinition, Trigger, Volatility};

impl Reader<'_> {
    pub(super) fn create_routine(&mut self, node: &SyntaxNode) {
        use SyntaxKind as S;
        let names = [S::FUNCTION_NAME, S::PROCEDURE_NAME];
        let Some(name) = child_object(node, &names) else { return };
        let options = child(node, &[S::FUNC_OPTION_LIST]);
        let options: Vec<SyntaxNode> =
            options.map(|list| list.children().collect()).unwrap_or_default();
        let option = |kind| options.iter().find(|option| option.kind() == kind);
        let inline = child(node, &[S::ATOMIC_BODY, S::RETURN_STMT]);
        let language = match option(S::LANGUAGE_FUNC_OPTION).and_then(language) {
            None if inline.is_some() => Some("sql".to_owned()),
            given => given,
        };
        let body = match &inline {
            Some(inline) => self.inline_body(inline),
            None => self.routine_body(option(S::AS_FUNC_OPTION), language.as_deref()),
        };
        let routine = RoutineDefinition {
            name,
            procedure: node.kind() == S::CREATE_PROCEDURE,
            or_replace: has(node, S::OR_REPLACE),
            language,
            volatility: options.iter().find_map(volatility),
            security_definer: option(S::SECURITY_DEFINER_FUNC_OPTION).is_some(),
            sets_search_path: options
                .iter()
                .filter(|option| option.kind() == S::SET_FUNC_OPTION)
                .filter_map(|option| within(option, &[S::CONFIG_PARAMETER_REF]))
                .any(|found| ident(&found).is_some_and(|name| name == "search_path")),
            body,
        };
        self.push(node, ActionKind::CreateRoutine(routine));
    }

    /// `BEGIN ATOMIC … END` and `RETURN …`.
    fn inline_body(&self, node: &SyntaxNode) -> Body {
        let mut reader = Reader::new(self.place, Nesting::DoBlock, self.limits);
        if node.kind() == SyntaxKind::ATOMIC_BODY {
            reader.statements(node);
        } else {
            reader.query(node);
        }
        Body::Read(reader.actions)
    }

    /// The string behind `AS`.
    fn routine_body(&self, option: Option<&SyntaxNode>, language: Option<&str>) -> Body {
        let definition = option.and_then(|option| child(option, &[SyntaxKind::AS_DEFINITION]));
        let literal = definition
            .and_then(|definition| child(&definition, &[SyntaxKind::LITERAL]))
            .and_then(Literal::cast);
        let kind = match language {
            Some("plpgsql") => Text::Plpgsql,
            Some("sql") => Text::Statements,
            Some("c" | "internal") => return Body::None,
            Some(other) => return Body::Opaque(format!("it is in {other}, which is not read")),
            None => return Body::Opaque("its language is not given".to_owned()),
        };
        let Some(decoded) = literal.and_then(|literal| literal.decoded_value()) else {
            return Body::None;
        };
        let read: Result<Vec<Action>, _> = self.body(&decoded, kind);
        read.map_or_else(|(reason, _)| Body::Opaque(reason), Body::Read)
    }

    /// `ALTER FUNCTION` with options of the function.
    pub(super) fn alter_routine(&mut self, node: &SyntaxNode) {
        use SyntaxKind as S;
        let signature = [S::FUNCTION_SIG, S::PROCEDURE_SIG, S::ROUTINE_SIG];
        let Some(options) = child(node, &[S::FUNC_OPTION_LIST]) else { return };
        let Some(name) = child_object(node, &signature) else { return };
        let volatility = options.children().find_map(|option| volatility(&option));
        self.push(node, ActionKind::AlterRoutine { name, volatility, text: text(&options) });
    }

    pub(super) fn create_trigger(&mut self, node: &SyntaxNode) {
        let name = child_object(node, &[SyntaxKind::TRIGGER]);
        let table = child(node, &[SyntaxKind::ON_RELATION]).and_then(|clause| object(&clause));
        let (Some(name), Some(table)) = (name, table) else { return };
        let trigger = Trigger {
            name,
            table,
            or_replace: has(node, SyntaxKind::OR_REPLACE),
            for_each_row: has(node, SyntaxKind::FOR_EACH_ROW),
            function: node
                .children()
                .filter(|child| child.kind() == SyntaxKind::CALL_EXPR)
                .last()
                .and_then(|call| called(&call)),
            uses: Vec::new(),
            update_of: update_of(node),
            columns: child(node, &[SyntaxKind::WHEN_CONDITION])
                .map(|condition| Names::of(&condition).columns)
                .unwrap_or_default(),
        };
        self.push(node, ActionKind::CreateTrigger(trigger));
    }
}

fn volatility(option: &SyntaxNode) -> Option<Volatility> {
    Some(match option.kind() {
        SyntaxKind::IMMUTABLE => Volatility::Constant,
        SyntaxKind::STABLE => Volatility::Stable,
        SyntaxKind::VOLATILE => Volatility::Volatile,
        _ => return None,
    })
}

/// The columns behind `UPDATE OF`.
fn update_of(node: &SyntaxNode) -> Vec<String> {
    let names = child(node, &[SyntaxKind::TRIGGER_EVENT_LIST]).into_iter().flat_map(|list| {
        list.descendants().filter(|found| found.kind() == SyntaxKind::COLUMN_NAME_REF)
    });
    names.filter_map(|name| ident(&name)).collect()
}
