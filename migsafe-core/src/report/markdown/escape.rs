//! Foreign text in Markdown.

use std::fmt::Write as _;

use crate::text::is_invisible;

/// A text that stands for itself: in one line, every character that could mean something to Markdown or HTML with a
/// backslash before it (`CommonMark` 2.4), what cannot be seen written visibly.
///
/// GitHub looks for mentions (`@team`) and references (`#1`) after Markdown is gone, and a backslash does not keep it
/// from that: a space of no width after the sign does.
#[must_use]
pub fn escape(text: &str) -> String {
    const NO_WIDTH: &str = "&#8203;";
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\t' => escaped.push(' '),
            c if c.is_control() || is_invisible(c) => {
                // A `String` takes everything.
                let _ = write!(escaped, "\\\\u\\{{{:x}\\}}", u32::from(c));
            }
            '@' | '#' => {
                escaped.push('\\');
                escaped.push(c);
                escaped.push_str(NO_WIDTH);
            }
            c if c.is_ascii_punctuation() && !is_plain(c) => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A name as code, in which nothing means anything; one with a character that code cannot hold everywhere is escaped
/// instead.
#[must_use]
pub fn code(text: &str) -> String {
    let is_hard = |c: char| c.is_control() || is_invisible(c) || matches!(c, '`' | '|' | '\\');
    if text.is_empty() || text != text.trim() || text.chars().any(is_hard) {
        return escape(text);
    }
    format!("`{text}`")
}

/// Punctuation that means nothing within a line.
fn is_plain(c: char) -> bool {
    matches!(c, ',' | ';' | '\'' | '"' | '?' | '%' | '/' | '(' | ')' | '=')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_foreign_means_anything() {
        for (text, expected) in [
            ("User", "User"),
            ("a|b", "a\\|b"),
            ("a\\|b", "a\\\\\\|b"),
            ("<img src=x>", "\\<img src=x\\>"),
            ("[x](javascript:1)", "\\[x\\](javascript\\:1)"),
            ("a\nb\r\n| c", "a b \\| c"),
            ("@team #1", "\\@&#8203;team \\#&#8203;1"),
            ("`x` *b* _i_ ~s~", "\\`x\\` \\*b\\* \\_i\\_ \\~s\\~"),
            ("https://x.y", "https\\://x\\.y"),
            ("&lt;", "\\&lt;"),
            ("a\u{202e}b\u{1b}[2J", "a\\\\u\\{202e\\}b\\\\u\\{1b\\}\\[2J"),
        ] {
            assert_eq!(escape(text), expected, "{text}");
        }
    }

    #[test]
    fn a_name_is_code_unless_it_could_end_it() {
        assert_eq!(code("table site.User_<b>@x"), "`table site.User_<b>@x`");
        for text in ["a`b", "a|b", "a\\", " a", "", "a\nb", "a\u{200b}b"] {
            assert_eq!(code(text), escape(text), "{text:?}");
        }
    }

    proptest! {
        /// Backslashes taken away again, every character is there, and none that matters stands without one.
        #[test]
        fn what_matters_has_a_backslash(text in "[ -~\\n]{0,40}") {
            let escaped = escape(&text).replace("&#8203;", "");
            let mut chars = escaped.chars();
            let mut plain = String::new();
            while let Some(c) = chars.next() {
                if c == '\\' {
                    plain.extend(chars.next());
                } else {
                    prop_assert!(!"|<>[]`*_&@#!~\n".contains(c), "{escaped}");
                    plain.push(c);
                }
            }
            prop_assert_eq!(plain, text.replace('\n', " "));
        }
    }
}
