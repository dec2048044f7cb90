//! The forms, in the order of the documentation.

use super::Form;

const FK_OUT: &str = "ALTER TABLE t ADD CONSTRAINT t_fk FOREIGN KEY (a) REFERENCES referenced";
const FK_IN: &str = "CREATE TABLE referencing (id int PRIMARY KEY, t_id int CONSTRAINT r_fk REFERENCES t, pad text);
    INSERT INTO referencing SELECT i, i, repeat('x', 200) FROM generate_series(1, 1000) i";
const NO_KEY: &str = "ALTER TABLE t DROP CONSTRAINT t_pkey";
const INDEX: &str = "CREATE INDEX t_a ON t (a)";
const UNIQUE_INDEX: &str = "CREATE UNIQUE INDEX t_key ON t (id)";
const CHECK: &str = "ALTER TABLE t ADD CONSTRAINT t_check CHECK (a IS NOT NULL)";
const CHECK_NOT_VALID: &str =
    "ALTER TABLE t ADD CONSTRAINT t_check CHECK (a IS NOT NULL) NOT VALID";
const VIEW: &str = "CREATE VIEW v AS SELECT id, a FROM t";
const SOURCE: &str = "CREATE TABLE source (id int, pad text);
    INSERT INTO source SELECT i, repeat('x', 200) FROM generate_series(1, 1000) i";
const MATVIEW: &str =
    "CREATE MATERIALIZED VIEW m AS SELECT * FROM source; CREATE UNIQUE INDEX m_key ON m (id)";
const TRIGGER: &str =
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()";
const FUNCTION: &str =
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";
const POLICY: &str = "CREATE POLICY pol ON t";
const SEQUENCE: &str = "CREATE SEQUENCE seq";
const IDENTITY: &str = "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY";
const INHERITED: &str = "CREATE TABLE inherited (id int NOT NULL)";
const PARTITIONED: &str =
    "DROP TABLE t; CREATE TABLE t (id int NOT NULL, a int) PARTITION BY RANGE (id);
    CREATE TABLE sibling PARTITION OF t FOR VALUES FROM (100000) TO (200000)";
const PART: &str = "CREATE TABLE part (id int NOT NULL, a int);
    INSERT INTO part SELECT i, i FROM generate_series(1, 5000) i";
const PART_CHECK: &str = "ALTER TABLE part ADD CHECK (id >= 1 AND id < 10000)";
const ATTACH: &str = "ALTER TABLE t ATTACH PARTITION part FOR VALUES FROM (1) TO (10000)";
const DEFAULT: &str = "CREATE TABLE part_default PARTITION OF t DEFAULT;
    INSERT INTO part_default SELECT i, i FROM generate_series(300000, 305000) i";
const DEFAULT_CHECK: &str = "ALTER TABLE part_default ADD CHECK (id >= 300000)";
const ENUM: &str = "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE users (id int, x e, pad text);
    INSERT INTO users SELECT i, 'a', repeat('x', 200) FROM generate_series(1, 1000) i";
const DOMAIN: &str = "CREATE DOMAIN d AS text; CREATE TABLE users (id int, x d, pad text);
    INSERT INTO users SELECT i, 'a', repeat('x', 200) FROM generate_series(1, 1000) i";
const DOMAIN_CHECK: &str = "ALTER DOMAIN d ADD CONSTRAINT d_check CHECK (VALUE <> '') NOT VALID";

/// Every form.
#[must_use]
pub fn forms() -> Vec<Form> {
    let groups: [(&'static str, Vec<Form>); 12] = [
        ("Tables", tables()),
        ("Columns", columns()),
        ("Types of columns", types()),
        ("Constraints", constraints()),
        ("Indexes", indexes()),
        ("Partitions", partitions()),
        ("Views", views()),
        ("Enums and domains", enums_and_domains()),
        ("Sequences", sequences()),
        ("Triggers, rules, functions, security", routines()),
        ("Maintenance", maintenance()),
        ("Rows", rows()),
    ];
    let grouped = groups
        .into_iter()
        .flat_map(|(group, forms)| forms.into_iter().map(move |form| Form { group, ..form }));
    grouped.collect()
}

fn form(id: &'static str, setup: &[&'static str], statement: &'static str) -> Form {
    let setup = setup.to_vec();
    Form { id, group: "", setup, session: None, statement, note: "", since: 14 }
}

