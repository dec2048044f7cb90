//! `analyse`: a script in, a [`Script`] out, on a thread of its own and within limits.

use std::io;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::statement::{Problem, Script, Statement};
use super::{Action, ActionKind, Body, Header, LineIndex, RoutineDefinition, header, suppression};
use crate::Dialect;

/// How much the analysis takes on. Beyond it the script is not taken apart
/// ([`Script::is_split`] is false) and a [`Problem`] says why.
///
/// ```
/// # use migsafe_core::sql::Limits;
/// let limits = Limits::default().with_max_bytes(1024).with_max_nesting(100);
/// assert_eq!(limits.max_bytes(), 1024);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    max_bytes: usize,
    max_nesting: usize,
    max_chain: usize,
}

impl Default for Limits {
    /// 32 MiB, 500 levels, 15,000 parts.
    fn default() -> Self {
        Self { max_bytes: 32 << 20, max_nesting: 500, max_chain: MAX_CHAIN }
    }
}

impl Limits {
    /// The size of a script in bytes; at most 1 GiB.
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes.min(MAX_BYTES);
        self
    }

    /// How deep parentheses, brackets and `CASE` may nest; at most 2,000, which the analysis has
    /// the stack for.
    #[must_use]
    pub fn with_max_nesting(mut self, levels: usize) -> Self {
        self.max_nesting = levels.min(MAX_NESTING);
        self
    }

    /// How many tokens may be open at one place: a chain of operators or of `NOT` without a comma,
    /// counted together with the unfinished chains around it. At most 15,000.
    #[must_use]
    pub fn with_max_chain(mut self, tokens: usize) -> Self {
        self.max_chain = tokens.min(MAX_CHAIN);
        self
    }

    /// See [`Limits::with_max_bytes`].
    #[must_use]
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// See [`Limits::with_max_nesting`].
    #[must_use]
    pub fn max_nesting(&self) -> usize {
        self.max_nesting
    }

    /// See [`Limits::with_max_chain`].
    #[must_use]
    pub fn max_chain(&self) -> usize {
        self.max_chain
    }
}

/// Takes a script apart with the default [`Limits`].
///
/// It never fails and never panics: what cannot be read is a [`Problem`] of the result. It blocks
/// (about half a second for 8 MB of data), so asynchronous callers run it where blocking is allowed.
#[must_use]
pub fn analyse(dialect: Dialect, script: &str) -> Script {
    analyse_with(dialect, script, &Limits::default())
}

/// Takes a script apart within the given limits.
#[must_use]
pub fn analyse_with(dialect: Dialect, script: &str, limits: &Limits) -> Script {
    let reading = match beyond(script, limits) {
        Some(reading) => reading,
        None => on_large_stack(|| read(dialect, script, limits)).unwrap_or_else(Reading::not_run),
    };
    reading.into_script(dialect, script)
}

/// Takes many scripts apart with the default [`Limits`], in order, on one thread: what a deploy of a
/// thousand small migrations saves is a thousand threads.
#[must_use]
pub fn analyse_all<S: AsRef<str> + Sync>(dialect: Dialect, scripts: &[S]) -> Vec<Script> {
    let limits = Limits::default();
    let readings = on_large_stack(|| {
        let read_one = |script: &S| {
            let script = script.as_ref();
            let caught = || read(dialect, script, &limits);
            beyond(script, &limits).unwrap_or_else(|| {
                catch_unwind(AssertUnwindSafe(caught)).unwrap_or_else(|_| {
                    Reading::not_run("it stopped at an internal error".to_owned())
                })
            })
        };
        scripts.iter().map(read_one).collect::<Vec<Reading>>()
    });
    match readings {
        Ok(readings) => scripts
            .iter()
            .zip(readings)
            .map(|(script, reading)| reading.into_script(dialect, script.as_ref()))
            .collect(),
        Err(reason) => scripts
            .iter()
            .map(|script| Reading::not_run(reason.clone()).into_script(dialect, script.as_ref()))
            .collect(),
    }
}

/// Why one statement for PostgreSQL, run until it changes no row, never ends. Without the feature that reads such
/// statements there are none to ask about.
pub(crate) fn never_ends(statement: &str) -> Option<&'static str> {
    #[cfg(feature = "postgres-sql")]
    let why = super::postgres::never_ends(statement);
    #[cfg(not(feature = "postgres-sql"))]
    let (why, _) = (None, statement);
    why
}

/// What is said of a script that is not read at all.
fn beyond(script: &str, limits: &Limits) -> Option<Reading> {
    if script.len() > limits.max_bytes {
        let message = format!("larger than {} bytes: not analysed", limits.max_bytes);
        return Some(Reading::failed(0, message));
    }
    let offset = script.find('\0')?;
    let message = "a NUL character: the database cannot take it".to_owned();
    Some(Reading::failed(offset, message))
}

/// What a dialect's module finds out; positions are byte offsets still.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) statements: Vec<Statement>,
    pub(super) problems: Vec<(usize, String)>,
    pub(super) split: bool,
}

impl Reading {
    fn failed(offset: usize, message: String) -> Self {
        Self { statements: Vec::new(), problems: vec![(offset, message)], split: false }
    }

    fn not_run(reason: String) -> Self {
        Self::failed(0, format!("the analysis could not be run: {reason}"))
    }

