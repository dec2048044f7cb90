//! The body of `CREATE TABLE`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sqlite3_parser::ast::{
    ColumnConstraint, ColumnDefinition, CreateTableBody, DeferSubclause, Expr, ForeignKeyClause,
    InitDeferredPred, Literal, NamedTableConstraint, RefAct, RefArg, ResolveType, SortOrder,
    TabFlags, TableConstraint, Type, TypeSize,
};

use super::print::{Names, default, expression, identifier, key_words, plain, type_name, unquoted};
use super::stored::{Found, Unsaid, sorted};
use crate::schema::{Attribute, Kind, Object, ObjectKey};

/// Reads a table. False for what SQLite never stores.
pub(super) fn read(found: &mut Found, name: &str, body: &CreateTableBody<'_>) -> bool {
    let CreateTableBody::ColumnsAndConstraints { columns, constraints, flags } = body else {
        return false;
    };
    let mut table = Object::new(ObjectKey::new(Kind::Table, None, name))
        .list(Attribute::ColumnOrder, columns.iter().map(|column| plain(&column.col_name)));
    for (flag, attribute) in
        [(TabFlags::Strict, Attribute::Strict), (TabFlags::WithoutRowid, Attribute::WithoutRowid)]
    {
        if flags.contains(flag) {
            table = table.flag(attribute);
        }
    }
    found.objects.push(table);
    let columns_known: Vec<String> = columns.iter().map(|c| plain(&c.col_name)).collect();
    let known = Names::of_table(name, columns_known.iter().map(String::as_str));
    let mut reader = Reader { found, table: name, names: BTreeSet::new(), known };
    for column in columns {
        reader.column(column);
    }
    for constraint in constraints.unwrap_or_default() {
        reader.table_constraint(constraint);
    }
    true
}

struct Reader<'a> {
    found: &'a mut Found,
    table: &'a str,
    /// The names of constraints so far.
    names: BTreeSet<String>,
    /// What names can mean in an expression.
    known: Names,
}

/// What is said of a foreign key.
struct ForeignKey<'a, 'bump> {
    columns: Vec<String>,
    clause: &'a ForeignKeyClause<'bump>,
    defer: Option<&'a DeferSubclause>,
}

