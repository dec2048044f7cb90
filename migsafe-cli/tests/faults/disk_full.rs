//! A disk that is full while SQLite writes.

use std::process::Command;

use crate::common::{Ran, Scripts};
use crate::on_sqlite::{BIG, OnSqlite, SMALL};

/// Writes beyond a size fail with "file too large", since the signal is ignored. Nothing of what failed
/// remains, no failed row is left, and with space again a deploy finishes.
fn at_every_limit(scripts: &'static Scripts, step: usize, wal: bool) -> usize {
    let mut full = 0;
    for size in (1..).step_by(step) {
        let on = OnSqlite::new(scripts, wal);
        let limit = format!("trap '' XFSZ; ulimit -f {size}");
        let ran =
            Ran::of(on.project.shell(&limit, &["deploy", "--lock-wait", "1"]).output().unwrap());
        if ran.code == 0 {
            on.check_finished("enough space");
            break;
        }
        full += 1;
        let context = format!("WAL {wal}, no space at the size {size}");
        assert_eq!(ran.code, 1, "{context}: {ran}");
        assert!(!ran.stderr.contains("migration-failed"), "{context}: {ran}");
        on.check_truth(&context);
        on.deploy_and_check(&context);
    }
    full
}

#[test]
fn no_space_at_every_size() {
    for wal in [false, true] {
        let full = at_every_limit(SMALL, 3, wal) + at_every_limit(BIG, 500, wal);
        assert!(full > 10);
        eprintln!("SQLite, WAL {wal}: the disk was full at {full} sizes of its files");
    }
}

/// A file system of its own, in a name space of its own: full, then larger.
const SCRIPT: &str = "\
    mount -t tmpfs -o size=$1k none disk && cd disk || exit 99; \
    run() { \"$@\"; echo \"exit $?\" >&2; }; \
    run \"$0\" deploy --migrations ../migrations --lock-wait 1; \
    run \"$0\" status --migrations ../migrations; \
    mount -o remount,size=64m . || exit 98; \
    run \"$0\" deploy --migrations ../migrations; \
    run \"$0\" status --migrations ../migrations; \
    cp test.db ..";

#[test]
fn a_file_system_without_space() {
    let may =
        Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        // Some systems allow it to root only. Writes that fail beyond a size are tested everywhere.
        assert!(!is_root(), "root is not allowed a file system of its own: `unshare -rm` failed");
        eprintln!("SQLite: this user may have no file system of its own, so none was filled");
        return;
    }
    let mut full = 0;
    for size in [8, 16, 24, 32, 40, 48, 64, 96, 128, 512, 1024, 2048] {
        let on = OnSqlite::new(BIG, false);
        std::fs::create_dir(on.project.path().join("disk")).unwrap();
        let mut command = Command::new("unshare");
        command.args(["-rm", "/bin/sh", "-c", SCRIPT, env!("CARGO_BIN_EXE_migsafe")]);
        command.arg(size.to_string());
        on.project.prepare(&mut command);
        let ran = Ran::of(command.output().unwrap()).exits(0);
        let codes: Vec<&str> =
            ran.stderr.lines().filter_map(|line| line.strip_prefix("exit ")).collect();
        match codes.as_slice() {
            ["1", "3", "0", "0"] => full += 1,
            ["0", "0", "0", "0"] => {}
            other => panic!("{size} kB: {other:?}\n{ran}"),
        }
        assert!(!ran.stderr.contains("migration-failed"), "{size} kB: {ran}");
        on.check_finished(&format!("{size} kB"));
    }
    assert!(full > 5, "{full}");
    eprintln!("SQLite: {full} file systems were full");
}

/// std tells no user id, but the owner of our own `/proc` entry is one.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}
