//! What pending migrations will lock, and who is in their way.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::pending_path::Path;
use super::pending_statement::PendingStatement;
use super::pending_window::PendingWindow;
use crate::lint::{Site, all_sites};
use crate::lock::impact::LockImpact;
use crate::lock::{Blockers, RelationSize, TableLock};
use crate::migrations::MigrationName;
use crate::policy::Facts;
use crate::sql::ObjectName;

/// What the pending migrations will lock, as far as their text tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PendingLocks {
    /// How many migrations are pending.
    pub migrations: usize,
    /// The relations, each once, in the order in which they are first named.
    pub relations: Vec<PendingLock>,
    /// The statements that may lock others than are named here.
    pub uncertain: Vec<Place>,
    /// The statements that wait for every transaction that is older than they are, whatever it locks
    /// (`CREATE INDEX CONCURRENTLY` and such).
    pub waits_for_all: Vec<Place>,
    /// The statements that lock something that exists, or of which that is not known.
    pub statements: Vec<PendingStatement>,
    /// What stays locked while later statements of the same transaction run.
    pub windows: Vec<PendingWindow>,
}

/// A relation that pending migrations will lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PendingLock {
    /// Its name: as the database has it, or as the statement gives it while it does not exist.
    pub relation: String,
    /// How large it is, as far as the database was asked and knows.
    #[serde(flatten)]
    pub size: RelationSize,
    /// Whether it exists; `None` if the database was not asked. What does not exist yet is in nobody's way.
    pub exists: Option<bool>,
    /// The strongest mode; `None` where the text does not tell.
    pub lock: Option<TableLock>,
    /// The relation of which it is a partition or an inheritance child, where no statement names it: most statements
    /// lock it as they lock that one, some do not.
    pub below: Option<String>,
    /// The first statement that locks it so.
    #[serde(flatten)]
    pub place: Place,
    #[serde(skip)]
    pub(super) asked: ObjectName,
}

/// A statement of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The migration.
    pub migration: MigrationName,
    /// Which statement, from 1.
    pub statement: usize,
    /// In which line it begins, from 1.
    pub line: u32,
}

/// A lock of a session on a relation that a pending migration needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Obstacle {
    /// The session's process.
    pub pid: i32,
    /// The relation.
    pub relation: String,
    /// The session's mode, as the server calls it.
    pub mode: String,
    /// False while the session waits for it: a migration would queue behind it.
    pub granted: bool,
    /// False when the migration's mode is not known, or not whether the statement goes down to this relation, and so
    /// it may or may not be in the way.
    pub certain: bool,
}

impl Place {
    pub(super) fn of(site: &Site<'_>) -> Self {
        Self {
            migration: site.migration.clone(),
            statement: site.index + 1,
            line: site.statement.start().line,
        }
    }
}

impl PendingLocks {
    /// Of the scripts that are about to run.
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let mut found = Self { migrations: facts.scripts().count(), ..Self::default() };
        let mut sites = all_sites(facts).peekable();
        let mut script: Vec<(Site<'_>, LockImpact)> = Vec::new();
        let mut path = Path::default();
        while let Some(first) = sites.next() {
            let is_same =
                |site: &Site<'_>| site.migration == first.migration && site.index == first.index;
            let mut impacts = vec![path.impact(&first)];
            while let Some(site) = sites.next_if(is_same) {
                impacts.push(path.impact(&site));
            }
            let impact = LockImpact::all(impacts);
            if script.last().is_some_and(|(last, _)| last.migration != first.migration) {
                found.windows.extend(PendingWindow::of_script(&script));
                script.clear();
            }
            // What is done to new tables alone keeps nobody waiting.
            if found.statement(&first, &impact) {
                script.push((first, impact));
            }
        }
        found.windows.extend(PendingWindow::of_script(&script));
        found
    }

    /// Whether there is anything to say of it.
    fn statement(&mut self, site: &Site<'_>, impact: &LockImpact) -> bool {
        let place = Place::of(site);
        for (name, relation) in impact.named() {
            self.add(name, relation.lock, &place);
        }
        if !impact.is_complete {
            self.uncertain.push(place.clone());
        }
        if impact.waits_for_snapshots {
            self.waits_for_all.push(place.clone());
        }
        let statement = PendingStatement::of(place, site.statement.verb(), impact);
        let matters = statement.matters();
        self.statements.extend(matters.then_some(statement));
        matters
    }

    /// The relations to ask the database about.
    pub(super) fn asked(&self) -> Vec<ObjectName> {
        self.relations.iter().map(|pending| pending.asked.clone()).collect()
    }

