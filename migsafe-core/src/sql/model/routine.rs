//! Functions, procedures, triggers.

use super::{ObjectName, Volatility};

/// `CREATE FUNCTION` and `CREATE PROCEDURE`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoutineDefinition {
    /// Its name.
    pub name: ObjectName,
    /// `PROCEDURE`.
    pub procedure: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// The language in lower case; `sql` for a `BEGIN ATOMIC` or `RETURN` body.
    pub language: Option<String>,
    /// `IMMUTABLE` (as [`Volatility::Constant`]), `STABLE` or `VOLATILE`, when given.
    pub volatility: Option<Volatility>,
    /// `SECURITY DEFINER`.
    pub security_definer: bool,
    /// `SET search_path` among its options.
    pub sets_search_path: bool,
    /// Its body.
    pub body: Body,
}

/// What is known of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// None is given (`C`, `internal`).
    None,
    /// It was read: what it would do when it is called. Places are those of the script.
    Read(Vec<super::Action>),
    /// It was not read, or only in part: why.
    Opaque(String),
}

/// `CREATE TRIGGER`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trigger {
    /// Its name.
    pub name: ObjectName,
    /// Its table or view.
    pub table: ObjectName,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `FOR EACH ROW`.
    pub for_each_row: bool,
    /// The function it executes; SQLite: none.
    pub function: Option<ObjectName>,
    /// SQLite: the relations that its body reads or writes, as far as its text tells.
    pub uses: Vec<ObjectName>,
    /// The columns after `UPDATE OF`.
    pub update_of: Vec<String>,
    /// The columns of its table that it names as `NEW.x` or `OLD.x`, in `WHEN` and in SQLite's body.
    pub columns: Vec<String>,
}
