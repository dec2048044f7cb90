//! Forms that the server accepts in a transaction.

use super::{Form, Measurement, schema};
use crate::{Client, Database};

/// Runs the form in a transaction and rolls back; `None` if the server refuses it there.
pub(super) fn measure(database: &Database, form: &Form) -> Option<Measurement> {
    let mut observer = database.client();
    let before = schema::make(database, &mut observer, form);
    // A new session: what others counted is not in its statistics.
    let mut client = database.client();
    schema::run(&mut client, "SET client_min_messages = error", form.id);
    schema::run(&mut client, "BEGIN", form.id);
    if let Some(sql) = form.session {
        schema::run(&mut client, sql, form.id);
    }
    match client.query(form.statement) {
        Ok(_) => {}
        Err(error) if error.code == "25001" => return None,
        Err(error) => panic!("{}: {error}\n{}", form.id, form.statement),
    }
    let mut found = Measurement::of(form.id);
    for (oid, mode, _) in locks(&mut observer, client.process_id()) {
        if let Some(relation) = before.get(&oid) {
            found.add_lock(relation.role, &mode);
        }
    }
    for (oid, relation) in before.iter().filter(|(_, relation)| relation.pages > 0) {
        // Pages that are filled with new rows were not read.
        let sql = format!(
            "SELECT pg_stat_get_xact_blocks_fetched({oid}) >= {}
                AND (pg_stat_get_xact_numscans({oid}) > 0 OR pg_stat_get_xact_tuples_inserted({oid}) = 0)",
            relation.pages,
        );
        if client.value(&sql).ok().flatten().as_deref() == Some("t") {
            found.scans.insert(relation.role);
        }
    }
    let after = schema::relations(&mut client);
    schema::note_rewrite(&before, &after, &mut found);
    schema::run(&mut client, "ROLLBACK", form.id);
    Some(found)
}

/// The relations that a session has locked or waits for: identifier, mode, whether it has it.
pub(super) fn locks(observer: &mut Client, pid: u32) -> Vec<(String, String, bool)> {
    let sql = format!(
        "SELECT coalesce(relation::text, locktype), mode, granted FROM pg_locks WHERE pid = {pid}
         AND (locktype = 'relation' OR NOT granted)"
    );
    let rows = observer.query(&sql).expect("the locks can be read");
    rows.into_iter()
        .filter_map(|row| {
            let mut values = row.into_iter();
            let mut next = || values.next().flatten();
            Some((next()?, next()?, next()? == "t"))
        })
        .collect()
}
