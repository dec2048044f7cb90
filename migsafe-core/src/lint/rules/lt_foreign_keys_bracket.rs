//! ## What it detects
//!
//! A script for SQLite that switches `foreign_keys` off and has a `DELETE`, `UPDATE`, `REPLACE` or
//! `DROP TABLE` before that or after it is on again; and a script that never switches it on again.
//!
//! ## Why it hurts
//!
//! SQLite ignores the pragma inside a transaction. So migsafe switches foreign keys off before the
//! script's transaction when the script contains the pragma, and on again after it: for the whole
//! script. A `DELETE FROM parent` that the author placed outside of OFF … ON, in order that it
//! cascades, does not cascade and leaves orphans.
//!
//! ## What to do
//!
//! Put such statements into a migration of their own, and end with `PRAGMA foreign_keys=ON` what
//! begins with `PRAGMA foreign_keys=OFF`, as Prisma does.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE p (id INTEGER PRIMARY KEY);
//! CREATE TABLE t (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE);
//! ```
//!
//! ```sql
//! PRAGMA foreign_keys=OFF; -- found
//! DROP TABLE t;
//! ```
//!
//! ```sql
//! DELETE FROM p WHERE id = 1; -- found
//! PRAGMA foreign_keys=OFF;
//! DROP TABLE t;
//! PRAGMA foreign_keys=ON;
//! INSERT OR REPLACE INTO p VALUES (1); -- found
//! INSERT INTO p VALUES (2);
//! ```
//!
//! ## Good
//!
//! ```sql fresh
//! -- RedefineTables
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
//! PRAGMA defer_foreign_keys=ON;
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY);
//! INSERT INTO "new_User" ("id") SELECT "id" FROM "User";
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! PRAGMA defer_foreign_keys=OFF;
//! ```

use crate::policy::{Facts, Findings, Location, Meta, Severity::Warn};
use crate::sql::{Fact, Script, Statement};

pub(super) const META: Meta = Meta {
    summary: "foreign keys are off for more than the script says",
    severities: [Warn, Warn, Warn],
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts().filter(|(_, script)| switches_off(script)) {
        let text = facts.migrations().find(name.as_str()).and_then(|file| file.script());
        let mut opened = None;
        for (index, statement) in script.statements().iter().enumerate() {
            let location = Location::of_statement(index, statement);
            if let Some(on) = pragma(statement) {
                opened = if on { None } else { opened.or(Some(location)) };
            } else if opened.is_none() && may_cascade(statement, text) {
                findings.report_at(
                    name,
                    location,
                    format!(
                        "{} outside of OFF … ON: foreign keys are off for the whole script, so it \
                         does not cascade",
                        statement.verb()
                    ),
                    "move it into a migration of its own, or between the two pragmas if it shall \
                     not cascade",
                );
            }
        }
        if let Some(location) = opened {
            findings.report_at(
                name,
                location,
                "switches foreign keys off and not on again",
                "end the script with `PRAGMA foreign_keys=ON`; migsafe switches them on after it \
                 in any case",
            );
        }
    }
}

fn switches_off(script: &Script) -> bool {
    script.statements().iter().any(|statement| pragma(statement) == Some(false))
}

fn pragma(statement: &Statement) -> Option<bool> {
    statement.facts().iter().find_map(|fact| match fact {
        Fact::ForeignKeysPragma { on } => Some(*on),
        _ => None,
    })
}

/// Whether a statement may delete rows or change keys that others refer to.
fn may_cascade(statement: &Statement, text: Option<&str>) -> bool {
    match statement.verb() {
        "DELETE" | "UPDATE" | "REPLACE" | "DROP TABLE" => true,
        "INSERT" => text.and_then(|text| text.get(statement.range())).is_some_and(replaces),
        _ => false,
    }
}

/// `INSERT OR REPLACE INTO …`: it deletes the row that is in the way.
fn replaces(insert: &str) -> bool {
    insert
        .split_ascii_whitespace()
        .take_while(|word| !word.eq_ignore_ascii_case("INTO"))
        .any(|word| word.eq_ignore_ascii_case("REPLACE"))
}
