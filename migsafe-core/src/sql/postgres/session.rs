//! What a statement changes in the session: settings, role, advisory locks.

use crate::sql::statement::Fact;
use crate::sql::token::{Kind, Tokens};

/// The facts of a statement that begins with `SET` or `RESET`.
pub(super) fn set_or_reset(t: Tokens<'_>) -> Vec<Fact> {
    if t.is(0, "RESET") {
        return reset(t);
    }
    let is_name = |i: usize| t.punct(i, b'.') || t.punct(i, b'=') || t.is(i, "TO");
    let mut i = 1;
    let mut local = false;
    if t.is(i, "LOCAL") && !is_name(i + 1) {
        local = true;
        i += 1;
    } else if t.is(i, "SESSION") && !is_name(i + 1) {
        if t.is(i + 1, "CHARACTERISTICS") {
            return vec![Fact::SetsTransaction];
        }
        if !t.is(i + 1, "AUTHORIZATION") {
            i += 1;
        }
    }
    if t.are(i, &["SESSION", "AUTHORIZATION"]) {
        return vec![Fact::SetsRole { local }];
    }
    if !is_name(i + 1) {
        let special = match t.name(i).unwrap_or_default().as_str() {
            "role" => Some("role"),
            "transaction" => return vec![Fact::SetsTransaction],
            "constraints" | "catalog" => return Vec::new(),
            "time" => Some("timezone"),
            "schema" => Some("search_path"),
            "names" => Some("client_encoding"),
            "xml" => Some("xmloption"),
            _ => None,
        };
        if let Some(name) = special {
            return vec![setting(name, local)];
        }
    }
    setting_name(t, i).map(|name| setting(&name, local)).into_iter().collect()
}

/// Adds what the functions called anywhere in the tokens do: `set_config` and
/// `pg_advisory_unlock…`.
pub(super) fn calls(t: Tokens<'_>, facts: &mut Vec<Fact>) {
    for i in 0..t.len() {
        if !t.punct(i + 1, b'(')
            || !matches!(t.get(i).map(|x| x.kind), Some(Kind::Word | Kind::Quoted))
        {
            continue;
        }
        let fact = match t.name(i).as_deref() {
            Some("set_config") => set_config(t, i + 1),
            Some("pg_advisory_unlock" | "pg_advisory_unlock_shared" | "pg_advisory_unlock_all") => {
                Fact::ReleasesLocks
            }
            _ => continue,
        };
        add(facts, fact);
    }
}

/// Adds a fact that is not there yet.
pub(super) fn add(facts: &mut Vec<Fact>, fact: Fact) {
    if !facts.contains(&fact) {
        facts.push(fact);
    }
}

fn reset(t: Tokens<'_>) -> Vec<Fact> {
    let local = false;
    if t.is(1, "ALL") {
        return vec![Fact::SetsSearchPath { local }, setting("all", local)];
    }
    if t.are(1, &["SESSION", "AUTHORIZATION"]) {
        return vec![Fact::SetsRole { local }];
    }
    if t.are(1, &["TIME", "ZONE"]) {
        return vec![setting("timezone", local)];
    }
    if t.are(1, &["TRANSACTION", "ISOLATION"]) {
        return vec![Fact::SetsTransaction];
    }
    setting_name(t, 1).map(|name| setting(&name, local)).into_iter().collect()
}

/// A setting's name from `i`, with the parts behind its dots.
fn setting_name(t: Tokens<'_>, i: usize) -> Option<String> {
    let mut name = t.name(i)?;
    let mut dot = i + 1;
    while t.punct(dot, b'.') {
        name.push('.');
        name.push_str(&t.name(dot + 1)?);
        dot += 2;
    }
    Some(name.to_lowercase())
}

