//! Whether the schemas that were named are there.

use migsafe_core::Dialect;
use migsafe_core::schema::Snapshot;

use crate::failure::Failure;

/// Nothing differs in a schema that neither side has, and that would be read as good news.
pub(crate) fn are_there(named: &[String], sides: &[&Snapshot]) -> Result<(), Failure> {
    let is_missing = |name: &&String| {
        *name != "*" && !sides.iter().any(|snapshot| snapshot.has_schema(name.as_str()))
    };
    let Some(name) = named.iter().find(is_missing) else { return Ok(()) };
    let is_sqlite = sides.iter().any(|snapshot| snapshot.dialect() == Dialect::Sqlite);
    let lower = name.to_lowercase();
    let (message, help) = match (is_sqlite, *name == lower) {
        (true, _) => ("SQLite has no schemas".to_owned(), "leave --schema out".to_owned()),
        (false, false) => (
            format!("there is no schema {name:?}"),
            format!("did you mean {lower}? `migsafe schema` reads all schemas"),
        ),
        (false, true) => (
            format!("there is no schema {name:?}"),
            "name it as it is in the database; `migsafe schema` reads all schemas".to_owned(),
        ),
    };
    Err(Failure::usage(message, help))
}
