//! `ALTER COLUMN … TYPE`: which values do not fit, and which come out as others.

use migsafe_core::data::{CastClass, Certainty, DataAnswer, Found, cast_class};
use migsafe_core::sql::TypeName;

use super::Asked;
use super::questions::fails;
use super::scan::{Scan, percent, source};
use super::session::{Asking, Trouble};
use super::table::Table;
use crate::sql::{self, BEFORE_ASKED, Ident};

/// Types in which two values are equal only if they are written alike.
const DISTINCT: &[&str] =
    &["smallint", "integer", "bigint", "uuid", "boolean", "date", "text", "character varying"];

pub(super) async fn answer(
    asking: &mut Asking,
    table: &Table,
    column: &str,
    to: &TypeName,
    using: Option<&str>,
    plain: bool,
) -> Asked<DataAnswer> {
    let facts = asking.ask(sql::cast_facts(&table.oid, column, &to.text)).await?;
    let value = |at| facts.value(BEFORE_ASKED, at).map(|value| value.into_owned());
    let Some(from) = value(0) else {
        return Ok(DataAnswer::NotThere);
    };
    if value(1).is_none() {
        return Ok(DataAnswer::Unanswered(format!("the type {} was not found", to.text)));
    }
    let castable = value(2).as_deref() == Some("t");
    let (is_key, is_checked) = (value(3).as_deref() == Some("t"), value(4).as_deref() == Some("t"));
    let column = Ident(column).to_string();
    if using.is_none() {
        if !castable {
            // The server looks at the types first: it fails on an empty table too.
            let found = Found::exactly(0);
            return Ok(DataAnswer::Failing { sqlstate: "42804".to_owned(), found });
        }
        if cast_class(&from, to) == CastClass::Safe {
            return Ok(DataAnswer::Changed(Found::exactly(0)));
        }
        if let Some(answer) = too_long(asking, table, &column, to).await? {
            return Ok(answer);
        }
    }
    let new = match using {
        Some(using) => format!("(\n{using}\n)::{}", to.text),
        None => format!("{column}::{}", to.text),
    };
    if let Some(answer) = does_not_fit(asking, table, &column, &new, to).await? {
        return Ok(answer);
    }
    let found = changed(asking, table, &column, &new, &from).await?;
    // Values that say the same may be equal in another type, and a condition may mean another thing.
    let distinct = to.dimensions == 0 && DISTINCT.contains(&&*to.name.name);
    let same_type = from == to.text;
    if found.rows == 0 && !same_type && (is_checked || (is_key && !distinct)) {
        let any = Scan::all(table, table.with_children()).run(asking).await?;
        if any.rows > 0 {
            let what = if is_checked { "a CHECK constraint" } else { "a unique index" };
            let why = format!("whether its values fulfil {what} in another type is not asked");
            return Ok(DataAnswer::Unanswered(why));
        }
    }
    Ok(if plain { DataAnswer::Changed(found) } else { DataAnswer::Computed(found) })
}

/// Where a type with a length is assigned, a longer value is an error unless only blanks are cut; a cast of ours
/// would cut it in silence.
async fn too_long(
    asking: &mut Asking,
    table: &Table,
    column: &str,
    to: &TypeName,
) -> Asked<Option<DataAnswer>> {
    let length = match (&*to.name.name, &*to.modifiers, to.dimensions) {
        ("character varying", [length], 0) | ("character" | "bpchar", [length], 0) => *length,
        ("character", [], 0) if !to.text.eq_ignore_ascii_case("bpchar") => 1,
        ("bit" | "bit varying", _, _) | ("character varying" | "character", [_], _) => {
            let why = format!("lengths are not asked about for the type {}", to.text);
            return Err(Trouble::Refused(why));
        }
        _ => return Ok(None),
    };
    let condition = format!(
        "pg_catalog.char_length({column}::text) > {length} \
         AND pg_catalog.rtrim(pg_catalog.substr({column}::text, {length} + 1), ' ') <> ''"
    );
    let found = Scan::rows_where(table, table.with_children(), condition).run(asking).await?;
    Ok((found.rows > 0).then(|| DataAnswer::Failing { sqlstate: "22001".to_owned(), found }))
}

