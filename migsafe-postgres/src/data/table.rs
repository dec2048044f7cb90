//! A table as the catalog has it.

use migsafe_core::sql::ObjectName;

use super::Asked;
use super::session::{Asking, Trouble};
use crate::sql::{self, Ident};

/// What is known of a table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) oid: String,
    kind: String,
    schema: String,
    name: String,
    /// Rows and pages by the statistics.
    pub(super) rows: f64,
    pub(super) pages: f64,
    /// The columns of the primary key.
    pub(super) key: Vec<String>,
    /// Every column but those that are computed.
    pub(super) columns: Vec<String>,
}

impl Table {
    pub(super) async fn find(asking: &mut Asking, name: &ObjectName) -> Asked<Self> {
        let answer = asking.ask(sql::table_facts(name)).await?;
        let value = |column| answer.value(sql::BEFORE_ASKED, column).map(|v| v.into_owned());
        let list = |column| -> Vec<String> {
            value(column).and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
        };
        let number = |column| value(column).and_then(|n| n.parse().ok()).unwrap_or(0.0_f64);
        Ok(Self {
            oid: value(0).ok_or(Trouble::NotThere)?,
            kind: value(1).unwrap_or_default(),
            schema: value(2).unwrap_or_default(),
            name: value(3).unwrap_or_default(),
            rows: number(4),
            pages: number(5),
            key: list(6),
            columns: list(7),
        })
    }

    /// Its name for a query, with the rows of its children.
    pub(super) fn with_children(&self) -> String {
        format!("{}.{}", Ident(&self.schema), Ident(&self.name))
    }

    /// Its name for a query, without the rows of tables that inherit from it. Partitions belong to it.
    pub(super) fn itself(&self) -> String {
        let only = if self.kind == "r" { "ONLY " } else { "" };
        format!("{only}{}", self.with_children())
    }

    /// Whether `TABLESAMPLE` can be said of it.
    pub(super) fn can_be_sampled(&self) -> bool {
        matches!(&*self.kind, "r" | "m" | "p")
    }

    /// The key of a row as text; with the alias that the columns need, if any.
    pub(super) fn key_text(&self, alias: &str) -> Option<String> {
        let columns: Vec<String> =
            self.key.iter().map(|column| format!("{alias}{}::text", Ident(column))).collect();
        (!columns.is_empty()).then(|| format!("pg_catalog.concat_ws(', ', {})", columns.join(", ")))
    }
}