impl Reader<'_> {
    fn column(&mut self, column: &ColumnDefinition<'_>) {
        let name = plain(&column.col_name);
        let mut object =
            Object::new(ObjectKey::within(Kind::Column, None, self.table, name.as_str()));
        if let Some(ty) = &column.col_type {
            object = object.text(Attribute::Type, type_text(ty));
        }
        let list = vec![identifier(&name)];
        // `DEFERRABLE` may stand as a constraint of its own behind the one it is about.
        let mut constraints = column.constraints.iter().peekable();
        while let Some(named) = constraints.next() {
            let given = named.name.as_ref().map(plain);
            match &named.constraint {
                ColumnConstraint::NotNull { nullable: false, conflict_clause } => {
                    object = object.flag(Attribute::NotNull);
                    if let Some(resolve) = conflict_clause {
                        object = object.list(
                            Attribute::Options,
                            [format!("NOT NULL ON CONFLICT {}", key_words(resolve))],
                        );
                    }
                }
                ColumnConstraint::Default(expr) => {
                    object = object.text(Attribute::Default, default(expr));
                }
                ColumnConstraint::Collate { collation_name } => {
                    let collation = plain(collation_name).to_ascii_uppercase();
                    // What every column has.
                    if collation != "BINARY" {
                        object = object.text(Attribute::Collation, collation);
                    }
                }
                ColumnConstraint::Generated { expr, typ } => {
                    let is_stored =
                        typ.as_ref().is_some_and(|typ| typ.0.eq_ignore_ascii_case("stored"));
                    let how = if is_stored { "stored" } else { "virtual" };
                    object = object.text(
                        Attribute::Generated,
                        format!("{how} {}", expression(expr, &self.known)),
                    );
                }
                ColumnConstraint::PrimaryKey { order, conflict_clause, auto_increment } => {
                    // Descending, it is no alias of the row's number, unlike in a constraint of the table.
                    let key = match order {
                        Some(SortOrder::Desc) => {
                            format!("{} DESC at the column", identifier(&name))
                        }
                        _ => identifier(&name),
                    };
                    let keys = [(key, identifier(&name))];
                    self.primary_key(given, &keys, *conflict_clause, *auto_increment);
                }
                ColumnConstraint::Unique(resolve) => self.unique(given, &list, *resolve),
                ColumnConstraint::Check(expr) => {
                    self.check(given, &expression(expr, &self.known), None)
                }
                ColumnConstraint::ForeignKey { clause, defer_clause } => {
                    let following = constraints
                        .next_if(|next| matches!(next.constraint, ColumnConstraint::Defer(_)));
                    let following = following.and_then(|next| match &next.constraint {
                        ColumnConstraint::Defer(defer) => Some(defer),
                        _ => None,
                    });
                    let defer = defer_clause.as_ref().or(following);
                    self.foreign_key(given, &ForeignKey { columns: list.clone(), clause, defer });
                }
                ColumnConstraint::NotNull { .. } | ColumnConstraint::Defer(_) => {}
            }
        }
        self.found.objects.push(object);
    }

    fn table_constraint(&mut self, named: &NamedTableConstraint<'_>) {
        let given = named.name.as_ref().map(plain);
        match &named.constraint {
            TableConstraint::PrimaryKey { columns, auto_increment, conflict_clause } => {
                let keys: Vec<(String, String)> = columns
                    .iter()
                    .map(|column| (sorted(column, &self.known), key_column(&column.expr)))
                    .collect();
                self.primary_key(given, &keys, *conflict_clause, *auto_increment);
            }
            TableConstraint::Unique { columns, conflict_clause } => {
                let keys: Vec<String> =
                    columns.iter().map(|column| sorted(column, &self.known)).collect();
                self.unique(given, &keys, *conflict_clause);
            }
            TableConstraint::Check(expr, resolve) => {
                self.check(given, &expression(expr, &self.known), *resolve);
            }
            TableConstraint::ForeignKey { columns, clause, defer_clause } => {
                let columns =
                    columns.iter().map(|column| identifier(&plain(&column.col_name))).collect();
                self.foreign_key(
                    given,
                    &ForeignKey { columns, clause, defer: defer_clause.as_ref() },
                );
            }
        }
    }

    /// Each key as it is written, and its column.
    fn primary_key(
        &mut self,
        given: Option<String>,
        keys: &[(String, String)],
        resolve: Option<ResolveType>,
        auto_increment: bool,
    ) {
        let (keys, columns): (Vec<&str>, Vec<&str>) =
            keys.iter().map(|(key, column)| (key.as_str(), column.as_str())).unzip();
        let (keys, columns) = (keys.join(", "), columns.join(", "));
        let definition = format!("PRIMARY KEY ({keys}){}", on_conflict(resolve));
        let mut object =
            self.constraint(given.unwrap_or("PRIMARY KEY".to_owned()), "PRIMARY KEY", definition);
        if auto_increment {
            object = object.flag(Attribute::Autoincrement);
        }
        self.found.objects.push(object);
        self.found.primary_keys.insert(self.table.to_ascii_lowercase(), columns);
    }

    fn unique(&mut self, given: Option<String>, keys: &[String], resolve: Option<ResolveType>) {
        let text = format!("UNIQUE ({})", keys.join(", "));
        let definition = format!("{text}{}", on_conflict(resolve));
        let object = self.constraint(given.unwrap_or(text), "UNIQUE", definition);
        self.found.objects.push(object);
    }

    fn check(&mut self, given: Option<String>, expression: &str, resolve: Option<ResolveType>) {
        let text = format!("CHECK ({expression})");
        let definition = format!("{text}{}", on_conflict(resolve));
        let object = self.constraint(given.unwrap_or(text), "CHECK", definition);
        self.found.objects.push(object);
    }

    fn foreign_key(&mut self, given: Option<String>, key: &ForeignKey<'_, '_>) {
        let target = plain(&key.clause.tbl_name);
        let from = format!("FOREIGN KEY ({})", key.columns.join(", "));
        let mut definition = format!("{from} REFERENCES {}", identifier(&target));
        let place = definition.len();
        if let Some(columns) = key.clause.columns {
            let columns: Vec<String> =
                columns.iter().map(|column| identifier(&plain(&column.col_name))).collect();
            // A `String` takes everything.
            let _ = write!(definition, " ({})", columns.join(", "));
        }
        for (event, action) in
            [("DELETE", on_delete(key.clause)), ("UPDATE", on_update(key.clause))]
        {
            if let Some(action) = action.filter(|action| *action != RefAct::NoAction) {
                let _ = write!(definition, " ON {event} {}", key_words(&action));
            }
        }
        let mut object = self.constraint(given.unwrap_or(from), "FOREIGN KEY", definition);
        if let Some(defer) = key.defer.filter(|defer| defer.deferrable) {
            object = object.flag(Attribute::Deferrable);
            if defer.init_deferred == Some(InitDeferredPred::InitiallyDeferred) {
                object = object.flag(Attribute::InitiallyDeferred);
            }
        }
        if key.clause.columns.is_none() {
            let at = self.found.objects.len();
            self.found.to_primary_key.push(Unsaid { at, target, place });
        }
        self.found.objects.push(object);
    }

    /// A constraint. One without a name is known by what it says; two that say the same are numbered.
    fn constraint(&mut self, name: String, ty: &str, definition: String) -> Object {
        let mut unique = name.clone();
        let mut number = 2;
        while !self.names.insert(unique.clone()) {
            unique = format!("{name} ({number})");
            number += 1;
        }
        Object::new(ObjectKey::within(Kind::Constraint, None, self.table, unique))
            .text(Attribute::Type, ty)
            .text(Attribute::Definition, definition)
    }
}

