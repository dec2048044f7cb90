//! `Value`: one side of a comparison.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::one_line;

/// What is said of an object. Equal values are equal texts: readers write every value in one form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Value {
    /// A yes; there is no value for a no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text: an expression, a name, a type.
    Text(String),
    /// Several, in an order that has a meaning, or sorted.
    List(Vec<String>),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[String]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Whether it is the default of a flag or an empty list: then nothing is said.
    pub(super) fn is_default(&self) -> bool {
        match self {
            Self::Flag(flag) => !flag,
            Self::List(list) => list.is_empty(),
            Self::Number(_) | Self::Text(_) => false,
        }
    }
}

/// For people, in one line, with nothing that steers a terminal; long values are cut.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LIMIT: usize = 160;
        match self {
            Self::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) if text.is_empty() => f.write_str("''"),
            Self::Text(text) => f.write_str(&one_line(text, LIMIT)),
            Self::List(list) => f.write_str(&one_line(&list.join(", "), LIMIT)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_tells_the_forms_apart() {
        for (value, json) in [
            (Value::Flag(true), "true"),
            (Value::Number(-5), "-5"),
            (Value::Text("5".to_owned()), "\"5\""),
            (Value::List(vec!["a".to_owned()]), "[\"a\"]"),
        ] {
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
            assert_eq!(serde_json::from_str::<Value>(json).unwrap(), value);
        }
    }

    #[test]
    fn values_are_shown_in_one_line_and_harmless() {
        let text = |text: &str| Value::Text(text.to_owned()).to_string();
        assert_eq!(text("a\n  b\u{1b}[2J"), "a b");
        assert_eq!(text(""), "''");
        assert!(text(&"x".repeat(1000)).chars().count() <= 160);
    }
}
