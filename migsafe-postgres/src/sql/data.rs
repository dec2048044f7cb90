//! Texts of questions about rows. What they are for is in [`crate::data`].

use std::time::Duration;

use migsafe_core::sql::{ObjectKind, ObjectName};

use super::step::milliseconds;
use super::{Ident, Literal};

/// How many statements of [`ask`] stand before the query.
pub(crate) const BEFORE_ASKED: usize = 2;

/// Gives back what the last question took.
pub(crate) const ASKED: &str =
    "ROLLBACK TO SAVEPOINT migsafe_question; RELEASE SAVEPOINT migsafe_question";

/// How long a question may wait for a lock: it must not queue behind a migration, with everybody else behind it.
const LOCK_LIMIT: Duration = Duration::from_millis(500);

/// Begins the transaction of all questions.
pub(crate) fn begin_asking(schema: Option<&str>, idle: Duration) -> String {
    let mut items = vec![
        setting("lock_timeout", &milliseconds(LOCK_LIMIT)),
        setting("row_security", "off"),
        setting("idle_in_transaction_session_timeout", &milliseconds(idle)),
    ];
    items.extend(schema.map(|schema| setting("search_path", &Ident(schema).to_string())));
    format!("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;\nSELECT {}", items.join(", "))
}

/// A query within a limit.
pub(crate) fn ask(query: &str, limit: Duration) -> String {
    let limit = setting("statement_timeout", &milliseconds(limit));
    format!("SAVEPOINT migsafe_question;\nSELECT {limit};\n{query}")
}

pub(super) fn setting(name: &str, value: &str) -> String {
    format!("pg_catalog.set_config({}, {}, true)", Literal(name), Literal(value))
}

/// A name as `to_regclass` reads it.
fn path(name: &ObjectName) -> String {
    let schema =
        name.schema.as_ref().map(|schema| format!("{}.", Ident(schema))).unwrap_or_default();
    format!("{schema}{}", Ident(&name.name))
}

fn regclass(name: &ObjectName) -> String {
    format!("pg_catalog.to_regclass({})", Literal(&path(name)))
}

/// Row: whether there is such a relation.
pub(crate) fn exists(name: &ObjectName) -> String {
    format!("SELECT {} IS NOT NULL", regclass(name))
}

/// Row: oid, kind, schema, name, rows and pages by the statistics, columns of the primary key and all columns that
/// are not computed, as JSON. No row where there is no such table.
pub(crate) fn table_facts(name: &ObjectName) -> String {
    format!(
        "SELECT c.oid, c.relkind, n.nspname, c.relname, c.reltuples, c.relpages, \
         (SELECT pg_catalog.json_agg(a.attname ORDER BY k.at) FROM pg_catalog.pg_index i, \
         pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, at), pg_catalog.pg_attribute a \
         WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.number), \
         (SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a \
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.oid = {} AND c.relkind IN ('r', 'p', 'm', 'f', 'v')",
        regclass(name)
    )
}

/// Rows: the keys of some rows.
pub(crate) fn some_rows(
    from: &str,
    condition: Option<&str>,
    key: Option<&str>,
    limit: usize,
) -> String {
    let key = key.unwrap_or("NULL");
    format!("SELECT {key} FROM {from}{} LIMIT {limit}", condition_of(condition))
}

/// Row: how many, and not more than one above the limit.
pub(crate) fn count_rows(from: &str, condition: Option<&str>, up_to: u64) -> String {
    format!(
        "SELECT pg_catalog.count(*) FROM (SELECT 1 FROM {from}{} LIMIT {}) AS migsafe_counted",
        condition_of(condition),
        up_to.saturating_add(1)
    )
}

/// Row: how many there are in a sample.
pub(crate) fn count_sampled(from: &str, condition: Option<&str>) -> String {
    format!("SELECT pg_catalog.count(*) FROM {from}{}", condition_of(condition))
}

fn condition_of(condition: Option<&str>) -> String {
    condition.map(|condition| format!(" WHERE {condition}")).unwrap_or_default()
}

/// Rows: how many rows share their key with another, and such a key. No row where none does.
pub(crate) fn duplicates(
    from: &str,
    keys: &[String],
    conditions: &[String],
    up_to: u64,
    shown: usize,
) -> String {
    let named: Vec<String> =
        keys.iter().enumerate().map(|(at, key)| format!("{key} AS migsafe_{at}")).collect();
    let numbers: Vec<String> = (1..=keys.len()).map(|at| at.to_string()).collect();
    let texts: Vec<String> =
        (0..keys.len()).map(|at| format!("COALESCE(migsafe_{at}::text, 'NULL')")).collect();
    let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
    format!(
        "WITH migsafe_shared AS MATERIALIZED (SELECT {}, pg_catalog.count(*) AS migsafe_rows FROM {from}{} \
         GROUP BY {} HAVING pg_catalog.count(*) > 1 LIMIT {up_to}) \
         SELECT (SELECT pg_catalog.sum(migsafe_rows) FROM migsafe_shared), \
         pg_catalog.concat_ws(', ', {}) FROM migsafe_shared LIMIT {shown}",
        named.join(", "),
        condition_of(condition.as_deref()),
        numbers.join(", "),
        texts.join(", "),
    )
}

