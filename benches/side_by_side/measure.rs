//! Rounds: everybody once in each, in an order that is drawn anew.

use std::time::{Duration, Instant};

use async_trait::async_trait;

use crate::Result;

/// Something whose time is taken.
#[async_trait(?Send)]
pub(crate) trait Subject {
    async fn run(&mut self) -> Result<()>;
}

#[async_trait(?Send)]
impl<F: AsyncFnMut() -> Result<()>> Subject for F {
    async fn run(&mut self) -> Result<()> {
        self().await
    }
}

/// A subject and what it is called in tables.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    subject: Box<dyn Subject>,
}

impl Entry {
    pub(crate) fn new(name: &'static str, subject: impl Subject + 'static) -> Self {
        Self { name, subject: Box::new(subject) }
    }

    /// One run, of a subject that is too slow for rounds.
    pub(crate) async fn once(mut self) -> Result<()> {
        self.subject.run().await
    }
}

/// The times of one subject, one for each round.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) rounds: Vec<Duration>,
}

impl Series {
    pub(crate) fn median(&self) -> f64 {
        Quartiles::of(self.rounds.iter().map(Duration::as_secs_f64).collect()).median
    }

    /// This time over that of the limit in the same round.
    pub(crate) fn ratio_to(&self, limit: &Self) -> Quartiles {
        let pairs = self.rounds.iter().zip(&limit.rounds);
        Quartiles::of(pairs.map(|(own, limit)| own.as_secs_f64() / limit.as_secs_f64()).collect())
    }
}

/// The median, and between what the middle half lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quartiles {
    pub(crate) low: f64,
    pub(crate) median: f64,
    pub(crate) high: f64,
}

impl Quartiles {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        let median = (values[last / 2] + values[last.div_ceil(2)]) / 2.0;
        Self { low: values[last / 4], median, high: values[last - last / 4] }
    }
}

/// Takes the time of `once(index)` for every name in every round.
pub(crate) async fn interleave(
    names: &[&'static str],
    rounds: usize,
    mut once: impl AsyncFnMut(usize) -> Result<Duration>,
) -> Result<Vec<Series>> {
    let mut series: Vec<Series> =
        names.iter().map(|name| Series { name, rounds: Vec::new() }).collect();
    let mut shuffle = Shuffle::new();
    for _ in 0..rounds {
        for index in shuffle.order(names.len()) {
            let time = once(index).await.map_err(|error| format!("{}: {error}", names[index]))?;
            series[index].rounds.push(time);
        }
    }
    Ok(series)
}

/// The time of a subject in one round is the median of `repeat` runs. One run before the first round
/// is not counted: it fills caches and prepares statements.
pub(crate) async fn rounds(
    mut entries: Vec<Entry>,
    rounds: usize,
    repeat: usize,
) -> Result<Vec<Series>> {
    let names: Vec<&'static str> = entries.iter().map(|entry| entry.name).collect();
    for entry in &mut entries {
        entry.subject.run().await.map_err(|error| format!("{}: {error}", entry.name))?;
    }
    interleave(&names, rounds, async |index| {
        let mut times = Vec::with_capacity(repeat);
        for _ in 0..repeat {
            let start = Instant::now();
            entries[index].subject.run().await?;
            times.push(start.elapsed());
        }
        times.sort();
        Ok(times[times.len() / 2])
    })
    .await
}

/// Orders that differ from round to round and are the same in every run (xorshift64).
struct Shuffle(u64);

impl Shuffle {
    fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for end in (1..count).rev() {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let modulus = u64::try_from(end + 1).unwrap_or(1);
            order.swap(end, usize::try_from(self.0 % modulus).unwrap_or(0));
        }
        order
    }
}
