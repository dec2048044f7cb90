//! Why a command did not do what it was asked to do.

use migsafe_core::migrations::{LockFile, MigrationsError};
use migsafe_core::report::{ExitCode, Problem};
use migsafe_core::schema::DiffError;
use migsafe_core::store::StoreError;
use migsafe_core::{Error, Report};

pub(crate) enum Failure {
    /// An error of the engine, with its report.
    Engine(Error),
    /// Something that the engine never saw.
    Problem(Problem, ExitCode),
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Problem(Problem::new("usage", message).with_help(help), ExitCode::Usage)
    }

    pub(crate) fn stopped(code: &'static str, message: impl Into<String>, help: &str) -> Self {
        Self::Problem(Problem::new(code, message).with_help(help), ExitCode::Failure)
    }

    /// Nothing says what the SQL is written for, the folder's `migration_lock.toml` neither.
    pub(crate) fn unknown_dialect(lock_file: &LockFile) -> Self {
        let why = match lock_file {
            LockFile::Absent => "there is no migration_lock.toml and no database URL".to_owned(),
            LockFile::Present { provider: Some(provider) } => format!(
                "migration_lock.toml says provider `{provider}`, which is neither postgresql nor sqlite, and there is \
                 no database URL"
            ),
            _ => "migration_lock.toml names no provider, and there is no database URL".to_owned(),
        };
        let message = format!("what the SQL is written for is not known: {why}");
        let help = "give --dialect postgresql or --dialect sqlite";
        Self::Problem(Problem::new("unknown-dialect", message).with_help(help), ExitCode::Usage)
    }

    /// The URL that cannot be used is not the one that everybody thinks of first.
    pub(crate) fn url(which: &str, error: &StoreError) -> Self {
        let message = format!("{which}: {error}");
        let problem = Problem::new(error.code().name(), message).with_help(error.help());
        Self::Problem(problem, ExitCode::Usage)
    }

    /// Two schemas that cannot be compared.
    pub(crate) fn schemas(error: &DiffError) -> Self {
        let problem = Problem::new(error.code(), error.to_string()).with_help(error.help());
        Self::Problem(problem, ExitCode::Usage)
    }

    /// The same after something was done: what, and what to do next.
    pub(crate) fn within(&self, done: &str, help: String) -> Self {
        let problem = match self {
            Self::Engine(error) => Problem::from(error),
            Self::Problem(problem, _) => problem.clone(),
        };
        let message = format!("{done}: {}", problem.message());
        let problem = Problem::new(problem.code().to_owned(), message).with_help(help);
        Self::Problem(problem, self.exit_code())
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Engine(error) => error.code(),
            Self::Problem(problem, _) => problem.code(),
        }
    }

    /// What was done before, if anything.
    pub(crate) fn report(&self) -> Option<&Report> {
        match self {
            Self::Engine(error) => error.report(),
            Self::Problem(..) => None,
        }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Engine(error) => error.exit_code(),
            Self::Problem(_, code) => *code,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<MigrationsError> for Failure {
    fn from(error: MigrationsError) -> Self {
        Self::Engine(error.into())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Engine(error.into())
    }
}
