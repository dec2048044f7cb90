//! Statements, and exactly what is read from them.

use proptest::prelude::*;

use crate::Dialect;
use crate::sql::{
    Action, ActionKind, Column, Constraint, ConstraintKind, Expression, Identity, IndexPart,
    InsertSource, ObjectKind, ObjectName, Output, ReferentialAction, TableDefinition, Volatility,
    analyse,
};

fn actions(sql: &str) -> Vec<Action> {
    let script = analyse(Dialect::Sqlite, sql);
    script.statements().iter().flat_map(|s| s.actions().to_vec()).collect()
}

fn only(sql: &str) -> ActionKind {
    let mut actions = actions(sql);
    assert_eq!(actions.len(), 1, "{sql}");
    actions.remove(0).kind
}

fn name(name: &str) -> ObjectName {
    match name.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::unqualified(name),
    }
}

fn names(list: &[ObjectName]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn kinds_with_few_fields() {
    let drop = |kind, of: &str, if_exists| ActionKind::Drop {
        kind,
        name: name(of),
        on: None,
        if_exists,
        cascade: false,
        concurrently: false,
    };
    let set = |name: &str, value: Option<&str>| ActionKind::Set {
        name: name.to_owned(),
        value: value.map(str::to_owned),
        local: false,
    };
    let other = |words: &str| ActionKind::Other(words.to_owned());
    let t = || name("t");
    for (sql, expected) in [
        ("DROP TABLE \"User\"", drop(ObjectKind::Table, "User", false)),
        ("drop table if exists main.[t]", drop(ObjectKind::Table, "main.t", true)),
        ("DROP INDEX i", drop(ObjectKind::Index, "i", false)),
        ("DROP VIEW IF EXISTS v", drop(ObjectKind::View, "v", true)),
        ("DROP TRIGGER `g`", drop(ObjectKind::Trigger, "g", false)),
        (
            "ALTER TABLE \"new_User\" RENAME TO \"User\"",
            ActionKind::Rename {
                kind: ObjectKind::Table,
                name: name("new_User"),
                on: None,
                to: "User".to_owned(),
            },
        ),
        (
            "ALTER TABLE main.t RENAME COLUMN a TO \"b c\"",
            ActionKind::Rename {
                kind: ObjectKind::Column,
                name: name("a"),
                on: Some(name("main.t")),
                to: "b c".to_owned(),
            },
        ),
        (
            "ALTER TABLE t DROP COLUMN [a]",
            ActionKind::DropColumn {
                table: t(),
                column: "a".to_owned(),
                if_exists: false,
                cascade: false,
            },
        ),
        (
            "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
            ActionKind::SetNotNull { table: t(), column: "a".to_owned() },
        ),
        (
            "ALTER TABLE t ALTER a DROP NOT NULL",
            ActionKind::DropNotNull { table: t(), column: "a".to_owned() },
        ),
        (
            "ALTER TABLE t DROP CONSTRAINT c",
            ActionKind::DropConstraint {
                table: t(),
                constraint: "c".to_owned(),
                if_exists: false,
                cascade: false,
            },
        ),
        ("PRAGMA foreign_keys=OFF", set("foreign_keys", Some("OFF"))),
        ("PRAGMA main.Journal_Mode('wal')", set("journal_mode", Some("wal"))),
        ("PRAGMA foreign_keys = ON", set("foreign_keys", Some("ON"))),
        ("PRAGMA cache_size = -20", set("cache_size", Some("-20"))),
        ("PRAGMA foreign_key_check", set("foreign_key_check", None)),
        (
            "REINDEX main.t",
            ActionKind::Reindex {
                kind: ObjectKind::Other,
                name: Some(name("main.t")),
                concurrently: false,
            },
        ),
        ("ANALYZE", ActionKind::Analyze { tables: Vec::new() }),
        ("ANALYZE t", ActionKind::Analyze { tables: vec![t()] }),
        ("VACUUM INTO 'x'", ActionKind::Vacuum { tables: Vec::new(), full: false }),
        ("ATTACH 'x' AS y", other("ATTACH")),
        ("SAVEPOINT a", other("SAVEPOINT")),
        ("EXPLAIN DROP TABLE t", other("EXPLAIN")),
        ("BEGIN IMMEDIATE", other("BEGIN")),
        (
            "UPDATE OR IGNORE t SET a = 1, (b, c) = (2, 3)",
            ActionKind::Update {
                table: t(),
                columns: ["a", "b", "c"].map(str::to_owned).to_vec(),
                filtered: false,
            },
        ),
        (
            "WITH x AS (SELECT 1) UPDATE t SET a = 1 WHERE a IN x",
            ActionKind::Update { table: t(), columns: vec!["a".to_owned()], filtered: true },
        ),
        ("DELETE FROM t", ActionKind::Delete { table: t(), filtered: false }),
        ("DELETE FROM t WHERE 1=1 RETURNING a", ActionKind::Delete { table: t(), filtered: false }),
        ("DELETE FROM t WHERE (2<>1)", ActionKind::Delete { table: t(), filtered: false }),
        ("DELETE FROM t WHERE 1=0", ActionKind::Delete { table: t(), filtered: true }),
        (
            "WITH x AS (SELECT 1) DELETE FROM main.t WHERE a IN x",
            ActionKind::Delete { table: name("main.t"), filtered: true },
        ),
        (
            "SELECT count(*), Lower(a) FROM t JOIN main.u USING (id) WHERE EXISTS (SELECT 1 FROM w)",
            ActionKind::Query {
                calls: vec![name("count"), name("lower")],
                reads: vec![t(), name("main.u"), name("w")],
            },
        ),
    ] {
        assert_eq!(only(sql), expected, "{sql}");
    }
}

#[test]
fn what_is_not_read_says_why() {
    let [first, second] = &*actions("CREATE TABEL t;\nDROP TABLE t;") else {
        panic!("two statements");
    };
    assert!(matches!(&first.kind, ActionKind::Opaque(why) if why.contains("TABEL")), "{first:?}");
    assert_eq!(second.start.line, 2);
}

fn table(sql: &str) -> TableDefinition {
    match only(sql) {
        ActionKind::CreateTable(table) => table,
        other => panic!("{other:?}"),
    }
}

/// A column in words: name, type, what it demands.
fn column_words(column: &Column) -> String {
    let mut words = vec![column.name.clone()];
    if let Some(ty) = &column.ty {
        words.push(format!("{}{:?}", ty.name, ty.modifiers));
    }
    words.extend(column.not_null.then(|| "not-null".to_owned()));
    words.extend(column.default.as_ref().map(|d| format!("default<{}>", d.text)));
    words.extend(column.generated.as_ref().map(|g| {
        format!("{}<{}>", if g.stored { "stored" } else { "virtual" }, g.expression.text)
    }));
    words.extend(column.identity.map(|_| "autoincrement".to_owned()));
    words.extend(column.collation.as_ref().map(|c| format!("collate-{c}")));
    words.extend(column.constraints.iter().map(constraint_words));
    words.join(" ")
}

fn constraint_words(constraint: &Constraint) -> String {
    let kind = match &constraint.kind {
        ConstraintKind::Check(check) => format!("check<{}>", check.text),
        ConstraintKind::Unique { columns, .. } => format!("unique{columns:?}"),
        ConstraintKind::PrimaryKey { columns, .. } => format!("key{columns:?}"),
        ConstraintKind::ForeignKey(key) => format!(
            "{:?}->{}{:?}/{:?}/{:?}",
            key.columns, key.table, key.referenced, key.on_delete, key.on_update
        ),
        other => format!("{other:?}"),
    };
    let name = constraint.name.as_ref().map(|name| format!("{name}:")).unwrap_or_default();
    format!("{name}{kind}{}", if constraint.deferrable { " deferrable" } else { "" })
}

#[test]
fn columns() {
    for (definition, expected) in [
        ("a", "a"),
        ("\"a b\" VARCHAR(20) NOT NULL", "a b VARCHAR[20] not-null"),
        ("a decimal(10, -2) NULL", "a DECIMAL[10, -2]"),
        ("a unsigned big int", "a UNSIGNED BIG INT[]"),
        ("id INTEGER PRIMARY KEY AUTOINCREMENT", "id INTEGER[] autoincrement key[\"id\"]"),
        ("a DEFAULT -1.5e-3 NOT NULL", "a not-null default<-1.5e-3>"),
        ("a TEXT DEFAULT 'it''s' UNIQUE", "a TEXT[] default<'it''s'> unique[\"a\"]"),
        ("a TEXT DEFAULT \"x\" COLLATE NOCASE", "a TEXT[] default<\"x\"> collate-NOCASE"),
        ("a DEFAULT (f(1, ')')) CHECK (a > 0)", "a default<(f(1, ')'))> check<a > 0>"),
        ("a CONSTRAINT c CHECK (a)CHECK(b)", "a c:check<a> check<b>"),
        ("a INT GENERATED ALWAYS AS (b * 2) STORED", "a INT[] stored<b * 2>"),
        ("a AS (b) VIRTUAL NOT NULL", "a not-null virtual<b>"),
        ("a DEFAULT NULL", "a default<NULL>"),
        (
            "a INT CONSTRAINT k REFERENCES \"U\"(id) ON DELETE SET NULL ON UPDATE SET DEFAULT \
             DEFERRABLE INITIALLY DEFERRED DEFAULT 1",
            "a INT[] default<1> k:[\"a\"]->U[\"id\"]/SetNull/SetDefault deferrable",
        ),
        ("a REFERENCES u NOT DEFERRABLE", "a [\"a\"]->u[]/NoAction/NoAction"),
    ] {
        let in_table = table(&format!("CREATE TABLE t (x, {definition}, y CHECK (1))"));
        assert_eq!(column_words(&in_table.columns[1]), expected, "{definition}");
        for add in ["ADD", "ADD COLUMN"] {
            let ActionKind::AddColumn { table, column, .. } =
                only(&format!("ALTER TABLE main.\"add\" {add} {definition};"))
            else {
                panic!("{definition}");
            };
            assert_eq!((column_words(&column).as_str(), table), (expected, name("main.add")));
        }
    }
}

#[test]
fn tables() {
    let full = table(
        "CREATE TEMP TABLE IF NOT EXISTS main.t (id INTEGER, a TEXT, b, CONSTRAINT p PRIMARY KEY \
         (id AUTOINCREMENT), UNIQUE (a COLLATE nocase DESC, 'b') CHECK (a <> ','), FOREIGN KEY (a, b) \
         REFERENCES u (x, y) ON DELETE CASCADE DEFERRABLE) WITHOUT ROWID, STRICT",
    );
    let constraints: Vec<String> = full.constraints.iter().map(constraint_words).collect();
    assert_eq!(
        constraints,
        [
            "p:key[\"id\"]",
            "unique[\"a\", \"b\"]",
            "check<a <> ','>",
            "[\"a\", \"b\"]->u[\"x\", \"y\"]/Cascade/NoAction deferrable",
        ]
    );
    assert_eq!(full.name, name("main.t"));
    assert!(full.temporary && full.if_not_exists && full.strict && full.without_rowid);
    assert_eq!(full.columns[0].identity, Some(Identity::Autoincrement));
    let ConstraintKind::ForeignKey(key) = &full.constraints[3].kind else { panic!() };
    assert_eq!(key.on_delete, ReferentialAction::Cascade);

    let fts = table("CREATE VIRTUAL TABLE f USING fts5(a, b, tokenize = 'x')");
    assert!(fts.foreign && fts.columns.is_empty());

    let copy = table("CREATE TABLE c AS SELECT * FROM main.t");
    assert!(copy.as_query);
    assert_eq!(copy.query.unwrap().copies(), Some(&name("main.t")));
}

#[test]
fn a_constraint_that_is_added() {
    let ActionKind::AddConstraint { constraint, .. } =
        only("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)")
    else {
        panic!();
    };
    assert_eq!(constraint_words(&constraint), "c:check<a > 0>");
}

#[test]
fn ranges_are_those_of_the_parts() {
    let sql = "-- é\nCREATE TABLE t (a INT DEFAULT 1 CHECK (a > 0), UNIQUE (a));";
    let definition = table(sql);
    let column = &definition.columns[0];
    assert_eq!(&sql[column.range.clone()], "a INT DEFAULT 1 CHECK (a > 0)");
    assert_eq!(&sql[column.constraints[0].range.clone()], "CHECK (a > 0)");
    assert_eq!(&sql[column.default.clone().unwrap().range], "1");
    assert_eq!(&sql[definition.constraints[0].range.clone()], "UNIQUE (a)");
}

fn default_of(text: &str) -> Expression {
    table(&format!("CREATE TABLE t (a DEFAULT {text})")).columns[0].default.clone().unwrap()
}

#[test]
fn volatility_of_defaults() {
    use Volatility::{Constant, Stable, Unknown, Volatile};
    for (text, volatility) in [
        ("1", Constant),
        ("-1", Constant),
        ("x'00'", Constant),
        ("true", Constant),
        ("\"text\"", Constant),
        ("abc", Constant),
        ("(1 + 2 * length('a'))", Constant),
        ("CURRENT_TIMESTAMP", Stable),
        ("(datetime('now'))", Stable),
        ("(unixepoch())", Stable),
        ("(strftime('%s'))", Stable),
        ("(date('2020-01-01'))", Constant),
        ("(hex(randomblob(16)))", Volatile),
        ("(abs(RANDOM()) || CURRENT_DATE)", Volatile),
        ("(uuid())", Unknown),
        ("(CASE WHEN 1 THEN mine() ELSE random() END)", Unknown),
    ] {
        let default = default_of(text);
        assert_eq!((default.volatility, &*default.text), (volatility, text));
    }
    for (text, is_null) in
        [("NULL", true), ("(NULL)", true), ("(CAST(NULL AS TEXT))", true), ("'NULL'", false)]
    {
        assert_eq!(default_of(text).is_null, is_null, "{text}");
    }
    assert_eq!(default_of("\"x\"").double_quoted, ["x"]);
    assert_eq!(default_of("\"x\"").columns, Vec::<String>::new());
}

#[test]
fn names_in_expressions() {
    let ActionKind::CreateIndex(index) = only(
        "CREATE UNIQUE INDEX IF NOT EXISTS main.i ON \"T\" (\"a\" DESC, b COLLATE NOCASE, lower(\"c\") ASC, \
         'd' ) WHERE \"e\" IS NOT NULL AND t.\"f\" > [g] AND true",
    ) else {
        panic!();
    };
    assert_eq!((index.name, index.table), (Some(name("main.i")), name("main.T")));
    assert!(index.unique && index.if_not_exists);
    assert_eq!(index.double_quoted, ["a"]);
    let [a, b, IndexPart::Expression(c), d] = &*index.parts else { panic!("{:?}", index.parts) };
    assert_eq!([a, b, d], ["a", "b", "d"].map(|c| IndexPart::Column(c.to_owned())).each_ref());
    assert_eq!(
        (&*c.text, &c.double_quoted, &c.calls),
        ("lower(\"c\")", &vec!["c".to_owned()], &vec![name("lower")])
    );
    let predicate = index.predicate.unwrap();
    assert_eq!(predicate.columns, ["e", "f", "g"]);
    assert_eq!(predicate.double_quoted, ["e"]);
    assert!(predicate.text.starts_with("\"e\"") && predicate.text.ends_with("true"));
}

#[test]
fn inserts() {
    let outputs = |outputs: &[Output]| {
        let words = outputs.iter().map(|output| match output {
            Output::All => "*".to_owned(),
            Output::Column(name) => name.clone(),
            Output::Expression(expression) => format!("<{}>", expression.text),
        });
        words.collect::<Vec<_>>().join(" ")
    };
    for (sql, columns, copies, expected) in [
        (
            "INSERT INTO \"new_U\" (\"id\", \"b\") SELECT \"id\", coalesce(\"b\", 'x, y') AS \"b\" FROM \"U\"",
            "id b",
            Some("U"),
            "id <coalesce(\"b\", 'x, y')>",
        ),
        ("INSERT INTO n SELECT * FROM u", "", Some("u"), "*"),
        ("INSERT INTO n SELECT ALL u.a x, +b y FROM u", "", Some("u"), "a <+b>"),
        (
            "INSERT INTO n SELECT a IS DISTINCT FROM b FROM u",
            "",
            Some("u"),
            "<a IS DISTINCT FROM b>",
        ),
        ("INSERT INTO n SELECT DISTINCT a FROM u", "", None, "a"),
        ("INSERT INTO n SELECT a FROM u WHERE a > 1", "", None, "a"),
        ("INSERT INTO n SELECT a FROM u LIMIT 1", "", None, "a"),
        ("INSERT INTO n SELECT a FROM u UNION SELECT b FROM w", "", None, ""),
        ("INSERT INTO n SELECT a FROM u, w", "", None, "a"),
        ("WITH u AS (SELECT 1) INSERT INTO n SELECT a FROM u", "", None, "a"),
        ("INSERT INTO n SELECT 'a' FROM u GROUP BY 1", "", None, "<'a'>"),
    ] {
        let ActionKind::Insert { columns: listed, source, query, .. } = only(sql) else {
            panic!("{sql}");
        };
        let query = query.unwrap();
        assert_eq!((source, &*listed.join(" ")), (InsertSource::Query, columns), "{sql}");
        assert_eq!(query.copies(), copies.map(name).as_ref(), "{sql}");
        assert_eq!(outputs(&query.outputs), expected, "{sql}");
    }
    for (sql, replaces, conflict) in [
        ("INSERT INTO t VALUES (1)", false, false),
        ("INSERT INTO t DEFAULT VALUES", false, false),
        ("REPLACE INTO t VALUES (1)", true, false),
        ("INSERT OR REPLACE INTO t VALUES (1), (2)", true, false),
        ("INSERT OR IGNORE INTO t VALUES (1)", false, true),
        ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", false, true),
    ] {
        let ActionKind::Insert { source, query, replaces: r, on_conflict, .. } = only(sql) else {
            panic!("{sql}");
        };
        assert_eq!((source, query), (InsertSource::Values, None), "{sql}");
        assert_eq!((r, on_conflict), (replaces, conflict), "{sql}");
    }
}

#[test]
fn views_and_triggers() {
    let ActionKind::CreateView(view) = only(
        "CREATE TEMP VIEW IF NOT EXISTS v AS WITH w AS (SELECT a FROM t) SELECT w.a, u.b FROM w JOIN main.u ON c = 1",
    ) else {
        panic!();
    };
    assert!(view.temporary && view.if_not_exists);
    assert_eq!(names(&view.reads), "t main.u");
    assert_eq!(view.columns, ["a", "b", "c"]);

    let ActionKind::CreateTrigger(trigger) = only(
        "CREATE TRIGGER g AFTER UPDATE OF a, b ON t WHEN NEW.c > 0 BEGIN INSERT INTO log SELECT old.d FROM x; \
         UPDATE u SET k = new.A WHERE id = (SELECT 1 FROM y); DELETE FROM t; END",
    ) else {
        panic!();
    };
    assert_eq!((trigger.name, trigger.table), (name("g"), name("t")));
    assert_eq!(trigger.update_of, ["a", "b"]);
    assert_eq!(trigger.columns, ["c", "d", "A"]);
    assert_eq!(names(&trigger.uses), "x y log u t");
}

/// Everything with a place in a script.
fn places(action: &Action) -> Vec<(std::ops::Range<usize>, Option<String>)> {
    let mut found = vec![(action.range.clone(), None)];
    let mut expressions: Vec<&Expression> = Vec::new();
    let mut constraints: Vec<&Constraint> = Vec::new();
    let mut columns: Vec<&Column> = Vec::new();
    match &action.kind {
        ActionKind::CreateTable(table) => {
            columns.extend(&table.columns);
            constraints.extend(&table.constraints);
        }
        ActionKind::AddColumn { column, .. } => columns.push(column),
        ActionKind::AddConstraint { constraint, .. } => constraints.push(constraint),
        ActionKind::CreateIndex(index) => {
            expressions.extend(index.parts.iter().filter_map(|part| match part {
                IndexPart::Expression(expression) => Some(expression),
                IndexPart::Column(_) => None,
            }));
            expressions.extend(&index.predicate);
        }
        ActionKind::Insert { query: Some(query), .. } => {
            expressions.extend(query.outputs.iter().filter_map(|output| match output {
                Output::Expression(expression) => Some(expression),
                Output::All | Output::Column(_) => None,
            }));
        }
        _ => {}
    }
    for column in columns {
        found.push((column.range.clone(), None));
        constraints.extend(&column.constraints);
        expressions.extend(&column.default);
        expressions.extend(column.generated.as_ref().map(|generated| &generated.expression));
    }
    for constraint in constraints {
        found.push((constraint.range.clone(), None));
        if let ConstraintKind::Check(expression) = &constraint.kind {
            expressions.push(expression);
        }
    }
    found.extend(expressions.iter().map(|e| (e.range.clone(), Some(e.text.clone()))));
    found
}

const WORDS: &[&str] = &[
    "a",
    "\"b\"",
    "[c]",
    "`d`",
    "'e'",
    "INT",
    "GENERATED ALWAYS",
    "AS",
    "(",
    ")",
    "(1)",
    "(a, b)",
    ",",
    "DEFAULT",
    "NULL",
    "NOT NULL",
    "NOT",
    "-1",
    "1.5e-3",
    "CURRENT_TIME",
    "CHECK (a > 0)",
    "CHECK",
    "UNIQUE",
    "PRIMARY KEY",
    "REFERENCES t",
    "ON DELETE SET NULL",
    "ON CONFLICT REPLACE",
    "DEFERRABLE",
    "NOT DEFERRABLE",
    "CONSTRAINT n",
    "COLLATE x",
    "FOREIGN KEY (a)",
    "AUTOINCREMENT",
    "é",
    "/* , ( */",
    "\n",
    "x'00'",
    "+",
    "STORED",
    "WHERE",
    "SELECT",
    "FROM t",
    "DISTINCT",
    "INDEX",
    "ASC",
];

fn any_statement() -> impl Strategy<Value = String> {
    let start = prop::sample::select(
        &[
            "CREATE TABLE t (",
            "ALTER TABLE t ADD ",
            "ALTER TABLE t ADD CONSTRAINT c ",
            "CREATE INDEX i ON t (",
            "INSERT INTO t SELECT ",
            "CREATE TABLE t AS SELECT ",
            "CREATE VIEW v AS SELECT ",
        ][..],
    );
    let words = prop::collection::vec(prop::sample::select(WORDS), 0..14);
    let end = prop::sample::select(&["", ")", ") WHERE a", " FROM t", ";"][..]);
    (start, words, end).prop_map(|(start, words, end)| format!("{start}{}{end}", words.join(" ")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn every_part_has_a_place_in_its_statement(sql in any_statement()) {
        let script = analyse(Dialect::Sqlite, &sql);
        for statement in script.statements() {
            prop_assert_eq!(statement.actions().len(), 1);
            for (range, text) in statement.actions().iter().flat_map(places) {
                let whole = statement.range();
                prop_assert!(whole.start <= range.start && range.end <= whole.end);
                let written = sql.get(range.clone());
                prop_assert!(written.is_some_and(|w| !w.is_empty()), "{:?}", range);
                if let Some(text) = text {
                    prop_assert_eq!(written, Some(&*text));
                }
            }
        }
    }
}
