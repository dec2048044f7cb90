//! Reading the schema over an open connection: one statement.

use migsafe_core::Dialect;
use migsafe_core::schema::sqlite::{StoredObject, objects};
use migsafe_core::schema::{ServerVersion, Snapshot, SnapshotOptions};

use crate::connection::{self, Connection};
use crate::error::{Fault, code};
use crate::sql;

/// What SQLite keeps of the schema.
#[derive(Debug)]
pub(crate) struct Stored {
    version: String,
    objects: Vec<StoredObject>,
}

/// Reads the statements of the schema, all of one moment.
pub(crate) async fn stored(connection: &mut Connection) -> Result<Stored, Fault> {
    type Row = (String, String, String, Option<String>);
    let row = connection.row(sql::READ_SCHEMA).await?;
    let version = String::from_utf8_lossy(&connection::bytes(&row, 0)?).into_owned();
    let list = connection::bytes(&row, 1)?;
    // Names and statements are texts; bytes that are no UTF-8 are shown, not lost.
    let rows: Vec<Row> = serde_json::from_str(&String::from_utf8_lossy(&list)).map_err(|_| {
        Fault::of(Some(code::CORRUPT), "the schema holds something that is no text")
    })?;
    let objects = rows
        .into_iter()
        .map(|(kind, name, table, sql)| StoredObject::new(kind, name, table, sql.as_deref()))
        .collect();
    Ok(Stored { version, objects })
}

impl Stored {
    /// What the statements say. It takes time in which nothing else should have to wait.
    pub(crate) fn into_snapshot(self, options: &SnapshotOptions) -> Snapshot {
        Snapshot::of(Dialect::Sqlite, server(self.version), options, objects(&self.objects))
    }
}

/// The version of the library, as it tells it.
pub(crate) fn server(version: String) -> ServerVersion {
    let major = version.split('.').next().and_then(|part| part.parse().ok());
    ServerVersion::new(major.unwrap_or_default(), version)
}
