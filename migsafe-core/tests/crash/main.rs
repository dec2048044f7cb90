//! The engine over the in-memory store, cut off at every point at which it waits, with other deployers
//! in between: each effect comes about exactly once, rows and effects agree, and a later run finishes.

mod deployer;
mod found;
mod scenario;
mod several;
mod single;
