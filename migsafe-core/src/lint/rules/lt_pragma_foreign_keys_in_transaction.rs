//! ## What it detects
//!
//! `PRAGMA foreign_keys` in a script for SQLite where it does not do what stands there, and its absence where it is
//! needed:
//!
//! - a table that other tables refer to is built anew with foreign keys on;
//! - a script switches them off and has a `DELETE`, `UPDATE`, `REPLACE` or `DROP TABLE` before that or after it is on again;
//! - it never switches them on again;
//! - it switches them on without having switched them off.
//!
//! ## Why it hurts
//!
//! SQLite ignores the pragma inside a transaction. So migsafe switches foreign keys off before the script's transaction
//! when the script says so somewhere, and on again after it: for the whole script.
//!
//! With foreign keys on, `DROP TABLE` first deletes the rows of the table. In a rebuild that is the old table: rows of
//! other tables that refer to it with `ON DELETE CASCADE` are gone, with `SET NULL` they forget what they refer to,
//! and otherwise the script fails. `PRAGMA defer_foreign_keys` changes nothing of that.
//!
//! And a `DELETE` outside of OFF … ON, there in order that it cascades, does not cascade and leaves orphans.
//!
//! ## What to do
//!
//! Write rebuilds between `PRAGMA foreign_keys=OFF` and `PRAGMA foreign_keys=ON`, as Prisma does: migsafe then counts the rows
//! of all tables and checks all foreign keys before and after. Put statements that shall cascade into a migration of
//! their own.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
//! CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "user" INTEGER REFERENCES "User" ("id") ON DELETE CASCADE);
//! INSERT INTO "User" VALUES (1);
//! INSERT INTO "Post" VALUES (1, 1), (2, 1);
//! ```
//!
//! ```sql runs
//! PRAGMA defer_foreign_keys=ON;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
//! INSERT INTO "new_User" ("id") SELECT "id" FROM "User";
//! DROP TABLE "User"; -- found
//! ALTER TABLE "new_User" RENAME TO "User";
//! ```
//!
//! ```sql
//! PRAGMA foreign_keys=OFF; -- found
//! DROP TABLE "Post";
//! ```
//!
//! ```sql
//! DELETE FROM "User" WHERE "id" = 1; -- found
//! PRAGMA foreign_keys=OFF;
//! DROP TABLE "Post";
//! PRAGMA foreign_keys=ON;
//! INSERT OR REPLACE INTO "User" VALUES (1); -- found
//! INSERT INTO "User" VALUES (2);
//! ```
//!
//! ```sql runs
//! PRAGMA foreign_keys = ON; -- found
//! CREATE TABLE "Tag" ("id" INTEGER PRIMARY KEY);
//! ```
//!
//! ## Good
//!
//! ```sql
//! -- RedefineTables
//! PRAGMA defer_foreign_keys=ON;
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
//! INSERT INTO "new_User" ("id") SELECT "id" FROM "User";
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! PRAGMA defer_foreign_keys=OFF;
//! ```
//!
//! ```sql
//! CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "user" INTEGER);
//! INSERT INTO "new_Post" ("id", "user") SELECT "id", "user" FROM "Post";
//! DROP TABLE "Post";
//! ALTER TABLE "new_Post" RENAME TO "Post";
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sqlite::{list, references_to, switches_foreign_keys_off};
use crate::lint::{Rebuild, Rebuilds, Site, sites};
use crate::policy::Severity::{Error, Note, Warn};
use crate::policy::{Facts, Findings, Location, Meta, Suggestion};
use crate::sql::{ActionKind, Fact, ForeignKey, ObjectKind, ReferentialAction, Statement};

