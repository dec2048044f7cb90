//! The binary, given a few seconds, and what it may leave.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Part of every password in these tests.
pub(crate) const SECRET: &str = "s3cr3t";

const LIMIT: Duration = Duration::from_secs(30);

/// Runs the binary once for people and once for programs; the exit codes.
pub(crate) fn run(folder: &Path, url: &str, direct: Option<&str>, args: &[&str]) -> [i32; 2] {
    ["text", "json"].map(|format| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_migsafe"));
        command
            .args(args)
            .args(["--format", format])
            .current_dir(folder)
            .env("DATABASE_URL", url)
            .env("USER", "tester")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for name in ["DIRECT_URL", "MIGSAFE_ENV", "NO_COLOR", "PGPASSWORD", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        if let Some(direct) = direct {
            command.env("DIRECT_URL", direct);
        }
        let (code, stdout, stderr) = finish(command.spawn().unwrap());
        let all = format!("{args:?} on {url:?}: {code}\n{stdout}\n{stderr}");
        assert!((0..=5).contains(&code), "{all}");
        assert_clean(&stdout, &all);
        assert_clean(&stderr, &all);
        if format == "json" {
            assert_document(&stdout, code, &all);
        } else if code != 0 {
            assert!(!stdout.is_empty() || stderr.contains("error"), "nothing is said: {all}");
        }
        code
    })
}

fn finish(mut child: Child) -> (i32, String, String) {
    let stdout = collect(child.stdout.take().unwrap());
    let stderr = collect(child.stderr.take().unwrap());
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > LIMIT {
            child.kill().unwrap();
            panic!("it hangs: {}{}", stdout.join().unwrap(), stderr.join().unwrap());
        }
        sleep(Duration::from_millis(2));
    };
    (status.code().expect("it ended by itself"), stdout.join().unwrap(), stderr.join().unwrap())
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<String> {
    spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("UTF-8 only");
        text
    })
}

fn assert_clean(text: &str, all: &str) {
    assert!(!text.contains("panicked"), "{all}");
    assert!(!text.contains(SECRET), "a password is shown: {all}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{all:?}");
}

/// One document; an error in it has all its parts.
fn assert_document(text: &str, code: i32, all: &str) {
    let document: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {all}"));
    assert_eq!(document["format_version"], 1, "{all}");
    let error = &document["error"];
    // A status that is not up to date or refused is a report and not an error.
    assert!(!error.is_null() || matches!(code, 0 | 3 | 4), "{all}");
    if !error.is_null() {
        for part in ["code", "message", "help"] {
            assert!(error[part].as_str().is_some_and(|text| !text.is_empty()), "no {part}: {all}");
        }
    }
}
