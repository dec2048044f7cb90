//! `migsafe explain`.

use migsafe_core::policy::{BuiltIn, Rule as _, built_in_rules};
use migsafe_core::report::{ExitCode, json, text};

use crate::args::Explain;
use crate::connect::similar_rules;
use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn run(args: &Explain, output: &Output) -> Result<ExitCode, Failure> {
    let mut rules: Vec<&BuiltIn> = built_in_rules().collect();
    rules.sort_by_key(|rule| rule.id());
    match &args.rule {
        None => output.report(
            |style| text::rules(rules.iter().copied(), style),
            || json::rules(rules.iter().copied()),
        )?,
        Some(id) => {
            let rule = *rules.iter().find(|rule| rule.id() == *id).ok_or_else(|| {
                Failure::usage(format!("no rule is named {id:?}"), similar_rules(id))
            })?;
            output.report(|style| text::rule(rule, style), || json::rule(rule))?;
        }
    }
    Ok(ExitCode::Ok)
}
