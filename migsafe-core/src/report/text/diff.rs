//! The difference of two schemas.

use std::collections::BTreeMap;

use super::page::Page;
use super::{safe, values};
use crate::report::style::Paint;
use crate::report::{Comparison, Style};
use crate::schema::diff::{Change, ChangeKind, IgnoreRule};
use crate::schema::{Attribute, ChangeScript, Diff, Object, ObjectKey, Value};

/// What leads from one schema to the other: `+` only there, `-` only here, `~` different. Parts of a relation that
/// is added or removed as a whole are counted, not listed, unless the style shows all.
#[must_use]
pub fn diff(comparison: &Comparison, style: Style) -> String {
    let mut page = Page::new(style);
    let (from, to) = (safe::line(comparison.from(), 200), safe::line(comparison.to(), 200));
    page.fields("", &[("from", from), ("to", to)]);
    page.blank();
    body(&mut page, comparison);
    if !comparison.diff().is_empty() {
        page.blank();
        scripts(
            &mut page,
            &[("forward", comparison.forward()), ("backward", comparison.backward())],
        );
    }
    page.finish()
}

/// What a comparison has found, from the first change to the summary.
pub(super) fn body(page: &mut Page, comparison: &Comparison) {
    let diff = comparison.diff();
    changes(page, diff);
    rules(page, diff);
    page.blank();
    for note in comparison.notes() {
        page.line(format!("Note: {}.", safe::line(note, 400)));
    }
    page.line(summary(diff));
}

/// What the SQL of both directions would do, in a line each, and what it leaves to a person.
pub(super) fn scripts(page: &mut Page, scripts: &[(&str, &ChangeScript)]) {
    let fields: Vec<(&str, String)> = scripts
        .iter()
        .map(|(name, script)| {
            let statements = values::count(script.steps().len(), "statement");
            let more = |count: usize, what: &str| match count {
                0 => String::new(),
                count => format!(", {count} {what}"),
            };
            let destructive = more(script.destructive(), "destructive");
            let manual = more(script.manual().len(), "by hand");
            (*name, format!("{statements}{destructive}{manual}"))
        })
        .collect();
    page.fields("", &fields);
    for (name, script) in scripts {
        for manual in script.manual() {
            page.line(format!(
                "{name} by hand: {}: {}",
                manual.change(),
                safe::line(manual.what_to_do(), 400)
            ));
        }
    }
}

fn changes(page: &mut Page, diff: &Diff) {
    // A table and a view may take turns under one name, so that one is not enough.
    let is_whole =
        |change: &&Change| change.attribute().is_none() && change.object().kind().has_parts();
    let name = |key: &ObjectKey| {
        let name = key.parent().unwrap_or(key.name());
        (key.schema().map(str::to_owned), name.to_owned())
    };
    let mut wholes: BTreeMap<_, Vec<&Change>> = BTreeMap::new();
    for whole in diff.changes().iter().filter(is_whole) {
        wholes.entry(name(whole.object())).or_default().push(whole);
    }
    let mut last: Option<&ObjectKey> = None;
    for change in diff.changes() {
        let of_name = wholes.get(&name(change.object()));
        let is_folded =
            of_name.is_some_and(|wholes| wholes.iter().any(|whole| change.is_part_of(whole)));
        if is_folded && !page.style().shows_all() {
            continue;
        }
        match change.kind() {
            ChangeKind::Added(object) | ChangeKind::Removed(object) => {
                let is_added = matches!(change.kind(), ChangeKind::Added(_));
                let (sign, paint) = if is_added { ("+", Paint::Good) } else { ("-", Paint::Bad) };
                let parts = diff.changes().iter().filter(|part| part.is_part_of(change));
                let about = about(object, parts.map(Change::object));
                page.line(page.paint(paint, &format!("{sign} {}", change.object())) + &about);
            }
            ChangeKind::Changed { attribute, before, after } => {
                if last != Some(change.object()) {
                    page.line(page.paint(Paint::Doubtful, &format!("~ {}", change.object())));
                }
                values_of(page, *attribute, before.as_ref(), after.as_ref());
            }
        }
        if let Some(loss) = change.loss() {
            page.line(page.paint(Paint::Bad, &format!("    destructive: {loss}")));
        }
        last = Some(change.object());
    }
}

