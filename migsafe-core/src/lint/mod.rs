//! Rules on the SQL of migrations that are about to be applied.

mod catalogue;
mod quote;
mod rebuild;
mod rules;
mod site;
mod statements;
#[cfg(test)]
mod tests;

pub(crate) use catalogue::Catalogue;
pub use catalogue::{ColumnState, ConstraintState, TableState, TypeState, ViewState};
pub use rebuild::{Rebuild, rebuild_at, rebuild_of_drop, rebuilds};
pub(crate) use rules::ALL;
pub use site::{Site, all_sites, sites};
