//! What a rule is, and the list of the built-in ones.

use std::borrow::Cow;
use std::fmt;

use super::{Facts, Findings, Severity, Tier, rules};
use crate::Dialect;
use crate::text::similar;
use crate::{data, lint};

/// A named check. Implement it for a rule of your own and give it to
/// [`Policy::with_rule`](super::Policy::with_rule).
pub trait Rule: Send + Sync + fmt::Debug {
    /// The stable id: lower-case words with hyphens.
    fn id(&self) -> Cow<'static, str>;

    /// What it detects, in one line.
    fn summary(&self) -> Cow<'static, str>;

    /// The severity without any override.
    fn default_severity(&self, tier: Tier) -> Severity;

    /// Whether a comment in a script (`-- migsafe: allow(…)`) may keep its findings quiet. A policy can forbid it
    /// besides.
    fn is_suppressible(&self) -> bool {
        true
    }

    /// Whether no override may lower its severity, because what it finds fails whatever anybody allows.
    fn is_fixed(&self) -> bool {
        false
    }

    /// Looks at the facts and reports. Must be a pure function of the facts.
    fn check(&self, facts: &Facts<'_>, findings: &mut Findings<'_>);
}

/// A rule that ships with migsafe.
#[derive(Clone, Copy)]
pub struct BuiltIn {
    pub(crate) id: &'static str,
    pub(crate) source: &'static str,
    pub(crate) meta: Meta,
    pub(crate) check: fn(&Facts<'_>, &mut Findings<'_>),
}

/// What a rule's file says about the rule. Written from one of the constants, with what differs:
/// `Meta { summary: "…", severities: […], ..Meta::POSTGRES }`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meta {
    /// One line.
    pub(crate) summary: &'static str,
    /// Development, staging, production.
    pub(crate) severities: [Severity; 3],
    /// The databases that it knows something about.
    pub(crate) dialects: &'static [Dialect],
    /// The version of migsafe that has it first.
    pub(crate) since: &'static str,
    /// What is to be said of the severities, if anything: one sentence.
    pub(crate) note: Option<&'static str>,
    /// Whether a comment in a script may keep its findings quiet. Not for what makes a run impossible, and not for
    /// what is not in a script.
    pub(crate) suppressible: bool,
    /// Whether its severity is what it is: no override, no option and no comment lowers it.
    pub(crate) fixed: bool,
}

impl Meta {
    /// On history and folder.
    pub(crate) const HISTORY: Self = Self { suppressible: false, ..Self::SQL };

    /// On scripts of any dialect.
    pub(crate) const SQL: Self = Self {
        summary: "",
        severities: [Severity::Error; 3],
        dialects: &[Dialect::Postgres, Dialect::Sqlite],
        since: "0.1.0",
        note: None,
        suppressible: true,
        fixed: false,
    };

    /// On scripts for PostgreSQL.
    pub(crate) const POSTGRES: Self = Self { dialects: &[Dialect::Postgres], ..Self::SQL };

    /// On scripts for SQLite.
    pub(crate) const SQLITE: Self = Self { dialects: &[Dialect::Sqlite], ..Self::SQL };
}

impl BuiltIn {
    /// Where its page is in the book.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/blob/main/docs/src/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), self.id)
    }

    /// The rule's documentation page in Markdown: the doc comment of its file and its severities.
    #[must_use]
    pub fn documentation(&self) -> String {
        let body: String = self
            .source
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
            .collect();
        let [development, staging, production] = self.meta.severities;
        let dialects: Vec<String> = self.meta.dialects.iter().map(ToString::to_string).collect();
        let note = self.meta.note.map(|note| format!("\n{note}\n")).unwrap_or_default();
        format!(
            "# `{}`\n\n{body}\n## Severity\n\n\
             | development | staging | production |\n|---|---|---|\n\
             | {development} | {staging} | {production} |\n{note}\n\
             For {}. Since migsafe {}.\n",
            self.id,
            dialects.join(" and "),
            self.meta.since,
        )
    }

    /// The databases that it knows something about.
    #[must_use]
    pub fn dialects(&self) -> &'static [Dialect] {
        self.meta.dialects
    }

    /// The version of migsafe that has it first.
    #[must_use]
    pub fn since(&self) -> &'static str {
        self.meta.since
    }
}

