//! ## What it detects
//!
//! A rebuild of a table on SQLite (a new table takes the old one's rows and name) that does not make an index or
//! trigger again which earlier scripts put on the table. An index on a column that the new table no longer has is
//! not missed.
//!
//! ## Why it hurts
//!
//! `DROP TABLE` takes them along, without a word. Without a unique index duplicates come in; without an index queries
//! become slow; without a trigger whatever it did stops.
//!
//! ## What to do
//!
//! Make them again behind the rename, in the same script. `DROP INDEX` before it says that an index is not wanted any
//! more.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);
//! CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
//! CREATE TABLE "Log" ("n" INTEGER);
//! CREATE TRIGGER "tell" AFTER UPDATE ON "User" BEGIN INSERT INTO "Log" VALUES (new."id"); END;
//! ```
//!
//! ```sql runs
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL);
//! INSERT INTO "new_User" ("id", "email") SELECT "id", coalesce("email", '') FROM "User";
//! DROP TABLE "User"; -- found
//! ALTER TABLE "new_User" RENAME TO "User";
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ## Good
//!
//! ```sql
//! PRAGMA foreign_keys=OFF;
//! CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT NOT NULL);
//! INSERT INTO "new_User" ("id", "email") SELECT "id", coalesce("email", '') FROM "User";
//! DROP TABLE "User";
//! ALTER TABLE "new_User" RENAME TO "User";
//! CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
//! CREATE TRIGGER "tell" AFTER UPDATE ON "User" BEGIN INSERT INTO "Log" VALUES (new."id"); END;
//! PRAGMA foreign_keys=ON;
//! ```
//!
//! ```sql fresh
//! CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT, "b" TEXT);
//! CREATE INDEX "Post_a_idx" ON "Post" ("a");
//! CREATE INDEX "Post_b_idx" ON "Post" ("b");
//! -- next migration
//! -- also: drop-column
//! PRAGMA foreign_keys=OFF;
//! DROP INDEX "Post_a_idx";
//! CREATE TABLE "new_Post" ("id" INTEGER NOT NULL PRIMARY KEY, "a" TEXT);
//! INSERT INTO "new_Post" ("id", "a") SELECT "id", "a" FROM "Post";
//! DROP TABLE "Post";
//! ALTER TABLE "new_Post" RENAME TO "Post";
//! PRAGMA foreign_keys=ON;
//! ```

use crate::Dialect::Sqlite;
use crate::lint::sqlite::{list, text_of};
use crate::lint::{Rebuild, Rebuilds, Site, sites};
use crate::policy::Severity::{Error, Warn};
use crate::policy::{Facts, Findings, Meta, Suggestion};
use crate::sql::{ActionKind, IndexDefinition, IndexPart, ObjectKind, Trigger};

pub(super) const META: Meta = Meta {
    summary: "a table is built anew without its indexes or triggers",
    severities: [Warn, Error, Error],
    note: Some("At most `warn` where only indexes that are not unique are lost."),
    ..Meta::SQLITE
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut rebuilds = Rebuilds::default();
    for site in sites(facts, Sqlite) {
        let ActionKind::Drop { kind: ObjectKind::Table, name, .. } = &site.action.kind else {
            continue;
        };
        let first = |rebuild: &&Rebuild<'_>| rebuild.drops.first() == Some(&site.index);
        let (Some(rebuild), Some(old)) = (rebuilds.of(&site).iter().find(first), site.table(name))
        else {
            continue;
        };
        let indexes: Vec<&IndexDefinition> =
            old.indexes().filter(|index| is_missed(&site, rebuild, index)).collect();
        let triggers: Vec<&Trigger> =
            old.triggers().filter(|trigger| !is_made_again(&site, rebuild, trigger)).collect();
        let names = indexes.iter().map(|index| index_words(index));
        let names = names.chain(triggers.iter().map(|t| format!("trigger {}", t.name.name)));
        let names: Vec<String> = names.collect();
        if names.is_empty() {
            continue;
        }
        let grave = !triggers.is_empty() || indexes.iter().any(|index| index.unique);
        let mut findings = findings.weigh_at_most(if grave { Error } else { Warn });
        let table = rebuild.table;
        let message = format!("the rebuild of {table} loses {}", list(&names));
        let help = "make them again behind the rename, or drop them before if they are not wanted any more";
        match made_again(&site, rebuild, &indexes, &triggers) {
            Some(suggestion) => findings.report_site_with(&site, message, help, suggestion),
            None => findings.report_site(&site, message, help),
        }
    }
}

fn index_words(index: &IndexDefinition) -> String {
    let name = index.name.as_ref().map(|name| name.name.as_str()).unwrap_or_default();
    format!("{}index {name}", if index.unique { "unique " } else { "" })
}

/// An index of which the new table has all columns, and that the script does not make again, under whatever name.
fn is_missed(site: &Site<'_>, rebuild: &Rebuild<'_>, index: &IndexDefinition) -> bool {
    let has = |column: &String| {
        rebuild.definition.column(column).is_some() || rebuild.definition.as_query
    };
    let can_be = index.parts.iter().all(|part| match part {
        IndexPart::Column(column) => has(column),
        IndexPart::Expression(expression) => expression.columns.iter().all(has),
    });
    let is_same = |made: &IndexDefinition| {
        let on = made.table.may_be(rebuild.table) || made.table.may_be(rebuild.temporary);
        on && (made.parts == index.parts && made.unique == index.unique
            || made.name.as_ref().zip(index.name.as_ref()).is_some_and(|(a, b)| a.may_be(b)))
    };
    let makes =
        |action: &ActionKind| matches!(action, ActionKind::CreateIndex(made) if is_same(made));
    let statements = site.script.statements().iter().enumerate();
    let mut later = statements.filter(|(number, _)| *number > rebuild.create);
    can_be && !later.any(|(_, s)| s.actions().iter().any(|action| makes(&action.kind)))
}

fn is_made_again(site: &Site<'_>, rebuild: &Rebuild<'_>, trigger: &Trigger) -> bool {
    let statements = site.script.statements().iter().enumerate();
    let mut later = statements.filter(|(number, _)| *number > rebuild.create);
    later.any(|(_, statement)| {
        statement.actions().iter().any(|action| match &action.kind {
            ActionKind::CreateTrigger(made) => made.name.may_be(&trigger.name),
            _ => false,
        })
    })
}

/// The script with what is missed behind the rebuild, in the words that made it, if these still fit.
fn made_again(
    site: &Site<'_>,
    rebuild: &Rebuild<'_>,
    indexes: &[&IndexDefinition],
    triggers: &[&Trigger],
) -> Option<Suggestion> {
    let end = site.script.statements().get(rebuild.end)?.range().end;
    let text = site.text_to_repeat()?;
    let mut sql = String::new();
    for index in indexes {
        let text = text_of(site, |action| match &action.kind {
            ActionKind::CreateIndex(made) => {
                made.parts == index.parts
                    && made.name.as_ref().zip(index.name.as_ref()).is_some_and(|(a, b)| a.may_be(b))
            }
            _ => false,
        })?;
        sql.extend([";\n", text]);
    }
    for trigger in triggers {
        let text = text_of(site, |action| match &action.kind {
            ActionKind::CreateTrigger(made) => made == *trigger,
            _ => false,
        })?;
        sql.extend([";\n", text]);
    }
    let (before, after) = (text.get(..end)?, text.get(end..)?);
    let end = if after.trim_start().starts_with(';') { "" } else { ";" };
    Some(Suggestion::migrations([format!("{before}{sql}{end}{after}")]))
}
