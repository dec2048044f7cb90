//! `Tolerance`: differences in the text that are none in the meaning, each with a name.

use super::{DiffOptions, default_cast, view_text};
use crate::Dialect;
use crate::schema::named::named;
use crate::schema::{Attribute, Kind, Object, Snapshot, Value};

named! {
    /// A difference in the text that is none in the meaning.
    ///
    /// Those of [`Stage::Reading`] are settled when a snapshot is read and never show; they are listed so that
    /// it can be said why two things are equal. The others are applied by [`diff`](super::diff), which lists
    /// each case.
    pub enum Tolerance {
        /// PostgreSQL of November 2026 and newer stamps every column with a number of its own.
        ComposedTypeStamp = "composed_type_stamp",
        /// Names are always written with their schema, whatever the search path.
        QualifiedNames = "qualified_names",
        /// NOT NULL is a constraint since PostgreSQL 18, of a domain since 17; here it is only an attribute.
        NotNullConstraint = "not_null_constraint",
        /// What an extension brings is part of the extension.
        ExtensionMembers = "extension_members",
        /// What PostgreSQL makes for partitions and identity columns is part of their definition.
        InternalObjects = "internal_objects",
        /// Quotation marks, key words, white space and comments of SQLite's stored statements.
        SqliteSpelling = "sqlite_spelling",
        /// The order of columns is not part of what a table means.
        ColumnOrder = "column_order",
        /// Constraints and indexes that PostgreSQL named, and that differ in the number at the end only.
        GeneratedName = "generated_name",
        /// A literal default that is cast to another text type than the column's.
        DefaultCast = "default_cast",
        /// Before PostgreSQL 16 the columns of a view over one table are written with the table's name.
        ViewText = "view_text",
        /// The version of an extension, between servers of different major versions.
        ExtensionVersion = "extension_version",
        /// PostgreSQL 15 gave the schema `public` another owner and other rights.
        PublicSchema = "public_schema",
        /// The privilege MAINTAIN exists since PostgreSQL 17.
        MaintainPrivilege = "maintain_privilege",
    }
}

/// When a tolerance works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// When the schema is read: both texts become one.
    Reading,
    /// When two snapshots are compared: both texts are kept, and the case is listed.
    Comparing,
}

impl Tolerance {
    /// When it works.
    #[must_use]
    pub fn stage(self) -> Stage {
        match self {
            Self::ComposedTypeStamp
            | Self::QualifiedNames
            | Self::NotNullConstraint
            | Self::ExtensionMembers
            | Self::InternalObjects
            | Self::SqliteSpelling => Stage::Reading,
            _ => Stage::Comparing,
        }
    }

    /// Why the difference is none, a sentence.
    #[must_use]
    pub fn why(self) -> &'static str {
        match self {
            Self::ComposedTypeStamp => "PostgreSQL numbers every new column for itself (pg_attver)",
            Self::QualifiedNames => "names are read with an empty search path",
            Self::NotNullConstraint => {
                "NOT NULL is compared as an attribute of the column or domain"
            }
            Self::ExtensionMembers => "an extension brings it, and the extension is compared",
            Self::InternalObjects => "PostgreSQL makes it for a partition or an identity column",
            Self::SqliteSpelling => "SQLite keeps statements as they were typed",
            Self::ColumnOrder => {
                "only the order of the columns differs, which no query by name sees"
            }
            Self::GeneratedName => {
                "PostgreSQL chose the names, which differ in the number at their end; everything else is \
                 equal"
            }
            Self::DefaultCast => "the same literal, cast to another text type before it is stored",
            Self::ViewText => {
                "PostgreSQL 16 and newer leave out the table's name before columns of a view over one table"
            }
            Self::ExtensionVersion => "each major version of PostgreSQL brings its own extensions",
            Self::PublicSchema => {
                "since PostgreSQL 15 the schema public belongs to pg_database_owner, and not everyone may \
                 create objects in it"
            }
            Self::MaintainPrivilege => "the privilege MAINTAIN exists since PostgreSQL 17",
        }
    }
}

/// What two snapshots have to do with each other.
pub(super) struct Context {
    dialect: Dialect,
    majors: (u32, u32),
    privileges: bool,
}

impl Context {
    pub(super) fn of(from: &Snapshot, to: &Snapshot) -> Self {
        Self {
            dialect: from.dialect(),
            majors: (from.server().major(), to.server().major()),
            privileges: from.has_privileges() && to.has_privileges(),
        }
    }

    /// Whether an attribute was read on both sides.
    pub(super) fn compares(&self, attribute: Attribute) -> bool {
        self.privileges || !attribute.is_privilege()
    }

    /// Whether one server is older than a major version and the other is not.
    fn straddles(&self, major: u32) -> bool {
        self.dialect == Dialect::Postgres && (self.majors.0 < major) != (self.majors.1 < major)
    }

    /// The tolerance that makes two different values equal, if any does.
    pub(super) fn tolerance(
        &self,
        options: &DiffOptions,
        object: &Object,
        attribute: Attribute,
        before: Option<&Value>,
        after: Option<&Value>,
    ) -> Option<Tolerance> {
        let tolerance = self.candidate(object, attribute)?;
        let covers = options.tolerates(tolerance) && covers(tolerance, before, after);
        covers.then_some(tolerance)
    }

