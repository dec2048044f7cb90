//! The book's pages on rules are the doc comments of the rules' files; the page on coverage is a table of its own.
//!
//! `UPDATE_DOCS=1 cargo test -p migsafe-core --test rule_pages` writes them.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads and writes the book"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use migsafe_core::policy::{Rule as _, Tier, built_in_rules};

#[path = "support/rule_coverage.rs"]
mod rule_coverage;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/rules")
}

/// Every page by its file name.
fn pages() -> BTreeMap<String, String> {
    let mut index = String::from(
        "# Rules\n\n\
         | rule | what it detects | development | staging | production |\n\
         |---|---|---|---|---|\n",
    );
    let mut pages = BTreeMap::new();
    let mut rules: Vec<_> = built_in_rules().collect();
    rules.sort_by_key(|rule| rule.id());
    for rule in rules {
        let id = rule.id();
        let [development, staging, production] =
            [Tier::Development, Tier::Staging, Tier::Production]
                .map(|tier| rule.default_severity(tier));
        let summary = rule.summary();
        let cells = format!("{summary} | {development} | {staging} | {production}");
        index.extend(["| [`", &id, "`](", &id, ".md) | ", &cells, " |\n"]);
        pages.insert(format!("{id}.md"), rule.documentation());
    }
    pages.insert("README.md".to_owned(), index);
    pages
}

/// Every page that the book has, by its file name.
fn found(folder: &Path) -> BTreeMap<String, String> {
    let pages = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    pages
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn docs() {
    let pages = pages();
    let folder = folder();
    if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        fs::create_dir_all(&folder).unwrap();
        for name in found(&folder).keys().filter(|name| !pages.contains_key(*name)) {
            fs::remove_file(folder.join(name)).unwrap();
        }
        for (name, page) in &pages {
            fs::write(folder.join(name), page).unwrap();
        }
        fs::write(folder.join("../rule-coverage.md"), rule_coverage::page()).unwrap();
    }
    let coverage = fs::read_to_string(folder.join("../rule-coverage.md")).unwrap();
    assert_eq!(coverage, rule_coverage::page(), "run it with UPDATE_DOCS=1");
    let found = found(&folder);
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&pages), "run it with UPDATE_DOCS=1");
    for (name, page) in &pages {
        assert_eq!(&found[name], page, "{name}: run it with UPDATE_DOCS=1");
    }
}
