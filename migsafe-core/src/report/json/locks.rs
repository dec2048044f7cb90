//! Who holds the migration lock, and who is in whose way.

use serde::Serialize;

use super::document::document;
use super::status::HolderBody;
use crate::engine::{LocksReport, Patience, PendingLocks, PendingWork};
use crate::lock::{Blocker, Blockers};

/// The document of `locks`.
#[must_use]
pub fn locks(report: &LocksReport) -> String {
    document("locks", LocksBody::of(report))
}

impl<'a> LocksBody<'a> {
    pub(super) fn of(report: &'a LocksReport) -> Self {
        let is_free = report.holders.iter().all(|holder| holder.session_began.is_some());
        let state = match (report.supported, is_free) {
            (false, _) => "unknown",
            (true, true) => "free",
            (true, false) => "held",
        };
        Self {
            database: &report.database,
            supported: report.supported,
            state,
            holders: report.holders.iter().map(HolderBody::of).collect(),
            hidden: report.hidden.as_deref(),
            pending: report.pending.as_ref(),
            work: report.work.as_ref(),
            unread: report.unread.as_deref(),
            sees_all: report.blockers.as_ref().map(|around| around.sees_all),
            sessions: report.blockers.as_ref().map(|around| {
                around.sessions.iter().map(|one| SessionBody::of(one, around, report)).collect()
            }),
            patience: report.patience,
        }
    }
}

#[derive(Serialize)]
pub(super) struct LocksBody<'a> {
    database: &'a str,
    supported: bool,
    state: &'static str,
    holders: Vec<HolderBody<'a>>,
    /// What would let this role see whether a migration runs statement by statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<&'a str>,
    /// `null` without a folder, and when the history could not be read.
    pending: Option<&'a PendingLocks>,
    /// What they do to whole tables (SQLite).
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<&'a PendingWork>,
    /// Why the history could not be read.
    unread: Option<&'a str>,
    /// False: what other roles' sessions do is hidden.
    sees_all: Option<bool>,
    /// `null` where it cannot be told.
    sessions: Option<Vec<SessionBody<'a>>>,
    /// How a deploy waits for locks of relations.
    #[serde(skip_serializing_if = "Option::is_none")]
    patience: Option<Patience>,
}

#[derive(Serialize)]
struct SessionBody<'a> {
    #[serde(flatten)]
    session: &'a Blocker,
    blocks: Vec<i32>,
    in_the_way_of: Vec<ObstacleBody<'a>>,
    cancel_statement: Option<String>,
    terminate_statement: Option<String>,
}

impl<'a> SessionBody<'a> {
    fn of(session: &'a Blocker, around: &Blockers, report: &'a LocksReport) -> Self {
        let pid = session.session.pid;
        let obstacles = report.obstacles.iter().filter(|obstacle| obstacle.pid == pid);
        Self {
            session,
            blocks: around.blocks(pid),
            in_the_way_of: obstacles
                .map(|o| ObstacleBody { relation: &o.relation, mode: &o.mode, certain: o.certain })
                .collect(),
            cancel_statement: session.cancel_statement(),
            terminate_statement: session.terminate_statement(),
        }
    }
}

#[derive(Serialize)]
struct ObstacleBody<'a> {
    relation: &'a str,
    mode: &'a str,
    certain: bool,
}
