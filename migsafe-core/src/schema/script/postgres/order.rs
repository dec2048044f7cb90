//! The order of operations.

use std::collections::{BTreeMap, BTreeSet};

use super::fates::Fates;
use super::kinds::{column, constraint, index};
use super::names;
use super::operation::{Operation, Phase};
use super::sides::{Sides, kept_parents, parents_of};
use crate::schema::{Attribute, Kind, Object, ObjectKey};

/// Puts operations in an order in which each finds what it needs, and nothing that it would break. Where that leaves
/// a choice, drops come first, and kinds have an order of their own.
pub(super) fn sort(sides: &Sides<'_>, fates: &Fates, operations: Vec<Operation>) -> Vec<Operation> {
    let mut graph = Graph::new(&operations);
    graph.same_object();
    graph.let_go(sides, fates);
    graph.take_hold(sides);
    graph.containment(sides);
    graph.names(&operations);
    graph.copies(sides);
    graph.sequences(sides, &operations);
    graph.walk(operations)
}

type Node = (ObjectKey, Phase);

struct Graph {
    nodes: BTreeMap<Node, usize>,
    /// Per operation, those that come after it.
    later: Vec<BTreeSet<usize>>,
}

impl Graph {
    fn new(operations: &[Operation]) -> Self {
        let nodes = operations
            .iter()
            .enumerate()
            .map(|(index, operation)| ((operation.key.clone(), operation.phase), index))
            .collect();
        Self { nodes, later: vec![BTreeSet::new(); operations.len()] }
    }

    fn node(&self, key: &ObjectKey, phase: Phase) -> Option<usize> {
        self.nodes.get(&(key.clone(), phase)).copied()
    }

    /// The operation that drops or makes an object: its own, or that of what it is a part of.
    fn with_whole(&self, sides: &Sides<'_>, key: &ObjectKey, phase: Phase) -> Option<usize> {
        self.node(key, phase).or_else(|| {
            let whole = match phase {
                Phase::Drop => sides.parent_before(key),
                _ => sides.parent_after(key),
            };
            self.node(&whole?, phase)
        })
    }

    fn before(&mut self, first: Option<usize>, then: Option<usize>) {
        if let (Some(first), Some(then)) = (first, then)
            && first != then
            && let Some(later) = self.later.get_mut(first)
        {
            later.insert(then);
        }
    }

    /// What happens to one object happens in the order of the phases.
    fn same_object(&mut self) {
        let nodes: Vec<(Node, usize)> = self.nodes.iter().map(|(n, i)| (n.clone(), *i)).collect();
        for pair in nodes.windows(2) {
            if let [(first, one), (then, other)] = pair
                && first.0 == then.0
            {
                self.before(Some(*one), Some(*other));
            }
        }
    }

    /// What needs an object lets go of it before it goes or changes.
    fn let_go(&mut self, sides: &Sides<'_>, fates: &Fates) {
        for (dependent, needed) in sides.from.dependencies() {
            let dropped = self.with_whole(sides, dependent, Phase::Drop);
            let default = self.node(dependent, Phase::DropDefault);
            let changed = self.node(dependent, Phase::Alter);
            let gone = self.with_whole(sides, needed, Phase::Drop);
            let altered = self.node(needed, Phase::Alter);
            let aside = self.node(needed, Phase::Aside);
            for first in [dropped, default] {
                self.before(first, gone);
                self.before(first, altered);
                self.before(first, aside);
            }
            let swept = self.node(needed, Phase::Sweep);
            self.before(changed, swept);
            self.before(self.node(dependent, Phase::Sweep), swept);
            self.before(self.node(dependent, Phase::Detach), gone);
            // A type goes when no column is of it any more.
            if !fates.is_made(needed) {
                self.before(changed, gone);
            }
        }
    }

