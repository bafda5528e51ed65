//! What an execution or a breach does to the marking, in the fixed order.
//!
//! A [`Plan`] is read off the graph and the store before anything changes; carrying it out is
//! excludes, includes, responses, clocks (close, extend, open). So an event that is both excluded
//! and included ends included, and no effect sees another's half-done work.
//!
//! Not here: whether the act may happen (`enabled.rs`) and the own duty's discharge (`step.rs`).

use crate::duty::{Change, Duty, Start};
use crate::graph::{Effect, EventId, Graph, Kind, Merge, RelationId, TemplateId};
use crate::guard::Guard;
use crate::limit::{Length, Span};
use crate::marking::Marking;
use crate::resolve::{Env, Resolved, View, resolve};
use crate::set::EventSet;
use crate::time::Instant;

/// A guard on an effect applies where it is true.
pub(crate) fn applies(guard: Option<&Guard>, view: &View) -> bool {
    guard.is_none_or(|g| g.eval(view) == Some(true))
}

/// A response about to create a duty.
#[derive(Clone, Copy)]
struct Response {
    relation: RelationId,
    target: EventId,
    limit: Option<Resolved>,
    merge: Merge,
}

/// Everything one execution or breach will do.
pub(crate) struct Plan {
    source: EventId,
    at: Instant,
    excludes: EventSet,
    includes: EventSet,
    responses: Vec<Response>,
    extends: Vec<(RelationId, Span)>,
    opens: Vec<RelationId>,
    closes: Vec<RelationId>,
    spawns: Vec<TemplateId>,
    /// Made by a breach, not by an act.
    of_breach: bool,
}

impl Plan {
    /// The effects of executing the event at `at`; limits count from `effective`.
    pub fn of_execution(
        graph: &Graph,
        view: &View,
        event: EventId,
        effective: Instant,
        at: Instant,
    ) -> Self {
        let row = graph.index.of(event);
        let holds = |id: &RelationId| applies(graph.relation(*id).when.as_ref(), view);
        let targets = |list: &[RelationId], plain: &EventSet| {
            let mut set = *plain;
            list.iter().filter(|r| holds(r)).for_each(|r| set.insert(graph.relation(*r).target));
            set
        };
        let mut plan = Self {
            source: event,
            at,
            excludes: targets(&row.exclude_list, &row.excludes),
            includes: targets(&row.include_list, &row.includes),
            responses: Vec::new(),
            extends: Vec::new(),
            opens: row.opens.iter().copied().filter(holds).collect(),
            closes: row.closes.clone(),
            spawns: row.spawns.iter().filter(|(r, _)| holds(r)).map(|(_, t)| *t).collect(),
            of_breach: false,
        };
        for id in row.responses.iter().filter(|r| holds(r)) {
            if let Kind::Response { limit, merge, .. } = &graph.relation(*id).kind {
                let limit = limit.and_then(|l| resolve(&l, effective, view).ok());
                plan.responses.push(Response {
                    relation: *id,
                    target: graph.relation(*id).target,
                    limit,
                    merge: *merge,
                });
            }
        }
        for id in row.extends.iter().filter(|r| holds(r)) {
            if let Some(limit) = graph.relation(*id).kind.duty_limit()
                && let Ok(Resolved { term, .. }) = resolve(limit, effective, view)
                && let Length::Span(span) = term.length
            {
                plan.extends.push((*id, span));
            }
        }
        plan
    }

    /// The effects of a breach at `at`. Nobody can supply a missing field then, so a guard that
    /// cannot be decided does not silence the consequence.
    pub fn of_breach(graph: &Graph, view: &View, event: EventId, at: Instant) -> Self {
        let mut plan = Self {
            source: event,
            at,
            excludes: EventSet::EMPTY,
            includes: EventSet::EMPTY,
            responses: Vec::new(),
            extends: Vec::new(),
            opens: Vec::new(),
            closes: Vec::new(),
            spawns: Vec::new(),
            of_breach: true,
        };
        for id in &graph.index.of(event).overdue {
            let relation = graph.relation(*id);
            if relation.when.as_ref().and_then(|g| g.eval(view)) == Some(false) {
                continue;
            }
            let target = relation.target;
            match &relation.kind {
                Kind::Overdue(Effect::Exclude) => plan.excludes.insert(target),
                Kind::Overdue(Effect::Include) => plan.includes.insert(target),
                Kind::Overdue(Effect::Respond { limit, merge }) => {
                    let limit = limit.and_then(|l| resolve(&l, at, view).ok());
                    plan.responses.push(Response { relation: *id, target, limit, merge: *merge });
                }
                _ => {}
            }
        }
        plan.responses.sort_by_key(|r| (r.target, r.relation));
        plan
    }

