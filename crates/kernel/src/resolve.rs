//! From what a clause says to what one matter owes: resolves amount and anchor of a limit.
//!
//! Takes a limit, the facts of the matter and the environment (calendar, parameters of the place);
//! gives the term, the anchor and the last instants, or the field that is missing.
//!
//! Not here: counting (`calendar.rs`).

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Due};
use crate::duty::Duty;
use crate::graph::{EventId, FieldId, ParamId};
use crate::guard::{Facts, Value};
use crate::limit::{Amount, Anchor, End, Length, Limit, Period, Span, Term};
use crate::marking::Marking;
use crate::time::{Day, Instant};

/// The values a place gives a parameter, each from a day on.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ParamValues(Vec<(Day, Value)>);

impl ParamValues {
    /// Values with the day each comes into force; order does not matter.
    pub fn new(mut values: Vec<(Day, Value)>) -> Self {
        values.sort_by_key(|(from, _)| *from);
        Self(values)
    }

    /// One value, always in force.
    pub fn always(value: Value) -> Self {
        Self(vec![(Day(i32::MIN), value)])
    }

    /// The value in force on the day.
    pub fn on(&self, day: Day) -> Option<&Value> {
        self.0.iter().rev().find(|(from, _)| *from <= day).map(|(_, v)| v)
    }
}

/// What the law and the place say on top of the graph: the calendar and the parameters, the
/// latter in the order of [`crate::Graph::params`].
#[derive(Clone, Copy, Debug)]
pub struct Env<'a> {
    /// Working days.
    pub calendar: &'a Calendar,
    /// One entry per parameter of the graph.
    pub params: &'a [ParamValues],
}

/// The facts guards and limits read: the payload over the matter's fields.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub marking: &'a Marking,
    pub payload: &'a [(FieldId, Value)],
    pub writes: &'a [(FieldId, Value)],
    pub env: &'a Env<'a>,
    /// Parameters are read as they stand on its day.
    pub at: Instant,
}

impl Facts for View<'_> {
    fn field(&self, field: FieldId) -> Option<&Value> {
        let given = |list: &&(FieldId, Value)| list.0 == field;
        self.payload
            .iter()
            .find(given)
            .or_else(|| self.writes.iter().find(given))
            .map(|(_, v)| v)
            .or_else(|| self.marking.field(field))
    }

    fn param(&self, param: ParamId) -> Option<&Value> {
        self.env.params.get(param.index())?.on(self.at.day())
    }
}

/// Why a limit could not be resolved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Missing {
    /// The field has no value.
    Field(FieldId),
    /// The place sets no such parameter on that day.
    Param(ParamId),
    /// The duty whose due day is the anchor is not open with a running clock.
    Duty(EventId),
}

/// A limit resolved for one matter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Resolved {
    /// The instant it counts from.
    pub anchor: Instant,
    /// The term.
    pub term: Term,
    /// Counted back.
    pub before: bool,
    /// The anchor is a due day that rests on an unpublished day, so whatever is counted from it
    /// does too.
    pub provisional: bool,
}

impl Resolved {
    /// The limit, where it rests on nothing but its source's execution, which is yet to be set.
    pub(crate) fn constant(limit: &Limit) -> Option<Self> {
        let length = match limit.period {
            Period::Span(Amount::Fixed(amount), unit) => Length::Span(Span { amount, unit }),
            Period::Span(..) => return None,
            Period::Yearly { month, day } => Length::Yearly(month, day),
            Period::MonthEnd => Length::MonthEnd,
            Period::QuarterEnd => Length::QuarterEnd,
        };
        let term = Term { length, roll: limit.roll, full_hour: limit.full_hour };
        let (anchor, before, provisional) = (Instant(0), limit.before, false);
        (limit.anchor == Anchor::Source).then_some(Self { anchor, term, before, provisional })
    }

    /// The last instants.
    #[inline]
    pub fn due(&self, calendar: &Calendar) -> Due {
        self.due_from(self.anchor, calendar)
    }

    /// The last instants, if it counts from this anchor.
    #[inline]
    pub(crate) fn due_from(&self, anchor: Instant, calendar: &Calendar) -> Due {
        let due = if self.before {
            let (due, provisional) = calendar.latest_before(anchor, &self.term);
            Due { nominal: due, due, safe: due, provisional }
        } else {
            calendar.due(anchor, &self.term)
        };
        self.as_certain_as_its_anchor(due)
    }

    /// What is counted from a provisional day is provisional.
    #[inline]
    pub(crate) fn as_certain_as_its_anchor(&self, due: Due) -> Due {
        Due { provisional: due.provisional || self.provisional, ..due }
    }

    /// The first instant at which a waited-for act is allowed, and whether that is provisional.
    pub(crate) fn ready(&self, calendar: &Calendar, end: End) -> (Instant, bool) {
        let (ready, provisional) = calendar.ready(self.anchor, &self.term, end);
        (ready, provisional || self.provisional)
    }
}

/// Resolves a limit whose source was executed at `source`. A parameter counts as it stood on that
/// day, whenever the question is asked.
#[inline]
pub(crate) fn resolve(limit: &Limit, source: Instant, view: &View) -> Result<Resolved, Missing> {
    let mut provisional = false;
    let anchor = match limit.anchor {
        Anchor::Source => source,
        Anchor::Field(f) => match view.field(f) {
            Some(Value::Day(day)) => day.start(),
            Some(Value::Instant(at)) => *at,
            _ => return Err(Missing::Field(f)),
        },
        Anchor::DueOf(duty) => {
            let due = view.marking.duty(duty).and_then(Duty::due).ok_or(Missing::Duty(duty))?;
            provisional = due.provisional;
            due.due
        }
    };
    let length = match limit.period {
        Period::Yearly { month, day } => Length::Yearly(month, day),
        Period::MonthEnd => Length::MonthEnd,
        Period::QuarterEnd => Length::QuarterEnd,
        Period::Span(amount, unit) => {
            let amount_of = |value: Option<&Value>, missing| match value {
                Some(Value::Int(n)) => {
                    let amount = u32::try_from(*n).map_err(|_| missing)?;
                    Ok(Span { amount, unit })
                }
                Some(Value::Span(span)) => Ok(*span),
                _ => Err(missing),
            };
            Length::Span(match amount {
                Amount::Fixed(amount) => Span { amount, unit },
                Amount::Param(p) => {
                    let values = view.env.params.get(p.index());
                    amount_of(values.and_then(|v| v.on(source.day())), Missing::Param(p))?
                }
                Amount::Field(f) => amount_of(view.field(f), Missing::Field(f))?,
            })
        }
    };
    let term = Term { length, roll: limit.roll, full_hour: limit.full_hour };
    Ok(Resolved { anchor, term, before: limit.before, provisional })
}

/// A limit of the initial marking: constants only, counted from the beginning.
pub(crate) fn initial_limit(limit: &Limit, at: Instant) -> Option<Resolved> {
    let Period::Span(Amount::Fixed(amount), unit) = limit.period else { return None };
    let length = Length::Span(Span { amount, unit });
    let term = Term { length, roll: limit.roll, full_hour: limit.full_hour };
    Some(Resolved { anchor: at, term, before: false, provisional: false })
}
