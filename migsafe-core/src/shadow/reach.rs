//! What a statement can change beside the database that it runs in.

use crate::Dialect;
use crate::sql::{Action, ActionKind, Body, Fact, ObjectKind, ObjectName, Statement, Words};

/// How far a statement reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reach {
    /// The database that it runs in, and nothing else.
    Database,
    /// What all databases of a server share, and nothing that a schema shows: left out, nothing is missing. What it changes.
    Cluster(&'static str),
    /// It may reach out of the database and change the schema too, or cannot be told. Why.
    Beyond(String),
}

/// How far a statement of a script reaches; `script` is the whole text.
///
/// A statement that only makes a routine reaches nowhere: [`Reach`] is asked again for the one that calls it.
#[must_use]
pub fn reach_of(statement: &Statement, script: &str) -> Reach {
    let text = script.get(statement.range()).unwrap_or_default();
    for fact in statement.facts() {
        match fact {
            Fact::Attach => {
                return Reach::Beyond("it attaches another database file".to_owned());
            }
            Fact::Vacuum if has_word(text, "INTO") => {
                return Reach::Beyond("it writes a database file".to_owned());
            }
            Fact::PreparesTransaction => {
                return Reach::Beyond("a prepared transaction outlives the database".to_owned());
            }
            _ => {}
        }
    }
    if let Some(reach) = of_spelling(statement, text) {
        return reach;
    }
    let verb = statement.verb().to_ascii_uppercase();
    let of_client = statement.has(|fact| matches!(fact, Fact::CopyToStdout | Fact::CopyFromStdin));
    if !of_client && let Some(reach) = of_words(&verb, text) {
        return reach;
    }
    let mut reaches: Vec<Reach> = statement.actions().iter().map(of_action).collect();
    if verb == "DO" {
        let words = Words::of(text, true);
        if words.hidden {
            return Reach::Beyond(
                "what it does is not known: a part of it is written with escapes".to_owned(),
            );
        }
        reaches.extend(words.statements.iter().filter_map(|inner| of_inner(inner)));
    }
    let beyond = reaches.iter().find(|reach| matches!(reach, Reach::Beyond(_)));
    let cluster = reaches.iter().find(|reach| matches!(reach, Reach::Cluster(_)));
    match (beyond, cluster) {
        (Some(beyond), _) => beyond.clone(),
        (None, None) => Reach::Database,
        // A block that makes a role and a table: to leave it out would leave the table out.
        (None, Some(_)) if statement.actions().iter().any(is_of_schema) => Reach::Beyond(
            "it changes what all databases share and something of this database".to_owned(),
        ),
        (None, Some(cluster)) => cluster.clone(),
    }
}

/// Whether a routine of this body can do what nobody can foresee.
pub(super) fn is_opaque_routine(action: &Action) -> Option<&ObjectName> {
    match &action.kind {
        ActionKind::CreateRoutine(routine) => {
            let reaches_out = match &routine.body {
                Body::Opaque(_) => true,
                Body::Read(actions) => {
                    actions.iter().any(|action| of_action(action) != Reach::Database)
                }
                Body::None => false,
            };
            reaches_out.then_some(&routine.name)
        }
        _ => None,
    }
}

/// The routines that an action calls.
pub(super) fn calls(action: &Action) -> &[ObjectName] {
    match &action.kind {
        ActionKind::Query { calls, .. } => calls,
        ActionKind::Call { procedure } => std::slice::from_ref(procedure),
        _ => &[],
    }
}

/// Where it cannot be said which names and strings a text holds.
fn of_spelling(statement: &Statement, text: &str) -> Option<Reach> {
    let small = text.to_ascii_lowercase();
    let escaped = small.contains("u&\"") && Words::of(text, false).hidden;
    // Without it, strings end elsewhere.
    let on = |kind: &ActionKind| matches!(kind, ActionKind::Set { value: Some(value), .. } if value.eq_ignore_ascii_case("on"));
    let strings = small.contains("standard_conforming_strings")
        && !statement.actions().iter().all(|action| on(&action.kind));
    let why = match (escaped, strings) {
        (true, _) => "a name in it is written with escapes",
        (_, true) => "it may change how strings are read",
        _ => return None,
    };
    Some(Reach::Beyond(format!("what it does is not known: {why}")))
}