/// Row: how many values an expression has; computes it for every row.
pub(crate) fn compute(from: &str, expression: &str) -> String {
    format!("SELECT pg_catalog.count({expression}) FROM {from}")
}

/// Row: the definition of a constraint, and whether it is validated.
pub(crate) fn constraint(table: &str, name: &str) -> String {
    format!(
        "SELECT pg_catalog.pg_get_constraintdef(oid), convalidated FROM pg_catalog.pg_constraint \
         WHERE conrelid = {} AND conname = {}",
        Literal(table),
        Literal(name)
    )
}

/// Row: the column's type in words, whether the other type is there, and whether values of the one may be assigned to the
/// other: the same type, a cast for that, or any type to one of the strings (PostgreSQL manual, CREATE CAST). Of
/// arrays the elements count, of domains what they are made of.
pub(crate) fn cast_facts(table: &str, column: &str, to: &str) -> String {
    let base = |ty: &str| {
        format!(
            "(SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END \
             FROM pg_catalog.pg_type t WHERE t.oid = {ty})"
        )
    };
    let element = |ty: &str| {
        format!(
            "(SELECT t.typelem FROM pg_catalog.pg_type t WHERE t.oid = {ty} AND t.typcategory = 'A')"
        )
    };
    let castable = |from: &str, to: &str| {
        format!(
            "({from} = {to} OR EXISTS (SELECT 1 FROM pg_catalog.pg_cast k WHERE k.castsource = {from} \
             AND k.casttarget = {to} AND k.castcontext IN ('i', 'a')))"
        )
    };
    let (from, target) = (base("a.atttypid"), base("x.ty"));
    format!(
        "SELECT pg_catalog.format_type(a.atttypid, a.atttypmod), x.ty, \
         {} OR COALESCE({}, false) OR (SELECT t.typcategory = 'S' FROM pg_catalog.pg_type t WHERE t.oid = {target}), \
         EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND (i.indisunique OR i.indisexclusion) \
         AND (a.attnum = ANY (i.indkey::int2[]) OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)), \
         EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype IN ('c', 'x') \
         AND a.attnum = ANY (k.conkey)) \
         FROM pg_catalog.pg_attribute a, (SELECT pg_catalog.to_regtype({})::oid AS ty) AS x \
         WHERE a.attrelid = {} AND a.attname = {} AND NOT a.attisdropped",
        castable(&from, &target),
        castable(&element(&from), &element(&target)),
        Literal(to),
        Literal(table),
        Literal(column),
    )
}

/// Rows: schema and name of every table that refers to this one, also through others.
pub(crate) fn referring_tables(table: &str) -> String {
    format!(
        "WITH RECURSIVE r(oid) AS (SELECT {table}::oid UNION \
         SELECT k.conrelid FROM pg_catalog.pg_constraint k, r WHERE k.confrelid = r.oid AND k.contype = 'f' \
         AND k.conparentid = 0) \
         SELECT n.nspname, c.relname FROM r JOIN pg_catalog.pg_class c ON c.oid = r.oid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.oid <> {table}::oid ORDER BY 1, 2",
        table = Literal(table)
    )
}

/// Row: how many things pass on what is written to a relation; of its own computed columns if no other relation is in
/// question, and of its parents and children if one is.
pub(crate) fn passed_on(table: &str, to_kin: bool) -> String {
    let others = if to_kin {
        "(SELECT pg_catalog.count(*) FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid)"
    } else {
        "(SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attgenerated <> '')"
    };
    format!(
        "SELECT CASE WHEN c.relkind IN ('r', 'p') THEN 0 ELSE 1 END \
         + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) \
         + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid) \
         + (SELECT pg_catalog.count(*) FROM pg_catalog.pg_constraint k WHERE k.confrelid = c.oid AND k.contype = 'f' \
         AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))) \
         + {others} FROM pg_catalog.pg_class c WHERE c.oid = {}",
        Literal(table)
    )
}

