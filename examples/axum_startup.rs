//! A web service on axum: migrations at start-up, probes for whoever runs it.
//!
//! `cargo run --example axum_startup -- [PORT [DATABASE_URL]]`, then `curl -i http://127.0.0.1:PORT/health/ready`
//!
//! - The port is open at once, so that probes are answered while migrations run. Of many replicas that start together one
//!   applies each migration and the others wait for it. If the database cannot be brought up to date, the service ends.
//! - `/health/live` says that the process is at work. It never asks the database: restarting a process does not mend one,
//!   and killing it in the middle of a migration that takes an hour only starts the hour again.
//! - `/health/ready` answers 503 with the reason until the migrations are done. From then on it looks at the history with
//!   every probe, one read without a lock, and answers 503 when the database no longer fits this program.
//! - A signal while migrations run lets the one under way come to its end; a signal afterwards finishes the requests
//!   that are under way.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use migsafe_core::engine::{Event, Heartbeat, StopToken};
use migsafe_sqlite::{
    Migrations, Mode, Options, SqliteStore, ensure_up_to_date, include_migrations, migrations,
};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

static MIGRATIONS: migrations::Embedded = include_migrations!();

/// What the handlers share.
struct App {
    store: SqliteStore,
    migrations: Migrations,
    heartbeat: Heartbeat,
}

/// Serves and migrates; returns when `stop` is done, or with the reason why it cannot go on.
pub(crate) async fn run(
    listener: TcpListener,
    database_url: &str,
    stop: impl Future<Output = ()>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let app = Arc::new(App {
        store: SqliteStore::open(database_url)?,
        migrations: MIGRATIONS.migrations(),
        heartbeat: Heartbeat::new(),
    });
    let router = Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .with_state(Arc::clone(&app));
    // Dropping `running` asks the server to end.
    let (running, ended) = oneshot::channel::<()>();
    let until_the_end = async {
        let _ = ended.await;
    };
    let server = tokio::spawn(
        axum::serve(listener, router).with_graceful_shutdown(until_the_end).into_future(),
    );
    let result = migrate_then_wait(&app, stop).await;
    drop(running);
    server.await??;
    Ok(result?)
}

async fn migrate_then_wait(
    app: &App,
    stop: impl Future<Output = ()>,
) -> Result<(), migsafe_sqlite::Error> {
    let token = StopToken::new();
    let options = Options::default()
        .with_heartbeat(app.heartbeat.clone())
        .with_stop(token.clone())
        .on_event(|event| {
            if let Event::StepApplied { name, duration } = event {
                println!("applied {name} in {} ms", duration.as_millis());
            }
        });
    let mut stop = pin!(stop);
    let mut migrate = pin!(ensure_up_to_date(&app.store, &app.migrations, options));
    tokio::select! {
        result = &mut migrate => {
            result?;
            stop.await;
        }
        () = &mut stop => {
            token.stop();
            migrate.await?;
        }
    }
    Ok(())
}

async fn live(State(app): State<Arc<App>>) -> (StatusCode, String) {
    let pulse = app.heartbeat.pulse();
    (status(pulse.is_alive()), format!("{pulse}\n"))
}

async fn ready(State(app): State<Arc<App>>) -> (StatusCode, String) {
    let pulse = app.heartbeat.pulse();
    if !pulse.is_ready() {
        return (status(false), format!("{pulse}\n"));
    }
    let verify = Options::default().with_mode(Mode::Verify);
    match ensure_up_to_date(&app.store, &app.migrations, verify).await {
        Ok(_) => (status(true), "ready\n".to_owned()),
        // No password is ever in a message, but names of migrations are. Where the probe is open
        // to everybody, `error.code()` alone is enough.
        Err(error) => {
            (status(false), format!("{}: {error}\nnext: {}\n", error.code(), error.help()))
        }
    }
}

fn status(good: bool) -> StatusCode {
    if good { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

/// Control-C, or what an orchestrator sends.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().map_or(Ok(0), |port| port.parse())?;
    // Kept until the end: dropping it removes the folder.
    let folder = tempfile::tempdir()?;
    let url =
        arguments.next().unwrap_or_else(|| format!("sqlite:{}/shop.db", folder.path().display()));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    run(listener, &url, stop_signal()).await?;
    println!("stopped");
    Ok(())
}