impl Rule for BuiltIn {
    fn id(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.id)
    }

    fn summary(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.meta.summary)
    }

    fn default_severity(&self, tier: Tier) -> Severity {
        let [development, staging, production] = self.meta.severities;
        match tier {
            Tier::Development => development,
            Tier::Staging => staging,
            Tier::Production => production,
        }
    }

    fn is_suppressible(&self) -> bool {
        self.meta.suppressible
    }

    fn is_fixed(&self) -> bool {
        self.meta.fixed
    }

    fn check(&self, facts: &Facts<'_>, findings: &mut Findings<'_>) {
        (self.check)(facts, findings);
    }
}

impl fmt::Debug for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BuiltIn({})", self.id)
    }
}

/// All built-in rules: those on history and folder, those on SQL, those on what the database says of its rows.
pub fn built_in_rules() -> impl Iterator<Item = &'static BuiltIn> {
    rules::ALL.iter().chain(lint::ALL).chain(data::rules::ALL)
}

/// How many rules are offered for a name that none has.
const OFFERED: usize = 5;

/// The built-in rules that may be meant by a name that none has: the nearest one first, then those that share
/// words with it.
///
/// ```
/// # use migsafe_core::policy::similar_rules;
/// assert_eq!(similar_rules("gost"), ["ghost"]);
/// assert_eq!(similar_rules("nesting-transaction")[0], "transaction-nesting");
/// assert!(similar_rules("xyzzy").is_empty());
/// ```
#[must_use]
pub fn similar_rules(written: &str) -> Vec<&'static str> {
    let ids = || built_in_rules().map(|rule| rule.id);
    // A word that is the same counts more than one that begins or ends alike.
    let likeness = |word: &str, own: &str| match () {
        () if word.len() < 3 || own.len() < 3 => 0,
        () if word == own => 2,
        () => usize::from(own.contains(word) || word.contains(own)),
    };
    let shared = |id: &str| -> usize {
        let best = |word| id.split('-').map(|own| likeness(word, own)).max();
        written.split('-').filter_map(best).sum()
    };
    let mut sharing: Vec<&'static str> = ids().filter(|id| shared(id) > 0).collect();
    sharing.sort_by_key(|id| (std::cmp::Reverse(shared(id)), id.len(), *id));
    let nearest = similar(written, ids());
    sharing.retain(|id| Some(*id) != nearest);
    nearest.into_iter().chain(sharing).take(OFFERED).collect()
}

/// Declares the modules of a folder of rules and the list of them: one line per rule, the id is the file's
/// name with hyphens.
macro_rules! rules {
    ($($module:ident => $id:literal),+ $(,)?) => {
        $(mod $module;)+

        /// The rules of this folder.
        pub(crate) const ALL: &[$crate::policy::BuiltIn] = &[
            $($crate::policy::BuiltIn {
                id: $id,
                source: include_str!(concat!(stringify!($module), ".rs")),
                meta: $module::META,
                check: $module::check,
            }),+
        ];

        #[cfg(test)]
        mod registration {
            #[test]
            fn every_file_is_listed_and_every_id_is_its_file_name() {
                let listed: Vec<(&str, &str)> = vec![$((stringify!($module), $id)),+];
                for (module, id) in &listed {
                    assert_eq!(module.replace('_', "-"), *id);
                }
                let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join("..").join(file!()).parent().unwrap().to_owned();
                #[expect(clippy::disallowed_methods, reason = "a test looks at the source folder")]
                let mut files: Vec<String> = std::fs::read_dir(folder)
                    .unwrap()
                    .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                    .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
                    .filter(|name| name != "mod")
                    .collect();
                files.sort();
                let mut modules: Vec<&str> = listed.iter().map(|(module, _)| *module).collect();
                modules.sort_unstable();
                assert_eq!(files, modules);
            }
        }
    };
}
pub(crate) use rules as rules_macro;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_rule_has_a_page() {
        let mut ids: Vec<&str> = built_in_rules().map(|rule| rule.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for rule in built_in_rules() {
            let page = rule.documentation();
            for heading in ["What it detects", "Why it hurts", "What to do"] {
                assert!(page.contains(&format!("## {heading}")), "{}: no {heading}", rule.id);
            }
        }
    }

    #[test]
    fn no_rule_is_stricter_in_a_lower_environment() {
        for rule in built_in_rules() {
            assert!(rule.meta.severities.is_sorted(), "{}", rule.id);
        }
    }
}
