//! Whether an event may be executed at one instant, and everything that bars it.
//!
//! The plain part is a few word operations; guards, waits, bounds and extensions are looked at
//! only for events that have them. Failing relations of strength warn are kept apart.
//!
//! Takes a marking already advanced to the instant. Not here: the effects (`step.rs`), persons
//! (`people.rs`).

use crate::duty::Clock;
use crate::graph::{
    Effect, EventId, EventKind, FieldId, Graph, Kind, Lead, Relation, RelationId, Repeat, Strength,
};
use crate::guard::{Facts, Guard, Value};
use crate::index::Row;
use crate::limit::{Limit, Wait};
use crate::marking::Marking;
use crate::refusal::{Failing, Why};
use crate::resolve::{Env, Missing, View, resolve};
use crate::time::Instant;

/// What bars an event, and what only warns.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Barriers {
    /// Relations of strength refuse that fail.
    pub failing: Vec<Failing>,
    /// Relations of strength warn that fail.
    pub warnings: Vec<Failing>,
}

/// Everything that bars the event at `at`, to which the marking has been advanced. The payload is
/// looked at only for the posting date and for the date a notice must precede: guards never read
/// fields of the act they admit.
pub fn barriers(
    graph: &Graph,
    marking: &Marking,
    env: &Env,
    event: EventId,
    at: Instant,
    payload: &[(FieldId, Value)],
) -> Barriers {
    let mut found = Barriers::default();
    add_barriers(graph, marking, env, event, at, payload, &mut found);
    found
}

/// [`barriers`], into a list of the caller.
#[inline(always)]
pub(crate) fn add_barriers(
    graph: &Graph,
    marking: &Marking,
    env: &Env,
    event: EventId,
    at: Instant,
    payload: &[(FieldId, Value)],
    found: &mut Barriers,
) {
    bars_of_event(graph, marking, event, found);
    let row = graph.index.of(event);
    if is_plainly_barred(row, marking) {
        plain_bars(graph, marking, event, found);
    }
    if !row.constraints.is_empty() {
        let view = View { marking, payload: &[], writes: &[], env, at };
        let probe = Probe { graph, event, at, payload, view };
        row.constraints.iter().for_each(|r| probe.constraint(*r, found));
    }
    found.failing.sort_by_key(|f| f.relation);
}

/// Whether a plain condition or milestone bars the event of the row.
#[inline]
pub(crate) fn is_plainly_barred(row: &Row, marking: &Marking) -> bool {
    let blocked = row.conditions.and(&marking.included).minus(&marking.executed);
    let awaited = row.milestones.and(&marking.included).and(&marking.pending);
    !blocked.or(&awaited).is_empty()
}

/// Inclusion and repetition.
#[inline(always)]
fn bars_of_event(graph: &Graph, marking: &Marking, event: EventId, found: &mut Barriers) {
    if !marking.included.has(event) {
        found.failing.push(not_included(graph, marking, event));
    }
    let max = match graph.event(event).repeat {
        Repeat::Once => 1,
        Repeat::AtMost(n) => n,
        Repeat::Unlimited => return,
    };
    if let Some(last) = marking.executed_at(event)
        && marking.times(event).max(1) >= max
    {
        let why = Why::Repeated { max, last };
        found.failing.push(Failing { relation: None, clause: graph.event(event).clause, why });
    }
}

/// Cites the exclusion that took the event out, else the inclusion that would put it in.
fn not_included(graph: &Graph, marking: &Marking, event: EventId) -> Failing {
    let closed_by = marking.taken_out_by(event);
    let onto = |kinds: fn(&Kind) -> bool| {
        let fits = move |r: &Relation| kinds(&r.kind) && marking.exists(graph, r.source);
        graph.index.of(event).onto.iter().copied().filter(move |r| fits(graph.relation(*r)))
    };
    let excludes = |k: &Kind| matches!(k, Kind::Exclude | Kind::Overdue(Effect::Exclude));
    let includes = |k: &Kind| matches!(k, Kind::Include | Kind::Overdue(Effect::Include));
    let by = |r: &RelationId| closed_by.is_some_and(|(e, _)| graph.relation(*r).source == e);
    let relation = onto(excludes).find(by).or_else(|| onto(includes).next());
    let opened_by = onto(includes).map(|r| graph.relation(r).source).collect();
    Failing {
        relation,
        clause: relation.map_or(graph.event(event).clause, |r| graph.relation(r).clause),
        why: Why::NotIncluded { closed_by, opened_by },
    }
}

/// Plain conditions and milestones, one reason per relation so that every article is cited.
fn plain_bars(graph: &Graph, marking: &Marking, event: EventId, found: &mut Barriers) {
    for id in &graph.index.of(event).onto {
        let relation = graph.relation(*id);
        let plain = relation.when.is_none() && relation.strength == Strength::Refuse;
        if !plain || !marking.included.has(relation.source) {
            continue;
        }
        let why = match &relation.kind {
            Kind::Condition { wait: None, bound: None, lead: None, and_if: None, .. }
                if !marking.executed.has(relation.source) =>
            {
                Why::NotDone { source: relation.source }
            }
            Kind::Milestone if marking.pending.has(relation.source) => {
                Why::Awaiting { duty: relation.source }
            }
            _ => continue,
        };
        found.failing.push(Failing { relation: Some(*id), clause: relation.clause, why });
    }
}

/// Looks at the relations that are more than a bit.
struct Probe<'a> {
    graph: &'a Graph,
    event: EventId,
    at: Instant,
    payload: &'a [(FieldId, Value)],
    /// The matter's fields without the payload: guards on enabledness never read the same act.
    view: View<'a>,
}

