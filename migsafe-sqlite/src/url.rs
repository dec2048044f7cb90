//! Where a database is: the URL forms of SQLite, sqlx and Prisma.

use std::path::{Path, PathBuf};

use migsafe_core::store::{StoreError, StoreErrorCode};

/// What a URL leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file.
    File {
        /// Absolute, so that a later change of the current directory changes nothing.
        path: PathBuf,
        /// As it was given, for people.
        shown: String,
        /// `mode=ro` was asked for: nothing is ever written.
        read_only: bool,
    },
    /// A database in memory.
    Memory,
}

/// Reads a URL.
///
/// - relative to the current directory: `sqlite:dev.db`, `sqlite://dev.db`, `file:dev.db`,
///   `file:./dev.db`;
/// - absolute: `sqlite:/var/x.db`, `sqlite:///var/x.db`, `file:/var/x.db`, `file:///var/x.db`,
///   `file://localhost/var/x.db`;
/// - in memory: `sqlite::memory:`, `sqlite://:memory:`, `file::memory:`, any with `mode=memory`.
///
/// `%20` and the like are decoded in the path. Of the parameters after `?` only `mode=memory` and
/// `mode=ro` mean anything; all others (`connection_limit`, `socket_timeout`, …) are ignored, as
/// Prisma ignores what it does not know. A message never holds more of the URL than its scheme: it
/// may be the URL of another database, with a password.
pub(crate) fn parse(url: &str) -> Result<Place, StoreError> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(invalid("the database URL has no scheme"));
    };
    let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let path = match scheme.to_ascii_lowercase().as_str() {
        "sqlite" => path.strip_prefix("//").unwrap_or(path),
        "file" => without_authority(path)?,
        other => return Err(wrong_scheme(other)),
    };
    let mode = parameters
        .split('&')
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(key, _)| *key == "mode")
        .map(|(_, value)| value)
        .next_back();
    if path == ":memory:" || mode == Some("memory") {
        return Ok(Place::Memory);
    }
    let path = decode(path)?;
    if path.is_empty() {
        // SQLite would silently open a temporary database.
        return Err(invalid("the database URL has no path"));
    }
    file(Path::new(&path), mode == Some("ro"))
}

/// The file at a path.
pub(crate) fn file(path: &Path, read_only: bool) -> Result<Place, StoreError> {
    let Some(text) = path.to_str() else {
        return Err(invalid("the path of the database file is not valid UTF-8"));
    };
    if text.is_empty() || text.contains('\0') {
        return Err(invalid("the path of the database file is empty or holds a NUL character"));
    }
    let absolute = std::path::absolute(path).map_err(|error| {
        invalid("the path of the database file cannot be made absolute").with_source(error)
    })?;
    if absolute.to_str().is_none() {
        return Err(invalid("the current directory is not valid UTF-8"));
    }
    let shown = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    Ok(Place::File { path: absolute, shown, read_only })
}

/// `file://localhost/x` and `file:///x` without what is before the path. `file://x` names a
/// computer `x` in a URL, `/x` for Prisma and `x` for whoever wrote it, so it is refused.
fn without_authority(path: &str) -> Result<&str, StoreError> {
    let Some(after) = path.strip_prefix("//") else {
        return Ok(path);
    };
    if after == ":memory:" {
        return Ok(after);
    }
    let rooted = after.strip_prefix("localhost").unwrap_or(after);
    if rooted.starts_with('/') {
        return Ok(rooted);
    }
    Err(invalid("after `file://` comes an absolute path").with_help(
        "use file:dev.db for a path relative to the current directory, file:///srv/dev.db for an \
         absolute one",
    ))
}

fn decode(text: &str) -> Result<String, StoreError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = (byte == b'%').then(|| (hex(after.first()), hex(after.get(1))));
        // What is no escape stands for itself: `100%.db` is a legal name.
        if let Some((Some(high), Some(low))) = digits {
            bytes.push(high * 16 + low);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).map_err(|_| invalid("the path in the database URL is not valid UTF-8"))
}

