//! Each single change to a schema with every kind of object, there and back, with rows.

use crate::changes::{CHANGES, RICH};
use crate::run::{execute, lead, made, rows, snapshot};

const ROWS: &str = "
    INSERT INTO users (id, name, email, age, price) VALUES (1, 'ann', 'a@x', 30, 1.5), (2, 'ben', 'b@x', 40, 2),
        (9, 'gone', NULL, 50, 3);
    DELETE FROM users WHERE id = 9;
    INSERT INTO posts (author, reviewer, title) VALUES (1, 2, 'first'), (1, NULL, 'second'), (2, 1, 'third');
    INSERT INTO strictly (a, b) VALUES (1, 'one'), (2, 2);";

/// What is left to a person.
const MANUAL: &[&str] = &["change a virtual table"];

#[tokio::test]
async fn each_single_change_is_carried_out_there_and_back() {
    let plain = snapshot(&made(RICH).await).await;
    let mut manual = Vec::new();
    for (name, from, to, _) in CHANGES {
        println!("{name}");
        let changed = RICH.replacen(from, to, 1);
        let target = snapshot(&made(&changed).await).await;
        let store = made(&format!("{RICH}{ROWS}")).await;
        let children = "SELECT author, reviewer, title FROM posts ORDER BY title";
        let kept = rows(&store, children).await;
        let there = lead(&store, &target).await;
        execute(&store, "DELETE FROM _prisma_migrations").await;
        assert_eq!(rows(&store, children).await, kept, "{name}: {}", there.to_sql());
        assert_eq!(rows(&store, "SELECT count(*) FROM users").await, ["2"], "{name}");
        let back = lead(&store, &plain).await;
        assert_eq!(rows(&store, children).await, kept, "{name}: {}", back.to_sql());
        if !there.is_complete() || !back.is_complete() {
            manual.push(*name);
        }
        if *name != "end autoincrement" {
            let counter = "SELECT seq FROM sqlite_sequence WHERE name = 'users'";
            assert_eq!(rows(&store, counter).await, ["9"], "{name}: {}", back.to_sql());
        }
    }
    assert_eq!(manual, MANUAL);
}
