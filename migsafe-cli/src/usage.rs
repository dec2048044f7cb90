//! Arguments that cannot be understood, and the questions that the parser answers itself.

use std::ffi::OsString;

use clap::error::ErrorKind;
use migsafe_core::report::{ExitCode, Problem, json};

use crate::output::{standard_error, standard_output};

/// Prints help or version, or what is wrong with the arguments.
pub(crate) fn report(error: &clap::Error) -> ExitCode {
    let text = without_arguments(error.render().to_string(), std::env::args_os());
    let text = without_passwords(&text);
    // An argument can hold anything.
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
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

/// The parser repeats arguments that it cannot place. Of those with a URL in them only the kind of the URL is
/// shown, wherever the URL ends: a password may hold any character.
fn without_arguments(mut text: String, args: impl Iterator<Item = OsString>) -> String {
    let mut urls: Vec<String> = Vec::new();
    for arg in args.map(|arg| arg.to_string_lossy().into_owned()) {
        let Some(at) = arg.find("://") else { continue };
        let kind = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let start = arg[..at].trim_end_matches(kind).len();
        let url = &arg[start..];
        urls.push(url.to_owned());
        // It may take what stands before a `=` for an option.
        urls.extend(url.match_indices('=').map(|(end, _)| url[..end].to_owned()));
    }
    // One may be the beginning of another.
    urls.sort_by_key(|url| std::cmp::Reverse(url.len()));
    for url in urls {
        let kind = url.split("://").next().unwrap_or_default();
        let is_known = DATABASES.contains(&kind);
        text = text.replace(&url, &format!("{}://…", if is_known { kind } else { "" }));
    }
    text
}

const DATABASES: [&str; 3] = ["postgres", "postgresql", "sqlite"];

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
    fn arguments_with_urls_are_not_repeated() {
        let shown = |args: &[&str]| {
            let text = format!("error: unexpected argument '{}' found", args[0]);
            without_arguments(text, args.iter().map(OsString::from))
        };
        for secret in ["a'b", "a b", "a`b\"c", "a@b/c?d#e"] {
            let url = format!("postgresql://u:{secret}s3cret@h/d");
            let text = "error: unexpected argument 'postgresql://…' found";
            assert_eq!(shown(&[&url]), text);
            let text = shown(&[&format!("--database-urlpostgresql://u:{secret}s3cret@h/d")]);
            assert!(!text.contains("s3cret"), "{text}");
        }
        assert_eq!(shown(&["statu"]), "error: unexpected argument 'statu' found");
    }

    #[test]
    fn json_is_recognised_in_both_spellings() {
        let asks = |args: &[&str]| asks_for_json(args.iter().map(OsString::from));
        assert!(asks(&["migsafe", "--format=json"]));
        assert!(asks(&["migsafe", "--format", "json", "x"]));
        assert!(!asks(&["migsafe", "--format", "text", "json"]));
    }
}
