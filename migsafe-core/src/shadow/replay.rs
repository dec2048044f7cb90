//! Running scripts in order and reading what they give.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::reach::{calls, is_opaque_routine, is_restricted};
use super::{Reach, SnapshotCache, cache_key, reach_of};
use crate::env;
use crate::migrations::{Migration, MigrationName};
use crate::policy::Location;
use crate::schema::{Snapshot, SnapshotOptions};
use crate::sql::{self, ActionKind, LineIndex, ObjectKind, ObjectName, Script, Statement};
use crate::store::{
    Isolation, ScriptFailure, ShadowDatabase, ShadowError, ShadowProvider, StoreError,
};
use crate::text;

/// How migrations are replayed.
#[derive(Clone, Debug, Default)]
pub struct ReplayOptions {
    snapshot: SnapshotOptions,
    cache: Option<Arc<dyn SnapshotCache>>,
}

impl ReplayOptions {
    /// The same, reading so much of the schema.
    #[must_use]
    pub fn with_snapshot(mut self, options: SnapshotOptions) -> Self {
        self.snapshot = options;
        self
    }

    /// The same with a place where schemas are kept; without one (the default) every replay is a real one.
    #[must_use]
    pub fn with_cache(mut self, cache: Option<Arc<dyn SnapshotCache>>) -> Self {
        self.cache = cache;
        self
    }

    /// What is read of the schema.
    #[must_use]
    pub fn snapshot(&self) -> &SnapshotOptions {
        &self.snapshot
    }
}

/// A statement that was not run, since it changes what all databases of the server share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SkippedStatement {
    /// Its migration.
    pub migration: MigrationName,
    /// Its leading key words.
    pub verb: String,
    /// Why it was not run, a fragment.
    pub why: String,
    /// Where it stands.
    #[serde(flatten)]
    pub location: Location,
}

/// What scripts left on a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// Statements that were not run.
    pub skipped: Vec<SkippedStatement>,
}

/// The schema that migrations give.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replay {
    /// The schema.
    pub snapshot: Snapshot,
    /// Statements that were not run.
    pub skipped: Vec<SkippedStatement>,
    /// Whether it came out of the cache.
    pub cached: bool,
}

/// Why migrations could not be replayed.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReplayError {
    /// The throw-away database could not be made, read or removed.
    Store(StoreError),
    /// The migration has no script that can be read.
    NoScript(MigrationName),
    /// A script failed.
    Failed {
        /// The migration.
        migration: MigrationName,
        /// What the database said, and where.
        failure: Box<ScriptFailure>,
    },
    /// Statements that may reach out of the database were not run, and without them the schema would not be what it
    /// should be.
    Refused(Vec<SkippedStatement>),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::NoScript(name) => {
                write!(f, "migration {} has no script that can be read", text::name(name.as_str()))
            }
            Self::Failed { migration, failure } => write!(
                f,
                "migration {} does not replay on an empty database: {}",
                text::name(migration.as_str()),
                text::printable(&failure.message)
            ),
            Self::Refused(statements) => write!(
                f,
                "{} of the scripts may reach out of the throw-away database, so that none was run",
                match statements.len() {
                    1 => "a statement".to_owned(),
                    count => format!("{count} statements"),
                }
            ),
        }
    }
}

