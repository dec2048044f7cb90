//! `Action`: one thing that a statement does to one object.

use std::ops::Range;

use super::{
    Column, Constraint, Expression, Identity, IndexDefinition, InsertSource, ObjectKind,
    ObjectName, Query, RoutineDefinition, TableDefinition, Trigger, TypeName, ViewDefinition,
};
use crate::lock::TableLock;
use crate::sql::Position;

/// One thing that a statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Action {
    /// What.
    pub kind: ActionKind,
    /// The bytes of the script that say so: the statement, or the subcommand of an `ALTER TABLE`.
    pub range: Range<usize>,
    /// Where that begins.
    pub start: Position,
    /// Whether it stands in a body.
    pub nesting: Nesting,
}

/// Where an action stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Nesting {
    /// The statement itself.
    Statement,
    /// A body: of a `DO` block, which is carried out, perhaps under a condition and perhaps often; or of a routine
    /// ([`Body::Read`](super::Body::Read)), which is carried out when it is called.
    DoBlock,
}

/// What an action does. Names of fields are those of the manuals; a boolean is true when its words are written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named by the words of the statement")]
pub enum ActionKind {
    // Tables.
    CreateTable(TableDefinition),
    /// `ALTER TABLE … ADD COLUMN`.
    AddColumn {
        table: ObjectName,
        column: Column,
        if_not_exists: bool,
    },
    DropColumn {
        table: ObjectName,
        column: String,
        if_exists: bool,
        cascade: bool,
    },
    /// `ALTER COLUMN … TYPE`.
    AlterColumnType {
        table: ObjectName,
        column: String,
        ty: TypeName,
        using: Option<Expression>,
        collation: Option<ObjectName>,
    },
    SetDefault {
        table: ObjectName,
        column: String,
        default: Expression,
    },
    DropDefault {
        table: ObjectName,
        column: String,
    },
    SetNotNull {
        table: ObjectName,
        column: String,
    },
    DropNotNull {
        table: ObjectName,
        column: String,
    },
    /// `ALTER COLUMN … ADD GENERATED … AS IDENTITY`.
    AddIdentity {
        table: ObjectName,
        column: String,
        identity: Identity,
    },
    DropIdentity {
        table: ObjectName,
        column: String,
    },
    /// `ALTER COLUMN … SET EXPRESSION` (rewrite) or `DROP EXPRESSION`.
    SetExpression {
        table: ObjectName,
        column: String,
        expression: Expression,
    },
    DropExpression {
        table: ObjectName,
        column: String,
    },
    AddConstraint {
        table: ObjectName,
        constraint: Constraint,
    },
    DropConstraint {
        table: ObjectName,
        constraint: String,
        if_exists: bool,
        cascade: bool,
    },
    ValidateConstraint {
        table: ObjectName,
        constraint: String,
    },
    /// `ALTER CONSTRAINT … DEFERRABLE`.
    AlterConstraint {
        table: ObjectName,
        constraint: String,
    },
    AttachPartition {
        table: ObjectName,
        partition: ObjectName,
    },
    DetachPartition {
        table: ObjectName,
        partition: ObjectName,
        concurrently: bool,
        finalize: bool,
    },
    /// `INHERIT` or `NO INHERIT`.
    Inherit {
        table: ObjectName,
        parent: ObjectName,
        inherit: bool,
    },
    /// `SET LOGGED` or `SET UNLOGGED`.
    SetLogged {
        table: ObjectName,
        logged: bool,
    },
    SetAccessMethod {
        table: ObjectName,
    },
    SetTablespace {
        kind: ObjectKind,
        name: ObjectName,
    },
    ReplicaIdentity {
        table: ObjectName,
        text: String,
    },
    /// `ENABLE`/`DISABLE`/`FORCE`/`NO FORCE ROW LEVEL SECURITY`; `text` holds the words.
    RowSecurity {
        table: ObjectName,
        enable: bool,
        text: String,
    },
    /// `ENABLE`/`DISABLE TRIGGER`; the name is a trigger's, or `all` or `user`.
    SwitchTrigger {
        table: ObjectName,
        trigger: String,
        enable: bool,
    },
    /// `ENABLE`/`DISABLE RULE`.
    SwitchRule {
        table: ObjectName,
        rule: String,
        enable: bool,
    },
    /// `SET (…)` and `RESET (…)` of storage parameters, statistics, storage, compression, `CLUSTER ON`, …;
    /// the words as written.
    AlterTableOther {
        table: ObjectName,
        text: String,
    },

