//! What the rules on types of columns share.

use super::Site;
use crate::policy::{Findings, Suggestion};
use crate::sql::{ActionKind, Column, ObjectName, TypeName};

/// The table and the columns that an action makes; nothing of what is temporary or elsewhere.
pub(super) fn made<'a>(site: &Site<'a>) -> Option<(&'a ObjectName, &'a [Column])> {
    match &site.action.kind {
        ActionKind::CreateTable(table) if !table.temporary && !table.foreign => {
            Some((&table.name, &table.columns))
        }
        ActionKind::AddColumn { table, column, .. } => Some((table, std::slice::from_ref(column))),
        _ => None,
    }
}

/// Whether a sequence numbers the rows by this column: it uses up one value for each row that there ever was.
pub(super) fn numbers_rows(column: &Column) -> bool {
    let serial = column.ty.as_ref().is_some_and(|ty| ty.name.name.ends_with("serial"));
    serial || column.identity.is_some()
}

/// Reports, once for the action, the columns whose type should be another one; `instead` gives it.
pub(super) fn report_types(
    findings: &mut Findings<'_>,
    site: &Site<'_>,
    says: &str,
    help: &str,
    instead: impl Fn(&Column, &TypeName) -> Option<String>,
) {
    let Some((table, columns)) = made(site) else {
        return;
    };
    let found: Vec<(&Column, &TypeName, String)> = columns
        .iter()
        .filter_map(|column| {
            let ty = column.ty.as_ref()?;
            Some((column, ty, instead(column, ty)?))
        })
        .collect();
    if found.is_empty() {
        return;
    }
    let names: Vec<String> =
        found.iter().map(|(column, ty, _)| format!("{} ({})", column.name, ty.text)).collect();
    let message = format!("{} of {table}: {says}", names.join(", "));
    match retyped(site, &found) {
        Some(script) => {
            findings.report_site_with(site, message, help, Suggestion::migrations([script]));
        }
        None => findings.report_site(site, message, help),
    }
}

/// The statement with other types.
fn retyped(site: &Site<'_>, found: &[(&Column, &TypeName, String)]) -> Option<String> {
    let from = site.statement.range().start;
    let mut script = site.statement_sql().to_owned();
    for (column, ty, instead) in found.iter().rev() {
        if column.name.eq_ignore_ascii_case(&ty.text) {
            return None;
        }
        let range = column.range.start.checked_sub(from)?..column.range.end.checked_sub(from)?;
        let at = type_at(script.get(range.clone())?, &ty.text)?;
        let start = range.start + at;
        script.replace_range(start..start + ty.text.len(), instead);
    }
    Some(format!("{script};"))
}

/// Where the type stands in a column's definition: behind white space, as a word.
fn type_at(definition: &str, ty: &str) -> Option<usize> {
    definition.match_indices(ty).map(|(at, _)| at).find(|at| {
        let before = definition.get(..*at).and_then(|text| text.chars().next_back());
        let after = definition.get(at + ty.len()..).and_then(|text| text.chars().next());
        before.is_some_and(char::is_whitespace) && !after.is_some_and(char::is_alphanumeric)
    })
}
