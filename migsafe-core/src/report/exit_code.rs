//! Exit codes of the command line, for programs that act like it.

/// The exit codes. Documented, tested, never reused.
///
/// When several fit, the order of precedence is `Usage`, `Failure`, `Lock`, `Refused`, `Drift`, `NotUpToDate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExitCode {
    /// All good.
    Ok,
    /// Could not find out or could not finish: connection, I/O, SQL error.
    Failure,
    /// Wrong usage.
    Usage,
    /// Nothing refused, but not up to date: pending, rolled back, running.
    NotUpToDate,
    /// Refused: findings at or above the failing severity.
    Refused,
    /// The migration lock was not obtained.
    Lock,
    /// Drift, or a failed verification.
    Drift,
}

impl ExitCode {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::NotUpToDate => 3,
            Self::Refused => 4,
            Self::Lock => 5,
            Self::Drift => 6,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.code())
    }
}
