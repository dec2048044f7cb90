//! What the rules on single statements share.

use crate::migrations::MigrationName;
use crate::policy::{Facts, Location};
use crate::sql::Statement;

/// Every statement that is about to be run, with its migration and its place.
pub(super) fn statements<'a>(
    facts: &Facts<'a>,
) -> impl Iterator<Item = (&'a MigrationName, Location, &'a Statement)> {
    facts.scripts().flat_map(|(name, script)| {
        script.statements().iter().enumerate().map(move |(index, statement)| {
            (name, Location::of_statement(index, statement), statement)
        })
    })
}
