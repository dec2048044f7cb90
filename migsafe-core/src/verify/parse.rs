//! Reading expectations. Every key is known or an error; errors name the place.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Number;

use super::tree::Tree;
use super::{
    ColumnDefault, ColumnExpectation, ConstraintExpectation, EnumExpectation, Expectations,
    ExpectationsError, IndexExpectation, MAX_VALUE_CHARS, RelationExpectation, RowCondition,
    RowExpectation, Scalar, Section,
};
use crate::text;

type Parsed<T> = Result<T, ExpectationsError>;

impl Expectations {
    /// Reads a file of expectations.
    ///
    /// # Errors
    ///
    /// It is not JSON of this form, or it expects nothing.
    pub fn from_json(json: &str) -> Result<Self, ExpectationsError> {
        // A file written by an editor of Windows may begin with a byte order mark.
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        if json.trim().is_empty() {
            return Err(ExpectationsError::malformed("", "the file is empty"));
        }
        let tree: Tree = serde_json::from_str(json).map_err(|error| {
            ExpectationsError::malformed("", format!("this is not JSON that can be read: {error}"))
        })?;
        let root = At { path: Vec::new(), tree: &tree };
        let mut expectations = Self::default();
        for (schema, section) in root.map()? {
            expectations.sections.insert(schema.to_owned(), self::section(&section)?);
        }
        if expectations.is_empty() { Err(ExpectationsError::Empty) } else { Ok(expectations) }
    }
}

const SECTION: [&str; 9] = [
    "criticalTables",
    "criticalIndexes",
    "criticalConstraints",
    "criticalEnums",
    "tables",
    "views",
    "enums",
    "functions",
    "rows",
];

fn section(at: &At<'_>) -> Parsed<Section> {
    let mut section = Section::default();
    for (key, value) in at.known(&SECTION)? {
        match key {
            "criticalTables" => {
                for name in value.names()? {
                    section.tables.entry(name).or_default();
                }
            }
            "criticalIndexes" => section.indexes = value.names()?,
            "criticalConstraints" => section.constraints = value.names()?,
            "criticalEnums" => {
                for name in value.names()? {
                    section.enums.entry(name).or_default();
                }
            }
            "tables" => section.tables.extend(value.named(|table| relation(table, &TABLE))?),
            "views" => section.views = value.named(|view| relation(view, &VIEW))?,
            "enums" => section.enums.extend(value.named(enumeration)?),
            "functions" => section.functions = value.names()?,
            // The list of keys is the one above.
            _ => section.rows = rows(&value)?,
        }
    }
    Ok(section)
}

const TABLE: [&str; 4] = ["columns", "indexes", "constraints", "triggers"];
/// The columns of a view are not read, so that nothing can be said of them.
const VIEW: [&str; 2] = ["indexes", "triggers"];

fn relation(at: &At<'_>, keys: &[&'static str]) -> Parsed<RelationExpectation> {
    let mut relation = RelationExpectation::default();
    for (key, value) in at.known(keys)? {
        match key {
            "columns" => relation.columns = value.named(column)?,
            "indexes" => relation.indexes = value.named(index)?,
            "constraints" => relation.constraints = value.named(constraint)?,
            _ => relation.triggers = value.names()?,
        }
    }
    Ok(relation)
}

fn column(at: &At<'_>) -> Parsed<ColumnExpectation> {
    let mut column = ColumnExpectation::default();
    for (key, value) in at.known(&["type", "nullable", "default"])? {
        match (key, value.tree) {
            ("type", _) => column.ty = Some(value.text()?.to_owned()),
            ("nullable", _) => column.nullable = Some(value.bool()?),
            (_, Tree::Null) => column.default = Some(ColumnDefault::Absent),
            _ => column.default = Some(ColumnDefault::Is(value.text()?.to_owned())),
        }
    }
    Ok(column)
}

fn index(at: &At<'_>) -> Parsed<IndexExpectation> {
    let mut index = IndexExpectation::default();
    for (key, value) in at.known(&["unique", "keys"])? {
        match key {
            "unique" => index.unique = Some(value.bool()?),
            _ => index.keys = Some(value.texts()?),
        }
    }
    Ok(index)
}

