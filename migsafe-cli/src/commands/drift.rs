//! `migsafe drift`.

use std::path::PathBuf;
use std::time::SystemTime;

use migsafe_core::engine::{self, DriftReport, Rehearsal, Rehearsed, Resolution};
use migsafe_core::migrations::{Created, create_migrations};
use migsafe_core::report::text::DriftWritten;
use migsafe_core::report::{ExitCode, json, markdown, text};
use migsafe_core::schema::ChangeScript;
use migsafe_core::{HistoryStore, Migrations};

use crate::args::{Direction, Drift, Global};
use crate::commands::resolve;
use crate::connect;
use crate::failure::Failure;
use crate::output::Output;
use crate::schemas;
use crate::shadow::drift_options;

pub(crate) async fn run(
    global: &Global,
    args: Drift,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let migrations = connect::migrations(global)?;
    let store = connect::store(global)?;
    let options = drift_options(global, &args.compared, &args.shadow)?;
    let report = engine::drift(&*store, &migrations, &options).await?;
    compared(&args.compared.schemas, &report)?;
    if let Some(direction) = args.sql {
        output.sql(script(&report, direction))?;
        return Ok(report.exit_code());
    }
    let wish = match (&args.adopt, &args.revert) {
        (Some(name), _) => Some((Direction::Adopt, name)),
        (None, Some(name)) => Some((Direction::Revert, name)),
        (None, None) => None,
    };
    let Some((direction, name)) = wish.filter(|_| report.has_drift()) else {
        let all = args.compared.all;
        output.report_or_markdown(
            |style| text::drift(&report, style.showing_all(all)),
            || json::drift(&report, None, None),
            || markdown::drift(&report),
        )?;
        return Ok(report.exit_code());
    };
    output.remark(|style| text::drift(&report, style));
    nothing_pending(&report)?;
    let rehearsal = engine::rehearse(&*store, &report, &options).await?;
    output.remark(|style| text::rehearsal(&rehearsal, style));
    usable(&report, &rehearsal, direction)?;
    let created = write(global, &*store, &report, direction, name)?;
    if args.mark_applied {
        let recorded = mark_applied(global, &args, &*store, &created, output).await;
        recorded.map_err(|failure| not_recorded(&failure, &created))?;
    }
    let here = match direction {
        Direction::Adopt if args.mark_applied => DriftWritten::Recorded,
        Direction::Adopt => DriftWritten::Adopting,
        Direction::Revert => DriftWritten::Reverting,
    };
    output.report(
        |style| text::drift_written(&created, here, style),
        || json::drift(&report, Some(&rehearsal), Some(&created)),
    )?;
    Ok(ExitCode::Ok)
}

/// What waits may make a schema that is named.
pub(super) fn compared(schemas: &[String], report: &DriftReport) -> Result<(), Failure> {
    match report.pending.is_empty() {
        true => schemas::are_there(schemas, &[&report.expected, &report.live]),
        false => Ok(()),
    }
}

fn script(report: &DriftReport, direction: Direction) -> &ChangeScript {
    match direction {
        Direction::Adopt => report.adopt(),
        Direction::Revert => report.revert(),
    }
}

/// A new migration runs after those that wait: what they change was not compared. In every other database they come
/// first, and may do the same; here they would be out of order.
fn nothing_pending(report: &DriftReport) -> Result<(), Failure> {
    let [first, others @ ..] = &*report.pending else { return Ok(()) };
    let waiting = if others.is_empty() {
        format!("{} is", first.as_str())
    } else {
        format!("{} and {} more are", first.as_str(), others.len())
    };
    let message = format!(
        "{waiting} not applied here, and would run before the new migration; nothing was written"
    );
    let help = "deploy first, or record what this database has already (`migsafe resolve --applied NAME`), \
                and look again";
    Err(Failure::stopped("pending-first", message, help))
}

/// Only what was tried and is right becomes a migration.
fn usable(
    report: &DriftReport,
    rehearsal: &Rehearsal,
    direction: Direction,
) -> Result<(), Failure> {
    let by_hand =
        "see the SQL with `migsafe drift --sql`, and write the migration by hand (`migsafe new`)";
    // In another database such a migration would not do what it says, and here the drift would stay.
    if direction == Direction::Adopt && !report.adopt().is_complete() {
        let message = "some of the drift has to be made by hand, so that no migration can adopt it; nothing was written";
        return Err(Failure::stopped("not-rehearsed", message, by_hand));
    }
    let rehearsed = match direction {
        Direction::Adopt => &rehearsal.adopt,
        Direction::Revert => &rehearsal.revert,
    };
    match rehearsed {
        Rehearsed::Right => {}
        // What cannot be adopted by SQL cannot be made on a throw-away database, to be reverted there.
        Rehearsed::NotTried if !report.adopt().is_complete() => {
            let message = "the script could not be tried: some of the drift has to be made by hand";
            return Err(Failure::stopped("not-rehearsed", message, by_hand));
        }
        _ => {
            let message =
                "the script is not right, as a throw-away database shows; nothing was written";
            return Err(Failure::stopped("rehearsal-failed", message, by_hand));
        }
    }
    if direction == Direction::Revert && !rehearsal.revert_elsewhere.is_right() {
        let message = "the script fits this database only: a migration runs in every database, and it would fail \
                       or change something where nothing drifted; nothing was written";
        let help = "run it here once: `migsafe drift --sql revert`";
        return Err(Failure::stopped("fits-here-only", message, help));
    }
    Ok(())
}

fn write(
    global: &Global,
    store: &dyn HistoryStore,
    report: &DriftReport,
    direction: Direction,
    name: &str,
) -> Result<Created, Failure> {
    let head = match direction {
        Direction::Adopt => {
            "-- Makes what was changed in a database by hand part of the migrations.\n"
        }
        Direction::Revert => "-- Undoes what was changed in a database by hand.\n",
    };
    let sql = match direction {
        Direction::Adopt => report.adopt().to_sql(),
        Direction::Revert => report.revert_for_all().to_sql(),
    };
    let text = format!("{head}\n{sql}");
    let folder: PathBuf = connect::folder(global).unwrap_or_else(connect::new_folder);
    let now = SystemTime::now().into();
    let made = create_migrations(folder, [(name, &*text)], now, store.dialect())?;
    made.into_iter()
        .next()
        .ok_or_else(|| Failure::stopped("not-written", "no migration was written", "try again"))
}

/// The migration is there, and the database does not know of it: a deploy would run it where its changes are already.
fn not_recorded(failure: &Failure, created: &Created) -> Failure {
    let name = created.name().as_str();
    let help = format!(
        "record it before the next deploy (`migsafe resolve --applied {name}`), or remove its folder"
    );
    failure.within(&format!("{name} is written, and not recorded as applied"), help)
}

/// In the database that was changed by hand the changes are there already.
async fn mark_applied(
    global: &Global,
    args: &Drift,
    store: &dyn HistoryStore,
    created: &Created,
    output: &Output,
) -> Result<(), Failure> {
    let migrations: Migrations = connect::migrations(global)?;
    let resolution = Resolution::Applied(created.name().clone());
    resolve::record(store, &migrations, &resolution, args.yes, output).await
}
