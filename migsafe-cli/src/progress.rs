//! What a deploy is doing, on standard error while it does it.

use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use migsafe_core::engine::{Event, Phase};
use migsafe_core::report::text;

use crate::output::{Output, standard_error};

/// How often the line on a terminal is written anew.
const TICK: Duration = Duration::from_millis(200);

/// How often a sign of life is written where every line stays.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How often a wait is mentioned there.
const REMINDER: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing but signs of life.
    Silent,
    /// A line per event.
    Lines,
    /// One line that changes.
    Live,
}

#[derive(Clone)]
pub(crate) struct Progress {
    form: Form,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// What is being done, and since when if the text does not say it.
    doing: Option<(String, Option<Instant>)>,
    /// The migration that was begun and has not ended.
    step: Option<String>,
    /// How many rows the statement under way has changed, if it repeats.
    rows: Option<u64>,
    /// How far the statement under way has come, if the database tells.
    advanced: Option<String>,
    last_reminder: Option<Instant>,
    drawn: bool,
}

impl Progress {
    pub(crate) fn new(output: &Output) -> Self {
        let form = if !output.is_text() {
            Form::Silent
        } else if std::io::stderr().is_terminal() {
            Form::Live
        } else {
            Form::Lines
        };
        Self { form, state: Arc::default() }
    }

    /// Takes note of an event.
    pub(crate) fn note(&self, event: &Event) {
        let mut state = self.state();
        match event {
            Event::StepStarted { name, .. } => state.step = Some(name.to_string()),
            Event::StepApplied { .. } | Event::StepFailed { .. } | Event::StepRetried { .. } => {
                state.step = None;
            }
            _ => {}
        }
        match event {
            Event::Alive { .. } if self.form == Form::Live => return state.draw(),
            // A wait is told of by itself.
            Event::Alive { pulse, .. } if pulse.phase == Phase::Applying => {
                return standard_error(&format!("{pulse}\n"));
            }
            Event::Alive { .. } => return,
            Event::StatementProgress { rows, .. } => {
                state.rows = Some(*rows);
                return;
            }
            Event::StatementAdvanced { progress, .. } => {
                state.advanced = Some(progress.to_string());
                return;
            }
            _ => (state.rows, state.advanced) = (None, None),
        }
        let Some(line) = text::event(event) else {
            state.doing = None;
            return;
        };
        match (self.form, event) {
            (Form::Silent, _) => {}
            // Drawn with the next tick: what ends at once never is.
            (Form::Live, Event::Waiting { .. }) => state.doing = Some((line, None)),
            (Form::Live, Event::StepStarted { .. } | Event::StatementStarted { .. }) => {
                state.doing = Some((line, Some(Instant::now())));
            }
            (Form::Lines, Event::Waiting { .. }) if !state.remind() => {}
            _ => {
                state.erase();
                standard_error(&format!("{line}\n"));
            }
        }
    }

    /// Writes a line of its own, whatever the form.
    pub(crate) fn say(&self, line: &str) {
        self.state().erase();
        standard_error(&format!("{line}\n"));
    }

    /// How often [`Event::Alive`] is wanted.
    pub(crate) fn tick(&self) -> Duration {
        if self.form == Form::Live { TICK } else { HEARTBEAT }
    }

    /// The migration that was under way when the deploy was stopped. Takes the line away.
    pub(crate) fn stop(&self) -> Option<String> {
        let mut state = self.state();
        state.erase();
        state.step.take()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn draw(&mut self) {
        if let Some((line, since)) = &self.doing {
            let rows = self.rows.map_or_else(String::new, |rows| format!(", {rows} rows"));
            // A longer line would be broken, and its first part stay when it is erased.
            let line: String = line.chars().take(60).collect();
            let since =
                since.map_or_else(String::new, |at| format!(" … {} s", at.elapsed().as_secs()));
            let advanced = self.advanced.as_deref().map_or_else(String::new, |text| {
                format!(", {}", text.chars().take(60).collect::<String>())
            });
            standard_error(&format!("\r\u{1b}[2K{line}{rows}{advanced}{since}"));
            self.drawn = true;
        }
    }

    fn erase(&mut self) {
        if std::mem::take(&mut self.drawn) {
            standard_error("\r\u{1b}[2K");
        }
    }

    fn remind(&mut self) -> bool {
        let due = self.last_reminder.is_none_or(|last| last.elapsed() >= REMINDER);
        if due {
            self.last_reminder = Some(Instant::now());
        }
        due
    }
}
