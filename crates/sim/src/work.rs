//! How much is played: the streams of all plans at one scale, shared out over their ways.
//!
//! Takes plans, scale and seed; gives a [`Work`], from which every matter can be drawn by its
//! number alone. Counts are shared out by largest remainder, so that at scale 1 they are exactly
//! those of the plan.
//!
//! Next: `course.rs` draws one matter, `diary.rs` puts all in order of time.

use content::plan::{Amount, Part, Pattern, Plan, Share, Step, Stream, Way};
use content::{Library, Place};
use kernel::{Calendar, Instant};

use crate::apportion::apportion;
use crate::arrivals::Arrivals;
use crate::cast::Cast;
use crate::chance::{Chance, Shuffle};

/// The share of their counts that streams which scale are played with, in parts per million.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale(u64);

const MILLION: u64 = 1_000_000;

impl Scale {
    /// Every matter of the plan.
    pub const FULL: Self = Self(MILLION);

    /// The scale of a factor above 0 and up to 1; `None` for any other.
    pub fn of(factor: f64) -> Option<Self> {
        let millionths = factor * MILLION as f64;
        (factor <= 1.0 && millionths >= 1.0).then(|| Self(millionths.round() as u64))
    }

    /// As a factor.
    pub fn factor(self) -> f64 {
        self.0 as f64 / MILLION as f64
    }

    /// The count at this scale, rounded; a stream that has matters keeps at least one.
    fn take(self, count: u64) -> u64 {
        let scaled = (u128::from(count) * u128::from(self.0) + u128::from(MILLION / 2))
            / u128::from(MILLION);
        u64::try_from(scaled).expect("not more than the count").max(count.min(1))
    }
}

/// The work to be played.
pub struct Work<'a> {
    /// The plans.
    pub plans: &'a [Plan],
    /// At which scale.
    pub scale: Scale,
    /// From which seed.
    pub seed: u64,
    pub(crate) calendar: &'a Calendar,
    pub(crate) cast: Cast,
    pub(crate) streams: Vec<Flow<'a>>,
}

/// A stream at the scale that is played.
pub(crate) struct Flow<'a> {
    pub plan: &'a Plan,
    pub stream: &'a Stream,
    /// Where it stands in its plan.
    pub number: usize,
    /// How many matters.
    pub count: u64,
    pub ways: Vec<Route<'a>>,
    chance: Chance,
    /// Which place among the ways each matter takes.
    shuffle: Shuffle,
    /// Numbers of matters taken by earlier streams with the same pattern.
    offset: u64,
}

/// A way with how many matters go it.
pub(crate) struct Route<'a> {
    pub way: &'a Way,
    pub count: u64,
    /// For each step, flat: itself, where it stands, and in how many matters something happens to it.
    pub stops: Vec<Stop<'a>>,
    /// In how many matters each aside is gone, in order of the asides.
    pub asides: Vec<Chosen>,
}

/// A step on a way.
pub(crate) struct Stop<'a> {
    pub step: &'a Step,
    /// The aside it belongs to.
    pub aside: Option<usize>,
    pub late: Chosen,
    pub slip: Chosen,
}

/// Exactly so many matters of a way, or of an aside.
pub(crate) struct Chosen {
    pub count: u64,
    shuffle: Shuffle,
}

impl Chosen {
    /// The rank among them of the matter of this rank; `None` where it is not among them.
    pub fn rank(&self, rank: u64) -> Option<u64> {
        (self.count > 0).then(|| self.shuffle.place(rank)).filter(|place| *place < self.count)
    }

    /// Whether the matter of this rank is among them.
    pub fn has(&self, rank: u64) -> bool {
        self.rank(rank).is_some()
    }
}

impl Route<'_> {
    /// The rank of a matter among those who come by the stop; `None` where it does not.
    pub fn rank_at(&self, stop: &Stop, rank: u64) -> Option<u64> {
        match stop.aside {
            Some(aside) => self.asides[aside].rank(rank),
            None => Some(rank),
        }
    }
}

/// One matter: its stream and its number there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Matter {
    pub flow: u32,
    pub index: u32,
}

impl Matter {
    /// A number no other matter has.
    pub fn number(self) -> u64 {
        u64::from(self.flow) << 32 | u64::from(self.index)
    }
}

impl<'a> Work<'a> {
    /// The plans at a scale, from a seed, at a place.
    pub fn new(
        plans: &'a [Plan],
        library: &'a Library,
        place: Option<&Place>,
        scale: Scale,
        seed: u64,
    ) -> Self {
        let chance = Chance::seeded(seed);
        let mut streams: Vec<Flow> = Vec::new();
        for plan in plans {
            let of_plan = chance.of(1).of(plan.year as u64);
            for (number, stream) in plan.streams.iter().enumerate() {
                let before = streams
                    .iter()
                    .filter(|f| f.plan.year == plan.year && f.stream.matter == stream.matter);
                let offset = before.map(|f| f.count).sum();
                let chance = of_plan.of(number as u64);
                streams.push(Flow::new(plan, stream, number, offset, scale, chance));
            }
        }
        let cast = Cast::new(plans, place, chance.of(2));
        Self { plans, scale, seed, calendar: &library.calendar, cast, streams }
    }

