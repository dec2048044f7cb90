//! What a SQLite statement means for the transaction around it, read from its tokens.

use crate::sql::statement::{Fact, TransactionClass};
use crate::sql::token::{Kind, Tokens};

/// The class and the facts of one statement.
pub(super) fn classify(t: Tokens<'_>) -> (TransactionClass, Vec<Fact>) {
    let word = t.word(0).unwrap_or_default().to_ascii_uppercase();
    let (class, fact) = match word.as_str() {
        "BEGIN" => (TransactionClass::Controls, Fact::BeginsTransaction),
        "COMMIT" | "END" => (TransactionClass::Controls, Fact::EndsTransaction),
        "ROLLBACK" => {
            let next = if t.is(1, "TRANSACTION") { 2 } else { 1 };
            if t.is(next, "TO") {
                return (TransactionClass::MayRun, Vec::new());
            }
            (TransactionClass::Controls, Fact::RollsBack)
        }
        "ATTACH" | "DETACH" => (TransactionClass::MayRun, Fact::Attach),
        "VACUUM" => {
            let refused = Fact::CannotRunInTransaction("VACUUM".to_owned());
            return (TransactionClass::MustNotRun, vec![Fact::Vacuum, refused]);
        }
        "PRAGMA" => (TransactionClass::MayRun, pragma(t)),
        _ => return (TransactionClass::MayRun, Vec::new()),
    };
    (class, vec![fact])
}

/// `PRAGMA [schema.]name [= value | (value)]`.
fn pragma(t: Tokens<'_>) -> Fact {
    let at = if t.punct(2, b'.') { 3 } else { 1 };
    let name = name(t, at).unwrap_or_default();
    let sets = t.punct(at + 1, b'=') || t.punct(at + 1, b'(');
    match name.as_str() {
        "foreign_keys" if sets => Fact::ForeignKeysPragma {
            on: boolean(t, at + 2),
        },
        "journal_mode" if sets => {
            let mode = self::name(t, at + 2).unwrap_or_else(|| t.raw(at + 2).to_lowercase());
            Fact::JournalModePragma(mode)
        }
        _ => Fact::Pragma(name),
    }
}

/// A name or a string in lower case: SQLite takes either for the other here.
fn name(t: Tokens<'_>, i: usize) -> Option<String> {
    let name = match t.get(i)?.kind {
        Kind::Word => t.raw(i).to_owned(),
        Kind::Text | Kind::Quoted => t.unquoted(i)?,
        _ => return None,
    };
    Some(name.to_lowercase())
}

/// A pragma's boolean as SQLite reads it: a number by its lowest byte, three words for true, and
/// everything else false.
fn boolean(t: Tokens<'_>, i: usize) -> bool {
    let i = if t.punct(i, b'+') { i + 1 } else { i };
    let value = name(t, i).unwrap_or_else(|| t.raw(i).to_owned());
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return value[..digits]
            .parse::<u32>()
            .is_ok_and(|number| number % 256 != 0);
    }
    matches!(value.as_str(), "on" | "yes" | "true")
}
