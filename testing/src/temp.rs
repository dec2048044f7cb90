//! Folders, ports and the user that servers run as.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The user a server runs as when the tests run as root, which PostgreSQL refuses to run as.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The user that servers give root up for; `None` if we are not root.
pub(crate) fn server_user() -> Option<Owner> {
    let id = Command::new("id").arg("-u").output().expect("the program `id` can be run");
    (id.stdout.trim_ascii() == b"0").then(unprivileged_user)
}

/// A path for the folder of one server; nothing is there yet.
pub(crate) fn server_folder(kind: &str) -> PathBuf {
    temp_root().join(format!("migsafe-{kind}-{}", unique()))
}

/// A part for names that no other process and no other call uses.
pub(crate) fn unique() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    format!("{}-{count}-{nanos:08x}", std::process::id())
}

/// A TCP port on the loopback address that was free a moment ago.
///
/// The ports are below the range that Linux gives to outgoing connections, so that a stopped server
/// finds its port free again when it is started once more.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    const FIRST: u32 = 20_000;
    const COUNT: u32 = 12_000;
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
    let seed = std::process::id().wrapping_mul(7919).wrapping_add(nanos / 1000);
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + seed.wrapping_add(step) % COUNT;
        let port = u16::try_from(port).expect("the range ends below 65536");
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free TCP port on 127.0.0.1 between {FIRST} and {}", FIRST + COUNT);
}

/// Whether every folder on the way to `path` may be entered by any user.
pub(crate) fn reachable_by_all(path: &Path) -> bool {
    path.ancestors()
        .filter(|folder| folder.is_dir())
        .all(|folder| fs::metadata(folder).is_ok_and(|meta| meta.mode() & 0o001 != 0))
}

fn temp_root() -> PathBuf {
    let root = std::env::temp_dir();
    // A server that gives up root must be able to reach its folder and, at the end, to remove it.
    let writable = fs::metadata(&root).is_ok_and(|meta| meta.mode() & 0o002 != 0);
    let usable = writable && reachable_by_all(&root);
    if usable || !Path::new("/tmp").is_dir() { root } else { PathBuf::from("/tmp") }
}

fn unprivileged_user() -> Owner {
    let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd can be read");
    ["postgres", "nobody"].into_iter().find_map(|name| user_in(&users, name)).expect(
        "running as root needs a user `postgres` or `nobody` in /etc/passwd: \
         PostgreSQL does not run as root",
    )
}

fn user_in(passwd: &str, name: &str) -> Option<Owner> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Owner { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_user_by_its_whole_name() {
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody2:x:7:8:::\nnobody:x:65534:65533:n:/:/x\n";
        let user = user_in(passwd, "nobody").unwrap();
        assert_eq!((user.uid, user.gid), (65534, 65533));
        assert!(user_in(passwd, "postgres").is_none());
    }

    #[test]
    fn ports_and_names_do_not_repeat() {
        assert_ne!(free_port(), free_port());
        assert_ne!(unique(), unique());
    }
}
