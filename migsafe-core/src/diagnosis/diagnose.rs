//! Laying files and rows side by side.

use std::ops::Range;

use super::classify::Journalled;
use super::{Entry, Mark, Marks, Relation, State, Summary, classify, relation};
use crate::history::{History, HistoryRow, Journal};
use crate::lock::LockState;
use crate::migrations::{Migration, MigrationName, Migrations};

/// The complete result of [`diagnose`]: one entry per name, in the order of the names' bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    entries: Vec<Entry>,
    /// Places of rows in the history, sorted by name and attempt.
    order: Vec<usize>,
    history: History,
    lock: LockState,
    summary: Summary,
    relation: Relation,
}

/// Classifies every name that a file or a row has.
///
/// Pure, total and independent of the order of the rows. Cost: sorting the rows by name, which is
/// near-linear for rows that come in any regular order.
#[must_use]
pub fn diagnose(migrations: &Migrations, history: &History, lock: &LockState) -> Diagnosis {
    let rows = history.rows();
    let order = sorted(rows);
    let mut entries = align(migrations, history, &order, lock);
    mark_by_order(&mut entries);
    Diagnosis {
        summary: Summary::of(&entries),
        relation: relation::relate(&entries),
        entries,
        order,
        history: history.clone(),
        lock: lock.clone(),
    }
}

impl Diagnosis {
    /// One entry per name, sorted by name.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a name.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|e| e.name.as_str().cmp(name)).ok()?;
        self.entries.get(at)
    }

    /// The rows of an entry, oldest attempt first.
    pub fn attempts<'a>(
        &'a self,
        entry: &Entry,
    ) -> impl DoubleEndedIterator<Item = &'a HistoryRow> + use<'a> {
        let places = self.order.get(entry.attempts.clone()).unwrap_or_default();
        places.iter().filter_map(|at| self.history.rows().get(*at))
    }

    /// The newest live row of an entry.
    #[must_use]
    pub fn newest_live(&self, entry: &Entry) -> Option<&HistoryRow> {
        self.attempts(entry).rev().find(|row| row.is_live())
    }

    /// The newest unfinished live row of an entry.
    #[must_use]
    pub fn unfinished(&self, entry: &Entry) -> Option<&HistoryRow> {
        self.attempts(entry).rev().find(|row| row.is_live() && !row.is_finished())
    }

    /// The journal of the newest unfinished live row of an entry, when it runs by statement.
    #[must_use]
    pub fn journal(&self, entry: &Entry) -> Option<&Journal> {
        self.history.journal(&self.unfinished(entry)?.id)
    }

    /// The names that a deploy would apply, in order.
    pub fn pending(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|e| e.state.is_pending())
    }

    /// Nothing pending, nothing running, nothing failed, nothing without a file.
    ///
    /// This says only that files and rows agree; whether the findings allow a start is for
    /// [`crate::policy::Policy::judge`].
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.summary.pending == 0
            && self.summary.rolled_back == 0
            && self.summary.running == 0
            && self.summary.failed == 0
    }

    /// Counts per state and mark.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// Folder against history as a whole.
    #[must_use]
    pub fn relation(&self) -> &Relation {
        &self.relation
    }

    /// The history that was diagnosed.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The state of the lock when the history was read.
    #[must_use]
    pub fn lock(&self) -> &LockState {
        &self.lock
    }
}

/// Rows with a name, sorted by name, then by the order of attempts. Rows without a name belong to no
/// entry; the rule `corrupt-row` reports them.
fn sorted(rows: &[HistoryRow]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].name().is_some()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&rows[*a], &rows[*b]);
        a.migration_name.cmp(&b.migration_name).then_with(|| a.attempt_order(b))
    });
    order
}

