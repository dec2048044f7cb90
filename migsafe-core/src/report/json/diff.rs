//! The difference of two schemas.

use std::collections::BTreeMap;

use serde::Serialize;

use super::document::document;
use crate::Dialect;
use crate::schema::diff::{Change, ChangeKind, IgnoreRule, Tolerated};
use crate::schema::{Attribute, Diff, ObjectKey, ServerVersion, Value};

/// The document of `diff`. `from` and `to` are the names of the two sides.
#[must_use]
pub fn diff(diff: &Diff, from: &str, to: &str) -> String {
    let (added, removed, changed) = diff.counts();
    let servers = diff.servers();
    let body = DiffBody {
        different: !diff.is_empty(),
        dialect: diff.dialect(),
        from: SideBody { name: from, server: servers.0 },
        to: SideBody { name: to, server: servers.1 },
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
        limits: diff.limits(),
    };
    document("diff", body)
}

#[derive(Serialize)]
struct DiffBody<'a> {
    different: bool,
    dialect: Dialect,
    from: SideBody<'a>,
    to: SideBody<'a>,
    summary: SummaryBody,
    changes: Vec<ChangeBody<'a>>,
    tolerated: Vec<ToleratedBody<'a>>,
    ignored: Vec<ChangeBody<'a>>,
    expired_rules: &'a [IgnoreRule],
    unused_rules: &'a [IgnoreRule],
    limits: &'a [String],
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
