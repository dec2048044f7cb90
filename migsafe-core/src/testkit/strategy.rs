//! Proptest strategies for folders, histories and policies, for property tests of your own policy.
//!
//! ```
//! use migsafe_core::testkit::strategy;
//! use proptest::prelude::*;
//!
//! proptest!(|(scenario in strategy::scenario(8))| {
//!     let diagnosis = scenario.diagnose();
//!     prop_assert!(diagnosis.entries().len() <= 8);
//! });
//! ```

use proptest::collection::vec;
use proptest::prelude::*;

use super::Scenario;
use crate::history::{HistoryRow, StoredTime};
use crate::lock::{LockHolder, LockState};
use crate::policy::{Environment, Policy, Severity, built_in_rules};

/// A migration's name: usually by convention, sometimes not, rarely nasty.
pub fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0_u32..40).prop_map(|day| format!("202501{:02}000000_step_{day}", day % 28 + 1)),
        2 => "[a-z]{1,6}",
        1 => Just("2025 with spaces".to_owned()),
        1 => Just("quote'\"; DROP TABLE x; --".to_owned()),
        1 => Just("ünï\u{202e}code\u{1b}[31m".to_owned()),
    ]
}

/// What happened to one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Story {
    /// A file, never tried.
    Pending,
    /// Deployed.
    Applied,
    /// Recorded and never run.
    Ghost,
    /// Marked by `resolve --applied`.
    MarkedApplied,
    /// Tried and failed.
    Failed,
    /// Tried, failed, marked rolled back.
    RolledBack,
    /// Rolled back, then deployed.
    SecondTry,
    /// Deployed, and the file changed since.
    Edited,
    /// Two live rows.
    Twice,
    /// Deployed, and the file is gone.
    Orphaned,
    /// Failed, and the file is gone.
    FailedOrphan,
    /// Rolled back, and the file is gone.
    StaleOrphan,
}

/// Any story.
pub fn story() -> impl Strategy<Value = Story> {
    use Story::{
        Applied, Edited, Failed, FailedOrphan, Ghost, MarkedApplied, Orphaned, Pending, RolledBack,
        SecondTry, StaleOrphan, Twice,
    };
    prop_oneof![
        4 => Just(Applied),
        3 => Just(Pending),
        1 => prop_oneof![
            Just(Ghost), Just(MarkedApplied), Just(Failed), Just(RolledBack), Just(SecondTry),
            Just(Edited), Just(Twice), Just(Orphaned), Just(FailedOrphan), Just(StaleOrphan),
        ],
    ]
}

/// A folder and a history of at most this many names, every story possible.
pub fn scenario(names: usize) -> impl Strategy<Value = Scenario> {
    vec((name(), story()), 0..=names).prop_map(|told| {
        let mut seen = std::collections::BTreeSet::new();
        told.into_iter()
            .filter(|(name, _)| seen.insert(name.clone()))
            .fold(Scenario::new(), |scenario, (name, story)| tell(scenario, &name, story))
    })
}

/// A folder and a history in which nothing stands in the way of a deploy: a prefix is applied, the rest
/// pending.
pub fn healthy(names: usize) -> impl Strategy<Value = Scenario> {
    (0..=names, 0..=names).prop_map(|(a, b)| {
        let (done, all) = (a.min(b), a.max(b));
        (0..all).fold(Scenario::new(), |scenario, index| {
            let scenario = scenario.file(&format!("20250101{index:06}_step"));
            if index < done { scenario.applied() } else { scenario }
        })
    })
}

/// The lock in any state.
pub fn lock() -> impl Strategy<Value = LockState> {
    prop_oneof![
        Just(LockState::Free),
        Just(LockState::HeldByUs),
        Just(LockState::Unknown),
        (1_i32..100_000).prop_map(|pid| LockState::Held(Box::new(LockHolder::of_pid(pid)))),
    ]
}

/// A row of any shape at all, corrupt ones included.
pub fn any_row() -> impl Strategy<Value = HistoryRow> {
    let time = || {
        proptest::option::of(prop_oneof![
            4 => (0_i64..2_000_000_000_000).prop_map(StoredTime::from_unix_millis),
            1 => Just(StoredTime::Infinity),
            1 => Just(StoredTime::NegativeInfinity),
            1 => ".{0,8}".prop_map(|text| StoredTime::from_text(&text)),
        ])
    };
    let steps = proptest::option::of(-1_i64..3);
    (name(), ".{0,70}", time(), time(), time(), steps, proptest::option::of(".{0,8}")).prop_map(
        |(name, checksum, started, finished, rolled_back, steps, logs)| {
            let mut row = HistoryRow::applied(name, checksum);
            row.started_at = started;
            row.finished_at = finished;
            row.rolled_back_at = rolled_back;
            row.applied_steps_count = steps;
            row.logs = logs;
            row
        },
    )
}

/// An environment.
pub fn environment() -> impl Strategy<Value = Environment> {
    prop_oneof![
        Just(Environment::development()),
        Just(Environment::staging()),
        Just(Environment::production()),
    ]
}

/// A severity.
pub fn severity() -> impl Strategy<Value = Severity> {
    proptest::sample::select(Severity::ALL.to_vec())
}

/// A built-in rule's id.
pub fn rule_id() -> impl Strategy<Value = String> {
    let ids: Vec<String> = built_in_rules().map(|rule| rule.id.to_owned()).collect();
    proptest::sample::select(ids)
}

/// A policy with a few overrides.
pub fn policy() -> impl Strategy<Value = Policy> {
    (environment(), vec((rule_id(), severity()), 0..4)).prop_map(|(environment, overrides)| {
        overrides.into_iter().fold(Policy::for_environment(environment), |policy, (rule, level)| {
            let unchanged = policy.clone();
            policy.with_override(rule, level, "generated").unwrap_or(unchanged)
        })
    })
}

fn tell(scenario: Scenario, name: &str, story: Story) -> Scenario {
    match story {
        Story::Pending => scenario.file(name),
        Story::Applied => scenario.file(name).applied(),
        Story::Ghost => scenario.file(name).ghost(),
        Story::MarkedApplied => scenario.file(name).marked_applied(),
        Story::Failed => scenario.file(name).failed(),
        Story::RolledBack => scenario.file(name).rolled_back(),
        Story::SecondTry => scenario.file(name).rolled_back().applied(),
        Story::Edited => scenario.file(name).edited(),
        Story::Twice => scenario.file(name).applied().applied(),
        Story::Orphaned => scenario.orphan(name),
        Story::FailedOrphan => scenario.named(name).failed(),
        Story::StaleOrphan => scenario.named(name).rolled_back(),
    }
}
