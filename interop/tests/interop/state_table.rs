//! Every line of Prisma's state table, asked of both tools on equal databases.

use std::thread;

use migsafe_core::diagnosis::{Mark, State};
use migsafe_core::history::{HistoryRow, StoredTime};
use migsafe_core::migrations::Checksum;
use migsafe_testing::{Prisma, PrismaCommand, PrismaError, PrismaVersion};
use serde_json::Value;

use crate::site::{Kind, Shape, Site, applied_names, names};

const NAME: &str = "20250101000000_one";
const SCRIPT: &str = "CREATE TABLE one (id INTEGER PRIMARY KEY);\n";

/// A row: finished, rolled back, with the checksum of another text.
#[derive(Clone, Copy)]
struct Row {
    finished: bool,
    rolled_back: bool,
    edited: bool,
}

const FINISHED: Row = Row { finished: true, rolled_back: false, edited: false };
const EDITED: Row = Row { edited: true, ..FINISHED };
const UNFINISHED: Row = Row { finished: false, ..FINISHED };
const ROLLED_BACK: Row = Row { rolled_back: true, ..UNFINISHED };
const ROLLED_BACK_EDITED: Row = Row { edited: true, ..ROLLED_BACK };
const DEAD_END: Row = Row { rolled_back: true, ..FINISHED };

/// What a diagnosis of Prisma's says of the one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Said {
    unapplied: bool,
    unpersisted: bool,
    failed: bool,
    edited: bool,
}

const OK: Said = Said { unapplied: false, unpersisted: false, failed: false, edited: false };
const BEHIND: Said = Said { unapplied: true, ..OK };
const ORPHAN: Said = Said { unpersisted: true, ..OK };
const FAILED: Said = Said { failed: true, ..OK };
const CHANGED: Said = Said { edited: true, ..OK };

/// What a verb does: both tools the same, by their own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Done,
    /// Prisma's code, and ours.
    Refused(&'static str, &'static str),
}

use Verb::{Done, Refused};
const P3008: Verb = Refused("P3008", "already-applied");
const P3009: Verb = Refused("P3009", "failed");
const P3011: Verb = Refused("P3011", "no-such-migration");
const P3012: Verb = Refused("P3012", "not-failed");
const P3017: Verb = Refused("P3017", "no-such-migration");

#[derive(Clone, Copy)]
struct Line {
    rows: &'static [Row],
    file: bool,
    /// Ours.
    state: State,
    mark: Option<Mark>,
    /// What refuses a deploy of ours in production where Prisma's goes on.
    also_refused: Option<&'static str>,
    /// Prisma's, up to 7.8 and from 7.9 on.
    said: [Said; 2],
    deploy: Verb,
    deploy_applies: bool,
    resolve_applied: Verb,
    resolve_rolled_back: Verb,
}

const PENDING: Line = Line {
    rows: &[],
    file: true,
    state: State::Pending,
    mark: None,
    also_refused: None,
    said: [BEHIND, BEHIND],
    deploy: Done,
    deploy_applies: true,
    resolve_applied: Done,
    resolve_rolled_back: P3011,
};
const APPLIED: Line = Line {
    rows: &[FINISHED],
    state: State::Applied,
    said: [OK, OK],
    deploy_applies: false,
    resolve_applied: P3008,
    resolve_rolled_back: P3012,
    ..PENDING
};
const FAILED_LINE: Line = Line {
    rows: &[UNFINISHED],
    state: State::Failed,
    said: [FAILED, FAILED],
    deploy: P3009,
    resolve_applied: Done,
    resolve_rolled_back: Done,
    ..APPLIED
};
const ROLLED_BACK_LINE: Line = Line {
    rows: &[ROLLED_BACK],
    state: State::RolledBack,
    said: [OK, BEHIND],
    resolve_rolled_back: Done,
    ..PENDING
};

