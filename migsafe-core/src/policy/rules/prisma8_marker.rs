//! ## What it detects
//!
//! The schema `prisma_contract`, in which Prisma 8 keeps its marker and its ledger.
//!
//! ## Why it hurts
//!
//! Prisma 8 does not use the history table on SQL databases. Whatever this table says, if it is
//! there at all, is the past, and a deploy from it changes the schema behind Prisma's back.
//!
//! ## What to do
//!
//! Deploy this database with Prisma 8. If its marker is a left-over of an experiment, remove the
//! schema `prisma_contract` after a look into it.

use crate::policy::{Facts, Findings, Meta, Severity::Error};

pub(super) const META: Meta = Meta {
    summary: "Prisma 8 manages this database",
    severities: [Error, Error, Error],
    ..Meta::HISTORY
};

pub(super) fn check(facts: &Facts<'_>, findings: &mut Findings<'_>) {
    if facts.database().has_prisma8_marker() {
        findings.report(
            "the database carries the marker of Prisma 8 (`prisma_contract`), which keeps its \
             history elsewhere",
            "deploy it with Prisma 8; remove the marker only if it is the left-over of an \
             experiment",
        );
    }
}
