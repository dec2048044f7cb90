//! Views and triggers are made again from what the parser read of them: no word may be lost on the way.

use migsafe_sqlite::core::store::StepOutcome;

use crate::run::{between, deploy, made, rows, snapshot};

const TABLES: &str = "CREATE TABLE t (a, b, c, d TEXT, e INT); CREATE TABLE u (a, b); CREATE TABLE w (a); INSERT INTO t VALUES (1, 2, 3, 'x', 5), (2, 1, NULL, 'abc', 7); INSERT INTO u VALUES (1, 2), (5, 1); CREATE TABLE \"odd t\" (\"x y\", z); \
    CREATE INDEX t_a ON t (a); CREATE UNIQUE INDEX u_a ON u (a);";

const VIEWS: &[&str] = &[
    "SELECT DISTINCT a, count(*), count(DISTINCT b) FILTER (WHERE b > 1) FROM t GROUP BY a HAVING count(*) > 1 ORDER BY 1 DESC NULLS LAST, 2 ASC NULLS FIRST LIMIT 5 OFFSET 2",
    "SELECT ALL a FROM t UNION ALL SELECT a FROM u UNION SELECT 1 EXCEPT SELECT 2 INTERSECT SELECT 3 ORDER BY a COLLATE NOCASE LIMIT 3, 4",
    "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5), m AS MATERIALIZED (SELECT 2), k AS NOT MATERIALIZED (SELECT 3) SELECT * FROM n, m, k",
    "SELECT row_number() OVER (PARTITION BY a, b ORDER BY c DESC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS r FROM t",
    "SELECT sum(e) OVER w, sum(e) OVER (w ROWS UNBOUNDED PRECEDING), max(e) FILTER (WHERE e > 0) OVER (ORDER BY e RANGE BETWEEN 5 PRECEDING AND 5 FOLLOWING) FROM t WINDOW w AS (PARTITION BY a ORDER BY b), v AS (ORDER BY c GROUPS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE NO OTHERS)",
    "SELECT group_concat(a, ',' ORDER BY b DESC) FROM t",
    "SELECT CASE a WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END, CASE WHEN a THEN b END FROM t",
    "SELECT CAST(a AS DECIMAL(10, 2)), CAST(b AS TEXT), a COLLATE NOCASE, - a, + b, ~ c, NOT d FROM t",
    "SELECT a IS NULL, a IS NOT NULL, a ISNULL, a NOTNULL, a NOT NULL, a IS b, a IS NOT b, a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b FROM t",
    "SELECT a BETWEEN 1 AND 2, a NOT BETWEEN b AND c, a IN (1, 2), a NOT IN (SELECT a FROM u), a IN w, a IN (), (a, b) IN (SELECT a, b FROM u), (a, b) = (1, 2) FROM t",
    "SELECT d LIKE 'a%' ESCAPE '\\', d NOT LIKE 'b', d GLOB '*x', d NOT GLOB 'y' FROM t",
    "SELECT EXISTS (SELECT 1 FROM u WHERE u.a = t.a), NOT EXISTS (SELECT 1), (SELECT max(b) FROM u) FROM t",
    "SELECT a -> 'x', a ->> '$.y', a || b, a << 2, a >> 1, a & b | c, a % 3, a * b / c, a == b, a <> b, a != c, a <= b, a >= b FROM t",
    "SELECT 1, 1.5, .5, 5., 1e10, 0xFF, -9223372036854775808, x'0041', 'it''s', NULL, TRUE, FALSE, CURRENT_TIME, CURRENT_DATE, CURRENT_TIMESTAMP",
    "SELECT t.*, u.a AS \"u a\", main.t.b FROM main.t AS t NATURAL JOIN u",
    "SELECT 1 FROM t LEFT OUTER JOIN u USING (a, b) CROSS JOIN \"odd t\" AS o INNER JOIN u AS u2 ON u2.a = t.a LEFT JOIN u u3 ON 1",
    "SELECT 1 FROM t RIGHT JOIN u ON t.a = u.a FULL OUTER JOIN \"odd t\" o ON o.z = 1 NATURAL LEFT JOIN \"odd t\" AS x",
    "SELECT * FROM (SELECT a AS q FROM t) AS s, (t JOIN u ON t.a = u.a), json_each('[1]') AS j WHERE j.value = s.q",
    "SELECT a FROM t INDEXED BY t_a WHERE a = 1",
    "SELECT a FROM t NOT INDEXED WHERE a = 1",
    "VALUES (1, 'x'), (2, 'y')",
    "SELECT \"x y\", [z], `z` FROM \"odd t\" WHERE \"x y\" = \"a text\"",
    "SELECT ((a + b) * c), (a), NOT (a AND (b OR c)) FROM t WHERE (a = 1 OR b = 2) AND NOT c",
    "SELECT a FROM t WHERE a = 1 AND b = 2 OR c = 3 AND NOT d = 4",
    "SELECT a - (b - c), a - b - c, a / (b * c), (a, b) < (c, d), -(-a), - -1, a || (b || c) FROM t",
    "SELECT a NOT LIKE b IS NULL, (a = b) = c, a = (b = c), (a IS NULL) + 1, -a COLLATE NOCASE, (a || b) COLLATE RTRIM FROM t",
    "SELECT likely(a), max(a, b), count(), total(e), iif(a, b, c), printf('%d %s', 1, 'x') FROM t",
    "SELECT a AS 'text name', b AS [bracket name], c d2, 'x' \"quoted\" FROM t",
];

