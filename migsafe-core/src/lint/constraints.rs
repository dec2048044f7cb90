//! What rules on constraints share.

use super::Site;
use crate::policy::Suggestion;
use crate::sql::{Constraint, ConstraintKind, ObjectName};

/// Whether a script made the table as a partitioned one. A foreign key cannot be added to it `NOT VALID` (before
/// PostgreSQL 18), no index be built on it concurrently, and no constraint take over an index of it.
pub(super) fn is_partitioned(site: &Site<'_>, table: &ObjectName) -> bool {
    let known = site.table(table).and_then(|table| table.definition());
    known.is_some_and(|definition| definition.partitioned)
}

/// The same constraint in two migrations: added `NOT VALID`, then validated. `None` for one without a name, which could
/// not be named in the second.
pub(super) fn validated_later(
    site: &Site<'_>,
    table: &ObjectName,
    constraint: &Constraint,
) -> Option<Suggestion> {
    let name = site.quote(constraint.name.as_deref()?);
    let table = site.quote_name(table);
    let add = site.sql().trim_end();
    Some(Suggestion::migrations([
        format!("ALTER TABLE {table} {add} NOT VALID;\n"),
        format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name};\n"),
    ]))
}

/// A unique constraint or primary key in two migrations: its index, then the constraint on it. `None` for one without a
/// name or with words that an index has none for.
pub(super) fn by_index(
    site: &Site<'_>,
    table: &ObjectName,
    constraint: &Constraint,
) -> Option<Suggestion> {
    let (columns, kind) = match &constraint.kind {
        ConstraintKind::Unique { columns, nulls_not_distinct: false, .. } => (columns, "UNIQUE"),
        ConstraintKind::PrimaryKey { columns, .. } => (columns, "PRIMARY KEY"),
        _ => return None,
    };
    let plain =
        site.sql().trim_end().ends_with(')') && !site.sql().to_uppercase().contains("INCLUDE");
    let name = site.quote(constraint.name.as_deref().filter(|_| plain)?);
    let table = site.quote_name(table);
    let columns: Vec<String> = columns.iter().map(|column| site.quote(column)).collect();
    let columns = columns.join(", ");
    Some(Suggestion::migrations([
        format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns});\n"),
        format!("ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name};\n"),
    ]))
}

/// What kind of constraint goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dropped {
    ForeignKey,
    PrimaryKey,
    /// Check, unique, exclusion.
    Guard,
    Unknown,
}

/// By what the scripts say of it, else by the name that PostgreSQL and Prisma give.
pub(super) fn dropped(site: &Site<'_>, table: &ObjectName, name: &str) -> Dropped {
    let known = site.table(table).and_then(|table| table.constraint(name));
    if let Some(known) = known {
        return match known.kind {
            ConstraintKind::ForeignKey(_) => Dropped::ForeignKey,
            ConstraintKind::PrimaryKey { .. } => Dropped::PrimaryKey,
            ConstraintKind::NotNull { .. } => Dropped::Unknown,
            _ => Dropped::Guard,
        };
    }
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| name.ends_with(suffix));
    if ends(&["_fkey"]) {
        Dropped::ForeignKey
    } else if ends(&["_pkey"]) {
        Dropped::PrimaryKey
    } else if ends(&["_check", "_key", "_excl"]) {
        Dropped::Guard
    } else {
        Dropped::Unknown
    }
}

/// Whether a check is `column IS NOT NULL`, in parentheses or not.
pub(super) fn proves_not_null(kind: &ConstraintKind, column: &str) -> bool {
    match kind {
        ConstraintKind::NotNull { column: known } => known == column,
        ConstraintKind::Check(check) => {
            let text = check.text.trim_matches(|c: char| "()".contains(c) || c.is_whitespace());
            // From the end: a quoted name may hold spaces.
            let tested = ["NULL", "NOT", "IS"].iter().try_fold(text, |text, word| {
                let at = text.len().checked_sub(word.len())?;
                let (before, last) = (text.get(..at)?, text.get(at..)?);
                let rest = before.trim_end();
                (last.eq_ignore_ascii_case(word) && rest.len() < before.len()).then_some(rest)
            });
            let is_name = |tested: &str| match tested.strip_prefix('"') {
                Some(rest) => {
                    rest.strip_suffix('"').is_some_and(|name| name.replace("\"\"", "\"") == column)
                }
                None => !tested.contains(char::is_whitespace),
            };
            tested.is_some_and(is_name) && matches!(&*check.columns, [only] if only == column)
        }
        _ => false,
    }
}

#[cfg(all(test, feature = "postgres-sql"))]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::sql::{ActionKind, analyse};

    #[test]
    fn a_check_proves_its_column_whatever_the_name() {
        let proves = |check: &str, column: &str| {
            let sql = format!("ALTER TABLE t ADD CONSTRAINT c CHECK ({check})");
            let script = analyse(Dialect::Postgres, &sql);
            match &script.statements()[0].actions()[0].kind {
                ActionKind::AddConstraint { constraint, .. } => {
                    proves_not_null(&constraint.kind, column)
                }
                other => panic!("{other:?}"),
            }
        };
        for (check, column) in [
            ("x IS NOT NULL", "x"),
            ("(x is\nnot null)", "x"),
            ("\"x y\" IS NOT NULL", "x y"),
            ("\"a \"\" IS NOT NULL\" IS NOT NULL", "a \" IS NOT NULL"),
        ] {
            assert!(proves(check, column), "{check}");
        }
        for check in [
            "x IS NULL",
            "x > 1",
            "x + 1 IS NOT NULL",
            "x IS NOT NULL OR true",
            "\"x\" IS NOT NULL AND y",
        ] {
            assert!(!proves(check, "x"), "{check}");
        }
    }
}
