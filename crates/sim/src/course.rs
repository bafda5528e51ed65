//! When the acts of one matter are: its way from the first act to the last, with what happens on it.
//!
//! Takes a matter and the moment it begins; gives its moves in order of time. Nothing here asks the
//! office: whether the law lets it go this way is found out by asking.

use content::plan::{Pace, PaceUnit};
use kernel::{Calendar, Instant};

use crate::chance::Chance;
use crate::work::{Flow, Kind, Matter, Move, Stop, Work};

/// Acts of one matter are at least this many seconds apart.
const GAP: i64 = 60;
/// How long after the act before where the plan states nothing, at most.
const SOON: u64 = 300;

/// Branches of chance of a step.
const AMOUNT: u64 = 0;
const HOUR: u64 = 1;
const CORRECTED: u64 = 2;
/// Branch of chance of its fields.
pub(crate) const FIELDS: u64 = 3;

/// The moves of one matter.
pub(crate) fn course(work: &Work, matter: Matter, begins: Instant, into: &mut Vec<Move>) {
    let flow = &work.streams[matter.flow as usize];
    let (way, rank) = flow.way_of(matter.index);
    let route = &flow.ways[way];
    let time = Time { calendar: work.calendar, flow };
    let (mut at, mut ordinal) = (begins, 0);
    into.clear();
    for (number, stop) in route.stops.iter().enumerate() {
        let Some(rank) = route.rank_at(stop, rank) else { continue };
        let chance = flow.chance(matter.index).of(number as u64);
        if ordinal > 0 {
            at = time.next(at, stop, rank, chance);
        }
        let kind = kind(stop, rank);
        let mut put = |at, kind| {
            into.push(Move { at, matter, ordinal, stop: number as u16, kind });
            ordinal += 1;
        };
        put(at, kind);
        if matches!(kind, Kind::Wrong | Kind::Mistaken) {
            let pace = stop.step.slip.as_ref().expect("a step that slips says how").pace;
            put(time.after(at, pace, chance.of(CORRECTED)), Kind::Correction);
        }
    }
    into.sort_unstable();
}

fn kind(stop: &Stop, rank: u64) -> Kind {
    match &stop.step.slip {
        _ if stop.step.attempt => Kind::Attempt,
        Some(slip) if stop.slip.has(rank) => match slip.annul {
            true => Kind::Mistaken,
            false => Kind::Wrong,
        },
        _ => Kind::Act,
    }
}

/// Counts on from one act to the next.
struct Time<'a> {
    calendar: &'a Calendar,
    flow: &'a Flow<'a>,
}

impl Time<'_> {
    fn next(&self, at: Instant, stop: &Stop, rank: u64, chance: Chance) -> Instant {
        let pace = match &stop.step.late {
            Some((_, late)) if stop.late.has(rank) => Some(*late),
            _ => stop.step.pace,
        };
        match pace {
            Some(pace) => self.after(at, pace, chance),
            None => at.plus_seconds(GAP + chance.of(AMOUNT).below(SOON) as i64),
        }
    }

    /// A moment so long after another, and always later than it.
    fn after(&self, at: Instant, pace: Pace, chance: Chance) -> Instant {
        let amount =
            |least: u32, most: u32| chance.of(AMOUNT).between(u64::from(least), u64::from(most));
        match pace.unit {
            PaceUnit::Minute => {
                let seconds = amount(pace.least * 60, pace.most * 60) as i64;
                at.plus_seconds(seconds.max(GAP))
            }
            PaceUnit::Day => {
                let days = amount(pace.least, pace.most) as i32;
                let later = at.day().plus(days).start();
                self.in_office(at, later, chance, |day| day.plus(1))
            }
            PaceUnit::WorkingDay => {
                let days = amount(pace.least, pace.most) as u32;
                let day = match days {
                    0 => self.calendar.rolled(at.day()),
                    n => self.calendar.working_after(at.day(), n),
                };
                self.in_office(at, day.start(), chance, |day| self.calendar.working_after(day, 1))
            }
        }
    }

    /// Within the hours of the office on that day; on the day after where they are over by then.
    fn in_office(
        &self,
        after: Instant,
        day: Instant,
        chance: Chance,
        next: impl Fn(kernel::Day) -> kernel::Day,
    ) -> Instant {
        let office = self.flow.plan.office;
        let mut day = day.day();
        loop {
            let (opens, closes) = (i64::from(office.from) * 60, i64::from(office.until) * 60);
            let from = day.start().plus_seconds(opens).max(after.plus_seconds(GAP));
            let until = day.start().plus_seconds(closes);
            if from < until {
                let second = chance.of(HOUR).below((until.0 - from.0) as u64);
                return from.plus_seconds(second as i64);
            }
            day = next(day);
        }
    }
}
