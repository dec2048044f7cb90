//! A column as `CREATE TABLE` and `ADD COLUMN` define it.

use super::name::quoted;
use super::words::{Word, words};
use crate::schema::{Attribute, Object, Value};

/// Name, type, and what is said of the column itself.
pub(super) fn definition(column: &Object) -> String {
    let mut text = quoted(column.key().name());
    if let Some(ty) = column.get_text(Attribute::Type).map(type_name).filter(|ty| !ty.is_empty()) {
        text.push(' ');
        text.push_str(&ty);
    }
    if column.has(Attribute::NotNull) {
        // What a violation does is an option of NOT NULL.
        let options = column.get(Attribute::Options).and_then(Value::as_list).unwrap_or_default();
        match options.first() {
            Some(option) => text.extend([" ", option]),
            None => text.push_str(" NOT NULL"),
        }
    }
    if let Some(default) = column.get_text(Attribute::Default) {
        text.push_str(" DEFAULT ");
        text.push_str(&default_value(default));
    }
    if let Some(collation) = column.get_text(Attribute::Collation) {
        text.push_str(" COLLATE ");
        text.push_str(&quoted(collation));
    }
    if let Some((how, expression)) = generated(column) {
        text.extend([" GENERATED ALWAYS AS (", expression, ") ", &how.to_uppercase()]);
    }
    text
}

/// `stored` or `virtual`, and the expression.
pub(super) fn generated(column: &Object) -> Option<(&str, &str)> {
    column.get_text(Attribute::Generated)?.split_once(' ')
}

/// A default as it stands behind DEFAULT: all but single values in parentheses.
pub(super) fn default_value(default: &str) -> String {
    match is_single_value(&words(default)) {
        true => default.to_owned(),
        false => format!("({default})"),
    }
}

/// Whether a default is the same value in every row, in a form that `ADD COLUMN` takes.
pub(super) fn is_constant(default: &str) -> bool {
    let words = words(default);
    is_single_value(&words) && !words.iter().any(is_time)
}

/// Whether a default is NULL.
pub(super) fn is_null(default: &str) -> bool {
    default.eq_ignore_ascii_case("NULL")
}

/// What SQLite makes of a declared type (datatype3.html, 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    /// INTEGER and NUMERIC store the same.
    Numeric,
    Real,
    Text,
    /// Everything is stored as it comes.
    None,
}

