//! The policy: severities per environment, a stack of overrides, and the judgement.

use std::sync::Arc;

use thiserror::Error;

use super::{
    Environment, Facts, Finding, Findings, Refusal, Rule, Severity, Verdict, built_in_rules,
};
use crate::plan::{Plan, Target};

/// One override of the stack; the last one that names a rule wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    rule: String,
    severity: Severity,
    reason: String,
}

impl Override {
    /// The rule's id.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The severity it sets.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Why, in the words of whoever set it.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// An override names a rule that does not exist: a typing error must not switch a check off in silence.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no rule is named {0:?}")]
pub struct UnknownRule(String);

/// What is refused and what is only said.
#[derive(Clone, Debug)]
pub struct Policy {
    environment: Environment,
    overrides: Vec<Override>,
    failing: Severity,
    custom: Vec<Arc<dyn Rule>>,
}

impl Default for Policy {
    /// The policy of [`Environment::production`].
    fn default() -> Self {
        Self::for_environment(Environment::production())
    }
}

impl Policy {
    /// The built-in defaults of an environment.
    #[must_use]
    pub fn for_environment(environment: Environment) -> Self {
        Self { environment, overrides: Vec::new(), failing: Severity::Error, custom: Vec::new() }
    }

    /// Sets the severity of a rule; later overrides win over earlier ones.
    ///
    /// # Errors
    ///
    /// No built-in rule and no rule added with [`Policy::with_rule`] has this id.
    pub fn with_override(
        mut self,
        rule: impl Into<String>,
        severity: Severity,
        reason: impl Into<String>,
    ) -> Result<Self, UnknownRule> {
        let rule = rule.into();
        if !self.rules().any(|known| known.id() == rule) {
            return Err(UnknownRule(rule));
        }
        self.overrides.push(Override { rule, severity, reason: reason.into() });
        Ok(self)
    }

    /// Adds a rule of your own.
    #[must_use]
    pub fn with_rule(mut self, rule: impl Rule + 'static) -> Self {
        self.custom.push(Arc::new(rule));
        self
    }

    /// The severity at which a finding refuses; [`Severity::Error`] by default. [`Severity::Off`] is
    /// taken for [`Severity::Note`]: a policy cannot refuse for nothing.
    #[must_use]
    pub fn failing_at(mut self, severity: Severity) -> Self {
        self.failing = severity.max(Severity::Note);
        self
    }

    /// The environment it is for.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The stack of overrides, oldest first.
    #[must_use]
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// The severity at which a finding refuses.
    #[must_use]
    pub fn failing_severity(&self) -> Severity {
        self.failing
    }

    /// The severity of a rule under this policy; [`Severity::Error`] for an id that no rule has, since
    /// what is not known is never taken for harmless.
    #[must_use]
    pub fn severity(&self, rule: &str) -> Severity {
        let tier = self.environment.tier();
        self.overrides.iter().rev().find(|o| o.rule == rule).map_or_else(
            || {
                self.rules()
                    .find(|known| known.id() == rule)
                    .map_or(Severity::Error, |known| known.default_severity(tier))
            },
            |o| o.severity,
        )
    }

    /// Runs every rule; gravest findings first, then in the order of migrations.
    #[must_use]
    pub fn findings(&self, facts: &Facts<'_>) -> Vec<Finding> {
        let tier = self.environment.tier();
        let mut collected = Vec::new();
        for rule in self.rules() {
            let id = rule.id();
            let severity = self
                .overrides
                .iter()
                .rev()
                .find(|o| o.rule == id)
                .map_or_else(|| rule.default_severity(tier), |o| o.severity);
            if severity > Severity::Off {
                rule.check(facts, &mut Findings::new(id, severity, &mut collected));
            }
        }
        collected.sort_by(|a, b| {
            b.severity
                .cmp(&a.severity)
                .then_with(|| a.migration.cmp(&b.migration))
                .then_with(|| a.location.cmp(&b.location))
        });
        collected
    }

    /// Judges the facts: the plan for everything up to the target, or the refusal.
    #[must_use]
    pub fn judge(&self, facts: &Facts<'_>, target: &Target) -> Verdict {
        let mut findings = self.findings(facts);
        findings.extend(unusable(facts, target, &findings));
        if findings.iter().any(|finding| finding.severity >= self.failing) {
            Verdict::Refuse(Refusal::new(findings, self.failing))
        } else {
            Verdict::Proceed(Plan::new(facts, target, self.environment.name(), findings))
        }
    }

    fn rules(&self) -> impl Iterator<Item = &dyn Rule> {
        let built_in = built_in_rules().map(|rule| rule as &dyn Rule);
        built_in.chain(self.custom.iter().map(|rule| &**rule))
    }
}

/// Pending migrations within the target that have no script to run. Rules report them, but no
/// override may turn them into something that a deploy passes over in silence.
fn unusable(facts: &Facts<'_>, target: &Target, findings: &[Finding]) -> Vec<Finding> {
    let reported = |name| {
        findings.iter().any(|f| f.severity == Severity::Error && f.migration.as_ref() == Some(name))
    };
    facts
        .diagnosis()
        .pending()
        .enumerate()
        .filter(|(index, entry)| target.includes(*index, entry.name()))
        .filter(|(_, entry)| entry.checksum().is_none() && !reported(entry.name()))
        .map(|(_, entry)| Finding {
            rule: "unreadable-script".into(),
            severity: Severity::Error,
            migration: Some(entry.name().clone()),
            message: "there is no script that could be applied".to_owned(),
            help: "restore the script or remove the folder".to_owned(),
            location: super::Location::default(),
            suggestion: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_override_wins_and_unknown_rules_are_refused() {
        let policy = Policy::default()
            .with_override("ghost", Severity::Off, "first")
            .and_then(|p| p.with_override("ghost", Severity::Warn, "second"))
            .unwrap();
        assert_eq!(policy.severity("ghost"), Severity::Warn);
        assert!(Policy::default().with_override("gost", Severity::Off, "typo").is_err());
        assert_eq!(Policy::default().severity("gost"), Severity::Error);
    }

    #[test]
    fn the_failing_level_cannot_be_off() {
        assert_eq!(Policy::default().failing_at(Severity::Off).failing_severity(), Severity::Note);
    }
}