    /// The only tolerance that there can be for an attribute of an object.
    fn candidate(&self, object: &Object, attribute: Attribute) -> Option<Tolerance> {
        let kind = object.key().kind();
        let is_public = kind == Kind::Schema && object.key().name() == "public";
        match (kind, attribute) {
            (_, Attribute::ColumnOrder) => Some(Tolerance::ColumnOrder),
            (Kind::Column | Kind::Domain, Attribute::Default) => Some(Tolerance::DefaultCast),
            (Kind::View | Kind::MaterializedView | Kind::Rule, Attribute::Definition)
                if self.straddles(16) =>
            {
                Some(Tolerance::ViewText)
            }
            (Kind::Extension, Attribute::Version) if self.majors.0 != self.majors.1 => {
                Some(Tolerance::ExtensionVersion)
            }
            (_, Attribute::Owner | Attribute::Grants) if is_public && self.straddles(15) => {
                Some(Tolerance::PublicSchema)
            }
            (_, Attribute::Grants) if self.straddles(17) => Some(Tolerance::MaintainPrivilege),
            _ => None,
        }
    }
}

/// Whether two different values are equal to a tolerance that applies to them.
fn covers(tolerance: Tolerance, before: Option<&Value>, after: Option<&Value>) -> bool {
    let texts = before.and_then(Value::as_text).zip(after.and_then(Value::as_text));
    match tolerance {
        Tolerance::ColumnOrder | Tolerance::ExtensionVersion | Tolerance::PublicSchema => true,
        Tolerance::DefaultCast => {
            texts.is_some_and(|(before, after)| default_cast::are_equal(before, after))
        }
        Tolerance::ViewText => {
            texts.is_some_and(|(before, after)| view_text::are_equal(before, after))
        }
        Tolerance::MaintainPrivilege => without_maintain(before) == without_maintain(after),
        _ => false,
    }
}

/// Grants have the form `role: PRIVILEGE, PRIVILEGE`.
fn without_maintain(grants: Option<&Value>) -> Vec<String> {
    let entries = grants.and_then(Value::as_list).unwrap_or_default();
    let stripped = entries.iter().filter_map(|entry| {
        let (role, privileges) = entry.rsplit_once(": ")?;
        let left: Vec<&str> =
            privileges.split(", ").filter(|one| one.trim_end_matches('*') != "MAINTAIN").collect();
        (!left.is_empty()).then(|| format!("{role}: {}", left.join(", ")))
    });
    stripped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ObjectKey, ServerVersion, diff};

    fn of(
        majors: (u32, u32),
        kind: Kind,
        name: &str,
        attribute: Attribute,
        values: [Value; 2],
    ) -> Option<Tolerance> {
        let [before, after] = values;
        let side = |major, value| {
            let mut snapshot = Snapshot::new(Dialect::Postgres, ServerVersion::new(major, ""));
            snapshot.privileges = true;
            snapshot.with(Object::new(ObjectKey::new(kind, None, name)).value(attribute, value))
        };
        let (from, to) = (side(majors.0, before), side(majors.1, after));
        let found = diff(&from, &to, &DiffOptions::default()).unwrap();
        let exact = diff(&from, &to, &DiffOptions::default().exact()).unwrap();
        assert_eq!(exact.changes().len(), 1, "exactly compared, it is a change");
        assert_eq!(found.changes().len() + found.tolerated().len(), 1);
        found.tolerated().first().map(|tolerated| tolerated.tolerance)
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn each_applies_where_it_should_and_nowhere_else() {
        use Attribute::{ColumnOrder, Definition, Grants, Owner, Version};
        let list = |entry: &str| Value::List(vec![entry.to_owned()]);
        let columns = |names: [&str; 2]| Value::List(names.map(str::to_owned).to_vec());
        let order = || [columns(["a", "b"]), columns(["b", "a"])];
        assert_eq!(
            of((15, 15), Kind::Table, "t", ColumnOrder, order()),
            Some(Tolerance::ColumnOrder)
        );
        let versions = || [text("1.3"), text("1.4")];
        let extension = Some(Tolerance::ExtensionVersion);
        assert_eq!(of((15, 18), Kind::Extension, "citext", Version, versions()), extension);
        assert_eq!(of((15, 15), Kind::Extension, "citext", Version, versions()), None);
        let owners = || [text("postgres"), text("pg_database_owner")];
        let public = Some(Tolerance::PublicSchema);
        assert_eq!(of((14, 15), Kind::Schema, "public", Owner, owners()), public);
        assert_eq!(of((14, 15), Kind::Schema, "app", Owner, owners()), None);
        assert_eq!(of((15, 16), Kind::Schema, "public", Owner, owners()), None);
        let maintain = Some(Tolerance::MaintainPrivilege);
        let grants = || [list("bob: SELECT"), list("bob: MAINTAIN, SELECT")];
        assert_eq!(of((15, 17), Kind::Table, "t", Grants, grants()), maintain);
        assert_eq!(of((17, 18), Kind::Table, "t", Grants, grants()), None);
        let more = [list("bob: SELECT"), list("bob: INSERT, MAINTAIN, SELECT")];
        assert_eq!(of((15, 17), Kind::Table, "t", Grants, more), None);
        let views = || [text("SELECT t.a FROM s.t;"), text("SELECT a FROM s.t;")];
        assert_eq!(of((15, 16), Kind::View, "v", Definition, views()), Some(Tolerance::ViewText));
        assert_eq!(of((15, 15), Kind::View, "v", Definition, views()), None);
    }

    #[test]
    fn each_says_why_and_when() {
        for tolerance in Tolerance::ALL {
            assert!(!tolerance.why().is_empty(), "{tolerance}");
        }
        assert_eq!(Tolerance::QualifiedNames.stage(), Stage::Reading);
        assert_eq!(Tolerance::ViewText.stage(), Stage::Comparing);
    }
}
