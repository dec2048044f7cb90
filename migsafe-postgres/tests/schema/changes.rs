//! Single changes to the schema that uses every kind of object: each must be seen.

/// Name, SQL, and a part of what the comparison has to say.
pub(crate) const CHANGES: &[(&str, &str, &str)] = &[
    // Schemas, extensions, types.
    ("create a schema", "CREATE SCHEMA extra", "added schema extra"),
    ("comment on a schema", "COMMENT ON SCHEMA app IS 'x'", "changed schema app: comment"),
    ("create an extension", "CREATE EXTENSION btree_gist", "added extension btree_gist"),
    (
        "move an extension",
        "ALTER EXTENSION citext SET SCHEMA public",
        "changed extension citext: in schema",
    ),
    ("add an enum value", "ALTER TYPE app.mood ADD VALUE 'meh'", "changed enum app.mood: labels"),
    (
        "add an enum value in between",
        "ALTER TYPE app.mood ADD VALUE 'meh' BEFORE 'ok'",
        "sad, meh, ok, happy",
    ),
    ("rename an enum value", "ALTER TYPE app.mood RENAME VALUE 'ok' TO 'fine'", "sad, fine, happy"),
    (
        "change a domain's default",
        "ALTER DOMAIN app.email SET DEFAULT 'a@b'",
        "changed domain app.email: default",
    ),
    (
        "let a domain take NULL",
        "ALTER DOMAIN app.email DROP NOT NULL",
        "domain app.email: not null: yes → no",
    ),
    (
        "add a domain check",
        "ALTER DOMAIN app.email ADD CHECK (length(VALUE) < 99)",
        "added constraint app.email.email_check",
    ),
    (
        "drop a domain check",
        "ALTER DOMAIN app.email DROP CONSTRAINT has_at",
        "removed constraint app.email.has_at",
    ),
    (
        "do not prove a domain check",
        "ALTER DOMAIN app.email ADD CONSTRAINT short CHECK (length(VALUE) < 50) NOT VALID",
        "added constraint app.email.short",
    ),
    (
        "add a field to a composite type",
        "ALTER TYPE app.address ADD ATTRIBUTE country text CASCADE",
        "changed composite type app.address: fields",
    ),
    (
        "change the subtype of a range",
        "DROP TYPE app.floats; CREATE TYPE app.floats AS RANGE (subtype = numeric)",
        "changed range type app.floats: subtype",
    ),
    (
        "change a collation",
        "DROP COLLATION app.german; CREATE COLLATION app.german (provider = libc, locale = 'POSIX')",
        "changed collation app.german",
    ),
    // Sequences.
    (
        "change a sequence's step",
        "ALTER SEQUENCE app.tickets INCREMENT 3",
        "sequence app.tickets: increment: 2 → 3",
    ),
    (
        "change a sequence's cache",
        "ALTER SEQUENCE app.tickets CACHE 1",
        "sequence app.tickets: cache",
    ),
    (
        "change a sequence's maximum",
        "ALTER SEQUENCE app.tickets MAXVALUE 2000",
        "sequence app.tickets: maximum",
    ),
    (
        "end a sequence's cycle",
        "ALTER SEQUENCE app.tickets NO CYCLE",
        "sequence app.tickets: cycle: yes → no",
    ),
    (
        "give a sequence to a column",
        "ALTER SEQUENCE app.tickets OWNED BY app.users.ticket",
        "sequence app.tickets: owned by",
    ),
    (
        "change a sequence's type",
        "ALTER SEQUENCE app.tickets AS integer",
        "sequence app.tickets: type: bigint → integer",
    ),
    // Tables.
    ("create a table", "CREATE TABLE app.more (id integer)", "added table app.more"),
    ("drop a table", "DROP TABLE app.event_notes", "removed table app.event_notes"),
    ("rename a table", "ALTER TABLE app.scratch RENAME TO scraps", "removed table app.scratch"),
    ("move a table", "ALTER TABLE app.scratch SET SCHEMA public", "added table public.scratch"),
    (
        "log a table",
        "ALTER TABLE app.scratch SET LOGGED",
        "table app.scratch: persistence: unlogged → none",
    ),
    (
        "change storage parameters",
        "ALTER TABLE app.users SET (fillfactor = 70)",
        "table app.users: options",
    ),
    (
        "change those of the TOAST table",
        "ALTER TABLE app.users RESET (toast.autovacuum_enabled)",
        "table app.users: options",
    ),
    (
        "change the replica identity",
        "ALTER TABLE app.posts REPLICA IDENTITY NOTHING",
        "replica identity: full → nothing",
    ),
    (
        "switch row-level security off",
        "ALTER TABLE app.users DISABLE ROW LEVEL SECURITY",
        "row security: yes → no",
    ),
    (
        "force row-level security",
        "ALTER TABLE app.users FORCE ROW LEVEL SECURITY",
        "force row security: no → yes",
    ),
    (
        "forget the order of a table",
        "ALTER TABLE app.posts SET WITHOUT CLUSTER",
        "clustered on: posts_by_room → none",
    ),
    (
        "end an inheritance",
        "ALTER TABLE app.derived NO INHERIT app.base",
        "table app.derived: inherits",
    ),
    (
        "detach a partition",
        "ALTER TABLE app.events DETACH PARTITION app.events_old",
        "table app.events_old: partition of",
    ),
    (
        "change a partition's bound",
        "ALTER TABLE app.events_new DETACH PARTITION app.events_new_a; ALTER TABLE app.events_new ATTACH PARTITION app.events_new_a FOR VALUES IN ('a')",
        "events_new_a: partition bound",
    ),
    ("make a table untyped", "ALTER TABLE app.typed NOT OF", "table app.typed: of type"),
    ("comment on a table", "COMMENT ON TABLE app.users IS NULL", "table app.users: comment"),
    // Columns.
    ("add a column", "ALTER TABLE app.users ADD COLUMN age integer", "added column app.users.age"),
    ("drop a column", "ALTER TABLE app.users DROP COLUMN tags", "removed column app.users.tags"),
    (
        "rename a column",
        "ALTER TABLE app.users RENAME COLUMN tags TO labels",
        "added column app.users.labels",
    ),
    (
        "change a type",
        "ALTER TABLE app.posts ALTER COLUMN room TYPE bigint",
        "app.posts.room: type: integer → bigint",
    ),
    (
        "change a length",
        "ALTER TABLE app.base ALTER COLUMN x TYPE numeric(5); ALTER TABLE app.base ALTER COLUMN x TYPE numeric(6)",
        "app.base.x: type: integer → numeric(6,0)",
    ),
    (
        "set NOT NULL",
        "ALTER TABLE app.posts ALTER COLUMN room SET NOT NULL",
        "app.posts.room: not null: no → yes",
    ),
    (
        "drop NOT NULL",
        "ALTER TABLE app.posts ALTER COLUMN title DROP NOT NULL",
        "app.posts.title: not null: yes → no",
    ),
    (
        "set a default",
        "ALTER TABLE app.posts ALTER COLUMN room SET DEFAULT 7",
        "app.posts.room: default: none → 7",
    ),
    (
        "change a default",
        "ALTER TABLE app.users ALTER COLUMN name SET DEFAULT 'somebody'",
        "app.users.name: default",
    ),
    (
        "drop a default",
        "ALTER TABLE app.users ALTER COLUMN created DROP DEFAULT",
        "app.users.created: default: now() → none",
    ),
    (
        "change a collation of a column",
        "ALTER TABLE app.users ALTER COLUMN bio TYPE text COLLATE \"POSIX\"",
        "app.users.bio: collation",
    ),
    (
        "end a generated column",
        "ALTER TABLE app.users ALTER COLUMN doubled DROP EXPRESSION",
        "app.users.doubled: generated",
    ),
    (
        "change a generated column",
        "ALTER TABLE app.users DROP COLUMN doubled; ALTER TABLE app.users ADD COLUMN doubled numeric GENERATED ALWAYS AS (price * 3) STORED",
        "app.users.doubled: generated",
    ),
    (
        "change an identity",
        "ALTER TABLE app.users ALTER COLUMN id SET GENERATED BY DEFAULT",
        "app.users.id: identity: always → by default",
    ),
    (
        "change an identity's sequence",
        "ALTER TABLE app.users ALTER COLUMN id SET INCREMENT BY 10",
        "app.users.id: identity options",
    ),
    (
        "drop an identity",
        "ALTER TABLE app.users ALTER COLUMN id DROP IDENTITY",
        "app.users.id: identity: always → none",
    ),
    (
        "change the storage of a column",
        "ALTER TABLE app.users ALTER COLUMN bio SET STORAGE MAIN",
        "app.users.bio: storage: external → main",
    ),
    (
        "change the compression of a column",
        "ALTER TABLE app.users ALTER COLUMN data SET COMPRESSION default",
        "app.users.data: compression",
    ),
    (
        "change a statistics target",
        "ALTER TABLE app.users ALTER COLUMN born SET STATISTICS 99",
        "app.users.born: statistics target: 50 → 99",
    ),
    (
        "change an option of a column",
        "ALTER TABLE app.users ALTER COLUMN tags RESET (n_distinct)",
        "app.users.tags: options",
    ),
    (
        "comment on a column",
        "COMMENT ON COLUMN app.users.name IS 'name'",
        "app.users.name: comment",
    ),
    (
        "comment on a view's column",
        "COMMENT ON COLUMN app.adults.loud IS NULL",
        "column app.adults.loud",
    ),
    // Constraints.
    (
        "drop a primary key",
        "ALTER TABLE app.typed DROP CONSTRAINT typed_pkey",
        "removed constraint app.typed.typed_pkey",
    ),
    (
        "add a unique constraint",
        "ALTER TABLE app.posts ADD UNIQUE (body)",
        "added constraint app.posts.posts_body_key",
    ),
    (
        "change a check",
        "ALTER TABLE app.users DROP CONSTRAINT price_positive; ALTER TABLE app.users ADD CONSTRAINT price_positive CHECK (price >= 0); COMMENT ON CONSTRAINT price_positive ON app.users IS 'no gifts'",
        "app.users.price_positive: definition",
    ),
    (
        "change what happens on delete",
        "ALTER TABLE app.posts DROP CONSTRAINT posts_author_fk; ALTER TABLE app.posts ADD CONSTRAINT posts_author_fk FOREIGN KEY (author) REFERENCES app.users ON DELETE RESTRICT ON UPDATE SET NULL DEFERRABLE",
        "posts_author_fk: definition",
    ),
    (
        "prove a foreign key",
        "ALTER TABLE app.posts VALIDATE CONSTRAINT posts_reviewer_fk",
        "posts_reviewer_fk: not valid: yes → no",
    ),
    (
        "defer a foreign key",
        "ALTER TABLE app.posts ALTER CONSTRAINT posts_author_fk DEFERRABLE INITIALLY DEFERRED",
        "posts_author_fk: initially deferred: no → yes",
    ),
    (
        "never defer a foreign key",
        "ALTER TABLE app.posts ALTER CONSTRAINT posts_author_fk NOT DEFERRABLE",
        "posts_author_fk: deferrable: yes → no",
    ),
    (
        "rename a constraint",
        "ALTER TABLE app.users RENAME CONSTRAINT users_pk TO users_pkey",
        "added constraint app.users.users_pkey",
    ),
    (
        "change an exclusion",
        "ALTER TABLE app.posts DROP CONSTRAINT posts_during_excl; ALTER TABLE app.posts ADD EXCLUDE USING gist (during WITH &&)",
        "posts_during_excl: definition",
    ),
    (
        "comment on a constraint",
        "COMMENT ON CONSTRAINT price_positive ON app.users IS NULL",
        "price_positive: comment",
    ),
    (
        "change the index of a constraint",
        "ALTER INDEX app.users_pk SET (fillfactor = 60)",
        "app.users.users_pk: options",
    ),
    // Indexes, statistics.
    ("create an index", "CREATE INDEX more ON app.users (born)", "added index app.users.more"),
    ("drop an index", "DROP INDEX app.posts_trgm", "removed index app.posts.posts_trgm"),
    (
        "change an index's predicate",
        "DROP INDEX app.totals_author; CREATE UNIQUE INDEX totals_author ON app.totals (author) WHERE author > 0",
        "totals_author: predicate",
    ),
    (
        "change an index's operator class",
        "DROP INDEX app.totals_author; CREATE UNIQUE INDEX totals_author ON app.totals (author app.odd_int)",
        "totals_author: keys",
    ),
    (
        "change an index's direction",
        "DROP INDEX app.totals_author; CREATE UNIQUE INDEX totals_author ON app.totals (author DESC)",
        "totals_author: keys: author → author DESC",
    ),
    (
        "change what an index carries",
        "DROP INDEX app.totals_author; CREATE UNIQUE INDEX totals_author ON app.totals (author) INCLUDE (n)",
        "totals_author: include",
    ),
    (
        "change an index's method",
        "DROP INDEX app.totals_author; CREATE INDEX totals_author ON app.totals USING hash (author)",
        "totals_author: access method: btree → hash",
    ),
    (
        "make an index not unique",
        "DROP INDEX app.totals_author; CREATE INDEX totals_author ON app.totals (author)",
        "totals_author: unique: yes → no",
    ),
    (
        "make an index invalid",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.posts_trgm'::regclass",
        "posts_trgm: invalid: no → yes",
    ),
    (
        "change an index's option",
        "ALTER INDEX app.posts_trgm RESET (fastupdate)",
        "posts_trgm: options",
    ),
    (
        "change an index's statistics",
        "ALTER INDEX app.posts_title ALTER COLUMN 1 SET STATISTICS 7",
        "posts_title: statistics target",
    ),
    ("comment on an index", "COMMENT ON INDEX app.posts_title IS NULL", "posts_title: comment"),
    (
        "change extended statistics",
        "DROP STATISTICS app.scratch_stats; CREATE STATISTICS app.scratch_stats (ndistinct) ON a, b FROM app.scratch",
        "statistics app.scratch_stats: definition",
    ),
    // Views.
    (
        "change a view",
        "CREATE OR REPLACE VIEW app.adults WITH (security_barrier = true) AS SELECT id, name, lower(name) AS loud FROM app.users WHERE born < '2008-01-01' WITH CASCADED CHECK OPTION",
        "view app.adults: definition",
    ),
    (
        "change a view's option",
        "ALTER VIEW app.adults RESET (security_barrier)",
        "view app.adults: options",
    ),
    (
        "change the default of a view's column",
        "ALTER VIEW app.authors ALTER COLUMN posts SET DEFAULT 1",
        "app.authors.posts: default",
    ),
    (
        "change a materialised view",
        "DROP MATERIALIZED VIEW app.empty_totals; CREATE MATERIALIZED VIEW app.empty_totals AS SELECT room AS author FROM app.posts WITH NO DATA",
        "materialized view app.empty_totals: definition",
    ),
    (
        "fill a materialised view",
        "REFRESH MATERIALIZED VIEW app.empty_totals",
        "empty_totals: not populated: yes → no",
    ),
    // Routines.
    (
        "change a function's body",
        "CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'SELECT b + a'",
        "function app.add(integer, integer): body",
    ),
    (
        "change a function's default",
        "CREATE OR REPLACE FUNCTION app.add(a integer, b integer DEFAULT 2) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'SELECT a + b'",
        "function app.add(integer, integer): arguments",
    ),
    (
        "change a function's volatility",
        "ALTER FUNCTION app.add VOLATILE",
        "volatility: immutable → none",
    ),
    (
        "change a function's strictness",
        "ALTER FUNCTION app.add CALLED ON NULL INPUT",
        "strict function: yes → no",
    ),
    (
        "change a function's rights",
        "ALTER FUNCTION app.series SECURITY INVOKER",
        "security definer: yes → no",
    ),
    ("change a function's settings", "ALTER FUNCTION app.series RESET search_path", "settings"),
    ("change a function's cost", "ALTER FUNCTION app.add COST 7", "cost: 5 → 7"),
    ("change a function's rows", "ALTER FUNCTION app.series ROWS 20", "rows: 10 → 20"),
    (
        "change a function's parallel safety",
        "ALTER FUNCTION app.add PARALLEL UNSAFE",
        "parallel: safe → none",
    ),
    ("make a function leakproof", "ALTER FUNCTION app.add LEAKPROOF", "leakproof: no → yes"),
    (
        "add an overload",
        "CREATE FUNCTION app.add(a text) RETURNS text LANGUAGE sql AS 'SELECT a'",
        "added function app.add(text)",
    ),
    (
        "change an SQL body",
        "CREATE OR REPLACE FUNCTION app.inline(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a * 3; END",
        "function app.inline(integer): body",
    ),
    ("drop a procedure", "DROP PROCEDURE app.tidy", "removed procedure app.tidy(integer)"),
    (
        "change an aggregate",
        "CREATE OR REPLACE AGGREGATE app.sum_of(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '5')",
        "aggregate app.sum_of(integer): definition",
    ),
    // Triggers, rules, policies.
    (
        "switch a trigger off",
        "ALTER TABLE app.posts DISABLE TRIGGER tidy_title",
        "tidy_title: enabled: none → disabled",
    ),
    (
        "change a trigger",
        "DROP TRIGGER tidy_title ON app.posts; CREATE TRIGGER tidy_title BEFORE INSERT ON app.posts FOR EACH ROW WHEN (NEW.title IS NOT NULL) EXECUTE FUNCTION app.touch()",
        "tidy_title: definition",
    ),
    (
        "switch a partition's trigger off",
        "ALTER TABLE app.events_old DISABLE TRIGGER event_kind",
        "added trigger app.events_old.event_kind",
    ),
    (
        "change a rule",
        "CREATE OR REPLACE RULE no_delete AS ON DELETE TO app.scratch DO ALSO NOTHING",
        "app.scratch.no_delete: definition",
    ),
    (
        "switch a rule off",
        "ALTER TABLE app.scratch DISABLE RULE no_delete",
        "app.scratch.no_delete: enabled",
    ),
    (
        "change a policy's condition",
        "ALTER POLICY own_rows ON app.users USING (true)",
        "own_rows: using",
    ),
    (
        "change a policy's check",
        "ALTER POLICY narrow ON app.users WITH CHECK (price < 1)",
        "narrow: with check",
    ),
    (
        "change a policy's roles",
        "ALTER POLICY own_rows ON app.users TO postgres",
        "own_rows: roles: PUBLIC → postgres",
    ),
    (
        "change a policy's command",
        "DROP POLICY own_rows ON app.users; CREATE POLICY own_rows ON app.users FOR UPDATE USING (name = current_user)",
        "own_rows: command: SELECT → UPDATE",
    ),
    (
        "make a policy permissive",
        "DROP POLICY narrow ON app.users; CREATE POLICY narrow ON app.users FOR INSERT WITH CHECK (price < 1000)",
        "narrow: restrictive: yes → no",
    ),
    (
        "switch an event trigger on",
        "ALTER EVENT TRIGGER watch_ddl ENABLE",
        "event trigger watch_ddl: enabled",
    ),
    (
        "change an event trigger's commands",
        "DROP EVENT TRIGGER watch_ddl; CREATE EVENT TRIGGER watch_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION app.watch(); ALTER EVENT TRIGGER watch_ddl DISABLE",
        "event trigger watch_ddl: tags",
    ),
    // Everything else.
    (
        "add a table to a publication",
        "ALTER PUBLICATION feed ADD TABLE app.base",
        "publication feed: tables",
    ),
    (
        "change what is published",
        "ALTER PUBLICATION feed SET (publish = 'insert')",
        "publication feed: publishes",
    ),
    (
        "change an operator",
        "ALTER OPERATOR app.=== (integer, integer) SET (RESTRICT = eqsel)",
        "operator app.===(integer, integer): definition",
    ),
    (
        "change an operator family",
        "ALTER OPERATOR FAMILY app.odd USING btree ADD FUNCTION 2 (integer, integer) btint4sortsupport(internal)",
        "operator family app.\"odd USING btree\": fields",
    ),
    (
        "drop an operator class",
        "DROP OPERATOR CLASS app.odd_int USING btree",
        "removed operator class",
    ),
    (
        "change a cast",
        "DROP CAST (app.address AS text); CREATE CAST (app.address AS text) WITH INOUT",
        "cast (app.address AS text): definition",
    ),
    (
        "change a text search configuration",
        "ALTER TEXT SEARCH CONFIGURATION app.search DROP MAPPING FOR asciiword",
        "text search configuration app.search: fields",
    ),
    (
        "change a text search dictionary",
        "ALTER TEXT SEARCH DICTIONARY app.plain (STOPWORDS)",
        "text search dictionary app.plain: definition",
    ),
    (
        "change an option of a server",
        "ALTER SERVER far OPTIONS (SET host 'i')",
        "foreign server far: options",
    ),
    (
        "change a foreign table's column",
        "ALTER FOREIGN TABLE app.remote ALTER COLUMN id OPTIONS (SET column_name 'j')",
        "app.remote.id: options",
    ),
];

