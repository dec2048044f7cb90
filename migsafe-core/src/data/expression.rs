//! Expressions of a script inside statements of ours.

use crate::Dialect;
use crate::sql::{Expression, Fact, Volatility, analyse_all};

/// The text of an expression, if it may stand in parentheses in a query of ours; otherwise why not.
///
/// It comes from a migration that is about to run in any case, but a question must change nothing: so it has to be one
/// expression, which cannot close the parenthesis around it, and must call nothing that is not known to be harmless.
pub(super) fn embeddable(dialect: Dialect, expression: &Expression) -> Result<String, String> {
    match expression.volatility {
        Volatility::Constant | Volatility::Stable => {}
        Volatility::Volatile | Volatility::Unknown => {
            let calls: Vec<String> = expression.calls.iter().map(ToString::to_string).collect();
            return Err(match &*calls {
                [] => "its expression is not known to be without side effects".to_owned(),
                calls => format!(
                    "its expression calls {}, not known to be without side effects",
                    calls.join(", ")
                ),
            });
        }
    }
    if is_one_expression(dialect, &expression.text) {
        Ok(expression.text.clone())
    } else {
        Err("its expression cannot be taken out of the script".to_owned())
    }
}

/// Bare it must be the only thing that is selected, which text that closes a parenthesis is not; and in
/// parentheses too, which a text with a `FROM` of its own is not.
fn is_one_expression(dialect: Dialect, text: &str) -> bool {
    let texts = [format!("SELECT {text}\n"), format!("SELECT (\n{text}\n) AS migsafe")];
    analyse_all(dialect, &texts).iter().all(|script| {
        script.is_split()
            && script.problems().is_empty()
            && matches!(script.statements(), [only] if only.verb() == "SELECT"
                && !only.has(|fact| matches!(fact, Fact::Unparsed(_))))
    })
}

#[cfg(all(test, feature = "postgres-sql", feature = "sqlite-sql"))]
mod tests {
    use super::*;

    #[test]
    fn what_closes_the_parenthesis_is_refused() {
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            for text in ["a > 0", "(a) OR (b)", "a IN (1, 2) -- why", "'a)' = b", "(SELECT 1) > a"]
            {
                assert!(is_one_expression(dialect, text), "{dialect:?} {text}");
            }
            for text in [
                "a) OR (b",
                "1) FROM t; DROP TABLE t; SELECT (1",
                "a; SELECT b",
                "a FROM t",
                "",
                "a) --",
                "/* (",
                "(a",
            ] {
                assert!(!is_one_expression(dialect, text), "{dialect:?} {text}");
            }
        }
    }
}
