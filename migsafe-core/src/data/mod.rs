//! What pending statements would do to the rows that are there.
//!
//! Whether `DROP COLUMN` loses anything and whether `SET NOT NULL` fails is not in the script but in the database. So
//! the scripts give [`DataCheck`]s, each with a [`DataQuestion`]; a backend that is a
//! [`DataInspector`](crate::store::DataInspector) answers; and every check comes to one [`DataOutcome`]: fine, data
//! loss, will fail, or unknown with the reason.
//!
//! ```
//! use migsafe_core::Dialect;
//! use migsafe_core::data::{DataAnswer, DataOutcome, DataQuestion, Found, judge};
//! use migsafe_core::sql::ObjectName;
//!
//! let table = ObjectName::unqualified("users");
//! let question = DataQuestion::Nulls { table, of: migsafe_core::data::Key::Column("email".into()) };
//! let answer = DataAnswer::Found(Found::exactly(2).with_sample(["17", "18"]));
//! let outcome = judge(Dialect::Postgres, &question, &answer);
//! assert!(matches!(outcome, DataOutcome::WillFail { rows: 2, ref sqlstate, .. } if sqlstate == "23502"));
//! ```
//!
//! A statement is judged with what the statements before it in the same deploy do: a table that they create is empty,
//! a rename is followed, and where they change what the question is about the outcome is unknown, never a guess.

mod answer;
mod cast;
mod check;
mod expression;
mod found;
mod limits;
mod outcome;
mod plan;
mod question;
mod report;
pub(crate) mod rules;

pub use answer::{Certainty, DataAnswer, Found};
pub use cast::{CastClass, cast_class};
pub use check::{DataCheck, Doubt};
pub use limits::DataLimits;
pub use outcome::{DataOutcome, judge};
pub use plan::{PlannedScript, checks};
pub use question::{DataQuestion, Key, NewColumn, Overwrite};
pub use report::{DataReport, Judged};
