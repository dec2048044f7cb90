//! Neighbouring states of real folders of migrations, of the templates, and of the examples on the pages of rules.

use std::fmt::Write as _;

use migsafe_core::testkit::fixtures::{Run, trials};
use migsafe_sqlite::core::schema::{Kind, Object, Snapshot};
use migsafe_sqlite::core::sql::ObjectName;
use migsafe_sqlite::core::store::StepOutcome;
use migsafe_sqlite::core::template::{RowValue, Template};
use migsafe_sqlite::{Dialect, Migrations, SqliteStore};

use crate::generate::quoted;
use crate::run::{between, deploy, execute, lead, made, rows, snapshot};

/// What was tried.
#[derive(Debug, Default)]
struct Tried {
    pairs: usize,
    different: usize,
    rows: i64,
    /// Scripts that said that their copy may fail, and did.
    refused: Vec<String>,
    manual: Vec<String>,
}

#[tokio::test]
async fn neighbours_in_the_folder_of_the_examples() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/migrations");
    let migrations = Migrations::from_directory(folder).unwrap();
    let scripts: Vec<String> =
        migrations.iter().map(|migration| migration.script().unwrap().to_owned()).collect();
    let mut tried = Tried::default();
    neighbours(&scripts, &mut tried).await;
    println!("{tried:#?}");
    assert!(tried.pairs >= 20 && tried.different >= 10 && tried.rows > 20, "{tried:?}");
    assert!(tried.manual.is_empty(), "{tried:?}");
}

#[tokio::test]
async fn neighbours_in_the_examples_of_the_rules() {
    let mut tried = Tried::default();
    for trial in trials(Dialect::Sqlite, 3_051_003) {
        if trial.run == Run::Succeeds {
            let scripts: Vec<String> = trial.migrations.into_iter().map(|(_, sql)| sql).collect();
            neighbours(&scripts, &mut tried).await;
        }
    }
    println!("{tried:#?}");
    assert!(tried.pairs >= 200 && tried.different >= 100 && tried.rows > 100, "{tried:?}");
    assert!(tried.manual.is_empty(), "{tried:?}");
}

#[tokio::test]
async fn neighbours_in_the_releases_of_the_templates() {
    let (table, column) = (ObjectName::unqualified("users"), || "name".to_owned());
    let base = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, age INT);
        CREATE TABLE posts (id INTEGER PRIMARY KEY, user INT REFERENCES users (id) ON DELETE CASCADE);";
    let key = || vec!["id".to_owned()];
    let templates = [
        Template::AddIndex { table: table.clone(), columns: vec![column()] },
        Template::AddUnique { table: table.clone(), columns: vec![column()] },
        Template::RenameColumn {
            table: table.clone(),
            column: column(),
            to: "full_name".to_owned(),
            ty: "TEXT".to_owned(),
            key: key(),
        },
        Template::ChangeColumnType {
            table: table.clone(),
            column: "age".to_owned(),
            to: "age_text".to_owned(),
            from_ty: "INT".to_owned(),
            ty: "TEXT".to_owned(),
            key: key(),
        },
        Template::AddRequiredColumn {
            table: table.clone(),
            column: "level".to_owned(),
            ty: "INT".to_owned(),
            value: RowValue::Constant("1".to_owned()),
            key: key(),
        },
        Template::RenameTable { table: table.clone(), to: "people".to_owned() },
        Template::DropColumn { table: table.clone(), column: column() },
        Template::DropTable { table: ObjectName::unqualified("posts") },
    ];
    let mut tried = Tried::default();
    let mut offered = 0;
    for template in templates {
        let Ok(releases) = template.releases(Dialect::Sqlite) else { continue };
        offered += 1;
        let drafts = releases.into_iter().flat_map(|release| release.migrations);
        let scripts: Vec<String> =
            [base.to_owned()].into_iter().chain(drafts.map(|draft| draft.script)).collect();
        neighbours(&scripts, &mut tried).await;
    }
    println!("{offered} {tried:#?}");
    assert!(offered >= 5 && tried.different >= 20, "{offered} {tried:?}");
    assert!(tried.manual.is_empty(), "{tried:?}");
}

