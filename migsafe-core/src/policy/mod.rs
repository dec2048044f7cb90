//! Rules find, a policy weighs, a verdict follows.
//!
//! ```
//! use migsafe_core::policy::{Environment, Policy, Severity};
//!
//! let mut policy = Policy::for_environment(Environment::production());
//! assert_eq!(policy.severity("ghost"), Severity::Error);
//! policy = policy.with_override("ghost", Severity::Warn, "known baseline rows")?;
//! assert_eq!(policy.severity("ghost"), Severity::Warn);
//! # Ok::<(), migsafe_core::policy::OverrideError>(())
//! ```
//!
//! Severity is decided here and never in a rule: a rule only says what it found.

mod environment;
mod facts;
mod finding;
mod folder;
mod judge;
mod rule;
pub(crate) mod rules;
mod severity;
mod suggestion;
mod suppressed;
mod verdict;

pub use environment::{Environment, Tier};
pub use facts::{Facts, Scope};
pub use finding::{Finding, Findings, Location, Span};
pub use judge::{Override, OverrideError, Policy};
pub use rule::{BuiltIn, Rule, built_in_rules, similar_rules};
pub(crate) use rule::{Meta, rules_macro};
pub use severity::Severity;
pub use suggestion::Suggestion;
pub(crate) use suppressed::Suppressions;
pub use suppressed::{Examination, Suppressed};
pub use verdict::{Refusal, Verdict};