fn constraint(at: &At<'_>) -> Parsed<ConstraintExpectation> {
    const TYPES: [&str; 5] = ["PRIMARY KEY", "UNIQUE", "FOREIGN KEY", "CHECK", "EXCLUDE"];
    let mut constraint = ConstraintExpectation::default();
    for (key, value) in at.known(&["type", "definition"])? {
        let text = value.text()?;
        match key {
            "type" => {
                let ty = TYPES.into_iter().find(|ty| ty.eq_ignore_ascii_case(text));
                let ty = ty.ok_or_else(|| {
                    let types = TYPES.join(", ");
                    value.wrong(format!("`{text}` is no type of a constraint: {types}"))
                })?;
                constraint.ty = Some(ty.to_owned());
            }
            _ => constraint.definition = Some(text.to_owned()),
        }
    }
    Ok(constraint)
}

fn enumeration(at: &At<'_>) -> Parsed<EnumExpectation> {
    if let Tree::List(_) = at.tree {
        return Ok(EnumExpectation::Exactly(at.texts()?));
    }
    let mut enumeration = EnumExpectation::Present;
    for (_, value) in at.known(&["includes"])? {
        enumeration = EnumExpectation::Includes(value.texts()?.into_iter().collect());
    }
    Ok(enumeration)
}

fn rows(at: &At<'_>) -> Parsed<BTreeMap<String, RowExpectation>> {
    let mut rows = BTreeMap::new();
    for entry in at.list()? {
        let mut parts: BTreeMap<&str, At<'_>> = BTreeMap::new();
        parts.extend(entry.known(&["name", "query", "expect", "timeoutSeconds"])?);
        let part = |key: &str| {
            parts.get(key).ok_or_else(|| entry.wrong(format!("the key `{key}` is missing")))
        };
        let name = part("name")?.text()?;
        let query = part("query")?.text()?;
        let mut row = RowExpectation::new(query, condition(part("expect")?)?);
        row.time_limit = parts.get("timeoutSeconds").map(time_limit).transpose()?;
        if rows.insert(name.to_owned(), row).is_some() {
            return Err(entry.wrong(format!("the name `{name}` is there twice")));
        }
    }
    Ok(rows)
}

fn condition(at: &At<'_>) -> Parsed<RowCondition> {
    let parts = at.known(&["rows", "value"])?;
    let [(key, value)] = &parts[..] else {
        return Err(at.wrong("write either `rows` or `value`"));
    };
    if *key == "rows" {
        return row_count(value);
    }
    Ok(match value.tree {
        Tree::Null => RowCondition::Value(Scalar::Null),
        Tree::Bool(truth) => RowCondition::Value(Scalar::Bool(*truth)),
        Tree::Number(number) => RowCondition::Value(Scalar::Number(number.clone())),
        Tree::Text(text) if text.chars().count() > MAX_VALUE_CHARS => {
            let message = format!("a value of more than {MAX_VALUE_CHARS} characters is not read");
            return Err(value.wrong(message));
        }
        Tree::Text(text) => RowCondition::Value(Scalar::Text(text.clone())),
        _ => {
            let (at_least, at_most) = value.bounds(At::number)?;
            RowCondition::Within { at_least, at_most }
        }
    })
}

fn row_count(at: &At<'_>) -> Parsed<RowCondition> {
    if let Tree::Number(_) = at.tree {
        let count = at.count()?;
        return Ok(RowCondition::Rows { at_least: count, at_most: Some(count) });
    }
    let (at_least, at_most) = at.bounds(At::count)?;
    let at_least = at_least.unwrap_or_default();
    if at_most.is_some_and(|at_most| at_most < at_least) || (at_least, at_most) == (0, None) {
        return Err(at.wrong("no number of rows, or every one, is within these bounds"));
    }
    Ok(RowCondition::Rows { at_least, at_most })
}

/// From a millisecond to an hour.
fn time_limit(at: &At<'_>) -> Parsed<Duration> {
    let seconds = at.number()?.as_f64().unwrap_or_default();
    if (0.001..=3600.0).contains(&seconds) {
        // What a file can say is a whole number of milliseconds, so that it can be written again.
        let limit = Duration::from_secs_f64((seconds * 1000.0).round() / 1000.0);
        return Ok(limit);
    }
    Err(at.wrong("write a number of seconds up to 3600"))
}

/// A value, and where it stands.
struct At<'a> {
    path: Vec<String>,
    tree: &'a Tree,
}

