//! A shell that runs one server and cleans up after it.
//!
//! `unsafe` is forbidden here, so there is no `atexit` and no signal handler, and neither would
//! survive SIGKILL. A pipe does: when this process ends, the kernel closes its end, the shell at
//! the other end sees the end of its input, stops the server and removes the folder. See
//! `supervisor.sh`.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::temp::{Owner, server_folder, server_user};

/// One server process in a folder of its own, both gone when this is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Supervisor {
    shell: Child,
    // None only while dropping.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
    owner: Option<Owner>,
}

impl Supervisor {
    /// Creates the folder and the shell that watches over it; starts no server yet.
    ///
    /// `last_signal` is what ends the server at once, for the time when nobody waits for it.
    pub(crate) fn new(kind: &str, last_signal: &str) -> Self {
        let (folder, owner) = (server_folder(kind), server_user());
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", include_str!("supervisor.sh"), "migsafe-supervisor"])
            .arg(&folder)
            .arg(last_signal)
            .current_dir("/")
            // A Ctrl-C in the terminal is for the tests; the shell ends after them.
            .process_group(0)
            // Fixed messages, whatever the language of the machine.
            .env("LC_ALL", "C")
            .env("HOME", &folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        for (name, _) in std::env::vars_os() {
            // PGDATA, PGPORT, PGOPTIONS and the like would change what the server does.
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        if let Some(owner) = owner {
            command.uid(owner.uid).gid(owner.gid);
        }
        let mut shell = command.spawn().expect("/bin/sh can be started");
        let commands = shell.stdin.take();
        let answers = BufReader::new(shell.stdout.take().expect("standard output is a pipe"));
        let mut supervisor = Self { shell, commands, answers, folder, owner };
        let created = supervisor.answer();
        assert!(created, "cannot create the folder {}", supervisor.folder.display());
        supervisor
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The user the server runs as, if it is not the user of the tests.
    pub(crate) fn owner(&self) -> Option<Owner> {
        self.owner
    }

    /// What the server and the commands have written so far.
    pub(crate) fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Runs a command to its end, its output appended to the log; true if it succeeded.
    pub(crate) fn run(&mut self, program: &Path, args: &[String]) -> bool {
        self.tell(&shell_line("run", program, args))
    }

    /// Starts the server. It was not stopped before: that is the caller's duty.
    pub(crate) fn start(&mut self, program: &Path, args: &[String]) {
        self.tell(&shell_line("start", program, args));
    }

    /// Whether the server process runs.
    pub(crate) fn alive(&mut self) -> bool {
        self.tell("alive")
    }

    /// Sends `signal` to the server and waits for its end. Does nothing without a server.
    pub(crate) fn stop(&mut self, signal: &str) {
        self.tell(&format!("stop {signal}"));
    }

    fn tell(&mut self, command: &str) -> bool {
        let commands = self.commands.as_mut().expect("the pipe is open until drop");
        writeln!(commands, "{command}")
            .and_then(|()| commands.flush())
            .unwrap_or_else(|error| panic!("the supervising shell ended before: {error}"));
        self.answer()
    }

    fn answer(&mut self) -> bool {
        let mut status = String::new();
        self.answers.read_line(&mut status).expect("the supervising shell can be read");
        assert!(!status.is_empty(), "the supervising shell ended");
        status.trim() == "0"
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        drop(self.commands.take());
        // Nothing could be done about a failure here.
        let _ = self.shell.wait();
    }
}

fn shell_line(verb: &str, program: &Path, args: &[String]) -> String {
    let program = program.to_str().expect("the path of a server program is valid UTF-8");
    let mut line = verb.to_owned();
    for word in std::iter::once(program).chain(args.iter().map(String::as_str)) {
        assert!(!word.contains('\n'), "a command for the supervising shell is one line");
        line.push_str(" '");
        line.push_str(&word.replace('\'', r"'\''"));
        line.push('\'');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_reach_the_program_unchanged() {
        let mut supervisor = Supervisor::new("words", "KILL");
        let words = ["%s\\n".to_owned(), "it's $HOME `x` \"q\" *".to_owned()];
        assert!(supervisor.run(Path::new("printf"), &words));
        assert_eq!(supervisor.log(), "it's $HOME `x` \"q\" *\n");
        assert!(!supervisor.run(Path::new("false"), &[]));
    }

    #[test]
    fn a_server_that_ends_is_not_alive_and_the_folder_goes() {
        let mut supervisor = Supervisor::new("ends", "KILL");
        assert!(!supervisor.alive());
        supervisor.start(Path::new("true"), &[]);
        while supervisor.alive() {
            std::thread::yield_now();
        }
        supervisor.stop("QUIT");
        supervisor.start(Path::new("sleep"), &["600".to_owned()]);
        assert!(supervisor.alive());
        supervisor.stop("TERM");
        assert!(!supervisor.alive());
        let folder = supervisor.folder().to_owned();
        assert!(folder.is_dir());
        drop(supervisor);
        assert!(!folder.exists());
    }
}
