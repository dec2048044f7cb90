//! An error that has no report.

use super::command::command;
use crate::report::Problem;

/// One annotation, without a file.
#[must_use]
pub fn problem(problem: &Problem) -> String {
    let title = format!("migsafe: {}", problem.code());
    let message = if problem.help().is_empty() {
        problem.message().to_owned()
    } else {
        format!("{}\nnext: {}", problem.message(), problem.help())
    };
    command("error", &[("title", title)], &message)
}
