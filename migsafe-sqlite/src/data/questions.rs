//! One question after the other.

use migsafe_core::Dialect;
use migsafe_core::data::{Certainty, DataAnswer, DataQuestion, Found, Key};
use migsafe_core::sql::{ObjectName, analyse};

use super::Asking;
use super::queries::{self, ident};
use super::stored::Stored;
use crate::error::{Fault, code};

pub(super) async fn answer(
    asking: &mut Asking<'_>,
    question: &DataQuestion,
) -> Result<DataAnswer, Fault> {
    let Some(table) = Table::find(asking, question.object()).await? else {
        return Ok(DataAnswer::NotThere);
    };
    let condition = match question {
        DataQuestion::PassedOn { to_kin, .. } => {
            let things = asking.ask(queries::passed_on(question.object(), !to_kin)).await?;
            return Ok(DataAnswer::Found(Found::exactly(number(&things))));
        }
        DataQuestion::Orphans { columns, referenced, .. } => {
            let child = (question.object(), &table);
            return orphans(asking, child, columns, referenced.as_ref()).await;
        }
        DataQuestion::Referring { .. } => return referring(asking, question.object()).await,
        DataQuestion::Stored { column, .. } if !table.has(column) => {
            return Ok(DataAnswer::NotThere);
        }
        DataQuestion::Stored { column, to, strict, rowid, in_any_way, .. } => {
            let stored = Stored { column: ident(column), to, strict: *strict, rowid: *rowid };
            return stored.answer(asking, &table, *in_any_way).await;
        }
        DataQuestion::Rows { .. } | DataQuestion::RequiredColumn { .. } => "1".to_owned(),
        DataQuestion::Values { column, .. } | DataQuestion::Rewritten { column, .. }
            if !table.has(column) =>
        {
            // In double quotes SQLite would take it for a string.
            return Ok(DataAnswer::NotThere);
        }
        DataQuestion::Values { column, .. } => format!("{} IS NOT NULL", ident(column)),
        DataQuestion::Rewritten { column, .. } => format!("{} IS NULL", ident(column)),
        DataQuestion::Nulls { of, .. } => match key(&table, of) {
            Some(key) => format!("{key} IS NULL"),
            None => return Ok(DataAnswer::NotThere),
        },
        DataQuestion::Violations { expression, added: Some(added), .. } => {
            let name = ident(&added.name);
            let table = Table {
                from: format!("(SELECT *, (\n{}\n) AS {name} FROM {})", added.value, table.from),
                ..table
            };
            let condition = format!("NOT (\n{expression}\n)");
            return scan(asking, &table, &condition).await.map(DataAnswer::Found);
        }
        DataQuestion::Violations { expression, .. } => format!("NOT (\n{expression}\n)"),
        DataQuestion::Unkept { kept, .. } => return unkept(asking, &table, kept).await,
        DataQuestion::Duplicates { unless: Some(index), .. }
            if !asking.ask(queries::index(index)).await?.is_empty() =>
        {
            return Ok(DataAnswer::Found(Found::exactly(0)));
        }
        DataQuestion::Duplicates { keys, predicate, .. } => {
            return duplicates(asking, &table, keys, predicate.as_deref()).await;
        }
        _ => return Ok(DataAnswer::Unanswered("SQLite is not asked about this".to_owned())),
    };
    scan(asking, &table, &condition).await.map(DataAnswer::Found)
}

/// A table as the database has it.
pub(super) struct Table {
    from: String,
    columns: Vec<String>,
    /// Quoted.
    key: Vec<String>,
}

impl Table {
    async fn find(asking: &mut Asking<'_>, name: &ObjectName) -> Result<Option<Self>, Fault> {
        let mut key: Vec<(u32, String)> = Vec::new();
        let mut columns = Vec::new();
        for row in asking.ask(queries::columns(name)).await? {
            let [column, place] = row.as_slice() else { continue };
            match place.parse() {
                Ok(0) | Err(_) => {}
                Ok(place) => key.push((place, ident(column))),
            }
            columns.push(column.clone());
        }
        key.sort();
        let key = key.into_iter().map(|(_, column)| column).collect();
        Ok((!columns.is_empty()).then(|| Self { from: queries::table(name), columns, key }))
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known.eq_ignore_ascii_case(column))
    }
}

fn key(table: &Table, key: &Key) -> Option<String> {
    match key {
        Key::Column(column) => table.has(column).then(|| ident(column)),
        Key::Expression(expression) => Some(format!("(\n{expression}\n)")),
        _ => None,
    }
}

/// A query with a text of a script in it must be one query.
fn checked(query: String) -> Result<String, Fault> {
    let script = analyse(Dialect::Sqlite, &query);
    match script.statements() {
        [only] if script.is_split() && only.verb() == "SELECT" => Ok(query),
        _ => Err(Fault::of(Some(code::ERROR), "it cannot be put into a query safely")),
    }
}

/// Looks for some rows, then how many there are.
pub(super) async fn scan(
    asking: &mut Asking<'_>,
    table: &Table,
    condition: &str,
) -> Result<Found, Fault> {
    let (shown, up_to) = (asking.limits.samples, asking.limits.count_up_to);
    let key = queries::key_text(&table.key);
    let some = checked(queries::some_rows(&table.from, condition, &key, shown.max(1)))?;
    let first = asking.ask(some).await?;
    if first.is_empty() {
        return Ok(Found::exactly(0));
    }
    let seen = u64::try_from(first.len()).unwrap_or(1);
    let found = match asking.ask(checked(queries::count_rows(&table.from, condition, up_to))?).await
    {
        Ok(rows) => match number(&rows) {
            rows if rows > up_to => Found::of(up_to, Certainty::AtLeast),
            rows => Found::exactly(rows.max(seen)),
        },
        Err(fault) if fault.primary() == Some(code::INTERRUPT) => {
            Found::of(seen, Certainty::AtLeast)
        }
        Err(fault) => return Err(fault),
    };
    let with_key = shown > 0 && !table.key.is_empty();
    let keys = first.into_iter().flatten().filter(|_| with_key);
    Ok(found.with_sample(keys))
}

