//! The examples in the documentation of the rules on SQL, which are their tests too.
//!
//! A rule's page has a section `## Bad` and a section `## Good` with blocks of SQL. Each block is the script of one
//! migration, or of several that are divided by lines that begin with `-- next migration`. After `sql`, its first line
//! may say more, in words divided by blanks:
//!
//! | word | meaning |
//! |---|---|
//! | `setup` | not an example: earlier migrations, for every block until the next `setup` |
//! | `fresh` | forgets the `setup` above |
//! | `postgres`, `sqlite` | for this database only; otherwise for all that the rule is for |
//! | `server:150000` | for a server of this version; otherwise it is not known |
//! | `together` | the setup is not deployed before, but together with the block |
//! | `no-journal` | for a database that cannot record single statements |
//! | `runs` | a bad block that a server carries out |
//! | `fails:23502` | a bad block that a server refuses, with this code |
//! | `skip` | a good block that is not tried on a server |
//!
//! In a bad block, lines with `-- found` at their end are all the lines that the rule finds; without any, it finds
//! something somewhere. In a good block `-- also: other-rule` lets that rule find something there.

use std::collections::{BTreeMap, BTreeSet};

use crate::Dialect;
use crate::diagnosis::diagnose;
use crate::history::History;
use crate::lock::LockState;
use crate::migrations::{MigrationName, Migrations};
use crate::policy::{BuiltIn, Facts, Finding, Policy, Rule as _, Scope, Severity, built_in_rules};
use crate::sql;
use crate::store::{DatabaseFacts, HistoryStore, StatementSupport};
use crate::{Options, ensure_up_to_date};

/// One block of SQL of a rule's page, for one database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fixture {
    /// The rule's id.
    pub rule: String,
    /// Whether the rule finds something in it.
    pub bad: bool,
    /// Which block of the page, from 1.
    pub number: usize,
    /// The database.
    pub dialect: Dialect,
    /// The scripts of the migrations before it.
    pub setup: Vec<String>,
    /// Its own scripts.
    pub scripts: Vec<String>,
    /// The lines that are found: which script, from 0, and the line, from 1. Empty when none are marked.
    pub found: BTreeSet<(usize, u32)>,
    /// Other rules that may find something.
    pub also: Vec<String>,
    /// What a server makes of it.
    pub run: Run,
    /// The server's version.
    pub server: Option<u32>,
    /// Whether the setup is deployed together with it.
    pub together: bool,
    /// Whether the database can record single statements.
    pub journal: bool,
}

/// What a server makes of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Run {
    /// It is not tried.
    Skip,
    /// It is carried out.
    Succeeds,
    /// It is refused with this code: a SQLSTATE, or a word of SQLite's message.
    Fails(String),
}

/// Every example of every built-in rule, in order.
///
/// # Panics
///
/// A block says something that is not known: a mistake in the rule's page.
#[must_use]
pub fn fixtures() -> Vec<Fixture> {
    built_in_rules().flat_map(fixtures_of).collect()
}

/// The examples of one rule.
///
/// # Panics
///
/// A block says something that is not known: a mistake in the rule's page.
#[must_use]
pub fn fixtures_of(rule: &BuiltIn) -> Vec<Fixture> {
    let page = rule.documentation();
    let mut section = "";
    let mut fixtures = Vec::new();
    let (mut setup, mut setup_ended) = (Vec::new(), false);
    let mut number = 0;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            section = heading.trim();
        }
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        let mut words = info.split_whitespace();
        if words.next() != Some("sql") || !matches!(section, "Bad" | "Good") {
            continue;
        }
        let words: Vec<&str> = words.collect();
        if words.contains(&"setup") {
            if std::mem::take(&mut setup_ended) {
                setup.clear();
            }
            setup.extend(scripts(&block));
            continue;
        }
        setup_ended = true;
        if words.contains(&"fresh") {
            setup.clear();
        }
        number += 1;
        let chosen: Vec<Dialect> = words.iter().filter_map(|word| dialect(word)).collect();
        let dialects = if chosen.is_empty() { rule.dialects() } else { &*chosen };
        for dialect in dialects {
            let mut fixture = Fixture {
                rule: rule.id().into_owned(),
                bad: section == "Bad",
                number,
                dialect: *dialect,
                setup: setup.clone(),
                scripts: scripts(&block),
                found: found(&block),
                also: also(&block),
                run: if section == "Bad" { Run::Skip } else { Run::Succeeds },
                server: None,
                together: false,
                journal: *dialect == Dialect::Postgres,
            };
            for word in &words {
                fixture.read(word);
            }
            fixtures.push(fixture);
        }
    }
    fixtures
}