fn tables() -> Vec<Form> {
    vec![
        form("create-table", &[], "CREATE TABLE created (id int PRIMARY KEY)"),
        form(
            "create-table-foreign-key",
            &[],
            "CREATE TABLE created (id int REFERENCES referenced)",
        ),
        form(
            "create-table-inherits",
            &[INHERITED],
            "CREATE TABLE created (b int) INHERITS (inherited)",
        ),
        form("create-table-like", &[SOURCE], "CREATE TABLE created (LIKE source INCLUDING ALL)"),
        form("create-table-as", &[SOURCE], "CREATE TABLE created AS SELECT * FROM source"),
        form("drop-table", &[], "DROP TABLE t"),
        form("drop-table-foreign-key", &[FK_OUT], "DROP TABLE t")
            .given("it refers to another table"),
        form("drop-table-cascade", &[FK_IN], "DROP TABLE t CASCADE")
            .given("another table refers to it"),
        form("drop-table-cascade-view", &[VIEW], "DROP TABLE t CASCADE").given("a view reads it"),
        form("rename-table", &[], "ALTER TABLE t RENAME TO renamed"),
        form("set-schema", &[], "ALTER TABLE t SET SCHEMA other"),
        form("owner-to", &[], "ALTER TABLE t OWNER TO other_owner"),
        form("set-unlogged", &[], "ALTER TABLE t SET UNLOGGED"),
        form("set-logged", &["ALTER TABLE t SET UNLOGGED"], "ALTER TABLE t SET LOGGED"),
        form("set-access-method", &[], "ALTER TABLE t SET ACCESS METHOD heap2").since(15),
        form("set-tablespace", &[], "ALTER TABLE t SET TABLESPACE elsewhere"),
        form("replica-identity", &[], "ALTER TABLE t REPLICA IDENTITY FULL"),
        form("inherit", &[INHERITED], "ALTER TABLE t INHERIT inherited"),
        form(
            "no-inherit",
            &[INHERITED, "ALTER TABLE t INHERIT inherited"],
            "ALTER TABLE t NO INHERIT inherited",
        ),
        form("set-fillfactor", &[], "ALTER TABLE t SET (fillfactor = 70)"),
        form(
            "reset-fillfactor",
            &["ALTER TABLE t SET (fillfactor = 70)"],
            "ALTER TABLE t RESET (fillfactor)",
        ),
        form("set-autovacuum", &[], "ALTER TABLE t SET (autovacuum_enabled = false)"),
        form("set-user-catalog-table", &[], "ALTER TABLE t SET (user_catalog_table = true)"),
        form("set-statistics", &[], "ALTER TABLE t ALTER COLUMN a SET STATISTICS 100"),
        form("set-storage", &[], "ALTER TABLE t ALTER COLUMN c SET STORAGE EXTERNAL"),
        form("set-compression", &[], "ALTER TABLE t ALTER COLUMN c SET COMPRESSION pglz"),
        form("set-column-options", &[], "ALTER TABLE t ALTER COLUMN a SET (n_distinct = 5)"),
        form("cluster-on", &[], "ALTER TABLE t CLUSTER ON t_pkey"),
        form(
            "set-without-cluster",
            &["ALTER TABLE t CLUSTER ON t_pkey"],
            "ALTER TABLE t SET WITHOUT CLUSTER",
        ),
        form("truncate", &[], "TRUNCATE t"),
        form("truncate-cascade", &[FK_IN], "TRUNCATE t CASCADE")
            .given("another table refers to it"),
        form("truncate-restart-identity", &[IDENTITY], "TRUNCATE t RESTART IDENTITY")
            .given("a column is an identity"),
        form("lock-table", &[], "LOCK TABLE t"),
        form("comment-on-table", &[], "COMMENT ON TABLE t IS 'text'"),
        form("comment-on-column", &[], "COMMENT ON COLUMN t.a IS 'text'"),
        form("grant", &[], "GRANT SELECT ON t TO other_owner"),
        form(
            "revoke",
            &["GRANT SELECT ON t TO other_owner"],
            "REVOKE SELECT ON t FROM other_owner",
        ),
        form("create-schema", &[], "CREATE SCHEMA created"),
        form("rename-schema", &[], "ALTER SCHEMA app RENAME TO renamed"),
        form("drop-schema-cascade", &[], "DROP SCHEMA app CASCADE").given("two tables are in it"),
        form("create-publication", &[], "CREATE PUBLICATION created FOR TABLE t"),
        form("drop-schema", &["CREATE SCHEMA spare"], "DROP SCHEMA spare"),
        form("comment-on-index", &[], "COMMENT ON INDEX t_pkey IS 'text'"),
        form("comment-on-constraint", &[], "COMMENT ON CONSTRAINT t_pkey ON t IS 'text'"),
        form("comment-on-view", &[VIEW], "COMMENT ON VIEW v IS 'text'"),
        form("comment-on-type", &[ENUM], "COMMENT ON TYPE e IS 'text'"),
        form("comment-on-function", &[FUNCTION], "COMMENT ON FUNCTION f() IS 'text'"),
    ]
}

