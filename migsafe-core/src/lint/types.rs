//! What changes of a column's type do.

use crate::sql::TypeName;

/// Whether every value of the old type is stored as it is in the new one, so that no row is written or read again. By
/// the measured lock table, and `ATColumnChangeRequiresRewrite` of PostgreSQL's source.
pub(super) fn keeps_rows(old: &TypeName, new: &TypeName) -> bool {
    if old.dimensions != new.dimensions {
        return false;
    }
    let (from, to) = (old.name.name.as_str(), new.name.name.as_str());
    if old.name == new.name && old.modifiers == new.modifiers {
        return true;
    }
    let longer = || match (&*old.modifiers, &*new.modifiers) {
        (_, []) => true,
        ([from], [to]) => to >= from,
        _ => false,
    };
    match (from, to) {
        ("character varying", "text") | ("cidr", "inet") => true,
        ("text", "character varying") => new.modifiers.is_empty(),
        ("character varying", "character varying")
        | ("bit varying", "bit varying")
        | ("timestamp without time zone", "timestamp without time zone")
        | ("timestamp with time zone", "timestamp with time zone")
        | ("time without time zone", "time without time zone")
        | ("time with time zone", "time with time zone") => longer(),
        ("numeric", "numeric") => match (&*old.modifiers, &*new.modifiers) {
            (_, []) => true,
            ([from, rest @ ..], [to, new_rest @ ..]) => {
                let scale = |rest: &[i64]| rest.first().copied().unwrap_or_default();
                to >= from && scale(rest) == scale(new_rest)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether the change reads the values in the session's time zone.
pub(super) fn is_zone_change(old: &TypeName, new: &TypeName) -> bool {
    let kind = |ty: &TypeName| match ty.name.name.as_str() {
        "timestamp without time zone" | "timestamp" => Some(false),
        "timestamp with time zone" => Some(true),
        _ => None,
    };
    matches!((kind(old), kind(new)), (Some(from), Some(to)) if from != to)
}

/// Types to which every value can be written.
pub(super) fn is_text(ty: &TypeName) -> bool {
    ty.dimensions == 0 && matches!(ty.name.name.as_str(), "text" | "character varying" | "citext")
}

#[cfg(all(test, feature = "postgres-sql"))]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::sql::{self, ActionKind};

    fn ty(text: &str) -> TypeName {
        let script =
            sql::analyse(Dialect::Postgres, &format!("ALTER TABLE t ALTER COLUMN c TYPE {text}"));
        match &script.statements()[0].actions()[0].kind {
            ActionKind::AlterColumnType { ty, .. } => ty.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_stays_as_it_is() {
        for (old, new, keeps) in [
            ("varchar(10)", "varchar(20)", true),
            ("varchar(20)", "varchar(10)", false),
            ("varchar", "varchar(10)", false),
            ("varchar(10)", "text", true),
            ("text", "varchar", true),
            ("text", "varchar(10)", false),
            ("integer", "int4", true),
            ("integer", "bigint", false),
            ("numeric(10, 2)", "numeric(12, 2)", true),
            ("numeric(10, 2)", "numeric(12, 3)", false),
            ("numeric(10, 2)", "numeric", true),
            ("numeric", "numeric(10, 2)", false),
            ("timestamp(3)", "timestamp(6)", true),
            ("timestamp(6)", "timestamp(3)", false),
            ("timestamp", "timestamptz", false),
            ("text", "text[]", false),
            ("cidr", "inet", true),
        ] {
            assert_eq!(keeps_rows(&ty(old), &ty(new)), keeps, "{old} to {new}");
        }
        assert!(is_zone_change(&ty("timestamp(3)"), &ty("timestamptz")));
        assert!(!is_zone_change(&ty("timestamp(3)"), &ty("date")));
    }
}
