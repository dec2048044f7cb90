//! What the programs of this folder share: nothing but the tests of the texts beside them.
//!
//! The code in `README.md` and in the book is compiled and run by `cargo test --doc -p migsafe-examples`.

#[cfg(doctest)]
mod texts {
    #[doc = include_str!("../../README.md")]
    mod readme {}
    #[doc = include_str!("../../docs/src/quick-start-library.md")]
    mod quick_start {}
    #[doc = include_str!("../../docs/src/lint.md")]
    mod lint {}
    #[doc = include_str!("../../docs/src/schema.md")]
    mod schema {}
    #[doc = include_str!("../../docs/src/sqlite.md")]
    mod sqlite {}
    #[doc = include_str!("../../docs/src/start-up.md")]
    mod start_up {}
    #[doc = include_str!("../../docs/src/verify.md")]
    mod verify {}
}
