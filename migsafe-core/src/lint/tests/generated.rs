//! What other tools write for SQLite: nothing is found in it that is not there.

use std::collections::BTreeMap;

use crate::Dialect;
use crate::diagnosis::diagnose;
use crate::history::History;
use crate::lock::LockState;
use crate::migrations::{MigrationName, Migrations};
use crate::policy::{Environment, Facts, Policy, Scope, Severity};
use crate::sql::analyse;
use crate::store::DatabaseFacts;

/// The findings at `warn` and above, with migration and line.
fn findings(scripts: &[&str], scope: Scope) -> Vec<String> {
    let named = scripts.iter().enumerate();
    let named = named.map(|(n, script)| (format!("2025010100000{n}_m{n}"), (*script).to_owned()));
    let migrations = Migrations::from_scripts(named).unwrap();
    let diagnosis = diagnose(&migrations, &History::present(Vec::new()), &LockState::Free);
    let analysed: BTreeMap<MigrationName, _> = migrations
        .iter()
        .map(|m| (m.name().clone(), analyse(Dialect::Sqlite, m.script().unwrap())))
        .collect();
    let database = DatabaseFacts::default();
    let facts = Facts::new(Dialect::Sqlite, &migrations, &diagnosis, &database, &analysed)
        .with_scope(scope);
    Policy::for_environment(Environment::production())
        .findings(&facts)
        .into_iter()
        .filter(|finding| finding.severity >= Severity::Warn)
        .map(|f| {
            let name = f.migration.map(|name| name.to_string()).unwrap_or_default();
            let number = name.chars().last().unwrap_or('?');
            format!("m{number}:{} {}: {}", f.location.line.unwrap_or_default(), f.rule, f.message)
        })
        .collect()
}

const PRISMA: [&str; 4] = [
    r#"-- CreateTable
CREATE TABLE "User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL,
    "age" INTEGER,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "Post" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "title" TEXT NOT NULL,
    "published" BOOLEAN NOT NULL DEFAULT false,
    "authorId" INTEGER NOT NULL,
    CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE INDEX "Post_authorId_idx" ON "Post"("authorId");
"#,
    r#"-- AlterTable
ALTER TABLE "User" ADD COLUMN "name" TEXT;
"#,
    r#"-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Post" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "title" TEXT NOT NULL,
    "published" BOOLEAN NOT NULL DEFAULT true,
    "views" INTEGER NOT NULL DEFAULT 0,
    "authorId" INTEGER NOT NULL,
    CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
INSERT INTO "new_Post" ("authorId", "id", "published", "title") SELECT "authorId", "id", "published", "title" FROM "Post";
DROP TABLE "Post";
ALTER TABLE "new_Post" RENAME TO "Post";
CREATE INDEX "Post_authorId_idx" ON "Post"("authorId");
CREATE TABLE "new_User" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "email" TEXT NOT NULL,
    "age" INTEGER,
    "name" TEXT NOT NULL DEFAULT '',
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "new_User" ("age", "createdAt", "email", "id", "name") SELECT "age", "createdAt", "email", "id", coalesce("name", '') AS "name" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
"#,
    r#"-- CreateIndex
CREATE INDEX "User_name_idx" ON "User"("name");
"#,
];

#[test]
fn prismas_own_scripts_are_silent() {
    assert_eq!(findings(&PRISMA, Scope::OneByOne), Vec::<String>::new());
    assert_eq!(findings(&PRISMA, Scope::Together), Vec::<String>::new());
    // The beginning was applied long ago, and is not given.
    assert_eq!(findings(&PRISMA[2..], Scope::Together), Vec::<String>::new());
}

#[test]
fn a_rebuild_of_drizzle_that_copies_a_new_column_from_itself() {
    let scripts = [
        "CREATE TABLE `users` (`id` integer PRIMARY KEY NOT NULL, `name` text);\n\
         CREATE UNIQUE INDEX `users_name_unique` ON `users` (`name`);",
        "PRAGMA foreign_keys=OFF;--> statement-breakpoint\n\
         CREATE TABLE `__new_users` (`id` integer PRIMARY KEY NOT NULL, `name` text NOT NULL, `age` integer);\n\
         --> statement-breakpoint\n\
         INSERT INTO `__new_users`(\"id\", \"name\", \"age\") SELECT \"id\", \"name\", \"age\" FROM `users`;\n\
         DROP TABLE `users`;--> statement-breakpoint\n\
         ALTER TABLE `__new_users` RENAME TO `users`;--> statement-breakpoint\n\
         PRAGMA foreign_keys=ON;--> statement-breakpoint\n\
         CREATE UNIQUE INDEX `users_name_unique` ON `users` (`name`);",
    ];
    assert_eq!(
        findings(&scripts, Scope::OneByOne),
        [
            "m1:4 lt-double-quoted-string: \"age\" is no column: SQLite takes it for a string",
            "m1:4 lt-add-not-null-without-default: the copy fails where users.name is NULL: it takes none any more"
        ]
    );
}

#[test]
fn a_copy_there_and_back_in_the_way_of_rails() {
    let scripts = [
        "CREATE TABLE \"posts\" (\"id\" integer NOT NULL PRIMARY KEY, \"title\" varchar);\n\
         CREATE INDEX \"index_posts_on_title\" ON \"posts\" (\"title\");",
        "PRAGMA foreign_keys=OFF;\n\
         CREATE TEMPORARY TABLE \"aposts\" (\"id\" integer NOT NULL PRIMARY KEY, \"title\" varchar NOT NULL);\n\
         INSERT INTO \"aposts\" (\"id\", \"title\") SELECT \"id\", \"title\" FROM \"posts\";\n\
         DROP TABLE \"posts\";\n\
         CREATE TABLE \"posts\" (\"id\" integer NOT NULL PRIMARY KEY, \"title\" varchar NOT NULL);\n\
         INSERT INTO \"posts\" (\"id\", \"title\") SELECT \"id\", \"title\" FROM \"aposts\";\n\
         DROP TABLE \"aposts\";\n\
         CREATE INDEX \"index_posts_on_title\" ON \"posts\" (\"title\");\n\
         PRAGMA foreign_keys=ON;",
    ];
    assert_eq!(findings(&scripts, Scope::OneByOne), Vec::<String>::new());
}
