//! `Attribute`: what can be said of an object.

use super::named::named;

named! {
    /// What can be said of an object. The order is the one in which differences of one object are listed.
    ///
    /// What is not said is as it is by default: a column without [`Attribute::NotNull`] takes NULL.
    pub enum Attribute {
        /// The type of a column, base type of a domain, data type of a sequence; PRIMARY KEY, UNIQUE,
        /// FOREIGN KEY, CHECK or EXCLUDE of a constraint.
        Type = "type",
        /// A column or domain takes no NULL.
        NotNull = "not_null",
        /// NOT NULL is not proven for the rows there are (PostgreSQL 18).
        NotNullNotValid = "not_null_not_valid",
        /// The default as an expression.
        Default = "default",
        /// `stored` or `virtual`, and the expression.
        Generated = "generated",
        /// `always` or `by default`.
        Identity = "identity",
        /// The options of an identity column's sequence.
        IdentityOptions = "identity_options",
        /// The collation, where it is not the type's own.
        Collation = "collation",
        /// How large values are stored, where it is not the type's own way.
        Storage = "storage",
        /// How large values are compressed.
        Compression = "compression",
        /// How exactly statistics are kept.
        StatisticsTarget = "statistics_target",
        /// The column or constraint comes from a parent table only.
        Inherited = "inherited",

        /// The values of an enumeration, in order.
        Labels = "labels",
        /// The fields of a composite type, in order.
        Fields = "fields",
        /// The type that a range is over.
        Subtype = "subtype",
        /// The operator class of a range.
        OperatorClass = "operator_class",
        /// The function that brings a range into one form.
        Canonical = "canonical",
        /// The function that measures a range.
        SubtypeDifference = "subtype_difference",
        /// The name of the multirange type.
        Multirange = "multirange",

        /// The text that defines the object: the query of a view, a constraint, a trigger, a rule.
        Definition = "definition",
        /// A definition that could not be parsed is compared token by token.
        Unparsed = "unparsed",

        /// Where a sequence starts.
        Start = "start",
        /// The step of a sequence.
        Increment = "increment",
        /// The smallest value of a sequence.
        Minimum = "minimum",
        /// The largest value of a sequence.
        Maximum = "maximum",
        /// How many values of a sequence are taken at once.
        Cache = "cache",
        /// A sequence begins again at its end.
        Cycle = "cycle",
        /// The column that a sequence is dropped with.
        OwnedBy = "owned_by",

        /// `unlogged` or `temporary`.
        Persistence = "persistence",
        /// STRICT of SQLite.
        Strict = "strict",
        /// WITHOUT ROWID of SQLite.
        WithoutRowid = "without_rowid",
        /// AUTOINCREMENT of SQLite.
        Autoincrement = "autoincrement",
        /// The composite type that a typed table is of.
        OfType = "of_type",
        /// How a table is divided.
        PartitionKey = "partition_key",
        /// The table that this one is a partition of.
        PartitionOf = "partition_of",
        /// Which rows belong into the partition.
        PartitionBound = "partition_bound",
        /// The parents of a table, in order.
        Inherits = "inherits",
        /// What identifies a row in logical replication.
        ReplicaIdentity = "replica_identity",
        /// Row-level security is on.
        RowSecurity = "row_security",
        /// Row-level security is on for the owner too.
        ForceRowSecurity = "force_row_security",
        /// The index by which rows were last ordered.
        ClusteredOn = "clustered_on",
        /// Storage parameters and other options.
        Options = "options",
        /// The access method of a table, where it is not `heap`; the method of an index.
        AccessMethod = "access_method",
        /// The tablespace, where it is not the database's.
        Tablespace = "tablespace",
        /// A materialised view that was never filled.
        NotPopulated = "not_populated",
        /// The order of the columns.
        ColumnOrder = "column_order",

        /// No two rows are equal in the index.
        Unique = "unique",
        /// What an index is ordered by: column or expression, collation, operator class, direction.
        Keys = "keys",
        /// The columns that an index carries along.
        Include = "include",
        /// NULL equals NULL in the index.
        NullsNotDistinct = "nulls_not_distinct",
        /// The rows that an index is over.
        Predicate = "predicate",
        /// The index is not used: its build failed or has not ended.
        Invalid = "invalid",

        /// The constraint is not proven for the rows there are.
        NotValid = "not_valid",
        /// The constraint is not enforced (PostgreSQL 18).
        NotEnforced = "not_enforced",
        /// The constraint can wait for the end of the transaction.
        Deferrable = "deferrable",
        /// The constraint waits for it without being told.
        InitiallyDeferred = "initially_deferred",

        /// The arguments of a function with names and defaults.
        Arguments = "arguments",
        /// What a function returns.
        Returns = "returns",
        /// The language of a function.
        Language = "language",
        /// `immutable` or `stable`.
        Volatility = "volatility",
        /// A function is not called with NULL.
        StrictFunction = "strict_function",
        /// A function runs with the rights of its owner.
        SecurityDefiner = "security_definer",
        /// A function tells nothing about its arguments.
        Leakproof = "leakproof",
        /// A function is for windows.
        Window = "window",
        /// `safe` or `restricted`.
        Parallel = "parallel",
        /// The estimated cost of a call.
        Cost = "cost",
        /// The estimated number of rows of a call.
        Rows = "rows",
        /// Settings in force while a function runs.
        Settings = "settings",
        /// The function that helps the planner.
        Support = "support",
        /// The text of a function.
        Body = "body",

        /// What fires an event trigger.
        Event = "event",
        /// The function that a trigger calls.
        Function = "function",
        /// The commands that an event trigger fires for.
        Tags = "tags",
        /// `disabled`, `replica` or `always`.
        Enabled = "enabled",
        /// The command that a policy is for.
        Command = "command",
        /// A policy that takes rights away.
        Restrictive = "restrictive",
        /// The roles that a policy is for.
        Roles = "roles",
        /// The rows that a policy shows.
        Using = "using",
        /// The rows that a policy lets in.
        WithCheck = "with_check",

        /// The version of an extension.
        Version = "version",
        /// The schema of an extension.
        InSchema = "in_schema",
        /// The server of a foreign table, the wrapper of a server.
        Server = "server",
        /// What a publication publishes.
        Publishes = "publishes",
        /// The tables of a publication.
        Tables = "tables",
        /// The schemas of a publication.
        Schemas = "schemas",

        /// The comment.
        Comment = "comment",
        /// The owner; only when asked for.
        Owner = "owner",
        /// The rights of others; only when asked for.
        Grants = "grants",
    }
}

impl Attribute {
    /// Whether it says who may do what: read only when asked for, and compared only when both
    /// snapshots have it.
    #[must_use]
    pub fn is_privilege(self) -> bool {
        matches!(self, Self::Owner | Self::Grants)
    }
}
