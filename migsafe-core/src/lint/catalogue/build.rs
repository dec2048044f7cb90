//! Carries out the actions of all scripts on the index.

use std::collections::{BTreeMap, HashMap};

use super::names::{Class, Names};
use super::table::{ColumnState, ConstraintState, TableHistory};
use super::timeline::{Moment, Timeline};
use super::{Catalogue, Creation, Entity, ONLY, Object, TypeState, ViewState, default_name};
use crate::Dialect;
use crate::migrations::MigrationName;
use crate::sql::{
    ActionKind, Column, Constraint, ConstraintKind, IndexDefinition, IndexPart, ObjectKind,
    ObjectName, Script, TableDefinition, ViewDefinition,
};

pub(super) fn build(
    dialect: Dialect,
    scripts: &BTreeMap<MigrationName, Script>,
    is_about_to_run: impl Fn(&MigrationName) -> bool,
) -> Catalogue {
    let mut builder = Builder {
        dialect,
        names: Names::new(dialect),
        entities: Vec::new(),
        readers: HashMap::new(),
        trigger_tables: HashMap::new(),
        at: 0,
        script: 0,
        about_to_run: false,
    };
    let mut starts = Vec::with_capacity(scripts.len());
    let mut subjects: super::Subjects = HashMap::new();
    for (number, (name, script)) in scripts.iter().enumerate() {
        builder.script = number;
        builder.about_to_run = is_about_to_run(name);
        starts.push(super::Start { at: builder.at, runs: builder.about_to_run });
        for (index, statement) in script.statements().iter().enumerate() {
            for (nth, action) in statement.actions().iter().enumerate() {
                if let Some(subject) = action.kind.subject() {
                    let key = (number, subject.name.to_ascii_lowercase());
                    subjects.entry(key).or_default().push((builder.at, index, nth));
                }
                builder.apply(&action.kind);
                builder.at += 1;
            }
        }
    }
    let Builder { names, entities, readers, .. } = builder;
    Catalogue { names, entities, readers, starts, subjects }
}

struct Builder {
    dialect: Dialect,
    names: Names,
    entities: Vec<Entity>,
    readers: HashMap<String, Vec<(ObjectName, usize)>>,
    /// The table of each trigger, for `DROP TRIGGER` without a table (SQLite).
    trigger_tables: HashMap<String, usize>,
    /// The number of the action that is being carried out.
    at: Moment,
    script: usize,
    about_to_run: bool,
}

impl Builder {
    /// The first moment at which what this action does can be seen.
    fn from(&self) -> Moment {
        self.at + 1
    }

