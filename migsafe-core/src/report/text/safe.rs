//! Foreign text on its way to a terminal.

use crate::report::invisible::is_invisible;
use crate::text::{one_line, printable};

/// A message of any number of lines, without anything that steers a terminal.
pub(super) fn message(text: &str) -> String {
    printable(text).chars().filter(|c| !is_invisible(*c)).collect()
}

/// A text in one line, cut to a number of characters.
pub(super) fn line(text: &str, limit: usize) -> String {
    one_line(&message(text), limit)
}

/// A name, exactly. A name with characters that cannot be seen or that steer a terminal is shown
/// quoted and escaped: two names that differ must never look the same.
pub(super) fn name(name: &str) -> String {
    let odd = |c: char| c.is_control() || is_invisible(c) || (c.is_whitespace() && c != ' ');
    if name.is_empty() || name != name.trim() || name.contains("  ") || name.chars().any(odd) {
        // Everything that `odd` finds is escaped by one of the two.
        let escaped: String =
            name.chars()
                .map(|c| {
                    if odd(c) {
                        c.escape_unicode().to_string()
                    } else {
                        c.escape_debug().to_string()
                    }
                })
                .collect();
        return format!("\"{escaped}\"");
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_look_different() {
        assert_eq!(name("20250101000000_init"), "20250101000000_init");
        assert_eq!(name("with space and é"), "with space and é");
        assert_eq!(name("a\u{1b}[2Jb"), "\"a\\u{1b}[2Jb\"");
        assert_eq!(name("a\u{202e}b"), "\"a\\u{202e}b\"");
        assert_eq!(name(" a"), "\" a\"");
        assert_eq!(name("a\nb"), "\"a\\u{a}b\"");
        assert_eq!(name(""), "\"\"");
    }

    #[test]
    fn messages_keep_their_lines() {
        assert_eq!(message("a\u{1b}[31m\nb\u{202e}c\r"), "a\nbc");
        assert_eq!(line("a\nb", 9), "a b");
    }
}
