//! Every rule on history and folder: states of files and rows, and exactly the findings they give.

use std::collections::{BTreeMap, BTreeSet};

use super::ALL;
use crate::Dialect;
use crate::diagnosis::diagnose;
use crate::history::Cell::{Integer, Null, Text};
use crate::history::{
    Absence, History, HistoryRow, HistoryTable, Journal, JournalEntry, JournalState, RawRow,
    StoredTime, TableProblem, Worker,
};
use crate::lock::{LockHolder, LockState};
use crate::migrations::{Checksum, LockFile, Migrations};
use crate::policy::{Environment, Facts, Finding, Policy, Severity};
use crate::schema::{Diff, DiffOptions, Kind, Object, ObjectKey, ServerVersion, Snapshot, diff};
use crate::store::{Content, DatabaseFacts, StatementSupport};

const A: &str = "20250101000000_a";
const B: &str = "20250102000000_b";
const C: &str = "20250103000000_c";

/// One state of the world, and the pairs of rule and migration (`""` for none) that must be found.
struct Case {
    what: &'static str,
    dialect: Dialect,
    migrations: Migrations,
    history: History,
    lock: LockState,
    database: DatabaseFacts,
    /// What differs from the migrations, where somebody wants to know.
    drift: Option<Diff>,
    expected: Vec<(&'static str, String)>,
}

impl Case {
    /// A folder with these migrations and a history with these rows.
    fn new(what: &'static str, names: &[&str], rows: Vec<HistoryRow>) -> Self {
        Self::of(what, scripts(names), History::present(rows))
    }

    fn of(what: &'static str, migrations: Migrations, history: History) -> Self {
        Self {
            what,
            dialect: Dialect::Postgres,
            migrations,
            history,
            lock: LockState::Free,
            database: DatabaseFacts::default(),
            drift: None,
            expected: Vec::new(),
        }
    }

    /// A folder with a migration of this script, not applied yet.
    fn text(what: &'static str, script: &'static str) -> Self {
        let migrations = Migrations::from_scripts([(A, script)]).unwrap();
        Self::of(what, migrations, History::present(Vec::new()))
    }

    fn finds(mut self, rule: &'static str, migration: &str) -> Self {
        self.expected.push((rule, migration.to_owned()));
        self
    }

    fn findings(&self, environment: Environment) -> Vec<Finding> {
        let diagnosis = diagnose(&self.migrations, &self.history, &self.lock);
        // Scripts matter to these rules only where a journal refers to their statements.
        let scripts: BTreeMap<_, _> = diagnosis
            .entries()
            .iter()
            .filter(|entry| diagnosis.journal(entry).is_some())
            .filter_map(|entry| {
                let text = self.migrations.find(entry.name().as_str())?.script()?;
                Some((entry.name().clone(), crate::sql::analyse(self.dialect, text)))
            })
            .collect();
        let facts =
            Facts::new(self.dialect, &self.migrations, &diagnosis, &self.database, &scripts)
                .with_drift(self.drift.as_ref());
        let policy = Policy::for_environment(environment);
        // Off unless it is asked for.
        let policy = match &self.drift {
            Some(_) => policy.with_override("drift", Severity::Error, "asked for").unwrap(),
            None => policy,
        };
        policy.findings(&facts)
    }

