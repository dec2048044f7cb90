//! Times, durations and counts.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::safe;
use crate::history::StoredTime;

pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

pub(super) fn stored(time: &StoredTime) -> String {
    match time {
        StoredTime::At(at) => moment(*at),
        other => safe::line(&other.to_string(), 40),
    }
}

pub(super) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 3600 {
        format!("{} h {} min", seconds / 3600, seconds % 3600 / 60)
    } else if seconds >= 60 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else if seconds >= 1 {
        format!("{seconds}.{} s", duration.subsec_millis() / 100)
    } else {
        format!("{} ms", duration.as_millis())
    }
}

pub(super) fn millis(millis: i64) -> String {
    duration(Duration::from_millis(u64::try_from(millis).unwrap_or_default()))
}

/// `340 MB`.
pub(super) fn bytes(bytes: i64) -> String {
    let units = [(1_i64 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")];
    let unit = units.into_iter().find(|(size, _)| bytes >= 10 * size);
    unit.map_or_else(|| format!("{bytes} bytes"), |(size, name)| format!("{} {name}", bytes / size))
}

/// `1 migration`, `2 migrations`.
pub(super) fn count(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        for (millis, shown) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_234, "1.2 s"),
            (125_000, "2 min 5 s"),
            (7_260_000, "2 h 1 min"),
        ] {
            assert_eq!(duration(Duration::from_millis(millis)), shown);
        }
        assert_eq!(millis(-5), "0 ms");
    }

    #[test]
    fn times_are_utc_and_any_stored_value_is_shown() {
        assert_eq!(
            stored(&StoredTime::from_text("2026-11-20T13:57:52+01:00")),
            "2026-11-20 12:57:52 UTC"
        );
        assert_eq!(stored(&StoredTime::Infinity), "infinity");
        assert_eq!(stored(&StoredTime::from_text("a\u{1b}[2Jb")), "\"a\\u{1b}[2Jb\"");
    }
}
