//! Every template, deployed release by release on a table with rows, while old and new code write.

use std::time::Duration;

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
        key: vec!["id".to_owned()],
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
fn a_column_of_any_type_is_renamed_by_a_key_of_several_columns() {
    let database = database_with_history();
    database
        .query(
            "CREATE TABLE \"Users\" (a int, b int, doc json, PRIMARY KEY (a, b)); \
             INSERT INTO \"Users\" SELECT n % 7, n, '{\"n\": 1}' FROM generate_series(1, 6000) n",
        )
        .unwrap();
    let template = Template::RenameColumn {
        table: table(),
        column: "doc".to_owned(),
        to: "document".to_owned(),
        ty: "json".to_owned(),
        key: vec!["a".to_owned(), "b".to_owned()],
    };
    walk(&database, &template, |release| {
        if release == 1 {
            database.query("UPDATE \"Users\" SET doc = '[2]' WHERE b = 5").unwrap();
            assert_eq!(count(&database, "document::text = doc::text"), 6000);
        }
    });
    assert_eq!(count(&database, "document IS NOT NULL"), 6000);
    assert_eq!(count(&database, "document::text = '[2]'"), 1);
}

#[test]
fn a_row_that_no_batch_reaches_stops_the_release_that_fills() {
    let database = database_with_history();
    database
        .query(
            "CREATE TABLE \"Users\" (id int, name text); \
             INSERT INTO \"Users\" VALUES (1, 'a'), (NULL, 'b')",
        )
        .unwrap();
    let template = Template::RenameColumn {
        table: table(),
        column: "name".to_owned(),
        to: "full_name".to_owned(),
        ty: "text".to_owned(),
        key: vec!["id".to_owned()],
    };
    let first = template.releases(Dialect::Postgres).unwrap().remove(0).migrations;
    let scripts = (0..).zip(first).map(|(n, d)| (format!("20250101{n:06}_{}", d.slug), d.script));
    let migrations = Migrations::from_scripts(scripts).unwrap();
    let error = block_on(async {
        let store = store(&database.url()).await;
        ensure_up_to_date(&store, &migrations, options()).await.unwrap_err()
    });
    assert!(format!("{error:?}").contains("23514"), "{error:?}");
    assert_eq!(count(&database, "full_name = name"), 1);
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
        key: vec!["id".to_owned()],
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
        key: vec!["id".to_owned()],
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
fn a_value_that_is_null_for_some_row_ends_the_deploy_with_an_error() {
    let database = users();
    database.query("UPDATE \"Users\" SET email = NULL WHERE id = 5").unwrap();
    let template = Template::AddRequiredColumn {
        table: table(),
        column: "handle".to_owned(),
        ty: "text".to_owned(),
        value: RowValue::Computed("lower(email)".to_owned()),
        key: vec!["id".to_owned()],
    };
    let drafts =
        template.releases(Dialect::Postgres).unwrap().into_iter().flat_map(|r| r.migrations);
    let scripts = (0..).zip(drafts).map(|(n, d)| (format!("20250101{n:06}_{}", d.slug), d.script));
    let migrations = Migrations::from_scripts(scripts).unwrap();
    let error = block_on(async {
        let store = store(&database.url()).await;
        let deploy = ensure_up_to_date(&store, &migrations, options());
        let ended = tokio::time::timeout(Duration::from_secs(120), deploy).await;
        ended.expect("the batches end").unwrap_err()
    });
    assert!(format!("{error:?}").contains("23514"), "{error:?}");
    assert_eq!(count(&database, "handle = lower(email)"), ROWS - 1);
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
