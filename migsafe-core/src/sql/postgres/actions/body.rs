//! Bodies: of `DO` blocks, of functions, and the strings that `EXECUTE` runs.

use squawk_syntax::ast::{AstNode, Literal};
use squawk_syntax::decoded_text::DecodedText;
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Reader;
use super::expression::{Names, is_expression};
use super::names::{child, child_ident, within};
use super::place::Place;
use crate::sql::postgres::parse::{Text, parse};
use crate::sql::postgres::{into, split};
use crate::sql::token::Tokens;
use crate::sql::{Action, ActionKind, Nesting, Volatility, nesting};

/// How many literals may stand in each other: `DO` in `EXECUTE` in `DO`.
const MAX_DEPTH: usize = 8;
/// How many blocks, branches and loops a body of PL/pgSQL may have: the parser's recursion is bounded by it.
const MAX_BLOCKS: usize = 2_000;
/// How many conditions and loops: at each the parser looks ahead, to the end of the body if a word is missing.
const MAX_CONDITIONS: usize = 5_000;
/// How many tokens a body of PL/pgSQL may have, for the same reason.
const MAX_TOKENS_OF_PLPGSQL: usize = 40_000;

impl Reader<'_> {
    /// `DO`.
    pub(super) fn do_block(&mut self, node: &SyntaxNode) {
        let language = child(node, &[SyntaxKind::DO_LANGUAGE]).and_then(|found| language(&found));
        if let Some(language) = language.filter(|language| language != "plpgsql") {
            let reason = format!("a block in {language}, which is not read");
            self.push(node, ActionKind::Opaque(reason));
            return;
        }
        let body = child(node, &[SyntaxKind::LITERAL]).and_then(Literal::cast);
        let Some(decoded) = body.and_then(|body| body.decoded_value()) else { return };
        match self.body(&decoded, Text::Plpgsql) {
            Ok(actions) if actions.is_empty() => {
                self.push(node, ActionKind::Other("DO".to_owned()));
            }
            Ok(actions) => self.actions.extend(actions),
            Err((reason, actions)) => {
                self.actions.extend(actions);
                self.push(node, ActionKind::Opaque(reason));
            }
        }
    }

    /// The actions of a body. The error says why it was not read, with what was read of it.
    pub(super) fn body(
        &self,
        decoded: &DecodedText,
        kind: Text,
    ) -> Result<Vec<Action>, (String, Vec<Action>)> {
        let text = decoded.text();
        let nothing = |reason: &str| Err((reason.to_owned(), Vec::new()));
        if self.place.depth() >= MAX_DEPTH {
            return nothing("strings in strings, too deep to be read");
        }
        let scan = split::scan(text);
        let words = Tokens::new(text, &scan.tokens);
        if scan.tokens.len() > crate::sql::postgres::MAX_TOKENS {
            return nothing("it is too long to be looked into");
        }
        if kind == Text::Plpgsql && is_too_long(words) {
            return nothing("it has too many blocks or words to be looked into");
        }
        if let Err(too_deep) = nesting::check(text, &scan.tokens, self.limits) {
            return nothing(&too_deep.message);
        }
        let mut parsed = parse(text, kind, true).map_err(|reason| (reason, Vec::new()))?;
        if kind == Text::Plpgsql && !parsed.errors.is_empty() {
            // The parser does not know `INTO` with several variables at every place where PL/pgSQL takes it.
            let without = into::without_targets(words);
            parsed = parse(&without, kind, true).map_err(|reason| (reason, Vec::new()))?;
        }
        let place = Place::in_literal(decoded, &self.place);
        let mut reader = Reader::new(place, Nesting::DoBlock, self.limits);
        reader.plpgsql = kind == Text::Plpgsql;
        if let Some(tree) = parsed.tree {
            if kind == Text::Plpgsql {
                reader.plpgsql(&tree);
            } else {
                reader.statements(&tree);
            }
        }
        match parsed.errors.first() {
            None => Ok(reader.actions),
            Some(error) => {
                Err((format!("a part of it could not be read: {}", error.message), reader.actions))
            }
        }
    }

    /// The statements that stand directly in a node.
    pub(super) fn statements(&mut self, node: &SyntaxNode) {
        for statement in node.children() {
            self.statement(&statement);
        }
    }

    /// A block of PL/pgSQL: the SQL statements in it, in order.
    fn plpgsql(&mut self, tree: &SyntaxNode) {
        use SyntaxKind as S;
        for node in tree.descendants() {
            match node.kind() {
                S::PLPGSQL_EXEC_SQL_STMT
                | S::PLPGSQL_PERFORM_STMT
                | S::PLPGSQL_CALL_STMT
                | S::PLPGSQL_DO_STMT
                | S::PLPGSQL_RETURN_QUERY_STMT
                | S::PLPGSQL_FOR_QUERY_STMT
                | S::PLPGSQL_CURSOR_DECL
                | S::PLPGSQL_OPEN_QUERY => self.embedded(&node),
                S::PLPGSQL_DYN_EXECUTE_STMT
                | S::PLPGSQL_FOR_DYN_STMT
                | S::PLPGSQL_RETURN_QUERY_EXECUTE_STMT
                | S::PLPGSQL_OPEN_EXECUTE => self.execute(&node),
                S::PLPGSQL_EXPR => self.calls(&node),
                _ => {}
            }
        }
    }

    /// The statement that a statement of PL/pgSQL holds.
    fn embedded(&mut self, node: &SyntaxNode) {
        let statement = node.children().find(|child| !is_of_plpgsql(child.kind()));
        if let Some(statement) = statement {
            self.statement(&statement);
        }
    }

    /// A call in an expression of PL/pgSQL, if it may do something.
    fn calls(&mut self, node: &SyntaxNode) {
        let dynamic = node.parent().is_some_and(|parent| is_dynamic(parent.kind()));
        let names = Names::of(node);
        let acts = matches!(names.volatility, Volatility::Volatile | Volatility::Unknown);
        if acts && !dynamic {
            self.query(node);
        }
    }

    /// `EXECUTE`: a constant is read like the rest, anything else is not known.
    fn execute(&mut self, node: &SyntaxNode) {
        let query = child(node, &[SyntaxKind::PLPGSQL_EXPR]);
        let constant = query.and_then(|query| constant(&query)).and_then(|it| it.decoded_value());
        let Some(decoded) = constant else {
            let reason = "EXECUTE of a string that is put together when it runs";
            self.push(node, ActionKind::Opaque(reason.to_owned()));
            return;
        };
        match self.body(&decoded, Text::Statements) {
            Ok(actions) if !actions.is_empty() => self.actions.extend(actions),
            Ok(_) => self.push(node, ActionKind::Other("EXECUTE".to_owned())),
            Err((reason, actions)) => {
                self.actions.extend(actions);
                self.push(node, ActionKind::Opaque(reason));
            }
        }
    }
}

