//! Commands that a person will paste into a shell.
//!
//! A migration's name is the name of a folder, and so anything that whoever sent the pull request liked. In a
//! command that a report proposes it has to stay one word that means itself.

use super::name::{is_odd, visible};

/// A command of migsafe in a code span of Markdown, ready to be pasted: the words before the name as they
/// are, the name as one word.
///
/// `command("resolve --applied", name)` gives `` `migsafe resolve --applied NAME` ``.
pub(crate) fn command(words: &str, name: &str) -> String {
    // A name that begins with a hyphen would be taken for an option.
    let joint = if name.starts_with('-') { '=' } else { ' ' };
    code(&format!("migsafe {words}{joint}{}", word(name)))
}

/// A text as one word of a POSIX shell that means itself.
///
/// A character that cannot be seen or that steers a terminal is written visibly (`\u{1b}`): such a word names
/// nothing, which is better than a command that shows one thing and does another.
fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut word = String::from("'");
    for c in text.chars() {
        match c {
            // Within single quotes nothing is special but their end.
            '\'' => word.push_str("'\\''"),
            c if is_odd(c) => word.push_str(&visible(c)),
            c => word.push(c),
        }
    }
    word.push('\'');
    word
}

/// A code span of Markdown. Its fence is longer than any row of backticks within (`CommonMark` 6.1), so that
/// the span ends where the command ends and nowhere before.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_names_stay_as_they_are() {
        let name = "20250101000000_add-users.v2";
        assert_eq!(
            command("resolve --applied", name),
            format!("`migsafe resolve --applied {name}`")
        );
    }

    #[test]
    fn names_that_carry_something_are_one_word() {
        for (name, expected) in [
            ("", "''"),
            ("a b", "'a b'"),
            ("a;rm -rf ~", "'a;rm -rf ~'"),
            ("it's", "'it'\\''s'"),
            ("$(id)", "'$(id)'"),
            ("a\nb", "'a\\u{a}b'"),
            ("a\u{1b}[2J", "'a\\u{1b}[2J'"),
            ("a\u{202e}b", "'a\\u{202e}b'"),
        ] {
            assert_eq!(word(name), expected);
        }
        assert_eq!(command("resolve --applied", "--help"), "`migsafe resolve --applied=--help`");
    }

    #[test]
    fn a_backtick_does_not_end_the_span() {
        let shown = command("resolve --applied", "a` or `rm -rf ~");
        assert_eq!(shown, "`` migsafe resolve --applied 'a` or `rm -rf ~' ``");
        assert_eq!(code("``"), "``` `` ```");
    }

    /// What the shell makes of a line: each argument that `printf` was given, ended by a NUL.
    fn arguments(line: &str) -> String {
        let script = format!("printf '%s\\0' {line}");
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn names() -> impl Strategy<Value = String> {
        prop_oneof!["[ -~]{0,12}", "['\"`$\\\\;&|<>(){}*?!#~ \\-]{0,8}", "\\PC{0,12}"]
            .prop_filter("what cannot be seen is written visibly", |name| !name.chars().any(is_odd))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_pasted_word_is_the_name(name in names()) {
            prop_assert_eq!(arguments(&word(&name)), format!("{name}\0"));
        }

        #[test]
        fn any_name_at_all_is_one_word(name in any::<String>()) {
            let pasted = arguments(&word(&name));
            prop_assert_eq!(pasted.matches('\0').count(), 1);
            prop_assert!(!pasted.chars().any(|c| c != '\0' && is_odd(c)));
        }
    }
}
