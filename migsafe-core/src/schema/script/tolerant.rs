//! The same statements for databases where the work may be done already.

use super::{ChangeScript, ScriptStep};
use crate::Dialect;
use crate::schema::ObjectKey;

/// Statements that take `IF EXISTS` or `IF NOT EXISTS` behind these words, on both databases.
const DROP: [&str; 4] = ["DROP TABLE", "DROP INDEX", "DROP VIEW", "DROP TRIGGER"];
const CREATE: [&str; 4] =
    ["CREATE TABLE", "CREATE UNIQUE INDEX", "CREATE INDEX", "CREATE VIRTUAL TABLE"];
/// Of SQLite, which has no `OR REPLACE`.
const CREATE_SQLITE: [&str; 2] = ["CREATE VIEW", "CREATE TRIGGER"];
/// Of PostgreSQL.
const DROP_POSTGRES: [&str; 24] = [
    "DROP AGGREGATE",
    "DROP CAST",
    "DROP COLLATION",
    "DROP DOMAIN",
    "DROP EVENT TRIGGER",
    "DROP EXTENSION",
    "DROP FOREIGN DATA WRAPPER",
    "DROP FOREIGN TABLE",
    "DROP FUNCTION",
    "DROP MATERIALIZED VIEW",
    "DROP OPERATOR CLASS",
    "DROP OPERATOR FAMILY",
    "DROP OPERATOR",
    "DROP POLICY",
    "DROP PROCEDURE",
    "DROP PUBLICATION",
    "DROP RULE",
    "DROP SCHEMA",
    "DROP SEQUENCE",
    "DROP SERVER",
    "DROP STATISTICS",
    "DROP TEXT SEARCH CONFIGURATION",
    "DROP TEXT SEARCH DICTIONARY",
    "DROP TYPE",
];
const CREATE_POSTGRES: [&str; 10] = [
    "CREATE COLLATION",
    "CREATE EXTENSION",
    "CREATE FOREIGN TABLE",
    "CREATE MATERIALIZED VIEW",
    "CREATE SCHEMA",
    "CREATE SEQUENCE",
    "CREATE SERVER",
    "CREATE STATISTICS",
    "CREATE UNLOGGED SEQUENCE",
    "CREATE UNLOGGED TABLE",
];
const REPLACE_POSTGRES: [&str; 7] = [
    "CREATE AGGREGATE",
    "CREATE CONSTRAINT TRIGGER",
    "CREATE FUNCTION",
    "CREATE PROCEDURE",
    "CREATE RULE",
    "CREATE TRIGGER",
    "CREATE VIEW",
];

impl ChangeScript {
    /// The same script, asking for each object whether it is there as far as the database has words for that: for
    /// databases of which some have the changes already. Whether it does no harm there has to be tried.
    ///
    /// `is_made_anew` names tables that are there before and after: making such a table anew must find exactly what it
    /// expects.
    pub(super) fn tolerant(&self, is_made_anew: impl Fn(&ObjectKey) -> bool) -> Self {
        let mut script = Self { steps: Vec::new(), ..self.clone() };
        for step in &self.steps {
            match is_made_anew(step.object()) {
                true => script.steps.push(step.clone()),
                false => script.steps.extend(tolerant(self.dialect, step)),
            }
        }
        script
    }
}

