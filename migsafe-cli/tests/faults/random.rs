//! Random times that can be had again.

use std::time::Duration;

/// splitmix64: small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    /// `stream` tells the tests apart.
    pub(crate) fn new(stream: u64) -> Self {
        let given = std::env::var("MIGSAFE_FAULT_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed: u64 = given.unwrap_or(20_250_101);
        eprintln!("MIGSAFE_FAULT_SEED={seed}");
        Self(seed.wrapping_add(stream.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A time below `limit`, in steps of a microsecond.
    pub(crate) fn below(&mut self, limit: Duration) -> Duration {
        let micros = u64::try_from(limit.as_micros()).unwrap().max(1);
        Duration::from_micros(self.next() % micros)
    }
}
