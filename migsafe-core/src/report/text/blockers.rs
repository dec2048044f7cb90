//! Sessions that are in each other's way.

use super::page::Page;
use super::{error, safe};
use crate::engine::LocksReport;
use crate::lock::{Blocker, Blockers, HeldLock};

/// How many sessions of one kind are shown.
const SHOWN: usize = 10;

/// First those that a pending migration would wait for, then those that wait, make others wait or are
/// idle in a transaction.
pub(super) fn blockers(page: &mut Page, report: &LocksReport, around: &Blockers) {
    let waits_for_all = report.pending.as_ref().is_some_and(|p| !p.waits_for_all.is_empty());
    let in_the_way = |blocker: &Blocker| {
        report.is_in_the_way(blocker.session.pid)
            || (waits_for_all && blocker.transaction.is_some())
    };
    let (first, rest): (Vec<_>, Vec<_>) = around.sessions.iter().partition(|b| in_the_way(b));
    let others: Vec<&Blocker> = rest
        .into_iter()
        .filter(|blocker| {
            !blocker.blocked_by.is_empty()
                || !around.blocks(blocker.session.pid).is_empty()
                || blocker.is_idle_in_transaction()
        })
        .collect();
    section(page, "In the way of what is pending:", &first, report, around);
    section(page, "Sessions that wait, or that others may wait for:", &others, report, around);
    if first.is_empty() && report.pending.as_ref().is_some_and(|p| !p.relations.is_empty()) {
        page.blank();
        page.line("Nobody is in the way of what is pending at this moment.");
    }
}

fn section(
    page: &mut Page,
    title: &str,
    sessions: &[&Blocker],
    report: &LocksReport,
    around: &Blockers,
) {
    if sessions.is_empty() {
        return;
    }
    page.blank();
    page.line(title);
    for blocker in sessions.iter().take(SHOWN) {
        page.blank();
        page.fields("  ", &fields(blocker, report, around));
    }
    page.blank();
    page.line(
        "What a session has not committed is lost with it; ending one takes the same role or",
    );
    page.line("pg_signal_backend.");
    if let Some(more) = sessions.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        page.blank();
        page.line(format!("  and {more} more; --format json lists all"));
    }
}

fn fields(
    blocker: &Blocker,
    report: &LocksReport,
    around: &Blockers,
) -> Vec<(&'static str, String)> {
    let pid = blocker.session.pid;
    let mut fields = if pid == 0 {
        vec![("pid", "none: a prepared transaction".to_owned())]
    } else {
        error::fields(&blocker.session)
    };
    let locks = |granted: bool| -> Vec<String> {
        let wanted = blocker.locks.iter().filter(|held| held.granted == granted);
        wanted.map(|held| lock(held, pid, report)).collect()
    };
    for (label, locks) in [("holds", locks(true)), ("waits for", locks(false))] {
        if !locks.is_empty() {
            fields.push((label, locks.join("\n")));
        }
    }
    if !blocker.blocked_by.is_empty() {
        let chain: Vec<String> = around.chain(pid).iter().skip(1).map(i32::to_string).collect();
        let mut by = format!("pid {}", chain.join(", which waits for pid "));
        if let [_, others @ ..] = &*blocker.blocked_by
            && !others.is_empty()
        {
            by = format!("{by}; and pid {}", list(others));
        }
        fields.push(("blocked by", by));
    }
    let blocks = around.blocks(pid);
    if !blocks.is_empty() {
        fields.push(("blocks", format!("pid {}", list(&blocks))));
    }
    fields.extend(blocker.cancel_statement().map(|sql| ("cancel it", sql)));
    fields.extend(blocker.terminate_statement().map(|sql| ("end it", sql)));
    if pid == 0 {
        fields.push(("end it", blocker.session.terminate_statement()));
        fields.push(("", "then ROLLBACK PREPARED with the gid".to_owned()));
    }
    fields
}

fn lock(held: &HeldLock, pid: i32, report: &LocksReport) -> String {
    let mode = held.table_lock().map_or_else(|| safe::line(&held.mode, 40), |m| m.to_string());
    let on = if held.is_relation { safe::name(&held.on) } else { safe::line(&held.on, 80) };
    let obstacle = report.obstacles.iter().find(|obstacle| {
        (obstacle.pid, &obstacle.relation, &obstacle.mode) == (pid, &held.on, &held.mode)
            && obstacle.granted == held.granted
    });
    let what = match obstacle {
        Some(obstacle) if obstacle.certain => ", in the way",
        Some(_) => ", perhaps in the way",
        None => "",
    };
    let waited = held
        .waiting_ms
        .map_or_else(String::new, |waited| format!(", for {}", super::values::millis(waited)));
    format!("{mode} on {on}{waited}{what}")
}

fn list(pids: &[i32]) -> String {
    pids.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")
}
