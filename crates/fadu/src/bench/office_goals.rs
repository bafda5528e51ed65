//! G1, G3, G16 and G17: a real case, walked many times through the whole office on SQLite.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use ledger::{Hash, Record};
use office::{Office, VirtualClock};
use rusqlite::Connection;

use crate::bench::raw::{Raw, pages};
use crate::bench::walk::Walk;
use crate::bench::{Found, cpu_ns, median, per_item};
use crate::cli::Common;
use crate::world::{World, instant};

/// Matters per round of G1 and of G3.
const GROUPED: u64 = 1_000;
const SINGLE: u64 = 100;

struct Sides {
    office: Office,
    raw: Raw,
    walk: Walk,
    next: u64,
}

impl Sides {
    /// One pair: the product's acts, then the same records as raw rows; CPU ns per act.
    fn pair(&mut self, matters: u64, group: usize) -> anyhow::Result<(f64, f64)> {
        let requests = self.walk.requests(self.next, matters);
        self.next += matters;
        let first = self.size()?;
        let mut failed = None;
        let product = per_item(requests.len() as u64, || {
            for group in requests.chunks(group) {
                match self.office.perform_all(group) {
                    Ok(answers) => failed = answers.into_iter().find_map(Result::err),
                    Err(error) => failed = Some(error.into()),
                }
                if failed.is_some() {
                    break;
                }
            }
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        let stored = self.office.store.records(self.office.law.district, first + 1, u32::MAX)?;
        let records: Vec<Record> =
            stored.iter().map(store::StoredRecord::read).collect::<Result<_, _>>()?;
        ensure!(records.len() == requests.len(), "the walk has acts of the clock");
        let mut written = Ok(());
        let raw = per_item(records.len() as u64, || written = self.raw.write(&records, group));
        written?;
        Ok((raw, product))
    }

    fn size(&self) -> anyhow::Result<u64> {
        Ok(self.office.store.head(self.office.law.district)?.log.size)
    }
}

/// Measures the goals of the office.
pub fn measure(
    common: &Common,
    pairs: u32,
    wanted: &dyn Fn(&str) -> bool,
) -> anyhow::Result<Vec<Found>> {
    let dir = std::env::temp_dir().join(format!("fadu-bench-{}", office::new_name()));
    fs::create_dir_all(&dir)?;
    let found = measure_in(common, pairs, &dir, wanted);
    let _ = fs::remove_dir_all(&dir);
    found
}

fn measure_in(
    common: &Common,
    pairs: u32,
    dir: &Path,
    wanted: &dyn Fn(&str) -> bool,
) -> anyhow::Result<Vec<Found>> {
    let path = dir.join("product.sqlite");
    let url = format!("sqlite://{}", path.display());
    let clock = Arc::new(VirtualClock::at(instant("2025-01-02 09:00")?));
    let office = World::at(common, &url, None, clock)?.office;
    let district = office.law.district.0;
    let raw = Raw::begin(&dir.join("raw.sqlite"), district)?;
    let mut sides = Sides { office, raw, walk: Walk::read(common)?, next: 0 };
    sides.pair(GROUPED, 100)?;
    let pairs_of = |goal| if wanted(goal) { pairs } else { 1 };
    let grouped = several(&mut sides, pairs_of("G1"), GROUPED, 100)?;
    let single = several(&mut sides, pairs_of("G3"), SINGLE, 1)?;
    let mut found = vec![
        (
            "G1",
            median(grouped.iter().map(|(raw, product)| raw / product).collect()),
            told(&grouped),
        ),
        ("G3", median(single.iter().map(|(raw, product)| product / raw).collect()), told(&single)),
    ];
    found.push(sizes(&path, &sides.raw, sides.size()?)?);
    if wanted("G16a") || wanted("G16b") {
        found.extend(verification(&sides.office, pairs)?);
    }
    Ok(found)
}

fn several(
    sides: &mut Sides,
    pairs: u32,
    matters: u64,
    group: usize,
) -> anyhow::Result<Vec<(f64, f64)>> {
    (0..pairs).map(|_| sides.pair(matters, group)).collect()
}

fn told(pairs: &[(f64, f64)]) -> String {
    let raw = median(pairs.iter().map(|p| p.0).collect()) / 1_000.0;
    let product = median(pairs.iter().map(|p| p.1).collect()) / 1_000.0;
    format!("raw {raw:.1} µs, product {product:.1} µs of CPU per act")
}

fn sizes(path: &PathBuf, raw: &Raw, acts: u64) -> anyhow::Result<Found> {
    let connection = Connection::open(path).context("the store's file")?;
    let product = pages(&connection, "'act', 'node'")?;
    let plain = raw.act_bytes()?;
    let each = |bytes: f64| bytes / acts as f64;
    let detail = format!("raw {:.0}, product {:.0} bytes per act", each(plain), each(product));
    Ok(("G17", product / plain, detail))
}

/// G16: the ratio to hashing alone, and the rate with replay; on one thread.
fn verification(office: &Office, pairs: u32) -> anyhow::Result<Vec<Found>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?;
    let verifier = office.verifier().context("the bench has a key")?;
    office.checkpoint()?;
    let stored = office.store.records(office.law.district, 1, u32::MAX)?;
    let acts = stored.len() as u64;
    let (mut ratios, mut rates, mut bytes_ns) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..pairs {
        let hashing = per_item(acts, || {
            for record in &stored {
                std::hint::black_box(Hash::sm3(&[&record.bytes]));
            }
        });
        let mut sound = true;
        let bytes = pool.install(|| {
            let before = cpu_ns();
            sound &= office.verify_bytes_of(&stored, &verifier).is_ok_and(|v| v.is_sound());
            (cpu_ns() - before) as f64 / acts as f64
        });
        let replay = pool.install(|| {
            let before = cpu_ns();
            sound &= office.verify_log(&verifier, None).is_ok_and(|v| v.is_sound());
            (cpu_ns() - before) as f64 / acts as f64
        });
        ensure!(sound, "the bench's log is not sound");
        ratios.push(bytes / hashing);
        bytes_ns.push(bytes);
        rates.push(1e6 / replay);
    }
    let rate = median(rates);
    let detail = format!("{acts} acts, {:.2} µs each", median(bytes_ns) / 1_000.0);
    let replayed = format!("{acts} acts, {:.2} µs each, read from SQLite", 1_000.0 / rate);
    Ok(vec![("G16a", median(ratios), detail), ("G16b", rate, replayed)])
}
