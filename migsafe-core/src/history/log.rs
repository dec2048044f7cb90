//! The log of a failed attempt, as somebody wants to read it.

use super::HistoryRow;
use crate::text;

/// The longest cause in characters; a server's message can quote what it was given.
const LONGEST: usize = 300;

impl HistoryRow {
    /// What the attempt failed of, in one line: the first words of the database in the log.
    ///
    /// Prisma wraps them: advice and the migration's name before, its own call stack and a dump of its
    /// structures behind, with terminal colours. `None` when the log says nothing.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let log = text::printable(self.logs.as_deref()?);
        let words = match log.split_once("Database error:\n") {
            Some((_, behind)) => behind,
            None => &log,
        };
        let line = words.lines().map(str::trim).find(|line| !is_frame(line))?;
        Some(text::one_line(line, LONGEST))
    }
}

/// A line that is not the database's: nothing, the head of what a driver adapter of Prisma's says, or a
/// line of a call stack, `0: schema_engine::…`.
fn is_frame(line: &str) -> bool {
    let head = line.is_empty() || line == "external connector error";
    head || line.split_once(": ").is_some_and(|(number, path)| {
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) && path.contains("::")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(log: &str) -> Option<String> {
        let mut row = HistoryRow::applied("a", "0".repeat(64));
        row.logs = Some(log.to_owned());
        row.cause()
    }

    #[test]
    fn our_own_log_begins_with_it() {
        let log = "ERROR 42P07: relation \"t\" already exists\nAT: statement 2";
        assert_eq!(cause(log).unwrap(), "ERROR 42P07: relation \"t\" already exists");
    }

    /// As the native engine of 6.19.0 writes it.
    #[test]
    fn it_is_found_in_the_log_of_prisma() {
        let log = "A migration failed to apply. New migrations cannot be applied before the error is recovered from. \
            Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n\n\
            Migration name: 2_b\n\nDatabase error code: 42P01\n\nDatabase error:\n\
            ERROR: relation \"nowhere\" does not exist\n\nPosition:\n\u{1b}[1m  0\u{1b}[0m\n\
            \u{1b}[1m  1\u{1b}[1;31m INSERT INTO nowhere VALUES (1);\u{1b}[0m\n\n\
            DbError { severity: \"ERROR\" }\n\n   0: sql_schema_connector::apply_migration::apply_script\n";
        assert_eq!(cause(log).unwrap(), "ERROR: relation \"nowhere\" does not exist");
    }

    /// As the WebAssembly engine of 7.10 writes it.
    #[test]
    fn the_call_stack_is_not_it() {
        let log = "external connector error\nno such table: nowhere\n   0: sql_schema_connector::apply_migration::apply_script\n\
                   with migration_name=\"1_a\"";
        assert_eq!(cause(log).unwrap(), "no such table: nowhere");
        assert_eq!(cause("\n   0: sql_schema_connector::apply_migration::apply_script\n"), None);
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(cause(""), None);
        assert_eq!(cause(" \n\n"), None);
        assert_eq!(HistoryRow::applied("a", "").cause(), None);
    }

    #[test]
    fn foreign_text_stays_harmless_and_short() {
        assert_eq!(cause("\u{1b}[31mred\u{1b}[0m").unwrap(), "red");
        assert!(!cause("\u{1b}[2Jgone").unwrap().contains('\u{1b}'));
        assert_eq!(cause(&"é".repeat(1000)).unwrap().chars().count(), LONGEST);
    }
}