    fn apply(&mut self, action: &ActionKind) {
        use ActionKind as A;
        match action {
            A::CreateTable(table) => self.create_table(table),
            A::AddColumn { table, column, if_not_exists } => {
                self.add_column(table, column, *if_not_exists);
            }
            A::DropColumn { table, column, .. } => self.drop_column(table, column),
            A::AlterColumnType { table, column, ty, .. } => {
                self.change_column(table, column, |c| c.ty = Some(ty.clone()));
            }
            A::SetDefault { table, column, default } => {
                self.change_column(table, column, |c| c.default = Some(default.clone()));
            }
            A::DropDefault { table, column } => {
                self.change_column(table, column, |c| c.default = None);
            }
            A::SetNotNull { table, column } => {
                self.change_column(table, column, |c| c.not_null = Some(true));
            }
            A::DropNotNull { table, column } => {
                self.change_column(table, column, |c| c.not_null = Some(false));
            }
            A::AddIdentity { table, column, identity } => {
                self.change_column(table, column, |c| {
                    c.identity = Some(*identity);
                    c.not_null = Some(true);
                });
            }
            A::DropIdentity { table, column } => {
                self.change_column(table, column, |c| c.identity = None);
            }
            A::SetExpression { table, column, .. } => {
                self.change_column(table, column, |c| c.generated = true);
            }
            A::DropExpression { table, column } => {
                self.change_column(table, column, |c| c.generated = false);
            }
            A::AddConstraint { table, constraint } => {
                if let Some(number) = self.known_table(table) {
                    self.add_constraint(number, &table.name, constraint);
                }
            }
            A::DropConstraint { table, constraint, .. } => {
                self.drop_constraint(table, constraint);
            }
            A::ValidateConstraint { table, constraint } => {
                let (from, key) = (self.from(), self.names.fold(constraint));
                if let Some(table) = self.table(table) {
                    table.constraints.change(&key, from, |c| c.validated = true);
                }
            }
            A::AttachPartition { table, partition } => self.adopt(partition, table, true),
            A::DetachPartition { table, partition, .. } => self.adopt(partition, table, false),
            A::Inherit { table, parent, inherit } => self.adopt(table, parent, *inherit),
            A::Drop { kind, name, on, cascade, .. } => {
                self.drop(*kind, name, on.as_ref(), *cascade);
            }
            A::Rename { kind, name, on, to } => self.rename(*kind, name, on.as_ref(), to),
            A::SetSchema { kind, name, schema } => {
                if let Some(class) = class(*kind) {
                    let to = ObjectName::qualified(schema.clone(), name.name.clone());
                    self.move_to(class, *kind, name, to);
                }
            }
            A::CreateOther { kind, name: Some(name), if_not_exists, .. } => {
                let object = match kind {
                    ObjectKind::Sequence => Object::Sequence,
                    ObjectKind::Type | ObjectKind::Enum | ObjectKind::Domain => {
                        Object::Type(since(TypeState::Other, self.from()))
                    }
                    _ => return,
                };
                self.create(name, *if_not_exists, object);
            }
            A::CreateIndex(index) => self.create_index(index),
            A::CreateView(view) => self.create_view(view),
            A::CreateEnum { name, values } => {
                let ty = TypeState::Enum { values: values.clone(), complete: true };
                self.create(name, false, Object::Type(since(ty, self.from())));
            }
            A::AddEnumValue { name, value, .. } => self.change_enum(name, |values| {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }),
            A::RenameEnumValue { name, from, to } => self.change_enum(name, |values| match values
                .iter_mut()
                .find(|value| *value == from)
            {
                Some(value) => value.clone_from(to),
                None => values.push(to.clone()),
            }),
            A::CreateDomain { name, base, constraints, not_null } => {
                let ty = TypeState::Domain {
                    base: Some(base.clone()),
                    constraints: constraints.clone(),
                    not_null: *not_null,
                };
                self.create(name, false, Object::Type(since(ty, self.from())));
            }
            A::AlterDomainConstraint { name, constraint } => {
                let unknown =
                    TypeState::Domain { base: None, constraints: Vec::new(), not_null: false };
                self.change_type(name, unknown, |ty| {
                    if let TypeState::Domain { constraints, not_null, .. } = ty {
                        *not_null |= matches!(constraint.kind, ConstraintKind::NotNull { .. });
                        constraints.push(constraint.clone());
                    }
                });
            }
            A::CreateRoutine(routine)
                if self.names.resolve(Class::Routine, &routine.name, self.at).is_none() =>
            {
                self.create(&routine.name, false, Object::Routine(routine.clone()));
            }
            A::CreateTrigger(trigger) => {
                let (from, key) = (self.from(), self.names.fold(&trigger.name.name));
                let Some(number) = self.known_table(&trigger.table) else {
                    return;
                };
                if let Some(table) = self.history(number) {
                    table.triggers.set(&key, from, trigger.clone());
                    self.trigger_tables.insert(key, number);
                }
            }
            A::Insert { table, .. } | A::CopyFrom { table } | A::Merge { table, .. } => {
                self.fill(table);
            }
            _ => {}
        }
    }

    // Objects.

    fn entity(&mut self, name: &ObjectName, created: bool, object: Object) -> usize {
        let (number, from) = (self.entities.len(), self.from());
        let class = match &object {
            Object::Type(_) => Class::Type,
            Object::Routine(_) => Class::Routine,
            _ => Class::Relation,
        };
        let created = created.then_some(Creation {
            script: self.script,
            about_to_run: self.about_to_run,
            replaces: None,
        });
        self.entities.push(Entity { created, name: since(name.clone(), from), object });
        self.names.set(class, name, from, number);
        number
    }

    /// An object that a statement makes, unless it says `IF NOT EXISTS` and there is one.
    fn create(&mut self, name: &ObjectName, if_not_exists: bool, object: Object) -> Option<usize> {
        let class = if matches!(object, Object::Type(_)) { Class::Type } else { Class::Relation };
        if if_not_exists && self.names.resolve(class, name, self.at).is_some() {
            return None;
        }
        Some(self.entity(name, true, object))
    }

