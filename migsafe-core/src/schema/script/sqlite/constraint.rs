//! A constraint of a table.

use super::name::quoted;
use super::words::{Word, words};
use crate::schema::{Attribute, Object};

/// A constraint, its definition read.
#[derive(Clone, Debug)]
pub(super) struct Constraint<'a> {
    pub(super) object: &'a Object,
    pub(super) definition: &'a str,
    /// The columns of a key, in order; nothing for a check.
    pub(super) columns: Vec<String>,
    /// The table that a foreign key refers to, and the columns there if it names them.
    pub(super) target: Option<(String, Vec<String>)>,
    /// The name without the number that tells it from others of that name, and the number.
    numbered: (&'a str, u64),
}

/// What a reader of snapshots puts behind a primary key that stands at its column and descends.
const DESCENDING_AT_COLUMN: &str = " DESC at the column";

impl<'a> Constraint<'a> {
    /// `has_name` says whether a name is one of the table's constraints.
    pub(super) fn of(object: &'a Object, has_name: impl Fn(&str) -> bool) -> Self {
        let definition = object.get_text(Attribute::Definition).unwrap_or_default();
        let words = words(definition);
        let mut lists = lists(&words);
        let is = |ty| object.get_text(Attribute::Type) == Some(ty);
        let columns = match is("CHECK") {
            true => Vec::new(),
            false => lists.next().map(|(_, names)| names).unwrap_or_default(),
        };
        let references = words.iter().position(|word| word.is("REFERENCES"));
        let target = references.filter(|_| is("FOREIGN KEY")).and_then(|at| {
            let table = words.get(at + 1)?.name()?;
            let columns = lists.next().filter(|(open, _)| *open == at + 2);
            Some((table, columns.map(|(_, names)| names).unwrap_or_default()))
        });
        let numbered = numbered(object.key().name(), has_name);
        Self { object, definition, columns, target, numbered }
    }

    pub(super) fn is_primary_key(&self) -> bool {
        self.object.get_text(Attribute::Type) == Some("PRIMARY KEY")
    }

    pub(super) fn is_check(&self) -> bool {
        self.object.get_text(Attribute::Type) == Some("CHECK")
    }

    /// A primary key that stands at its column and descends is no other name for the number of the row.
    pub(super) fn is_descending_at_column(&self) -> bool {
        self.is_primary_key() && self.definition.contains(&format!("{DESCENDING_AT_COLUMN})"))
    }

    /// Whether a column is known to be a part of it, or may be.
    pub(super) fn mentions(&self, column: &str) -> bool {
        super::words::mentions(self.definition, column)
    }

    /// What it does with rows that it does not take, unless it refuses them.
    pub(super) fn on_conflict(&self) -> Option<&'a str> {
        const ACTIONS: [&str; 5] = ["ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK"];
        let (_, action) = self.definition.rsplit_once(") ON CONFLICT ")?;
        ACTIONS.contains(&action).then_some(action)
    }

    /// The name that somebody gave it. One without a name is known by what it says, and by a number if several say
    /// the same.
    pub(super) fn given_name(&self) -> Option<&'a str> {
        let (name, _) = self.numbered;
        let unnamed = match self.object.get_text(Attribute::Type)? {
            "PRIMARY KEY" => "PRIMARY KEY",
            "FOREIGN KEY" => self.definition.get(..self.end_of_columns())?,
            _ => match self.on_conflict() {
                Some(action) => {
                    self.definition.strip_suffix(action)?.strip_suffix(" ON CONFLICT ")?
                }
                None => self.definition,
            },
        };
        (name != unnamed).then_some(name)
    }

    /// What it is put in order by: constraints of one name keep their order.
    pub(super) fn rank(&self) -> (u64, u8, &'a str) {
        let kind = match self.object.get_text(Attribute::Type) {
            Some("PRIMARY KEY") => 0,
            Some("UNIQUE") => 1,
            Some("CHECK") => 2,
            _ => 3,
        };
        let (name, number) = self.numbered;
        (number, kind, name)
    }

    /// It in `CREATE TABLE`.
    pub(super) fn sql(&self) -> String {
        self.named(&format!("{}{}", self.definition, self.deferral()))
    }

    /// A primary key of one column as it stands at this column, where that can be.
    pub(super) fn sql_of_key_at(&self, column: &str) -> Option<String> {
        let end = self.end_of_columns();
        let list = self.definition.get(..end)?.strip_prefix("PRIMARY KEY (")?.strip_suffix(')')?;
        let order = match list.strip_suffix(DESCENDING_AT_COLUMN) {
            Some(_) => " DESC",
            None if words(list).len() == 1 => "",
            None => return None,
        };
        let is_it = self.is_primary_key() && self.columns.as_slice() == [column];
        let increments = match self.object.has(Attribute::Autoincrement) {
            true => " AUTOINCREMENT",
            false => "",
        };
        let rest = self.definition.get(end..)?;
        is_it.then(|| self.named(&format!("PRIMARY KEY{order}{rest}{increments}")))
    }

    /// It at a column that is added.
    pub(super) fn sql_at_column(&self) -> String {
        let text = match &self.target {
            Some(_) => {
                self.definition.get(self.end_of_columns()..).unwrap_or_default().trim_start()
            }
            None => self.definition,
        };
        self.named(&format!("{text}{}", self.deferral()))
    }

    /// The name in front of the text, if it has one.
    pub(super) fn named(&self, text: &str) -> String {
        match self.given_name() {
            Some(name) => format!("CONSTRAINT {} {text}", quoted(name)),
            None => text.to_owned(),
        }
    }

    fn deferral(&self) -> &'static str {
        match (
            self.object.has(Attribute::Deferrable),
            self.object.has(Attribute::InitiallyDeferred),
        ) {
            (true, true) => " DEFERRABLE INITIALLY DEFERRED",
            (true, false) => " DEFERRABLE",
            _ => "",
        }
    }

    /// Where the list of a foreign key's columns ends.
    fn end_of_columns(&self) -> usize {
        let words = words(self.definition);
        let close = words.iter().find(|word| word.is(")"));
        close.map_or(self.definition.len(), |close| close.start + 1)
    }
}

