//! How a text names something.

use std::collections::{HashMap, HashSet};

use crate::shadow::reach::reaches_out;
use crate::sql::Words;

/// The ways a name stands in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    called: bool,
    dotted: bool,
    bare: bool,
}

impl Form {
    /// A function is called; one of a row is also read like a column.
    pub(super) const ROUTINE: Self = Self { called: true, dotted: true, bare: false };
    /// A function of a trigger cannot be read like a column.
    pub(super) const TRIGGER: Self = Self { called: true, dotted: false, bare: false };
    /// Anything else is named somehow.
    pub(super) const ANY: Self = Self { called: true, dotted: true, bare: true };

    pub(super) fn meets(self, other: Self) -> bool {
        self.called && other.called || self.dotted && other.dotted || self.bare && other.bare
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self {
            called: self.called || other.called,
            dotted: self.dotted || other.dotted,
            bare: self.bare || other.bare,
        }
    }
}

/// The names in a text, by their last part in lower case.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    pub(super) forms: HashMap<String, Form>,
    /// The first function that it calls and that reaches out of the database.
    pub(super) reaches: Option<String>,
}

impl Mentions {
    /// What a text names. `relations` tells `INSERT INTO t (a)` from a call.
    pub(super) fn of(words: Words, relations: &HashSet<String>) -> Self {
        const BEFORE_RELATION: [&str; 7] =
            ["into", "table", "references", "on", "exists", "only", "copy"];
        let mut mentions = Self::default();
        for word in words.list {
            let relation =
                BEFORE_RELATION.contains(&&*word.before) && relations.contains(&word.text);
            let called = word.called && !relation;
            let form = Form {
                called,
                dotted: word.dotted && !word.called,
                bare: !called && !word.dotted || relation,
            };
            if called && mentions.reaches.is_none() && reaches_out(&word.text) {
                mentions.reaches = Some(word.text.clone());
            }
            let known = mentions.forms.entry(word.text).or_default();
            // A qualified relation is named like any other.
            *known = known.or(form).or(Form { bare: true, ..Form::default() });
        }
        mentions
    }

    /// The same where a name alone is enough, as in `sfunc = f`.
    pub(super) fn by_name_alone(mut self) -> Self {
        self.forms.values_mut().for_each(|form| *form = Form::ANY);
        self
    }

    pub(super) fn form(&self, name: &str) -> Form {
        self.forms.get(name).copied().unwrap_or_default()
    }
}
