//! What a change of type can do to values on PostgreSQL, by the types alone.

use crate::sql::TypeName;

/// How a change of type stands to the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CastClass {
    /// Every value fits and stays what it is: nothing has to be looked at.
    Safe,
    /// Every value fits; some come out as others (`bigint` to `real`, a `timestamp` to a `date`).
    Lossy,
    /// Some values may not fit, or come out as others.
    Risky,
    /// No cast is known from here; the database may have one.
    NotCastable,
}

/// The class of a change from a type as the server's `format_type` writes it.
///
/// The lists of Prisma's engine, which were measured again, with two differences: changes that lose precision or parts of
/// a date are told apart from the safe ones, and a text counts as long enough only if every value fits (`smallint`
/// needs 6 characters, a `uuid` 36).
#[must_use]
pub fn cast_class(from: &str, to: &TypeName) -> CastClass {
    use CastClass::{Lossy, NotCastable, Risky, Safe};
    let from = Type::parse(from);
    let to = Type {
        // Without a length this spelling has none.
        name: match (&*to.text.to_ascii_lowercase(), &*to.name.name) {
            ("bpchar", _) => "text".to_owned(),
            (_, name) => name.to_owned(),
        },
        modifiers: to.modifiers.clone(),
        is_array: to.dimensions > 0,
    };
    if from == to {
        return Safe;
    }
    if let Some(length) = to.text_length() {
        return match (from.longest_text(), length) {
            (_, None) => Safe,
            (Some(longest), Some(length)) if longest <= length => Safe,
            _ => Risky,
        };
    }
    if from.is_array || to.is_array {
        return NotCastable;
    }
    match (from.family(), to.family()) {
        (Family::Whole(a), Family::Whole(b)) => {
            if a <= b {
                Safe
            } else {
                Risky
            }
        }
        (Family::Whole(digits), Family::Numeric) => match to.numeric() {
            None => Safe,
            Some((whole, _)) if whole >= digits => Safe,
            Some(_) => Risky,
        },
        // `real` holds six digits for certain, `double precision` fifteen.
        (Family::Whole(digits), Family::Float(exact)) => {
            if digits <= exact {
                Safe
            } else {
                Lossy
            }
        }
        (Family::Numeric, Family::Numeric) => match (from.numeric(), to.numeric()) {
            (_, None) => Safe,
            (Some((whole, scale)), Some((to_whole, to_scale)))
                if whole <= to_whole && scale <= to_scale =>
            {
                Safe
            }
            _ => Risky,
        },
        // `NaN` is a numeric of any precision, and no integer.
        (Family::Numeric, Family::Whole(_)) => Risky,
        (Family::Float(a), Family::Float(b)) => {
            if a <= b {
                Safe
            } else {
                Risky
            }
        }
        (Family::Numeric, Family::Float(_))
        | (Family::Float(_), Family::Whole(_) | Family::Numeric) => Risky,
        // Not every local time is there once where clocks are put forward and back, and a date may be too late for one.
        (Family::Timestamp, Family::Timestamp) if from.name != to.name => Risky,
        (Family::Date, Family::Timestamp) => Risky,
        (Family::Timestamp, Family::Timestamp) | (Family::Time, Family::Time) => {
            let same_zone = from.name == to.name;
            let narrower = to.precision() < from.precision();
            match (same_zone, narrower) {
                (_, true) => Lossy,
                (true, false) => Safe,
                (false, false)
                    if to.family() == Family::Time && from.name.contains("with time") =>
                {
                    Lossy
                }
                (false, false) => Safe,
            }
        }
        (Family::Timestamp, Family::Date | Family::Time) => Lossy,
        (Family::Other, Family::Other) => match (&*from.name, &*to.name) {
            ("json", "jsonb") => Lossy,
            ("jsonb", "json") => Safe,
            (a, b) if a == b => Risky,
            _ => NotCastable,
        },
        _ => NotCastable,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Type {
    name: String,
    modifiers: Vec<i64>,
    is_array: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// Digits that hold every value.
    Whole(i64),
    Numeric,
    /// Digits that come back for certain.
    Float(i64),
    Timestamp,
    Time,
    Date,
    Other,
}

impl Type {
    /// `character varying(10)`, `timestamp(3) without time zone`, `integer[]`.
    fn parse(text: &str) -> Self {
        let is_array = text.ends_with("[]");
        let text = text.trim_end_matches("[]");
        let (mut name, mut modifiers) = (text.to_owned(), Vec::new());
        if let (Some(open), Some(close)) = (text.find('('), text.find(')')) {
            let inside = text.get(open + 1..close).unwrap_or_default();
            modifiers = inside.split(',').filter_map(|number| number.trim().parse().ok()).collect();
            let before = text.get(..open).unwrap_or_default();
            name = format!("{before}{}", text.get(close + 1..).unwrap_or_default());
        }
        Self { name, modifiers, is_array }
    }

    fn family(&self) -> Family {
        match &*self.name {
            "smallint" => Family::Whole(5),
            "integer" => Family::Whole(10),
            "bigint" => Family::Whole(19),
            "numeric" => Family::Numeric,
            "real" => Family::Float(6),
            "double precision" => Family::Float(15),
            "timestamp without time zone" | "timestamp with time zone" => Family::Timestamp,
            "time without time zone" | "time with time zone" => Family::Time,
            "date" => Family::Date,
            _ => Family::Other,
        }
    }

    /// Digits before and after the point; `None` for any number of them.
    fn numeric(&self) -> Option<(i64, i64)> {
        match &*self.modifiers {
            [precision] => Some((*precision, 0)),
            [precision, scale] => Some((precision - scale, *scale)),
            _ => None,
        }
    }

    fn precision(&self) -> i64 {
        self.modifiers.first().copied().unwrap_or(6)
    }

    /// The length of a type of text: `Some(None)` for any length. `None` for other types.
    fn text_length(&self) -> Option<Option<i64>> {
        if self.is_array {
            return None;
        }
        match &*self.name {
            "text" => Some(None),
            "character varying" => Some(self.modifiers.first().copied()),
            "character" | "bpchar" => Some(Some(self.modifiers.first().copied().unwrap_or(1))),
            _ => None,
        }
    }

    /// The most characters that a value has as text.
    fn longest_text(&self) -> Option<i64> {
        if self.is_array {
            return None;
        }
        if let Some(length) = self.text_length() {
            return length;
        }
        match self.family() {
            Family::Whole(5) => Some(6),
            Family::Whole(10) => Some(11),
            Family::Whole(_) => Some(20),
            Family::Numeric => self.numeric().map(|(whole, scale)| whole.max(1) + scale.max(0) + 2),
            Family::Timestamp | Family::Time | Family::Date => Some(64),
            Family::Float(_) => None,
            Family::Other => match &*self.name {
                "boolean" => Some(5),
                "uuid" => Some(36),
                _ => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CastClass::{Lossy, NotCastable, Risky, Safe};
    use super::*;
    use crate::sql::ObjectName;

    fn to(text: &str) -> TypeName {
        let Type { name, modifiers, is_array } = Type::parse(text);
        TypeName {
            text: text.to_owned(),
            name: ObjectName::unqualified(name),
            modifiers,
            dimensions: usize::from(is_array),
        }
    }

    #[test]
    fn the_lists() {
        for (from, into, class) in [
            ("smallint", "integer", Safe),
            ("integer", "bigint", Safe),
            ("bigint", "integer", Risky),
            ("integer", "character varying(11)", Safe),
            ("integer", "character varying(10)", Risky),
            ("integer", "numeric(12,2)", Safe),
            ("integer", "numeric(10,2)", Risky),
            ("smallint", "real", Safe),
            ("integer", "real", Lossy),
            ("integer", "double precision", Safe),
            ("bigint", "double precision", Lossy),
            ("numeric(5,0)", "integer", Risky),
            ("numeric(5,1)", "integer", Risky),
            ("numeric(5,2)", "numeric(6,2)", Safe),
            ("numeric(5,2)", "numeric(5,3)", Risky),
            ("numeric", "numeric(5,2)", Risky),
            ("numeric(5,2)", "numeric", Safe),
            ("real", "double precision", Safe),
            ("double precision", "real", Risky),
            ("double precision", "integer", Risky),
            ("text", "character varying", Safe),
            ("text", "character varying(5)", Risky),
            ("character varying(5)", "character varying(6)", Safe),
            ("character varying(6)", "character varying(5)", Risky),
            ("character varying(6)", "text", Safe),
            ("character varying(6)", "character", Risky),
            ("timestamp(3) without time zone", "timestamp(1) without time zone", Lossy),
            ("timestamp without time zone", "timestamp with time zone", Risky),
            ("timestamp without time zone", "date", Lossy),
            ("date", "timestamp with time zone", Risky),
            ("time with time zone", "time without time zone", Lossy),
            ("json", "jsonb", Lossy),
            ("boolean", "character varying(4)", Risky),
            ("uuid", "text", Safe),
            ("uuid", "character(36)", Safe),
            ("text", "integer", NotCastable),
            ("integer[]", "text", Safe),
            ("integer[]", "bigint[]", NotCastable),
            ("integer", "integer", Safe),
            ("bit(3)", "bit(4)", Risky),
        ] {
            assert_eq!(cast_class(from, &to(into)), class, "{from} -> {into}");
        }
    }
}
