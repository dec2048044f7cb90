//! Findings, gravest first.

use super::page::Page;
use super::{safe, values};
use crate::policy::{Finding, Location, Severity, Suggestion, Suppressed};
use crate::report::style::Paint;

/// How many migrations of one finding a folded list names.
const NAMED: usize = 5;

/// Each finding with its help. Findings of one rule that say the same of several migrations are
/// shown once, with the list of these.
pub(super) fn findings(page: &mut Page, findings: &[Finding]) {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let group = groups
            .iter_mut()
            .find(|group| group.first().is_some_and(|first| says_the_same(first, finding)));
        match group {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let mut above = None;
    for group in groups {
        let severity = group.first().map(|finding| finding.severity);
        if above.is_some_and(|above| above != severity) {
            page.blank();
        }
        above = Some(severity);
        match &group[..] {
            [] => {}
            [one] => single(page, one),
            [first, ..] => several(page, first, &group),
        }
    }
}

/// What comments in scripts keep quiet, a line each: nothing that was found is lost.
pub(super) fn suppressed(page: &mut Page, suppressed: &[Suppressed]) {
    if suppressed.is_empty() {
        return;
    }
    page.line(format!("{} kept quiet by comments:", values::count(suppressed.len(), "finding")));
    for one in suppressed {
        let subject = one.finding.migration.as_ref().map_or_else(String::new, |name| {
            format!("{}, line {}: ", safe::name(name.as_str()), one.comment_line)
        });
        let rule = safe::line(&one.finding.rule, 80);
        let reason = safe::line(&one.reason, 200);
        page.line(format!("  - {}[{rule}]: {subject}{reason}", one.finding.severity));
    }
}

fn says_the_same(a: &Finding, b: &Finding) -> bool {
    let bare = |f: &Finding| f.migration.is_some() && f.location == Location::default();
    bare(a)
        && bare(b)
        && (&a.rule, a.severity, &a.message, &a.help) == (&b.rule, b.severity, &b.message, &b.help)
}

fn single(page: &mut Page, finding: &Finding) {
    let subject = finding.migration.as_ref().map(|name| {
        let place = place(finding.location);
        format!("{}{place}: ", safe::name(name.as_str()))
    });
    let message = safe::message(&finding.message);
    headed(page, finding, &subject.unwrap_or_default(), &message);
    next(page, &finding.help);
    if let Some(suggestion) = &finding.suggestion {
        suggested(page, suggestion);
    }
}

/// The scripts to write instead, each a block that can be copied line by line.
pub(super) fn suggested(page: &mut Page, suggestion: &Suggestion) {
    let scripts = suggestion.scripts();
    for (number, script) in (1..).zip(scripts) {
        if scripts.len() == 1 {
            page.line("  as a migration:");
        } else {
            page.line(format!("  migration {number} of {}:", scripts.len()));
        }
        for line in script.lines() {
            page.line(format!("      {}", safe::message(line)));
        }
    }
}

fn several(page: &mut Page, first: &Finding, group: &[&Finding]) {
    let subject = format!("{}: ", values::count(group.len(), "migration"));
    headed(page, first, &subject, &safe::message(&first.message));
    let limit =
        if page.style().shows_all() || group.len() == NAMED + 1 { group.len() } else { NAMED };
    let names = group.iter().filter_map(|f| f.migration.as_ref());
    for name in names.take(limit) {
        page.line(format!("  - {}", safe::name(name.as_str())));
    }
    if let Some(hidden) = group.len().checked_sub(limit).filter(|hidden| *hidden > 0) {
        page.line(format!("  - and {hidden} more"));
    }
    next(page, &first.help);
}

fn headed(page: &mut Page, finding: &Finding, subject: &str, message: &str) {
    let paint = match finding.severity {
        Severity::Error => Paint::Bad,
        Severity::Warn => Paint::Doubtful,
        Severity::Note | Severity::Off => Paint::Open,
    };
    let rule = safe::line(&finding.rule, 80);
    let head = page.paint(paint, &format!("{}[{rule}]", finding.severity));
    let mut lines = message.lines();
    let first = lines.next().unwrap_or_default();
    page.line(format!("{head}: {subject}{first}"));
    for line in lines {
        page.line(format!("  {line}"));
    }
}

/// What to do next, under what happened.
pub(super) fn next(page: &mut Page, help: &str) {
    if !help.is_empty() {
        page.labelled("  next: ", &safe::message(help));
    }
}

/// `, statement 2, line 3, column 4`, as far as known.
pub(super) fn place(location: Location) -> String {
    let mut place = String::new();
    let parts = [
        ("statement", location.statement.map(|n| n.to_string())),
        ("line", location.line.map(|n| n.to_string())),
        ("column", location.column.map(|n| n.to_string())),
    ];
    for (label, number) in parts {
        if let Some(number) = number {
            place.extend([", ", label, " ", &number]);
        }
    }
    place
}
