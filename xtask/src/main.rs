//! Developer commands. `cargo xtask --help` lists them.

mod checks;
mod command;
mod lock_table;
mod setup;

use std::process::ExitCode;

use command::Failure;

const HELP: &str = "\
Developer commands

Usage: cargo xtask COMMAND [ARGUMENTS]

  setup         install what the tests need and is missing: a PostgreSQL server, PgBouncer,
                Node.js with npm, the Prisma packages and real migrations (into target/; the migrations
                with Python's pip), headers of OpenSSL
  test          setup, then `cargo test --workspace --all-features`: unit, integration and
                documentation tests; then matrix
  test ARGS     the same with ARGS for `cargo test`, and without matrix
  matrix        the tests of migsafe-postgres on PostgreSQL 14 and 18, but for two long walks
  lock-table    measures what statements lock on PostgreSQL 14 to 18 and writes the data of the core and
                the page of the book
  lint          formatting, clippy and rustdoc, every warning an error
  ci            setup, lint, then test
  help          this text

System packages are installed with apt-get, and only when run as root; everything else goes below target/.
MIGSAFE_PG_BIN, MIGSAFE_PGBOUNCER and MIGSAFE_NODE name a folder with `initdb`, a `pgbouncer` and a `node` to use instead.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            command::complain(&failure.message);
            ExitCode::from(failure.code)
        }
    }
}

fn run(words: &[&str]) -> Result<(), Failure> {
    match words {
        ["setup"] => setup::everything(),
        ["test"] => {
            setup::everything()?;
            checks::test(&[])?;
            checks::matrix()
        }
        ["test", rest @ ..] => {
            setup::everything()?;
            checks::test(rest)
        }
        ["matrix"] => {
            setup::everything()?;
            checks::matrix()
        }
        ["lint"] => checks::lint(),
        ["lock-table"] => lock_table::run(),
        ["ci"] => {
            setup::everything()?;
            checks::lint()?;
            checks::test(&[])?;
            checks::matrix()
        }
        ["help" | "--help" | "-h"] => {
            command::say(HELP);
            Ok(())
        }
        [] => Err(Failure::usage("no command given; see `cargo xtask --help`")),
        [other, ..] => Err(Failure::usage(&format!(
            "`{other}` is no command, or takes no arguments; see `cargo xtask --help`"
        ))),
    }
}
