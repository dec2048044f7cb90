//! Schemas that nobody thought of: names from small pools, so that two of them have much in common.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// The types that values of a column can go between.
const FAMILIES: [(&str, &[&str], &str); 8] = [
    ("n", &["integer", "bigint", "numeric(12,2)", "text", "smallint", "double precision"], "'1'"),
    ("label", &["text", "character varying(20)", "s.mood", "s.word"], "'a'"),
    ("flag", &["boolean", "text"], "'true'"),
    (
        "moment",
        &["timestamp with time zone", "timestamp(3) without time zone", "date", "text"],
        "'2026-01-01'",
    ),
    ("data", &["jsonb", "json", "text"], "'{\"a\": 1}'"),
    ("key", &["uuid", "text"], "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'"),
    ("labels", &["text[]", "s.mood[]"], "'{a}'"),
    ("place", &["s.place", "text"], "'(x,1)'"),
];

#[derive(Clone, Debug)]
pub(crate) struct Column {
    family: usize,
    kind: &'static str,
    default: Option<u8>,
    not_null: bool,
    setting: u8,
    comment: Option<u8>,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: Vec<Column>,
    identity: u8,
    generated: Option<u8>,
    checks: Vec<u8>,
    indexes: Vec<u8>,
    references: Vec<(u8, u8)>,
    policy: Option<u8>,
    trigger: Option<u8>,
    view: Option<u8>,
    flags: u8,
    comment: Option<u8>,
}

#[derive(Clone, Debug)]
pub(crate) struct Schema {
    labels: Vec<&'static str>,
    word: u8,
    place: u8,
    function: u8,
    inline: Option<u8>,
    aggregate: Option<u8>,
    sequence: Option<u8>,
    tables: Vec<Option<Table>>,
    views: u8,
    partitions: Option<(u8, u8)>,
    inherited: Option<u8>,
}

fn column() -> impl Strategy<Value = Column> {
    (0..FAMILIES.len())
        .prop_flat_map(|family| {
            let kind = select(FAMILIES[family].1);
            (
                Just(family),
                kind,
                option::of(0..4_u8),
                any::<bool>(),
                0..6_u8,
                option::weighted(0.2, 0..2_u8),
            )
        })
        .prop_map(|(family, kind, default, not_null, setting, comment)| Column {
            family,
            kind,
            default,
            not_null,
            setting,
            comment,
        })
}

fn table() -> impl Strategy<Value = Table> {
    let columns = vec(column(), 1..7).prop_map(|mut columns| {
        columns.sort_by_key(|column| column.family);
        columns.dedup_by_key(|column| column.family);
        columns
    });
    let some = |most: u8| option::weighted(0.4, 0..most);
    (
        (columns, 0..4_u8, some(3), vec(0..6_u8, 0..3), vec(0..9_u8, 0..4)),
        (vec((0..4_u8, 0..4_u8), 0..3), some(4), some(4), some(3), any::<u8>(), some(3)),
    )
        .prop_map(
            |(
                (columns, identity, generated, checks, indexes),
                (references, policy, trigger, view, flags, comment),
            )| {
                Table {
                    columns,
                    identity,
                    generated,
                    checks,
                    indexes,
                    references,
                    policy,
                    trigger,
                    view,
                    flags,
                    comment,
                }
            },
        )
}

pub(crate) fn schema() -> impl Strategy<Value = Schema> {
    let labels =
        subsequence(vec!["b", "c", "it's", "d\\e"], 0..=4).prop_shuffle().prop_map(|mut labels| {
            labels.insert(labels.len() / 2, "a");
            labels
        });
    let some = |most: u8| option::weighted(0.5, 0..most);
    (
        (labels, 0..4_u8, 0..3_u8, 0..4_u8, some(2), some(2), some(3)),
        (
            vec(option::weighted(0.8, table()), 4),
            0..4_u8,
            option::weighted(0.5, (0..4_u8, 0..4_u8)),
            some(3),
        ),
    )
        .prop_map(
            |(
                (labels, word, place, function, inline, aggregate, sequence),
                (tables, views, partitions, inherited),
            )| {
                Schema {
                    labels,
                    word,
                    place,
                    function,
                    inline,
                    aggregate,
                    sequence,
                    tables,
                    views,
                    partitions,
                    inherited,
                }
            },
        )
}

