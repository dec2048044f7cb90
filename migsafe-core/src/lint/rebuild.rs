//! Recognises a table that a script builds anew, which is how SQLite's tables are changed.
//!
//! `DROP TABLE "User"` loses no rows between `INSERT INTO "new_User" … SELECT … FROM "User"` and `ALTER TABLE
//! "new_User" RENAME TO "User"`. Three orders are known: that one (SQLite's manual, `lang_altertable.html`, and Prisma,
//! Drizzle, Django, Alembic), the old table renamed first, and two copies, there and back (Rails).

use std::collections::HashMap;

use super::{ColumnState, Site, TableState};
use crate::sql::{ActionKind, ObjectKind, ObjectName, Output, Query, Script, TableDefinition};

/// A table that a script builds anew.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rebuild<'a> {
    /// Its name, before and after.
    pub table: &'a ObjectName,
    /// The other name, which the new or the old one has for a while.
    pub temporary: &'a ObjectName,
    /// The statement that makes what is the table afterwards.
    pub definition: &'a TableDefinition,
    /// The copy takes every row of the old table.
    pub every_row: bool,
    /// The columns of the new table that are copied, each with where its values come from. `Output::All` comes
    /// alone, with an empty name.
    pub copied: Vec<(&'a str, &'a Output)>,
    /// The first of its statements (from 0): it makes a table, or renames the old one.
    pub start: usize,
    /// The statement that makes the new table.
    pub create: usize,
    /// The statement that copies the rows.
    pub copy: usize,
    /// The statements that drop the old table, or a copy in between.
    pub drops: Vec<usize>,
    /// The last of these statements.
    pub end: usize,
}

impl<'a> Rebuild<'a> {
    /// Whether a column of the old table arrives in the new one, perhaps under another name or changed.
    #[must_use]
    pub fn keeps(&self, column: &str) -> bool {
        let is = |name: &String| name.eq_ignore_ascii_case(column);
        self.copied.iter().any(|(_, output)| match output {
            Output::All => true,
            Output::Column(name) => is(name),
            Output::Expression(expression) => expression.columns.iter().any(is),
        })
    }

    /// The columns of the old table that do not arrive in the new one, as far as they are known. One that both compute
    /// does.
    #[must_use]
    pub fn lost_columns(&self, old: &TableState<'a>) -> Vec<&'a str> {
        let is_computed = |name: &str| {
            let mut columns = self.definition.columns.iter();
            columns.any(|new| new.generated.is_some() && new.name.eq_ignore_ascii_case(name))
        };
        let is_lost = |column: &&ColumnState| {
            !(self.keeps(&column.name) || column.generated && is_computed(&column.name))
        };
        old.columns().into_iter().filter(is_lost).map(|column| column.name.as_str()).collect()
    }

    /// Where the values of a column of the new table come from; `None` when it is not copied.
    #[must_use]
    pub fn source(&self, column: &str) -> Option<&'a Output> {
        let found = self.copied.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map(|(_, output)| *output)
    }
}

/// The rebuilds of the script that a rule is at. Sites come script by script: each is searched once, however many of
/// its actions ask.
#[derive(Clone, Debug, Default)]
pub struct Rebuilds<'a> {
    current: Option<(&'a Script, Vec<Rebuild<'a>>)>,
}

impl<'a> Rebuilds<'a> {
    /// The rebuilds of the script of this site.
    pub fn of(&mut self, site: &Site<'a>) -> &[Rebuild<'a>] {
        if !self.current.as_ref().is_some_and(|(script, _)| std::ptr::eq(*script, site.script)) {
            self.current = Some((site.script, rebuilds(site.script)));
        }
        self.current.as_ref().map(|(_, rebuilds)| &**rebuilds).unwrap_or_default()
    }

    /// The rebuild that an action is a part of.
    pub fn at(&mut self, site: &Site<'a>) -> Option<&Rebuild<'a>> {
        self.of(site).iter().find(|rebuild| (rebuild.start..=rebuild.end).contains(&site.index))
    }

    /// The rebuild that a `DROP TABLE` is a part of: the rows are in the new table.
    pub fn of_drop(&mut self, site: &Site<'a>) -> Option<&Rebuild<'a>> {
        self.of(site).iter().find(|rebuild| rebuild.drops.contains(&site.index))
    }
}

/// The rebuild that an action is a part of. It walks the script: where many actions ask, take [`Rebuilds`].
#[must_use]
pub fn rebuild_at<'a>(site: &Site<'a>) -> Option<Rebuild<'a>> {
    let takes_part = |r: &Rebuild<'_>| (r.start..=r.end).contains(&site.index);
    rebuilds(site.script).into_iter().find(takes_part)
}

/// The rebuild that a `DROP TABLE` is a part of: the rows are in the new table. It walks the script: where many
/// actions ask, take [`Rebuilds`].
#[must_use]
pub fn rebuild_of_drop<'a>(site: &Site<'a>) -> Option<Rebuild<'a>> {
    rebuilds(site.script).into_iter().find(|rebuild| rebuild.drops.contains(&site.index))
}

