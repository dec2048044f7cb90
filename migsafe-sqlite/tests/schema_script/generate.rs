//! Strategies for schemas, with rows that every one of them takes.
//!
//! Every table has a column `id` that is unique, and rows whose `id` is 1, 2 and 3. All other values are one of these
//! numbers or NULL, so that each foreign key is kept whatever type it gets, and each constraint holds. NULL is in the
//! third row only, and every default is 3, so that the columns stay unique when a default takes the place of NULL.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::collection::{btree_map, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

/// Names that need quotation marks, and some that do not.
pub(crate) const TABLES: [&str; 5] = ["a", "Order", "we\"ird\nt", "ünï'", "plain_one"];
const COLUMNS: [&str; 6] = ["c1", "c 2", "group", "c\"4'\n", "é", "value"];
/// Columns that refer to tables, one for each.
const KEYS: [&str; 5] = ["ra", "r order", "rt", "rü", "rp"];
const ACTIONS: [&str; 5] = [
    "",
    " ON DELETE CASCADE",
    " ON DELETE SET NULL ON UPDATE CASCADE",
    " ON DELETE RESTRICT",
    " ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
];
const STRICT_TYPES: [&str; 5] = ["INTEGER", "INT", "TEXT", "REAL", "ANY"];
const TYPES: [&str; 10] = [
    "INTEGER",
    "INT",
    "TEXT",
    "REAL",
    "",
    "VARCHAR(10)",
    "DECIMAL(10, 2)",
    "DOUBLE PRECISION",
    "BLOB",
    "DATETIME",
];
const KEY_TYPES: [&str; 3] = ["INTEGER", "INT", "TEXT"];

/// What is said of a column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    ty: usize,
    form: Form,
    check: bool,
    nocase: bool,
}

#[derive(Clone, Debug)]
enum Form {
    Plain,
    Default(usize),
    Required(usize),
    Unique { ignores: bool },
    Generated { stored: bool },
}

#[derive(Clone, Debug)]
struct Reference {
    ty: usize,
    action: usize,
    names_column: bool,
    required: bool,
    at_column: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PrimaryKey {
    None,
    Integer,
    Autoincrement,
    Descending,
    Other(usize),
    /// Over `id` and the first column.
    Two,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    columns: Vec<(usize, Column)>,
    references: Vec<(usize, Reference)>,
    primary_key: PrimaryKey,
    strict: bool,
    without_rowid: bool,
    indexes: Vec<usize>,
    triggers: Vec<(usize, usize)>,
    named_check: bool,
    reversed: bool,
    upper_case: bool,
}

/// Tables by their number, and views.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) tables: Vec<(usize, Table)>,
    views: Vec<usize>,
}

fn column() -> impl Strategy<Value = Column> {
    let form = prop_oneof![
        3 => Just(Form::Plain),
        2 => (0..4_usize).prop_map(Form::Default),
        2 => (0..4_usize).prop_map(Form::Required),
        1 => any::<bool>().prop_map(|ignores| Form::Unique { ignores }),
        1 => any::<bool>().prop_map(|stored| Form::Generated { stored }),
    ];
    (0..TYPES.len(), form, weighted_bool(0.2), weighted_bool(0.2))
        .prop_map(|(ty, form, check, nocase)| Column { ty, form, check, nocase })
}

fn reference() -> impl Strategy<Value = Reference> {
    (0..KEY_TYPES.len(), 0..ACTIONS.len(), any::<bool>(), weighted_bool(0.3), any::<bool>())
        .prop_map(|(ty, action, names_column, required, at_column)| Reference {
            ty,
            action,
            names_column,
            required,
            at_column,
        })
}

fn table() -> impl Strategy<Value = Table> {
    let key = prop_oneof![
        1 => Just(PrimaryKey::None),
        3 => Just(PrimaryKey::Integer),
        2 => Just(PrimaryKey::Autoincrement),
        1 => Just(PrimaryKey::Descending),
        2 => (0..KEY_TYPES.len()).prop_map(PrimaryKey::Other),
        1 => Just(PrimaryKey::Two),
    ];
    let flags = (
        weighted_bool(0.2),
        weighted_bool(0.2),
        weighted_bool(0.2),
        weighted_bool(0.15),
        weighted_bool(0.1),
    );
    (
        btree_map(0..COLUMNS.len(), column(), 0..4),
        btree_map(0..TABLES.len(), reference(), 0..3),
        key,
        flags,
        vec(0..5_usize, 0..3),
        vec((0..3_usize, 0..TABLES.len()), 0..2),
    )
        .prop_map(|(columns, references, primary_key, flags, indexes, triggers)| {
            let (strict, without_rowid, named_check, reversed, upper_case) = flags;
            Table {
                columns: columns.into_iter().collect(),
                references: references.into_iter().collect(),
                primary_key,
                strict,
                without_rowid,
                indexes,
                triggers,
                named_check,
                reversed,
                upper_case,
            }
        })
}

