//! Rows that a script loses although nothing in it deletes them.
//!
//! A rebuild (`CREATE TABLE new_X`, `INSERT INTO new_X SELECT … FROM X`, `DROP TABLE X`, `ALTER
//! TABLE new_X RENAME TO X`) with foreign keys on would delete every child row that refers to `X`
//! with `ON DELETE CASCADE`. With foreign keys off it does not, and here that is made sure: a table
//! may only have fewer rows afterwards if a statement of the script, or a trigger, says so. When in
//! doubt it is allowed: a valid script is never refused on a guess.

use migsafe_core::store::StepRequest;

use crate::words::words;

/// One table before and after the script.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) name: &'a str,
    pub(crate) before: i64,
    pub(crate) after: i64,
}

/// Says which table lost rows that nothing deletes; `None` when all is well.
pub(crate) fn explain<'a>(
    tables: impl Iterator<Item = Counted<'a>>,
    step: &StepRequest<'_>,
    triggers: &[String],
) -> Option<String> {
    let mut shrunk = tables.filter(|table| table.after < table.before).peekable();
    shrunk.peek()?;
    let deletions = Deletions::of(&texts(step), triggers);
    shrunk.find(|table| !deletions.explain(table.name)).map(|table| {
        format!(
            "table \"{}\" had {} rows before the script and has {} after it, and no statement \
             deletes them",
            table.name, table.before, table.after
        )
    })
}

/// The statements; the whole script in one piece when it was not taken apart.
fn texts<'a>(step: &StepRequest<'a>) -> Vec<&'a str> {
    if !step.statements.is_split() {
        return vec![step.script];
    }
    let statements = step.statements.statements();
    statements.iter().filter_map(|s| step.script.get(s.range())).collect()
}

/// The statements and triggers as lists of words.
struct Deletions {
    statements: Vec<Vec<String>>,
    triggers: Vec<Vec<String>>,
}

impl Deletions {
    fn of(statements: &[&str], triggers: &[String]) -> Self {
        Self {
            statements: statements.iter().map(|text| words(text)).collect(),
            triggers: triggers.iter().map(|text| words(text)).collect(),
        }
    }

    /// Whether anything deletes rows of this table.
    fn explain(&self, table: &str) -> bool {
        let table = table.to_lowercase();
        let names = |words: &&Vec<String>| words.contains(&table);
        let mut dropped = false;
        for words in self.statements.iter().chain(&self.triggers).filter(names) {
            if has(words, &["delete", "replace"]) {
                return true;
            }
            dropped |= has(words, &["drop"]);
        }
        if !dropped {
            return false;
        }
        // Built anew. The copy tells: one that takes every row loses none, and a table that is
        // dropped and not copied was meant to be emptied.
        let copies = self
            .statements
            .iter()
            .filter(names)
            .filter(|words| has(words, &["insert"]) && has(words, &["select"]));
        let mut any = false;
        for words in copies {
            any = true;
            if has(words, FILTERS) {
                return true;
            }
        }
        !any
    }
}

/// Words with which a copy may leave rows out.
const FILTERS: &[&str] = &[
    "where",
    "distinct",
    "group",
    "having",
    "limit",
    "join",
    "ignore",
    "except",
    "intersect",
    "union",
    "with",
    "in",
    "exists",
];

fn has(words: &[String], wanted: &[&str]) -> bool {
    words.iter().any(|word| wanted.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REBUILD: [&str; 4] = [
        "CREATE TABLE \"new_User\" (\"id\" INTEGER PRIMARY KEY)",
        "INSERT INTO \"new_User\" (\"id\") SELECT \"id\" FROM \"User\"",
        "DROP TABLE \"User\"",
        "ALTER TABLE \"new_User\" RENAME TO \"User\"",
    ];

    fn explained(statements: &[&str], triggers: &[&str], table: &str) -> bool {
        let triggers: Vec<String> = triggers.iter().map(|&t| t.to_owned()).collect();
        Deletions::of(statements, &triggers).explain(table)
    }

    #[test]
    fn a_rebuild_explains_no_loss() {
        assert!(!explained(&REBUILD, &[], "User"), "the rebuilt table itself");
        assert!(!explained(&REBUILD, &[], "Post"), "a child of it");
    }

    #[test]
    fn what_deletes_explains_a_loss() {
        for statement in [
            "DELETE FROM post WHERE id < 5",
            "DELETE FROM main.[Post]",
            "REPLACE INTO Post VALUES (1)",
            "INSERT OR REPLACE INTO Post SELECT 1",
            "WITH old AS (SELECT 1) DELETE FROM `Post` WHERE id IN old",
            "DROP TABLE Post",
        ] {
            assert!(explained(&[statement], &[], "Post"), "{statement}");
        }
        let trigger = "CREATE TRIGGER t AFTER UPDATE ON User BEGIN DELETE FROM Post; END";
        assert!(explained(&["UPDATE User SET id = 1"], &[trigger], "Post"));
        assert!(!explained(&["UPDATE Post SET id = 'DELETE'"], &[], "Post"));
        assert!(!explained(&["DELETE FROM User"], &[], "Post"));
    }

    #[test]
    fn a_rebuild_that_leaves_rows_out_explains_it() {
        let mut filtered = REBUILD;
        filtered[1] = "INSERT INTO new_User SELECT id FROM User WHERE id > 3";
        assert!(explained(&filtered, &[], "User"));
        filtered[1] = "INSERT OR IGNORE INTO new_User SELECT id FROM User";
        assert!(explained(&filtered, &[], "User"));
        let emptied = [REBUILD[2], "CREATE TABLE User (id INTEGER)"];
        assert!(explained(&emptied, &[], "User"));
    }
}
