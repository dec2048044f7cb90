//! Plans that nobody thought of: what is said of each statement holds when it is carried out.

use migsafe_postgres::core::data::{DataLimits, DataOutcome};
use migsafe_testing::Client;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRng, TestRunner};

use crate::carried_out::{carry_out, reset};
use crate::common::{block_on, database, store};
use crate::report;

/// No value is in two columns, but where it stands twice in one.
const TABLES: &str = "CREATE TABLE t (id int, a int, b int, \"B\" int); \
     CREATE TABLE u (id int PRIMARY KEY, a int, b int); \
     INSERT INTO t VALUES (101, 201, 301, NULL), (102, 202, 301, NULL), (103, 203, NULL, NULL); \
     INSERT INTO u VALUES (201, 401, NULL), (202, 401, NULL)";

/// How many plans there are; more of them on demand.
fn plans() -> u32 {
    std::env::var("MIGSAFE_PLANS").ok().and_then(|n| n.parse().ok()).unwrap_or(120)
}

/// One statement, by numbers that choose its words.
type Words = [u8; 5];

fn statement(words: Words, serial: usize) -> String {
    let [kind, table, column, other, more] = words.map(usize::from);
    let plain = ["t", "u", "v"];
    let table = ["t", "t", "u", "v", "public.t", "public.u"][table % 6];
    let columns = ["a", "b", "\"B\"", "c"];
    let (column, other) = (columns[column % 4], columns[other % 4]);
    let maybe = |text: &'static str| if more % 2 == 0 { text } else { "" };
    let filter = ["", "", " WHERE id > 101", " WHERE id = 101"][more % 4];
    match kind % 19 {
        0 => format!("ALTER TABLE {table} ADD COLUMN {}{column} int", maybe("IF NOT EXISTS ")),
        1 => format!(
            "ALTER TABLE {table} ADD COLUMN {}{column} int DEFAULT 7{}",
            maybe("IF NOT EXISTS "),
            ["", " NOT NULL", " UNIQUE", " CHECK (id > 102)"][more / 2 % 4]
        ),
        2 => format!("ALTER TABLE {table} DROP COLUMN {}{column}", maybe("IF EXISTS ")),
        3 => format!("ALTER TABLE {table} RENAME COLUMN {column} TO {other}"),
        4 => format!("ALTER TABLE {table} RENAME TO {}", plain[more % 3]),
        5 => format!("UPDATE {table} SET {column} = {other}{filter}"),
        6 => format!("UPDATE {table} SET {column} = {}{filter}", ["7", "NULL"][more / 4 % 2]),
        7 => format!("DELETE FROM {table}{filter}"),
        8 => format!("INSERT INTO {table} (id, {column}) VALUES ({}, {serial}1)", 900 + serial),
        9 => {
            format!(
                "INSERT INTO {table} (id, {column}) SELECT id + {serial}000, a FROM {}",
                plain[more % 3]
            )
        }
        10 => format!("DROP TABLE {}{table}", maybe("IF EXISTS ")),
        11 => format!("CREATE TABLE {}{table} (id int, a int)", maybe("IF NOT EXISTS ")),
        12 => format!("ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL"),
        13 => format!("CREATE UNIQUE INDEX ON {table} ({column})"),
        14 => format!("ALTER TABLE {table} ADD CHECK ({column} > 301)"),
        15 => format!("ALTER TABLE {table} ADD FOREIGN KEY ({column}) REFERENCES u (id)"),
        16 => format!(
            "CREATE TABLE n (id int, {column} {}); INSERT INTO n (id, {column}) SELECT id, {other} FROM {table}; \
             DROP TABLE {table}; ALTER TABLE n RENAME TO {}",
            ["int", "int NOT NULL", "int UNIQUE", "bigint"][more / 2 % 4],
            table.trim_start_matches("public.")
        ),
        17 => format!("CREATE TABLE n AS SELECT * FROM {table}"),
        _ => format!("TRUNCATE {table}"),
    }
}

