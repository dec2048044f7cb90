//! What is known of the functions of the system (`pg_proc.provolatile` of PostgreSQL 14 to 18) and of a few
//! extensions that migrations use for defaults.

use crate::sql::{ObjectName, Volatility};

/// How the value of a call depends on when it is made.
pub(super) fn of(function: &ObjectName) -> Volatility {
    let name = function.name.as_str();
    // Extensions are installed into any schema.
    if VOLATILE_OF_EXTENSIONS.binary_search(&name).is_ok() {
        return Volatility::Volatile;
    }
    if CONSTANT_OF_EXTENSIONS.binary_search(&name).is_ok() {
        return Volatility::Constant;
    }
    if function.schema.as_deref().is_some_and(|schema| schema != "pg_catalog") {
        return Volatility::Unknown;
    }
    if VOLATILE.binary_search(&name).is_ok() {
        Volatility::Volatile
    } else if STABLE.binary_search(&name).is_ok() {
        Volatility::Stable
    } else if CONSTANT.binary_search(&name).is_ok() {
        Volatility::Constant
    } else {
        Volatility::Unknown
    }
}

const VOLATILE_OF_EXTENSIONS: &[&str] = &[
    "gen_random_bytes",
    "gen_salt",
    "pgp_sym_encrypt",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
];

const CONSTANT_OF_EXTENSIONS: &[&str] = &[
    "crypt",
    "digest",
    "hmac",
    "uuid_generate_v3",
    "uuid_generate_v5",
    "uuid_nil",
    "uuid_ns_dns",
    "uuid_ns_oid",
    "uuid_ns_url",
    "uuid_ns_x500",
];

const VOLATILE: &[&str] = &[
    "clock_timestamp",
    "currval",
    "gen_random_uuid",
    "lastval",
    "lo_creat",
    "lo_create",
    "nextval",
    "pg_advisory_lock",
    "pg_advisory_xact_lock",
    "pg_notify",
    "pg_sleep",
    "pg_sleep_for",
    "pg_sleep_until",
    "pg_try_advisory_lock",
    "random",
    "random_normal",
    "set_config",
    "setseed",
    "setval",
    "timeofday",
    "uuidv4",
    "uuidv7",
];

const STABLE: &[&str] = &[
    "age",
    "array_to_json",
    "array_to_string",
    "col_description",
    "concat",
    "concat_ws",
    "current_database",
    "current_query",
    "current_schema",
    "current_schemas",
    "current_setting",
    "date_part",
    "date_trunc",
    "format",
    "format_type",
    "has_column_privilege",
    "has_database_privilege",
    "has_function_privilege",
    "has_schema_privilege",
    "has_sequence_privilege",
    "has_table_privilege",
    "inet_client_addr",
    "inet_server_addr",
    "json_agg",
    "json_build_array",
    "json_build_object",
    "jsonb_agg",
    "jsonb_build_array",
    "jsonb_build_object",
    "now",
    "obj_description",
    "pg_backend_pid",
    "pg_current_xact_id",
    "pg_get_constraintdef",
    "pg_get_expr",
    "pg_get_functiondef",
    "pg_get_indexdef",
    "pg_get_serial_sequence",
    "pg_get_triggerdef",
    "pg_get_userbyid",
    "pg_get_viewdef",
    "pg_my_temp_schema",
    "pg_table_is_visible",
    "pg_typeof",
    "quote_literal",
    "quote_nullable",
    "row_to_json",
    "statement_timestamp",
    "string_agg",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_regclass",
    "to_regnamespace",
    "to_regproc",
    "to_regrole",
    "to_regtype",
    "to_timestamp",
    "to_tsquery",
    "to_tsvector",
    "transaction_timestamp",
    "ts_headline",
    "txid_current",
    "version",
    "websearch_to_tsquery",
];

const CONSTANT: &[&str] = &[
    "abs",
    "acos",
    "array_agg",
    "array_append",
    "array_cat",
    "array_fill",
    "array_length",
    "array_lower",
    "array_position",
    "array_positions",
    "array_prepend",
    "array_remove",
    "array_replace",
    "array_upper",
    "ascii",
    "asin",
    "atan",
    "atan2",
    "avg",
    "bit_count",
    "bit_length",
    "btrim",
    "cardinality",
    "cbrt",
    "ceil",
    "ceiling",
    "char_length",
    "character_length",
    "chr",
    "coalesce",
    "cos",
    "count",
    "daterange",
    "decode",
    "degrees",
    "div",
    "encode",
    "exp",
    "factorial",
    "floor",
    "gcd",
    "generate_series",
    "greatest",
    "hashtext",
    "initcap",
    "int4range",
    "int8range",
    "isempty",
    "json_array_length",
    "jsonb_array_length",
    "jsonb_object",
    "jsonb_pretty",
    "jsonb_set",
    "jsonb_strip_nulls",
    "jsonb_typeof",
    "justify_days",
    "justify_hours",
    "justify_interval",
    "lcm",
    "least",
    "left",
    "length",
    "ln",
    "log",
    "log10",
    "lower",
    "lower_inc",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_time",
    "make_timestamp",
    "max",
    "md5",
    "min",
    "mod",
    "normalize",
    "nullif",
    "num_nonnulls",
    "num_nulls",
    "numrange",
    "octet_length",
    "overlay",
    "pi",
    "position",
    "power",
    "quote_ident",
    "radians",
    "regexp_like",
    "regexp_match",
    "regexp_matches",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "rtrim",
    "scale",
    "setweight",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sign",
    "sin",
    "split_part",
    "sqrt",
    "starts_with",
    "string_to_array",
    "strip",
    "strpos",
    "substr",
    "substring",
    "sum",
    "tan",
    "to_ascii",
    "to_hex",
    "translate",
    "trim",
    "trim_array",
    "trunc",
    "tsrange",
    "unnest",
    "upper",
    "upper_inc",
    "width_bucket",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_can_be_searched_and_do_not_contradict_each_other() {
        let tables = [VOLATILE_OF_EXTENSIONS, CONSTANT_OF_EXTENSIONS, VOLATILE, STABLE, CONSTANT];
        for table in tables {
            assert!(table.is_sorted_by(|a, b| a < b), "{table:?}");
        }
        let mut all = tables.concat();
        all.sort_unstable();
        assert!(all.is_sorted_by(|a, b| a < b), "a function stands in two tables");
    }
}
