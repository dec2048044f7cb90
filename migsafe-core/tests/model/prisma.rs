//! Prisma as a second deployer: a session lock that is waited for, and four commits per migration.

use crate::explorer::Action;
use crate::promises::Promise;
use crate::protocol::Protocol;
use crate::world::{Migration, PRISMA, Prisma, PrismaStep, Row, RowState, World};

impl Protocol {
    pub(crate) fn prisma_steps(&self, world: &World, next: &mut Vec<(Action, World)>) {
        let Prisma { step, backend, starts } = world.prisma;
        let mut after = *world;
        match (step, backend) {
            (PrismaStep::Off, _) if starts > 0 => {
                let Some(slot) = after.open_backend(PRISMA) else {
                    return;
                };
                let starts = starts - 1;
                after.prisma = Prisma { step: PrismaStep::Lock, backend: Some(slot), starts };
            }
            (PrismaStep::Off, _) | (_, None) => return,
            (PrismaStep::Lock, Some(slot)) => {
                if world.lock.is_some() {
                    return;
                }
                after.lock = Some(slot);
                after.prisma.step = PrismaStep::Look;
            }
            (_, Some(slot)) => {
                self.carry_out_prisma(&mut after, step);
                after.prisma.step = self.prisma_goes_on(&after, step);
                if after.prisma.step == PrismaStep::Off {
                    after.prisma.backend = None;
                    after.end_backend(self, slot);
                }
            }
        }
        next.push((("Prisma", format!("{step:?}")), after));
    }

    fn prisma_goes_on(&self, world: &World, step: PrismaStep) -> PrismaStep {
        match step {
            PrismaStep::Look | PrismaStep::RecordFinished(_) => {
                let failed = |migration: &Migration| {
                    world.live(*migration).any(|row| row.state != RowState::Finished)
                };
                if self.order.iter().any(failed) {
                    return PrismaStep::Off;
                }
                let pending = self.order.into_iter().find(|m| world.live(*m).next().is_none());
                pending.map_or(PrismaStep::Off, PrismaStep::Insert)
            }
            PrismaStep::Insert(migration) => PrismaStep::Script(migration),
            // Several statements in one message are one transaction, which an index cannot be built in.
            PrismaStep::Script(Migration::Index) => PrismaStep::RecordLogs(Migration::Index),
            PrismaStep::Script(migration) => PrismaStep::RecordStep(migration),
            PrismaStep::RecordStep(migration) => PrismaStep::RecordFinished(migration),
            PrismaStep::RecordLogs(_) | PrismaStep::Lock | PrismaStep::Off => PrismaStep::Off,
        }
    }

    /// Carries out a statement of Prisma's; each is committed by itself.
    pub(crate) fn carry_out_prisma(&self, world: &mut World, step: PrismaStep) {
        let update = |world: &mut World, migration, state| {
            let unfinished = |row: &&mut Row| {
                let open = matches!(row.state, RowState::Unfinished | RowState::Stepped);
                row.by_prisma && open && row.migration == migration
            };
            if let Some(row) = world.rows.iter_mut().flatten().find(unfinished) {
                row.state = state;
            }
            world.written_by(None);
        };
        match step {
            PrismaStep::Look => world.table_exists = true,
            PrismaStep::Insert(migration) => {
                world.must(self.is_next(world, migration), Promise::InOrder);
                world.add_row(Row {
                    migration,
                    state: RowState::Unfinished,
                    writer: None,
                    by_prisma: true,
                    journal: None,
                });
                world.written_by(None);
            }
            PrismaStep::Script(Migration::Table) => world.effects[0] += 1,
            PrismaStep::RecordStep(migration) => update(world, migration, RowState::Stepped),
            PrismaStep::RecordFinished(migration) => update(world, migration, RowState::Finished),
            PrismaStep::RecordLogs(migration) => update(world, migration, RowState::Failed),
            PrismaStep::Script(Migration::Index) | PrismaStep::Lock | PrismaStep::Off => {}
        }
    }
}
