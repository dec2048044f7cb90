//! Which objects need which others.

use crate::schema::query::Context;

/// One SELECT: the four parts of the key of an object, then those of an object that it needs.
///
/// `pg_depend` speaks of the insides: the rule behind a view, the row type of a table, the index of a constraint. Each
/// is told as the object that a snapshot has for it. What is no object of a snapshot is dropped by the caller.
/// A sequence does not need the column that it is dropped with: that is an attribute of it.
pub(in crate::schema) fn statement(context: &Context<'_>) -> String {
    let covered = context.schemas("n");
    let mut branches = relations(&covered);
    branches.extend(parts(&covered));
    branches.extend(types(&covered));
    branches.extend(others(&covered));
    branches.extend(database());
    format!(
        "WITH objects (classid, objid, objsubid, kind, schema, parent, name) AS MATERIALIZED (\n {})\n \
         SELECT DISTINCT d.kind, d.schema, d.parent, d.name, r.kind, r.schema, r.parent, r.name \
         FROM pg_depend AS p \
         JOIN objects AS d ON d.classid = p.classid AND d.objid = p.objid AND d.objsubid = p.objsubid \
         JOIN objects AS r ON r.classid = p.refclassid AND r.objid = p.refobjid AND r.objsubid = p.refobjsubid \
         WHERE p.deptype IN ('n', 'a') AND d.kind <> 'extension' \
         AND NOT (d.kind = 'sequence' AND r.kind = 'column')",
        branches.join("\n UNION ALL ")
    )
}

const RELATION: &str = "CASE c.relkind WHEN 'f' THEN 'foreign_table' WHEN 'v' THEN 'view' \
                        WHEN 'm' THEN 'materialized_view' WHEN 'c' THEN 'composite_type' \
                        WHEN 'S' THEN 'sequence' ELSE 'table' END";
const TYPE: &str = "CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite_type' \
                    WHEN 'r' THEN 'range_type' ELSE 'base_type' END";
const ROUTINE: &str =
    "CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END";
const ROUTINE_NAME: &str = "p.proname || '(' || oidvectortypes(p.proargtypes) || ')'";

/// What one row of the catalog is told as. The texts are SQL expressions.
fn branch(identity: (&str, &str, &str), key: [&str; 4], from: &str) -> String {
    let (class, oid, part) = identity;
    let [kind, schema, parent, name] = key;
    format!(
        "SELECT '{class}'::regclass::oid, {oid}, {part}::integer, {kind}, {schema}::text, {parent}::text, \
         {name}::text FROM {from}"
    )
}

fn relations(covered: &str) -> Vec<String> {
    let of = "pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace";
    let identity = "pg_depend AS inside JOIN pg_attribute AS a ON a.attrelid = inside.refobjid \
                    AND a.attnum = inside.refobjsubid JOIN pg_class AS c ON c.oid = a.attrelid \
                    JOIN pg_namespace AS n ON n.oid = c.relnamespace \
                    WHERE inside.classid = 'pg_class'::regclass AND inside.refclassid = 'pg_class'::regclass \
                    AND inside.deptype = 'i' AND inside.refobjsubid > 0";
    vec![
        branch(
            ("pg_class", "c.oid", "0"),
            [RELATION, "n.nspname", "NULL", "c.relname"],
            &format!("{of} WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c', 'S') AND {covered}"),
        ),
        branch(
            ("pg_class", "a.attrelid", "a.attnum"),
            ["'column'", "n.nspname", "c.relname", "a.attname"],
            &format!(
                "{of} JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE a.attnum > 0 \
                 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f') AND {covered}"
            ),
        ),
        // A column of a view or of a composite type is told as the whole.
        branch(
            ("pg_class", "a.attrelid", "a.attnum"),
            [RELATION, "n.nspname", "NULL", "c.relname"],
            &format!(
                "{of} JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE a.attnum > 0 \
                 AND NOT a.attisdropped AND c.relkind IN ('v', 'm', 'c') AND {covered}"
            ),
        ),
        // The row type and its array.
        branch(
            ("pg_type", "t.oid", "0"),
            [RELATION, "n.nspname", "NULL", "c.relname"],
            &format!(
                "{of} JOIN pg_type AS row ON row.oid = c.reltype JOIN pg_type AS t \
                 ON t.oid IN (row.oid, row.typarray) \
                 WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND {covered}"
            ),
        ),
        // The sequence of an identity column.
        branch(
            ("pg_class", "inside.objid", "0"),
            ["'column'", "n.nspname", "c.relname", "a.attname"],
            &format!("{identity} AND {covered}"),
        ),
    ]
}