/// What only newer servers know: the major version, then as above.
pub(crate) const NEWER_CHANGES: &[(u32, &str, &str, &str)] = &[
    (
        15,
        "let NULL equal NULL",
        "DROP INDEX app.totals_author; CREATE UNIQUE INDEX totals_author ON app.totals (author) NULLS NOT DISTINCT",
        "totals_author: nulls not distinct: no → yes",
    ),
    (
        15,
        "let NULL equal NULL in a constraint",
        "ALTER TABLE app.posts ADD CONSTRAINT n UNIQUE NULLS NOT DISTINCT (body)",
        "added constraint app.posts.n",
    ),
    (
        15,
        "publish a schema",
        "ALTER PUBLICATION feed ADD TABLES IN SCHEMA app",
        "publication feed: schemas",
    ),
    (
        15,
        "publish some rows",
        "ALTER PUBLICATION feed SET TABLE app.users, app.posts WHERE (id > 5)",
        "publication feed: tables",
    ),
    (
        15,
        "publish some columns",
        "ALTER PUBLICATION feed SET TABLE app.users, app.posts (id, title)",
        "publication feed: tables",
    ),
    (
        15,
        "run a view with the caller's rights",
        "ALTER VIEW app.authors SET (security_invoker = true)",
        "view app.authors: options",
    ),
    (
        15,
        "do not log a sequence",
        "ALTER SEQUENCE app.tickets SET UNLOGGED",
        "sequence app.tickets: persistence",
    ),
    (
        18,
        "add a virtual column",
        "ALTER TABLE app.users ADD COLUMN tripled numeric GENERATED ALWAYS AS (price * 3)",
        "added column app.users.tripled",
    ),
    (
        18,
        "do not enforce a foreign key",
        "ALTER TABLE app.posts ALTER CONSTRAINT posts_author_fk NOT ENFORCED",
        "posts_author_fk: not enforced: no → yes",
    ),
    (
        18,
        "declare NOT NULL without proof",
        "ALTER TABLE app.posts ADD CONSTRAINT nn NOT NULL room NOT VALID",
        "app.posts.room: not null not valid: no → yes",
    ),
];