fn tolerant(dialect: Dialect, step: &ScriptStep) -> Vec<ScriptStep> {
    let with = |sql: String| ScriptStep { sql, ..step.clone() };
    let sql = step.sql();
    let is_sqlite = dialect == Dialect::Sqlite;
    let only = |list: &'static [&str], of_sqlite| if is_sqlite == of_sqlite { list } else { &[] };
    let drops = DROP.iter().chain(only(&DROP_POSTGRES, false));
    if let Some(sql) = after(sql, drops, "IF EXISTS") {
        return vec![with(sql)];
    }
    let creates =
        CREATE.iter().chain(only(&CREATE_POSTGRES, false)).chain(only(&CREATE_SQLITE, true));
    if let Some(sql) = after(sql, creates, "IF NOT EXISTS") {
        return vec![with(sql)];
    }
    if is_sqlite {
        return vec![step.clone()];
    }
    // `CREATE OR REPLACE CONSTRAINT TRIGGER` is not possible; the others are (manual, SQL commands).
    for words in REPLACE_POSTGRES.iter().filter(|words| !words.contains("CONSTRAINT")) {
        if let Some(rest) = sql.strip_prefix(words).filter(|rest| rest.starts_with(' ')) {
            let kind = words.strip_prefix("CREATE").unwrap_or_default();
            return vec![with(format!("CREATE OR REPLACE{kind}{rest}"))];
        }
    }
    for (of, words, more) in [
        ("ALTER TABLE ", " ADD COLUMN ", "IF NOT EXISTS "),
        ("ALTER TABLE ", " DROP COLUMN ", "IF EXISTS "),
        ("ALTER TABLE ", " DROP CONSTRAINT ", "IF EXISTS "),
        ("ALTER FOREIGN TABLE ", " ADD COLUMN ", "IF NOT EXISTS "),
        ("ALTER FOREIGN TABLE ", " DROP COLUMN ", "IF EXISTS "),
        ("ALTER FOREIGN TABLE ", " DROP CONSTRAINT ", "IF EXISTS "),
        ("ALTER DOMAIN ", " DROP CONSTRAINT ", "IF EXISTS "),
        // There is no `IF NOT EXISTS` for an attribute that is added.
        ("ALTER TYPE ", " DROP ATTRIBUTE ", "IF EXISTS "),
    ] {
        // The first one after the name: a name with these words in it is quoted.
        if let Some((head, rest)) = alter(sql, of, words) {
            // Of tables that name each other the constraint goes first: elsewhere the table is not there either.
            let head = match (of, words) {
                ("ALTER TABLE ", " DROP CONSTRAINT ") => {
                    head.replacen("ALTER TABLE ", "ALTER TABLE IF EXISTS ", 1)
                }
                _ => head.to_owned(),
            };
            return vec![with(format!("{head}{words}{more}{rest}"))];
        }
    }
    for of in ["ALTER TABLE ", "ALTER DOMAIN "] {
        if let Some((head, rest)) = alter(sql, of, " ADD CONSTRAINT ") {
            let name = identifier(rest);
            return vec![with(format!("{head} DROP CONSTRAINT IF EXISTS {name}")), step.clone()];
        }
    }
    for kind in ["POLICY", "CONSTRAINT TRIGGER"] {
        if let Some((name, table)) = on_table(sql, kind) {
            let word = kind.rsplit(' ').next().unwrap_or(kind);
            return vec![with(format!("DROP {word} IF EXISTS {name} ON {table}")), step.clone()];
        }
    }
    vec![step.clone()]
}

/// The statement with more words behind the first of these that it begins with.
fn after<'a>(sql: &str, words: impl Iterator<Item = &'a &'a str>, more: &str) -> Option<String> {
    let mut words = words.filter_map(|words| {
        let rest = sql.strip_prefix(*words)?.strip_prefix(' ')?;
        (!rest.starts_with("IF ")).then(|| format!("{words} {more} {rest}"))
    });
    words.next()
}

/// `ALTER TABLE name`, or what is altered instead, and what follows the words behind it.
fn alter<'a>(sql: &'a str, of: &str, words: &str) -> Option<(&'a str, &'a str)> {
    let name = sql.strip_prefix(of)?;
    let only = name.strip_prefix("ONLY ").unwrap_or(name);
    let length = qualified(only)?;
    let head = sql.len() - only.len() + length;
    let rest = sql.get(head..)?.strip_prefix(words)?;
    (!rest.starts_with("IF ")).then_some((sql.get(..head)?, rest))
}

/// Name and table of `CREATE kind name … ON table`.
fn on_table<'a>(sql: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    let rest = sql.strip_prefix("CREATE ")?.strip_prefix(kind)?.strip_prefix(' ')?;
    let name = rest.get(..qualified(rest)?)?;
    let after = rest.get(name.len()..)?;
    let table = after.get(after.find(" ON ")? + 4..)?;
    Some((name, table.get(..qualified(table)?)?))
}

/// How many bytes of a text are a name with its schema.
fn qualified(text: &str) -> Option<usize> {
    let mut length = 0;
    loop {
        let part = identifier(text.get(length..)?);
        if part.is_empty() {
            return None;
        }
        length += part.len();
        if !text.get(length..)?.starts_with('.') {
            return Some(length);
        }
        length += 1;
    }
}

