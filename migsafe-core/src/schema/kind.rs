//! `Kind`: what an object is.

use super::named::named;

named! {
    /// What an object is. The order is the one in which objects of one name are listed.
    pub enum Kind {
        /// A schema of PostgreSQL.
        Schema = "schema",
        /// An extension; what it brings is not listed.
        Extension = "extension",
        /// A collation.
        Collation = "collation",
        /// An enumeration.
        Enum = "enum",
        /// A domain.
        Domain = "domain",
        /// A composite type that is no table's row type.
        CompositeType = "composite_type",
        /// A range type, its multirange included.
        RangeType = "range_type",
        /// A base type, made with functions in C.
        BaseType = "base_type",
        /// A sequence that is not the inside of an identity column.
        Sequence = "sequence",
        /// A table, partitioned or not, a partition too.
        Table = "table",
        /// A table whose rows are elsewhere.
        ForeignTable = "foreign_table",
        /// A virtual table of SQLite.
        VirtualTable = "virtual_table",
        /// A view.
        View = "view",
        /// A materialised view.
        MaterializedView = "materialized_view",
        /// A column of a relation.
        Column = "column",
        /// A constraint of a table or a domain.
        Constraint = "constraint",
        /// An index that no constraint brings with it.
        Index = "index",
        /// A trigger.
        Trigger = "trigger",
        /// A rewrite rule.
        Rule = "rule",
        /// A policy of row-level security.
        Policy = "policy",
        /// An extended statistics object.
        Statistics = "statistics",
        /// A function.
        Function = "function",
        /// A procedure.
        Procedure = "procedure",
        /// An aggregate function.
        Aggregate = "aggregate",
        /// An operator.
        Operator = "operator",
        /// An operator class.
        OperatorClass = "operator_class",
        /// An operator family.
        OperatorFamily = "operator_family",
        /// A cast between two types.
        Cast = "cast",
        /// A text search configuration.
        TextSearchConfiguration = "text_search_configuration",
        /// A text search dictionary.
        TextSearchDictionary = "text_search_dictionary",
        /// A foreign-data wrapper.
        ForeignDataWrapper = "foreign_data_wrapper",
        /// A foreign server.
        ForeignServer = "foreign_server",
        /// An event trigger.
        EventTrigger = "event_trigger",
        /// A publication of logical replication.
        Publication = "publication",
        /// Privileges that objects made later get.
        DefaultPrivileges = "default_privileges",
    }
}

impl Kind {
    /// Whether objects of this kind are part of a relation or a domain, the parent in their
    /// [`ObjectKey`](super::ObjectKey).
    #[must_use]
    pub fn is_contained(self) -> bool {
        matches!(
            self,
            Self::Column
                | Self::Constraint
                | Self::Index
                | Self::Trigger
                | Self::Rule
                | Self::Policy
        )
    }

    /// Whether objects of this kind have parts.
    #[must_use]
    pub fn has_parts(self) -> bool {
        matches!(
            self,
            Self::Table
                | Self::ForeignTable
                | Self::VirtualTable
                | Self::View
                | Self::MaterializedView
                | Self::Domain
        )
    }

    /// Whether a name of this kind ends with the types of its arguments.
    #[must_use]
    pub fn has_arguments(self) -> bool {
        matches!(
            self,
            Self::Function | Self::Procedure | Self::Aggregate | Self::Operator | Self::Cast
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(*kind));
            let json = serde_json::to_string(kind).unwrap();
            assert_eq!(serde_json::from_str::<Kind>(&json).unwrap(), *kind);
        }
        assert_eq!(Kind::MaterializedView.to_string(), "materialized view");
        let error = serde_json::from_str::<Kind>("\"planet\"").unwrap_err();
        assert!(error.to_string().contains("`planet`"), "{error}");
    }
}
