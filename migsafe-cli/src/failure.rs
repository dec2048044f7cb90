//! Why a command did not do what it was asked to do.

use migsafe_core::Error;
use migsafe_core::migrations::MigrationsError;
use migsafe_core::report::{ExitCode, Problem};
use migsafe_core::store::StoreError;

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
