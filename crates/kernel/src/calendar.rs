//! The statutory calendar: which days are working days, and the five functions limits are made of.
//!
//! `due`, `ready`, `rest`, `resume` and `latest_before` are different functions of one amount:
//! "within 7 days" ends at the end of day 7, "not before 7 days have run" begins on day 7 or 8,
//! and counting back disagrees with counting forward whenever an end is a rest day.
//! The starting day is never counted. Beyond the published years Monday to Friday is assumed and
//! every answer that rests on such a day is marked provisional.
//!
//! Not here: where a limit starts (`resolve.rs`), and why a day was skipped (`working.rs`).

use serde::{Deserialize, Serialize};

use crate::limit::{End, Length, RestUnit, Span, Term, Unit};
use crate::time::{Day, Instant, days_in_month};

/// One published year: what differs from Monday-to-Friday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Year {
    /// The year.
    pub year: i32,
    /// Mondays to Fridays that are rest days.
    pub off: Vec<Day>,
    /// Saturdays and Sundays that are worked.
    pub worked: Vec<Day>,
}

/// Why a table of years is no calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarError {
    /// No year at all.
    Empty,
    /// The years do not follow one another without a gap.
    Gap {
        /// The missing year.
        missing: i32,
    },
    /// The day is not in its year, or is already what the table would make it.
    Misplaced {
        /// The year whose table is wrong.
        year: i32,
        /// The day.
        day: Day,
    },
}

impl std::fmt::Display for CalendarError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Empty => {
                write!(f, "no calendar was made: the table holds no year; give at least one")
            }
            Self::Gap { missing } => {
                write!(
                    f,
                    "no calendar was made: year {missing} is missing between others; add its table"
                )
            }
            Self::Misplaced { year, day } => write!(
                f,
                "no calendar was made: {day} in the table of {year} is in another year, given twice, \
                 or already a day of that kind; correct or remove it"
            ),
        }
    }
}

impl std::error::Error for CalendarError {}

/// The days on which an act is timely, by the three readings a handler needs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Due {
    /// The last instant before roll-over; rest, resumption and extension count from it.
    pub nominal: Instant,
    /// The last timely instant.
    pub due: Instant,
    /// The last undisputed instant: before roll-over, before a fixed date itself.
    pub safe: Instant,
    /// Rests on a day of a year not yet published.
    pub provisional: bool,
}

/// A versioned table of working days.
#[derive(Clone, PartialEq, Eq)]
pub struct Calendar {
    version: u64,
    first: Day,
    /// Per day from `first`: how many working days lie in `first .. day`; one entry more than days.
    rank: Vec<u32>,
    /// The working days in order.
    working: Vec<Day>,
}

impl std::fmt::Debug for Calendar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Calendar {{ version: {}, {}..={} }}", self.version, self.first, self.last())
    }
}

impl Calendar {
    /// Builds the calendar of consecutive published years. `version` is kept with every duty.
    pub fn new(version: u64, years: &[Year]) -> Result<Self, CalendarError> {
        let mut years: Vec<&Year> = years.iter().collect();
        years.sort_by_key(|y| y.year);
        let first_year = years.first().ok_or(CalendarError::Empty)?.year;
        let first = Day::from_date(first_year, 1, 1).expect("1 January exists in every year");
        let (mut rank, mut working) = (vec![0], Vec::new());
        for (expected, year) in (first_year..).zip(years) {
            if year.year != expected {
                return Err(CalendarError::Gap { missing: expected });
            }
            check_year(year)?;
            let start = Day::from_date(expected, 1, 1).expect("1 January exists in every year");
            let end = Day::from_date(expected, 12, 31).expect("31 December exists in every year");
            for day in (start.0..=end.0).map(Day) {
                let usual = day.weekday() < 5;
                if if usual { !year.off.contains(&day) } else { year.worked.contains(&day) } {
                    working.push(day);
                }
                rank.push(working.len() as u32);
            }
        }
        Ok(Self { version, first, rank, working })
    }

    /// The version given at creation.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The last published day.
    #[inline]
    pub fn last(&self) -> Day {
        self.first.plus(self.rank.len() as i32 - 2)
    }

    /// Whether the year of the day has been published.
    #[inline]
    pub fn is_published(&self, day: Day) -> bool {
        day >= self.first && day <= self.last()
    }

    /// Whether the day is worked; Monday to Friday where it is not published.
    #[inline]
    pub fn is_working(&self, day: Day) -> bool {
        match self.offset(day) {
            Some(i) => self.rank[i + 1] != self.rank[i],
            None => day.weekday() < 5,
        }
    }