/// A merge of two sorted lists: files, and groups of rows.
fn align(
    migrations: &Migrations,
    history: &History,
    order: &[usize],
    lock: &LockState,
) -> Vec<Entry> {
    let rows = history.rows();
    let mut entries = Vec::with_capacity(migrations.len().max(order.len()));
    let mut files = migrations.iter().peekable();
    let mut at = 0;
    loop {
        let row_name = order.get(at).map(|place| rows[*place].migration_name.as_str());
        let file_name = files.peek().map(|file| file.name().as_str());
        let take_file = match (file_name, row_name) {
            (None, None) => return entries,
            (Some(file), Some(row)) => file <= row,
            (Some(_), None) => true,
            (None, Some(_)) => false,
        };
        let file = if take_file { files.next() } else { None };
        let wanted = file.map_or(row_name, |file| Some(file.name().as_str()));
        let group = group(rows, order, at, wanted.unwrap_or_default());
        at = group.end;
        entries.push(entry(file, history, order, group, lock));
    }
}

/// The run of rows, from `start`, that have this name.
fn group(rows: &[HistoryRow], order: &[usize], start: usize, name: &str) -> Range<usize> {
    let length =
        order[start..].iter().take_while(|place| rows[**place].migration_name == name).count();
    start..start + length
}

fn entry(
    file: Option<&Migration>,
    history: &History,
    order: &[usize],
    attempts: Range<usize>,
    lock: &LockState,
) -> Entry {
    let rows = history.rows();
    let of_name = || order[attempts.clone()].iter().map(|place| &rows[*place]);
    let unfinished = of_name().rfind(|row| row.is_live() && !row.is_finished());
    let journal = match unfinished.and_then(|row| history.journal(&row.id)) {
        Some(journal) => Journalled::Yes(journal),
        None if history.hidden_journals().is_some() => Journalled::Hidden,
        None => Journalled::No,
    };
    let verdict = classify::classify(of_name(), file.is_some(), lock, journal);
    let newest_live = of_name().rfind(|row| row.is_live());
    let mut marks = Marks::default();
    marks.set(Mark::Duplicate, of_name().filter(|row| row.is_live()).count() > 1);
    marks.set(
        Mark::MarkedApplied,
        verdict.state == State::Ghost && newest_live.is_some_and(HistoryRow::is_marked_applied),
    );
    let edited = match (file, newest_live) {
        (Some(file), Some(row)) => file.accepts_checksum(&row.checksum) == Some(false),
        _ => false,
    };
    marks.set(Mark::Edited, edited);
    let name = match (file, attempts.clone().next()) {
        (Some(file), _) => file.name().clone(),
        (None, Some(at)) => MigrationName::new(rows[order[at]].migration_name.clone()),
        (None, None) => MigrationName::new(""),
    };
    Entry {
        name,
        state: verdict.state,
        uncertain: verdict.uncertain,
        marks,
        has_file: file.is_some(),
        checksum: file.and_then(Migration::checksum).copied(),
        has_live_row: newest_live.is_some(),
        attempts,
    }
}