    /// Takes over what the database calls the relations.
    pub(super) fn settle(&mut self, blockers: &Blockers) {
        for (index, pending) in self.relations.iter_mut().enumerate() {
            let found = blockers.found(index);
            pending.exists = Some(found.is_some());
            if let Some(name) = found {
                name.clone_into(&mut pending.relation);
            }
            pending.size = blockers.size(index);
            for statement in &mut self.statements {
                statement.settle(&pending.asked, &pending.relation, pending.exists);
            }
            for window in &mut self.windows {
                window.settle(&pending.asked, &pending.relation, pending.exists);
            }
        }
        let below: Vec<PendingLock> = (0..)
            .zip(&self.relations)
            .flat_map(|(index, pending)| {
                blockers.below(index).map(|child| PendingLock {
                    relation: child.name.clone(),
                    size: child.size,
                    below: Some(pending.relation.clone()),
                    ..pending.clone()
                })
            })
            .collect();
        // Two names may turn out to be one relation.
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for pending in std::mem::take(&mut self.relations).into_iter().chain(below) {
            let known = places.get(&pending.relation).and_then(|at| self.relations.get_mut(*at));
            match known {
                Some(known) if known.exists == pending.exists => known.take_over(&pending),
                _ => {
                    places.insert(pending.relation.clone(), self.relations.len());
                    self.relations.push(pending);
                }
            }
        }
    }

    fn add(&mut self, name: &ObjectName, lock: Option<TableLock>, place: &Place) {
        match self.relations.iter_mut().find(|pending| pending.asked == *name) {
            Some(known) => known.strengthen(lock, place),
            None => self.relations.push(PendingLock {
                relation: name.to_string(),
                size: RelationSize::default(),
                exists: None,
                lock,
                below: None,
                place: place.clone(),
                asked: name.clone(),
            }),
        }
    }
}

impl PendingLock {
    /// An unknown mode stays unknown, unless nothing can be stronger than what is known.
    fn strengthen(&mut self, lock: Option<TableLock>, place: &Place) {
        let both = TableLock::strongest([self.lock, lock]);
        if both != self.lock {
            (self.lock, self.place) = (both, place.clone());
        }
    }

    /// The same relation under another name.
    fn take_over(&mut self, other: &Self) {
        self.strengthen(other.lock, &other.place);
        if other.below.is_none() {
            self.below = None;
        }
    }
}

/// The sessions whose locks the pending migrations would have to wait for.
pub(super) fn obstacles(pending: &PendingLocks, blockers: &Blockers) -> Vec<Obstacle> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for relation in pending.relations.iter().filter(|pending| pending.exists == Some(true)) {
        for session in &blockers.sessions {
            for held in session.locks.iter().filter(|held| held.on == relation.relation) {
                let Some(mode) = held.table_lock() else { continue };
                let wanted = relation.lock.unwrap_or(TableLock::AccessExclusive);
                let key = (session.session.pid, held.on.clone(), held.mode.clone(), held.granted);
                if wanted.conflicts_with(mode) && seen.insert(key) {
                    found.push(Obstacle {
                        pid: session.session.pid,
                        relation: held.on.clone(),
                        mode: held.mode.clone(),
                        granted: held.granted,
                        certain: relation.lock.is_some() && relation.below.is_none(),
                    });
                }
            }
        }
    }
    found
}