pub(super) const META: Meta = Meta {
    summary: "foreign keys are on or off where the script means otherwise",
    severities: [Warn, Error, Error],
    note: Some(
        "At most `warn` for statements outside of OFF … ON and where it is not known whether anything refers to a rebuilt \
         table, `note` for an ON that has no effect.",
    ),
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in sites(facts, Sqlite) {
        if let ActionKind::Drop { kind: ObjectKind::Table, .. } = &site.action.kind
            && !switches_foreign_keys_off(site.script)
        {
            let first = |rebuild: &&Rebuild<'_>| rebuild.drops.first() == Some(&site.index);
            if let Some(rebuild) = rebuilds.of(&site).iter().find(first) {
                rebuilt_with_foreign_keys(&site, rebuild, findings);
            }
        }
    }
    if facts.dialect() != Sqlite {
        return;
    }
    for (name, script) in facts.scripts() {
        let off = switches_foreign_keys_off(script);
        let mut opened = None;
        for (index, statement) in script.statements().iter().enumerate() {
            let location = Location::of_statement(index, statement);
            match pragma(statement) {
                Some(true) if !off => findings.weigh_at_most(Note).report_at(
                    name,
                    location,
                    "has no effect inside a transaction; foreign keys are on already",
                    "remove it",
                ),
                Some(on) => opened = if on { None } else { opened.or(Some(location)) },
                None if off && opened.is_none() && may_cascade(statement) => {
                    findings.weigh_at_most(Warn).report_at(
                        name,
                        location,
                        format!(
                            "{} outside of OFF … ON: foreign keys are off for the whole script, so it does not \
                             cascade",
                            statement.verb()
                        ),
                        "move it into a migration of its own, or between the two pragmas if it shall not cascade",
                    );
                }
                None => {}
            }
        }
        if let Some(location) = opened {
            findings.weigh_at_most(Warn).report_at(
                name,
                location,
                "switches foreign keys off and not on again",
                "end the script with `PRAGMA foreign_keys=ON`; migsafe switches them on after it in any case",
            );
        }
    }
}

/// A rebuild that deletes the rows of the old table, and with them others.
fn rebuilt_with_foreign_keys(site: &Site<'_>, rebuild: &Rebuild<'_>, findings: &mut Findings<'_>) {
    let table = rebuild.table;
    let help = "put the rebuild between `PRAGMA foreign_keys=OFF` and `PRAGMA foreign_keys=ON`: migsafe then counts and \
                checks all rows";
    let suggestion = site.text_to_repeat().map(|text| {
        let text = text.trim_end();
        let whole = format!("PRAGMA foreign_keys=OFF;\n{text}\nPRAGMA foreign_keys=ON;");
        Suggestion::migrations([whole])
    });
    let references = references_to(site, table);
    if references.is_empty() {
        // A table whose making was not seen: others may refer to it that were not seen either.
        let unknown = site.table(table).is_none_or(|state| state.definition().is_none());
        if unknown {
            findings.weigh_at_most(Warn).report_site_with(
                site,
                format!(
                    "foreign keys are on: dropping the old {table} deletes its rows first, and what refers to them goes \
                     with them or the drop fails"
                ),
                help,
                suggestion,
            );
        }
        return;
    }
    let mut what: Vec<String> = references
        .iter()
        .filter_map(|(other, key)| Some(format!("{} {}", other.name()?, consequence(key))))
        .collect();
    what.sort_unstable();
    what.dedup();
    findings.report_site_with(
        site,
        format!(
            "foreign keys are on: dropping the old {table} deletes its rows first, and rows of {}",
            list(&what)
        ),
        help,
        suggestion,
    );
}

fn consequence(key: &ForeignKey) -> &'static str {
    match key.on_delete {
        ReferentialAction::Cascade => "go with them",
        ReferentialAction::SetNull | ReferentialAction::SetDefault => "forget what they refer to",
        ReferentialAction::NoAction | ReferentialAction::Restrict => "make it fail",
    }
}

fn pragma(statement: &Statement) -> Option<bool> {
    statement.facts().iter().find_map(|fact| match fact {
        Fact::ForeignKeysPragma { on } => Some(*on),
        _ => None,
    })
}

/// Whether a statement may delete rows or change keys that others refer to.
fn may_cascade(statement: &Statement) -> bool {
    statement.actions().iter().any(|action| match &action.kind {
        ActionKind::Delete { .. }
        | ActionKind::Update { .. }
        | ActionKind::Drop { kind: ObjectKind::Table, .. } => true,
        ActionKind::Insert { replaces, .. } => *replaces,
        _ => false,
    })
}
