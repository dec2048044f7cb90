//! Who has locked a file, as far as the system tells.
//!
//! SQLite knows that a file is locked and not by whom. Linux does: its table of locks names file and process. Elsewhere,
//! in another name space, and on file systems that show other numbers than they lock, nobody is named. The file itself
//! is not opened for it: closing it would drop the locks of other connections of this process.

use std::fmt;
use std::path::Path;

/// A process with a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Locker {
    pid: u32,
    name: Option<String>,
}

/// The processes that have a lock on a database file, or on the file that stands for its locks in WAL mode.
pub(crate) fn of(database: &Path) -> Vec<Locker> {
    let mut shared = database.as_os_str().to_owned();
    shared.push("-shm");
    let files: Vec<String> =
        [database, Path::new(&shared)].into_iter().filter_map(file_of).collect();
    let table = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    pids(&table, &files)
        .into_iter()
        .map(|pid| Locker { pid, name: std::fs::read_to_string(format!("/proc/{pid}/comm")).ok() })
        .collect()
}

/// A file as the table of locks names it: device and inode.
#[cfg(target_os = "linux")]
fn file_of(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = std::fs::metadata(path).ok()?;
    let device = meta.dev();
    let major = (device >> 8) & 0xfff | (device >> 32) & 0xffff_f000;
    let minor = device & 0xff | (device >> 12) & 0xffff_ff00;
    Some(format!("{major:02x}:{minor:02x}:{}", meta.ino()))
}

#[cfg(not(target_os = "linux"))]
fn file_of(_: &Path) -> Option<String> {
    None
}

/// The processes in the table that have one of these files locked, each once, in order of the table; those that only read
/// are in nobody's way as long as there is one that writes. A line is
/// `1: POSIX  ADVISORY  WRITE 4711 fe:01:393219 1073741824 1073742335`; who only waits has `->` before the kind.
fn pids(table: &str, files: &[String]) -> Vec<u32> {
    let (mut writers, mut readers) = (Vec::new(), Vec::new());
    for line in table.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, kind, _, access, pid, file, ..] = words[..] else { continue };
        if kind == "->" || !files.iter().any(|known| known == file) {
            continue;
        }
        // 0 and -1: in another name space, or no process's own.
        match pid.parse() {
            Ok(0) | Err(_) => {}
            Ok(pid) if access == "WRITE" => writers.push(pid),
            Ok(pid) => readers.push(pid),
        }
    }
    let mut found = if writers.is_empty() { readers } else { writers };
    let mut seen = Vec::new();
    found.retain(|pid| {
        !seen.contains(pid) && {
            seen.push(*pid);
            true
        }
    });
    found
}

impl fmt::Display for Locker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pid == std::process::id() {
            return f.write_str("another connection of this process");
        }
        write!(f, "process {}", self.pid)?;
        match self.name.as_deref().map(str::trim) {
            Some(name) if !name.is_empty() => write!(f, " ({name})"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_lock_is_found_and_who_waits_is_not() {
        let table = "\
            1: POSIX  ADVISORY  WRITE 4711 fe:01:393219 1073741824 1073742335\n\
            1: -> POSIX  ADVISORY  WRITE 4712 fe:01:393219 1073741824 1073741824\n\
            2: POSIX  ADVISORY  READ 4711 fe:01:393219 1073741826 1073742335\n\
            2: POSIX  ADVISORY  READ 4710 fe:01:393219 1073741826 1073742335\n\
            2: POSIX  ADVISORY  WRITE 4711 fe:01:393219 1073741825 1073741825\n\
            2: POSIX  ADVISORY  READ 4714 fe:01:7 1073741826 1073742335\n\
            3: FLOCK  ADVISORY  WRITE 4713 fe:01:393220 0 EOF\n\
            4: OFDLCK ADVISORY  WRITE -1 fe:01:393219 0 EOF\n\
            5: POSIX\n";
        let file = "fe:01:393219".to_owned();
        assert_eq!(pids(table, std::slice::from_ref(&file)), [4711]);
        assert_eq!(pids(table, &["fe:01:393220".to_owned(), file]), [4711, 4713]);
        assert_eq!(pids(table, &["fe:01:7".to_owned()]), [4714]);
        assert!(pids("", &["fe:01:393220".to_owned()]).is_empty());
    }
}
