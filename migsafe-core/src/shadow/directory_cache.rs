//! A folder that keeps what replays have shown.
#![expect(
    clippy::disallowed_methods,
    reason = "it reads the folder that the caller names, and only for that it is made"
)]

use std::fs;
use std::path::{Path, PathBuf};

use super::SnapshotCache;

/// How many files are kept; the oldest go.
const MOST_FILES: usize = 32;

/// A folder with one file per key. Several programs may use it at once.
///
/// It holds schemas, no rows and no scripts. It may be removed at any time. Whoever may write to it may change what a
/// comparison finds: name a folder that only you can write to. It is made for its owner alone where the system
/// has such rights.
#[derive(Clone, Debug)]
pub struct DirectoryCache {
    folder: PathBuf,
}

impl DirectoryCache {
    /// A folder; it is made when the first text is kept.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn file(&self, key: &str) -> Option<PathBuf> {
        // Keys are digits; anything else could leave the folder.
        let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_key.then(|| self.folder.join(format!("{key}.json")))
    }
}

impl SnapshotCache for DirectoryCache {
    fn get(&self, key: &str) -> Option<String> {
        fs::read_to_string(self.file(key)?).ok()
    }

    fn put(&self, key: &str, text: &str) {
        let Some(file) = self.file(key) else {
            return;
        };
        let _ = make(&self.folder);
        // Beside it and then renamed: whoever reads finds all of it or nothing.
        let beside = self.folder.join(format!("{key}.{}.new", std::process::id()));
        let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, &file));
        if written.is_err() {
            let _ = fs::remove_file(&beside);
            return;
        }
        prune(&self.folder);
    }
}

#[cfg(unix)]
fn make(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)
}

/// Removes the oldest of our files where there are many.
fn prune(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "json"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(MOST_FILES);
    for (_, file) in files.into_iter().take(surplus) {
        let _ = fs::remove_file(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_and_the_folder_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let cache = DirectoryCache::new(folder.path().join("a/b"));
        assert_eq!(cache.get("abc"), None);
        for number in 0..MOST_FILES + 5 {
            cache.put(&format!("key{number:03}"), "text");
        }
        let last = format!("key{:03}", MOST_FILES + 4);
        assert_eq!(cache.get(&last).as_deref(), Some("text"));
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), MOST_FILES);
    }

    #[test]
    fn nothing_leaves_the_folder_and_nothing_fails() {
        let folder = tempfile::tempdir().unwrap();
        let cache = DirectoryCache::new(folder.path().join("in"));
        cache.put("../out", "text");
        assert!(!folder.path().join("out.json").exists());
        assert_eq!(cache.get("../out"), None);
        // A file where the folder should be.
        fs::write(folder.path().join("file"), "").unwrap();
        let cache = DirectoryCache::new(folder.path().join("file"));
        cache.put("a", "text");
        assert_eq!(cache.get("a"), None);
    }
}
