//! Start-up of a program: bring the database up to date, or do not start.
//!
//! `cargo run --example startup`
//!
//! The ten migrations of `examples/migrations` are compiled into this program (see `build.rs`), so the program that
//! is deployed always brings exactly its own migrations and reads no files when it starts.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::process::ExitCode;

use migsafe_core::report::{Style, text};
use migsafe_sqlite::{
    Error, Options, Report, SqliteStore, ensure_up_to_date, include_migrations, migrations,
};

/// Names, scripts and checksums, known at compile time.
static MIGRATIONS: migrations::Embedded = include_migrations!();

/// All that a start-up needs. The defaults are the safe ones: apply what is pending, under the policy of
/// production, waiting up to a minute when another replica is at it already.
async fn bring_up_to_date(url: &str) -> Result<Report, Error> {
    let store = SqliteStore::open(url)?;
    ensure_up_to_date(&store, &MIGRATIONS.migrations(), Options::default()).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let folder = match tempfile::tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            eprintln!("cannot create a temporary folder: {error}");
            return ExitCode::FAILURE;
        }
    };
    let url = format!("sqlite:{}", folder.path().join("shop.db").display());
    println!("{} migrations are compiled in.\n", MIGRATIONS.migrations().len());
    for start in ["First start", "Second start"] {
        match bring_up_to_date(&url).await {
            Ok(report) => {
                println!("--- {start}: {:.1} ms", report.elapsed().as_secs_f64() * 1000.0);
                println!("{}", text::deploy(&report, Style::plain()));
            }
            // Says what is wrong and what to do next, and what was applied before it went wrong.
            Err(error) => {
                eprint!("{}", text::error(&error, Style::plain()));
                return ExitCode::from(error.exit_code().code());
            }
        }
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use migsafe_core::Target;
    use sqlx::{Connection as _, SqliteConnection};

    use super::*;

    #[tokio::test]
    async fn the_second_start_has_nothing_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("shop.db").display());
        let first = bring_up_to_date(&url).await.unwrap();
        assert_eq!(first.applied().len(), 10);
        assert_eq!(first.status().findings(), [], "the folder is an example to follow");
        let second = bring_up_to_date(&url).await.unwrap();
        assert!(second.applied().is_empty());
        assert!(second.status().is_up_to_date());
    }

    /// Half of the folder is deployed, people use the shop, the rest is deployed.
    #[tokio::test]
    async fn rows_survive_the_migration_that_rebuilds_their_table() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("shop.db").display());
        let store = SqliteStore::open(&url).unwrap();
        let half = Options::default().with_target(Target::Count(5));
        ensure_up_to_date(&store, &MIGRATIONS.migrations(), half).await.unwrap();
        let mut shop = SqliteConnection::connect(&url).await.unwrap();
        for sql in [
            r#"INSERT INTO "User" ("id", "email") VALUES (1, 'a@example.com')"#,
            r#"INSERT INTO "Product" ("id", "sku", "title", "priceCents", "stock") VALUES (1, 'P', 'Pen', 150, 5)"#,
            r#"INSERT INTO "Order" ("id", "userId") VALUES (1, 1), (2, 1)"#,
            r#"INSERT INTO "OrderItem" VALUES (1, 1, 2, 150)"#,
        ] {
            sqlx::query(sql).execute(&mut shop).await.unwrap();
        }
        let report = bring_up_to_date(&url).await.unwrap();
        assert_eq!(report.applied().len(), 5);
        let totals: Vec<i64> =
            sqlx::query_scalar(r#"SELECT "totalCents" FROM "Order" ORDER BY "id""#)
                .fetch_all(&mut shop)
                .await
                .unwrap();
        assert_eq!(totals, [300, 0]);
        let items: i64 = sqlx::query_scalar(r#"SELECT COUNT(*) FROM "OrderItem""#)
            .fetch_one(&mut shop)
            .await
            .unwrap();
        assert_eq!(items, 1, "foreign keys were off while the table was rebuilt");
        // And the trigger of the last migration guards the stock.
        let taken = r#"INSERT INTO "OrderItem" VALUES (2, 1, 6, 150)"#;
        let error = sqlx::query(taken).execute(&mut shop).await.unwrap_err();
        assert!(error.to_string().contains("not enough in stock"), "{error}");
    }
}
