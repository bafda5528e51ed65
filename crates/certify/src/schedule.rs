//! L8, the proof: whether a duty can be met although every day falls as badly as it can.
//!
//! A duty is looked at with the acts it needs and nothing else: every condition and milestone on the
//! owed act, and on those acts, applies, guarded or not; nothing is done when the duty begins but
//! what must have been done before it and is never owed again. The longest chain of waits, each as long as it can be in any
//! position of the calendar, is what the duty *needs*; the limit, as short as it can be, is what it
//! *has*. If it has what it needs, waits and limits alone never doom it, and the last day of each
//! step is the point of no return: one day later they do, if all falls badly.
//!
//! What keeps persons from acting (roles, missing facts) and what makes a limit longer (stops,
//! extensions) is outside: the first is for the other checks, the second only helps.
//!
//! Not here: the alarm that is certain the other way (`timed.rs`).

use std::collections::HashMap;

use kernel::{
    Amount, Anchor, Calendar, Day, Effect, EventId, Graph, Kind, Length, Limit, ParamValues,
    Period, Relation, Span, Strength, Term, Value, Wait,
};
use serde::Serialize;

use crate::layout::display;

/// What a duty needs and has, in natural days from the day it begins.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Schedule {
    /// The fewest days the limit can be.
    pub has: i32,
    /// The most days its required acts can need.
    pub needs: i32,
    /// The acts something must be waited for after, in order: each with the last day, counted from
    /// the duty's beginning, on which the duty can still be met with certainty.
    pub act_by: Vec<(String, i32)>,
}

/// Why no schedule can be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unscheduled {
    /// The limit or a wait counts from a day that some act states.
    Stated,
    /// The limit or a wait has an amount that only the matter knows.
    Amount,
    /// The required acts require one another in a circle.
    Circle,
    /// A required act is a right that may have run out.
    Right,
}

impl Unscheduled {
    /// For the certificate.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Stated => "a limit or wait counts from a day that an act states",
            Self::Amount => "a limit or wait has a length that only the matter knows",
            Self::Circle => "the acts it needs wait for one another",
            Self::Right => "it needs an act for which the time may have run out",
        }
    }
}

/// A period with its roll, full hour and end: what its length in days depends on.
type Counted = (Period, bool, bool, Option<kernel::End>);

/// Looks at one duty after another.
pub(crate) struct Scheduler<'g> {
    graph: &'g Graph,
    calendar: &'g Calendar,
    params: &'g [ParamValues],
    /// Of each limit and end, the fewest and the most days.
    lengths: HashMap<Counted, Option<(i32, i32)>>,
}

/// The way to the owed act that takes longest: days until it can be done, and the act before it.
#[derive(Clone, Copy)]
struct Way {
    days: i32,
    last: Option<(EventId, i32)>,
}

/// Years looked at for the worst positions.
const CYCLE_DAYS: i32 = 6 * 366;

impl<'g> Scheduler<'g> {
    pub fn new(graph: &'g Graph, calendar: &'g Calendar, params: &'g [ParamValues]) -> Self {
        Self { graph, calendar, params, lengths: HashMap::new() }
    }

    /// The schedule of the duty a response makes within a limit.
    pub fn schedule(&mut self, duty: &Relation, limit: &Limit) -> Result<Schedule, Unscheduled> {
        if limit.anchor != Anchor::Source || limit.before {
            return Err(Unscheduled::Stated);
        }
        let (has, _) = self.length(limit, None).ok_or(Unscheduled::Amount)?;
        let mut ways = HashMap::new();
        for event in self.done_for_good(duty.source) {
            ways.insert(event, Some(Way { days: 0, last: None }));
        }
        let whole = self.way(duty.target, &mut ways)?;
        let (mut act_by, mut at) = (Vec::new(), whole);
        let mut left = has;
        while let Some((before, wait)) = at.last {
            left -= wait;
            if wait > 0 {
                act_by.push((display(self.graph, before), left));
            }
            let Some(Some(way)) = ways.get(&before).copied() else { break };
            at = way;
        }
        act_by.reverse();
        Ok(Schedule { has, needs: whole.days, act_by })
    }

    /// What is done before the act and can never become owed again at or after it: a duty that
    /// begins anew bars what waits for it once more.
    fn done_for_good(&self, act: EventId) -> Vec<EventId> {
        let done = self.done_before(act);
        let owed_again = |event: EventId| {
            let ends = |e: EventId| e == event || self.graph.choices_of(event).contains(&e);
            self.graph.relations.iter().any(|r| {
                let makes =
                    matches!(r.kind, Kind::Response { .. } | Kind::Overdue(Effect::Respond { .. }));
                makes && ends(r.target) && (r.source == act || !done.contains(&r.source))
            })
        };
        done.iter().copied().filter(|e| *e == act || !owed_again(*e)).collect()
    }

    /// The act and all that must have been executed by then; of a choice, what all members need.
    fn done_before(&self, act: EventId) -> Vec<EventId> {
        if let Some((first, others)) = self.graph.members(act).split_first() {
            let others: Vec<_> = others.iter().map(|m| self.done_before(*m)).collect();
            let mut common = self.done_before(*first);
            common.retain(|e| others.iter().all(|o| o.contains(e)));
            return common;
        }
        let mut found = vec![act];
        let mut next = 0;
        while let Some(event) = found.get(next).copied() {
            next += 1;
            let onto = self.graph.relations.iter().filter(|r| r.target == event);
            let always = onto.filter(|r| {
                matches!(r.kind, Kind::Condition { .. })
                    && r.when.is_none()
                    && r.strength == Strength::Refuse
                    && self.graph.members(r.source).is_empty()
            });
            let done = always.map(|r| r.source).chain(self.graph.choices_of(event).iter().copied());
            let more: Vec<EventId> = done.filter(|e| !found.contains(e)).collect();
            found.extend(more);
        }
        found
    }