    // Any kind.
    /// `DROP kind name`, one for each name. Functions: without their arguments. Triggers, rules and policies
    /// carry their table in `on`.
    Drop {
        kind: ObjectKind,
        name: ObjectName,
        on: Option<ObjectName>,
        if_exists: bool,
        cascade: bool,
        concurrently: bool,
    },
    /// `ALTER kind name RENAME TO to`; for columns, constraints, triggers, policies `on` is their table, for values
    /// of an enum see `RenameEnumValue`.
    Rename {
        kind: ObjectKind,
        name: ObjectName,
        on: Option<ObjectName>,
        to: String,
    },
    SetSchema {
        kind: ObjectKind,
        name: ObjectName,
        schema: String,
    },
    OwnerTo {
        kind: ObjectKind,
        name: ObjectName,
        owner: String,
    },
    /// `COMMENT ON kind name`; of a column, `schema` is its table. `None` for what has no name (a large object).
    Comment {
        kind: ObjectKind,
        name: Option<ObjectName>,
    },
    /// `CREATE kind name` of kinds that have no variant of their own.
    CreateOther {
        kind: ObjectKind,
        name: Option<ObjectName>,
        or_replace: bool,
        if_not_exists: bool,
    },
    /// `ALTER kind name …` of kinds or subcommands that have no variant of their own; the words as written.
    AlterOther {
        kind: ObjectKind,
        name: Option<ObjectName>,
        text: String,
    },

    // Indexes, views, sequences.
    CreateIndex(IndexDefinition),
    /// `REINDEX kind name`; `name` is `None` for `REINDEX SYSTEM` and `DATABASE` without a name.
    Reindex {
        kind: ObjectKind,
        name: Option<ObjectName>,
        concurrently: bool,
    },
    CreateView(ViewDefinition),
    RefreshMaterializedView {
        name: ObjectName,
        concurrently: bool,
        with_no_data: bool,
    },
    /// `ALTER SEQUENCE … RESTART`, `setval` is not here.
    AlterSequence {
        name: ObjectName,
        restart: bool,
        text: String,
    },

    // Types.
    CreateEnum {
        name: ObjectName,
        values: Vec<String>,
    },
    AddEnumValue {
        name: ObjectName,
        value: String,
        if_not_exists: bool,
        positioned: bool,
    },
    RenameEnumValue {
        name: ObjectName,
        from: String,
        to: String,
    },
    CreateDomain {
        name: ObjectName,
        base: TypeName,
        constraints: Vec<Constraint>,
        not_null: bool,
    },
    /// `ALTER DOMAIN … ADD CONSTRAINT` and `SET NOT NULL`.
    AlterDomainConstraint {
        name: ObjectName,
        constraint: Constraint,
    },

    // Routines, triggers, security.
    CreateRoutine(RoutineDefinition),
    /// `ALTER FUNCTION …` with an action of its own.
    AlterRoutine {
        name: ObjectName,
        volatility: Option<super::Volatility>,
        text: String,
    },
    CreateTrigger(Trigger),
    CreatePolicy {
        name: String,
        table: ObjectName,
        restrictive: bool,
    },
    /// `GRANT` and `REVOKE` of privileges and roles.
    Grant {
        revoke: bool,
        all_privileges: bool,
        to_public: bool,
        text: String,
    },
    /// `CREATE ROLE`, `ALTER ROLE`, `CREATE USER`, …; whether a password is given.
    Role {
        name: Option<String>,
        create: bool,
        password: bool,
    },

    // Rows.
    /// `INSERT`; `columns` is empty when none are listed, `query` is what `InsertSource::Query` reads, as far as its text
    /// tells, and `replaces` is SQLite's `INSERT OR REPLACE` or `REPLACE`, which deletes the rows in the way.
    Insert {
        table: ObjectName,
        columns: Vec<String>,
        source: InsertSource,
        query: Option<Query>,
        replaces: bool,
        on_conflict: bool,
    },
    /// `UPDATE`. A `WHERE` that holds for every row by its text alone, such as `WHERE 1 = 1`, filters nothing.
    Update {
        table: ObjectName,
        columns: Vec<String>,
        filtered: bool,
    },
    /// `DELETE`, filtered as an `UPDATE` is.
    Delete {
        table: ObjectName,
        filtered: bool,
    },
    /// `MERGE`. Where its `ON` and its `WHEN MATCHED` hold for every row by their text alone, it may delete every row
    /// of the table, or set these columns in every row; not if the source is empty.
    Merge {
        table: ObjectName,
        deletes_all: bool,
        updates_all: Vec<String>,
    },
    Truncate {
        table: ObjectName,
        cascade: bool,
        restart_identity: bool,
    },
    /// `COPY table FROM`.
    CopyFrom {
        table: ObjectName,
    },
    /// A query at top level; the functions that it calls. Also stands before a statement that writes rows and calls
    /// functions of which nothing is known, for those.
    Query {
        calls: Vec<ObjectName>,
        reads: Vec<ObjectName>,
    },
    Call {
        procedure: ObjectName,
    },

