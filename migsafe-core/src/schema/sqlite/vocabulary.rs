//! What the names in a view or a trigger can mean.

use std::collections::{BTreeMap, BTreeSet};

use super::StoredObject;
use super::print::{Names, unquoted};
use crate::schema::{Attribute, Kind, Object, Value};
use crate::sql;

/// The names that each relation brings.
#[derive(Default)]
pub(super) struct Vocabulary {
    is_learnt: bool,
    /// The columns of tables, by the name of the table in lower case.
    columns: BTreeMap<String, Vec<String>>,
    /// All words of the statements of views and virtual tables, whose columns are known to nobody before they are
    /// used.
    words: BTreeMap<String, BTreeSet<String>>,
}

impl Vocabulary {
    /// Takes in the tables that were read, and the statements of everything else; once.
    pub(super) fn learn(&mut self, tables: &[Object], stored: &[StoredObject]) {
        if std::mem::replace(&mut self.is_learnt, true) {
            return;
        }
        for table in tables.iter().filter(|object| object.key().kind() == Kind::Table) {
            if let Some(columns) = table.get(Attribute::ColumnOrder).and_then(Value::as_list) {
                self.columns.insert(table.key().name().to_lowercase(), columns.to_vec());
            }
        }
        for one in stored.iter().filter(|one| one.is_relation()) {
            let name = one.name().to_lowercase();
            if !self.columns.contains_key(&name) {
                self.words.insert(name, words(one.sql()));
            }
        }
    }

    /// What names mean in an index of a table.
    pub(super) fn of_table(&self, table: &str) -> Names {
        let columns = self.columns.get(&table.to_lowercase());
        let columns = columns.map(|columns| columns.iter().map(String::as_str));
        match columns {
            Some(columns) => Names::of_table(table, columns),
            None => Names { own_table: Some(table.to_owned()), known: None },
        }
    }

    /// What names mean in the statement of a view or trigger: relations, and the columns of those that it speaks of.
    pub(super) fn names(&self, own: &str, sql: &str) -> Names {
        let mut known: BTreeSet<String> =
            ["rowid", "_rowid_", "oid", "old", "new"].map(str::to_owned).into();
        let mut open: Vec<String> = words(sql).into_iter().collect();
        // A view is named by its own statement, and reads others.
        let mut seen = BTreeSet::from([own.to_lowercase()]);
        while let Some(word) = open.pop() {
            if !seen.insert(word.clone()) {
                continue;
            }
            if let Some(columns) = self.columns.get(&word) {
                known.extend(columns.iter().map(|column| column.to_lowercase()));
                known.insert(word);
            } else if let Some(words) = self.words.get(&word) {
                // It may bring the columns of what it reads.
                known.extend(words.iter().cloned());
                open.extend(words.iter().cloned());
                known.insert(word);
            }
        }
        Names { own_table: None, known: Some(known) }
    }
}

/// The names that are in a statement, in lower case and without quotation marks.
fn words(sql: &str) -> BTreeSet<String> {
    let tokens = sql::sqlite::token_texts(sql).into_iter();
    let is_name = |token: &&str| {
        token.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '"' | '`' | '['))
    };
    tokens.filter(is_name).map(|token| unquoted(token).to_lowercase()).collect()
}
