//! Indexes, views, sequences, types, triggers, security, rows.

use super::constraints::alter_type;
use super::context::Context;
use super::part::{Choice, Part};
use crate::lock::measured::Role;
use crate::sql::{ActionKind as A, InsertSource, ObjectKind as K, ObjectName};

/// Functions of the system that lock nothing that is not said otherwise.
const HARMLESS: [&str; 14] = [
    "avg",
    "coalesce",
    "count",
    "current_setting",
    "currval",
    "max",
    "min",
    "nextval",
    "now",
    "pg_notify",
    "set_config",
    "setval",
    "sum",
    "version",
];

/// Statements that lock no relation.
const WITHOUT: [&str; 24] = [
    "ABORT",
    "BEGIN",
    "CHECKPOINT",
    "CLOSE",
    "COMMIT",
    "COPY",
    "DEALLOCATE",
    "DECLARE",
    "DISCARD",
    "DO",
    "END",
    "FETCH",
    "LISTEN",
    "LOAD",
    "MOVE",
    "NOTIFY",
    "RELEASE",
    "RESET",
    "ROLLBACK",
    "SAVEPOINT",
    "SET",
    "SHOW",
    "START",
    "UNLISTEN",
];

pub(super) fn choose(kind: &A, context: &Context<'_>) -> Choice {
    match kind {
        A::Drop { kind, name, on, cascade, concurrently, .. } => {
            drop(*kind, name, on.as_ref(), *concurrently, context).reaches_more_if(*cascade)
        }
        A::Rename { kind, name, on, .. } => rename(*kind, name, on.as_ref()),
        A::SetSchema { kind, name, .. } => {
            moved(*kind, name, "set-schema-view", "set-schema-sequence")
        }
        A::OwnerTo { kind, name, .. } => moved(*kind, name, "owner-to-view", "owner-to-sequence"),
        A::Comment { kind, name } => comment(*kind, name.as_ref()),
        A::SetTablespace { kind: K::Index, name } => {
            index("alter-index-set-tablespace", name, context)
        }
        A::RowSecurity { table, text, .. } => {
            let force = text.to_uppercase().contains("FORCE");
            Choice::table(if force { "force-row-security" } else { "enable-row-security" }, table)
        }
        A::SwitchTrigger { table, enable, .. } => {
            Choice::table(if *enable { "enable-trigger" } else { "disable-trigger" }, table)
        }
        A::SwitchRule { table, .. } => Choice::table("disable-rule", table),
        A::CreateOther { kind, .. } => create(*kind, context),
        A::AlterOther { kind, name, text } => alter(*kind, name.as_ref(), text, context),
        A::CreateIndex(index) => {
            let form = match (index.concurrently, index.unique) {
                (true, _) => "create-index-concurrently",
                _ if index.only => "create-index-on-only",
                (_, true) => "create-unique-index",
                _ => "create-index",
            };
            Choice::table(form, &index.table)
        }
        A::Reindex { kind, name, concurrently } => {
            reindex(*kind, name.as_ref(), *concurrently, context)
        }
        A::CreateView(view) if view.materialized => {
            Part::new("create-materialized-view").on_all(Role::Source, view.reads.clone()).into()
        }
        A::CreateView(view) if view.or_replace => Part::new("replace-view")
            .on(Role::View, &view.name)
            .on_all(Role::Table, view.reads.clone())
            .into(),
        A::CreateView(view) => {
            Part::new("create-view").on_all(Role::Source, view.reads.clone()).into()
        }
        A::RefreshMaterializedView { name, concurrently, with_no_data } => {
            let form = match (concurrently, with_no_data) {
                (true, _) => "refresh-materialized-view-concurrently",
                (_, true) => "refresh-materialized-view-no-data",
                _ => "refresh-materialized-view",
            };
            Choice::one(form, Role::MaterializedView, name)
        }
        A::AlterSequence { name, restart, .. } => {
            let form = if *restart { "sequence-restart" } else { "sequence-increment" };
            Choice::one(form, Role::Sequence, name)
        }
        A::CreateEnum { .. } => Part::new("create-enum").into(),
        A::AddEnumValue { .. } => Part::new("add-enum-value").into(),
        A::RenameEnumValue { .. } => Part::new("rename-enum-value").into(),
        A::CreateRoutine(routine) if routine.or_replace => Part::new("replace-function").into(),
        A::CreateRoutine(_) => Part::new("create-function").into(),
        A::AlterRoutine { .. } => Part::new("alter-function").into(),
        A::CreateTrigger(trigger) => Choice::table("create-trigger", &trigger.table),
        A::CreatePolicy { table, .. } => Choice::table("create-policy", table),
        A::Grant { .. } => Part::new("grant").into(),
        A::Role { .. } => Part::new("create-role").into(),
        A::Set { .. } => Choice::none(),
        A::Other(words) => other(words),
        A::Opaque(why) => Choice::unmeasured(why.clone()),
        A::Call { .. } => Choice::unmeasured("what a procedure does is not known here"),
        _ => rows(kind, context),
    }
}

