//! How `ensure_up_to_date` behaves.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::heartbeat::Phase;
use super::{DriftOptions, Event, Heartbeat, StopToken, observe};
use crate::data::DataLimits;
use crate::plan::Target;
use crate::policy::Policy;
use crate::store::StepOptions;
use crate::verify::Expectations;

/// What a start-up does when the database is not up to date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Applies what is pending; of many replicas one applies and the others wait for it.
    #[default]
    Apply,
    /// Polls until another replica has finished; writes nothing, takes no lock.
    Wait,
    /// Reads once and refuses unless up to date; for read-only roles and readiness probes.
    Verify,
}

/// Listener for progress.
pub(super) type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// Options of [`super::ensure_up_to_date`]. Every default is the safe one.
#[derive(Clone)]
pub struct Options {
    pub(super) mode: Mode,
    pub(super) policy: Policy,
    pub(super) target: Target,
    pub(super) dry_run: bool,
    pub(super) resume: bool,
    pub(super) lock_wait: Duration,
    pub(super) poll_interval: Duration,
    pub(super) step: StepOptions,
    pub(super) retries: u32,
    pub(super) listener: Option<Listener>,
    pub(super) heartbeat: Option<Heartbeat>,
    pub(super) tick: Option<Duration>,
    pub(super) data: Option<DataLimits>,
    pub(super) drift: DriftOptions,
    pub(super) expectations: Option<Arc<Expectations>>,
    stop: Option<StopToken>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            policy: Policy::default(),
            target: Target::default(),
            dry_run: false,
            resume: false,
            lock_wait: Duration::from_secs(60),
            poll_interval: Duration::from_millis(100),
            step: StepOptions {
                lock_timeout: Some(Duration::from_secs(5)),
                statement_timeout: None,
            },
            retries: 5,
            listener: None,
            heartbeat: None,
            tick: None,
            data: Some(DataLimits::default()),
            drift: DriftOptions::default(),
            expectations: None,
            stop: None,
        }
    }
}

impl Options {
    /// Sets the mode; [`Mode::Apply`] by default.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the policy; production's by default.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets how far to go; everything by default.
    #[must_use]
    pub fn with_target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// How much the database may be asked about the rows that pending statements would lose or fail on; the
    /// defaults of [`DataLimits`] by default, `None` to ask nothing. Only [`Mode::Apply`] asks, and only when a
    /// pending statement raises a question: of many replicas the one that has the lock, before it writes.
    #[must_use]
    pub fn with_data_checks(mut self, limits: Option<DataLimits>) -> Self {
        self.data = limits;
        self
    }

    /// How drift is looked for, where the policy has a severity for the rule `drift`, which is off by default. Only
    /// [`Mode::Apply`] looks, and only when something would be applied.
    #[must_use]
    pub fn with_drift_options(mut self, options: DriftOptions) -> Self {
        self.drift = options;
        self
    }

    /// What has to be in the database when it is up to date, in every [`Mode`]; nothing by default. One that is missed
    /// or cannot be found out makes an error of the run, with the code `not-verified` and the report of what was done
    /// ([`Report::verification`](crate::Report::verification)). A dry run does not look.
    ///
    /// It costs the reading of the schema at every start, and the queries.
    #[must_use]
    pub fn with_expectations(mut self, expectations: impl Into<Arc<Expectations>>) -> Self {
        self.expectations = Some(expectations.into());
        self
    }

    /// Says what would be done, and does nothing.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Goes on with a migration that runs statement by statement and whose last statement failed. One
    /// that was only interrupted is gone on with in any case.
    #[must_use]
    pub fn resume_failed(mut self, resume: bool) -> Self {
        self.resume = resume;
        self
    }

    /// How long to wait for the migration lock, or in [`Mode::Wait`] for the other replica; 60 s by
    /// default. In [`Mode::Apply`] the wait begins anew after each step that was applied, by us or, as far as a
    /// glance shows it ([`crate::HistoryStore::glance`]), by the one that is waited for.
    #[must_use]
    pub fn with_lock_wait(mut self, wait: Duration) -> Self {
        self.lock_wait = wait;
        self
    }

    /// The longest pause between two looks while waiting; 100 ms by default. Where a glance shows that the other
    /// one gets on, the lock is left to it: should it die, two looks at most pass until the lock is tried for.
    #[must_use]
    pub fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// How long a statement of a script may wait for a lock on a relation; 5 s by default, `None` for
    /// the server's setting. A script that runs into it is rolled back and tried again.
    #[must_use]
    pub fn with_lock_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.step.lock_timeout = timeout;
        self
    }

    /// How long a statement of a script may run; the server's setting by default.
    #[must_use]
    pub fn with_statement_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.step.statement_timeout = timeout;
        self
    }

    /// How often a step is tried again after a lock time-out, a deadlock or a serialisation failure;
    /// 5 by default.
    #[must_use]
    pub fn with_retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Called with every event, on the task that runs; must return quickly.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// A pulse for probes, kept up to date while the run goes on.
    #[must_use]
    pub fn with_heartbeat(mut self, heartbeat: Heartbeat) -> Self {
        self.heartbeat = Some(heartbeat);
        self.tick.get_or_insert(Duration::from_secs(1));
        self
    }

    /// Sends [`Event::Alive`] at this interval while the run goes on; off by default, once a second
    /// with a heartbeat.
    #[must_use]
    pub fn with_tick(mut self, interval: Option<Duration>) -> Self {
        self.tick = interval.map(|interval| interval.max(Duration::from_millis(1)));
        self
    }

    /// Lets the run end early, in good order, when somebody asks for it.
    #[must_use]
    pub fn with_stop(mut self, token: StopToken) -> Self {
        self.stop = Some(token);
        self
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(StopToken::is_stopped)
    }

    /// Tells everybody who wants to know. `elapsed` is the time since the run began.
    pub(super) fn emit(&self, event: &Event, elapsed: Duration) {
        observe::event(event);
        if let Some(heartbeat) = &self.heartbeat {
            heartbeat.observe(event, elapsed);
        }
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }

    pub(super) fn tick_now(&self, elapsed: Duration) {
        let pulse = self.heartbeat.as_ref().map(|heartbeat| heartbeat.tick(elapsed));
        self.emit(&Event::Alive { pulse: pulse.unwrap_or_default(), elapsed }, elapsed);
    }

    pub(super) fn enter(&self, phase: Phase, elapsed: Duration) {
        if let Some(heartbeat) = &self.heartbeat {
            heartbeat.enter(phase, elapsed);
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("mode", &self.mode)
            .field("environment", self.policy.environment())
            .field("target", &self.target)
            .field("dry_run", &self.dry_run)
            .field("lock_wait", &self.lock_wait)
            .field("poll_interval", &self.poll_interval)
            .field("step", &self.step)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}
