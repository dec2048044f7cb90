//! The policy: severities per environment, a stack of overrides, and the judgement.

use std::collections::BTreeSet;
use std::sync::Arc;

use thiserror::Error;

use super::suppressed::{self, Suppressions};
use super::{
    Environment, Examination, Facts, Finding, Findings, Refusal, Rule, Severity, Verdict,
    built_in_rules,
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

/// An override that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OverrideError {
    /// It names a rule that does not exist: a typing error must not switch a check off in silence.
    #[error("no rule is named {0:?}")]
    UnknownRule(String),
    /// It lowers a rule whose findings are certain: what the database will refuse cannot be allowed.
    #[error("the severity of {0} cannot be lowered: what it finds fails in any case")]
    Fixed(String),
}

/// What is refused and what is only said.
#[derive(Clone, Debug)]
pub struct Policy {
    environment: Environment,
    overrides: Vec<Override>,
    failing: Severity,
    custom: Vec<Arc<dyn Rule>>,
    /// The rules that no comment may keep quiet here.
    unsuppressible: Forbidden,
}

#[derive(Clone, Debug)]
enum Forbidden {
    These(BTreeSet<String>),
    All,
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
        Self {
            environment,
            overrides: Vec::new(),
            failing: Severity::Error,
            custom: Vec::new(),
            unsuppressible: Forbidden::These(BTreeSet::new()),
        }
    }

    /// Sets the severity of a rule; later overrides win over earlier ones.
    ///
    /// # Errors
    ///
    /// No built-in rule and no rule added with [`Policy::with_rule`] has this id, or the rule's findings are certain
    /// failures, which nobody can allow ([`Rule::is_fixed`]).
    pub fn with_override(
        mut self,
        rule: impl Into<String>,
        severity: Severity,
        reason: impl Into<String>,
    ) -> Result<Self, OverrideError> {
        let rule = rule.into();
        if self.known(&rule)?.is_fixed() && severity < Severity::Error {
            return Err(OverrideError::Fixed(rule));
        }
        self.overrides.push(Override { rule, severity, reason: reason.into() });
        Ok(self)
    }

    /// In the environment of this policy, comments in scripts (`-- migsafe: allow(…)`) do not keep this rule quiet.
    ///
    /// ```
    /// # use migsafe_core::policy::{Environment, Policy, OverrideError};
    /// let policy = Policy::for_environment(Environment::production())
    ///     .forbid_suppression("syntax-error")?;
    /// # Ok::<(), OverrideError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// No built-in rule and no rule added with [`Policy::with_rule`] has this id.
    pub fn forbid_suppression(mut self, rule: impl Into<String>) -> Result<Self, OverrideError> {
        let rule = rule.into();
        self.known(&rule)?;
        if let Forbidden::These(rules) = &mut self.unsuppressible {
            rules.insert(rule);
        }
        Ok(self)
    }

    /// In the environment of this policy, comments in scripts keep no rule quiet.
    #[must_use]
    pub fn forbid_all_suppressions(mut self) -> Self {
        self.unsuppressible = Forbidden::All;
        self
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

    /// Runs every rule; gravest findings first, then in the order of migrations. Without those that comments in
    /// scripts keep quiet.
    #[must_use]
    pub fn findings(&self, facts: &Facts<'_>) -> Vec<Finding> {
        self.examine(facts).findings
    }

    /// Runs every rule, and says also what comments in scripts keep quiet.
    #[must_use]
    pub fn examine(&self, facts: &Facts<'_>) -> Examination {
        let mut collected = Vec::new();
        for rule in self.rules() {
            self.run(rule, facts, &mut collected);
        }
        sort(&mut collected);
        let exempt = |rule: &str| self.why_not_quiet(rule);
        let (mut examination, used) = suppressed::sort_out(facts, collected, exempt);
        // Most scripts have no such comment.
        if facts.scripts().any(|(_, script)| !script.suppressions().is_empty()) {
            let known: Vec<String> = self.rules().map(|rule| rule.id().into_owned()).collect();
            // What only the database can say is not looked for where it was not asked.
            let may_find = |rule: &str| {
                known.iter().any(|known| known == rule)
                    && self.severity(rule) > Severity::Off
                    && exempt(rule).is_none()
                    && (facts.data().is_some()
                        || !crate::data::rules::ALL.iter().any(|live| live.id == rule))
            };
            let unused = used.unused(facts, may_find);
            let exempt =
                known.iter().filter_map(|rule| Some((rule.clone(), exempt(rule)?))).collect();
            let facts = facts.clone().with_suppressions(Suppressions { unused, known, exempt });
            for rule in self.rules().filter(|rule| LAST.contains(&&*rule.id())) {
                self.run(rule, &facts, &mut examination.findings);
            }
            sort(&mut examination.findings);
        }
        examination
    }

    fn run(&self, rule: &dyn Rule, facts: &Facts<'_>, collected: &mut Vec<Finding>) {
        let id = rule.id();
        let severity = self
            .overrides
            .iter()
            .rev()
            .find(|o| o.rule == id)
            .map_or_else(|| rule.default_severity(self.environment.tier()), |o| o.severity);
        if severity > Severity::Off {
            rule.check(facts, &mut Findings::new(id, severity, collected));
        }
    }

    /// Why no comment keeps a rule quiet; `None` when one may.
    fn why_not_quiet(&self, rule: &str) -> Option<String> {
        let suppressible =
            self.rules().find(|known| known.id() == rule).is_none_or(Rule::is_suppressible);
        if !suppressible {
            return Some("no comment may keep this rule quiet".to_owned());
        }
        let forbidden = match &self.unsuppressible {
            Forbidden::These(rules) => rules.contains(rule),
            Forbidden::All => true,
        };
        forbidden.then(|| format!("the policy for {} forbids it", self.environment))
    }

    fn known(&self, rule: &str) -> Result<&dyn Rule, OverrideError> {
        let found = self.rules().find(|known| known.id() == rule);
        found.ok_or_else(|| OverrideError::UnknownRule(rule.to_owned()))
    }

    /// Judges the facts: the plan for everything up to the target, or the refusal.
    #[must_use]
    pub fn judge(&self, facts: &Facts<'_>, target: &Target) -> Verdict {
        let mut examination = self.examine(facts);
        let unusable = unusable(facts, target, &examination.findings);
        examination.findings.extend(unusable);
        if examination.findings.iter().any(|finding| finding.severity >= self.failing) {
            Verdict::Refuse(Refusal::new(examination, self.failing))
        } else {
            Verdict::Proceed(Plan::new(facts, target, self.environment.name(), examination))
        }
    }

    fn rules(&self) -> impl Iterator<Item = &dyn Rule> {
        let built_in = built_in_rules().map(|rule| rule as &dyn Rule);
        built_in.chain(self.custom.iter().map(|rule| &**rule))
    }
}

/// The rules that judge what comments keep quiet, and so come after all others.
const LAST: [&str; 2] = ["invalid-suppression", "unused-suppression"];

fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| a.migration.cmp(&b.migration))
            .then_with(|| a.location.cmp(&b.location))
    });
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
    fn what_fails_for_certain_cannot_be_allowed() {
        for severity in [Severity::Off, Severity::Note, Severity::Warn] {
            let refused =
                Policy::default().with_override("will-fail", severity, "please").unwrap_err();
            assert_eq!(refused, OverrideError::Fixed("will-fail".to_owned()));
            assert!(refused.to_string().contains("cannot be lowered"), "{refused}");
        }
        assert!(Policy::default().with_override("will-fail", Severity::Error, "as it is").is_ok());
        assert!(Policy::default().with_override("data-loss", Severity::Off, "mine").is_ok());
    }

    #[test]
    fn the_failing_level_cannot_be_off() {
        assert_eq!(Policy::default().failing_at(Severity::Off).failing_severity(), Severity::Note);
    }
}