    fn severity(&self, rule: &str) -> Option<Severity> {
        let findings = self.findings(Environment::production());
        findings.iter().find(|finding| finding.rule == rule).map(|finding| finding.severity)
    }
}

fn script(name: &str) -> String {
    format!("SELECT '{name}';")
}

fn scripts(names: &[&str]) -> Migrations {
    Migrations::from_scripts(names.iter().map(|name| ((*name).to_owned(), script(name)))).unwrap()
}

fn applied(name: &str) -> HistoryRow {
    HistoryRow::applied(name, Checksum::of(&script(name)).to_string())
}

fn unfinished(name: &str) -> HistoryRow {
    let mut row = applied(name);
    row.finished_at = None;
    row.applied_steps_count = Some(0);
    row
}

fn rolled_back(name: &str) -> HistoryRow {
    let mut row = unfinished(name);
    row.id = format!("rolled-back-{name}");
    row.rolled_back_at = Some(StoredTime::from_unix_millis(2));
    row
}

fn nameless() -> HistoryRow {
    RawRow {
        id: Text("x".into()),
        checksum: Text("0".into()),
        migration_name: Null,
        started_at: Integer(1),
        applied_steps_count: Integer(1),
        ..RawRow::default()
    }
    .decode()
}

/// What a directory only can show.
fn directory() -> Migrations {
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &str, bytes: &[u8]| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("20250101000000_a/other.sql", b"");
    write("20250102000000_b/migration.sql/x", b"");
    write("20250103000000_c/migration.sql", b"SELECT '\xff';");
    write(".git/HEAD", b"");
    std::os::unix::fs::symlink(dir.path().join(B), dir.path().join("link")).unwrap();
    Migrations::from_directory(dir.path()).unwrap()
}

fn cases() -> Vec<Case> {
    let edited = |mut row: HistoryRow| {
        row.checksum = "0".repeat(64);
        row
    };
    let ghost = |mut row: HistoryRow| {
        row.applied_steps_count = Some(0);
        row
    };
    let second = |mut row: HistoryRow| {
        row.id = "second".to_owned();
        row
    };
    let epoch = chrono::DateTime::UNIX_EPOCH;
    let marked = |name: &str| {
        HistoryRow::marked_applied("m", name, Checksum::of(&script(name)).to_string(), epoch)
    };
    let table = |problem: TableProblem| {
        History::Present(HistoryTable::new(vec![applied(A)]).with_problems(vec![problem]).into())
    };
    let long = format!("{A}{}", "x".repeat(255));
    let upper = "20250101000000_A";
    let mut wrong_lock_file = Case::new("lock file of another database", &[A], vec![applied(A)])
        .finds("lock-file-mismatch", "");
    wrong_lock_file.migrations =
        wrong_lock_file.migrations.with_lock_file(LockFile::parse("provider = \"sqlite\"\n"));
    let absent = |what, content| {
        let mut case = Case::of(what, scripts(&[A]), History::Absent(Absence::Table));
        case.database = DatabaseFacts::default().with_content(content);
        case
    };
    let mut prisma8 = Case::new("Prisma 8", &[A], vec![applied(A)]).finds("prisma8-marker", "");
    prisma8.database = DatabaseFacts::default().with_prisma8_marker(true);
    let mut running = Case::new("running", &[A], vec![unfinished(A)]).finds("running", A);
    running.lock = LockState::Held(Box::new(LockHolder::of_pid(4711)));
    let mut busy_elsewhere = Case::new("lock held, all applied", &[A], vec![applied(A)]);
    busy_elsewhere.lock = LockState::Held(Box::new(LockHolder::of_pid(4711)));

    vec![
        // Silence.
        Case::new("nothing at all", &[], vec![]),
        Case::new("clean", &[A, B], vec![applied(A), applied(B)]),
        Case::new("pending in order", &[A, B, C], vec![applied(A)]),
        Case::new("an old name that is applied", &["init"], vec![applied("init")]),
        busy_elsewhere,
        absent("fresh database", Content::Empty),
        absent("database not looked at", Content::Unknown),
        // History.
        running,
        Case::new("failed", &[A], vec![unfinished(A)]).finds("failed", A),
        Case::new("failed without a file", &[], vec![unfinished(A)]).finds("failed", A),
        Case::new("failed, then mended", &[A], vec![edited(unfinished(A))])
            .finds("failed", A)
            .finds("edited", A),
        Case::new("ghost", &[A], vec![ghost(applied(A))]).finds("ghost", A),
        Case::new("marked applied", &[A], vec![marked(A)]).finds("marked-applied", A),
        Case::new("orphan between files", &[A, C], vec![applied(A), applied(B), applied(C)])
            .finds("orphaned", B),
        Case::new("orphan without a timestamp", &[A], vec![applied(A), applied("x")])
            .finds("orphaned", "x"),
        Case::new("newer database", &[A], vec![applied(A), applied(B)]).finds("newer-database", B),
        Case::new("edited", &[A], vec![edited(applied(A))]).finds("edited", A),
        Case::new("out of order", &[A, B], vec![applied(B)]).finds("out-of-order", A),
        Case::new("duplicate", &[A], vec![applied(A), second(applied(A))]).finds("duplicate", A),
        Case::new("rolled back", &[A], vec![rolled_back(A)]).finds("rolled-back", A),
        Case::new("rolled back, then applied", &[A], vec![rolled_back(A), applied(A)]),
        Case::new("stale", &[A], vec![applied(A), rolled_back(B)]).finds("stale-row", B),
        Case::new("row without a name", &[A], vec![applied(A), nameless()])
            .finds("corrupt-row", ""),
        Case::of(
            "column missing",
            scripts(&[A]),
            table(TableProblem::MissingColumn("logs".to_owned())),
        )
        .finds("corrupt-row", ""),
        Case::of(
            "column unknown",
            scripts(&[A]),
            table(TableProblem::UnknownColumn("note".to_owned())),
        )
        .finds("unknown-column", ""),
        absent("not empty", Content::Objects(vec!["users".to_owned()])).finds("not-empty", ""),
        prisma8,
        interrupted("interrupted", JournalState::Started).finds("interrupted", A),
        interrupted("failed by statement", JournalState::Failed).finds("failed", A),
        // Folder.
        wrong_lock_file,
        Case::of("directory", directory(), History::present(Vec::new()))
            .finds("missing-script", A)
            .finds("unreadable-script", B)
            .finds("invalid-utf8", C)
            .finds("ignored-folder", ".git")
            .finds("symbolic-link", "link"),
        drifted(4).finds("drift", ""),
        drifted(0),
        Case::text("byte order mark", "\u{feff}SELECT 1;").finds("byte-order-mark", A),
        Case::text("NUL", "SELECT 1;\0").finds("nul-byte", A),
        Case::text("line ends", "SELECT 1;\r\nSELECT 2;\n").finds("mixed-line-endings", A),
        Case::new("too long", &[&long], vec![]).finds("name-too-long", &long),
        Case::new("names in two cases", &[upper, A], vec![applied(upper), applied(A)])
            .finds("name-case-conflict", A)
            .finds("ambiguous-order", A),
        Case::new(
            "order",
            &["20250101000000_x", "20250101_x"],
            vec![applied("20250101000000_x"), applied("20250101_x")],
        )
        .finds("ambiguous-order", "20250101_x"),
        Case::new("new name without a timestamp", &["init"], vec![])
            .finds("migration-name-convention", "init"),
    ]
}

/// So many tables that the migrations do not give.
fn drifted(count: usize) -> Case {
    let empty = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "15.20"));
    let live = (0..count).fold(empty.clone(), |snapshot, number| {
        let key = ObjectKey::new(Kind::Table, Some("public"), format!("by_hand_{number}"));
        snapshot.with(Object::new(key))
    });
    let mut case = Case::new("drifted", &[A], vec![applied(A)]);
    case.drift = Some(diff(&empty, &live, &DiffOptions::default()).unwrap());
    case
}

