//! Defaults that store the same literal.

/// Whether two defaults are one literal, cast to text types: what is stored is of the column's type either way.
///
/// `character` is no such type, since it takes blanks off.
pub(super) fn are_equal(before: &str, after: &str) -> bool {
    matches!((literal(before), literal(after)), (Some(before), Some(after)) if before == after)
}

/// The literal of `'…'` or `'…'::type`.
fn literal(default: &str) -> Option<&str> {
    const TEXTS: [&str; 3] = ["::text", "::character varying", ""];
    let rest = default.strip_prefix('\'')?;
    let mut chars = rest.char_indices();
    let end = loop {
        match chars.next()? {
            (at, '\'') if !rest.get(at + 1..)?.starts_with('\'') => break at,
            (_, '\'') => {
                chars.next();
            }
            _ => {}
        }
    };
    let (inside, cast) = (rest.get(..end)?, rest.get(end + 1..)?);
    TEXTS.contains(&cast).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_literals_of_text_types() {
        for (before, after, equal) in [
            ("'a'::text", "'a'::character varying", true),
            ("'it''s'::text", "'it''s'", true),
            ("''::text", "''::character varying", true),
            ("'a'::text", "'b'::text", false),
            ("'a'::text", "'a'::app.mood", false),
            ("'a'::text", "'a'::bpchar", false),
            ("'a'::text || 'b'::text", "'a'::text || 'b'::character varying", false),
            ("'a", "'a", false),
            ("'a''", "'a''", false),
            ("now()", "now()", false),
        ] {
            assert_eq!(are_equal(before, after), equal, "{before} {after}");
            assert_eq!(are_equal(after, before), equal, "{after} {before}");
        }
    }
}
