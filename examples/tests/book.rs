//! The texts of the repository: every link leads somewhere, the table of contents is complete, every error code is
//! explained.
//!
//! `UPDATE_DOCS=1 cargo test -p migsafe-examples --test book` writes the list of rules into the table of contents.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use migsafe_core::policy::{Rule as _, built_in_rules};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn book() -> PathBuf {
    root().join("docs/src")
}

/// Every Markdown file below a folder, relative to it.
fn pages(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.insert(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found
}

/// The text without fenced code.
fn prose(text: &str) -> String {
    let mut inside = false;
    text.lines()
        .filter(|line| {
            let fence = line.trim_start().starts_with("```");
            inside ^= fence;
            !inside && !fence
        })
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The targets of `[text](target)`.
fn links(text: &str) -> Vec<String> {
    prose(text)
        .split("](")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// The anchors that mdBook and GitHub make of headings.
fn anchors(text: &str) -> Vec<String> {
    let headings = prose(text);
    let headings = headings.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase();
            title
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect()
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let root = root();
    let files = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"];
    let book = pages(&book()).into_iter().map(|page| Path::new("docs/src").join(page));
    let mut broken = Vec::new();
    for file in files.into_iter().map(PathBuf::from).chain(book) {
        let text = fs::read_to_string(root.join(&file)).unwrap();
        let folder = file.parent().unwrap_or(Path::new(""));
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if path.is_empty() { root.join(&file) } else { root.join(folder).join(path) };
            let exists = if anchor.is_empty() {
                target.exists()
            } else {
                fs::read_to_string(&target).is_ok_and(|t| anchors(&t).iter().any(|a| a == anchor))
            };
            if !exists {
                broken.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_table_of_contents_lists_every_page() {
    let path = book().join("SUMMARY.md");
    let head = "- [Rules](rules/README.md)\n";
    let mut ids: Vec<_> = built_in_rules().map(|rule| rule.id()).collect();
    ids.sort();
    let rules: String = ids.iter().map(|id| format!("  - [{id}](rules/{id}.md)\n")).collect();
    let text = fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once(head).unwrap();
    let rest = after.split_inclusive('\n').skip_while(|line| line.starts_with("  - "));
    let expected = format!("{before}{head}{rules}{}", rest.collect::<String>());
    if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        fs::write(&path, &expected).unwrap();
    } else {
        assert_eq!(text, expected, "run it with UPDATE_DOCS=1");
    }
    let listed: BTreeSet<PathBuf> = links(&expected).into_iter().map(PathBuf::from).collect();
    let mut present = pages(&book());
    present.remove(Path::new("SUMMARY.md"));
    let differ: Vec<_> = listed.symmetric_difference(&present).collect();
    assert!(differ.is_empty(), "listed and not there, or there and not listed: {differ:?}");
}

/// Sources in which codes are written down.
const SOURCES: [&str; 5] = [
    "migsafe-core/src/store/error.rs",
    "migsafe-core/src/migrations/error.rs",
    "migsafe-core/src/engine",
    "migsafe-core/src/verify/error.rs",
    "migsafe-cli/src",
];

/// The codes: texts of lower-case words with hyphens in the places where a code is given.
fn codes(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or(source);
    let source = source.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_code =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    let words: Vec<&str> = source.split('"').collect();
    let mut found = BTreeSet::new();
    // Every piece between two quotes, with what stands before it; which pieces are texts need not be known.
    for pair in words.windows(2) {
        let &[before, text] = pair else { continue };
        let before = before.trim_end();
        let places = [
            "=>",
            "=> (",
            "=> {",
            "=> { (",
            "refuse(",
            "stopped(",
            "Failure::new(",
            "Problem::new(",
        ];
        let gives_a_code = places.iter().any(|place| before.ends_with(place));
        if gives_a_code && is_code(text) {
            found.insert(text.to_owned());
        }
    }
    found
}

/// The codes of a file, or of all files of a folder.
fn codes_below(path: &Path) -> BTreeSet<String> {
    if path.is_file() {
        return codes(&fs::read_to_string(path).unwrap());
    }
    let entries = fs::read_dir(path).unwrap().map(Result::unwrap);
    entries.flat_map(|entry| codes_below(&entry.path())).collect()
}

#[test]
fn every_error_code_is_explained() {
    let chapter = fs::read_to_string(book().join("errors.md")).unwrap();
    let found: BTreeSet<String> =
        SOURCES.iter().flat_map(|path| codes_below(&root().join(path))).collect();
    // The scan itself is checked: codes of every kind are among those found.
    for known in
        ["invalid-url", "not-embeddable", "not-up-to-date", "cancelled", "not-failed", "declined"]
    {
        assert!(found.contains(known), "{known} is not found: {found:?}");
    }
    // Names of actions in the audit, not codes.
    let no_codes = ["resolve-applied", "resolve-rolled-back"];
    let missing: Vec<&String> = found
        .iter()
        .filter(|code| {
            !no_codes.contains(&code.as_str()) && !chapter.contains(&format!("| `{code}` |"))
        })
        .collect();
    assert!(missing.is_empty(), "docs/src/errors.md does not explain {missing:?}");
}
