//! Where a script looks its tables up.

use crate::lint::Site;
use crate::lock::impact::LockImpact;
use crate::migrations::MigrationName;
use crate::sql::ActionKind;

/// The search path at a place of a script, as far as the script sets it.
#[derive(Debug, Default)]
pub(super) struct Path<'a> {
    migration: Option<&'a MigrationName>,
    schema: Schema,
}

/// Where a name without a schema is.
#[derive(Debug, Default)]
enum Schema {
    /// Where the connection looks.
    #[default]
    Given,
    /// In this one, as the script says.
    Is(String),
    /// In one of several, or the script does not say in which.
    Unknown,
}

impl<'a> Path<'a> {
    /// What a site locks, under the names that it means. To be called for each site, in order.
    pub(super) fn impact(&mut self, site: &Site<'a>) -> LockImpact {
        if self.migration != Some(site.migration) {
            *self = Self { migration: Some(site.migration), ..Self::default() };
        }
        if let ActionKind::Set { name, value, .. } = &site.action.kind
            && ["search_path", "all"].contains(&&**name)
        {
            self.schema = value.as_deref().map_or(Schema::Given, Schema::of);
        }
        let mut impact = LockImpact::of_site(site);
        let names = impact.relations.iter_mut().filter_map(|relation| relation.name.as_mut());
        for name in names.filter(|name| name.schema.is_none()) {
            match &self.schema {
                Schema::Given => {}
                Schema::Is(schema) => name.schema = Some(schema.clone()),
                Schema::Unknown => impact.is_complete = false,
            }
        }
        impact
    }
}

impl Schema {
    fn of(value: &str) -> Self {
        // The catalog is looked in whether it is named or not, and nobody has tables there.
        let schemas: Vec<&str> =
            value.split(',').map(str::trim).filter(|schema| *schema != "pg_catalog").collect();
        match schemas[..] {
            [schema] if !schema.is_empty() && !schema.starts_with('$') => {
                Self::Is(schema.to_owned())
            }
            _ => Self::Unknown,
        }
    }
}
