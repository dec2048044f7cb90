//! Carries a plan out, and says what became of the values that were there before.

use std::collections::BTreeSet;

use migsafe_postgres::Dialect;
use migsafe_postgres::core::sql::{ActionKind, Statement, analyse};
use migsafe_testing::Client;

/// Every table of the database, as XML, taken apart: the values that it holds, as text.
const VALUES: &str = "SELECT DISTINCT v::text FROM pg_class c, unnest(xpath('/table/row/*/text()', \
     query_to_xml(format('SELECT * FROM ONLY %s', c.oid::regclass), false, false, ''))) AS v \
     WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text !~ '^(pg_catalog|pg_toast|information_schema)$'";

/// What happened.
#[derive(Debug)]
pub(crate) struct Happened {
    /// The SQLSTATE of the statement that failed.
    pub(crate) code: Option<String>,
    /// Values that are nowhere any more, but for those that a filtered statement was to take away.
    pub(crate) lost: BTreeSet<String>,
    /// The same for each statement that was carried out.
    pub(crate) steps: Vec<BTreeSet<String>>,
}

/// An empty database again.
pub(crate) fn reset(client: &mut Client, setup: &str) {
    let schemas = "SELECT coalesce(string_agg(format('DROP SCHEMA %I CASCADE', nspname), ';'), '') FROM pg_namespace \
         WHERE nspname !~ '^(pg_|information_schema)'";
    let drop = client.value(schemas).unwrap().unwrap_or_default();
    let setup = format!("{drop}; CREATE SCHEMA public; {setup}");
    client.query("DISCARD ALL").unwrap();
    client.query(&setup).unwrap_or_else(|error| panic!("{setup}: {error:?}"));
}

/// Carries the plan out in one transaction, which is taken back.
pub(crate) fn carry_out(client: &mut Client, plan: &str) -> Happened {
    let script = analyse(Dialect::Postgres, plan);
    let before = values(client);
    let (mut code, mut steps, mut held) = (None, Vec::new(), before.clone());
    client.query("BEGIN").unwrap();
    for statement in script.statements() {
        if let Err(error) = client.query(&plan[statement.range()]) {
            code = Some(error.code);
            break;
        }
        let now = values(client);
        let lost = held.difference(&now).filter(|value| before.contains(*value)).cloned();
        steps.push(if is_deliberate(statement) { BTreeSet::new() } else { lost.collect() });
        held = now;
    }
    client.query("ROLLBACK").unwrap();
    let is_lost = |value: &&String| code.is_none() && !held.contains(*value);
    let lost = steps.iter().flatten().filter(is_lost).cloned().collect();
    Happened { code, lost, steps }
}

/// Whether what was said is what happened: where nothing is found nothing fails and no value is lost, a failure is the one
/// that was foretold, and of what is unknown nothing is said.
pub(crate) fn fits(found: &str, happened: &Happened) -> bool {
    match found.split(' ').next() {
        Some("fine" | "nothing") => happened.code.is_none() && happened.lost.is_empty(),
        Some("fails") => happened.code.as_deref() == found.split(' ').nth(1),
        Some("loss") => happened.code.is_none() && !happened.lost.is_empty(),
        _ => found.starts_with("unknown"),
    }
}

/// What takes rows away that a condition chooses, which is no question, and what nobody sees into.
fn is_deliberate(statement: &Statement) -> bool {
    statement.actions().iter().any(|action| match &action.kind {
        ActionKind::Update { filtered, .. } | ActionKind::Delete { filtered, .. } => *filtered,
        ActionKind::Insert { on_conflict, .. } => *on_conflict,
        ActionKind::Merge { .. } | ActionKind::Opaque(_) | ActionKind::Call { .. } => true,
        ActionKind::Query { calls, .. } => !calls.is_empty(),
        _ => false,
    })
}

fn values(client: &mut Client) -> BTreeSet<String> {
    let rows = client.query(VALUES).unwrap();
    rows.iter().filter_map(|row| row.first().cloned().flatten()).collect()
}