/// The tables that a script builds anew, in the order in which it is done with them.
#[must_use]
pub fn rebuilds(script: &Script) -> Vec<Rebuild<'_>> {
    let mut progress = Progress::default();
    for (index, statement) in script.statements().iter().enumerate() {
        for action in statement.actions() {
            progress.apply(index, &action.kind);
        }
    }
    progress.done
}

/// What a script has done so far.
#[derive(Default)]
struct Progress<'a> {
    made: HashMap<String, (usize, &'a TableDefinition)>,
    /// By the table that rows are copied into.
    copies: HashMap<String, Copy<'a>>,
    /// By their new name: tables that were there before, with the statement.
    renamed: HashMap<String, (usize, &'a ObjectName)>,
    /// By their name: tables that were dropped after their rows were copied.
    dropped: HashMap<String, (usize, &'a ObjectName)>,
    done: Vec<Rebuild<'a>>,
}

#[derive(Clone)]
struct Copy<'a> {
    index: usize,
    from: String,
    into: &'a ObjectName,
    columns: Vec<&'a str>,
    query: &'a Query,
}

impl<'a> Progress<'a> {
    fn apply(&mut self, index: usize, action: &'a ActionKind) {
        match action {
            ActionKind::CreateTable(definition) => {
                self.made.insert(key(&definition.name), (index, definition));
                if let Some(query) = &definition.query {
                    self.copy(index, &definition.name, &[], query);
                }
            }
            ActionKind::Insert { table, columns, query: Some(query), .. } => {
                self.copy(index, table, columns, query);
            }
            ActionKind::Drop { kind: ObjectKind::Table, name, .. } => self.drop(index, name),
            ActionKind::Rename { kind: ObjectKind::Table, name, to, .. } => {
                self.rename(index, name, to);
            }
            _ => {}
        }
    }

    /// Only what goes into a table that the script made itself: a first copy.
    fn copy(
        &mut self,
        index: usize,
        into: &'a ObjectName,
        columns: &'a [String],
        query: &'a Query,
    ) {
        let target = key(into);
        let (Some((_, definition)), Some(from)) = (self.made.get(&target), query.reads.first())
        else {
            return;
        };
        let columns = if columns.is_empty() {
            definition.columns.iter().map(|column| column.name.as_str()).collect()
        } else {
            columns.iter().map(String::as_str).collect()
        };
        let copy = Copy { index, from: key(from), into, columns, query };
        self.copies.entry(target).or_insert(copy);
    }

    fn drop(&mut self, index: usize, name: &'a ObjectName) {
        let dropped = key(name);
        // The last step of the two longer ways: the rows are back in a table that has the old name.
        let back = self.copies.values().find(|copy| copy.from == dropped).cloned();
        if let Some(copy) = back {
            let table = key(copy.into);
            let renamed = self.renamed.get(&dropped).filter(|(_, old)| key(old) == table);
            let before = self.dropped.get(&table).filter(|(_, into)| key(into) == dropped);
            let made = self.made.get(&dropped).filter(|_| before.is_some());
            let start = renamed.map(|(start, _)| *start).or(made.map(|(start, _)| *start));
            if renamed.is_some() || before.is_some() {
                let drops = before.map(|(first, _)| *first).into_iter().chain([index]).collect();
                self.finish(&copy, (copy.into, name), drops, (start, index));
            } else if self.made.contains_key(&table) {
                self.dropped.insert(dropped.clone(), (index, copy.into));
            }
        }
        self.made.remove(&dropped);
        self.copies.remove(&dropped);
        self.renamed.remove(&dropped);
    }

    fn rename(&mut self, index: usize, name: &'a ObjectName, to: &'a str) {
        let (old, new) = (key(name), to.to_ascii_lowercase());
        let copy = self.copies.remove(&old);
        let takes_its_place = self.dropped.get(&new).filter(|(_, into)| key(into) == old).copied();
        if let (Some(copy), Some((drop, _))) = (copy, takes_its_place) {
            if let Some(table) = copy.query.reads.first() {
                self.finish(&copy, (table, name), vec![drop], (None, index));
            }
            self.dropped.remove(&new);
        }
        match self.made.remove(&old) {
            Some(made) => {
                self.made.insert(new, made);
            }
            None => {
                self.renamed.insert(new, (index, name));
            }
        }
    }

    fn finish(
        &mut self,
        copy: &Copy<'a>,
        (table, temporary): (&'a ObjectName, &'a ObjectName),
        drops: Vec<usize>,
        (start, end): (Option<usize>, usize),
    ) {
        let Some((create, definition)) = self.made.get(&key(copy.into)).copied() else {
            return;
        };
        let outputs = &copy.query.outputs;
        let copied = match outputs.iter().find(|output| **output == Output::All) {
            Some(all) => vec![("", all)],
            None if copy.columns.is_empty() => outputs
                .iter()
                .map(|output| match output {
                    Output::Column(name) => (name.as_str(), output),
                    _ => ("", output),
                })
                .collect(),
            None => copy.columns.iter().copied().zip(outputs).collect(),
        };
        self.done.push(Rebuild {
            table,
            temporary,
            definition,
            every_row: copy.query.every_row,
            copied,
            start: start.unwrap_or(create).min(create),
            create,
            copy: copy.index,
            drops,
            end,
        });
    }
}

/// Names without their schema: a rebuild stays in one.
fn key(name: &ObjectName) -> String {
    name.name.to_ascii_lowercase()
}

#[cfg(all(test, feature = "sqlite-sql"))]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::sql::analyse;

    /// Each rebuild in words: table, other name, statements, what is copied.
    fn found(script: &str) -> Vec<String> {
        let script = analyse(Dialect::Sqlite, script);
        let words = |rebuild: Rebuild<'_>| {
            let copied: Vec<String> = rebuild
                .copied
                .iter()
                .map(|(name, output)| match output {
                    Output::All => "*".to_owned(),
                    Output::Column(source) => format!("{name}={source}"),
                    Output::Expression(source) => format!("{name}<{}>", source.text),
                })
                .collect();
            let rows = if rebuild.every_row { "all" } else { "some" };
            format!(
                "{} by {}: {}, {}, {}, {:?}, {}; {rows} {}",
                rebuild.table,
                rebuild.temporary,
                rebuild.start,
                rebuild.create,
                rebuild.copy,
                rebuild.drops,
                rebuild.end,
                copied.join(" ")
            )
        };
        rebuilds(&script).into_iter().map(words).collect()
    }

    #[test]
    fn as_prisma_does_it() {
        let two = r#"PRAGMA foreign_keys=OFF;
            CREATE TABLE "new_User" ("id" INTEGER PRIMARY KEY, "name" TEXT, "age" INT);
            INSERT INTO "new_User" ("id", "name") SELECT "id", coalesce("name", '') AS "name" FROM "User";
            DROP TABLE "User";
            ALTER TABLE "new_User" RENAME TO "User";
            CREATE INDEX i ON "User" ("name");
            CREATE TABLE "new_Post" ("id" INTEGER PRIMARY KEY);
            INSERT INTO "new_Post" SELECT * FROM "Post";
            DROP TABLE "Post";
            ALTER TABLE "new_Post" RENAME TO "Post";"#;
        assert_eq!(
            found(two),
            [
                "User by new_User: 1, 1, 2, [3], 4; all id=id name<coalesce(\"name\", '')>",
                "Post by new_Post: 6, 6, 7, [8], 9; all *",
            ]
        );
    }

    #[test]
    fn in_other_orders_and_words() {
        for (script, expected) in [
            (
                "ALTER TABLE t RENAME TO old; CREATE TABLE t (a, b); INSERT INTO t SELECT a, c FROM main.old; \
                 DROP TABLE old;",
                "t by old: 0, 1, 2, [3], 3; all a=a b=c",
            ),
            (
                "CREATE TEMP TABLE at (a); INSERT INTO at (a) SELECT a FROM t; DROP TABLE T; CREATE TABLE t (a, b); \
                 INSERT INTO t (a) SELECT a FROM at WHERE a > 1; DROP TABLE at;",
                "t by at: 0, 3, 4, [2, 5], 5; some a=a",
            ),
            (
                "CREATE TABLE n AS SELECT a, b FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
                "t by n: 0, 0, 0, [1], 2; all a=a b=b",
            ),
        ] {
            assert_eq!(found(script), [expected], "{script}");
        }
    }

    #[test]
    fn what_loses_rows_is_none() {
        for script in [
            "DROP TABLE t;",
            "DROP TABLE t; CREATE TABLE t (a);",
            "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t;",
            "CREATE TABLE n (a); INSERT INTO n SELECT a FROM other; DROP TABLE t; ALTER TABLE n RENAME TO t;",
            "CREATE TABLE n (a); INSERT INTO n SELECT a FROM t; DROP TABLE t; DROP TABLE n;",
            "CREATE TABLE n (a); INSERT INTO n VALUES (1); DROP TABLE t; ALTER TABLE n RENAME TO t;",
            "INSERT INTO n SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
            "ALTER TABLE t RENAME TO old; CREATE TABLE t (a); DROP TABLE old;",
            "ALTER TABLE t RENAME TO old; CREATE TABLE u (a); INSERT INTO u SELECT a FROM old; DROP TABLE old;",
        ] {
            assert_eq!(found(script), Vec::<String>::new(), "{script}");
        }
    }

    #[test]
    fn which_columns_arrive() {
        let script = analyse(
            Dialect::Sqlite,
            "CREATE TABLE n (a, c); INSERT INTO n (a, c) SELECT a, upper(b) FROM t; DROP TABLE t; \
             ALTER TABLE n RENAME TO t;",
        );
        let rebuild = rebuilds(&script).remove(0);
        assert!(rebuild.keeps("A") && rebuild.keeps("b") && !rebuild.keeps("c"));
        assert_eq!(rebuild.source("a"), Some(&Output::Column("a".to_owned())));
        assert_eq!(rebuild.source("x"), None);
    }
}