    /// The number of a table; one that no script made begins to be known here. `None` for views and the like.
    fn known_table(&mut self, name: &ObjectName) -> Option<usize> {
        // The first part of the same statement may have made it.
        let Some(number) = self.names.resolve(Class::Relation, name, self.from()) else {
            return Some(self.entity(name, false, Object::Table(Box::default())));
        };
        let entity = self.entities.get(number)?;
        matches!(entity.object, Object::Table(_)).then_some(number)
    }

    fn history(&mut self, number: usize) -> Option<&mut TableHistory> {
        match &mut self.entities.get_mut(number)?.object {
            Object::Table(table) => Some(table),
            _ => None,
        }
    }

    fn table(&mut self, name: &ObjectName) -> Option<&mut TableHistory> {
        let number = self.known_table(name)?;
        self.history(number)
    }

    fn fill(&mut self, name: &ObjectName) {
        let from = self.from();
        if let Some(number) = self.names.resolve(Class::Relation, name, self.at)
            && let Some(table) = self.history(number)
        {
            table.filled.get_or_insert(from);
        }
    }

    // Tables.

    fn create_table(&mut self, definition: &TableDefinition) {
        let from = self.from();
        let mut table = TableHistory {
            filled: definition.as_query.then_some(from),
            definition: Some(definition.clone()),
            ..TableHistory::default()
        };
        let partition_of = definition.partition_of.iter().map(|(parent, _)| parent);
        for parent in definition.inherits.iter().chain(partition_of) {
            table.parents.set(&self.names.fold(&parent.name), from, parent.clone());
        }
        let made =
            self.create(&definition.name, definition.if_not_exists, Object::Table(Box::new(table)));
        let Some(number) = made else {
            return;
        };
        for column in &definition.columns {
            self.put_column(number, ColumnState::of(column));
        }
        for constraint in definition.all_constraints() {
            self.add_constraint(number, &definition.name.name, constraint);
        }
    }

    fn add_column(&mut self, table: &ObjectName, column: &Column, if_not_exists: bool) {
        let Some(number) = self.known_table(table) else {
            return;
        };
        let (at, key) = (self.at, self.names.fold(&column.name));
        let exists = self.history(number).is_some_and(|t| t.columns.get(&key, at).is_some());
        if exists && if_not_exists {
            return;
        }
        self.put_column(number, ColumnState::of(column));
        for constraint in &column.constraints {
            self.add_constraint(number, &table.name, constraint);
        }
    }

    fn put_column(&mut self, number: usize, mut column: ColumnState) {
        let (from, key) = (self.from(), self.names.fold(&column.name));
        if let Some(table) = self.history(number) {
            column.position = table.columns_made;
            table.columns_made += 1;
            table.columns.set(&key, from, column);
        }
    }

    fn change_column(
        &mut self,
        table: &ObjectName,
        column: &str,
        change: impl FnOnce(&mut ColumnState),
    ) {
        let (from, key) = (self.from(), self.names.fold(column));
        let Some(number) = self.known_table(table) else {
            return;
        };
        if self.history(number).is_some_and(|t| t.columns.get(&key, from).is_none()) {
            self.put_column(number, ColumnState::unknown(column));
        }
        if let Some(table) = self.history(number) {
            table.columns.change(&key, from, change);
        }
    }

    /// Constraints and indexes on the column go with it.
    fn drop_column(&mut self, table: &ObjectName, column: &str) {
        let (from, key) = (self.from(), self.names.fold(column));
        let Some(number) = self.known_table(table) else {
            return;
        };
        let Some(history) = self.history(number) else {
            return;
        };
        history.columns.remove(&key, from);
        history.constraints.retain(from, |constraint| {
            !constraint.columns().iter().any(|named| named.eq_ignore_ascii_case(column))
        });
        for index in history.indexes.clone() {
            let uses = |definition: &IndexDefinition| {
                definition.parts.iter().any(|part| match part {
                    IndexPart::Column(part) => part.eq_ignore_ascii_case(column),
                    IndexPart::Expression(part) => {
                        part.columns.iter().any(|c| c.eq_ignore_ascii_case(column))
                    }
                })
            };
            if self.index(index).and_then(|index| index.get(ONLY, from)).is_some_and(uses) {
                self.end(Class::Relation, index);
            }
        }
    }