/// The name at the beginning of a text.
fn identifier(text: &str) -> &str {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
        return text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    };
    let mut chars = quoted.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c == '"' {
            match chars.peek() {
                Some((_, '"')) => {
                    chars.next();
                }
                _ => return text.get(..at + 2).unwrap_or_default(),
            }
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Kind;

    fn rewritten(dialect: Dialect, sql: &str) -> Vec<String> {
        let step = ScriptStep::new(ObjectKey::new(Kind::Table, None, "t"), sql).losing("rows");
        let steps = tolerant(dialect, &step);
        assert!(steps.iter().all(|step| step.loss().is_some()));
        steps.into_iter().map(|step| step.sql().to_owned()).collect()
    }

    #[test]
    fn postgres_asks_where_it_can() {
        for (sql, expected) in [
            ("DROP TABLE a.b", "DROP TABLE IF EXISTS a.b"),
            ("DROP MATERIALIZED VIEW a.b", "DROP MATERIALIZED VIEW IF EXISTS a.b"),
            ("DROP POLICY p ON a.b", "DROP POLICY IF EXISTS p ON a.b"),
            ("CREATE UNIQUE INDEX i ON a.b (c)", "CREATE UNIQUE INDEX IF NOT EXISTS i ON a.b (c)"),
            ("CREATE VIEW a.v AS SELECT 1", "CREATE OR REPLACE VIEW a.v AS SELECT 1"),
            ("CREATE OR REPLACE VIEW a.v AS SELECT 1", "CREATE OR REPLACE VIEW a.v AS SELECT 1"),
            ("ALTER TABLE a.b ADD COLUMN c int", "ALTER TABLE a.b ADD COLUMN IF NOT EXISTS c int"),
            (
                "ALTER TABLE a.\" DROP COLUMN x\" DROP COLUMN c",
                "ALTER TABLE a.\" DROP COLUMN x\" DROP COLUMN IF EXISTS c",
            ),
            (
                "ALTER TABLE ONLY a.b DROP CONSTRAINT k",
                "ALTER TABLE IF EXISTS ONLY a.b DROP CONSTRAINT IF EXISTS k",
            ),
            ("DROP TEXT SEARCH CONFIGURATION a.c", "DROP TEXT SEARCH CONFIGURATION IF EXISTS a.c"),
            ("ALTER DOMAIN a.d DROP CONSTRAINT k", "ALTER DOMAIN a.d DROP CONSTRAINT IF EXISTS k"),
            (
                "ALTER TYPE a.t DROP ATTRIBUTE x CASCADE",
                "ALTER TYPE a.t DROP ATTRIBUTE IF EXISTS x CASCADE",
            ),
            ("ALTER TYPE a.t ADD ATTRIBUTE x int", "ALTER TYPE a.t ADD ATTRIBUTE x int"),
            ("CREATE TYPE a.t AS ENUM ('x')", "CREATE TYPE a.t AS ENUM ('x')"),
            (
                "ALTER TABLE a.b ALTER COLUMN c DROP DEFAULT",
                "ALTER TABLE a.b ALTER COLUMN c DROP DEFAULT",
            ),
        ] {
            assert_eq!(rewritten(Dialect::Postgres, sql), [expected], "{sql}");
        }
    }

    #[test]
    fn what_has_no_words_for_it_is_dropped_first() {
        assert_eq!(
            rewritten(
                Dialect::Postgres,
                "ALTER TABLE a.b ADD CONSTRAINT \"k \"\"x\" CHECK (c > 0)"
            ),
            [
                "ALTER TABLE a.b DROP CONSTRAINT IF EXISTS \"k \"\"x\"",
                "ALTER TABLE a.b ADD CONSTRAINT \"k \"\"x\" CHECK (c > 0)"
            ]
        );
        assert_eq!(
            rewritten(Dialect::Postgres, "CREATE POLICY p ON a.b FOR SELECT USING (true)"),
            ["DROP POLICY IF EXISTS p ON a.b", "CREATE POLICY p ON a.b FOR SELECT USING (true)"]
        );
        let trigger = "CREATE CONSTRAINT TRIGGER t AFTER INSERT ON a.b EXECUTE FUNCTION f()";
        assert_eq!(
            rewritten(Dialect::Postgres, trigger),
            ["DROP TRIGGER IF EXISTS t ON a.b", trigger]
        );
    }

    #[test]
    fn sqlite_asks_where_it_can() {
        for (sql, expected) in [
            ("DROP VIEW \"v\"", "DROP VIEW IF EXISTS \"v\""),
            (
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END",
                "CREATE TRIGGER IF NOT EXISTS t AFTER INSERT ON a BEGIN SELECT 1; END",
            ),
            ("ALTER TABLE a ADD COLUMN b", "ALTER TABLE a ADD COLUMN b"),
            ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=OFF"),
        ] {
            assert_eq!(rewritten(Dialect::Sqlite, sql), [expected], "{sql}");
        }
    }
}
