-- Uses every kind of object. Runs on PostgreSQL 14 and newer.
CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'the application';
CREATE SCHEMA "Odd ""Name""";
CREATE EXTENSION pg_trgm;
CREATE EXTENSION citext SCHEMA app;

CREATE COLLATION app.german (provider = libc, locale = 'C');
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN app.email AS text COLLATE "C" DEFAULT 'x@y' NOT NULL CONSTRAINT has_at CHECK (VALUE ~ '@');
CREATE TYPE app.address AS (street text, city text COLLATE "C", zip integer);
CREATE FUNCTION app.float_gap(double precision, double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE AS 'SELECT $2 - $1';
CREATE TYPE app.floats AS RANGE (subtype = double precision, subtype_diff = app.float_gap);

CREATE SEQUENCE app.tickets AS bigint START 10 INCREMENT 2 MINVALUE 2 MAXVALUE 1000 CACHE 5 CYCLE;

CREATE TABLE app.users (
    id integer GENERATED ALWAYS AS IDENTITY (START 5),
    legacy serial,
    name varchar(40) DEFAULT 'nobody' NOT NULL,
    email app.email,
    nick app.citext,
    feeling app.mood DEFAULT 'ok',
    bio text COLLATE "C",
    data jsonb DEFAULT '{}',
    tags text[],
    price numeric(10, 2),
    doubled numeric GENERATED ALWAYS AS (price * 2) STORED,
    born date,
    ticket bigint DEFAULT nextval('app.tickets'),
    place app.address,
    created timestamptz DEFAULT now() NOT NULL,
    CONSTRAINT users_pk PRIMARY KEY (id) INCLUDE (name) WITH (fillfactor = 80),
    CONSTRAINT users_email_unique UNIQUE (email) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT price_positive CHECK (price > 0),
    CHECK (born > '1900-01-01'),
    CHECK (length(name) > 0 OR nick IS NULL),
    CHECK (length(name) < 100 OR nick IS NULL)
) WITH (fillfactor = 90, autovacuum_enabled = false, toast.autovacuum_enabled = false);
COMMENT ON TABLE app.users IS 'people';
COMMENT ON COLUMN app.users.name IS 'full name';
COMMENT ON CONSTRAINT price_positive ON app.users IS 'no gifts';
ALTER TABLE app.users ALTER COLUMN bio SET STORAGE EXTERNAL;
ALTER TABLE app.users ALTER COLUMN data SET COMPRESSION pglz;
ALTER TABLE app.users ALTER COLUMN born SET STATISTICS 50;
ALTER TABLE app.users ALTER COLUMN tags SET (n_distinct = 5);

CREATE TABLE app.posts (
    id bigint PRIMARY KEY,
    author integer CONSTRAINT posts_author_fk REFERENCES app.users ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE,
    reviewer integer,
    title text NOT NULL,
    body text,
    during tsrange,
    room integer,
    EXCLUDE USING gist (during WITH &&) WHERE (room > 0)
);
ALTER TABLE app.posts ADD CONSTRAINT posts_reviewer_fk FOREIGN KEY (reviewer) REFERENCES app.users NOT VALID;
ALTER TABLE app.posts REPLICA IDENTITY FULL;
CREATE INDEX posts_title ON app.posts (lower(title) COLLATE "C" text_pattern_ops DESC NULLS LAST, author) INCLUDE (body) WHERE title <> '';
CREATE INDEX posts_trgm ON app.posts USING gin (title public.gin_trgm_ops) WITH (fastupdate = off);
CREATE UNIQUE INDEX ON app.posts (title, room);
COMMENT ON INDEX app.posts_title IS 'for the search';
CREATE INDEX posts_by_room ON app.posts (room);
ALTER TABLE app.posts CLUSTER ON posts_by_room;

CREATE UNLOGGED TABLE app.scratch (a integer, b integer);
CREATE STATISTICS app.scratch_stats (dependencies) ON a, b FROM app.scratch;

CREATE TABLE app.events (at timestamptz NOT NULL, kind text NOT NULL, payload text) PARTITION BY RANGE (at);
CREATE TABLE app.events_old PARTITION OF app.events FOR VALUES FROM (MINVALUE) TO ('2026-01-01 00:00:00+02');
CREATE TABLE app.events_new PARTITION OF app.events FOR VALUES FROM ('2026-01-01 00:00:00+02') TO (MAXVALUE)
    PARTITION BY LIST (kind);
CREATE TABLE app.events_new_a PARTITION OF app.events_new FOR VALUES IN ('a', 'b');
CREATE TABLE app.events_new_rest PARTITION OF app.events_new DEFAULT;
CREATE INDEX events_kind ON app.events (kind);
ALTER TABLE app.events ADD CONSTRAINT events_pk PRIMARY KEY (at, kind);
CREATE TABLE app.event_notes (at timestamptz, kind text, note text,
    FOREIGN KEY (at, kind) REFERENCES app.events (at, kind));

CREATE TABLE app.base (x integer, y integer CHECK (y > 0));
CREATE TABLE app.derived (z integer) INHERITS (app.base);
CREATE TABLE app.typed OF app.address (PRIMARY KEY (street));

CREATE VIEW app.adults WITH (security_barrier = true) AS
    SELECT id, name, upper(name) AS loud FROM app.users WHERE born < '2008-01-01' WITH CASCADED CHECK OPTION;
CREATE VIEW app.authors AS
    SELECT u.name, count(*) AS posts FROM app.users u JOIN app.posts p ON p.author = u.id GROUP BY u.name;
COMMENT ON VIEW app.adults IS 'of age';
COMMENT ON COLUMN app.adults.loud IS 'shouting';
ALTER VIEW app.authors ALTER COLUMN posts SET DEFAULT 0;
CREATE MATERIALIZED VIEW app.totals AS SELECT author, count(*) AS n FROM app.posts GROUP BY author;
CREATE UNIQUE INDEX totals_author ON app.totals (author);
CREATE MATERIALIZED VIEW app.empty_totals AS SELECT author FROM app.posts WITH NO DATA;

CREATE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'SELECT a + b';
CREATE FUNCTION app.series(n integer) RETURNS SETOF integer
    LANGUAGE plpgsql STABLE ROWS 10 SECURITY DEFINER SET search_path = app, pg_temp
    AS $$ BEGIN RETURN QUERY SELECT generate_series(1, n); END $$;
CREATE FUNCTION app.inline(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT a * 2; END;
CREATE PROCEDURE app.tidy(IN days integer) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM app.scratch; END $$;
CREATE AGGREGATE app.sum_of(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
COMMENT ON FUNCTION app.add(integer, integer) IS 'sums';
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title = trim(NEW.title); RETURN NEW; END $$;
CREATE TRIGGER tidy_title BEFORE INSERT OR UPDATE OF title ON app.posts FOR EACH ROW WHEN (NEW.title IS NOT NULL)
    EXECUTE FUNCTION app.touch();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON app.posts DEFERRABLE FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TRIGGER event_kind BEFORE INSERT ON app.events FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE RULE no_delete AS ON DELETE TO app.scratch DO INSTEAD NOTHING;
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watch_ddl ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION app.watch();
ALTER EVENT TRIGGER watch_ddl DISABLE;

ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON app.users FOR SELECT TO PUBLIC USING (name = current_user);
CREATE POLICY narrow ON app.users AS RESTRICTIVE FOR INSERT WITH CHECK (price < 1000);

CREATE OPERATOR app.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq, COMMUTATOR = OPERATOR(app.===));
CREATE OPERATOR FAMILY app.odd USING btree;
CREATE OPERATOR CLASS app.odd_int FOR TYPE integer USING btree FAMILY app.odd AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE CAST (app.address AS text) WITH INOUT AS ASSIGNMENT;
CREATE TEXT SEARCH DICTIONARY app.plain (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION app.search (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION app.search ALTER MAPPING FOR asciiword WITH app.plain;
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER far TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'h', password 'never shown');
CREATE FOREIGN TABLE app.remote (id integer OPTIONS (column_name 'i')) SERVER far OPTIONS (table_name 't');
CREATE PUBLICATION feed FOR TABLE app.users, app.posts WITH (publish = 'insert, update');
CREATE TABLE "Odd ""Name"""."Ünï.code" ("a b" integer, "select" text);
CREATE INDEX ON "Odd ""Name"""."Ünï.code" ("a b", "select");
