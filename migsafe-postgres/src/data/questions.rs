//! One question after the other.

use migsafe_core::Dialect;
use migsafe_core::data::{
    Certainty, DataAnswer, DataQuestion, Found, Key, NewColumn, Overwrite, PlannedScript, checks,
};
use migsafe_core::migrations::MigrationName;
use migsafe_core::sql::{ObjectName, analyse};

use super::scan::{Scan, number, percent, source};
use super::session::{Asking, Trouble};
use super::table::Table;
use super::{Asked, cast, dependents};
use crate::connection::text;
use crate::sql::{self, BEFORE_ASKED, Ident, Literal};

/// The alias of the table whose rows refer to others.
const CHILD: &str = "migsafe_child";

pub(super) async fn answer(asking: &mut Asking, question: &DataQuestion) -> Asked<DataAnswer> {
    match question {
        DataQuestion::NamedConstraint { table, constraint } => {
            let question = match named(asking, table, constraint).await? {
                Ok(question) => question,
                Err(answer) => return Ok(answer),
            };
            let answer = ask(asking, &question).await?;
            Ok(match (answer, question.failure(Dialect::Postgres)) {
                (DataAnswer::Found(found), Some(sqlstate)) if found.rows > 0 => {
                    DataAnswer::Failing { sqlstate: sqlstate.to_owned(), found }
                }
                (answer, _) => answer,
            })
        }
        question => ask(asking, question).await,
    }
}

async fn ask(asking: &mut Asking, question: &DataQuestion) -> Asked<DataAnswer> {
    if let DataQuestion::Dependents { kind, name } = question {
        return dependents::answer(asking, *kind, name).await;
    }
    let table = Table::find(asking, question.object()).await?;
    let found = match question {
        DataQuestion::Rows { by, cascade, .. } => {
            let from = match by {
                Overwrite::DropTable => table.itself(),
                _ => table.with_children(),
            };
            let found = Scan::all(&table, from).run(asking).await?;
            if *cascade { dependents::truncated(asking, &table, found).await? } else { found }
        }
        DataQuestion::RequiredColumn { column, if_not_exists, .. } => {
            if *if_not_exists && table.columns.contains(column) {
                return Ok(DataAnswer::Found(Found::exactly(0)));
            }
            Scan::all(&table, table.with_children()).run(asking).await?
        }
        DataQuestion::Values { column, .. } => {
            let condition = format!("{} IS NOT NULL", Ident(column));
            Scan::rows_where(&table, table.with_children(), condition).run(asking).await?
        }
        DataQuestion::Rewritten { column, .. } => {
            let condition = format!("{} IS NULL", Ident(column));
            Scan::rows_where(&table, table.with_children(), condition).run(asking).await?
        }
        DataQuestion::Unkept { kept, .. } => unkept(asking, &table, kept).await?,
        DataQuestion::Nulls { of, .. } => {
            let condition = format!("{} IS NULL", key(of));
            let scan = Scan::rows_where(&table, table.with_children(), condition);
            if matches!(of, Key::Expression(_)) { scan.of_script() } else { scan }
                .run(asking)
                .await?
        }
        DataQuestion::Violations { expression, added, .. } => {
            let condition = format!("NOT (\n{expression}\n)");
            let from = match added {
                Some(added) => with_added(&table, added),
                None => table.with_children(),
            };
            let scan = Scan::rows_where(&table, from, condition).of_script();
            match scan.run(asking).await {
                Err(trouble) if trouble.about_values().is_some() => return Ok(fails(&trouble)),
                found => found?,
            }
        }
        DataQuestion::EnumValues { column, allowed, .. } => {
            let column = Ident(column);
            let allowed: Vec<String> =
                allowed.iter().map(|value| Literal(value).to_string()).collect();
            let condition = if allowed.is_empty() {
                format!("{column} IS NOT NULL")
            } else {
                format!("{column}::text NOT IN ({})", allowed.join(", "))
            };
            Scan::rows_where(&table, table.with_children(), condition).run(asking).await?
        }
        DataQuestion::Orphans { columns, referenced, added, .. } => {
            let added = added.as_ref().map(typed);
            orphans(asking, &table, columns, referenced.as_ref(), added).await?
        }
        DataQuestion::Computable { expression, ty, once, .. } => {
            let new = format!("(\n{expression}\n)::{ty}");
            let from = table.with_children();
            let query = if *once {
                sql::some_rows(&from, None, Some(&new), 1)
            } else {
                sql::compute(&from, &new)
            };
            match asking.ask_with_script(query).await {
                Err(trouble) if trouble.about_values().is_some() => return Ok(fails(&trouble)),
                Err(trouble) => return Err(trouble),
                Ok(_) => Found::exactly(0),
            }
        }
        DataQuestion::Duplicates { unless: Some(index), .. } if exists(asking, index).await? => {
            Found::exactly(0)
        }
        DataQuestion::Duplicates { keys, predicate, nulls_not_distinct, .. } => {
            duplicates(asking, &table, keys, predicate.as_deref(), *nulls_not_distinct).await?
        }
        DataQuestion::PassedOn { to_kin, .. } => {
            let answer = asking.ask(sql::passed_on(&table.oid, *to_kin)).await?;
            Found::exactly(number(&answer))
        }
        DataQuestion::TypeChange { column, to, using, plain, .. } => {
            return cast::answer(asking, &table, column, to, using.as_deref(), *plain).await;
        }
        _ => return Ok(DataAnswer::Unanswered("it is not known how to ask this".to_owned())),
    };
    Ok(DataAnswer::Found(found))
}