/// The column of a key, without its order and collation.
fn key_column(expr: &Expr<'_>) -> String {
    match expr {
        Expr::Id(id) => identifier(&unquoted(id.0)),
        Expr::Name(name) => identifier(&plain(name)),
        Expr::Literal(Literal::String(text)) => identifier(&unquoted(text)),
        Expr::Collate(inner, _) => key_column(inner),
        _ => expression(expr, &Names::default()),
    }
}

/// ABORT is what happens anyway.
fn on_conflict(resolve: Option<ResolveType>) -> String {
    match resolve {
        None | Some(ResolveType::Abort) => String::new(),
        Some(resolve) => format!(" ON CONFLICT {}", key_words(&resolve)),
    }
}

fn on_delete(clause: &ForeignKeyClause<'_>) -> Option<RefAct> {
    clause.args.iter().rev().find_map(|arg| match arg {
        RefArg::OnDelete(action) => Some(*action),
        _ => None,
    })
}

fn on_update(clause: &ForeignKeyClause<'_>) -> Option<RefAct> {
    clause.args.iter().rev().find_map(|arg| match arg {
        RefArg::OnUpdate(action) => Some(*action),
        _ => None,
    })
}

fn type_text(ty: &Type<'_>) -> String {
    let name = type_name(ty.name);
    match &ty.size {
        None => name,
        Some(TypeSize::MaxSize(size)) => format!("{name}({})", key_words(size)),
        Some(TypeSize::TypeSize(size, scale)) => {
            format!("{name}({}, {})", key_words(size), key_words(scale))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{StoredObject, objects};
    use super::*;

    fn table(sql: &str) -> BTreeSet<String> {
        let parent = StoredObject::new(
            "table",
            "Parent",
            "Parent",
            Some("CREATE TABLE Parent (\"the key\" INTEGER PRIMARY KEY)"),
        );
        let found = objects(&[StoredObject::new("table", "t", "t", Some(sql)), parent]);
        let own = found
            .into_iter()
            .filter(|object| object.key().parent() == Some("t") || object.key().name() == "t");
        own.map(|object| serde_json::to_string(&object).unwrap()).collect()
    }

    #[test]
    fn where_and_how_a_constraint_stands_does_not_count() {
        for (a, b) in [
            (
                "CREATE TABLE t (a INT PRIMARY KEY)",
                "CREATE TABLE t (a int, primary key (\"a\" ASC))",
            ),
            ("CREATE TABLE t (a TEXT UNIQUE)", "CREATE TABLE t (a TEXT, UNIQUE (a))"),
            ("CREATE TABLE t (a INT CHECK (a>0))", "CREATE TABLE t (a INT, CHECK ((a > 0)))"),
            (
                "CREATE TABLE t (a INT REFERENCES parent)",
                "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES parent (\"the key\") ON DELETE NO ACTION)",
            ),
            (
                "CREATE TABLE t (a INT REFERENCES p(x) ON UPDATE CASCADE ON DELETE SET NULL)",
                "CREATE TABLE t (a INT, FOREIGN KEY ([a]) REFERENCES p(x) on delete set null on update cascade)",
            ),
            (
                "CREATE TABLE t (a INT REFERENCES p(x) DEFERRABLE INITIALLY DEFERRED)",
                "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES p(x) DEFERRABLE INITIALLY DEFERRED)",
            ),
            (
                "CREATE TABLE t (a TEXT DEFAULT \"x\" NULL COLLATE BINARY)",
                "CREATE TABLE t (a TEXT DEFAULT 'x')",
            ),
            (
                "CREATE TABLE t (a VARCHAR ( 10 ), b  unsigned   big int)",
                "CREATE TABLE t (a varchar(10), b UNSIGNED BIG INT)",
            ),
            (
                "CREATE TABLE t (a INT, b INT AS (a*2))",
                "CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * 2) VIRTUAL)",
            ),
            (
                "CREATE TABLE t (a, b) STRICT, WITHOUT ROWID",
                "CREATE TABLE t (a, b) without rowid, strict",
            ),
            (
                "CREATE TABLE t (a BOOLEAN DEFAULT true, b DATETIME DEFAULT CURRENT_TIMESTAMP)",
                "CREATE TABLE t (a BOOLEAN DEFAULT (TRUE), b DATETIME DEFAULT (current_timestamp))",
            ),
        ] {
            assert_eq!(table(a), table(b), "{a}");
        }
    }

    #[test]
    fn everything_else_counts() {
        for (a, b) in [
            ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INTEGER)"),
            ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT NOT NULL)"),
            (
                "CREATE TABLE t (a INT NOT NULL)",
                "CREATE TABLE t (a INT NOT NULL ON CONFLICT IGNORE)",
            ),
            ("CREATE TABLE t (a INT PRIMARY KEY)", "CREATE TABLE t (a INT PRIMARY KEY DESC)"),
            (
                "CREATE TABLE t (a INTEGER PRIMARY KEY)",
                "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)",
            ),
            ("CREATE TABLE t (a TEXT)", "CREATE TABLE t (a TEXT COLLATE NOCASE)"),
            ("CREATE TABLE t (a DEFAULT 1)", "CREATE TABLE t (a DEFAULT '1')"),
            ("CREATE TABLE t (a DEFAULT true)", "CREATE TABLE t (a DEFAULT \"true\")"),
            (
                "CREATE TABLE t (a, UNIQUE (a))",
                "CREATE TABLE t (a, UNIQUE (a) ON CONFLICT REPLACE)",
            ),
            ("CREATE TABLE t (a CHECK (a > 0))", "CREATE TABLE t (a CHECK (a >= 0))"),
            (
                "CREATE TABLE t (a REFERENCES p(x))",
                "CREATE TABLE t (a REFERENCES p(x) ON DELETE CASCADE)",
            ),
            (
                "CREATE TABLE t (a REFERENCES p(x))",
                "CREATE TABLE t (a REFERENCES p(x) DEFERRABLE INITIALLY DEFERRED)",
            ),
            ("CREATE TABLE t (a REFERENCES p(x))", "CREATE TABLE t (a REFERENCES q(x))"),
            ("CREATE TABLE t (a, b AS (a))", "CREATE TABLE t (a, b AS (a) STORED)"),
            ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT) STRICT"),
            ("CREATE TABLE t (a CHECK (a), CHECK (a))", "CREATE TABLE t (a CHECK (a))"),
            ("CREATE TABLE t (a CHECK (a))", "CREATE TABLE t (a CONSTRAINT c CHECK (a))"),
        ] {
            assert_ne!(table(a), table(b), "{a}");
        }
    }
}
