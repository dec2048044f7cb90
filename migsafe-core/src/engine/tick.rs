//! Doing something at intervals while a future runs, without a runtime.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::env::Env;

/// Runs a future to its end and calls `tick` every time the interval has passed meanwhile.
pub(super) async fn with_ticks<T>(
    env: &dyn Env,
    interval: Duration,
    future: impl Future<Output = T>,
    mut tick: impl FnMut(),
) -> T {
    let mut future = pin!(future);
    let mut sleep = env.sleep(interval);
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(output);
        }
        // A sleep that ends at once on every poll (virtual time) must not keep the future from its turn.
        if sleep.as_mut().poll(context).is_ready() {
            tick();
            sleep = env.sleep(interval);
            if sleep.as_mut().poll(context).is_ready() {
                context.waker().wake_by_ref();
            }
        }
        Poll::Pending
    })
    .await
}

/// Runs a future to its end, and beside it another one, which is dropped then.
pub(super) async fn with_beside<T, B>(
    future: impl Future<Output = T>,
    beside: impl Future<Output = B>,
) -> T {
    let (mut future, mut beside) = (pin!(future), pin!(beside));
    let mut is_over = false;
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(output);
        }
        is_over = is_over || beside.as_mut().poll(context).is_ready();
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::VirtualEnv;
    use crate::testkit::block_on;

    #[test]
    fn ticks_while_the_future_runs_and_ends_with_it() {
        let env = VirtualEnv::new();
        let mut ticks = 0;
        let work = async {
            for _ in 0..10 {
                env.sleep(Duration::from_secs(1)).await;
            }
            7
        };
        let interval = Duration::from_secs(1);
        assert_eq!(block_on(with_ticks(&env, interval, work, || ticks += 1)), 7);
        assert!(ticks > 0);
    }
}
