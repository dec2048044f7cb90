//! What would be done, in order, bound to the history it was made from.
//!
//! ```
//! use migsafe_core::plan::Target;
//! assert_eq!(Target::default(), Target::All);
//! ```

#[expect(clippy::module_inception, reason = "the file holds the type `Plan`")]
mod plan;
mod target;

pub use plan::{Plan, PlanId, PlanStep, StepKind};
pub use target::Target;
