//! Where a database stands: development, staging, production.

use std::fmt;
use std::str::FromStr;

/// The three built-in grades of strictness, ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "every rule gives a severity for exactly these three")]
pub enum Tier {
    /// A database that may be thrown away.
    Development,
    /// A rehearsal of production.
    Staging,
    /// Data that must not be lost.
    Production,
}

/// The environment a policy is for: a name, and the grade of strictness it takes its defaults from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    name: String,
    tier: Tier,
}

impl Environment {
    /// The built-in `development`.
    #[must_use]
    pub fn development() -> Self {
        Self::named("development", Tier::Development)
    }

    /// The built-in `staging`.
    #[must_use]
    pub fn staging() -> Self {
        Self::named("staging", Tier::Staging)
    }

    /// The built-in `production`, also the default: what is not named is treated as the most valuable.
    #[must_use]
    pub fn production() -> Self {
        Self::named("production", Tier::Production)
    }

    /// An environment of your own, with the defaults of a tier.
    pub fn named(name: impl Into<String>, tier: Tier) -> Self {
        Self { name: name.into(), tier }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tier it takes its defaults from.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::production()
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Environment {
    type Err = String;

    /// One of the built-in names.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "development" => Ok(Self::development()),
            "staging" => Ok(Self::staging()),
            "production" => Ok(Self::production()),
            _ => Err(format!(
                "no environment is named {text:?}; there are development, staging and production"
            )),
        }
    }
}
