//! ## What it detects
//!
//! A script that runs statement by statement (header `no-transaction`), and in it a statement that does something only for
//! those after it: `SET`, `SET LOCAL`, `RESET`, `set_config`, `SET CONSTRAINTS`, `LOCK TABLE`.
//!
//! ## Why it hurts
//!
//! In such a script each statement has a transaction of its own, and migsafe sets everything back after it. So the setting is
//! gone before the next statement runs, and the lock is let go. Nothing fails: the tables are made in another schema, the
//! rows go into another table of the same name, the objects belong to another role.
//!
//! Settings are not carried over on purpose. After a crash the deploy goes on with the statement that is not done yet, and it
//! must do there what it would have done before.
//!
//! ## What to do
//!
//! Write the schema before each name. Give the time-outs of a deploy with `--lock-timeout` and `--statement-timeout`. What
//! is to hold for longer is set for the role or the database: `ALTER ROLE … SET`, `ALTER DATABASE … SET`. Statements that
//! need a setting or a lock together go into a migration of their own, without the header, or into one `DO` block.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE SCHEMA app;
//! CREATE TABLE app.users (id bigint PRIMARY KEY, email text);
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! ```
//!
//! ```sql runs
//! -- migsafe: no-transaction because the index is built while users are served
//! SET search_path = app; -- found
//! INSERT INTO users VALUES (42, 'somebody');
//! CREATE INDEX CONCURRENTLY users_email ON users (email);
//! RESET search_path; -- found
//! ```
//!
//! ```sql runs
//! -- migsafe: no-transaction because the table is cleaned at the end
//! SET LOCAL search_path = app; -- found
//! SELECT set_config('app.who', 'deploy', true); -- found
//! SET CONSTRAINTS ALL DEFERRED; -- found
//! LOCK TABLE users IN SHARE MODE; -- found
//! VACUUM users;
//! ```
//!
//! ```sql runs
//! -- migsafe: no-transaction because the table is cleaned at the end
//! DO $$ BEGIN PERFORM set_config('search_path', 'app', false); END $$; -- found
//! VACUUM users;
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE SCHEMA app;
//! CREATE TABLE app.users (id bigint PRIMARY KEY, email text);
//! ```
//!
//! ```sql
//! -- migsafe: no-transaction because the index is built while users are served
//! INSERT INTO app.users VALUES (42, 'somebody');
//! CREATE INDEX CONCURRENTLY users_email ON app.users (email);
//! ```
//!
//! ```sql
//! -- migsafe: no-transaction because the table is cleaned at the end
//! DO $$ BEGIN
//!   SET LOCAL search_path = app;
//!   INSERT INTO users VALUES (42, 'somebody');
//! END $$;
//! VACUUM app.users;
//! ```
//!
//! ```sql
//! SET LOCAL search_path = app;
//! INSERT INTO users VALUES (42, 'somebody');
//! ```

use crate::policy::{Facts, Findings, Location, Meta};
use crate::sql::{Fact, Statement};

pub(super) const META: Meta = Meta {
    summary: "a setting or lock ends before the next statement of the script",
    ..Meta::POSTGRES
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, script) in facts.scripts().filter(|(_, script)| script.runs_by_statement()) {
        for (index, statement) in script.statements().iter().enumerate() {
            let Some(what) = lost(statement) else {
                continue;
            };
            findings.report_at(
                name,
                Location::of_statement(index, statement),
                format!("{what} ends with its statement, before the next one runs"),
                "write the schema before each name, give time-outs as options of the deploy, set the \
                 rest with ALTER ROLE … SET; or put what needs it into a migration without the \
                 no-transaction header, or into one DO block",
            );
        }
    }
}

/// What the statement sets for those after it.
fn lost(statement: &Statement) -> Option<String> {
    let block = statement.verb() == "DO";
    let of_fact = |fact: &Fact| {
        let (what, local) = match fact {
            Fact::SetsSearchPath { local } => ("search_path", *local),
            Fact::SetsRole { local } => ("the role", *local),
            Fact::SetsSetting { name, local } if name.is_empty() => ("the setting", *local),
            Fact::SetsSetting { name, local } => (name.as_str(), *local),
            _ => return None,
        };
        // What a block sets for its transaction only, it sets for itself.
        (!block || !local).then(|| format!("what {} sets for {what}", statement.verb()))
    };
    let beside = || match statement.verb() {
        "LOCK" => Some("the lock of LOCK".to_owned()),
        "SET" if statement.facts().is_empty() => Some("what SET sets for constraints".to_owned()),
        _ => None,
    };
    statement.facts().iter().find_map(of_fact).or_else(beside)
}
