//! Real parts for the tests of migsafe.
//!
//! | part | what it is |
//! |---|---|
//! | [`Postgres`], [`Database`] | a PostgreSQL server in a folder of its own, and an empty database for one test |
//! | [`Client`] | a connection that shares no code with what is tested |
//! | [`Proxy`] | counts round trips; cuts, stalls and delays connections at a chosen statement |
//! | [`PgBouncer`] | a connection pooler in front of a server |
//! | [`Prisma`] | the schema engine of Prisma, in several versions |
//! | [`tools`] | where the programs behind all this are; `cargo xtask setup` installs them |
//!
//! Nothing here pretends, and nothing is skipped: a missing program fails the test, with a message
//! that says how to get it. Every process started from here ends with the test binary that started
//! it, however that one ends, and takes its folder with it.

pub mod lock_table;
mod pgbouncer;
mod postgres;
mod prisma;
mod proxy;
mod supervisor;
mod temp;
pub mod tools;
mod wire;

pub use pgbouncer::{PgBouncer, PoolMode};
pub use postgres::{Database, Postgres, PostgresOptions};
pub use prisma::{Prisma, PrismaCommand, PrismaError, PrismaProcess, PrismaTarget, PrismaVersion};
pub use proxy::Proxy;
pub use wire::{Client, Row, WireError};