/// The affinity of a column; `is_strict` is the table's.
pub(super) fn affinity(column: &Object, is_strict: bool) -> Affinity {
    let Some(ty) = column.get_text(Attribute::Type).map(str::to_ascii_uppercase) else {
        return Affinity::None;
    };
    let has = |part| ty.contains(part);
    if has("INT") {
        Affinity::Numeric
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Affinity::Text
    } else if has("BLOB") || ty.is_empty() || (is_strict && ty == "ANY") {
        Affinity::None
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

fn is_single_value(words: &[Word<'_>]) -> bool {
    let is_value = |word: &Word<'_>| {
        let first = word.text.chars().next().unwrap_or_default();
        first == '\'' || first.is_ascii_digit()
    };
    match words {
        [one] => {
            is_value(one) || is_time(one) || ["NULL", "TRUE", "FALSE"].iter().any(|k| one.is(k))
        }
        [x, hex] if x.is("X") => hex.text.starts_with('\''),
        [sign, number @ ..] if is_sign(sign) => is_number(number),
        number => is_number(number),
    }
}

fn is_sign(word: &Word<'_>) -> bool {
    word.is("-") || word.is("+")
}

/// `1.5e-3` is in several words.
fn is_number(words: &[Word<'_>]) -> bool {
    let text: String = words.iter().map(|word| word.text).collect();
    let joined = words.windows(2).all(|pair| match pair {
        [a, b] => a.start + a.text.len() == b.start,
        _ => false,
    });
    joined
        && text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.parse::<f64>().is_ok()
        || (joined
            && text.len() > 2
            && text.to_ascii_lowercase().starts_with("0x")
            && words.len() == 1)
}

fn is_time(word: &Word<'_>) -> bool {
    ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"].iter().any(|time| word.is(time))
}

/// A type: words, and numbers in parentheses. What is neither can only be in quotation marks.
fn type_name(ty: &str) -> String {
    let (name, size) = match ty.split_once('(') {
        Some((name, size)) if is_size(size) => (name, Some(size)),
        _ => (ty, None),
    };
    let words: Vec<String> = name.split_whitespace().map(type_word).collect();
    let name = words.join(" ");
    match size {
        Some(size) => format!("{name}({size}"),
        None => name,
    }
}

fn type_word(word: &str) -> String {
    /// The words that end a type.
    const ENDS: [&str; 11] = [
        "AS",
        "CHECK",
        "COLLATE",
        "CONSTRAINT",
        "DEFAULT",
        "GENERATED",
        "NOT",
        "NULL",
        "PRIMARY",
        "REFERENCES",
        "UNIQUE",
    ];
    let is_end = ENDS.iter().any(|end| word.eq_ignore_ascii_case(end));
    let is_plain = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match is_plain && (!is_end && !crate::lint::quote::is_reserved(word) || is_known(word)) {
        true => word.to_owned(),
        false => format!("\"{}\"", word.replace('"', "\"\"")),
    }
}

/// Reserved elsewhere, and names of types here.
fn is_known(word: &str) -> bool {
    const KNOWN: [&str; 22] = [
        "BIGINT",
        "BINARY",
        "BIT",
        "BOOLEAN",
        "CHAR",
        "CHARACTER",
        "DEC",
        "DECIMAL",
        "FLOAT",
        "INT",
        "INTEGER",
        "INTERVAL",
        "NATIONAL",
        "NCHAR",
        "NONE",
        "NUMERIC",
        "PRECISION",
        "REAL",
        "SMALLINT",
        "TIME",
        "TIMESTAMP",
        "VARCHAR",
    ];
    KNOWN.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// What stands behind the parenthesis: one or two signed numbers.
fn is_size(size: &str) -> bool {
    let Some(inside) = size.strip_suffix(')') else { return false };
    let number = |text: &str| {
        let text = text.trim().trim_start_matches(['-', '+']).trim_start();
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
    };
    let parts: Vec<&str> = inside.split(',').collect();
    parts.len() <= 2 && parts.into_iter().all(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Kind, ObjectKey};

    fn column(name: &str) -> Object {
        Object::new(ObjectKey::within(Kind::Column, None, "t", name))
    }

    #[test]
    fn everything_that_is_said_is_printed() {
        let full = column("a b")
            .text(Attribute::Type, "DOUBLE PRECISION")
            .flag(Attribute::NotNull)
            .list(Attribute::Options, ["NOT NULL ON CONFLICT REPLACE"])
            .text(Attribute::Default, "1 + 1")
            .text(Attribute::Collation, "NOCASE");
        assert_eq!(
            definition(&full),
            "\"a b\" DOUBLE PRECISION NOT NULL ON CONFLICT REPLACE DEFAULT (1 + 1) COLLATE NOCASE"
        );
        let computed = column("c").text(Attribute::Generated, "stored a || ' b'");
        assert_eq!(definition(&computed), "c GENERATED ALWAYS AS (a || ' b') STORED");
        assert_eq!(definition(&column("d").flag(Attribute::NotNull)), "d NOT NULL");
    }

    #[test]
    fn types_are_words_and_cannot_be_left() {
        for (ty, expected) in [
            ("UNSIGNED BIG INT", "UNSIGNED BIG INT"),
            ("DECIMAL(10, 2)", "DECIMAL(10, 2)"),
            ("VARCHAR(40)", "VARCHAR(40)"),
            ("INT); DROP TABLE a; --", "\"INT);\" \"DROP\" \"TABLE\" \"a;\" \"--\""),
            ("NOT", "\"NOT\""),
            ("X(a b)", "\"X(a\" \"b)\""),
        ] {
            assert_eq!(type_name(ty), expected);
        }
    }

    #[test]
    fn defaults() {
        for single in [
            "1",
            "-1",
            "- 1",
            "1.5e-3",
            ".5",
            "0xff",
            "'it''s'",
            "X'00'",
            "NULL",
            "TRUE",
            "CURRENT_TIMESTAMP",
        ] {
            assert_eq!(default_value(single), single);
            assert_eq!(is_constant(single), single != "CURRENT_TIMESTAMP", "{single}");
        }
        for computed in ["1 + 1", "abs(1)", "'a' || 'b'", "1 .5", "- - 1", "", "CAST('1' AS INT)"] {
            assert_eq!(default_value(computed), format!("({computed})"));
            assert!(!is_constant(computed), "{computed}");
        }
        assert!(is_null("null") && !is_null("'null'"));
    }

    #[test]
    fn affinities_are_those_of_the_manual() {
        let of = |ty: &str, strict| affinity(&column("a").text(Attribute::Type, ty), strict);
        for (ty, expected) in [
            ("BIGINT", Affinity::Numeric),
            ("CHARINT", Affinity::Numeric),
            ("VARCHAR(10)", Affinity::Text),
            ("BLOB", Affinity::None),
            ("DOUBLE", Affinity::Real),
            ("DATETIME", Affinity::Numeric),
            ("ANY", Affinity::Numeric),
        ] {
            assert_eq!(of(ty, false), expected, "{ty}");
        }
        assert_eq!(of("ANY", true), Affinity::None);
        assert_eq!(affinity(&column("a"), false), Affinity::None);
    }
}
