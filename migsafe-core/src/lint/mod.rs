//! Rules on the SQL of migrations that are about to be applied.

mod catalogue;
mod quote;
mod rules;
mod site;
mod statements;
#[cfg(test)]
mod tests;

pub(crate) use catalogue::Catalogue;
pub use catalogue::{ColumnState, ConstraintState, TableState, TypeState, ViewState};
pub(crate) use rules::ALL;
pub use site::{Site, all_sites, sites};
