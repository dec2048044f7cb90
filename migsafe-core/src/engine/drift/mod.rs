//! `drift`: the database beside what its migrations give.

mod elsewhere;
mod find;
mod options;
mod rehearse;
mod report;

pub use find::drift;
pub use options::DriftOptions;
pub use rehearse::{Rehearsal, Rehearsed, rehearse};
pub use report::{Blind, DriftReport};
