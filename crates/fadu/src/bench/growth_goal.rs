//! G18: does an act still cost the same when millions are stored?
//!
//! Two stores take turns in groups of a hundred, in CPU time: one filled with as many acts as asked for,
//! one with a hundredth of them. What grows with a store is what it reads and writes for an act:
//! the depth of trees, and pages that no cache holds.
//!
//! Next: `office_goals.rs` for an act's cost beside raw rows.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use office::{Office, VirtualClock};

use crate::bench::walk::Walk;
use crate::bench::{Found, median, per_item};
use crate::cli::Common;
use crate::world::{World, instant};

/// Matters in a round that is measured, and in one that only fills.
const ROUND: u64 = 200;
const FILLING: u64 = 2_000;

/// A store on its way to its size.
struct Side {
    office: Office,
    next: u64,
}

impl Side {
    fn begin(common: &Common, path: &Path) -> anyhow::Result<Self> {
        let url = format!("sqlite://{}", path.display());
        let clock = Arc::new(VirtualClock::at(instant("2025-01-02 09:00")?));
        Ok(Self { office: World::at(common, &url, None, clock)?.office, next: 0 })
    }

    /// CPU nanoseconds per act of so many matters more.
    fn round(&mut self, walk: &Walk, matters: u64, group: usize) -> anyhow::Result<f64> {
        let requests = walk.requests(self.next, matters);
        self.next += matters;
        let mut answers = Ok(());
        let cost = per_item(requests.len() as u64, || {
            answers = requests.chunks(group).try_for_each(|group| {
                let sealed = self.office.perform_all(group)?;
                sealed.into_iter().try_for_each(|answer| answer.map(drop).map_err(Into::into))
            });
        });
        answers.map(|()| cost)
    }

    fn fill(&mut self, walk: &Walk, acts: u64) -> anyhow::Result<()> {
        while self.size()? < acts {
            self.round(walk, FILLING.min(acts), 2_500)?;
        }
        Ok(())
    }

    fn size(&self) -> anyhow::Result<u64> {
        Ok(self.office.store.head(self.office.law.district)?.log.size)
    }
}

/// Measures the goal with so many acts stored.
pub fn measure(common: &Common, pairs: u32, acts: u64) -> anyhow::Result<Found> {
    let dir = std::env::temp_dir().join(format!("fadu-bench-{}", office::new_name()));
    fs::create_dir_all(&dir)?;
    let found = measure_in(common, pairs, acts, &dir);
    let _ = fs::remove_dir_all(&dir);
    found
}

fn measure_in(common: &Common, pairs: u32, acts: u64, dir: &Path) -> anyhow::Result<Found> {
    let walk = Walk::read(common)?;
    let mut small = Side::begin(common, &dir.join("small.sqlite"))?;
    let mut large = Side::begin(common, &dir.join("large.sqlite"))?;
    small.fill(&walk, acts / 100)?;
    large.fill(&walk, acts)?;
    let mut costs = Vec::new();
    for _ in 0..pairs {
        let before = small.round(&walk, ROUND, 100)?;
        costs.push((before, large.round(&walk, ROUND, 100)?));
    }
    let ratio = median(costs.iter().map(|(small, large)| small / large).collect());
    let us = |side: Vec<f64>| median(side) / 1_000.0;
    let (before, after): (Vec<f64>, Vec<f64>) = costs.into_iter().unzip();
    let detail = format!(
        "{:.1} µs of CPU per act behind {} acts, {:.1} µs behind {}",
        us(before),
        small.size()?,
        us(after),
        large.size()?
    );
    Ok(("G18", ratio, detail))
}
