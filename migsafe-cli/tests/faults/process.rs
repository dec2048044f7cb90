//! A process, its signals and what it leaves.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take that has to happen at all.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A process that does not outlive its test.
pub(crate) struct Process(Option<Child>);

impl From<Child> for Process {
    fn from(child: Child) -> Self {
        Self(Some(child))
    }
}

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.0.as_ref().unwrap().id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        // It may have ended already; its number is ours until it is waited for.
        let _ = Command::new("kill").args(["-s", name, &id]).stderr(Stdio::null()).status();
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.as_mut().unwrap().try_wait().unwrap().is_some()
    }

    /// Kills it and waits for its end.
    pub(crate) fn kill(mut self) -> Ran {
        let mut child = self.0.take().unwrap();
        child.kill().unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Waits for its end, but not for ever.
    #[track_caller]
    pub(crate) fn wait(self, limit: Duration) -> Ran {
        self.try_wait(limit).unwrap_or_else(|ran| panic!("it did not end in {limit:?}:\n{ran}"))
    }

    /// The same; what it has written so far if it had to be killed.
    pub(crate) fn try_wait(mut self, limit: Duration) -> Result<Ran, Ran> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if self.has_ended() {
                let child = self.0.take().unwrap();
                return Ok(Ran::of(child.wait_with_output().unwrap()));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Err(self.kill())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.0.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What a process left.
pub(crate) struct Ran {
    /// -1 after a signal.
    pub(crate) code: i32,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let ran = Self {
            code: output.status.code().unwrap_or(-1),
            signal: output.status.signal(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        ran
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    pub(crate) fn was_killed(&self) -> bool {
        self.signal == Some(9)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// State by name.
    #[track_caller]
    pub(crate) fn states(&self) -> BTreeMap<String, String> {
        let document = self.json();
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
        let entries = document["migrations"].as_array().unwrap_or_else(|| panic!("{self}"));
        entries.iter().map(|entry| (text(entry, "name"), text(entry, "state"))).collect()
    }

    /// How many migrations this deploy applied.
    #[track_caller]
    pub(crate) fn applied(&self) -> usize {
        self.json()["applied"].as_array().unwrap().len()
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit {}, signal {:?}", self.code, self.signal)?;
        writeln!(f, "----- stdout\n{}\n----- stderr\n{}", self.stdout, self.stderr)
    }
}

/// Waits until something holds.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < LIMIT, "it never came about: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
