//! `?schema=` and the search path decide where things go.

use migsafe_postgres::HistoryStore;
use migsafe_postgres::core::history::{Absence, History};
use migsafe_postgres::core::store::Content;

use crate::common::*;

fn schemas(database: &migsafe_testing::Database) -> String {
    value(
        database,
        "SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'",
    )
}

#[test]
fn the_url_decides_and_reading_creates_no_schema() {
    let database = database();
    database.query("CREATE TABLE other_app (id int)").unwrap();
    let url = format!("{}?schema=My%20%22App%22", database.url());
    block_on(async {
        let store_1 = store(&url).await;
        let reading = store_1.read().await.unwrap();
        assert_eq!(reading.history, History::Absent(Absence::Schema));
        assert_eq!(reading.database.content(), &Content::Empty);
        assert_eq!(reading.database.schema(), Some("My \"App\""));
        assert_eq!(schemas(&database), "public");
        // Deploying creates it.
        deploy(&store_1, &tables(2)).await.unwrap();
        assert_eq!(rows(&store_1).await.len(), 2);
        assert!(has_table(&database, "\"My \"\"App\"\"\".t_2"));
        assert!(has_table(&database, "\"My \"\"App\"\"\"._prisma_migrations"));
        assert!(!has_table(&database, "t_1"));
        // Each schema has a history of its own.
        let second = store(&format!("{}?schema=second", database.url())).await;
        deploy(&second, &tables(1)).await.unwrap();
        assert_eq!(rows(&second).await.len(), 1);
        assert!(has_table(&database, "second.t_1"));
        let public = store(&database.url()).await.read().await.unwrap();
        assert_eq!(public.history, History::Absent(Absence::Table));
    });
}

#[test]
fn without_a_schema_the_search_path_decides() {
    let database = database();
    let sql = format!(
        "CREATE SCHEMA app; CREATE TABLE public.unrelated (id int);
         ALTER DATABASE {} SET search_path = missing, app, public",
        database.name()
    );
    database.query(&sql).unwrap();
    block_on(async {
        let store = store(&database.url()).await;
        let reading = store.read().await.unwrap();
        assert_eq!(reading.database.schema(), Some("app"));
        assert_eq!(reading.database.content(), &Content::Empty);
        deploy(&store, &tables(1)).await.unwrap();
        assert!(has_table(&database, "app._prisma_migrations"));
        assert!(has_table(&database, "app.t_1"));
        assert!(!has_table(&database, "public.t_1"));
    });
}

#[test]
fn the_table_is_prismas() {
    let ours = database();
    let theirs = database_with_history();
    block_on(async { deploy(&store(&ours.url()).await, &tables(1)).await.unwrap() });
    let shape = "SELECT string_agg(concat_ws(' ', attnum, attname, format_type(atttypid, atttypmod),
        attnotnull, pg_get_expr(adbin, adrelid)), E'\\n' ORDER BY attnum)
        || (SELECT string_agg(concat_ws(' ', conname, pg_get_constraintdef(oid)), E'\\n' ORDER BY conname)
            FROM pg_constraint WHERE conrelid = '_prisma_migrations'::regclass)
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = '_prisma_migrations'::regclass AND attnum > 0";
    assert_eq!(value(&ours, shape), value(&theirs, shape));
}
