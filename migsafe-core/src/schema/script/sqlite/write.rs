//! The whole script in its order.

use std::collections::{BTreeMap, BTreeSet};

use super::alter::{Alteration, Surroundings, alteration};
use super::copy::hand_counter_on;
use super::definition::create_table;
use super::frame::Frame;
use super::name::FreeNames;
use super::part;
use super::possible::Possible;
use super::rebuild::rebuild;
use super::table::Table;
use super::view_order::in_order;
use crate::schema::diff::Change;
use crate::schema::script::{ChangeScript, ScriptStep};
use crate::schema::{Attribute, Kind, Object, ObjectKey, Snapshot};

/// Carries out the changes that lead from one snapshot to the other.
///
/// `everywhere` asks for a form that also runs on a database that has the changes already, as far as there is one.
///
/// What uses tables is dropped first and made last; indexes and triggers go with their table.
pub(in crate::schema::script) fn write(
    from: &Snapshot,
    to: &Snapshot,
    changes: &[Change],
    everywhere: bool,
) -> ChangeScript {
    let mut script = ChangeScript::new(from.dialect());
    let possible = Possible::of(from, to, changes);
    for step in Writer::new(from, &possible, everywhere).steps() {
        script.push(step);
    }
    for (change, what_to_do) in possible.manual {
        script.leave(change, what_to_do);
    }
    script
}

/// A table that is there before and after.
struct Kept<'a> {
    before: Table<'a>,
    after: Table<'a>,
    alteration: Alteration<'a>,
}

struct Writer<'a> {
    from: &'a Snapshot,
    target: &'a Snapshot,
    changes: &'a [&'a Change],
    everywhere: bool,
    kept: Vec<Kept<'a>>,
    added: Vec<Table<'a>>,
    dropped: Vec<Table<'a>>,
    /// Tables and views that go away, for good or to be made anew, by kind and name.
    gone: BTreeSet<&'a str>,
}

