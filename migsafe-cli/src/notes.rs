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
    // What looks like a name can be the rest of a password with a `&` in it.
    let has_secret = url.contains("password=");
    let is_name = |name: &&String| !has_secret && url.contains(&format!("{name}="));
    let shown: Vec<&str> = names.iter().filter(is_name).map(String::as_str).collect();
    match (names.len(), shown.len()) {
        (0, _) => None,
        (all, named) if all == named => {
            Some(format!("these parameters of the {what} are not used: {}", shown.join(", ")))
        }
        (1, _) => Some(format!("a parameter of the {what} is not known and not used")),
        (all, _) => Some(format!("{all} parameters of the {what} are not known and not used")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_and_rests_of_passwords_are_not() {
        let of = |url| ignored("database URL", url);
        assert_eq!(of("postgresql://u@h/d?schema=s"), None);
        let shown = of("postgresql://u@h/d?channel_binding=prefer&gssencmode=x").unwrap();
        assert!(shown.ends_with("not used: channel_binding, gssencmode"), "{shown}");
        for url in [
            "postgresql://u@h/d?password=a&s3cret",
            "postgresql://u@h/d?password=a&s3cret=b",
            "postgresql://u@h/d?s3cret",
        ] {
            let shown = of(url).unwrap();
            assert_eq!(shown, "a parameter of the database URL is not known and not used");
        }
    }
}
