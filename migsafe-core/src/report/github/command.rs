//! One workflow command in one line.

use crate::text::printable;

/// `::name key=value,…::message`.
pub(super) fn command(name: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<String> =
        properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
    let space = if properties.is_empty() { "" } else { " " };
    format!("::{name}{space}{}::{}\n", properties.join(","), data(message))
}

/// The escapes of a message, as GitHub's own toolkit writes them. Nothing in a message can begin a
/// command of its own: a command begins at the beginning of a line.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In a property also what ends it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_means_something_is_escaped() {
        let properties = [("file", "a,b:c%\n.sql".to_owned()), ("line", "3".to_owned())];
        assert_eq!(
            command("error", &properties, "100 %, a: b\n::set-output name=x::y"),
            "::error file=a%2Cb%3Ac%25%0A.sql,line=3::100 %25, a: b%0A::set-output name=x::y\n"
        );
        assert_eq!(command("notice", &[], "a\u{1b}[2J"), "::notice::a\n");
    }
}
