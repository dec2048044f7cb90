//! An `Env` without a real clock: every call is reproducible.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::Env;

/// Virtual time: it moves by one millisecond per question for the time of day and by the whole
/// duration per sleep.
#[derive(Debug, Default)]
pub struct VirtualEnv {
    micros: AtomicU64,
    randoms: AtomicU64,
}

impl VirtualEnv {
    /// Starts at 2026-01-01 00:00:00 UTC.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn advance(&self, duration: Duration) -> u64 {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed).saturating_add(micros)
    }
}

#[async_trait]
impl Env for VirtualEnv {
    fn now(&self) -> DateTime<Utc> {
        const START: i64 = 1_767_225_600;
        let micros = i64::try_from(self.advance(Duration::from_millis(1))).unwrap_or(i64::MAX);
        DateTime::from_timestamp(START, 0)
            .and_then(|start| start.checked_add_signed(TimeDelta::microseconds(micros)))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_micros(self.advance(Duration::ZERO))
    }

    fn random(&self) -> [u8; 16] {
        let count = self.randoms.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&count.to_be_bytes());
        bytes
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
        YieldOnce(false).await;
    }

    async fn run_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        work();
    }
}

/// Lets other tasks run once.
struct YieldOnce(bool);

impl Future for YieldOnce {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
