//! The steps on SQLite: one writer at a time and short tables make most of them one step; what matters is that old
//! and new code both work in between.

use super::script::{columns, derived, quoted, said, table};
use super::{Draft, NotOffered, Release, RowValue, Template};
use crate::sql::ObjectName;

pub(super) fn releases(template: &Template) -> Result<Vec<Release>, NotOffered> {
    Ok(match template {
        Template::AddIndex { table, columns } => vec![index(table, columns, false)],
        Template::AddUnique { table, columns } => vec![index(table, columns, true)],
        Template::AddRequiredColumn {
            table, column, ty, value: RowValue::Constant(value), ..
        } => {
            vec![add_column(table, column, ty, value)]
        }
        Template::AddRequiredColumn { .. } => {
            return Err(NotOffered::new(
                "SQLite adds a required column only with a constant default",
                "give --default, or let `prisma migrate dev --create-only` write the table's rebuild",
            ));
        }
        Template::SetNotNull { .. }
        | Template::AddForeignKey { .. }
        | Template::AddCheck { .. }
        | Template::ChangeColumnType { .. } => {
            return Err(NotOffered::new(
                "SQLite changes constraints and types only by rebuilding the table",
                "let `prisma migrate dev --create-only` write the table's rebuild; migsafe runs it so that no row is lost",
            ));
        }
        Template::RenameTable { .. } => {
            return Err(NotOffered::new(
                "on SQLite rows cannot be written through a view, so old code would not survive a rename",
                "stop the old code first and write ALTER TABLE … RENAME TO in a plain migration",
            ));
        }
        Template::RenameColumn { table, column, to, ty, key } => {
            rename_column(table, column, to, ty, key)
        }
        Template::DropColumn { table, column } => vec![
            Release::new(
                "stop using the column",
                format!("neither reads nor writes {column}, and names the columns it reads"),
                [],
            ),
            Release::new(
                "drop the column",
                "is not concerned",
                [Draft::new(
                    format!("drop_{}_{column}", table.name),
                    drop_column(table, column, "no release uses it since the one before"),
                )],
            ),
        ],
        Template::DropTable { table } => drop_table(table),
    })
}

fn index(on: &ObjectName, keys: &[String], unique: bool) -> Release {
    let parts: Vec<&str> =
        std::iter::once(&*on.name).chain(keys.iter().map(String::as_str)).collect();
    let (name, word) =
        if unique { (derived(&parts, "key"), " UNIQUE") } else { (derived(&parts, "idx"), "") };
    let code = if unique {
        "writes no duplicates; look for those that exist before"
    } else {
        "is not concerned"
    };
    Release::new(
        "build the index",
        code,
        [Draft::new(
            format!("index_{}", parts.join("_")),
            format!("CREATE{word} INDEX {} ON {} {};\n", quoted(&name), table(on), columns(keys)),
        )],
    )
}

fn add_column(on: &ObjectName, column: &str, ty: &str, value: &str) -> Release {
    Release::new(
        "add the column; the default is stored once, no row is written",
        "may use the column",
        [Draft::new(
            format!("add_{}_{column}", on.name),
            format!(
                "ALTER TABLE {} ADD COLUMN {} {ty} NOT NULL DEFAULT {value};\n",
                table(on),
                quoted(column)
            ),
        )],
    )
}

fn rename_column(
    on: &ObjectName,
    column: &str,
    to: &str,
    ty: &str,
    key: &[String],
) -> Vec<Release> {
    let (old, new) = (quoted(column), quoted(to));
    let triggers: Vec<String> = ["insert", "update", "update_back"]
        .iter()
        .map(|event| quoted(&derived(&[&on.name, column, to, event], "sync")))
        .collect();
    let [insert, update, back] = &triggers[..] else { return Vec::new() };
    let slug = format!("rename_{column}_to_{to}");
    let same: Vec<String> =
        key.iter().map(|name| quoted(name)).map(|name| format!("{name} = NEW.{name}")).collect();
    let expand = format!(
        "ALTER TABLE {table} ADD COLUMN {new} {ty};\n\
         UPDATE {table} SET {new} = {old} WHERE {old} IS NOT NULL;\n\n\
         -- Old code writes {column}, new code writes {to}: each sees what the other wrote.\n\
         CREATE TRIGGER {insert} AFTER INSERT ON {table} WHEN NEW.{old} IS NOT NEW.{new} BEGIN\n\
         \x20 UPDATE {table} SET {old} = coalesce(NEW.{new}, NEW.{old}), {new} = coalesce(NEW.{new}, NEW.{old}) WHERE {same};\n\
         END;\n\
         CREATE TRIGGER {update} AFTER UPDATE OF {old} ON {table} WHEN NEW.{old} IS NOT OLD.{old} AND NEW.{new} IS NOT NEW.{old} BEGIN\n\
         \x20 UPDATE {table} SET {new} = NEW.{old} WHERE {same};\n\
         END;\n\
         CREATE TRIGGER {back} AFTER UPDATE OF {new} ON {table} WHEN NEW.{new} IS NOT OLD.{new} AND NEW.{old} IS NOT NEW.{new} BEGIN\n\
         \x20 UPDATE {table} SET {old} = NEW.{new} WHERE {same};\n\
         END;\n",
        table = table(on),
        same = same.join(" AND "),
        to = said(to),
        column = said(column),
    );
    let drops: String =
        triggers.iter().map(|trigger| format!("DROP TRIGGER {trigger};\n")).collect();
    let reason = format!("{to} holds the same values and no release reads it any more");
    vec![
        Release::new(
            format!("add {to}, fill it, keep both columns the same"),
            format!("still reads and writes {column}"),
            [Draft::new(format!("{slug}_expand"), expand)],
        ),
        Release::new(
            format!("use {to}"),
            format!("reads {to}, and writes both columns if {column} is NOT NULL"),
            [],
        ),
        Release::new(
            format!("drop {column}"),
            "is not concerned",
            [Draft::new(
                format!("{slug}_contract"),
                format!("{drops}{}", drop_column(on, column, &reason)),
            )],
        ),
    ]
}

fn drop_column(on: &ObjectName, column: &str, reason: &str) -> String {
    format!(
        "-- migsafe: allow(drop-column, data-loss) because {}\n\
         ALTER TABLE {} DROP COLUMN {};\n",
        said(reason),
        table(on),
        quoted(column)
    )
}

fn drop_table(on: &ObjectName) -> Vec<Release> {
    vec![
        Release::new("stop using the table", "does not use the table any more", []),
        Release::new(
            "drop the table, after the time for which you keep such data, with a copy of the file",
            "is not concerned",
            [Draft::new(
                format!("drop_{}", on.name),
                format!(
                    "-- migsafe: allow(drop-table, data-loss) because no release uses {} since the one before\n\
                     DROP TABLE {};\n",
                    said(&on.name),
                    table(on)
                ),
            )],
        ),
    ]
}
