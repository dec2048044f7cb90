//! Whether the role may keep a journal, found out before the first step: a deploy must not stop half way for want of a
//! right that a migration in one piece does not need.

use std::time::Duration;

use migsafe_core::store::StoreError;

use crate::connection::Connection;
use crate::sql::{self, Ident};

/// What keeps the role from it, and the GRANT that lets it; `None` when nothing does.
pub(super) async fn missing(
    connection: &mut Connection,
    limit: Option<Duration>,
) -> Result<Option<String>, StoreError> {
    let answer = connection.send_within(sql::journal_rights().to_owned(), limit).await;
    let answer = answer.ok("looking for the rights of the role")?;
    let flag = |column| answer.value(0, column).as_deref() == Some("t");
    let name = |column| answer.value(0, column).unwrap_or_default().into_owned();
    let (role, database) = (name(3), name(4));
    let (role, database) = (Ident(&role), Ident(&database));
    Ok(match (flag(0), flag(1), flag(2)) {
        (true, true, _) | (false, _, true) => None,
        (true, false, _) => Some(format!(
            "the role may not write the journal of such migrations: GRANT USAGE ON SCHEMA migsafe TO {role}; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON migsafe.journal, migsafe.lease TO {role}"
        )),
        (false, _, false) => Some(format!(
            "the role may not create the journal of such migrations, which is in a schema of its own: \
             GRANT CREATE ON DATABASE {database} TO {role}"
        )),
    })
}
