//! Running other programs: every command is printed first, and its exit code passed on.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

/// Why the whole run ends, and with which exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) code: u8,
}

impl Failure {
    /// Something could not be done.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// The command line makes no sense.
    pub(crate) fn usage(message: &str) -> Self {
        Self { message: message.to_owned(), code: 2 }
    }
}

/// Prints and runs a command; a failure carries its exit code.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let text = describe(command);
    say(&format!("$ {text}"));
    let status =
        command.status().map_err(|error| Failure::new(format!("cannot run `{text}`: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure { message: format!("`{text}` failed: {status}"), code: code_of(status) })
}

/// Prints a line.
#[expect(clippy::print_stdout, reason = "the developer reads it")]
pub(crate) fn say(line: &str) {
    println!("{}", line.trim_end());
}

/// Prints an error.
#[expect(clippy::print_stderr, reason = "the developer reads it")]
pub(crate) fn complain(message: &str) {
    eprintln!("error: {message}");
}

/// What a shell would report: the exit code, or 128 plus the number of the signal.
fn code_of(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

fn describe(command: &Command) -> String {
    let mut words: Vec<String> = command
        .get_envs()
        .filter_map(|(name, value)| {
            Some(format!("{}={}", name.to_string_lossy(), quote(&value?.to_string_lossy())))
        })
        .collect();
    words.push(quote(&command.get_program().to_string_lossy()));
    words.extend(command.get_args().map(|arg| quote(&arg.to_string_lossy())));
    let line = words.join(" ");
    match command.get_current_dir() {
        Some(folder) => format!("cd {} && {line}", quote(&folder.to_string_lossy())),
        None => line,
    }
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_printed_as_one_would_type_it() {
        let mut command = Command::new("cargo");
        command.args(["doc", "it's"]).env("RUSTDOCFLAGS", "-D warnings").current_dir("/tmp");
        assert_eq!(
            describe(&command),
            r"cd /tmp && RUSTDOCFLAGS='-D warnings' cargo doc 'it'\''s'"
        );
    }

    #[test]
    fn exit_codes_are_passed_on() {
        let exit = |script: &str| run(Command::new("sh").args(["-c", script])).unwrap_err().code;
        assert_eq!(exit("exit 7"), 7);
        assert_eq!(exit("kill -9 $$"), 137);
        assert_eq!(run(&mut Command::new("/no/such/program")).unwrap_err().code, 1);
        run(&mut Command::new("true")).unwrap();
    }
}
