//! Every template, deployed release by release on a table with rows, while old and new code write.

use migsafe_postgres::core::sql::ObjectName;
use migsafe_postgres::core::template::{RowValue, Template};
use migsafe_postgres::{Dialect, Migrations, ensure_up_to_date};
use migsafe_testing::Database;

use crate::common::*;

const ROWS: u32 = 12_001;

/// More rows than two batches hold.
fn users() -> Database {
    let database = database_with_history();
    for sql in [
        "CREATE TABLE orgs (id int PRIMARY KEY)".to_owned(),
        "INSERT INTO orgs VALUES (0), (1), (2)".to_owned(),
        "CREATE TABLE \"Users\" (id int PRIMARY KEY, name text NOT NULL, email text, org int, score int NOT NULL DEFAULT 7)"
            .to_owned(),
        format!(
            "INSERT INTO \"Users\" SELECT n, 'name ' || n, 'E' || n, n % 3 FROM generate_series(1, {ROWS}) n"
        ),
    ] {
        database.query(&sql).unwrap();
    }
    database
}

fn table() -> ObjectName {
    ObjectName::unqualified("Users")
}

/// Deploys a template, calling `between` after each release with its number.
fn walk(database: &Database, template: &Template, mut between: impl FnMut(usize)) {
    let releases = template.releases(Dialect::Postgres).unwrap();
    let mut scripts: Vec<(String, String)> = Vec::new();
    for (number, release) in (1..).zip(releases) {
        for draft in release.migrations {
            let n = scripts.len();
            scripts.push((format!("20250101{n:06}_{}", draft.slug), draft.script));
        }
        let migrations = Migrations::from_scripts(scripts.clone()).unwrap();
        block_on(async {
            let store = store(&database.url()).await;
            let report = ensure_up_to_date(&store, &migrations, options()).await;
            assert!(report.is_ok(), "{} {number}: {report:#?}", template.name());
        });
        between(number);
    }
}

fn count(database: &Database, condition: &str) -> u32 {
    let sql = format!("SELECT count(*) FROM \"Users\" WHERE {condition}");
    value(database, &sql).parse().unwrap()
}

#[test]
fn old_and_new_code_survive_a_renamed_column() {
    let database = users();
    let template = Template::RenameColumn {
        table: table(),
        column: "name".to_owned(),
        to: "full name".to_owned(),
        ty: "text".to_owned(),
        key: "id".to_owned(),
    };
    let run = |sql: &str| drop(database.query(sql).unwrap());
    walk(&database, &template, |release| match release {
        1 => {
            assert_eq!(count(&database, "\"full name\" = name"), ROWS);
            run("INSERT INTO \"Users\" (id, name) VALUES (-1, 'old')");
            run("INSERT INTO \"Users\" (id, \"full name\") VALUES (-2, 'new')");
            run("UPDATE \"Users\" SET name = 'changed by old' WHERE id = 1");
            run("UPDATE \"Users\" SET \"full name\" = 'changed by new' WHERE id = 2");
            assert_eq!(count(&database, "\"full name\" = name"), ROWS + 2);
            assert_eq!(count(&database, "name LIKE 'changed by %'"), 2);
        }
        2 => run("INSERT INTO \"Users\" (id, \"full name\") VALUES (-3, 'newer')"),
        _ => assert_eq!(count(&database, "\"full name\" IS NOT NULL"), ROWS + 3),
    });
    assert!(database.query("SELECT name FROM \"Users\"").is_err());
}

#[test]
fn a_type_is_changed_under_a_new_name() {
    let database = users();
    let template = Template::ChangeColumnType {
        table: table(),
        column: "score".to_owned(),
        to: "score_big".to_owned(),
        from_ty: "int".to_owned(),
        ty: "bigint".to_owned(),
        key: "id".to_owned(),
    };
    walk(&database, &template, |release| {
        if release == 1 {
            database
                .query("INSERT INTO \"Users\" (id, name, score_big) VALUES (-1, 'n', 9)")
                .unwrap();
        }
    });
    assert_eq!(count(&database, "score_big = 7"), ROWS);
    assert_eq!(count(&database, "score_big = 9"), 1);
}

#[test]
fn a_required_column_is_filled_before_it_is_required() {
    let database = users();
    let template = |column: &str, value| Template::AddRequiredColumn {
        table: table(),
        column: column.to_owned(),
        ty: "text".to_owned(),
        value,
        key: "id".to_owned(),
    };
    walk(&database, &template("handle", RowValue::Computed("lower(email)".to_owned())), |_| {});
    assert_eq!(count(&database, "handle = 'e' || id"), ROWS);
    let database = users();
    walk(&database, &template("plan", RowValue::Constant("'free'".to_owned())), |_| {});
    assert_eq!(count(&database, "plan = 'free'"), ROWS);
    let sql = "SELECT attnotnull FROM pg_attribute WHERE attname = 'plan'";
    assert_eq!(value(&database, sql), "t");
}

#[test]
fn constraints_are_valid_in_the_end_and_leave_nothing_behind() {
    let text = str::to_owned;
    for (template, constraints) in [
        (Template::AddIndex { table: table(), columns: vec![text("org")] }, ""),
        (Template::AddUnique { table: table(), columns: vec![text("email")] }, "u"),
        (
            Template::AddForeignKey {
                table: table(),
                columns: vec![text("org")],
                references: ObjectName::qualified("public", "orgs"),
                referenced: vec![text("id")],
            },
            "f",
        ),
        (Template::AddCheck { table: table(), name: None, check: text("id > 0") }, "c"),
        (Template::SetNotNull { table: table(), column: text("email") }, ""),
    ] {
        let database = users();
        walk(&database, &template, |_| {});
        let sql = "SELECT coalesce(string_agg(contype::text, '' ORDER BY contype), '') FROM pg_constraint \
                   WHERE conrelid = '\"Users\"'::regclass AND convalidated AND contype NOT IN ('p', 'n')";
        assert_eq!(value(&database, sql), constraints, "{}", template.name());
    }
}

#[test]
fn both_names_of_a_renamed_table_are_written_until_the_view_goes() {
    let database = users();
    let template = Template::RenameTable { table: table(), to: "people".to_owned() };
    walk(&database, &template, |release| {
        if release == 1 {
            database.query("INSERT INTO \"Users\" (id, name) VALUES (-1, 'old')").unwrap();
            database.query("INSERT INTO people (id, name) VALUES (-2, 'new')").unwrap();
        }
    });
    assert_eq!(value(&database, "SELECT count(*) FROM people"), (ROWS + 2).to_string());
}

#[test]
fn drops_go_in_two_releases() {
    let database = users();
    walk(&database, &Template::DropColumn { table: table(), column: "score".to_owned() }, |_| {});
    assert!(database.query("SELECT score FROM \"Users\"").is_err());
    let database = users();
    walk(&database, &Template::DropTable { table: table() }, |_| {});
    assert!(!has_table(&database, "\"Users\"") && !has_table(&database, "\"Users_retired\""));
}
