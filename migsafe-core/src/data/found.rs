//! What the rules on live outcomes share.

use crate::data::DataOutcome;
use crate::policy::{Facts, Findings};

/// Reports every check of a script that is about to run whose outcome is of a kind.
pub(super) fn report(
    facts: &Facts<'_>,
    findings: &mut Findings<'_>,
    wanted: impl Fn(&DataOutcome) -> bool,
    help: &str,
) {
    let Some(data) = facts.data() else { return };
    for (name, _) in facts.scripts() {
        let of_script = data.judged().iter().filter(|judged| judged.check.migration == *name);
        for judged in of_script.filter(|judged| wanted(&judged.outcome)) {
            findings.report_at(name, judged.check.location, judged.message(), help);
        }
    }
}
