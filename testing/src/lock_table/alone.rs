//! Forms that the server refuses in a transaction.

use std::time::{Duration, Instant};

use super::in_transaction::locks;
use super::schema::Relations;
use super::{Form, Measurement, schema};
use crate::{Client, Database};

/// A session that only reads, and has read nothing of the schema.
const OLD_SNAPSHOT: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM public.marker";

/// Catalogs that the statements write; who may not write waits, with all locks it has by then.
const CATALOGS: [&str; 6] =
    ["pg_class", "pg_index", "pg_depend", "pg_inherits", "pg_constraint", "pg_statistic"];

/// Gives up when the statement writes it already.
const LATE: &str =
    "BEGIN; SET LOCAL lock_timeout = '50ms'; LOCK TABLE pg_catalog.pg_depend IN SHARE MODE";

const LIMIT: Duration = Duration::from_secs(20);

pub(super) fn measure(database: &Database, form: &Form) -> Measurement {
    let mut found = Measurement::of(form.id);
    found.alone = true;
    undisturbed(database, form, &mut found);
    found.waits_for_snapshots = disturbed(database, form, OLD_SNAPSHOT, &mut found);
    let mut observer = database.client();
    let relations = schema::make(database, &mut observer, form);
    let mut tables: Vec<&str> = relations
        .values()
        .filter(|relation| matches!(relation.kind, 'r' | 'p'))
        .map(|relation| relation.name.as_str())
        .collect();
    tables.sort_unstable();
    let of_tables = tables.iter().flat_map(|table| {
        ["ACCESS SHARE", "ROW EXCLUSIVE"]
            .map(|mode| format!("BEGIN; LOCK TABLE {table} IN {mode} MODE"))
    });
    let of_catalogs = CATALOGS
        .iter()
        .map(|catalog| format!("BEGIN; LOCK TABLE pg_catalog.{catalog} IN SHARE MODE"));
    for blocker in of_tables.chain(of_catalogs) {
        disturbed(database, form, &blocker, &mut found);
    }
    found
}

/// Files and pages, with nobody in the way.
fn undisturbed(database: &Database, form: &Form, found: &mut Measurement) {
    let mut observer = database.client();
    let before = schema::make(database, &mut observer, form);
    flush(database.client(), &mut observer);
    let blocks_before = blocks(&mut observer, &before);
    let mut client = database.client();
    schema::run(&mut client, form.statement, form.id);
    flush(client, &mut observer);
    let blocks_after = blocks(&mut observer, &before);
    for ((oid, was), (_, is)) in blocks_before.into_iter().zip(blocks_after) {
        let relation = &before[&oid];
        if relation.pages > 0 && is - was >= relation.pages {
            found.scans.insert(relation.role);
        }
    }
    let after = schema::relations(&mut observer);
    schema::note_rewrite(&before, &after, found);
}

/// Runs the form against a session in its way, which goes as soon as it is waited for. Whether that ever was
/// for a snapshot and nothing else.
///
/// Before the first goes, another keeps the catalog from being written if it can, so that the phase after
/// the wait is seen as well: it is the one that drops what has been replaced.
fn disturbed(database: &Database, form: &Form, blocker: &str, found: &mut Measurement) -> bool {
    let mut observer = database.client();
    let relations = schema::make(database, &mut observer, form);
    let mut in_the_way = vec![database.client()];
    schema::run(&mut in_the_way[0], blocker, form.id);
    let mut next = Some(database.client());
    let mut client = database.client();
    let pid = client.process_id();
    let start = Instant::now();
    let mut for_snapshot = false;
    std::thread::scope(|scope| {
        let statement = scope.spawn(move || schema::run(&mut client, form.statement, form.id));
        while !statement.is_finished() {
            let seen = locks(&mut observer, pid);
            for (oid, mode, _) in &seen {
                if let Some(relation) = relations.get(oid) {
                    found.add_lock(relation.role, mode);
                }
            }
            if let Some((what, ..)) = seen.iter().find(|(.., granted)| !granted)
                && let Some(mut first) =
                    in_the_way.pop_if(|first| waits_for(&mut observer, pid, first.process_id()))
            {
                for_snapshot |= what == "virtualxid" && blocker == OLD_SNAPSHOT;
                if let Some(mut other) = next.take()
                    && other.query(LATE).is_ok()
                {
                    in_the_way.push(other);
                }
                schema::run(&mut first, "ROLLBACK", form.id);
            }
            assert!(start.elapsed() < LIMIT, "{} does not end", form.id);
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    for_snapshot
}

fn waits_for(observer: &mut Client, waits: u32, other: u32) -> bool {
    let sql = format!("SELECT {other} = ANY (pg_blocking_pids({waits}))");
    observer.value(&sql).ok().flatten().as_deref() == Some("t")
}

/// Ends a session and waits until the server knows all that it counted, by a table read last.
fn flush(mut client: Client, observer: &mut Client) {
    const READ: &str = "SELECT coalesce(pg_stat_get_numscans('public.marker'::regclass), 0)";
    let scans = |observer: &mut Client| observer.value(READ).ok().flatten();
    let before = scans(observer);
    schema::run(&mut client, "SELECT count(*) FROM public.marker", "reading");
    schema::end(client, observer);
    let start = Instant::now();
    while scans(observer) == before {
        assert!(start.elapsed() < LIMIT, "the statistics do not arrive");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn blocks(observer: &mut Client, relations: &Relations) -> Vec<(String, i64)> {
    let mut oids: Vec<&String> = relations.keys().collect();
    oids.sort_unstable();
    let count = |oid: &String| {
        let sql = format!("SELECT pg_stat_get_blocks_fetched({oid})");
        let blocks = observer.value(&sql).ok().flatten();
        (oid.clone(), blocks.and_then(|text| text.parse().ok()).unwrap_or(0))
    };
    oids.into_iter().map(count).collect()
}
