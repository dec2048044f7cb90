//! The frame of every document.

use serde::Serialize;

use crate::text::is_invisible;

/// The version of the format. It grows when a key changes its meaning or goes away, never when one is added.
pub const FORMAT_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<T> {
    format_version: u32,
    kind: &'static str,
    #[serde(flatten)]
    body: T,
}

/// One document. The bodies consist of text, numbers, lists and maps with text keys, which always
/// serialise; should that ever be untrue, the document says so instead of being none.
pub(super) fn document(kind: &'static str, body: impl Serialize) -> String {
    let document = Document { format_version: FORMAT_VERSION, kind, body };
    let json = serde_json::to_string_pretty(&document).unwrap_or_else(|_| {
        format!(
            "{{\"format_version\": {FORMAT_VERSION}, \"kind\": \"error\", \"error\": {{\"code\": \
             \"internal\", \"message\": \"the report cannot be written\", \"help\": \"\"}}}}"
        )
    });
    let mut text = escaped(json);
    text.push('\n');
    text
}

/// A document of somebody else's format, with the same care for terminals.
pub(in crate::report) fn pretty(document: &impl Serialize) -> String {
    // Text, numbers, lists and maps with text keys always serialise.
    let mut text = escaped(serde_json::to_string_pretty(document).unwrap_or_default());
    text.push('\n');
    text
}

/// The same document with remarks on how the program was called, under the key `notes`.
#[must_use]
pub fn with_notes(document: String, notes: &[String]) -> String {
    // Every document is an object with keys, whose last brace stands alone in its line.
    match document.strip_suffix("\n}\n") {
        Some(body) if !notes.is_empty() => {
            let notes = serde_json::to_string(notes).unwrap_or_else(|_| "[]".to_owned());
            format!("{body},\n  \"notes\": {}\n}}\n", escaped(notes))
        }
        _ => document,
    }
}

/// `serde_json` escapes controls below U+0020 only; outside of strings a document has none of the others.
pub(crate) fn escaped(json: String) -> String {
    let special = |c: char| (c.is_control() && c != '\n') || is_invisible(c);
    if !json.chars().any(special) {
        return json;
    }
    let mut text = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if special(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                text.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    let digit = u32::from(*unit >> shift) & 15;
                    text.push(char::from_digit(digit, 16).unwrap_or('0'));
                }
            }
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_added_to_any_document() {
        let document = document("test", serde_json::json!({ "list": [{ "a": 1 }] }));
        assert_eq!(with_notes(document.clone(), &[]), document);
        let noted = with_notes(document, &["one \"\u{1b}".to_owned()]);
        let read: serde_json::Value = serde_json::from_str(&noted).unwrap();
        assert_eq!(read["notes"][0], "one \"\u{1b}");
        assert_eq!((&read["kind"], &read["list"][0]["a"]), (&"test".into(), &1.into()));
        assert!(noted.ends_with("\n}\n") && !noted.contains('\u{1b}'));
    }

    #[test]
    fn nothing_in_a_document_steers_a_terminal_and_nothing_is_lost() {
        let text = "a\u{1b}[31m\u{9b}2J\u{7f}\u{202e}\u{e0041}é\n";
        let json = document("test", serde_json::json!({ "text": text }));
        assert!(!json.chars().any(|c| c.is_control() && c != '\n'));
        assert!(!json.contains('\u{202e}'));
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["text"], text);
        assert_eq!(read["format_version"], 1);
    }
}
