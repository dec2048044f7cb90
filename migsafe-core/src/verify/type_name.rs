//! Types of columns: several names for one.

use crate::Dialect;

/// Whether a type is the one that the database shows. On PostgreSQL the short names of the manual's table of types
/// count as the long ones, and a type of the own schema may be written without it.
pub(super) fn is_same(dialect: Dialect, schema: Option<&str>, expected: &str, found: &str) -> bool {
    match dialect {
        Dialect::Sqlite => sqlite(expected) == sqlite(found),
        Dialect::Postgres => {
            let (expected, found) = (postgres(expected), postgres(found));
            let own = |text: &str| {
                let prefix = schema.map(|schema| format!("{schema}."));
                prefix.and_then(|prefix| text.strip_prefix(&prefix).map(str::to_owned))
            };
            expected == found || own(&found).is_some_and(|found| found == expected)
        }
    }
}

fn sqlite(text: &str) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    flat.replace(" (", "(")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(", ", ",")
        .to_ascii_uppercase()
}

/// Long names, single blanks, no quotation marks. What is quoted, or has a capital letter that PostgreSQL would only
/// show quoted, keeps its letters.
fn postgres(text: &str) -> String {
    let text = text.trim();
    let element = text.trim_end_matches(['[', ']', ' ']);
    let array = text.len() - element.len();
    let brackets = text[text.len() - array..].matches('[').count();
    let (name, modifier) = match element.split_once('(') {
        Some((name, rest)) => {
            // `timestamp(3) without time zone` has its modifier in the middle.
            let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
            let inside: String = inside.split_whitespace().collect();
            (format!("{} {after}", name.trim()), format!("({inside})"))
        }
        None => (element.to_owned(), String::new()),
    };
    let name = name.replace('"', "");
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = long(&name.to_ascii_lowercase()).map_or(name, str::to_owned);
    format!("{name}{modifier}{}", "[]".repeat(brackets))
}

/// Table 8.1 of PostgreSQL's manual.
fn long(name: &str) -> Option<&'static str> {
    Some(match name {
        "bigint" | "int8" => "bigint",
        "bit varying" | "varbit" => "bit varying",
        "boolean" | "bool" => "boolean",
        "character" | "char" => "character",
        "character varying" | "varchar" => "character varying",
        "double precision" | "float8" | "float" => "double precision",
        "integer" | "int" | "int4" => "integer",
        "numeric" | "decimal" => "numeric",
        "real" | "float4" => "real",
        "smallint" | "int2" => "smallint",
        "text" => "text",
        "json" => "json",
        "jsonb" => "jsonb",
        "uuid" => "uuid",
        "bytea" => "bytea",
        "date" => "date",
        "time" | "time without time zone" => "time without time zone",
        "timetz" | "time with time zone" => "time with time zone",
        "timestamp" | "timestamp without time zone" => "timestamp without time zone",
        "timestamptz" | "timestamp with time zone" => "timestamp with time zone",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_type_has_several_names() {
        for (expected, found, same) in [
            ("int", "integer", true),
            ("TEXT", "text", true),
            ("varchar(20)", "character varying(20)", true),
            ("varchar( 20 )", "character varying(20)", true),
            ("varchar", "character varying(20)", false),
            ("timestamp(3)", "timestamp(3) without time zone", true),
            ("timestamptz(3)", "timestamp(3) with time zone", true),
            ("timestamptz", "timestamp without time zone", false),
            ("decimal(10, 2)", "numeric(10,2)", true),
            ("int4[]", "integer[]", true),
            ("int", "integer[]", false),
            ("JobStatus", "site.\"JobStatus\"", true),
            ("site.JobStatus", "site.\"JobStatus\"", true),
            ("\"JobStatus\"", "site.\"JobStatus\"", true),
            ("jobstatus", "site.\"JobStatus\"", false),
            ("JobStatus", "other.\"JobStatus\"", false),
            ("JobStatus[]", "site.\"JobStatus\"[]", true),
        ] {
            let is = is_same(Dialect::Postgres, Some("site"), expected, found);
            assert_eq!(is, same, "{expected} {found}");
        }
        for (expected, found, same) in [
            ("varchar(20)", "VARCHAR(20)", true),
            ("decimal (10,2)", "DECIMAL(10, 2)", true),
            ("int", "INTEGER", false),
        ] {
            assert_eq!(is_same(Dialect::Sqlite, None, expected, found), same, "{expected} {found}");
        }
    }
}