impl<'a> At<'a> {
    fn within(&self, key: &str, tree: &'a Tree) -> Self {
        let path = self.path.iter().cloned().chain([key.to_owned()]).collect();
        At { path, tree }
    }

    fn wrong(&self, message: impl Into<String>) -> ExpectationsError {
        ExpectationsError::malformed(self.path.join("."), message)
    }

    fn expected(&self, what: &str) -> ExpectationsError {
        self.wrong(format!("{what} is expected here, not {}", self.tree.what()))
    }

    /// The entries of an object.
    fn map(&self) -> Parsed<Vec<(&'a str, Self)>> {
        let Tree::Map(entries) = self.tree else {
            return Err(self.expected("an object"));
        };
        let at = |(key, tree): &'a (String, Tree)| (key.as_str(), self.within(key, tree));
        Ok(entries.iter().map(at).collect())
    }

    /// The entries of an object that may have these keys only.
    fn known(&self, keys: &[&'static str]) -> Parsed<Vec<(&'static str, Self)>> {
        let mut entries = Vec::new();
        for (key, value) in self.map()? {
            let Some(known) = keys.iter().find(|known| **known == key) else {
                let nearest = text::similar(key, keys.iter().copied());
                let all = || format!("there are {}", keys.join(", "));
                let hint = nearest.map_or_else(all, |near| format!("did you mean `{near}`?"));
                return Err(self.wrong(format!("the key `{key}` is not known; {hint}")));
            };
            entries.push((*known, value));
        }
        Ok(entries)
    }

    /// Names with what is said of each: an object, or a list of names of which nothing more is said.
    fn named<T: Default>(&self, parse: impl Fn(&Self) -> Parsed<T>) -> Parsed<BTreeMap<String, T>> {
        match self.tree {
            Tree::List(_) => {
                Ok(self.names()?.into_iter().map(|name| (name, T::default())).collect())
            }
            Tree::Map(_) => self
                .map()?
                .into_iter()
                .map(|(name, value)| match name {
                    "" => Err(self.wrong("a name is empty")),
                    _ => Ok((name.to_owned(), parse(&value)?)),
                })
                .collect(),
            _ => Err(self.expected("a list of names, or an object")),
        }
    }

    fn list(&self) -> Parsed<Vec<Self>> {
        let Tree::List(list) = self.tree else {
            return Err(self.expected("a list"));
        };
        let at = |(index, tree): (usize, &'a Tree)| self.within(&(index + 1).to_string(), tree);
        Ok(list.iter().enumerate().map(at).collect())
    }

    /// A list of different names.
    fn names(&self) -> Parsed<BTreeSet<String>> {
        self.texts().map(|names| names.into_iter().collect())
    }

    fn texts(&self) -> Parsed<Vec<String>> {
        let mut seen = BTreeSet::new();
        for entry in self.list()? {
            let text = entry.text()?;
            if !seen.insert(text) {
                return Err(entry.wrong(format!("`{text}` is there twice")));
            }
        }
        self.list()?.iter().map(|entry| entry.text().map(str::to_owned)).collect()
    }

    /// A text that is not empty.
    fn text(&self) -> Parsed<&'a str> {
        match self.tree {
            Tree::Text(text) if text.is_empty() => Err(self.wrong("this text is empty")),
            Tree::Text(text) => Ok(text),
            _ => Err(self.expected("a text")),
        }
    }

    fn bool(&self) -> Parsed<bool> {
        match self.tree {
            Tree::Bool(truth) => Ok(*truth),
            _ => Err(self.expected("true or false")),
        }
    }

    fn number(&self) -> Parsed<Number> {
        match self.tree {
            Tree::Number(number) => Ok(number.clone()),
            _ => Err(self.expected("a number")),
        }
    }

    fn count(&self) -> Parsed<u64> {
        self.number()?.as_u64().ok_or_else(|| self.wrong("write a whole number, 0 or more"))
    }

    fn bounds<T>(&self, parse: impl Fn(&Self) -> Parsed<T>) -> Parsed<(Option<T>, Option<T>)> {
        let (mut at_least, mut at_most) = (None, None);
        for (key, value) in self.known(&["atLeast", "atMost"])? {
            match key {
                "atLeast" => at_least = Some(parse(&value)?),
                _ => at_most = Some(parse(&value)?),
            }
        }
        if at_least.is_none() && at_most.is_none() {
            return Err(self.wrong("write `atLeast` or `atMost`"));
        }
        Ok((at_least, at_most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{
      "site": {
        "criticalTables": ["User"], "criticalIndexes": ["Job_status_idx"],
        "criticalConstraints": ["Job_pkey"], "criticalEnums": ["JobStatus"],
        "tables": {
          "Job": {
            "columns": { "status": { "type": "JobStatus", "nullable": false, "default": null }, "id": {} },
            "indexes": { "Job_owner_idx": { "unique": false, "keys": ["owner", "id DESC"] } },
            "constraints": { "Job_owner_fkey": { "type": "foreign key", "definition": "FOREIGN KEY (owner)" } },
            "triggers": ["touch"]
          }
        },
        "views": ["ActiveUser"],
        "enums": { "Mood": ["sad", "ok"], "Plan": { "includes": ["FREE"] } },
        "functions": ["touch()", "slug"],
        "rows": [
          { "name": "an admin", "query": "SELECT 1", "expect": { "rows": { "atLeast": 1 } } },
          { "name": "no orphan", "query": "SELECT 1", "expect": { "rows": 0 }, "timeoutSeconds": 0.25 },
          { "name": "currency", "query": "SELECT 1", "expect": { "value": "EUR" } },
          { "name": "plans", "query": "SELECT 1", "expect": { "value": { "atLeast": 2, "atMost": 9.5 } } }
        ]
      },
      "job": { "enums": ["Mood"] }
    }"#;

    #[test]
    fn everything_is_read_and_written_again() {
        let read = Expectations::from_json(WHOLE).unwrap();
        let section = &read.sections["site"];
        assert_eq!(section.tables.len(), 2);
        assert_eq!(section.tables["Job"].columns["id"], ColumnExpectation::default());
        assert_eq!(section.rows["no orphan"].time_limit, Some(Duration::from_millis(250)));
        insta::assert_snapshot!("written_again", read.to_json());
        assert_eq!(Expectations::from_json(&read.to_json()).unwrap(), read);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let mut shown = String::new();
        for json in [
            "",
            "\u{feff} \n",
            "[]",
            "{",
            "{}",
            r#"{"a": {}}"#,
            r#"{"a": {"criticalTables": []}}"#,
            r#"{"a": {"criticalTable": ["x"]}}"#,
            r#"{"a": {"xyz": 1}}"#,
            r#"{"criticalTables": ["x"]}"#,
            r#"{"a": {"criticalTables": ["x", "x"]}}"#,
            r#"{"a": {"criticalTables": [""]}}"#,
            r#"{"a": {"criticalTables": [{"name": "x"}]}}"#,
            r#"{"a": {}, "a": {}}"#,
            r#"{"a": {"tables": {"t": {"columns": {"c": {"nulable": true}}}}}}"#,
            r#"{"a": {"tables": {"t": {"columns": {"c": {"nullable": "no"}}}}}}"#,
            r#"{"a": {"tables": {"": {}}}}"#,
            r#"{"a": {"views": {"v": {"columns": ["c"]}}}}"#,
            r#"{"a": {"tables": {"t": {"constraints": {"c": {"type": "KEY"}}}}}}"#,
            r#"{"a": {"rows": [{"name": "n", "query": "SELECT 1"}]}}"#,
            r#"{"a": {"rows": [{"name": "n", "query": "SELECT 1", "expect": {}}]}}"#,
            r#"{"a": {"rows": [{"name": "n", "query": "SELECT 1", "expect": {"rows": -1}}]}}"#,
            r#"{"a": {"rows": [{"name": "n", "query": "SELECT 1", "expect": {"rows": {"atLeast": 0}}}]}}"#,
            r#"{"a": {"rows": [{"name": "n", "query": "SELECT 1", "expect": {"value": {}}}]}}"#,
            r#"{"a": {"rows": [{"name": "n", "query": "SELECT 1", "expect": {"rows": 1}, "timeoutSeconds": 0}]}}"#,
        ] {
            let error = Expectations::from_json(json).unwrap_err();
            assert!(!error.help().is_empty());
            shown.push_str(&format!("{json:?}\n    {}: {error}\n", error.code()));
        }
        insta::assert_snapshot!("refused", shown);
    }

    #[test]
    fn a_deep_file_is_refused_and_harmless() {
        let deep = format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
        assert_eq!(Expectations::from_json(&deep).unwrap_err().code(), "expectations-malformed");
    }
}
