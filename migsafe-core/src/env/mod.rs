//! What the engine needs from the outside world: time, sleep, randomness, a place for blocking work.
//!
//! The core has no clock and no runtime of its own. Backends give it [`TokioEnv`] (feature `tokio`); tests
//! give it virtual time.
//!
//! ```
//! # #[cfg(feature = "tokio")] {
//! use migsafe_core::env::{Env, TokioEnv};
//! assert!(TokioEnv.now() > chrono::DateTime::UNIX_EPOCH);
//! # }
//! ```

#[cfg(feature = "tokio")]
mod tokio_env;
mod virtual_env;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

#[cfg(feature = "tokio")]
pub use tokio_env::TokioEnv;
pub use virtual_env::VirtualEnv;

/// Effects that the engine asks for.
#[async_trait]
pub trait Env: Send + Sync {
    /// The time, UTC. Only recorded and compared with itself; nothing is ever ordered by it across machines.
    fn now(&self) -> DateTime<Utc>;

    /// Time since any fixed point, for durations and deadlines; never goes back.
    fn elapsed(&self) -> Duration;

    /// Sixteen random bytes, for row ids and for jitter.
    fn random(&self) -> [u8; 16];

    /// Waits.
    async fn sleep(&self, duration: Duration);

    /// Runs work that may take long (parsing a script of megabytes) away from the executor's workers.
    async fn run_blocking(&self, work: Box<dyn FnOnce() + Send>);
}

/// What work that may take long comes to; `None` when it did not end, which is when it panicked.
pub(crate) async fn blocking<T: Send + 'static>(
    env: &dyn Env,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let found = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&found);
    env.run_blocking(Box::new(move || {
        let value = work();
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
    }))
    .await;
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
    found.take()
}

/// A UUID of version 4 in lower case with hyphens, as Prisma writes row ids (RFC 9562, section 5.4).
pub(crate) fn uuid_v4(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuid_has_version_and_variant() {
        assert_eq!(uuid_v4([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid_v4([255; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
