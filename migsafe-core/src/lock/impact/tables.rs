//! Tables and partitions as a whole.

use super::context::Context;
use super::part::{Choice, Part};
use crate::lock::measured::Role;
use crate::sql::{
    ActionKind as A, ConstraintKind, ObjectKind as K, ObjectName, PartitionBound, TableDefinition,
};

/// Storage parameters that need no more than `SHARE UPDATE EXCLUSIVE` (PostgreSQL manual, `ALTER TABLE`).
const LIGHT: [&str; 7] = [
    "fillfactor",
    "autovacuum_",
    "toast.",
    "toast_tuple_target",
    "parallel_workers",
    "vacuum_",
    "log_autovacuum",
];

const DEFAULT: &str =
    "a default partition is searched for rows of the new one, unless a valid CHECK excludes them";

pub(super) fn choose(kind: &A, context: &Context<'_>) -> Option<Choice> {
    Some(match kind {
        A::CreateTable(table) => create(table),
        A::Drop { kind: K::Table | K::ForeignTable, name, cascade, .. } => drop(name, *cascade, context),
        A::Rename { kind: K::Table, name, .. } => Choice::table("rename-table", name),
        A::SetSchema { kind: K::Table, name, .. } => Choice::table("set-schema", name),
        A::OwnerTo { kind: K::Table, name, .. } => Choice::table("owner-to", name),
        A::SetLogged { table, logged: true } => Choice::table("set-logged", table),
        A::SetLogged { table, logged: false } => Choice::table("set-unlogged", table),
        A::SetAccessMethod { table } => Choice::table("set-access-method", table),
        A::SetTablespace { kind: K::Table | K::MaterializedView, name } => {
            Choice::table("set-tablespace", name)
        }
        A::ReplicaIdentity { table, .. } => Choice::table("replica-identity", table),
        A::Inherit { table, parent, inherit } => {
            let form = if *inherit { "inherit" } else { "no-inherit" };
            Part::new(form).on(Role::Table, table).on(Role::Parent, parent).into()
        }
        A::AlterTableOther { table, text } => other(table, text),
        A::AttachPartition { table, partition } => Part::new("attach-partition")
            .or(
                &[
                    "attach-partition-proven",
                    "attach-partition-beside-default",
                    "attach-partition-beside-proven-default",
                ],
                "a valid CHECK that implies the bound spares it, for a default partition one that excludes it",
            )
            .on(Role::Table, table)
            .on(Role::Partition, partition)
            .into(),
        A::DetachPartition { table, partition, concurrently, finalize } => {
            let part = match (concurrently, finalize) {
                (true, _) => Part::new("detach-partition-concurrently"),
                (_, true) => Part::new("detach-partition-finalize"),
                _ => Part::new("detach-partition").or(&["detach-partition-beside-default"], ""),
            };
            // Foreign keys of the partitioned table, in both directions.
            Choice::from(part.on(Role::Table, table).on(Role::Partition, partition)).reaches_more()
        }
        A::Truncate { table, cascade, restart_identity } => {
            let mut part = Part::new("truncate").on(Role::Table, table);
            if *restart_identity {
                part = part.or(&["truncate-restart-identity"], "");
            }
            if *cascade {
                part = part.or(&["truncate-cascade"], "");
            }
            Choice::from(part).reaches_more_if(*cascade)
        }
        A::Lock { table, mode, .. } => {
            Choice { explicit: Some((table.clone(), *mode)), ..Choice::none() }
        }
        A::Vacuum { tables, full } => {
            each(tables, if *full { "vacuum-full" } else { "vacuum" })
        }
        A::Analyze { tables } => each(tables, "analyze"),
        A::Cluster { table } => each(table.as_slice(), "cluster"),
        _ => return None,
    })
}

