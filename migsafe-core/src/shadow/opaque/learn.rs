//! What a statement adds to what is known.

use std::collections::HashSet;

use super::graph::{Graph, Level, Made, Tainted, Target};
use super::mention::{Form, Mentions};
use super::names::{is_of_a_known_library, key, table_of_rule, written};
use crate::shadow::reach::{is_opaque_routine, of_inner};
use crate::sql::{
    Action, ActionKind, Body, Constraint, ConstraintKind, ObjectKind, ObjectName,
    ReferentialAction, RoutineDefinition, Statement, Words,
};

/// What earlier statements made that nobody can foresee: it runs SQL that is not known, or reaches out of the database.
#[derive(Debug, Default)]
pub(in crate::shadow) struct Opaque {
    pub(super) graph: Graph,
    pub(super) relations: HashSet<String>,
    /// Whether a routine is opaque by itself.
    pub(super) has_routine: bool,
}

impl Opaque {
    /// Takes in what a statement makes; `script` is the whole text.
    pub(in crate::shadow) fn learn(&mut self, statement: &Statement, script: &str) {
        for action in statement.actions() {
            self.learn_action(action, script);
        }
    }

    fn learn_action(&mut self, action: &Action, script: &str) {
        let text = script.get(action.range.clone()).unwrap_or_default();
        match &action.kind {
            ActionKind::CreateRoutine(routine) => self.routine(action, routine, text, script),
            ActionKind::CreateTable(table) => {
                let name = self.relation(&table.name);
                if table.foreign {
                    let root = format!("{name}, whose rows come from outside of the database");
                    self.graph.taint(&name, Tainted { level: Level::Used, form: Form::ANY, root });
                }
                let parents = table.partition_of.iter().map(|(parent, _)| parent);
                for parent in parents.chain(&table.inherits) {
                    self.alike(&name, &key(parent));
                }
                for constraint in table.all_constraints() {
                    self.cascades(&name, constraint);
                }
                // A table that is made of a query has its rows, and nothing else of it.
                if !table.as_query {
                    self.named(name, text);
                }
            }
            ActionKind::CreateView(view) => {
                let name = self.relation(&view.name);
                self.view(name, text);
            }
            ActionKind::CreateTrigger(trigger) => {
                let target =
                    Target::Name { name: key(&trigger.table), form: Form::ANY, rows: true };
                self.made(target, self.mentions(text, false), Vec::new(), false);
            }
            ActionKind::AttachPartition { table, partition } => {
                self.alike(&key(table), &key(partition));
                self.named(key(table), text);
            }
            ActionKind::Inherit { table, parent, .. } => self.alike(&key(table), &key(parent)),
            ActionKind::AddColumn { table, column, .. } => {
                for constraint in &column.constraints {
                    self.cascades(&key(table), constraint);
                }
                self.named(key(table), text);
            }
            ActionKind::AddConstraint { table, constraint } => {
                self.cascades(&key(table), constraint);
                self.named(key(table), text);
            }
            ActionKind::Rename { kind, name, on, to } => {
                let is_part = on.is_some() && !matches!(kind, ObjectKind::Table);
                if !is_part {
                    let (from, to) = (key(name), to.to_lowercase());
                    if self.relations.contains(&from) {
                        self.relations.insert(to.clone());
                    }
                    self.alike(&from, &to);
                }
            }
            ActionKind::CreateOther { kind, name, .. }
            | ActionKind::AlterOther { kind, name, .. } => {
                self.other(*kind, name.as_ref(), text);
            }
            ActionKind::SetDefault { .. }
            | ActionKind::AlterColumnType { .. }
            | ActionKind::SetExpression { .. }
            | ActionKind::AlterTableOther { .. }
            | ActionKind::CreateIndex(_)
            | ActionKind::CreatePolicy { .. }
            | ActionKind::CreateDomain { .. }
            | ActionKind::AlterDomainConstraint { .. } => {
                if let Some(name) = action.kind.subject() {
                    self.named(key(name), text);
                }
            }
            _ => {}
        }
    }

