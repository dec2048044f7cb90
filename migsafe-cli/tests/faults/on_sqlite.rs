//! The migrations that are deployed to SQLite, and what may be left of it.

use std::path::PathBuf;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};

use crate::common::{Marks, Project, Ran, Scripts};

/// Small steps, among them a rebuild as Prisma writes it.
pub(crate) const SMALL: &Scripts = &[
    (
        "20250101000001_log",
        "CREATE TABLE log (mark TEXT NOT NULL);\nINSERT INTO log VALUES ('log');\n",
        &["log"],
    ),
    (
        "20250101000002_data",
        "CREATE TABLE parent (id INTEGER PRIMARY KEY);\n\
         CREATE TABLE data (id INTEGER PRIMARY KEY, v TEXT NOT NULL REFERENCES parent (id));\n\
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)\n\
         INSERT INTO parent SELECT i FROM n;\nINSERT INTO data SELECT id, id FROM parent;\n\
         INSERT INTO log VALUES ('data');\n",
        &["data"],
    ),
    ("20250101000003_change", REBUILD, &["change"]),
    ("20250101000004_last", "INSERT INTO log VALUES ('last');\n", &["last"]),
];

/// The same, and one that writes a megabyte and takes its time.
pub(crate) const BIG: &Scripts = &[
    SMALL[0],
    SMALL[1],
    (
        "20250101000002_more",
        "CREATE TABLE more (id INTEGER PRIMARY KEY, v TEXT NOT NULL);\n\
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)\n\
         INSERT INTO more SELECT i, printf('%0100d', i) FROM n;\n\
         CREATE INDEX more_v ON more (v);\n\
         INSERT INTO log VALUES ('more');\nUPDATE more SET v = v || '!' WHERE id > 0;\n",
        &["more"],
    ),
    SMALL[2],
    SMALL[3],
];

const REBUILD: &str = "-- RedefineTables\n\
    PRAGMA defer_foreign_keys=ON;\nPRAGMA foreign_keys=OFF;\n\
    CREATE TABLE new_data (id INTEGER PRIMARY KEY, v TEXT NOT NULL REFERENCES parent (id), w TEXT);\n\
    INSERT INTO new_data (id, v, w) SELECT id, v, v || '!' FROM data;\n\
    DROP TABLE data;\nALTER TABLE new_data RENAME TO data;\n\
    PRAGMA foreign_keys=ON;\nPRAGMA defer_foreign_keys=OFF;\n\
    INSERT INTO log VALUES ('change');\n";

/// A database file and a folder to deploy to it.
pub(crate) struct OnSqlite {
    pub(crate) project: Project,
}

impl OnSqlite {
    /// No file yet, or an empty one in WAL mode.
    pub(crate) fn new(scripts: &'static Scripts, wal: bool) -> Self {
        let on = Self { project: Project::new(scripts, "sqlite:test.db") };
        if wal {
            let mode = on.query("PRAGMA journal_mode = WAL").unwrap();
            assert_eq!(mode, [["wal"]]);
        }
        on
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.project.path().join("test.db")
    }

    /// Rows as text.
    pub(crate) fn query(&self, sql: &str) -> Result<Vec<Vec<String>>, sqlx::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let options = SqliteConnectOptions::new().filename(self.file()).create_if_missing(true);
            let mut connection: SqliteConnection = options.connect().await?;
            let sql = AssertSqlSafe(sql.to_owned());
            let rows = sqlx::raw_sql(sql).fetch_all(&mut connection).await?;
            connection.close().await?;
            let text = |row: &sqlx::sqlite::SqliteRow, n| row.try_get_unchecked(n);
            rows.iter().map(|row| (0..row.len()).map(|n| text(row, n)).collect()).collect()
        })
    }

    /// How often each mark is there; none without the file or the table.
    pub(crate) fn marks(&self) -> Marks {
        if !self.file().exists() {
            return Marks::new();
        }
        match self.query("SELECT mark, CAST(count(*) AS TEXT) FROM log GROUP BY mark") {
            Ok(rows) => rows.iter().map(|row| (row[0].clone(), row[1].parse().unwrap())).collect(),
            Err(error) if error.to_string().contains("no such table") => Marks::new(),
            Err(error) => panic!("{error}"),
        }
    }

    /// What `status` says, before anybody else has opened the file, and then what is in it.
    #[track_caller]
    pub(crate) fn check_truth(&self, context: &str) {
        let ran = self.project.status();
        self.check_file(context);
        let marks = self.marks();
        self.project.judge(context, &marks, &ran, &marks);
    }

    #[track_caller]
    fn check_file(&self, context: &str) {
        if self.file().exists() {
            assert_eq!(self.query("PRAGMA integrity_check").unwrap(), [["ok"]], "{context}");
            assert!(self.query("PRAGMA foreign_key_check").unwrap().is_empty(), "{context}");
        }
    }

    #[track_caller]
    pub(crate) fn deploy_and_check(&self, context: &str) {
        let ran = self.project.run(&["deploy", "--lock-wait", "50", "--format", "json"]);
        self.check_left(context, &ran);
    }

    #[track_caller]
    pub(crate) fn check_finished(&self, context: &str) {
        self.check_left(context, &self.project.status());
    }

    #[track_caller]
    fn check_left(&self, context: &str, ran: &Ran) {
        self.project.check_finished(context, ran, &self.marks());
        self.check_file(context);
        let wrong = "SELECT id FROM data WHERE w IS NOT v || '!' OR id <> v";
        assert!(self.query(wrong).unwrap().is_empty(), "{context}");
        let count = self.query("SELECT CAST(count(*) AS TEXT) FROM data").unwrap();
        assert_eq!(count, [["50"]], "{context}");
    }
}
