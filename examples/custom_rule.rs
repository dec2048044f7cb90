//! A rule of one's own on the SQL of migrations, with what to write instead.
//!
//! `cargo run --example custom_rule`
//!
//! Here all customers are in the same tables, and every row says in `tenant_id` whose it is. Every query asks for one
//! tenant, so an index that does not begin with that column is read past the rows of all the others.
//!
//! The rule looks at what statements do, not at their text, and asks what the migrations before say of the table. It
//! runs wherever rules run: in `lint` before a merge, and in the deploy.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::borrow::Cow;

use migsafe_core::engine::{LintOptions, lint};
use migsafe_core::lint::{Site, sites};
use migsafe_core::migrations::MigrationsError;
use migsafe_core::policy::{Facts, Findings, Rule, Suggestion, Tier};
use migsafe_core::report::{LintReport, Style, text};
use migsafe_core::sql::{ActionKind, IndexDefinition, IndexPart};
use migsafe_core::{Dialect, Migrations, Policy, Severity};

const TENANT: &str = "tenant_id";

/// An index on a table of all tenants begins with the tenant.
#[derive(Debug)]
struct TenantFirst;

impl Rule for TenantFirst {
    fn id(&self) -> Cow<'static, str> {
        "tenant-first".into()
    }

    fn summary(&self) -> Cow<'static, str> {
        "an index on a table of all tenants does not begin with the tenant".into()
    }

    /// Slow is not wrong: said everywhere, refused nowhere. A team that wants it refused raises it with an override.
    fn default_severity(&self, _: Tier) -> Severity {
        Severity::Warn
    }

    /// One pass over everything the scripts do. The cheap question comes first, the catalogue is asked last.
    fn check(&self, facts: &Facts<'_>, findings: &mut Findings<'_>) {
        for site in sites(facts, Dialect::Sqlite) {
            let ActionKind::CreateIndex(index) = &site.action.kind else { continue };
            // A unique index is there for what it forbids, not for how it is read.
            if index.unique || begins_with_tenant(index) {
                continue;
            }
            // As of just before this statement, whichever migration made the column. Where nothing is known of the
            // table, the rule is silent: it does not guess.
            if site.column(&index.table, TENANT).is_none() {
                continue;
            }
            let message = format!("this index on {} does not begin with {TENANT}", index.table);
            let help = format!("put {TENANT} first, as every query asks for one tenant");
            match with_tenant(&site, index) {
                Some(script) => {
                    let instead = Suggestion::migrations([script]);
                    findings.report_site_with(&site, message, help, instead);
                }
                None => findings.report_site(&site, message, help),
            }
        }
    }
}

fn begins_with_tenant(index: &IndexDefinition) -> bool {
    matches!(index.parts.first(), Some(IndexPart::Column(name)) if name == TENANT)
}

/// The index as it should be. Only where we can write all of it: half a suggestion is worse than none.
fn with_tenant(site: &Site<'_>, index: &IndexDefinition) -> Option<String> {
    let columns = index.parts.iter().map(|part| match part {
        IndexPart::Column(name) => Some(site.quote(name)),
        _ => None,
    });
    let columns = columns.collect::<Option<Vec<String>>>()?.join(", ");
    let name = site.quote_name(index.name.as_ref()?);
    let table = site.quote_name(&index.table);
    let known = format!("CREATE INDEX {name} ON {table} ({columns})");
    // An order, a collation or a condition is not among what was put together here.
    let all_of_it = letters(&known) == letters(site.statement_sql());
    all_of_it.then(|| format!("CREATE INDEX {name} ON {table} ({TENANT}, {columns});"))
}

/// Without what may be written in several ways.
fn letters(sql: &str) -> String {
    let counts = |char: &char| !char.is_whitespace() && !"\"`[]".contains(*char);
    sql.to_ascii_lowercase().chars().filter(counts).collect()
}

const ORDERS: &str = "\
CREATE TABLE orders (
    id         INTEGER PRIMARY KEY,
    tenant_id  INTEGER NOT NULL,
    status     TEXT NOT NULL,
    ordered_at TEXT NOT NULL
);
CREATE INDEX orders_by_tenant ON orders (tenant_id, status);
";

const FIND_ORDERS: &str = "\
-- The overview became slow.
CREATE INDEX orders_by_status ON orders (status, ordered_at);
";

fn check<'a>(
    scripts: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<LintReport, MigrationsError> {
    let policy = Policy::default().with_rule(TenantFirst);
    let options = LintOptions::new(Dialect::Sqlite).with_policy(policy);
    let scripts = scripts.into_iter().map(|(name, sql)| (name.to_owned(), sql.to_owned()));
    Ok(lint(&Migrations::from_scripts(scripts)?, &options))
}

fn main() -> Result<(), MigrationsError> {
    let report =
        check([("20250301080000_orders", ORDERS), ("20250302080000_find_orders", FIND_ORDERS)])?;
    print!("{}", text::lint(&report, Style::plain()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL, status TEXT);";

    /// Line and suggestion of everything that our rule finds in the last script.
    fn found(scripts: &[&str]) -> Vec<(u32, Option<String>)> {
        let names: Vec<String> =
            (1..=scripts.len()).map(|n| format!("2025030{n}080000_x")).collect();
        let report = check(names.iter().map(String::as_str).zip(scripts.iter().copied())).unwrap();
        let ours = report.findings().iter().map(|found| found.finding());
        ours.filter(|finding| finding.rule == "tenant-first")
            .map(|finding| {
                let instead = finding.suggestion.as_ref().map(|s| s.scripts().concat());
                (finding.location.line.unwrap(), instead)
            })
            .collect()
    }

    #[test]
    fn what_to_write_instead_is_complete_and_not_found_again() {
        let found_once = found(&[TABLE, "SELECT 1;\nCREATE INDEX i ON orders (status, id);"]);
        let instead = "CREATE INDEX i ON orders (tenant_id, status, id);\n".to_owned();
        assert_eq!(found_once, [(2, Some(instead.clone()))]);
        assert_eq!(found(&[TABLE, &instead]), []);
    }

    #[test]
    fn where_the_statement_says_more_only_the_words_help() {
        for index in [
            "CREATE INDEX i ON orders (status DESC);",
            "CREATE INDEX i ON orders (lower(status));",
            "CREATE INDEX i ON orders (status) WHERE status <> 'done';",
        ] {
            assert_eq!(found(&[TABLE, index]), [(1, None)], "{index}");
        }
    }

    #[test]
    fn a_column_that_came_later_counts() {
        let index = "CREATE INDEX i ON bills (status);";
        let bills = "CREATE TABLE bills (id INTEGER PRIMARY KEY, status TEXT);";
        let add = "ALTER TABLE bills ADD COLUMN tenant_id INTEGER;";
        assert_eq!(found(&[bills, index]), []);
        assert_eq!(found(&[bills, add, index]).len(), 1);
        assert_eq!(found(&[bills, &format!("{index}\n{add}")]), []);
    }

    #[test]
    fn other_indexes_and_unknown_tables_are_not_found() {
        for index in [
            "CREATE UNIQUE INDEX i ON orders (status);",
            "CREATE INDEX i ON orders (tenant_id);",
            "CREATE INDEX i ON made_elsewhere (status);",
        ] {
            assert_eq!(found(&[TABLE, index]), [], "{index}");
        }
    }
}