/// What is worth saying of an object as a whole.
fn about<'a>(object: &Object, parts: impl Iterator<Item = &'a ObjectKey>) -> String {
    const TOLD: [Attribute; 5] = [
        Attribute::Type,
        Attribute::NotNull,
        Attribute::Definition,
        Attribute::Keys,
        Attribute::Labels,
    ];
    let told = TOLD.iter().filter_map(|attribute| match object.get(*attribute)? {
        Value::Flag(_) => Some(attribute.to_string()),
        value => Some(safe::line(&value.to_string(), 80)),
    });
    let mut told: Vec<String> = told.collect();
    let mut kinds: Vec<(crate::schema::Kind, usize)> = Vec::new();
    for part in parts {
        match kinds.iter_mut().find(|(kind, _)| *kind == part.kind()) {
            Some((_, count)) => *count += 1,
            None => kinds.push((part.kind(), 1)),
        }
    }
    told.extend(kinds.iter().map(|(kind, count)| match (kind, count) {
        (crate::schema::Kind::Index, 2..) => format!("{count} indexes"),
        (crate::schema::Kind::Policy, 2..) => format!("{count} policies"),
        _ => values::count(*count, &kind.to_string()),
    }));
    if told.is_empty() { String::new() } else { format!("  {}", told.join(", ")) }
}

/// Both values: in one line if they are short, else the lines and entries in which they differ.
fn values_of(page: &mut Page, attribute: Attribute, before: Option<&Value>, after: Option<&Value>) {
    let is_long = |value: Option<&Value>| match value {
        Some(Value::Text(text)) => text.trim().contains('\n') || text.chars().count() > 60,
        Some(Value::List(list)) => {
            list.iter().map(|entry| entry.chars().count() + 2).sum::<usize>() > 60
        }
        _ => false,
    };
    if !is_long(before) && !is_long(after) {
        let flags = matches!(before.or(after), Some(Value::Flag(_)));
        let shown = |value: Option<&Value>| match value {
            Some(value) => value.to_string(),
            None if flags => "no".to_owned(),
            None => "none".to_owned(),
        };
        page.line(format!("    {attribute}: {} → {}", shown(before), shown(after)));
        return;
    }
    page.line(format!("    {attribute}:"));
    let (before, after) = (lines(before), lines(after));
    let start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let tail = |list: &[String]| list.iter().skip(start).rev().cloned().collect::<Vec<_>>();
    let end = tail(&before).iter().zip(tail(&after)).take_while(|(a, b)| **a == *b).count();
    let differing = |list: &[String]| -> Vec<String> {
        let count = list.len().saturating_sub(start + end);
        list.iter().skip(start).take(count).cloned().collect()
    };
    if start > 0 {
        page.line("      …");
    }
    for (sign, paint, lines) in
        [("-", Paint::Bad, differing(&before)), ("+", Paint::Good, differing(&after))]
    {
        for line in lines {
            page.line(format!("      {}", page.paint(paint, &format!("{sign} {line}"))));
        }
    }
    if end > 0 {
        page.line("      …");
    }
}

/// A value as lines without anything that steers a terminal.
fn lines(value: Option<&Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::List(list)) => list.iter().map(|entry| safe::line(entry, 200)).collect(),
        Some(Value::Text(text)) => safe::message(text).lines().map(str::to_owned).collect(),
        Some(value) => vec![value.to_string()],
    }
}

/// What rules hide, and which rules need somebody.
fn rules(page: &mut Page, diff: &Diff) {
    let told = |rule: &IgnoreRule| {
        let until = rule.expires().map_or(String::new(), |day| format!(", until {day}"));
        let (pattern, owner) = (safe::line(rule.pattern(), 100), safe::line(rule.owner(), 60));
        format!("`{pattern}` ({owner}{until}: {})", safe::line(rule.reason(), 120))
    };
    page.blank();
    for ignored in diff.ignored() {
        page.line(format!("ignored: {} by {}", ignored.change, told(&ignored.rule)));
    }
    for rule in diff.expired_rules() {
        page.line(page.paint(Paint::Doubtful, &format!("expired: rule {}", told(rule))));
    }
    for rule in diff.unused_rules() {
        page.line(format!("unused: rule {}", told(rule)));
    }
    if page.style().shows_all() {
        page.blank();
        for one in diff.tolerated() {
            let what = one.attribute.map_or("name".to_owned(), |attribute| attribute.to_string());
            page.line(format!("equal: {}: {what}: {}", one.object, one.tolerance.why()));
        }
    } else if !diff.tolerated().is_empty() {
        let count = values::count(diff.tolerated().len(), "difference");
        page.line(format!("{count} in the text only, not in the meaning."));
    }
}

fn summary(diff: &Diff) -> String {
    if diff.is_empty() {
        return "No difference.".to_owned();
    }
    let (added, removed, changed) = diff.counts();
    let destructive = match diff.destructive() {
        0 => String::new(),
        count => format!("; {count} destructive"),
    };
    format!("{added} added, {removed} removed, {changed} changed{destructive}.")
}
