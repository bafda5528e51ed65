//! G23: very many duties fall due in one second; the sweeper tells them all while people go on acting.
//!
//! The walk's case stands as often as asked for, up to the act that leaves its first duty with a
//! limit. Then the second after that limit comes. Clients open matters one act per commit, first alone,
//! then beside the sweeper: the ratio is of the slowest hundredth of their acts. A duty lost or told
//! twice is no ratio but an error. Wall time, because waiting is what is asked about.
//!
//! Not here: what a sweep does (`crates/office/src/sweep.rs`).

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, ensure};
use kernel::Instant;
use office::{Office, Request, Stopwatch, Swept, VirtualClock};
use store::Duties;

use crate::bench::Found;
use crate::bench::walk::Walk;
use crate::cli::Common;
use crate::world::{World, instant};

/// Clients, and matters each of them opens at most, alone and beside the sweeper.
const CLIENTS: u64 = 4;
const MATTERS: u64 = 500;
/// Acts in a group while the matters are made.
const GROUP: usize = 2_500;
/// Matters made at a time.
const BATCH: u64 = 5_000;

/// Measures the goal with so many duties.
pub fn measure(common: &Common, duties: u64) -> anyhow::Result<Found> {
    let dir = std::env::temp_dir().join(format!("fadu-bench-{}", office::new_name()));
    fs::create_dir_all(&dir)?;
    let found = measure_in(common, duties, &dir);
    let _ = fs::remove_dir_all(&dir);
    found
}

fn measure_in(common: &Common, duties: u64, dir: &Path) -> anyhow::Result<Found> {
    let url = format!("sqlite://{}", dir.join("product.sqlite").display());
    let clock = Arc::new(VirtualClock::at(instant("2025-01-02 09:00")?));
    let office = World::at(common, &url, None, clock.clone())?.office;
    let walk = Walk::read(common)?;
    let (acts, due) = up_to_a_duty(&office, &walk)?;
    for from in (1..duties).step_by(BATCH as usize) {
        let requests = walk.requests(from, BATCH.min(duties - from));
        let begun = requests.len() * acts / walk.len();
        for group in requests[..begun].chunks(GROUP) {
            office.perform_all(group)?.into_iter().try_for_each(|answer| answer.map(drop))?;
        }
    }
    let now = due.plus_seconds(1);
    clock.set(now);
    let matters = MATTERS.min(duties / CLIENTS).max(1);
    let people = People { office: &office, walk: &walk, acts, matters };
    let mut alone = people.act(duties)?;
    let (mut beside, swept, seconds) = thread::scope(|scope| {
        let sweeper = scope.spawn(|| {
            let watch = Stopwatch::start();
            office.sweep(now).map(|swept| (swept, watch.seconds()))
        });
        let beside = people.act(duties + CLIENTS * matters)?;
        let (swept, seconds) = sweeper.join().expect("the sweeper does not panic")?;
        anyhow::Ok((beside, swept, seconds))
    })?;
    all_told_once(&office, duties, now, swept)?;
    let (before, with) = (slowest_hundredth(&mut alone), slowest_hundredth(&mut beside));
    let detail = format!(
        "{duties} duties, {} records in {seconds:.1} s; an act {:.2} ms alone, {:.2} ms beside, \
         of {CLIENTS} clients",
        swept.records,
        before * 1e3,
        with * 1e3
    );
    Ok(("G23", with / before, detail))
}

/// How many acts of the walk it takes until something is due, and until when it then is.
fn up_to_a_duty(office: &Office, walk: &Walk) -> anyhow::Result<(usize, Instant)> {
    for (acts, request) in (1..).zip(walk.requests(0, 1)) {
        let done = office.perform(&request)?;
        if done.owed.iter().any(|duty| duty.due.is_some()) {
            let district = office.law.district;
            let first = office.store.due(district, i64::MAX, 1)?;
            let due = first.first().and_then(|open| open.duty.clock.due());
            return Ok((acts, Instant(due.context("a duty with a day has an instant")?)));
        }
    }
    anyhow::bail!("nothing was measured: no act of the walk leaves a duty with a limit")
}

/// Clients at their desks.
struct People<'a> {
    office: &'a Office,
    walk: &'a Walk,
    acts: usize,
    /// Matters each client opens.
    matters: u64,
}

impl People<'_> {
    /// Seconds each act of all clients took; their matters have numbers from here on.
    fn act(&self, from: u64) -> anyhow::Result<Vec<f64>> {
        let each = |client: u64| self.client(from + client * self.matters);
        thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS).map(|c| scope.spawn(move || each(c))).collect();
            let mut all = Vec::new();
            for client in clients {
                all.extend(client.join().expect("a client does not panic")?);
            }
            Ok(all)
        })
    }

    fn client(&self, from: u64) -> anyhow::Result<Vec<f64>> {
        let mut took = Vec::new();
        for matter in from..from + self.matters {
            for request in self.walk.requests(matter, 1).into_iter().take(self.acts) {
                let now = Request { performed_at: None, ..request };
                let watch = Stopwatch::start();
                self.office.perform(&now)?;
                took.push(watch.seconds());
            }
        }
        Ok(took)
    }
}

fn slowest_hundredth(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() * 99 / 100]
}

/// Every duty of that second was told by this sweep, once: no alarm rings any more, and there are as
/// many breaches as duties.
fn all_told_once(office: &Office, duties: u64, now: Instant, swept: Swept) -> anyhow::Result<()> {
    let district = office.law.district;
    let breaches = office.store.counters(district)?.into_iter();
    let told = breaches.filter(|c| c.figure.contains(&format!("/{}/", office::BREACH)));
    let told: i64 = told.map(|c| c.value).sum();
    ensure!(
        swept.matters == duties && i64::try_from(duties) == Ok(told),
        "of {duties} duties {told} were told, in {} matters",
        swept.matters
    );
    let mut seen = (i64::MIN, 0);
    loop {
        let page = office.store.alarms(district, now.0, seen, 1_000)?;
        let Some((_, key, duties)) = page.last() else { return Ok(()) };
        seen = (duties.wake(), *key);
        let rings = |duties: &Duties| duties.rings_before(now.0);
        ensure!(!page.iter().any(|(.., d)| rings(d)), "an alarm still rings after the sweep");
    }
}
