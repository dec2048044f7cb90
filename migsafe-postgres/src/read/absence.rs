//! The proof that there is no history table.

use migsafe_core::history::{Absence, HISTORY_TABLE};
use migsafe_core::store::{Content, StoreError, StoreErrorCode};
use sqlx::postgres::PgRow;

use super::Facts;
use crate::connection::text;
use crate::sql;

/// The schemas in which the table could be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Candidates {
    /// The schema that the URL names, or the one in which the server would create a table; `None` if it
    /// would find none.
    target: Option<String>,
    /// All that are searched.
    schemas: Vec<String>,
    named: bool,
}

impl Candidates {
    pub(crate) fn of(schema: Option<&str>, facts: &Facts) -> Self {
        match schema {
            Some(schema) => Self {
                target: Some(schema.to_owned()),
                schemas: vec![schema.to_owned()],
                named: true,
            },
            None => Self {
                target: facts.current_schema.clone(),
                schemas: search_path(&facts.search_path, &facts.user),
                named: false,
            },
        }
    }

    pub(crate) fn statement(&self) -> String {
        let target = self.target.as_deref().unwrap_or_default();
        let mut schemas: Vec<&str> = self.schemas.iter().map(String::as_str).collect();
        // Never an empty list, and the target is looked at however the path was read.
        schemas.push(target);
        sql::absence(&schemas, target)
    }

    /// What the rows prove, and what the target schema holds; `None` if there is a table after all.
    pub(crate) fn judge(&self, rows: &[PgRow]) -> Result<Option<(Absence, Content)>, StoreError> {
        let found: Vec<Schema> = rows.iter().filter_map(Schema::decode).collect();
        // Whatever the search path shows instead: a table that we may not see could be the one.
        if let Some(closed) = found.iter().find(|s| !s.usable && (s.has_table || self.named)) {
            let text = if closed.has_table {
                format!(
                    "permission denied for the schema {}, which holds {HISTORY_TABLE}",
                    closed.name
                )
            } else {
                format!("permission denied for the schema {}", closed.name)
            };
            return Err(StoreError::new(StoreErrorCode::Permission, text));
        }
        let Some(target) = &self.target else {
            return Err(StoreError::new(
                StoreErrorCode::UnsafeSetting,
                "the search path of the role shows no schema, so that no table can be found or created",
            )
            .with_help("name the schema in the database URL: ?schema=name"));
        };
        if found.iter().any(|schema| schema.has_table) {
            return Ok(None);
        }
        let proof = match found.into_iter().find(|schema| schema.name == *target) {
            None => (Absence::Schema, Content::Empty),
            Some(schema) if schema.objects.is_empty() => (Absence::Table, Content::Empty),
            Some(schema) => (Absence::Table, Content::Objects(schema.objects)),
        };
        Ok(Some(proof))
    }
}

/// A row of [`sql::absence`].
struct Schema {
    name: String,
    usable: bool,
    has_table: bool,
    objects: Vec<String>,
}

impl Schema {
    fn decode(row: &PgRow) -> Option<Self> {
        Some(Self {
            name: text(row, 0)?.into_owned(),
            usable: text(row, 1)? == "t",
            has_table: text(row, 2).is_some(),
            objects: text(row, 3)
                .and_then(|json| serde_json::from_str(&json).ok())
                .unwrap_or_default(),
        })
    }
}

/// The schemas that a setting of `search_path` names: a list of identifiers, `$user` among them.
fn search_path(setting: &str, user: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = setting.trim();
    while !rest.is_empty() {
        let (name, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_name(quoted),
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].trim().to_lowercase(), &rest[end..])
            }
        };
        if name == "$user" {
            names.push(user.to_owned());
        } else if !name.is_empty() {
            names.push(name);
        }
        let comma = after.find(',').map_or(after.len(), |comma| comma + 1);
        rest = after[comma..].trim_start();
    }
    names
}

/// A quoted identifier without its first quote, and what follows its last.
fn quoted_name(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (c, chars.peek()) {
            ('"', Some((_, '"'))) => {
                chars.next();
                name.push('"');
            }
            ('"', _) => return (name, &text[at + 1..]),
            _ => name.push(c),
        }
    }
    (name, "")
}

#[cfg(test)]
mod tests {
    use super::search_path;

    #[test]
    fn search_paths_are_lists_of_identifiers() {
        assert_eq!(search_path("\"$user\", public", "app"), ["app", "public"]);
        assert_eq!(search_path("$user,Public", "app"), ["app", "public"]);
        assert_eq!(search_path("\"a,b\" , \"c\"\"d\",\"E\"", "app"), ["a,b", "c\"d", "E"]);
        assert!(search_path("", "app").is_empty());
        assert!(search_path("\"\"", "app").is_empty());
        assert_eq!(search_path("\"open", "app"), ["open"]);
        assert_eq!(search_path("é,,x", "app"), ["é", "x"]);
    }
}
