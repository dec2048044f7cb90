//! The difference of two schemas.

use std::collections::BTreeMap;

use serde::Serialize;

use super::document::document;
use crate::Dialect;
use crate::report::Comparison;
use crate::schema::diff::{Change, ChangeKind, IgnoreRule, Tolerated};
use crate::schema::script::{ManualChange, ScriptStep};
use crate::schema::{Attribute, ChangeScript, ObjectKey, ServerVersion, Value};

/// The document of `diff`.
#[must_use]
pub fn diff(comparison: &Comparison) -> String {
    let servers = comparison.diff().servers();
    let body = Compared {
        from: SideBody { name: comparison.from(), server: servers.0 },
        to: SideBody { name: comparison.to(), server: servers.1 },
        found: DiffBody::of(comparison),
        forward: ScriptBody::of(comparison.forward()),
        backward: ScriptBody::of(comparison.backward()),
    };
    document("diff", body)
}

#[derive(Serialize)]
struct Compared<'a> {
    from: SideBody<'a>,
    to: SideBody<'a>,
    #[serde(flatten)]
    found: DiffBody<'a>,
    forward: ScriptBody<'a>,
    backward: ScriptBody<'a>,
}

/// What a comparison has found.
#[derive(Serialize)]
pub(super) struct DiffBody<'a> {
    different: bool,
    dialect: Dialect,
    summary: SummaryBody,
    changes: Vec<ChangeBody<'a>>,
    tolerated: Vec<ToleratedBody<'a>>,
    ignored: Vec<ChangeBody<'a>>,
    expired_rules: &'a [IgnoreRule],
    unused_rules: &'a [IgnoreRule],
    limits: Vec<&'a str>,
}

impl<'a> DiffBody<'a> {
    pub(super) fn of(comparison: &'a Comparison) -> Self {
        let diff = comparison.diff();
        let (added, removed, changed) = diff.counts();
        Self {
            different: !diff.is_empty(),
            dialect: diff.dialect(),
            summary: SummaryBody {
                added,
                removed,
                changed,
                destructive: diff.destructive(),
                tolerated: diff.tolerated().len(),
                ignored: diff.ignored().len(),
            },
            changes: diff.changes().iter().map(|change| ChangeBody::of(change, None)).collect(),
            tolerated: diff.tolerated().iter().map(ToleratedBody::of).collect(),
            ignored: diff
                .ignored()
                .iter()
                .map(|ignored| ChangeBody::of(&ignored.change, Some(&ignored.rule)))
                .collect(),
            expired_rules: diff.expired_rules(),
            unused_rules: diff.unused_rules(),
            limits: comparison.notes().collect(),
        }
    }
}

/// SQL from one schema to another.
#[derive(Serialize)]
pub(super) struct ScriptBody<'a> {
    /// Whether every change is carried out.
    complete: bool,
    sql: String,
    statements: Vec<StepBody<'a>>,
    manual: Vec<ManualBody<'a>>,
}

#[derive(Serialize)]
struct StepBody<'a> {
    sql: &'a str,
    object: &'a ObjectKey,
    destructive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    loss: Option<&'a str>,
}

#[derive(Serialize)]
struct ManualBody<'a> {
    #[serde(flatten)]
    change: ChangeBody<'a>,
    what_to_do: &'a str,
}

impl<'a> ScriptBody<'a> {
    pub(super) fn of(script: &'a ChangeScript) -> Self {
        let step = |step: &'a ScriptStep| StepBody {
            sql: step.sql(),
            object: step.object(),
            destructive: step.loss().is_some(),
            loss: step.loss(),
        };
        let manual = |manual: &'a ManualChange| ManualBody {
            change: ChangeBody::of(manual.change(), None),
            what_to_do: manual.what_to_do(),
        };
        Self {
            complete: script.is_complete(),
            sql: script.to_sql(),
            statements: script.steps().iter().map(step).collect(),
            manual: script.manual().iter().map(manual).collect(),
        }
    }
}

#[derive(Serialize)]
struct SideBody<'a> {
    name: &'a str,
    server: &'a ServerVersion,
}

#[derive(Serialize)]
struct SummaryBody {
    added: usize,
    removed: usize,
    changed: usize,
    destructive: usize,
    tolerated: usize,
    ignored: usize,
}

#[derive(Serialize)]
struct ChangeBody<'a> {
    change: &'static str,
    object: &'a ObjectKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a Value>,
    /// What the object is or was, when it was added or removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<&'a BTreeMap<Attribute, Value>>,
    destructive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    loss: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a IgnoreRule>,
}

impl<'a> ChangeBody<'a> {
    fn of(change: &'a Change, rule: Option<&'a IgnoreRule>) -> Self {
        let (attributes, before, after) = match change.kind() {
            ChangeKind::Added(object) | ChangeKind::Removed(object) => {
                (Some(object.attributes()), None, None)
            }
            ChangeKind::Changed { before, after, .. } => (None, before.as_ref(), after.as_ref()),
        };
        Self {
            change: change.verb(),
            object: change.object(),
            attribute: change.attribute(),
            before,
            after,
            attributes,
            destructive: change.is_destructive(),
            loss: change.loss(),
            rule,
        }
    }
}

#[derive(Serialize)]
struct ToleratedBody<'a> {
    tolerance: &'static str,
    why: &'static str,
    object: &'a ObjectKey,
    counterpart: &'a ObjectKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    attribute: Option<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a Value>,
}

impl<'a> ToleratedBody<'a> {
    fn of(tolerated: &'a Tolerated) -> Self {
        Self {
            tolerance: tolerated.tolerance.name(),
            why: tolerated.tolerance.why(),
            object: &tolerated.object,
            counterpart: &tolerated.counterpart,
            attribute: tolerated.attribute,
            before: tolerated.before.as_ref(),
            after: tolerated.after.as_ref(),
        }
    }
}