    /// The day itself if it is worked, else the next one that is.
    #[inline]
    pub fn rolled(&self, day: Day) -> Day {
        if self.is_working(day) { day } else { self.working_after(day, 1) }
    }

    /// The n-th working day after the day (the day itself for n = 0).
    #[inline]
    pub fn working_after(&self, day: Day, n: u32) -> Day {
        if n == 0 {
            return day;
        }
        if let Some(i) = self.offset(day)
            && let Some(found) = self.working.get((self.rank[i + 1] + n) as usize - 1)
        {
            return *found;
        }
        self.walk(day, n, 1)
    }

    /// The n-th working day before the day (the day itself for n = 0).
    pub fn working_before(&self, day: Day, n: u32) -> Day {
        if n == 0 {
            return day;
        }
        if let Some(i) = self.offset(day)
            && let Some(found) = self.rank[i].checked_sub(n)
        {
            return self.working[found as usize];
        }
        self.walk(day, n, -1)
    }

    /// How many working days d there are with `from < d <= to`; 0 where `to` is not after `from`.
    pub fn working_between(&self, from: Day, to: Day) -> u32 {
        if to <= from {
            return 0;
        }
        match (self.offset(from), self.offset(to)) {
            (Some(a), Some(b)) => self.rank[b + 1] - self.rank[a + 1],
            _ => (from.0 + 1..=to.0).filter(|d| self.is_working(Day(*d))).count() as u32,
        }
    }

    /// The last instant at which an act is still timely, counted from `at`.
    #[inline]
    pub fn due(&self, at: Instant, term: &Term) -> Due {
        let day = at.day();
        let nominal = match term.length {
            Length::Span(Span { amount, unit: Unit::WorkingDay }) => {
                self.working_after(day, amount)
            }
            Length::Span(Span { amount, unit: Unit::Day }) => day.plus(amount as i32),
            Length::Span(Span { amount, unit: Unit::Month }) => day.plus_months(amount as i32),
            Length::Span(Span { amount, unit: Unit::Year }) => day.plus_months(amount as i32 * 12),
            Length::MonthEnd => month_end(day, 1),
            Length::QuarterEnd => month_end(day, 3),
            Length::Span(Span { amount, unit: Unit::Hour }) => {
                let start = hour_start(at, term.full_hour);
                return self.moment(start.plus_seconds(i64::from(amount) * 3600), term);
            }
            Length::Yearly(month, of_month) => {
                return fixed(next_yearly(day, month, of_month), day);
            }
        };
        let counted = matches!(term.length, Length::Span(Span { unit: Unit::WorkingDay, .. }));
        self.whole_day(nominal, term.roll && !counted, day, term)
    }

    /// The first instant at which a waited-for act is allowed, and whether that is provisional.
    pub fn ready(&self, at: Instant, term: &Term, end: End) -> (Instant, bool) {
        let hours = matches!(term.length, Length::Span(Span { unit: Unit::Hour, .. }));
        let due = self.due(at, term);
        match end {
            End::Lapse => (due.due.plus_seconds(1), due.provisional),
            End::Ready | End::Full if hours => (due.nominal, false),
            End::Ready => (due.nominal.day().start().max(at), due.provisional),
            End::Full => (due.nominal.plus_seconds(1), due.provisional),
        }
    }

    /// The budget left when a clock that runs to `nominal` is stopped at `at`. Never negative.
    pub fn rest(&self, at: Instant, nominal: Instant, unit: RestUnit) -> i64 {
        match unit {
            RestUnit::WorkingDays => i64::from(self.working_between(at.day(), nominal.day())),
            RestUnit::Days => i64::from((nominal.day().0 - at.day().0).max(0)),
            RestUnit::Seconds => (nominal.0 - at.0).max(0),
        }
    }

    /// The new last instants when a clock with this rest runs again from `at`.
    pub fn resume(&self, at: Instant, rest: i64, term: &Term) -> Due {
        let day = at.day();
        match term.rest_unit() {
            RestUnit::WorkingDays => {
                self.whole_day(self.working_after(day, rest as u32), false, day, term)
            }
            RestUnit::Days => self.whole_day(day.plus(rest as i32), term.roll, day, term),
            RestUnit::Seconds => self.moment(at.plus_seconds(rest), term),
        }
    }

