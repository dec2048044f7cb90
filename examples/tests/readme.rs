//! What the README shows is what the program prints.

use migsafe_core::report::{Style, text};
use migsafe_sqlite::{Migrations, Options, SqliteStore, ensure_up_to_date};

/// Times and paths differ from run to run.
fn shape(text: &str) -> Vec<String> {
    let shape = |word: &str| match word {
        word if word.contains("shop.db") => "DATABASE".to_owned(),
        word if word.parse::<f64>().is_ok() => "N".to_owned(),
        word => word.to_owned(),
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            line.split(' ').map(shape).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[tokio::test]
async fn the_output_in_the_readme_is_real() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("shop.db").display());
    let migrations =
        Migrations::from_directory(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap();
    let mut expected = vec![format!("{} migrations are compiled in.", migrations.len())];
    for start in ["First start", "Second start"] {
        let store = SqliteStore::open(&url).unwrap();
        let report = ensure_up_to_date(&store, &migrations, Options::default()).await.unwrap();
        expected.push(format!("--- {start}: 1.0 ms"));
        expected.push(text::deploy(&report, Style::plain()));
    }
    let readme = include_str!("../../README.md");
    let shown = readme.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(shape(shown), shape(&expected.join("\n")));
}