#[test]
fn drift_is_nothing_to_a_policy_that_does_not_ask() {
    let case = drifted(4);
    let found = case.findings(Environment::production());
    assert!(found[0].message.contains("4 differences"), "{found:?}");
    assert!(found[0].message.contains("and 1 more"), "{found:?}");
    for environment in [Environment::development(), Environment::production()] {
        assert_eq!(Policy::for_environment(environment).severity("drift"), Severity::Off);
    }
}

/// An index build that was sent, and nobody at work on it any more.
fn interrupted(what: &'static str, state: JournalState) -> Case {
    const INDEX: &str = "CREATE INDEX CONCURRENTLY i ON t (c)";
    let epoch = chrono::DateTime::UNIX_EPOCH;
    let row = HistoryRow::started("row", A, Checksum::of(INDEX).to_string(), epoch);
    let entry = JournalEntry::new(1, Journal::hash(INDEX), state);
    let journal = Journal::new("row", vec![entry], Worker::Gone);
    let table = HistoryTable::new(vec![row]).with_journals(vec![journal]);
    let migrations = Migrations::from_scripts([(A, INDEX)]).unwrap();
    let mut case = Case::of(what, migrations, History::Present(table.into()));
    case.database = DatabaseFacts::default().with_statements(StatementSupport::Available);
    case
}

