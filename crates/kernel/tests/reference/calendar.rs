//! The reference's own calendar: counts by walking, one day at a time.
//!
//! Takes the fixture table of published years; gives the five functions of a limit (due, ready,
//! rest, resume, latest before). No ranks, no formulas for dates: a table of dates is laid out by
//! walking from 1 January 1970, and every count is a loop over days.
//!
//! Not here: where a limit starts (`facts.rs`).

use std::collections::BTreeSet;

use kernel::{End, Length, RestUnit, Span, Term, Unit};

/// The last instants of a period, in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ends {
    pub nominal: i64,
    pub due: i64,
    pub safe: i64,
    pub provisional: bool,
}

/// The published working days and a table of dates.
#[derive(Clone)]
pub struct Naive {
    pub first: i64,
    pub last: i64,
    off: BTreeSet<i64>,
    worked: BTreeSet<i64>,
    /// Year, month and day of the month, from 1970-01-01 on.
    dates: Vec<(i64, i64, i64)>,
}

/// Seconds in a day.
pub const DAY: i64 = 86_400;

pub fn day_of(at: i64) -> i64 {
    at.div_euclid(DAY)
}

pub fn start_of(day: i64) -> i64 {
    day * DAY
}

pub fn end_of(day: i64) -> i64 {
    day * DAY + DAY - 1
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && year % 100 != 0 || year % 400 == 0 => 29,
        2 => 28,
        _ => 31,
    }
}

impl Naive {
    /// The calendar of the fixture up to and with this year.
    pub fn until(last_year: i64) -> Self {
        let mut dates = Vec::new();
        for year in 1970..2045 {
            for month in 1..=12 {
                for day in 1..=month_length(year, month) {
                    dates.push((year, month, day));
                }
            }
        }
        let mut it =
            Self { first: 0, last: 0, off: BTreeSet::new(), worked: BTreeSet::new(), dates };
        let years: Vec<_> =
            crate::fixtures::lines().into_iter().filter(|y| y.0 <= last_year).collect();
        for (year, off, worked) in &years {
            let find = |(m, d): &(i64, i64)| it.find(*year, *m, *d);
            let (off, worked): (Vec<i64>, Vec<i64>) =
                (off.iter().map(find).collect(), worked.iter().map(find).collect());
            it.off.extend(off);
            it.worked.extend(worked);
        }
        it.first = it.find(years[0].0, 1, 1);
        it.last = it.find(last_year, 12, 31);
        it
    }

    /// The day of a date.
    pub fn find(&self, year: i64, month: i64, day: i64) -> i64 {
        let from = ((year - 1970) * 365) as usize;
        let place = self.dates[from..].iter().position(|d| *d == (year, month, day));
        (from + place.expect("the date exists")) as i64
    }

    fn date(&self, day: i64) -> (i64, i64, i64) {
        self.dates[day as usize]
    }

    /// 1 January 1970 was a Thursday.
    pub fn works(&self, day: i64) -> bool {
        let weekend = matches!(day % 7, 2 | 3);
        (!weekend && !self.off.contains(&day)) || self.worked.contains(&day)
    }

    fn published(&self, day: i64) -> bool {
        self.first <= day && day <= self.last
    }

    fn step(&self, day: i64, n: i64, by: i64, working: bool) -> i64 {
        let (mut day, mut left) = (day, n);
        while left > 0 {
            day += by;
            if !working || self.works(day) {
                left -= 1;
            }
        }
        day
    }

    /// The same day of the month so many months on, or that month's last.
    fn months(&self, day: i64, n: i64) -> i64 {
        let (mut year, mut month, dom) = self.date(day);
        for _ in 0..n.abs() {
            month += n.signum();
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
            if month < 1 {
                (year, month) = (year - 1, 12);
            }
        }
        self.find(year, month, dom.min(month_length(year, month)))
    }

    /// Goes on from the day until the predicate holds.
    fn until_day(&self, mut day: i64, holds: impl Fn(i64) -> bool) -> i64 {
        while !holds(day) {
            day += 1;
        }
        day
    }

    fn last_of_month(&self, day: i64, months: &[i64]) -> bool {
        let (_, month, _) = self.date(day);
        months.contains(&month) && self.date(day + 1).1 != month
    }

    fn whole(&self, nominal: i64, roll: bool, from: i64) -> Ends {
        let (mut due, mut safe) = (nominal, nominal);
        if roll {
            while !self.works(due) {
                due += 1;
            }
            while !self.works(safe) {
                safe -= 1;
            }
            safe = safe.max(from.min(nominal));
        }
        Ends { nominal: end_of(nominal), due: end_of(due), safe: end_of(safe), provisional: false }
    }