/// How far a statement in a body reaches, as far as its words tell; `text` has single blanks and no comments. A
/// string of words may look like a statement and be none.
pub(super) fn of_inner(text: &str) -> Option<Reach> {
    let words: Vec<String> =
        text.split(' ').take(3).map(|word| word.to_ascii_uppercase()).collect();
    let is_string = |word: &str| word.contains('\'') || word.starts_with('$');
    let is_one = match words.first().map(String::as_str)? {
        "COPY" => {
            let all: Vec<&str> = text.split(' ').collect();
            all.windows(2).any(|pair| {
                ["FROM", "TO"].iter().any(|word| pair[0].eq_ignore_ascii_case(word))
                    && (is_string(pair[1]) || pair[1].eq_ignore_ascii_case("PROGRAM"))
            })
        }
        "LOAD" => words.get(1).is_some_and(|word| is_string(word)),
        "IMPORT" => words.get(1).is_some_and(|word| word == "FOREIGN"),
        "REASSIGN" => words.get(1).is_some_and(|word| word == "OWNED"),
        "CREATE" | "ALTER" | "DROP" | "SECURITY" => true,
        _ => false,
    };
    if is_one { of_words(&words.join(" "), text) } else { None }
}

/// What the leading words tell.
fn of_words(verb: &str, text: &str) -> Option<Reach> {
    let starts = |words: &str| {
        verb.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    if starts("ALTER SYSTEM") {
        return Some(Reach::Cluster("it changes the settings of the server"));
    }
    if starts("CREATE USER MAPPING") || starts("ALTER USER MAPPING") {
        return Some(Reach::Cluster("it would open the way to another server"));
    }
    if starts("DROP OWNED") || starts("REASSIGN OWNED") || starts("REASSIGN") {
        return Some(Reach::Cluster("it changes what a role owns in all databases"));
    }
    if starts("IMPORT") {
        return Some(Reach::Beyond("it asks another server".to_owned()));
    }
    if starts("LOAD") {
        return Some(Reach::Beyond("it loads a library into the server".to_owned()));
    }
    if starts("SECURITY") {
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        let on = words.iter().position(|word| word.eq_ignore_ascii_case("ON"));
        let kind = on.and_then(|at| words.get(at + 1)).copied().unwrap_or_default();
        let shared = ["ROLE", "DATABASE", "TABLESPACE", "SUBSCRIPTION"];
        return shared
            .iter()
            .any(|one| kind.eq_ignore_ascii_case(one))
            .then_some(Reach::Cluster("the label is on something that belongs to the server"));
    }
    if starts("COPY") {
        return Some(Reach::Beyond(
            "it reads or writes a file of the server, or runs a program there".to_owned(),
        ));
    }
    None
}

fn of_action(action: &Action) -> Reach {
    use ObjectKind as K;
    let kind = match &action.kind {
        ActionKind::Role { .. } => return Reach::Cluster("roles belong to all databases"),
        ActionKind::Grant { text, .. } => return of_grant(text),
        ActionKind::Opaque(why) => {
            return Reach::Beyond(format!("what it does is not known: {why}"));
        }
        ActionKind::Drop { kind, .. }
        | ActionKind::Rename { kind, .. }
        | ActionKind::OwnerTo { kind, .. }
        | ActionKind::Comment { kind, .. }
        | ActionKind::CreateOther { kind, .. }
        | ActionKind::AlterOther { kind, .. } => *kind,
        ActionKind::Query { .. } | ActionKind::Call { .. } => {
            return calls(action)
                .iter()
                .find(|name| reaches_out(&name.name))
                .map_or(Reach::Database, |name| {
                    Reach::Beyond(format!("the function {name} reaches out of the database, or runs SQL that it is given"))
                });
        }
        ActionKind::Insert { table, .. }
        | ActionKind::Update { table, .. }
        | ActionKind::Delete { table, .. }
        | ActionKind::Merge { table, .. }
        | ActionKind::Truncate { table, .. }
        | ActionKind::CopyFrom { table }
            if is_shared_catalog(table) =>
        {
            return Reach::Cluster("the rows belong to all databases");
        }
        _ => return Reach::Database,
    };
    match kind {
        K::Role => Reach::Cluster("roles belong to all databases"),
        K::Database => Reach::Cluster("databases belong to the server"),
        K::Tablespace => Reach::Cluster("tablespaces belong to the server"),
        K::Subscription => Reach::Cluster("a subscription connects to another server"),
        _ => Reach::Database,
    }
}

/// Privileges on an object of the database, or something shared.
fn of_grant(text: &str) -> Reach {
    let words: Vec<String> =
        text.split_ascii_whitespace().map(|word| word.to_ascii_uppercase()).collect();
    let after_on = words.iter().position(|word| word == "ON").and_then(|at| words.get(at + 1));
    match after_on.map(String::as_str) {
        None => Reach::Cluster("membership in roles belongs to all databases"),
        Some("DATABASE" | "TABLESPACE" | "PARAMETER") => {
            Reach::Cluster("the privilege is on something that belongs to the server")
        }
        Some(_) => Reach::Database,
    }
}

/// Catalogs that all databases of a server share (PostgreSQL manual, chapter 53), and views of them.
fn is_shared_catalog(table: &ObjectName) -> bool {
    const NAMES: [&str; 14] = [
        "pg_auth_members",
        "pg_authid",
        "pg_database",
        "pg_db_role_setting",
        "pg_parameter_acl",
        "pg_replication_origin",
        "pg_roles",
        "pg_shadow",
        "pg_shdepend",
        "pg_shdescription",
        "pg_shseclabel",
        "pg_subscription",
        "pg_tablespace",
        "pg_user",
    ];
    table.schema.as_ref().is_none_or(|schema| schema.eq_ignore_ascii_case("pg_catalog"))
        && NAMES.iter().any(|name| table.name.eq_ignore_ascii_case(name))
}

/// Functions of the server and of what comes with it that do something elsewhere, or run SQL that they are given as
/// text (PostgreSQL manual, sections 9.15, 9.28 and F.11; functions of extensions by their names).
pub(super) fn reaches_out(name: &str) -> bool {
    const NAMES: [&str; 25] = [
        "connectby",
        "cursor_to_xml",
        "lo_export",
        "lo_import",
        "load_extension",
        "pg_backup_start",
        "pg_backup_stop",
        "pg_cancel_backend",
        "pg_create_logical_replication_slot",
        "pg_create_physical_replication_slot",
        "pg_create_restore_point",
        "pg_drop_replication_slot",
        "pg_log_backend_memory_contexts",
        "pg_promote",
        "pg_reload_conf",
        "pg_rotate_logfile",
        "pg_start_backup",
        "pg_stop_backup",
        "pg_switch_wal",
        "pg_terminate_backend",
        "pg_wal_replay_pause",
        "pg_wal_replay_resume",
        "ts_rewrite",
        "ts_stat",
        "xpath_table",
    ];
    const PREFIXES: [&str; 17] = [
        "crosstab",
        "database_to_xml",
        "dblink",
        "http",
        "pg_background_",
        "pg_copy_",
        "pg_file_",
        "pg_logdir_ls",
        "pg_logical_",
        "pg_ls_",
        "pg_read_",
        "pg_replication_",
        "pg_stat_file",
        "pg_stat_reset",
        "pg_stat_statements_reset",
        "query_to_xml",
        "schema_to_xml",
    ];
    let name = name.to_ascii_lowercase();
    let is_whole_table = name.starts_with("table_to_xml");
    is_whole_table || NAMES.contains(&&*name) || PREFIXES.iter().any(|one| name.starts_with(one))
}

/// Whether leaving it out would be seen in the schema.
fn is_of_schema(action: &Action) -> bool {
    of_action(action) == Reach::Database
        && !matches!(
            action.kind,
            ActionKind::Query { .. }
                | ActionKind::Set { .. }
                | ActionKind::Other(_)
                | ActionKind::Lock { .. }
        )
}

/// Whether a key word stands in a statement, outside of nothing in particular: it may be found too often.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .any(|part| part.eq_ignore_ascii_case(word))
}