/// At least one value is the reason; how many there are the error does not say.
pub(super) fn fails(trouble: &Trouble) -> DataAnswer {
    DataAnswer::Failing {
        sqlstate: trouble.code().to_owned(),
        found: Found::of(1, Certainty::AtLeast),
    }
}

fn key(key: &Key) -> String {
    match key {
        Key::Column(column) => Ident(column).to_string(),
        Key::Expression(expression) => format!("(\n{expression}\n)"),
        // A kind of key that this crate does not know would be refused as a column of no table.
        _ => Ident("").to_string(),
    }
}

/// The value of a column that is not there yet.
fn typed(added: &NewColumn) -> String {
    let ty = added.ty.as_ref().map(|ty| format!("::{ty}")).unwrap_or_default();
    format!("(\n{}\n){ty}", added.value)
}

/// The rows of a table with a column that is not there yet. What is computed may name the others.
fn with_added(table: &Table, added: &NewColumn) -> String {
    format!(
        "(SELECT *, {} AS {} FROM {}) AS migsafe_rows",
        typed(added),
        Ident(&added.name),
        table.with_children()
    )
}

async fn exists(asking: &mut Asking, name: &ObjectName) -> Asked<bool> {
    let answer = asking.ask(sql::exists(name)).await?;
    Ok(answer.value(BEFORE_ASKED, 0).as_deref() == Some("t"))
}

async fn unkept(asking: &mut Asking, table: &Table, kept: &[String]) -> Asked<Found> {
    let lost: Vec<&String> = table.columns.iter().filter(|column| !kept.contains(column)).collect();
    let mut all = Found::exactly(0);
    for column in lost {
        let condition = format!("{} IS NOT NULL", Ident(column));
        let found = Scan::rows_where(table, table.with_children(), condition).run(asking).await?;
        all.rows += found.rows;
        if found.certainty != Certainty::Exact {
            all.certainty = found.certainty;
        }
    }
    Ok(all)
}

async fn duplicates(
    asking: &mut Asking,
    table: &Table,
    keys: &[Key],
    predicate: Option<&str>,
    nulls_not_distinct: bool,
) -> Asked<Found> {
    let of_script = predicate.is_some() || keys.iter().any(|key| matches!(key, Key::Expression(_)));
    let keys: Vec<String> = keys.iter().map(key).collect();
    let mut conditions: Vec<String> = Vec::new();
    if !nulls_not_distinct {
        conditions.extend(keys.iter().map(|key| format!("{key} IS NOT NULL")));
    }
    conditions.extend(predicate.map(|predicate| format!("(\n{predicate}\n)")));
    let (shown, up_to) = (asking.limits.samples, asking.limits.count_up_to);
    let query = |percent| {
        let source = source(&table.itself(), None, percent);
        sql::duplicates(&source, &keys, &conditions, up_to, shown.max(1))
    };
    let ask = async |asking: &mut Asking, query: String| {
        if of_script { asking.ask_with_script(query).await } else { asking.ask(query).await }
    };
    let (answer, sampled) = match ask(asking, query(None)).await {
        Err(Trouble::TimedOut) if table.can_be_sampled() => {
            (ask(asking, query(Some(percent(table)))).await, true)
        }
        answer => (answer, false),
    };
    let nothing = |asking: &Asking| {
        let limit = asking.limits.per_question.as_millis();
        Trouble::Refused(format!(
            "looking at every row took longer than {limit} ms, and a sample shows none"
        ))
    };
    let answer = match answer {
        Err(Trouble::TimedOut) if sampled => return Err(nothing(asking)),
        answer => answer?,
    };
    let rows = number(&answer);
    if rows == 0 && sampled {
        return Err(nothing(asking));
    }
    let mut keys: Vec<String> = answer
        .rows(BEFORE_ASKED)
        .iter()
        .filter_map(|row| Some(text(row, 1)?.into_owned()))
        .collect();
    keys.truncate(shown);
    // How many share a key cannot be told from a sample: the other may be outside of it, and the more rows a key has,
    // the likelier it is seen. Those that were seen are there.
    let certainty = if sampled || rows > up_to { Certainty::AtLeast } else { Certainty::Exact };
    Ok(Found::of(rows, certainty).with_sample(keys))
}

