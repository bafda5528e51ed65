//! An open duty of the reference and its clock, changed in place.
//!
//! The kernel folds a list of changes; this one is overwritten by each change as it happens, and
//! beside it runs the "daily budget" view: a number that falls by one a day unless a stop holds
//! it. [`Owed::agrees`] compares the two. On another calendar a duty is lived again from its
//! beginning, day by day.

use std::rc::Rc;

use kernel::{Length, RestUnit, Span, Term, Unit};

use super::calendar::{Ends, Naive, day_of};
use super::facts::Count;
use super::law::Name;

/// The clock of a duty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Clock {
    Unlimited,
    Running(Ends),
    /// Stopped, with what was granted meanwhile in another unit.
    Held {
        rest: i64,
        later: Vec<Span>,
    },
}

/// An open duty.
#[derive(Clone, PartialEq, Debug)]
pub struct Owed {
    /// The clause that created it; none: the initial marking.
    pub clause: Option<usize>,
    pub by: Option<Name>,
    pub since: i64,
    pub count: Option<Count>,
    pub clock: Clock,
    /// Days left, where the term is of plain days counted from its creation.
    budget: Option<i64>,
    /// What happened to it.
    story: Vec<(i64, Happened)>,
}

/// Something that happened to a clock.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Happened {
    Stop,
    Resume,
    Extend(Span),
    Revive { in_vain: bool },
}

impl Owed {
    pub fn new(
        clause: Option<usize>,
        by: Option<Name>,
        since: i64,
        count: Option<Count>,
        calendar: &Naive,
    ) -> Self {
        let clock = match &count {
            None => Clock::Unlimited,
            Some(c) if c.before => {
                let (due, provisional) = calendar.latest_before(c.anchor, &c.term);
                Clock::Running(Ends { nominal: due, due, safe: due, provisional })
            }
            Some(c) => Clock::Running(calendar.due(c.anchor, &c.term)),
        };
        let clock = match clock {
            Clock::Running(ends) => Clock::Running(unsure(ends, &count)),
            other => other,
        };
        let budget = count.as_ref().and_then(|c| match c.term.length {
            Length::Span(Span { amount, unit: Unit::Day | Unit::WorkingDay })
                if !c.before && c.anchor == since =>
            {
                Some(i64::from(amount))
            }
            _ => None,
        });
        Self { clause, by, since, count, clock, budget, story: Vec::new() }
    }

    /// The same duty as it would stand now if this had been the calendar from its beginning.
    pub fn again(&self, now: i64, calendar: &Naive) -> Self {
        let mut count = self.count.clone();
        if let Some(count) = &mut count
            && let Some(from) = &count.from
        {
            let from = from.again(self.since, calendar);
            count.anchor = from.due().expect("it was running").due;
            count.from = Some(Rc::new(from));
        }
        let mut again = Self::new(self.clause, self.by, self.since, count, calendar);
        let mut day = day_of(self.since);
        for (at, happened) in &self.story {
            again.days_pass(&mut day, *at, calendar);
            match happened {
                Happened::Stop => again.stop(*at, calendar),
                Happened::Resume => again.resume(*at, calendar),
                Happened::Extend(span) => again.extend(*at, *span, calendar),
                Happened::Revive { .. } => _ = again.revive(*at, calendar),
            }
        }
        again.days_pass(&mut day, now, calendar);
        again
    }

    fn days_pass(&mut self, day: &mut i64, to: i64, calendar: &Naive) {
        while *day < day_of(to) {
            *day += 1;
            self.day_passes(*day, calendar);
        }
    }

    /// It came into force before its due.
    pub fn was_revived_in_vain(&self) -> bool {
        self.story.iter().any(|(_, h)| *h == Happened::Revive { in_vain: true })
    }

    fn term(&self) -> Term {
        self.count.as_ref().expect("a clock has a count").term
    }

    pub fn due(&self) -> Option<Ends> {
        match self.clock {
            Clock::Running(ends) => Some(ends),
            _ => None,
        }
    }

    pub fn is_held(&self) -> bool {
        matches!(self.clock, Clock::Held { .. })
    }

    /// A stop opens.
    pub fn stop(&mut self, at: i64, calendar: &Naive) {
        self.story.push((at, Happened::Stop));
        if let Clock::Running(ends) = self.clock {
            let rest = calendar.rest(at, ends.nominal, self.term().rest_unit());
            self.clock = Clock::Held { rest, later: Vec::new() };
            self.budget = self.budget.map(|left| left.max(0));
        }
    }

