//! The rows of `sqlite_schema`.

use std::collections::{BTreeMap, BTreeSet};

use sqlite3_parser::ast::{Cmd, SortOrder, SortedColumn, Stmt, TriggerTime};

use super::print::{Names, expression, identifier, key_words, plain, print};
use super::{table, vocabulary::Vocabulary};
use crate::schema::{Attribute, Kind, Object, ObjectKey};
use crate::sql;

/// A row of `sqlite_schema`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    kind: String,
    name: String,
    table: String,
    sql: Option<String>,
}

impl StoredObject {
    /// The columns `type`, `name`, `tbl_name` and `sql`. Leave out what SQLite keeps for itself: names that begin
    /// with `sqlite_`, and the tables in which virtual tables keep their content.
    #[must_use]
    pub fn new(
        kind: impl Into<String>,
        name: impl Into<String>,
        table: impl Into<String>,
        sql: Option<&str>,
    ) -> Self {
        let sql = sql.map(str::to_owned);
        Self { kind: kind.into(), name: name.into(), table: table.into(), sql }
    }

    /// Whether statements can read it.
    pub(super) fn is_relation(&self) -> bool {
        matches!(self.kind.as_str(), "table" | "view")
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn sql(&self) -> &str {
        self.sql.as_deref().unwrap_or_default()
    }
}

/// The objects of a schema. A statement that cannot be parsed is compared token by token, and says so
/// ([`Attribute::Unparsed`]).
///
/// It blocks as [`sql::analyse`](crate::sql::analyse) does.
#[must_use]
pub fn objects(stored: &[StoredObject]) -> Vec<Object> {
    let read = || {
        let mut found = Found::default();
        let (tables, others): (Vec<_>, Vec<_>) = stored.iter().partition(|one| one.kind == "table");
        let mut vocabulary = Vocabulary::default();
        for one in tables.into_iter().chain(others) {
            let Some(sql) = &one.sql else {
                // The index of a constraint, which is listed as the constraint.
                continue;
            };
            if one.kind != "table" {
                vocabulary.learn(&found.objects, stored);
            }
            let so_far = found.objects.len();
            let parsed = match is_misread(sql) {
                true => Ok(false),
                false => sql::sqlite::with_statement(sql, |command| match command {
                    Cmd::Stmt(statement) => found.statement(one, statement, &vocabulary),
                    _ => false,
                }),
            };
            if parsed != Ok(true) {
                found.objects.truncate(so_far);
                found.to_primary_key.retain(|unsaid| unsaid.at < so_far);
                found.objects.push(unparsed(one, sql));
            }
        }
        let mut objects = found.finished();
        // Two ways to write the same come in another order.
        objects.sort_by(|a, b| a.key().cmp(b.key()));
        objects
    };
    sql::on_large_stack(read).unwrap_or_else(|_| {
        stored.iter().filter_map(|one| Some(unparsed(one, one.sql.as_deref()?))).collect()
    })
}

/// A foreign key that means a primary key without saying its columns.
pub(super) struct Unsaid {
    /// Where it is among the objects.
    pub(super) at: usize,
    /// The table that it refers to.
    pub(super) target: String,
    /// Where the columns belong in the definition.
    pub(super) place: usize,
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) objects: Vec<Object>,
    /// Foreign keys that do not say which columns of their table they mean.
    pub(super) to_primary_key: Vec<Unsaid>,
    /// The columns of the primary key of each table, by its name in lower case.
    pub(super) primary_keys: BTreeMap<String, String>,
}

