//! Real parts for the tests of migsafe.
//!
//! Nothing here pretends: [`Postgres`] is a real server in a folder of its own, [`Client`] talks
//! to it without any of the code under test. Every process started from here ends with the test
//! binary that started it, however that one ends, and takes its folder with it.

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
pub use prisma::{Prisma, PrismaError, PrismaTarget, PrismaVersion};
pub use proxy::Proxy;
pub use wire::{Client, Row, WireError};
