//! Passwords in scripts that are shown.

use std::borrow::Cow;
use std::ops::Range;

const WORD: &str = "password";

/// The script of the last finding as it may be shown: a script may have thousands of findings, and is looked through
/// once for all that follow each other.
#[derive(Debug, Default)]
pub(super) struct Shown<'a> {
    script: Option<(&'a str, Cow<'a, str>)>,
    #[cfg(test)]
    pub(super) looked_through: usize,
}

impl<'a> Shown<'a> {
    /// The text without its secrets.
    pub(super) fn of(&mut self, text: &'a str) -> &str {
        let is_same = self.script.as_ref().is_some_and(|(last, _)| std::ptr::eq(*last, text));
        if !is_same {
            self.script = None;
            #[cfg(test)]
            {
                self.looked_through += 1;
            }
        }
        &self.script.get_or_insert_with(|| (text, without_secrets(text))).1
    }
}

/// The text with asterisks for what is given as a password: behind the word, as a string or behind `=`, and in a
/// URL. Every byte offset and every line stays what it was.
fn without_secrets(text: &str) -> Cow<'_, str> {
    let lower = text.to_ascii_lowercase();
    let behind_word =
        lower.match_indices(WORD).filter_map(|(at, _)| secret_behind(text, at + WORD.len()));
    let in_urls = text.match_indices("://").filter_map(|(at, _)| secret_of_url(text, at + 3));
    let mut secrets: Vec<Range<usize>> = behind_word.chain(in_urls).collect();
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    secrets.sort_unstable_by_key(|secret| secret.start);
    let mut secrets = secrets.into_iter().peekable();
    let mut shown = String::with_capacity(text.len());
    // Where the secrets that have begun end.
    let mut until = 0;
    for (at, c) in text.char_indices() {
        while let Some(secret) = secrets.next_if(|secret| secret.start <= at) {
            until = until.max(secret.end);
        }
        if c != '\n' && c != '\r' && at < until {
            shown.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn secret_behind(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?.trim_start();
    let assigned = rest.strip_prefix('=');
    let rest = assigned.unwrap_or(rest).trim_start();
    let at = text.len() - rest.len();
    let mark = rest.trim_start_matches(['E', 'e', 'U', 'u', '&']);
    if mark.starts_with('\'') {
        let start = text.len() - mark.len() + 1;
        return Some(start..start + end_of_string(text.get(start..)?));
    }
    if let Some((tag, _)) = rest.strip_prefix('$').and_then(|rest| rest.split_once('$')) {
        let start = at + tag.len() + 2;
        let body = text.get(start..)?;
        return Some(start..start + body.find(&format!("${tag}$")).unwrap_or(body.len()));
    }
    assigned?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ';' | ',' | ')' | '&');
    let length = rest.find(ends).unwrap_or(rest.len());
    Some(at..at + length)
}

/// The length of a string up to its closing quote; a doubled one, or one behind a backslash, does not close it.
fn end_of_string(body: &str) -> usize {
    let mut characters = body.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match c {
            '\'' if next == Some('\'') => drop(characters.next()),
            '\\' if next == Some('\'') => drop(characters.next()),
            '\'' => return at,
            _ => {}
        }
    }
    body.len()
}

fn secret_of_url(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '/');
    let authority = rest.get(..rest.find(ends).unwrap_or(rest.len()))?;
    let (login, _) = authority.rsplit_once('@')?;
    let (user, _) = login.split_once(':')?;
    Some(from + user.len() + 1..from + login.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_looked_through_once_for_all_findings_that_follow() {
        let (a, b) = ("PASSWORD 'x'".to_owned(), "PASSWORD 'yy'".to_owned());
        let mut shown = Shown::default();
        for _ in 0..100 {
            assert_eq!(shown.of(&a), "PASSWORD '*'");
        }
        assert_eq!(shown.looked_through, 1);
        assert_eq!(shown.of(&b), "PASSWORD '**'");
        assert_eq!(shown.looked_through, 2);
    }

    #[test]
    fn passwords_are_covered_and_nothing_else() {
        for (text, shown) in [
            ("CREATE ROLE a PASSWORD 'geheim';", "CREATE ROLE a PASSWORD '******';"),
            ("ALTER ROLE a password E'a''b' LOGIN", "ALTER ROLE a password E'****' LOGIN"),
            ("PASSWORD\n  'x\ny'", "PASSWORD\n  '*\n*'"),
            ("PASSWORD $a$x$y$a$ LOGIN", "PASSWORD $a$***$a$ LOGIN"),
            ("CONNECTION 'host=h password=abc user=u'", "CONNECTION 'host=h password=*** user=u'"),
            ("OPTIONS (user 'u', password 'pä')", "OPTIONS (user 'u', password '***')"),
            ("postgresql://u:p@h/d", "postgresql://u:*@h/d"),
            ("PASSWORD 'open", "PASSWORD '****"),
            ("PASSWORD 'a PASSWORD ''b'' c' d", "PASSWORD '******************' d"),
        ] {
            assert_eq!(without_secrets(text), shown);
            assert_eq!(shown.len(), text.len());
        }
        for same in ["CREATE TABLE t (password text NOT NULL)", "PASSWORD NULL", "https://h/a", ""]
        {
            assert!(matches!(without_secrets(same), Cow::Borrowed(_)), "{same}");
        }
    }
}
