//! Messages of others.

use super::is_invisible;

/// The text without control characters other than line feed and tab, without terminal escape sequences
/// (ECMA-48: CSI, OSC and two-byte escapes) and without characters that cannot be seen.
pub(crate) fn printable(text: &str) -> String {
    let is_unwanted = |c: char| is_invisible(c) || (c.is_control() && c != '\n' && c != '\t');
    if !text.chars().any(is_unwanted) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            '\u{9b}' => skip_until(&mut chars, |c| ('\u{40}'..='\u{7e}').contains(&c)),
            '\n' | '\t' => shown.push(c),
            c if is_unwanted(c) => {}
            c => shown.push(c),
        }
    }
    shown
}

/// The text in one line, cut to a number of characters.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let flat = printable(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= limit {
        return flat;
    }
    let head: String = flat.chars().take(limit.saturating_sub(1)).collect();
    format!("{head}…")
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_escape(chars: &mut Chars<'_>) {
    match chars.peek() {
        Some('[') => {
            chars.next();
            skip_until(chars, |c| ('\u{40}'..='\u{7e}').contains(&c));
        }
        Some(']') => skip_until(chars, |c| c == '\u{7}' || c == '\\'),
        _ => {
            chars.next();
        }
    }
}

fn skip_until(chars: &mut Chars<'_>, last: impl Fn(char) -> bool) {
    for c in chars.by_ref() {
        if last(c) || c == '\n' {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_controls_are_removed() {
        assert_eq!(printable("a\u{1b}[1;31mred\u{1b}[0m\tb\nc\r\u{7}"), "ared\tb\nc");
        assert_eq!(printable("\u{1b}]0;title\u{7}x"), "x");
        assert_eq!(printable("plain ëé"), "plain ëé");
        assert_eq!(printable("a\u{202e}b\u{200b}"), "ab");
    }

    #[test]
    fn one_line_is_cut_by_characters() {
        assert_eq!(one_line("a\n  b", 10), "a b");
        assert_eq!(one_line("ëëëëë", 3), "ëë…");
    }
}
