//! What a run tells `tracing`: names and fields are stable, and those that the chapter on start-up lists.
#![cfg(feature = "postgres-sql")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use migsafe_core::lock::LockHolder;
use migsafe_core::store::{MemoryFault, MemoryStore};
use migsafe_core::testkit::block_on;
use migsafe_core::{Dialect, Migrations, Options, ensure_up_to_date};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::with_default;
use tracing::{Event, Metadata, Subscriber};

/// Every span and event, as a row of the chapter's table.
#[derive(Clone, Default)]
struct Recording(Arc<Mutex<BTreeSet<String>>>);

impl Recording {
    fn note(&self, what: &str, metadata: &Metadata<'_>) {
        assert_eq!(metadata.target(), "migsafe");
        let level = metadata.level().to_string().to_lowercase();
        let fields: Vec<String> = metadata
            .fields()
            .iter()
            .filter(|field| field.name() != "message")
            .map(|field| format!("`{field}`"))
            .collect();
        let row = format!("| {what} | {level} | {} |", fields.join(", "));
        self.0.lock().unwrap().insert(row);
    }
}

impl Subscriber for Recording {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.note(&format!("span `{}`", span.metadata().name()), span.metadata());
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        let what = message.0.map_or_else(|| "anything else".to_owned(), |text| format!("`{text}`"));
        self.note(&what, event.metadata());
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Message(Option<String>);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = Some(format!("{value:?}"));
        }
    }
}

/// Runs that between them say everything that can be said without a throw-away database.
fn recorded() -> BTreeSet<String> {
    let recording = Recording::default();
    let store = MemoryStore::new(Dialect::Postgres);
    let run = |scripts: &[(&str, &str)]| {
        let named = scripts.iter().map(|(name, sql)| ((*name).to_owned(), (*sql).to_owned()));
        let migrations = Migrations::from_scripts(named).unwrap();
        let options = Options::default().with_lock_wait(Duration::from_secs(2));
        block_on(ensure_up_to_date(&store, &migrations, options)).map(drop)
    };
    with_default(recording.clone(), || {
        let a = ("1_a", "CREATE TABLE a");
        store.hold_lock(Some(LockHolder::of_pid(7)));
        run(&[a]).unwrap_err();
        store.hold_lock(None);
        store.inject(MemoryFault::RelationLocked);
        run(&[a]).unwrap();
        let b = ("2_b", "CREATE TABLE b");
        store.inject(MemoryFault::AnswerLost { committed: true });
        run(&[a, b]).unwrap();
        let index = ("3_index", "CREATE INDEX CONCURRENTLY i ON a (id)");
        run(&[a, b, index]).unwrap();
        run(&[a, b, index, ("4_c", "FAIL")]).unwrap_err();
    });
    let rows = recording.0.lock().unwrap();
    rows.clone()
}

#[test]
fn the_chapter_lists_every_span_and_event_with_its_fields() {
    let chapter = include_str!("../../docs/src/start-up.md");
    let rows = recorded();
    assert!(rows.len() >= 10, "{rows:#?}");
    for row in rows {
        assert!(chapter.contains(&row), "the chapter on start-up has no line\n{row}");
    }
}