    fn add_constraint(&mut self, number: usize, table: &str, constraint: &Constraint) {
        let from = self.from();
        let name = constraint.name.clone().or_else(|| match self.dialect {
            Dialect::Postgres => default_name::of_constraint(table, constraint),
            Dialect::Sqlite => None,
        });
        let key = name.as_deref().map(|name| self.names.fold(name));
        let mut state = ConstraintState::of(name, constraint);
        self.resolve_using_index(&mut state.kind);
        if let ConstraintKind::PrimaryKey { columns, .. } = &state.kind {
            for column in columns.clone() {
                self.demand(number, &column);
            }
        }
        if let ConstraintKind::NotNull { column } = &state.kind
            && state.validated
        {
            self.demand(number, &column.clone());
        }
        if let Some(history) = self.history(number) {
            match key {
                Some(key) => history.constraints.set(&key, from, state),
                None => history.constraints.add_nameless(from, state),
            }
        }
    }

    /// From here on the column takes no `NULL`.
    fn demand(&mut self, number: usize, column: &str) {
        let (from, key) = (self.from(), self.names.fold(column));
        if let Some(table) = self.history(number) {
            table.columns.change(&key, from, |column| column.not_null = Some(true));
        }
    }

    /// `USING INDEX`: the columns are those of the index.
    fn resolve_using_index(&self, kind: &mut ConstraintKind) {
        let (ConstraintKind::PrimaryKey { columns, using_index: Some(index) }
        | ConstraintKind::Unique { columns, using_index: Some(index), .. }) = kind
        else {
            return;
        };
        let name = ObjectName::unqualified(index.clone());
        let number = self.names.resolve(Class::Relation, &name, self.at);
        if let Some(Object::Index(index, _)) =
            number.and_then(|n| self.entities.get(n)).map(|entity| &entity.object)
            && let Some(definition) = index.get(ONLY, self.at)
        {
            *columns = definition
                .parts
                .iter()
                .filter_map(|part| match part {
                    IndexPart::Column(column) => Some(column.clone()),
                    IndexPart::Expression(_) => None,
                })
                .collect();
        }
    }

    fn drop_constraint(&mut self, table: &ObjectName, constraint: &str) {
        let (at, from, key) = (self.at, self.from(), self.names.fold(constraint));
        let dialect = self.dialect;
        let Some(table) = self.table(table) else {
            return;
        };
        let freed = match table.constraints.get(&key, at).map(|c| &c.kind) {
            Some(ConstraintKind::NotNull { column }) => Some(dialect.fold(column)),
            _ => None,
        };
        table.constraints.remove(&key, from);
        if let Some(column) = freed {
            table.columns.change(&column, from, |column| column.not_null = Some(false));
        }
    }

    fn adopt(&mut self, child: &ObjectName, parent: &ObjectName, adopts: bool) {
        let (from, key) = (self.from(), self.names.fold(&parent.name));
        if let Some(table) = self.table(child) {
            if adopts {
                table.parents.set(&key, from, parent.clone());
            } else {
                table.parents.remove(&key, from);
            }
        }
    }

    // Indexes, views, types.

    fn index(&self, number: usize) -> Option<&Timeline<IndexDefinition>> {
        match &self.entities.get(number)?.object {
            Object::Index(index, _) => Some(index),
            _ => None,
        }
    }

    fn create_index(&mut self, definition: &IndexDefinition) {
        let mut definition = definition.clone();
        // An index is in the schema of its table, whatever its name says.
        let name = match definition.name.take() {
            Some(name) => Some(name.name),
            None => default_name::of_index(&definition),
        };
        let name = name.map(|name| ObjectName { schema: definition.table.schema.clone(), name });
        definition.name.clone_from(&name);
        let table = self.known_table(&definition.table);
        let exists = name
            .as_ref()
            .is_some_and(|name| self.names.resolve(Class::Relation, name, self.at).is_some());
        if exists && definition.if_not_exists {
            return;
        }
        let Some(name) = name else {
            return;
        };
        let timeline = since(definition, self.from());
        let number = self.entity(&name, true, Object::Index(timeline, table));
        if let Some(table) = table.and_then(|table| self.history(table)) {
            table.indexes.push(number);
        }
    }