    /// What an object needs is there before it, as it is to be.
    fn take_hold(&mut self, sides: &Sides<'_>) {
        for (dependent, needed) in sides.goal.dependencies() {
            let is_late = matches!(
                needed.kind(),
                Kind::Function | Kind::Operator | Kind::Aggregate | Kind::Cast
            );
            let made = self.with_whole(sides, needed, Phase::Create);
            let altered = self.node(needed, Phase::Alter);
            // A default that calls a function is set by itself.
            let is_default = dependent.kind() == Kind::Column
                && is_late
                && sides.after(dependent).is_some_and(|c| c.get(Attribute::Default).is_some());
            let is_inline = is_default
                && sides.after(dependent).is_some_and(|c| column::has_inline_default(sides, c));
            if !is_default || is_inline {
                let making = self.with_whole(sides, dependent, Phase::Create);
                self.before(made, making);
                self.before(altered, making);
            }
            if !is_default {
                self.before(made, self.node(dependent, Phase::Alter));
                self.before(altered, self.node(dependent, Phase::Alter));
            }
            self.before(made, self.node(dependent, Phase::SetDefault));
            self.before(made, self.node(dependent, Phase::Attach));
        }
    }

    /// Parts need their whole, and everything its schema.
    fn containment(&mut self, sides: &Sides<'_>) {
        let nodes: Vec<(Node, usize)> = self.nodes.iter().map(|(n, i)| (n.clone(), *i)).collect();
        for ((key, phase), index) in nodes {
            let schema = key.schema().map(|schema| ObjectKey::new(Kind::Schema, None, schema));
            let ends = matches!(
                phase,
                Phase::Drop | Phase::Release | Phase::DropDefault | Phase::Sweep | Phase::Detach
            );
            let whole = if ends { sides.parent_before(&key) } else { sides.parent_after(&key) };
            for owner in [whole, schema].into_iter().flatten() {
                match ends {
                    true => self.before(Some(index), self.node(&owner, Phase::Drop)),
                    false => self.before(self.node(&owner, Phase::Create), Some(index)),
                }
            }
            // Children follow their parents, column by column.
            if phase == Phase::Alter && key.kind() == Kind::Column {
                let parents = sides.parent(&key).map(|table| parents_of(&sides.goal, &table));
                for parent in parents.unwrap_or_default() {
                    let column =
                        ObjectKey::within(Kind::Column, parent.schema(), parent.name(), key.name());
                    for phase in [Phase::Create, Phase::Alter] {
                        self.before(self.node(&column, phase), Some(index));
                    }
                }
            }
        }
    }

