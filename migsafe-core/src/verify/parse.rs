//! Reading expectations. Every key is known or an error; errors name the place.

use std::collections::BTreeMap;
use std::time::Duration;

use super::at::{At, Parsed};
use super::tree::Tree;
use super::{
    ColumnDefault, ColumnExpectation, ConstraintExpectation, EnumExpectation, Expectations,
    ExpectationsError, IndexExpectation, MAX_VALUE_CHARS, RelationExpectation, RowCondition,
    RowExpectation, Scalar, Section,
};

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
        let root = At::root(&tree);
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
            // Both databases take a key twice.
            _ => index.keys = Some(value.texts()?),
        }
    }
    Ok(index)
}

/// The types of constraints that can be expected.
pub(super) const CONSTRAINT_TYPES: [&str; 5] =
    ["PRIMARY KEY", "UNIQUE", "FOREIGN KEY", "CHECK", "EXCLUDE"];

fn constraint(at: &At<'_>) -> Parsed<ConstraintExpectation> {
    let mut constraint = ConstraintExpectation::default();
    for (key, value) in at.known(&["type", "definition"])? {
        let text = value.text()?;
        match key {
            "type" => {
                let ty = CONSTRAINT_TYPES.into_iter().find(|ty| ty.eq_ignore_ascii_case(text));
                let ty = ty.ok_or_else(|| {
                    let types = CONSTRAINT_TYPES.join(", ");
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
        return Ok(EnumExpectation::Exactly(at.different_texts()?));
    }
    let mut enumeration = EnumExpectation::Present;
    for (_, value) in at.known(&["includes"])? {
        enumeration = EnumExpectation::Includes(value.different_texts()?.into_iter().collect());
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
        let mut shown = Vec::new();
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
            shown.push(format!("{json:?}\n    {}: {error}\n", error.code()));
        }
        insta::assert_snapshot!("refused", shown.concat());
    }

    #[test]
    fn a_deep_file_is_refused_and_harmless() {
        let deep = format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
        assert_eq!(Expectations::from_json(&deep).unwrap_err().code(), "expectations-malformed");
    }
}
