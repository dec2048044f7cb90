//! Constraints and indexes whose names PostgreSQL chose.
//!
//! Where a name is taken, PostgreSQL puts a number behind it (`t_check`, `t_check1`), so that which of two
//! unnamed constraints gets which name depends on the order in which they were made.

use std::collections::BTreeMap;

use crate::schema::{Attribute, Kind, Object, ObjectKey, Value};

/// Objects of the first side with the equal object of the second side, where only the number at the end of a name
/// that PostgreSQL chose differs.
pub(super) fn pairs<'a>(
    left: &BTreeMap<&'a ObjectKey, &'a Object>,
    right: &BTreeMap<&'a ObjectKey, &'a Object>,
) -> Vec<(&'a ObjectKey, &'a ObjectKey)> {
    let mut groups: BTreeMap<Signature<'a>, (Vec<&ObjectKey>, Vec<&ObjectKey>)> = BTreeMap::new();
    for (key, object) in left {
        if let Some(signature) = signature(object).filter(|_| right.get(key) != Some(object)) {
            groups.entry(signature).or_default().0.push(key);
        }
    }
    for (key, object) in right {
        if let Some(signature) = signature(object).filter(|_| left.get(key) != Some(object)) {
            groups.entry(signature).or_default().1.push(key);
        }
    }
    groups.into_values().flat_map(|(left, right)| left.into_iter().zip(right)).collect()
}

/// All that two objects have to share.
type Signature<'a> = (Kind, Option<&'a str>, &'a str, &'a str, &'a BTreeMap<Attribute, Value>);

/// `None` for an object whose name somebody chose.
fn signature(object: &Object) -> Option<Signature<'_>> {
    const SUFFIXES: [&str; 6] = ["_check", "_key", "_pkey", "_fkey", "_excl", "_idx"];
    let key = object.key();
    if !matches!(key.kind(), Kind::Constraint | Kind::Index) {
        return None;
    }
    let parent = key.parent()?;
    let stem = key.name().trim_end_matches(|c: char| c.is_ascii_digit());
    let is_generated =
        stem.starts_with(parent) && SUFFIXES.iter().any(|suffix| stem.ends_with(suffix));
    is_generated.then_some((key.kind(), key.schema(), parent, stem, object.attributes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::schema::{DiffOptions, ServerVersion, Snapshot, diff};

    fn side(checks: &[(&str, &str)]) -> Snapshot {
        let server = ServerVersion::new(15, "15");
        checks.iter().fold(Snapshot::new(Dialect::Postgres, server), |snapshot, (name, check)| {
            let key = ObjectKey::within(Kind::Constraint, Some("s"), "t", *name);
            snapshot.with(Object::new(key).text(Attribute::Definition, *check))
        })
    }

    /// How many changes and how many tolerated names, both ways.
    fn of(left: &[(&str, &str)], right: &[(&str, &str)]) -> (usize, usize) {
        let (left, right) = (side(left), side(right));
        let found = diff(&left, &right, &DiffOptions::default()).unwrap();
        let back = diff(&right, &left, &DiffOptions::default()).unwrap();
        assert_eq!(found.inverted(), back);
        (found.changes().len(), found.tolerated().len())
    }

    #[test]
    fn numbers_at_the_end_of_generated_names_do_not_count() {
        let (a, b) = ([("t_check", "A"), ("t_check1", "B")], [("t_check", "B"), ("t_check1", "A")]);
        assert_eq!(of(&a, &b), (0, 2));
        assert_eq!(of(&[("t_a_check", "A")], &[("t_a_check7", "A")]), (0, 1));
    }

    #[test]
    fn names_that_somebody_chose_count() {
        assert_eq!(of(&[("mine", "A")], &[("mine1", "A")]), (2, 0));
        assert_eq!(of(&[("t_a_check", "A")], &[("t_b_check", "A")]), (2, 0));
        assert_eq!(of(&[("u_check", "A")], &[("u_check1", "A")]), (2, 0));
        assert_eq!(of(&[("t_check", "A")], &[("t_check", "B")]), (1, 0));
        let (a, b) = ([("t_check", "A"), ("t_check1", "B")], [("t_check", "B")]);
        assert_eq!(of(&a, &b), (1, 1), "only A is gone");
    }
}