/// Section 12 of the reference, in its order, and two lines that only the versions tell apart.
const LINES: &[Line] = &[
    PENDING,
    APPLIED,
    Line {
        rows: &[EDITED],
        mark: Some(Mark::Edited),
        also_refused: Some("edited"),
        said: [CHANGED, CHANGED],
        ..APPLIED
    },
    Line {
        file: false,
        state: State::Orphaned,
        also_refused: Some("orphaned"),
        said: [ORPHAN, ORPHAN],
        resolve_applied: P3017,
        ..APPLIED
    },
    FAILED_LINE,
    Line {
        file: false,
        said: [Said { unpersisted: true, ..FAILED }; 2],
        resolve_applied: P3017,
        ..FAILED_LINE
    },
    ROLLED_BACK_LINE,
    Line {
        file: false,
        state: State::Orphaned,
        said: [ORPHAN, OK],
        deploy_applies: false,
        resolve_applied: P3017,
        ..ROLLED_BACK_LINE
    },
    Line { rows: &[ROLLED_BACK, FINISHED], resolve_rolled_back: Done, ..APPLIED },
    Line {
        rows: &[DEAD_END],
        resolve_applied: P3008,
        resolve_rolled_back: P3012,
        ..ROLLED_BACK_LINE
    },
    Line {
        rows: &[FINISHED, UNFINISHED],
        mark: Some(Mark::Duplicate),
        resolve_applied: P3008,
        ..FAILED_LINE
    },
    Line { rows: &[FINISHED, FINISHED], mark: Some(Mark::Duplicate), ..APPLIED },
    // The script was mended after it had been rolled back.
    Line {
        rows: &[ROLLED_BACK_EDITED, FINISHED],
        said: [CHANGED, OK],
        resolve_rolled_back: Done,
        ..APPLIED
    },
    Line { rows: &[ROLLED_BACK_EDITED], said: [CHANGED, BEHIND], ..ROLLED_BACK_LINE },
];

const VERBS: [&str; 3] = ["deploy", "resolve --applied", "resolve --rolled-back"];

/// The lines of one database: one site per line and verb.
struct Sheet(Vec<Site>);

impl Sheet {
    fn new(kind: Kind) -> Self {
        let sites = Site::many(kind, LINES.len() * VERBS.len());
        for (site, (line, _)) in sites.iter().zip(cells()) {
            if line.file {
                site.write(NAME, SCRIPT);
            }
            site.insert(&rows(line.rows));
        }
        Self(sites)
    }

    fn cells(&self) -> impl Iterator<Item = (&Site, &'static Line, usize)> {
        self.0.iter().zip(cells()).map(|(site, (line, verb))| (site, line, verb))
    }

    fn shapes(&self) -> Vec<Vec<Shape>> {
        self.0.iter().map(Site::shapes).collect()
    }
}

fn cells() -> impl Iterator<Item = (&'static Line, usize)> {
    LINES.iter().flat_map(|line| (0..VERBS.len()).map(move |verb| (line, verb)))
}

fn context(cell: usize) -> String {
    format!("line {}, {}", cell / VERBS.len() + 1, VERBS[cell % VERBS.len()])
}

#[test]
fn both_tools_agree_on_every_line_on_postgresql() {
    both_tools_agree_on_every_line(Kind::Postgres);
}

#[test]
fn both_tools_agree_on_every_line_on_sqlite_with_times_as_text() {
    both_tools_agree_on_every_line(Kind::SqliteText);
}

#[test]
fn both_tools_agree_on_every_line_on_sqlite_with_times_in_milliseconds() {
    both_tools_agree_on_every_line(Kind::SqliteMillis);
}

fn both_tools_agree_on_every_line(kind: Kind) {
    let prisma_sheets = thread::scope(|scope| {
        let ask = |version| scope.spawn(move || run_prisma(kind, version));
        PrismaVersion::ALL.map(ask).map(|thread| thread.join().unwrap())
    });
    let ours = run_migsafe(kind).shapes();
    for (version, sheet) in PrismaVersion::ALL.into_iter().zip(prisma_sheets) {
        for (cell, (ours, prismas)) in ours.iter().zip(sheet.shapes()).enumerate() {
            let context = format!("{kind:?}, {version:?}, {}", context(cell));
            assert_eq!(ours, &prismas, "the rows afterwards: {context}");
        }
    }
}