/// Computes every new value. An error about a value is the one that the statement would run into.
async fn does_not_fit(
    asking: &mut Asking,
    table: &Table,
    column: &str,
    new: &str,
    to: &TypeName,
) -> Asked<Option<DataAnswer>> {
    let compute = |percent| sql::compute(&source(&table.with_children(), None, percent), new);
    let trouble = match asking.ask_with_script(compute(None)).await {
        Ok(_) => return Ok(None),
        Err(Trouble::TimedOut) if table.can_be_sampled() => {
            let percent = percent(table);
            match asking.ask_with_script(compute(Some(percent))).await {
                Ok(_) | Err(Trouble::TimedOut) => {
                    let limit = asking.limits.per_question.as_millis();
                    return Err(Trouble::Refused(format!(
                        "looking at every row took longer than {limit} ms, and in a sample of about {percent} % \
                         every value fits"
                    )));
                }
                Err(trouble) => trouble,
            }
        }
        Err(trouble) => trouble,
    };
    // `NaN` to an integer is "not supported".
    if trouble.about_values().is_none() && trouble.code() != "0A000" {
        return Err(trouble);
    }
    let beyond = match (&*to.name.name, &*to.modifiers) {
        ("smallint", _) => Some("pg_catalog.round({}::numeric) NOT BETWEEN -32768 AND 32767".to_owned()),
        ("integer", _) => {
            Some("pg_catalog.round({}::numeric) NOT BETWEEN -2147483648 AND 2147483647".to_owned())
        }
        ("bigint", _) => Some(
            "pg_catalog.round({}::numeric) NOT BETWEEN -9223372036854775808 AND 9223372036854775807"
                .to_owned(),
        ),
        ("numeric", [precision, scale]) => Some(format!(
            "pg_catalog.abs(pg_catalog.round({{}}::numeric, {scale})) >= 10::numeric ^ {}",
            precision - scale
        )),
        ("numeric", [precision]) => Some(format!(
            "pg_catalog.abs(pg_catalog.round({{}}::numeric)) >= 10::numeric ^ {precision}"
        )),
        _ => None,
    };
    if let Some(condition) = beyond.filter(|_| trouble.code() == "22003" && !asking.is_over()) {
        let condition = condition.replace("{}", column);
        let scan = Scan::rows_where(table, table.with_children(), condition);
        // Without a count it is still certain that it fails.
        if let Ok(found) = scan.run(asking).await
            && found.rows > 0
        {
            return Ok(Some(DataAnswer::Failing { sqlstate: "22003".to_owned(), found }));
        }
    }
    Ok(Some(fails(&trouble)))
}

/// How many values do not come back.
async fn changed(
    asking: &mut Asking,
    table: &Table,
    column: &str,
    new: &str,
    from: &str,
) -> Asked<Found> {
    let conditions = [
        format!("({new})::{from} IS DISTINCT FROM {column}"),
        // Types without an equality.
        format!("({new})::{from}::text IS DISTINCT FROM {column}::text"),
    ];
    let mut result = Err(Trouble::Refused("its values cannot be compared".to_owned()));
    for condition in conditions {
        let scan = Scan::rows_where(table, table.with_children(), condition).of_script();
        result = scan.run(asking).await;
        match &result {
            Err(trouble) if trouble.code() == "42883" => {}
            // A value that the old type cannot hold is another one for certain.
            Err(trouble) if trouble.about_values().is_some() => {
                return Ok(Found::of(1, Certainty::AtLeast));
            }
            Err(trouble) if trouble.code() == "42846" => {
                let why = format!("new values cannot be cast back to {from}, to compare them");
                return Err(Trouble::Refused(why));
            }
            _ => return result,
        }
    }
    result
}
