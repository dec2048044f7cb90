//! Expressions, as far as a migration tool has to understand them.

use std::ops::Range;

/// How the value of an expression depends on when and for which row it is computed
/// (PostgreSQL manual, section 38.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Volatility {
    /// A literal, or literals combined by operators, casts and immutable functions of the system.
    Constant,
    /// The same for a whole statement: `now()`, `CURRENT_TIMESTAMP`, `CURRENT_USER`. PostgreSQL 11 and newer
    /// stores it once and does not rewrite the table.
    Stable,
    /// Another value for each row: `random()`, `gen_random_uuid()`, `clock_timestamp()`, `nextval()`.
    Volatile,
    /// Calls something that is not known here.
    Unknown,
}

/// An expression as it stands in the script.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expression {
    /// Its text, as written.
    pub text: String,
    /// Its bytes in the script.
    pub range: Range<usize>,
    /// What its value depends on.
    pub volatility: Volatility,
    /// True for the literal `NULL`, also with a cast.
    pub is_null: bool,
    /// Functions that it calls, folded like every name.
    pub calls: Vec<super::ObjectName>,
    /// Columns that it names, without their qualifier, as far as its text tells.
    pub columns: Vec<String>,
    /// SQLite: those of the columns that stand in double quotes without a qualifier. Where there is no such column,
    /// SQLite takes one for a string. Elsewhere empty.
    pub double_quoted: Vec<String>,
}