fn is_too_long(body: Tokens<'_>) -> bool {
    let count = |words: &[&str]| (0..body.len()).filter(|&i| body.is_any(i, words)).count();
    body.len() > MAX_TOKENS_OF_PLPGSQL
        || count(&["BEGIN", "DECLARE", "LOOP", "THEN", "ELSE"]) > MAX_BLOCKS
        || count(&["IF", "ELSIF", "ELSEIF", "WHEN", "FOR", "FOREACH", "WHILE"]) > MAX_CONDITIONS
}

/// The language behind `LANGUAGE`, in lower case.
pub(super) fn language(node: &SyntaxNode) -> Option<String> {
    if let Some(name) = child_ident(node, SyntaxKind::LANGUAGE_REF) {
        return Some(name);
    }
    let literal = child(node, &[SyntaxKind::LITERAL]).and_then(Literal::cast)?;
    literal.string_value().map(|name| name.to_ascii_lowercase())
}

/// The literal that an expression consists of.
fn constant(query: &SyntaxNode) -> Option<Literal> {
    let mut found = within(query, &[SyntaxKind::TARGET])?;
    if query.descendants().filter(|node| node.kind() == SyntaxKind::TARGET).count() > 1 {
        return None;
    }
    while matches!(found.kind(), SyntaxKind::TARGET | SyntaxKind::PAREN_EXPR) {
        found = found.children().find(|child| is_expression(child.kind()))?;
    }
    Literal::cast(found)
}

fn is_dynamic(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::PLPGSQL_DYN_EXECUTE_STMT
            | SyntaxKind::PLPGSQL_FOR_DYN_STMT
            | SyntaxKind::PLPGSQL_RETURN_QUERY_EXECUTE_STMT
            | SyntaxKind::PLPGSQL_OPEN_EXECUTE
    )
}

/// Whether nodes of a kind are parts of PL/pgSQL and not of SQL.
fn is_of_plpgsql(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::PLPGSQL_LABEL
            | SyntaxKind::PLPGSQL_LABEL_NAME_REF
            | SyntaxKind::PLPGSQL_FOR_VARIABLE
            | SyntaxKind::PLPGSQL_BODY
            | SyntaxKind::PLPGSQL_VAR_NAME
            | SyntaxKind::PLPGSQL_CURSOR_ARG_LIST
            | SyntaxKind::SCROLL
            | SyntaxKind::NO_SCROLL
    )
}
