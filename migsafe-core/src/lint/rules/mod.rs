//! The rules on SQL, one file each. Adding one: a new file and a line here.

crate::policy::rules_macro! {
    copy_from_stdin => "copy-from-stdin",
    copy_to_stdout => "copy-to-stdout",
    empty_migration => "empty-migration",
    invalid_suppression => "invalid-suppression",
    lock_release => "lock-release",
    lt_attach => "lt-attach",
    lt_foreign_keys_bracket => "lt-foreign-keys-bracket",
    lt_journal_mode => "lt-journal-mode",
    lt_pragma_foreign_keys => "lt-pragma-foreign-keys",
    lt_vacuum_in_transaction => "lt-vacuum-in-transaction",
    no_transaction_header => "no-transaction-header",
    opaque_call => "opaque-call",
    psql_command => "psql-command",
    search_path_or_role_leak => "search-path-or-role-leak",
    session_set_leak => "session-set-leak",
    statement_not_allowed_in_transaction => "statement-not-allowed-in-transaction",
    syntax_error => "syntax-error",
    transaction_nesting => "transaction-nesting",
    unused_suppression => "unused-suppression",
}
