//! SQL that leads from one schema to another.
//!
//! [`script`] turns a [`Diff`] into statements in an order that the database takes. What no correct
//! SQL can be written for is in [`ChangeScript::manual`], with what has to be done: never left out, never guessed.
//! All statements together can run in one transaction.
//!
//! ```
//! use migsafe_core::Dialect;
//! use migsafe_core::schema::{
//!     Attribute, DiffOptions, Kind, Object, ObjectKey, ServerVersion, Snapshot, diff, script,
//! };
//!
//! let before = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "15.20"))
//!     .with(Object::new(ObjectKey::new(Kind::Schema, None, "app")))
//!     .with(Object::new(ObjectKey::new(Kind::Table, Some("app"), "users")));
//! let email = ObjectKey::within(Kind::Column, Some("app"), "users", "email");
//! let after = before.clone().with(Object::new(email).text(Attribute::Type, "text"));
//!
//! let difference = diff(&before, &after, &DiffOptions::default())?;
//! let forward = script(&before, &after, &difference);
//! assert_eq!(forward.to_sql(), "ALTER TABLE app.users ADD COLUMN email text;\n");
//! let backward = script(&after, &before, &difference.inverted());
//! assert!(backward.steps()[0].loss().is_some());
//! # Ok::<(), migsafe_core::schema::DiffError>(())
//! ```

mod change_script;
mod postgres;
mod sqlite;

pub use change_script::{ChangeScript, ManualChange, ScriptStep};

use super::{Diff, Snapshot};
use crate::Dialect;

/// The SQL that carries out the changes of a comparison on the first side.
///
/// `difference` is what [`diff`](super::diff()) found between `from` and `to`. Only its changes are carried out: what is
/// tolerated or ignored stays as it is in `from`. Objects that stand in the way of a change (a view over a column
/// whose type changes) are dropped and made again as they are after the changes.
#[must_use]
pub fn script(from: &Snapshot, to: &Snapshot, difference: &Diff) -> ChangeScript {
    match from.dialect() {
        Dialect::Sqlite => sqlite::write(from, to, difference.changes()),
        _ => postgres::write(from, to, difference.changes()),
    }
}