fn hex(digit: Option<&u8>) -> Option<u8> {
    let digit = char::from(*digit?).to_digit(16)?;
    u8::try_from(digit).ok()
}

fn wrong_scheme(scheme: &str) -> StoreError {
    let plain = scheme.len() <= 20
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    if plain && !scheme.is_empty() {
        invalid(format!("`{scheme}` is not a URL scheme of SQLite"))
    } else {
        invalid("the database URL has no scheme of SQLite")
    }
}

fn invalid(message: impl Into<String>) -> StoreError {
    StoreError::new(StoreErrorCode::InvalidUrl, message)
        .with_help("use sqlite:path/to/file.db, file:path/to/file.db or sqlite::memory:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(url: &str) -> PathBuf {
        match parse(url).unwrap() {
            Place::File { path, .. } => path,
            Place::Memory => panic!("{url} is in memory"),
        }
    }

    #[test]
    fn relative_paths_belong_to_the_current_directory() {
        let expected = std::env::current_dir().unwrap().join("dev.db");
        for url in [
            "sqlite:dev.db",
            "sqlite://dev.db",
            "SQLITE:./dev.db",
            "file:dev.db",
            "file:./dev.db",
            "file:dev.db?connection_limit=1",
            "file:./dev.db?socket_timeout=10&connection_limit=1&mode=rwc",
            "file:d%65v.db",
        ] {
            assert_eq!(path(url), expected, "{url}");
        }
    }

    #[test]
    fn absolute_paths_in_all_forms() {
        for url in [
            "sqlite:/srv/a b.db",
            "sqlite:///srv/a%20b.db",
            "file:/srv/a%20b.db",
            "file:///srv/a%20b.db",
            "file://localhost/srv/a b.db",
        ] {
            assert_eq!(path(url), Path::new("/srv/a b.db"), "{url}");
        }
        assert_eq!(path("sqlite:/srv/100%.db"), Path::new("/srv/100%.db"));
        assert_eq!(path("sqlite:/srv/%zz%4"), Path::new("/srv/%zz%4"));
        assert_eq!(path("sqlite:/srv/%E2%98%83"), Path::new("/srv/☃"));
    }

    #[test]
    fn memory_in_all_forms() {
        for url in [
            "sqlite::memory:",
            "sqlite://:memory:",
            "file::memory:",
            "file::memory:?cache=shared",
            "file:name?mode=memory&cache=shared",
        ] {
            assert_eq!(parse(url).unwrap(), Place::Memory, "{url}");
        }
    }

    #[test]
    fn read_only_is_the_only_other_parameter() {
        let place = parse("sqlite:x.db?mode=ro").unwrap();
        assert!(matches!(place, Place::File { read_only: true, .. }));
        let place = parse("sqlite:x.db?immutable=1").unwrap();
        assert!(matches!(place, Place::File { read_only: false, .. }));
    }

    #[test]
    fn what_is_no_url_of_sqlite_is_refused_without_showing_it() {
        for url in [
            "",
            "dev.db",
            "sqlite:",
            "sqlite://",
            "file:",
            "file:?connection_limit=1",
            "file://dev.db",
            "file://./dev.db",
            "postgresql://user:s3cret@host/db",
            "user:s3cret@host",
            "s3cret/../x:y",
            "sqlite:%00",
            "sqlite:%ff",
        ] {
            let error = parse(url).unwrap_err();
            assert_eq!(error.code(), StoreErrorCode::InvalidUrl, "{url}");
            let shown = format!("{error} {error:?} {}", error.help());
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }

    #[test]
    fn control_characters_are_not_shown() {
        let Place::File { shown, .. } = parse("sqlite:a%1b[31m.db").unwrap() else { panic!() };
        assert_eq!(shown, "a\u{fffd}[31m.db");
    }
}