impl Probe<'_> {
    fn constraint(&self, id: RelationId, found: &mut Barriers) {
        let relation = self.graph.relation(id);
        if relation.when.as_ref().and_then(|g| g.eval(&self.view)) == Some(false) {
            return;
        }
        let mut reasons = Vec::new();
        match &relation.kind {
            Kind::Condition { wait, bound, lead, and_if, .. } => {
                let source = relation.source;
                if !self.view.marking.included.has(source) {
                    return;
                }
                let Some(done) = self.view.marking.executed_at(source) else {
                    reasons.push(Why::NotDone { source });
                    return self.report(id, relation, reasons, found);
                };
                wait.iter().for_each(|w| reasons.extend(self.too_early(source, done, w)));
                bound.iter().for_each(|b| reasons.extend(self.too_late(source, done, b)));
                lead.iter().for_each(|l| reasons.extend(self.short_notice(source, done, l)));
                and_if.iter().for_each(|g| reasons.extend(self.not_met(source, g)));
            }
            Kind::Milestone => {
                let marking = self.view.marking;
                if marking.included.has(relation.source) && marking.pending.has(relation.source) {
                    reasons.push(Why::Awaiting { duty: relation.source });
                }
            }
            Kind::Extend { max, .. } if self.view.marking.concerns(self.graph, relation) => {
                reasons.extend(self.cannot_extend(id, relation.target, *max))
            }
            _ => {}
        }
        self.report(id, relation, reasons, found);
    }

    fn report(&self, id: RelationId, relation: &Relation, reasons: Vec<Why>, found: &mut Barriers) {
        let list = match relation.strength {
            Strength::Refuse => &mut found.failing,
            Strength::Warn => &mut found.warnings,
        };
        let clause = relation.clause;
        list.extend(reasons.into_iter().map(|why| Failing { relation: Some(id), clause, why }));
    }

    fn too_early(&self, source: EventId, done: Instant, wait: &Wait) -> Option<Why> {
        let resolved = match resolve(&wait.limit, done, &self.view) {
            Ok(resolved) => resolved,
            Err(missing) => return Some(Why::Unknown(missing)),
        };
        let calendar = self.view.env.calendar;
        let (ready, provisional) = resolved.ready(calendar, wait.end);
        let anchor = resolved.anchor;
        (ready > self.at).then_some(Why::TooEarly { source, anchor, ready, provisional })
    }

    /// A bound that rests on an unpublished day bars nothing yet.
    fn too_late(&self, source: EventId, done: Instant, bound: &Limit) -> Option<Why> {
        let resolved = match resolve(bound, done, &self.view) {
            Ok(resolved) => resolved,
            Err(missing) => return Some(Why::Unknown(missing)),
        };
        let due = resolved.due(self.view.env.calendar);
        let timing = self.timing();
        let anchor = resolved.anchor;
        (timing > due.due && !due.provisional).then_some(Why::TooLate {
            source,
            anchor,
            due: due.due,
            timing,
        })
    }

    /// When the act counts as done: the posting date if one is stated and earlier.
    fn timing(&self) -> Instant {
        let posted = self.graph.event(self.event).posted;
        let stated = posted.and_then(|f| match given(self.payload, f) {
            Some(Value::Day(day)) => Some(day.end()),
            Some(Value::Instant(at)) => Some(*at),
            _ => None,
        });
        stated.map_or(self.at, |at| at.min(self.at))
    }

    fn short_notice(&self, source: EventId, done: Instant, lead: &Lead) -> Option<Why> {
        let stated = given(self.payload, lead.until).or_else(|| self.view.field(lead.until));
        let date = match stated {
            Some(Value::Day(day)) => day.start(),
            Some(Value::Instant(at)) => *at,
            _ => return Some(Why::Unknown(Missing::Field(lead.until))),
        };
        let mut resolved = match resolve(&lead.limit, done, &self.view) {
            Ok(resolved) => resolved,
            Err(missing) => return Some(Why::Unknown(missing)),
        };
        // The limit's own anchor is when the source counts as done (execution, or a date served).
        let done = std::mem::replace(&mut resolved.anchor, date);
        let (latest, _) = self.view.env.calendar.latest_before(date, &resolved.term);
        (done > latest).then_some(Why::NoticeTooShort { source, done, latest })
    }

    fn not_met(&self, source: EventId, guard: &Guard) -> Option<Why> {
        match guard.eval(&self.view) {
            Some(true) => None,
            Some(false) => Some(Why::NotMet { source, fields: guard.fields() }),
            None => Some(match guard.missing(&self.view) {
                Some(missing) => Why::Unknown(missing),
                None => Why::NotMet { source, fields: guard.fields() },
            }),
        }
    }

    /// Rule 5.4: an open duty with a finite clock, not late, and a use left.
    fn cannot_extend(&self, id: RelationId, duty: EventId, max: u16) -> Vec<Why> {
        let marking = self.view.marking;
        let mut reasons = Vec::new();
        let open = marking.duty(duty).filter(|_| marking.included.has(duty));
        match open.map(|d| d.clock) {
            None | Some(Clock::Unlimited) => reasons.push(Why::NothingToExtend { duty }),
            Some(Clock::Running(due)) if marking.late.has(duty) => {
                reasons.push(Why::ExtendedTooLate { duty, due: due.due });
            }
            Some(_) => {}
        }
        if marking.used(id) >= max {
            reasons.push(Why::ExtensionsUsed { duty, max });
        }
        reasons
    }
}

pub(crate) fn given(payload: &[(FieldId, Value)], field: FieldId) -> Option<&Value> {
    payload.iter().find(|(f, _)| *f == field).map(|(_, v)| v)
}

/// Whether persons execute the event at all.
pub(crate) fn is_for_persons(graph: &Graph, event: EventId) -> bool {
    matches!(graph.event(event).kind, EventKind::Act)
}
