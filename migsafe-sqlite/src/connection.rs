//! One connection to SQLite and the few ways in which statements are sent.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use crate::error::{Fault, code};
use crate::watch::Watch;

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// For reading; never creates anything.
    Read,
    /// For reading a file that nobody can change (no lock, no `-wal`, no `-shm`).
    ReadImmutable,
    /// For writing an existing file.
    Write,
    /// For writing, creating the file.
    Create,
}

/// A connection. Foreign keys are on; statements are never logged.
pub(crate) struct Connection {
    inner: SqliteConnection,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// Opens a file.
    pub(crate) async fn open(path: &Path, access: Access, wait: Duration) -> Result<Self, Fault> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(matches!(access, Access::Read | Access::ReadImmutable))
            .immutable(access == Access::ReadImmutable)
            .create_if_missing(access == Access::Create);
        Self::connect(options, wait).await
    }

    /// Opens a new database in memory; it lives as long as the connection.
    pub(crate) async fn memory(wait: Duration) -> Result<Self, Fault> {
        Self::connect(SqliteConnectOptions::new(), wait).await
    }

    async fn connect(options: SqliteConnectOptions, wait: Duration) -> Result<Self, Fault> {
        let options = options
            .busy_timeout(wait)
            .thread_name(|id| format!("migsafe-sqlite-{id}"))
            // The driver would log slow statements with their text, which may hold data.
            .disable_statement_logging();
        Ok(Self { inner: options.connect().await? })
    }

    /// A connection that somebody else opened.
    pub(crate) fn adopt(inner: SqliteConnection) -> Self {
        Self { inner }
    }

    /// The driver's connection.
    pub(crate) fn driver(&mut self) -> &mut SqliteConnection {
        &mut self.inner
    }

    /// Gives the driver's connection away.
    pub(crate) fn into_driver(self) -> SqliteConnection {
        self.inner
    }

    /// Installs the hooks.
    pub(crate) async fn watch(&mut self) -> Result<Arc<Watch>, Fault> {
        Watch::install(&mut self.inner).await
    }

    /// Runs statements; the rows of the last one that gave any are counted as changed.
    pub(crate) async fn run(&mut self, sql: impl Into<String>) -> Result<u64, Fault> {
        let sql = checked(sql.into())?;
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.inner).await?;
        Ok(done.rows_affected())
    }

    /// Runs statements and reports each that was completed.
    pub(crate) async fn run_each(
        &mut self,
        sql: &str,
        mut completed: impl FnMut(),
    ) -> Result<(), Fault> {
        let sql = checked(sql.to_owned())?;
        let mut results = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(&mut self.inner);
        while let Some(result) =
            std::future::poll_fn(|context| results.as_mut().poll_next(context)).await
        {
            if result?.is_left() {
                completed();
            }
        }
        Ok(())
    }

    /// The rows of statements.
    pub(crate) async fn rows(&mut self, sql: impl Into<String>) -> Result<Vec<SqliteRow>, Fault> {
        let sql = checked(sql.into())?;
        Ok(sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut self.inner).await?)
    }

    /// How many columns a query gives; it is not run.
    pub(crate) async fn column_count(&mut self, sql: impl Into<String>) -> Result<usize, Fault> {
        let sql = sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(checked(sql.into())?));
        let statement = sqlx::Executor::prepare(&mut self.inner, sql).await?;
        Ok(sqlx::Statement::columns(&statement).len())
    }

    /// The only row of a constant statement, which stays prepared on the connection.
    pub(crate) async fn prepared_row(&mut self, sql: &'static str) -> Result<SqliteRow, Fault> {
        Ok(sqlx::query(sql).fetch_one(&mut self.inner).await?)
    }

    /// The integer in the first column of the last row.
    pub(crate) async fn integer(&mut self, sql: impl Into<String>) -> Result<i64, Fault> {
        let rows = self.rows(sql).await?;
        let row = rows.last().ok_or_else(|| Fault::of(None, "no row came back"))?;
        Ok(row.try_get(0)?)
    }

    /// The only row.
    pub(crate) async fn row(&mut self, sql: impl Into<String>) -> Result<SqliteRow, Fault> {
        let row = self.rows(sql).await?.into_iter().next();
        row.ok_or_else(|| Fault::of(None, "no row came back"))
    }

    /// Closes it and waits until it is closed.
    pub(crate) async fn close(self) {
        // There is nobody left to tell, and a close that fails leaves nothing behind.
        let _ = self.inner.close().await;
    }
}

/// The bytes of a column, in UTF-8 as far as they are text; none for NULL.
pub(crate) fn bytes(row: &SqliteRow, column: usize) -> Result<Cow<'_, [u8]>, Fault> {
    let bytes: Option<&[u8]> = row.try_get(column)?;
    Ok(utf8(bytes.unwrap_or_default()))
}

/// The driver hands text over as it is stored, which in a database made with `PRAGMA
/// encoding='UTF-16'` is UTF-16. All we ever ask for begins with an ASCII character and holds no
/// NUL.
fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let decode: fn([u8; 2]) -> u16 = match bytes {
        [0, _, ..] => u16::from_be_bytes,
        [_, 0, ..] => u16::from_le_bytes,
        _ => return Cow::Borrowed(bytes),
    };
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| decode([pair[0], pair[1]])).collect();
    Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
}

/// A NUL makes the driver prepare the same text for ever.
fn checked(sql: String) -> Result<String, Fault> {
    if sql.contains('\0') {
        return Err(Fault::of(Some(code::ERROR), "a NUL character, which SQLite cannot take"));
    }
    Ok(sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn a_nul_never_reaches_the_driver() {
        let mut connection = Connection::memory(WAIT).await.unwrap();
        let fault = connection.run("SELECT 1;\0SELECT 2").await.unwrap_err();
        assert!(fault.message.contains("NUL"), "{fault:?}");
        assert!(connection.rows("\0").await.is_err());
        assert!(connection.run_each("x\0", || {}).await.is_err());
        assert_eq!(connection.integer("SELECT 3").await, Ok(3));
    }

    #[tokio::test]
    async fn completed_statements_are_counted_up_to_the_one_that_fails() {
        let mut connection = Connection::memory(WAIT).await.unwrap();
        let mut count = 0;
        let script = "CREATE TABLE a (x);; -- nothing\nSELECT 1 UNION SELECT 2; INSERT INTO b \
         VALUES (1); SELECT 3";
        let fault = connection.run_each(script, || count += 1).await.unwrap_err();
        assert_eq!((count, fault.message.as_str()), (2, "no such table: b"));
    }

    #[tokio::test]
    async fn text_of_an_utf16_database_is_read() {
        for encoding in ["UTF-16le", "UTF-16be", "UTF-8"] {
            let mut connection = Connection::memory(WAIT).await.unwrap();
            connection
                .run(format!("PRAGMA encoding = '{encoding}'; CREATE TABLE a (x)"))
                .await
                .unwrap();
            connection.run("INSERT INTO a VALUES ('ü☃𐐷')").await.unwrap();
            let row = connection.row("SELECT quote(x), 7 FROM a").await.unwrap();
            assert_eq!(bytes(&row, 0).unwrap(), "'ü☃𐐷'".as_bytes(), "{encoding}");
        }
    }
}
