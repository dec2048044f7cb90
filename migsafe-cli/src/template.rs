//! From the options of `migsafe new --template` to the template.

use migsafe_core::report::{ExitCode, Problem};
use migsafe_core::template::{NotOffered, RowValue, Template};

use crate::args::{New, TemplateName};
use crate::failure::Failure;

/// The template, or what it still needs.
pub(crate) fn read(name: TemplateName, args: &New) -> Result<Template, Failure> {
    let table = || required(args.table.clone(), "--table");
    let column = || one_column(args);
    let text = |value: &Option<String>, option| required(value.clone(), option);
    if args.key.iter().any(String::is_empty) {
        return Err(missing("--key"));
    }
    let key = args.key.clone();
    Ok(match name {
        TemplateName::AddIndex => Template::AddIndex { table: table()?, columns: columns(args)? },
        TemplateName::AddUnique => Template::AddUnique { table: table()?, columns: columns(args)? },
        TemplateName::AddForeignKey => {
            let (references, referenced) = required(args.references.clone(), "--references")?;
            let (table, columns) = (table()?, columns(args)?);
            Template::AddForeignKey { table, columns, references, referenced }
        }
        TemplateName::AddCheck => Template::AddCheck {
            table: table()?,
            name: args.constraint.clone(),
            check: text(&args.check, "--check")?,
        },
        TemplateName::SetNotNull => Template::SetNotNull { table: table()?, column: column()? },
        TemplateName::RequiredColumn => Template::AddRequiredColumn {
            table: table()?,
            column: column()?,
            ty: text(&args.ty, "--type")?,
            value: row_value(args)?,
            key,
        },
        TemplateName::RenameColumn => Template::RenameColumn {
            table: table()?,
            column: column()?,
            to: text(&args.to, "--to")?,
            ty: text(&args.ty, "--type")?,
            key,
        },
        TemplateName::ChangeType => Template::ChangeColumnType {
            table: table()?,
            column: column()?,
            to: text(&args.to, "--to")?,
            from_ty: text(&args.from_type, "--from-type")?,
            ty: text(&args.ty, "--type")?,
            key,
        },
        TemplateName::RenameTable => {
            Template::RenameTable { table: table()?, to: text(&args.to, "--to")? }
        }
        TemplateName::DropColumn => Template::DropColumn { table: table()?, column: column()? },
        TemplateName::DropTable => Template::DropTable { table: table()? },
    })
}

/// A change that this database has no steps for: not a mistake in how the program was called.
pub(crate) fn not_offered(error: NotOffered) -> Failure {
    let problem = Problem::new(error.code(), error.to_string()).with_help(error.help());
    Failure::Problem(problem, ExitCode::Usage)
}

fn row_value(args: &New) -> Result<RowValue, Failure> {
    match (&args.default, &args.value) {
        (Some(constant), _) => Ok(RowValue::Constant(constant.clone())),
        (None, Some(computed)) => Ok(RowValue::Computed(computed.clone())),
        (None, None) => Err(missing("--default or --value")),
    }
}

fn columns(args: &New) -> Result<Vec<String>, Failure> {
    if args.columns.is_empty() || args.columns.iter().any(String::is_empty) {
        return Err(missing("--column"));
    }
    Ok(args.columns.clone())
}

fn one_column(args: &New) -> Result<String, Failure> {
    match &*columns(args)? {
        [only] => Ok(only.clone()),
        _ => Err(Failure::usage("this template takes one column", "give one --column")),
    }
}

fn required<T>(value: Option<T>, option: &str) -> Result<T, Failure> {
    value.ok_or_else(|| missing(option))
}

fn missing(option: &str) -> Failure {
    Failure::usage(
        format!("this template needs {option}"),
        "`migsafe new --help` lists what each template needs",
    )
}