/// The dialect does not matter where no statement of it can reach out.
pub(super) fn is_restricted(dialect: Dialect, isolation: crate::store::Isolation) -> bool {
    // A database in memory is alone, and still a script could write files.
    dialect == Dialect::Sqlite || isolation != crate::store::Isolation::Separate
}

#[cfg(all(test, feature = "postgres-sql", feature = "sqlite-sql"))]
mod tests {
    use super::*;
    use crate::sql::analyse;

    fn reach(dialect: Dialect, sql: &str) -> Reach {
        let script = analyse(dialect, sql);
        assert_eq!(script.statements().len(), 1, "{sql}: {script:?}");
        reach_of(&script.statements()[0], sql)
    }

    #[test]
    fn what_a_schema_is_made_of_stays_within() {
        for sql in [
            "CREATE TABLE t (id bigint PRIMARY KEY)",
            "CREATE SCHEMA s",
            "CREATE EXTENSION pg_trgm",
            "GRANT SELECT ON t TO app",
            "GRANT USAGE ON SCHEMA s TO app",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO app",
            "ALTER TABLE t OWNER TO app",
            "COMMENT ON TABLE t IS 'x'",
            "SELECT set_config('search_path', '', false)",
            "DO $$ BEGIN ALTER TABLE t ADD COLUMN a int; END $$",
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'x' || y; END $$",
            "COPY t FROM STDIN",
            "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw",
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "REFRESH MATERIALIZED VIEW v",
            "SECURITY LABEL ON TABLE t IS 'x'",
            "SET standard_conforming_strings = on",
            "DO $$ BEGIN RAISE NOTICE 'Copy from it'; RAISE NOTICE 'load it'; END $$",
            "INSERT INTO t VALUES ('U&\"a')",
            "UPDATE app.pg_user SET a = 1",
        ] {
            assert_eq!(reach(Dialect::Postgres, sql), Reach::Database, "{sql}");
        }
        for sql in
            ["CREATE TABLE t (id)", "PRAGMA foreign_keys=OFF", "VACUUM", "SELECT lower(x) FROM t"]
        {
            assert_eq!(reach(Dialect::Sqlite, sql), Reach::Database, "{sql}");
        }
    }