/// Rows; triggers and foreign keys reach other tables.
fn rows(kind: &A, context: &Context<'_>) -> Choice {
    let part = match kind {
        A::Insert { table, source, query, .. } => {
            let reads = query.iter().flat_map(|query| query.reads.clone()).collect();
            let form = if *source == InsertSource::Values { "insert" } else { "insert-select" };
            Part::new(form).on(Role::Table, table).on_all(Role::Source, reads)
        }
        A::Update { table, filtered, .. } => {
            Part::new(if *filtered { "update-filtered" } else { "update" })
                .or(if *filtered { &["update"] } else { &[] }, FILTER)
                .on(Role::Table, table)
        }
        A::Delete { table, filtered } => {
            Part::new(if *filtered { "delete-filtered" } else { "delete" })
                .or(if *filtered { &["delete"] } else { &[] }, FILTER)
                .on(Role::Table, table)
        }
        A::Merge { table, .. } => Part::new("merge").on(Role::Table, table),
        A::CopyFrom { table } => Part::new("copy-from").on(Role::Table, table),
        A::Query { calls, reads } => {
            let form = if locks_rows(context.sql) { "select-for-update" } else { "select" };
            let more = calls.iter().any(|call| !HARMLESS.contains(&&*call.name));
            let part = Part::new(form).on_all(Role::Table, reads.clone());
            let choice = if reads.is_empty() { Choice::none() } else { part.into() };
            return choice.reaches_more_if(more);
        }
        _ => return Choice::unmeasured("it was not measured"),
    };
    Choice::from(part).reaches_more()
}

/// Whether a query locks what it reads.
fn locks_rows(sql: &str) -> bool {
    let upper = sql.to_uppercase();
    let words: Vec<&str> = upper.split_whitespace().collect();
    let strengths = ["UPDATE", "SHARE", "NO", "KEY"];
    words.windows(2).any(
        |pair| matches!(pair, ["FOR", next] if strengths.iter().any(|word| next.starts_with(word))),
    )
}

const FILTER: &str = "it is an index that its WHERE can use which spares it";

fn index(form: &'static str, name: &ObjectName, context: &Context<'_>) -> Choice {
    let part = Part::new(form).on(Role::Index, name);
    let known = context.site().and_then(|site| site.index(name));
    match known {
        Some(index) => part.on(Role::Table, &index.table).into(),
        None => part.into(),
    }
}

fn drop(
    kind: K,
    name: &ObjectName,
    on: Option<&ObjectName>,
    concurrently: bool,
    context: &Context<'_>,
) -> Choice {
    let form = match kind {
        K::Index if concurrently => return index("drop-index-concurrently", name, context),
        K::Index => return index("drop-index", name, context),
        K::View => return Choice::one("drop-view", Role::View, name),
        K::MaterializedView => {
            return Choice::one("drop-materialized-view", Role::MaterializedView, name);
        }
        K::Sequence => return Choice::one("drop-sequence", Role::Sequence, name),
        K::Trigger => "drop-trigger",
        K::Rule => "drop-rule",
        K::Policy => "drop-policy",
        K::Schema => return Part::new("drop-schema").into(),
        K::Type | K::Enum | K::Domain => return Part::new("drop-type").into(),
        K::Statistics => "drop-statistics",
        K::Function | K::Procedure | K::Routine | K::Aggregate => {
            return Part::new("drop-function").into();
        }
        _ if has_no_relation(kind) => return Choice::none(),
        other => {
            return Choice::unmeasured(format!("dropping a {} was not measured", other.words()));
        }
    };
    of_table(form, on)
}

fn rename(kind: K, name: &ObjectName, on: Option<&ObjectName>) -> Choice {
    match kind {
        K::Index => Choice::one("rename-index", Role::Index, name),
        K::View => Choice::one("rename-view", Role::View, name),
        K::MaterializedView => {
            Choice::one("rename-materialized-view", Role::MaterializedView, name)
        }
        K::Sequence => Choice::one("rename-sequence", Role::Sequence, name),
        K::Trigger => of_table("rename-trigger", on),
        K::Policy => of_table("rename-policy", on),
        K::Rule => of_table("rename-rule", on),
        K::Schema => Part::new("rename-schema").into(),
        K::Type | K::Enum | K::Domain => Part::new("rename-type").into(),
        K::Function | K::Procedure | K::Routine | K::Aggregate => {
            Part::new("rename-function").into()
        }
        _ if has_no_relation(kind) => Choice::none(),
        other => Choice::unmeasured(format!("renaming a {} was not measured", other.words())),
    }
}

