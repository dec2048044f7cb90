//! `Operation`: some statements that belong together.

use crate::schema::script::ScriptStep;
use crate::schema::{Kind, Object, ObjectKey};

/// What an operation does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Takes a table from its parents.
    Detach,
    /// Takes a sequence from the column that it would be dropped with.
    Release,
    /// Drops it.
    Drop,
    /// Drops the default.
    DropDefault,
    /// Gives an old type another name.
    Aside,
    /// Makes it.
    Create,
    /// Changes it where it stands.
    Alter,
    /// Sets the default.
    SetDefault,
    /// Gives a sequence to the column that it is dropped with.
    Own,
    /// Gives a table to its parents.
    Attach,
    /// Says what needs the indexes.
    Finish,
    /// Drops what was put aside.
    Sweep,
}

/// Some statements about one object that follow each other.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) key: ObjectKey,
    pub(super) phase: Phase,
    pub(super) steps: Vec<ScriptStep>,
    /// Where it stands if nothing else is to be seen to.
    pub(super) stage: usize,
}

impl Operation {
    pub(super) fn new(object: &Object, phase: Phase, is_foreign_key: bool) -> Self {
        let key = object.key().clone();
        let stage = stage(key.kind(), phase, is_foreign_key);
        Self { key, phase, steps: Vec::new(), stage }
    }

    /// The same with more statements, each of which may lose something.
    pub(super) fn with(mut self, statements: Vec<String>, loss: Option<&'static str>) -> Self {
        for sql in statements {
            if self.steps.iter().any(|step| step.sql() == sql) {
                continue;
            }
            let step = ScriptStep::new(self.key.clone(), sql);
            self.steps.push(match loss {
                Some(loss) => step.losing(loss),
                None => step,
            });
        }
        self
    }
}

/// Kinds in the order in which they are dropped.
const DROPS: [Kind; 32] = [
    Kind::EventTrigger,
    Kind::Publication,
    Kind::Trigger,
    Kind::Rule,
    Kind::Policy,
    Kind::View,
    Kind::MaterializedView,
    Kind::Statistics,
    Kind::Index,
    Kind::Constraint,
    Kind::Cast,
    Kind::Aggregate,
    Kind::Procedure,
    Kind::Function,
    Kind::OperatorClass,
    Kind::OperatorFamily,
    Kind::Operator,
    Kind::Column,
    Kind::ForeignTable,
    Kind::Table,
    Kind::Sequence,
    Kind::RangeType,
    Kind::Domain,
    Kind::CompositeType,
    Kind::Enum,
    Kind::TextSearchConfiguration,
    Kind::TextSearchDictionary,
    Kind::Collation,
    Kind::ForeignServer,
    Kind::ForeignDataWrapper,
    Kind::Extension,
    Kind::Schema,
];

/// Kinds in the order in which they are made.
const CREATES: [Kind; 33] = [
    Kind::Schema,
    Kind::Extension,
    Kind::Collation,
    Kind::Enum,
    Kind::CompositeType,
    Kind::Domain,
    Kind::RangeType,
    Kind::ForeignDataWrapper,
    Kind::ForeignServer,
    Kind::TextSearchDictionary,
    Kind::TextSearchConfiguration,
    Kind::Sequence,
    Kind::Function,
    Kind::Procedure,
    Kind::Aggregate,
    Kind::Operator,
    Kind::OperatorFamily,
    Kind::OperatorClass,
    Kind::Cast,
    Kind::Table,
    Kind::ForeignTable,
    Kind::Column,
    Kind::Constraint,
    Kind::Index,
    Kind::View,
    Kind::MaterializedView,
    Kind::Statistics,
    Kind::Rule,
    Kind::Policy,
    Kind::Trigger,
    Kind::Publication,
    Kind::EventTrigger,
    Kind::DefaultPrivileges,
];

/// Drops, then the rest; foreign keys go first and come last.
fn stage(kind: Kind, phase: Phase, is_foreign_key: bool) -> usize {
    const MADE: usize = 100;
    let place = |kinds: &[Kind], wanted| {
        kinds.iter().position(|kind| *kind == wanted).unwrap_or(kinds.len()) * 2
    };
    let made = |kind| MADE + place(&CREATES, kind);
    match phase {
        Phase::Drop if is_foreign_key => place(&DROPS, Kind::Publication) + 1,
        Phase::Drop => 2 + place(&DROPS, kind),
        Phase::Detach => 1,
        Phase::DropDefault => 2 + place(&DROPS, Kind::Cast) + 1,
        Phase::Release => 2 + place(&DROPS, Kind::Cast) + 1,
        Phase::Aside => 2 + place(&DROPS, Kind::Sequence) + 1,
        Phase::Create if is_foreign_key => made(Kind::Statistics) + 1,
        Phase::Create | Phase::Alter => made(kind),
        Phase::SetDefault | Phase::Own => made(Kind::Column) + 1,
        Phase::Attach => made(Kind::Rule) + 1,
        Phase::Finish => made(Kind::Trigger) + 1,
        Phase::Sweep => made(Kind::Constraint) + 1,
    }
}
