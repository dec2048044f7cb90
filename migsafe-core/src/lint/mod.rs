//! Rules on the SQL of migrations that are about to be applied.

mod rules;
mod statements;
#[cfg(test)]
mod tests;

pub(crate) use rules::ALL;