    fn routine(&mut self, action: &Action, routine: &RoutineDefinition, text: &str, script: &str) {
        let name = key(&routine.name);
        let words = Words::of(text, true);
        let returns_trigger =
            words.list.iter().any(|word| word.text == "trigger" && word.before == "returns");
        let form = if returns_trigger { Form::TRIGGER } else { Form::ROUTINE };
        let opaque = is_opaque_routine(action).is_some()
            || words.hidden
            || words.statements.iter().any(|inner| of_inner(inner).is_some())
            || routine.body == Body::None && !is_of_a_known_library(routine, text);
        if opaque {
            self.has_routine = true;
            let root =
                format!("{name}, which runs SQL that is not known or reaches out of the database");
            self.graph.taint(&name, Tainted { level: Level::Used, form, root });
        }
        let mut writes = Vec::new();
        if let Body::Read(actions) = &routine.body {
            for inner in actions {
                writes.extend(written(inner));
                // What it would make when it is called.
                self.learn_action(inner, script);
            }
        }
        let mentions = Mentions::of(words, &self.relations);
        self.made(Target::Name { name, form, rows: false }, mentions, writes, false);
    }

    fn other(&mut self, kind: ObjectKind, name: Option<&ObjectName>, text: &str) {
        use ObjectKind as K;
        let called = || name.map_or_else(|| kind.words().to_owned(), ToString::to_string);
        match (kind, name) {
            (K::View | K::MaterializedView, Some(name)) => self.view(key(name), text),
            (K::Rule, _) => {
                if let Some(table) = table_of_rule(text) {
                    self.view(table, text);
                }
            }
            (K::Aggregate, Some(name)) => {
                let target = Target::Name { name: key(name), form: Form::ROUTINE, rows: false };
                self.made(target, self.alone(text), Vec::new(), false);
            }
            (K::Function | K::Procedure | K::Routine, _) => {}
            (K::EventTrigger, _) => {
                let what = format!("the event trigger {}", called());
                self.made(Target::Events(what), self.alone(text), Vec::new(), false);
            }
            (K::Type, Some(name))
                if !Words::of(text, false).list.iter().any(|w| w.text == "range") =>
            {
                let target = Target::Name { name: key(name), form: Form::ANY, rows: false };
                self.made(target, self.alone(text), Vec::new(), false);
            }
            (K::Table | K::ForeignTable | K::Domain, Some(name)) => {
                self.named(key(name), text);
            }
            (
                K::Operator
                | K::Cast
                | K::Language
                | K::Type
                | K::Statistics
                | K::Collation
                | K::Other,
                _,
            ) => {
                let what = format!("the {} {}", kind.words(), called());
                self.made(Target::Everything(what), self.alone(text), Vec::new(), false);
            }
            _ => {}
        }
    }

    /// A name depends on all words of a text.
    fn named(&mut self, name: String, text: &str) {
        let target = Target::Name { name, form: Form::ANY, rows: false };
        self.made(target, self.mentions(text, false), Vec::new(), false);
    }

    fn view(&mut self, name: String, text: &str) {
        let target = Target::Name { name, form: Form::ANY, rows: false };
        self.made(target, self.mentions(text, false), Vec::new(), true);
    }

    fn made(
        &mut self,
        target: Target,
        mentions: Mentions,
        writes: Vec<(String, bool)>,
        passes_rows: bool,
    ) {
        self.graph.add(Made { target, mentions, writes, passes_rows });
    }

    pub(super) fn mentions(&self, text: &str, deep: bool) -> Mentions {
        Mentions::of(Words::of(text, deep), &self.relations)
    }

    /// The names of a text in which a name alone is enough, as in `sfunc = f`.
    fn alone(&self, text: &str) -> Mentions {
        self.mentions(text, true).by_name_alone()
    }

    fn relation(&mut self, name: &ObjectName) -> String {
        let name = key(name);
        self.relations.insert(name.clone());
        name
    }

    /// A table and its partitions, or two names of one thing.
    fn alike(&mut self, one: &str, other: &str) {
        self.graph.tie(one, other, Level::Used);
        self.graph.tie(other, one, Level::Used);
    }

    /// A foreign key that writes rows of its table when others go or change.
    fn cascades(&mut self, table: &str, constraint: &Constraint) {
        let idle =
            |action| matches!(action, ReferentialAction::NoAction | ReferentialAction::Restrict);
        if let ConstraintKind::ForeignKey(foreign) = &constraint.kind
            && !(idle(foreign.on_delete) && idle(foreign.on_update))
        {
            self.graph.tie(table, &key(&foreign.table), Level::Changed);
        }
    }
}
