//! Names, what they are made of, and how far what nobody can foresee has come.

use std::collections::HashMap;

use super::mention::{Form, Mentions};

/// Stands for every table, where a statement does not say which.
pub(super) const ANY_TABLE: &str = "*";

/// What must be done with something for it to run what nobody can foresee. Each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// To update or delete its rows.
    Changed,
    /// To write rows of any kind to it.
    Written,
    /// To use it in any way.
    Used,
}

/// Something that runs what nobody can foresee.
#[derive(Clone, Debug)]
pub(super) struct Tainted {
    pub(super) level: Level,
    /// How it has to be named.
    pub(super) form: Form,
    /// What it leads to, with the reason.
    pub(super) root: String,
}

/// What a statement made.
#[derive(Debug)]
pub(super) enum Target {
    /// Something with a name, and how it is named when it is used. `rows`: only who writes its rows meets it.
    Name { name: String, form: Form, rows: bool },
    /// It is not named where it is used: an operator, a cast.
    Everything(String),
    /// An event trigger.
    Events(String),
}

/// Something made, and of what.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) target: Target,
    pub(super) mentions: Mentions,
    /// The tables whose rows it writes when it runs; whether it updates or deletes some.
    pub(super) writes: Vec<(String, bool)>,
    /// Who writes its rows writes those of what it names: a view, a rule.
    pub(super) passes_rows: bool,
}

/// What is known of all names.
#[derive(Debug, Default)]
pub(super) struct Graph {
    made: Vec<Made>,
    by_name: HashMap<String, Vec<usize>>,
    ties: HashMap<String, Vec<(String, Level)>>,
    tainted: HashMap<String, Tainted>,
    /// What may run whatever is computed, and why.
    pub(super) everything: Option<(String, String)>,
    /// The event trigger that may run whatever is done, and why.
    pub(super) events: Option<(String, String)>,
}

impl Graph {
    pub(super) fn get(&self, name: &str) -> Option<&Tainted> {
        self.tainted.get(name)
    }

    /// The first in the order of their names, so that a message is always the same.
    pub(super) fn first(&self, fits: impl Fn(&str, &Tainted) -> bool) -> Option<(&str, &Tainted)> {
        let all = self.tainted.iter().map(|(name, tainted)| (name.as_str(), tainted));
        all.filter(|(name, tainted)| fits(name, tainted)).min_by_key(|(name, _)| *name)
    }

    pub(super) fn add(&mut self, made: Made) {
        let at = self.made.len();
        let names = made.mentions.forms.keys().chain(made.writes.iter().map(|(name, _)| name));
        let names: Vec<String> = names.cloned().collect();
        let reaches = made.mentions.reaches.clone();
        self.made.push(made);
        for name in &names {
            self.by_name.entry(name.clone()).or_default().push(at);
        }
        if let Some(function) = reaches {
            let root = format!(
                "{function}, which reaches out of the database, or runs SQL that it is given"
            );
            let reached = self.reached(at, Level::Used, root);
            self.spread(reached);
        }
        let known: Vec<String> =
            names.into_iter().filter(|name| self.tainted.contains_key(name)).collect();
        for name in known {
            let found = self.through(at, &name);
            self.spread(found);
        }
        if self.made.get(at).is_some_and(|made| made.writes.iter().any(|(to, _)| to == ANY_TABLE)) {
            let found = self.first(|_, tainted| tainted.form == Form::ANY);
            let root = found.map(|(_, tainted)| tainted.root.clone());
            let found = root.and_then(|root| self.reached(at, Level::Used, root));
            self.spread(found);
        }
    }

    /// What is done to one is done to the other, up to a level.
    pub(super) fn tie(&mut self, from: &str, to: &str, most: Level) {
        self.ties.entry(from.to_owned()).or_default().push((to.to_owned(), most));
        let known = self.tainted.get(from).cloned();
        let next = known.map(|known| Tainted { level: known.level.min(most), ..known });
        self.spread(next.map(|next| (to.to_owned(), next)));
    }

    pub(super) fn taint(&mut self, name: &str, tainted: Tainted) {
        self.spread(Some((name.to_owned(), tainted)));
    }

    /// Until nothing new comes of it.
    fn spread(&mut self, first: Option<(String, Tainted)>) {
        let mut open: Vec<(String, Tainted)> = first.into_iter().collect();
        while let Some((name, new)) = open.pop() {
            let merged = match self.tainted.get(&name) {
                Some(known)
                    if new.level <= known.level && known.form.or(new.form) == known.form =>
                {
                    continue;
                }
                Some(known) => Tainted {
                    level: known.level.max(new.level),
                    form: known.form.or(new.form),
                    root: if new.level > known.level { new.root } else { known.root.clone() },
                },
                None => new,
            };
            self.tainted.insert(name.clone(), merged.clone());
            for (to, most) in self.ties.get(&name).into_iter().flatten() {
                let level = merged.level.min(*most);
                open.push((to.clone(), Tainted { level, ..merged.clone() }));
            }
            let mut users = self.by_name.get(&name).cloned().unwrap_or_default();
            users.extend(self.by_name.get(ANY_TABLE).into_iter().flatten());
            for at in users {
                open.extend(self.through(at, &name));
            }
        }
    }

    /// What becomes of something made by what it names.
    fn through(&mut self, at: usize, name: &str) -> Option<(String, Tainted)> {
        let (made, known) = (self.made.get(at)?, self.tainted.get(name)?);
        let form = made.mentions.form(name);
        let is_relation = known.form == Form::ANY;
        let writes = made.writes.iter().any(|(table, changes)| {
            (table == name || table == ANY_TABLE && is_relation)
                && (*changes || known.level >= Level::Written)
        });
        let level = if known.level == Level::Used && form.meets(known.form) || writes {
            Level::Used
        } else if made.passes_rows && form != Form::default() {
            known.level
        } else {
            return None;
        };
        let root = known.root.clone();
        self.reached(at, level, root)
    }

    fn reached(&mut self, at: usize, level: Level, root: String) -> Option<(String, Tainted)> {
        match &self.made.get(at)?.target {
            Target::Name { name, form, rows } => {
                let level = if *rows { level.min(Level::Written) } else { level };
                Some((name.clone(), Tainted { level, form: *form, root }))
            }
            Target::Everything(what) => {
                let what = what.clone();
                self.everything.get_or_insert((what, root));
                None
            }
            Target::Events(what) => {
                let what = what.clone();
                self.events.get_or_insert((what, root));
                None
            }
        }
    }
}