/// `SET SCHEMA` and `OWNER TO` of anything but a table.
fn moved(kind: K, name: &ObjectName, view: &'static str, sequence: &'static str) -> Choice {
    match kind {
        K::View => Choice::one(view, Role::View, name),
        K::Sequence => Choice::one(sequence, Role::Sequence, name),
        K::MaterializedView | K::Index | K::ForeignTable | K::Extension | K::Other => {
            Choice::unmeasured(format!("this of a {} was not measured", kind.words()))
        }
        _ => Choice::none(),
    }
}

fn comment(kind: K, name: Option<&ObjectName>) -> Choice {
    match (kind, name) {
        (K::Table, Some(name)) => Choice::table("comment-on-table", name),
        (K::Column, Some(ObjectName { schema: Some(table), .. })) => {
            Choice::table("comment-on-column", &ObjectName::unqualified(table))
        }
        (K::View, Some(name)) => Choice::one("comment-on-view", Role::View, name),
        (K::Index, Some(name)) => Choice::one("comment-on-index", Role::Index, name),
        (K::Constraint | K::Trigger | K::Policy | K::Rule, _) => {
            Part::new("comment-on-constraint").into()
        }
        (K::Column | K::MaterializedView | K::Sequence | K::ForeignTable, _) => {
            Choice::unmeasured(format!("a comment on a {} was not measured", kind.words()))
        }
        (K::Function | K::Procedure | K::Routine, _) => Part::new("comment-on-function").into(),
        _ => Part::new("comment-on-type").into(),
    }
}

fn create(kind: K, context: &Context<'_>) -> Choice {
    match kind {
        // It can hold statements of its own.
        K::Schema => Choice::from(Part::new("create-schema")).reaches_more_if(
            context.sql.to_uppercase().contains("CREATE ") && context.sql.len() > 200,
        ),
        K::Sequence => Part::new("create-sequence").into(),
        K::Type => Part::new("create-enum").into(),
        K::Statistics => of_table("create-statistics", context.name_after("FROM").as_ref()),
        K::Rule => of_table("create-rule", context.name_after("TO").as_ref()),
        K::Publication => of_table("create-publication", context.name_after("TABLE").as_ref()),
        _ if has_no_relation(kind) => Choice::none(),
        other => Choice::unmeasured(format!("creating a {} was not measured", other.words())),
    }
}

fn alter(kind: K, name: Option<&ObjectName>, text: &str, context: &Context<'_>) -> Choice {
    match (kind, name) {
        (K::Policy, _) => of_table("alter-policy", context.name_after("ON").as_ref()),
        (K::View, Some(name)) => Choice::one("alter-view-set", Role::View, name),
        (K::Index, Some(name)) => {
            let attach = text.to_uppercase().contains("ATTACH PARTITION");
            index(if attach { "attach-index" } else { "alter-index-set" }, name, context)
        }
        (K::Type | K::Domain, name) => alter_type(name, text, context),
        _ if has_no_relation(kind) => Choice::none(),
        (other, _) => {
            Choice::unmeasured(format!("this change of a {} was not measured", other.words()))
        }
    }
}

fn reindex(
    kind: K,
    name: Option<&ObjectName>,
    concurrently: bool,
    context: &Context<'_>,
) -> Choice {
    match (kind, name) {
        (K::Index, Some(name)) => index(
            if concurrently { "reindex-index-concurrently" } else { "reindex-index" },
            name,
            context,
        ),
        (K::Table, Some(name)) => Choice::table(
            if concurrently { "reindex-table-concurrently" } else { "reindex-table" },
            name,
        ),
        _ => Choice::from(Part::new("reindex-schema")).reaches_more(),
    }
}

/// Something of a table, which is not always named.
fn of_table(form: &'static str, table: Option<&ObjectName>) -> Choice {
    match table {
        Some(table) => Choice::table(form, table),
        None => Part::new(form).into(),
    }
}

/// Kinds of objects that no relation depends on.
fn has_no_relation(kind: K) -> bool {
    matches!(
        kind,
        K::Database
            | K::Role
            | K::Tablespace
            | K::Subscription
            | K::Language
            | K::Server
            | K::EventTrigger
            | K::Cast
            | K::Function
            | K::Procedure
            | K::Routine
            | K::Aggregate
    )
}

fn other(words: &str) -> Choice {
    let first = words.split_whitespace().next().unwrap_or_default().to_uppercase();
    if WITHOUT.contains(&&*first) {
        return Choice::none();
    }
    Choice::unmeasured(format!("{words} was not measured"))
}
