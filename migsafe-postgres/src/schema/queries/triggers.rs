//! Triggers, rewrite rules, event triggers.

use migsafe_core::schema::Attribute;

use crate::schema::query::{COMMENT, Context, Query, described, is_own, sorted};

/// When a trigger or rule does not fire as usual.
fn enabled(column: &str) -> String {
    format!(
        "CASE {column} WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END"
    )
}

/// Triggers of partitions are the parent's, unless somebody switched one of them off. PostgreSQL 14 takes them for
/// its own. Those behind foreign keys are part of the foreign key.
pub(super) fn triggers(context: &Context<'_>) -> Query {
    Query::new("'trigger'", "n.nspname", "c.relname", "t.tgname")
        .text(Attribute::Definition, "pg_get_triggerdef(t.oid)")
        .text(Attribute::Enabled, enabled("t.tgenabled"))
        .text(Attribute::Comment, COMMENT)
        .from(format!(
            "pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid \
             JOIN pg_namespace AS n ON n.oid = c.relnamespace \
             LEFT JOIN pg_trigger AS parent ON parent.oid = t.tgparentid {} \
             WHERE (CASE WHEN t.tgparentid = 0 THEN NOT t.tgisinternal ELSE t.tgenabled <> parent.tgenabled \
             AND NOT (t.tgisinternal AND t.tgconstraint <> 0) END) \
             AND {} AND {} AND {}",
            described("pg_trigger", "t.oid"),
            context.schemas("n"),
            is_own("pg_class", "c.oid"),
            is_own("pg_trigger", "t.oid"),
        ))
}

/// Not those that are the insides of views.
pub(super) fn rules(context: &Context<'_>) -> Query {
    Query::new("'rule'", "n.nspname", "c.relname", "r.rulename")
        .text(Attribute::Definition, "pg_get_ruledef(r.oid)")
        .text(Attribute::Enabled, enabled("r.ev_enabled"))
        .text(Attribute::Comment, COMMENT)
        .from(format!(
            "pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class \
             JOIN pg_namespace AS n ON n.oid = c.relnamespace {} \
             WHERE r.rulename <> '_RETURN' AND {} AND {} AND {}",
            described("pg_rewrite", "r.oid"),
            context.schemas("n"),
            is_own("pg_class", "c.oid"),
            is_own("pg_rewrite", "r.oid"),
        ))
}

pub(super) fn event_triggers(context: &Context<'_>) -> Query {
    Query::new("'event_trigger'", "NULL", "NULL", "t.evtname")
        .text(Attribute::Event, "t.evtevent")
        .text(Attribute::Function, "t.evtfoid::regproc::text")
        .list(Attribute::Tags, sorted("t.evttags"))
        .text(Attribute::Enabled, enabled("t.evtenabled"))
        .text(Attribute::Comment, COMMENT)
        .text(Attribute::Owner, context.owner("t.evtowner"))
        .from(format!(
            "pg_event_trigger AS t {} WHERE {}",
            described("pg_event_trigger", "t.oid"),
            is_own("pg_event_trigger", "t.oid"),
        ))
}
