//! A database that is given for the purpose.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use migsafe_core::env::Env;
use migsafe_core::store::{Isolation, StoreError, StoreErrorCode};

use super::database::{End, PostgresShadowDatabase};
use super::surroundings::Surroundings;
use super::{HOLD, clean};
use crate::PostgresOptions;
use crate::connection::Connection;
use crate::sql::{Ident, Literal};

/// The first half of the advisory lock of one run; and of the proof that two databases are not one.
const IN_USE_CLASS: i32 = 0x6d73_6775;
const PROOF_CLASS: i32 = 0x6d73_7072;
/// The comment that marks a database as ours.
const MARK: &str = "migsafe shadow database: everything in it is removed whenever it is used";
/// How long another run may take.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// A database that was given, and the transaction that keeps others out.
pub(super) struct Given {
    options: Arc<PostgresOptions>,
    guard: Connection,
}

/// Proves that it may be used, and empties it.
pub(super) async fn open(
    shadow: &PostgresOptions,
    live: Option<&PostgresOptions>,
    surroundings: &Surroundings,
    env: &dyn Env,
) -> Result<PostgresShadowDatabase, StoreError> {
    let mut connection = Connection::open(shadow).await.map_err(of_given)?;
    let mut isolation = Isolation::Shared;
    if let Some(live) = live {
        prove(&mut connection, live, env).await?;
        if is_elsewhere(&mut connection, live).await? {
            isolation = Isolation::Separate;
        }
    }
    let guard = guard(shadow, env).await?;
    match (clean::is_marked(&mut connection, MARK).await?, clean::content(&mut connection).await?) {
        (true, _) => {}
        (false, None) => mark(&mut connection, shadow).await?,
        (false, Some(found)) => {
            let text = format!(
                "the database given for replaying migrations is not empty: it holds {found}"
            );
            return Err(refused(
                text,
                "give an empty database; it is marked then, and used for nothing else",
            ));
        }
    }
    clean::empty(&mut connection).await?;
    connection.close().await;
    let mut options = shadow.clone();
    // Scripts run as they do on the live database.
    options.schema.clone_from(live.map_or(&shadow.schema, |live| &live.schema));
    let options = Arc::new(options);
    Ok(PostgresShadowDatabase::new(
        Arc::clone(&options),
        surroundings.clone(),
        isolation,
        End::Empty(Given { options, guard }),
    ))
}

/// There are two URLs: says which of them cannot be used.
fn of_given(error: StoreError) -> StoreError {
    let text = format!("the database given for replaying migrations: {error}");
    let help = error.help().replace("the database URL", "the shadow database URL");
    StoreError::new(error.code(), text).with_help(help)
}

fn refused(text: impl Into<String>, help: &'static str) -> StoreError {
    StoreError::new(StoreErrorCode::ShadowRefused, text).with_help(help)
}

/// Proves that two connections lead to two databases: a lock that is held on one could be had on the other. Names and
/// addresses prove nothing: one database has many.
async fn prove(
    shadow: &mut Connection,
    live: &PostgresOptions,
    env: &dyn Env,
) -> Result<(), StoreError> {
    let [a, b, c, d, ..] = env.random();
    let number = i32::from_be_bytes([a, b, c, d]);
    let mut holder = Connection::open(live).await?;
    let hold =
        format!("{HOLD}; SELECT pg_catalog.pg_try_advisory_xact_lock({PROOF_CLASS}, {number})");
    let held = holder.send_within(hold, live.answer_timeout).await;
    let held = held.ok("proving that two databases differ")?.value(2, 0).as_deref() == Some("t");
    let ask = format!("SELECT pg_catalog.pg_try_advisory_xact_lock({PROOF_CLASS}, {number})");
    let answer = shadow.send_within(ask, live.answer_timeout).await;
    let free = answer.ok("proving that two databases differ")?.value(0, 0).as_deref() == Some("t");
    // The lock must still be held after the question, else the answer proves nothing.
    let still = holder.send_within("COMMIT".to_owned(), live.answer_timeout).await;
    still.ok("proving that two databases differ")?;
    holder.close().await;
    match (held, free) {
        (true, true) => Ok(()),
        (true, false) => Err(refused(
            "the database given for replaying migrations is the live one",
            "give the URL of another, empty database: everything in it is removed",
        )),
        (false, _) => Err(refused(
            "it could not be proven that the database given for replaying migrations is not the live one",
            "try again; if it happens again, leave the option out and let migsafe make a database",
        )),
    }
}

/// Whether two databases are on two servers; where nobody may tell, they are taken to be on one.
async fn is_elsewhere(shadow: &mut Connection, live: &PostgresOptions) -> Result<bool, StoreError> {
    const QUESTION: &str = "SELECT system_identifier FROM pg_catalog.pg_control_system()";
    let mut other = Connection::open(live).await?;
    let there = other.send_within(QUESTION.to_owned(), live.answer_timeout).await;
    other.close().await;
    let here = shadow.send_within(QUESTION.to_owned(), live.answer_timeout).await;
    Ok(match (here.value(0, 0), there.value(0, 0)) {
        (Some(here), Some(there)) => here != there,
        _ => false,
    })
}

/// Keeps other runs out for as long as this one lives, and waits for those that are there.
async fn guard(shadow: &PostgresOptions, env: &dyn Env) -> Result<Connection, StoreError> {
    let mut guard = Connection::open(shadow).await?;
    let lock = format!("{HOLD}; SELECT pg_catalog.pg_try_advisory_xact_lock({IN_USE_CLASS}, 0)");
    for _ in 0..TRIES {
        let answer = guard.send_within(lock.clone(), shadow.answer_timeout).await;
        let answer = answer.ok("locking the shadow database")?;
        if answer.value(2, 0).as_deref() == Some("t") {
            return Ok(guard);
        }
        guard.send("ROLLBACK".to_owned()).await.ok("locking the shadow database")?;
        env.sleep(PAUSE).await;
    }
    Err(refused(
        "the database given for replaying migrations is in use by another run",
        "wait for the other run, or give each its own database",
    ))
}

async fn mark(connection: &mut Connection, shadow: &PostgresOptions) -> Result<(), StoreError> {
    let connect = &shadow.connect;
    let name = connect.get_database().unwrap_or(connect.get_username()).to_owned();
    let comment = format!("COMMENT ON DATABASE {} IS {}", Ident(&name), Literal(MARK));
    let answer = connection.send(comment).await;
    if answer.code() == Some("42501") {
        return Err(refused(
            "the database given for replaying migrations cannot be marked: the role does not own it",
            "make the role its owner (ALTER DATABASE … OWNER TO …)",
        ));
    }
    answer.ok("marking the shadow database").map(drop)
}

impl Given {
    /// Removes everything in it, and lets others in.
    pub(super) async fn empty(self) -> Result<(), StoreError> {
        let mut connection = Connection::open(&self.options).await?;
        let result = clean::empty(&mut connection).await;
        connection.close().await;
        self.guard.close().await;
        result
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Given").field("options", &self.options).finish_non_exhaustive()
    }
}
