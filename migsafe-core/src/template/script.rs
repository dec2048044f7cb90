//! Names and pieces of scripts that both databases share.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::sql::ObjectName;

/// The longest name that PostgreSQL keeps, in bytes (manual, section 4.1.1).
const MAX_NAME_BYTES: usize = 63;

/// A name in double quotes, as both databases read it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A name as it stands in a comment: it cannot end the line.
pub(super) fn said(name: &str) -> String {
    crate::text::one_line(name, 200)
}

/// The name of a table or view with its schema.
pub(super) fn table(name: &ObjectName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&name.name)),
        None => quoted(&name.name),
    }
}

/// Another object in the same schema.
pub(super) fn beside(name: &ObjectName, other: &str) -> String {
    table(&ObjectName { schema: name.schema.clone(), name: other.to_owned() })
}

/// Columns in parentheses.
pub(super) fn columns(names: &[String]) -> String {
    format!("({})", list(names))
}

/// Columns with commas between them.
pub(super) fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    names.join(", ")
}

/// A name for a new object, in Prisma's manner: `table_column_suffix`. One that is too long is cut and ends in a few
/// digits of its hash, so that two long names stay two.
pub(super) fn derived(parts: &[&str], suffix: &str) -> String {
    let full = format!("{}_{suffix}", parts.join("_"));
    if full.len() <= MAX_NAME_BYTES {
        return full;
    }
    let mut tail = String::new();
    for byte in Sha256::digest(full.as_bytes()).iter().take(4) {
        // Writing to a text cannot fail.
        let _ = write!(tail, "{byte:02x}");
    }
    let tail = format!("_{tail}_{suffix}");
    let mut end = MAX_NAME_BYTES.saturating_sub(tail.len());
    while !full.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{tail}", &full[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_cut() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(table(&ObjectName::qualified("s", "T")), "\"s\".\"T\"");
        assert_eq!(derived(&["User", "email"], "key"), "User_email_key");
        let long = derived(&["ü".repeat(40).as_str(), "b"], "idx");
        assert!(long.len() <= 63 && long.ends_with("_idx"), "{long}");
        assert_ne!(long, derived(&["ü".repeat(40).as_str(), "c"], "idx"));
    }
}