    /// The longest way to the event. `None` in the map: being looked at.
    fn way(
        &mut self,
        event: EventId,
        ways: &mut HashMap<EventId, Option<Way>>,
    ) -> Result<Way, Unscheduled> {
        match ways.get(&event) {
            Some(Some(way)) => return Ok(*way),
            Some(None) => return Err(Unscheduled::Circle),
            None => {}
        }
        ways.insert(event, None);
        let mut longest = Way { days: 0, last: None };
        let graph = self.graph;
        let bars = |r: &&Relation| r.target == event && r.strength == Strength::Refuse;
        for relation in graph.relations.iter().filter(bars) {
            let wait = match &relation.kind {
                Kind::Condition { bound: Some(_), .. } => return Err(Unscheduled::Right),
                Kind::Condition { wait, lead, .. } => {
                    let wait = wait.as_ref().map(|w| self.most(w)).transpose()?.unwrap_or(0);
                    let lead = lead.as_ref().map(|l| self.notice(&l.limit)).transpose()?;
                    wait.max(lead.unwrap_or(0))
                }
                Kind::Milestone => 0,
                _ => continue,
            };
            let (through, before) = self.quickest(relation.source, ways)?;
            if before.days + wait > longest.days || longest.last.is_none() {
                longest = Way { days: before.days + wait, last: Some((through, wait)) };
            }
        }
        ways.insert(event, Some(longest));
        Ok(longest)
    }

    /// The way to the event; of a choice, to the member soonest done.
    fn quickest(
        &mut self,
        event: EventId,
        ways: &mut HashMap<EventId, Option<Way>>,
    ) -> Result<(EventId, Way), Unscheduled> {
        let members = self.graph.members(event);
        if members.is_empty() || matches!(ways.get(&event), Some(Some(_))) {
            return Ok((event, self.way(event, ways)?));
        }
        let mut best: Result<(EventId, Way), Unscheduled> = Err(Unscheduled::Circle);
        for member in members {
            match (self.way(*member, ways), &best) {
                (Ok(way), Ok((_, known))) if known.days <= way.days => {}
                (Ok(way), _) => best = Ok((*member, way)),
                (Err(why), Err(_)) => best = Err(why),
                (Err(_), Ok(_)) => {}
            }
        }
        best
    }

    /// The most days a wait can take.
    fn most(&mut self, wait: &Wait) -> Result<i32, Unscheduled> {
        if wait.limit.anchor != Anchor::Source || wait.limit.before {
            return Err(Unscheduled::Stated);
        }
        self.length(&wait.limit, Some(wait.end)).map(|(_, most)| most).ok_or(Unscheduled::Amount)
    }

    /// The most days a notice can take: so many before the day it announces.
    fn notice(&mut self, limit: &Limit) -> Result<i32, Unscheduled> {
        let forward = Limit { before: false, anchor: Anchor::Source, ..*limit };
        let most = self.length(&forward, Some(kernel::End::Full)).map(|(_, most)| most);
        most.ok_or(Unscheduled::Amount)
    }

    /// The fewest days of a limit, the most of a wait with an end, over the published calendar.
    fn length(&mut self, limit: &Limit, end: Option<kernel::End>) -> Option<(i32, i32)> {
        let key = (limit.period, limit.roll, limit.full_hour, end);
        if let Some(known) = self.lengths.get(&key) {
            return *known;
        }
        let last = self.calendar.last();
        let days = (1..CYCLE_DAYS).map(|back| last.plus(-back));
        let mut found: Option<(i32, i32)> = None;
        for day in days.take_while(|d| self.calendar.is_published(*d)) {
            let Some(term) = self.term(limit, day) else { break };
            // Late in the day: hours then reach furthest into the next.
            let at = if end.is_some() { day.end() } else { day.start() };
            let until = match end {
                None => {
                    let due = self.calendar.due(at, &term);
                    (!due.provisional).then_some(due.due)
                }
                Some(end) => {
                    let (ready, provisional) = self.calendar.ready(at, &term, end);
                    (!provisional).then_some(ready)
                }
            };
            let Some(until) = until else { continue };
            let days = until.day().0 - day.0;
            let (least, most) = found.unwrap_or((days, days));
            found = Some((least.min(days), most.max(days)));
        }
        self.lengths.insert(key, found);
        found
    }

    /// The term with its amount as the place sets it on the day.
    fn term(&self, limit: &Limit, day: Day) -> Option<Term> {
        let length = match limit.period {
            Period::Yearly { month, day } => Length::Yearly(month, day),
            Period::MonthEnd => Length::MonthEnd,
            Period::QuarterEnd => Length::QuarterEnd,
            Period::Span(amount, unit) => Length::Span(match amount {
                Amount::Fixed(amount) => Span { amount, unit },
                Amount::Field(_) => return None,
                Amount::Param(param) => match self.params.get(param.index())?.on(day)? {
                    Value::Span(span) => *span,
                    Value::Int(n) => Span { amount: u32::try_from(*n).ok()?, unit },
                    _ => return None,
                },
            }),
        };
        Some(Term { length, roll: limit.roll, full_hour: limit.full_hour })
    }
}
