//! The laws of expectations, each a property over generated schemas.

use std::collections::BTreeSet;

use migsafe_core::Dialect;
use migsafe_core::report::{Style, json, markdown, text};
use migsafe_core::schema::{Kind, Object, ObjectKey, Snapshot};
use migsafe_core::testkit::schemas;
use migsafe_core::verify::{Check, Expectations, Form, RowAnswers, Subject, Verification, verify};
use proptest::prelude::*;

fn compare(expectations: &Expectations, snapshot: &Snapshot) -> Verification {
    verify(expectations, snapshot, &RowAnswers::default())
}

/// What can share no name within a schema or a table in a database.
fn class(kind: Kind) -> Option<u8> {
    match kind {
        Kind::Table
        | Kind::ForeignTable
        | Kind::VirtualTable
        | Kind::View
        | Kind::MaterializedView => Some(0),
        Kind::Index | Kind::Constraint => Some(1),
        Kind::Function | Kind::Procedure | Kind::Aggregate => Some(2),
        _ => None,
    }
}

/// The part of a snapshot that a database could hold.
fn possible(snapshot: &Snapshot, dialect: Dialect) -> Snapshot {
    let mut seen = BTreeSet::new();
    let mut made = Snapshot::new(dialect, snapshot.server().clone());
    for object in snapshot.objects() {
        let key = object.key();
        let schema = key.schema().filter(|_| dialect == Dialect::Postgres);
        let folded = |text: &str| match dialect {
            Dialect::Sqlite => text.to_lowercase(),
            _ => text.to_owned(),
        };
        let parent = key.parent().map(folded);
        // The names of functions share their beginning.
        let name = folded(key.name());
        let name = name.split('(').next().unwrap_or_default().to_owned();
        let taken = class(key.kind()).is_some_and(|class| {
            !seen.insert((schema.map(str::to_owned), parent.clone(), class, name.clone()))
        });
        if taken {
            continue;
        }
        let key = match key.parent() {
            Some(parent) => ObjectKey::within(key.kind(), schema, parent, key.name()),
            None => ObjectKey::new(key.kind(), schema, key.name()),
        };
        let attributes = object.attributes().clone().into_iter();
        made.insert(attributes.fold(Object::new(key), |o, (at, value)| o.value(at, value)));
    }
    made
}

fn schema() -> impl Strategy<Value = Snapshot> {
    let dialect = prop_oneof![Just(Dialect::Postgres), Just(Dialect::Sqlite)];
    (schemas::snapshot(40), dialect).prop_map(|(snapshot, dialect)| possible(&snapshot, dialect))
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Simple), Just(Form::Extended)]
}

