//! The steps on PostgreSQL.

use super::script::{beside, columns, derived, list, quoted, said, table};
use super::{Draft, Release, RowValue, Template};
use crate::sql::ObjectName;

/// Rows in one batch: small enough that their locks are over soon.
const BATCH: u32 = 5000;

pub(super) fn releases(template: &Template) -> Vec<Release> {
    match template {
        Template::AddIndex { table, columns } => vec![add_index(table, columns)],
        Template::AddUnique { table, columns } => vec![add_unique(table, columns)],
        Template::AddForeignKey { table, columns, references, referenced } => {
            vec![add_foreign_key(table, columns, references, referenced)]
        }
        Template::AddCheck { table, name, check } => vec![add_check(table, name.as_deref(), check)],
        Template::SetNotNull { table, column } => vec![Release::new(
            "make the column required",
            format!("writes {column} in every row; deploy that before these migrations"),
            set_not_null(table, column),
        )],
        Template::AddRequiredColumn { table, column, ty, value, key } => {
            add_required_column(table, column, ty, value, key)
        }
        Template::RenameColumn { table, column, to, ty, key } => {
            let change = Replace { table, column, to, from_ty: ty, ty, key };
            replace(&change, &format!("rename_{column}_to_{to}"))
        }
        Template::ChangeColumnType { table, column, to, from_ty, ty, key } => {
            let change = Replace { table, column, to, from_ty, ty, key };
            replace(&change, &format!("change_type_of_{column}"))
        }
        Template::RenameTable { table, to } => rename_table(table, to),
        Template::DropColumn { table, column } => drop_column(table, column),
        Template::DropTable { table } => drop_table(table),
    }
}

fn add_index(on: &ObjectName, keys: &[String]) -> Release {
    let parts: Vec<&str> = parts(on, keys);
    let name = derived(&parts, "idx");
    Release::new(
        "build the index while the table is in use",
        "is not concerned",
        [Draft::new(
            format!("index_{}", parts.join("_")),
            format!(
                "CREATE INDEX CONCURRENTLY {} ON {} {};\n",
                quoted(&name),
                table(on),
                columns(keys)
            ),
        )],
    )
}

fn add_unique(on: &ObjectName, keys: &[String]) -> Release {
    let parts: Vec<&str> = parts(on, keys);
    let name = derived(&parts, "key");
    Release::new(
        "build a unique index while the table is in use, then make it a constraint",
        "writes no duplicates; look for those that exist before",
        [
            Draft::new(
                format!("unique_index_{}", parts.join("_")),
                format!(
                    "CREATE UNIQUE INDEX CONCURRENTLY {} ON {} {};\n",
                    quoted(&name),
                    table(on),
                    columns(keys)
                ),
            ),
            Draft::new(
                format!("unique_{}", parts.join("_")),
                format!(
                    "ALTER TABLE {} ADD CONSTRAINT {name} UNIQUE USING INDEX {name};\n",
                    table(on),
                    name = quoted(&name)
                ),
            ),
        ],
    )
}

fn add_foreign_key(
    on: &ObjectName,
    keys: &[String],
    references: &ObjectName,
    referenced: &[String],
) -> Release {
    let parts: Vec<&str> = parts(on, keys);
    let name = quoted(&derived(&parts, "fkey"));
    let referenced =
        if referenced.is_empty() { String::new() } else { format!(" {}", columns(referenced)) };
    let mut migrations = add_index(on, keys).migrations;
    migrations.push(Draft::new(
        format!("foreign_key_{}", parts.join("_")),
        format!(
            "-- Rows that are written from now on are checked; those that exist are not.\n\
             ALTER TABLE {} ADD CONSTRAINT {name} FOREIGN KEY {} REFERENCES {}{referenced} NOT VALID;\n",
            table(on),
            columns(keys),
            table(references),
        ),
    ));
    migrations.push(validate(on, &name, &format!("validate_foreign_key_{}", parts.join("_"))));
    Release::new(
        "add the foreign key without a look at the rows, then look at them while the table is in use",
        "writes no row without its parent; deploy that before these migrations",
        migrations,
    )
}

fn add_check(on: &ObjectName, name: Option<&str>, check: &str) -> Release {
    let name = quoted(&name.map_or_else(|| derived(&[&on.name], "check"), str::to_owned));
    Release::new(
        "add the check without a look at the rows, then look at them while the table is in use",
        "writes no row that fails the check; deploy that before these migrations",
        [
            Draft::new(
                format!("check_{}", on.name),
                format!(
                    "-- Rows that are written from now on are checked; those that exist are not.\n\
                     ALTER TABLE {} ADD CONSTRAINT {name} CHECK ({check}) NOT VALID;\n",
                    table(on)
                ),
            ),
            validate(on, &name, &format!("validate_check_{}", on.name)),
        ],
    )
}

