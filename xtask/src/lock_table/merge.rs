//! Versions that do the same, taken together.

use migsafe_testing::lock_table::{Form, Measurement};

/// What a form does from one major version to another.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) form: &'a Form,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) measured: Measurement,
}

/// In the order of the forms, then of the versions.
pub(super) fn rows(forms: &[Form], runs: Vec<(u32, Vec<Measurement>)>) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for form in forms {
        for (version, found) in &runs {
            let major = version / 10_000;
            let Some(measured) = found.iter().find(|found| found.form == form.id) else { continue };
            match rows.last_mut() {
                Some(row) if row.measured == *measured => row.last = major,
                _ => rows.push(Row { form, first: major, last: major, measured: measured.clone() }),
            }
        }
    }
    rows
}
