//! `Snapshot`: a schema at one moment.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

use super::dependencies::Dependencies;
use super::{
    Attribute, Kind, Object, ObjectKey, Scope, ServerVersion, SnapshotOptions, Value, file,
};
use crate::Dialect;
use crate::history::{HISTORY_TABLE, OWN_PREFIX, OWN_SCHEMA};
use crate::migrations::Checksum;

/// A schema at one moment: sorted objects, and from where they are.
///
/// Two snapshots of equal schemas are equal, in whatever order the objects were made, whatever driver
/// read them. [`Snapshot::to_json`] writes it, [`Snapshot::from_json`] reads it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub(super) dialect: Dialect,
    pub(super) server: ServerVersion,
    pub(super) scope: Scope,
    pub(super) privileges: bool,
    pub(super) objects: BTreeMap<ObjectKey, Object>,
    pub(super) dependencies: Dependencies,
}

impl Snapshot {
    /// An empty schema.
    #[must_use]
    pub fn new(dialect: Dialect, server: ServerVersion) -> Self {
        let (scope, privileges, objects) = (Scope::All, false, BTreeMap::new());
        let dependencies = Dependencies::default();
        Self { dialect, server, scope, privileges, objects, dependencies }
    }

    /// The schema that a reader found. Objects beyond what the options ask for are left out, as are the
    /// tables that migrations are recorded in.
    #[must_use]
    pub fn of(
        dialect: Dialect,
        server: ServerVersion,
        options: &SnapshotOptions,
        objects: impl IntoIterator<Item = Object>,
    ) -> Self {
        let mut snapshot = Self::new(dialect, server);
        snapshot.scope = options.scope().clone();
        snapshot.privileges = options.privileges();
        for object in objects {
            if options.bookkeeping() || !is_bookkeeping(dialect, object.key()) {
                snapshot.insert(object);
            }
        }
        snapshot
    }

    /// The same with one more object; it replaces one with the same key.
    #[must_use]
    pub fn with(mut self, object: Object) -> Self {
        self.insert(object);
        self
    }

    /// Adds an object; it replaces one with the same key.
    pub fn insert(&mut self, object: Object) {
        self.objects.insert(object.key().clone(), object);
    }

    /// Takes an object out.
    pub fn remove(&mut self, key: &ObjectKey) -> Option<Object> {
        self.objects.remove(key)
    }

    /// The SQL that the database speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The server it was read from.
    #[must_use]
    pub fn server(&self) -> &ServerVersion {
        &self.server
    }

    /// The schemas it covers.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The same without owners, grants and default privileges, as if they had not been read.
    #[must_use]
    pub fn without_privileges(&self) -> Self {
        let mut snapshot = self.clone();
        snapshot.privileges = false;
        snapshot.objects.retain(|key, _| key.kind() != Kind::DefaultPrivileges);
        for object in snapshot.objects.values_mut() {
            for attribute in [Attribute::Owner, Attribute::Grants] {
                object.set(attribute, Value::Flag(false));
            }
        }
        // PostgreSQL's reader names a column of a view only if something is said of it.
        let is_silent = |object: &&Object| {
            let of_type = [Attribute::Type, Attribute::Collation];
            self.dialect == Dialect::Postgres
                && self.is_column_of_view(object.key())
                && object.attributes().keys().all(|attribute| of_type.contains(attribute))
        };
        let silent: Vec<ObjectKey> =
            snapshot.objects().filter(is_silent).map(|object| object.key().clone()).collect();
        for key in silent {
            snapshot.remove(&key);
        }
        snapshot
    }

    fn is_column_of_view(&self, key: &ObjectKey) -> bool {
        let Some(parent) = key.parent().filter(|_| key.kind() == Kind::Column) else {
            return false;
        };
        [Kind::View, Kind::MaterializedView]
            .iter()
            .any(|kind| self.get(&ObjectKey::new(*kind, key.schema(), parent)).is_some())
    }

    /// Whether owners and grants were read.
    #[must_use]
    pub fn has_privileges(&self) -> bool {
        self.privileges
    }

    /// The objects in order.
    #[must_use]
    pub fn objects(&self) -> impl ExactSizeIterator<Item = &Object> {
        self.objects.values()
    }

    /// The object of a key.
    #[must_use]
    pub fn get(&self, key: &ObjectKey) -> Option<&Object> {
        self.objects.get(key)
    }

    /// The parts of a relation or a domain, in order.
    pub fn parts_of<'a>(&'a self, key: &'a ObjectKey) -> impl Iterator<Item = &'a Object> {
        self.objects.values().filter(move |object| {
            object.key().schema() == key.schema()
                && key.parent().is_none()
                && object.key().parent() == Some(key.name())
        })
    }

