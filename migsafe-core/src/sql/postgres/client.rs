//! The parts of a script that are meant for `psql` and not for the server: its commands
//! (`\connect`) and the data below `COPY … FROM STDIN`. They are blanked out, so that every
//! offset stays.

use std::borrow::Cow;
use std::ops::Range;

use squawk_lexer::{TokenKind, tokenize};

use super::classify;
use crate::sql::token::{Token, Tokens};

/// One command of psql.
#[derive(Debug)]
pub(super) struct Command {
    /// From the backslash to the end of the line, without the white space there.
    pub(super) range: Range<usize>,
    /// The backslash and the word; not its arguments, which may hold a password.
    pub(super) name: String,
}

/// The script without those parts, and the commands.
pub(super) fn without_client_parts(script: &str) -> (Cow<'_, str>, Vec<Command>) {
    if !script.contains('\\') {
        return (Cow::Borrowed(script), Vec::new());
    }
    let found = find(script);
    if found.commands.is_empty() && found.blanks.is_empty() {
        return (Cow::Borrowed(script), Vec::new());
    }
    let mut sql = String::with_capacity(script.len());
    for (range, first) in found.blanks {
        sql.push_str(&script[sql.len()..range.start]);
        sql.push(first);
        sql.extend(script.as_bytes()[range.start + 1..range.end].iter().map(|_| ' '));
    }
    sql.push_str(&script[sql.len()..]);
    (Cow::Owned(sql), found.commands)
}

#[derive(Default)]
struct Found {
    commands: Vec<Command>,
    /// What to blank out in order, and the character in its first place.
    blanks: Vec<(Range<usize>, char)>,
}

fn find(script: &str) -> Found {
    let mut found = Found::default();
    // The significant tokens of the statement that is being read.
    let mut statement: Vec<Token> = Vec::new();
    let mut data_from = None;
    let mut may_hold_data = true;
    let mut at = 0;
    while at < script.len() {
        let mut next = script.len();
        for token in tokenize(&script[at..]) {
            let range = at..at + token.len as usize;
            at = range.end;
            let byte = script.as_bytes()[range.start];
            if token.kind == TokenKind::Unknown && byte == b'\\' {
                let command = command(script, range.start);
                next = command.range.end;
                // A semicolon in its place: the command ends the statement before it.
                found.blanks.push((command.range.clone(), ';'));
                found.commands.push(command);
                statement.clear();
                break;
            }
            if let Some(from) = data_from
                && token.kind == TokenKind::Whitespace
                && (range.start + 1..=range.end).contains(&from)
            {
                data_from = None;
                if let Some(data) = copy_data(script, from) {
                    next = data.end;
                    found.blanks.push((data, ' '));
                    break;
                }
                // No end of data from here on, so none further down.
                may_hold_data = false;
            }
            if token.kind == TokenKind::Semi {
                if may_hold_data && classify::is_copy_from_stdin(Tokens::new(script, &statement)) {
                    let rest = &script[range.end..];
                    data_from = rest.find('\n').map(|newline| range.end + newline + 1);
                }
                statement.clear();
            } else if let Some(kind) = super::split::kind(token.kind, Some(byte)) {
                statement.extend(Token::new(kind, range));
            }
        }
        at = next.max(at);
    }
    found
}

/// The command whose backslash stands at `start`.
fn command(script: &str, start: usize) -> Command {
    let line = script[start..].lines().next().unwrap_or_default().trim_end();
    let word = line[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let name = match word {
        // `\.`, `\!`, `\?`
        Some(0) => line.chars().take(2).collect(),
        Some(end) => line[..=end].to_owned(),
        None => line.to_owned(),
    };
    Command { range: start..start + line.len(), name }
}

/// The lines from `from` up to and with the line `\.`; `None` when there is none.
fn copy_data(script: &str, from: usize) -> Option<Range<usize>> {
    let mut end = from;
    for line in script[from..].split_inclusive('\n') {
        end += line.len();
        if line.trim_end_matches(['\n', '\r']) == "\\." {
            return Some(from..end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clean(script: &str) -> (String, Vec<String>) {
        let (sql, commands) = without_client_parts(script);
        assert_eq!(sql.len(), script.len());
        (sql.into_owned(), commands.into_iter().map(|command| command.name).collect())
    }

    #[test]
    fn commands_become_semicolons() {
        let (sql, names) =
            clean("\\connect postgres://u:secret@h/d\nSELECT 1 \\gset x\r\nSELECT 2;\n\\!");
        assert_eq!(names, ["\\connect", "\\gset", "\\!"]);
        let lines: Vec<&str> = sql.lines().map(str::trim_end).collect();
        assert_eq!(lines, [";", "SELECT 1 ;", "SELECT 2;", ";"]);
        assert_eq!(clean("\\").1, ["\\"]);
        assert_eq!(clean("\\é x").1, ["\\é"]);
        assert_eq!(clean("  \\restrict abc\n").1, ["\\restrict"]);
    }

    #[test]
    fn backslashes_in_strings_and_comments_stay() {
        for sql in [
            "SELECT '\n\\connect';",
            "SELECT E'\\\\';",
            "DO $$\n\\x\n$$;",
            "-- \\x\n/*\n\\x\n*/",
            "SELECT \"\\\";",
        ] {
            assert_eq!(clean(sql), (sql.to_owned(), vec![]), "{sql}");
        }
    }

    #[test]
    fn copy_data_disappears() {
        let data = "1\tit's; \\N $$ é\n\n\\connect x\n\\.\n";
        for start in ["COPY t (a, b) FROM stdin;\n", "copy t from stdin; -- c\r\n"] {
            let (sql, names) = clean(&format!("{start}{data}SELECT 1;"));
            assert_eq!(names, Vec::<String>::new());
            assert!(sql.starts_with(start) && sql.ends_with(" SELECT 1;"), "{sql}");
            assert_eq!(sql[start.len()..sql.len() - 9].trim(), "", "{sql}");
        }
        let two = "COPY a FROM STDIN;\nx'\n\\.\nCOPY b FROM STDIN;\n\\.\n\\q";
        assert_eq!(clean(two).1, ["\\q"]);
    }

    #[test]
    fn data_without_an_end_is_left_alone() {
        let script = "COPY a FROM STDIN;\nSELECT 1; SELECT '\\';";
        assert_eq!(clean(script).0, script);
        let script = "COPY t FROM '/x';\n\\.\n";
        assert_eq!(clean(script).1, ["\\."]);
    }

    #[test]
    fn many_unfinished_copies_stay_cheap() {
        let script = "COPY a FROM STDIN;\n".repeat(50_000) + "\\q";
        assert_eq!(clean(&script).1, ["\\q"]);
    }
}
