//! Throw-away databases on a PostgreSQL server: one that is made and dropped, or one that is given.

mod clean;
mod database;
mod given;
mod made;
mod script;
mod surroundings;

use std::sync::Arc;

use async_trait::async_trait;
use migsafe_core::Dialect;
use migsafe_core::env::{Env, TokioEnv};
use migsafe_core::store::{ShadowDatabase, ShadowProvider, StoreError};

use crate::PostgresOptions;
use surroundings::Surroundings;

/// Opens a transaction that holds a lock for as long as its connection lives, behind any pooler. Two statements.
const HOLD: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = 0";

/// Throw-away databases for replaying migrations.
///
/// ```no_run
/// # async fn replay() -> Result<(), Box<dyn std::error::Error>> {
/// use migsafe_postgres::core::shadow::{ReplayOptions, replay};
/// use migsafe_postgres::{Migrations, PostgresOptions, PostgresShadow};
///
/// let live = PostgresOptions::from_url("postgresql://app@localhost/app")?;
/// let shadow = PostgresShadow::beside(live);
/// let migrations = Migrations::from_directory("migrations")?;
/// let replayed = replay(&shadow, migrations.as_slice(), &ReplayOptions::default()).await?;
/// println!("{}", replayed.snapshot);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct PostgresShadow {
    place: Place,
    env: Arc<TokioEnv>,
}

#[derive(Clone, Debug)]
enum Place {
    /// A database of its own on the server of this one.
    Beside(Arc<PostgresOptions>),
    /// This database; and the live one, which it must not be.
    Given { shadow: Arc<PostgresOptions>, live: Option<Arc<PostgresOptions>> },
}

impl PostgresShadow {
    /// Makes a database of its own for each use, on the server of a database, with its encoding and locale, and drops it
    /// afterwards. The role needs the right CREATEDB.
    ///
    /// Its name begins with `migsafe_shadow_`. What a killed run leaves is dropped by the next one: a database of
    /// such a name that belongs to the same role and whose maker is gone.
    #[must_use]
    pub fn beside(live: PostgresOptions) -> Self {
        Self { place: Place::Beside(Arc::new(live.for_writing())), env: Arc::new(TokioEnv) }
    }

    /// Uses a database that is there for nothing else, and leaves it empty.
    ///
    /// It must be empty the first time. It is marked then with a comment, and from then on everything in it is removed
    /// before and after each use. With a live database it is proven first that it is not that one.
    #[must_use]
    pub fn at(shadow: PostgresOptions, live: Option<PostgresOptions>) -> Self {
        let live = live.map(|live| Arc::new(live.for_writing()));
        let shadow = Arc::new(shadow.for_writing());
        Self { place: Place::Given { shadow, live }, env: Arc::new(TokioEnv) }
    }

    /// Where the settings come from: the live database, or the given one.
    fn model(&self) -> &Arc<PostgresOptions> {
        match &self.place {
            Place::Beside(live) | Place::Given { live: Some(live), .. } => live,
            Place::Given { shadow, live: None } => shadow,
        }
    }
}

#[async_trait]
impl ShadowProvider for PostgresShadow {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn describe(&self) -> String {
        match &self.place {
            Place::Beside(live) => format!("a throw-away database beside {}", live.describe()),
            Place::Given { shadow, .. } => shadow.describe(),
        }
    }

    fn env(&self) -> Arc<dyn Env> {
        Arc::<TokioEnv>::clone(&self.env)
    }

    async fn surroundings(&self) -> Result<String, StoreError> {
        let of_model = Surroundings::of(self.model()).await?;
        let server = match &self.place {
            Place::Beside(_) | Place::Given { live: None, .. } => String::new(),
            Place::Given { shadow, live: Some(_) } => Surroundings::of(shadow).await?.to_text(),
        };
        Ok(format!("{}{server}", of_model.to_text()))
    }

    async fn open(&self) -> Result<Box<dyn ShadowDatabase>, StoreError> {
        let surroundings = Surroundings::of(self.model()).await?;
        Ok(Box::new(match &self.place {
            Place::Beside(live) => made::open(live, &surroundings, self.env()).await?,
            Place::Given { shadow, live } => {
                given::open(shadow, live.as_deref(), &surroundings, &*self.env).await?
            }
        }))
    }
}