    // Maintenance and locks.
    Lock {
        table: ObjectName,
        mode: TableLock,
        nowait: bool,
    },
    Vacuum {
        tables: Vec<ObjectName>,
        full: bool,
    },
    /// `CLUSTER`; `None` for all tables.
    Cluster {
        table: Option<ObjectName>,
    },
    Analyze {
        tables: Vec<ObjectName>,
    },

    // Session.
    /// `SET name = value`, `RESET name`, SQLite's `PRAGMA name = value`; the value as written without quotes, `None` for
    /// `RESET`, `DEFAULT` and a pragma that only asks.
    Set {
        name: String,
        value: Option<String>,
        local: bool,
    },

    /// It cannot be said what is done: dynamic SQL, a body that was not read, a statement that was not read. The text says why.
    Opaque(String),
    /// A statement that was read and changes nothing that this list has a word for; its leading key words.
    Other(String),
}

impl ActionKind {
    /// The relation that it is about: the table of a column, constraint, index, trigger, rule or policy, or the table or
    /// view itself; for other objects the object. `None` for statements without any.
    #[must_use]
    pub fn subject(&self) -> Option<&ObjectName> {
        match self {
            Self::CreateTable(table) => Some(&table.name),
            Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::AlterColumnType { table, .. }
            | Self::SetDefault { table, .. }
            | Self::DropDefault { table, .. }
            | Self::SetNotNull { table, .. }
            | Self::DropNotNull { table, .. }
            | Self::AddIdentity { table, .. }
            | Self::DropIdentity { table, .. }
            | Self::SetExpression { table, .. }
            | Self::DropExpression { table, .. }
            | Self::AddConstraint { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::ValidateConstraint { table, .. }
            | Self::AlterConstraint { table, .. }
            | Self::AttachPartition { table, .. }
            | Self::DetachPartition { table, .. }
            | Self::Inherit { table, .. }
            | Self::SetLogged { table, .. }
            | Self::SetAccessMethod { table }
            | Self::ReplicaIdentity { table, .. }
            | Self::RowSecurity { table, .. }
            | Self::SwitchTrigger { table, .. }
            | Self::SwitchRule { table, .. }
            | Self::AlterTableOther { table, .. }
            | Self::CreatePolicy { table, .. }
            | Self::Insert { table, .. }
            | Self::Update { table, .. }
            | Self::Delete { table, .. }
            | Self::Merge { table, .. }
            | Self::Truncate { table, .. }
            | Self::CopyFrom { table }
            | Self::Lock { table, .. } => Some(table),
            Self::Drop { name, on, .. } | Self::Rename { name, on, .. } => {
                Some(on.as_ref().unwrap_or(name))
            }
            Self::SetTablespace { name, .. }
            | Self::SetSchema { name, .. }
            | Self::OwnerTo { name, .. }
            | Self::RefreshMaterializedView { name, .. }
            | Self::AlterSequence { name, .. }
            | Self::CreateEnum { name, .. }
            | Self::AddEnumValue { name, .. }
            | Self::RenameEnumValue { name, .. }
            | Self::CreateDomain { name, .. }
            | Self::AlterDomainConstraint { name, .. }
            | Self::AlterRoutine { name, .. } => Some(name),
            Self::CreateIndex(index) => Some(&index.table),
            Self::CreateView(view) => Some(&view.name),
            Self::CreateRoutine(routine) => Some(&routine.name),
            Self::CreateTrigger(trigger) => Some(&trigger.table),
            Self::Comment { name, .. }
            | Self::CreateOther { name, .. }
            | Self::AlterOther { name, .. }
            | Self::Reindex { name, .. } => name.as_ref(),
            Self::Cluster { table } => table.as_ref(),
            Self::Call { procedure } => Some(procedure),
            Self::Grant { .. }
            | Self::Role { .. }
            | Self::Query { .. }
            | Self::Vacuum { .. }
            | Self::Analyze { .. }
            | Self::Set { .. }
            | Self::Opaque(_)
            | Self::Other(_) => None,
        }
    }
}
