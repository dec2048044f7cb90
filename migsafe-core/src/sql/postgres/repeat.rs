//! Statements that change rows however often they are run.

use super::split;
use crate::sql::token::Tokens;

/// Why this one statement, run until it changes no row, never ends; `None` when its text leaves a way to end.
///
/// What only the database knows is left out: a trigger that changes another column, a view that leaves rows out.
pub(crate) fn never_ends(sql: &str) -> Option<&'static str> {
    let scan = split::scan(sql);
    let t = Tokens::new(sql, &scan.tokens);
    // A row that `WITH` takes out of a table is gone in the next turn; what else it does is not looked into.
    let changes_inside = |i: usize| t.punct(i, b'(') && t.is_any(i + 1, CHANGES);
    if (0..t.len()).any(changes_inside) {
        return None;
    }
    let verb = t.outside_parens().find(|&i| t.is_any(i, CHANGES))?;
    match t.word(verb)?.to_ascii_uppercase().as_str() {
        "UPDATE" => update(t, verb),
        "INSERT" => insert(t, verb),
        "MERGE" => merge(t, verb),
        _ => None,
    }
}

const CHANGES: &[&str] = &["INSERT", "UPDATE", "DELETE", "MERGE"];

/// The rows that are chosen stay the same when nothing that chooses them is set.
fn update(t: Tokens<'_>, verb: usize) -> Option<&'static str> {
    let set = outside(t, verb, &["SET"])?;
    let end = after_list(t, set, &["FROM", "WHERE", "RETURNING"]);
    let columns = assigned(t.slice(set + 1..end));
    let filtered = outside(t, end, &["WHERE"]).is_some();
    let returning = outside(t, end, &["RETURNING"]).unwrap_or(t.len());
    let open =
        may_choose(t.slice(0..set), &columns) || may_choose(t.slice(end..returning), &columns);
    let why = if filtered {
        "no condition looks at a column that it sets"
    } else {
        "it has no condition"
    };
    (!open && !columns.is_empty()).then_some(why)
}

/// The same rows arrive again when nothing of the query looks at the table.
fn insert(t: Tokens<'_>, verb: usize) -> Option<&'static str> {
    let conflict = outside(t, verb, &["CONFLICT"]).unwrap_or(t.len());
    if (conflict..t.len()).any(|i| t.are(i, &["DO", "NOTHING"]) || t.is(i, "WHERE")) {
        return None;
    }
    let mut table = verb + 2;
    while t.punct(table + 1, b'.') {
        table += 2;
    }
    let into = t.name(table)?;
    let source = t.slice(table + 1..conflict);
    let before = t.slice(0..verb);
    let chooses = |t: Tokens<'_>| {
        let words =
            (0..t.len()).any(|i| t.is_any(i, &["WHERE", "HAVING", "EXCEPT", "INTERSECT", "JOIN"]));
        words || may_choose(t, std::slice::from_ref(&into))
    };
    // The columns listed behind the table choose nothing.
    let listed = if source.is(0, "AS") { 2 } else { 0 };
    let source = source.slice(source.after_parens(listed)..source.len());
    let values = source.is_any(0, &["VALUES", "DEFAULT"]);
    (values || !(chooses(source) || chooses(before))).then_some("it inserts the same rows again")
}

/// Whatever is matched is matched again, unless a column that is set takes part in it.
fn merge(t: Tokens<'_>, verb: usize) -> Option<&'static str> {
    let first = outside(t, verb, &["WHEN"])?;
    let mut columns = Vec::new();
    for i in t.outside_parens().filter(|&i| i >= first) {
        if t.are(i, &["MATCHED", "THEN", "UPDATE", "SET"]) {
            let end = after_list(t, i + 3, &["WHEN", "RETURNING"]);
            columns.extend(assigned(t.slice(i + 4..end)));
        }
    }
    let open = columns.is_empty() || may_choose(t.slice(0..first), &columns);
    (!open).then_some("it updates whatever it matches")
}

/// The first of these words outside parentheses, from `at`.
fn outside(t: Tokens<'_>, at: usize, words: &[&str]) -> Option<usize> {
    t.outside_parens().find(|&i| i >= at && t.is_any(i, words))
}

/// Where the list of assignments behind `SET` ends. `IS DISTINCT FROM` does not end it.
fn after_list(t: Tokens<'_>, set: usize, words: &[&str]) -> usize {
    let ends = |&i: &usize| i > set && t.is_any(i, words) && !t.is(i - 1, "DISTINCT");
    t.outside_parens().find(ends).unwrap_or(t.len())
}

/// The columns that a list of assignments sets.
fn assigned(list: Tokens<'_>) -> Vec<String> {
    let commas = list.outside_parens().filter(|&i| list.punct(i, b','));
    let starts = std::iter::once(0).chain(commas.map(|comma| comma + 1));
    // `a = 1` or `(a, b) = (1, 2)`.
    starts
        .flat_map(
            |at| if list.punct(at, b'(') { at + 1..list.after_parens(at) } else { at..at + 1 },
        )
        .filter_map(|at| list.name(at))
        .collect()
}

/// Whether this part may choose other rows once these names have changed: it names one of them, or holds
/// something that is not looked into, as the call of a function or a whole row.
fn may_choose(t: Tokens<'_>, names: &[String]) -> bool {
    (0..t.len()).any(|i| {
        let named = t.name(i).is_some_and(|name| name == "xmin" || names.contains(&name));
        let row = t.punct(i, b'.') && t.punct(i + 1, b'*');
        let called =
            t.punct(i + 1, b'(') && t.name(i).is_some() && !t.is_any(i, BEFORE_PARENTHESES);
        named || row || called
    })
}

/// Words that stand before a parenthesis and call nothing.
const BEFORE_PARENTHESES: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "AS",
    "BY",
    "EXISTS",
    "FROM",
    "IN",
    "JOIN",
    "LATERAL",
    "LIMIT",
    "MATERIALIZED",
    "NOT",
    "ON",
    "ONLY",
    "OR",
    "SELECT",
    "SOME",
    "UNION",
    "USING",
    "VALUES",
    "WHERE",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_choose_the_same_rows_again() {
        for sql in [
            "UPDATE t SET a = a + 1",
            "update only s.t as x set (a, b) = (b, a), c = b IS DISTINCT FROM a",
            "UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t ORDER BY id LIMIT 10)",
            "UPDATE t SET \"A\" = 1 WHERE a IS NULL RETURNING \"A\"",
            "UPDATE t SET a = s.a FROM s WHERE t.id = s.id",
            "WITH b AS MATERIALIZED (SELECT id FROM t LIMIT 10) UPDATE t SET a = 1 FROM b WHERE t.id = b.id",
            "UPDATE t SET a = (SELECT max(a) FROM t)",
            "INSERT INTO t VALUES (1)",
            "INSERT INTO s.t AS x (a, b) VALUES (1, f(2)) RETURNING a",
            "INSERT INTO t DEFAULT VALUES",
            "INSERT INTO t (a) SELECT a FROM s LIMIT 10",
            "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 2",
            "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a",
            "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (1) \
             WHEN MATCHED THEN UPDATE SET (a, b) = (1, 2)",
        ] {
            assert!(never_ends(sql).is_some(), "{sql}");
        }
    }

    #[test]
    fn statements_that_have_a_way_to_end() {
        for sql in [
            "DELETE FROM t",
            "UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 10)",
            "UPDATE t SET a = 1 WHERE A IS NULL",
            "UPDATE t SET a = 1 WHERE needs_work(id)",
            "UPDATE t SET a = 1 WHERE t.* IS DISTINCT FROM old",
            "UPDATE t SET a = 1 WHERE xmin::text::bigint < 1000",
            "WITH b AS (SELECT id FROM t WHERE a IS NULL) UPDATE t SET a = 1 FROM b WHERE t.id = b.id",
            "WITH b AS (DELETE FROM q RETURNING id) UPDATE t SET a = 1 FROM b WHERE t.id = b.id",
            "UPDATE t SET a = s.a FROM (SELECT id, a FROM t WHERE a < 0) s WHERE t.id = s.id",
            "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
            "INSERT INTO t SELECT a FROM s WHERE NOT EXISTS (SELECT FROM t WHERE t.a = s.a)",
            "INSERT INTO t SELECT a FROM s EXCEPT SELECT a FROM t",
            "INSERT INTO t (a) SELECT next_batch()",
            "WITH m AS (DELETE FROM s RETURNING *) INSERT INTO t SELECT * FROM m",
            "WITH m AS (SELECT a FROM s WHERE b) INSERT INTO t SELECT a FROM m",
            "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 2 WHERE t.b <> 2",
            "MERGE INTO t USING s ON t.id = s.id AND t.a IS NULL WHEN MATCHED THEN UPDATE SET a = 1",
            "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND t.a <> 1 THEN UPDATE SET a = 1",
            "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (1)",
            "SELECT 1",
            "UPDATE",
            "INSERT",
            "MERGE",
            "",
        ] {
            assert_eq!(never_ends(sql), None, "{sql}");
        }
    }
}
