//! A SELECT of the catalog, and what its columns mean.

use std::fmt::Write as _;

use migsafe_core::schema::{Attribute, Scope, SnapshotOptions};

use crate::sql::Literal;

/// How a column is to be understood. NULL says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Flag,
    Number,
    /// A JSON array of texts.
    List,
    /// A `CREATE INDEX`, of which keys, included columns and the like are taken.
    Index,
}

/// One SELECT: kind, schema, parent and name of an object, then attributes.
#[derive(Clone, Debug)]
pub(super) struct Query {
    key: [String; 4],
    from: String,
    columns: Vec<(Attribute, Form, String)>,
}

impl Query {
    /// The parts of a key, as SQL expressions.
    pub(super) fn new(kind: &str, schema: &str, parent: &str, name: &str) -> Self {
        let key = [kind, schema, parent, name].map(str::to_owned);
        Self { key, from: String::new(), columns: Vec::new() }
    }

    /// Everything from FROM on.
    pub(super) fn from(mut self, from: impl Into<String>) -> Self {
        self.from = from.into();
        self
    }

    pub(super) fn text(self, attribute: Attribute, sql: impl Into<String>) -> Self {
        self.column(attribute, Form::Text, sql)
    }

    pub(super) fn flag(self, attribute: Attribute, sql: impl Into<String>) -> Self {
        self.column(attribute, Form::Flag, sql)
    }

    pub(super) fn number(self, attribute: Attribute, sql: impl Into<String>) -> Self {
        self.column(attribute, Form::Number, sql)
    }

    pub(super) fn list(self, attribute: Attribute, sql: impl Into<String>) -> Self {
        self.column(attribute, Form::List, sql)
    }

    pub(super) fn index(self, sql: impl Into<String>) -> Self {
        self.column(Attribute::Keys, Form::Index, sql)
    }

    fn column(mut self, attribute: Attribute, form: Form, sql: impl Into<String>) -> Self {
        self.columns.push((attribute, form, sql.into()));
        self
    }

    /// Attribute and form of each column after the four of the key.
    pub(super) fn columns(&self) -> impl Iterator<Item = (Attribute, Form)> {
        self.columns.iter().map(|(attribute, form, _)| (*attribute, *form))
    }

    /// The text.
    pub(super) fn statement(&self) -> String {
        let mut sql = format!("SELECT {}", self.key.join(", "));
        for (_, _, column) in &self.columns {
            // A `String` takes everything.
            let _ = write!(sql, ",\n {column}");
        }
        let _ = write!(sql, "\n FROM {}", self.from);
        sql
    }
}

/// What all queries depend on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) options: &'a SnapshotOptions,
    /// As the server numbers it: 150020 is 15.20.
    pub(super) version: u32,
}

impl Context<'_> {
    /// Whether the server is of this major version or newer.
    pub(super) fn is_at_least(&self, major: u32) -> bool {
        self.version / 10_000 >= major
    }

    /// Whether what belongs to the whole database is wanted.
    pub(super) fn is_whole_database(&self) -> bool {
        matches!(self.options.scope(), Scope::All)
    }

    /// That a schema is wanted: `pg_namespace` by this alias.
    pub(super) fn schemas(&self, alias: &str) -> String {
        match self.options.scope() {
            Scope::Schemas(names) => {
                let names: Vec<String> = names.iter().map(|n| Literal(n).to_string()).collect();
                // An empty list is no list in SQL.
                format!("{alias}.nspname::text = ANY (ARRAY[{}]::text[])", names.join(", "))
            }
            _ => format!("{alias}.nspname !~ '^pg_' AND {alias}.nspname <> 'information_schema'"),
        }
    }

    /// The rights on an object as a list `role: PRIVILEGE, PRIVILEGE*`, where a star stands for WITH GRANT
    /// OPTION; `kind` is the letter of `acldefault`.
    pub(super) fn grants(&self, acl: &str, kind: char, owner: &str) -> String {
        if !self.options.privileges() {
            return "NULL".to_owned();
        }
        grants(&format!("coalesce({acl}, acldefault('{kind}', {owner}))"))
    }

    /// The same for a column, which has no rights by default.
    pub(super) fn column_grants(&self, acl: &str) -> String {
        if self.options.privileges() { grants(acl) } else { "NULL".to_owned() }
    }

    /// Whether anything is granted, as far as rights are read.
    pub(super) fn has_rights(&self, acl: &str) -> String {
        if self.options.privileges() { format!("{acl} IS NOT NULL") } else { "false".to_owned() }
    }

    /// The name of an owner.
    pub(super) fn owner(&self, owner: &str) -> String {
        if self.options.privileges() {
            format!("pg_get_userbyid({owner})")
        } else {
            "NULL".to_owned()
        }
    }
}

fn grants(acl: &str) -> String {
    format!(
        "(SELECT json_agg(g.entry ORDER BY g.entry COLLATE \"C\") FROM (\
         SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END || ': ' || \
         string_agg(a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ', ' \
         ORDER BY a.privilege_type COLLATE \"C\") AS entry \
         FROM aclexplode({acl}) AS a GROUP BY a.grantee) AS g)"
    )
}

/// That an object is not what an extension brought.
pub(super) fn is_own(class: &str, oid: &str) -> String {
    format!(
        "NOT EXISTS (SELECT FROM pg_depend AS ext WHERE ext.classid = '{class}'::regclass \
         AND ext.objid = {oid} AND ext.deptype = 'e')"
    )
}

/// The join that brings a comment in as `described`.
pub(super) fn described(class: &str, oid: &str) -> String {
    described_part(class, oid, "0")
}

/// The same for a column.
pub(super) fn described_part(class: &str, oid: &str, part: &str) -> String {
    format!(
        "LEFT JOIN pg_description AS described ON described.objoid = {oid} \
         AND described.classoid = '{class}'::regclass AND described.objsubid = {part}"
    )
}

/// The comment that [`described`] joined.
pub(super) const COMMENT: &str = "described.description";

/// A text array as a sorted list.
pub(super) fn sorted(array: &str) -> String {
    format!("(SELECT json_agg(o ORDER BY o COLLATE \"C\") FROM unnest({array}) AS o)")
}

/// Options of foreign objects, sorted; what may be a secret is not read.
pub(super) fn foreign_options(array: &str) -> String {
    format!(
        "(SELECT json_agg(o ORDER BY o COLLATE \"C\") FROM (SELECT CASE WHEN \
         option_name ~* '(pass|secret|token|key)' THEN option_name || '=(hidden)' \
         ELSE option_name || '=' || option_value END AS o \
         FROM pg_options_to_table({array})) AS options)"
    )
}