impl Fixture {
    fn read(&mut self, word: &str) {
        match word.split_once(':') {
            Some(("server", version)) if version.parse::<u32>().is_ok() => {
                self.server = version.parse().ok();
            }
            Some(("fails", code)) => self.run = Run::Fails(code.to_owned()),
            None => match word {
                "fresh" | "postgres" | "sqlite" => {}
                "together" => self.together = true,
                "no-journal" => self.journal = false,
                "runs" => self.run = Run::Succeeds,
                "skip" => self.run = Run::Skip,
                _ => self.unknown(word),
            },
            Some(_) => self.unknown(word),
        }
    }

    fn unknown(&self, word: &str) -> ! {
        panic!("{}, block {}: unknown word {word:?}", self.rule, self.number)
    }

    /// Where it stands, for messages.
    #[must_use]
    pub fn place(&self) -> String {
        let kind = if self.bad { "bad" } else { "good" };
        format!("{}, block {} ({kind}, {})", self.rule, self.number, self.dialect)
    }

    /// Setup and scripts as migrations, in order, each with its name.
    #[must_use]
    pub fn migrations(&self) -> Vec<(String, String)> {
        self.with_scripts(&self.scripts)
    }

    /// The setup, and other scripts in the place of its own.
    #[must_use]
    pub fn with_scripts(&self, scripts: &[String]) -> Vec<(String, String)> {
        let setup = self.setup.iter().map(|script| ("setup", script));
        let scripts = scripts.iter().map(|script| ("script", script));
        (1..)
            .zip(setup.chain(scripts))
            .map(|(n, (word, script))| (format!("20250101{n:06}_{word}"), script.clone()))
            .collect()
    }

    /// What a policy finds in its scripts; what it finds in the setup is left out.
    #[must_use]
    pub fn findings(&self, policy: &Policy) -> Vec<Finding> {
        self.findings_in(&self.scripts, policy)
    }

    /// What a policy finds in other scripts after the setup.
    ///
    /// # Panics
    ///
    /// Never: the names that are made here differ.
    #[must_use]
    pub fn findings_in(&self, scripts: &[String], policy: &Policy) -> Vec<Finding> {
        let all = self.with_scripts(scripts);
        let analysed: BTreeMap<MigrationName, sql::Script> = all
            .iter()
            .map(|(name, script)| {
                (MigrationName::from(name.as_str()), sql::analyse(self.dialect, script))
            })
            .collect();
        let Ok(migrations) = Migrations::from_scripts(all) else {
            panic!("{}: two names are equal", self.place());
        };
        let diagnosis = diagnose(&migrations, &History::present(Vec::new()), &LockState::Free);
        let support =
            if self.journal { StatementSupport::Available } else { StatementSupport::None };
        let database =
            DatabaseFacts::default().with_statements(support).with_server_version(self.server);
        let scope = if self.together { Scope::Together } else { Scope::OneByOne };
        let facts = Facts::new(self.dialect, &migrations, &diagnosis, &database, &analysed)
            .with_scope(scope);
        let mut findings = policy.findings(&facts);
        findings.retain(|finding| self.script_of(finding).is_some());
        findings
    }

    /// Which of its scripts a finding is about, from 0; `None` for the setup and the folder.
    #[must_use]
    pub fn script_of(&self, finding: &Finding) -> Option<usize> {
        let name = finding.migration.as_ref()?;
        let number: usize = name.as_str().get(8..14)?.parse().ok()?;
        number.checked_sub(1 + self.setup.len())
    }
}

fn dialect(word: &str) -> Option<Dialect> {
    match word {
        "postgres" => Some(Dialect::Postgres),
        "sqlite" => Some(Dialect::Sqlite),
        _ => None,
    }
}