fn create(table: &TableDefinition) -> Choice {
    let mut choice = Choice::none();
    if let Some((parent, bound)) = &table.partition_of {
        let part = match bound {
            PartitionBound::Default => Part::new("create-partition-of-default"),
            PartitionBound::Values(_) => Part::new("create-partition-of")
                .or(&["create-partition-of-beside-default"], DEFAULT),
        };
        choice = choice.and(part.on(Role::Table, parent));
    }
    let keys = table.all_constraints().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) if key.table != table.name => Some(key.table.clone()),
        _ => None,
    });
    let keys: Vec<ObjectName> = keys.collect();
    if !keys.is_empty() {
        choice = choice.and(Part::new("create-table-foreign-key").on_all(Role::Referenced, keys));
    }
    if !table.inherits.is_empty() {
        let part = Part::new("create-table-inherits");
        choice = choice.and(part.on_all(Role::Parent, table.inherits.clone()));
    }
    if !table.like.is_empty() {
        choice =
            choice.and(Part::new("create-table-like").on_all(Role::Source, table.like.clone()));
    }
    if table.as_query {
        let reads = table.query.iter().flat_map(|query| query.reads.clone()).collect();
        choice = choice.and(Part::new("create-table-as").on_all(Role::Source, reads));
    }
    if choice.parts.is_empty() { Part::new("create-table").into() } else { choice }
}

fn drop(name: &ObjectName, cascade: bool, context: &Context<'_>) -> Choice {
    let mut part = Part::new("drop-table").on(Role::Table, name);
    let parents: Vec<ObjectName> =
        context.table(name).map(|table| table.parents().cloned().collect()).unwrap_or_default();
    if !parents.is_empty() {
        let part =
            Part::new("drop-partition").on(Role::Partition, name).on_all(Role::Table, parents);
        return Choice::from(part).reaches_more_if(cascade);
    }
    match context.whole_table(name) {
        Some(_) => {
            let referenced = context.referenced(name, |_| true);
            if !referenced.is_empty() {
                part = Part::new("drop-table-foreign-key")
                    .on(Role::Table, name)
                    .on_all(Role::Referenced, referenced);
            }
        }
        // It may also be a partition.
        None => part = part.or(&["drop-table-foreign-key"], ""),
    }
    if cascade {
        part = part.or(&["drop-table-cascade", "drop-table-cascade-view"], "");
    }
    Choice::from(part).reaches_more_if(cascade)
}

/// `SET (…)` and what else has no action of its own.
fn other(table: &ObjectName, text: &str) -> Choice {
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper.split_whitespace().collect();
    let has = |wanted: &[&str]| words.windows(wanted.len()).any(|found| found == wanted);
    let is_option =
        upper.trim_start_matches("RESET").trim_start_matches("SET").trim_start().starts_with('(');
    let form = match words.first().copied() {
        Some("CLUSTER") => "cluster-on",
        Some("SET") if has(&["WITHOUT", "CLUSTER"]) => "set-without-cluster",
        Some(word) if word.starts_with("SET") || word.starts_with("RESET") => {
            if !is_option {
                return unknown(table, text);
            }
            return parameters(table, text);
        }
        Some("ALTER") if has(&["SET", "STATISTICS"]) => "set-statistics",
        Some("ALTER") if has(&["SET", "STORAGE"]) => "set-storage",
        Some("ALTER") if has(&["SET", "COMPRESSION"]) => "set-compression",
        Some("ALTER") if has(&["SET", "GENERATED"]) || has(&["RESTART"]) => "set-identity",
        Some("ALTER") if upper.contains("SET (") || upper.contains("RESET (") => {
            "set-column-options"
        }
        _ => return unknown(table, text),
    };
    Choice::table(form, table)
}

/// `SET (fillfactor = 70)`: the mode depends on the parameters.
fn parameters(table: &ObjectName, text: &str) -> Choice {
    let inner = text.split_once('(').map_or("", |(_, inner)| inner).to_lowercase();
    let names: Vec<&str> = inner.split(',').map(str::trim).collect();
    let is_light = |name: &&str| LIGHT.iter().any(|light| name.starts_with(light));
    if names.iter().all(is_light) {
        return Choice::table("set-fillfactor", table);
    }
    if names.iter().any(|name| name.starts_with("user_catalog_table")) {
        return Choice::table("set-user-catalog-table", table);
    }
    Part::new("set-fillfactor").or(&["set-user-catalog-table"], "").on(Role::Table, table).into()
}

fn unknown(table: &ObjectName, text: &str) -> Choice {
    let words: Vec<&str> = text.split_whitespace().take(3).collect();
    let part = Part::new("not-measured").on(Role::Table, table);
    Choice { unmeasured: Some(format!("{} was not measured", words.join(" "))), ..part.into() }
}

/// The same on each; all tables of the database where none is named.
fn each(tables: &[ObjectName], form: &'static str) -> Choice {
    let part = Part::new(form).on_all(Role::Table, tables.to_vec());
    Choice::from(part).reaches_more_if(tables.is_empty())
}
