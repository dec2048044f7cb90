//! What to say of an object that is not there.

use crate::Dialect;
use crate::schema::ObjectKey;
use crate::verify::lookup::{Class, Lookup};
use crate::verify::{CheckOutcome, Miss, near};

/// Nothing of this name, or something else.
pub(super) fn missing(
    dialect: Dialect,
    lookup: &Lookup<'_>,
    class: Class,
    key: &ObjectKey,
) -> CheckOutcome {
    if class == Class::Enum && dialect == Dialect::Sqlite {
        return CheckOutcome::Missed {
            miss: Miss::Missing,
            found: "SQLite has no enumerations".to_owned(),
            help: "take it out of the file, or expect a CHECK of the column".to_owned(),
        };
    }
    let is_whole = key.parent().is_none() && !class.kind().is_contained();
    let others = lookup.named(key.schema(), key.name()).iter();
    let other = others.filter(|_| is_whole).find(|other| other.key().parent().is_none());
    if let Some(other) = other {
        let kind = other.key().kind();
        let article = if kind.name().starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
        return CheckOutcome::Missed {
            miss: Miss::OtherKind,
            found: format!("{article} {kind}"),
            help: format!("expect {article} {kind} in the file, or find out who made it one"),
        };
    }
    CheckOutcome::Missed {
        miss: Miss::Missing,
        found: "nothing of this name".to_owned(),
        help: near::advice(lookup, class, key),
    }
}
