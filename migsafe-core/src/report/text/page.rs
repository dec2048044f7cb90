//! A text that grows line by line.

use crate::report::style::{Paint, Style};

pub(super) struct Page {
    text: String,
    style: Style,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { text: String::new(), style }
    }

    pub(super) fn style(&self) -> Style {
        self.style
    }

    pub(super) fn paint(&self, paint: Paint, text: &str) -> String {
        self.style.paint(paint, text)
    }

    /// One line; blanks at its end are dropped.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref().trim_end());
        self.text.push('\n');
    }

    /// A blank line, unless the text has none before it.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A text of any number of lines after a label; the later lines stand under the first.
    pub(super) fn labelled(&mut self, label: &str, text: &str) {
        let indent = " ".repeat(label.chars().count());
        for (index, line) in text.lines().enumerate() {
            let before = if index == 0 { label } else { &indent };
            self.line(format!("{before}{line}"));
        }
        if text.is_empty() {
            self.line(label);
        }
    }

    /// `label  value` with the values of all lines in one column.
    pub(super) fn fields(&mut self, indent: &str, fields: &[(&str, String)]) {
        let width = fields.iter().map(|(label, _)| label.len()).max();
        let width = width.unwrap_or_default();
        for (label, value) in fields {
            self.labelled(&format!("{indent}{label:width$}  "), value);
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}
