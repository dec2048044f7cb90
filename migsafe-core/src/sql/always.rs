//! Conditions that hold for every row, as far as their text alone says so: `true`, `1 = 1`, `x OR true`.
//!
//! Nothing is guessed. What is not understood may leave rows out, so that a statement with it is no reason to
//! believe that a table is empty afterwards.

/// A condition with more tokens is not looked at: nobody writes a constant that long, and it bounds the depth.
const LONGEST: usize = 100;

/// Whether the condition of these tokens, without white space and comments, holds for every row.
pub(in crate::sql) fn holds_always(tokens: &[&str]) -> bool {
    tokens.len() <= LONGEST && truth(tokens) == Some(true)
}

/// `None` where it is not known, or is not the same for every row.
fn truth(tokens: &[&str]) -> Option<bool> {
    // `AND` and `OR` stand inside of these too.
    if tokens.iter().any(|token| is(token, "CASE") || is(token, "BETWEEN")) {
        return None;
    }
    if let Some(parts) = split(tokens, "OR") {
        return any(parts.into_iter().map(truth));
    }
    if let Some(parts) = split(tokens, "AND") {
        // All hold unless one does not.
        return any(parts.into_iter().map(|part| truth(part).map(|holds| !holds)))
            .map(|fails| !fails);
    }
    match tokens {
        [not, rest @ ..] if is(not, "NOT") => truth(rest).map(|holds| !holds),
        ["(", inner @ .., ")"] if is_closed(inner) => truth(inner),
        [one] => literal(one),
        [left, operator @ .., right] => compare(left, &operator.concat(), right),
        [] => None,
    }
}

/// `OR` of what is known.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all_known = true;
    for part in parts {
        match part {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(false)
}

/// The parts between the operators of this name that stand outside of parentheses, when there is one.
fn split<'a, 'b>(tokens: &'a [&'b str], operator: &str) -> Option<Vec<&'a [&'b str]>> {
    let (mut parts, mut from, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        match *token {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            word if depth == 0 && is(word, operator) => {
                parts.push(tokens.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(tokens.get(from..).unwrap_or_default());
    Some(parts)
}

/// Whether no parenthesis is closed that is not opened here: `a) = (b` is not in parentheses.
fn is_closed(tokens: &[&str]) -> bool {
    let mut depth = 0_usize;
    for token in tokens {
        match *token {
            "(" => depth += 1,
            ")" if depth == 0 => return false,
            ")" => depth -= 1,
            _ => {}
        }
    }
    depth == 0
}

/// A number is a truth value on SQLite only; PostgreSQL refuses it.
fn literal(token: &str) -> Option<bool> {
    if is(token, "TRUE") {
        return Some(true);
    }
    if is(token, "FALSE") {
        return Some(false);
    }
    number(token).map(|number| number != 0)
}

fn compare(left: &str, operator: &str, right: &str) -> Option<bool> {
    let is_text = |token: &str| token.len() > 1 && token.starts_with('\'');
    if is_text(left) && is_text(right) {
        // Texts that differ may still be equal as what they are read as.
        return match operator {
            "=" | "==" | "<=" | ">=" if left == right => Some(true),
            _ => None,
        };
    }
    let order = match (number(left), number(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (None, None) => literal(left)?.cmp(&literal(right)?),
        _ => return None,
    };
    match operator {
        "=" | "==" => Some(order.is_eq()),
        "<>" | "!=" => Some(order.is_ne()),
        "<" => Some(order.is_lt()),
        "<=" => Some(order.is_le()),
        ">" => Some(order.is_gt()),
        ">=" => Some(order.is_ge()),
        _ => None,
    }
}

fn number(token: &str) -> Option<u64> {
    token.bytes().all(|byte| byte.is_ascii_digit()).then(|| token.parse().ok()).flatten()
}

fn is(token: &str, word: &str) -> bool {
    token.eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::holds_always;

    fn holds(condition: &str) -> bool {
        holds_always(&condition.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn a_condition_that_leaves_no_row_out() {
        for condition in [
            "TRUE",
            "( true )",
            "1 = 1",
            "1",
            "'a' = 'a'",
            "1 < > 2",
            "not false",
            "true AND ( 2 >= 1 )",
            "a = b OR true",
            "( ( 1 = 1 ) ) AND NOT ( 1 = 2 OR false )",
            "true = true",
        ] {
            assert!(holds(condition), "{condition}");
        }
    }

    #[test]
    fn a_condition_that_may_leave_rows_out() {
        for condition in [
            "",
            "false",
            "0",
            "NULL",
            "1 = 2",
            "a = a",
            "a",
            "a = b AND true",
            "NOT true",
            "NOT a OR false",
            "( true ) = ( a )",
            "\"true\"",
            "CASE WHEN a OR true THEN false END",
            "a BETWEEN b OR true AND c",
            "'a' = 'b'",
            "- 1 = 1",
            "1 + 1 = 2",
            "true = 1",
        ] {
            assert!(!holds(condition), "{condition}");
        }
        let long = vec!["true"; 40].join(" AND ");
        assert!(holds(&long));
        assert!(!holds(&vec!["true"; 60].join(" AND ")));
        assert!(!holds(&format!("{} true {}", "( ".repeat(5000), ") ".repeat(5000))));
    }
}
