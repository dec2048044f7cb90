//! Owners, grants and default privileges.

use std::collections::{BTreeMap, BTreeSet};

use super::{list, text};
use crate::schema::script::postgres::names::{id, parent, qualified, word};
use crate::schema::script::postgres::sides::Sides;
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot};

/// Who may do what: privileges by role, each with a star where it can be passed on.
type Rights = BTreeMap<String, BTreeSet<String>>;

fn rights(entries: &[String]) -> Rights {
    let split = entries.iter().filter_map(|entry| entry.rsplit_once(": "));
    split
        .map(|(role, privileges)| {
            (role.to_owned(), privileges.split(", ").map(str::to_owned).collect())
        })
        .collect()
}

/// Gives an object its owner.
pub(in crate::schema::script::postgres) fn owner(
    sides: &Sides<'_>,
    object: &Object,
) -> Vec<String> {
    let owner = text(object, Attribute::Owner);
    if owner.is_empty() {
        return Vec::new();
    }
    vec![format!("ALTER {} OWNER TO {}", sides.named(object.key()), id(owner))]
}

/// Gives a new object its rights: those that it got by being made are taken away first.
pub(in crate::schema::script::postgres) fn give(sides: &Sides<'_>, object: &Object) -> Vec<String> {
    if !sides.knows_privileges(object.key()) || target(object.key()).is_none() {
        return Vec::new();
    }
    let initial =
        Object::new(object.key().clone()).list(Attribute::Grants, lines(&initial(sides, object)));
    change(&initial, object)
}

fn lines(rights: &Rights) -> Vec<String> {
    let line = |(role, privileges): (&String, &BTreeSet<String>)| {
        let privileges: Vec<&str> = privileges.iter().map(String::as_str).collect();
        format!("{role}: {}", privileges.join(", "))
    };
    rights.iter().map(line).collect()
}

/// What a new object allows: everything to its owner, some things to everyone, and what default privileges say.
fn initial(sides: &Sides<'_>, object: &Object) -> Rights {
    let kind = object.key().kind();
    let all: &[&str] = match kind {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable => &[
            "DELETE",
            "INSERT",
            "MAINTAIN",
            "REFERENCES",
            "SELECT",
            "TRIGGER",
            "TRUNCATE",
            "UPDATE",
        ],
        Kind::Sequence => &["SELECT", "UPDATE", "USAGE"],
        Kind::Schema => &["CREATE", "USAGE"],
        Kind::Function | Kind::Procedure | Kind::Aggregate => &["EXECUTE"],
        Kind::Column => &[],
        _ => &["USAGE"],
    };
    let has = |privilege: &&str| *privilege != "MAINTAIN" || sides.major() >= 17;
    let own: BTreeSet<String> = all.iter().copied().filter(|p| has(p)).map(str::to_owned).collect();
    let is_public = matches!(
        kind,
        Kind::Function
            | Kind::Procedure
            | Kind::Aggregate
            | Kind::Enum
            | Kind::Domain
            | Kind::CompositeType
            | Kind::RangeType
            | Kind::BaseType
    );
    let mut rights = Rights::new();
    if !own.is_empty() {
        rights.insert(text(object, Attribute::Owner).to_owned(), own.clone());
    }
    if is_public {
        rights.insert("PUBLIC".to_owned(), own);
    }
    for side in [sides.from, &sides.goal] {
        for (role, privileges) in by_default(side, object.key()) {
            rights.entry(role).or_default().extend(privileges);
        }
    }
    rights
}

/// What the default privileges of a snapshot may have given.
fn by_default(snapshot: &Snapshot, key: &ObjectKey) -> Rights {
    let class = match key.kind() {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable => ": tables",
        Kind::Sequence => ": sequences",
        Kind::Function | Kind::Procedure | Kind::Aggregate => ": functions",
        Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::RangeType => ": types",
        Kind::Schema => ": schemas",
        _ => return Rights::new(),
    };
    let fits = |object: &&Object| {
        let default = object.key();
        default.kind() == Kind::DefaultPrivileges
            && default.name().ends_with(class)
            && (default.schema().is_none() || default.schema() == key.schema())
    };
    let mut all = Rights::new();
    for object in snapshot.objects().filter(fits) {
        for (role, privileges) in rights(list(object, Attribute::Grants)) {
            all.entry(role).or_default().extend(privileges);
        }
    }
    all
}

/// What stands after ON; `None` where nothing can be granted. A column is a part of what is granted.
fn target(key: &ObjectKey) -> Option<String> {
    let kind = match key.kind() {
        Kind::Column => return Some(format!("TABLE {}", parent(key))),
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable => "TABLE",
        Kind::ForeignServer => "FOREIGN SERVER",
        Kind::Domain => "TYPE",
        Kind::Aggregate => {
            return Some(format!("FUNCTION {}", qualified(key).replace("(*)", "()")));
        }
        Kind::Schema
        | Kind::Sequence
        | Kind::Function
        | Kind::Procedure
        | Kind::Enum
        | Kind::CompositeType
        | Kind::RangeType
        | Kind::BaseType
        | Kind::ForeignDataWrapper => word(key.kind()),
        _ => return None,
    };
    Some(format!("{kind} {}", qualified(key)))
}

