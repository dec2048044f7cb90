//! What a database holds, as data: the snapshot of a schema, and the difference of two.
//!
//! A [`Snapshot`] is a sorted set of objects. An object is a [`Kind`] with a qualified name
//! ([`ObjectKey`]) and what is said of it ([`Attribute`] and [`Value`]); what is not said is as it is by
//! default. PostgreSQL and SQLite share this one form, so that one comparison serves both, and a
//! difference is always an object, an attribute and two values: something that can be explained.
//!
//! ```
//! use migsafe_core::Dialect;
//! use migsafe_core::schema::{
//!     Attribute, DiffOptions, Kind, Object, ObjectKey, ServerVersion, Snapshot, diff,
//! };
//!
//! let users = || Object::new(ObjectKey::new(Kind::Table, Some("app"), "users"));
//! let email = || ObjectKey::within(Kind::Column, Some("app"), "users", "email");
//! let server = ServerVersion::new(15, "15.20");
//! let before = Snapshot::new(Dialect::Postgres, server.clone())
//!     .with(users())
//!     .with(Object::new(email()).text(Attribute::Type, "text"));
//! let after = Snapshot::new(Dialect::Postgres, server)
//!     .with(users())
//!     .with(Object::new(email()).text(Attribute::Type, "text").flag(Attribute::NotNull));
//!
//! let difference = diff(&before, &after, &DiffOptions::default())?;
//! let [change] = difference.changes() else { panic!() };
//! assert_eq!(change.to_string(), "changed column app.users.email: not null: no → yes");
//! assert!(!change.is_destructive());
//! # Ok::<(), migsafe_core::schema::DiffError>(())
//! ```
//!
//! Backends read snapshots through [`SchemaReader`](crate::store::SchemaReader). Nothing in here touches a
//! database, a file or a clock.

mod attribute;
mod dependencies;
pub mod diff;
mod file;
mod key;
mod kind;
mod named;
mod object;
mod options;
pub mod script;
mod server;
mod snapshot;
#[cfg(feature = "sqlite-sql")]
pub mod sqlite;
mod value;

pub use attribute::Attribute;
pub use diff::{Diff, DiffError, DiffOptions, diff};
pub use file::{SNAPSHOT_FORMAT_VERSION, SnapshotFileError};
pub use key::ObjectKey;
pub use kind::Kind;
pub use object::Object;
pub use options::{Scope, SnapshotOptions};
pub use script::{ChangeScript, script};
pub use server::ServerVersion;
pub use snapshot::Snapshot;
pub use value::Value;
