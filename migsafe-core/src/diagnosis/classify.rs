//! The truth table: the rows of one name, with or without a file, give one state.

use super::State;
use crate::history::{HistoryRow, Journal};
use crate::lock::LockState;

/// What is known of the journal of an unfinished row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Journalled<'a> {
    /// There is none: the migration runs in one piece.
    No,
    /// This one.
    Yes(&'a Journal),
    /// There may be one, which may not be read.
    Hidden,
}

/// What the rows of one name say by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) state: State,
    /// `Failed` although somebody may be at work: the lock's state is not known, or the journal may not be read.
    pub(super) uncertain: bool,
}

/// The state of one name. Precedence, the first that fits wins:
///
/// 1. a live unfinished row: `Running` while another session holds the lock or somebody works on its
///    journal, else `Failed`; with or without a file;
/// 2. no file: `Orphaned`;
/// 3. a finished live row with steps of 1 or more, or NULL (a corrupt row): `Applied`;
/// 4. a finished live row with steps 0: `Ghost`;
/// 5. rolled-back rows only: `RolledBack`;
/// 6. `Pending`.
pub(super) fn classify<'a>(
    rows: impl Iterator<Item = &'a HistoryRow>,
    has_file: bool,
    lock: &LockState,
    journal: Journalled<'_>,
) -> Verdict {
    let mut seen = Seen::default();
    for row in rows {
        seen.any = true;
        if row.is_live() {
            match (row.is_finished(), row.applied_steps_count) {
                (false, _) => seen.unfinished = true,
                (true, Some(0)) => seen.ghost = true,
                (true, _) => seen.applied = true,
            }
        }
    }
    let state = if seen.unfinished {
        let by_statement = matches!(journal, Journalled::Yes(journal) if journal.is_running());
        let at_work = lock.is_held_by_another() || by_statement;
        if at_work { State::Running } else { State::Failed }
    } else if !has_file {
        State::Orphaned
    } else if seen.applied {
        State::Applied
    } else if seen.ghost {
        State::Ghost
    } else if seen.any {
        State::RolledBack
    } else {
        State::Pending
    };
    let uncertain = state == State::Failed
        && match journal {
            Journalled::No => *lock == LockState::Unknown,
            Journalled::Yes(_) => false,
            Journalled::Hidden => true,
        };
    Verdict { state, uncertain }
}

#[derive(Default)]
struct Seen {
    any: bool,
    unfinished: bool,
    ghost: bool,
    applied: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::StoredTime;
    use crate::lock::LockHolder;

    fn row(finished: bool, rolled_back: bool, steps: Option<i64>) -> HistoryRow {
        let mut row = HistoryRow::applied("a", "x");
        row.finished_at = finished.then_some(StoredTime::Infinity);
        row.rolled_back_at = rolled_back.then_some(StoredTime::Infinity);
        row.applied_steps_count = steps;
        row
    }

    fn state(rows: &[HistoryRow], has_file: bool) -> State {
        classify(rows.iter(), has_file, &LockState::Free, Journalled::No).state
    }

    /// Every line of the state table of the book's chapter on Prisma, section "State table".
    #[test]
    fn the_state_table() {
        let finished = || row(true, false, Some(1));
        let unfinished = || row(false, false, Some(0));
        let rolled_back = || row(false, true, Some(0));
        assert_eq!(state(&[], true), State::Pending);
        assert_eq!(state(&[finished()], true), State::Applied);
        assert_eq!(state(&[finished()], false), State::Orphaned);
        assert_eq!(state(&[unfinished()], true), State::Failed);
        assert_eq!(state(&[unfinished()], false), State::Failed);
        assert_eq!(state(&[rolled_back()], true), State::RolledBack);
        assert_eq!(state(&[rolled_back()], false), State::Orphaned);
        assert_eq!(state(&[rolled_back(), finished()], true), State::Applied);
        assert_eq!(state(&[row(true, true, Some(1))], true), State::RolledBack);
        assert_eq!(state(&[finished(), unfinished()], true), State::Failed);
        assert_eq!(state(&[finished(), finished()], true), State::Applied);
        // Steps: what Prisma ignores and we do not.
        assert_eq!(state(&[row(true, false, Some(0))], true), State::Ghost);
        assert_eq!(state(&[row(true, false, Some(99))], true), State::Applied);
        assert_eq!(state(&[row(true, false, None)], true), State::Applied);
        assert_eq!(state(&[row(true, false, Some(0)), finished()], true), State::Applied);
        // The engine died between its two updates: fully applied, yet unfinished.
        assert_eq!(state(&[row(false, false, Some(1))], true), State::Failed);
    }

    #[test]
    fn an_unfinished_row_runs_only_while_another_session_holds_the_lock() {
        let rows = [row(false, false, Some(0))];
        let held = LockState::Held(Box::new(LockHolder::of_pid(1)));
        for has_file in [true, false] {
            assert_eq!(
                classify(rows.iter(), has_file, &held, Journalled::No).state,
                State::Running
            );
            let ours = classify(rows.iter(), has_file, &LockState::HeldByUs, Journalled::No);
            assert_eq!(ours, Verdict { state: State::Failed, uncertain: false });
            let unknown = classify(rows.iter(), has_file, &LockState::Unknown, Journalled::No);
            assert_eq!(unknown, Verdict { state: State::Failed, uncertain: true });
            let hidden = classify(rows.iter(), has_file, &LockState::Free, Journalled::Hidden);
            assert_eq!(hidden, Verdict { state: State::Failed, uncertain: true });
            let hidden = classify(rows.iter(), has_file, &held, Journalled::Hidden);
            assert_eq!(hidden, Verdict { state: State::Running, uncertain: false });
        }
    }
}
