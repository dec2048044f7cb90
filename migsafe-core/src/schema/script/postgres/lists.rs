//! Texts of the catalog taken apart, with an eye on quotes and parentheses.

/// The pieces between separators that stand outside of quotes and parentheses.
pub(super) fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    while let Some(at) = find_from(text, separator, start) {
        pieces.push(text.get(start..at).unwrap_or_default());
        start = at + separator.len();
    }
    pieces.push(text.get(start..).unwrap_or_default());
    pieces
}

/// Where a text stands outside of quotes and parentheses.
pub(super) fn find(text: &str, wanted: &str) -> Option<usize> {
    find_from(text, wanted, 0)
}

fn find_from(text: &str, wanted: &str, start: usize) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < start) {
        let is_outside = quote.is_none() && depth == 0;
        if is_outside && text.get(at..).is_some_and(|rest| rest.starts_with(wanted)) {
            return Some(at);
        }
        match quote {
            // A doubled quote ends and begins again, which comes to the same.
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => match c {
                '\'' | '"' => quote = Some(c),
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            },
        }
    }
    None
}

/// The names of `a.b.c`, each as it is without quotes; `None` when it is something else.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut chars = text.chars().peekable();
    loop {
        let mut name = String::new();
        if chars.next_if_eq(&'"').is_some() {
            loop {
                match chars.next()? {
                    '"' if chars.next_if_eq(&'"').is_some() => name.push('"'),
                    '"' => break,
                    c => name.push(c),
                }
            }
        } else {
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                name.push(c);
            }
            if name.is_empty() {
                return None;
            }
        }
        names.push(name);
        match chars.next() {
            None => return Some(names),
            Some('.') => {}
            Some(_) => return None,
        }
    }
}

/// `name=value` of storage parameters and other options.
pub(super) fn option(entry: &str) -> (&str, &str) {
    entry.split_once('=').unwrap_or((entry, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_inside_do_not_count() {
        assert_eq!(
            split("a integer DEFAULT f(1, 2), \"b, c\" text DEFAULT 'x, y'", ", "),
            ["a integer DEFAULT f(1, 2)", "\"b, c\" text DEFAULT 'x, y'"]
        );
        assert_eq!(split("", ", "), [""]);
        assert_eq!(find("'a WHERE b' (WHERE) WHERE c", " WHERE "), Some(19));
    }

    #[test]
    fn names_are_read_as_the_server_writes_them() {
        assert_eq!(names("app.\"Odd \"\".\"").unwrap(), ["app", "Odd \"."]);
        for text in ["", "a.", "a b", "\"a", "a.b;"] {
            assert_eq!(names(text), None, "{text}");
        }
    }
}
