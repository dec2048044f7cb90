//! Rules.

use std::borrow::Cow;

use serde::Serialize;

use super::document::document;
use crate::Dialect;
use crate::policy::{BuiltIn, Rule as _, Severity, Tier};

/// The document of one rule, with its page.
#[must_use]
pub fn rule(rule: &BuiltIn) -> String {
    let body = RuleWithPage { rule: RuleBody::of(rule), page: rule.documentation() };
    document("rule", body)
}

/// The document of many rules.
#[must_use]
pub fn rules<'a>(rules: impl IntoIterator<Item = &'a BuiltIn>) -> String {
    document("rules", Rules { rules: rules.into_iter().map(RuleBody::of).collect() })
}

#[derive(Serialize)]
struct Rules {
    rules: Vec<RuleBody>,
}

#[derive(Serialize)]
struct RuleWithPage {
    #[serde(flatten)]
    rule: RuleBody,
    /// Markdown.
    page: String,
}

#[derive(Serialize)]
struct RuleBody {
    id: Cow<'static, str>,
    summary: Cow<'static, str>,
    severities: Severities,
    dialects: &'static [Dialect],
    since: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Severities {
    development: Severity,
    staging: Severity,
    production: Severity,
}

impl RuleBody {
    fn of(rule: &BuiltIn) -> Self {
        Self {
            id: rule.id(),
            summary: rule.summary(),
            severities: Severities {
                development: rule.default_severity(Tier::Development),
                staging: rule.default_severity(Tier::Staging),
                production: rule.default_severity(Tier::Production),
            },
            dialects: rule.dialects(),
            since: rule.since(),
            url: rule.url(),
        }
    }
}