/// From the state before each script to the state after it and back, with the rows that the scripts make and more.
async fn neighbours(scripts: &[String], tried: &mut Tried) {
    let mut states: Vec<Snapshot> = vec![snapshot(&made("").await).await];
    let origin = made("").await;
    for script in scripts {
        let outcome = deploy(&origin, script).await;
        assert!(matches!(outcome, StepOutcome::Applied { .. }), "{outcome:?}\n{script}");
        execute(&origin, "DELETE FROM _prisma_migrations").await;
        states.push(snapshot(&origin).await);
    }
    for (count, pair) in states.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        for (count, from, to) in [(count, before, after), (count + 1, after, before)] {
            tried.pairs += 1;
            let script = between(from, to);
            if script.is_empty() {
                continue;
            }
            tried.different += 1;
            tried.manual.extend(script.manual().iter().map(|manual| manual.change().to_string()));
            let store = made("").await;
            for script in &scripts[..count] {
                deploy(&store, script).await;
                execute(&store, "DELETE FROM _prisma_migrations").await;
            }
            fill(&store, from).await;
            let may_fail = script
                .steps()
                .iter()
                .any(|step| step.loss().is_some_and(|loss| loss.contains("the copy fails")));
            let kept = kept(from, to);
            let counted = counts(&store, &kept).await;
            if may_fail {
                let outcome = deploy(&store, &script.to_sql()).await;
                if let StepOutcome::Failed(failure) = outcome {
                    assert!(failure.message.contains("NOT NULL"), "{}", failure.message);
                    tried.refused.push(failure.message);
                }
                continue;
            }
            lead(&store, to).await;
            assert_eq!(counts(&store, &kept).await, counted, "{}", script.to_sql());
            tried.rows += counted.iter().map(|count| count.parse::<i64>().unwrap()).sum::<i64>();
        }
    }
}

/// The tables of both.
fn kept(from: &Snapshot, to: &Snapshot) -> Vec<String> {
    let tables = from.objects().filter(|object| object.key().kind() == Kind::Table);
    let kept = tables.filter(|table| to.get(table.key()).is_some());
    kept.map(|table| table.key().name().to_owned()).collect()
}

async fn counts(store: &SqliteStore, tables: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for table in tables {
        found.extend(rows(store, &format!("SELECT count(*) FROM {}", quoted(table))).await);
    }
    found
}

/// A row of ones in every table that takes it.
async fn fill(store: &SqliteStore, snapshot: &Snapshot) {
    for table in snapshot.objects().filter(|object| object.key().kind() == Kind::Table) {
        let columns: Vec<&Object> = snapshot
            .parts_of(table.key())
            .filter(|part| part.key().kind() == Kind::Column)
            .filter(|column| !column.attributes().keys().any(|a| a.name() == "generated"))
            .collect();
        let mut names = String::new();
        let mut values = String::new();
        for column in columns {
            let _ = write!(names, "{}, ", quoted(column.key().name()));
            values.push_str("1, ");
        }
        let insert = format!(
            "PRAGMA foreign_keys = OFF; INSERT OR IGNORE INTO {} ({}) VALUES ({})",
            quoted(table.key().name()),
            names.trim_end_matches(", "),
            values.trim_end_matches(", ")
        );
        let mut connection = store.connection().await.unwrap();
        // One that a trigger refuses, or that refers to nothing, is left out.
        let save = "SAVEPOINT fill";
        for sql in ["PRAGMA foreign_keys = OFF", save, &insert] {
            let _ =
                sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *connection).await;
        }
        let broken =
            sqlx::query("SELECT 1 FROM pragma_foreign_key_check").fetch_all(&mut *connection);
        let end = match broken.await {
            Ok(rows) if rows.is_empty() => "RELEASE fill",
            _ => "ROLLBACK TO fill; RELEASE fill",
        };
        sqlx::raw_sql(end).execute(&mut *connection).await.unwrap();
    }
}