    /// The last instant that still leaves the term before `anchor`. A day-unit result lies on a
    /// day before the anchor's.
    pub fn latest_before(&self, anchor: Instant, term: &Term) -> (Instant, bool) {
        let day = anchor.day();
        let back = |d: Day| (d.min(day.plus(-1)).end(), false);
        match term.length {
            Length::Span(Span { amount, unit: Unit::Hour }) => {
                (anchor.plus_seconds(-i64::from(amount) * 3600), false)
            }
            Length::Span(Span { amount, unit: Unit::WorkingDay }) => {
                let (at, _) = back(self.working_before(day, amount));
                (at, !self.is_published(at.day()) || !self.is_published(day.plus(-1)))
            }
            Length::Span(Span { amount, unit: Unit::Day }) => back(day.plus(-(amount as i32))),
            Length::Span(Span { amount, unit: Unit::Month }) => {
                back(day.plus_months(-(amount as i32)))
            }
            Length::Span(Span { amount, unit: Unit::Year }) => {
                back(day.plus_months(-(amount as i32) * 12))
            }
            Length::Yearly(..) | Length::MonthEnd | Length::QuarterEnd => back(day.plus(-1)),
        }
    }

    /// A due instant at the end of a day, rolled where the clause says so.
    #[inline]
    fn whole_day(&self, nominal: Day, roll: bool, from: Day, term: &Term) -> Due {
        match self.offset(nominal) {
            Some(i) if !roll || self.rank[i + 1] != self.rank[i] => {
                let end = nominal.end();
                Due { nominal: end, due: end, safe: end, provisional: false }
            }
            _ => self.rolled_or_unpublished(nominal, roll, from, term),
        }
    }

    fn rolled_or_unpublished(&self, nominal: Day, roll: bool, from: Day, term: &Term) -> Due {
        if !roll || self.is_working(nominal) {
            let (end, provisional) = (nominal.end(), self.is_provisional(nominal, term));
            return Due { nominal: end, due: end, safe: end, provisional };
        }
        let due = self.working_after(nominal, 1);
        let safe = self.working_before(nominal, 1).max(from);
        let provisional = self.is_provisional(due, term);
        Due { nominal: nominal.end(), due: due.end(), safe: safe.end(), provisional }
    }

    /// A due instant within a day: it never rolls.
    fn moment(&self, due: Instant, term: &Term) -> Due {
        Due { nominal: due, due, safe: due, provisional: self.is_provisional(due.day(), term) }
    }

    /// Whether an end on this day rests on an unpublished one.
    #[inline]
    fn is_provisional(&self, day: Day, term: &Term) -> bool {
        let counted = term.rest_unit() == RestUnit::WorkingDays;
        !self.is_published(day) && (counted || term.roll) && !term.is_fixed()
    }

    #[inline]
    fn offset(&self, day: Day) -> Option<usize> {
        usize::try_from(day.0 - self.first.0).ok().filter(|i| i + 1 < self.rank.len())
    }

    fn walk(&self, from: Day, n: u32, by: i32) -> Day {
        let (mut day, mut left) = (from, n);
        while left > 0 {
            day = day.plus(by);
            left -= u32::from(self.is_working(day));
        }
        day
    }
}

impl Term {
    fn is_fixed(&self) -> bool {
        matches!(self.length, Length::Yearly(..))
    }
}

/// "Before 1 March": timely to the end of that day, undisputed to the end of the day before.
fn fixed(day: Day, from: Day) -> Due {
    Due {
        nominal: day.end(),
        due: day.end(),
        safe: day.plus(-1).max(from).end(),
        provisional: false,
    }
}

fn next_yearly(from: Day, month: u8, day: u8) -> Day {
    let of = |year: i32| {
        let last = days_in_month(year, month.into());
        Day::from_date(year, month.into(), u32::from(day).min(last)).expect("clamped to the month")
    };
    let this = of(from.date().0);
    if this >= from { this } else { of(from.date().0 + 1) }
}

/// The last day of the month that ends the block of `months` months the day lies in.
fn month_end(day: Day, months: u32) -> Day {
    let (year, month, _) = day.date();
    let month = month.div_ceil(months) * months;
    Day::from_date(year, month, days_in_month(year, month)).expect("last day of a month")
}

fn hour_start(at: Instant, full: bool) -> Instant {
    if full { Instant(at.0.div_euclid(3600) * 3600 + 3600) } else { at }
}

fn check_year(year: &Year) -> Result<(), CalendarError> {
    let wrong = |days: &[Day], weekend: bool| {
        days.iter().enumerate().find_map(|(i, d)| {
            let fits = d.date().0 == year.year && (d.weekday() >= 5) == weekend;
            (!fits || days[..i].contains(d)).then_some(*d)
        })
    };
    match wrong(&year.off, false).or_else(|| wrong(&year.worked, true)) {
        Some(day) => Err(CalendarError::Misplaced { year: year.year, day }),
        None => Ok(()),
    }
}
