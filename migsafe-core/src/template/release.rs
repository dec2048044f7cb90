//! What is deployed together.

/// One release: the migrations, and what the code has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Release {
    /// What it is for, a lower-case fragment: `add the column, fill it`.
    pub title: String,
    /// What the code of this release does, a lower-case fragment. It is deployed after the migrations.
    pub code: String,
    /// Its migrations, in order.
    pub migrations: Vec<Draft>,
}

/// A migration that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Draft {
    /// What it does in a few words, for the folder's name.
    pub slug: String,
    /// Its script.
    pub script: String,
}

impl Release {
    pub(super) fn new(
        title: impl Into<String>,
        code: impl Into<String>,
        migrations: impl Into<Vec<Draft>>,
    ) -> Self {
        Self { title: title.into(), code: code.into(), migrations: migrations.into() }
    }
}

impl Draft {
    pub(super) fn new(slug: impl Into<String>, script: impl Into<String>) -> Self {
        Self { slug: slug.into(), script: script.into() }
    }
}
