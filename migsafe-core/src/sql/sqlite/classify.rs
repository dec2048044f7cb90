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
        "foreign_keys" if sets => Fact::ForeignKeysPragma { on: boolean(t, at + 2) },
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
        return value[..digits].parse::<u32>().is_ok_and(|number| number % 256 != 0);
    }
    matches!(value.as_str(), "on" | "yes" | "true")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::sqlite::scan;

    fn read(sql: &str) -> (TransactionClass, Vec<Fact>) {
        classify(Tokens::new(sql, &scan::scan(sql).tokens))
    }

    #[test]
    fn transaction_control() {
        use TransactionClass::{Controls, MayRun, MustNotRun};
        for (sql, class, expected) in [
            ("BEGIN", Controls, Some(Fact::BeginsTransaction)),
            ("begin immediate transaction", Controls, Some(Fact::BeginsTransaction)),
            ("COMMIT", Controls, Some(Fact::EndsTransaction)),
            ("END TRANSACTION", Controls, Some(Fact::EndsTransaction)),
            ("ROLLBACK", Controls, Some(Fact::RollsBack)),
            ("ROLLBACK TO a", MayRun, None),
            ("ROLLBACK TRANSACTION TO SAVEPOINT a", MayRun, None),
            ("SAVEPOINT a", MayRun, None),
            ("RELEASE a", MayRun, None),
            ("ATTACH 'x' AS y", MayRun, Some(Fact::Attach)),
            ("DETACH DATABASE y", MayRun, Some(Fact::Attach)),
            ("EXPLAIN BEGIN", MayRun, None),
            ("\"BEGIN\"", MayRun, None),
            ("[COMMIT]", MayRun, None),
        ] {
            assert_eq!(read(sql), (class, expected.into_iter().collect()), "{sql}");
        }
        let (class, facts) = read("VACUUM INTO 'x'");
        assert_eq!((class, &facts[0]), (MustNotRun, &Fact::Vacuum));
    }

    #[test]
    fn foreign_keys_in_all_spellings() {
        for value in
            ["OFF", "(0)", "'off'", "no", "False", "\"OFF\"", "0", "-1", "256", "maybe", "[no]"]
        {
            let sql = format!("PRAGMA foreign_keys={value}").replace("=(", "(");
            assert_eq!(read(&sql).1, [Fact::ForeignKeysPragma { on: false }], "{sql}");
        }
        for value in ["ON", "(1)", "'on'", "yes", "TRUE", "`true`", "1", "+1", "2", "1.5"] {
            let sql = format!("pragma main . Foreign_Keys = {value}").replace("= (", "(");
            assert_eq!(read(&sql).1, [Fact::ForeignKeysPragma { on: true }], "{sql}");
        }
        assert_eq!(read("PRAGMA foreign_keys").1, [Fact::Pragma("foreign_keys".into())]);
        assert_eq!(read("PRAGMA \"foreign_keys\"=0").1, [Fact::ForeignKeysPragma { on: false }]);
        assert_eq!(read("PRAGMA foreign_keys=").1, [Fact::ForeignKeysPragma { on: false }]);
    }

    #[test]
    fn other_pragmas() {
        for sql in ["PRAGMA journal_mode = WAL", "PRAGMA x.journal_mode('wal')"] {
            assert_eq!(read(sql).1, [Fact::JournalModePragma("wal".into())], "{sql}");
        }
        assert_eq!(read("PRAGMA journal_mode").1, [Fact::Pragma("journal_mode".into())]);
        assert_eq!(
            read("PRAGMA defer_foreign_keys=ON").1,
            [Fact::Pragma("defer_foreign_keys".into())]
        );
        assert_eq!(read("PRAGMA").1, [Fact::Pragma(String::new())]);
    }
}