impl Found {
    /// False when the statement is not what the row says.
    fn statement(
        &mut self,
        stored: &StoredObject,
        statement: &Stmt<'_>,
        vocabulary: &Vocabulary,
    ) -> bool {
        let name = stored.name.as_str();
        let known = || vocabulary.names(&stored.name, stored.sql());
        match (stored.kind.as_str(), statement) {
            ("table", Stmt::CreateTable { body, .. }) => table::read(self, name, body),
            ("table", Stmt::CreateVirtualTable { module_name, args, .. }) => {
                let args: Vec<String> =
                    args.unwrap_or_default().iter().map(|arg| single_blanks(arg)).collect();
                let definition =
                    format!("{}({})", plain(module_name).to_ascii_lowercase(), args.join(", "));
                self.whole(Kind::VirtualTable, name, definition)
            }
            ("view", Stmt::CreateView { columns, select, .. }) => {
                let columns = columns.map_or(String::new(), |columns| {
                    let names: Vec<String> =
                        columns.iter().map(|column| identifier(&plain(&column.col_name))).collect();
                    format!("({}) ", names.join(", "))
                });
                self.whole(Kind::View, name, format!("{columns}AS {}", print(select, &known())))
            }
            ("trigger", Stmt::CreateTrigger { time, event, when_clause, commands, .. }) => {
                let time = match time {
                    Some(TriggerTime::After) => "AFTER",
                    Some(TriggerTime::InsteadOf) => "INSTEAD OF",
                    _ => "BEFORE",
                };
                let known = known();
                let when = when_clause
                    .as_ref()
                    .map_or(String::new(), |when| format!(" WHEN {}", expression(when, &known)));
                let commands: Vec<String> =
                    commands.iter().map(|one| format!("{};\n", print(one, &known))).collect();
                let definition =
                    format!("{time} {}{when}\nBEGIN\n{}END", key_words(event), commands.concat());
                let key = ObjectKey::within(Kind::Trigger, None, stored.table.as_str(), name);
                self.objects.push(Object::new(key).text(Attribute::Definition, definition));
                true
            }
            ("index", Stmt::CreateIndex { unique, columns, where_clause, .. }) => {
                let key = ObjectKey::within(Kind::Index, None, stored.table.as_str(), name);
                let known = vocabulary.of_table(&stored.table);
                let keys = columns.iter().map(|column| sorted(column, &known));
                let mut index = Object::new(key).list(Attribute::Keys, keys);
                if *unique {
                    index = index.flag(Attribute::Unique);
                }
                if let Some(predicate) = where_clause {
                    index = index.text(Attribute::Predicate, expression(predicate, &known));
                }
                self.objects.push(index);
                true
            }
            _ => false,
        }
    }

    fn whole(&mut self, kind: Kind, name: &str, definition: String) -> bool {
        let object = Object::new(ObjectKey::new(kind, None, name));
        self.objects.push(object.text(Attribute::Definition, definition));
        true
    }

    /// Says what foreign keys mean that do not say it themselves.
    fn finished(mut self) -> Vec<Object> {
        for unsaid in &self.to_primary_key {
            let columns = self.primary_keys.get(&unsaid.target.to_ascii_lowercase());
            if let (Some(columns), Some(object)) = (columns, self.objects.get_mut(unsaid.at))
                && let Some(definition) = object.get_text(Attribute::Definition)
                && let Some((head, tail)) = definition.split_at_checked(unsaid.place)
            {
                let said = format!("{head} ({columns}){tail}");
                *object = object.clone().text(Attribute::Definition, said);
            }
        }
        self.objects
    }
}

/// A column of an index or a key; ascending is the default.
pub(super) fn sorted(column: &SortedColumn<'_>, names: &Names) -> String {
    let text = expression(&column.expr, names);
    match column.order {
        Some(SortOrder::Desc) => format!("{text} DESC"),
        _ => text,
    }
}

/// Whether the parser takes a statement for another one: it reads `LIMIT 3, 4`, which skips three rows, as if it were
/// `LIMIT 3 OFFSET 4`, which skips four.
fn is_misread(sql: &str) -> bool {
    let mut depth = 0_usize;
    let mut limits: BTreeSet<usize> = BTreeSet::new();
    for token in sql::sqlite::token_texts(sql) {
        match token {
            "(" => depth += 1,
            ")" => {
                limits.remove(&depth);
                depth = depth.saturating_sub(1);
            }
            "," if limits.contains(&depth) => return true,
            ";" => limits.clear(),
            word if word.eq_ignore_ascii_case("LIMIT") => drop(limits.insert(depth)),
            // Of an upsert, behind the query.
            word if word.eq_ignore_ascii_case("ON") => drop(limits.remove(&depth)),
            _ => {}
        }
    }
    false
}

