//! Comments that keep findings quiet, each with its reason.
//!
//! ```sql
//! -- migsafe: allow(drop-table) because the table was never used
//! DROP TABLE drafts;
//! ```

use std::ops::Range;

use super::header::{directive, reason_of, strip_word};
#[cfg(any(feature = "postgres-sql", feature = "sqlite-sql"))]
use super::token::Token;
use super::{LineIndex, Position, Statement};

/// A comment `-- migsafe: allow(rule, …) because …` or `-- migsafe: allow-file(rule, …) because …`.
///
/// ```
/// # #[cfg(feature = "sqlite-sql")] {
/// use migsafe_core::Dialect;
/// use migsafe_core::sql::{SuppressionTarget, analyse};
///
/// let script = analyse(Dialect::Sqlite, "-- migsafe: allow(drop-table) because it is empty\nDROP TABLE t;");
/// let [suppression] = script.suppressions() else { panic!() };
/// assert_eq!(suppression.target(), SuppressionTarget::Statement(0));
/// assert_eq!(suppression.rules(), ["drop-table"]);
/// assert_eq!(suppression.reason(), Some("it is empty"));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    position: Position,
    rules: Vec<String>,
    reason: Option<String>,
    target: SuppressionTarget,
    problem: Option<String>,
}

/// What a suppression is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SuppressionTarget {
    /// The whole file.
    File,
    /// The statement of this number, from 0: the one that it stands in, whose last line it ends, or above which it
    /// stands.
    Statement(usize),
    /// No statement follows it.
    Nothing,
}

impl Suppression {
    /// Where the comment begins.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The rules that it names, as written.
    #[must_use]
    pub fn rules(&self) -> &[String] {
        &self.rules
    }

    /// Why. Without a reason it keeps nothing quiet.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What it is about.
    #[must_use]
    pub fn target(&self) -> SuppressionTarget {
        self.target
    }

    /// Why it cannot be followed, a lower-case fragment; `None` when it can.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Whether it can be followed and is about a statement (counted from 0; `None` for the script as a whole).
    #[must_use]
    pub fn covers(&self, statement: Option<usize>) -> bool {
        self.problem.is_none()
            && match self.target {
                SuppressionTarget::File => true,
                SuppressionTarget::Statement(number) => statement == Some(number),
                SuppressionTarget::Nothing => false,
            }
    }
}

/// The directive for a statement, and for a file.
pub(super) const ALLOW: &str = "allow";
pub(super) const ALLOW_FILE: &str = "allow-file";
const EXAMPLE: &str = "-- migsafe: allow(rule) because it is known to be empty";

/// Whether any line has a comment to migsafe, so that a second look is worth its time.
pub(super) fn may_have_any(script: &str) -> bool {
    script.lines().any(|line| {
        line.match_indices("--").any(|(at, _)| {
            line.get(at + 2..).is_some_and(|comment| strip_word(comment, "migsafe").is_some())
        })
    })
}

/// Reads the comments of a script, which are given by their bytes.
pub(super) fn read(
    script: &str,
    comments: &[Range<usize>],
    statements: &[Statement],
    lines: &LineIndex<'_>,
) -> Vec<Suppression> {
    let place = |range: &Range<usize>| {
        let text = script.get(range.clone())?;
        let (file, rest) = allows(text.strip_prefix("--")?)?;
        let mut suppression = read_one(rest);
        suppression.position = lines.position(range.start);
        suppression.target = target(script, range.start, statements);
        if file {
            let first = statements.first().is_none_or(|first| range.start < first.range().start);
            suppression.target = SuppressionTarget::File;
            if !first {
                suppression.problem.get_or_insert_with(|| {
                    format!("`{ALLOW_FILE}` belongs above the first statement")
                });
            }
        }
        Some(suppression)
    };
    comments.iter().filter_map(place).collect()
}

/// Whether a comment is for a file, and what stands behind the word.
fn allows(comment: &str) -> Option<(bool, Result<&str, String>)> {
    let rest = strip_word(comment, "migsafe")?;
    let Some(directive) = directive(comment) else {
        // "-- migsafe allow it" is an ordinary remark, a forgotten colon before a list is not.
        let file = strip_word(rest, ALLOW_FILE);
        let list = file.or_else(|| strip_word(rest, ALLOW))?.trim_start();
        return list
            .starts_with('(')
            .then(|| (file.is_some(), Err(format!("a colon is missing: write `{EXAMPLE}`"))));
    };
    if let Some(rest) = strip_word(directive, ALLOW_FILE) {
        return Some((true, Ok(rest)));
    }
    Some((false, Ok(strip_word(directive, ALLOW)?)))
}

fn read_one(rest: Result<&str, String>) -> Suppression {
    let mut suppression = Suppression {
        position: Position { line: 1, column: 1 },
        rules: Vec::new(),
        reason: None,
        target: SuppressionTarget::Nothing,
        problem: None,
    };
    let rest = match rest {
        Ok(rest) => rest,
        Err(problem) => {
            suppression.problem = Some(problem);
            return suppression;
        }
    };
    let list = rest.trim_start().strip_prefix('(').and_then(|list| list.split_once(')'));
    let Some((list, reason)) = list else {
        suppression.problem =
            Some(format!("the rules have to stand in parentheses: write `{EXAMPLE}`"));
        return suppression;
    };
    suppression.rules = list
        .split(',')
        .map(|rule| rule.trim().to_owned())
        .filter(|rule| !rule.is_empty())
        .collect();
    suppression.reason = reason_of(reason).map(str::to_owned);
    if suppression.rules.is_empty() {
        suppression.problem = Some(format!("no rule is named: write `{EXAMPLE}`"));
    } else if suppression.reason.is_none() {
        suppression.problem = Some(format!("it has no reason: write `{EXAMPLE}`"));
    }
    suppression
}

