//! The releases of a template, and what was written of them.

use crate::migrations::Created;
use crate::template::{Draft, Release, Template};

/// The steps of a change, one release of which is written.
#[derive(Clone, Debug)]
pub struct Steps {
    pub(super) template: &'static str,
    pub(super) releases: Vec<Release>,
    /// From 0.
    pub(super) chosen: usize,
    pub(super) created: Option<Vec<Created>>,
}

impl Steps {
    /// The steps of which nothing is written yet; `release` counts from 1. `None` when there are fewer.
    #[must_use]
    pub fn new(template: &Template, releases: Vec<Release>, release: u32) -> Option<Self> {
        let chosen = usize::try_from(release).ok()?.checked_sub(1)?;
        releases.get(chosen)?;
        Some(Self { template: template.name(), releases, chosen, created: None })
    }

    /// The migrations of the chosen release.
    pub fn drafts(&self) -> impl Iterator<Item = &Draft> {
        self.releases.get(self.chosen).into_iter().flat_map(|release| &release.migrations)
    }

    /// The same with what was made of the drafts.
    #[must_use]
    pub fn written(mut self, created: Vec<Created>) -> Self {
        self.created = Some(created);
        self
    }
}
