//! The one place that writes: reports to standard output, everything else to standard error.

use std::io::{self, ErrorKind, IsTerminal as _, Write};

use migsafe_core::report::{LintReport, Problem, Style, github, json, markdown, sarif, text};
use migsafe_core::schema::ChangeScript;

use crate::args::{Format, Global};
use crate::failure::Failure;

pub(crate) struct Output {
    format: Format,
    coloured: bool,
    /// Remarks on how the program was called.
    notes: Vec<String>,
}

impl Output {
    /// Remarks go to standard error at once, or into the document.
    pub(crate) fn new(global: &Global, notes: Vec<String>) -> Self {
        // https://no-color.org: present and not empty.
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let coloured = !global.no_color && !no_color;
        let output = Self { format: global.format, coloured, notes };
        if output.is_text() {
            for note in &output.notes {
                output.note(note);
            }
        }
        output
    }

    /// Says something that changes nothing.
    pub(crate) fn note(&self, note: &str) {
        standard_error(&format!("note: {note}\n"));
    }

    pub(crate) fn is_text(&self) -> bool {
        self.format != Format::Json
    }

    /// Writes the report in the form asked for.
    pub(crate) fn report(
        &self,
        text: impl FnOnce(Style) -> String,
        document: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let written = match self.format {
            Format::Json => json::with_notes(document(), &self.notes),
            _ => text(self.style(io::stdout().is_terminal())),
        };
        standard_output(&written)
    }

    /// Writes SQL and nothing else.
    pub(crate) fn sql(&self, script: &ChangeScript) -> Result<(), Failure> {
        standard_output(&script.to_sql())
    }

    /// The same where there is a form in Markdown too.
    pub(crate) fn report_or_markdown(
        &self,
        text: impl FnOnce(Style) -> String,
        document: impl FnOnce() -> String,
        markdown: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        match self.format {
            Format::Markdown => standard_output(&markdown()),
            _ => self.report(text, document),
        }
    }

    /// Writes what linting gave, which has forms of its own.
    pub(crate) fn lint(&self, report: &LintReport) -> Result<(), Failure> {
        match self.format {
            Format::Github => standard_output(&github::lint(report)),
            Format::Sarif => standard_output(&sarif::lint(report)),
            _ => self.report(|style| text::lint(report, style), || json::lint(report)),
        }
    }

    /// Writes something about the work, never part of the report.
    pub(crate) fn remark(&self, text: impl FnOnce(Style) -> String) {
        standard_error(&text(self.style(io::stderr().is_terminal())));
    }

    /// Writes why it failed: for people to standard error, as a document to standard output.
    pub(crate) fn failure(&self, failure: &Failure) {
        let document = match (self.format, failure) {
            (Format::Json, Failure::Engine(error)) => {
                json::with_notes(json::error(error), &self.notes)
            }
            (Format::Json, Failure::Problem(problem, _)) => {
                json::with_notes(json::problem(problem), &self.notes)
            }
            (Format::Github, Failure::Engine(error)) => github::problem(&Problem::from(error)),
            (Format::Github, Failure::Problem(problem, _)) => github::problem(problem),
            (Format::Markdown, Failure::Engine(error)) => markdown::problem(&Problem::from(error)),
            (Format::Markdown, Failure::Problem(problem, _)) => markdown::problem(problem),
            // Code scanning would take a log without findings for "all mended", so there is none.
            (Format::Text | Format::Sarif, _) => String::new(),
        };
        if self.is_text() {
            self.remark(|style| match failure {
                Failure::Engine(error) => text::error(error, style),
                Failure::Problem(problem, _) => text::problem(problem, style),
            });
        }
        // The exit code says that it failed, whether or not this can be written.
        let _ = standard_output(&document);
    }

    fn style(&self, terminal: bool) -> Style {
        if terminal && self.coloured { Style::coloured() } else { Style::plain() }
    }
}

/// Writes to standard output. A reader that went away (`migsafe status | head`) is no error.
pub(crate) fn standard_output(text: &str) -> Result<(), Failure> {
    match write(io::stdout().lock(), text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::stopped(
            "output",
            format!("cannot write to standard output: {error}"),
            "what the command did to the database is done; see `migsafe status`",
        )),
        _ => Ok(()),
    }
}

/// Writes to standard error. If that is not possible there is nobody to tell.
pub(crate) fn standard_error(text: &str) {
    let _ = write(io::stderr().lock(), text);
}

fn write(mut stream: impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
