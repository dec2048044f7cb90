//! What pending migrations will lock, and do meanwhile.

use super::locks::{notes, place};
use super::page::Page;
use super::{blockers, safe, values};
use crate::engine::{
    LocksReport, Patience, PendingLock, PendingLocks, PendingStatement, PendingWindow, PendingWork,
    StatementWork,
};
use crate::lock::{RelationSize, Work};

/// How many statements are shown.
const SHOWN: usize = 20;

/// What a deploy would lock, as a dry run and `lint` say it.
pub(super) fn preview(page: &mut Page, report: &LocksReport) {
    if !report.supported {
        page.blank();
        page.line(
            "SQLite has one lock for the whole file: nobody else writes while a migration runs.",
        );
        if let Some(work) = &report.work {
            whole_tables(page, work);
        }
        return;
    }
    if let Some(pending) = &report.pending {
        will_lock(page, pending);
    }
    if let Some(around) = &report.blockers {
        blockers::blockers(page, report, around);
    }
    notes(page, report);
    if let Some(patience) = &report.patience {
        page.blank();
        waits(page, patience);
    }
}

/// The relations, and the statements that take long while they hold them.
pub(super) fn will_lock(page: &mut Page, pending: &PendingLocks) {
    page.blank();
    let count = values::count(pending.migrations, "migration");
    if pending.migrations == 0 {
        page.line("No migration is pending.");
    } else if pending.relations.is_empty() {
        page.line(format!("Pending: {count}; by the text no table that exists is locked."));
    } else {
        page.line(format!("Pending: {count}, which will lock:"));
        let named = || pending.relations.iter().filter(|lock| lock.below.is_none());
        let names = named().map(|lock| safe::name(&lock.relation).chars().count());
        let width = names.max().unwrap_or_default().min(60);
        for lock in named() {
            page.line(format!("  {}", relation(lock, width)));
            if let Some(size) = size(lock) {
                page.line(format!("  {:width$}  {size}", ""));
            }
            if let Some(below) = below(pending, lock) {
                page.line(format!("  {:width$}  {below}", ""));
            }
        }
    }
    windows(page, &pending.windows);
    let slow: Vec<&PendingStatement> = pending.statements.iter().filter(|s| is_slow(s)).collect();
    if slow.is_empty() {
        return;
    }
    page.blank();
    page.line("The longer a table is, the longer these hold their locks:");
    for statement in slow.iter().take(SHOWN) {
        page.line(format!("  {}  ({})", work(statement), place(&statement.place)));
        for reason in reasons(statement) {
            page.line(format!("    {}", safe::line(reason, 200)));
        }
    }
    if let Some(more) = slow.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        page.line(format!("  and {more} more; --format json lists all"));
    }
}

/// What takes long while nobody else writes.
fn whole_tables(page: &mut Page, work: &PendingWork) {
    if work.statements.is_empty() {
        page.line("By the text, no statement goes through a table that is there.");
        return;
    }
    page.line("The longer a table is, the longer these keep it:");
    for statement in work.statements.iter().take(SHOWN) {
        let verb = safe::line(&statement.verb, 60);
        let (does, of) = match statement.work {
            Some(Work::MayRead) => ("may read every row", " of "),
            Some(Work::Reads) => ("reads every row", " of "),
            Some(Work::Frees) => ("gives back every page", " of "),
            Some(Work::Rewrites) => ("writes anew every row", " of "),
            None => ("may do anything", ""),
        };
        let on = match (&statement.table, statement.work) {
            (Some(table), _) => format!("{of}{}{}", safe::name(table), rows(statement)),
            (None, Some(_)) => format!("{of}every table"),
            (None, None) => String::new(),
        };
        page.line(format!("  {verb} {does}{on}  ({})", place(&statement.place)));
    }
    if let Some(more) = work.statements.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        page.line(format!("  and {more} more; --format json lists all"));
    }
}

fn rows(statement: &StatementWork) -> String {
    match statement.rows.map(|rows| i64::try_from(rows).unwrap_or(i64::MAX)) {
        Some(1) => ": 1 row".to_owned(),
        Some(rows) if statement.more_rows => format!(": more than {} rows", amount(rows)),
        Some(rows) => format!(": {} rows", amount(rows)),
        None => ", whose rows were not counted".to_owned(),
    }
}

