//! An open duty and its clock.
//!
//! The clock is derived, never stored truth: start instant, term, calendar and the changes since
//! (stopped, resumed, extended, revived) give it by one fold, [`Duty::reckon`]. So a new calendar
//! re-dates a duty by folding again, and the working of a date is that same list read aloud.
//!
//! Not here: when a duty begins or changes (`step.rs`, `advance.rs`).

use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Due};
use crate::graph::{EventId, RelationId};
use crate::limit::{Length, RestUnit, Span, Term, Unit};
use crate::resolve::Resolved;
use crate::time::Instant;

/// The clock of a duty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Clock {
    /// Owed without a limit. Not the same as not owed.
    Unlimited,
    /// Running towards its last instants.
    Running(Due),
    /// Stopped with this rest, in the unit of [`Term::rest_unit`].
    Held {
        /// Working days, natural days or seconds.
        rest: i64,
    },
}

/// What happened to the clock of a duty after it began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Change {
    /// A stop opened.
    Stopped(Instant),
    /// The last open stop closed.
    Resumed(Instant),
    /// It was prolonged.
    Extended(Instant, Span),
    /// It came into force again, or by a breach: if its due had passed by then, it is due then.
    Revived(Instant),
}

/// Where a duty comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Start {
    /// The relation that created it; `None` for a duty of the initial marking.
    pub relation: Option<RelationId>,
    /// The event whose execution or breach fired that relation.
    pub created_by: Option<EventId>,
    /// When.
    pub created_at: Instant,
}

/// An open duty: a pending event with all that its date rests on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Duty {
    /// Where it comes from.
    pub start: Start,
    /// The resolved limit; `None` for a duty without one.
    pub limit: Option<Resolved>,
    /// The version of the calendar the date was computed on.
    pub calendar: u64,
    /// Where the clock stands.
    pub clock: Clock,
    /// Apart, because most duties have none of it.
    story: Option<Box<Story>>,
}

/// What a duty's date rests on besides its limit.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Story {
    /// What happened to the clock since it began.
    changes: Vec<Change>,
    /// The duty whose due day is the anchor, as it stood when this one began: kept while that day is
    /// provisional, to find it again on a newer calendar.
    rests_on: Option<Duty>,
}

impl Duty {
    /// A duty whose clock begins to run.
    pub fn new(start: Start, limit: Option<Resolved>, calendar: &Calendar) -> Self {
        let Some(limit) = limit else {
            let (calendar, clock) = (calendar.version(), Clock::Unlimited);
            return Self { start, limit, calendar, clock, story: None };
        };
        Self::within(start, &limit, limit.anchor, calendar)
    }

    /// A duty whose clock begins to run, by a limit counted from this anchor.
    #[inline]
    pub(crate) fn within(
        start: Start,
        limit: &Resolved,
        anchor: Instant,
        calendar: &Calendar,
    ) -> Self {
        let clock = Clock::Running(limit.due_from(anchor, calendar));
        let limit = Some(Resolved { anchor, ..*limit });
        Self { start, limit, calendar: calendar.version(), clock, story: None }
    }

    /// What happened to the clock since it began.
    pub fn changes(&self) -> &[Change] {
        self.story.as_ref().map_or(&[], |story| &story.changes)
    }

    /// The duty from whose due day it counts, as it stood then, while that day is provisional.
    pub fn rests_on(&self) -> Option<&Duty> {
        self.story.as_ref()?.rests_on.as_ref()
    }

    /// Its anchor is the provisional due day of this duty.
    pub(crate) fn rest_on(&mut self, anchor: Duty) {
        self.story.get_or_insert_default().rests_on = Some(anchor);
    }

    /// The last instants, while the clock runs towards some.
    #[inline]
    pub fn due(&self) -> Option<Due> {
        match self.clock {
            Clock::Running(due) => Some(due),
            _ => None,
        }
    }

    /// Whether a stop holds the clock.
    pub fn is_held(&self) -> bool {
        matches!(self.clock, Clock::Held { .. })
    }

    /// Records a change of the clock and its effect. A duty without a limit has no clock.
    pub fn change(&mut self, change: Change, calendar: &Calendar) {
        if self.limit.is_some() {
            self.story.get_or_insert_default().changes.push(change);
            self.clock = self.reckon(calendar);
        }
    }

    /// Computes the clock anew, on a calendar that may be newer than the duty's.
    pub fn reckon(&self, calendar: &Calendar) -> Clock {
        self.reckon_after(self.changes().len(), calendar)
    }

    /// The clock as it stood after the first so many changes.
    pub(crate) fn reckon_after(&self, changes: usize, calendar: &Calendar) -> Clock {
        let Some(limit) = self.limit_on(calendar) else { return Clock::Unlimited };
        let mut clock = Clock::Running(limit.due(calendar));
        for (i, change) in self.changes()[..changes].iter().enumerate() {
            clock = self.changed(clock, i, *change, &limit.term, calendar);
        }
        match clock {
            Clock::Running(due) => Clock::Running(limit.as_certain_as_its_anchor(due)),
            _ => clock,
        }
    }

    /// The limit, from the anchor as this calendar has it.
    pub(crate) fn limit_on(&self, calendar: &Calendar) -> Option<Resolved> {
        let limit = self.limit?;
        let anchor = self.rests_on().map(|duty| duty.reckon(calendar));
        Some(match anchor {
            Some(Clock::Running(due)) => {
                Resolved { anchor: due.due, provisional: due.provisional, ..limit }
            }
            _ => limit,
        })
    }

