//! How drift is looked for.

use std::sync::Arc;

use crate::schema::{DiffOptions, SnapshotOptions};
use crate::shadow::{ReplayOptions, SnapshotCache};
use crate::store::ShadowProvider;

/// How drift is looked for. The default reads all schemas, ignores nothing, and makes a throw-away database beside the
/// live one.
#[derive(Clone, Debug, Default)]
pub struct DriftOptions {
    pub(super) shadow: Option<Arc<dyn ShadowProvider>>,
    pub(super) snapshot: SnapshotOptions,
    pub(super) diff: DiffOptions,
    pub(super) cache: Option<Arc<dyn SnapshotCache>>,
}

impl DriftOptions {
    /// The same with throw-away databases from elsewhere than from the store.
    #[must_use]
    pub fn with_shadow(mut self, shadow: Option<Arc<dyn ShadowProvider>>) -> Self {
        self.shadow = shadow;
        self
    }

    /// The same, reading so much of both schemas.
    #[must_use]
    pub fn with_snapshot(mut self, snapshot: SnapshotOptions) -> Self {
        self.snapshot = snapshot;
        self
    }

    /// The same with what is tolerated and ignored.
    #[must_use]
    pub fn with_diff(mut self, diff: DiffOptions) -> Self {
        self.diff = diff;
        self
    }

    /// The same with a place where replayed schemas are kept.
    #[must_use]
    pub fn with_cache(mut self, cache: Option<Arc<dyn SnapshotCache>>) -> Self {
        self.cache = cache;
        self
    }

    pub(super) fn replay(&self) -> ReplayOptions {
        ReplayOptions::default().with_snapshot(self.snapshot.clone()).with_cache(self.cache.clone())
    }
}
