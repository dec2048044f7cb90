//! The releases of a template.

use serde::Serialize;

use super::document::document;
use crate::migrations::MigrationName;
use crate::report::Steps;

/// The document of `new --template`.
#[must_use]
pub fn steps(steps: &Steps) -> String {
    let releases = steps.releases.iter().map(|release| ReleaseBody {
        title: &release.title,
        code: &release.code,
        migrations: release
            .migrations
            .iter()
            .map(|draft| DraftBody { slug: &draft.slug, script: &draft.script })
            .collect(),
    });
    let created = steps.created.as_ref().map(|created| {
        created
            .iter()
            .map(|made| Made {
                migration: made.name(),
                script: made.script().display().to_string(),
                lock_file: made.lock_file().map(|path| path.display().to_string()),
            })
            .collect()
    });
    let body = StepsBody {
        template: steps.template,
        release: steps.chosen + 1,
        releases: releases.collect(),
        created,
    };
    document("steps", body)
}

#[derive(Serialize)]
struct StepsBody<'a> {
    template: &'static str,
    /// Which one was asked for, from 1.
    release: usize,
    releases: Vec<ReleaseBody<'a>>,
    /// `null` when nothing was to be written.
    created: Option<Vec<Made<'a>>>,
}

#[derive(Serialize)]
struct ReleaseBody<'a> {
    title: &'a str,
    code: &'a str,
    migrations: Vec<DraftBody<'a>>,
}

#[derive(Serialize)]
struct DraftBody<'a> {
    slug: &'a str,
    script: &'a str,
}

#[derive(Serialize)]
struct Made<'a> {
    migration: &'a MigrationName,
    script: String,
    lock_file: Option<String>,
}
