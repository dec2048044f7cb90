//! The laws of snapshots and their comparison, each a property over generated schemas.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use migsafe_core::report::{Comparison, Style, json, text};
use migsafe_core::schema::diff::{Change, ChangeKind, explain};
use migsafe_core::schema::{Diff, DiffOptions, Snapshot, diff};
use migsafe_core::testkit::schemas;
use proptest::prelude::*;

fn compare(from: &Snapshot, to: &Snapshot, options: &DiffOptions) -> Diff {
    diff(from, to, options).unwrap()
}

fn renderings(from: &Snapshot, to: &Snapshot) -> [String; 3] {
    let found = Comparison::of(("a", from), ("b", to), &DiffOptions::default()).unwrap();
    let all = text::diff(&found, Style::plain().showing_all(true));
    [all, text::diff(&found, Style::plain()), json::diff(&found)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// A schema does not differ from itself, in anything.
    #[test]
    fn a_schema_equals_itself(snapshot in schemas::snapshot(30)) {
        let found = compare(&snapshot, &snapshot, &DiffOptions::default());
        prop_assert!(found.is_empty() && found.tolerated().is_empty());
        prop_assert!(found.limits().is_empty() && found.destructive() == 0);
        let exact = compare(&snapshot, &snapshot, &DiffOptions::default().exact());
        prop_assert!(exact.is_empty());
    }

    /// Swapping the sides turns every change round, and nothing else.
    #[test]
    fn swapping_the_sides_inverts(
        (from, to) in schemas::pair(30),
        rules in schemas::ignore_rules(),
    ) {
        let options = DiffOptions::default().with_ignore(rules);
        let (there, back) = (compare(&from, &to, &options), compare(&to, &from, &options));
        prop_assert_eq!(there.inverted(), back);
        prop_assert_eq!(there.inverted().inverted(), there);
    }

    /// The order in which objects are made means nothing; equal input gives equal bytes.
    #[test]
    fn the_order_of_creation_means_nothing(
        (from, to) in schemas::pair(30),
        seed in any::<prop::sample::Index>(),
    ) {
        let mut objects: Vec<_> = from.objects().cloned().collect();
        if !objects.is_empty() {
            let at = seed.index(objects.len());
            objects.rotate_left(at);
            objects.reverse();
        }
        let empty = Snapshot::new(from.dialect(), from.server().clone());
        let other = objects.into_iter().fold(empty, Snapshot::with);
        prop_assert_eq!(other.to_json(), from.to_json());
        prop_assert_eq!(other.fingerprint(), from.fingerprint());
        let options = DiffOptions::default();
        let found = compare(&from, &to, &options);
        prop_assert_eq!(renderings(&from, &to), renderings(&other, &to));
        prop_assert!(found.changes().is_sorted_by_key(|c| (c.object().clone(), c.attribute())));
    }

    /// What is written is read back, byte for byte, and shows nothing that steers a terminal.
    #[test]
    fn a_file_is_read_back(snapshot in schemas::snapshot(30)) {
        let written = snapshot.to_json();
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        prop_assert!(!written.chars().any(steers));
        let read = Snapshot::from_json(&written).unwrap();
        prop_assert_eq!(&read, &snapshot);
        prop_assert_eq!(read.to_json(), written);
    }

    /// Carrying out the changes makes the first schema the second, exactly compared.
    #[test]
    fn the_changes_lead_from_one_to_the_other((from, to) in schemas::pair(30)) {
        let found = compare(&from, &to, &DiffOptions::default().exact());
        let mut made = Snapshot::new(to.dialect(), to.server().clone());
        for object in from.objects() {
            made.insert(object.clone());
        }
        for change in found.changes() {
            match change.kind() {
                ChangeKind::Added(object) => made.insert(object.clone()),
                ChangeKind::Removed(object) => prop_assert!(made.remove(object.key()).is_some()),
                ChangeKind::Changed { attribute, after, .. } => {
                    let mut object = made.remove(change.object()).unwrap();
                    let none = migsafe_core::schema::Value::Flag(false);
                    object.set(*attribute, after.clone().unwrap_or(none));
                    made.insert(object);
                }
                _ => prop_assert!(false, "an unknown kind of change"),
            }
        }
        // Owners and grants were not read, so that they are not compared.
        let rest = compare(&made, &to, &DiffOptions::default().exact());
        prop_assert!(rest.is_empty());
    }

    /// A rule hides what it names; everything else is found as without it.
    #[test]
    fn rules_hide_nothing_that_they_do_not_name(
        (from, to) in schemas::pair(30),
        rules in schemas::ignore_rules(),
    ) {
        let without = compare(&from, &to, &DiffOptions::default());
        let with = compare(&from, &to, &DiffOptions::default().with_ignore(rules.clone()));
        let named = |change: &&Change| {
            rules.iter().any(|rule| rule.names(change))
        };
        let left: Vec<_> = without.changes().iter().filter(|c| !named(c)).cloned().collect();
        prop_assert_eq!(with.changes(), left);
        let hidden: Vec<_> = without.changes().iter().filter(named).cloned().collect();
        let ignored: Vec<_> = with.ignored().iter().map(|i| i.change.clone()).collect();
        prop_assert_eq!(ignored, hidden);
        prop_assert_eq!(with.tolerated(), without.tolerated());
    }

    /// What is tolerated is a change when compared exactly: nothing disappears.
    #[test]
    fn tolerances_hide_nothing_silently((from, to) in schemas::pair(30)) {
        let found = compare(&from, &to, &DiffOptions::default());
        let exact = compare(&from, &to, &DiffOptions::default().exact());
        for change in exact.changes() {
            let is_told = found.changes().contains(change)
                || found.tolerated().iter().any(|t| {
                    [&t.object, &t.counterpart].contains(&change.object())
                        && (t.attribute.is_none() || t.attribute == change.attribute())
                })
                // One side of a pair left the key to the other object.
                || found.changes().iter().any(|c| c.object() == change.object());
            prop_assert!(is_told, "{}", change);
        }
    }

    /// Every object can be explained, and the explanation agrees with the comparison.
    #[test]
    fn every_object_is_explained((from, to) in schemas::pair(15)) {
        let found = compare(&from, &to, &DiffOptions::default());
        for object in from.objects().chain(to.objects()) {
            let told = explain(object.key(), &from, &to, &found).to_string();
            let differs = found.changes().iter().any(|change| change.object() == object.key());
            prop_assert_eq!(told.contains("\n  different: "), differs, "{}", told);
        }
    }
}
