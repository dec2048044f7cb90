//! Names as SQL has to write them.

use crate::Dialect;

/// The name, in quotes unless it may be written without.
pub(crate) fn identifier(dialect: Dialect, name: &str) -> String {
    if is_plain(dialect, name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Whether a name without quotes is read as this name: PostgreSQL folds it to lower case.
fn is_plain(dialect: Dialect, name: &str) -> bool {
    let letter = |c: char| match dialect {
        Dialect::Postgres => c.is_ascii_lowercase(),
        Dialect::Sqlite => c.is_ascii_alphabetic(),
    };
    let begins = name.starts_with(|c: char| letter(c) || c == '_');
    let goes_on = name.chars().all(|c| letter(c) || c == '_' || c.is_ascii_digit());
    begins && goes_on && !is_reserved(name)
}

/// Words that one of the databases does not take for a name everywhere: those that are not "non-reserved" in appendix
/// C of PostgreSQL's manual, and those that SQLite's parser does not fall back to a name for.
pub(crate) fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    RESERVED.binary_search(&name.as_str()).is_ok()
}

const RESERVED: &[&str] = &[
    "add",
    "all",
    "alter",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "autoincrement",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "commit",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "delete",
    "desc",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "glob",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "if",
    "ilike",
    "in",
    "index",
    "indexed",
    "initially",
    "inner",
    "inout",
    "insert",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "nothing",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "raise",
    "real",
    "references",
    "regexp",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "set",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "transaction",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_gets_them() {
        for (name, postgres, sqlite) in [
            ("users", "users", "users"),
            ("Posts", "\"Posts\"", "Posts"),
            ("user", "\"user\"", "\"user\""),
            ("_x1", "_x1", "_x1"),
            ("1x", "\"1x\"", "\"1x\""),
            ("a b", "\"a b\"", "\"a b\""),
            ("a\"b", "\"a\"\"b\"", "\"a\"\"b\""),
            ("é", "\"é\"", "\"é\""),
            ("", "\"\"", "\"\""),
            ("ORDER", "\"ORDER\"", "\"ORDER\""),
            // `SELECT raise, a` is a syntax error of SQLite.
            ("raise", "\"raise\"", "\"raise\""),
        ] {
            assert_eq!(identifier(Dialect::Postgres, name), postgres);
            assert_eq!(identifier(Dialect::Sqlite, name), sqlite);
        }
    }

    #[test]
    fn the_list_can_be_searched() {
        assert!(RESERVED.is_sorted());
    }
}
