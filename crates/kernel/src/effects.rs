//! What an execution or a breach does to the marking, in the fixed order.
//!
//! A [`Plan`] is read off the graph and the store before anything changes; carrying it out is
//! excludes, includes, responses, clocks (close, extend, open). So an event that is both excluded
//! and included ends included, and no effect sees another's half-done work.
//!
//! Not here: whether the act may happen (`enabled.rs`) and the own duty's discharge (`step.rs`).

use smallvec::SmallVec;

use crate::duty::{Change, Duty, Start};
use crate::graph::{EventId, Graph, Kind, Merge, RelationId, TemplateId};
use crate::guard::Guard;
use crate::index::{Does, Outgoing};
use crate::limit::{Anchor, Length};
use crate::marking::Marking;
use crate::resolve::{Env, Resolved, View, resolve};
use crate::set::EventSet;
use crate::time::Instant;

/// A guard on an effect applies where it is true.
pub(crate) fn applies(guard: Option<&Guard>, view: &View) -> bool {
    guard.is_none_or(|g| g.eval(view) == Some(true))
}

/// Everything one execution or breach will do. Most acts allocate nothing for it.
pub(crate) struct Plan<'g> {
    source: EventId,
    at: Instant,
    /// From when its limits count.
    effective: Instant,
    excludes: EventSet,
    includes: EventSet,
    /// In the order of their targets.
    responses: SmallVec<[Outgoing; 4]>,
    closes: &'g [RelationId],
    rare: Option<Box<Rare>>,
    /// Made by a breach, not by an act.
    of_breach: bool,
    /// Every guard was true or false, and every limit could be resolved.
    decided: bool,
}

/// What few acts do.
#[derive(Default)]
struct Rare {
    extends: Vec<RelationId>,
    opens: Vec<RelationId>,
    spawns: Vec<TemplateId>,
    from_dues: Vec<FromDue>,
}

/// A limit from the due day of a duty, read before any due day changes.
struct FromDue {
    relation: RelationId,
    limit: Resolved,
    /// The duty as it stands, if that day is provisional.
    rests_on: Option<Duty>,
}

impl Rare {
    fn limit_of(&self, id: RelationId) -> Option<&FromDue> {
        self.from_dues.iter().find(|found| found.relation == id)
    }

    /// The duty on whose provisional due day a new one rests.
    fn anchor_of(&self, new: &Duty) -> Option<&Duty> {
        self.limit_of(new.start.relation?)?.rests_on.as_ref()
    }
}

impl<'g> Plan<'g> {
    /// Nothing yet, of the execution or breach of the event at `at`.
    #[inline]
    pub fn new(source: EventId, at: Instant) -> Self {
        Self {
            source,
            at,
            effective: at,
            excludes: EventSet::EMPTY,
            includes: EventSet::EMPTY,
            responses: SmallVec::new(),
            closes: &[],
            rare: None,
            of_breach: false,
            decided: true,
        }
    }

    /// The effects of an execution; limits count from `effective`. What cannot be decided for want
    /// of a fact has no effect and makes the plan undecided.
    pub fn read_execution(&mut self, graph: &'g Graph, view: &View, effective: Instant) {
        let row = graph.index.of(self.source);
        self.effective = effective;
        self.excludes = row.excludes;
        self.includes = row.includes;
        self.closes = &row.closes;
        for effect in &row.effects {
            if effect.guarded {
                let guard = graph.relation(effect.relation).when.as_ref();
                let holds = guard.map_or(Some(true), |guard| guard.eval(view));
                self.decided &= holds.is_some();
                if holds != Some(true) {
                    continue;
                }
            }
            self.take(graph, view, effect);
        }
    }

    #[inline(always)]
    fn take(&mut self, graph: &Graph, view: &View, effect: &Outgoing) {
        if effect.varies {
            self.decided &= self.is_resolved(graph, view, effect.relation);
        }
        match effect.does {
            Does::Respond(_) => self.responses.push(*effect),
            Does::Exclude => self.excludes.insert(effect.target),
            Does::Include => self.includes.insert(effect.target),
            Does::Extend => self.rare().extends.push(effect.relation),
            Does::Stop => self.rare().opens.push(effect.relation),
            Does::Spawn(template) => self.rare().spawns.push(template),
        }
    }

