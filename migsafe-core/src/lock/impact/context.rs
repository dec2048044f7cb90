//! What is known when an action is judged.

use crate::lint::{ConstraintState, Site, TableState};
use crate::sql::{ConstraintKind, ObjectName};

/// The oldest major version that is supported.
const OLDEST: u32 = 14;

/// The text of an action, the server's major version, and what scripts before it say.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) sql: &'a str,
    pub(super) major: u32,
    site: Option<Site<'a>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(sql: &'a str, version: Option<u32>, site: Option<Site<'a>>) -> Self {
        let major = version.map_or(OLDEST, |version| version / 10_000);
        Self { sql, major, site }
    }

    pub(super) fn site(&self) -> Option<&Site<'a>> {
        self.site.as_ref()
    }

    pub(super) fn table(&self, name: &ObjectName) -> Option<TableState<'a>> {
        self.site.as_ref()?.table(name)
    }

    /// A table all of whose columns and constraints are known.
    pub(super) fn whole_table(&self, name: &ObjectName) -> Option<TableState<'a>> {
        self.table(name).filter(TableState::is_complete)
    }

    pub(super) fn is_new(&self, name: &ObjectName) -> bool {
        self.site.as_ref().is_some_and(|site| site.is_new(name))
    }

    pub(super) fn is_partitioned(&self, name: &ObjectName) -> bool {
        let table = self.table(name);
        table.and_then(|table| table.definition()).is_some_and(|table| table.partitioned)
    }

    /// The tables that a table is known to refer to, by the foreign keys that fit.
    pub(super) fn referenced(
        &self,
        name: &ObjectName,
        fits: impl Fn(&ConstraintState) -> bool,
    ) -> Vec<ObjectName> {
        let Some(table) = self.table(name) else { return Vec::new() };
        let keys = table.constraints().filter(|constraint| fits(constraint));
        keys.filter_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(key.table.clone()),
            _ => None,
        })
        .collect()
    }

    /// The name that stands behind a word in the action's text, as far as it is plain.
    pub(super) fn name_after(&self, word: &str) -> Option<ObjectName> {
        let mut words = self.sql.split_whitespace();
        words.find(|found| found.eq_ignore_ascii_case(word))?;
        let mut name = words.next()?;
        if name.eq_ignore_ascii_case("ONLY") {
            name = words.next()?;
        }
        let name = name.split('(').next()?.trim_end_matches(';');
        let part = |text: &str| match text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
            Some(quoted) => (!quoted.contains('"')).then(|| quoted.to_owned()),
            None => (!text.is_empty() && !text.contains('"')).then(|| text.to_lowercase()),
        };
        match name.split('.').collect::<Vec<_>>()[..] {
            [name] => Some(ObjectName::unqualified(part(name)?)),
            [schema, name] => Some(ObjectName::qualified(part(schema)?, part(name)?)),
            _ => None,
        }
    }
}
