//! What an execution or a breach does to the marking, in the fixed order.
//!
//! A [`Plan`] is read off the graph and the store before anything changes; carrying it out is
//! excludes, includes, responses, clocks (close, extend, open). So an event that is both excluded
//! and included ends included, and no effect sees another's half-done work.
//!
//! Not here: whether the act may happen (`enabled.rs`) and the own duty's discharge (`step.rs`).

use smallvec::SmallVec;

use crate::duty::{Change, Duty, Start};
use crate::graph::{Effect, EventId, Graph, Kind, Merge, Relation, RelationId, TemplateId};
use crate::guard::Guard;
use crate::limit::{Anchor, Length, Limit, Span};
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

/// Everything one execution or breach will do. Short lists lie inline: most acts allocate nothing.
pub(crate) struct Plan<'g> {
    source: EventId,
    at: Instant,
    excludes: EventSet,
    includes: EventSet,
    responses: SmallVec<[Response; 3]>,
    extends: SmallVec<[(RelationId, Span); 1]>,
    opens: SmallVec<[RelationId; 2]>,
    closes: &'g [RelationId],
    spawns: SmallVec<[TemplateId; 2]>,
    /// Duties on whose provisional due days responses rest, as they stand before anything changes.
    anchors: Vec<(RelationId, Duty)>,
    /// Made by a breach, not by an act.
    of_breach: bool,
    /// Every guard was true or false, and every limit could be resolved.
    decided: bool,
}

impl<'g> Plan<'g> {
    /// Nothing yet, of the execution or breach of the event at `at`.
    #[inline]
    pub fn new(source: EventId, at: Instant) -> Self {
        Self {
            source,
            at,
            excludes: EventSet::EMPTY,
            includes: EventSet::EMPTY,
            responses: SmallVec::new(),
            extends: SmallVec::new(),
            opens: SmallVec::new(),
            closes: &[],
            spawns: SmallVec::new(),
            anchors: Vec::new(),
            of_breach: false,
            decided: true,
        }
    }

    /// The effects of an execution; limits count from `effective`. What cannot be decided for want
    /// of a fact has no effect and makes the plan undecided.
    pub fn read_execution(&mut self, graph: &'g Graph, view: &View, effective: Instant) {
        let row = graph.index.of(self.source);
        (self.excludes, self.includes, self.closes) = (row.excludes, row.includes, &row.closes);
        for id in &row.effects {
            let Some(relation) = self.holding(graph, view, *id) else { continue };
            match &relation.kind {
                Kind::Response { limit, merge, .. } => {
                    let limit = limit.as_ref().and_then(|l| {
                        let resolved = self.resolved(l, effective, view)?;
                        self.keep_anchor(*id, l, &resolved, view);
                        Some(resolved)
                    });
                    let target = relation.target;
                    self.responses.push(Response { relation: *id, target, limit, merge: *merge });
                }
                Kind::Exclude => self.excludes.insert(relation.target),
                Kind::Include => self.includes.insert(relation.target),
                Kind::Extend { limit, .. } => {
                    let resolved = self.resolved(limit, effective, view);
                    if let Some(Length::Span(span)) = resolved.map(|r| r.term.length) {
                        self.extends.push((*id, span));
                    }
                }
                Kind::Stop { .. } => self.opens.push(*id),
                Kind::Spawn(template) => self.spawns.push(*template),
                Kind::Condition { .. } | Kind::Milestone | Kind::Overdue(_) => {}
            }
        }
    }

