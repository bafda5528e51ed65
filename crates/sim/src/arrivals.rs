//! When the matters of a stream begin: so many on each day, exactly, by season and kind of day.
//!
//! Takes a stream of the plan, its count and the calendar; gives the moments one day at a time, in
//! order, so that a million of them need no memory.

use content::plan::Stream;
use kernel::{Calendar, Day, Instant};

use crate::apportion::spread;
use crate::chance::Chance;

/// The moments at which the matters of one stream begin.
pub struct Arrivals<'a> {
    stream: &'a Stream,
    chance: Chance,
    /// How many on each day of the window.
    days: Vec<u64>,
    next_day: usize,
    /// Of the present day, the latest first.
    today: Vec<Instant>,
}

/// Branch of chance of the day on which the first matter falls; the days have the numbers before it.
const FIRST: u64 = 1 << 32;

/// The weight of each day of the window.
pub fn weights(stream: &Stream, calendar: &Calendar) -> Vec<u64> {
    let weight = |day: Day| {
        let season = &stream.season;
        let (_, month, _) = day.date();
        let kind = if calendar.is_working(day) { season.working } else { season.rest };
        u64::from(season.months[month as usize - 1]) * u64::from(kind)
    };
    (stream.from.0..=stream.until.0).map(|day| weight(Day(day))).collect()
}

impl<'a> Arrivals<'a> {
    /// Those of a stream, by its own branch of chance.
    pub fn new(stream: &'a Stream, count: u64, calendar: &Calendar, chance: Chance) -> Self {
        let days = spread(count, &weights(stream, calendar), chance.of(FIRST).below(1 << 32));
        Self { stream, chance, days, next_day: 0, today: Vec::new() }
    }

    fn begin_day(&mut self, count: u64) {
        let day = self.stream.from.plus(self.next_day as i32);
        let chance = self.chance.of(self.next_day as u64);
        let (from, until) = (self.stream.hours.from * 60, self.stream.hours.until * 60);
        let moment = |i: u64| {
            let second = u64::from(from) + chance.of(i).below(u64::from(until - from));
            day.start().plus_seconds(second as i64)
        };
        self.today = (0..count).map(moment).collect();
        self.today.sort_unstable_by(|a, b| b.cmp(a));
    }
}

impl Iterator for Arrivals<'_> {
    type Item = Instant;

    fn next(&mut self) -> Option<Instant> {
        while self.today.is_empty() {
            let count = *self.days.get(self.next_day)?;
            self.begin_day(count);
            self.next_day += 1;
        }
        self.today.pop()
    }
}