/// The grants and revokes that lead from the rights of one object to those of another.
pub(in crate::schema::script::postgres) fn change(before: &Object, after: &Object) -> Vec<String> {
    let key = after.key();
    let Some(target) = target(key) else { return Vec::new() };
    let column = (key.kind() == Kind::Column).then(|| id(key.name()));
    let privilege = |name: &str| match &column {
        Some(column) => format!("{name} ({column})"),
        None => name.to_owned(),
    };
    let of = |object| rights(list(object, Attribute::Grants));
    statements(&of(before), &of(after), &format!("ON {target}"), "", &privilege)
}

/// REVOKE and GRANT, role by role.
fn statements(
    before: &Rights,
    after: &Rights,
    on: &str,
    head: &str,
    privilege: &dyn Fn(&str) -> String,
) -> Vec<String> {
    let nothing = BTreeSet::new();
    let roles: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut revokes = Vec::new();
    let mut grants = Vec::new();
    for role in roles {
        let (old, new) =
            (before.get(role).unwrap_or(&nothing), after.get(role).unwrap_or(&nothing));
        let shown = if role == "PUBLIC" { role.clone() } else { id(role) };
        // A right that can be passed on loses only that.
        let gone: Vec<String> = old
            .difference(new)
            .filter(|name| !new.contains(&format!("{name}*")))
            .map(|name| name.trim_end_matches('*'))
            .map(privilege)
            .collect();
        if !gone.is_empty() {
            revokes.push(format!("{head}REVOKE {} {on} FROM {shown}", gone.join(", ")));
        }
        for is_option in [false, true] {
            let added: Vec<String> = new
                .difference(old)
                .filter(|name| name.ends_with('*') == is_option)
                .map(|name| privilege(name.trim_end_matches('*')))
                .collect();
            if !added.is_empty() {
                let option = if is_option { " WITH GRANT OPTION" } else { "" };
                grants.push(format!("{head}GRANT {} {on} TO {shown}{option}", added.join(", ")));
            }
        }
    }
    revokes.extend(grants);
    revokes
}

pub(super) fn create_default(privileges: &Object) -> Vec<String> {
    let empty = initial_default(privileges);
    change_default(privileges.key(), &empty, &rights(list(privileges, Attribute::Grants)))
}

pub(super) fn drop_default(privileges: &Object) -> Vec<String> {
    let empty = initial_default(privileges);
    change_default(privileges.key(), &rights(list(privileges, Attribute::Grants)), &empty)
}

/// Default privileges that are in force when nothing is said: none in a schema, else those of every object.
fn initial_default(privileges: &Object) -> Rights {
    let (role, class) = parts(privileges.key());
    let mut rights = Rights::new();
    if privileges.key().schema().is_some() {
        return rights;
    }
    let own = rights_of_owner(privileges, role);
    if matches!(class, "functions" | "types") {
        rights.insert("PUBLIC".to_owned(), own.clone());
    }
    rights.insert(role.to_owned(), own);
    rights
}

fn rights_of_owner(privileges: &Object, role: &str) -> BTreeSet<String> {
    rights(list(privileges, Attribute::Grants)).remove(role).unwrap_or_default()
}

fn parts(key: &ObjectKey) -> (&str, &str) {
    key.name().rsplit_once(": ").unwrap_or((key.name(), "tables"))
}

pub(in crate::schema::script::postgres) fn change_defaults(
    before: &Object,
    after: &Object,
) -> Vec<String> {
    let of = |object| rights(list(object, Attribute::Grants));
    change_default(after.key(), &of(before), &of(after))
}

fn change_default(key: &ObjectKey, before: &Rights, after: &Rights) -> Vec<String> {
    let (role, class) = parts(key);
    let schema =
        key.schema().map(|schema| format!("IN SCHEMA {} ", id(schema))).unwrap_or_default();
    let head = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {} {schema}", id(role));
    statements(before, after, &format!("ON {}", class.to_uppercase()), &head, &str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_lead_from_one_to_the_other() {
        let of = |entries: &[&str]| {
            rights(&entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>())
        };
        let before = of(&["a: INSERT, SELECT*", "b: SELECT", "d; x: UPDATE"]);
        let after = of(&["a: SELECT, UPDATE", "c: SELECT*", "d; x: UPDATE*"]);
        let found = statements(&before, &after, "ON TABLE t", "", &str::to_owned);
        assert_eq!(
            found,
            [
                "REVOKE INSERT, SELECT ON TABLE t FROM a",
                "REVOKE SELECT ON TABLE t FROM b",
                "GRANT SELECT, UPDATE ON TABLE t TO a",
                "GRANT SELECT ON TABLE t TO c WITH GRANT OPTION",
                "GRANT UPDATE ON TABLE t TO \"d; x\" WITH GRANT OPTION",
            ]
        );
    }
}
