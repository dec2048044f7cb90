//! Asking a run to end early, in good order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A wish to stop, shared between whoever wishes and the run. Clones share it.
///
/// A run looks at it between migrations, between the statements of a migration that runs by statement, and while
/// it waits. A statement that is under way is not interrupted: drop the future for that.
///
/// ```
/// use migsafe_core::engine::{Options, StopToken};
///
/// let token = StopToken::new();
/// let options = Options::default().with_stop(token.clone());
/// // In the handler of SIGTERM:
/// token.stop();
/// assert!(token.is_stopped());
/// # drop(options);
/// ```
#[derive(Clone, Debug, Default)]
pub struct StopToken(Arc<AtomicBool>);

impl StopToken {
    /// A token that nobody has stopped.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it was asked.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
