//! squawk's parser: what it could not read, and the syntax tree.
//!
//! The parser gives events. They are made into a tree only where the tree is needed, without the table of equal
//! nodes that squawk-syntax and rowan would use: growing that table is quadratic for long chains of operators,
//! and most of what it saves is saved by not building trees of data in the first place.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rowan::{GreenNode, GreenToken, NodeOrToken};
use squawk_parser::{EntryPoint, LexedStr, StrStep, SyntaxKind};
use squawk_syntax::SyntaxNode;

/// Something the parser could not read.
#[derive(Debug)]
pub(super) struct Error {
    /// Byte offset.
    pub(super) offset: usize,
    /// The parser's words, in lower case.
    pub(super) message: String,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// A statement, given without its semicolon.
    Statement,
    /// Statements with semicolons between them: the body of a function in SQL.
    Statements,
    /// A block of PL/pgSQL.
    Plpgsql,
}

/// A text as the parser read it.
#[derive(Debug)]
pub(super) struct Parsed {
    /// What it could not read, by offset.
    pub(super) errors: Vec<Error>,
    /// The tree, if it was asked for.
    pub(super) tree: Option<SyntaxNode>,
}

/// Parses a text. The error says that the parser itself failed.
pub(super) fn parse(text: &str, kind: Text, with_tree: bool) -> Result<Parsed, String> {
    catch_unwind(AssertUnwindSafe(|| consume(text, kind, with_tree)))
        .map_err(|_| "the parser stopped at an internal error".to_owned())
}

fn consume(text: &str, kind: Text, with_tree: bool) -> Parsed {
    let lexed = LexedStr::new(text);
    let entry = if kind == Text::Plpgsql { EntryPoint::Plpgsql } else { EntryPoint::SourceFile };
    let output = entry.parse(&lexed.to_input());
    let mut errors = Vec::new();
    for (range, message) in lexed.errors() {
        errors.push(Error { offset: range.start as usize, message: fragment(message) });
    }
    let mut builder = with_tree.then(Builder::default);
    let (mut depth, mut offset) = (0_usize, 0_usize);
    lexed.intersperse_trivia(&output, &mut |step| match step {
        StrStep::Enter { kind: node } => {
            depth += 1;
            if depth == 2 && offset > 0 && node != SyntaxKind::ERROR && kind == Text::Statement {
                let message = "a semicolon is missing before this".to_owned();
                errors.push(Error { offset, message });
            }
            if let Some(builder) = &mut builder {
                builder.enter(node);
            }
        }
        StrStep::Exit => {
            depth = depth.saturating_sub(1);
            if let Some(builder) = &mut builder {
                builder.exit();
            }
        }
        StrStep::Token { kind, text } => {
            offset += text.len();
            if let Some(builder) = &mut builder {
                builder.token(kind, text);
            }
        }
        StrStep::Error { msg, pos } => {
            errors.push(Error { offset: pos, message: fragment(msg) });
        }
    });
    errors.sort_by_key(|error| error.offset);
    let tree = builder.and_then(|builder| builder.root).map(SyntaxNode::new_root);
    Parsed { errors, tree }
}

/// Builds a tree from events.
#[derive(Default)]
struct Builder {
    open: Vec<(SyntaxKind, Vec<NodeOrToken<GreenNode, GreenToken>>)>,
    root: Option<GreenNode>,
}

impl Builder {
    fn enter(&mut self, kind: SyntaxKind) {
        self.open.push((kind, Vec::new()));
    }

    fn exit(&mut self) {
        let Some((kind, children)) = self.open.pop() else { return };
        let node = GreenNode::new(raw(kind), children);
        match self.open.last_mut() {
            Some((_, siblings)) => siblings.push(NodeOrToken::Node(node)),
            None => self.root = Some(node),
        }
    }

    fn token(&mut self, kind: SyntaxKind, text: &str) {
        if let Some((_, siblings)) = self.open.last_mut() {
            siblings.push(NodeOrToken::Token(GreenToken::new(raw(kind), text)));
        }
    }
}

fn raw(kind: SyntaxKind) -> rowan::SyntaxKind {
    rowan::SyntaxKind(kind.into())
}

/// A message as a lower-case fragment.
fn fragment(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) if characters.as_str().starts_with(char::is_lowercase) => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => message.to_owned(),
    }
}
