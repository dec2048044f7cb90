//! Whether a statement runs what nobody can foresee.

use super::graph::{ANY_TABLE, Level, Tainted};
use super::learn::Opaque;
use super::mention::{Form, Mentions};
use super::names::{key, written};
use crate::sql::{Action, ActionKind, Nesting, ObjectKind, Statement};

impl Opaque {
    /// That a statement would run something of it: why, a fragment that names what it comes through. What the
    /// statement itself makes has to be learnt before.
    pub(in crate::shadow) fn runs_in(&self, statement: &Statement, script: &str) -> Option<String> {
        if let Some((what, root)) = &self.graph.events {
            return Some(format!("{what} leads to {root}"));
        }
        let actions = statement.actions();
        let is_event_trigger = |action: &Action| {
            matches!(action.kind, ActionKind::CreateOther { kind: ObjectKind::EventTrigger, .. })
        };
        // It fires for every statement that follows.
        if self.has_routine && actions.iter().any(is_event_trigger) {
            return Some("the event trigger may run SQL that is not known".to_owned());
        }
        let (inert, computes): (Vec<&Action>, Vec<&Action>) =
            actions.iter().partition(|action| self.is_inert(action, script));
        if computes.is_empty() {
            return None;
        }
        let deep = statement.verb() == "DO"
            || actions.iter().any(|action| action.nesting == Nesting::DoBlock);
        let mentions = self.mentions(&without(script, statement, &inert), deep);
        if let Some(function) = &mentions.reaches {
            return Some(format!(
                "the function {function} reaches out of the database, or runs SQL that it is given"
            ));
        }
        if let Some((what, root)) = &self.graph.everything {
            return Some(format!("{what}, which it may use, leads to {root}"));
        }
        // What the statement makes or alters says less than what it makes it of.
        let own: Vec<String> =
            actions.iter().filter_map(|one| one.kind.subject()).map(key).collect();
        let made_of = self.used(&mentions, &own);
        if let Some((name, tainted)) = made_of.or_else(|| self.used(&mentions, &[])) {
            let verb = if tainted.form == Form::ANY { "uses" } else { "calls" };
            return Some(said(&format!("it {verb}"), name, tainted));
        }
        computes.iter().find_map(|action| self.rows_of(action).or_else(|| self.all_of(action)))
    }

    /// The first thing among some that must not be used, but for those of `own`.
    pub(super) fn used(&self, mentions: &Mentions, own: &[String]) -> Option<(&str, &Tainted)> {
        self.graph.first(|name, tainted| {
            !own.iter().any(|one| one == name)
                && tainted.level == Level::Used
                && mentions.form(name).meets(tainted.form)
        })
    }

    /// That it writes rows where a trigger or a rule waits for them.
    fn rows_of(&self, action: &Action) -> Option<String> {
        let (table, changes) = written(action)?;
        let (name, tainted) = self.graph.first(|name, tainted| {
            (table == name || table == ANY_TABLE && tainted.form == Form::ANY)
                && (changes || tainted.level >= Level::Written)
        })?;
        Some(said("it writes rows of", name, tainted))
    }

    /// That it goes through all tables.
    fn all_of(&self, action: &Action) -> Option<String> {
        let all = match &action.kind {
            ActionKind::Analyze { tables } | ActionKind::Vacuum { tables, .. } => tables.is_empty(),
            ActionKind::Cluster { table } => table.is_none(),
            ActionKind::Reindex { kind, .. } => {
                !matches!(kind, ObjectKind::Table | ObjectKind::Index)
            }
            _ => false,
        };
        let (name, tainted) = self.graph.first(|name, tainted| {
            all && tainted.level == Level::Used && self.relations.contains(name)
        })?;
        Some(said("it goes through", name, tainted))
    }
}

fn said(how: &str, name: &str, tainted: &Tainted) -> String {
    let root = &tainted.root;
    match root.strip_prefix(name) {
        Some(rest) if rest.starts_with(',') => format!("{how} {root}"),
        _ => format!("{how} {name}, which leads to {root}"),
    }
}

/// The text of a statement without some of its actions.
fn without(script: &str, statement: &Statement, actions: &[&Action]) -> String {
    let whole = statement.range();
    let mut text = script.get(whole.clone()).unwrap_or_default().to_owned();
    for action in actions {
        let start = action.range.start.saturating_sub(whole.start);
        let end = action.range.end.saturating_sub(whole.start);
        if let Some(part) = text.get(start..end) {
            let blank = " ".repeat(part.len());
            text.replace_range(start..end, &blank);
        }
    }
    text
}
