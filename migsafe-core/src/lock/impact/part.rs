//! Which measured forms an action is.

use crate::lock::TableLock;
use crate::lock::measured::Role;
use crate::sql::ObjectName;

/// What an action is, in terms of what was measured: all of the parts.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) parts: Vec<Part>,
    /// A lock whose mode the statement itself says.
    pub(super) explicit: Option<(ObjectName, TableLock)>,
    /// It may lock what is not among the roles.
    pub(super) reaches_more: bool,
    /// Why there is no form for it, or not for all of it.
    pub(super) unmeasured: Option<String>,
}

/// One of several forms.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) forms: Vec<&'static str>,
    /// What decides between them.
    pub(super) why: &'static str,
    pub(super) names: Vec<(Role, ObjectName)>,
    /// It may come on top of the other parts, or not: only what it locks and reads counts.
    pub(super) is_possible: bool,
}

impl Part {
    pub(super) fn new(form: &'static str) -> Self {
        Self { forms: vec![form], why: "", names: Vec::new(), is_possible: false }
    }

    /// A part that may or may not be there.
    pub(super) fn possible(form: &'static str, why: &'static str) -> Self {
        Self { why, is_possible: true, ..Self::new(form) }
    }

    pub(super) fn on(mut self, role: Role, name: &ObjectName) -> Self {
        self.names.push((role, name.clone()));
        self
    }

    pub(super) fn on_all(mut self, role: Role, names: Vec<ObjectName>) -> Self {
        self.names.extend(names.into_iter().map(|name| (role, name)));
        self
    }

    /// It may be one of these instead.
    pub(super) fn or(mut self, forms: &[&'static str], why: &'static str) -> Self {
        self.forms.extend(forms);
        self.why = why;
        self
    }
}

impl Choice {
    /// Locks no relation that is there before.
    pub(super) fn none() -> Self {
        Self::default()
    }

    pub(super) fn one(form: &'static str, role: Role, name: &ObjectName) -> Self {
        Part::new(form).on(role, name).into()
    }

    pub(super) fn table(form: &'static str, table: &ObjectName) -> Self {
        Self::one(form, Role::Table, table)
    }

    pub(super) fn unmeasured(why: impl Into<String>) -> Self {
        Self { unmeasured: Some(why.into()), reaches_more: true, ..Self::default() }
    }

    pub(super) fn and(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    pub(super) fn reaches_more(mut self) -> Self {
        self.reaches_more = true;
        self
    }

    pub(super) fn reaches_more_if(mut self, more: bool) -> Self {
        self.reaches_more |= more;
        self
    }
}

impl From<Part> for Choice {
    fn from(part: Part) -> Self {
        Self { parts: vec![part], ..Self::default() }
    }
}
