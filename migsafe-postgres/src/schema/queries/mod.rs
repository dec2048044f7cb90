//! One query per kind of object.
//!
//! Names of the catalog need no schema: the search path is empty, so that `pg_catalog` alone is searched, and
//! the connection is ours, so that there are no temporary tables.

mod columns;
mod constraints;
mod database;
pub(super) mod dependencies;
mod indexes;
mod operators;
mod relations;
mod routines;
mod security;
mod sequences;
mod text_search;
mod triggers;
mod types;

use super::query::{Context, Query};

/// All of them: the same number for every database, fewer for single schemas.
pub(super) fn all(context: &Context<'_>) -> Vec<Query> {
    let mut queries = vec![
        database::schemas(context),
        database::extensions(context),
        relations::relations(context),
        columns::columns(context),
        constraints::constraints(context),
        indexes::indexes(context),
        indexes::statistics(context),
        sequences::sequences(context),
        types::types(context),
        types::collations(context),
        routines::routines(context),
        routines::aggregates(context),
        triggers::triggers(context),
        triggers::rules(context),
        security::policies(context),
        operators::operators(context),
        operators::families(context),
        operators::classes(context),
        text_search::configurations(context),
        text_search::dictionaries(context),
    ];
    if context.options.privileges() {
        queries.push(security::default_privileges(context));
    }
    if context.is_whole_database() {
        queries.extend([
            database::publications(context),
            database::foreign_data_wrappers(context),
            database::foreign_servers(context),
            triggers::event_triggers(context),
            operators::casts(context),
        ]);
    }
    queries
}
