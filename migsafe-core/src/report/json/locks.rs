//! Who holds the migration lock.

use serde::Serialize;

use super::document::document;
use super::status::HolderBody;
use crate::engine::LocksReport;

/// The document of `locks`.
#[must_use]
pub fn locks(report: &LocksReport) -> String {
    let state = match (report.supported, report.holders.is_empty()) {
        (false, _) => "unknown",
        (true, true) => "free",
        (true, false) => "held",
    };
    let body = LocksBody {
        database: &report.database,
        supported: report.supported,
        state,
        holders: report.holders.iter().map(HolderBody::of).collect(),
    };
    document("locks", body)
}

#[derive(Serialize)]
struct LocksBody<'a> {
    database: &'a str,
    supported: bool,
    state: &'static str,
    holders: Vec<HolderBody<'a>>,
}