    /// A name is free before another object takes it.
    fn names(&mut self, operations: &[Operation]) {
        let mut freed: BTreeMap<(&'static str, Option<&str>, &str), Vec<usize>> = BTreeMap::new();
        for (index, operation) in operations.iter().enumerate() {
            if matches!(operation.phase, Phase::Drop | Phase::Aside)
                && let Some(space) = space(&operation.key)
            {
                let name = (space, operation.key.schema(), own_name(&operation.key));
                freed.entry(name).or_default().push(index);
            }
        }
        for (index, operation) in operations.iter().enumerate() {
            if operation.phase == Phase::Create
                && let Some(space) = space(&operation.key)
            {
                let name = (space, operation.key.schema(), own_name(&operation.key));
                for first in freed.get(&name).into_iter().flatten() {
                    self.before(Some(*first), Some(index));
                }
            }
        }
    }

    /// What a partition has is there before the whole table takes it in.
    fn copies(&mut self, sides: &Sides<'_>) {
        let parts: Vec<&Object> = sides
            .goal
            .objects()
            .filter(|object| matches!(object.key().kind(), Kind::Index | Kind::Constraint))
            .collect();
        for part in parts {
            let made = self.node(part.key(), Phase::Create);
            let Some(table) = sides.parent(part.key()).filter(|_| made.is_some()) else { continue };
            self.before(made, self.node(&table, Phase::Attach));
            if kept_parents(sides, &table).is_empty() {
                continue;
            }
            let wholes = match part.key().kind() {
                Kind::Constraint => constraint::originals(&sides.goal, part.key()),
                _ => whole_index(sides, part),
            };
            for whole in wholes {
                self.before(made, self.node(&whole, Phase::Create));
                // What there was goes with the whole.
                self.before(self.node(&whole, Phase::Drop), made);
            }
        }
    }

    /// A sequence leaves its column before that goes, and comes to it when it is there.
    fn sequences(&mut self, sides: &Sides<'_>, operations: &[Operation]) {
        for operation in operations.iter().filter(|o| o.key.kind() == Kind::Sequence) {
            let owner = |object: Option<&Object>| owner(object?);
            let release = self.node(&operation.key, Phase::Release);
            if let Some(column) = owner(sides.before(&operation.key)) {
                self.before(release, self.with_whole(sides, &column, Phase::Drop));
            }
            let own = self.node(&operation.key, Phase::Own);
            if let Some(column) = owner(sides.after(&operation.key)) {
                self.before(self.with_whole(sides, &column, Phase::Create), own);
                self.before(self.node(&column, Phase::Alter), own);
            }
        }
    }

    /// The operations in order; what depends on itself is taken by stage.
    fn walk(self, operations: Vec<Operation>) -> Vec<Operation> {
        let mut waiting = vec![0_usize; operations.len()];
        for later in &self.later {
            for index in later {
                if let Some(count) = waiting.get_mut(*index) {
                    *count += 1;
                }
            }
        }
        let mut slots: Vec<Option<Operation>> = operations.into_iter().map(Some).collect();
        let rank = |slots: &[Option<Operation>], index: usize| {
            let stage = slots.get(index).and_then(Option::as_ref).map_or(0, |o| o.stage);
            (stage, index)
        };
        let mut free: BTreeSet<(usize, usize)> = waiting
            .iter()
            .enumerate()
            .filter(|(_, count)| **count == 0)
            .map(|(index, _)| rank(&slots, index))
            .collect();
        let mut sorted = Vec::with_capacity(slots.len());
        loop {
            let next = free.pop_first().or_else(|| {
                let left = slots.iter().enumerate().filter(|(_, slot)| slot.is_some());
                left.map(|(index, _)| rank(&slots, index)).min()
            });
            let Some((_, index)) = next else { return sorted };
            let Some(operation) = slots.get_mut(index).and_then(Option::take) else { continue };
            sorted.push(operation);
            for then in self.later.get(index).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(*then) {
                    *count = count.saturating_sub(1);
                    if *count == 0 && slots.get(*then).is_some_and(Option::is_some) {
                        free.insert(rank(&slots, *then));
                    }
                }
            }
        }
    }
}

/// The index of the whole table that an index of a partition belongs to, or the constraint that brings it.
fn whole_index(sides: &Sides<'_>, part: &Object) -> Vec<ObjectKey> {
    let Some((schema, name)) = index::whole(part) else { return Vec::new() };
    sides
        .goal
        .objects()
        .map(Object::key)
        .filter(|key| {
            matches!(key.kind(), Kind::Index | Kind::Constraint)
                && key.schema() == Some(schema.as_str())
                && key.name() == name
        })
        .cloned()
        .collect()
}

/// The column that a sequence is dropped with.
pub(super) fn owner(sequence: &Object) -> Option<ObjectKey> {
    let names = super::lists::names(sequence.get_text(Attribute::OwnedBy)?)?;
    let [schema, table, column] = names.as_slice() else { return None };
    Some(ObjectKey::within(Kind::Column, Some(schema), table.as_str(), column.as_str()))
}

/// Objects of one space cannot have one name.
fn space(key: &ObjectKey) -> Option<&'static str> {
    match key.kind() {
        Kind::Table
        | Kind::ForeignTable
        | Kind::View
        | Kind::MaterializedView
        | Kind::Sequence
        | Kind::Index
        | Kind::Constraint
        | Kind::CompositeType
        | Kind::Enum
        | Kind::Domain
        | Kind::RangeType
        | Kind::BaseType => Some("relation"),
        Kind::Function | Kind::Procedure | Kind::Aggregate => Some("routine"),
        _ => None,
    }
}

/// The name that stands for an object in its space.
fn own_name(key: &ObjectKey) -> &str {
    match key.kind() {
        Kind::Function | Kind::Procedure | Kind::Aggregate => names::signature(key.name()).0,
        _ => key.name(),
    }
}