    /// The templates it creates instances of.
    pub fn spawns(&self) -> &[TemplateId] {
        &self.spawns
    }

    /// Changes the marking. `before` is what was included before the whole step.
    pub fn carry_out(&self, graph: &Graph, marking: &mut Marking, env: &Env, before: &EventSet) {
        if !self.excludes.is_empty() || !self.includes.is_empty() {
            self.exclude_and_include(graph, marking, env, before);
        }
        for group in self.responses.chunk_by(|a, b| a.target == b.target) {
            self.respond(graph, marking, env, group);
        }
        self.close(graph, marking, env);
        for (relation, span) in &self.extends {
            self.extend(graph, marking, env, *relation, *span);
        }
        self.open(graph, marking, env);
    }

    fn exclude_and_include(
        &self,
        graph: &Graph,
        marking: &mut Marking,
        env: &Env,
        before: &EventSet,
    ) {
        for event in self.excludes.and(&marking.included).iter() {
            marking.excluded_by[event.index()] = Some((self.source, self.at));
        }
        let earlier = marking.included;
        marking.included = marking.included.minus(&self.excludes);
        let existing = self.includes.iter().filter(|e| marking.exists(graph, *e)).collect();
        marking.included = marking.included.or(&existing);
        marking.refresh_choices(graph);
        let entered = marking.included.minus(&earlier).minus(before);
        for event in entered.and(&marking.pending).iter() {
            self.revive(marking, env, event);
        }
    }

    /// A dormant duty whose due has passed comes back as due now: it was not in force meanwhile.
    fn revive(&self, marking: &mut Marking, env: &Env, event: EventId) {
        let late = marking.late.has(event);
        if let Some(duty) = &mut marking.duties[event.index()]
            && !late
            && duty.due().is_some_and(|d| d.due < self.at)
        {
            duty.change(Change::Revived(self.at), env.calendar);
        }
    }

    /// Several relations onto one event: the earliest due of them, strictest if any is.
    fn respond(&self, graph: &Graph, marking: &mut Marking, env: &Env, group: &[Response]) {
        let target = group[0].target;
        if !marking.exists(graph, target) {
            return;
        }
        let duty_of = |r: &Response| {
            let start = Start {
                relation: Some(r.relation),
                created_by: Some(self.source),
                created_at: self.at,
            };
            let mut duty = Duty::new(start, r.limit, env.calendar);
            // A duty made by a breach is never due before it, or a chain of them would not end.
            if self.of_breach && duty.due().is_some_and(|d| d.due < self.at) {
                duty.change(Change::Revived(self.at), env.calendar);
            }
            duty
        };
        let duties = group.iter().map(duty_of);
        let mut new = duties
            .min_by_key(|d| d.strictness(self.at, env.calendar))
            .expect("a group has a member");
        if marking.is_stopped(graph, target) {
            new.change(Change::Stopped(self.at), env.calendar);
        }
        if group.iter().any(|r| r.merge == Merge::Strictest)
            && let Some(old) = marking.duty(target)
            && old.stands_against(&new, self.at, env.calendar)
        {
            return;
        }
        marking.pending.insert(target);
        marking.late.remove(target);
        marking.duties[target.index()] = Some(new);
    }

    fn close(&self, graph: &Graph, marking: &mut Marking, env: &Env) {
        for stop in &self.closes {
            marking.open[stop.index()] = false;
            let duty = graph.relation(*stop).target;
            let stopped = marking.is_stopped(graph, duty);
            if let Some(held) = &mut marking.duties[duty.index()]
                && held.is_held()
                && !stopped
            {
                held.change(Change::Resumed(self.at), env.calendar);
            }
        }
    }

    /// A late duty is not cured; a duty without a limit has nothing to prolong.
    fn extend(&self, graph: &Graph, marking: &mut Marking, env: &Env, id: RelationId, span: Span) {
        let target = graph.relation(id).target;
        if marking.late.has(target) {
            return;
        }
        if let Some(duty) = &mut marking.duties[target.index()]
            && duty.limit.is_some()
        {
            duty.change(Change::Extended(self.at, span), env.calendar);
            if let Kind::Extend { max, .. } = graph.relation(id).kind {
                marking.used[id.index()] = marking.used[id.index()].saturating_add(1).min(max);
            }
        }
    }

    fn open(&self, graph: &Graph, marking: &mut Marking, env: &Env) {
        for stop in &self.opens {
            let target = graph.relation(*stop).target;
            if !marking.concerns(graph, graph.relation(*stop)) {
                continue;
            }
            marking.open[stop.index()] = true;
            let late = marking.late.has(target);
            if let Some(duty) = &mut marking.duties[target.index()]
                && !late
                && duty.due().is_some()
            {
                duty.change(Change::Stopped(self.at), env.calendar);
            }
        }
    }
}
