//! What `CASCADE` takes along.

use migsafe_core::data::{Certainty, DataAnswer, Found};
use migsafe_core::sql::{ObjectKind, ObjectName};

use super::Asked;
use super::scan::Scan;
use super::session::Asking;
use super::table::Table;
use crate::connection::text;
use crate::sql::{self, BEFORE_ASKED, Ident};

pub(super) async fn answer(
    asking: &mut Asking,
    kind: ObjectKind,
    name: &ObjectName,
) -> Asked<DataAnswer> {
    let Some(query) = sql::dependents(kind, name) else {
        return Ok(DataAnswer::Unanswered(format!(
            "what depends on a {} is not asked",
            kind.words()
        )));
    };
    let answer = asking.ask(query).await?;
    let rows: Vec<Vec<Option<String>>> = answer
        .rows(BEFORE_ASKED)
        .iter()
        .map(|row| (0..6).map(|at| text(row, at).map(|text| text.into_owned())).collect())
        .collect();
    if rows.is_empty() {
        return Ok(DataAnswer::NotThere);
    }
    let roots = rows.iter().filter(|row| matches!(row.get(1), Some(Some(what)) if what == "self"));
    if roots.count() > 1 {
        return Ok(DataAnswer::Unanswered(format!(
            "several {}s have the name {name}, and which is meant is not asked",
            kind.words()
        )));
    }
    let mut found = Found::exactly(0);
    for row in &rows {
        let [Some(described), Some(what), schema, table, column, _] = row.as_slice() else {
            continue;
        };
        // The object itself has no description of its own here: only what goes with it is said.
        if what != "self" {
            found.also.push(described.clone());
        }
        let (Some(schema), Some(table)) = (schema, table) else { continue };
        let table =
            Table::find(asking, &ObjectName::qualified(schema.clone(), table.clone())).await?;
        let scan = match column {
            Some(column) => {
                let condition = format!("{} IS NOT NULL", Ident(column));
                Scan::rows_where(&table, table.itself(), condition)
            }
            None => Scan::all(&table, table.itself()),
        };
        add(&mut found, &scan.run(asking).await?);
    }
    Ok(DataAnswer::Found(found))
}

/// `TRUNCATE … CASCADE`: every table that refers to this one is emptied too.
pub(super) async fn truncated(
    asking: &mut Asking,
    table: &Table,
    mut found: Found,
) -> Asked<Found> {
    let answer = asking.ask(sql::referring_tables(&table.oid)).await?;
    let names: Vec<ObjectName> = answer
        .rows(BEFORE_ASKED)
        .iter()
        .filter_map(|row| Some(ObjectName::qualified(text(row, 0)?, text(row, 1)?)))
        .collect();
    for name in names {
        let other = Table::find(asking, &name).await?;
        let rows = Scan::all(&other, other.with_children()).run(asking).await?;
        if rows.rows > 0 {
            found.also.push(format!("the rows of {name}"));
        }
        add(&mut found, &rows);
    }
    Ok(found)
}

fn add(all: &mut Found, more: &Found) {
    all.rows += more.rows;
    if more.certainty != Certainty::Exact {
        all.certainty = more.certainty;
    }
}
