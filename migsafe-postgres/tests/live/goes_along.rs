//! What goes with an extension, with a function and with a role: more than a schema, so each has a database to itself.

use migsafe_postgres::core::data::DataOutcome;
use migsafe_testing::Database;

use crate::common::{block_on, database};
use crate::{outcomes, short};

fn found(database: &Database, script: &str) -> Vec<DataOutcome> {
    block_on(outcomes(database, script))
}

#[test]
fn an_extension_takes_the_values_of_its_functions_along_and_is_not_listed_in_parts() {
    let database = database();
    let mut client = database.client();
    let script = "DROP EXTENSION plpgsql CASCADE";
    assert_eq!(found(&database, script), [DataOutcome::Fine]);
    client
        .query(
            "CREATE FUNCTION f(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN $1; END'; \
             CREATE TABLE t (x int, y int GENERATED ALWAYS AS (f(x)) STORED); \
             INSERT INTO t VALUES (1), (2), (3)",
        )
        .unwrap();
    let outcomes = found(&database, script);
    let [DataOutcome::DataLoss { rows: 3, exact: true, also, .. }] = &*outcomes else {
        panic!("{outcomes:?}");
    };
    assert!(also.iter().all(|object| !object.contains("plpgsql_")), "{also:?}");
    client.query(script).unwrap();
    let left = "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'y'";
    assert_eq!(client.value(left).unwrap().as_deref(), Some("0"));
}

#[test]
fn all_that_a_role_owns_is_counted_with_cascade_or_without() {
    let database = database();
    let mut client = database.client();
    // Roles are the server's, not the database's.
    let role = format!("migsafe_owner_{}", std::process::id());
    client
        .query(&format!(
            "CREATE ROLE {role}; CREATE TABLE mine (a int); INSERT INTO mine VALUES (1), (2); \
             CREATE TABLE other (a int); INSERT INTO other VALUES (1); ALTER TABLE mine OWNER TO {role}"
        ))
        .unwrap();
    for cascade in ["", " CASCADE"] {
        let outcomes = found(&database, &format!("DROP OWNED BY {role}{cascade}"));
        assert_eq!(short(&outcomes), "loss 2", "{outcomes:?}");
    }
    client.query(&format!("DROP OWNED BY {role}")).unwrap();
    assert_eq!(client.value("SELECT to_regclass('mine')").unwrap(), None);
    let outcomes = found(&database, &format!("DROP OWNED BY {role}"));
    client.query(&format!("DROP ROLE {role}")).unwrap();
    assert_eq!(outcomes, [DataOutcome::Fine]);
}

#[test]
fn which_of_several_functions_is_meant_is_not_guessed() {
    let database = database();
    database
        .client()
        .query(
            "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT $1'; \
             CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        )
        .unwrap();
    let outcomes = found(&database, "DROP FUNCTION f(text) CASCADE");
    assert!(short(&outcomes).contains("several functions have the name f"), "{outcomes:?}");
}
