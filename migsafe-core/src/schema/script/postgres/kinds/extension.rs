//! Extensions.

use crate::schema::script::postgres::names::{id, literal};
use crate::schema::{Attribute, Object};

use super::text;

/// In the version that the other side has.
pub(super) fn create(extension: &Object) -> Vec<String> {
    let schema = match extension.get_text(Attribute::InSchema) {
        Some("pg_catalog") | None => String::new(),
        Some(schema) => format!(" SCHEMA {}", id(schema)),
    };
    let version = extension.get_text(Attribute::Version);
    let version = version.map(|v| format!(" VERSION {}", literal(v))).unwrap_or_default();
    vec![format!("CREATE EXTENSION {}{schema}{version}", id(extension.key().name()))]
}

pub(super) fn alter(extension: &Object, attribute: Attribute) -> Vec<String> {
    let name = id(extension.key().name());
    match attribute {
        Attribute::Version => {
            let version = literal(text(extension, Attribute::Version));
            vec![format!("ALTER EXTENSION {name} UPDATE TO {version}")]
        }
        Attribute::InSchema => {
            let schema = id(text(extension, Attribute::InSchema));
            vec![format!("ALTER EXTENSION {name} SET SCHEMA {schema}")]
        }
        _ => Vec::new(),
    }
}
