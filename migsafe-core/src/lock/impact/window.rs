//! How long a lock is held: to the end of the transaction.

use super::{Effect, LockImpact};
use crate::lock::TableLock;
use crate::sql::ObjectName;

/// A relation that is locked in a transaction, and what still runs while it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockWindow {
    /// The relation.
    pub relation: ObjectName,
    /// The strongest mode; `None` where it depends on more than is known.
    pub lock: Option<TableLock>,
    /// The statement that takes it, from 0.
    pub taken_by: usize,
    /// How many statements run after that one, with the lock held.
    pub later_statements: usize,
    /// Those of them, and the statement itself, that read or rewrite whole tables, or may: from 0.
    pub slow_statements: Vec<usize>,
}

/// The windows of a transaction, from the impacts of its statements in order.
///
/// A mode that stops nobody from reading or writing is left out.
#[must_use]
pub fn lock_windows(statements: &[LockImpact]) -> Vec<LockWindow> {
    let mut windows: Vec<LockWindow> = Vec::new();
    for (index, impact) in statements.iter().enumerate() {
        for (name, relation) in impact.named() {
            let stops =
                relation.lock.is_none_or(|lock| lock.conflicts_with(TableLock::RowExclusive));
            if !stops {
                continue;
            }
            match windows.iter_mut().find(|window| window.relation == *name) {
                Some(window) => {
                    let both = TableLock::strongest([window.lock, relation.lock]);
                    if both != window.lock {
                        (window.lock, window.taken_by) = (both, index);
                    }
                }
                None => windows.push(LockWindow {
                    relation: name.clone(),
                    lock: relation.lock,
                    taken_by: index,
                    later_statements: 0,
                    slow_statements: Vec::new(),
                }),
            }
        }
    }
    for window in &mut windows {
        window.later_statements = statements.len() - 1 - window.taken_by;
        let slow = |impact: &LockImpact| impact.scan != Effect::No || impact.rewrite != Effect::No;
        let held = statements.iter().enumerate().skip(window.taken_by);
        window.slow_statements = held.filter(|(_, impact)| slow(impact)).map(|(i, _)| i).collect();
    }
    windows
}

#[cfg(all(test, feature = "postgres-sql"))]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::sql::analyse;

    #[test]
    fn a_lock_is_held_while_later_statements_run() {
        let text = "CREATE INDEX i ON u (a);\nALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\n\
                    ALTER TABLE t VALIDATE CONSTRAINT c;\nCOMMENT ON TABLE v IS 'x';";
        let script = analyse(Dialect::Postgres, text);
        let impacts: Vec<LockImpact> = script
            .statements()
            .iter()
            .map(|statement| LockImpact::of_statement(statement, text, None))
            .collect();
        let windows = lock_windows(&impacts);
        let seen: Vec<_> = windows
            .iter()
            .map(|w| (w.relation.name.as_str(), w.lock, w.later_statements, &*w.slow_statements))
            .collect();
        assert_eq!(
            seen,
            [
                ("u", Some(TableLock::Share), 3, &[0, 2][..]),
                ("t", Some(TableLock::AccessExclusive), 2, &[2]),
            ],
            "the comment stops nobody, the check is scanned while the strongest lock is held"
        );
        assert_eq!(lock_windows(&[]), []);
    }
}