fn columns() -> Vec<Form> {
    vec![
        form("add-column", &[], "ALTER TABLE t ADD COLUMN added int"),
        form(
            "add-column-constant-default",
            &[],
            "ALTER TABLE t ADD COLUMN added int NOT NULL DEFAULT 1",
        ),
        form(
            "add-column-stable-default",
            &[],
            "ALTER TABLE t ADD COLUMN added timestamptz DEFAULT now()",
        ),
        form(
            "add-column-volatile-default",
            &[],
            "ALTER TABLE t ADD COLUMN added uuid DEFAULT gen_random_uuid()",
        ),
        form(
            "add-column-generated-stored",
            &[],
            "ALTER TABLE t ADD COLUMN added int GENERATED ALWAYS AS (a + 1) STORED",
        ),
        form(
            "add-column-generated-virtual",
            &[],
            "ALTER TABLE t ADD COLUMN added int GENERATED ALWAYS AS (a + 1) VIRTUAL",
        )
        .since(18),
        form(
            "add-column-identity",
            &[],
            "ALTER TABLE t ADD COLUMN added int GENERATED ALWAYS AS IDENTITY",
        ),
        form("add-column-serial", &[], "ALTER TABLE t ADD COLUMN added serial"),
        form("add-column-unique", &[], "ALTER TABLE t ADD COLUMN added int UNIQUE"),
        form(
            "add-column-primary-key",
            &[NO_KEY],
            "ALTER TABLE t ADD COLUMN added bigserial PRIMARY KEY",
        ),
        form(
            "add-column-references",
            &[],
            "ALTER TABLE t ADD COLUMN added int REFERENCES referenced",
        ),
        form(
            "add-column-references-default",
            &[],
            "ALTER TABLE t ADD COLUMN added int DEFAULT 1 REFERENCES referenced",
        ),
        form("add-column-check", &[], "ALTER TABLE t ADD COLUMN added int CHECK (added > 0)"),
        form(
            "add-column-check-default",
            &[],
            "ALTER TABLE t ADD COLUMN added int DEFAULT 1 CHECK (added > 0)",
        ),
        form(
            "add-column-domain",
            &["CREATE DOMAIN d AS int CHECK (VALUE > 0)"],
            "ALTER TABLE t ADD COLUMN added d",
        )
        .given("the domain has a constraint"),
        form("drop-column", &[], "ALTER TABLE t DROP COLUMN a"),
        form("drop-column-indexed", &[INDEX], "ALTER TABLE t DROP COLUMN a")
            .given("an index is on it"),
        form("drop-column-foreign-key", &[FK_OUT], "ALTER TABLE t DROP COLUMN a")
            .given("it refers to another table"),
        form("drop-column-cascade", &[VIEW], "ALTER TABLE t DROP COLUMN a CASCADE")
            .given("a view reads it"),
        form("rename-column", &[], "ALTER TABLE t RENAME COLUMN a TO renamed"),
        form("set-default", &[], "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1"),
        form(
            "drop-default",
            &["ALTER TABLE t ALTER a SET DEFAULT 1"],
            "ALTER TABLE t ALTER COLUMN a DROP DEFAULT",
        ),
        form("set-not-null", &[], "ALTER TABLE t ALTER COLUMN a SET NOT NULL"),
        form("set-not-null-proven", &[CHECK], "ALTER TABLE t ALTER COLUMN a SET NOT NULL")
            .given("a valid CHECK (a IS NOT NULL) exists"),
        form("drop-not-null", &[], "ALTER TABLE t ALTER COLUMN b DROP NOT NULL"),
        form(
            "add-identity",
            &[],
            "ALTER TABLE t ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY",
        ),
        form("drop-identity", &[IDENTITY], "ALTER TABLE t ALTER COLUMN id DROP IDENTITY"),
        form("set-identity", &[IDENTITY], "ALTER TABLE t ALTER COLUMN id SET GENERATED BY DEFAULT"),
        form(
            "set-expression",
            &["ALTER TABLE t ADD g int GENERATED ALWAYS AS (a + 1) STORED"],
            "ALTER TABLE t ALTER COLUMN g SET EXPRESSION AS (a + 2)",
        )
        .since(17),
        form(
            "drop-expression",
            &["ALTER TABLE t ADD g int GENERATED ALWAYS AS (a + 1) STORED"],
            "ALTER TABLE t ALTER COLUMN g DROP EXPRESSION",
        ),
    ]
}