fn weighted_bool(probability: f64) -> impl Strategy<Value = bool> {
    proptest::bool::weighted(probability)
}

fn schema() -> impl Strategy<Value = Schema> {
    (btree_map(0..TABLES.len(), table(), 1..4), vec(0..5_usize, 0..3))
        .prop_map(|(tables, views)| Schema { tables: tables.into_iter().collect(), views })
}

/// Two schemas that have much in common.
pub(crate) fn pair() -> impl Strategy<Value = (Schema, Schema)> {
    (
        schema(),
        schema(),
        vec((any::<bool>(), column(), select(vec![0_usize, 1, 2, 3])), 0..4),
        weighted(0.8, any::<bool>()),
    )
        .prop_map(|(from, other, changes, alike)| {
            let to = match alike {
                None => other,
                Some(_) => mixed(&from, &other, &changes),
            };
            let both: BTreeSet<usize> = from
                .tables
                .iter()
                .map(|(number, _)| *number)
                .filter(|number| to.tables.iter().any(|(other, _)| other == number))
                .collect();
            (with_parents(from, &both), with_parents(to, &both))
        })
}

/// The first schema with some of the second's parts.
fn mixed(from: &Schema, other: &Schema, changes: &[(bool, Column, usize)]) -> Schema {
    let mut to = from.clone();
    for (take, column, what) in changes {
        let Some((_, table)) = to.tables.get_mut(*what % from.tables.len()) else { continue };
        match (take, what) {
            (true, 0) => table.columns.push((what + column.ty % 3, column.clone())),
            (true, 1) => drop(table.columns.pop()),
            (true, 2) => table.indexes.push(column.ty % 5),
            (true, _) => table.strict = !table.strict,
            (false, 0) => table.references.clear(),
            (false, 1) => table.primary_key = PrimaryKey::Other(column.ty % 3),
            (false, 2) => table.triggers.clear(),
            (false, _) => to.views.clone_from(&other.views),
        }
        let mut seen = BTreeSet::new();
        if let Some((_, table)) = to.tables.get_mut(*what % from.tables.len()) {
            table.columns.retain(|(name, _)| seen.insert(*name));
        }
    }
    if let (Some(first), true) = (other.tables.first(), changes.len() > 2) {
        to.tables.retain(|(number, _)| *number != first.0);
        to.tables.push(first.clone());
    }
    to
}

/// Only references to tables that have rows.
fn with_parents(mut schema: Schema, parents: &BTreeSet<usize>) -> Schema {
    for (_, table) in &mut schema.tables {
        table.references.retain(|(number, _)| parents.contains(number));
    }
    schema
}