async fn unkept(
    asking: &mut Asking<'_>,
    table: &Table,
    kept: &[String],
) -> Result<DataAnswer, Fault> {
    let mut all = Found::exactly(0);
    let is_kept = |column: &String| kept.iter().any(|kept| kept.eq_ignore_ascii_case(column));
    for column in table.columns.iter().filter(|column| !is_kept(column)) {
        let found = scan(asking, table, &format!("{} IS NOT NULL", ident(column))).await?;
        all.rows += found.rows;
        if found.certainty != Certainty::Exact {
            all.certainty = found.certainty;
        }
    }
    Ok(DataAnswer::Found(all))
}

async fn duplicates(
    asking: &mut Asking<'_>,
    table: &Table,
    keys: &[Key],
    predicate: Option<&str>,
) -> Result<DataAnswer, Fault> {
    let keys: Option<Vec<String>> = keys.iter().map(|of| key(table, of)).collect();
    let Some(keys) = keys else {
        return Ok(DataAnswer::NotThere);
    };
    let mut conditions: Vec<String> = keys.iter().map(|key| format!("{key} IS NOT NULL")).collect();
    conditions.extend(predicate.map(|predicate| format!("(\n{predicate}\n)")));
    let (shown, up_to) = (asking.limits.samples, asking.limits.count_up_to);
    let condition = conditions.join(" AND ");
    let query = queries::duplicates(&table.from, &keys, &condition, up_to, shown.max(1));
    let rows = asking.ask(checked(query)?).await?;
    let count = number(&rows);
    let certainty = if count > up_to { Certainty::AtLeast } else { Certainty::Exact };
    let sample = rows.into_iter().filter_map(|row| row.into_iter().nth(1)).take(shown);
    Ok(DataAnswer::Found(Found::of(count, certainty).with_sample(sample)))
}

/// Rows with a whole key that no row of the other table has. A table that is not there has none.
async fn orphans(
    asking: &mut Asking<'_>,
    (name, table): (&ObjectName, &Table),
    columns: &[String],
    referenced: Option<&(ObjectName, Vec<String>)>,
) -> Result<DataAnswer, Fault> {
    if !columns.iter().all(|column| table.has(column)) {
        return Ok(DataAnswer::NotThere);
    }
    let child = |column: &String| format!("migsafe_child.{}", ident(column));
    let mut conditions: Vec<String> =
        columns.iter().map(|column| format!("{} IS NOT NULL", child(column))).collect();
    if let Some((name, theirs)) = referenced
        && let Some(parent) = Table::find(asking, name).await?
    {
        let theirs = if theirs.is_empty() {
            parent.key.clone()
        } else {
            theirs.iter().map(|column| ident(column)).collect()
        };
        if theirs.len() != columns.len() {
            return Ok(DataAnswer::Unanswered(format!("{name} has no such key")));
        }
        let equal: Vec<String> = theirs
            .iter()
            .zip(columns)
            // The value is compared with the affinity and the collation of the parent's column.
            .map(|(theirs, ours)| format!("migsafe_parent.{theirs} = {}", child(ours)))
            .collect();
        conditions.push(format!(
            "NOT EXISTS (SELECT 1 FROM {} AS migsafe_parent WHERE {})",
            parent.from,
            equal.join(" AND ")
        ));
    }
    let child = Table {
        from: format!("{} AS migsafe_child", table.from),
        columns: table.columns.clone(),
        key: table.key.clone(),
    };
    let found = scan(asking, &child, &conditions.join(" AND ")).await?;
    let parent = referenced.map_or("", |(name, _)| &*name.name);
    if found.rows > 0 && !asking.ask(queries::refers(name, parent)).await?.is_empty() {
        // With foreign keys off only what is new is a violation.
        let why = format!("{} rows refer to no row, and such rows may be known", found.rows);
        return Ok(DataAnswer::Unanswered(why));
    }
    Ok(DataAnswer::Found(found))
}

/// Rows that go, or lose the reference, with the rows that they refer to.
async fn referring(asking: &mut Asking<'_>, name: &ObjectName) -> Result<DataAnswer, Fault> {
    let mut all = Found::exactly(0);
    for row in asking.ask(queries::referring(name)).await? {
        let [child, column, acts] = row.as_slice() else { continue };
        let Some(table) = Table::find(asking, &ObjectName::unqualified(child)).await? else {
            continue;
        };
        let found = scan(asking, &table, &format!("{} IS NOT NULL", ident(column))).await?;
        if acts != "1" && found.rows > 0 {
            let why = format!("rows of {child} refer to it, which may keep it from being dropped");
            return Ok(DataAnswer::Unanswered(why));
        }
        all.rows += found.rows;
        if found.certainty != Certainty::Exact {
            all.certainty = found.certainty;
        }
    }
    Ok(DataAnswer::Found(all))
}

fn number(rows: &[Vec<String>]) -> u64 {
    rows.first().and_then(|row| row.first()).and_then(|text| text.parse().ok()).unwrap_or(0)
}