fn types() -> Vec<Form> {
    vec![
        form("type-varchar-wider", &[], "ALTER TABLE t ALTER COLUMN v TYPE varchar(20)"),
        form("type-varchar-unlimited", &[], "ALTER TABLE t ALTER COLUMN v TYPE varchar"),
        form("type-varchar-to-text", &[], "ALTER TABLE t ALTER COLUMN v TYPE text"),
        form(
            "type-varchar-wider-indexed",
            &["CREATE INDEX t_v ON t (v)"],
            "ALTER TABLE t ALTER COLUMN v TYPE varchar(20)",
        )
        .given("an index is on it"),
        form(
            "type-varchar-to-text-indexed",
            &["CREATE INDEX t_v ON t (v)"],
            "ALTER TABLE t ALTER COLUMN v TYPE text",
        )
        .given("an index is on it"),
        form(
            "type-varchar-wider-check",
            &["ALTER TABLE t ADD CHECK (v <> '')"],
            "ALTER TABLE t ALTER COLUMN v TYPE varchar(20)",
        )
        .given("a CHECK is on it"),
        form("type-varchar-narrower", &[], "ALTER TABLE t ALTER COLUMN v TYPE varchar(5)"),
        form("type-text-to-varchar", &[], "ALTER TABLE t ALTER COLUMN c TYPE varchar(100)"),
        form("type-text-to-varchar-unlimited", &[], "ALTER TABLE t ALTER COLUMN c TYPE varchar"),
        form(
            "type-collation",
            &[INDEX, "CREATE INDEX t_c ON t (c)"],
            "ALTER TABLE t ALTER COLUMN c TYPE text COLLATE \"POSIX\"",
        )
        .given("an index is on it"),
        form("type-numeric-wider", &[], "ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 2)"),
        form("type-numeric-unlimited", &[], "ALTER TABLE t ALTER COLUMN n TYPE numeric"),
        form("type-numeric-scale", &[], "ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 3)"),
        form("type-int-to-bigint", &[], "ALTER TABLE t ALTER COLUMN a TYPE bigint"),
        form(
            "type-int-to-bigint-foreign-key",
            &[FK_OUT],
            "ALTER TABLE t ALTER COLUMN a TYPE bigint",
        )
        .given("it refers to another table"),
        form(
            "type-int-to-bigint-referenced",
            &[FK_IN],
            "ALTER TABLE t ALTER COLUMN id TYPE bigint",
        )
        .given("another table refers to it"),
        form("type-int-to-text", &[], "ALTER TABLE t ALTER COLUMN a TYPE text"),
        form("type-timestamptz-utc", &[], "ALTER TABLE t ALTER COLUMN ts TYPE timestamptz")
            .session("SET TimeZone = 'UTC'")
            .given("the session's TimeZone is UTC"),
        form("type-timestamptz-other-zone", &[], "ALTER TABLE t ALTER COLUMN ts TYPE timestamptz")
            .session("SET TimeZone = 'Europe/Berlin'")
            .given("the session's TimeZone is another"),
        form(
            "type-timestamp-wider",
            &["ALTER TABLE t ALTER ts TYPE timestamp(3)"],
            "ALTER TABLE t ALTER COLUMN ts TYPE timestamp(6)",
        ),
        form("type-same", &[], "ALTER TABLE t ALTER COLUMN a TYPE int"),
        form("type-using", &[], "ALTER TABLE t ALTER COLUMN c TYPE int USING c::int"),
        form("type-numeric-narrower", &[], "ALTER TABLE t ALTER COLUMN n TYPE numeric(6, 2)"),
    ]
}