impl<'a> Writer<'a> {
    fn new(from: &'a Snapshot, possible: &'a Possible<'a>, everywhere: bool) -> Self {
        let target = &possible.target;
        let by_name = |snapshot| -> BTreeMap<String, Table<'a>> {
            let tables = Table::all(snapshot).into_iter();
            tables.map(|table| (table.name().to_lowercase(), table)).collect()
        };
        let (mut before, after) = (by_name(from), by_name(target));
        let rekeyed = rekeyed(&before, &after);
        let has_users = from.objects().any(|object| {
            matches!(object.key().kind(), Kind::View | Kind::Trigger)
                && target.get(object.key()) == Some(object)
        });
        let orders =
            possible.changes.iter().filter(|c| c.attribute() == Some(Attribute::ColumnOrder));
        let reordered: BTreeSet<&str> = orders.map(|change| change.object().name()).collect();
        let around =
            Surroundings { has_users, everywhere, rekeyed: &rekeyed, reordered: &reordered };
        let (mut kept, mut added) = (Vec::new(), Vec::new());
        for (name, after) in after {
            match before.remove(&name) {
                Some(before) => {
                    let alteration = alteration(&before, &after, around);
                    kept.push(Kept { before, after, alteration });
                }
                None => added.push(after),
            }
        }
        let dropped: Vec<Table<'a>> = before.into_values().collect();
        let built_anew = kept.iter().filter(|table| table.alteration == Alteration::Anew);
        let views = from.objects().filter(|object| object.key().kind() == Kind::View);
        let gone = built_anew
            .map(|table| table.before.name())
            .chain(dropped.iter().map(Table::name))
            .chain(views.filter(|view| !is_same(view, target)).map(|view| view.key().name()))
            .collect();
        Self { from, target, changes: &possible.changes, everywhere, kept, added, dropped, gone }
    }

    fn steps(&self) -> Vec<ScriptStep> {
        let mut steps = Vec::new();
        for kind in [Kind::Trigger, Kind::View, Kind::Index, Kind::VirtualTable] {
            steps.extend(self.drops(kind));
        }
        for table in &self.dropped {
            steps.extend(part::drop(table.object).map(|sql| self.dropping(table.object, sql)));
        }
        let mut names = FreeNames::beside([self.from, self.target]);
        for table in &self.kept {
            match &table.alteration {
                Alteration::Anew => {
                    let name = names.for_new(table.after.name());
                    let counter =
                        self.counts_on(table).then(|| hand_counter_on(&table.before, &name));
                    steps.extend(rebuild(&table.before, &table.after, &name, counter));
                }
                Alteration::InPlace { added, dropped } => {
                    for (column, sql) in added {
                        steps.push(ScriptStep::new(column.key().clone(), sql.as_str()));
                    }
                    for (column, sql) in dropped {
                        steps.push(self.dropping(column, sql.clone()));
                    }
                }
            }
        }
        for table in &self.added {
            let sql = match table.object.has(Attribute::Unparsed) {
                true => part::create(table.object),
                false => Some(create_table(table, table.name())),
            };
            steps.extend(sql.map(|sql| ScriptStep::new(table.key().clone(), sql)));
        }
        steps.extend(self.makes(Kind::VirtualTable));
        steps.extend(self.makes(Kind::Index));
        steps.extend(self.makes(Kind::View));
        steps.extend(self.makes(Kind::Trigger));
        let frame = self.frame();
        match self.first_gone_table() {
            Some(subject) if frame != Frame::default() => {
                let mut framed = frame.opening(subject);
                framed.extend(steps);
                framed.extend(frame.closing(subject));
                framed
            }
            _ => steps,
        }
    }

    /// Drops what does not stay and does not go with its table.
    fn drops(&self, kind: Kind) -> Vec<ScriptStep> {
        // A trigger that goes for good may not be there while another table changes.
        let goes = |object: &&Object| match self.is_kept(object.key().parent()) {
            true if kind == Kind::Trigger => false,
            _ => self.goes_with_its_relation(object),
        };
        let objects = self.from.objects().filter(|object| object.key().kind() == kind);
        objects
            .filter(|object| !is_same(object, self.target) && !goes(object))
            .filter_map(|object| Some(self.dropping(object, part::drop(object)?)))
            .collect()
    }

    /// Makes what is new, or went with its table.
    fn makes(&self, kind: Kind) -> Vec<ScriptStep> {
        let objects = self.target.objects().filter(|object| object.key().kind() == kind);
        let mut new: Vec<&Object> = objects
            .filter(|object| !is_same(object, self.from) || self.goes_with_its_relation(object))
            .collect();
        if kind == Kind::View {
            new = in_order(&new);
        }
        new.into_iter()
            .filter_map(|object| Some(ScriptStep::new(object.key().clone(), part::create(object)?)))
            .collect()
    }

    /// Whether a counter of AUTOINCREMENT has to outlive a table that is made anew. Where nothing drifted there is one
    /// although the database of this script has none.
    fn counts_on(&self, table: &Kept<'_>) -> bool {
        table.after.is_autoincrement() && (self.everywhere || table.before.is_autoincrement())
    }

    fn is_kept(&self, table: Option<&str>) -> bool {
        self.kept.iter().any(|kept| Some(kept.before.name()) == table)
    }

    fn goes_with_its_relation(&self, object: &Object) -> bool {
        let parent = object.key().parent();
        parent.is_some_and(|parent| self.gone.contains(parent))
    }

    /// A statement that drops an object, with what is lost if this is what somebody wants to be done.
    fn dropping(&self, object: &Object, sql: String) -> ScriptStep {
        let step = ScriptStep::new(object.key().clone(), sql);
        let loss = self
            .changes
            .iter()
            .find(|change| change.object() == object.key() && change.attribute().is_none())
            .and_then(|change| change.loss());
        match loss {
            Some(loss) => step.losing(loss),
            None => step,
        }
    }

    fn first_gone_table(&self) -> Option<&'a ObjectKey> {
        let built_anew = self.kept.iter().filter(|table| table.alteration == Alteration::Anew);
        let mut tables = built_anew.map(|table| &table.after).chain(&self.dropped);
        tables.next().map(Table::key)
    }

    fn frame(&self) -> Frame {
        let is_built_anew = |table: &&Kept<'_>| table.alteration == Alteration::Anew;
        let built = self.kept.iter().filter(is_built_anew).count();
        let is_used = |table: &Table<'_>| {
            let tables = self.kept.iter().map(|kept| &kept.before).chain(&self.dropped);
            let mut keys = tables.flat_map(|table| &table.constraints);
            keys.any(|key| {
                let target = key.target.as_ref();
                target.is_some_and(|(name, _)| name.eq_ignore_ascii_case(table.name()))
            })
        };
        // A trigger that goes with its table is still there when another table is renamed before.
        let is_there = self.from.objects().any(|object| match object.key().kind() {
            Kind::View | Kind::Trigger => {
                is_same(object, self.target) && (built > 1 || !self.goes_with_its_relation(object))
            }
            _ => false,
        });
        Frame {
            foreign_keys_off: built > 0 || self.dropped.iter().any(is_used),
            legacy_alter_table: built > 0 && is_there,
        }
    }
}

/// Whether the other schema has the very same object.
fn is_same(object: &Object, other: &Snapshot) -> bool {
    other.get(object.key()) == Some(object)
}

/// The tables whose primary key is another afterwards, in lower case.
fn rekeyed(
    before: &BTreeMap<String, Table<'_>>,
    after: &BTreeMap<String, Table<'_>>,
) -> BTreeSet<String> {
    let key = |tables: &BTreeMap<String, Table<'_>>, name: &str| -> Option<Vec<String>> {
        Some(tables.get(name)?.primary_key()?.columns.iter().map(|c| c.to_lowercase()).collect())
    };
    let names = before.keys().filter(|name| {
        let old = key(before, name);
        old.is_some() && old != key(after, name)
    });
    names.cloned().collect()
}
