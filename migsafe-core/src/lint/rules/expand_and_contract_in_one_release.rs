//! ## What it detects
//!
//! A column that is dropped in the release that adds the one in its place: the same script, or the same deploy,
//! fills the new one from the old one with an `UPDATE`. Where one column of a type goes and one of the same type
//! comes in one script, and nothing is copied, it is a note: the values of a column that was meant to be renamed
//! are lost.
//!
//! ## Why it hurts
//!
//! Processes of the release before run on for a while, and every one of their statements that names the old
//! column fails. What they write in between is not in the new column.
//!
//! ## What to do
//!
//! Take a release for each step, as the help says: add and fill, let the code write both, let it read the new
//! one, then drop the old one. `migsafe new --template rename-column` and `change-type` write the migrations.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE users (id integer PRIMARY KEY, name text, age integer);
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN full_name text;
//! UPDATE users SET full_name = name WHERE id > 0;
//! ALTER TABLE users DROP COLUMN name; -- found
//! ```
//!
//! ```sql runs
//! ALTER TABLE users ADD COLUMN full_name text;
//! ALTER TABLE users DROP COLUMN name; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE users (id integer PRIMARY KEY, name text, age integer);
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN full_name text;
//! -- next migration
//! UPDATE users SET full_name = name WHERE id > 0;
//! ```
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN full_name text;
//! ALTER TABLE users DROP COLUMN age;
//! -- also: drop-column, multiple-alter-table
//! ```

use std::collections::BTreeMap;

use crate::lint::{Site, all_sites};
use crate::policy::{Facts, Findings, Meta, Scope, Severity::Note, Severity::Warn, Suggestion};
use crate::sql::{ActionKind, TypeName};
use crate::template::{Release, Template};

pub(super) const META: Meta = Meta {
    summary: "an old column goes in the release that brings the new one",
    severities: [Warn, Warn, Warn],
    ..Meta::SQL
};

/// What happens to one table in one release.
#[derive(Default)]
struct Changes<'a> {
    added: Vec<(&'a str, Option<&'a TypeName>)>,
    /// The columns that are set, and the text.
    updates: Vec<(&'a [String], &'a str)>,
    dropped: Vec<(&'a str, Site<'a>)>,
}

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    let mut tables: BTreeMap<(usize, String), Changes<'_>> = BTreeMap::new();
    let (mut migration, mut release) = (None, 0);
    for site in all_sites(facts) {
        if facts.scope() == Scope::OneByOne && migration != Some(site.migration) {
            (migration, release) = (Some(site.migration), release + 1);
        }
        let (ActionKind::AddColumn { table, .. }
        | ActionKind::DropColumn { table, .. }
        | ActionKind::Update { table, .. }) = &site.action.kind
        else {
            continue;
        };
        let changes = tables.entry((release, table.name.to_ascii_lowercase())).or_default();
        match &site.action.kind {
            ActionKind::AddColumn { column, .. } => {
                changes.added.push((&column.name, column.ty.as_ref()));
            }
            ActionKind::Update { columns, .. } => changes.updates.push((columns, site.sql())),
            ActionKind::DropColumn { column, .. } if !site.is_new(table) => {
                changes.dropped.push((column, site));
            }
            _ => {}
        }
    }
    for changes in tables.values() {
        for (old, site) in &changes.dropped {
            if let Some(new) = filled_from(changes, old) {
                let message = format!(
                    "{new} takes the place of {old} in one release; code that is running still uses \
                     {old}"
                );
                report(findings, site, old, new, message);
            } else if let Some(new) = may_be_renamed(changes, old, site) {
                let message = format!(
                    "if {new} takes the place of {old}, the values of {old} are lost, and code that \
                     is running still uses it"
                );
                report(&mut findings.weigh_at_most(Note), site, old, new, message);
            }
        }
    }
}

/// The new column that an `UPDATE` fills from the old one.
fn filled_from<'a>(changes: &Changes<'a>, old: &str) -> Option<&'a str> {
    let added = changes.added.iter().map(|(name, _)| *name);
    added.filter(|new| !new.eq_ignore_ascii_case(old)).find(|new| {
        changes.updates.iter().any(|(columns, sql)| {
            columns.iter().any(|column| column.eq_ignore_ascii_case(new)) && names(sql, old)
        })
    })
}

/// Whether a text has the name as a word.
fn names(sql: &str, name: &str) -> bool {
    let words = sql.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.into_iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// The only new column, when it has the type of the only one that goes.
fn may_be_renamed<'a>(changes: &Changes<'a>, old: &str, site: &Site<'_>) -> Option<&'a str> {
    let ([(new, Some(ty))], [_]) = (&*changes.added, &*changes.dropped) else {
        return None;
    };
    let ActionKind::DropColumn { table, .. } = &site.action.kind else {
        return None;
    };
    let known = site.column(table, old)?.ty.as_ref()?;
    (known.name == ty.name && !new.eq_ignore_ascii_case(old)).then_some(*new)
}

fn report(findings: &mut Findings<'_>, site: &Site<'_>, old: &str, new: &str, message: String) {
    let releases = template(site, old, new)
        .and_then(|template| template.releases(site.facts().dialect()).ok())
        .unwrap_or_default();
    let scripts = |release: &Release| -> Vec<String> {
        release.migrations.iter().map(|draft| draft.script.clone()).collect()
    };
    let Some(first) = releases.first().map(scripts).filter(|scripts| !scripts.is_empty()) else {
        let help = "take a release for each step: add and fill, write both, read the new one, drop";
        findings.report_site(site, message, help);
        return;
    };
    let steps: Vec<String> = (1..)
        .zip(&releases)
        .map(|(number, release)| format!("{number}. {} ({})", release.title, release.code))
        .collect();
    let help = format!("take a release for each step: {}", steps.join("; "));
    findings.report_site_with(site, message, help, Suggestion::migrations(first));
}

/// The steps, where everything that they name is known.
fn template(site: &Site<'_>, old: &str, new: &str) -> Option<Template> {
    let ActionKind::DropColumn { table, .. } = &site.action.kind else {
        return None;
    };
    let state = site.table(table)?;
    let key = state.primary_key().filter(|key| !key.is_empty())?.to_vec();
    let from = state.column(old)?.ty.as_ref()?;
    let to = state.column(new)?.ty.as_ref()?;
    let (table, column) = (table.clone(), old.to_owned());
    Some(if from.name == to.name && from.modifiers == to.modifiers {
        Template::RenameColumn { table, column, to: new.to_owned(), ty: to.text.clone(), key }
    } else {
        let (from_ty, ty) = (from.text.clone(), to.text.clone());
        Template::ChangeColumnType { table, column, to: new.to_owned(), from_ty, ty, key }
    })
}