    /// The last stop closes.
    pub fn resume(&mut self, at: i64, calendar: &Naive) {
        self.story.push((at, Happened::Resume));
        if let Clock::Held { .. } = self.clock {
            self.clock = Clock::Running(self.as_if_running(at, calendar));
        }
    }

    /// The last instants, a held clock as if it ran again at `at`.
    fn as_if_running(&self, at: i64, calendar: &Naive) -> Ends {
        match &self.clock {
            Clock::Running(ends) => *ends,
            Clock::Held { rest, later } => {
                let ends = unsure(calendar.resume(at, *rest, &self.term()), &self.count);
                later.iter().fold(ends, |e, s| longer(e, *s, &self.term(), calendar))
            }
            Clock::Unlimited => {
                Ends { nominal: i64::MAX, due: i64::MAX, safe: i64::MAX, provisional: false }
            }
        }
    }

    /// It is prolonged.
    pub fn extend(&mut self, at: i64, span: Span, calendar: &Naive) {
        if self.count.is_none() {
            return;
        }
        self.story.push((at, Happened::Extend(span)));
        let term = self.term();
        let same = match (span.unit, term.rest_unit()) {
            (Unit::Day, RestUnit::Days) | (Unit::WorkingDay, RestUnit::WorkingDays) => {
                Some(i64::from(span.amount))
            }
            (Unit::Hour, RestUnit::Seconds) => Some(i64::from(span.amount) * 3600),
            _ => None,
        };
        match (&mut self.clock, same) {
            (Clock::Running(ends), _) => *ends = longer(*ends, span, &term, calendar),
            (Clock::Held { rest, .. }, Some(more)) => *rest += more,
            (Clock::Held { later, .. }, None) => later.push(span),
            (Clock::Unlimited, _) => {}
        }
        self.budget = self.budget.zip(same).map(|(b, more)| b + more);
    }

    /// It comes into force: if its due has passed meanwhile, it is due now and nothing is left.
    pub fn revive(&mut self, at: i64, calendar: &Naive) -> bool {
        let Some(ends) = self.due() else { return false };
        let passed = ends.due < at;
        self.story.push((at, Happened::Revive { in_vain: !passed }));
        if passed {
            let ends = calendar.resume(at, 0, &self.term());
            self.clock = Clock::Running(unsure(ends, &self.count));
            self.budget = self.budget.map(|_| 0);
        }
        passed
    }

    /// Whether this one stands under "strictest" against a newer one.
    pub fn stands_against(&self, newer: &Self, at: i64, calendar: &Naive) -> bool {
        match (&self.clock, &newer.clock) {
            (Clock::Held { rest: a, later: x }, Clock::Held { rest: b, later: y })
                if x.is_empty()
                    && y.is_empty()
                    && self.term().rest_unit() == newer.term().rest_unit() =>
            {
                a <= b
            }
            _ => self.as_if_running(at, calendar).due <= newer.as_if_running(at, calendar).due,
        }
    }

    /// One day begins.
    pub fn day_passes(&mut self, day: i64, calendar: &Naive) {
        if self.is_held() {
            return;
        }
        let counted =
            self.count.as_ref().is_some_and(|c| c.term.rest_unit() == RestUnit::WorkingDays);
        let falls = i64::from(!counted || calendar.works(day));
        self.budget = self.budget.map(|left| left - falls);
    }

    /// The budget that is left reaches exactly to the nominal end.
    pub fn agrees(&self, now: i64, calendar: &Naive) -> bool {
        let Some(left) = self.budget.filter(|left| *left >= 0) else { return true };
        match &self.clock {
            Clock::Unlimited => false,
            Clock::Held { rest, .. } => *rest == left,
            Clock::Running(ends) => {
                day_of(ends.nominal) < day_of(now)
                    || calendar.rest(now, ends.nominal, self.term().rest_unit()) == left
            }
        }
    }
}

/// What is counted from a provisional day is provisional.
fn unsure(ends: Ends, count: &Option<Count>) -> Ends {
    let unsure = count.as_ref().is_some_and(Count::is_unsure);
    Ends { provisional: ends.provisional || unsure, ..ends }
}

/// One longer period: added to the nominal end, which then rolls once.
fn longer(ends: Ends, span: Span, term: &Term, calendar: &Naive) -> Ends {
    let more = Term { length: Length::Span(span), roll: term.roll, full_hour: false };
    let longer = calendar.due(ends.nominal, &more);
    Ends { provisional: ends.provisional || longer.provisional, ..longer }
}
