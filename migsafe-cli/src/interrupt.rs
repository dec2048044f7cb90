//! Stopping when asked to.

use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::failure::Failure;

/// How long a run may take to come to a good end once it was asked to stop.
const GRACE: Duration = Duration::from_secs(1);

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
    {
        let mut future = pin!(future);
        tokio::select! {
            // What is done is done.
            biased;
            output = &mut future => return Ok(output),
            () = signal() => {}
        }
    }
    settle().await;
    Err(Interrupted)
}

/// The same, but after the signal first `ask` asks the future to end by itself.
pub(crate) async fn unless_interrupted_twice<F: Future>(
    future: F,
    ask: impl FnOnce(),
) -> Result<F::Output, Interrupted> {
    {
        let mut future = pin!(future);
        tokio::select! {
            biased;
            output = &mut future => return Ok(output),
            () = signal() => ask(),
        }
        if let Ok(output) = timeout(GRACE, future).await {
            return Ok(output);
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

/// Ends with the first SIGINT or SIGTERM. If signals cannot be watched they end the process as
/// they always do.
async fn signal() {
    if watch().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn watch() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn watch() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
