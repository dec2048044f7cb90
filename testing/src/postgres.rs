//! PostgreSQL servers that live as long as the tests that use them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::supervisor::Supervisor;
use crate::temp::{free_port, reachable_by_all};
use crate::tools;
use crate::wire::{Client, Row, WireError};

const START_LIMIT: Duration = Duration::from_secs(60);

/// A PostgreSQL server with a data folder of its own, listening on 127.0.0.1.
///
/// Its only user at the start is the superuser `postgres`; nobody needs a password. Server and folder are gone
/// when this is dropped, and also when the test process ends in any other way.
#[derive(Debug)]
pub struct Postgres {
    supervisor: Mutex<Supervisor>,
    bin_dir: PathBuf,
    args: Vec<String>,
    data: PathBuf,
    port: u16,
    version: u32,
}

/// How a server is set up. The default is what [`Postgres::shared`] uses.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct PostgresOptions {
    bin_dir: Option<PathBuf>,
    fsync: bool,
    settings: Vec<(String, String)>,
}

impl PostgresOptions {
    /// Uses the server programs in this folder instead of searching for them.
    pub fn bin_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.bin_dir = Some(folder.into());
        self
    }

    /// Whether the server waits for the disk. Off by default: that is needed only to survive a crash of the machine,
    /// not a crash of the server.
    pub fn fsync(mut self, on: bool) -> Self {
        self.fsync = on;
        self
    }

    /// Which statements the server writes to [`Postgres::log`]: `none` (the default), `ddl`, `mod` or `all`.
    pub fn log_statement(self, which: &str) -> Self {
        self.setting("log_statement", which)
    }

    /// Sets any configuration parameter.
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Postgres {
    /// The server that all tests of one test binary share, started by the first call.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL on this machine, or it does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(PostgresOptions::default()))
    }

    /// Starts a server of one's own, for tests that stop it, read its log or need other settings.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL on this machine, or it does not start.
    pub fn start(options: PostgresOptions) -> Self {
        let bin_dir = options
            .bin_dir
            .clone()
            .unwrap_or_else(|| tools::postgres().unwrap_or_else(|message| panic!("{message}")));
        let mut supervisor = Supervisor::new("pg", "QUIT");
        assert!(
            supervisor.owner().is_none() || reachable_by_all(&bin_dir),
            "PostgreSQL does not run as root, and no other user can enter {}: \
             move the repository to a folder that any user can enter, \
             or set MIGSAFE_PG_BIN to such a folder",
            bin_dir.display(),
        );
        let data = supervisor.folder().join("data");
        let initdb: Vec<String> = [
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            "--pgdata",
        ]
        .into_iter()
        .map(str::to_owned)
        .chain([text(&data)])
        .collect();
        assert!(
            supervisor.run(&bin_dir.join("initdb"), &initdb),
            "initdb failed:\n{}",
            supervisor.log(),
        );
        // Another process may take the free port before the server does.
        for _ in 0..10 {
            let port = free_port();
            let args = server_args(&options, supervisor.folder(), &data, port);
            if let Some(version) = start_server(&mut supervisor, &bin_dir, &args, &data, port) {
                let supervisor = Mutex::new(supervisor);
                return Self { supervisor, bin_dir, args, data, port, version };
            }
        }
        panic!("PostgreSQL found no free port:\n{}", supervisor.log());
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the server programs. `psql` may be missing there.
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The folder of the data, `PGDATA`.
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// The version as the server numbers it: 150020 is 15.20.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The major version, for example 15.
    pub fn major_version(&self) -> u32 {
        self.version / 10_000
    }

    /// A connection string for the superuser, usable by any client.
    pub fn url(&self, database: &str) -> String {
        url(self.port, database)
    }

    /// Connects as the superuser.
    ///
    /// # Panics
    ///
    /// If the connection is refused.
    pub fn client(&self, database: &str) -> Client {
        Client::connect(self.port, database)
            .unwrap_or_else(|error| panic!("cannot connect to `{database}`: {error}"))
    }

    /// Creates an empty database that is dropped, with all connections to it, when the value is.
    ///
    /// # Panics
    ///
    /// If the server is stopped.
    pub fn create_database(&self) -> Database {
        static COUNTER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", COUNTER.fetch_add(1, Ordering::Relaxed));
        // template1 cannot be copied while anyone is connected to it; nobody ever is to template0.
        self.client("postgres")
            .query(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .unwrap_or_else(|error| panic!("cannot create the database `{name}`: {error}"));
        Database { name, port: self.port }
    }

    /// Stops the server as a crash would: open transactions are lost, the next start recovers.
    ///
    /// # Panics
    ///
    /// Never, unless the watching shell was ended by somebody else.
    pub fn stop_immediate(&self) {
        self.lock().stop("QUIT");
    }

    /// Stops the server if it runs, in order and without waiting for clients, and starts it again on the same port
    /// with the same data.
    ///
    /// # Panics
    ///
    /// If the server does not start.
    pub fn restart(&self) {
        let mut supervisor = self.lock();
        supervisor.stop("INT");
        let start = Instant::now();
        while start_server(&mut supervisor, &self.bin_dir, &self.args, &self.data, self.port)
            .is_none()
        {
            assert!(start.elapsed() < START_LIMIT, "port {} was taken by another", self.port);
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// What the server wrote to its log, from its creation on.
    pub fn log(&self) -> String {
        self.lock().log()
    }

    fn lock(&self) -> MutexGuard<'_, Supervisor> {
        // A test that failed while holding it does not make the server unusable for the others.
        self.supervisor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An empty database for one test, dropped with this value.
#[derive(Debug)]
pub struct Database {
    name: String,
    port: u16,
}

impl Database {
    /// The name, which needs no quotes in SQL.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A connection string for the superuser.
    pub fn url(&self) -> String {
        url(self.port, &self.name)
    }

    /// The connection string through another port, that of a proxy or a pooler.
    pub fn url_through(&self, port: u16) -> String {
        url(port, &self.name)
    }

    /// The connection string of another user. The user must exist.
    pub fn url_as(&self, user: &str) -> String {
        self.url().replacen("//postgres@", &format!("//{user}@"), 1)
    }

    /// Connects as the superuser.
    ///
    /// # Panics
    ///
    /// If the connection is refused.
    pub fn client(&self) -> Client {
        Client::connect(self.port, &self.name)
            .unwrap_or_else(|error| panic!("cannot connect to `{}`: {error}", self.name))
    }

    /// Runs statements on a connection of their own.
    ///
    /// # Errors
    ///
    /// If a statement fails or the server cannot be reached.
    pub fn query(&self, sql: &str) -> Result<Vec<Row>, WireError> {
        Client::connect(self.port, &self.name)?.query(sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The server may be stopped, or a test may have dropped the database: nothing to do then.
        if let Ok(mut client) = Client::connect(self.port, "postgres") {
            let _ = client.query(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

fn url(port: u16, database: &str) -> String {
    format!("postgresql://postgres@127.0.0.1:{port}/{database}")
}

fn text(path: &Path) -> String {
    path.to_str().expect("the temporary folder has a name in UTF-8").to_owned()
}

fn server_args(options: &PostgresOptions, folder: &Path, data: &Path, port: u16) -> Vec<String> {
    let on_off = if options.fsync { "on" } else { "off" };
    let folder = text(folder);
    // The name of a socket has at most 107 bytes; without one there is still TCP.
    let sockets = if folder.len() < 80 { folder.as_str() } else { "" };
    let port = port.to_string();
    let settings = [
        ("listen_addresses", "127.0.0.1"),
        ("port", port.as_str()),
        ("unix_socket_directories", sockets),
        ("max_connections", "300"),
        ("fsync", on_off),
        ("full_page_writes", on_off),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
    ]
    .into_iter()
    .chain(options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    ["-D".to_owned(), text(data)]
        .into_iter()
        .chain(settings.flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]))
        .collect()
}

/// Starts the server and waits until it answers; its version, or `None` if the port is taken.
fn start_server(
    supervisor: &mut Supervisor,
    bin_dir: &Path,
    args: &[String],
    data: &Path,
    port: u16,
) -> Option<u32> {
    let log_before = supervisor.log().len();
    supervisor.start(&bin_dir.join("postgres"), args);
    let start = Instant::now();
    loop {
        if let Some(version) = version_of(port, data) {
            return Some(version);
        }
        let alive = supervisor.alive();
        if !alive {
            supervisor.stop("QUIT");
            let log = supervisor.log();
            let news = log.get(log_before..).unwrap_or(&log);
            assert!(news.contains("could not bind"), "PostgreSQL did not start:\n{news}");
            return None;
        }
        assert!(
            start.elapsed() < START_LIMIT,
            "PostgreSQL did not answer within {} s:\n{}",
            START_LIMIT.as_secs(),
            supervisor.log(),
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Asks the server on `port`, unless it is somebody else's, for its version.
fn version_of(port: u16, data: &Path) -> Option<u32> {
    let mut client = Client::connect(port, "postgres").ok()?;
    client.set_timeout(Some(Duration::from_secs(10))).ok()?;
    let folder = client.value("SHOW data_directory").ok()??;
    if Path::new(&folder) != data {
        return None;
    }
    client.value("SHOW server_version_num").ok()??.parse().ok()
}
