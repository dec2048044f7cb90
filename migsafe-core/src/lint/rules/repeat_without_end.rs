//! ## What it detects
//!
//! A statement under `-- migsafe: repeat` that by its text changes the same rows in every turn: an `UPDATE` with no condition on a
//! column that it sets, an `INSERT` of the same rows again, a `MERGE` that updates whatever it matches.
//!
//! ## Why it hurts
//!
//! Such a statement is run until it changes no row, and this one always does. Each turn is committed: the
//! values are computed again and again, or the table grows until the disk is full.
//!
//! ## What to do
//!
//! Leave out the rows that are done (`WHERE total IS NULL`), and for an `INSERT` those that are there (`ON CONFLICT DO
//! NOTHING`, `NOT EXISTS`). If a trigger or a view does that where the statement does not show it, say so with a
//! suppression. A statement that needs no batches needs no `repeat`.
//!
//! What the text does not tell is not found: `UPDATE t SET a = a + 1 WHERE a > 0` never ends either.
//!
//! ## Bad
//!
//! ```sql setup
//! CREATE TABLE orders (id bigint PRIMARY KEY, price integer, total integer);
//! CREATE TABLE archive (id bigint, total integer);
//! ```
//!
//! ```sql
//! -- migsafe: no-transaction because the rows are changed in batches
//! -- migsafe: repeat
//! UPDATE orders SET total = price; -- found
//! -- migsafe: repeat
//! UPDATE orders SET total = price WHERE id IN (SELECT id FROM orders ORDER BY id LIMIT 5000); -- found
//! -- migsafe: repeat
//! INSERT INTO archive SELECT id, total FROM orders LIMIT 5000; -- found
//! -- migsafe: repeat
//! INSERT INTO orders VALUES (1, 2, 3) ON CONFLICT (id) DO UPDATE SET price = 2; -- found
//! ```
//!
//! ```sql server:150000
//! -- migsafe: no-transaction because the rows are changed in batches
//! -- migsafe: repeat
//! MERGE INTO orders o USING archive a ON o.id = a.id WHEN MATCHED THEN UPDATE SET total = a.total; -- found
//! ```
//!
//! ## Good
//!
//! ```sql setup
//! CREATE TABLE orders (id bigint PRIMARY KEY, price integer, total integer);
//! CREATE TABLE archive (id bigint, total integer);
//! ```
//!
//! ```sql
//! -- migsafe: no-transaction because the rows are changed in batches
//! -- migsafe: repeat
//! UPDATE orders SET total = price WHERE id IN (SELECT id FROM orders WHERE total IS NULL ORDER BY id LIMIT 5000);
//! -- migsafe: repeat
//! INSERT INTO archive SELECT id, total FROM orders o
//! WHERE NOT EXISTS (SELECT FROM archive a WHERE a.id = o.id) LIMIT 5000;
//! -- migsafe: repeat
//! WITH moved AS (DELETE FROM orders WHERE id IN (SELECT id FROM orders LIMIT 5000) RETURNING *)
//! INSERT INTO archive SELECT id, total FROM moved;
//! ```

use crate::lint::statements::statements;
use crate::policy::{Facts, Findings, Meta};
use crate::sql::never_ends;

pub(super) const META: Meta =
    Meta { summary: "a repeated statement changes rows in every turn", ..Meta::POSTGRES };

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    for (name, location, statement) in statements(facts).filter(|(.., it)| it.repeats()) {
        let file = facts.migrations().find(name.as_str());
        let text = file.and_then(|file| file.script()?.get(statement.range()));
        if let Some(why) = text.and_then(never_ends) {
            findings.report_at(
                name,
                location,
                format!("`repeat` would never end: {why}"),
                "leave out the rows that are done, as with `WHERE total IS NULL` or `ON CONFLICT DO \
                 NOTHING`; or remove `repeat`",
            );
        }
    }
}
