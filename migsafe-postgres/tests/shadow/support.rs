//! What these tests share.

use migsafe_postgres::core::shadow::{Replay, ReplayError, ReplayOptions, replay};
use migsafe_postgres::core::store::ShadowProvider;
use migsafe_postgres::{Migrations, PostgresOptions, PostgresShadow};
use migsafe_testing::{Database, Postgres};

use crate::common::{block_on, value};

/// A role of its own for one test, which may make databases: what belongs to it is the test's.
pub(crate) struct Site {
    pub(crate) database: Option<Database>,
    pub(crate) role: String,
}

impl Site {
    pub(crate) fn new() -> Self {
        let database = Postgres::shared().create_database();
        let role = format!("maker_of_{}", database.name());
        let sql = format!(
            "CREATE ROLE {role} LOGIN CREATEDB IN ROLE pg_monitor; GRANT ALL ON SCHEMA public TO {role}; \
             GRANT CREATE ON DATABASE {} TO {role}",
            database.name()
        );
        database.query(&sql).unwrap();
        Self { database: Some(database), role }
    }

    pub(crate) fn database(&self) -> &Database {
        self.database.as_ref().unwrap()
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        PostgresOptions::from_url(&self.database().url_as(&self.role)).unwrap()
    }

    pub(crate) fn shadow(&self) -> PostgresShadow {
        PostgresShadow::beside(self.options())
    }

    /// How many databases belong to the role.
    pub(crate) fn databases(&self) -> String {
        let sql = format!(
            "SELECT count(*) FROM pg_database WHERE pg_get_userbyid(datdba) = '{}'",
            self.role
        );
        value(self.database(), &sql)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let mut client = Postgres::shared().client("postgres");
        self.database = None;
        // A test that failed may have left more; the server goes with the process.
        let _ = client.query(&format!("DROP ROLE {}", self.role));
    }
}

pub(crate) fn replayed(
    shadow: &dyn ShadowProvider,
    migrations: &Migrations,
) -> Result<Replay, ReplayError> {
    block_on(replay(shadow, migrations.as_slice(), &ReplayOptions::default()))
}

/// The names of the objects that a replay gives.
pub(crate) fn objects(replay: &Replay) -> Vec<String> {
    replay.snapshot.objects().map(|object| object.key().to_string()).collect()
}
