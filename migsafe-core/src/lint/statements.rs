//! What the rules on single statements share.

use crate::migrations::MigrationName;
use crate::policy::{Facts, Location};
use crate::sql::{Script, Statement};

/// Every statement that is about to be run, with its migration and its place.
pub(super) fn statements<'a>(
    facts: &Facts<'a>,
) -> impl Iterator<Item = (&'a MigrationName, Location, &'a Statement)> {
    facts.scripts().flat_map(of_script)
}

/// The same, without those of scripts that run statement by statement: there no statement sees what an earlier one
/// has set.
pub(super) fn statements_together<'a>(
    facts: &Facts<'a>,
) -> impl Iterator<Item = (&'a MigrationName, Location, &'a Statement)> {
    facts.scripts().filter(|(_, script)| !script.runs_by_statement()).flat_map(of_script)
}

fn of_script<'a>(
    (name, script): (&'a MigrationName, &'a Script),
) -> impl Iterator<Item = (&'a MigrationName, Location, &'a Statement)> {
    script
        .statements()
        .iter()
        .enumerate()
        .map(move |(index, statement)| (name, Location::of_statement(index, statement), statement))
}
