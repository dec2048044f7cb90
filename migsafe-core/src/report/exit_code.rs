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
    /// The one of two that is said when both fit.
    #[must_use]
    pub fn graver(self, other: Self) -> Self {
        let rank = |code: Self| match code {
            Self::Usage => 6,
            Self::Failure => 5,
            Self::Lock => 4,
            Self::Refused => 3,
            Self::Drift => 2,
            Self::NotUpToDate => 1,
            Self::Ok => 0,
        };
        if rank(other) > rank(self) { other } else { self }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graver_one_is_said() {
        let order = [
            ExitCode::Usage,
            ExitCode::Failure,
            ExitCode::Lock,
            ExitCode::Refused,
            ExitCode::Drift,
            ExitCode::NotUpToDate,
            ExitCode::Ok,
        ];
        for (at, graver) in order.iter().enumerate() {
            for other in &order[at..] {
                assert_eq!((graver.graver(*other), other.graver(*graver)), (*graver, *graver));
            }
        }
        assert_eq!(order.map(ExitCode::code), [2, 1, 5, 4, 6, 3, 0]);
    }
}
