//! The database beside what its migrations give.

use super::created::files;
use super::diff::{body, scripts};
use super::page::Page;
use super::{safe, values};
use crate::engine::{DriftReport, Rehearsal, Rehearsed};
use crate::migrations::Created;
use crate::report::Style;
use crate::report::style::Paint;
use crate::schema::Scope;

/// What is in the database and not in its migrations (`+`), the other way round (`-`), and what differs (`~`). The same
/// drift is always the same text.
#[must_use]
pub fn drift(report: &DriftReport, style: Style) -> String {
    let mut page = Page::new(style);
    let replayed = values::count(report.replayed.len(), "migration");
    let mut fields = vec![
        ("database", safe::line(&report.database, 200)),
        ("expected", format!("{replayed}, replayed on {}", safe::line(&report.shadow, 200))),
    ];
    // "No difference" says nothing of a schema that was not looked at.
    if let Scope::Schemas(names) = report.live.scope() {
        fields.push(("compared", format!("schema {} alone", safe::line(&names.join(", "), 200))));
    }
    page.fields("", &fields);
    page.blank();
    body(&mut page, &report.comparison);
    if report.has_drift() {
        page.blank();
        scripts(&mut page, &[("adopt", report.adopt()), ("revert", report.revert())]);
        page.blank();
        page.line("See the SQL with `migsafe drift --sql adopt` or `--sql revert`;");
        page.line("write it as a migration with `migsafe drift --adopt NAME` or `--revert NAME`.");
    }
    page.finish()
}

/// What became of both scripts on a throw-away database.
#[must_use]
pub fn rehearsal(rehearsal: &Rehearsal, style: Style) -> String {
    let mut page = Page::new(style);
    for (name, rehearsed) in [
        ("adopt", &rehearsal.adopt),
        ("revert", &rehearsal.revert),
        ("revert where nothing drifted", &rehearsal.revert_elsewhere),
    ] {
        match rehearsed {
            Rehearsed::Right => {
                page.line(format!("{name}: tried on a throw-away database, and right"))
            }
            Rehearsed::NotTried => {
                page.line(format!(
                    "{name}: not tried, since the state it begins with could not be made"
                ));
            }
            Rehearsed::Failed(failure) => {
                let code = failure.sql_code.as_deref().unwrap_or("no code");
                let message = safe::line(&failure.message, 300);
                let line = format!("{name}: fails on a throw-away database: {message} ({code})");
                page.line(page.paint(Paint::Bad, &line));
            }
            Rehearsed::Loses(key) => {
                let line = format!("{name}: would throw away what {key} holds");
                page.line(page.paint(Paint::Bad, &line));
            }
            Rehearsed::Differs(left) => {
                let line = format!("{name}: leaves differences on a throw-away database");
                page.line(page.paint(Paint::Bad, &line));
                for change in left {
                    page.line(format!("    {change}"));
                }
            }
        }
    }
    page.finish()
}

/// The migration that a script became, and what to do next. `here` says what it means for this database.
#[must_use]
pub fn drift_written(created: &Created, here: DriftWritten, style: Style) -> String {
    let mut page = Page::new(style);
    files(&mut page, created);
    let name = safe::name(created.name().as_str());
    match here {
        DriftWritten::Recorded => {
            page.line("Next: read it and bring it into version control. This database has its changes already.");
        }
        DriftWritten::Adopting => {
            page.line("Next: read it and bring it into version control.");
            page.line(format!(
                "This database has its changes already: migsafe resolve --applied {name}"
            ));
        }
        DriftWritten::Reverting => {
            page.line(
                "Next: read it, bring it into version control, and see what a deploy would do:",
            );
            page.line("migsafe deploy --dry-run");
        }
    }
    page.finish()
}

/// What a migration that was written of a drift means for the database that drifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DriftWritten {
    /// It adopts, and was recorded as applied.
    Recorded,
    /// It adopts, and has to be recorded as applied.
    Adopting,
    /// It undoes, and has to be deployed.
    Reverting,
}