    fn create_view(&mut self, view: &ViewDefinition) {
        let state = ViewState {
            materialized: view.materialized,
            temporary: view.temporary,
            reads: view.reads.clone(),
            columns: view.columns.clone(),
            double_quoted: view.double_quoted.clone(),
        };
        if let Some(number) = self.create(&view.name, view.if_not_exists, Object::View(state)) {
            for read in &view.reads {
                let key = self.names.fold(&read.name);
                self.readers.entry(key).or_default().push((read.clone(), number));
            }
        }
    }

    fn change_enum(&mut self, name: &ObjectName, change: impl FnOnce(&mut Vec<String>)) {
        let unknown = TypeState::Enum { values: Vec::new(), complete: false };
        self.change_type(name, unknown, |ty| {
            if let TypeState::Enum { values, .. } = ty {
                change(values);
            }
        });
    }

    fn change_type(
        &mut self,
        name: &ObjectName,
        unknown: TypeState,
        change: impl FnOnce(&mut TypeState),
    ) {
        let from = self.from();
        let number = match self.names.resolve(Class::Type, name, self.at) {
            Some(number) => number,
            None => self.entity(name, false, Object::Type(since(unknown, from))),
        };
        if let Some(Object::Type(ty)) = self.entities.get_mut(number).map(|e| &mut e.object) {
            ty.change(ONLY, from, change);
        }
    }

    // Going and moving.

    /// From here on the object is gone.
    fn end(&mut self, class: Class, number: usize) {
        let (at, from) = (self.at, self.from());
        let Some(entity) = self.entities.get_mut(number) else {
            return;
        };
        let name = entity.name.get(ONLY, from).or_else(|| entity.name.get(ONLY, at)).cloned();
        entity.name.remove(ONLY, from);
        let parts = match &mut entity.object {
            Object::Index(index, _) => {
                index.remove(ONLY, from);
                Vec::new()
            }
            Object::Table(table) => table.indexes.clone(),
            _ => Vec::new(),
        };
        if let Some(name) = name
            && self.names.resolve(class, &name, from) == Some(number)
        {
            self.names.remove(class, &name, from);
        }
        for part in parts {
            self.end(Class::Relation, part);
        }
    }

    fn drop(&mut self, kind: ObjectKind, name: &ObjectName, on: Option<&ObjectName>, all: bool) {
        let (from, key) = (self.from(), self.names.fold(&name.name));
        match (kind, on) {
            (ObjectKind::Trigger, Some(on)) => {
                if let Some(table) = self.table(on) {
                    table.triggers.remove(&key, from);
                }
                return;
            }
            (ObjectKind::Trigger, None) => {
                if let Some(number) = self.trigger_tables.get(&key).copied()
                    && let Some(table) = self.history(number)
                {
                    table.triggers.remove(&key, from);
                }
                return;
            }
            (ObjectKind::Schema, _) => {
                self.names.remove_schema(&name.name, from);
                return;
            }
            _ => {}
        }
        let Some(class) = class(kind) else {
            return;
        };
        let readers = if all { self.readers.get(&key).cloned() } else { None };
        let number = match self.names.resolve(class, name, self.at) {
            Some(number) => number,
            // That there was one has to be known, to tell a new table from a rebuilt one.
            None if kind == ObjectKind::Table => {
                self.entity(name, false, Object::Table(Box::default()))
            }
            None => return,
        };
        self.end(class, number);
        for (read, view) in readers.into_iter().flatten() {
            if read.may_be(name) {
                self.end(Class::Relation, view);
            }
        }
    }

    fn rename(&mut self, kind: ObjectKind, name: &ObjectName, on: Option<&ObjectName>, to: &str) {
        let (from, key, new) = (self.from(), self.names.fold(&name.name), self.names.fold(to));
        match (kind, on) {
            (ObjectKind::Column, Some(on)) => self.rename_column(on, &name.name, to),
            (ObjectKind::Constraint, Some(on)) => {
                if let Some(table) = self.table(on) {
                    table.constraints.rename(&key, &new, from);
                    table.constraints.change(&new, from, |c| c.name = Some(to.to_owned()));
                }
            }
            (ObjectKind::Trigger, Some(on)) => {
                if let Some(table) = self.table(on) {
                    table.triggers.rename(&key, &new, from);
                    table.triggers.change(&new, from, |t| to.clone_into(&mut t.name.name));
                }
            }
            _ => {
                if let Some(class) = class(kind) {
                    let to = ObjectName { schema: name.schema.clone(), name: to.to_owned() };
                    self.move_to(class, kind, name, to);
                }
            }
        }
    }

