//! The rules that linters for migrations have in common, and which of ours answers each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use migsafe_core::policy::{Rule as _, built_in_rules};

use Answer::{As, Merged, NotDone, Own};

/// What became of a rule.
enum Answer {
    /// A rule of the same name, once there is one.
    Own,
    /// A rule of another name.
    As(&'static str),
    /// A part of another rule, and why.
    Merged(&'static str, &'static str),
    /// None, and why.
    NotDone(&'static str),
}

/// Every rule, numbered from 1.
const RULES: &[(&str, Answer)] = &[
    // Indexes.
    ("index-not-concurrent", Own),
    ("drop-index-not-concurrent", Own),
    ("reindex-not-concurrent", Own),
    (
        "concurrently-in-transaction",
        Merged(
            "statement-not-allowed-in-transaction",
            "one rule for every statement that the server refuses in a transaction",
        ),
    ),
    (
        "concurrently-with-other-statements",
        Merged(
            "statement-not-allowed-in-transaction",
            "beside other statements the script runs in a transaction, and the statement is refused there",
        ),
    ),
    ("if-not-exists-hides-invalid-index", Own),
    ("unique-index-on-existing-data", Own),
    ("wide-index", Own),
    ("fk-without-index", Own),
    ("index-corruption-version", Own),
    // Constraints.
    ("add-check-validated", Own),
    ("add-foreign-key-validated", Own),
    ("validate-in-same-transaction", Own),
    ("add-unique-constraint", Own),
    ("add-primary-key", Own),
    ("primary-key-on-nullable-column", Own),
    ("add-exclusion-constraint", Own),
    ("inline-references-in-add-column", Own),
    ("inline-unique-in-add-column", Own),
    ("create-table-with-fk-to-hot-parent", Own),
    ("drop-foreign-key", Own),
    ("drop-check-or-unique", Own),
    ("drop-primary-key", Own),
    ("change-primary-key", Own),
    ("set-not-null", Own),
    ("drop-not-null", Own),
    ("unnamed-constraint", Own),
    // Columns.
    ("add-required-column-without-default", Own),
    ("required-column-with-client-side-default", Own),
    ("add-column-volatile-default", Own),
    (
        "add-column-default-old-server",
        NotDone("it is about PostgreSQL 10 and older; migsafe supports 14 and newer"),
    ),
    ("add-serial-or-identity-column", Own),
    ("add-identity-to-existing-column", Own),
    ("add-stored-generated-column", Own),
    ("json-column", Own),
    (
        "size-aware-add-column",
        NotDone(
            "the size is a question for the database, which the data checks ask; from a script it is not known",
        ),
    ),
    ("drop-column", Own),
    ("drop-and-recreate-column", Own),
    ("rename-column", Own),
    ("change-column-type", Own),
    ("type-change-depends-on-session-timezone", Own),
    (
        "risky-cast",
        Merged(
            "will-fail",
            "the database is asked whether every value fits; for values that change, `data-loss`",
        ),
    ),
    ("not-castable", Merged("will-fail", "the database is asked whether there is a cast")),
    ("scalar-to-array", Own),
    ("type-change-with-check-constraint", Own),
    ("type-change-used-by-view", Own),
    ("default-change-partial-writes", Own),
    ("backfill-in-schema-transaction", Own),
    ("unbatched-large-dml", Own),
    ("update-without-where", Own),
    ("delete-without-where", Own),
    ("affected-rows-limit", NotDone("how many rows a statement changes is known when it runs")),
    ("duplicate-column-assignment", Own),
    ("column-alignment", NotDone("a few bytes a row are no hazard")),
    // Tables and schemas.
    ("drop-table", Own),
    ("drop-and-recreate-table", Own),
    ("drop-schema", Own),
    ("drop-database", Own),
    ("drop-cascade", Own),
    ("truncate", Own),
    ("truncate-cascade", Own),
    ("rename-table", Own),
    ("rename-schema", Own),
    ("set-schema", Own),
    ("set-logged-unlogged", Own),
    ("set-access-method", Own),
    ("set-tablespace", Own),
    ("vacuum-full", Own),
    ("cluster", Own),
    ("table-without-primary-key", Own),
    ("create-table-as", Own),
    ("explicit-lock-table", Own),
    ("multiple-alter-table", Own),
    ("wide-lock-window", Own),
    ("statement-after-access-exclusive", Own),
    (
        "rewrite-under-lock",
        NotDone(
            "it can only be seen while a statement runs; what rewrites for certain has a rule of its own",
        ),
    ),
    ("owner-change", Own),
    ("replica-identity-change", Own),
    ("enable-rls-or-policy", Own),
    // Enums, domains, sequences, types.
    ("create-enum", Own),
    ("enum-value-used-in-same-transaction", Own),
    ("enum-value-position", Own),
    ("enum-value-removed", Own),
    ("rename-enum-value", Own),
    ("create-domain-with-constraint", Own),
    ("alter-domain-add-constraint", Own),
    ("prefer-bigint-over-int", Own),
    ("prefer-bigint-over-smallint", Own),
    ("prefer-identity", Own),
    ("prefer-text", Own),
    ("ban-char", Own),
    ("prefer-timestamptz", Own),
    ("sequence-restart", Own),
    // Partitions, views, triggers, functions.
    ("attach-partition-without-check", Own),
    ("detach-partition-not-concurrent", Own),
    ("create-partition-of", Own),
    ("refresh-matview", Own),
    ("refresh-matview-concurrently", Own),
    ("create-trigger", Own),
    ("drop-trigger", Own),
    ("disable-trigger", Own),
    ("replace-or-drop-view", Own),
    ("broken-dependency", Own),
    ("function-volatility-change", Own),
    ("opaque-dynamic-sql", Own),
    // Transactions, timeouts, session.
    ("require-lock-timeout", Own),
    ("require-statement-timeout", Own),
    ("idle-in-transaction-timeout", Own),
    ("session-set-leak", Own),
    ("transaction-nesting", Own),
    (
        "uncommitted-transaction",
        Merged("transaction-nesting", "a BEGIN in a script is reported with or without its COMMIT"),
    ),
    ("statement-not-allowed-in-transaction", Own),
    ("partial-apply-possible", Own),
    ("missing-idempotency", Own),
    (
        "application-name-missing",
        NotDone("it belongs to the connection and not to a script: `application_name` in the URL"),
    ),
    ("search-path-or-role-leak", Own),
    ("replication-role-change", Own),
    // Rights and security.
    ("overbroad-grant", Own),
    ("role-or-password-in-migration", Own),
    ("create-extension", Own),
    // Files, names, history.
    ("syntax-error", Own),
    ("identifier-too-long", Own),
    ("require-table-schema", Own),
    ("reserved-word-name", Own),
    ("naming-convention", Own),
    ("migration-name-convention", Own),
    ("empty-migration", Own),
    ("edited-after-apply", As("edited")),
    ("out-of-order-file", As("out-of-order")),
    ("schema-drift-assumption", Own),
    ("bom-or-mixed-line-endings", As("byte-order-mark")),
    ("schema-and-data-mixed", Own),
    ("expand-and-contract-in-one-release", Own),
    ("destructive-without-backup-note", Own),
    ("unused-suppression", Own),
    // SQLite (own measurements, 3.40.1).
    ("lt-pragma-foreign-keys-in-transaction", Own),
    ("lt-no-foreign-key-check", Own),
    ("lt-rebuild-loses-indexes-triggers", Own),
    ("lt-rebuild-with-view", Own),
    ("lt-drop-table-used-by-view", Own),
    ("lt-add-not-null-without-default", Own),
    ("lt-add-non-constant-default", Own),
    ("lt-add-unique-or-pk-or-stored-generated", Own),
    ("lt-add-references-with-default", Own),
    ("lt-drop-column-indexed-unique-viewed", Own),
    ("lt-type-change-keeps-old-values", Own),
    ("lt-double-quoted-string", Own),
    ("lt-vacuum-in-transaction", Own),
];

/// How many of them have to have a rule.
const LEAST: usize = 90;

/// The page of the book.
pub(super) fn page() -> String {
    let ids: BTreeSet<String> = built_in_rules().map(|rule| rule.id().into_owned()).collect();
    let link = |id: &str| {
        assert!(ids.contains(id), "{id} is no rule");
        format!("[`{id}`](rules/{id}.md)")
    };
    let (mut done, mut merged) = (0, 0);
    let mut rows = String::new();
    for (number, (name, answer)) in (1..).zip(RULES) {
        let becomes = match answer {
            _ if ids.contains(*name) => {
                done += 1;
                format!("done: {}", link(name))
            }
            Own => "not done: not written yet".to_owned(),
            As(id) => {
                done += 1;
                format!("done as {}", link(id))
            }
            Merged(id, why) => {
                merged += 1;
                format!("in {}: {why}", link(id))
            }
            NotDone(why) => format!("not done: {why}"),
        };
        writeln!(rows, "| {number} | `{name}` | {becomes} |").unwrap();
    }
    assert!(done >= LEAST, "only {done} rules are done");
    let all = RULES.len();
    let open = all - done - merged;
    format!(
        "# Rule coverage\n\n\
         What linters for migrations and schemas look for, drawn together from the published lists of rules of squawk, \
         Eugene, strong_migrations, Atlas, Prisma, diesel-guard, the language server of Supabase, pgfence, \
         pg-schema-diff, Bytebase, Flyway and rusqlite_migration, and from measurements of our own: {all} rules under \
         one name each, and what migsafe has for them. Of these **{done} are done**, {merged} are a part of another \
         rule, {open} are not done. Rules on the history of migrations, which linters do not have, are \
         [with the others](rules/README.md).\n\n\
         | # | rule | in migsafe |\n|---|---|---|\n{rows}"
    )
}

#[test]
fn every_rule_is_listed_once() {
    let names: BTreeSet<&str> = RULES.iter().map(|(name, _)| *name).collect();
    assert_eq!((names.len(), RULES.len()), (148, 148));
}
