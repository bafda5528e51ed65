//! Limits: how much time, in which unit, from where, in which direction, and how it ends.
//!
//! A [`Limit`] is what a clause says; a [`Term`] is that limit with its amount resolved for one
//! matter on one day, which is all the calendar needs. Every limit states by itself whether its
//! end rolls to the next working day: there is no global default.
//!
//! Not here: counting (`calendar.rs`). Next: `duty.rs`.

use serde::{Deserialize, Serialize};

use crate::graph::{EventId, FieldId, ParamId};

/// What a period is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Unit {
    /// Hours, through rest days.
    Hour,
    /// Natural days.
    Day,
    /// Working days of the calendar.
    WorkingDay,
    /// Months, clamped to the last day of the month.
    Month,
    /// Years, clamped likewise.
    Year,
}

/// A length of time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Span {
    /// How many units.
    pub amount: u32,
    /// The unit.
    pub unit: Unit,
}

/// Where the number of units comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Amount {
    /// The clause says it.
    Fixed(u32),
    /// The place's parameter in force on the day the limit starts to run.
    Param(ParamId),
    /// A field of the matter: a number of the limit's unit, or a span with its own unit.
    Field(FieldId),
}

/// The length of a limit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Period {
    /// So many units.
    Span(Amount, Unit),
    /// Every year on this month and day. Never rolls.
    Yearly {
        /// 1–12.
        month: u8,
        /// 1–31.
        day: u8,
    },
    /// The last day of the month the anchor lies in.
    MonthEnd,
    /// The last day of the quarter the anchor lies in.
    QuarterEnd,
}

/// The instant a limit counts from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Anchor {
    /// The source's (effective) execution.
    Source,
    /// A date or moment in a field of the matter.
    Field(FieldId),
    /// The due day of this event's open duty. In a relation still to be built the event is named by
    /// its place in the builder; [`crate::Node::due`] writes that.
    DueOf(EventId),
}

/// One period of the law.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Limit {
    /// How long.
    pub period: Period,
    /// From where.
    pub anchor: Anchor,
    /// Counted back from the anchor instead of forward.
    pub before: bool,
    /// A last day on a rest day moves to the next working day.
    pub roll: bool,
    /// Hours run from the next full hour instead of from the instant.
    pub full_hour: bool,
}

impl Limit {
    /// A forward limit from the source's execution.
    pub fn new(amount: u32, unit: Unit, roll: bool) -> Self {
        Self {
            period: Period::Span(Amount::Fixed(amount), unit),
            anchor: Anchor::Source,
            before: false,
            roll,
            full_hour: false,
        }
    }

    /// The same limit from another anchor.
    #[must_use]
    pub fn from(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

/// How a wait ends: the first instant at which the waited-for act is allowed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum End {
    /// On day n.
    Ready,
    /// On the day after day n: the whole period must have run.
    Full,
    /// The first instant after the rolled last timely instant: a right or duty has lapsed.
    Lapse,
}

/// A waiting period on a condition.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Wait {
    /// The period.
    pub limit: Limit,
    /// Its end.
    pub end: End,
}

/// A limit with its amount known: what the calendar counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Term {
    /// The length.
    pub length: Length,
    /// A last day on a rest day moves to the next working day.
    pub roll: bool,
    /// Hours run from the next full hour.
    pub full_hour: bool,
}

/// The length of a [`Term`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Length {
    /// So many units.
    Span(Span),
    /// Every year on this month and day.
    Yearly(u8, u8),
    /// The end of the month.
    MonthEnd,
    /// The end of the quarter.
    QuarterEnd,
}

impl Term {
    /// A term of so many units.
    pub fn of(amount: u32, unit: Unit, roll: bool) -> Self {
        Self { length: Length::Span(Span { amount, unit }), roll, full_hour: false }
    }

    /// What a remainder of this term is counted in: working days, seconds, or natural days
    /// (a remainder of a month is not a fraction of a month).
    pub fn rest_unit(&self) -> RestUnit {
        match self.length {
            Length::Span(Span { unit: Unit::WorkingDay, .. }) => RestUnit::WorkingDays,
            Length::Span(Span { unit: Unit::Hour, .. }) => RestUnit::Seconds,
            _ => RestUnit::Days,
        }
    }
}

/// What a stopped clock's remainder is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RestUnit {
    /// Natural days.
    Days,
    /// Working days.
    WorkingDays,
    /// Seconds.
    Seconds,
}