    /// Another name or schema for a whole object.
    fn move_to(&mut self, class: Class, kind: ObjectKind, name: &ObjectName, to: ObjectName) {
        let (at, from) = (self.at, self.from());
        let number = match self.names.resolve(class, name, at) {
            Some(number) => number,
            None if kind == ObjectKind::Table => {
                self.entity(name, false, Object::Table(Box::default()))
            }
            None => return,
        };
        let replaces = self.names.ever(class, &to, at);
        let Some(entity) = self.entities.get_mut(number) else {
            return;
        };
        if let Some(created) = &mut entity.created
            && replaces
        {
            created.replaces.get_or_insert(from);
        }
        let old = entity.name.get(ONLY, from).cloned().unwrap_or_else(|| name.clone());
        entity.name.set(ONLY, from, to.clone());
        let indexes = match &mut entity.object {
            Object::Index(index, _) => {
                index.change(ONLY, from, |index| index.name = Some(to.clone()));
                Vec::new()
            }
            Object::Table(table) => table.indexes.clone(),
            _ => Vec::new(),
        };
        for index in indexes {
            if let Some(Object::Index(index, _)) =
                self.entities.get_mut(index).map(|entity| &mut entity.object)
            {
                index.change(ONLY, from, |index| index.table = to.clone());
            }
        }
        self.names.remove(class, &old, from);
        self.names.set(class, &to, from, number);
        let readers = self.readers.get(&self.names.fold(&old.name)).cloned();
        if let Some(readers) = readers {
            let moved = readers
                .into_iter()
                .filter(|(read, _)| read.may_be(&old))
                .map(|(_, view)| (to.clone(), view));
            self.readers.entry(self.names.fold(&to.name)).or_default().extend(moved);
        }
    }

    fn rename_column(&mut self, table: &ObjectName, column: &str, to: &str) {
        let (from, key, new) = (self.from(), self.names.fold(column), self.names.fold(to));
        let Some(number) = self.known_table(table) else {
            return;
        };
        let Some(history) = self.history(number) else {
            return;
        };
        history.columns.rename(&key, &new, from);
        history.columns.change(&new, from, |column| to.clone_into(&mut column.name));
        let rename = |name: &mut String| {
            if name.eq_ignore_ascii_case(column) {
                to.clone_into(name);
            }
        };
        history.constraints.change_all(
            from,
            |c| c.columns().iter().any(|named| named.eq_ignore_ascii_case(column)),
            |c| match &mut c.kind {
                ConstraintKind::Check(check) => check.columns.iter_mut().for_each(rename),
                ConstraintKind::NotNull { column } => rename(column),
                ConstraintKind::Unique { columns, .. }
                | ConstraintKind::PrimaryKey { columns, .. } => columns.iter_mut().for_each(rename),
                ConstraintKind::ForeignKey(key) => key.columns.iter_mut().for_each(rename),
                ConstraintKind::Exclude => {}
            },
        );
        for index in history.indexes.clone() {
            if let Some(Object::Index(index, _)) =
                self.entities.get_mut(index).map(|entity| &mut entity.object)
            {
                index.change(ONLY, from, |index| {
                    for part in &mut index.parts {
                        match part {
                            IndexPart::Column(part) => rename(part),
                            IndexPart::Expression(part) => {
                                part.columns.iter_mut().for_each(rename);
                            }
                        }
                    }
                });
            }
        }
    }
}

/// A timeline of one value that is there from a moment on.
fn since<T>(value: T, from: Moment) -> Timeline<T> {
    let mut timeline = Timeline::default();
    timeline.set(ONLY, from, value);
    timeline
}

fn class(kind: ObjectKind) -> Option<Class> {
    match kind {
        ObjectKind::Table
        | ObjectKind::ForeignTable
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Index
        | ObjectKind::Sequence => Some(Class::Relation),
        ObjectKind::Type | ObjectKind::Enum | ObjectKind::Domain => Some(Class::Type),
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => Some(Class::Routine),
        _ => None,
    }
}
