//! `migsafe new`.

use std::path::Path;
use std::time::SystemTime;

use migsafe_core::Dialect;
use migsafe_core::migrations::{Migrations, create_migration, create_migrations};
use migsafe_core::report::{ExitCode, Steps, json, text};

use crate::args::{Global, New};
use crate::connect;
use crate::failure::Failure;
use crate::output::Output;
use crate::template;

pub(crate) fn run(global: &Global, args: &New, output: &Output) -> Result<ExitCode, Failure> {
    let folder = connect::folder(global).unwrap_or_else(connect::new_folder);
    let dialect = dialect(global, &folder)?;
    let now = SystemTime::now().into();
    if let Some(name) = args.template {
        let template = template::read(name, args)?;
        let releases = template.releases(dialect).map_err(template::not_offered)?;
        let steps = Steps::new(&template, releases, args.release).ok_or_else(|| {
            Failure::usage(
                format!("{} has no release {}", template.name(), args.release),
                "see the releases with --dry-run",
            )
        })?;
        let steps = if args.dry_run {
            steps
        } else {
            let drafts = steps.drafts().map(|draft| (&*draft.slug, &*draft.script));
            let made = create_migrations(&folder, drafts, now, dialect)?;
            steps.written(made)
        };
        output.report(|style| text::steps(&steps, style), || json::steps(&steps))?;
        return Ok(ExitCode::Ok);
    }
    let name = args.name.as_deref().unwrap_or_default();
    let created = create_migration(&folder, name, now, dialect)?;
    output.report(|style| text::created(&created, style), || json::created(&created))?;
    Ok(ExitCode::Ok)
}

/// What the folder says, else what the URL says. The database itself is not needed.
fn dialect(global: &Global, folder: &Path) -> Result<Dialect, Failure> {
    let named = Migrations::from_directory(folder).ok().and_then(|set| set.lock_file().dialect());
    match (named, connect::url(global)) {
        (Some(dialect), _) => Ok(dialect),
        (None, Some(url)) => connect::dialect(url),
        (None, None) => Err(Failure::usage(
            "for a folder without migration_lock.toml the kind of database has to be known",
            "give --database-url or set DATABASE_URL; nothing connects to it",
        )),
    }
}