const TRIGGERS: &[&str] = &[
    "BEFORE UPDATE OF a, b ON t FOR EACH ROW WHEN old.a <> new.a AND new.b NOT NULL BEGIN SELECT RAISE(ABORT, 'no ''way'''); SELECT RAISE(IGNORE); SELECT RAISE(FAIL, 'x'), RAISE(ROLLBACK, 'y') WHERE 0; END",
    "AFTER DELETE ON t BEGIN INSERT OR REPLACE INTO u (a, b) VALUES (old.a, 1), (2, 3); INSERT INTO u SELECT a, b FROM t WHERE a > 1; REPLACE INTO u VALUES (1, 2); END",
    "AFTER INSERT ON t BEGIN INSERT INTO u (a, b) VALUES (new.a, 1) ON CONFLICT (a) WHERE a > 0 DO UPDATE SET b = excluded.b, (a, b) = (1, 2) WHERE b < 5; INSERT INTO u (a) VALUES (1) ON CONFLICT DO NOTHING; END",
    "AFTER INSERT ON t BEGIN UPDATE OR IGNORE u SET a = new.a, (a, b) = (SELECT 1, 2) FROM t AS x WHERE x.a = u.a AND u.b IN (SELECT b FROM t); DELETE FROM u WHERE a IN (WITH q AS (SELECT 1) SELECT * FROM q); END",
    "AFTER INSERT ON t BEGIN INSERT OR IGNORE INTO u WITH q (a) AS (SELECT 1) SELECT a, 2 FROM q; UPDATE u SET b = b + 1; SELECT max(a) FROM u; END",
];

/// What may differ: words that say what goes without saying, and how the same is written.
fn tokens(text: &str) -> Vec<String> {
    let equal = [
        (" == ", " = "),
        (" != ", " <> "),
        ("IS NOT DISTINCT FROM", "IS"),
        ("IS DISTINCT FROM", "IS NOT"),
        (" NOT NULL", " NOTNULL"),
        ("IS NOTNULL", "IS NOT NULL"),
        ("INSERT OR REPLACE", "REPLACE"),
        ("'text name'", "[text name]"),
    ];
    let text = equal.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    let mut tokens = Vec::new();
    let mut rest = text.trim_end_matches(';');
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '\'' | '"' | '`' => rest[1..].find(c).map_or(rest.len(), |end| end + 2),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            c if c.is_alphanumeric() || c == '_' || c == '.' => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let token = rest[..end].trim_matches(['"', '`', '[', ']']).to_lowercase();
        rest = &rest[end..];
        let unsaid = ["", "as", "asc", "outer", "inner", "for", "each", "row", ";"];
        if !token.trim().is_empty() && !unsaid.contains(&token.as_str()) {
            tokens.push(token);
        }
    }
    tokens
}

#[tokio::test]
async fn no_word_is_lost() {
    let mut lost = Vec::new();
    let views = VIEWS.iter().map(|sql| format!("CREATE VIEW v AS {sql}"));
    let triggers = TRIGGERS.iter().map(|sql| format!("CREATE TRIGGER v {sql}"));
    let empty = snapshot(&made(TABLES).await).await;
    for sql in views.chain(triggers) {
        let to = snapshot(&made(&format!("{TABLES}{sql}")).await).await;
        let script = between(&empty, &to);
        let text = script.steps()[0].sql().to_owned();
        let (mut before, mut after) = (tokens(&sql), tokens(&text));
        if before != after {
            before.sort();
            after.sort();
            lost.push(format!("{}\n{sql}\n{text}\n", before == after));
        }
        let store = made(TABLES).await;
        let outcome = deploy(&store, &script.to_sql()).await;
        assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}\n{text}");
        if sql.starts_with("CREATE VIEW") {
            let origin = made(&format!("{TABLES}{sql}")).await;
            assert_eq!(
                rows(&origin, "SELECT * FROM v").await,
                rows(&store, "SELECT * FROM v").await,
                "{text}"
            );
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
