//! `PgBouncer`, the connection pooler, in front of a server.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::postgres::Postgres;
use crate::supervisor::Supervisor;
use crate::temp::{free_port, reachable_by_all};
use crate::tools;
use crate::wire::Client;

const START_LIMIT: Duration = Duration::from_secs(30);

/// When a server connection goes back to the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PoolMode {
    /// When the client disconnects.
    Session,
    /// After every transaction: two statements outside one may run on different server connections.
    Transaction,
    /// After every statement: there are no transactions of several.
    Statement,
}

/// A `PgBouncer` on 127.0.0.1, gone when this is dropped or the test process ends.
///
/// It has its default settings, save for what the tests need: every user of the server gets in without a password.
/// So it also refuses start-up parameters it does not know, for example `extra_float_digits`.
#[derive(Debug)]
pub struct PgBouncer {
    supervisor: Mutex<Supervisor>,
    port: u16,
}

impl PgBouncer {
    /// Starts a pooler that keeps at most `pool_size` server connections per database and user.
    ///
    /// # Panics
    ///
    /// If there is no `PgBouncer` on this machine, or it does not start.
    #[must_use]
    pub fn start(server: &Postgres, mode: PoolMode, pool_size: u32) -> Self {
        Self::start_with(server, mode, pool_size, "")
    }

    /// The same with more lines of its configuration.
    ///
    /// # Panics
    ///
    /// As [`PgBouncer::start`].
    #[must_use]
    pub fn start_with(server: &Postgres, mode: PoolMode, pool_size: u32, more: &str) -> Self {
        let program = tools::pgbouncer().unwrap_or_else(|message| panic!("{message}"));
        // It has no state that a kill could harm, and which other signal ends it at once depends on the version.
        let mut supervisor = Supervisor::new("pgbouncer", "KILL");
        assert!(
            supervisor.owner().is_none() || reachable_by_all(&program),
            "PgBouncer does not run as root, and no other user can reach {}",
            program.display(),
        );
        let config = supervisor.folder().join("pgbouncer.ini");
        let users = supervisor.folder().join("users");
        fs::write(&users, "\"postgres\" \"\"\n").expect("the folder of the pooler is writable");
        for _ in 0..10 {
            let port = free_port();
            let text = settings(server.port(), port, mode, pool_size, &users) + more;
            fs::write(&config, text).expect("the folder of the pooler is writable");
            supervisor.start(&program, &[config.display().to_string()]);
            if wait_until_ready(&mut supervisor, port, &users) {
                return Self { supervisor: Mutex::new(supervisor), port };
            }
        }
        panic!("PgBouncer did not start:\n{}", supervisor.log());
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A connection string for the superuser, through the pooler.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// What it wrote to its log.
    #[must_use]
    pub fn log(&self) -> String {
        self.supervisor.lock().unwrap_or_else(PoisonError::into_inner).log()
    }
}

fn settings(server: u16, port: u16, mode: PoolMode, pool_size: u32, users: &Path) -> String {
    let mode = match mode {
        PoolMode::Session => "session",
        PoolMode::Transaction => "transaction",
        PoolMode::Statement => "statement",
    };
    format!(
        "[databases]\n\
         * = host=127.0.0.1 port={server}\n\
         [pgbouncer]\n\
         listen_addr = 127.0.0.1\n\
         listen_port = {port}\n\
         unix_socket_dir =\n\
         auth_type = trust\n\
         auth_file = {users}\n\
         auth_user = postgres\n\
         admin_users = postgres\n\
         pool_mode = {mode}\n\
         default_pool_size = {pool_size}\n\
         max_client_conn = 500\n",
        users = users.display(),
    )
}

/// True when our pooler answers; false if it ended, because the port was taken in the meantime.
fn wait_until_ready(supervisor: &mut Supervisor, port: u16, users: &Path) -> bool {
    let start = Instant::now();
    while start.elapsed() < START_LIMIT {
        if is_ours(port, users) {
            return true;
        }
        if !supervisor.alive() {
            supervisor.stop("KILL");
            let log = supervisor.log();
            assert!(log.contains("in use"), "PgBouncer did not start:\n{log}");
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("PgBouncer did not answer within {} s:\n{}", START_LIMIT.as_secs(), supervisor.log());
}

fn is_ours(port: u16, users: &Path) -> bool {
    let config = Client::connect(port, "pgbouncer").and_then(|mut client| {
        client.set_timeout(Some(Duration::from_secs(10)))?;
        client.query("SHOW CONFIG")
    });
    let users = users.display().to_string();
    config.is_ok_and(|rows| rows.iter().flatten().flatten().any(|value| *value == users))
}
