//! Names of others in a message.

use super::is_invisible;

/// A name, exactly. A name with characters that cannot be seen or that steer a terminal is shown
/// quoted and escaped: two names that differ must never look the same.
pub(crate) fn name(name: &str) -> String {
    if name.is_empty() || name != name.trim() || name.contains("  ") || name.chars().any(is_odd) {
        let escaped: String = name
            .chars()
            .map(|c| if is_odd(c) { visible(c) } else { c.escape_debug().to_string() })
            .collect();
        return format!("\"{escaped}\"");
    }
    name.to_owned()
}

/// Whether a character cannot be seen, or changes how the text around it is shown.
pub(super) fn is_odd(c: char) -> bool {
    c.is_control() || is_invisible(c) || (c.is_whitespace() && c != ' ')
}

/// What stands for such a character.
pub(super) fn visible(c: char) -> String {
    c.escape_unicode().to_string()
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
}
