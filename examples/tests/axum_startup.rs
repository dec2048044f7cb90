//! The example `axum_startup`, started and asked over plain TCP.
#![expect(clippy::unwrap_used, reason = "a test")]

#[expect(dead_code, reason = "`main` and what only it calls")]
#[path = "../axum_startup.rs"]
mod axum_startup;

use std::net::SocketAddr;
use std::time::Duration;

use migsafe_sqlite::{Migrations, Options, SqliteStore, ensure_up_to_date};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Service {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), Box<dyn std::error::Error + Send + Sync>>>,
}

impl Service {
    async fn start(url: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let stop = async {
                let _ = stopped.await;
            };
            axum_startup::run(listener, &url, stop).await
        });
        Self { address, stop, task }
    }

    /// Status and body.
    async fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    /// Asks until the answer fits.
    async fn wait_for(&self, path: &str, fits: impl Fn(u16, &str) -> bool) -> String {
        for _ in 0..1_000 {
            let (status, body) = self.get(path).await;
            if fits(status, &body) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{path} never answered as expected: {:?}", self.get(path).await);
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

fn url(folder: &tempfile::TempDir) -> String {
    format!("sqlite:{}", folder.path().join("shop.db").display())
}

fn shop() -> Migrations {
    Migrations::from_directory(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap()
}

#[tokio::test]
async fn a_started_service_is_live_and_ready_and_stops_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(url(&folder)).await;
    assert_eq!(service.wait_for("/health/ready", |status, _| status == 200).await, "ready\n");
    assert_eq!(service.get("/health/live").await.0, 200);
    assert_eq!(service.get("/").await.0, 404);
    service.stop().await;
}

#[tokio::test]
async fn a_service_that_waits_for_another_replica_is_live_and_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    // The other replica is in the middle of a migration.
    let other = SqliteStore::open(&url(&folder)).unwrap();
    let options = Options::default().with_target(migsafe_sqlite::Target::Count(3));
    ensure_up_to_date(&other, &shop(), options).await.unwrap();
    let mut session = migsafe_sqlite::HistoryStore::open_session(&other).await.unwrap();
    session.begin().await.unwrap();
    let service = Service::start(url(&folder)).await;
    let waits = |status, body: &str| status == 503 && body.contains("waiting for another deployer");
    service.wait_for("/health/ready", waits).await;
    assert_eq!(service.get("/health/live").await.0, 200);
    session.rollback().await.unwrap();
    service.wait_for("/health/ready", |status, _| status == 200).await;
    service.stop().await;
}

#[tokio::test]
async fn readiness_ends_when_the_database_no_longer_fits() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(url(&folder)).await;
    service.wait_for("/health/ready", |status, _| status == 200).await;
    // A newer program deploys a migration that this one does not know.
    let newer = shop()
        .iter()
        .map(|m| (m.name().clone(), m.script().unwrap().to_owned()))
        .chain([("20990101000000_newer".into(), "CREATE TABLE newer (id INTEGER);".to_owned())])
        .collect::<Vec<_>>();
    let newer = Migrations::from_scripts(newer).unwrap();
    let store = SqliteStore::open(&url(&folder)).unwrap();
    ensure_up_to_date(&store, &newer, Options::default()).await.unwrap();
    let (status, reason) = service.get("/health/ready").await;
    assert_eq!(status, 503);
    assert!(reason.starts_with("refused: "), "{reason}");
    assert!(reason.contains("20990101000000_newer"), "{reason}");
    assert!(reason.contains("\nnext: "), "{reason}");
    assert_eq!(service.get("/health/live").await.0, 200, "restarting would not help");
    service.stop().await;
}

#[tokio::test]
async fn a_service_ends_on_a_database_that_it_must_not_touch() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.db"), "this is not a database, but some text").unwrap();
    let service = Service::start(url(&folder)).await;
    let error = service.task.await.unwrap().unwrap_err();
    let error: &migsafe_sqlite::Error = error.downcast_ref().unwrap();
    assert_eq!(error.code(), "history-unreadable", "{error}");
}
