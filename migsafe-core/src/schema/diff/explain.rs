//! Why one object is called equal or different.

use std::fmt;

use super::change::shown;
use super::compare::{attributes, is_same_order};
use super::{Change, Diff, Tolerance};
use crate::schema::{Attribute, ObjectKey, Snapshot, Value};

/// What was found about one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Judgement {
    /// Both say the same.
    Same(Value),
    /// The texts differ, the meaning does not.
    Tolerated {
        /// What the first says.
        before: Option<Value>,
        /// What the second says.
        after: Option<Value>,
        /// Why that is no change.
        tolerance: Tolerance,
    },
    /// They differ, and a rule hides it: its pattern.
    Ignored(Change, String),
    /// They differ.
    Different(Change),
    /// Only one side was read with it.
    NotCompared,
}

/// Why one object is called equal or different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    object: ObjectKey,
    whole: Vec<String>,
    attributes: Vec<(Attribute, Judgement)>,
}

/// Says why an object is called equal or different, from what a comparison of the two snapshots found.
#[must_use]
pub fn explain(key: &ObjectKey, from: &Snapshot, to: &Snapshot, found: &Diff) -> Explanation {
    let mut whole = Vec::new();
    for change in found.changes().iter().filter(|c| c.object() == key && c.attribute().is_none()) {
        whole.push(format!("different: {change}"));
    }
    for ignored in found.ignored().iter().filter(|i| i.change.object() == key) {
        if ignored.change.attribute().is_none() {
            let (change, pattern) = (&ignored.change, ignored.rule.pattern());
            whole.push(format!("ignored by `{pattern}`: {change}"));
        }
    }
    for tolerated in found.tolerated() {
        if tolerated.attribute.is_none()
            && [&tolerated.object, &tolerated.counterpart].contains(&key)
        {
            whole.push(format!(
                "equal: {} is {}: {}",
                tolerated.object,
                tolerated.counterpart,
                tolerated.tolerance.why()
            ));
        }
    }
    let judged = match (from.get(key), to.get(key)) {
        (Some(before), Some(after)) if whole.is_empty() => attributes(before, after)
            .into_iter()
            .filter(|attribute| {
                let (left, right) = (before.get(*attribute), after.get(*attribute));
                left == right || *attribute != Attribute::ColumnOrder || !is_same_order(left, right)
            })
            .map(|attribute| {
                let same = before.get(attribute).filter(|v| Some(*v) == after.get(attribute));
                (
                    attribute,
                    same.map_or_else(
                        || judge(key, attribute, found),
                        |v| Judgement::Same(v.clone()),
                    ),
                )
            })
            .collect(),
        (None, None) => {
            whole.push("neither side has it".to_owned());
            Vec::new()
        }
        _ => Vec::new(),
    };
    Explanation { object: key.clone(), whole, attributes: judged }
}

fn judge(key: &ObjectKey, attribute: Attribute, found: &Diff) -> Judgement {
    let is_it = |change: &Change| change.object() == key && change.attribute() == Some(attribute);
    if let Some(change) = found.changes().iter().find(|change| is_it(change)) {
        return Judgement::Different(change.clone());
    }
    if let Some(ignored) = found.ignored().iter().find(|ignored| is_it(&ignored.change)) {
        return Judgement::Ignored(ignored.change.clone(), ignored.rule.pattern().to_owned());
    }
    let tolerated =
        found.tolerated().iter().find(|t| t.object == *key && t.attribute == Some(attribute));
    match tolerated.cloned() {
        Some(t) => {
            Judgement::Tolerated { before: t.before, after: t.after, tolerance: t.tolerance }
        }
        None => Judgement::NotCompared,
    }
}

impl Explanation {
    /// The object.
    #[must_use]
    pub fn object(&self) -> &ObjectKey {
        &self.object
    }

    /// What was found about each attribute, when both sides have the object.
    #[must_use]
    pub fn attributes(&self) -> &[(Attribute, Judgement)] {
        &self.attributes
    }
}

/// For people, a line for the object and one for each attribute.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.object)?;
        for line in &self.whole {
            writeln!(f, "  {line}")?;
        }
        for (attribute, judgement) in &self.attributes {
            match judgement {
                Judgement::Same(value) => writeln!(f, "  equal: {attribute}: {value}")?,
                Judgement::Tolerated { before, after, tolerance } => {
                    let (b, a) = (shown(before.as_ref(), after), shown(after.as_ref(), before));
                    writeln!(f, "  equal: {attribute}: {b} and {a}: {}", tolerance.why())?;
                }
                Judgement::Ignored(change, pattern) => {
                    writeln!(f, "  ignored by `{pattern}`: {change}")?;
                }
                Judgement::Different(change) => writeln!(f, "  different: {change}")?,
                Judgement::NotCompared => {
                    writeln!(f, "  not compared: {attribute}: only one side was read with it")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::schema::{DiffOptions, Kind, Object, ServerVersion, diff};

    #[test]
    fn every_attribute_gets_its_reason() {
        let key = || ObjectKey::within(Kind::Column, Some("app"), "t", "c");
        let side = |default: &str, ty: &str| {
            let column = Object::new(key())
                .text(Attribute::Type, ty)
                .flag(Attribute::NotNull)
                .text(Attribute::Default, default);
            Snapshot::new(Dialect::Postgres, ServerVersion::new(15, "")).with(column)
        };
        let (from, to) = (side("'a'::text", "text"), side("'a'::character varying", "citext"));
        let found = diff(&from, &to, &DiffOptions::default()).unwrap();
        assert_eq!(
            explain(&key(), &from, &to, &found).to_string(),
            "column app.t.c\n  \
             different: changed column app.t.c: type: text → citext\n  \
             equal: not null: yes\n  \
             equal: default: 'a'::text and 'a'::character varying: the same literal, cast to another text \
             type before it is stored\n"
        );
        let nothing = ObjectKey::new(Kind::Table, None, "x");
        assert!(explain(&nothing, &from, &to, &found).to_string().contains("neither side"));
    }
}
