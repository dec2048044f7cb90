//! The parts of an index that only its `CREATE INDEX` shows.

/// What stands between the method and the predicate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IndexKeys {
    /// Each with collation, operator class and direction, where they are not the default.
    pub(super) keys: Vec<String>,
    pub(super) include: Vec<String>,
    pub(super) nulls_not_distinct: bool,
}

/// Reads what `pg_get_indexdef` gave: `CREATE … USING method (keys) [INCLUDE (…)] [NULLS NOT DISTINCT] …`.
pub(super) fn read(definition: &str) -> Option<IndexKeys> {
    let using = find_word(definition, "USING")?;
    let rest = definition.get(using..)?;
    let open = rest.find('(')?;
    let (keys, rest) = list(rest.get(open..)?)?;
    let (include, rest) = match rest.strip_prefix(" INCLUDE ") {
        Some(rest) => list(rest)?,
        None => (Vec::new(), rest),
    };
    let nulls_not_distinct = rest.starts_with(" NULLS NOT DISTINCT");
    Some(IndexKeys { keys, include, nulls_not_distinct })
}

/// Where a word ends that stands outside of quotes.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => {
                let rest = text.get(at + 1..)?;
                if rest.strip_prefix(word).is_some_and(|after| after.starts_with(' ')) {
                    return Some(at + 1 + word.len());
                }
            }
            _ => {}
        }
    }
    None
}

/// The entries of a list in parentheses, and what comes after it.
fn list(text: &str) -> Option<(Vec<String>, &str)> {
    let mut entries = vec![String::new()];
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match quote {
            // A doubled quote ends and begins again, which comes to the same.
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None => match c {
                '\'' | '"' => quote = Some(c),
                '(' | '[' => {
                    depth += 1;
                    if depth == 1 {
                        continue;
                    }
                }
                ')' | ']' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        let entries = entries.iter().map(|entry| entry.trim().to_owned());
                        return Some((entries.collect(), text.get(at + c.len_utf8()..)?));
                    }
                }
                ',' if depth == 1 => {
                    entries.push(String::new());
                    continue;
                }
                _ => {}
            },
        }
        entries.last_mut()?.push(c);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(definition: &str) -> (Vec<String>, Vec<String>, bool) {
        let IndexKeys { keys, include, nulls_not_distinct } = read(definition).unwrap();
        (keys, include, nulls_not_distinct)
    }

    #[test]
    fn keys_are_told_apart() {
        let own = |list: &[&str]| list.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        for (definition, expected) in [
            ("CREATE INDEX i ON s.t USING btree (a)", (own(&["a"]), own(&[]), false)),
            (
                "CREATE UNIQUE INDEX \" USING (\" ON ONLY s.t USING gist (lower(b, ','::text) COLLATE \"C,)\" \
                 text_pattern_ops (siglen='32') DESC NULLS LAST, c) INCLUDE (d, \"e\"\"(\") NULLS NOT DISTINCT \
                 WITH (fillfactor='70') WHERE (f > 1)",
                (
                    own(&[
                        "lower(b, ','::text) COLLATE \"C,)\" text_pattern_ops (siglen='32') DESC NULLS LAST",
                        "c",
                    ]),
                    own(&["d", "\"e\"\"(\""]),
                    true,
                ),
            ),
            (
                "CREATE INDEX i ON s.t USING gin (((ARRAY[a, b])[1]), ((x ->> 'it''s)'::text)))",
                (own(&["((ARRAY[a, b])[1])", "((x ->> 'it''s)'::text))"]), own(&[]), false),
            ),
        ] {
            assert_eq!(keys(definition), expected, "{definition}");
        }
    }

    #[test]
    fn anything_else_is_no_index() {
        for text in [
            "",
            "CREATE INDEX",
            "x USING y",
            "x USING y (a",
            " USING y )",
            "x USING y (a) INCLUDE (b",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
