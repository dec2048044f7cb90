//! Rules on the SQL of migrations, and what they stand on.
//!
//! A rule looks at [`sites`]: every action of every script that is about to run, each with what the scripts before it
//! say of the database. The same is open to a rule of your own:
//!
//! ```
//! use std::borrow::Cow;
//!
//! use migsafe_core::Dialect;
//! use migsafe_core::lint::sites;
//! use migsafe_core::policy::{Facts, Findings, Rule, Severity, Suggestion, Tier};
//! use migsafe_core::sql::ActionKind;
//!
//! /// Every table of ours says when a row was made.
//! #[derive(Debug)]
//! struct CreatedAt;
//!
//! impl Rule for CreatedAt {
//!     fn id(&self) -> Cow<'static, str> {
//!         "created-at".into()
//!     }
//!
//!     fn summary(&self) -> Cow<'static, str> {
//!         "a table without a column created_at".into()
//!     }
//!
//!     fn default_severity(&self, _: Tier) -> Severity {
//!         Severity::Warn
//!     }
//!
//!     fn check(&self, facts: &Facts<'_>, findings: &mut Findings<'_>) {
//!         for site in sites(facts, Dialect::Postgres) {
//!             if let ActionKind::CreateTable(table) = &site.action.kind
//!                 && table.column("created_at").is_none()
//!             {
//!                 let add = format!(
//!                     "ALTER TABLE {} ADD COLUMN created_at timestamptz NOT NULL DEFAULT now();",
//!                     site.quote_name(&table.name)
//!                 );
//!                 findings.report_site_with(
//!                     &site,
//!                     format!("table {} does not say when a row was made", table.name),
//!                     "add the column created_at",
//!                     Suggestion::migrations([format!("{};\n{add}", site.statement_sql())]),
//!                 );
//!             }
//!         }
//!     }
//! }
//! ```
//!
//! # Writing a built-in rule
//!
//! A rule is one file in `lint/rules/` and one line in `lint/rules/mod.rs`, in alphabetical order. The file's name with
//! hyphens is the rule's id; rules for SQLite alone begin with `lt_`. The file has a page, a `META` and a `check`:
//!
//! ````text
//! //! ## What it detects
//! //!
//! //! `SET NOT NULL` on a table that may be large.
//! //!
//! //! ## Why it hurts
//! //!
//! //! The server reads the whole table while nobody else may read or write it.
//! //!
//! //! ## What to do
//! //!
//! //! Prove it first with a check constraint that is validated without such a lock.
//! //!
//! //! ## Bad
//! //!
//! //! ```sql setup
//! //! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! //! ```
//! //!
//! //! ```sql runs
//! //! ALTER TABLE users ALTER COLUMN email SET NOT NULL; -- found
//! //! ```
//! //!
//! //! ## Good
//! //!
//! //! ```sql
//! //! ALTER TABLE users ADD CONSTRAINT email_given CHECK (email IS NOT NULL) NOT VALID;
//! //! -- next migration
//! //! ALTER TABLE users VALIDATE CONSTRAINT email_given;
//! //! -- next migration
//! //! ALTER TABLE users ALTER COLUMN email SET NOT NULL;
//! //! ```
//!
//! use crate::Dialect::Postgres;
//! use crate::lint::sites;
//! use crate::policy::{Facts, Findings, Meta, Severity::Warn, Suggestion};
//! use crate::sql::ActionKind;
//!
//! pub(super) const META: Meta = Meta {
//!     summary: "SET NOT NULL reads the whole table under a lock",
//!     severities: [Warn, Warn, Warn],
//!     ..Meta::POSTGRES
//! };
//!
//! pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
//!     for site in sites(facts, Postgres) {
//!         let ActionKind::SetNotNull { table, column } = &site.action.kind else {
//!             continue;
//!         };
//!         if site.is_new(table) || is_proven(&site, table, column) {
//!             continue;
//!         }
//!         …
//!     }
//! }
//! ````
//!
//! - **The page is the test.** The blocks under `Bad` and `Good` are linted by the test `lint::tests::fixtures` and
//!   tried on real servers; the words that may follow `sql` are listed in the module `testkit::fixtures`. In a bad
//!   block the lines that end in `-- found` are exactly those that the rule finds. A good block gives nothing of its
//!   own rule, and nothing of any other at `warn` or above (`-- also: other-rule` in the block excepts one). What a rule
//!   suggests is linted and tried as well. A test of its own is needed only for what no block can show.
//! - **Run it:** `RULE=my-rule cargo test -p migsafe-core --all-features --lib lint::tests`, then
//!   `UPDATE_DOCS=1 cargo test -p migsafe-core --all-features --test rule_pages` for the book.
//! - **Severities** are those of development, staging, production. Data loss and what fails for certain: warn, error,
//!   error. What blocks or rewrites: warn, so that a team can keep the default. Style: note or off. Never weigh in the
//!   check; a finding that matters less in one state goes through
//!   [`Findings::weigh_at_most`](crate::policy::Findings::weigh_at_most).
//! - **`META`** is written from one of `Meta::POSTGRES`, `Meta::SQLITE`, `Meta::SQL` (both), with what differs: `note` is
//!   a sentence on severities for the page, `suppressible: false` is for what makes the run impossible (the engine
//!   cannot run the script, or the server refuses it whatever the data).
//! - **Which sites:** [`sites`] for one dialect, [`all_sites`] for both. Bodies of functions are not sites, since they
//!   are not carried out; those of `DO` blocks are. An [`Action`](crate::sql::Action) has a place of its own in the
//!   script, so of an `ALTER TABLE` with three subcommands just the right one is shown.
//! - **New objects:** a lock on a table that nobody uses yet hurts nobody: ask [`Site::is_new`] first in every rule
//!   about locks and rewrites. It is true for what the same file made, and in a deploy for what an earlier pending
//!   migration made ([`Scope`](crate::policy::Scope)). [`TableState::is_filled`] says whether a script put rows in.
//! - **What is known:** [`Site::table`], [`Site::column`], [`Site::index`], [`Site::ty`] and the others answer as of just
//!   before the action, following renames and drops, in logarithmic time. `None` means "not known": a deploy knows
//!   only what is pending. [`TableState::is_complete`] says whether the lack of a column means anything. A rule that
//!   lacks a fact is silent, or says what it could not see; it never guesses.
//! - **Names** meet without regard to how they are qualified (`public.t` is `t`; SQLite: any case). Between names of one
//!   statement compare with [`ObjectName::may_be`](crate::sql::ObjectName::may_be). In a suggestion write them with
//!   [`Site::quote`] and [`Site::quote_name`].
//! - **Versions:** [`Site::server_is_at_least`] assumes the oldest supported server where none is known.
//! - **Suggestions** are whole scripts, one per migration ([`Suggestion`](crate::policy::Suggestion)). Give one only where
//!   everything in it is known; half a suggestion is worse than the help text.
//! - **Cost:** one pass over the sites, constant work at each. [`Site::earlier_on`] and [`Site::later_on`] give what
//!   the same script does to one object; [`Site::earlier`] and [`Site::later`] walk the whole script: only
//!   after the kind of the action has been matched.
//! - **Facts about statements** as a whole (transaction control, settings, client commands) are on
//!   [`Statement::facts`](crate::sql::Statement::facts).

mod catalogue;
mod columns;
mod constraints;
mod expand;
mod indexes;
mod locked;
mod named;
pub(crate) mod quote;
mod rebuild;
mod rules;
mod settings;
mod site;
mod sqlite;
mod statements;
#[cfg(test)]
mod tests;
mod types;
mod weigh;

pub(crate) use catalogue::Catalogue;
pub use catalogue::{ColumnState, ConstraintState, TableState, TypeState, ViewState};
pub use rebuild::{Rebuild, Rebuilds, rebuild_at, rebuild_of_drop, rebuilds};
pub(crate) use rules::ALL;
pub use site::{Site, all_sites, sites};
pub(crate) use sqlite::switches_foreign_keys_off;