impl std::error::Error for ReplayError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Store(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

impl From<StoreError> for ReplayError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The schema that migrations give, one after the other, on an empty database.
///
/// Leaves nothing behind, whatever happens, as far as that is in its power: see [`ShadowDatabase`].
///
/// # Errors
///
/// See [`ReplayError`].
pub async fn replay(
    provider: &dyn ShadowProvider,
    migrations: &[Migration],
    options: &ReplayOptions,
) -> Result<Replay, ReplayError> {
    let key = match &options.cache {
        Some(_) => {
            let surroundings = provider.surroundings().await?;
            Some(cache_key(migrations, &options.snapshot, &surroundings))
        }
        None => None,
    };
    let cache = options.cache.as_ref().zip(key.as_ref());
    if let Some(kept) = cache.and_then(|(cache, key)| Kept::read(&cache.get(key)?)) {
        return Ok(kept);
    }
    let mut database = provider.open().await?;
    let result = run_and_read(provider, &mut *database, migrations, options).await;
    // An error of the replay says more than one of cleaning up after it.
    let closed = database.close().await;
    let replay = result?;
    closed?;
    if let Some((cache, key)) = cache {
        cache.put(key, &Kept::write(&replay));
    }
    Ok(replay)
}

async fn run_and_read(
    provider: &dyn ShadowProvider,
    database: &mut dyn ShadowDatabase,
    migrations: &[Migration],
    options: &ReplayOptions,
) -> Result<Replay, ReplayError> {
    let Replayed { skipped } = replay_on(provider, database, migrations).await?;
    let snapshot = database.read_schema(&options.snapshot).await?;
    Ok(Replay { snapshot, skipped, cached: false })
}

/// Runs migrations, one after the other, on a database that is open.
///
/// Nothing is run if any statement of any script is refused.
///
/// # Errors
///
/// See [`ReplayError`].
pub async fn replay_on(
    provider: &dyn ShadowProvider,
    database: &mut dyn ShadowDatabase,
    migrations: &[Migration],
) -> Result<Replayed, ReplayError> {
    let scripts = scripts(migrations)?;
    if let Some((migration, text)) = scripts.iter().find(|(_, text)| text.contains('\0')) {
        return Err(nul_byte(migration, text));
    }
    let dialect = provider.dialect();
    let env = provider.env();
    let texts: Vec<String> = scripts.iter().map(|(_, text)| (*text).to_owned()).collect();
    let analysed = env::blocking(&*env, move || sql::analyse_all(dialect, &texts)).await;
    let analysed = analysed.unwrap_or_default();
    let isolation = database.isolation();
    let judged = judge(&scripts, &analysed, isolation)?;
    let mut skipped = Vec::new();
    for (((migration, text), script), judged) in scripts.iter().zip(&analysed).zip(judged) {
        let result = match judged.is_empty() {
            true => database.run(text, script).await,
            false => {
                let (text, script) = without(text, script, &judged);
                database.run(&text, &script).await
            }
        };
        result.map_err(|error| match error {
            ShadowError::Store(error) => ReplayError::Store(error),
            ShadowError::Script(mut failure) => {
                let number = failure.location.statement;
                failure.location.statement = number.map(|number| renumbered(number, &judged));
                ReplayError::Failed {
                    migration: migration.name().clone(),
                    failure: Box::new(failure),
                }
            }
        })?;
        skipped.extend(judged.into_iter().map(|(_, skipped)| skipped));
    }
    Ok(Replayed { skipped })
}

/// PostgreSQL cannot be sent such a text, and SQLite would read it up to there only.
fn nul_byte(migration: &Migration, text: &str) -> ReplayError {
    let mut failure = ScriptFailure::new(
        "the script contains a NUL byte: remove it, or if the file is UTF-16, save it as UTF-8",
    );
    let before = text.split('\0').next().unwrap_or_default();
    let position = LineIndex::new(text).position(before.len());
    failure.location.line = Some(position.line);
    failure.location.column = Some(position.column);
    ReplayError::Failed { migration: migration.name().clone(), failure: Box::new(failure) }
}

fn scripts(migrations: &[Migration]) -> Result<Vec<(&Migration, &str)>, ReplayError> {
    let script = |migration: &'_ Migration| migration.script().is_some();
    if let Some(migration) = migrations.iter().find(|migration| !script(migration)) {
        return Err(ReplayError::NoScript(migration.name().clone()));
    }
    Ok(migrations.iter().filter_map(|migration| Some((migration, migration.script()?))).collect())
}

/// The statements of a script that are not run, by their place in it.
type Judged = Vec<(usize, SkippedStatement)>;

/// What is not run of each script; an error where something must not run and cannot be left out.
fn judge(
    scripts: &[(&Migration, &str)],
    analysed: &[Script],
    isolation: Isolation,
) -> Result<Vec<Judged>, ReplayError> {
    let mut refused = Vec::new();
    let mut opaque = Opaque::default();
    let mut judged = Vec::new();
    for ((migration, text), script) in scripts.iter().zip(analysed) {
        let mut of_script = Judged::new();
        if !is_restricted(script.dialect(), isolation) {
            judged.push(of_script);
            continue;
        }
        for (index, statement) in script.statements().iter().enumerate() {
            let skipped = |why: String| SkippedStatement {
                migration: migration.name().clone(),
                verb: statement.verb().to_owned(),
                why,
                location: Location::of_statement(index, statement),
            };
            match reach_of(statement, text) {
                Reach::Cluster(why) => of_script.push((index, skipped(why.to_owned()))),
                Reach::Beyond(why) => refused.push(skipped(why)),
                Reach::Database => refused.extend(opaque.runs_in(statement).map(skipped)),
            }
            opaque.learn(statement);
        }
        judged.push(of_script);
    }
    if refused.is_empty() { Ok(judged) } else { Err(ReplayError::Refused(refused)) }
}

/// What earlier statements made that nobody can foresee: it runs SQL that is not known, or reaches out of the database.
#[derive(Default)]
struct Opaque {
    routines: Vec<ObjectName>,
    /// Tables with a trigger that calls one of them.
    tables: Vec<ObjectName>,
}

impl Opaque {
    /// That a statement would run something of it: why, a fragment.
    fn runs_in(&self, statement: &Statement) -> Option<String> {
        let is_routine = |name: &ObjectName| self.routines.iter().any(|one| one.may_be(name));
        statement.actions().iter().find_map(|action| {
            if let Some(name) = calls(action).iter().find(|name| is_routine(name)) {
                return Some(format!(
                    "it calls {name}, which runs SQL that is not known or reaches out of the database"
                ));
            }
            match &action.kind {
                ActionKind::Insert { table, .. }
                | ActionKind::Update { table, .. }
                | ActionKind::Delete { table, .. }
                | ActionKind::Merge { table, .. }
                | ActionKind::Truncate { table, .. }
                    if self.tables.iter().any(|one| one.may_be(table)) =>
                {
                    Some(format!(
                        "a trigger of {table} runs SQL that is not known or reaches out of the database"
                    ))
                }
                // Which function it calls is not known here, and it fires for every statement that follows.
                ActionKind::CreateOther { kind: ObjectKind::EventTrigger, .. }
                    if !self.routines.is_empty() =>
                {
                    Some("the event trigger may run SQL that is not known".to_owned())
                }
                _ => None,
            }
        })
    }

    fn learn(&mut self, statement: &Statement) {
        for action in statement.actions() {
            self.routines.extend(is_opaque_routine(action).cloned());
            if let ActionKind::CreateTrigger(trigger) = &action.kind {
                let calls = trigger.function.as_ref();
                if calls.is_some_and(|name| self.routines.iter().any(|one| one.may_be(name))) {
                    self.tables.push(trigger.table.clone());
                }
            }
        }
    }
}

/// A script without some statements: they are overwritten with blanks, so that every line and column stays what it is.
fn without(text: &str, script: &Script, judged: &Judged) -> (String, Script) {
    let mut blanked = text.to_owned();
    // From the end, so that earlier ranges stay right: a blank is shorter than some characters.
    for (index, _) in judged.iter().rev() {
        let Some(range) = script.statements().get(*index).map(Statement::range) else {
            continue;
        };
        if let Some(part) = text.get(range.clone()) {
            let blank: String =
                part.chars().map(|c| if matches!(c, '\n' | '\r') { c } else { ' ' }).collect();
            blanked.replace_range(range, &blank);
        }
    }
    let script = sql::analyse(script.dialect(), &blanked);
    (blanked, script)
}

/// The number of a statement, from 1, counting those that were left out.
fn renumbered(number: usize, judged: &Judged) -> usize {
    judged
        .iter()
        .fold(number, |number, (index, _)| if *index < number { number + 1 } else { number })
}

/// What a cache keeps.
#[derive(Serialize, Deserialize)]
struct Kept {
    skipped: Vec<SkippedStatement>,
    snapshot: String,
}

impl Kept {
    fn write(replay: &Replay) -> String {
        let kept = Self { skipped: replay.skipped.clone(), snapshot: replay.snapshot.to_json() };
        // Texts and numbers always serialise; should that ever be untrue, nothing is found again.
        serde_json::to_string(&kept).unwrap_or_default()
    }

    fn read(text: &str) -> Option<Replay> {
        let kept: Self = serde_json::from_str(text).ok()?;
        let snapshot = Snapshot::from_json(&kept.snapshot).ok()?;
        Some(Replay { snapshot, skipped: kept.skipped, cached: true })
    }
}

#[cfg(all(test, feature = "postgres-sql"))]
mod tests {
    use super::*;
    use crate::Dialect;

    fn migration(script: &str) -> Migration {
        Migration::new("m", script.to_owned())
    }

    fn judged(script: &str, isolation: Isolation) -> Result<Vec<Judged>, ReplayError> {
        let migration = migration(script);
        let analysed = [sql::analyse(Dialect::Postgres, script)];
        judge(&[(&migration, script)], &analysed, isolation)
    }

    #[test]
    fn what_is_left_out_leaves_every_place_as_it_is() {
        let text = "CREATE ROLE \"é☃\";\n CREATE ROLE b; SELECT x;\nCREATE\nROLE c; SELECT y";
        let script = sql::analyse(Dialect::Postgres, text);
        let judged = judged(text, Isolation::Shared).unwrap().remove(0);
        assert_eq!(judged.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 1, 3]);
        let (blanked, rest) = without(text, &script, &judged);
        assert_eq!(blanked.chars().count(), text.chars().count());
        let starts: Vec<_> = rest.statements().iter().map(Statement::start).collect();
        let whole: Vec<_> = [2, 4].map(|index| script.statements()[index].start()).to_vec();
        assert_eq!(
            starts.iter().map(|at| (at.line, at.column)).collect::<Vec<_>>(),
            whole.iter().map(|at| (at.line, at.column)).collect::<Vec<_>>()
        );
        assert_eq!((renumbered(1, &judged), renumbered(2, &judged)), (3, 5));
    }

    #[test]
    fn a_call_of_what_cannot_be_foreseen_is_refused() {
        let text = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'a' || now(); END $$;\n\
                    SELECT f();";
        let Err(ReplayError::Refused(refused)) = judged(text, Isolation::Shared) else {
            panic!("not refused");
        };
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].location.line, Some(2));
        // Alone on its server, everything runs.
        assert_eq!(judged(text, Isolation::Separate).unwrap(), [Judged::new()]);
        assert_eq!(judged("CREATE ROLE a", Isolation::Separate).unwrap(), [Judged::new()]);
    }

    #[test]
    fn a_trigger_that_cannot_be_foreseen_is_not_fired() {
        let make = "CREATE TABLE t (id int);\n\
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'a' || now(); RETURN NEW; END $$;\n\
            CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();\n";
        assert_eq!(judged(make, Isolation::Shared).unwrap(), [Judged::new()]);
        for rest in [
            "INSERT INTO t VALUES (1);",
            "UPDATE public.t SET id = 1;",
            "DELETE FROM t;",
            "TRUNCATE t;",
        ] {
            let text = format!("{make}{rest}");
            let Err(ReplayError::Refused(refused)) = judged(&text, Isolation::Shared) else {
                panic!("{rest}");
            };
            assert_eq!((refused.len(), refused[0].location.line), (1, Some(4)), "{rest}");
        }
        let other = format!("{make}INSERT INTO u VALUES (1);");
        assert_eq!(judged(&other, Isolation::Shared).unwrap(), [Judged::new()]);
        let event =
            format!("{make}CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION h();");
        assert!(matches!(judged(&event, Isolation::Shared), Err(ReplayError::Refused(_))));
    }

    #[test]
    fn what_is_kept_comes_back_and_anything_else_does_not() {
        let snapshot =
            Snapshot::new(Dialect::Postgres, crate::schema::ServerVersion::new(15, "15.20"));
        let skipped = judged("CREATE ROLE a", Isolation::Shared).unwrap().remove(0);
        let skipped = skipped.into_iter().map(|(_, skipped)| SkippedStatement {
            location: Location { span: None, ..skipped.location },
            ..skipped
        });
        let replay = Replay { snapshot, skipped: skipped.collect(), cached: false };
        let kept = Kept::read(&Kept::write(&replay)).unwrap();
        assert_eq!(kept, Replay { cached: true, ..replay });
        let refused = judged("LOAD 'x'; LOAD 'y'", Isolation::Shared).unwrap_err();
        assert!(refused.to_string().starts_with("2 statements"), "{refused}");
        for text in ["", "{}", "[]", "{\"skipped\":[],\"snapshot\":\"\"}"] {
            assert_eq!(Kept::read(text), None, "{text}");
        }
    }
}
