//! What a backend implements, and an in-memory backend.
//!
//! ```
//! use migsafe_core::store::{HistoryStore, MemoryStore};
//! use migsafe_core::Dialect;
//!
//! let store = MemoryStore::new(Dialect::Sqlite);
//! assert_eq!(store.dialect(), Dialect::Sqlite);
//! ```
//!
//! Two small traits: [`HistoryStore`] reads and opens the session that writes; [`WriteSession`] owns its
//! connection and runs one transaction at a time. [`LockInspector`], [`DataInspector`], [`SchemaReader`],
//! [`RowReader`] and [`ShadowProvider`] are optional. A backend that passes `testkit::conformance` works with every part
//! of migsafe.

mod error;
mod journal;
mod memory;
mod reading;
mod session;
mod shadow;
mod step;
mod traits;

pub use error::{StoreError, StoreErrorCode};
pub use journal::{
    EffectState, JournalSession, StatementOutcome, StatementProgress, StatementRequest,
};
pub use memory::{MemoryFault, MemoryStore};
pub use reading::{Content, DatabaseFacts, Reading, StatementSupport};
pub use session::{AuditNote, Begun, RowChange, WriteSession};
pub use shadow::{Isolation, ShadowDatabase, ShadowError, ShadowProvider};
pub use step::{Aborted, ScriptFailure, StepOptions, StepOutcome, StepRequest};
pub use traits::{
    DataInspector, HistoryStore, LockInspector, ProgressInspector, RowReader, SchemaReader,
};