    #[test]
    fn what_all_databases_share_is_told() {
        for sql in [
            "CREATE ROLE app LOGIN",
            "CREATE USER app PASSWORD 'x'",
            "ALTER ROLE app SET search_path = a",
            "DROP ROLE app",
            "GRANT app TO admin",
            "GRANT CONNECT ON DATABASE d TO app",
            "CREATE DATABASE d",
            "DROP DATABASE d",
            "ALTER DATABASE d SET timezone = 'UTC'",
            "CREATE TABLESPACE s LOCATION '/x'",
            "ALTER SYSTEM SET work_mem = '1GB'",
            "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
            "DROP SUBSCRIPTION s",
            "DROP OWNED BY app",
            "REASSIGN OWNED BY a TO b",
            "CREATE USER MAPPING FOR app SERVER s",
            "COMMENT ON DATABASE d IS 'x'",
            "COMMENT ON ROLE r IS 'x'",
            "SECURITY LABEL ON ROLE r IS 'x'",
            "SECURITY LABEL FOR p ON TABLESPACE t IS 'x'",
            "UPDATE pg_authid SET rolsuper = true",
            "DELETE FROM pg_catalog.pg_db_role_setting",
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'a') THEN CREATE ROLE a; END IF; END $$",
        ] {
            assert!(
                matches!(reach(Dialect::Postgres, sql), Reach::Cluster(_)),
                "{sql}: {:?}",
                reach(Dialect::Postgres, sql)
            );
        }
    }

    #[test]
    fn what_cannot_be_told_or_goes_further_is_told() {
        for sql in [
            "DO $$ BEGIN EXECUTE 'CREATE ROLE ' || current_user; END $$",
            "DO $$ BEGIN CREATE ROLE a; CREATE TABLE t (id int); END $$",
            "SELECT dblink_exec('host=x', 'DROP TABLE t')",
            "SELECT pg_terminate_backend(1)",
            "SELECT pg_reload_conf()",
            "COPY t FROM PROGRAM 'ls'",
            "COPY t TO '/tmp/x'",
            "COPY (SELECT 1) TO PROGRAM 'x'",
            "LOAD 'x'",
            "IMPORT FOREIGN SCHEMA a FROM SERVER s INTO b",
            "PREPARE TRANSACTION 'x'",
            "COPY stdin FROM '/tmp/x'",
            "DO $$ BEGIN COPY t FROM PROGRAM 'x'; END $$",
            "DO $$ BEGIN IF true THEN COPY t TO /* a */ '/tmp/x'; END IF; END $$",
            "DO $$ BEGIN LOAD 'x'; END $$",
            "DO $$ BEGIN DROP OWNED BY a; REASSIGN OWNED BY b TO c; END $$",
            "DO E'BEGIN PERFORM \\x61(); END'",
            "SELECT U&\"\\0061\"()",
            "SET standard_conforming_strings = off",
            "SELECT query_to_xml('SELECT a()', true, true, '')",
            "DO LANGUAGE plpython3u $$ import os $$",
            "THIS IS NO SQL",
        ] {
            assert!(
                matches!(reach(Dialect::Postgres, sql), Reach::Beyond(_)),
                "{sql}: {:?}",
                reach(Dialect::Postgres, sql)
            );
        }
        for sql in ["ATTACH 'x.db' AS x", "VACUUM INTO 'copy.db'", "DETACH x"] {
            assert!(matches!(reach(Dialect::Sqlite, sql), Reach::Beyond(_)), "{sql}");
        }
    }
}