/// A validated check saves `SET NOT NULL` its scan (since PostgreSQL 12).
fn set_not_null(on: &ObjectName, column: &str) -> Vec<Draft> {
    let name = quoted(&derived(&[&on.name, column], "not_null"));
    let slug = format!("{}_{column}", on.name);
    vec![
        Draft::new(
            format!("check_not_null_{slug}"),
            format!(
                "ALTER TABLE {} ADD CONSTRAINT {name} CHECK ({} IS NOT NULL) NOT VALID;\n",
                table(on),
                quoted(column)
            ),
        ),
        validate(on, &name, &format!("validate_not_null_{slug}")),
        Draft::new(
            format!("set_not_null_{slug}"),
            format!(
                "-- No row is read: the check that was validated proves it.\n\
                 ALTER TABLE {table}\n  ALTER COLUMN {} SET NOT NULL,\n  DROP CONSTRAINT {name};\n",
                quoted(column),
                table = table(on),
            ),
        ),
    ]
}

fn add_required_column(
    on: &ObjectName,
    column: &str,
    ty: &str,
    value: &RowValue,
    key: &[String],
) -> Vec<Release> {
    let slug = format!("{}_{column}", on.name);
    let computed = match value {
        RowValue::Constant(value) => {
            return vec![Release::new(
                "add the column; the default is stored once, no row is written",
                "may use the column",
                [Draft::new(
                    format!("add_{slug}"),
                    format!(
                        "ALTER TABLE {} ADD COLUMN {} {ty} NOT NULL DEFAULT {value};\n",
                        table(on),
                        quoted(column)
                    ),
                )],
            )];
        }
        RowValue::Computed(value) => value,
    };
    let add = Draft::new(
        format!("add_{slug}"),
        format!("ALTER TABLE {} ADD COLUMN {} {ty};\n", table(on), quoted(column)),
    );
    // A row for which the value is NULL would be pending for ever. The validation of the check names it.
    let pending = format!("{} IS NULL AND ({computed}) IS NOT NULL", quoted(column));
    let fill = backfill(on, column, computed, &pending, key);
    let mut required = vec![Draft::new(format!("fill_{slug}"), fill)];
    required.extend(set_not_null(on, column));
    vec![
        Release::new(
            "add the column, not required yet",
            format!("writes {column} in every new and changed row, and does not rely on it"),
            [add],
        ),
        Release::new(
            "fill the rows that exist, then make the column required",
            format!("may rely on {column}"),
            required,
        ),
    ]
}

/// A column that takes the place of another.
struct Replace<'a> {
    table: &'a ObjectName,
    column: &'a str,
    to: &'a str,
    from_ty: &'a str,
    ty: &'a str,
    key: &'a [String],
}

fn replace(change: &Replace<'_>, slug: &str) -> Vec<Release> {
    let Replace { table: on, column, to, from_ty, ty, key } = *change;
    let (old, new) = (quoted(column), quoted(to));
    let sync = quoted(&derived(&[&on.name, column, to], "sync"));
    let function = beside(on, &derived(&[&on.name, column, to], "sync"));
    let (forth, back) = if ty == from_ty {
        (format!("NEW.{old}"), format!("NEW.{new}"))
    } else {
        (format!("CAST(NEW.{old} AS {ty})"), format!("CAST(NEW.{new} AS {from_ty})"))
    };
    let value = if ty == from_ty { old.clone() } else { format!("CAST({old} AS {ty})") };
    // Types such as json have no equality of their own.
    let differs = |column: &str| {
        format!("CAST(NEW.{column} AS text) IS DISTINCT FROM CAST(OLD.{column} AS text)")
    };
    let expand = format!(
        "ALTER TABLE {table} ADD COLUMN {new} {ty};\n\n\
         -- Old code writes {column}, new code writes {to}: each sees what the other wrote.\n\
         CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$\n\
         BEGIN\n\
         \x20 IF TG_OP = 'INSERT' THEN\n\
         \x20   IF NEW.{new} IS NULL THEN\n\
         \x20     NEW.{new} := {forth};\n\
         \x20   ELSE\n\
         \x20     NEW.{old} := {back};\n\
         \x20   END IF;\n\
         \x20 ELSIF {old_differs} THEN\n\
         \x20   NEW.{new} := {forth};\n\
         \x20 ELSIF {new_differs} THEN\n\
         \x20   NEW.{old} := {back};\n\
         \x20 END IF;\n\
         \x20 RETURN NEW;\n\
         END\n\
         $$;\n\
         CREATE TRIGGER {sync} BEFORE INSERT OR UPDATE ON {table}\n\
         \x20 FOR EACH ROW EXECUTE FUNCTION {function}();\n",
        old_differs = differs(&old),
        new_differs = differs(&new),
        table = table(on),
        to = said(to),
        column = said(column),
    );
    // A cast may give NULL, as that of a JSON null does since PostgreSQL 18: such a row would be pending for ever.
    let pending = format!("{new} IS NULL AND {value} IS NOT NULL");
    // A row that the batches do not reach, such as one without a key, must not lose its value with the old column.
    let filled = quoted(&derived(&[&on.name, column, to], "filled"));
    let check = format!(
        "-- The old column goes in a later release, and this check with it. No row may be left behind by then.\n\
         ALTER TABLE {} ADD CONSTRAINT {filled} CHECK (NOT ({pending})) NOT VALID;\n",
        table(on),
    );
    let contract = format!(
        "DROP TRIGGER {sync} ON {table};\n\
         DROP FUNCTION {function}();\n\
         -- migsafe: allow(drop-column, data-loss) because {to} holds the same values and no release reads {column} any more\n\
         ALTER TABLE {table} DROP COLUMN {old};\n",
        table = table(on),
        to = said(to),
        column = said(column),
    );
    vec![
        Release::new(
            format!("add {to}, keep both columns the same, fill the rows that exist"),
            format!("still reads and writes {column}"),
            [
                Draft::new(format!("{slug}_expand"), expand),
                Draft::new(format!("{slug}_fill"), backfill(on, to, &value, &pending, key)),
                Draft::new(format!("{slug}_check"), check),
                validate(on, &filled, &format!("{slug}_validate")),
            ],
        ),
        Release::new(
            format!("use {to}"),
            format!("reads and writes {to} only"),
            [Draft::new(
                format!("{slug}_release"),
                format!(
                    "-- From now on nobody writes {column}; if it was required, make {to} required in its place\n\
                     -- (migsafe new NAME --template set-not-null).\n\
                     ALTER TABLE {} ALTER COLUMN {old} DROP NOT NULL;\n",
                    table(on),
                    to = said(to),
                    column = said(column),
                ),
            )],
        ),
        Release::new(
            format!("drop {column}"),
            "is not concerned",
            [Draft::new(format!("{slug}_contract"), contract)],
        ),
    ]
}

