//! The rules that found something.

use std::collections::BTreeSet;

use serde::Serialize;

use super::result::level;
use crate::policy::{BuiltIn, Rule as _, Tier, built_in_rules};
use crate::report::LintReport;

/// The rules that found something, by id.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Rules(Vec<Descriptor>);

impl Rules {
    pub(super) fn of(report: &LintReport) -> Self {
        let all = report.findings().iter().chain(report.suppressed());
        let ids: BTreeSet<&str> = all.map(|found| &*found.finding().rule).collect();
        Self(ids.into_iter().map(Descriptor::of).collect())
    }

    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.0.iter().position(|rule| rule.id == id)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: String,
    #[serde(flatten)]
    built_in: Option<Page>,
}

impl Descriptor {
    fn of(id: &str) -> Self {
        let built_in = built_in_rules().find(|rule| rule.id() == id);
        // Of a rule that somebody added only the id is known here.
        Self { id: id.to_owned(), built_in: built_in.map(Page::of) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    short_description: Text,
    help_uri: String,
    help: Text,
    default_configuration: Configuration,
}

impl Page {
    fn of(rule: &BuiltIn) -> Self {
        let page = rule.documentation();
        Self {
            short_description: Text { text: rule.summary().into_owned(), markdown: None },
            help_uri: rule.url(),
            help: Text { text: page.clone(), markdown: Some(page) },
            default_configuration: Configuration {
                level: level(rule.default_severity(Tier::Production)),
            },
        }
    }
}

#[derive(Serialize)]
pub(super) struct Text {
    pub(super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) markdown: Option<String>,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}
