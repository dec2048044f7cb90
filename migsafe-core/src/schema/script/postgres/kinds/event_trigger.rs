//! Event triggers.

use super::{list, text, trigger};
use crate::schema::script::postgres::names::{id, literal};
use crate::schema::{Attribute, Object};

pub(super) fn create(event_trigger: &Object) -> Vec<String> {
    let name = id(event_trigger.key().name());
    let tags: Vec<String> =
        list(event_trigger, Attribute::Tags).iter().map(|tag| literal(tag)).collect();
    let when = match tags.is_empty() {
        true => String::new(),
        false => format!(" WHEN TAG IN ({})", tags.join(", ")),
    };
    let mut statements = vec![format!(
        "CREATE EVENT TRIGGER {name} ON {}{when} EXECUTE FUNCTION {}()",
        id(text(event_trigger, Attribute::Event)),
        text(event_trigger, Attribute::Function)
    )];
    if event_trigger.get(Attribute::Enabled).is_some() {
        statements.extend(enable(event_trigger));
    }
    statements
}

pub(super) fn enable(event_trigger: &Object) -> Vec<String> {
    let name = id(event_trigger.key().name());
    vec![format!("ALTER EVENT TRIGGER {name} {}", trigger::state(event_trigger))]
}
