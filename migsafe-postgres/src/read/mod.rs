//! Reading the history: one message, and more only when the table is absent or of another shape.
//!
//! A *look* is a message and what its answer means. The first look asks for facts and rows. When
//! the rows cannot be had because there is no table, a second look proves that from the catalog, for
//! "relation does not exist" is also what a role hears that may not use the schema. When they cannot be
//! had because the table is not of Prisma's shape, a second look takes it as it is. Everything else is an
//! error.

mod absence;
mod decode;
mod facts;
mod glance;
mod hidden;

use migsafe_core::history::{Absence, History, HistoryTable};
use migsafe_core::store::{
    Content, DatabaseFacts, Reading, StatementSupport, StoreError, StoreErrorCode,
};

pub(crate) use absence::Candidates;
pub(crate) use facts::{Facts, read_only};
pub(crate) use glance::glance;
pub(crate) use hidden::{Journals, remedy};

use crate::connection::Answer;
use crate::journal;
use crate::sql::{self, Table};
use crate::store::Reader;

/// How often tables may come and go while we look, before that is an error.
const LOOKS: usize = 5;

/// Reads the whole history.
pub(crate) async fn read(reader: &mut Reader<'_>) -> Result<Reading, StoreError> {
    let schema = reader.options.schema.clone();
    let mut look = Look::first(schema);
    for _ in 0..LOOKS {
        let answer = reader.send(look.statements().join(";\n")).await?;
        match look.judge(answer, 0)? {
            Seen::Reading(reading, facts) => {
                return with_journals(reader, *reading, &facts.user).await;
            }
            Seen::Other(next) => look = next,
        }
    }
    Err(restless())
}

/// Asks for the journals of unfinished rows, if there are any of either.
async fn with_journals(
    reader: &mut Reader<'_>,
    reading: Reading,
    role: &str,
) -> Result<Reading, StoreError> {
    let ids = journal::unfinished(&reading);
    if ids.is_empty() {
        return Ok(reading);
    }
    let (entries, workers) = (sql::entries(&ids), sql::workers(&ids));
    let answer = reader.send(sql::journal_exists().to_owned()).await?;
    let answer = answer.ok("looking for the journal")?;
    let journals = Journals::decode(&answer, 0);
    if journals != Journals::Readable {
        return Ok(journals.note(reading, role));
    }
    let answer = reader.send(format!("{entries};\n{workers}")).await?.ok("reading the journal")?;
    Ok(journal::attach(reading, &answer, 0))
}

pub(crate) fn restless() -> StoreError {
    let text = "the history table appears and disappears while it is being read";
    StoreError::new(StoreErrorCode::HistoryUnreadable, text)
}

/// What to ask.
#[derive(Debug)]
pub(crate) struct Look {
    schema: Option<String>,
    kind: Kind,
    /// Whether the stamp of the rows is asked for, before the rows: a change in between then makes the
    /// stamp too old and never the rows.
    stamped: bool,
}

#[derive(Debug)]
enum Kind {
    Rows,
    /// There are other columns beside Prisma's, or there were.
    RowsAndColumns,
    /// There are not even those, or they are of other types.
    AnyShape,
    Absence(Candidates),
}

/// What an answer means.
pub(crate) enum Seen {
    Reading(Box<Reading>, Facts),
    /// Look again, in another way.
    Other(Look),
}

impl Look {
    pub(crate) fn first(schema: Option<String>) -> Self {
        Self { schema, kind: Kind::Rows, stamped: false }
    }

    /// The same for a session that will write.
    pub(crate) fn stamped(self) -> Self {
        Self { stamped: true, ..self }
    }

    /// The statements: facts, stamp, then what the look is for.
    pub(crate) fn statements(&self) -> Vec<String> {
        let table = Table { schema: self.schema.as_deref() };
        let mut statements = vec![sql::facts(table)];
        if self.is_stamped() {
            statements.push(sql::stamp(table));
        }
        match &self.kind {
            Kind::Rows => statements.push(sql::rows(table)),
            Kind::RowsAndColumns => {
                statements.extend([sql::rows(table), sql::columns_of_table(table)]);
            }
            Kind::AnyShape => {
                statements.extend([sql::lenient_rows(table), sql::columns_of_table(table)]);
            }
            Kind::Absence(candidates) => statements.push(candidates.statement()),
        }
        statements
    }