/// Rows, first the object itself (`self`), then what goes with it: its description, what it is, and for tables and
/// columns with rows their schema, table and column. No row where there is no such object; `None` for kinds of
/// which nothing is asked.
///
/// A generated column goes with its expression. What an extension made is not named, as the extension itself is, unless it has rows.
pub(crate) fn dependents(kind: ObjectKind, name: &ObjectName) -> Option<String> {
    let (class, object) = match kind {
        ObjectKind::Table
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::ForeignTable => ("pg_class", regclass(name)),
        ObjectKind::Type | ObjectKind::Enum | ObjectKind::Domain => {
            ("pg_type", format!("pg_catalog.to_regtype({})", Literal(&path(name))))
        }
        ObjectKind::Schema => (
            "pg_namespace",
            format!("pg_catalog.to_regnamespace({})", Literal(&Ident(&name.name).to_string())),
        ),
        ObjectKind::Collation => {
            ("pg_collation", format!("pg_catalog.to_regcollation({})", Literal(&path(name))))
        }
        ObjectKind::Extension => (
            "pg_extension",
            format!(
                "(SELECT oid FROM pg_catalog.pg_extension WHERE extname = {})",
                Literal(&name.name)
            ),
        ),
        ObjectKind::Owned => ("pg_authid", role(&name.name)),
        ObjectKind::Function
        | ObjectKind::Procedure
        | ObjectKind::Routine
        | ObjectKind::Aggregate => ("pg_proc", String::new()),
        _ => return None,
    };
    let roots = match class {
        // Which of several with one name is meant, its arguments would say: all of them are answered.
        "pg_proc" => format!(
            "(SELECT p.oid FROM pg_catalog.pg_proc p WHERE p.proname = {} AND {})",
            Literal(&name.name),
            match &name.schema {
                Some(schema) => format!(
                    "p.pronamespace = pg_catalog.to_regnamespace({})",
                    Literal(&Ident(schema).to_string())
                ),
                None => "pg_catalog.pg_function_is_visible(p.oid)".to_owned(),
            }
        ),
        _ => format!("(SELECT {object}::oid AS oid)"),
    };
    Some(format!(
        "WITH RECURSIVE d(classid, objid, objsubid, depth) AS (\
         SELECT 'pg_catalog.{class}'::pg_catalog.regclass::oid, o.oid, 0, 0 FROM {roots} o \
         WHERE o.oid IS NOT NULL \
         UNION \
         SELECT n.classid, n.objid, n.objsubid, 1 FROM d, LATERAL (\
         SELECT p.classid, p.objid, p.objsubid FROM pg_catalog.pg_depend p \
         WHERE p.refclassid = d.classid AND p.refobjid = d.objid \
         AND (d.objsubid = 0 OR p.refobjsubid = d.objsubid) AND p.deptype IN ('n', 'a', 'i', 'P', 'S', 'e') \
         UNION ALL \
         SELECT h.classid, h.objid, h.objsubid FROM pg_catalog.pg_shdepend h \
         WHERE d.classid = 'pg_catalog.pg_authid'::pg_catalog.regclass::oid AND h.refclassid = d.classid \
         AND h.refobjid = d.objid AND h.deptype = 'o' AND h.dbid = (\
         SELECT b.oid FROM pg_catalog.pg_database b WHERE b.datname = pg_catalog.current_database()) \
         UNION ALL \
         SELECT g.refclassid, g.refobjid, g.refobjsubid FROM pg_catalog.pg_depend g \
         WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass::oid AND g.classid = d.classid \
         AND g.objid = d.objid AND g.deptype = 'i' \
         UNION ALL \
         SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::oid, w.ev_class, 0 FROM pg_catalog.pg_rewrite w \
         WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass::oid AND w.oid = d.objid) n) \
         SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid), \
         CASE WHEN d.depth = 0 THEN 'self' ELSE 'other' END, \
         CASE WHEN has_rows.it THEN s.nspname END, CASE WHEN has_rows.it THEN c.relname END, a.attname, d.depth \
         FROM d \
         LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass::oid \
         AND c.oid = d.objid \
         LEFT JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_attribute a ON d.objsubid > 0 AND a.attrelid = c.oid AND a.attnum = d.objsubid \
         LEFT JOIN pg_catalog.pg_constraint k \
         ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass::oid AND k.oid = d.objid \
         CROSS JOIN LATERAL (SELECT c.relkind IN ('r', 'p') AND (d.depth > 0 OR a.attname IS NOT NULL) AS it) has_rows \
         CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE m.classid = d.classid \
         AND m.objid = d.objid AND m.deptype = 'e') AS it) member \
         WHERE d.depth = 0 OR (has_rows.it OR NOT member.it) AND ((c.relkind IN ('r', 'p', 'v', 'm', 'f') \
         AND NOT (c.oid = {self_class} AND (d.objsubid = 0 OR a.attname IS NOT NULL))) \
         OR (k.contype = 'f' AND NOT EXISTS (SELECT 1 FROM d e WHERE e.objid = k.conrelid AND e.objsubid = 0)) \
         OR d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass::oid) \
         ORDER BY 6, 1",
        self_class = if class == "pg_class" { format!("{object}::oid") } else { "0".to_owned() },
    ))
}

/// The oid of a role, or of the one that a key word stands for.
fn role(name: &str) -> String {
    let meant = match name {
        "current_user" | "current_role" => "CURRENT_USER".to_owned(),
        "session_user" => "SESSION_USER".to_owned(),
        _ => Literal(name).to_string(),
    };
    format!("(SELECT oid FROM pg_catalog.pg_roles WHERE rolname = {meant})")
}
