//! Progress, one line per event.

use super::{safe, values};
use crate::engine::Event;
use crate::store::Aborted;

/// An event in one line without a line end; `None` for events that the report says all about.
#[must_use]
pub fn event(event: &Event) -> Option<String> {
    let name = |name: &crate::migrations::MigrationName| safe::name(name.as_str());
    match event {
        Event::Waiting { holder, waited } => {
            let who = holder.as_ref().map(|holder| safe::line(&holder.to_string(), 120));
            let who = who.map_or_else(String::new, |who| format!(": {who}"));
            let waited = values::duration(*waited);
            Some(format!("waiting ({waited}) for another deploy{who}"))
        }
        Event::HistoryTableCreated => Some("created the history table".to_owned()),
        Event::StepStarted { name: step, index, total } => {
            Some(format!("applying {} ({index} of {total})", name(step)))
        }
        Event::StepRetried { name: step, reason, attempt, pause } => {
            let pause = values::duration(*pause);
            let reason = why(*reason);
            let step = name(step);
            Some(format!("{step} was rolled back ({reason}); attempt {attempt} in {pause}"))
        }
        Event::OutcomeUnknown { name: step } => Some(format!(
            "the database gave no answer about {}; whether it was carried out has to be found out",
            name(step)
        )),
        Event::StatementStarted { name: step, statement, total } => {
            Some(format!("applying {}, statement {statement} of {total}", name(step)))
        }
        // What ends a step is in the report.
        _ => None,
    }
}

fn why(reason: Aborted) -> &'static str {
    match reason {
        Aborted::LockTimeout => "it waited too long for a lock on a table",
        Aborted::Conflict => "it collided with another session",
        Aborted::Cancelled => "it was cancelled",
        Aborted::Server => "the server gave up",
        Aborted::ConnectionLost => "the connection broke",
        Aborted::NeedsNoTransaction => "it cannot run in a transaction",
        Aborted::NotRecorded => "its row could not be written",
        Aborted::HistoryTouched => "it wrote to the history",
        Aborted::TransactionTaken => "it ended its transaction",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::lock::LockHolder;

    #[test]
    fn lines() {
        let name = "a\u{1b}[2J".into();
        let mut holder = LockHolder::of_pid(7);
        holder.application = Some("x\ny".to_owned());
        let waited = Duration::from_millis(1500);
        let events = [
            Event::Planned { steps: Vec::new() },
            Event::Waiting { holder: None, waited },
            Event::Waiting { holder: Some(Box::new(holder)), waited },
            Event::HistoryTableCreated,
            Event::StepStarted { name: "a b".into(), index: 2, total: 3 },
            Event::StatementStarted { name: "a".into(), statement: 1, total: 2 },
            Event::StepRetried {
                name,
                reason: Aborted::LockTimeout,
                attempt: 2,
                pause: Duration::from_millis(150),
            },
            Event::OutcomeUnknown { name: "a".into() },
        ];
        let lines: Vec<String> = events.iter().filter_map(event).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        waiting (1.5 s) for another deploy
        waiting (1.5 s) for another deploy: pid 7, application x y
        created the history table
        applying a b (2 of 3)
        applying a, statement 1 of 2
        "a\u{1b}[2J" was rolled back (it waited too long for a lock on a table); attempt 2 in 150 ms
        the database gave no answer about a; whether it was carried out has to be found out
        "#);
    }
}