/// Setting names do not distinguish case, quoted or not.
fn setting(name: &str, local: bool) -> Fact {
    match name {
        "search_path" => Fact::SetsSearchPath { local },
        "role" | "session_authorization" => Fact::SetsRole { local },
        "transaction_isolation" | "transaction_read_only" | "transaction_deferrable" => {
            Fact::SetsTransaction
        }
        _ => Fact::SetsSetting { name: name.to_owned(), local },
    }
}

/// The call of `set_config` whose parenthesis stands at `open`.
fn set_config(t: Tokens<'_>, open: usize) -> Fact {
    let close = t.after_parens(open).saturating_sub(1);
    let inner = t.slice(open + 1..close);
    let commas: Vec<usize> = inner.outside_parens().filter(|&i| inner.punct(i, b',')).collect();
    let literal = |i: usize| {
        matches!(inner.get(i).map(|x| x.kind), Some(Kind::Text | Kind::Dollar))
            .then(|| inner.unquoted(i).unwrap_or_default().to_lowercase())
    };
    // The name must be a literal alone, or with a cast behind it.
    let single = commas.first() == Some(&1) || inner.punct(1, b':');
    let name = if single { literal(0).unwrap_or_default() } else { String::new() };
    let local = commas.get(1).is_some_and(|&comma| {
        let last = comma + 1;
        let value = literal(last).unwrap_or_else(|| inner.raw(last).to_lowercase());
        let alone = last + 1 >= inner.len() || inner.punct(last + 1, b':');
        alone && matches!(value.trim(), "true" | "t" | "on" | "yes" | "y" | "1")
    });
    setting(&name, local)
}

#[cfg(test)]
mod tests {
    use crate::sql::postgres::{classify, split};
    use crate::sql::statement::Fact::{self, ReleasesLocks, SetsTransaction};
    use crate::sql::token::Tokens;

    fn facts(sql: &str) -> Vec<Fact> {
        let scan = split::scan(sql);
        classify::classify(Tokens::new(sql, &scan.tokens)).1
    }

    fn set(name: &str, local: bool) -> Fact {
        Fact::SetsSetting { name: name.to_owned(), local }
    }

    fn path(local: bool) -> Fact {
        Fact::SetsSearchPath { local }
    }

    fn role(local: bool) -> Fact {
        Fact::SetsRole { local }
    }

    #[test]
    fn set_in_its_forms() {
        for (sql, expected) in [
            ("SET search_path TO a, b", path(false)),
            ("SET SESSION search_path = a", path(false)),
            ("set local Search_Path = ''", path(true)),
            ("SET \"search_path\" TO a", path(false)),
            ("SET LOCAL SCHEMA 'a'", path(true)),
            ("SET lock_timeout = '1s'", set("lock_timeout", false)),
            ("SET LOCAL Lock_Timeout TO DEFAULT", set("lock_timeout", true)),
            ("SET SESSION lock_timeout = 0", set("lock_timeout", false)),
            ("SET my.Thing = 1", set("my.thing", false)),
            ("SET local.thing = 1", set("local.thing", false)),
            ("SET session.thing = 1", set("session.thing", false)),
            ("SET TIME ZONE 'UTC'", set("timezone", false)),
            ("SET LOCAL TIME ZONE LOCAL", set("timezone", true)),
            ("SET NAMES 'UTF8'", set("client_encoding", false)),
            ("SET XML OPTION DOCUMENT", set("xmloption", false)),
            ("SET SEED TO 0.5", set("seed", false)),
            ("SET ROLE a", role(false)),
            ("SET LOCAL ROLE NONE", role(true)),
            ("SET role = 'a'", role(false)),
            ("SET SESSION AUTHORIZATION a", role(false)),
            ("SET SESSION SESSION AUTHORIZATION DEFAULT", role(false)),
            ("SET LOCAL SESSION AUTHORIZATION a", role(true)),
            ("SET session_authorization TO a", role(false)),
            ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", SetsTransaction),
            ("SET LOCAL transaction_isolation = 'serializable'", SetsTransaction),
            ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", SetsTransaction),
            ("RESET search_path", path(false)),
            ("RESET ROLE", role(false)),
            ("RESET SESSION AUTHORIZATION", role(false)),
            ("RESET TIME ZONE", set("timezone", false)),
            ("RESET my.thing", set("my.thing", false)),
        ] {
            assert_eq!(facts(sql), [expected], "{sql}");
        }
        assert_eq!(facts("RESET ALL"), [path(false), set("all", false)]);
        for sql in ["SET CONSTRAINTS ALL IMMEDIATE", "SET", "SET 1", "RESET", "SET LOCAL"] {
            assert!(facts(sql).len() <= usize::from(sql == "SET LOCAL"), "{sql}");
        }
        assert_eq!(facts("UPDATE t SET search_path = 1"), []);
        assert_eq!(facts("ALTER ROLE r SET search_path = a"), []);
    }

