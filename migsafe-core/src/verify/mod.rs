//! What has to be in a database, and whether it is.
//!
//! [`Expectations`] are read from a JSON file: critical tables, indexes, constraints and enums by name, and as much
//! more of each as somebody wants to hold it to. [`verify`] compares them with a [`Snapshot`](crate::schema::Snapshot)
//! and with what queries gave, and says of each whether it is [`Met`](CheckOutcome::Met),
//! [`Missed`](CheckOutcome::Missed), or [`Unknown`](CheckOutcome::Unknown). Names count as the database counts them,
//! an index has to be valid and a constraint validated: that it is listed is not enough.
//!
//! ```
//! use migsafe_core::Dialect;
//! use migsafe_core::schema::{Attribute, Kind, Object, ObjectKey, ServerVersion, Snapshot};
//! use migsafe_core::verify::{Expectations, RowAnswers, verify};
//!
//! let expectations = Expectations::from_json(
//!     r#"{ "site": { "criticalTables": ["User"], "criticalIndexes": ["Job_status_idx"] } }"#,
//! )?;
//! let index = ObjectKey::within(Kind::Index, Some("site"), "Job", "Job_status_idx");
//! let snapshot = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "15.20"))
//!     .with(Object::new(ObjectKey::new(Kind::Table, Some("site"), "User")))
//!     .with(Object::new(index).flag(Attribute::Invalid));
//!
//! let verification = verify(&expectations, &snapshot, &RowAnswers::default());
//! assert_eq!(verification.counts(), (1, 1, 0));
//! let missed = verification.missed().next().unwrap();
//! assert_eq!(missed.subject().to_string(), "index site.Job_status_idx");
//! # Ok::<(), migsafe_core::verify::ExpectationsError>(())
//! ```
//!
//! [`engine::verify`](crate::engine::verify) reads what is needed from a database and calls it.

mod answer;
mod at;
mod compare;
mod error;
mod expectations;
mod generate;
mod lookup;
mod near;
mod outcome;
mod parse;
mod print;
mod query;
mod row;
mod subject;
mod tree;
mod type_name;
mod verification;

pub use answer::{MAX_VALUE_CHARS, RowAnswer, RowAnswers};
pub use compare::verify;
pub(crate) use compare::verify_without_schema;
pub use error::ExpectationsError;
pub use expectations::{
    ColumnDefault, ColumnExpectation, ConstraintExpectation, EnumExpectation, Expectations,
    IndexExpectation, RelationExpectation, Section,
};
pub use generate::{Form, Generated, LeftOut};
pub use outcome::{Check, CheckOutcome, Miss};
pub use query::{RowQuery, RowQuestion};
pub use row::{RowCondition, RowExpectation, Scalar};
pub use subject::{Aspect, Subject};
pub use verification::Verification;
