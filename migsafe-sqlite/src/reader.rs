//! Reading a file: nothing is created, nothing is written, no lock outlives the read.

use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use migsafe_core::history::{Absence, History};
use migsafe_core::store::{Content, DatabaseFacts, Reading, StoreError, StoreErrorCode};
use tokio::sync::Mutex;

use crate::connection::{Access, Connection};
use crate::error::{Fault, code};
use crate::{lockers, read, schema};

/// Reads one file, over a connection that is kept as long as the path leads to the same file.
///
/// The file itself is never opened by anything but SQLite: closing any handle to it would drop the
/// POSIX locks of every other connection of this process.
#[derive(Debug)]
pub(crate) struct Reader {
    path: PathBuf,
    kept: Mutex<Option<(Identity, Connection)>>,
}

/// What a file is asked for.
pub(crate) trait Question {
    /// What comes back.
    type Answer: Send;

    /// Completes "cannot …".
    const DOING: &'static str;

    /// The answer of a file that is proven not to be there.
    fn absent(path: &Path) -> Result<Self::Answer, StoreError>;

    /// Asks over an open connection.
    fn ask(connection: &mut Connection)
    -> impl Future<Output = Result<Self::Answer, Fault>> + Send;
}

/// Asks for the history.
pub(crate) struct TheHistory;

impl Question for TheHistory {
    type Answer = Reading;

    const DOING: &'static str = "read the migration history";

    fn absent(_: &Path) -> Result<Reading, StoreError> {
        let facts = DatabaseFacts::default().with_content(Content::Empty);
        Ok(Reading::of(History::Absent(Absence::Database)).with_database(facts))
    }

    async fn ask(connection: &mut Connection) -> Result<Reading, Fault> {
        read::reading(connection).await
    }
}

/// Asks for the schema.
pub(crate) struct TheSchema;

impl Question for TheSchema {
    type Answer = schema::Stored;

    const DOING: &'static str = "read the schema";

    fn absent(path: &Path) -> Result<schema::Stored, StoreError> {
        let text = format!("there is no database file {}", path.display());
        Err(StoreError::new(StoreErrorCode::DatabaseMissing, text))
    }

    async fn ask(connection: &mut Connection) -> Result<schema::Stored, Fault> {
        schema::stored(connection).await
    }
}

impl Reader {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, kept: Mutex::new(None) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Closes the connection that is kept.
    pub(crate) async fn close(&self) {
        let kept = self.kept.lock().await.take();
        if let Some((_, connection)) = kept {
            connection.close().await;
        }
    }

    /// Asks the file, or proves that there is none.
    pub(crate) async fn read<Q: Question>(&self, wait: Duration) -> Result<Q::Answer, StoreError> {
        // Nobody waits for another one's read: on a file that stays locked the waits would add up.
        let mut kept = self.kept.try_lock().ok();
        // Out of its place while it is used: a read that is dropped half way takes it along.
        let last = kept.as_mut().and_then(|kept| kept.take());
        let Some(meta) = self.look::<Q>()? else {
            return Q::absent(&self.path);
        };
        let identity = Identity::of(&meta);
        let mut connection = match last {
            Some((known, connection)) if known == identity && Identity::IS_RELIABLE => connection,
            _ => match Connection::open(&self.path, Access::Read, wait).await {
                Ok(connection) => connection,
                // It may have been deleted in this very moment.
                Err(_) if self.look::<Q>()?.is_none() => return Q::absent(&self.path),
                Err(fault) => return Err(self.error::<Q>(&fault, wait)),
            },
        };
        match Q::ask(&mut connection).await {
            Ok(reading) => {
                if let Some(kept) = &mut kept {
                    **kept = Some((identity, connection));
                }
                Ok(reading)
            }
            Err(fault) => self.read_otherwise::<Q>(fault, wait).await,
        }
    }