    /// Whether the limit can be resolved.
    #[inline(never)]
    fn is_resolved(&mut self, graph: &Graph, view: &View, relation: RelationId) -> bool {
        let Some(limit) = graph.relation(relation).kind.duty_limit() else { return true };
        let Ok(resolved) = resolve(limit, self.effective, view) else { return false };
        if let Anchor::DueOf(event) = limit.anchor {
            let duty = view.marking.duty(event).filter(|_| resolved.provisional);
            let rests_on = duty.cloned();
            self.rare().from_dues.push(FromDue { relation, limit: resolved, rests_on });
        }
        true
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
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
            if let Some(effect) = Outgoing::new(*id, relation) {
                self.take(graph, view, &effect);
            }
        }
        self.responses.sort_by_key(|effect| (effect.target, effect.relation));
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
        self.rare.as_ref().map_or(&[], |rare| &rare.spawns)
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
        let Some(rare) = &self.rare else { return };
        for relation in &rare.extends {
            self.extend(graph, marking, env, *relation);
        }
        self.open(graph, marking, env, &rare.opens);
    }

    fn exclude_and_include(
        &self,
        graph: &Graph,
        marking: &mut Marking,
        env: &Env,
        before: &EventSet,
    ) {
        let leaving = self.excludes.and(&marking.included);
        if !leaving.is_empty() {
            leaving.iter().for_each(|event| marking.take_out(event, self.source, self.at));
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
        let woken = entered.and(&marking.pending);
        if !woken.is_empty() {
            woken.iter().for_each(|event| self.revive(marking, env, event));
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
    fn respond(&self, graph: &Graph, marking: &mut Marking, env: &Env, group: &[Outgoing]) {
        let target = group[0].target;
        if !marking.exists(graph, target) {
            return;
        }
        let mut new = self.duty(graph, marking, env, group[0].relation);
        self.qualify(&mut new, env);
        for other in &group[1..] {
            let mut other = self.duty(graph, marking, env, other.relation);
            self.qualify(&mut other, env);
            if other.strictness(self.at, env.calendar) < new.strictness(self.at, env.calendar) {
                new = other;
            }
        }
        if marking.is_stopped(graph, target) {
            new.change(Change::Stopped(self.at), env.calendar);
        }
        if group.iter().any(|r| r.does == Does::Respond(Merge::Strictest))
            && let Some(old) = marking.duty(target)
            && old.stands_against(&new, self.at, env.calendar)
        {
            return;
        }
        marking.owe(target, new);
    }

    /// Not inlined, so that it is written once, where it is wanted.
    #[inline(never)]
    fn duty(&self, graph: &Graph, marking: &Marking, env: &Env, id: RelationId) -> Duty {
        let start =
            Start { relation: Some(id), created_by: Some(self.source), created_at: self.at };
        match &graph.index.constant[id.index()] {
            Some(limit) => Duty::within(start, limit, self.effective, env.calendar),
            None => Duty::new(start, self.resolved(graph, marking, env, id), env.calendar),
        }
    }

    /// What few new duties have besides their limit.
    #[inline(always)]
    fn qualify(&self, duty: &mut Duty, env: &Env) {
        if let Some(rare) = &self.rare
            && let Some(anchor) = rare.anchor_of(duty)
        {
            duty.rest_on(anchor.clone());
        }
        // A duty made by a breach is never due before it, or a chain of them would not end.
        if self.of_breach {
            duty.revive(self.at, env.calendar);
        }
    }

    /// The limit of the relation on a duty. What the act stated is in the marking by now; due days may
    /// have changed since it was read.
    fn resolved(
        &self,
        graph: &Graph,
        marking: &Marking,
        env: &Env,
        id: RelationId,
    ) -> Option<Resolved> {
        let limit = graph.relation(id).kind.duty_limit()?;
        if let Anchor::DueOf(_) = limit.anchor {
            return Some(self.rare.as_ref()?.limit_of(id)?.limit);
        }
        let view = View { marking, payload: &[], writes: &[], env, at: self.at };
        resolve(limit, self.effective, &view).ok()
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
    fn extend(&self, graph: &Graph, marking: &mut Marking, env: &Env, id: RelationId) {
        let relation = graph.relation(id);
        let Kind::Extend { max, .. } = &relation.kind else { return };
        let limit = self.resolved(graph, marking, env, id);
        let Some(Length::Span(span)) = limit.map(|l| l.term.length) else { return };
        if marking.late.has(relation.target) {
            return;
        }
        if let Some(duty) = marking.duty_mut(relation.target)
            && duty.limit.is_some()
        {
            duty.change(Change::Extended(self.at, span), env.calendar);
            marking.use_extension(id, *max);
        }
    }

    fn open(&self, graph: &Graph, marking: &mut Marking, env: &Env, opens: &[RelationId]) {
        for stop in opens {
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