impl Schema {
    /// The SQL that makes it, with some rows in every table.
    pub(crate) fn sql(&self) -> String {
        let mut sql = String::from("CREATE SCHEMA s;\n");
        self.types(&mut sql);
        self.routines(&mut sql);
        for (number, table) in self.tables.iter().enumerate() {
            if let Some(table) = table {
                table.sql(self, number, &mut sql);
            }
        }
        for (number, table) in self.tables.iter().enumerate() {
            if let Some(table) = table {
                table.references(self, number, &mut sql);
                table.extras(self, number, &mut sql);
            }
        }
        self.views(&mut sql);
        self.partitions(&mut sql);
        sql
    }

    fn types(&self, sql: &mut String) {
        let labels: Vec<String> =
            self.labels.iter().map(|l| format!("'{}'", l.replace('\'', "''"))).collect();
        let _ = writeln!(sql, "CREATE TYPE s.mood AS ENUM ({});", labels.join(", "));
        let word = match self.word {
            0 => "text",
            1 => "text CONSTRAINT short CHECK (length(VALUE) < 99)",
            2 => "character varying(40) DEFAULT 'a'",
            _ => "text COLLATE \"C\" DEFAULT 'b' CONSTRAINT plain CHECK (VALUE <> 'zz')",
        };
        let _ = writeln!(sql, "CREATE DOMAIN s.word AS {word};");
        let place = [
            "street text, zip integer",
            "street text, zip bigint",
            "street character varying(9), zip text",
        ];
        let _ = writeln!(sql, "CREATE TYPE s.place AS ({});", place[usize::from(self.place)]);
        if let Some(sequence) = self.sequence {
            let option = ["", "INCREMENT 5 CACHE 3", "AS integer MAXVALUE 1000 CYCLE"]
                [usize::from(sequence)];
            let _ = writeln!(sql, "CREATE SEQUENCE s.counter {option};");
        }
    }

    fn routines(&self, sql: &mut String) {
        let f = match self.function {
            0 => "(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a + 1'",
            1 => "(a integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT a + 2'",
            2 => "(a integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT a::bigint'",
            _ => {
                "(b integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN b; END $$"
            }
        };
        let _ = writeln!(sql, "CREATE FUNCTION s.f{f};");
        let touch = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";
        let _ = writeln!(sql, "CREATE FUNCTION s.touch() {touch};");
        if let Some(aggregate) = self.aggregate {
            let start = ["'0'", "'5'"][usize::from(aggregate)];
            let _ = writeln!(
                sql,
                "CREATE AGGREGATE s.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = {start});"
            );
        }
    }

    fn views(&self, sql: &mut String) {
        let tables: Vec<usize> =
            (0..self.tables.len()).filter(|n| self.tables[*n].is_some()).collect();
        if self.views == 0 || tables.is_empty() {
            return;
        }
        let first = tables[usize::from(self.views) % tables.len()];
        let _ = writeln!(sql, "CREATE VIEW s.all_rows AS SELECT * FROM s.t{first};");
        let _ = writeln!(sql, "COMMENT ON VIEW s.all_rows IS 'all {first}';");
        let _ = writeln!(
            sql,
            "CREATE VIEW s.over AS SELECT id, s.f(id) AS f FROM s.all_rows WHERE id > 0;"
        );
        if self.views > 1 {
            let _ = writeln!(sql, "CREATE MATERIALIZED VIEW s.kept AS SELECT id, f FROM s.over;");
            let _ = writeln!(sql, "CREATE UNIQUE INDEX kept_id ON s.kept (id);");
        }
        if let Some(inline) = self.inline {
            let what = ["count(*)", "max(id)"][usize::from(inline)];
            let _ = writeln!(
                sql,
                "CREATE FUNCTION s.inline() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT {what} FROM s.over; END;"
            );
        }
    }