/// What is seen only when owners and grants are read.
pub(crate) const PRIVILEGE_CHANGES: &[(&str, &str, &str)] = &[
    ("grant on a table", "GRANT SELECT ON app.users TO migsafe_reader", "table app.users: grants"),
    (
        "grant on a column",
        "GRANT UPDATE (name) ON app.users TO migsafe_reader",
        "column app.users.name: grants",
    ),
    (
        "grant on a view's column",
        "GRANT SELECT (name) ON app.adults TO migsafe_reader",
        "added column app.adults.name",
    ),
    (
        "grant on a schema",
        "GRANT USAGE ON SCHEMA app TO migsafe_reader WITH GRANT OPTION",
        "USAGE*",
    ),
    (
        "grant on a sequence",
        "GRANT USAGE ON SEQUENCE app.tickets TO migsafe_reader",
        "sequence app.tickets: grants",
    ),
    (
        "revoke on a function",
        "REVOKE EXECUTE ON FUNCTION app.add FROM PUBLIC",
        "function app.add(integer, integer): grants",
    ),
    ("revoke on a type", "REVOKE USAGE ON TYPE app.mood FROM PUBLIC", "enum app.mood: grants"),
    (
        "change an owner",
        "ALTER TABLE app.scratch OWNER TO migsafe_reader",
        "table app.scratch: owner: postgres → migsafe_reader",
    ),
    (
        "change default privileges",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO migsafe_reader",
        "added default privileges app.",
    ),
];