fn target(script: &str, at: usize, statements: &[Statement]) -> SuppressionTarget {
    let begun = statements.partition_point(|statement| statement.range().start <= at);
    if let Some(last) = begun.checked_sub(1)
        && let Some(statement) = statements.get(last)
    {
        let between = script.get(statement.range().end..at).unwrap_or_default();
        if !between.contains('\n') {
            return SuppressionTarget::Statement(last);
        }
    }
    if begun < statements.len() {
        SuppressionTarget::Statement(begun)
    } else {
        SuppressionTarget::Nothing
    }
}

/// The line comments between tokens, with their two dashes and without the line end.
#[cfg(any(feature = "postgres-sql", feature = "sqlite-sql"))]
pub(super) fn line_comments(text: &str, tokens: &[Token], nested: bool) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    let mut start = 0;
    for token in tokens {
        gap(text, start..token.range().start, nested, &mut comments);
        start = token.range().end;
    }
    gap(text, start..text.len(), nested, &mut comments);
    comments
}

/// White space and comments.
#[cfg(any(feature = "postgres-sql", feature = "sqlite-sql"))]
fn gap(text: &str, range: Range<usize>, nested: bool, comments: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes().get(range.clone()).unwrap_or_default();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = (byte, bytes.get(at + 1).copied().unwrap_or_default());
        match pair {
            (b'-', b'-') if depth == 0 => {
                let rest = bytes.get(at..).unwrap_or_default();
                let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
                comments.push(range.start + at..range.start + at + length);
                at += length;
            }
            (b'/', b'*') if depth == 0 || nested => {
                depth += 1;
                at += 2;
            }
            (b'*', b'/') if depth > 0 => {
                depth -= 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
}

#[cfg(all(test, feature = "postgres-sql", feature = "sqlite-sql"))]
mod tests {
    use super::SuppressionTarget::{File, Nothing, Statement};
    use crate::Dialect;
    use crate::sql::analyse;

    fn targets(script: &str) -> Vec<(u32, super::SuppressionTarget)> {
        let of = |dialect| {
            let script = analyse(dialect, script);
            script
                .suppressions()
                .iter()
                .map(|s| {
                    assert_eq!(s.problem(), None, "{s:?}");
                    assert_eq!((s.rules(), s.reason()), (&["x".to_owned()][..], Some("y")));
                    (s.position().line, s.target())
                })
                .collect::<Vec<_>>()
        };
        let found = of(Dialect::Postgres);
        assert_eq!(of(Dialect::Sqlite), found, "{script}");
        found
    }

    #[test]
    fn a_comment_is_about_the_statement_it_belongs_to() {
        for (script, expected) in [
            ("-- migsafe: allow(x) because y\nSELECT 1;", &[(1, Statement(0))][..]),
            ("-- migsafe: allow(x) because y\n\n-- more\nSELECT 1;", &[(1, Statement(0))]),
            ("SELECT 1; -- migsafe: allow(x) because y\nSELECT 2;", &[(1, Statement(0))]),
            ("SELECT 1;\n-- migsafe: allow(x) because y\nSELECT 2;", &[(2, Statement(1))]),
            ("SELECT 1; SELECT 2; -- migsafe: allow(x) because y", &[(1, Statement(1))]),
            ("SELECT\n  -- migsafe: allow(x) because y\n  1;", &[(2, Statement(0))]),
            ("SELECT 1;\n-- migsafe: allow(x) because y\n", &[(2, Nothing)]),
            ("-- migsafe: allow-file(x) because y\nSELECT 1;", &[(1, File)]),
            (
                "/* -- migsafe: allow(x) because y\n*/ SELECT '\n-- migsafe: allow(x) because y\n';",
                &[],
            ),
            ("SELECT 1; -- no migsafe: allow(x) because y", &[]),
            ("-- migsafe created this; it will allow (x) because y\nSELECT 1;", &[]),
        ] {
            assert_eq!(targets(script), expected, "{script}");
        }
    }

    #[test]
    fn reasons_are_read_as_in_the_header() {
        for script in [
            "--migsafe:allow(x):y\nSELECT 1;",
            "-- MIGSAFE: ALLOW ( x , ) - y  \r\nSELECT 1;",
            "\u{feff}-- migsafe: allow(x) y\nSELECT 1;",
        ] {
            assert_eq!(targets(script), [(1, Statement(0))], "{script}");
        }
    }

    #[test]
    fn what_cannot_be_followed_says_why() {
        for (script, part) in [
            ("-- migsafe: allow(x)\nSELECT 1;", "no reason"),
            ("-- migsafe: allow(x) because \nSELECT 1;", "no reason"),
            ("-- migsafe: allow(x) because .\nSELECT 1;", "no reason"),
            ("-- migsafe: allow(x) …!\nSELECT 1;", "no reason"),
            ("-- migsafe: allow() because y\nSELECT 1;", "no rule"),
            ("-- migsafe: allow x because y\nSELECT 1;", "parentheses"),
            ("-- migsafe: allow(x because y\nSELECT 1;", "parentheses"),
            ("-- migsafe allow(x) because y\nSELECT 1;", "colon"),
            ("SELECT 1;\n-- migsafe: allow-file(x) because y\nSELECT 2;", "first statement"),
        ] {
            let script = analyse(Dialect::Postgres, script);
            let [suppression] = script.suppressions() else { panic!("{script:?}") };
            let problem = suppression.problem().unwrap();
            assert!(problem.contains(part), "{problem}");
            assert!(!suppression.covers(None) && !suppression.covers(Some(0)));
        }
    }
}