#[test]
fn every_state_gives_exactly_its_findings() {
    for case in cases() {
        let mut found: Vec<(String, String)> = case
            .findings(Environment::development())
            .into_iter()
            .map(|f| (f.rule.into_owned(), f.migration.map_or_else(String::new, |m| m.to_string())))
            .collect();
        found.sort();
        let mut expected: Vec<(String, String)> =
            case.expected.iter().map(|(rule, name)| ((*rule).to_owned(), name.clone())).collect();
        expected.sort();
        assert_eq!(found, expected, "{}", case.what);
    }
}

#[test]
fn every_rule_has_a_state_that_it_finds() {
    let cases = cases();
    let found: BTreeSet<&str> =
        cases.iter().flat_map(|case| case.expected.iter().map(|(rule, _)| *rule)).collect();
    let rules: BTreeSet<&str> = ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(found, rules);
}

#[test]
fn messages_are_fragments_and_help_is_never_empty() {
    for finding in cases().iter().flat_map(|case| case.findings(Environment::production())) {
        for text in [&finding.message, &finding.help] {
            assert!(!text.is_empty(), "{finding:?}");
            assert!(!text.ends_with('.') && !text.contains("  "), "{finding:?}");
            assert!(!text.starts_with(|c: char| c.is_uppercase()), "{finding:?}");
        }
    }
}

#[test]
fn the_text_of_an_applied_migration_weighs_a_note() {
    let mut case = Case::text("byte order mark", "\u{feff}SELECT 1;");
    assert_eq!(case.severity("byte-order-mark"), Some(Severity::Error));
    let checksum = Checksum::of("\u{feff}SELECT 1;").to_string();
    case.history = History::present(vec![HistoryRow::applied(A, checksum)]);
    assert_eq!(case.severity("byte-order-mark"), Some(Severity::Note));
}

#[test]
fn sqlite_skips_a_byte_order_mark() {
    let mut case = Case::text("byte order mark", "\u{feff}SELECT 1;");
    case.dialect = Dialect::Sqlite;
    assert_eq!(case.severity("byte-order-mark"), Some(Severity::Note));
}

#[test]
fn a_missing_script_keeps_its_weight_after_it_was_applied() {
    let case = Case::of("directory", directory(), History::present(vec![applied(A)]));
    assert_eq!(case.severity("missing-script"), Some(Severity::Error));
}

#[test]
fn names_in_two_cases_weigh_a_note_when_neither_can_be_renamed() {
    let upper = "20250101000000_A";
    let both = Case::new("both", &[upper, A], vec![applied(upper), applied(A)]);
    assert_eq!(both.severity("name-case-conflict"), Some(Severity::Note));
    let one = Case::new("one", &[upper, A], vec![applied(A)]);
    assert_eq!(one.severity("name-case-conflict"), Some(Severity::Error));
}

#[test]
fn messages_say_what_was_seen() {
    let message = |case: &Case, rule: &str| {
        let findings = case.findings(Environment::production());
        findings.into_iter().find(|f| f.rule == rule).map(|f| f.message).unwrap_or_default()
    };
    let mut row = applied(A);
    row.checksum = "0123456789abcdef".to_owned();
    let edited = message(&Case::new("edited", &[A], vec![row]), "edited");
    let file = Checksum::of(&script(A)).to_string();
    assert!(edited.contains("has checksum 01234567,"), "{edited}");
    assert!(edited.ends_with(&format!("the file has {}", &file[..8])), "{edited}");

    let out_of_order = Case::new("out of order", &[A, B, C], vec![applied(B), applied(C)]);
    assert_eq!(
        message(&out_of_order, "out-of-order"),
        format!("older than {C}, which is applied already")
    );

    let mut running = Case::new("running", &[A], vec![unfinished(A)]);
    running.lock = LockState::Held(Box::new(LockHolder::of_pid(4711)));
    assert!(message(&running, "running").ends_with("held by pid 4711"));
}