/// Asks the engine everything, and compares with the lines.
fn run_prisma(kind: Kind, version: PrismaVersion) -> Sheet {
    let sheet = Sheet::new(kind);
    let commands: Vec<_> = sheet
        .cells()
        .flat_map(|(site, _, verb)| {
            let command = match verb {
                0 => PrismaCommand::Deploy,
                1 => PrismaCommand::ResolveApplied(NAME.to_owned()),
                _ => PrismaCommand::ResolveRolledBack(NAME.to_owned()),
            };
            [site.ask(PrismaCommand::Diagnose), site.ask(command)]
        })
        .collect();
    let answers = Prisma::new(version).run_all(&commands);
    for (cell, (answers, (line, verb))) in answers.chunks(2).zip(cells()).enumerate() {
        let context = format!("{kind:?}, {version:?}, {}", context(cell));
        let expected = line.said[usize::from(version != PrismaVersion::V7_8)];
        assert_eq!(said(&answers[0]), expected, "the diagnosis: {context}");
        let (expected, answer) = match verb {
            0 => (line.deploy, &answers[1]),
            1 => (line.resolve_applied, &answers[1]),
            _ => (line.resolve_rolled_back, &answers[1]),
        };
        match (expected, answer) {
            (Done, Ok(answer)) if verb == 0 => {
                let applied = names(&answer["appliedMigrationNames"]);
                assert_eq!(!applied.is_empty(), line.deploy_applies, "{context}: {applied:?}");
            }
            (Done, Ok(_)) => {}
            (Refused(code, _), Err(error)) => {
                assert_eq!(error.code.as_deref(), Some(code), "{context}: {error}");
            }
            (_, answer) => panic!("{context}: {answer:?}"),
        }
    }
    sheet
}

fn said(answer: &Result<Value, PrismaError>) -> Said {
    let answer = answer.as_ref().unwrap();
    let history = &answer["history"];
    let has = |list: &Value| names(list) == [NAME];
    Said {
        unapplied: has(&history["unappliedMigrationNames"]),
        unpersisted: has(&history["unpersistedMigrationNames"]),
        failed: has(&answer["failedMigrationNames"]),
        edited: has(&answer["editedMigrationNames"]),
    }
}

/// Asks migsafe everything, and compares with the lines.
fn run_migsafe(kind: Kind) -> Sheet {
    let sheet = Sheet::new(kind);
    for (cell, (site, line, verb)) in sheet.cells().enumerate() {
        let context = format!("{kind:?}, migsafe, {}", context(cell));
        let status = site.status();
        let entry = status.diagnosis().entry(NAME).unwrap();
        assert_eq!(entry.state(), line.state, "{context}");
        assert_eq!(
            entry.marks().iter().collect::<Vec<_>>(),
            Vec::from_iter(line.mark),
            "{context}"
        );
        match verb {
            0 => deploy(site, line, &context),
            1 => {
                let result = site.resolve_applied(NAME).map(drop).map_err(|e| e.code());
                assert_eq!(result, ours(line.resolve_applied), "{context}");
            }
            _ => {
                let result = site.resolve_rolled_back(NAME).map(drop).map_err(|e| e.code());
                assert_eq!(result, ours(line.resolve_rolled_back), "{context}");
            }
        }
    }
    sheet
}

fn deploy(site: &Site, line: &Line, context: &str) {
    // Production first: where it refuses, nothing is changed.
    if let Some(rule) = line.also_refused {
        let before = site.shapes();
        assert_eq!(rules(site.deploy()), Err(vec![rule.to_owned()]), "{context}");
        assert_eq!(site.shapes(), before, "{context}");
        assert_eq!(rules(site.deploy_leniently()), Ok(false), "{context}");
        return;
    }
    let expected = match ours(line.deploy) {
        Ok(()) => Ok(line.deploy_applies),
        Err(rule) => Err(vec![rule.to_owned()]),
    };
    assert_eq!(rules(site.deploy()), expected, "{context}");
}

/// Whether something was applied, or the rules that refused.
fn rules(result: Result<migsafe_core::Report, migsafe_core::Error>) -> Result<bool, Vec<String>> {
    match result {
        Ok(report) => Ok(!applied_names(&report).is_empty()),
        Err(error) => match error.refusal() {
            Some(refusal) => Err(refusal.causes().map(|cause| cause.rule.to_string()).collect()),
            None => panic!("{error:?}"),
        },
    }
}

fn ours(verb: Verb) -> Result<(), &'static str> {
    match verb {
        Done => Ok(()),
        Refused(_, code) => Err(code),
    }
}

fn rows(rows: &[Row]) -> Vec<HistoryRow> {
    let time = |index: i64, offset: i64| {
        Some(StoredTime::from_unix_millis(1_767_225_600_000 + index * 1000 + offset))
    };
    rows.iter()
        .zip(1_i64..)
        .map(|(shape, index)| {
            let checksum = Checksum::of(if shape.edited { "-- other" } else { SCRIPT });
            let mut row = HistoryRow::applied(NAME, checksum.to_string());
            row.id = format!("row-{index}");
            row.started_at = time(index, 0);
            row.finished_at = time(index, 10).filter(|_| shape.finished);
            row.rolled_back_at = time(index, 20).filter(|_| shape.rolled_back);
            row.applied_steps_count = Some(i64::from(shape.finished));
            row
        })
        .collect()
}