/// Marks that need the whole list: `OutOfOrder` and `Newer`. Names without a timestamp never cause or
/// get either.
fn mark_by_order(entries: &mut [Entry]) {
    let newest = |fits: &dyn Fn(&Entry) -> bool| {
        entries
            .iter()
            .filter(|e| fits(e))
            .filter_map(|e| e.name.timestamp())
            .max()
            .map(str::to_owned)
    };
    let newest_done = newest(&|e| e.has_file && matches!(e.state, State::Applied | State::Ghost));
    let newest_file = newest(&|e| e.has_file);
    for entry in entries {
        let (out_of_order, newer) = match entry.name.timestamp() {
            None => (false, false),
            Some(own) => (
                entry.state.is_pending() && newest_done.as_deref().is_some_and(|done| own < done),
                entry.state == State::Orphaned
                    && newest_file.as_deref().is_some_and(|file| own > file),
            ),
        };
        entry.marks.set(Mark::OutOfOrder, out_of_order);
        entry.marks.set(Mark::Newer, newer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::Checksum;

    fn files(names: &[&str]) -> Migrations {
        Migrations::from_scripts(names.iter().map(|n| ((*n).to_owned(), format!("-- {n}"))))
            .unwrap()
    }

    fn applied(name: &str) -> HistoryRow {
        HistoryRow::applied(name, Checksum::of(&format!("-- {name}")).to_string())
    }

    fn run(names: &[&str], rows: Vec<HistoryRow>) -> Diagnosis {
        diagnose(&files(names), &History::present(rows), &LockState::Free)
    }

    fn states(diagnosis: &Diagnosis) -> Vec<(&str, State)> {
        diagnosis.entries().iter().map(|e| (e.name().as_str(), e.state())).collect()
    }

    #[test]
    fn files_and_rows_are_merged_by_name() {
        let diagnosis = run(&["a", "c", "d"], vec![applied("d"), applied("b"), applied("a")]);
        assert_eq!(
            states(&diagnosis),
            [
                ("a", State::Applied),
                ("b", State::Orphaned),
                ("c", State::Pending),
                ("d", State::Applied)
            ]
        );
        assert_eq!(
            diagnosis.relation(),
            &Relation::Diverged { last_common: Some(MigrationName::from("a")) }
        );
    }

    #[test]
    fn the_checksum_is_compared_with_the_newest_live_row() {
        let mut old = applied("a");
        old.checksum = "0".repeat(64);
        old.finished_at = None;
        old.rolled_back_at = old.started_at.clone();
        let mut new = applied("a");
        new.id = "second".into();
        new.started_at = Some(crate::history::StoredTime::from_unix_millis(5));
        let diagnosis = run(&["a"], vec![new.clone(), old.clone()]);
        assert!(diagnosis.entries()[0].marks().is_empty());
        // The other way round the live row is the edited one.
        std::mem::swap(&mut old.checksum, &mut new.checksum);
        let diagnosis = run(&["a"], vec![new, old]);
        assert!(diagnosis.entries()[0].marks().contains(Mark::Edited));
    }

    #[test]
    fn out_of_order_looks_at_applied_and_ghost_entries_with_a_file() {
        let names = ["20250101000000_a", "20250102000000_b", "x_no_timestamp"];
        let diagnosis = run(&names, vec![applied("20250102000000_b")]);
        assert!(diagnosis.entries()[0].marks().contains(Mark::OutOfOrder));
        assert!(diagnosis.entries()[2].marks().is_empty());
        // An orphan does not put anything out of order.
        let diagnosis = run(&["20250101000000_a"], vec![applied("20250102000000_b")]);
        assert!(diagnosis.entries()[0].marks().is_empty());
        assert!(diagnosis.entries()[1].marks().contains(Mark::Newer));
    }

    #[test]
    fn an_orphan_older_than_our_newest_file_is_not_newer() {
        let diagnosis = run(&["20250103000000_c"], vec![applied("20250102000000_b")]);
        assert_eq!(diagnosis.entries()[0].state(), State::Orphaned);
        assert!(diagnosis.entries()[0].marks().is_empty());
    }

    #[test]
    fn duplicates_and_marked_rows() {
        let mut second = applied("a");
        second.id = "other".into();
        let diagnosis = run(&["a"], vec![applied("a"), second]);
        assert!(diagnosis.entries()[0].marks().contains(Mark::Duplicate));
        assert_eq!(diagnosis.entries()[0].attempt_count(), 2);
        let at = chrono::DateTime::UNIX_EPOCH;
        let marked = HistoryRow::marked_applied("m", "a", Checksum::of("-- a").to_string(), at);
        let diagnosis = run(&["a"], vec![marked]);
        assert_eq!(diagnosis.entries()[0].state(), State::Ghost);
        assert!(diagnosis.entries()[0].marks().contains(Mark::MarkedApplied));
    }

    #[test]
    fn last_common_is_really_applied() {
        let mut ghost = applied("b");
        ghost.applied_steps_count = Some(0);
        let diagnosis = run(&["a", "b", "c"], vec![applied("a"), ghost, applied("z")]);
        assert_eq!(
            diagnosis.relation(),
            &Relation::Diverged { last_common: Some(MigrationName::from("a")) }
        );
    }
}