/// What is locked for longer than its statement runs.
fn windows(page: &mut Page, windows: &[PendingWindow]) {
    let held: Vec<&PendingWindow> = windows.iter().filter(|w| w.exists != Some(false)).collect();
    if held.is_empty() {
        return;
    }
    page.blank();
    page.line("A lock is held until its transaction ends, so these stay locked meanwhile:");
    for window in held.iter().take(SHOWN) {
        let name = safe::name(&window.relation);
        let later = values::count(window.later_statements, "later statement");
        let lines: Vec<String> = window.slow_lines.iter().take(5).map(u32::to_string).collect();
        let slow = match window.slow_lines.len() {
            0 => String::new(),
            1..=5 => format!(", which may take long in line {}", lines.join(", ")),
            _ => format!(", which may take long in line {} and others", lines.join(", ")),
        };
        page.line(format!("  {name}: {later}{slow}  ({})", place(&window.place)));
    }
    if let Some(more) = held.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        page.line(format!("  and {more} more; --format json lists all"));
    }
}

fn relation(lock: &PendingLock, width: usize) -> String {
    let name = safe::name(&lock.relation);
    let what = match (lock.exists, lock.lock) {
        (Some(false), _) => "does not exist yet".to_owned(),
        (_, Some(mode)) => format!("{mode}, which stops {}", mode.stops()),
        (_, None) => "in a mode that the text does not tell".to_owned(),
    };
    format!("{name:width$}  {what}  ({})", place(&lock.place))
}

/// What most statements lock with it: its partitions, and the children that inherit from it.
fn below(pending: &PendingLocks, lock: &PendingLock) -> Option<String> {
    let names: Vec<String> = pending
        .relations
        .iter()
        .filter(|other| other.below.as_ref() == Some(&lock.relation))
        .map(|other| safe::name(&other.relation))
        .collect();
    let (shown, more) = names.split_at(names.len().min(3));
    let more = match more.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!shown.is_empty()).then(|| format!("and what is below it: {}{more}", shown.join(", ")))
}

/// `None` of what does not exist, or was not asked about.
fn size(lock: &PendingLock) -> Option<String> {
    let RelationSize { bytes, rows, indexes } = lock.size;
    let indexes = usize::try_from(indexes?).ok()?;
    let indexes = match indexes {
        0 => "no index".to_owned(),
        1 => "1 index".to_owned(),
        more => format!("{more} indexes"),
    };
    Some(match (rows, bytes) {
        (Some(rows), Some(bytes)) => {
            format!("about {} rows, {}, {indexes}", amount(rows), values::bytes(bytes))
        }
        _ => format!("of unknown size, since it was never analysed; {indexes}"),
    })
}

/// A count of which more than three digits would pretend.
fn amount(rows: i64) -> String {
    if rows < 10_000 {
        rows.to_string()
    } else if rows < 10_000_000 {
        format!("{} thousand", rows / 1_000)
    } else {
        format!("{} million", rows / 1_000_000)
    }
}

fn is_slow(statement: &PendingStatement) -> bool {
    let exists = |lock: &crate::engine::StatementLock| lock.exists != Some(false);
    let matters = statement.relations.iter().any(exists) || !statement.others.is_empty();
    let works = statement.rewrite != "no" || statement.scan != "no";
    works && (matters || statement.unmeasured.is_some())
}

fn work(statement: &PendingStatement) -> String {
    let verb = safe::line(&statement.verb, 60);
    let does = match (statement.rewrite, statement.scan) {
        ("yes", _) => "writes the table and its indexes anew",
        ("depends", _) => "may write the table and its indexes anew",
        (_, "yes") => "reads every row",
        (_, "depends") => "may read every row",
        _ => "may do anything",
    };
    format!("{verb} {does}")
}

fn reasons(statement: &PendingStatement) -> impl Iterator<Item = &str> {
    let scan = statement.scan_depends_on.as_deref().filter(|_| statement.rewrite != "yes");
    let rewrite = statement.rewrite_depends_on.as_deref();
    let scan = scan.filter(|scan| Some(*scan) != rewrite);
    [rewrite, scan, statement.unmeasured.as_deref()].into_iter().flatten()
}

/// What a deploy does when a lock is not to be had, and how it can be told otherwise.
fn waits(page: &mut Page, patience: &Patience) {
    let times = values::count(usize::try_from(patience.retries).unwrap_or(usize::MAX), "time");
    match patience.lock_timeout_ms {
        Some(limit) => {
            let limit = values::millis(i64::try_from(limit).unwrap_or(i64::MAX));
            page.line(format!("A statement waits at most {limit} for a lock, and everybody who comes after it waits behind it;"));
            page.line(format!("then its transaction is rolled back, and tried again up to {times} (deploy --lock-timeout, --retries)."));
        }
        None => page.line("A statement waits for a lock as long as the server's lock_timeout says (deploy --lock-timeout)."),
    }
    page.line("A script that sets lock_timeout itself decides for itself.");
}