    #[test]
    fn set_config_in_its_forms() {
        for (sql, expected) in [
            ("SELECT pg_catalog.set_config('search_path', '', false)", path(false)),
            ("SELECT set_config('search_path', f(a, b), true)", path(true)),
            ("SELECT set_config('Search_Path'::text, '', 't'::bool)", path(true)),
            ("SELECT set_config('search_path', '', is_local)", path(false)),
            ("SELECT set_config('search_path', '', not true)", path(false)),
            ("SELECT set_config('search_path', '', true and false)", path(false)),
            ("SELECT \"set_config\"('a.b', '1', 'on')", set("a.b", true)),
            ("SELECT set_config('role', 'x', false)", role(false)),
            ("SELECT set_config(name, setting, false) FROM x", set("", false)),
            ("SELECT set_config('search' || '_path', '', false)", set("", false)),
            ("SELECT set_config(", set("", false)),
            ("DO $$ BEGIN PERFORM set_config('search_path', 'x', true); END $$", path(true)),
            ("DO 'BEGIN PERFORM set_config(''search_path'', ''x'', false); END'", path(false)),
            ("DO $$ BEGIN SET LOCAL search_path = x; END $$", path(true)),
        ] {
            assert_eq!(facts(sql), [expected], "{sql}");
        }
        for sql in [
            "SELECT 'set_config(''search_path'', ''x'', false)'",
            "SELECT set_config FROM t",
            "SELECT \"SET_CONFIG\"('search_path', '', true)",
            "CREATE FUNCTION f() RETURNS text RETURN set_config('search_path', '', false)",
            "DO $$ BEGIN UPDATE t SET search_path = 1; END $$",
        ] {
            assert_eq!(facts(sql), [], "{sql}");
        }
    }

    #[test]
    fn advisory_unlock_anywhere_outside_strings_and_comments() {
        for sql in [
            "SELECT pg_advisory_unlock(72707369)",
            "SELECT 1 WHERE (SELECT PG_CATALOG.Pg_Advisory_Unlock_Shared (1, 2))",
            "WITH x AS (SELECT \"pg_advisory_unlock_all\"()) SELECT * FROM x",
            "DO $$ BEGIN PERFORM pg_advisory_unlock_all(); END $$",
            "DO 'BEGIN PERFORM pg_advisory_unlock(1); END'",
        ] {
            assert_eq!(facts(sql), [ReleasesLocks], "{sql}");
        }
        for sql in [
            "SELECT 'pg_advisory_unlock(1)' -- pg_advisory_unlock(1)",
            "SELECT pg_advisory_lock(1), pg_advisory_xact_lock(1)",
            "SELECT pg_advisory_unlock FROM t",
            "DO $$ BEGIN /* pg_advisory_unlock(1) */ RAISE 'pg_advisory_unlock(1)'; END $$",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT pg_advisory_unlock(1) $$",
        ] {
            assert_eq!(facts(sql), [], "{sql}");
        }
    }
}
