//! Instants and civil days, as integers.
//!
//! An instant is civil time of the place in seconds since 1970-01-01 00:00 of that same civil time
//! (no zone, no leap second). A day is the number of days since 1970-01-01. A day ends at 24:00:
//! its last instant is 23:59:59, so a due instant is inclusive and a breach is one second later.
//!
//! Not here: which days are working days (`calendar.rs`), and any clock: the caller passes time.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Seconds in a day.
pub const DAY_SECONDS: i64 = 86_400;

/// A moment of civil time, resolution one second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Instant(pub i64);

/// A civil day: days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Day(pub i32);

impl Instant {
    /// The civil day this instant lies in.
    #[inline]
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(DAY_SECONDS) as i32)
    }

    /// The instant so many seconds later.
    #[inline]
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }
}

impl Day {
    /// The day of a proleptic Gregorian date; `None` where the date does not exist.
    pub fn from_date(year: i32, month: u32, day: u32) -> Option<Self> {
        let valid = (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
        valid.then(|| Self(days_from_civil(year, month, day)))
    }

    /// Year, month (1–12) and day of the month (1–31).
    pub fn date(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    /// The first instant of the day, 00:00:00.
    #[inline]
    pub fn start(self) -> Instant {
        Instant(i64::from(self.0) * DAY_SECONDS)
    }

    /// The last instant of the day, 23:59:59.
    #[inline]
    pub fn end(self) -> Instant {
        Instant((i64::from(self.0) + 1) * DAY_SECONDS - 1)
    }

    /// The day so many days later (earlier when negative).
    #[inline]
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// 0 = Monday … 6 = Sunday.
    #[inline]
    pub fn weekday(self) -> u32 {
        (self.0 + 3).rem_euclid(7) as u32
    }

    /// The same day number so many months later; the last day of that month where it has no such day.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let (year, month, day) = self.date();
        let total = year * 12 + month as i32 - 1 + months;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) as u32 + 1);
        Self(days_from_civil(year, month, day.min(days_in_month(year, month))))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.date();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.0.rem_euclid(DAY_SECONDS);
        write!(f, "{} {:02}:{:02}", self.day(), s / 3600, s / 60 % 60)?;
        if s % 60 != 0 { write!(f, ":{:02}", s % 60) } else { Ok(()) }
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days the month has.
pub(crate) fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, by counting in years that begin on 1 March: a leap day is their last.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let y = if month <= 2 { year - 1 } else { year };
    let centuries = y.div_euclid(100);
    let month_from_march = (month as i32 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
    y * 365 + (y >> 2) - centuries + (centuries >> 2) + day_of_year - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = (month_from_march + 2) % 12 + 1;
    (era * 400 + year_of_era + i32::from(month <= 2), month as u32, day)
}
