//! Whether a work can be played, found out before anything is written.
//!
//! First what the counts imply: matters must fall on days, and the balances of the plans must hold.
//! Then each way is played on a store in memory: some matters spread over the year, and for every
//! aside, lateness and slip the first matters that have it.
//!
//! That the parts of a stream add up is found when the plan is read (`content/src/plan/read.rs`).

use std::sync::Arc;

use content::plan::{Balance, Plan};
use office::{Lang, Law, Office, VirtualClock, Wording};
use store::MemoryStore;

use crate::arrivals::weights;
use crate::course::course;
use crate::fault::{SimError, Words};
use crate::form::Forms;
use crate::play::Player;
use crate::tally::Tally;
use crate::turn::Turn;
use crate::work::{Chosen, Flow, Kind, Matter, Move, Work};

/// Matters of a way that are tried, spread over the year.
const SPREAD: u64 = 8;
/// Matters that are tried for each thing that may happen on a way.
const EACH: u32 = 2;

/// Refuses what cannot be, naming the relation it breaks.
pub fn rehearse(work: &Work, tally: &Tally, law: &Law, lang: Lang) -> Result<(), SimError> {
    let words = Words::new(lang);
    let mut broken: Vec<String> =
        work.streams.iter().filter_map(|flow| dayless(work, flow, &words)).collect();
    for plan in work.plans {
        broken.extend(plan.balances.iter().filter_map(|b| unbalanced(plan, b, tally, &words)));
    }
    if !broken.is_empty() {
        return Err(SimError::Impossible(broken));
    }
    try_ways(work, law, lang)
}

fn dayless(work: &Work, flow: &Flow, words: &Words) -> Option<String> {
    let stream = flow.stream;
    if flow.count == 0 || weights(stream, work.calendar).iter().any(|w| *w > 0) {
        return None;
    }
    let facts = [
        ("place", stream.position.to_string()),
        ("stream", stream.name.clone()),
        ("season", stream.season.name.clone()),
        ("from", stream.from.to_string()),
        ("until", stream.until.to_string()),
        ("count", flow.count.to_string()),
    ];
    Some(words.say("window", &facts.each_ref().map(|(name, fact)| (*name, fact.as_str()))))
}

fn unbalanced(plan: &Plan, balance: &Balance, tally: &Tally, words: &Words) -> Option<String> {
    let side = |acts: &[String]| tally.sum(&balance.family, acts, plan.year);
    let carried = match balance.carried_in {
        true => tally.carried_in(&balance.family, plan.year),
        false => 0,
    };
    let (left, right) = (side(&balance.fewer), side(&balance.more) + carried);
    let facts = [
        ("place", balance.position.to_string()),
        ("id", balance.id.clone()),
        ("title", balance.title.clone()),
        ("fewer", balance.fewer.join(" + ")),
        ("more", balance.more.join(" + ")),
        ("year", plan.year.to_string()),
        ("left", left.to_string()),
        ("right", right.to_string()),
    ];
    let facts = facts.each_ref().map(|(name, fact)| (*name, fact.as_str()));
    (left > right).then(|| words.say("balance", &facts))
}

fn try_ways(work: &Work, law: &Law, lang: Lang) -> Result<(), SimError> {
    let place = law.place().map_or("", |p| p.code.as_str());
    let law = Law::new(law.library.clone(), place);
    let clock = Arc::new(VirtualClock::at(kernel::Instant(0)));
    let store = Arc::new(MemoryStore::new());
    let office = Office::new(law, store, clock.clone(), None, Wording::new(lang));
    let mut player = Player::new(work, &office, &clock).rehearsing();
    let forms = Forms::new(work, &Words::new(lang));
    for (number, flow) in work.streams.iter().enumerate() {
        let mut sample = Sample::of(flow);
        let mut moves = Vec::new();
        for (index, begins) in flow.arrivals(work.calendar).enumerate() {
            if sample.is_complete() {
                break;
            }
            if sample.wants(index as u32) {
                let matter = Matter { flow: number as u32, index: index as u32 };
                course(work, matter, begins, &mut moves);
                alone(&mut player, &forms, &moves)?;
            }
        }
    }
    Ok(())
}

/// Plays one matter, each act on its own.
fn alone(player: &mut Player, forms: &Forms, moves: &[Move]) -> Result<(), SimError> {
    moves.iter().try_for_each(|m| {
        player.take(match m.kind {
            Kind::Correction => Turn::Correction(*m),
            _ => Turn::Acts { moves: vec![*m], requests: vec![forms.request(m)] },
        })
    })
}

/// Which matters of a stream are tried.
struct Sample<'a> {
    flow: &'a Flow<'a>,
    /// Per way: what can still be seen of it.
    ways: Vec<OfWay>,
}

struct OfWay {
    /// Matters still to be tried for themselves; their ranks apart.
    spread: u64,
    apart: u64,
    /// Per aside, then per lateness and slip of each step: how often still to be tried.
    features: Vec<u32>,
}

impl<'a> Sample<'a> {
    fn of(flow: &'a Flow<'a>) -> Self {
        let each = |count: u64| u32::try_from(count.min(u64::from(EACH))).unwrap_or(EACH);
        let ways = flow.ways.iter().map(|route| {
            let asides = route.asides.iter().map(|a| each(a.count));
            let steps = route.stops.iter().flat_map(|s| [each(s.late.count), each(s.slip.count)]);
            let spread = route.count.min(SPREAD);
            let features = asides.chain(steps).collect();
            OfWay { spread, apart: route.count / spread.max(1), features }
        });
        Self { flow, ways: ways.collect() }
    }

    fn is_complete(&self) -> bool {
        let done = |way: &OfWay| way.spread == 0 && way.features.iter().all(|left| *left == 0);
        self.ways.iter().all(done)
    }

    /// Whether the matter shows something still to be tried; takes it for tried.
    fn wants(&mut self, index: u32) -> bool {
        let (at, rank) = self.flow.way_of(index);
        let (route, way) = (&self.flow.ways[at], &mut self.ways[at]);
        let asides = route.asides.iter().map(|a| a.has(rank));
        let steps = route.stops.iter().flat_map(|s| {
            let here = |chosen: &Chosen| route.rank_at(s, rank).is_some_and(|r| chosen.has(r));
            [here(&s.late), here(&s.slip)]
        });
        let mut wanted = false;
        for (left, shown) in way.features.iter_mut().zip(asides.chain(steps)) {
            if shown && *left > 0 {
                *left -= 1;
                wanted = true;
            }
        }
        if rank.is_multiple_of(way.apart) && way.spread > 0 {
            way.spread -= 1;
            wanted = true;
        }
        wanted
    }
}