    fn partitions(&self, sql: &mut String) {
        if let Some((shape, extras)) = self.partitions {
            let kind = ["text", "character varying(30)"][usize::from(shape % 2)];
            let _ = writeln!(
                sql,
                "CREATE TABLE s.logs (at date NOT NULL, what {kind}, n integer DEFAULT {shape}) PARTITION BY RANGE (at);"
            );
            let edge = ["2026-01-01", "2026-06-01"][usize::from(shape / 2)];
            let _ = writeln!(
                sql,
                "CREATE TABLE s.logs_old PARTITION OF s.logs FOR VALUES FROM ('2020-01-01') TO ('{edge}');
                 INSERT INTO s.logs VALUES ('2025-01-01', 'a', 1), ('2025-02-01', 'b', 2);"
            );
            if extras > 0 {
                let _ = writeln!(sql, "CREATE INDEX logs_what ON s.logs (what);");
            }
            if extras > 1 {
                let _ =
                    writeln!(sql, "ALTER TABLE s.logs ADD CONSTRAINT logs_pk PRIMARY KEY (at);");
            }
            if extras > 2 {
                let _ = writeln!(
                    sql,
                    "ALTER TABLE s.logs ADD CONSTRAINT logs_n CHECK (n < 1000);
                     CREATE TABLE s.logs_new PARTITION OF s.logs FOR VALUES FROM ('{edge}') TO ('2030-01-01');
                     CREATE TRIGGER logs_touch BEFORE INSERT ON s.logs FOR EACH ROW EXECUTE FUNCTION s.touch();"
                );
            }
        }
        if let Some(inherited) = self.inherited {
            let more =
                ["", ", extra text DEFAULT 'x'", ", CHECK (a < 100)"][usize::from(inherited)];
            let _ = writeln!(
                sql,
                "CREATE TABLE s.base (a integer DEFAULT 1, b text{more});
                 CREATE TABLE s.child (c integer) INHERITS (s.base);
                 INSERT INTO s.child (a, b, c) VALUES (1, 'x', 2);"
            );
        }
    }
}

impl Table {
    fn has(&self, family: &str) -> Option<&Column> {
        self.columns.iter().find(|column| FAMILIES[column.family].0 == family)
    }

    fn sql(&self, schema: &Schema, number: usize, sql: &mut String) {
        let mut lines = vec![match self.identity {
            0 => "id integer NOT NULL".to_owned(),
            1 => "id serial".to_owned(),
            2 => "id integer GENERATED BY DEFAULT AS IDENTITY (START 100)".to_owned(),
            _ => "id integer GENERATED ALWAYS AS IDENTITY".to_owned(),
        }];
        for column in &self.columns {
            lines.push(column.line(schema));
        }
        if let Some(generated) = self.generated {
            let expression = ["id * 2", "id + 10", "s.f(id)"][usize::from(generated)];
            lines.push(format!("doubled bigint GENERATED ALWAYS AS ({expression}) STORED"));
        }
        for other in 0..4 {
            lines.push(format!("r{other} integer"));
        }
        lines.push("CONSTRAINT t_pk PRIMARY KEY (id)".replace('t', &format!("t{number}")));
        let unlogged = if self.flags & 7 == 0 { "UNLOGGED " } else { "" };
        // A table that is logged cannot refer to one that is not.
        let unlogged = if schema.has_references() { "" } else { unlogged };
        let with = if self.flags & 8 == 0 { "" } else { " WITH (fillfactor = 80)" };
        let _ = writeln!(
            sql,
            "CREATE {unlogged}TABLE s.t{number} (\n  {}\n){with};",
            lines.join(",\n  ")
        );
        self.rows(number, sql);
    }

