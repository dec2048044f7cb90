//! Any input at all: folders, history tables and URLs of random content, through the library and the binary.
//!
//! Nothing panics, nothing hangs, every error says what it is and what to do, and no password is shown.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

mod binary;
mod folders;
mod rows;
mod urls;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Nothing in it steers a terminal.
fn assert_shown(text: &str) {
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}
