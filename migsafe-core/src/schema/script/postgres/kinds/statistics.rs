//! Extended statistics.

use super::{number, text};
use crate::schema::script::postgres::names::qualified;
use crate::schema::{Attribute, Object};

pub(super) fn create(statistics: &Object) -> Vec<String> {
    let mut statements = vec![text(statistics, Attribute::Definition).to_owned()];
    if statistics.get(Attribute::StatisticsTarget).is_some() {
        statements.extend(set_target(statistics));
    }
    statements
}

pub(super) fn set_target(statistics: &Object) -> Vec<String> {
    let target = number(statistics, Attribute::StatisticsTarget).unwrap_or(-1);
    vec![format!("ALTER STATISTICS {} SET STATISTICS {target}", qualified(statistics.key()))]
}
