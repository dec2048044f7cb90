//! The rules on history and folder, one file each. Adding one: a new file and a line here.

#[cfg(test)]
mod tests;

crate::policy::rules_macro! {
    ambiguous_order => "ambiguous-order",
    byte_order_mark => "byte-order-mark",
    corrupt_row => "corrupt-row",
    drift => "drift",
    duplicate => "duplicate",
    edited => "edited",
    failed => "failed",
    ghost => "ghost",
    ignored_folder => "ignored-folder",
    interrupted => "interrupted",
    invalid_utf8 => "invalid-utf8",
    lock_file_mismatch => "lock-file-mismatch",
    marked_applied => "marked-applied",
    migration_name_convention => "migration-name-convention",
    missing_script => "missing-script",
    mixed_line_endings => "mixed-line-endings",
    name_case_conflict => "name-case-conflict",
    name_too_long => "name-too-long",
    newer_database => "newer-database",
    not_empty => "not-empty",
    nul_byte => "nul-byte",
    orphaned => "orphaned",
    out_of_order => "out-of-order",
    prisma8_marker => "prisma8-marker",
    rolled_back => "rolled-back",
    running => "running",
    stale_row => "stale-row",
    symbolic_link => "symbolic-link",
    unknown_column => "unknown-column",
    unreadable_script => "unreadable-script",
}