    /// Moves the duty to a newer calendar.
    pub(crate) fn redate(&mut self, calendar: &Calendar) {
        self.clock = self.reckon(calendar);
        self.limit = self.limit_on(calendar);
        self.calendar = calendar.version();
        if let Some(story) = &mut self.story
            && self.limit.is_none_or(|limit| !limit.provisional)
        {
            story.rests_on = None;
        }
    }

    /// Records that the duty begins to be in force at this instant: it is not due before. A due
    /// that is provisional may turn out to have passed, so it is recorded there too.
    pub(crate) fn revive(&mut self, at: Instant, calendar: &Calendar) {
        if self.due().is_some_and(|due| due.due < at || due.provisional) {
            self.change(Change::Revived(at), calendar);
        }
    }

    fn changed(
        &self,
        clock: Clock,
        at: usize,
        change: Change,
        term: &Term,
        calendar: &Calendar,
    ) -> Clock {
        let unit = term.rest_unit();
        match (change, clock) {
            (Change::Stopped(t), Clock::Running(due)) => {
                Clock::Held { rest: calendar.rest(t, due.nominal, unit) }
            }
            (Change::Resumed(t), Clock::Held { rest }) => {
                let due = calendar.resume(t, rest, term);
                let granted = self.granted_while_held(at, unit).into_iter().rev();
                Clock::Running(granted.fold(due, |d, s| prolonged(d, s, term, calendar)))
            }
            (Change::Extended(_, span), Clock::Running(due)) => {
                Clock::Running(prolonged(due, span, term, calendar))
            }
            (Change::Extended(_, span), Clock::Held { rest }) => {
                Clock::Held { rest: rest + in_rest(span, unit).unwrap_or(0) }
            }
            (Change::Revived(t), Clock::Running(due)) if due.due < t => {
                Clock::Running(calendar.resume(t, 0, term))
            }
            _ => clock,
        }
    }

    /// Extensions in a unit other than the rest's since the last stop before change `at`, latest
    /// first: they wait for the clock to run again.
    fn granted_while_held(&self, at: usize, unit: RestUnit) -> Vec<Span> {
        let since = self.changes()[..at].iter().rev();
        let held = since.take_while(|c| !matches!(c, Change::Stopped(_)));
        let other = held.filter_map(|c| match c {
            Change::Extended(_, span) if in_rest(*span, unit).is_none() => Some(*span),
            _ => None,
        });
        other.collect()
    }

    /// Whether this duty stands under `strictest` against a newer one: an earlier or equal last
    /// instant, or of two held clocks of one unit the smaller or equal rest.
    #[inline]
    pub(crate) fn stands_against(&self, newer: &Self, at: Instant, calendar: &Calendar) -> bool {
        match (&self.clock, &newer.clock) {
            (Clock::Running(old), Clock::Running(new)) => old.due <= new.due,
            _ => self.stands_against_held(newer, at, calendar),
        }
    }

    fn stands_against_held(&self, newer: &Self, at: Instant, calendar: &Calendar) -> bool {
        match (self.plain_rest(), newer.plain_rest()) {
            (Some((a, unit)), Some((b, other))) if unit == other => a <= b,
            _ => self.strictness(at, calendar) <= newer.strictness(at, calendar),
        }
    }

    /// The rest of a held clock, where nothing of another unit is to be added to it.
    fn plain_rest(&self) -> Option<(i64, RestUnit)> {
        let (Clock::Held { rest }, Some(limit)) = (self.clock, &self.limit) else { return None };
        let unit = limit.term.rest_unit();
        self.granted_while_held(self.changes().len(), unit).is_empty().then_some((rest, unit))
    }

    /// The key by which the stricter of two duties is found at `at`: the earlier last instant, a
    /// held clock as if it ran again now, no limit last.
    #[inline]
    pub(crate) fn strictness(&self, at: Instant, calendar: &Calendar) -> Instant {
        match (self.clock, &self.limit) {
            (Clock::Running(due), _) => due.due,
            (Clock::Held { .. }, Some(_)) => {
                let mut resumed = self.clone();
                resumed.change(Change::Resumed(at), calendar);
                resumed.due().map_or(Instant(i64::MAX), |d| d.due)
            }
            _ => Instant(i64::MAX),
        }
    }
}

/// One longer period: the span is added to the nominal end, which then rolls once.
fn prolonged(due: Due, span: Span, term: &Term, calendar: &Calendar) -> Due {
    let longer = Term { length: Length::Span(span), roll: term.roll, full_hour: false };
    let longer = calendar.due(due.nominal, &longer);
    Due { provisional: due.provisional || longer.provisional, ..longer }
}

/// The span in the unit of a rest, where it is of that unit.
fn in_rest(span: Span, unit: RestUnit) -> Option<i64> {
    match (span.unit, unit) {
        (Unit::Day, RestUnit::Days) | (Unit::WorkingDay, RestUnit::WorkingDays) => {
            Some(i64::from(span.amount))
        }
        (Unit::Hour, RestUnit::Seconds) => Some(i64::from(span.amount) * 3600),
        _ => None,
    }
}
