//! Stopping when asked to.

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::failure::Failure;

/// How long a run that was asked to stop may take before somebody is told what it waits for.
const UNTOLD: Duration = Duration::from_secs(1);

/// How long what a dropped run leaves behind may take to go.
const CLEANING: Duration = Duration::from_secs(5);

/// A signal asked to stop, and the work was dropped, which is safe at every await of the engine.
pub(crate) struct Interrupted;

impl From<Interrupted> for Failure {
    fn from(_: Interrupted) -> Self {
        Self::stopped("interrupted", "interrupted", "see `migsafe status`")
    }
}

/// Runs a future until it is done or a signal asks to stop.
pub(crate) async fn unless_interrupted<F: Future>(future: F) -> Result<F::Output, Interrupted> {
    let mut signals = Signals::watch();
    {
        let mut future = pin!(future);
        tokio::select! {
            // What is done is done.
            biased;
            output = &mut future => return Ok(output),
            () = signals.next() => {}
        }
    }
    settle().await;
    Err(Interrupted)
}

/// The same, but the signal only asks the future to end by itself. It is dropped at a second signal, and when the grace
/// is over, if there is one. `told` is called when it takes a while.
pub(crate) async fn unless_interrupted_twice<F: Future>(
    future: F,
    grace: Option<Duration>,
    ask: impl FnOnce(),
    told: impl FnOnce(),
) -> Result<F::Output, Interrupted> {
    let mut signals = Signals::watch();
    {
        let mut future = pin!(future);
        tokio::select! {
            biased;
            output = &mut future => return Ok(output),
            () = signals.next() => ask(),
        }
        let over = async {
            match grace {
                Some(grace) => sleep(grace).await,
                None => pending().await,
            }
        };
        let telling = async {
            sleep(UNTOLD).await;
            told();
            pending().await
        };
        tokio::select! {
            biased;
            output = &mut future => return Ok(output),
            () = signals.next() => {}
            () = over => {}
            () = telling => {}
        }
    }
    settle().await;
    Err(Interrupted)
}

/// A session that is dropped asks the server, in a task of its own, to cancel what it runs, and a throw-away database
/// that is dropped is removed. Lets such tasks end.
async fn settle() {
    let until_idle = async {
        while Handle::current().metrics().num_alive_tasks() > 0 {
            sleep(Duration::from_millis(10)).await;
        }
    };
    // What it does not manage the server finds out by itself, or the next run removes.
    let _ = timeout(CLEANING, until_idle).await;
}

/// SIGINT and SIGTERM from now on, each one once. If they cannot be watched they end the process as they always do.
struct Signals {
    #[cfg(unix)]
    watched: Option<[tokio::signal::unix::Signal; 2]>,
}

#[cfg(unix)]
impl Signals {
    fn watch() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let both = signal(SignalKind::interrupt())
            .and_then(|interrupt| Ok([interrupt, signal(SignalKind::terminate())?]));
        Self { watched: both.ok() }
    }

    async fn next(&mut self) {
        let Some([interrupt, terminate]) = &mut self.watched else { return pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn watch() -> Self {
        Self {}
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    }
}
