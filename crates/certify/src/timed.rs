//! L8, the quick alarm: a duty whose waits alone outlast its limit.
//!
//! For a duty made by an act that happens once, every unguarded condition of the owed act that can
//! only be met after the duty began starts its wait no earlier. If the longest chain of such waits
//! is longer than the limit in every position of the calendar, the breach cannot be avoided.
//! An alarm is certain; where there is none, `schedule.rs` tries to prove that the duty can be met.
//!
//! Next: `schedule.rs`.

use kernel::{
    Amount, End, EventId, Graph, Kind, Limit, Owner, Period, Relation, Repeat, Strength, Unit,
};

use crate::certificate::{Check, Finding, Subject, Verdict};
use crate::layout::{Fact, is_explored};
use crate::schedule::Scheduler;
use crate::search::Search;

/// Per response within a limit that makes an organ's duty: whether its breach can always be avoided.
pub(crate) fn unavoidable_breaches(search: &Search) -> Vec<Finding> {
    let (graph, options) = (search.graph(), search.options);
    let mut scheduler = Scheduler::new(graph, &options.calendar, &options.params);
    let mut findings = Vec::new();
    for id in graph.relation_ids() {
        let relation = graph.relation(id);
        let Kind::Response { limit: Some(limit), .. } = &relation.kind else { continue };
        let explored = [relation.source, relation.target].iter().all(|e| is_explored(graph, *e));
        if !explored || !is_organs(graph, relation.target) {
            continue;
        }
        let schedule = scheduler.schedule(relation, limit);
        let verdict = match &schedule {
            _ if outlasts(search, relation) => Verdict::Refuted,
            Ok(found) if found.needs <= found.has => Verdict::Proved,
            Ok(_) => Verdict::NotProved("its waits may outlast the shortest limit".to_owned()),
            Err(why) => Verdict::NotProved(why.reason().to_owned()),
        };
        let finding = search.finding(Check::UnavoidableBreach, Subject::Relation(id), verdict);
        findings.push(Finding { schedule: schedule.ok(), ..finding });
    }
    findings
}

/// Whether missing the duty is an organ's breach.
fn is_organs(graph: &Graph, duty: EventId) -> bool {
    graph.event(duty).owner == Owner::Organ
}

/// Whether the waits of the owed act, counted from the duty's beginning, are longer than its limit.
fn outlasts(search: &Search, duty: &Relation) -> bool {
    let once = search.graph().event(duty.source).repeat == Repeat::Once;
    let Kind::Response { limit: Some(limit), .. } = &duty.kind else { return false };
    let (true, Some(longest)) = (once, span(limit).map(|(n, unit)| at_most(n, unit, limit.roll)))
    else {
        return false;
    };
    let waits = chain(search, duty.source, duty.target, &mut Vec::new());
    waits.is_some_and(|waits| match span(limit) {
        // Waits and limit in one unit compare exactly, wherever the weekends lie.
        Some((n, unit)) if !limit.roll && waits.iter().all(|w| w.1 == unit) => {
            waits.iter().map(|w| w.0).sum::<u32>() > n
        }
        _ => waits.iter().map(|w| at_least(w.0, w.1)).sum::<u32>() > longest,
    })
}

/// The longest chain of waits from the act to the event, if the event always needs the act before.
fn chain(
    search: &Search,
    from: EventId,
    to: EventId,
    through: &mut Vec<EventId>,
) -> Option<Vec<(u32, Unit)>> {
    if from == to {
        return Some(Vec::new());
    }
    if through.contains(&to) {
        return None;
    }
    through.push(to);
    let conditions = search.graph().relations.iter().filter(|r| r.target == to);
    let chains = conditions.filter_map(|r| {
        let wait = certain(search, r)?;
        let mut waits = chain(search, from, r.source, through)?;
        waits.extend(wait);
        Some(waits)
    });
    let longest = chains.max_by_key(|w| w.iter().map(|(n, unit)| at_least(*n, *unit)).sum::<u32>());
    through.pop();
    longest
}

/// The wait of a condition that always applies: unguarded, its source never out.
fn certain(search: &Search, relation: &Relation) -> Option<Option<(u32, Unit)>> {
    let Kind::Condition { wait, .. } = &relation.kind else { return None };
    let always = search.model.layout.included[relation.source.index()] == Fact::Fixed(true);
    let open = !search.model.layout.closed_by[relation.source.index()].is_empty();
    if relation.when.is_some() || relation.strength != Strength::Refuse || !always || open {
        return None;
    }
    let own_source = |w: &&kernel::Wait| w.limit.anchor == kernel::Anchor::Source;
    let wait = wait.as_ref().filter(own_source).and_then(|w| {
        let (n, unit) = span(&w.limit)?;
        let more = u32::from(w.end != End::Ready && unit != Unit::Hour);
        Some((n + more, unit))
    });
    Some(wait)
}

fn span(limit: &Limit) -> Option<(u32, Unit)> {
    match (limit.period, limit.anchor) {
        (Period::Span(Amount::Fixed(n), unit), kernel::Anchor::Source) => Some((n, unit)),
        _ => None,
    }
}

/// The fewest natural days so many units can take.
fn at_least(n: u32, unit: Unit) -> u32 {
    match unit {
        Unit::Hour => n / 24,
        Unit::Day | Unit::WorkingDay => n,
        Unit::Month => n * 28,
        Unit::Year => n * 365,
    }
}

/// The most natural days so many units can take, the longest holiday included.
fn at_most(n: u32, unit: Unit, roll: bool) -> u32 {
    let days = match unit {
        Unit::Hour => n.div_ceil(24),
        Unit::Day => n,
        Unit::WorkingDay => n.div_ceil(5) * 7 + (n / 20 + 1) * HOLIDAY_DAYS,
        Unit::Month => n * 31,
        Unit::Year => n * 366,
    };
    if roll { days + HOLIDAY_DAYS } else { days }
}

const HOLIDAY_DAYS: u32 = 10;
