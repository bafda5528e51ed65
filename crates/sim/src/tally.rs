//! What a work amounts to before it is played: how often each act will be done, by year.
//!
//! For progress, for the balances of a plan, and for tests to compare with. No figure is taken from
//! here: figures are counted from sealed acts.

use std::collections::BTreeMap;

use kernel::Instant;
use serde::Serialize;

use crate::course::course;
use crate::work::{Flow, Kind, Matter, Move, Work};

/// Counts of a work.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Tally {
    /// Matters.
    pub matters: u64,
    /// Moves of all kinds.
    pub moves: u64,
    /// Acts that stand after corrections, by procedure, act and year.
    pub acts: Vec<Count>,
    /// Matters that begin before a year and have an act in it, by procedure and year.
    #[serde(skip)]
    carried_in: BTreeMap<(String, i32), u64>,
}

/// How often an act is done in a year.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Count {
    /// The procedure family.
    pub procedure: String,
    /// The act.
    pub act: String,
    /// The year in which it is performed.
    pub year: i32,
    /// How often.
    pub count: u64,
}

/// Counts a work, up to a moment.
pub fn tally(work: &Work, until: Option<Instant>) -> Tally {
    let mut tally = Tally::default();
    let mut acts = BTreeMap::new();
    for (number, flow) in work.streams.iter().enumerate() {
        let mut counted = OfFlow::new(flow);
        let mut moves = Vec::new();
        for (index, begins) in flow.arrivals(work.calendar).enumerate() {
            let matter = Matter { flow: number as u32, index: index as u32 };
            course(work, matter, begins, &mut moves);
            moves.retain(|m| until.is_none_or(|until| m.at <= until));
            tally.matters += u64::from(!moves.is_empty());
            tally.moves += moves.len() as u64;
            counted.add(matter.index, &moves, &mut tally.carried_in);
        }
        counted.gather(&mut acts);
    }
    let count = |((procedure, act, year), count)| Count { procedure, act, year, count };
    tally.acts = acts.into_iter().map(count).collect();
    tally
}

impl Tally {
    /// How often some acts are done in a year.
    pub fn sum(&self, procedure: &str, acts: &[String], year: i32) -> u64 {
        let mine = |c: &&Count| c.procedure == procedure && c.year == year && acts.contains(&c.act);
        self.acts.iter().filter(mine).map(|c| c.count).sum()
    }

    /// Matters carried into a year.
    pub fn carried_in(&self, procedure: &str, year: i32) -> u64 {
        self.carried_in.get(&(procedure.to_owned(), year)).copied().unwrap_or(0)
    }
}

/// Counts of one stream: by way and step, and by years after that of the plan.
struct OfFlow<'a> {
    flow: &'a Flow<'a>,
    counts: Vec<Vec<Vec<u64>>>,
}

impl<'a> OfFlow<'a> {
    fn new(flow: &'a Flow<'a>) -> Self {
        let counts = flow.ways.iter().map(|r| vec![Vec::new(); r.stops.len()]).collect();
        Self { flow, counts }
    }

    fn add(&mut self, index: u32, moves: &[Move], carried_in: &mut BTreeMap<(String, i32), u64>) {
        let (way, _) = self.flow.way_of(index);
        let year = |m: &Move| m.at.day().date().0;
        for m in moves.iter().filter(|m| matches!(m.kind, Kind::Act | Kind::Wrong)) {
            let after = (year(m) - self.flow.plan.year) as usize;
            let counts = &mut self.counts[way][usize::from(m.stop)];
            if counts.len() <= after {
                counts.resize(after + 1, 0);
            }
            counts[after] += 1;
        }
        let begun = self.flow.plan.year;
        for later in begun + 1..=moves.last().map_or(begun, year) {
            *carried_in.entry((self.flow.stream.family.clone(), later)).or_default() += 1;
        }
    }

    fn gather(&self, into: &mut BTreeMap<(String, String, i32), u64>) {
        for (route, of_way) in self.flow.ways.iter().zip(&self.counts) {
            for (stop, by_year) in route.stops.iter().zip(of_way) {
                for (after, count) in by_year.iter().enumerate().filter(|(_, c)| **c > 0) {
                    let family = self.flow.stream.family.clone();
                    let year = self.flow.plan.year + after as i32;
                    *into.entry((family, stop.step.act.clone(), year)).or_default() += count;
                }
            }
        }
    }
}