    /// The relation, where its guard is true.
    #[inline]
    fn holding(&mut self, graph: &'g Graph, view: &View, id: RelationId) -> Option<&'g Relation> {
        let relation = graph.relation(id);
        let holds = relation.when.as_ref().map_or(Some(true), |guard| guard.eval(view));
        self.decided &= holds.is_some();
        (holds == Some(true)).then_some(relation)
    }

    fn resolved(&mut self, limit: &Limit, from: Instant, view: &View) -> Option<Resolved> {
        let resolved = resolve(limit, from, view).ok();
        self.decided &= resolved.is_some();
        resolved
    }

    /// Keeps the duty that a limit from its provisional due day rests on.
    #[inline]
    fn keep_anchor(&mut self, id: RelationId, limit: &Limit, resolved: &Resolved, view: &View) {
        if resolved.provisional
            && let Anchor::DueOf(event) = limit.anchor
            && let Some(duty) = view.marking.duty(event)
        {
            self.anchors.push((id, duty.clone()));
        }
    }

    /// The effects of a breach. Nobody can supply a missing field then, so a guard that cannot be
    /// decided does not silence the consequence.
    pub fn read_breach(&mut self, graph: &Graph, view: &View) {
        self.of_breach = true;
        for id in &graph.index.of(self.source).overdue {
            let relation = graph.relation(*id);
            if relation.when.as_ref().and_then(|g| g.eval(view)) == Some(false) {
                continue;
            }
            let target = relation.target;
            match &relation.kind {
                Kind::Overdue(Effect::Exclude) => self.excludes.insert(target),
                Kind::Overdue(Effect::Include) => self.includes.insert(target),
                Kind::Overdue(Effect::Respond { limit, merge }) => {
                    let limit = limit.and_then(|l| {
                        let resolved = resolve(&l, self.at, view).ok()?;
                        self.keep_anchor(*id, &l, &resolved, view);
                        Some(resolved)
                    });
                    self.responses.push(Response { relation: *id, target, limit, merge: *merge });
                }
                _ => {}
            }
        }
        self.responses.sort_by_key(|r| (r.target, r.relation));
    }

    /// The event whose execution or breach this is.
    pub fn source(&self) -> EventId {
        self.source
    }

    /// Whether no fact was missing.
    pub fn is_decided(&self) -> bool {
        self.decided
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
            marking.take_out(event, self.source, self.at);
        }
        let earlier = marking.included;
        marking.included = marking.included.minus(&self.excludes);
        let existing = match self.includes.and(&graph.index.slotted).is_empty() {
            true => self.includes,
            false => self.includes.iter().filter(|e| marking.exists(graph, *e)).collect(),
        };
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
        if let Some(duty) = marking.duty_mut(event)
            && !late
        {
            duty.revive(self.at, env.calendar);
        }
    }

    /// Several relations onto one event: the earliest due of them, strictest if any is.
    fn respond(&self, graph: &Graph, marking: &mut Marking, env: &Env, group: &[Response]) {
        let target = group[0].target;
        if !marking.exists(graph, target) {
            return;
        }
        let mut new = self.duty(&group[0], env);
        for other in &group[1..] {
            let other = self.duty(other, env);
            if other.strictness(self.at, env.calendar) < new.strictness(self.at, env.calendar) {
                new = other;
            }
        }
        if marking.is_stopped(graph, target) {
            new.change(Change::Stopped(self.at), env.calendar);
        }
        if group.iter().any(|r| r.merge == Merge::Strictest)
            && let Some(old) = marking.duty(target)
            && old.stands_against(&new, self.at, env.calendar)
        {
            return;
        }
        marking.owe(target, new);
    }

    /// Not inlined, so that a duty is written once, where it is kept.
    #[inline(never)]
    fn duty(&self, response: &Response, env: &Env) -> Duty {
        let start = Start {
            relation: Some(response.relation),
            created_by: Some(self.source),
            created_at: self.at,
        };
        let mut duty = Duty::new(start, response.limit, env.calendar);
        if response.limit.is_some_and(|limit| limit.provisional) {
            let mut anchors = self.anchors.iter().filter(|(id, _)| *id == response.relation);
            duty.rests_on = anchors.next().map(|(_, anchor)| Box::new(anchor.clone()));
        }
        // A duty made by a breach is never due before it, or a chain of them would not end.
        if self.of_breach {
            duty.revive(self.at, env.calendar);
        }
        duty
    }

    fn close(&self, graph: &Graph, marking: &mut Marking, env: &Env) {
        for stop in self.closes {
            marking.set_open(*stop, false);
            let duty = graph.relation(*stop).target;
            let stopped = marking.is_stopped(graph, duty);
            if let Some(held) = marking.duty_mut(duty)
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
        if let Some(duty) = marking.duty_mut(target)
            && duty.limit.is_some()
        {
            duty.change(Change::Extended(self.at, span), env.calendar);
            if let Kind::Extend { max, .. } = graph.relation(id).kind {
                marking.use_extension(id, max);
            }
        }
    }

    fn open(&self, graph: &Graph, marking: &mut Marking, env: &Env) {
        for stop in &self.opens {
            let target = graph.relation(*stop).target;
            if !marking.concerns(graph, graph.relation(*stop)) {
                continue;
            }
            marking.set_open(*stop, true);
            let late = marking.late.has(target);
            if let Some(duty) = marking.duty_mut(target)
                && !late
                && duty.due().is_some()
            {
                duty.change(Change::Stopped(self.at), env.calendar);
            }
        }
    }
}