    fn exact(at: i64) -> Ends {
        Ends { nominal: at, due: at, safe: at, provisional: false }
    }

    /// The last timely instants of a term counted from `at`. The day of `at` is not counted.
    pub fn due(&self, at: i64, term: &Term) -> Ends {
        let day = day_of(at);
        let mut ends = match term.length {
            Length::Span(Span { amount, unit }) => {
                let n = i64::from(amount);
                match unit {
                    Unit::Hour => {
                        let from = if term.full_hour { (at / 3600 + 1) * 3600 } else { at };
                        Self::exact(from + n * 3600)
                    }
                    Unit::WorkingDay => self.whole(self.step(day, n, 1, true), false, day),
                    Unit::Day => self.whole(self.step(day, n, 1, false), term.roll, day),
                    Unit::Month => self.whole(self.months(day, n), term.roll, day),
                    Unit::Year => self.whole(self.months(day, n * 12), term.roll, day),
                }
            }
            Length::Yearly(month, dom) => {
                let is = |d: i64| {
                    let (y, m, at) = self.date(d);
                    m == i64::from(month) && at == i64::from(dom).min(month_length(y, m))
                };
                let day_found = self.until_day(day, is);
                Ends { safe: end_of((day_found - 1).max(day)), ..self.whole(day_found, false, day) }
            }
            Length::MonthEnd => {
                let all: Vec<i64> = (1..=12).collect();
                let end = self.until_day(day, |d| self.last_of_month(d, &all));
                self.whole(end, term.roll, day)
            }
            Length::QuarterEnd => {
                let end = self.until_day(day, |d| self.last_of_month(d, &[3, 6, 9, 12]));
                self.whole(end, term.roll, day)
            }
        };
        ends.provisional = self.rests_on_the_unknown(&ends, term);
        ends
    }

    /// Only working days and roll-over ask the table; a fixed date and hours never do.
    fn rests_on_the_unknown(&self, ends: &Ends, term: &Term) -> bool {
        let counted = matches!(term.length, Length::Span(Span { unit: Unit::WorkingDay, .. }));
        let asks = counted || term.roll && !matches!(term.length, Length::Yearly(..));
        asks && !self.published(day_of(ends.due))
    }

    /// The first instant at which a waited-for act is allowed; whether that is provisional.
    pub fn ready(&self, at: i64, term: &Term, end: End) -> (i64, bool) {
        let hours = matches!(term.length, Length::Span(Span { unit: Unit::Hour, .. }));
        let ends = self.due(at, term);
        match (end, hours) {
            (End::Lapse, _) => (ends.due + 1, ends.provisional),
            (_, true) => (ends.nominal, false),
            (End::Ready, false) => (start_of(day_of(ends.nominal)).max(at), ends.provisional),
            (End::Full, false) => (start_of(day_of(ends.nominal) + 1), ends.provisional),
        }
    }

    /// The budget left when a clock towards `nominal` is stopped.
    pub fn rest(&self, at: i64, nominal: i64, unit: RestUnit) -> i64 {
        match unit {
            RestUnit::Seconds => (nominal - at).max(0),
            RestUnit::Days => (day_of(at)..day_of(nominal)).count() as i64,
            RestUnit::WorkingDays => {
                (day_of(at) + 1..=day_of(nominal)).filter(|d| self.works(*d)).count() as i64
            }
        }
    }

    /// The last instants when the clock runs again.
    pub fn resume(&self, at: i64, rest: i64, term: &Term) -> Ends {
        let day = day_of(at);
        let mut ends = match term.rest_unit() {
            RestUnit::Seconds => Self::exact(at + rest),
            RestUnit::Days => self.whole(self.step(day, rest, 1, false), term.roll, day),
            RestUnit::WorkingDays => self.whole(self.step(day, rest, 1, true), false, day),
        };
        ends.provisional = self.rests_on_the_unknown(&ends, term);
        ends
    }

    /// The last instant that leaves the term before the anchor.
    pub fn latest_before(&self, anchor: i64, term: &Term) -> (i64, bool) {
        let day = day_of(anchor);
        let Length::Span(Span { amount, unit }) = term.length else {
            return (end_of(day - 1), false);
        };
        let n = i64::from(amount);
        let back = match unit {
            Unit::Hour => return (anchor - n * 3600, false),
            Unit::WorkingDay => self.step(day, n, -1, true),
            Unit::Day => day - n,
            Unit::Month => self.months(day, -n),
            Unit::Year => self.months(day, -12 * n),
        }
        .min(day - 1);
        let unknown = !self.published(back) || !self.published(day - 1);
        (end_of(back), unit == Unit::WorkingDay && unknown)
    }
}