/// A name in quotation marks.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Table {
    pub(crate) fn name(&self, number: usize) -> String {
        match self.upper_case {
            true => TABLES[number].to_ascii_uppercase(),
            false => TABLES[number].to_owned(),
        }
    }

    fn has_rowid(&self) -> bool {
        !self.without_rowid || self.primary_key == PrimaryKey::None
    }

    /// Whether `id` is another name for the number of the row; `None` without numbers.
    pub(crate) fn id_is_row_number(&self) -> Option<bool> {
        let is = matches!(self.primary_key, PrimaryKey::Integer | PrimaryKey::Autoincrement)
            || self.primary_key == PrimaryKey::Other(0);
        self.has_rowid().then_some(is)
    }

    pub(crate) fn is_autoincrement(&self) -> bool {
        self.has_rowid() && self.primary_key == PrimaryKey::Autoincrement
    }

    /// The columns whose values are stored.
    pub(crate) fn stored(&self) -> Vec<&'static str> {
        let columns = self.columns.iter();
        columns
            .filter(|(_, column)| !matches!(column.form, Form::Generated { .. }))
            .map(|(name, _)| COLUMNS[*name])
            .chain(self.references.iter().map(|(name, _)| KEYS[*name]))
            .collect()
    }

    fn ty(&self, ty: usize) -> &'static str {
        if self.strict { STRICT_TYPES[ty % STRICT_TYPES.len()] } else { TYPES[ty] }
    }

    fn create(&self, number: usize, schema: &Schema) -> String {
        let mut lines = Vec::new();
        let mut constraints = Vec::new();
        let (ty, key) = match self.primary_key {
            PrimaryKey::None => ("INT", " UNIQUE"),
            PrimaryKey::Integer => ("INTEGER", " PRIMARY KEY"),
            PrimaryKey::Autoincrement if self.has_rowid() => {
                ("INTEGER", " NOT NULL PRIMARY KEY AUTOINCREMENT")
            }
            PrimaryKey::Autoincrement => ("INTEGER", " NOT NULL PRIMARY KEY"),
            PrimaryKey::Descending => ("INTEGER", " PRIMARY KEY DESC"),
            PrimaryKey::Other(ty) => (KEY_TYPES[ty], " CONSTRAINT \"the key\" PRIMARY KEY"),
            PrimaryKey::Two => ("INTEGER", " UNIQUE"),
        };
        lines.push(format!("id {ty}{key}"));
        for (name, column) in &self.columns {
            let name = quoted(COLUMNS[*name]);
            let mut line = format!("{name} {}", self.ty(column.ty));
            let default = |which: usize| ["3", "'3'", "(1 + 2)", "(-(-3))"][which];
            match &column.form {
                Form::Plain => {}
                Form::Default(which) => line.extend([format!(" DEFAULT {}", default(*which))]),
                Form::Required(which) => {
                    line.extend([format!(" NOT NULL DEFAULT {}", default(*which))])
                }
                Form::Unique { ignores: true } => line += " UNIQUE ON CONFLICT IGNORE",
                Form::Unique { ignores: false } => constraints.push(format!("UNIQUE ({name})")),
                Form::Generated { stored } => {
                    let how = if *stored { "STORED" } else { "VIRTUAL" };
                    line.extend([format!(" AS (id * 1) {how}")]);
                }
            }
            if column.nocase {
                line += " COLLATE NOCASE";
            }
            if column.check {
                line.extend([format!(" CHECK (length({name}) < 50)")]);
            }
            lines.push(line);
        }
        for (to, reference) in &self.references {
            let (name, ty) = (quoted(KEYS[*to]), KEY_TYPES[reference.ty]);
            let default = if reference.required { " NOT NULL DEFAULT 3" } else { "" };
            let Some((_, parent)) = schema.tables.iter().find(|(number, _)| number == to) else {
                continue;
            };
            // Without a column it means the primary key.
            let is_key = !matches!(parent.primary_key, PrimaryKey::None | PrimaryKey::Two);
            let column = if reference.names_column || !is_key { " (id)" } else { "" };
            let references = format!(
                "REFERENCES {}{column}{}",
                quoted(&parent.name(*to)),
                ACTIONS[reference.action]
            );
            if reference.at_column {
                lines.push(format!("{name} {ty}{default} {references}"));
            } else {
                lines.push(format!("{name} {ty}{default}"));
                constraints
                    .push(format!("CONSTRAINT \"fk \"\"{to}\" FOREIGN KEY ({name}) {references}"));
            }
        }
        if let (PrimaryKey::Two, Some((first, column))) = (self.primary_key, self.columns.first()) {
            if matches!(column.form, Form::Required(_)) {
                constraints.push(format!("PRIMARY KEY (id DESC, {})", quoted(COLUMNS[*first])));
            } else {
                constraints.push("PRIMARY KEY (id, id)".to_owned());
            }
        } else if self.primary_key == PrimaryKey::Two {
            constraints.push("PRIMARY KEY (id, id)".to_owned());
        }
        if self.named_check {
            let name = quoted(&self.name(number));
            constraints.push(format!("CONSTRAINT named CHECK ({name}.id > 0 OR id = 'text')"));
        }
        if self.reversed {
            lines[1..].reverse();
        }
        lines.extend(constraints);
        let mut options = Vec::new();
        if !self.has_rowid() {
            options.push("WITHOUT ROWID");
        }
        if self.strict {
            options.push("STRICT");
        }
        format!(
            "CREATE TABLE {} ({}) {};\n",
            quoted(&self.name(number)),
            lines.join(", "),
            options.join(", ")
        )
    }

    fn insert(&self, number: usize, nulls: bool) -> String {
        let mut columns = vec!["id".to_owned()];
        columns.extend(self.stored().into_iter().map(quoted));
        if self.id_is_row_number() == Some(false) {
            columns.push("rowid".to_owned());
        }
        let mut sql = String::new();
        for row in 1..=3 {
            let mut values = vec![row.to_string()];
            for column in self.stored() {
                let is_required = self.columns.iter().any(|(name, c)| {
                    COLUMNS[*name] == column && matches!(c.form, Form::Required(_))
                }) || self
                    .references
                    .iter()
                    .any(|(to, reference)| KEYS[*to] == column && reference.required)
                    || (self.without_rowid && self.primary_key == PrimaryKey::Two);
                let is_null = nulls && row == 3 && !is_required;
                values.push(if is_null { "NULL".to_owned() } else { row.to_string() });
            }
            if self.id_is_row_number() == Some(false) {
                values.push((row * 10).to_string());
            }
            writeln!(
                sql,
                "INSERT INTO {} ({}) VALUES ({});",
                quoted(&self.name(number)),
                columns.join(", "),
                values.join(", ")
            )
            .unwrap();
        }
        if self.is_autoincrement() {
            let name = self.name(number).replace('\'', "''");
            writeln!(sql, "UPDATE sqlite_sequence SET seq = 50 WHERE name = '{name}';").unwrap();
        }
        sql
    }

    fn users(&self, number: usize, schema: &Schema) -> String {
        let table = quoted(&self.name(number));
        let first = self
            .columns
            .first()
            .map_or_else(|| "id".to_owned(), |(name, _)| quoted(COLUMNS[*name]));
        let mut sql = String::new();
        let mut seen = BTreeSet::new();
        for index in self.indexes.iter().filter(|index| seen.insert(**index)) {
            let keys = match index {
                0 => first.clone(),
                1 => format!("{first} DESC, id"),
                2 => format!("lower({first}) COLLATE NOCASE"),
                3 => format!("id) WHERE ({first} IS NOT NULL"),
                _ => format!("{first} || 'x', abs(id)"),
            };
            let unique = if *index == 1 { "UNIQUE " } else { "" };
            writeln!(sql, "CREATE {unique}INDEX \"i {number} {index}\" ON {table} ({keys});")
                .unwrap();
        }
        for (at, (event, to)) in self.triggers.iter().enumerate() {
            let other = schema.tables.iter().find(|(number, _)| number == to);
            let other =
                other.map_or_else(|| "\"not there\"".to_owned(), |(n, t)| quoted(&t.name(*n)));
            let event = ["AFTER INSERT", "BEFORE DELETE", "AFTER UPDATE OF id"][*event];
            let row = if event == "BEFORE DELETE" { "old" } else { "new" };
            writeln!(
                sql,
                "CREATE TRIGGER \"t {number} {at}\" {event} ON {table} WHEN {row}.{first} > 1 BEGIN \
                 UPDATE {other} SET id = id WHERE id = {row}.id; DELETE FROM {other} WHERE id > 100; END;"
            )
            .unwrap();
        }
        sql
    }
}

