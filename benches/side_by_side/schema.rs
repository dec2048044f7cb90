//! Reading a schema of PostgreSQL: migsafe's reader, sea-schema, `pg_dump -s`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use migsafe_core::schema::{Scope, SnapshotOptions};
use migsafe_core::store::SchemaReader as _;
use migsafe_postgres::PostgresStore;
use migsafe_testing::{Postgres, PostgresOptions};
use sea_schema::postgres::discovery::SchemaDiscovery;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::args::Args;
use crate::measure::{Entry, Series, rounds};
use crate::table::{Output, Table};
use crate::{Result, on_postgres};

pub(crate) async fn measure(args: &Args, output: &mut Output) -> Result<()> {
    if !args.postgres() {
        return Ok(());
    }
    let server = Postgres::start(PostgresOptions::default());
    let mut table =
        Table::new("Reading the schema of so many tables, PostgreSQL, × against migsafe");
    let counts: &[usize] = if args.quick { &[100] } else { &[100, 1_000] };
    for count in counts {
        let database = server.create_database();
        let url = database.url();
        let mut connection = on_postgres::connect(&url).await?;
        on_postgres::send(&mut connection, schema(*count)).await?;
        on_postgres::send(&mut connection, "VACUUM ANALYZE".to_owned()).await?;
        let (mut entries, sea_schema) = entries(&url, &server).await?;
        if *count <= MOST_IN_ROUNDS {
            entries.insert(1, sea_schema);
            let series = rounds(entries, args.pick(3, 7, 15), 1).await?;
            table.column(count.to_string(), &series);
        } else {
            let mut series = rounds(entries, args.pick(3, 7, 15), 1).await?;
            let name = sea_schema.name;
            let start = Instant::now();
            sea_schema.once().await?;
            series.insert(1, Series { name, rounds: vec![start.elapsed()] });
            table.column(count.to_string(), &series);
        }
    }
    output.add(table);
    Ok(())
}

/// Beyond so many tables sea-schema runs once: it takes minutes.
const MOST_IN_ROUNDS: usize = 100;

/// Each reads the schema `app` whole. migsafe and `pg_dump` connect for it; sea-schema keeps its connection.
async fn entries(url: &str, server: &Postgres) -> Result<(Vec<Entry>, Entry)> {
    let store = PostgresStore::connect(url).await?;
    let migsafe = async move || {
        let options = SnapshotOptions::default().with_scope(Scope::schemas(["app"]));
        let snapshot = store.read_schema(&options).await?;
        enough(snapshot.objects().len())
    };
    // It names the types of the schema without the schema.
    let options: PgConnectOptions = url.parse()?;
    let options = options.options([("search_path", "app")]);
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
    let sea = SchemaDiscovery::new(pool, "app");
    let sea_schema = async move || enough(sea.discover().await?.tables.len());
    let program: PathBuf = server.bin_dir().join("pg_dump");
    let url = url.to_owned();
    let pg_dump = async move || {
        let mut command = Command::new(&program);
        command.args(["--schema-only", "--schema=app", "--file=/dev/null", &url]);
        let status = command.stdin(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(format!("pg_dump: {status}").into()) }
    };
    let entries = vec![Entry::new("migsafe", migsafe), Entry::new("pg_dump -s", pg_dump)];
    Ok((entries, Entry::new("sea-schema", sea_schema)))
}

/// Reading nothing is fast.
fn enough(read: usize) -> Result<()> {
    if read >= 100 { Ok(()) } else { Err(format!("{read} objects were read").into()) }
}

/// Tables as an application has them: eight columns, a key, a foreign key, a check, two indexes.
fn schema(tables: usize) -> String {
    let mut sql = String::from(
        "CREATE SCHEMA app; CREATE TYPE app.status AS ENUM ('NEW', 'DONE', 'FAILED');\n\
         CREATE TABLE app.t_0 (id bigint PRIMARY KEY);\n",
    );
    for n in 1..=tables {
        // A `String` takes everything.
        let _ = writeln!(
            sql,
            "CREATE TABLE app.t_{n} (id bigint PRIMARY KEY, parent bigint REFERENCES app.t_{} (id), \
             name text NOT NULL DEFAULT '', email varchar(200), status app.status NOT NULL DEFAULT 'NEW', \
             price numeric(10, 2) CHECK (price >= 0), tags text[], at timestamptz(3) NOT NULL DEFAULT now());\n\
             CREATE INDEX ON app.t_{n} (status, at DESC); CREATE UNIQUE INDEX ON app.t_{n} (lower(email));",
            n - 1
        );
    }
    sql
}
