//! What a query gave, against what it should give.

use serde_json::Number;

use crate::Dialect;
use crate::verify::row::shown;
use crate::verify::{CheckOutcome, Miss, RowAnswer, RowCondition, RowExpectation, Scalar};

/// Compares one answer with its condition.
pub(super) fn outcome(
    dialect: Dialect,
    expectation: &RowExpectation,
    answer: Option<&RowAnswer>,
) -> CheckOutcome {
    let condition = &expectation.expect;
    let help = "run the query and look at the rows that it is about";
    let missed = |found: String| CheckOutcome::Missed {
        miss: Miss::Different,
        found,
        help: help.to_owned(),
    };
    let unknown = |why: &str| CheckOutcome::Unknown { why: why.to_owned() };
    match (condition, answer) {
        (_, None) => unknown("the query was not asked"),
        (_, Some(RowAnswer::Unanswered(why))) => unknown(why),
        (RowCondition::Rows { at_least, at_most }, Some(RowAnswer::Rows { count, more })) => {
            let enough = count >= at_least;
            let too_many = at_most.is_some_and(|at_most| *count > at_most);
            // The count of a backend that stopped too early would prove nothing.
            if *more && !too_many && (at_most.is_some() || !enough) {
                return unknown("the rows were not counted far enough");
            }
            if enough && !too_many { CheckOutcome::Met } else { missed(counted(*count, *more)) }
        }
        (RowCondition::Rows { .. }, Some(_)) | (_, Some(RowAnswer::Rows { .. })) => {
            unknown("the backend answered another question")
        }
        (_, Some(RowAnswer::NoRow)) => missed("no row".to_owned()),
        (_, Some(RowAnswer::SeveralRows)) => missed("more than one row".to_owned()),
        (condition, Some(RowAnswer::Value { value, cut })) => {
            let value = value.as_deref();
            let is_met = !cut
                && match condition {
                    RowCondition::Value(scalar) => equals(dialect, scalar, value),
                    RowCondition::Within { at_least, at_most } => {
                        value.is_some_and(|value| is_within(value, at_least, at_most))
                    }
                    RowCondition::Rows { .. } => false,
                };
            if is_met { CheckOutcome::Met } else { missed(value.map_or("NULL".to_owned(), shown)) }
        }
    }
}

fn counted(count: u64, more: bool) -> String {
    match (count, more) {
        (count, true) => format!("more than {count} rows"),
        (0, false) => "no row".to_owned(),
        (1, false) => "1 row".to_owned(),
        (count, false) => format!("{count} rows"),
    }
}

fn equals(dialect: Dialect, scalar: &Scalar, value: Option<&str>) -> bool {
    let Some(value) = value else { return *scalar == Scalar::Null };
    match scalar {
        Scalar::Null => false,
        Scalar::Text(text) => text == value,
        Scalar::Number(number) => same_number(number, value),
        Scalar::Bool(truth) => match (dialect, truth) {
            (Dialect::Sqlite, true) => value == "1",
            (Dialect::Sqlite, false) => value == "0",
            (Dialect::Postgres, truth) => value == truth.to_string(),
        },
    }
}

/// Whole numbers are compared digit by digit, others as far as a JSON number goes.
fn same_number(number: &Number, value: &str) -> bool {
    match (whole(&number.to_string()), whole(value)) {
        (Some(number), Some(value)) => number == value,
        _ => number.as_f64().zip(parse(value)).is_some_and(|(number, value)| number == value),
    }
}

fn is_within(value: &str, at_least: &Option<Number>, at_most: &Option<Number>) -> bool {
    let Some(number) = parse(value) else { return false };
    let is_beyond = |bound: &Number, is_above: bool| {
        if let (Some(bound), Some(value)) = (whole(&bound.to_string()), whole(value)) {
            return if is_above { value > bound } else { value < bound };
        }
        let Some(bound) = bound.as_f64() else { return true };
        if is_above { number > bound } else { number < bound }
    };
    !at_least.as_ref().is_some_and(|bound| is_beyond(bound, false))
        && !at_most.as_ref().is_some_and(|bound| is_beyond(bound, true))
}

/// A whole number, whatever zeros stand behind its point.
fn whole(text: &str) -> Option<i128> {
    let text = text.trim();
    let digits = match text.split_once('.') {
        Some((whole, rest)) if rest.chars().all(|c| c == '0') => whole,
        Some(_) => return None,
        None => text,
    };
    digits.parse().ok()
}

fn parse(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(expected: serde_json::Value, found: &str) -> bool {
        let scalar = match expected {
            serde_json::Value::Number(number) => Scalar::Number(number),
            serde_json::Value::Bool(truth) => Scalar::Bool(truth),
            serde_json::Value::String(text) => Scalar::Text(text),
            _ => Scalar::Null,
        };
        equals(Dialect::Postgres, &scalar, Some(found))
    }

    #[test]
    fn values_are_compared_by_what_they_mean() {
        use serde_json::json;
        for (expected, found, same) in [
            (json!(5), "5", true),
            (json!(5), "5.00", true),
            (json!(5), "5.01", false),
            (json!(0.1), "0.100", true),
            (json!(1e3), "1000", true),
            (json!(9_007_199_254_740_993_u64), "9007199254740993", true),
            (json!(9_007_199_254_740_993_u64), "9007199254740992.0", false),
            (json!(5), "five", false),
            (json!(5), "NaN", false),
            (json!("5"), "5", true),
            (json!("5"), "5.0", false),
            (json!(true), "true", true),
            (json!(true), "1", false),
            (json!(null), "", false),
        ] {
            assert_eq!(is(expected.clone(), found), same, "{expected} {found}");
        }
        assert!(equals(Dialect::Sqlite, &Scalar::Bool(true), Some("1")));
        assert!(equals(Dialect::Postgres, &Scalar::Null, None));
        assert!(!equals(Dialect::Postgres, &Scalar::Text(String::new()), None));
    }

    #[test]
    fn a_count_that_stopped_early_proves_nothing() {
        let outcome = |at_least, at_most, count, more| {
            let expect = RowCondition::Rows { at_least, at_most };
            let answer = RowAnswer::Rows { count, more };
            let row = RowExpectation::new("", expect);
            match outcome(Dialect::Postgres, &row, Some(&answer)) {
                CheckOutcome::Met => "met".to_owned(),
                CheckOutcome::Missed { found, .. } => found,
                CheckOutcome::Unknown { .. } => "unknown".to_owned(),
            }
        };
        assert_eq!(outcome(1, None, 1000, true), "met");
        assert_eq!(outcome(0, Some(3), 4, true), "more than 4 rows");
        assert_eq!(outcome(0, Some(3), 3, true), "unknown");
        assert_eq!(outcome(5, None, 4, true), "unknown");
        assert_eq!(outcome(5, None, 4, false), "4 rows");
        assert_eq!(outcome(0, Some(0), 0, false), "met");
        assert_eq!(outcome(1, Some(1), 0, false), "no row");
    }
}
