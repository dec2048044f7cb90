//! What a schema holds, in numbers.

use std::collections::BTreeMap;

use super::page::Page;
use super::{safe, values};
use crate::report::Style;
use crate::schema::{Attribute, Kind, Scope, Snapshot};

/// The numbers of objects of each kind. `name` is the database.
#[must_use]
pub fn schema(snapshot: &Snapshot, name: &str, style: Style) -> String {
    let mut page = Page::new(style);
    let server = format!("{} {}", snapshot.dialect(), snapshot.server());
    let mut fields = vec![("database", safe::line(name, 200)), ("server", server)];
    if let Scope::Schemas(names) = snapshot.scope() {
        fields.push(("schemas", safe::line(&names.join(", "), 200)));
    }
    page.fields("", &fields);
    page.blank();
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for object in snapshot.objects() {
        *kinds.entry(object.key().kind()).or_default() += 1;
    }
    for (kind, count) in kinds {
        page.line(format!("{count:6}  {kind}"));
    }
    let unparsed = snapshot.objects().filter(|object| object.has(Attribute::Unparsed));
    for object in unparsed {
        page.line(format!("Not understood, and compared word by word: {}", object.key()));
    }
    page.blank();
    page.line(format!("{} in all.", values::count(snapshot.objects().len(), "object")));
    page.line(format!("fingerprint  {}", snapshot.fingerprint()));
    page.finish()
}