/// Whether a check is about an object, or about it without saying of which table it is.
fn is_about(check: &Check, key: &ObjectKey) -> bool {
    let Subject::Object { key: named, .. } = check.subject() else { return false };
    let fits = match named.kind() {
        Kind::Table => matches!(key.kind(), Kind::Table | Kind::ForeignTable | Kind::VirtualTable),
        Kind::View => matches!(key.kind(), Kind::View | Kind::MaterializedView),
        Kind::Index => matches!(key.kind(), Kind::Index | Kind::Constraint),
        Kind::Function => {
            matches!(key.kind(), Kind::Function | Kind::Procedure | Kind::Aggregate)
        }
        kind => kind == key.kind(),
    };
    let parent = named.parent().is_none() || named.parent() == key.parent();
    (named.schema(), named.name()) == (key.schema(), key.name()) && parent && fits
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// A schema meets what was made from it; what it could not meet was left out.
    #[test]
    fn a_schema_meets_what_was_made_from_it(snapshot in schema(), form in form()) {
        let made = Expectations::generate(&snapshot, form);
        let verification = compare(&made.expectations, &snapshot);
        prop_assert!(verification.is_met(), "{}", text::verify(&verification, Style::plain()));
    }

    /// Every object that belongs into the file is in it, or left out by name.
    #[test]
    fn nothing_is_forgotten(snapshot in schema()) {
        let made = Expectations::generate(&snapshot, Form::Simple);
        let verification = compare(&made.expectations, &snapshot);
        for object in snapshot.objects() {
            let key = object.key();
            let belongs = matches!(
                key.kind(),
                Kind::Table | Kind::ForeignTable | Kind::VirtualTable | Kind::Index
                    | Kind::Constraint | Kind::Enum
            );
            let is_left_out = made.left_out.iter().any(|left_out| left_out.object == *key);
            let is_named = verification.checks().iter().any(|check| is_about(check, key));
            prop_assert!(!belongs || is_named || is_left_out, "{key}");
        }
    }

    /// Without an object that it names, the file is missed, and the miss names the object.
    #[test]
    fn what_goes_away_is_missed_by_name(
        snapshot in schema(),
        form in form(),
        which in any::<prop::sample::Index>(),
    ) {
        let made = Expectations::generate(&snapshot, form);
        let whole = compare(&made.expectations, &snapshot);
        let named: Vec<&Object> = snapshot
            .objects()
            .filter(|object| whole.checks().iter().any(|check| is_about(check, object.key())))
            .filter(|object| !made.left_out.iter().any(|out| out.object == *object.key()))
            .filter(|object| class(object.key().kind()).is_some()
                || matches!(object.key().kind(), Kind::Enum | Kind::Trigger))
            .collect();
        prop_assume!(!named.is_empty());
        let gone = which.get(&named).key().clone();
        let is_in_file = form == Form::Extended
            || !matches!(
                gone.kind(),
                Kind::View | Kind::MaterializedView | Kind::Function | Kind::Procedure
                    | Kind::Aggregate | Kind::Trigger
            );
        prop_assume!(is_in_file);
        let mut less = snapshot.clone();
        less.remove(&gone);
        let verification = compare(&made.expectations, &less);
        prop_assert!(
            verification.missed().any(|check| is_about(check, &gone)),
            "{gone} is gone:\n{}",
            text::verify(&verification, Style::plain().showing_all(true))
        );
    }

    /// What is written is read back; equal expectations are equal bytes.
    #[test]
    fn a_file_is_read_back(snapshot in schema(), form in form()) {
        let made = Expectations::generate(&snapshot, form).expectations;
        prop_assume!(!made.is_empty());
        let written = made.to_json();
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        prop_assert!(!written.chars().any(steers));
        let read = Expectations::from_json(&written).unwrap();
        prop_assert_eq!(read.to_json(), written);
        prop_assert_eq!(read, made);
    }

    /// Any expectations on any schema: an outcome for each, in order, in every rendering, each time the same.
    #[test]
    fn every_expectation_has_an_outcome(
        of in schema(),
        (from, to) in schemas::pair(30),
        form in form(),
    ) {
        for source in [&of, &from] {
            let made = Expectations::generate(source, form).expectations;
            let verification = compare(&made, &to);
            prop_assert!(verification.checks().is_sorted_by_key(|check| check.subject()));
            let (met, missed, unknown) = verification.counts();
            prop_assert_eq!(met + missed + unknown, verification.checks().len());
            let all = |v: &Verification| {
                let style = Style::plain().showing_all(true);
                [text::verify(v, style), json::verify(v), markdown::verify(v)]
            };
            let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
            for shown in all(&verification) {
                prop_assert!(!shown.chars().any(steers), "{}", shown);
            }
            prop_assert_eq!(all(&verification), all(&compare(&made, &to)));
        }
    }

    /// No text makes the reader of the file panic.
    #[test]
    fn any_text_is_a_file_or_an_error(text in "[\\[\\]{}\":,a-zE0-9. -]{0,60}|\\PC{0,40}") {
        if let Err(error) = Expectations::from_json(&text) {
            prop_assert!(!error.to_string().is_empty() && !error.help().is_empty());
        }
    }
}