fn parts(covered: &str) -> Vec<String> {
    let of = |catalog: &str, column: &str| {
        format!(
            "{catalog} JOIN pg_class AS c ON c.oid = {column} JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        )
    };
    let within = |kind: &'static str, name: &'static str| [kind, "n.nspname", "c.relname", name];
    let index = of("pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid", "x.indrelid");
    let constraint = "pg_constraint AS k ON k.conindid = x.indexrelid AND k.conrelid = x.indrelid \
                      AND k.contype IN ('p', 'u', 'x')";
    vec![
        branch(
            ("pg_attrdef", "d.oid", "0"),
            within("'column'", "a.attname"),
            &format!(
                "{} JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE {covered}",
                of("pg_attrdef AS d", "d.adrelid")
            ),
        ),
        branch(
            ("pg_rewrite", "r.oid", "0"),
            [
                "CASE r.rulename WHEN '_RETURN' THEN ".to_owned() + RELATION + " ELSE 'rule' END",
                "n.nspname".to_owned(),
                "CASE WHEN r.rulename <> '_RETURN' THEN c.relname END".to_owned(),
                "CASE r.rulename WHEN '_RETURN' THEN c.relname ELSE r.rulename END".to_owned(),
            ]
            .each_ref()
            .map(String::as_str),
            &format!("{} WHERE {covered}", of("pg_rewrite AS r", "r.ev_class")),
        ),
        branch(
            ("pg_class", "x.indexrelid", "0"),
            within(
                "CASE WHEN k.oid IS NULL THEN 'index' ELSE 'constraint' END",
                "coalesce(k.conname, i.relname)",
            ),
            &format!("{index} LEFT JOIN {constraint} WHERE {covered}"),
        ),
        branch(
            ("pg_constraint", "k.oid", "0"),
            within("'constraint'", "k.conname"),
            &format!("{} WHERE {covered}", of("pg_constraint AS k", "k.conrelid")),
        ),
        branch(
            ("pg_constraint", "k.oid", "0"),
            ["'constraint'", "n.nspname", "t.typname", "k.conname"],
            &format!(
                "pg_constraint AS k JOIN pg_type AS t ON t.oid = k.contypid \
                 JOIN pg_namespace AS n ON n.oid = t.typnamespace WHERE {covered}"
            ),
        ),
        branch(
            ("pg_trigger", "t.oid", "0"),
            within("'trigger'", "t.tgname"),
            &format!("{} WHERE {covered}", of("pg_trigger AS t", "t.tgrelid")),
        ),
        branch(
            ("pg_policy", "p.oid", "0"),
            within("'policy'", "p.polname"),
            &format!("{} WHERE {covered}", of("pg_policy AS p", "p.polrelid")),
        ),
    ]
}

fn types(covered: &str) -> Vec<String> {
    let of = "pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace";
    let own = "t.typtype IN ('e', 'd', 'r', 'b')";
    let key = [TYPE, "n.nspname", "NULL", "t.typname"];
    vec![
        branch(("pg_type", "t.oid", "0"), key, &format!("{of} WHERE {own} AND {covered}")),
        branch(
            ("pg_type", "t.typarray", "0"),
            key,
            &format!("{of} WHERE {own} AND t.typarray <> 0 AND {covered}"),
        ),
        branch(
            ("pg_type", "m.oid", "0"),
            key,
            &format!(
                "{of} JOIN pg_range AS g ON g.rngtypid = t.oid JOIN pg_type AS inside \
                 ON inside.oid = g.rngmultitypid JOIN pg_type AS m ON m.oid IN (inside.oid, inside.typarray) \
                 WHERE {covered}"
            ),
        ),
    ]
}

fn others(covered: &str) -> Vec<String> {
    let plain = |class: &str, prefix: &str, kind: &str, name: &str| {
        branch(
            (class, "o.oid", "0"),
            [kind, "n.nspname", "NULL", name],
            &format!(
                "{class} AS o JOIN pg_namespace AS n ON n.oid = o.{prefix}namespace WHERE {covered}"
            ),
        )
    };
    let class_name = "c.opcname || ' USING ' || am.amname";
    let family_name = "f.opfname || ' USING ' || am.amname";
    let classes = "pg_opclass AS c JOIN pg_namespace AS n ON n.oid = c.opcnamespace \
                   JOIN pg_am AS am ON am.oid = c.opcmethod";
    let families = "pg_opfamily AS f JOIN pg_namespace AS n ON n.oid = f.opfnamespace \
                    JOIN pg_am AS am ON am.oid = f.opfmethod";
    let class = ["'operator_class'", "n.nspname", "NULL", class_name];
    let family = ["'operator_family'", "n.nspname", "NULL", family_name];
    let operator = "o.oprname || '(' || CASE o.oprleft WHEN 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END \
                    || ', ' || format_type(o.oprright, NULL) || ')'";
    let mut branches = vec![
        branch(
            ("pg_proc", "p.oid", "0"),
            [ROUTINE, "n.nspname", "NULL", ROUTINE_NAME],
            &format!(
                "pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE {covered}"
            ),
        ),
        plain("pg_collation", "coll", "'collation'", "o.collname"),
        plain("pg_operator", "opr", "'operator'", operator),
        plain("pg_statistic_ext", "stx", "'statistics'", "o.stxname"),
        plain("pg_ts_config", "cfg", "'text_search_configuration'", "o.cfgname"),
        plain("pg_ts_dict", "dict", "'text_search_dictionary'", "o.dictname"),
        branch(("pg_opclass", "c.oid", "0"), class, &format!("{classes} WHERE {covered}")),
        branch(("pg_opfamily", "f.oid", "0"), family, &format!("{families} WHERE {covered}")),
    ];
    // The members of a class belong to it, other members of its family to the family.
    for (catalog, column) in [("pg_amop", "amopfamily"), ("pg_amproc", "amprocfamily")] {
        let inside = format!(
            "pg_depend AS inside ON inside.classid = '{catalog}'::regclass AND inside.objid = m.oid \
             AND inside.deptype = 'i' AND inside.refclassid = 'pg_opclass'::regclass"
        );
        branches.push(branch(
            (catalog, "m.oid", "0"),
            class,
            &format!(
                "{catalog} AS m JOIN {inside} JOIN pg_opclass AS c ON c.oid = inside.refobjid \
                      JOIN pg_namespace AS n ON n.oid = c.opcnamespace \
                      JOIN pg_am AS am ON am.oid = c.opcmethod WHERE {covered}"
            ),
        ));
        branches.push(branch(
            (catalog, "m.oid", "0"),
            family,
            &format!(
                "{families} JOIN {catalog} AS m ON m.{column} = f.oid LEFT JOIN {inside} \
                      WHERE inside.objid IS NULL AND {covered}"
            ),
        ));
    }
    branches
}

/// What belongs to the whole database, and the members of extensions, which are told as the extension.
fn database() -> Vec<String> {
    let plain = |class: &str, kind: &str, name: &str| {
        branch((class, "o.oid", "0"), [kind, "NULL", "NULL", name], &format!("{class} AS o"))
    };
    let publication = ["'publication'", "NULL", "NULL", "o.pubname"];
    let member = "pg_depend AS m JOIN pg_extension AS e ON e.oid = m.refobjid \
                  WHERE m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e'";
    let extension = ["'extension'", "NULL", "NULL", "e.extname"];
    vec![
        plain(
            "pg_cast",
            "'cast'",
            "'(' || format_type(o.castsource, NULL) || ' AS ' || format_type(o.casttarget, NULL) || ')'",
        ),
        plain("pg_foreign_data_wrapper", "'foreign_data_wrapper'", "o.fdwname"),
        plain("pg_foreign_server", "'foreign_server'", "o.srvname"),
        plain("pg_event_trigger", "'event_trigger'", "o.evtname"),
        branch(
            ("pg_publication_rel", "r.oid", "0"),
            publication,
            "pg_publication_rel AS r JOIN pg_publication AS o ON o.oid = r.prpubid",
        ),
        format!(
            "SELECT m.classid, m.objid, 0, {} FROM {member}",
            extension.map(|part| format!("{part}::text")).join(", ")
        ),
        branch(
            ("pg_type", "t.typarray", "0"),
            extension,
            &format!(
                "pg_type AS t, {member} AND m.classid = 'pg_type'::regclass AND m.objid = t.oid \
                 AND t.typarray <> 0"
            ),
        ),
    ]
}
