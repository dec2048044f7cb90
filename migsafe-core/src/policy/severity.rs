//! How grave a finding is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The severity of a finding, ordered: `off < note < warn < error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a fifth level would change the meaning of every policy"
)]
pub enum Severity {
    /// Not reported.
    Off,
    /// Worth knowing.
    Note,
    /// Worth acting on; nothing is refused.
    Warn,
    /// Refused, unless the policy's failing level is changed.
    Error,
}

impl Severity {
    /// All levels, lowest first.
    pub const ALL: [Self; 4] = [Self::Off, Self::Note, Self::Warn, Self::Error];

    /// The name used in reports and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|level| level.name() == text).ok_or_else(|| {
            format!("no severity is named {text:?}; there are off, note, warn and error")
        })
    }
}