    fn is_stamped(&self) -> bool {
        self.stamped && matches!(self.kind, Kind::Rows | Kind::RowsAndColumns)
    }

    /// The statement of the answer that holds the stamp, counted like `first`.
    pub(crate) fn stamp_at(&self, first: usize) -> Option<usize> {
        self.is_stamped().then_some(first + 1)
    }

    /// What the answer means; `first` is the index of the first of [`Look::statements`] in it.
    pub(crate) fn judge(self, mut answer: Answer, first: usize) -> Result<Seen, StoreError> {
        let code = answer.code().unwrap_or_default().to_owned();
        let failure = answer.failure.take();
        let Some(facts) = Facts::decode(&answer, first) else {
            return Err(match failure {
                Some(failure) => failure.into_error("reading the database"),
                None => unreadable("the server gave no facts about the database"),
            });
        };
        if self.stamped {
            facts.check_writable()?;
        }
        facts.check_visible()?;
        let at = first + 1 + usize::from(self.is_stamped());
        let is_prismas = facts.table.as_ref().is_none_or(|table| table.has_eight_columns);
        let next = match (failure, &self.kind) {
            (None, Kind::Rows) if is_prismas => {
                let table = HistoryTable::new(decode::rows(answer.rows(at)));
                return Ok(self.found(History::Present(table.into()), Content::Unknown, facts));
            }
            (None, Kind::Rows) => Kind::RowsAndColumns,
            (None, Kind::RowsAndColumns | Kind::AnyShape) => {
                let rows = match self.kind {
                    Kind::AnyShape => decode::lenient_rows(answer.rows(at))
                        .ok_or_else(|| unreadable("a row of the history table cannot be read"))?,
                    _ => decode::rows(answer.rows(at)),
                };
                let problems = decode::problems(answer.rows(at + 1));
                let table = HistoryTable::new(rows).with_problems(problems);
                return Ok(self.found(History::Present(table.into()), Content::Unknown, facts));
            }
            (None, Kind::Absence(candidates)) => match candidates.judge(answer.rows(at))? {
                Some((absence, content)) => {
                    return Ok(self.found(History::Absent(absence), content, facts));
                }
                // It was created in the meantime.
                None => Kind::Rows,
            },
            (Some(_), Kind::Rows | Kind::RowsAndColumns | Kind::AnyShape) if code == "42P01" => {
                Kind::Absence(Candidates::of(self.schema.as_deref(), &facts))
            }
            (Some(_), Kind::Rows | Kind::RowsAndColumns) if is_about_shape(&code) => Kind::AnyShape,
            (Some(failure), _) => return Err(failure.into_error("reading the history")),
        };
        Ok(Seen::Other(Self { kind: next, ..self }))
    }

    fn found(&self, history: History, content: Content, facts: Facts) -> Seen {
        let schema = facts.table.as_ref().map(|table| table.schema.clone());
        let schema =
            schema.or_else(|| self.schema.clone()).or_else(|| facts.current_schema.clone());
        let database = DatabaseFacts::default()
            .with_content(content)
            .with_prisma8_marker(facts.prisma8_marker)
            .with_read_replica(facts.in_recovery)
            .with_schema(schema)
            .with_server(Some(facts.server.clone()))
            .with_statements(StatementSupport::Available);
        let reading = Reading::of(history).with_lock(facts.lock()).with_database(database);
        Seen::Reading(Box::new(reading), facts)
    }
}

/// Errors that say that a column is missing or of a type that our functions do not take.
fn is_about_shape(code: &str) -> bool {
    matches!(code, "42703" | "42804" | "42846" | "42883") || code.starts_with("22")
}

fn unreadable(message: &str) -> StoreError {
    StoreError::new(StoreErrorCode::HistoryUnreadable, message)
}

/// Whether a schema has to be created for the table.
pub(crate) fn lacks_schema(history: &History) -> bool {
    matches!(history, History::Absent(Absence::Schema))
}
