//! Snapshots as files.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Object, ObjectKey, Scope, ServerVersion, Snapshot};
use crate::Dialect;
use crate::report::json::escaped;
use crate::text::printable;

/// The version of the format. It grows when a key changes its meaning or goes away, never when one is added.
pub const SNAPSHOT_FORMAT_VERSION: u32 = 1;

/// Why a text is no snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotFileError {
    /// It is not JSON of the form of a snapshot.
    Malformed(String),
    /// It has a format version that this program does not know.
    Version(u32),
}

impl SnapshotFileError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "snapshot-malformed",
            Self::Version(_) => "snapshot-version",
        }
    }

    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "export the schema again with this version of migsafe",
            Self::Version(_) => "use the version of migsafe that wrote the file, or a newer one",
        }
    }
}

impl fmt::Display for SnapshotFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "this is no snapshot of a schema: {why}"),
            Self::Version(version) => write!(
                f,
                "the snapshot has format version {version}, and this program knows version \
                 {SNAPSHOT_FORMAT_VERSION}"
            ),
        }
    }
}

impl std::error::Error for SnapshotFileError {}

/// What stands before the objects.
#[derive(Serialize, Deserialize)]
struct Head {
    format_version: u32,
    kind: String,
    dialect: Dialect,
    server: ServerVersion,
    scope: Scope,
    privileges: bool,
}

#[derive(Deserialize)]
struct File {
    #[serde(flatten)]
    head: Head,
    objects: Vec<Object>,
    #[serde(default)]
    dependencies: Vec<Needs>,
}

/// What one object needs.
#[derive(Serialize, Deserialize)]
struct Needs {
    object: ObjectKey,
    needs: BTreeSet<ObjectKey>,
}

#[derive(Deserialize)]
struct Version {
    format_version: u32,
}

const KIND: &str = "schema";

impl Snapshot {
    /// The snapshot as JSON, one object per line, then what each of them needs: equal schemas of equal servers give equal bytes, and
    /// tools that compare lines show what differs.
    #[must_use]
    pub fn to_json(&self) -> String {
        let head = Head {
            format_version: SNAPSHOT_FORMAT_VERSION,
            kind: KIND.to_owned(),
            dialect: self.dialect,
            server: self.server.clone(),
            scope: self.scope.clone(),
            privileges: self.privileges,
        };
        // Texts, numbers and lists always serialise; should that ever be untrue, the text is no snapshot.
        let mut text = serde_json::to_string_pretty(&head).unwrap_or_default();
        text.truncate(text.trim_end_matches(['\n', '}']).len());
        text.push_str(",\n  \"objects\": [");
        for (index, object) in self.objects().enumerate() {
            text.push_str(if index == 0 { "\n    " } else { ",\n    " });
            text.push_str(&line(object));
        }
        text.push_str(if self.is_empty() { "]" } else { "\n  ]" });
        for (index, (object, needs)) in self.dependencies.iter().enumerate() {
            text.push_str(if index == 0 { ",\n  \"dependencies\": [\n    " } else { ",\n    " });
            let needs = Needs { object: object.clone(), needs: needs.clone() };
            text.push_str(&serde_json::to_string(&needs).unwrap_or_default());
        }
        let has_dependencies = self.dependencies.iter().next().is_some();
        text.push_str(if has_dependencies { "\n  ]\n}\n" } else { "\n}\n" });
        escaped(text)
    }

    /// Reads what [`Snapshot::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// The text is no snapshot, or of a format that this version does not know.
    pub fn from_json(text: &str) -> Result<Self, SnapshotFileError> {
        let malformed =
            |error: serde_json::Error| SnapshotFileError::Malformed(printable(&error.to_string()));
        let Version { format_version } = serde_json::from_str(text).map_err(malformed)?;
        if format_version != SNAPSHOT_FORMAT_VERSION {
            return Err(SnapshotFileError::Version(format_version));
        }
        let File { head, objects, dependencies } = serde_json::from_str(text).map_err(malformed)?;
        if head.kind != KIND {
            let why = format!("it is a document of the kind {}", printable(&head.kind));
            return Err(SnapshotFileError::Malformed(why));
        }
        let mut snapshot = Self::new(head.dialect, head.server);
        snapshot.scope = head.scope;
        snapshot.privileges = head.privileges;
        for object in objects {
            let key = object.key().clone();
            if snapshot.objects.insert(key.clone(), object).is_some() {
                return Err(SnapshotFileError::Malformed(format!("{key} is there twice")));
            }
        }
        for Needs { object, needs } in dependencies {
            for needed in needs {
                snapshot.depends(object.clone(), needed);
            }
        }
        Ok(snapshot)
    }
}

/// An object in its one form.
pub(super) fn line(object: &Object) -> String {
    serde_json::to_string(object).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Attribute, Kind, Value};

    fn snapshot() -> Snapshot {
        let users = Object::new(ObjectKey::new(Kind::Table, Some("app"), "users"));
        let id = ObjectKey::within(Kind::Column, Some("app"), "users", "i\u{202e}d");
        Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "15.20"))
            .with(users.list(Attribute::ColumnOrder, ["id"]))
            .with(
                Object::new(id)
                    .text(Attribute::Type, "integer")
                    .flag(Attribute::NotNull)
                    .value(Attribute::StatisticsTarget, Value::Number(5)),
            )
    }

    #[test]
    fn a_file_has_one_line_per_object() {
        assert_eq!(
            snapshot().to_json(),
            r#"{
  "format_version": 1,
  "kind": "schema",
  "dialect": "postgres",
  "server": {
    "major": 15,
    "text": "15.20"
  },
  "scope": "all",
  "privileges": false,
  "objects": [
    {"kind":"table","schema":"app","name":"users","attributes":{"column_order":["id"]}},
    {"kind":"column","schema":"app","parent":"users","name":"i\u202ed","attributes":{"type":"integer","not_null":true,"statistics_target":5}}
  ]
}
"#
        );
        let server = ServerVersion::new(3, "3.51.3");
        let empty = Snapshot::new(Dialect::Sqlite, server);
        for snapshot in [snapshot(), empty] {
            assert_eq!(Snapshot::from_json(&snapshot.to_json()).unwrap(), snapshot);
        }
    }

    #[test]
    fn what_is_no_snapshot_is_refused() {
        let json = snapshot().to_json();
        for (text, code) in [
            (String::new(), "snapshot-malformed"),
            ("{}".to_owned(), "snapshot-malformed"),
            (json.replace("\"format_version\": 1", "\"format_version\": 2"), "snapshot-version"),
            (json.replace("\"kind\": \"schema\"", "\"kind\": \"status\""), "snapshot-malformed"),
            (json.replace("\"kind\":\"table\"", "\"kind\":\"planet\""), "snapshot-malformed"),
            (json.replace("not_null", "not_anything"), "snapshot-malformed"),
            (
                json.replace(
                    "\"objects\": [",
                    "\"objects\": [{\"kind\":\"table\",\"schema\":\"app\",\"name\":\"users\"},",
                ),
                "snapshot-malformed",
            ),
        ] {
            let error = Snapshot::from_json(&text).unwrap_err();
            assert_eq!(error.code(), code, "{error}");
            assert!(!error.help().is_empty());
        }
    }
}
