//! Comparing expectations with what is there.

mod defect;
mod index;
mod missing;
mod nullable;
mod row;
mod run;
mod section;

pub(super) use defect::defect_of;
pub(super) use nullable::takes_null;
pub use run::verify;
pub(crate) use run::verify_without_schema;
pub(super) use section::unread_table;