    /// Whether there is a schema of this name, or anything in it. `public` is there unless somebody drops it, and
    /// need not be read.
    #[must_use]
    pub fn has_schema(&self, name: &str) -> bool {
        let is_of = |key: &ObjectKey| {
            key.schema() == Some(name) || key.kind() == Kind::Schema && key.name() == name
        };
        self.dialect == Dialect::Postgres && name == "public" || self.objects.keys().any(is_of)
    }

    /// Whether there is no object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The SHA-256 of the objects in hexadecimal: equal for equal schemas, whatever server they are from.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        for object in self.objects() {
            hash.update(file::line(object));
            hash.update(b"\n");
        }
        Checksum::from_bytes(hash.finalize().into()).to_string()
    }
}

/// In a few words.
impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = self.objects().filter(|object| object.key().kind() == Kind::Table).count();
        let objects = self.objects.len();
        write!(f, "{} {}, {tables} tables, {objects} objects", self.dialect, self.server)
    }
}

/// What Prisma and migsafe keep for themselves: the history table in any schema, and ours.
pub(super) fn is_bookkeeping(dialect: Dialect, key: &ObjectKey) -> bool {
    let relation = key.parent().unwrap_or(key.name());
    let is_relation = key.parent().is_some() || key.kind() == Kind::Table;
    match dialect {
        Dialect::Sqlite => {
            let relation = relation.to_ascii_lowercase();
            is_relation && (relation == HISTORY_TABLE || relation.starts_with(OWN_PREFIX))
        }
        _ => {
            (is_relation && relation == HISTORY_TABLE)
                || key.schema() == Some(OWN_SCHEMA)
                || (key.kind() == Kind::Schema && key.name() == OWN_SCHEMA)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(schema: &str, name: &str) -> Object {
        Object::new(ObjectKey::new(Kind::Table, Some(schema), name))
    }

    fn column(schema: &str, table: &str, name: &str) -> Object {
        Object::new(ObjectKey::within(Kind::Column, Some(schema), table, name))
    }

    #[test]
    fn bookkeeping_is_left_out_unless_asked_for() {
        let objects = || {
            [
                table("app", "users"),
                column("app", "users", "_prisma_migrations"),
                table("app", HISTORY_TABLE),
                column("app", HISTORY_TABLE, "id"),
                table(OWN_SCHEMA, "audit"),
                Object::new(ObjectKey::new(Kind::Schema, None, OWN_SCHEMA)),
            ]
        };
        let server = || ServerVersion::new(15, "15");
        let of = |options: &SnapshotOptions| {
            Snapshot::of(Dialect::Postgres, server(), options, objects()).objects().len()
        };
        assert_eq!(of(&SnapshotOptions::default()), 2);
        assert_eq!(of(&SnapshotOptions::default().with_bookkeeping(true)), 6);
    }

    #[test]
    fn a_column_of_a_view_of_which_only_rights_were_known_is_not_there_without_them() {
        let said = |column: &str| column_of_view(column).text(Attribute::Comment, "said");
        let granted = |object: Object| object.list(Attribute::Grants, ["a: SELECT"]);
        let snapshot = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, ""))
            .with(Object::new(ObjectKey::new(Kind::View, Some("a"), "v")))
            .with(table("a", "t"))
            .with(granted(column_of_view("x")))
            .with(granted(said("y")))
            .with(granted(column("a", "t", "z")));
        let found = snapshot.without_privileges();
        let columns = found.objects().filter(|object| object.key().kind() == Kind::Column);
        let names: Vec<&str> = columns.map(|column| column.key().name()).collect();
        assert_eq!(names, ["z", "y"]);
    }

    fn column_of_view(name: &str) -> Object {
        Object::new(ObjectKey::within(Kind::Column, Some("a"), "v", name))
            .text(Attribute::Type, "integer")
    }

    #[test]
    fn the_fingerprint_is_of_the_objects_alone() {
        let of = |major, objects: [Object; 2]| {
            objects
                .into_iter()
                .fold(
                    Snapshot::new(Dialect::Postgres, ServerVersion::new(major, "")),
                    Snapshot::with,
                )
                .fingerprint()
        };
        let [a, b] = [table("a", "x"), table("a", "y").flag(Attribute::RowSecurity)];
        assert_eq!(of(15, [a.clone(), b.clone()]), of(18, [b, a.clone()]));
        assert_ne!(of(15, [a.clone(), table("a", "y")]), of(15, [a, table("a", "z")]));
    }

    #[test]
    fn parts_belong_to_one_relation() {
        let snapshot = [table("a", "t"), column("a", "t", "c"), column("b", "t", "d")]
            .into_iter()
            .fold(Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "")), Snapshot::with);
        let key = ObjectKey::new(Kind::Table, Some("a"), "t");
        let parts: Vec<&str> = snapshot.parts_of(&key).map(|o| o.key().name()).collect();
        assert_eq!(parts, ["c"]);
    }
}
