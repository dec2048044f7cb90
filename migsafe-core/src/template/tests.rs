//! Every template on both databases: what it writes, and that it can be read back.

use super::*;
use crate::sql;

fn users() -> ObjectName {
    ObjectName::unqualified("users")
}

fn templates() -> Vec<Template> {
    let text = str::to_owned;
    let id = || text("id");
    vec![
        Template::AddIndex { table: users(), columns: vec![text("email")] },
        Template::AddUnique { table: users(), columns: vec![text("org"), text("email")] },
        Template::AddForeignKey {
            table: users(),
            columns: vec![text("org")],
            references: ObjectName::qualified("app", "orgs"),
            referenced: vec![id()],
        },
        Template::AddCheck { table: users(), name: None, check: text("age >= 0") },
        Template::SetNotNull { table: users(), column: text("email") },
        Template::AddRequiredColumn {
            table: users(),
            column: text("plan"),
            ty: text("text"),
            value: RowValue::Constant(text("'free'")),
            key: vec![id()],
        },
        Template::AddRequiredColumn {
            table: users(),
            column: text("handle"),
            ty: text("text"),
            value: RowValue::Computed(text("lower(email)")),
            key: vec![id()],
        },
        Template::RenameColumn {
            table: users(),
            column: text("name"),
            to: text("full_name"),
            ty: text("text"),
            key: vec![text("org"), id()],
        },
        Template::ChangeColumnType {
            table: users(),
            column: text("score"),
            to: text("score_big"),
            from_ty: text("integer"),
            ty: text("bigint"),
            key: vec![id()],
        },
        Template::RenameTable { table: users(), to: text("people") },
        Template::DropColumn { table: users(), column: text("legacy") },
        Template::DropTable { table: users() },
    ]
}

fn page(dialect: Dialect) -> String {
    templates().iter().map(|template| chapter(template, dialect)).collect()
}

fn chapter(template: &Template, dialect: Dialect) -> String {
    let heading = format!("==== {}\n", template.name());
    match template.releases(dialect) {
        Err(error) => format!("{heading}{error}\n  help: {}\n", error.help()),
        Ok(releases) => {
            let parts = (1..).zip(&releases).map(|(number, release)| {
                let scripts = release.migrations.iter();
                let scripts: String =
                    scripts.map(|draft| format!("-- {}\n{}", draft.slug, draft.script)).collect();
                format!("== {number}. {}\n   the code {}\n{scripts}", release.title, release.code)
            });
            heading + &parts.collect::<String>()
        }
    }
}

#[test]
fn what_is_written_on_postgresql() {
    insta::assert_snapshot!(page(Dialect::Postgres));
}

#[test]
fn what_is_written_on_sqlite() {
    insta::assert_snapshot!(page(Dialect::Sqlite));
}

#[test]
fn a_new_name_that_is_the_old_one_is_refused() {
    let name = || "x".to_owned();
    let key = || vec!["id".to_owned()];
    for template in [
        Template::RenameTable { table: ObjectName::unqualified("x"), to: name() },
        Template::RenameColumn {
            table: users(),
            column: name(),
            to: name(),
            ty: name(),
            key: key(),
        },
        Template::ChangeColumnType {
            table: users(),
            column: name(),
            to: name(),
            from_ty: "int".to_owned(),
            ty: "bigint".to_owned(),
            key: key(),
        },
    ] {
        let error = template.releases(Dialect::Postgres).unwrap_err();
        assert_eq!(error.to_string(), "the new name is the name that it has now");
    }
}

#[test]
fn every_script_can_be_read_and_its_header_is_right() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        for template in templates() {
            let Ok(releases) = template.releases(dialect) else { continue };
            for draft in releases.into_iter().flat_map(|release| release.migrations) {
                let script = sql::analyse(dialect, &draft.script);
                assert!(script.is_split(), "{}", draft.script);
                assert_eq!(script.problems(), [], "{}", draft.script);
                assert_eq!(script.header().problems(), [], "{}", draft.script);
            }
        }
    }
}
