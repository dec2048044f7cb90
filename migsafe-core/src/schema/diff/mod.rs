//! The difference of two snapshots, and why it is one.
//!
//! [`diff`] compares object by object and attribute by attribute. What differs in the text and not in the
//! meaning is told apart by named [`Tolerance`]s; what a team knows of and accepts, by [`IgnoreRule`]s with an
//! owner, a reason and an end. Neither is dropped: a [`Diff`] lists both beside the changes, and
//! [`explain`] says of any object why it was called equal or different.
//!
//! ```
//! use migsafe_core::Dialect;
//! use migsafe_core::schema::diff::{IgnoreRule, IgnoreRules};
//! use migsafe_core::schema::{DiffOptions, Kind, Object, ObjectKey, ServerVersion, Snapshot, diff};
//!
//! let empty = Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "15.20"));
//! let scratch = ObjectKey::new(Kind::Table, Some("app"), "tmp_import");
//! let live = empty.clone().with(Object::new(scratch));
//!
//! let rule = IgnoreRule::new("table:app.tmp_*", "data team", "made by the nightly import")?;
//! let options = DiffOptions::default().with_ignore(IgnoreRules::new([rule]));
//! let difference = diff(&empty, &live, &options)?;
//! assert!(difference.is_empty());
//! assert_eq!(difference.ignored().len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod change;
mod compare;
mod default_cast;
mod destructive;
mod explain;
mod generated_name;
mod glob;
mod ignore;
mod options;
mod outcome;
mod tolerance;
mod view_text;

pub use change::{Change, ChangeKind};
pub use compare::diff;
pub use explain::{Explanation, Judgement, explain};
pub use ignore::{IgnoreRule, IgnoreRuleError, IgnoreRules};
pub use options::{DiffError, DiffOptions};
pub use outcome::{Diff, Ignored, Tolerated};
pub use tolerance::{Stage, Tolerance};

pub(super) use compare::attributes;
pub(super) use destructive::widens;
