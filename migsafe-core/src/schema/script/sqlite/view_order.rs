//! Views in an order in which each stands behind those that it reads.

use std::collections::BTreeSet;

use super::words::mentions;
use crate::schema::{Attribute, Object};

/// The views with those that others read first; those that read each other, which is possible but never works, as
/// they came.
pub(super) fn in_order<'a>(views: &[&'a Object]) -> Vec<&'a Object> {
    let reads = |one: &Object, other: &Object| {
        let definition = one.get_text(Attribute::Definition).unwrap_or_default();
        one != other && mentions(definition, other.key().name())
    };
    let needs: Vec<Vec<usize>> = views
        .iter()
        .map(|one| {
            (0..views.len()).filter(|at| views.get(*at).is_some_and(|o| reads(one, o))).collect()
        })
        .collect();
    let mut ordered = Vec::new();
    let mut done: BTreeSet<usize> = BTreeSet::new();
    while done.len() < views.len() {
        let open = || (0..views.len()).filter(|at| !done.contains(at));
        let is_ready =
            |at: &usize| needs.get(*at).is_some_and(|n| n.iter().all(|v| done.contains(v)));
        let Some(next) = open().find(is_ready).or_else(|| open().next()) else { break };
        done.insert(next);
        ordered.extend(views.get(next).copied());
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Kind, ObjectKey};

    #[test]
    fn what_is_read_comes_first() {
        let view = |name: &str, definition: &str| {
            Object::new(ObjectKey::new(Kind::View, None, name))
                .text(Attribute::Definition, definition)
        };
        let views = [
            view("a", "AS SELECT * FROM c"),
            view("b", "AS SELECT 1"),
            view("c", "AS SELECT * FROM \"B\", t"),
            view("x", "AS SELECT * FROM y"),
            view("y", "AS SELECT * FROM x"),
        ];
        let views: Vec<&Object> = views.iter().collect();
        let names: Vec<&str> = in_order(&views).iter().map(|view| view.key().name()).collect();
        assert_eq!(names, ["b", "c", "a", "x", "y"]);
    }
}