fn divides(line: &str) -> bool {
    line.trim_start().starts_with("-- next migration")
}

fn scripts(block: &[&str]) -> Vec<String> {
    let parts = block.split(|line| divides(line));
    parts.map(|lines| lines.iter().map(|line| format!("{line}\n")).collect()).collect()
}

fn found(block: &[&str]) -> BTreeSet<(usize, u32)> {
    let parts = block.split(|line| divides(line)).enumerate();
    parts
        .flat_map(|(script, lines)| {
            let marked = (1..).zip(lines).filter(|(_, line)| line.trim_end().ends_with("-- found"));
            marked.map(move |(number, _)| (script, number))
        })
        .collect()
}

fn also(block: &[&str]) -> Vec<String> {
    let lists = block.iter().filter_map(|line| line.trim_start().strip_prefix("-- also:"));
    lists.flat_map(|list| list.split(',')).map(|rule| rule.trim().to_owned()).collect()
}

/// Something to be tried on a server: migrations in order, and what becomes of the last of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trial {
    /// Where it comes from, for messages.
    pub place: String,
    /// Names and scripts.
    pub migrations: Vec<(String, String)>,
    /// What a server makes of it.
    pub run: Run,
}

/// Everything that the pages say of a server of this dialect and version: the examples, and what the rules suggest to
/// write in the place of the bad ones.
///
/// # Panics
///
/// A block says something that is not known: a mistake in the rule's page.
#[must_use]
pub fn trials(dialect: Dialect, version: u32) -> Vec<Trial> {
    let mut trials = Vec::new();
    let fits =
        |f: &Fixture| f.dialect == dialect && f.server.is_none_or(|server| server <= version);
    for fixture in fixtures().into_iter().filter(fits) {
        let place = fixture.place();
        if fixture.run != Run::Skip {
            let migrations = fixture.migrations();
            trials.push(Trial { place: place.clone(), migrations, run: fixture.run.clone() });
        }
        if fixture.bad {
            let suggestions: BTreeSet<Vec<String>> = fixture
                .findings(&Policy::default())
                .into_iter()
                .filter(|finding| finding.rule == fixture.rule)
                .filter_map(|finding| Some(finding.suggestion?.scripts().to_vec()))
                .collect();
            trials.extend(suggestions.into_iter().map(|scripts| Trial {
                place: format!("the suggestion of {place}"),
                migrations: fixture.with_scripts(&scripts),
                run: Run::Succeeds,
            }));
        }
    }
    trials
}

impl Trial {
    /// Deploys it to an empty database, past every rule, and says what is not as it should be.
    pub async fn on(&self, store: &dyn HistoryStore) -> Option<String> {
        let about = |what: &str| Some(format!("{}: {what}\n{:#?}", self.place, self.migrations));
        let Ok(migrations) = Migrations::from_scripts(self.migrations.clone()) else {
            return about("two names are equal");
        };
        let mut policy = Policy::default();
        for rule in built_in_rules().filter(|rule| !rule.is_fixed()) {
            let off = policy.with_override(rule.id(), Severity::Off, "the server shall judge");
            let Ok(changed) = off else {
                return about("a built-in rule is not known");
            };
            policy = changed;
        }
        let options = Options::default().with_policy(policy);
        let outcome = ensure_up_to_date(store, &migrations, options).await;
        match (&self.run, outcome) {
            (Run::Skip, _) | (Run::Succeeds, Ok(_)) => None,
            (Run::Succeeds, Err(error)) => about(&error.to_string()),
            (Run::Fails(code), Ok(_)) => about(&format!("it did not fail with {code}")),
            (Run::Fails(code), Err(error)) => {
                let failure = error.report().and_then(|report| report.failure());
                let last = self.migrations.last().map(|(name, _)| name.as_str());
                let right = failure.is_some_and(|failure| {
                    Some(failure.migration.as_str()) == last
                        && (failure.sql_code.as_ref() == Some(code)
                            || failure.message.contains(code.as_str()))
                });
                if right { None } else { about(&format!("not {code}, but {error}: {failure:?}")) }
            }
        }
    }
}