    fn rows(&self, number: usize, sql: &mut String) {
        let names: Vec<&str> = self.columns.iter().map(|c| FAMILIES[c.family].0).collect();
        let values: Vec<&str> = self.columns.iter().map(|c| FAMILIES[c.family].2).collect();
        for id in 1..=3 {
            let _ = writeln!(
                sql,
                "INSERT INTO s.t{number} (id, {}) OVERRIDING SYSTEM VALUE VALUES ({id}, {});",
                names.join(", "),
                values.join(", ")
            );
        }
    }

    /// Foreign keys to any tables, also in circles; no row refers to another.
    fn references(&self, schema: &Schema, number: usize, sql: &mut String) {
        for (other, how) in &self.references {
            let is_there = schema.tables.get(usize::from(*other)).is_some_and(Option::is_some);
            let name = format!("t{number}_r{other}_fk");
            if !is_there || sql.contains(&name) {
                continue;
            }
            let how = [
                "",
                "ON DELETE CASCADE",
                "ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED",
                "NOT VALID",
            ][usize::from(*how)];
            let _ = writeln!(
                sql,
                "ALTER TABLE s.t{number} ADD CONSTRAINT {name} FOREIGN KEY (r{other}) REFERENCES s.t{other} {how};"
            );
        }
    }

    fn extras(&self, schema: &Schema, number: usize, sql: &mut String) {
        let is_text = |family| {
            self.has(family).is_some_and(|c| matches!(c.kind, "text" | "character varying(20)"))
        };
        let mut checks = Vec::new();
        for check in &self.checks {
            let condition = match check {
                0 => "id > 0".to_owned(),
                1 => "id < 1000".to_owned(),
                2 if is_text("label") => "label <> 'zz'".to_owned(),
                3 if self.has("label").is_some_and(|c| c.kind == "s.mood") => {
                    "label <> 'it''s' OR id > 0".to_owned()
                }
                4 => "s.f(id) > 0".to_owned(),
                _ => continue,
            };
            let condition = if condition.contains("it''s") && !schema.labels.contains(&"it's") {
                "label = 'a' OR id > 0".to_owned()
            } else {
                condition
            };
            let name = format!("t{number}_c{}", check % 3);
            if !checks.contains(&name) {
                let _ = writeln!(
                    sql,
                    "ALTER TABLE s.t{number} ADD CONSTRAINT {name} CHECK ({condition});"
                );
                checks.push(name);
            }
        }
        let mut made = Vec::new();
        for index in &self.indexes {
            let name = format!("t{number}_i{}", index % 4);
            let what = match index {
                0 => "(id DESC, r0)".to_owned(),
                1 => "(r1) WHERE r1 > 0".to_owned(),
                2 => "(r2) INCLUDE (r3)".to_owned(),
                3 => "((id + 1))".to_owned(),
                4 => "(s.f(id))".to_owned(),
                5 if is_text("label") => "(lower(label))".to_owned(),
                6 if self.has("label").is_some_and(|c| c.kind == "s.mood") => {
                    "(label) WHERE label = 'a'".to_owned()
                }
                7 if self.has("data").is_some_and(|c| c.kind == "jsonb") => {
                    "USING gin (data)".to_owned()
                }
                _ => "(id, r1) WITH (fillfactor = 70)".to_owned(),
            };
            if !made.contains(&name) {
                let unique = if matches!(index, 0 | 3) { "UNIQUE " } else { "" };
                let _ = writeln!(sql, "CREATE {unique}INDEX {name} ON s.t{number} {what};");
                made.push(name);
            }
        }
        if let Some(policy) = self.policy {
            let _ = writeln!(
                sql,
                "ALTER TABLE s.t{number} ENABLE ROW LEVEL SECURITY;
                 CREATE POLICY seen ON s.t{number} {};",
                [
                    "USING (id > 0)",
                    "FOR UPDATE USING (id > 1) WITH CHECK (true)",
                    "AS RESTRICTIVE USING (s.f(id) > 1)",
                    "FOR INSERT WITH CHECK (r0 IS NULL)"
                ][usize::from(policy)]
            );
        }
        if let Some(trigger) = self.trigger {
            let when =
                ["BEFORE UPDATE OF r0", "AFTER INSERT", "BEFORE UPDATE", "BEFORE UPDATE OF id, r1"];
            let _ = writeln!(
                sql,
                "CREATE TRIGGER touch {} ON s.t{number} FOR EACH ROW {}EXECUTE FUNCTION s.touch();",
                when[usize::from(trigger)],
                if trigger == 2 { "WHEN (NEW.id > 0) " } else { "" }
            );
            if self.flags & 16 == 0 {
                let _ = writeln!(sql, "ALTER TABLE s.t{number} DISABLE TRIGGER touch;");
            }
        }
        if let Some(view) = self.view {
            let columns = ["*", "id, r0, r1", "r2, id"][usize::from(view)];
            let _ = writeln!(
                sql,
                "CREATE VIEW s.of_t{number} AS SELECT {columns} FROM s.t{number} WHERE id > {view};"
            );
        }
        if let Some(comment) = self.comment {
            let _ = writeln!(sql, "COMMENT ON TABLE s.t{number} IS 'it''s {comment} \\ or so';");
            let _ =
                writeln!(sql, "CREATE STATISTICS s.st{number} ON id, r{comment} FROM s.t{number};");
        }
        if self.flags & 32 == 0 {
            let _ =
                writeln!(sql, "ALTER TABLE s.t{number} REPLICA IDENTITY USING INDEX t{number}_pk;");
        }
        for column in &self.columns {
            column.extras(number, sql);
        }
    }
}

