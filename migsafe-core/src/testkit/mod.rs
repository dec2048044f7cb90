//! Tools for tests: proptest strategies, a scenario builder, and the conformance suite for backends.
//!
//! ```
//! use migsafe_core::diagnosis::State;
//! use migsafe_core::testkit::Scenario;
//!
//! let diagnosis = Scenario::new()
//!     .file("20250101000000_init").applied()
//!     .file("20250102000000_posts").ghost()
//!     .file("20250103000000_tags")
//!     .orphan("20241231000000_gone")
//!     .diagnose();
//! assert_eq!(diagnosis.entry("20250102000000_posts").unwrap().state(), State::Ghost);
//! assert_eq!(diagnosis.entry("20241231000000_gone").unwrap().state(), State::Orphaned);
//! ```

pub mod conformance;
mod executor;
pub mod fixtures;
mod scenario;
pub mod schemas;
pub mod strategy;

pub use executor::{block_on, join_all};
pub use scenario::Scenario;