fn constraints() -> Vec<Form> {
    vec![
        form("add-check", &[], "ALTER TABLE t ADD CONSTRAINT added CHECK (a > 0)"),
        form(
            "add-check-not-valid",
            &[],
            "ALTER TABLE t ADD CONSTRAINT added CHECK (a > 0) NOT VALID",
        ),
        form("validate-check", &[CHECK_NOT_VALID], "ALTER TABLE t VALIDATE CONSTRAINT t_check"),
        form("drop-check", &[CHECK], "ALTER TABLE t DROP CONSTRAINT t_check"),
        form("add-not-null", &[], "ALTER TABLE t ADD CONSTRAINT added NOT NULL a").since(18),
        form(
            "add-not-null-not-valid",
            &[],
            "ALTER TABLE t ADD CONSTRAINT added NOT NULL a NOT VALID",
        )
        .since(18),
        form(
            "validate-not-null",
            &["ALTER TABLE t ADD CONSTRAINT t_nn NOT NULL a NOT VALID"],
            "ALTER TABLE t VALIDATE CONSTRAINT t_nn",
        )
        .since(18),
        form(
            "add-foreign-key",
            &[],
            "ALTER TABLE t ADD CONSTRAINT added FOREIGN KEY (a) REFERENCES referenced",
        ),
        form(
            "add-foreign-key-not-valid",
            &[],
            "ALTER TABLE t ADD CONSTRAINT added FOREIGN KEY (a) REFERENCES referenced NOT VALID",
        ),
        form(
            "validate-foreign-key",
            &["ALTER TABLE t ADD CONSTRAINT t_fk FOREIGN KEY (a) REFERENCES referenced NOT VALID"],
            "ALTER TABLE t VALIDATE CONSTRAINT t_fk",
        ),
        form("drop-foreign-key", &[FK_OUT], "ALTER TABLE t DROP CONSTRAINT t_fk"),
        form("add-unique", &[], "ALTER TABLE t ADD CONSTRAINT added UNIQUE (a)"),
        form(
            "add-unique-using-index",
            &["CREATE UNIQUE INDEX t_a ON t (a)"],
            "ALTER TABLE t ADD CONSTRAINT added UNIQUE USING INDEX t_a",
        ),
        form(
            "drop-unique",
            &["ALTER TABLE t ADD CONSTRAINT t_u UNIQUE (a)"],
            "ALTER TABLE t DROP CONSTRAINT t_u",
        ),
        form("add-primary-key", &[NO_KEY], "ALTER TABLE t ADD CONSTRAINT added PRIMARY KEY (id)")
            .given("the column is NOT NULL"),
        form(
            "add-primary-key-nullable",
            &[NO_KEY],
            "ALTER TABLE t ADD CONSTRAINT added PRIMARY KEY (a)",
        )
        .given("the column is not NOT NULL"),
        form(
            "add-primary-key-using-index",
            &[NO_KEY, UNIQUE_INDEX],
            "ALTER TABLE t ADD CONSTRAINT added PRIMARY KEY USING INDEX t_key",
        )
        .given("the column is NOT NULL"),
        form(
            "add-primary-key-using-index-nullable",
            &[NO_KEY, "CREATE UNIQUE INDEX t_key ON t (a)"],
            "ALTER TABLE t ADD CONSTRAINT added PRIMARY KEY USING INDEX t_key",
        )
        .given("the column is not NOT NULL"),
        form("drop-primary-key", &[], "ALTER TABLE t DROP CONSTRAINT t_pkey"),
        form("drop-primary-key-cascade", &[FK_IN], "ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE")
            .given("another table refers to it"),
        form(
            "add-exclude",
            &[],
            "ALTER TABLE t ADD CONSTRAINT added EXCLUDE USING btree (a WITH =)",
        ),
        form("alter-constraint", &[FK_OUT], "ALTER TABLE t ALTER CONSTRAINT t_fk DEFERRABLE"),
        form("rename-constraint", &[CHECK], "ALTER TABLE t RENAME CONSTRAINT t_check TO renamed"),
    ]
}

fn indexes() -> Vec<Form> {
    vec![
        form("create-index", &[], "CREATE INDEX created ON t (a)"),
        form("create-unique-index", &[], "CREATE UNIQUE INDEX created ON t (a)"),
        form("create-index-concurrently", &[], "CREATE INDEX CONCURRENTLY created ON t (a)"),
        form("drop-index", &[INDEX], "DROP INDEX t_a"),
        form("drop-index-concurrently", &[INDEX], "DROP INDEX CONCURRENTLY t_a"),
        form(
            "drop-index-partitioned",
            &[PARTITIONED, "CREATE INDEX t_a ON t (a)"],
            "DROP INDEX t_a",
        )
        .given("the table is partitioned"),
        form("rename-index", &[INDEX], "ALTER INDEX t_a RENAME TO renamed"),
        form("alter-index-set", &[INDEX], "ALTER INDEX t_a SET (fillfactor = 70)"),
        form("alter-index-set-tablespace", &[INDEX], "ALTER INDEX t_a SET TABLESPACE elsewhere"),
        form("reindex-index", &[INDEX], "REINDEX INDEX t_a"),
        form("reindex-index-concurrently", &[INDEX], "REINDEX INDEX CONCURRENTLY t_a"),
        form("reindex-table", &[INDEX], "REINDEX TABLE t"),
        form("reindex-table-concurrently", &[INDEX], "REINDEX TABLE CONCURRENTLY t"),
        form("reindex-schema", &[], "REINDEX SCHEMA app"),
        form("create-statistics", &[], "CREATE STATISTICS created ON a, b FROM t"),
        form("drop-statistics", &["CREATE STATISTICS st ON a, b FROM t"], "DROP STATISTICS st"),
    ]
}

