//! What a run did, as a file for Prometheus.

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Outcome, Report};
use crate::diagnosis::State;

/// A run that ended, however it ended.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the arguments of one function, each with its name")]
pub struct FinishedRun<'a> {
    /// The environment that it was judged for.
    pub environment: &'a str,
    /// What it did; `None` if it ended before the database was read.
    pub report: Option<&'a Report>,
    /// The code of the error that it ended with.
    pub error: Option<&'a str>,
    /// How long it took in all, connecting included.
    pub elapsed: Duration,
    /// When it ended.
    pub at: DateTime<Utc>,
}

/// The text exposition format of Prometheus (version 0.0.4), for the textfile collector of the node exporter or
/// a push gateway. Every value is a gauge that speaks of this one run; what needs a report is left out
/// without one.
///
/// ```
/// # use migsafe_core::report::{FinishedRun, prometheus};
/// let run = FinishedRun {
///     environment: "production",
///     report: None,
///     error: Some("connection"),
///     elapsed: std::time::Duration::from_millis(1500),
///     at: chrono::DateTime::UNIX_EPOCH,
/// };
/// let text = prometheus(&run);
/// assert!(text.contains("migsafe_run_duration_seconds{environment=\"production\"} 1.5\n"));
/// assert!(text.contains("migsafe_run_error{environment=\"production\",code=\"connection\"} 1\n"));
/// ```
#[must_use]
pub fn prometheus(run: &FinishedRun<'_>) -> String {
    let mut page = Page { text: String::new(), environment: escaped(run.environment) };
    let seconds = |duration: Duration| duration.as_secs_f64();
    let at = run.at.timestamp();
    page.gauge("run_timestamp_seconds", "When the run ended, in seconds since 1970.", at);
    page.gauge("run_duration_seconds", "How long the run took.", seconds(run.elapsed));
    outcome(&mut page, run);
    page.head("run_error", "1 for the code of the error that the run ended with.");
    if let Some(code) = run.error {
        page.value("run_error", &[("code", code)], 1);
    }
    if let Some(report) = run.report {
        state(&mut page, report);
    }
    page.text
}

/// How the run ended, as one series per outcome.
fn outcome(page: &mut Page, run: &FinishedRun<'_>) {
    const OUTCOMES: [(Outcome, &str); 8] = [
        (Outcome::UpToDate, "up_to_date"),
        (Outcome::Applied, "applied"),
        (Outcome::WouldApply, "would_apply"),
        (Outcome::Refused, "refused"),
        (Outcome::NotUpToDate, "not_up_to_date"),
        (Outcome::Locked, "locked"),
        (Outcome::Failed, "failed"),
        (Outcome::Unknown, "unknown"),
    ];
    // Without a report it never got so far as to know.
    let is = run.report.map_or(Outcome::Failed, Report::outcome);
    page.head("run_outcome", "1 for the outcome of the run, 0 for the others.");
    for (outcome, name) in OUTCOMES {
        page.value("run_outcome", &[("outcome", name)], u8::from(outcome == is));
    }
}

fn state(page: &mut Page, report: &Report) {
    let applied = report.applied();
    let failed = usize::from(report.failure().is_some());
    page.gauge("migrations_applied", "Migrations that the run applied.", applied.len());
    page.gauge("migrations_failed", "Migrations that failed in the run.", failed);
    let waited = report.waited().as_secs_f64();
    page.gauge("lock_wait_seconds", "How long the run waited for the migration lock.", waited);
    if let Some(last) = applied.last() {
        let took = Duration::from_millis(last.duration_ms).as_secs_f64();
        let what = "How long the last migration that the run applied took.";
        page.gauge("migration_duration_seconds", what, took);
    }
    page.head("migrations", "Migrations in each state after the run.");
    let summary = report.status().diagnosis().summary();
    for (state, name) in [
        (State::Applied, "applied"),
        (State::Pending, "pending"),
        (State::RolledBack, "rolled_back"),
        (State::Running, "running"),
        (State::Failed, "failed"),
        (State::Ghost, "ghost"),
        (State::Orphaned, "orphaned"),
    ] {
        page.value("migrations", &[("state", name)], summary.state(state));
    }
    let up_to_date = u8::from(report.status().is_up_to_date());
    page.gauge("up_to_date", "1 if the database is up to date after the run.", up_to_date);
}

struct Page {
    text: String,
    environment: String,
}

impl Page {
    fn head(&mut self, name: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "# HELP migsafe_{name} {help}\n# TYPE migsafe_{name} gauge");
    }

    fn value(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: String =
            labels.iter().map(|(label, is)| format!(",{label}=\"{}\"", escaped(is))).collect();
        let environment = &self.environment;
        let _ =
            writeln!(self.text, "migsafe_{name}{{environment=\"{environment}\"{labels}}} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, help);
        self.value(name, &[], value);
    }
}

/// A value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