    fn into_script(self, dialect: Dialect, script: &str) -> Script {
        let lines = LineIndex::new(script);
        let mut statements = self.statements;
        let mut end = 0;
        for statement in &mut statements {
            statement.start = lines.position(statement.range.start);
            let before = script.get(end..statement.range.start).unwrap_or_default();
            statement.repeats = before.lines().any(header::is_repeat);
            end = statement.range.end;
            place(&mut statement.actions, &lines);
        }
        let mut problems = self.problems;
        problems.sort_by_key(|(offset, _)| *offset);
        let more = problems.len().saturating_sub(MAX_PROBLEMS);
        problems.truncate(MAX_PROBLEMS);
        if more > 0 {
            let (last, _) = problems[MAX_PROBLEMS - 1];
            problems.push((last, format!("{more} more problems after this one")));
        }
        let problems = problems
            .into_iter()
            .map(|(offset, message)| Problem { position: lines.position(offset), message })
            .collect();
        let header = Header::read(script);
        let suppressions = if suppression::may_have_any(script) {
            suppression::read(script, &comments(dialect, script), &statements, &lines)
        } else {
            Vec::new()
        };
        Script { dialect, statements, problems, header, suppressions, split: self.split }
    }
}

/// Says where actions begin, also those in bodies.
fn place(actions: &mut [Action], lines: &LineIndex<'_>) {
    for action in actions {
        action.start = lines.position(action.range.start);
        if let ActionKind::CreateRoutine(RoutineDefinition { body: Body::Read(inner), .. }) =
            &mut action.kind
        {
            place(inner, lines);
        }
    }
}

/// A position that [`Reading::into_script`] replaces.
#[cfg(any(feature = "postgres-sql", feature = "sqlite-sql"))]
pub(super) const UNPLACED: super::Position = super::Position { line: 1, column: 1 };

/// Enough for [`MAX_CHAIN`] and [`MAX_NESTING`] in an unoptimised build, where the most
/// expensive token takes a little over 3 KiB.
const STACK_BYTES: usize = 64 << 20;
const MAX_BYTES: usize = 1 << 30;
const MAX_NESTING: usize = 2_000;
const MAX_CHAIN: usize = 15_000;
const MAX_PROBLEMS: usize = 20;

fn read(dialect: Dialect, script: &str, limits: &Limits) -> Reading {
    match dialect {
        #[cfg(feature = "postgres-sql")]
        Dialect::Postgres => super::postgres::read(script, limits),
        #[cfg(feature = "sqlite-sql")]
        Dialect::Sqlite => super::sqlite::read(script, limits),
        #[cfg(not(all(feature = "postgres-sql", feature = "sqlite-sql")))]
        _ => {
            let _ = (script, limits);
            let feature = match dialect {
                Dialect::Postgres => "postgres-sql",
                Dialect::Sqlite => "sqlite-sql",
            };
            let message = format!("{dialect} scripts need the cargo feature `{feature}`");
            Reading::failed(0, message)
        }
    }
}

/// The line comments of a script.
fn comments(dialect: Dialect, script: &str) -> Vec<Range<usize>> {
    match dialect {
        #[cfg(feature = "postgres-sql")]
        Dialect::Postgres => super::postgres::comments(script),
        #[cfg(feature = "sqlite-sql")]
        Dialect::Sqlite => super::sqlite::comments(script),
        #[cfg(not(all(feature = "postgres-sql", feature = "sqlite-sql")))]
        _ => {
            let _ = script;
            Vec::new()
        }
    }
}

/// Runs `work` on a thread with a large stack; the error says why it did not finish.
pub(crate) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    let builder = thread::Builder::new().name("migsafe-sql".to_owned()).stack_size(STACK_BYTES);
    thread::scope(|scope| {
        let handle =
            builder.spawn_scoped(scope, work).map_err(|error: io::Error| error.to_string())?;
        handle.join().map_err(|_| "it stopped at an internal error".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_the_analysis_is_a_reason() {
        let result: Result<(), String> = on_large_stack(|| panic!("expected by this test"));
        assert_eq!(result, Err("it stopped at an internal error".to_owned()));
        assert_eq!(on_large_stack(|| 1), Ok(1));
    }

    #[test]
    fn many_scripts_give_what_each_gives() {
        let scripts =
            ["SELECT 1; SELECT 2", "", "SELECT '", "-- migsafe: no-transaction x\nVACUUM"];
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            let one_by_one: Vec<Script> = scripts.iter().map(|s| analyse(dialect, s)).collect();
            assert_eq!(analyse_all(dialect, &scripts), one_by_one);
        }
        assert_eq!(analyse_all::<&str>(Dialect::Sqlite, &[]), []);
    }

    #[cfg(not(feature = "sqlite-sql"))]
    #[test]
    fn a_missing_feature_is_named() {
        let script = analyse(Dialect::Sqlite, "-- migsafe: no-transaction x\nSELECT 1");
        assert!(!script.is_split());
        assert!(script.problems()[0].message().contains("`sqlite-sql`"));
        assert_eq!(script.header().no_transaction(), Some("x"));
    }

    #[cfg(not(feature = "postgres-sql"))]
    #[test]
    fn the_other_missing_feature_is_named() {
        let script = analyse(Dialect::Postgres, "SELECT 1");
        assert!(!script.is_split());
        assert!(script.problems()[0].message().contains("`postgres-sql`"));
    }
}