impl Schema {
    pub(crate) fn table(&self, number: usize) -> Option<&Table> {
        self.tables.iter().find(|(other, _)| *other == number).map(|(_, table)| table)
    }

    /// Everything, with rows if `nulls` says what they hold.
    pub(crate) fn sql(&self, nulls: Option<bool>) -> String {
        let mut sql = String::new();
        for (number, table) in &self.tables {
            sql += &table.create(*number, self);
        }
        for (number, table) in &self.tables {
            if let Some(nulls) = nulls {
                sql += &table.insert(*number, nulls);
            }
        }
        for (number, table) in &self.tables {
            sql += &table.users(*number, self);
        }
        let mut seen = BTreeSet::new();
        for view in self.views.iter().filter(|view| seen.insert(**view)) {
            let (number, table) = &self.tables[view % self.tables.len()];
            let name = quoted(&table.name(*number));
            let view = match view {
                0 => format!(
                    "CREATE VIEW \"v 0\" AS SELECT id, count(*) AS \"n\" FROM {name} GROUP BY 1;\n"
                ),
                1 => "CREATE VIEW a_view AS SELECT * FROM \"v 0\";\n".to_owned(),
                2 => format!(
                    "CREATE VIEW v2 (x) AS SELECT t.id FROM {name} t JOIN a_view USING (id);\n"
                ),
                3 => format!(
                    "CREATE VIEW v3 AS SELECT * FROM {name};\nCREATE TRIGGER into_v3 INSTEAD OF INSERT ON v3 \
                     BEGIN INSERT INTO {name} (id) VALUES (new.id); END;\n"
                ),
                _ => "CREATE VIEW broken AS SELECT nope FROM nowhere;\n".to_owned(),
            };
            sql.push_str(&view);
        }
        sql
    }
}
