//! The migrations that are deployed to PostgreSQL, and what may be left of it.

use std::time::Duration;

use migsafe_testing::{Client, Database, Postgres, Row};

use crate::common::{Marks, Project, Ran, Scripts, until};

/// Four migrations in transactions, with data, and one by statement between them.
pub(crate) const SCRIPTS: &Scripts = &[
    (
        "20250101000001_log",
        "CREATE TABLE log (mark text);\nINSERT INTO log VALUES ('log');\n",
        &["log"],
    ),
    (
        "20250101000002_data",
        "CREATE TABLE data (id int PRIMARY KEY, v text NOT NULL);\n\
         INSERT INTO data SELECT n, n::text FROM generate_series(1, 300) AS n;\n\
         INSERT INTO log VALUES ('data');\n",
        &["data"],
    ),
    (
        "20250101000003_change",
        "UPDATE data SET v = v || '!' WHERE id > 0;\nINSERT INTO log VALUES ('change');\n",
        &["change"],
    ),
    (
        "20250101000004_index",
        "-- migsafe: no-transaction because the index is built concurrently\n\
         INSERT INTO log VALUES ('before');\n\
         CREATE INDEX CONCURRENTLY data_v ON data (v);\n\
         INSERT INTO log VALUES ('after');\n",
        &["before", "after"],
    ),
    ("20250101000005_last", "INSERT INTO log VALUES ('last');\n", &["last"]),
];

/// The same with statements that take their time: a sleep, a query, the build of an index.
pub(crate) const SLOW: &Scripts = &[
    (
        "20250101000001_log",
        "CREATE TABLE log (mark text);\n\
         CREATE FUNCTION slow(v text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM pg_sleep(0.002); RETURN v; END $$;\n\
         INSERT INTO log VALUES ('log');\n",
        &["log"],
    ),
    (
        "20250101000002_data",
        "CREATE TABLE data (id int PRIMARY KEY, v text NOT NULL);\n\
         INSERT INTO data SELECT n, n::text FROM generate_series(1, 100) AS n;\n\
         INSERT INTO log VALUES ('data');\nSELECT pg_sleep(0.2);\n",
        &["data"],
    ),
    (
        "20250101000003_change",
        "UPDATE data SET v = v || '!' WHERE id > 0;\n\
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)\n\
         SELECT max(i) FROM n;\nINSERT INTO log VALUES ('change');\n",
        &["change"],
    ),
    (
        "20250101000004_index",
        "-- migsafe: no-transaction because the index is built concurrently\n\
         INSERT INTO log VALUES ('before');\n\
         CREATE INDEX CONCURRENTLY data_v ON data (slow(v));\n\
         INSERT INTO log VALUES ('after');\n",
        &["before", "after"],
    ),
    ("20250101000005_last", "INSERT INTO log VALUES ('last');\nSELECT pg_sleep(0.1);\n", &["last"]),
];

/// A database and a folder to deploy to it.
pub(crate) struct OnPostgres {
    pub(crate) project: Project,
    pub(crate) database: Database,
}

impl OnPostgres {
    pub(crate) fn new(server: &Postgres, scripts: &'static Scripts) -> Self {
        let database = server.create_database();
        let project = Project::new(scripts, &database.url());
        Self { project, database }
    }

    /// How often each mark is there.
    pub(crate) fn marks(&self) -> Marks {
        marks(&mut self.database.client())
    }

    #[track_caller]
    pub(crate) fn check_truth(&self, context: &str) {
        // Connected before the first look, so that little time passes between the looks and the answer.
        let mut client = self.database.client();
        let before = marks(&mut client);
        let ran = self.project.status();
        self.project.judge(context, &before, &ran, &marks(&mut client));
    }

    /// Deploys, and then everything is there once and nothing is left over.
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
        let mut client = self.database.client();
        self.project.check_finished(context, ran, &marks(&mut client));
        check_data(&mut client, context);
        check_nothing_left(&mut client, context);
    }

    /// An empty database again; much cheaper than another one.
    pub(crate) fn reset(&self) {
        let sql = "DROP SCHEMA public, migsafe CASCADE; CREATE SCHEMA public";
        self.database.query(sql).unwrap();
    }

    /// Whether a statement of migsafe is at work that contains `text`.
    pub(crate) fn is_active(&self, text: &str) -> bool {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND application_name = 'migsafe' AND state = 'active' AND query LIKE '%{text}%'"
        );
        self.database.client().value(&sql).unwrap().as_deref() != Some("0")
    }
}

fn check_data(client: &mut Client, context: &str) {
    let sql = "SELECT count(*) FILTER (WHERE v <> id || '!'), count(*) > 0 FROM data";
    let rows = client.query(sql).unwrap();
    assert_eq!(texts(&rows), [["0", "t"]], "{context}");
    let sql = "SELECT count(*), bool_and(indisvalid AND indisready) FROM pg_index \
                   WHERE indrelid = 'data'::regclass AND NOT indisprimary";
    assert_eq!(texts(&client.query(sql).unwrap()), [["1", "t"]], "{context}");
}

/// No lock, no lease, no invalid index, no session.
fn check_nothing_left(client: &mut Client, context: &str) {
    let left = "SELECT \
            (SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database \
             WHERE l.locktype = 'advisory' AND d.datname = current_database()), \
            (SELECT count(*) FROM migsafe.lease), \
            (SELECT count(*) FROM pg_index WHERE NOT indisvalid), \
            (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()), \
            (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND application_name = 'migsafe')";
    until(&format!("nothing is left over, {context}"), || {
        texts(&client.query(left).unwrap()) == [["0"; 5]]
    });
}

/// How often each mark is there; none without the table.
pub(crate) fn marks(client: &mut Client) -> Marks {
    let sql = "SELECT mark, count(*) FROM log GROUP BY mark";
    match client.query(sql) {
        Ok(rows) => {
            texts(&rows).iter().map(|row| (row[0].to_owned(), row[1].parse().unwrap())).collect()
        }
        Err(error) if error.code == "42P01" => Marks::new(),
        Err(error) => panic!("{error}"),
    }
}

fn texts(rows: &[Row]) -> Vec<Vec<&str>> {
    rows.iter().map(|row| row.iter().map(|v| v.as_deref().unwrap_or("NULL")).collect()).collect()
}

/// How long something takes.
pub(crate) fn timed(work: impl FnOnce()) -> Duration {
    let start = std::time::Instant::now();
    work();
    start.elapsed()
}