async fn orphans(
    asking: &mut Asking,
    child: &Table,
    columns: &[String],
    referenced: Option<&(ObjectName, Vec<String>)>,
    added: Option<String>,
) -> Asked<Found> {
    let of_child = |column: &String| match &added {
        Some(value) => value.clone(),
        None => format!("{CHILD}.{}", Ident(column)),
    };
    let mut condition: Vec<String> =
        columns.iter().map(|column| format!("{} IS NOT NULL", of_child(column))).collect();
    if let Some((name, referenced)) = referenced {
        let parent = Table::find(asking, name).await.map_err(|trouble| match trouble {
            Trouble::NotThere => Trouble::Refused(format!("{name} was not found in the database")),
            other => other,
        })?;
        let referenced = if referenced.is_empty() { &parent.key } else { referenced };
        if referenced.len() != columns.len() {
            return Err(Trouble::Refused(format!("{name} has no such key")));
        }
        let equal: Vec<String> = referenced
            .iter()
            .zip(columns)
            .map(|(theirs, ours)| format!("migsafe_parent.{} = {}", Ident(theirs), of_child(ours)))
            .collect();
        condition.push(format!(
            "NOT EXISTS (SELECT 1 FROM {} AS migsafe_parent WHERE {})",
            parent.itself(),
            equal.join(" AND ")
        ));
    }
    let scan = Scan {
        alias: Some(CHILD),
        of_script: added.is_some(),
        key: child.key_text(&format!("{CHILD}.")),
        ..Scan::rows_where(child, child.itself(), condition.join(" AND "))
    };
    scan.run(asking).await
}

/// The question that a constraint in the database raises, read from its definition as if a script had it.
async fn named(
    asking: &mut Asking,
    table: &ObjectName,
    constraint: &str,
) -> Asked<Result<DataQuestion, DataAnswer>> {
    let found = Table::find(asking, table).await?;
    let answer = asking.ask(sql::constraint(&found.oid, constraint)).await?;
    let Some(definition) = answer.value(BEFORE_ASKED, 0) else {
        return Ok(Err(DataAnswer::NotThere));
    };
    if answer.value(BEFORE_ASKED, 1).as_deref() == Some("t") {
        return Ok(Err(DataAnswer::Found(Found::exactly(0))));
    }
    let definition = definition.trim_end().trim_end_matches("NOT VALID");
    let text = format!("ALTER TABLE {} ADD {definition}", found.with_children());
    let script = analyse(Dialect::Postgres, &text);
    let name = MigrationName::from("constraint");
    let mut checks = checks(Dialect::Postgres, &[PlannedScript::new(&name, &script, &text)]);
    Ok(match (checks.pop(), checks.is_empty()) {
        (Some(check), true) => match (check.settled(), check.question) {
            (None, Some(question)) => Ok(question),
            (Some(outcome), _) => Err(DataAnswer::Unanswered(match outcome {
                migsafe_core::data::DataOutcome::Unknown { why } => why,
                _ => "its definition is not understood".to_owned(),
            })),
            (None, None) => {
                Err(DataAnswer::Unanswered("its definition is not understood".to_owned()))
            }
        },
        _ => Err(DataAnswer::Unanswered("its definition is not understood".to_owned())),
    })
}
