//! Values that come and go under a name, answered for any moment.

use std::collections::{BTreeMap, HashSet};

/// A moment: before the action of this number. Actions of all scripts are counted in one row, from 0.
pub(in crate::lint) type Moment = usize;

/// Versions of values under names. At any moment a name has at most one.
#[derive(Debug)]
pub(super) struct Timeline<T> {
    spans: Vec<Span<T>>,
    /// The versions under each name, in order of their beginning.
    names: BTreeMap<String, Vec<usize>>,
}

/// A value from a moment on, until it was replaced or removed.
#[derive(Debug)]
struct Span<T> {
    from: Moment,
    until: Moment,
    value: T,
}

impl<T> Span<T> {
    fn holds(&self, at: Moment) -> bool {
        self.from <= at && at < self.until
    }
}

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self { spans: Vec::new(), names: BTreeMap::new() }
    }
}

impl<T> Timeline<T> {
    /// From `from` on the name means this value.
    pub(super) fn set(&mut self, name: &str, from: Moment, value: T) {
        self.remove(name, from);
        let index = self.spans.len();
        self.spans.push(Span { from, until: Moment::MAX, value });
        self.names.entry(name.to_owned()).or_default().push(index);
    }

    /// From `from` on there is this value, which nothing can name.
    pub(super) fn add_nameless(&mut self, from: Moment, value: T) {
        self.spans.push(Span { from, until: Moment::MAX, value });
    }

    /// From `from` on the name means nothing.
    pub(super) fn remove(&mut self, name: &str, from: Moment) {
        let last = self.names.get(name).and_then(|indices| indices.last());
        if let Some(span) = last.and_then(|index| self.spans.get_mut(*index)) {
            span.until = span.until.min(from);
        }
    }

    /// What the name means at a moment: a binary search.
    pub(super) fn get(&self, name: &str, at: Moment) -> Option<&T> {
        let indices = self.names.get(name)?;
        let begun = indices.partition_point(|i| self.spans.get(*i).is_some_and(|s| s.from <= at));
        // The last that begins before may be one that ended at once; those before it ended earlier.
        let span = self.spans.get(*indices.get(begun.checked_sub(1)?)?)?;
        span.holds(at).then_some(&span.value)
    }

    /// Whether the name has meant something at or before a moment.
    pub(super) fn begun(&self, name: &str, at: Moment) -> bool {
        let first = self.names.get(name).and_then(|indices| indices.first());
        first.and_then(|index| self.spans.get(*index)).is_some_and(|span| span.from <= at)
    }

    /// Everything there is at a moment, in the order in which it came.
    pub(super) fn alive(&self, at: Moment) -> impl Iterator<Item = &T> {
        self.spans.iter().filter(move |span| span.holds(at)).map(|span| &span.value)
    }

    /// The names that mean something at a moment.
    pub(super) fn names(&self, at: Moment) -> impl Iterator<Item = (&str, &T)> {
        self.names.keys().filter_map(move |name| Some((name.as_str(), self.get(name, at)?)))
    }

    /// From `from` on, values that do not fit are gone.
    pub(super) fn retain(&mut self, from: Moment, fits: impl Fn(&T) -> bool) {
        let at = from;
        for span in self.spans.iter_mut().filter(|span| span.holds(at)) {
            if !fits(&span.value) {
                span.until = from;
            }
        }
    }
}

impl<T: Clone> Timeline<T> {
    /// From `from` on the name means what it meant, changed.
    pub(super) fn change(&mut self, name: &str, from: Moment, change: impl FnOnce(&mut T)) -> bool {
        let Some(value) = self.get(name, from) else {
            return false;
        };
        let mut value = value.clone();
        change(&mut value);
        self.set(name, from, value);
        true
    }

    /// From `from` on, the values that fit are changed.
    pub(super) fn change_all(
        &mut self,
        from: Moment,
        fits: impl Fn(&T) -> bool,
        change: impl Fn(&mut T),
    ) {
        let named: Vec<String> = self
            .names(from)
            .filter(|(_, value)| fits(value))
            .map(|(name, _)| name.to_owned())
            .collect();
        for name in named {
            self.change(&name, from, &change);
        }
        let named: HashSet<usize> = self.names.values().flatten().copied().collect();
        let nameless: Vec<usize> = (0..self.spans.len())
            .filter(|index| !named.contains(index))
            .filter(|index| self.spans.get(*index).is_some_and(|s| s.holds(from) && fits(&s.value)))
            .collect();
        for index in nameless {
            if let Some(span) = self.spans.get_mut(index) {
                span.until = from;
                let mut value = span.value.clone();
                change(&mut value);
                self.add_nameless(from, value);
            }
        }
    }

    /// From `from` on another name means what this name meant.
    pub(super) fn rename(&mut self, name: &str, to: &str, from: Moment) -> bool {
        let Some(value) = self.get(name, from).cloned() else {
            return false;
        };
        self.remove(name, from);
        self.set(to, from, value);
        true
    }
}
