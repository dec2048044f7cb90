//! What the catalog says about a statement, and mending what it left half done.

use migsafe_core::sql::{Effect, ObjectName};
use migsafe_core::store::{EffectState, StoreError, StoreErrorCode};

use crate::session::PostgresSession;
use crate::sql;

impl PostgresSession {
    pub(super) async fn look_for(&mut self, effect: &Effect) -> Result<EffectState, StoreError> {
        let name = |object: &ObjectName, session: &Self| {
            sql::qualified(object, session.options.schema.as_deref())
        };
        let question = match effect {
            Effect::BuildsIndex { index: Some(index), table, .. } => {
                sql::index_of(&name(table, self), &index.name)
            }
            Effect::DropsIndex { index } => sql::relation_exists(&name(index, self)),
            Effect::DetachesPartition { parent, partition } => {
                sql::partition_of(&name(parent, self), &name(partition, self))
            }
            _ => {
                let why = "the statement does not name what it makes";
                return Ok(EffectState::Unknown(why.to_owned()));
            }
        };
        let answer = self.ask(&[question]).await.ok("looking into the catalog")?;
        let (first, second) = (answer.value(0, 0), answer.value(0, 1));
        Ok(match (effect, first.as_deref(), second.as_deref()) {
            (Effect::BuildsIndex { .. }, Some(_), Some("t")) => EffectState::Present,
            (Effect::BuildsIndex { .. }, Some(name), _) => EffectState::Half(name.to_owned()),
            (Effect::BuildsIndex { .. }, None, _) => EffectState::Absent,
            (Effect::DropsIndex { .. }, Some("t"), _) => EffectState::Absent,
            (Effect::DropsIndex { .. }, ..) => EffectState::Present,
            (Effect::DetachesPartition { partition, .. }, Some("t"), _) => {
                EffectState::Half(partition.name.clone())
            }
            (Effect::DetachesPartition { .. }, Some(_), _) => EffectState::Absent,
            _ => EffectState::Present,
        })
    }

    pub(super) async fn mend_half(&mut self, effect: &Effect) -> Result<(), StoreError> {
        // Looked for once more: only what is invalid at this moment is dropped.
        let EffectState::Half(half) = self.look_for(effect).await? else {
            return Err(StoreError::new(StoreErrorCode::Conflict, "nothing is half done"));
        };
        let statement = match effect {
            Effect::DetachesPartition { parent, partition } => {
                let schema = self.options.schema.as_deref();
                format!(
                    "ALTER TABLE {} DETACH PARTITION {} FINALIZE",
                    sql::qualified(parent, schema),
                    sql::qualified(partition, schema)
                )
            }
            // The catalog gave the name, quoted.
            _ => format!("DROP INDEX CONCURRENTLY IF EXISTS {half}"),
        };
        self.tell(statement, 0, self.worker.clone())
            .await
            .ok("mending what a statement left half done")
            .map(drop)
    }
}