#[cfg(all(test, feature = "postgres-sql"))]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::diagnosis::diagnose;
    use crate::history::History;
    use crate::lock::{Blocker, FoundRelation, HeldLock, LockHolder, LockState};
    use crate::migrations::Migrations;
    use crate::sql::analyse;
    use crate::store::DatabaseFacts;

    fn pending(sql: &str) -> PendingLocks {
        let migrations = Migrations::from_scripts([("m", sql.to_owned())]).expect("one name");
        let scripts = [(MigrationName::from("m"), analyse(Dialect::Postgres, sql))].into();
        let diagnosis = diagnose(&migrations, &History::present(Vec::new()), &LockState::Free);
        let database = DatabaseFacts::default();
        let facts = Facts::new(Dialect::Postgres, &migrations, &diagnosis, &database, &scripts);
        PendingLocks::of(&facts)
    }

    #[test]
    fn each_relation_once_with_the_strongest_mode() {
        let found = pending(
            "CREATE INDEX i ON t (a);\nALTER TABLE t ADD b int;\nALTER TABLE u SET (a = 1);\nCALL p();",
        );
        let relations: Vec<_> =
            found.relations.iter().map(|r| (&*r.relation, r.lock, r.place.line)).collect();
        assert_eq!(relations, [("t", Some(TableLock::AccessExclusive), 2), ("u", None, 3)]);
        assert_eq!(found.uncertain.iter().map(|place| place.statement).collect::<Vec<_>>(), [4]);
        assert!(found.waits_for_all.is_empty());
        assert_eq!(pending("CREATE INDEX CONCURRENTLY i ON t (a)").waits_for_all.len(), 1);
    }

    #[test]
    fn names_without_a_schema_are_looked_up_where_the_script_says() {
        let names = |sql: &str| {
            let found = pending(sql);
            let names = found.relations.iter().map(|r| r.relation.clone()).collect::<Vec<_>>();
            (names.join(" "), found.uncertain.len())
        };
        let lock = "LOCK t; LOCK x.u";
        for (set, names_, uncertain) in [
            ("", "t x.u", 0),
            ("SET LOCAL search_path = s;", "s.t x.u", 0),
            ("SET search_path TO 'S';", "S.t x.u", 0),
            ("SET search_path TO \"S\", pg_catalog;", "S.t x.u", 0),
            ("SET search_path = s, public;", "t x.u", 1),
            ("SET search_path = \"$user\";", "t x.u", 1),
            ("SET search_path = s; RESET search_path;", "t x.u", 0),
        ] {
            assert_eq!(names(&format!("{set} {lock}")), (names_.to_owned(), uncertain), "{set}");
        }
    }

    #[test]
    fn two_names_of_one_relation_and_what_is_below_it_are_each_listed_once() {
        let mut pending = pending("CREATE INDEX i ON t (a); ALTER TABLE public.t ADD b int;");
        let below = |asked| FoundRelation::new(asked, "public.t_1").below();
        let blockers = Blockers {
            relations: vec![
                FoundRelation::new(0, "public.t"),
                below(0),
                FoundRelation::new(1, "public.t"),
                below(1),
            ],
            ..Blockers::default()
        };
        pending.settle(&blockers);
        let found: Vec<_> = pending
            .relations
            .iter()
            .map(|r| (&*r.relation, r.lock, r.below.as_deref(), r.place.statement))
            .collect();
        let strongest = Some(TableLock::AccessExclusive);
        assert_eq!(
            found,
            [("public.t", strongest, None, 2), ("public.t_1", strongest, Some("public.t"), 2)]
        );
        let mut reader = Blocker::of(LockHolder::of_pid(1));
        reader.locks = vec![HeldLock::on_relation("public.t_1", "AccessShareLock", true)];
        let found = obstacles(&pending, &Blockers { sessions: vec![reader], ..blockers });
        assert_eq!(
            found.iter().map(|o| (&*o.relation, o.certain)).collect::<Vec<_>>(),
            [("public.t_1", false)]
        );
    }

    #[test]
    fn a_lock_is_held_while_the_rest_of_its_transaction_runs() {
        let script = "ALTER TABLE t ADD b int;\nUPDATE u SET a = 1;\nCREATE INDEX i ON u (a);";
        let windows = |sql: &str| {
            let windows = pending(sql).windows.into_iter();
            windows.map(|w| (w.relation, w.later_statements, w.slow_lines)).collect::<Vec<_>>()
        };
        assert_eq!(windows(script), [("t".to_owned(), 2, vec![2, 3])]);
        assert_eq!(windows("ALTER TABLE t ADD b int"), [], "it is the last statement");
        let alone = format!("-- migsafe: no-transaction because it is long\n{script}");
        assert_eq!(windows(&alone), [], "each statement is a transaction");
    }

    #[test]
    fn obstacles_are_conflicting_locks_on_what_exists() {
        let mut pending =
            pending("CREATE INDEX i ON t (a); ALTER TABLE u SET (a = 1); DROP TABLE v");
        let relations = vec![FoundRelation::new(0, "s.t"), FoundRelation::new(1, "s.u")];
        let mut blockers = Blockers { relations, ..Blockers::default() };
        let mut reader = Blocker::of(LockHolder::of_pid(1));
        reader.locks = vec![
            HeldLock::on_relation("s.t", "AccessShareLock", true),
            HeldLock::on_relation("s.u", "AccessShareLock", true),
        ];
        let mut writer = Blocker::of(LockHolder::of_pid(2));
        writer.locks = vec![
            HeldLock::on_relation("s.t", "RowExclusiveLock", true),
            HeldLock::on_other("transactionid", "ShareLock", false),
        ];
        blockers.sessions = vec![reader, writer];
        pending.settle(&blockers);
        assert_eq!(pending.relations[0].relation, "s.t");
        assert_eq!(pending.relations[2].exists, Some(false));
        let found: Vec<_> = obstacles(&pending, &blockers)
            .into_iter()
            .map(|o| (o.pid, o.relation, o.certain))
            .collect();
        assert_eq!(found, [(2, "s.t".to_owned(), true), (1, "s.u".to_owned(), false)]);
    }
}
