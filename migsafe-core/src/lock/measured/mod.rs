//! What statements lock, as measured on every PostgreSQL version that migsafe works on.
//!
//! ```
//! use migsafe_core::lock::TableLock;
//! use migsafe_core::lock::measured::{Role, measured};
//!
//! let form = measured("create-index", 15).unwrap();
//! assert_eq!(form.lock(Role::Table), Some(TableLock::Share));
//! assert_eq!(form.scans(), [Role::Table]);
//! ```
//!
//! The data is written by `cargo xtask lock-table`, which runs every form on every version; the book shows it
//! in the chapter “What statements lock”.

mod form;
mod role;
#[rustfmt::skip]
mod table;

pub use form::{MeasuredForm, Rewrite, measured, measured_forms, measured_versions};
pub use role::Role;