fn partitions() -> Vec<Form> {
    vec![
        form(
            "create-partition-of",
            &[PARTITIONED],
            "CREATE TABLE created PARTITION OF t FOR VALUES FROM (1) TO (10000)",
        ),
        form(
            "create-partition-of-beside-default",
            &[PARTITIONED, DEFAULT],
            "CREATE TABLE created PARTITION OF t FOR VALUES FROM (1) TO (10000)",
        )
        .given("there is a default partition"),
        form(
            "create-partition-of-default",
            &[PARTITIONED],
            "CREATE TABLE created PARTITION OF t DEFAULT",
        ),
        form(
            "attach-partition",
            &[PARTITIONED, PART],
            "ALTER TABLE t ATTACH PARTITION part FOR VALUES FROM (1) TO (10000)",
        ),
        form(
            "attach-partition-proven",
            &[PARTITIONED, PART, PART_CHECK],
            "ALTER TABLE t ATTACH PARTITION part FOR VALUES FROM (1) TO (10000)",
        )
        .given("a valid CHECK implies the bound"),
        form(
            "attach-partition-beside-default",
            &[PARTITIONED, PART, PART_CHECK, DEFAULT],
            "ALTER TABLE t ATTACH PARTITION part FOR VALUES FROM (1) TO (10000)",
        )
        .given("a valid CHECK implies the bound, there is a default partition"),
        form(
            "attach-partition-beside-proven-default",
            &[PARTITIONED, PART, PART_CHECK, DEFAULT, DEFAULT_CHECK],
            "ALTER TABLE t ATTACH PARTITION part FOR VALUES FROM (1) TO (10000)",
        )
        .given("valid CHECKs imply the bound, on the default partition as well"),
        form(
            "detach-partition",
            &[PARTITIONED, PART, ATTACH],
            "ALTER TABLE t DETACH PARTITION part",
        ),
        form(
            "detach-partition-beside-default",
            &[PARTITIONED, PART, ATTACH, DEFAULT],
            "ALTER TABLE t DETACH PARTITION part",
        )
        .given("there is a default partition"),
        form(
            "detach-partition-concurrently",
            &[PARTITIONED, PART, ATTACH],
            "ALTER TABLE t DETACH PARTITION part CONCURRENTLY",
        ),
        form("drop-partition", &[PARTITIONED, PART, ATTACH], "DROP TABLE part")
            .given("it is a partition"),
        form(
            "add-column-partitioned",
            &[PARTITIONED, PART, ATTACH],
            "ALTER TABLE t ADD COLUMN added int",
        )
        .given("the table is partitioned"),
        form(
            "set-not-null-partitioned",
            &[PARTITIONED, PART, ATTACH],
            "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
        )
        .given("the table is partitioned"),
        form(
            "create-index-partitioned",
            &[PARTITIONED, PART, ATTACH],
            "CREATE INDEX created ON t (a)",
        )
        .given("the table is partitioned"),
        form(
            "create-index-on-only",
            &[PARTITIONED, PART, ATTACH],
            "CREATE INDEX created ON ONLY t (a)",
        )
        .given("the table is partitioned"),
        form(
            "attach-index",
            &[
                PARTITIONED,
                PART,
                ATTACH,
                "CREATE INDEX t_i ON ONLY t (a); CREATE INDEX part_i ON part (a)",
            ],
            "ALTER INDEX t_i ATTACH PARTITION part_i",
        ),
        form(
            "add-foreign-key-partitioned",
            &[PARTITIONED, PART, "DELETE FROM part WHERE id > 1000", ATTACH],
            "ALTER TABLE t ADD CONSTRAINT added FOREIGN KEY (a) REFERENCES referenced",
        )
        .given("the table is partitioned"),
        form("truncate-partitioned", &[PARTITIONED, PART, ATTACH], "TRUNCATE t")
            .given("the table is partitioned"),
        form(
            "detach-partition-finalize",
            &[
                PARTITIONED,
                PART,
                ATTACH,
                "UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'part'::regclass",
            ],
            "ALTER TABLE t DETACH PARTITION part FINALIZE",
        )
        .given("an interrupted CONCURRENTLY left it half detached"),
    ]
}

