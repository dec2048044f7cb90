//! Policies of row-level security.

use super::list;
use crate::schema::script::postgres::names::{id, parent};
use crate::schema::{Attribute, Object};

pub(super) fn create(policy: &Object) -> Vec<String> {
    let key = policy.key();
    let mut sql = vec![format!("CREATE POLICY {} ON {}", id(key.name()), parent(key))];
    if policy.has(Attribute::Restrictive) {
        sql.push("AS RESTRICTIVE".to_owned());
    }
    if let Some(command) = policy.get_text(Attribute::Command) {
        sql.push(format!("FOR {command}"));
    }
    sql.push(roles(policy));
    sql.extend(condition(policy, Attribute::Using));
    sql.extend(condition(policy, Attribute::WithCheck));
    vec![sql.join(" ")]
}

pub(super) fn alter(policy: &Object, attribute: Attribute) -> Vec<String> {
    let key = policy.key();
    let action = match attribute {
        Attribute::Roles => Some(roles(policy)),
        _ => condition(policy, attribute),
    };
    let name = format!("ALTER POLICY {} ON {}", id(key.name()), parent(key));
    action.map(|action| format!("{name} {action}")).into_iter().collect()
}

fn roles(policy: &Object) -> String {
    let roles: Vec<String> = list(policy, Attribute::Roles)
        .iter()
        .map(|role| if role == "PUBLIC" { role.clone() } else { id(role) })
        .collect();
    format!("TO {}", if roles.is_empty() { "PUBLIC".to_owned() } else { roles.join(", ") })
}

fn condition(policy: &Object, attribute: Attribute) -> Option<String> {
    let word = if attribute == Attribute::Using { "USING" } else { "WITH CHECK" };
    policy.get_text(attribute).map(|condition| format!("{word} ({condition})"))
}