fn rename_table(from: &ObjectName, to: &str) -> Vec<Release> {
    let new = beside(from, to);
    vec![
        Release::new(
            "rename the table and leave a view of the old name",
            "may use either name: rows can be read and written through the view",
            [Draft::new(
                format!("rename_{}_to_{to}", from.name),
                format!(
                    "ALTER TABLE {old} RENAME TO {};\n\
                     CREATE VIEW {old} AS SELECT * FROM {new};\n",
                    quoted(to),
                    old = table(from),
                ),
            )],
        ),
        Release::new(
            "drop the view",
            format!("uses {to} only; deploy that before this migration"),
            [Draft::new(
                format!("drop_view_{}", from.name),
                format!("DROP VIEW {};\n", table(from)),
            )],
        ),
    ]
}

fn drop_column(on: &ObjectName, column: &str) -> Vec<Release> {
    let slug = format!("{}_{column}", on.name);
    vec![
        Release::new(
            "stop using the column",
            format!("neither reads nor writes {column}, and names the columns it reads"),
            [Draft::new(
                format!("release_{slug}"),
                format!(
                    "-- Rows that new code writes have no value in it.\n\
                     ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL;\n",
                    table(on),
                    quoted(column)
                ),
            )],
        ),
        Release::new(
            "drop the column",
            "is not concerned",
            [Draft::new(
                format!("drop_{slug}"),
                format!(
                    "-- migsafe: allow(drop-column, data-loss) because no release uses {} since the one before\n\
                     ALTER TABLE {} DROP COLUMN {};\n",
                    said(column),
                    table(on),
                    quoted(column)
                ),
            )],
        ),
    ]
}

fn drop_table(on: &ObjectName) -> Vec<Release> {
    let retired = derived(&[&on.name], "retired");
    vec![
        Release::new(
            "put the table out of reach; renaming it back is the way back",
            "does not use the table any more; deploy that before this migration",
            [Draft::new(
                format!("retire_{}", on.name),
                format!(
                    "-- migsafe: allow(rename-table) because no release uses {}; whatever still does fails here and not after the drop\n\
                     ALTER TABLE {} RENAME TO {};\n",
                    said(&on.name),
                    table(on),
                    quoted(&retired)
                ),
            )],
        ),
        Release::new(
            "drop the table, after the time for which you keep such data, with a backup",
            "is not concerned",
            [Draft::new(
                format!("drop_{}", on.name),
                format!(
                    "-- migsafe: allow(drop-table, data-loss) because nothing has used {} since it was retired\n\
                     DROP TABLE {};\n",
                    said(&on.name),
                    beside(on, &retired)
                ),
            )],
        ),
    ]
}

fn validate(on: &ObjectName, constraint: &str, slug: &str) -> Draft {
    let script = format!("ALTER TABLE {} VALIDATE CONSTRAINT {constraint};\n", table(on));
    Draft::new(slug, script)
}

/// Batches by key, each in a transaction of its own, until none is left.
fn backfill(on: &ObjectName, column: &str, value: &str, pending: &str, key: &[String]) -> String {
    format!(
        "-- migsafe: no-transaction because the rows are filled in batches\n\n\
         -- migsafe: repeat\n\
         UPDATE {table} SET {} = {value}\n\
         WHERE {row} IN (SELECT {key} FROM {table} WHERE {pending} ORDER BY {key} LIMIT {BATCH});\n",
        quoted(column),
        table = table(on),
        row = if key.len() == 1 { list(key) } else { columns(key) },
        key = list(key),
    )
}

fn parts<'a>(on: &'a ObjectName, columns: &'a [String]) -> Vec<&'a str> {
    std::iter::once(&*on.name).chain(columns.iter().map(String::as_str)).collect()
}
