//! The comment lines at the top of a script that are addressed to migsafe.
//!
//! ```sql
//! -- migsafe: no-transaction because the index is built concurrently
//! CREATE INDEX CONCURRENTLY i ON t (c);
//! ```

use super::Position;
use super::suppression::{ALLOW, ALLOW_FILE};

/// What the leading comment lines of a script say to migsafe.
///
/// Only lines before the first statement are read: blank ones and those that begin with `--`.
/// Anything else, a block comment too, ends the header.
///
/// ```
/// # use migsafe_core::sql::Header;
/// let header = Header::read("-- migsafe: no-transaction because of the index\nVACUUM;");
/// assert_eq!(header.no_transaction(), Some("of the index"));
/// assert!(header.problems().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    no_transaction: Option<String>,
    problems: Vec<HeaderProblem>,
}

/// A line of the header that is addressed to migsafe and cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderProblem {
    position: Position,
    message: String,
}

impl Header {
    /// Reads the header of a script, in any dialect. A byte order mark before it is allowed.
    #[must_use]
    pub fn read(script: &str) -> Self {
        let mut header = Self::default();
        for (number, line) in (1_u32..).zip(script.lines()) {
            let text = line.strip_prefix('\u{feff}').unwrap_or(line).trim_start();
            if text.is_empty() {
                continue;
            }
            let Some(comment) = text.strip_prefix("--") else {
                break;
            };
            let indent = line.chars().count() - text.chars().count();
            let column = u32::try_from(indent + 1).unwrap_or(u32::MAX);
            header.read_comment(comment, Position { line: number, column });
        }
        header
    }

    /// The reason, when the script asks to be run outside a transaction
    /// (`-- migsafe: no-transaction because …`).
    #[must_use]
    pub fn no_transaction(&self) -> Option<&str> {
        self.no_transaction.as_deref()
    }

    /// The lines that cannot be followed, in order.
    #[must_use]
    pub fn problems(&self) -> &[HeaderProblem] {
        &self.problems
    }

    fn read_comment(&mut self, comment: &str, position: Position) {
        let Some(rest) = strip_word(comment, "migsafe") else {
            return;
        };
        let Some(directive) = rest.trim_start().strip_prefix(':') else {
            // "-- migsafe created this" is an ordinary remark, a forgotten colon is not.
            if strip_word(rest, NO_TRANSACTION).is_some() {
                self.problem(position, format!("a colon is missing: write `{EXAMPLE}`"));
            }
            return;
        };
        // They speak of the statement below them, which happens to be the first, or are read elsewhere.
        if [REPEAT, ALLOW, ALLOW_FILE].iter().any(|word| strip_word(directive, word).is_some()) {
            return;
        }
        let Some(reason) = strip_word(directive, NO_TRANSACTION) else {
            let word = directive.split_whitespace().next().unwrap_or_default();
            self.problem(
                position,
                format!(
                    "unknown directive `{word}`: there are `{NO_TRANSACTION}`, `{REPEAT}`, `{ALLOW}` \
                     and `{ALLOW_FILE}`"
                ),
            );
            return;
        };
        let Some(reason) = reason_of(reason) else {
            self.problem(position, format!("`{NO_TRANSACTION}` needs a reason: write `{EXAMPLE}`"));
            return;
        };
        if self.no_transaction.is_some() {
            self.problem(position, format!("`{NO_TRANSACTION}` is given twice"));
        } else {
            self.no_transaction = Some(reason.to_owned());
        }
    }

    fn problem(&mut self, position: Position, message: String) {
        self.problems.push(HeaderProblem { position, message });
    }
}

impl HeaderProblem {
    /// Where the comment begins.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// What is wrong with it and what to write, a lower-case fragment.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// What a comment, without its two dashes, says to migsafe.
pub(super) fn directive(comment: &str) -> Option<&str> {
    strip_word(comment, "migsafe")?.trim_start().strip_prefix(':')
}

/// The reason in what follows a directive; `because` may be left out, and so may marks before it. Without a letter or a
/// digit it is none.
pub(super) fn reason_of(rest: &str) -> Option<&str> {
    let reason = strip_word(rest, "because").unwrap_or(rest);
    let reason = reason.trim().trim_start_matches([':', '-', '–', '—']).trim();
    reason.contains(char::is_alphanumeric).then_some(reason)
}

/// Whether a line is the comment `-- migsafe: repeat …`.
pub(super) fn is_repeat(line: &str) -> bool {
    let directive = line.trim_start().strip_prefix("--").and_then(directive);
    directive.is_some_and(|directive| strip_word(directive, REPEAT).is_some())
}

const REPEAT: &str = "repeat";
const NO_TRANSACTION: &str = "no-transaction";
const EXAMPLE: &str = "-- migsafe: no-transaction because the index is built concurrently";

/// The text after `word`, in any case and after white space, if `word` ends there.
pub(super) fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let text = text.trim_start();
    let (head, rest) = text.split_at_checked(word.len())?;
    let ends = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
    (head.eq_ignore_ascii_case(word) && ends).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(script: &str) -> Option<String> {
        let header = Header::read(script);
        assert_eq!(header.problems(), [], "{script}");
        header.no_transaction().map(str::to_owned)
    }

    fn problem(script: &str) -> (u32, u32, String) {
        let header = Header::read(script);
        assert_eq!(header.no_transaction(), None, "{script}");
        let [problem] = header.problems() else { panic!("{script}: {header:?}") };
        let position = problem.position();
        (position.line, position.column, problem.message().to_owned())
    }

    #[test]
    fn reads_the_reason_in_every_spelling() {
        for script in [
            "-- migsafe: no-transaction because it is slow\nVACUUM;",
            "-- migsafe: no-transaction it is slow",
            "--migsafe:no-transaction: it is slow\r\nVACUUM;\r\n",
            "\u{feff}-- MIGSAFE:  No-Transaction   BECAUSE: it is slow  ",
            "\n  \n-- other\n--\n  -- migsafe : no-transaction - it is slow",
        ] {
            assert_eq!(reason(script).as_deref(), Some("it is slow"), "{script}");
        }
    }

    #[test]
    fn ordinary_comments_and_later_lines_say_nothing() {
        for script in [
            "",
            "SELECT 1;",
            "-- migsafe created this\n-- migsafes: x\n-- a migsafe: no-transaction x",
            "SELECT 1;\n-- migsafe: no-transaction too late",
            "/* x */\n-- migsafe: no-transaction too late",
            "-- migsafe: allow(x) because y\n-- migsafe: allow-file(x) because y",
        ] {
            assert_eq!(reason(script), None, "{script}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_a_problem() {
        let (line, column, message) = problem("-- x\n  -- migsafe: no-transaction\n");
        assert_eq!((line, column), (2, 3));
        assert!(message.contains("needs a reason"), "{message}");
        assert!(problem("-- migsafe: no-transaction because ").2.contains("needs a reason"));
        assert!(problem("-- migsafe: no-transactions x").2.contains("`no-transactions`"));
        assert!(problem("-- migsafe: permit(x) because y").2.contains("`permit(x)`"));
        assert!(problem("-- migsafe:").2.contains("unknown directive"));
        assert!(problem("-- migsafe no-transaction x").2.contains("colon"));
    }

    #[test]
    fn a_second_one_is_a_problem_and_the_first_stays() {
        let header = Header::read("-- migsafe: no-transaction a\n-- migsafe: no-transaction b");
        assert_eq!(header.no_transaction(), Some("a"));
        assert_eq!(header.problems()[0].message(), "`no-transaction` is given twice");
    }
}
