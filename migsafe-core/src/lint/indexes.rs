//! What rules on indexes share.

/// A `CREATE INDEX` as a script that builds it concurrently; `None` when the words are not where they should be.
pub(super) fn concurrently(statement: &str) -> Option<String> {
    let mut words = statement.split_whitespace();
    let mut script = String::new();
    for word in words.by_ref() {
        script.push_str(word);
        script.push(' ');
        if word.eq_ignore_ascii_case("INDEX") {
            break;
        }
    }
    let mut rest = words.clone();
    if rest.clone().next()?.eq_ignore_ascii_case("CONCURRENTLY") {
        rest.next();
    }
    let given: Vec<&str> = rest.clone().take(3).collect();
    let optional = given.iter().map(|word| word.to_ascii_uppercase()).collect::<Vec<_>>();
    if optional == ["IF", "NOT", "EXISTS"] {
        rest.nth(2);
    }
    // From the first word of the name on, the text stays as it was written.
    let name = rest.next()?;
    let at = name.as_ptr() as usize - statement.as_ptr() as usize;
    Some(format!("{script}CONCURRENTLY {};\n", statement.get(at..)?.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_put_where_it_belongs() {
        for (statement, script) in [
            ("CREATE INDEX i ON t (a,  b)", "CREATE INDEX CONCURRENTLY i ON t (a,  b);\n"),
            (
                "create unique index if not exists \"a b\" on t (a)",
                "create unique index CONCURRENTLY \"a b\" on t (a);\n",
            ),
            (
                "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
                "CREATE INDEX CONCURRENTLY i ON t (a);\n",
            ),
            ("CREATE INDEX ON t (a)", "CREATE INDEX CONCURRENTLY ON t (a);\n"),
        ] {
            assert_eq!(concurrently(statement).as_deref(), Some(script));
        }
        assert_eq!(concurrently("CREATE INDEX"), None);
        assert_eq!(concurrently(""), None);
    }
}
