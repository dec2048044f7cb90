//! Arguments that cannot be understood, and the questions that the parser answers itself.

use std::ffi::OsString;

use clap::error::ErrorKind;
use migsafe_core::report::{ExitCode, Problem, json};

use crate::output::{standard_error, standard_output};

/// Prints help or version, or what is wrong with the arguments.
pub(crate) fn report(error: &clap::Error) -> ExitCode {
    let text = without_passwords(&error.render().to_string());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return match standard_output(&text) {
                Ok(()) => ExitCode::Ok,
                Err(failure) => failure.exit_code(),
            };
        }
        _ if asks_for_json(std::env::args_os()) => {
            // Nobody can be told if this cannot be written.
            let _ = standard_output(&json::problem(&problem(error.kind(), &text)));
        }
        _ => standard_error(&text),
    }
    ExitCode::Usage
}

fn problem(kind: ErrorKind, text: &str) -> Problem {
    let message = if kind == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        "a command is missing"
    } else {
        let text = text.strip_prefix("error: ").unwrap_or(text);
        text.split("\n\nUsage:").next().unwrap_or(text).trim_end()
    };
    Problem::new("usage", message).with_help("see `migsafe --help`")
}

/// The arguments were not understood, so the format that was meant has to be guessed.
fn asks_for_json(args: impl Iterator<Item = OsString>) -> bool {
    let args: Vec<OsString> = args.collect();
    args.iter().any(|arg| arg == "--format=json")
        || args.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
}

/// A URL that was given in the wrong place is repeated in the parser's message. What stands before the
/// last `@` of it is taken out.
fn without_passwords(text: &str) -> String {
    let ends_url = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, url) = rest.split_at(at + 3);
        shown.push_str(before);
        let end = url.find(ends_url).unwrap_or(url.len());
        let (url, after) = url.split_at(end);
        shown.push_str(if url.contains(['@', '?']) { "…" } else { url });
        rest = after;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_shown_without_what_is_secret() {
        for (text, shown) in [
            ("argument 'postgres://u:p@h/d' found", "argument 'postgres://…' found"),
            ("x://u:p@h:5/d?a=b y://h/d", "x://… y://h/d"),
            ("x://h/d?password=p", "x://…"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(without_passwords(text), shown);
        }
    }

    #[test]
    fn json_is_recognised_in_both_spellings() {
        let asks = |args: &[&str]| asks_for_json(args.iter().map(OsString::from));
        assert!(asks(&["migsafe", "--format=json"]));
        assert!(asks(&["migsafe", "--format", "json", "x"]));
        assert!(!asks(&["migsafe", "--format", "text", "json"]));
    }
}
