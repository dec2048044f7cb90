//! From what SQLite keeps of a schema, its statements as they were typed, to objects.
//!
//! SQLite's own table `sqlite_schema` holds one statement per object, with later `ADD COLUMN`s put into it as they
//! were typed. They are parsed and printed again in one form: white space, comments, key words and quotation marks
//! do not count, and neither does whether a constraint stands at its column or at the end of the table. So a table
//! made at once equals one made in steps, or made anew under another name and renamed.
//!
//! ```
//! use migsafe_core::schema::sqlite::{StoredObject, objects};
//!
//! let of = |sql: &str| objects(&[StoredObject::new("table", "t", "t", Some(sql))]);
//! assert_eq!(
//!     of("CREATE TABLE t (id INTEGER PRIMARY KEY, a text not null default 'x')"),
//!     of("CREATE TABLE \"t\" (\n  [id] integer,\n  `a` TEXT DEFAULT ('x') NOT NULL, -- why\n  PRIMARY KEY (id))"),
//! );
//! ```

mod print;
mod stored;
mod table;
mod vocabulary;

pub use stored::{StoredObject, objects};
