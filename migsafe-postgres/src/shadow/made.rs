//! A database that is made for one use and dropped.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use migsafe_core::env::Env;
use migsafe_core::store::{Isolation, StoreError, StoreErrorCode};

use super::HOLD;
use super::database::{End, PostgresShadowDatabase, uncancelled};
use super::surroundings::Surroundings;
use crate::PostgresOptions;
use crate::connection::Connection;
use crate::sql::{Ident, Literal};

/// What the names begin with; eight hexadecimal digits follow.
const PREFIX: &str = "migsafe_shadow_";
/// The first half of the advisory lock that says that the maker lives; the second half is in the name.
const LOCK_CLASS: i32 = 0x6d73_6473;
/// What is said of the database, for a person who finds it.
const COMMENT: &str = "a throw-away database of migsafe; it is dropped when the process that made it ends, \
                       or by the next one";
/// Another process copies the template at this moment.
const TEMPLATE_IN_USE: &str = "55006";
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// A database that was made, and the transaction that shows that its maker lives.
pub(super) struct Made {
    options: Arc<PostgresOptions>,
    name: String,
    guard: Connection,
}

/// Makes one, after having dropped what killed runs have left.
pub(super) async fn open(
    live: &Arc<PostgresOptions>,
    surroundings: &Surroundings,
    env: Arc<dyn Env>,
) -> Result<PostgresShadowDatabase, StoreError> {
    let [a, b, c, d, ..] = env.random();
    let number = i32::from_be_bytes([a, b, c, d]);
    let name = format!("{PREFIX}{number:08x}");
    let mut admin = Connection::open(live).await?;
    drop_leftovers(&mut admin, live).await;
    // First the lock, then the database: whoever finds the one finds the other held.
    let guard = guard(live, number).await?;
    let made = Made { options: Arc::clone(live), name: name.clone(), guard };
    let mut options = (**live).clone();
    options.connect = options.connect.database(&name);
    let surroundings = surroundings.clone();
    let options = Arc::new(options);
    // What the server was told to make it makes, whether or not somebody waits for the answer. With nobody left the
    // database is dropped as soon as it is there.
    uncancelled(async move {
        create(&mut admin, &name, &surroundings, &*env).await?;
        let end = End::Drop(made);
        let database = PostgresShadowDatabase::new(options, surroundings, Isolation::Shared, end);
        admin.close().await;
        Ok(database)
    })
    .await
}

/// A connection that holds a lock for as long as it lives, through any pooler.
async fn guard(live: &PostgresOptions, number: i32) -> Result<Connection, StoreError> {
    let mut guard = Connection::open(live).await?;
    let lock = format!("{HOLD}; SELECT pg_catalog.pg_advisory_xact_lock({LOCK_CLASS}, {number})");
    guard.send_within(lock, live.answer_timeout).await.ok("locking the throw-away database")?;
    Ok(guard)
}

async fn create(
    admin: &mut Connection,
    name: &str,
    surroundings: &Surroundings,
    env: &dyn Env,
) -> Result<(), StoreError> {
    let create = format!("CREATE DATABASE {} {}", Ident(name), surroundings.create_options());
    let mut tries = 0;
    loop {
        let answer = admin.send(create.clone()).await;
        match answer.code() {
            Some(TEMPLATE_IN_USE) if tries < TRIES => {
                tries += 1;
                env.sleep(PAUSE).await;
            }
            Some("42501") => {
                let text = "the role may not make a throw-away database";
                return Err(StoreError::new(StoreErrorCode::Permission, text).with_help(
                    "give the role CREATEDB (ALTER ROLE … CREATEDB), or give an empty database with \
                     --shadow-database-url",
                ));
            }
            Some("25006") => {
                let text = "a throw-away database cannot be made on a standby";
                return Err(StoreError::new(StoreErrorCode::ReadOnly, text).with_help(
                    "give an empty database on another server with --shadow-database-url",
                ));
            }
            _ => {
                answer.ok("making a throw-away database")?;
                break;
            }
        }
    }
    let comment = format!("COMMENT ON DATABASE {} IS {}", Ident(name), Literal(COMMENT));
    // A courtesy: nothing depends on it.
    let _ = admin.send(comment).await;
    Ok(())
}

/// The database is there, for it was made a moment ago: somebody in between lets through only names that are known.
pub(super) fn not_let_in(error: StoreError) -> StoreError {
    let text = format!("the throw-away database was made, and cannot be reached: {error}");
    StoreError::new(error.code(), text).with_help(
        "a pooler, or the server's pg_hba.conf, may let through only databases that it names: give a URL past the \
         pooler with --direct-url, or an empty database with --shadow-database-url",
    )
}

/// Drops databases whose name, owner and lock say that they are ours and that nobody uses them. What
/// cannot be dropped is left to the next one.
async fn drop_leftovers(admin: &mut Connection, live: &PostgresOptions) {
    let find = format!(
        "SELECT d.datname FROM pg_catalog.pg_database AS d \
         WHERE d.datname ~ '^{PREFIX}[0-9a-f]{{8}}$' \
         AND d.datdba = (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE l.locktype = 'advisory' \
         AND l.objsubid = 2 AND l.classid::bigint = {LOCK_CLASS} \
         AND lpad(to_hex(l.objid::bigint), 8, '0') = right(d.datname, 8)) \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a WHERE a.datid = d.oid)"
    );
    let answer = admin.send_within(find, live.answer_timeout).await;
    let names: Vec<String> = answer
        .rows(0)
        .iter()
        .filter_map(|row| crate::connection::text(row, 0).map(|name| name.into_owned()))
        .collect();
    for name in names {
        // Without FORCE: should somebody be connected after all, it stays.
        let _ = admin.send(format!("DROP DATABASE IF EXISTS {}", Ident(&name))).await;
    }
}

impl Made {
    /// Drops it, whoever is connected to it, and lets the lock go.
    pub(super) async fn drop_database(self) -> Result<(), StoreError> {
        let mut admin = Connection::open(&self.options).await?;
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", Ident(&self.name));
        let answer = admin.send(drop).await;
        let result = answer.ok("dropping the throw-away database").map(|_| ()).map_err(|error| {
            let help = format!("drop it: DROP DATABASE {}", Ident(&self.name));
            StoreError::new(error.code(), error.to_string()).with_help(help)
        });
        admin.close().await;
        self.guard.close().await;
        result
    }
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").field("name", &self.name).finish_non_exhaustive()
    }
}