/// Single blanks but in quotation marks, where they are what is meant.
fn single_blanks(text: &str) -> String {
    let mut short = String::new();
    let mut mark = None;
    for c in text.trim().chars() {
        match mark {
            Some(open) if c == open => mark = None,
            None if matches!(c, '\'' | '"' | '`') => mark = Some(c),
            _ => {}
        }
        if mark.is_some() || !c.is_whitespace() {
            short.push(c);
        } else if !short.ends_with(' ') {
            short.push(' ');
        }
    }
    short
}

/// A statement whose tokens are compared as they stand.
fn unparsed(stored: &StoredObject, sql: &str) -> Object {
    let within = |kind| ObjectKey::within(kind, None, stored.table.as_str(), stored.name.as_str());
    let key = match stored.kind.as_str() {
        "index" => within(Kind::Index),
        "trigger" => within(Kind::Trigger),
        "view" => ObjectKey::new(Kind::View, None, stored.name.as_str()),
        _ => ObjectKey::new(Kind::Table, None, stored.name.as_str()),
    };
    let tokens = sql::sqlite::token_texts(sql).join(" ");
    Object::new(key).text(Attribute::Definition, tokens).flag(Attribute::Unparsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(kind: &str, sql: &str) -> Object {
        let others = ["t", "u"].map(|name| {
            let sql = format!("CREATE TABLE {name} (a, b)");
            StoredObject::new("table", name, name, Some(&sql))
        });
        let all: Vec<_> =
            others.into_iter().chain([StoredObject::new(kind, "x", "t", Some(sql))]).collect();
        let found = objects(&all);
        let mut own = found.into_iter().filter(|object| object.key().name() == "x");
        own.next().unwrap()
    }

    #[test]
    fn spelling_does_not_count() {
        for (kind, a, b) in [
            (
                "index",
                "CREATE INDEX x ON t (a, lower(b) desc) where a>1",
                "create index \"x\" ON [t](`a` ASC,lower( \"b\" ) DESC) WHERE (a > 1)",
            ),
            (
                "view",
                "CREATE VIEW x AS SELECT a, 'it''s' FROM t",
                "CREATE VIEW x AS select  \"a\" , 'it''s' -- c\n from `t`",
            ),
            ("view", "CREATE VIEW x (a) AS SELECT 1", "CREATE VIEW x(\"a\") AS SELECT 1"),
            (
                "trigger",
                "CREATE TRIGGER x AFTER UPDATE OF a ON t BEGIN DELETE FROM u WHERE a=old.a; END",
                "CREATE TRIGGER x after update of [a] on t for each row begin delete from \"u\" where a = OLD.a; end",
            ),
            (
                "table",
                "CREATE VIRTUAL TABLE x USING fts5(a,  b)",
                "CREATE VIRTUAL TABLE x USING FTS5(a, b)",
            ),
        ] {
            let (first, second) = (one(kind, a), one(kind, b));
            let fold = |object: &Object| format!("{object:?}").to_lowercase();
            assert_eq!(fold(&first), fold(&second));
            assert!(!first.has(Attribute::Unparsed), "{first:?}");
        }
    }

    #[test]
    fn what_differs_differs() {
        for (kind, a, b) in [
            ("index", "CREATE INDEX x ON t (a)", "CREATE UNIQUE INDEX x ON t (a)"),
            ("index", "CREATE INDEX x ON t (a)", "CREATE INDEX x ON t (a DESC)"),
            ("index", "CREATE INDEX x ON t (a)", "CREATE INDEX x ON t (a COLLATE nocase)"),
            ("index", "CREATE INDEX x ON t (a)", "CREATE INDEX x ON t (a) WHERE a"),
            ("view", "CREATE VIEW x AS SELECT 'a'", "CREATE VIEW x AS SELECT 'A'"),
            ("view", "CREATE VIEW x AS SELECT true", "CREATE VIEW x AS SELECT \"true\""),
            ("view", "CREATE VIEW x AS SELECT x'00'", "CREATE VIEW x AS SELECT x'01'"),
            (
                "view",
                "CREATE VIEW x AS SELECT a FROM t LIMIT 3, 4",
                "CREATE VIEW x AS SELECT a FROM t LIMIT 3 OFFSET 4",
            ),
            (
                "trigger",
                "CREATE TRIGGER x BEFORE INSERT ON t BEGIN SELECT 1; END",
                "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
            ),
            (
                "trigger",
                "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
                "CREATE TRIGGER x AFTER INSERT ON t WHEN new.a BEGIN SELECT 1; END",
            ),
        ] {
            assert_ne!(one(kind, a), one(kind, b));
        }
    }

    #[test]
    fn a_name_in_double_marks_that_means_nothing_is_a_text() {
        let said = |kind, sql, attribute| {
            one(kind, sql).get(attribute).map(|value| format!("{value:?}")).unwrap()
        };
        for (sql, part) in [
            ("CREATE VIEW x AS SELECT \"a\" FROM t WHERE b = \"active\"", "b = \"active\""),
            (
                "CREATE VIEW x AS SELECT \"a\" AS \"c\" FROM t ORDER BY \"c\"",
                "SELECT a AS c FROM t ORDER BY c",
            ),
            ("CREATE VIEW x AS SELECT \"other\" FROM \"elsewhere\"", "\"other\" FROM elsewhere"),
        ] {
            let text = said("view", sql, Attribute::Definition).replace('\\', "");
            assert!(text.contains(part), "{text}");
        }
        let index =
            "CREATE INDEX x ON t (\"a\", lower(t.\"b\")) WHERE t.a = \"c\" AND \"rowid\" > 1";
        assert!(said("index", index, Attribute::Keys).contains(r#"["a", "lower(b)"]"#));
        let predicate = said("index", index, Attribute::Predicate);
        assert!(predicate.contains(r#"a = \"c\" AND rowid > 1"#), "{predicate}");
        let trigger = "CREATE TRIGGER x AFTER INSERT ON t WHEN \"new\".\"a\" = \"b\" BEGIN \
             INSERT INTO \"u\" (\"a\", \"b\") SELECT \"yes\", `maybe`; END";
        let trigger = said("trigger", trigger, Attribute::Definition);
        assert!(trigger.contains("WHEN new.a = b"), "{trigger}");
        assert!(trigger.contains(r#"INSERT INTO u(a, b) SELECT \"yes\", maybe"#), "{trigger}");
        let module =
            one("table", "CREATE VIRTUAL TABLE x USING fts5(a,  tokenize = \"x  'y  z'\")");
        let module = module.get_text(Attribute::Definition).unwrap().to_owned();
        assert_eq!(module, "fts5(a, tokenize = \"x  'y  z'\")");
    }

    #[test]
    fn what_the_parser_misreads_is_compared_token_by_token() {
        let is_unparsed = |sql| one("view", sql).has(Attribute::Unparsed);
        for sql in [
            "CREATE VIEW x AS SELECT a FROM t LIMIT 3, 4",
            "CREATE VIEW x AS SELECT (SELECT a FROM t LIMIT abs(-1) + (2), 4), 5",
        ] {
            assert!(is_unparsed(sql), "{sql}");
        }
        for sql in [
            "CREATE VIEW x AS SELECT a, b FROM t LIMIT 3 OFFSET max(4, 5)",
            "CREATE VIEW x AS SELECT (SELECT a FROM t LIMIT 1), \"limit\", 2",
        ] {
            assert!(!is_unparsed(sql), "{sql}");
        }
    }

    #[test]
    fn what_cannot_be_parsed_is_still_compared() {
        let object = one("table", "CREATE TABLE x (a  what is, this)( ");
        assert!(object.has(Attribute::Unparsed));
        assert_eq!(
            object.get_text(Attribute::Definition),
            Some("CREATE TABLE x ( a what is , this ) (")
        );
        for sql in ["", "'", "SELECT 1", "CREATE TABLE x (a); DROP TABLE x", "EXPLAIN SELECT 1"] {
            assert!(one("table", sql).has(Attribute::Unparsed), "{sql}");
        }
        // A statement of another kind than the row says.
        assert!(one("view", "CREATE TABLE x (a)").has(Attribute::Unparsed));
        let deep = format!("CREATE VIEW x AS SELECT {}1{}", "(".repeat(5000), ")".repeat(5000));
        assert!(one("view", &deep).has(Attribute::Unparsed));
        assert!(
            objects(&[StoredObject::new("index", "sqlite_autoindex_t_1", "t", None)]).is_empty()
        );
    }
}
