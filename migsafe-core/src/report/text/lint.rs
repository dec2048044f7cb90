//! What linting gave, as a compiler says it.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::findings::suggested;
use super::page::Page;
use super::secrets::Shown;
use super::snippet::Excerpt;
use super::{impact, safe, values};
use crate::policy::Severity;
use crate::report::style::Paint;
use crate::report::{LintFinding, LintReport, LintSummary, Style};

/// Every finding with the SQL that it is about, then how many there are.
#[must_use]
pub fn lint(report: &LintReport, style: Style) -> String {
    let mut page = Page::new(style);
    let renderer = if style.is_coloured() { Renderer::styled() } else { Renderer::plain() };
    let mut shown = Shown::default();
    for found in report.findings() {
        for line in rendered(&renderer, report, found, &mut shown).lines() {
            page.line(line);
        }
        if let Some(suggestion) = &found.finding().suggestion {
            suggested(&mut page, suggestion);
        }
        page.blank();
    }
    quiet(&mut page, report);
    if let Some(locks) = report.locks() {
        page.blank();
        impact::preview(&mut page, locks);
    }
    page.blank();
    conclusion(&mut page, report);
    page.finish()
}

fn rendered<'a>(
    renderer: &Renderer,
    report: &'a LintReport,
    found: &'a LintFinding,
    shown: &mut Shown<'a>,
) -> String {
    let finding = found.finding();
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warn => Level::WARNING.with_name("warn"),
        Severity::Note | Severity::Off => Level::NOTE,
    };
    let title = level.primary_title(safe::message(&finding.message));
    let mut group = Group::with_title(title.id(safe::line(&finding.rule, 80)));
    let path = safe::name(found.path().unwrap_or_default());
    let text = report.file(found).and_then(|file| file.text()).map(|text| shown.of(text));
    let excerpt = text.zip(found.start()).and_then(|(text, start)| {
        Some((Excerpt::of(text, finding.location)?, number(start.line), number(start.column)))
    });
    // What is counted in a line that was cut, and what is true.
    let mut column = None;
    if let Some((excerpt, line, is)) = excerpt {
        let shown = excerpt.column();
        if shown != is {
            column = Some((format!("{path}:{line}:{shown}"), format!("{path}:{line}:{is}")));
        }
        group = group.element(snippet(excerpt, &path, line));
    } else if found.path().is_some() {
        group = group.element(origin(found, &path));
    }
    if !finding.help.is_empty() {
        group = group.element(Level::HELP.message(safe::message(&finding.help)));
    }
    let text = renderer.render(&[group]);
    match column {
        Some((shown, is)) => text.replacen(&shown, &is, 1),
        None => text,
    }
}

fn origin<'a>(found: &LintFinding, path: &'a str) -> Origin<'a> {
    let origin = Origin::path(path);
    match found.start() {
        Some(start) => origin.line(number(start.line)).char_column(number(start.column)),
        None => origin,
    }
}

fn snippet<'a>(excerpt: Excerpt, path: &'a str, line: usize) -> Snippet<'a, Annotation<'a>> {
    let mut mark = AnnotationKind::Primary.span(excerpt.marked);
    if excerpt.more > 0 {
        mark = mark.label(format!("and {}", values::count(excerpt.more, "more line")));
    }
    Snippet::source(excerpt.text).path(path).line_start(line).fold(false).annotation(mark)
}

fn number(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// What comments keep quiet, a line each: nothing that was found is lost.
fn quiet(page: &mut Page, report: &LintReport) {
    if report.suppressed().is_empty() {
        return;
    }
    let count = values::count(report.suppressed().len(), "finding");
    page.line(format!("{count} kept quiet by comments:"));
    for found in report.suppressed() {
        let Some(quiet) = found.suppression() else { continue };
        let finding = found.finding();
        let rule = safe::line(&finding.rule, 80);
        let path = safe::name(found.path().unwrap_or_default());
        let reason = safe::line(&quiet.reason, 200);
        let line = quiet.comment_line;
        page.line(format!("  - {}[{rule}]: {path}:{line}: {reason}", finding.severity));
    }
}

/// How many files and findings, and whether that is refused.
fn conclusion(page: &mut Page, report: &LintReport) {
    let summary = report.summary();
    if summary.files == 0 && report.findings().is_empty() {
        page.line("Nothing to lint.");
        return;
    }
    let files = values::count(summary.files, "file");
    let statements = values::count(summary.statements, "statement");
    page.line(format!("{} in {files} with {statements}", findings(&summary)));
    let causes = report.causes().count();
    if causes > 0 {
        let failing = report.failing_severity();
        let refused = page.paint(Paint::Bad, "Refused");
        let causes = values::count(causes, "finding");
        let environment = safe::line(report.environment(), 80);
        page.line(format!(
            "{refused}: {causes} of severity {failing} or above, for {environment}."
        ));
    } else {
        page.line(page.paint(Paint::Good, "Passed."));
    }
}

/// `2 errors, 1 warning`, or that there is nothing.
fn findings(summary: &LintSummary) -> String {
    let counts = [(summary.error, "error"), (summary.warn, "warning"), (summary.note, "note")];
    let found: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| values::count(count, noun))
        .collect();
    if found.is_empty() { "Nothing found".to_owned() } else { found.join(", ") }
}