    /// What stands at the path; `None` when it is proven that nothing does.
    fn look<Q: Question>(&self) -> Result<Option<Metadata>, StoreError> {
        let about = |what: &str| format!("cannot {}: {} {what}", Q::DOING, self.path.display());
        match std::fs::metadata(&self.path) {
            Ok(meta) if meta.is_dir() => Err(StoreError::new(
                StoreErrorCode::Connection,
                about("is a folder, not a database file"),
            )
            .with_help("check the path in the database URL")),
            Ok(meta) => Ok(Some(meta)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(StoreError::new(
                StoreErrorCode::Permission,
                about("is in a folder that may not be entered"),
            )
            .with_help("give permission for the folder of the database file")
            .with_source(error)),
            Err(error) => {
                Err(StoreError::new(StoreErrorCode::Connection, about("cannot be looked at"))
                    .with_help("check the path in the database URL")
                    .with_source(error))
            }
        }
    }

    /// The ways to read that are left when the plain one fails.
    async fn read_otherwise<Q: Question>(
        &self,
        fault: Fault,
        wait: Duration,
    ) -> Result<Q::Answer, StoreError> {
        match fault.code {
            // A writer was killed in the middle. SQLite takes its unfinished transaction back as
            // soon as the file is opened for writing, whoever does it; nothing that was ever
            // committed changes.
            Some(code::READONLY_ROLLBACK | code::READONLY_RECOVERY) => {
                self.read_with::<Q>(Access::Write, wait).await.map_err(|_| {
                    fault.store_error(Q::DOING).with_help(
                        "a program was killed while it wrote; open the file once with write \
                         permission, so that SQLite can take the unfinished transaction back",
                    )
                })
            }
            // A WAL database in a folder where `-shm` cannot be made.
            Some(
                code::CANTOPEN
                | code::READONLY_CANTLOCK
                | code::READONLY_CANTINIT
                | code::READONLY_DIRECTORY,
            ) => self.read_immutable::<Q>(&fault, wait).await,
            _ => Err(self.error::<Q>(&fault, wait)),
        }
    }

    /// The error; of a file that stays locked, with who has it.
    fn error<Q: Question>(&self, fault: &Fault, wait: Duration) -> StoreError {
        let error = fault.store_error(Q::DOING);
        if error.code() != StoreErrorCode::Timeout {
            return error;
        }
        let lockers = lockers::of(&self.path).iter().map(ToString::to_string).collect::<Vec<_>>();
        let by = match &*lockers.join(", ") {
            "" => "somebody".to_owned(),
            lockers => lockers.to_owned(),
        };
        let text = format!("{error}; for {:.1} s it has been locked by {by}", wait.as_secs_f64());
        let help = error.help().to_owned();
        StoreError::new(StoreErrorCode::Timeout, text).with_help(help)
    }

    /// Nobody can write here, as far as we can see: reads the file as it is, but never beside a
    /// `-wal` that holds something, before or after.
    async fn read_immutable<Q: Question>(
        &self,
        fault: &Fault,
        wait: Duration,
    ) -> Result<Q::Answer, StoreError> {
        let refuse = || {
            fault.store_error(Q::DOING).with_help(
                "the database is in WAL mode: reading it needs permission to create `-wal` and \
                 `-shm` files in its folder, or a copy in another journal mode",
            )
        };
        if self.holds_wal() {
            return Err(refuse());
        }
        let reading =
            self.read_with::<Q>(Access::ReadImmutable, wait).await.map_err(|_| refuse())?;
        if self.holds_wal() { Err(refuse()) } else { Ok(reading) }
    }

    fn holds_wal(&self) -> bool {
        let mut wal = self.path.clone().into_os_string();
        wal.push("-wal");
        match std::fs::metadata(wal) {
            Ok(meta) => meta.len() > 0,
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }

    async fn read_with<Q: Question>(
        &self,
        access: Access,
        wait: Duration,
    ) -> Result<Q::Answer, Fault> {
        let mut connection = Connection::open(&self.path, access, wait).await?;
        let reading = Q::ask(&mut connection).await;
        connection.close().await;
        reading
    }
}

/// Which file a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity(u64, u64);

#[cfg(unix)]
impl Identity {
    const IS_RELIABLE: bool = true;

    fn of(meta: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(meta.dev(), meta.ino())
    }
}

/// Elsewhere a connection is never kept: it would also keep the file from being deleted.
#[cfg(not(unix))]
impl Identity {
    const IS_RELIABLE: bool = false;

    fn of(_: &Metadata) -> Self {
        Self(0, 0)
    }
}
