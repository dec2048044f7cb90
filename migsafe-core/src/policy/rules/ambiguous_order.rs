//! ## What it detects
//!
//! Two neighbouring migrations whose order is not the same for migsafe and for Prisma.
//!
//! migsafe orders names by their bytes, as Prisma did before 6.6.0. Since then Prisma orders them
//! by the rules of a language (`localeCompare`): `20250101_x` comes before `20250101000000_y`
//! there, `add_x` before `add2`, `add_x` before `add-x`, `add` before `Add`. Names with two
//! different timestamps of 14 digits cannot be affected. Names with characters beyond ASCII are
//! always reported: their place depends on the language of the machine.
//!
//! ## Why it hurts
//!
//! The two migrations are applied in one order by one tool and in the other by the other. If the
//! second builds on the first, one of them fails, or the schemas differ.
//!
//! ## What to do
//!
//! Give the one that no database has applied yet a timestamp of its own, 14 digits and an
//! underscore.

use std::cmp::Ordering;

use crate::migrations::MigrationName;
use crate::policy::{Facts, Findings, Meta, Severity::Note};
use crate::text;

pub(super) const META: Meta = Meta {
    summary: "two names are ordered differently by Prisma",
    severities: [Note, Note, Note],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    // Two orders of one list differ if and only if they differ at neighbours of one of them.
    for pair in facts.migrations().as_slice().windows(2) {
        let (first, second) = (pair[0].name(), pair[1].name());
        let what = match prisma_order(first, second) {
            Some(Ordering::Less) => continue,
            Some(Ordering::Equal | Ordering::Greater) => "Prisma 6.6.0 and newer run it before",
            None => {
                "with Prisma 6.6.0 and newer the language of the machine decides whether it runs \
                 after"
            }
        };
        findings.report_on(
            second,
            format!("ordered after {} by its bytes; {what} that one", text::name(first.as_str())),
            "give the one that no database has applied yet a timestamp of its own (14 digits)",
        );
    }
}

/// The order of two names in Prisma 6.6.0 and newer; `None` when it depends on the locale.
fn prisma_order(a: &MigrationName, b: &MigrationName) -> Option<Ordering> {
    if let (Some(time_of_a), Some(time_of_b)) = (a.timestamp(), b.timestamp())
        && time_of_a != time_of_b
    {
        return Some(time_of_a.cmp(time_of_b));
    }
    let (a, b) = (a.as_str(), b.as_str());
    (a.is_ascii() && b.is_ascii()).then(|| collate(a, b))
}

/// ICU's root order of ASCII texts, approximately: first without case, character by character in
/// the order of [`ASCENDING`], a shorter text first; then lower case before upper case at the first
/// difference. Control characters have no weight at all.
fn collate(a: &str, b: &str) -> Ordering {
    let primary = |text: &'_ str| -> Vec<usize> {
        text.chars().filter_map(|c| ASCENDING.find(c.to_ascii_lowercase())).collect()
    };
    let case = |text: &'_ str| -> Vec<bool> {
        text.chars().filter(|c| !c.is_ascii_control()).map(|c| c.is_ascii_uppercase()).collect()
    };
    primary(a).cmp(&primary(b)).then_with(|| case(a).cmp(&case(b)))
}

/// The printable characters of ASCII as ICU's root collation orders them; letters stand for both
/// cases.
const ASCENDING: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnopqrstuvwxyz";

#[cfg(test)]
mod tests {
    use super::*;

    fn order(a: &str, b: &str) -> Option<Ordering> {
        prisma_order(&MigrationName::from(a), &MigrationName::from(b))
    }

    #[test]
    fn every_printable_character_has_its_place() {
        for c in (' '..='~').map(|c| c.to_ascii_lowercase()) {
            assert_eq!(ASCENDING.matches(c).count(), 1, "{c:?}");
        }
        assert_eq!(ASCENDING.len(), 95 - 26);
    }

    /// The order that Node.js (ICU 78, `localeCompare`) gives.
    #[test]
    fn orders_as_icu_does() {
        let names = [
            " b",
            "_",
            "-",
            ".hidden",
            "(a)",
            "$a",
            "00_first",
            "20250101_x",
            "20250101000000_y",
            "a",
            "A",
            "a b",
            "A_",
            "a-",
            "a~",
            "aB",
            "Ab",
            "aBc",
            "abd",
            "add_x",
            "add-x",
            "add2",
            "Archive",
            "node_modules",
            "zz",
            "zz no digits",
        ];
        for pair in names.windows(2) {
            assert_eq!(collate(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
    }

    #[test]
    fn timestamps_decide_and_other_scripts_do_not() {
        assert_eq!(order("20250101000000_é", "20250102000000_B"), Some(Ordering::Less));
        assert_eq!(order("20250101000000_B", "20250101000000_a"), Some(Ordering::Greater));
        assert_eq!(order("20250101000000_z", "20250101000000_é"), None);
        assert_eq!(order("a\u{1}", "a\u{2}"), Some(Ordering::Equal));
    }
}