/// `a (2)` is the second that would be called `a`.
fn numbered(name: &str, has_name: impl Fn(&str) -> bool) -> (&str, u64) {
    let parts = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match parts.and_then(|(name, number)| Some((name, number.parse::<u64>().ok()?))) {
        Some((name, number)) if number > 1 && has_name(name) => (name, number),
        _ => (name, 1),
    }
}

/// The names in each pair of parentheses, and where it opens.
fn lists<'w>(words: &'w [Word<'_>]) -> impl Iterator<Item = (usize, Vec<String>)> + 'w {
    let opens = words.iter().enumerate().filter(|(_, word)| word.is("("));
    opens.map(|(open, _)| {
        let inside = words.get(open..).unwrap_or_default();
        let close = inside.iter().position(|word| word.is(")")).unwrap_or(inside.len());
        let inside = inside.get(1..close).unwrap_or_default();
        let names = inside
            .split(|word| word.is(","))
            .filter_map(|words| words.first().and_then(Word::name))
            .collect();
        (open, names)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Kind, ObjectKey};

    fn constraint(ty: &str, name: &str, definition: &str) -> Object {
        Object::new(ObjectKey::within(Kind::Constraint, None, "t", name))
            .text(Attribute::Type, ty)
            .text(Attribute::Definition, definition)
    }

    #[test]
    fn a_foreign_key_is_read() {
        let text = "FOREIGN KEY (a, \"b ) c\") REFERENCES \"x(\" (id, \"of\") ON DELETE SET NULL";
        let object = constraint("FOREIGN KEY", "FOREIGN KEY (a, \"b ) c\")", text)
            .flag(Attribute::Deferrable);
        let key = Constraint::of(&object, |_| false);
        assert_eq!(key.columns, ["a", "b ) c"]);
        assert_eq!(key.target, Some(("x(".to_owned(), vec!["id".to_owned(), "of".to_owned()])));
        assert_eq!(key.sql(), format!("{text} DEFERRABLE"));
        let text = "FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE";
        let short = constraint("FOREIGN KEY", "why", text);
        let key = Constraint::of(&short, |_| false);
        assert_eq!(key.target, Some(("p".to_owned(), vec![])));
        assert_eq!(key.sql_at_column(), "CONSTRAINT why REFERENCES p ON DELETE CASCADE");
    }

    #[test]
    fn only_given_names_are_names() {
        let names = ["CHECK (a > 0)", "positive", "FOREIGN KEY (a)"];
        for (ty, name, definition, given) in [
            ("CHECK", "CHECK (a > 0)", "CHECK (a > 0)", None),
            ("CHECK", "CHECK (a > 0) (2)", "CHECK (a > 0)", None),
            ("CHECK", "CHECK (a IN (2))", "CHECK (a IN (2))", None),
            ("CHECK", "positive", "CHECK (a > 0)", Some("positive")),
            ("CHECK", "positive (2)", "CHECK (a > 0)", Some("positive")),
            ("CHECK", "other (2)", "CHECK (a > 0)", Some("other (2)")),
            ("UNIQUE", "UNIQUE (a)", "UNIQUE (a) ON CONFLICT IGNORE", None),
            ("UNIQUE", "u", "UNIQUE (a) ON CONFLICT IGNORE", Some("u")),
            ("PRIMARY KEY", "PRIMARY KEY", "PRIMARY KEY (a)", None),
            ("FOREIGN KEY", "FOREIGN KEY (a) (3)", "FOREIGN KEY (a) REFERENCES p", None),
        ] {
            let object = constraint(ty, name, definition);
            let constraint = Constraint::of(&object, |name| names.contains(&name));
            assert_eq!(constraint.given_name(), given, "{name}");
        }
    }

    #[test]
    fn a_key_of_one_column_stands_at_it() {
        let key = |name: &str, definition: &str, column: &str| {
            let object = constraint("PRIMARY KEY", name, definition);
            let object = match name {
                "auto" => object.flag(Attribute::Autoincrement),
                _ => object,
            };
            Constraint::of(&object, |_| false).sql_of_key_at(column)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(key("PRIMARY KEY", "PRIMARY KEY (a)", "a"), some("PRIMARY KEY"));
        assert_eq!(
            key("auto", "PRIMARY KEY (\"a)\") ON CONFLICT FAIL", "a)"),
            some("CONSTRAINT auto PRIMARY KEY ON CONFLICT FAIL AUTOINCREMENT")
        );
        let descending = "PRIMARY KEY (a DESC at the column)";
        assert_eq!(key("PRIMARY KEY", descending, "a"), some("PRIMARY KEY DESC"));
        for definition in
            ["PRIMARY KEY (a, b)", "PRIMARY KEY (a COLLATE NOCASE)", "PRIMARY KEY (b)"]
        {
            assert_eq!(key("PRIMARY KEY", definition, "a"), None);
        }
    }
}