fn views() -> Vec<Form> {
    vec![
        form("create-view", &[SOURCE], "CREATE VIEW created AS SELECT * FROM source"),
        form(
            "replace-view",
            &[VIEW],
            "CREATE OR REPLACE VIEW v AS SELECT id, a FROM t WHERE id > 0",
        ),
        form("drop-view", &[VIEW], "DROP VIEW v"),
        form("rename-view", &[VIEW], "ALTER VIEW v RENAME TO renamed"),
        form("alter-view-set", &[VIEW], "ALTER VIEW v SET (security_barrier = true)"),
        form(
            "create-materialized-view",
            &[SOURCE],
            "CREATE MATERIALIZED VIEW created AS SELECT * FROM source",
        ),
        form("drop-materialized-view", &[SOURCE, MATVIEW], "DROP MATERIALIZED VIEW m"),
        form(
            "rename-materialized-view",
            &[SOURCE, MATVIEW],
            "ALTER MATERIALIZED VIEW m RENAME TO renamed",
        ),
        form("refresh-materialized-view", &[SOURCE, MATVIEW], "REFRESH MATERIALIZED VIEW m"),
        form(
            "refresh-materialized-view-concurrently",
            &[SOURCE, MATVIEW],
            "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
        ),
        form(
            "refresh-materialized-view-no-data",
            &[SOURCE, MATVIEW],
            "REFRESH MATERIALIZED VIEW m WITH NO DATA",
        ),
        form("set-schema-view", &[VIEW], "ALTER VIEW v SET SCHEMA other"),
        form("owner-to-view", &[VIEW], "ALTER VIEW v OWNER TO other_owner"),
    ]
}

fn enums_and_domains() -> Vec<Form> {
    vec![
        form("create-enum", &[], "CREATE TYPE created AS ENUM ('a')"),
        form("add-enum-value", &[ENUM], "ALTER TYPE e ADD VALUE 'c'")
            .given("a column has the type"),
        form("rename-enum-value", &[ENUM], "ALTER TYPE e RENAME VALUE 'a' TO 'c'")
            .given("a column has the type"),
        form("rename-type", &[ENUM], "ALTER TYPE e RENAME TO renamed")
            .given("a column has the type"),
        form("drop-type", &["CREATE TYPE e AS ENUM ('a')"], "DROP TYPE e"),
        form("drop-type-cascade", &[ENUM], "DROP TYPE e CASCADE").given("a column has the type"),
        form("create-domain", &[], "CREATE DOMAIN created AS text CHECK (VALUE <> '')"),
        form(
            "domain-add-check",
            &[DOMAIN],
            "ALTER DOMAIN d ADD CONSTRAINT added CHECK (VALUE <> '')",
        )
        .given("a column has the type"),
        form(
            "domain-add-check-not-valid",
            &[DOMAIN],
            "ALTER DOMAIN d ADD CONSTRAINT added CHECK (VALUE <> '') NOT VALID",
        )
        .given("a column has the type"),
        form(
            "domain-validate",
            &[DOMAIN, DOMAIN_CHECK],
            "ALTER DOMAIN d VALIDATE CONSTRAINT d_check",
        )
        .given("a column has the type"),
        form("domain-set-not-null", &[DOMAIN], "ALTER DOMAIN d SET NOT NULL")
            .given("a column has the type"),
        form("domain-set-default", &[DOMAIN], "ALTER DOMAIN d SET DEFAULT 'x'")
            .given("a column has the type"),
        form(
            "domain-drop-constraint",
            &[DOMAIN, DOMAIN_CHECK],
            "ALTER DOMAIN d DROP CONSTRAINT d_check",
        )
        .given("a column has the type"),
        form("drop-domain-cascade", &[DOMAIN], "DROP DOMAIN d CASCADE")
            .given("a column has the type"),
    ]
}

fn sequences() -> Vec<Form> {
    vec![
        form("create-sequence", &[], "CREATE SEQUENCE created"),
        form("sequence-restart", &[SEQUENCE], "ALTER SEQUENCE seq RESTART WITH 1"),
        form("sequence-increment", &[SEQUENCE], "ALTER SEQUENCE seq INCREMENT BY 10"),
        form("sequence-owned-by", &[SEQUENCE], "ALTER SEQUENCE seq OWNED BY t.a"),
        form("rename-sequence", &[SEQUENCE], "ALTER SEQUENCE seq RENAME TO renamed"),
        form("drop-sequence", &[SEQUENCE], "DROP SEQUENCE seq"),
        form("setval", &[SEQUENCE], "SELECT setval('seq', 100)"),
        form("set-schema-sequence", &[SEQUENCE], "ALTER SEQUENCE seq SET SCHEMA other"),
        form("owner-to-sequence", &[SEQUENCE], "ALTER SEQUENCE seq OWNER TO other_owner"),
    ]
}