impl Schema {
    fn has_references(&self) -> bool {
        self.tables.iter().flatten().any(|table| !table.references.is_empty())
    }
}

impl Column {
    fn line(&self, schema: &Schema) -> String {
        let (name, _, value) = FAMILIES[self.family];
        let mut line = format!("{name} {}", self.kind);
        let is_text = matches!(self.kind, "text" | "character varying(20)");
        if self.setting == 1 && is_text {
            line.push_str(" COLLATE \"C\"");
        }
        let default = match self.default {
            Some(1) if self.kind == "integer" => Some("s.f(4)".to_owned()),
            Some(2) if schema.sequence.is_some() && matches!(self.kind, "integer" | "bigint") => {
                Some("nextval('s.counter')".to_owned())
            }
            Some(3) if self.kind.starts_with("timestamp") => Some("now()".to_owned()),
            Some(_) => Some(value.to_owned()),
            // A column that takes no NULL and has no default cannot be added where there are rows.
            None if self.not_null => Some(value.to_owned()),
            None => None,
        };
        if let Some(default) = default {
            let _ = write!(line, " DEFAULT {default}");
        }
        if self.not_null {
            line.push_str(" NOT NULL");
        }
        line
    }

    fn extras(&self, number: usize, sql: &mut String) {
        let name = FAMILIES[self.family].0;
        let alter = format!("ALTER TABLE s.t{number} ALTER COLUMN {name}");
        let action = match self.setting {
            2 => Some("SET STATISTICS 77"),
            3 if matches!(self.kind, "text" | "jsonb") => Some("SET STORAGE EXTERNAL"),
            4 => Some("SET (n_distinct = 5)"),
            _ => None,
        };
        if let Some(action) = action {
            let _ = writeln!(sql, "{alter} {action};");
        }
        if let Some(comment) = self.comment {
            let _ = writeln!(sql, "COMMENT ON COLUMN s.t{number}.{name} IS 'column {comment}';");
        }
    }
}
