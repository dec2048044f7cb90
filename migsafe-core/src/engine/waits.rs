//! How long a run has waited for others, in all.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Event;

/// Adds up the waits of a run. A wait is told of again and again while it lasts, each time with its whole
/// length; it has ended when something else happens.
#[derive(Debug, Default)]
pub(super) struct Waits(Mutex<Waited>);

#[derive(Debug, Default)]
struct Waited {
    ended: Duration,
    current: Duration,
}

impl Waits {
    /// Takes note of an event; the length of the wait that it ended.
    pub(super) fn note(&self, event: &Event) -> Option<Duration> {
        match event {
            Event::Alive { .. } => None,
            Event::Waiting { waited, .. } => {
                let mut waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                // A shorter one is another one.
                let ended = (*waited < waits.current).then(|| waits.end());
                waits.current = *waited;
                ended
            }
            _ => self.end(),
        }
    }

    /// The length of the wait that is not over yet, which it now is.
    pub(super) fn end(&self) -> Option<Duration> {
        let mut waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Some(waits.end()).filter(|length| !length.is_zero())
    }

    pub(super) fn total(&self) -> Duration {
        let waits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waits.ended + waits.current
    }
}

impl Waited {
    fn end(&mut self) -> Duration {
        let length = std::mem::take(&mut self.current);
        self.ended += length;
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_counts_once() {
        let waits = Waits::default();
        let waiting = |ms| Event::Waiting { holder: None, waited: Duration::from_millis(ms) };
        assert_eq!(waits.note(&Event::HistoryTableCreated), None);
        assert_eq!(waits.note(&waiting(0)), None);
        assert_eq!(waits.note(&waiting(5)), None);
        assert_eq!(waits.note(&waiting(70)), None);
        assert_eq!(waits.note(&waiting(3)), Some(Duration::from_millis(70)));
        assert_eq!(waits.note(&Event::HistoryTableCreated), Some(Duration::from_millis(3)));
        waits.note(&waiting(7));
        assert_eq!(waits.total(), Duration::from_millis(80));
        assert_eq!(waits.end(), Some(Duration::from_millis(7)));
        assert_eq!((waits.end(), waits.total()), (None, Duration::from_millis(80)));
    }
}
