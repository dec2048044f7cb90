//! A schema with every kind of object, and single changes to it.

/// Uses every kind of object.
pub(crate) const RICH: &str = "
    CREATE TABLE users (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL DEFAULT 'nobody' COLLATE NOCASE,
        email VARCHAR(40) UNIQUE,
        age INT CHECK (age >= 0),
        price DECIMAL(10, 2),
        doubled AS (price * 2) STORED,
        twice AS (age * 2),
        created DATETIME DEFAULT CURRENT_TIMESTAMP,
        CONSTRAINT named CHECK (length(name) < 100)
    );
    CREATE TABLE posts (
        author INTEGER REFERENCES users ON DELETE CASCADE,
        reviewer INTEGER,
        title TEXT,
        PRIMARY KEY (author, title),
        FOREIGN KEY (reviewer) REFERENCES users (id) ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED
    ) WITHOUT ROWID;
    CREATE TABLE strictly (a INTEGER UNIQUE, b ANY) STRICT;
    CREATE INDEX by_title ON posts (lower(title) DESC, reviewer COLLATE NOCASE) WHERE title <> '';
    CREATE UNIQUE INDEX by_age ON users (age);
    CREATE VIEW authors (name) AS SELECT u.name FROM users u JOIN posts p ON p.author = u.id;
    CREATE TRIGGER no_empty BEFORE INSERT ON posts WHEN new.title = '' BEGIN
        SELECT raise(ABORT, 'empty'); UPDATE users SET age = age + 1 WHERE id = new.author;
    END;
    CREATE VIRTUAL TABLE search USING fts5(title, content='');";

/// Name, the text of [`RICH`] that is replaced, by what, and a part of what the comparison has to say.
pub(crate) const CHANGES: &[(&str, &str, &str, &str)] = &[
    (
        "add a table",
        "CREATE TABLE strictly",
        "CREATE TABLE more (x); CREATE TABLE strictly",
        "added table more",
    ),
    (
        "drop a table",
        "CREATE TABLE strictly (a INTEGER UNIQUE, b ANY) STRICT;",
        "",
        "removed table strictly",
    ),
    ("add a column", "b ANY", "b ANY, c TEXT", "added column strictly.c"),
    ("drop a column", "a INTEGER UNIQUE, b ANY", "a INTEGER UNIQUE", "removed column strictly.b"),
    ("change a type", "age INT ", "age BIGINT ", "users.age: type: INT → BIGINT"),
    ("change a length", "VARCHAR(40)", "VARCHAR(41)", "users.email: type"),
    ("drop NOT NULL", "TEXT NOT NULL DEFAULT", "TEXT DEFAULT", "users.name: not null: yes → no"),
    (
        "change what NOT NULL does",
        "NOT NULL DEFAULT",
        "NOT NULL ON CONFLICT REPLACE DEFAULT",
        "users.name: options",
    ),
    ("change a default", "'nobody'", "'somebody'", "users.name: default: 'nobody' → 'somebody'"),
    ("drop a default", "DEFAULT CURRENT_TIMESTAMP", "", "users.created: default"),
    (
        "change a collation",
        "COLLATE NOCASE,\n",
        "COLLATE RTRIM,\n",
        "users.name: collation: NOCASE → RTRIM",
    ),
    ("change a generated column", "price * 2", "price * 3", "users.doubled: generated"),
    (
        "store a generated column",
        "twice AS (age * 2)",
        "twice AS (age * 2) STORED",
        "users.twice: generated",
    ),
    ("change a check", "age >= 0", "age > 0", "added constraint users.\"CHECK (age > 0)\""),
    ("change a named check", "length(name) < 100", "length(name) < 99", "users.named: definition"),
    ("drop a unique constraint", " UNIQUE,", ",", "removed constraint users.\"UNIQUE (email)\""),
    (
        "change what a unique constraint does",
        "UNIQUE,",
        "UNIQUE ON CONFLICT IGNORE,",
        "UNIQUE (email)\": definition",
    ),
    ("end autoincrement", " AUTOINCREMENT", "", "autoincrement: yes → no"),
    ("change a primary key", "(author, title)", "(title, author)", "PRIMARY KEY\": definition"),
    (
        "change what happens on delete",
        "ON DELETE CASCADE",
        "ON DELETE RESTRICT",
        "FOREIGN KEY (author)\": definition",
    ),
    (
        "change what happens on update",
        "ON UPDATE SET NULL",
        "ON UPDATE CASCADE",
        "FOREIGN KEY (reviewer)\": definition",
    ),
    ("never defer a foreign key", "DEFERRABLE INITIALLY DEFERRED", "", "deferrable: yes → no"),
    (
        "change the table of a foreign key",
        "REFERENCES users (id)",
        "REFERENCES strictly (a)",
        "FOREIGN KEY (reviewer)\": definition",
    ),
    ("give rows a number", " WITHOUT ROWID", "", "table posts: without rowid: yes → no"),
    ("be less strict", " STRICT;", ";", "table strictly: strict: yes → no"),
    ("change an index's expression", "lower(title)", "upper(title)", "index posts.by_title: keys"),
    (
        "change an index's direction",
        "lower(title) DESC",
        "lower(title)",
        "index posts.by_title: keys",
    ),
    (
        "change an index's collation",
        "reviewer COLLATE NOCASE",
        "reviewer",
        "index posts.by_title: keys",
    ),
    (
        "change an index's predicate",
        "WHERE title <> ''",
        "WHERE title <> 'x'",
        "index posts.by_title: predicate",
    ),
    (
        "make an index not unique",
        "CREATE UNIQUE INDEX",
        "CREATE INDEX",
        "index users.by_age: unique: yes → no",
    ),
    (
        "move an index",
        "by_age ON users (age)",
        "by_age ON strictly (a)",
        "added index strictly.by_age",
    ),
    ("change a view", "SELECT u.name", "SELECT upper(u.name)", "view authors: definition"),
    ("change the columns of a view", "authors (name)", "authors (who)", "view authors: definition"),
    (
        "change when a trigger fires",
        "BEFORE INSERT",
        "AFTER INSERT",
        "trigger posts.no_empty: definition",
    ),
    (
        "change the condition of a trigger",
        "new.title = ''",
        "new.title = ' '",
        "trigger posts.no_empty: definition",
    ),
    ("change what a trigger does", "age + 1", "age + 2", "trigger posts.no_empty: definition"),
    (
        "change a virtual table",
        "content=''",
        "tokenize='porter'",
        "virtual table search: definition",
    ),
];
