//! Rules.

use super::page::Page;
use crate::policy::{BuiltIn, Rule as _, Severity, Tier};
use crate::report::Style;
use crate::report::style::Paint;

/// The page of a rule: Markdown, with headings in bold where there are colours.
#[must_use]
pub fn rule(rule: &BuiltIn, style: Style) -> String {
    let mut page = Page::new(style);
    let mut in_block = false;
    for line in rule.documentation().lines() {
        let fence = line.starts_with("```");
        in_block ^= fence;
        let paint = match line {
            _ if fence || in_block => Paint::Open,
            line if line.starts_with('#') => Paint::Strong,
            _ => Paint::None,
        };
        page.line(page.paint(paint, line));
    }
    page.finish()
}

/// One line per rule: its id, its severity in production, what it detects.
#[must_use]
pub fn rules<'a>(rules: impl IntoIterator<Item = &'a BuiltIn>, style: Style) -> String {
    let mut page = Page::new(style);
    let rules: Vec<&BuiltIn> = rules.into_iter().collect();
    let width = rules.iter().map(|rule| rule.id().len()).max().unwrap_or_default();
    for rule in &rules {
        let severity = rule.default_severity(Tier::Production);
        let paint = match severity {
            Severity::Error => Paint::Bad,
            Severity::Warn => Paint::Doubtful,
            Severity::Note | Severity::Off => Paint::Open,
        };
        let severity = page.paint(paint, &format!("{severity:5}"));
        page.line(format!("{:width$}  {severity}  {}", rule.id(), rule.summary()));
    }
    page.blank();
    page.line("Severities are those of production. A rule's page: migsafe explain RULE");
    page.finish()
}
