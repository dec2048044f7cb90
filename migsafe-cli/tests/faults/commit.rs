//! Connections that are cut before and after each COMMIT.

use migsafe_testing::{Postgres, Proxy};

use crate::common::LIMIT;
use crate::on_postgres::{OnPostgres, SCRIPTS};

/// Runs a deploy through a proxy that `prepare` has told what to do.
fn deploy_through(prepare: impl FnOnce(&Proxy)) -> (OnPostgres, Proxy, crate::common::Ran) {
    let on = OnPostgres::new(Postgres::shared(), SCRIPTS);
    let proxy = Proxy::start(Postgres::shared().port());
    prepare(&proxy);
    let url = on.database.url_through(proxy.port());
    let args = ["deploy", "--lock-wait", "30", "--format", "json"];
    let ran = on.project.spawn_through(&url, &args).wait(LIMIT);
    (on, proxy, ran)
}

/// The answer to the COMMIT of a transactional migration is lost, or the COMMIT itself: the same deploy finds out
/// which, and goes on.
#[test]
fn a_cut_around_commit_is_found_out_about() {
    let (_, undisturbed, _) = deploy_through(|_| {});
    let statements = undisturbed.statements();
    let commits: Vec<usize> = (1..)
        .zip(&statements)
        // The end of a transactional step, and of nothing else.
        .filter(|(_, sql)| {
            sql.contains("pg_current_xact_id() =") || sql.contains("SET CONSTRAINTS")
        })
        .filter(|(_, sql)| sql.ends_with("COMMIT") && !sql.contains("migsafe.lease"))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(commits.len(), 4, "{statements:#?}");
    for (nth, number) in (1..).zip(commits) {
        for after in [false, true] {
            let (on, proxy, ran) = deploy_through(|proxy| {
                if after {
                    proxy.cut_after_number(number);
                } else {
                    proxy.cut_before_number(number);
                }
            });
            let context = format!("COMMIT {nth}, cut after it: {after}");
            assert_eq!(proxy.fired(), 1, "{context}");
            assert_eq!(ran.code, 0, "{context}: {ran}");
            assert_eq!(ran.applied(), SCRIPTS.len(), "{context}: {ran}");
            on.check_finished(&context);
        }
    }
}