/// The statements, without those that fail whatever rows there are: a name is not there, or is there already.
fn plan(client: &mut Client, words: &[Words]) -> String {
    reset(client, TABLES);
    let statements: Vec<String> =
        words.iter().enumerate().map(|(at, words)| statement(*words, at + 1)).collect();
    let mut plan: Vec<&str> = Vec::new();
    client.query("BEGIN").unwrap();
    for text in statements.iter().flat_map(|text| text.split("; ")) {
        client.query("SAVEPOINT s").unwrap();
        match client.query(text) {
            Ok(_) => plan.push(text),
            Err(error) if is_of_rows(&error.code) => {
                plan.push(text);
                break;
            }
            Err(_) => drop(client.query("ROLLBACK TO s").unwrap()),
        }
    }
    client.query("ROLLBACK").unwrap();
    plan.join("; ")
}

fn is_of_rows(code: &str) -> bool {
    code.starts_with("22") || code.starts_with("23")
}

#[test]
fn what_is_said_of_a_plan_holds() {
    let database = database();
    let mut client = database.client();
    let config = Config { cases: plans(), failure_persistence: None, ..Config::default() };
    let seed =
        std::env::var("MIGSAFE_PLANS_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(1_u8);
    let rng = TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let words = proptest::collection::vec(proptest::array::uniform5(0_u8..), 2..12);
    let mut counted = [0_usize; 5];
    let counts = std::cell::RefCell::new((&mut client, &mut counted));
    let result = runner.run(&words, |words| {
        let (client, counted) = &mut *counts.borrow_mut();
        let plan = plan(client, &words);
        holds(client, &database.url(), &plan, counted)
            .map_err(|why| TestCaseError::fail(format!("{plan}\n{why}")))
    });
    if let Err(error) = result {
        match error {
            TestError::Fail(why, _) => panic!("{why}"),
            TestError::Abort(why) => panic!("{why}"),
        }
    }
    // The law is not kept by saying nothing.
    let [fine, lost, fails, unknown, _] = counted;
    println!("fine {fine}, loss {lost}, fails {fails}, unknown {unknown}");
    assert!(fine > 20 && lost > 10 && fails > 5, "fine {fine}, loss {lost}, fails {fails}");
}

/// Carries a plan out: `fine` never fails nor loses a value, and what is said to fail does. What is in doubt is
/// unknown.
fn holds(
    client: &mut Client,
    url: &str,
    plan: &str,
    counted: &mut [usize; 5],
) -> Result<(), String> {
    reset(client, TABLES);
    let report = block_on(async { report(&store(url).await, plan, DataLimits::default()).await });
    let happened = carry_out(client, plan);
    let told = |at: usize| {
        let judged = report.judged().iter();
        judged
            .filter(move |judged| judged.check.location.statement == Some(at + 1))
            .map(|j| &j.outcome)
    };
    let said = || {
        let lines = report
            .judged()
            .iter()
            .map(|j| format!("{:?} {}", j.check.location.statement, j.message()));
        lines.collect::<Vec<_>>().join("\n")
    };
    for (at, lost) in happened.steps.iter().enumerate() {
        for outcome in told(at) {
            counted[match outcome {
                DataOutcome::Fine => 0,
                DataOutcome::DataLoss { .. } => 1,
                DataOutcome::WillFail { .. } => 2,
                DataOutcome::Unknown { .. } => 3,
                _ => 4,
            }] += 1;
        }
        if told(at).any(|outcome| matches!(outcome, DataOutcome::WillFail { .. })) {
            return Err(format!("statement {} did not fail:\n{}", at + 1, said()));
        }
        if !lost.is_empty() && told(at).all(DataOutcome::is_fine) {
            return Err(format!("statement {} lost {lost:?}:\n{}", at + 1, said()));
        }
    }
    if let Some(code) = happened.code.filter(|code| is_of_rows(code)) {
        let at = happened.steps.len();
        let mut foretold = told(at).filter(|outcome| !outcome.is_fine());
        counted[2] += told(at).filter(|o| matches!(o, DataOutcome::WillFail { .. })).count();
        let fits = foretold.any(|outcome| match outcome {
            DataOutcome::WillFail { sqlstate, .. } => *sqlstate == code,
            DataOutcome::Unknown { .. } => true,
            _ => false,
        });
        // A row of the script itself may be refused by what is in the table.
        let is_insert = plan.split("; ").nth(at).is_some_and(|text| {
            text.starts_with("INSERT") || text.starts_with("UPDATE") || text.starts_with("DELETE")
        });
        if !fits && !is_insert {
            return Err(format!("statement {} failed with {code}:\n{}", at + 1, said()));
        }
    }
    Ok(())
}
