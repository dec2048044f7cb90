//! Files and places in them.

use std::fmt::Write as _;

use serde::Serialize;

use crate::report::{LintFinding, LintReport};
use crate::sql::Position;

/// A `location` of the standard.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

/// Everything counted from 1; the end column is that after the last character (section 3.30).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

impl Location {
    /// `None` for a finding on the folder as a whole.
    pub(super) fn of(report: &LintReport, found: &LintFinding) -> Option<Self> {
        let path = found.path()?;
        let text = report.file(found).and_then(|file| file.text()).unwrap_or_default();
        // A byte order mark is no part of the text that the standard counts in.
        let mark = u32::from(text.starts_with('\u{feff}'));
        let column = |at: Position| {
            if at.line == 1 { at.column.saturating_sub(mark).max(1) } else { at.column }
        };
        let region = found.start().map(|start| Region {
            start_line: start.line,
            start_column: column(start),
            end_line: found.end().map(|end| end.line),
            end_column: found.end().map(column),
        });
        let artifact_location = ArtifactLocation::of(path);
        Some(Self { physical_location: PhysicalLocation { artifact_location, region } })
    }
}

impl ArtifactLocation {
    fn of(path: &str) -> Self {
        if path.starts_with('/') {
            return Self { uri: format!("file://{}", encoded(path)), uri_base_id: None };
        }
        Self { uri: encoded(path), uri_base_id: Some("%SRCROOT%") }
    }
}

/// A path as part of a URI (RFC 3986): everything escaped but what never has to be.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_is_part_of_a_uri() {
        assert_eq!(encoded("a b/é:#?%.sql"), "a%20b/%C3%A9%3A%23%3F%25.sql");
        assert_eq!(ArtifactLocation::of("/a/b").uri, "file:///a/b");
        assert_eq!(ArtifactLocation::of("a/b").uri_base_id, Some("%SRCROOT%"));
    }
}
