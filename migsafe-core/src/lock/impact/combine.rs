//! From measured forms to an impact.

use super::context::Context;
use super::part::Part;
use super::{Effect, LockImpact, RelationLock, columns, constraints, objects, tables, types};
use crate::lock::TableLock;
use crate::lock::measured::{MeasuredForm, Rewrite, Role, measured};
use crate::sql::{ActionKind, ObjectName};

/// The impact of one action.
pub(super) fn impact(kind: &ActionKind, context: &Context<'_>) -> LockImpact {
    let choice = tables::choose(kind, context)
        .or_else(|| columns::choose(kind, context))
        .or_else(|| types::choose(kind, context))
        .or_else(|| constraints::choose(kind, context))
        .unwrap_or_else(|| objects::choose(kind, context));
    let mut impact = LockImpact::nothing();
    for part in &choice.parts {
        add(&mut impact, part, context);
    }
    if let Some((name, lock)) = choice.explicit {
        impact.add(relation(Some(name), Role::Table, Some(lock), context));
    }
    if let Some(why) = choice.unmeasured {
        impact.rewrite = impact.rewrite.or(Effect::Unknown);
        impact.scan = impact.scan.or(Effect::Unknown);
        impact.unmeasured = Some(why);
    }
    impact.is_complete &= !choice.reaches_more;
    impact
}

fn add(impact: &mut LockImpact, part: &Part, context: &Context<'_>) {
    let forms: Vec<&MeasuredForm> =
        part.forms.iter().filter_map(|id| measured(id, context.major)).collect();
    if forms.is_empty() {
        let major = context.major;
        impact.unmeasured =
            Some(format!("PostgreSQL {major} does not know it, or it was not measured"));
        impact.rewrite = Effect::Unknown;
        impact.scan = Effect::Unknown;
        impact.is_complete = false;
        for (role, name) in &part.names {
            impact.add(relation(Some(name.clone()), *role, None, context));
        }
        return;
    }
    let depends = |count: usize| match count {
        0 => Effect::No,
        _ if count == forms.len() && !part.is_possible => Effect::Yes,
        _ => Effect::Depends(part.why.to_owned()),
    };
    for role in Role::ALL {
        let modes: Vec<TableLock> = forms.iter().filter_map(|form| form.lock(role)).collect();
        let scan = depends(forms.iter().filter(|form| form.scans().contains(&role)).count());
        impact.scan = std::mem::take(&mut impact.scan).or(scan.clone());
        if modes.is_empty() {
            continue;
        }
        let first = modes.first().copied();
        let lock = first.filter(|first| modes.iter().all(|mode| mode == first));
        let certain = modes.len() == forms.len() && !part.is_possible;
        let names = part.names.iter().filter(|(of, _)| *of == role).map(|(_, name)| name);
        let mut names: Vec<Option<&ObjectName>> = names.map(Some).collect();
        if names.is_empty() {
            // Indexes and sequences of a table are used with the table.
            impact.is_complete &= matches!(role, Role::Index | Role::Sequence)
                || lock == Some(TableLock::AccessShare);
            names.push(None);
        }
        for name in names {
            let relation = relation(name.cloned(), role, lock, context);
            impact.add(RelationLock { certain, scan: scan.clone(), ..relation });
            if role == Role::Table && name.is_some_and(|name| context.is_partitioned(name)) {
                impact.is_complete = false;
            }
        }
    }
    if part.is_possible {
        return;
    }
    let rewrites = forms.iter().filter(|form| form.rewrite() == Rewrite::Table).count();
    impact.rewrite = std::mem::take(&mut impact.rewrite).or(depends(rewrites));
    impact.refused_in_transaction |= forms.iter().any(|form| form.is_refused_in_transaction());
    impact.waits_for_snapshots |= forms.iter().any(|form| form.waits_for_snapshots());
}

fn relation(
    name: Option<ObjectName>,
    role: Role,
    lock: Option<TableLock>,
    context: &Context<'_>,
) -> RelationLock {
    let is_new = name.as_ref().is_some_and(|name| context.is_new(name));
    RelationLock { name, role, lock, certain: true, scan: Effect::No, is_new }
}

#[cfg(all(test, feature = "postgres-sql"))]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::sql::analyse;

    fn of(sql: &str) -> LockImpact {
        let script = analyse(Dialect::Postgres, sql);
        LockImpact::of_statement(&script.statements()[0], sql, Some(150_000))
    }

    #[test]
    fn what_decides_is_said() {
        let impact = of("ALTER TABLE t ALTER COLUMN a SET NOT NULL");
        assert!(impact.scan.reason().is_some_and(|why| why.contains("CHECK")), "{impact:?}");
        assert_eq!(impact.rewrite, Effect::No);
        let impact = of("ALTER TABLE t ALTER COLUMN a TYPE bigint");
        assert!(impact.rewrite.reason().is_some_and(|why| why.contains("not known")));
        assert_eq!(impact.relations[0].lock, Some(TableLock::AccessExclusive));
        assert!(!impact.is_complete, "a foreign key has another side");
        let impact = of("ALTER TABLE t ADD COLUMN a uuid DEFAULT make_one()");
        assert!(matches!(impact.rewrite, Effect::Depends(_)));
    }

    #[test]
    fn what_was_not_measured_is_unknown() {
        let impact = of("ALTER TABLE t SET EXPRESSION");
        assert_eq!(impact.scan, Effect::Unknown);
        let impact = of("ALTER TABLE t ALTER COLUMN a SET EXPRESSION AS (b + 1)");
        let why = impact.unmeasured.unwrap();
        assert!(why.contains("PostgreSQL 15"), "{why}");
        assert_eq!((impact.rewrite, impact.relations[0].lock), (Effect::Unknown, None));
        let impact = of("CREATE EXTENSION hstore");
        assert_eq!((impact.scan, impact.is_complete), (Effect::Unknown, false));
    }

    #[test]
    fn several_actions_are_taken_together() {
        let impact = of("ALTER TABLE t VALIDATE CONSTRAINT c, ADD COLUMN x int REFERENCES u (id)");
        let locks: Vec<_> =
            impact.named().map(|(name, relation)| (name.name.clone(), relation.lock)).collect();
        assert_eq!(
            locks,
            [
                ("t".to_owned(), Some(TableLock::AccessExclusive)),
                ("u".to_owned(), Some(TableLock::ShareRowExclusive)),
            ]
        );
    }
}
