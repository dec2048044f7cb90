//! A point in time as the history table stores it.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Serialize, Serializer};

/// A stored time: usually a moment in UTC, but `infinity` is legal in PostgreSQL and any text is legal
/// in SQLite, and a history written by hand may hold both.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum StoredTime {
    /// PostgreSQL's `-infinity`: before every moment.
    NegativeInfinity,
    /// A moment, in UTC, with microseconds at most.
    At(DateTime<Utc>),
    /// PostgreSQL's `infinity`: after every moment.
    Infinity,
    /// Something that is no time; the text as found.
    Invalid(String),
}

impl StoredTime {
    /// From Unix milliseconds, the form in which Prisma's native engine writes SQLite times.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Self {
        DateTime::from_timestamp_millis(millis)
            .map_or_else(|| Self::Invalid(millis.to_string()), Self::At)
    }

    /// From decimal Unix seconds such as `1763650800.123456`, `Infinity` or `-Infinity`: what
    /// PostgreSQL's `extract(epoch from …)` gives, whatever the session's date style and time zone.
    #[must_use]
    pub fn from_unix_seconds(text: &str) -> Self {
        match text {
            "Infinity" | "infinity" => return Self::Infinity,
            "-Infinity" | "-infinity" => return Self::NegativeInfinity,
            _ => {}
        }
        parse_decimal_seconds(text).map_or_else(|| Self::Invalid(text.to_owned()), Self::At)
    }

    /// From text in any form that Prisma reads: RFC 3339, RFC 2822, SQLite's `current_timestamp`
    /// (`2026-11-20 12:57:52`, UTC), PostgreSQL's text output. A plain date or anything else is
    /// [`StoredTime::Invalid`] (Prisma's engine panics there).
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        match text {
            "infinity" => return Self::Infinity,
            "-infinity" => return Self::NegativeInfinity,
            _ => {}
        }
        if let Some(time) = parse_usual(text) {
            return Self::At(time);
        }
        let zoned = DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_rfc2822(text))
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%#z"));
        if let Ok(time) = zoned {
            return Self::At(time.with_timezone(&Utc));
        }
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f"))
            .map_or_else(|_| Self::Invalid(text.to_owned()), |time| Self::At(time.and_utc()))
    }

    /// The moment, when it is one.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::At(time) => Some(*time),
            _ => None,
        }
    }

    /// Whether the stored value is no time at all.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self, Self::Invalid(_))
    }
}

impl From<DateTime<Utc>> for StoredTime {
    fn from(time: DateTime<Utc>) -> Self {
        Self::At(time)
    }
}

impl fmt::Display for StoredTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NegativeInfinity => f.write_str("-infinity"),
            Self::At(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Self::Infinity => f.write_str("infinity"),
            Self::Invalid(text) => write!(f, "{text:?}"),
        }
    }
}

impl Serialize for StoredTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Invalid(text) => serializer.serialize_str(text),
            other => serializer.collect_str(other),
        }
    }
}

/// The one form that nearly every history in text holds, `2026-11-20 12:57:52.182+00` (or with `T` and
/// `Z`, in UTC): read here for its speed only, the general parsers give the same. `None` for any other.
fn parse_usual(text: &str) -> Option<DateTime<Utc>> {
    let text = text.strip_suffix("+00").or_else(|| text.strip_suffix('Z'))?.as_bytes();
    let fraction = text.get(19..)?;
    let number = |range: std::ops::Range<usize>| {
        text[range].iter().try_fold(0_u32, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let signs = [text[4], text[7], text[10], text[13], text[16]];
    if !matches!(signs, [b'-', b'-', b' ' | b'T', b':', b':']) {
        return None;
    }
    let micros = match fraction {
        [] => 0,
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) => {
            let scale = 10_u32.pow(6 - u32::try_from(digits.len()).ok()?);
            number(20..text.len())? * scale
        }
        _ => return None,
    };
    let year = i32::try_from(number(0..4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(5..7)?, number(8..10)?)?
        .and_hms_micro_opt(number(11..13)?, number(14..16)?, number(17..19)?, micros)
        .map(|time| time.and_utc())
}

fn parse_decimal_seconds(text: &str) -> Option<DateTime<Utc>> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let seconds: i64 = whole.parse().ok()?;
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(6);
    let micros = digits.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0'));
    let span = TimeDelta::try_seconds(seconds)?.checked_add(&TimeDelta::microseconds(micros))?;
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?.and_hms_opt(0, 0, 0)?.and_utc();
    if negative { epoch.checked_sub_signed(span) } else { epoch.checked_add_signed(span) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> StoredTime {
        StoredTime::At(DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc))
    }

    #[test]
    fn reads_every_form_that_prisma_reads() {
        let expected = at("2026-11-20T12:57:52Z");
        for text in [
            "2026-11-20 12:57:52",
            "2026-11-20T12:57:52Z",
            "2026-11-20T12:57:52+00:00",
            "2026-11-20T13:57:52+01:00",
            "2026-11-20 12:57:52+00",
            "2026-11-20 13:57:52.000+01",
            "Fri, 20 Nov 2026 12:57:52 +0000",
        ] {
            assert_eq!(StoredTime::from_text(text), expected, "{text}");
        }
        assert_eq!(StoredTime::from_unix_millis(1_795_178_878_531), at("2026-11-20T12:47:58.531Z"));
        assert_eq!(
            StoredTime::from_unix_seconds("1795178878.531002"),
            at("2026-11-20T12:47:58.531002Z")
        );
        assert_eq!(StoredTime::from_unix_seconds("-1.5"), at("1969-12-31T23:59:58.5Z"));
    }

    #[test]
    fn the_usual_form_is_read_as_the_general_parsers_read_it() {
        for text in [
            "2026-11-20 12:57:52+00",
            "2026-11-20 12:57:52.1+00",
            "2026-11-20 12:57:52.182001+00",
            "2026-11-20T12:57:52.182Z",
            "0001-01-01 00:00:00+00",
        ] {
            let usual = parse_usual(text).unwrap();
            let general = DateTime::parse_from_str(
                &text.replace('T', " ").replace('Z', "+00"),
                "%Y-%m-%d %H:%M:%S%.f%#z",
            );
            assert_eq!(usual, general.unwrap(), "{text}");
        }
        for text in [
            "2026-11-20 12:57:52",
            "2026-11-20 12:57:52.+00",
            "2026-11-20 12:57:52.1234567+00",
            "2026-02-30 12:57:52+00",
            "2026-11-20 24:00:00+00",
            "12026-11-20 12:57:52+00",
            "2026-11-20 12:57:52+01",
            "2026-11-20 12:57:5é+00",
            "0044-03-15 00:00:00+00 BC",
            "+00",
            "Z",
        ] {
            assert_eq!(parse_usual(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_kept_as_found() {
        for text in ["", "yesterday", "2026-11-20", "99999999999999999999", "NaN"] {
            assert!(StoredTime::from_text(text).is_invalid(), "{text}");
            assert!(StoredTime::from_unix_seconds(text).is_invalid(), "{text}");
        }
        assert!(StoredTime::from_unix_millis(i64::MAX).is_invalid());
        assert!(StoredTime::from_unix_seconds(&i64::MAX.to_string()).is_invalid());
        assert_eq!(StoredTime::from_text("infinity"), StoredTime::Infinity);
        assert_eq!(StoredTime::from_unix_seconds("-Infinity"), StoredTime::NegativeInfinity);
    }
}