fn routines() -> Vec<Form> {
    vec![
        form(
            "create-function",
            &[],
            "CREATE FUNCTION created() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ),
        form("drop-function", &[FUNCTION], "DROP FUNCTION f()"),
        form(
            "create-trigger",
            &[FUNCTION],
            "CREATE TRIGGER created BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        ),
        form("drop-trigger", &[TRIGGER], "DROP TRIGGER tr ON t"),
        form("rename-trigger", &[TRIGGER], "ALTER TRIGGER tr ON t RENAME TO renamed"),
        form("disable-trigger", &[TRIGGER], "ALTER TABLE t DISABLE TRIGGER tr"),
        form("enable-trigger", &[TRIGGER], "ALTER TABLE t ENABLE TRIGGER tr"),
        form("create-rule", &[], "CREATE RULE created AS ON DELETE TO t DO INSTEAD NOTHING"),
        form(
            "drop-rule",
            &["CREATE RULE ru AS ON DELETE TO t DO INSTEAD NOTHING"],
            "DROP RULE ru ON t",
        ),
        form(
            "disable-rule",
            &["CREATE RULE ru AS ON DELETE TO t DO INSTEAD NOTHING"],
            "ALTER TABLE t DISABLE RULE ru",
        ),
        form("create-policy", &[], "CREATE POLICY created ON t"),
        form("alter-policy", &[POLICY], "ALTER POLICY pol ON t USING (true)"),
        form("rename-policy", &[POLICY], "ALTER POLICY pol ON t RENAME TO renamed"),
        form("drop-policy", &[POLICY], "DROP POLICY pol ON t"),
        form("enable-row-security", &[], "ALTER TABLE t ENABLE ROW LEVEL SECURITY"),
        form("force-row-security", &[], "ALTER TABLE t FORCE ROW LEVEL SECURITY"),
        form(
            "replace-function",
            &[FUNCTION],
            "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        ),
        form("alter-function", &[FUNCTION], "ALTER FUNCTION f() STABLE"),
        form("rename-function", &[FUNCTION], "ALTER FUNCTION f() RENAME TO renamed"),
        form("create-role", &[], "CREATE ROLE created_role"),
        form(
            "rename-rule",
            &["CREATE RULE ru AS ON DELETE TO t DO INSTEAD NOTHING"],
            "ALTER RULE ru ON t RENAME TO renamed",
        ),
    ]
}

fn maintenance() -> Vec<Form> {
    vec![
        form("vacuum", &[], "VACUUM t"),
        form("vacuum-full", &[], "VACUUM FULL t"),
        form("analyze", &[], "ANALYZE t"),
        form("cluster", &[], "CLUSTER t USING t_pkey"),
    ]
}

fn rows() -> Vec<Form> {
    vec![
        form("select", &[], "SELECT count(*) FROM t"),
        form("select-for-update", &[], "SELECT id FROM t FOR UPDATE"),
        form("insert", &[], "INSERT INTO t (id, b) VALUES (5000, 1)"),
        form("insert-select", &[SOURCE], "INSERT INTO t (id, b) SELECT id + 5000, 1 FROM source"),
        form("insert-foreign-key", &[FK_OUT], "INSERT INTO t (id, a, b) VALUES (5000, 1, 1)")
            .given("it refers to another table"),
        form("update", &[], "UPDATE t SET c = 'x'"),
        form("update-filtered", &[], "UPDATE t SET c = 'x' WHERE id = 1"),
        form("delete", &[], "DELETE FROM t"),
        form("delete-filtered", &[], "DELETE FROM t WHERE id = 1"),
        form(
            "delete-referenced",
            &[FK_IN, "DELETE FROM referencing"],
            "DELETE FROM t WHERE id = 1",
        )
        .given("another table refers to it"),
        form(
            "merge",
            &[SOURCE],
            "MERGE INTO t USING source s ON t.id = s.id WHEN MATCHED THEN UPDATE SET c = 'x'",
        )
        .since(15),
        form("copy-from", &[], "COPY t FROM '/dev/null'"),
    ]
}