    /// How many matters.
    pub fn matters(&self) -> u64 {
        self.streams.iter().map(|f| f.count).sum()
    }
}

impl<'a> Flow<'a> {
    fn new(
        plan: &'a Plan,
        stream: &'a Stream,
        number: usize,
        offset: u64,
        scale: Scale,
        chance: Chance,
    ) -> Self {
        let scale = if stream.scales { scale } else { Scale::FULL };
        let count = scale.take(stream.count);
        let counts = share_out(stream, count);
        let ways = stream.ways.iter().zip(counts).enumerate();
        let route = |(i, (way, count))| Route::new(way, count, scale, chance.of(2).of(i as u64));
        Self {
            plan,
            stream,
            number,
            count,
            ways: ways.map(route).collect(),
            chance,
            shuffle: Shuffle::new(count, chance.of(0)),
            offset,
        }
    }

    /// When its matters begin, in order.
    pub fn arrivals(&self, calendar: &Calendar) -> Arrivals<'a> {
        Arrivals::new(self.stream, self.count, calendar, self.chance.of(1))
    }

    /// The way a matter goes, and its rank among those who go it.
    pub fn way_of(&self, index: u32) -> (usize, u64) {
        let mut rank = self.shuffle.place(u64::from(index));
        for (at, route) in self.ways.iter().enumerate() {
            match rank.checked_sub(route.count) {
                Some(rest) => rank = rest,
                None => return (at, rank),
            }
        }
        unreachable!("the ways add up to the stream: the plan was read")
    }

    /// The branch of chance of one matter.
    pub fn chance(&self, index: u32) -> Chance {
        self.chance.of(3).of(u64::from(index))
    }

    /// A pattern of its plan, for one matter.
    pub fn write(&self, pattern: &Pattern, index: u32) -> String {
        pattern.write(self.plan.year, self.offset + u64::from(index) + 1)
    }

    /// What the matter is called.
    pub fn name(&self, index: u32) -> String {
        self.write(&self.stream.matter, index)
    }
}

/// How many matters go each way: exact counts first, what is left by weight.
fn share_out(stream: &Stream, count: u64) -> Vec<u64> {
    let side = |exact: bool| {
        let of = move |way: &Way| match way.amount {
            Amount::Exact(n) if exact => n,
            Amount::Weight(n) if !exact => n,
            _ => 0,
        };
        stream.ways.iter().map(of).collect::<Vec<u64>>()
    };
    let (exact, weights) = (side(true), side(false));
    let stated: u64 = exact.iter().sum();
    let parts = apportion(count, &[stated, stream.count - stated]);
    let (exact, rest) = (apportion(parts[0], &exact), apportion(parts[1], &weights));
    exact.into_iter().zip(rest).map(|(a, b)| a + b).collect()
}

impl<'a> Route<'a> {
    fn new(way: &'a Way, count: u64, scale: Scale, chance: Chance) -> Self {
        let mut route = Self { way, count, stops: Vec::new(), asides: Vec::new() };
        for part in &way.parts {
            match part {
                Part::Step(step) => route.stop(step, None, scale, chance),
                Part::Aside { share, steps, .. } => {
                    let aside = route.asides.len();
                    let chosen = chosen(Some(*share), count, scale, chance.of(aside as u64));
                    route.asides.push(chosen);
                    steps.iter().for_each(|s| route.stop(s, Some(aside), scale, chance));
                }
            }
        }
        route
    }

    fn stop(&mut self, step: &'a Step, aside: Option<usize>, scale: Scale, chance: Chance) {
        let chance = chance.of(1 << 32).of(self.stops.len() as u64);
        let of = aside.map_or(self.count, |aside| self.asides[aside].count);
        let late = step.late.as_ref().map(|(share, _)| *share);
        let slip = step.slip.as_ref().map(|s| s.share);
        self.stops.push(Stop {
            step,
            aside,
            late: chosen(late, of, scale, chance.of(0)),
            slip: chosen(slip, of, scale, chance.of(1)),
        });
    }
}

fn chosen(share: Option<Share>, of: u64, scale: Scale, chance: Chance) -> Chosen {
    let count = match share {
        None => 0,
        Some(Share::Exact(n)) => scale.take(n).min(of),
        Some(Share::PerMille(n)) => (of * n + 500) / 1000,
    };
    Chosen { count, shuffle: Shuffle::new(of, chance) }
}

/// Where an act of a matter lies in time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Move {
    pub at: Instant,
    pub matter: Matter,
    /// Its place in the matter.
    pub ordinal: u16,
    /// The step, flat, of the matter's way.
    pub stop: u16,
    pub kind: Kind,
}

/// What is done at a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    /// The act, as it should be.
    Act,
    /// The act with wrong fields, which a correction puts right.
    Wrong,
    /// The act that should not have been entered, which a correction annuls.
    Mistaken,
    /// An act the law refuses.
    Attempt,
    /// The correction.
    Correction,
}
