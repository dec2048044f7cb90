//! What is not used of what was given.

use migsafe_core::Dialect;
use migsafe_postgres::PostgresOptions;

use crate::args::Global;
use crate::connect;

/// Remarks on the URLs. A URL that cannot be used is an error and not a remark; it is not spoken of here.
pub(crate) fn notes(global: &Global) -> Vec<String> {
    let Some(url) = connect::url(global) else { return Vec::new() };
    let direct = connect::direct_url(global);
    match (connect::dialect(url), direct) {
        (Ok(Dialect::Postgres), direct) => ignored("database URL", url)
            .into_iter()
            .chain(direct.and_then(|direct| ignored("direct URL", direct)))
            .collect(),
        (Ok(dialect), Some(_)) => {
            vec![format!("the direct URL is not used: the database is {dialect}")]
        }
        _ => Vec::new(),
    }
}

/// Parameters of a URL that nothing is done with.
fn ignored(what: &str, url: &str) -> Option<String> {
    let options = PostgresOptions::from_url(url).ok()?;
    let names = options.ignored_parameters();
    let not_used = |names| Some(format!("these parameters of the {what} are not used: {names}"));
    if names.is_empty() { None } else { not_used(names.join(", ")) }
}
