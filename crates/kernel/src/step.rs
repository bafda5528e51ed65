//! Decides whether one act may happen at one moment, and what follows from it.
//!
//! [`step`] advances time, asks `enabled.rs`, and then changes the marking in the fixed order: own
//! duty discharged, excludes, includes, responses, clocks, instances. On refusal nothing but time
//! has changed. [`record`] is the same for an act reported as already done: it takes effect even
//! where [`step`] would refuse, and says why it would have been refused.
//!
//! Not here: clocks, storage, people, sentences. The moment is an argument, wording is content.
//!
//! Next: `advance.rs` moves time; `calendar.rs` counts days; `refusal.rs` explains.

use crate::advance::{ClockAct, advance, settle};
use crate::effects::{Plan, applies};
use crate::enabled::{Barriers, add_barriers, given, is_for_persons};
use crate::graph::{EventId, FieldId, Graph, Kind, RelationId, TemplateId};
use crate::guard::Value;
use crate::marking::Marking;
use crate::refusal::{Failing, Refusal, Why};
use crate::resolve::{Env, View, resolve};
use crate::set::EventSet;
use crate::time::Instant;

/// One act to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// What.
    pub event: EventId,
    /// When it was performed.
    pub at: Instant,
    /// What it states.
    pub payload: &'a [(FieldId, Value)],
    /// The key of the instance it creates, for a spawning act.
    pub key: Option<&'a str>,
}

impl<'a> Act<'a> {
    /// An act without payload.
    pub fn bare(event: EventId, at: Instant) -> Self {
        Self { event, at, payload: &[], key: None }
    }
}

/// What came of an act that happened. The marking is changed in place; breaches are among the acts
/// of the clock; which relations it fires is asked of [`fired`] beforehand.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Step {
    /// What the clock did first: breaches and automatic acts up to the act.
    pub clock_acts: Vec<ClockAct>,
    /// Relations of strength warn that fail: to be acknowledged.
    pub warnings: Vec<Failing>,
    /// Automatic acts that became possible by the act, at its own instant.
    pub following: Vec<ClockAct>,
}

/// Executes an act, or refuses it with every reason. Time is advanced either way, unless the act
/// lies before the last one of the case.
pub fn step(graph: &Graph, marking: &mut Marking, env: &Env, act: &Act) -> Result<Step, Refusal> {
    let mut found = Barriers::default();
    let clock_acts = judge(graph, marking, env, act, &mut found);
    if found.failing.is_empty() {
        let mut deed = Deed::new(act);
        deed.read_off(graph, marking, env, act, act.at);
        deed.add_undecided(graph, marking, env, act, &mut found.failing);
        if found.failing.is_empty() {
            deed.execute(graph, marking, env, act);
            let following = settle(graph, marking, env);
            return Ok(Step { clock_acts, warnings: found.warnings, following });
        }
    }
    Err(Refusal { event: act.event, at: act.at, failing: found.failing, clock_acts })
}

/// Executes an act reported as already done; where [`step`] would have refused it, the refusal is
/// given too: the act is irregular. An act before the last one cannot even be recorded.
pub fn record(
    graph: &Graph,
    marking: &mut Marking,
    env: &Env,
    act: &Act,
) -> Result<(Step, Option<Refusal>), Refusal> {
    let mut found = Barriers::default();
    let clock_acts = judge(graph, marking, env, act, &mut found);
    let Barriers { mut failing, warnings } = found;
    let impossible = |f: &Failing| {
        matches!(
            f.why,
            Why::BeforeLast { .. }
                | Why::NotForPersons
                | Why::FieldWrong { .. }
                | Why::FieldTwice { .. }
        )
    };
    if failing.iter().any(impossible) {
        return Err(Refusal { event: act.event, at: act.at, failing, clock_acts });
    }
    let mut deed = Deed::new(act);
    deed.read_off(graph, marking, env, act, act.at);
    if failing.is_empty() {
        deed.add_undecided(graph, marking, env, act, &mut failing);
    }
    deed.execute(graph, marking, env, act);
    let following = settle(graph, marking, env);
    let irregular = !failing.is_empty();
    let refusal = Refusal { event: act.event, at: act.at, failing, clock_acts: Vec::new() };
    Ok((Step { clock_acts, warnings, following }, irregular.then_some(refusal)))
}

/// The outcome of every guard that bears on the act, before it is executed: of the constraints on
/// it, read on the case, and of its effects, read with the payload. `None` where a field is missing.
pub fn guard_outcomes(
    graph: &Graph,
    marking: &Marking,
    env: &Env,
    act: &Act,
) -> Vec<(RelationId, Option<bool>)> {
    let (payload, writes) = (&[][..], &[][..]);
    let before = View { marking, payload, writes, env, at: act.at };
    let mut found = Vec::new();
    for id in &graph.index.of(act.event).constraints {
        let relation = graph.relation(*id);
        let strengthening = match &relation.kind {
            Kind::Condition { and_if, .. } => and_if.as_ref(),
            _ => None,
        };
        let guards = relation.when.iter().chain(strengthening);
        found.extend(guards.map(|g| (*id, g.eval(&before))));
    }
    for event in with_choices(graph, act.event) {
        let view = view_of(graph, marking, env, act);
        let guards = graph.index.of(event).guarded.iter();
        found.extend(
            guards.filter_map(|id| Some((*id, graph.relation(*id).when.as_ref()?.eval(&view)))),
        );
    }
    found
}

/// The relations the act would fire if it happened now, in the order of the law: the effects of it
/// and of its choice groups whose guards are true with what it states, and the open stops it ends.
/// Asked before the act, of a case advanced to it. That a relation fires does not say that it
/// changes anything: what it puts in may be in already, a stricter duty may stand.
pub fn fired(graph: &Graph, marking: &Marking, env: &Env, act: &Act) -> Vec<RelationId> {
    let view = view_of(graph, marking, env, act);
    let executed = |event: EventId| with_choices(graph, act.event).any(|e| e == event);
    let fires = |id: &RelationId| {
        let relation = graph.relation(*id);
        let goes_out = executed(relation.source) && applies(relation.when.as_ref(), &view);
        match relation.kind {
            Kind::Condition { .. } | Kind::Milestone | Kind::Overdue(_) => false,
            Kind::Stop { until } => goes_out || executed(until) && marking.is_open(*id),
            _ => goes_out,
        }
    };
    let concerns = |id: &RelationId| marking.concerns(graph, graph.relation(*id));
    graph.relation_ids().filter(concerns).filter(fires).collect()
}

/// Moves time to the act; finds all that bars it but what only its own effects can show to be unknown
/// ([`Deed::add_undecided`]).
#[inline(always)]
fn judge(
    graph: &Graph,
    marking: &mut Marking,
    env: &Env,
    act: &Act,
    found: &mut Barriers,
) -> Vec<ClockAct> {
    let own = |why| Failing { relation: None, clause: graph.event(act.event).clause, why };
    if act.at < marking.now {
        found.failing.push(own(Why::BeforeLast { now: marking.now }));
        return Vec::new();
    }
    let clock_acts = advance(graph, marking, env, act.at);
    if !is_for_persons(graph, act.event) || !marking.exists(graph, act.event) {
        found.failing.push(own(Why::NotForPersons));
        return clock_acts;
    }
    add_barriers(graph, marking, env, act.event, act.at, act.payload, found);
    check_payload(graph, act, &mut found.failing);
    check_spawn(graph, marking, env, act, &mut found.failing);
    clock_acts
}

/// Required fields are there, each once; values fit, dates of past facts do not lie ahead of the act.
fn check_payload(graph: &Graph, act: &Act, failing: &mut Vec<Failing>) {
    let event = graph.event(act.event);
    let mut fail = |why| failing.push(Failing { relation: None, clause: event.clause, why });
    for (field, required) in &event.fields {
        if *required && given(act.payload, *field).is_none() {
            fail(Why::FieldRequired { field: *field });
        }
    }
    for (i, (field, value)) in act.payload.iter().enumerate() {
        let spec = graph.field(*field);
        if given(&act.payload[..i], *field).is_some() {
            fail(Why::FieldTwice { field: *field });
        }
        let declared = event.fields.iter().any(|(f, _)| f == field);
        let ahead = match value {
            Value::Day(day) => *day > act.at.day(),
            Value::Instant(at) => *at > act.at,
            _ => false,
        };
        if !declared || !spec.kind.admits(value) {
            fail(Why::FieldWrong { field: *field });
        } else if spec.past && ahead {
            fail(Why::DateAhead { field: *field });
        }
    }
}

fn check_spawn(graph: &Graph, marking: &Marking, env: &Env, act: &Act, failing: &mut Vec<Failing>) {
    if graph.templates.is_empty() {
        return;
    }
    let view = view_of(graph, marking, env, act);
    for event in with_choices(graph, act.event) {
        for id in graph.index.of(event).effects.iter().map(|effect| effect.relation) {
            let relation = graph.relation(id);
            let Kind::Spawn(template) = &relation.kind else { continue };
            if !applies(relation.when.as_ref(), &view) {
                continue;
            }
            let (keys, cap) = (marking.keys(*template), graph.templates[template.index()].cap);
            let exists = act.key.is_some_and(|k| keys.iter().any(|x| x == k));
            if act.key.is_none() || exists || keys.len() >= usize::from(cap) {
                failing.push(Failing {
                    relation: Some(id),
                    clause: relation.clause,
                    why: Why::InstanceRefused { template: *template, cap, exists },
                });
            }
        }
    }
}

/// Guards and limits of the effects must be decidable on the store with the payload.
pub(crate) fn undecidable(graph: &Graph, marking: &Marking, env: &Env, act: &Act) -> Vec<Failing> {
    let mut failing = Vec::new();
    let view = view_of(graph, marking, env, act);
    for event in with_choices(graph, act.event) {
        let row = graph.index.of(event);
        let mut fail = |relation: RelationId, missing| {
            let clause = graph.relation(relation).clause;
            failing.push(Failing { relation: Some(relation), clause, why: Why::Unknown(missing) });
        };
        let concerns = |id: &&RelationId| marking.concerns(graph, graph.relation(**id));
        for id in row.guarded.iter().filter(concerns) {
            let guard = graph.relation(*id).when.as_ref().expect("listed because guarded");
            if guard.eval(&view).is_none()
                && let Some(missing) = guard.missing(&view)
            {
                fail(*id, missing);
            }
        }
        for id in row.effects.iter().map(|effect| &effect.relation).filter(concerns) {
            let relation = graph.relation(*id);
            if applies(relation.when.as_ref(), &view)
                && let Some(limit) = relation.kind.duty_limit()
                && let Err(missing) = resolve(limit, act.at, &view)
            {
                fail(*id, missing);
            }
        }
    }
    failing
}

/// The choice groups the event is in, which are executed first, and the event.
fn with_choices(graph: &Graph, event: EventId) -> impl Iterator<Item = EventId> + '_ {
    graph.choices_of(event).iter().copied().chain(std::iter::once(event))
}

/// The store after the act: what it states, then what it writes, then what was known.
fn view_of<'a>(
    graph: &'a Graph,
    marking: &'a Marking,
    env: &'a Env<'a>,
    act: &Act<'a>,
) -> View<'a> {
    let writes = &graph.event(act.event).writes;
    View { marking, payload: act.payload, writes, env, at: act.at }
}

/// What an act does: read off the case before anything changes, then carried out.
pub(crate) struct Deed<'g> {
    /// Of the choice groups the event is in: they are executed first.
    choices: Vec<Plan<'g>>,
    own: Plan<'g>,
    effective: Instant,
}

impl<'g> Deed<'g> {
    /// Not read off yet. Plans are filled where they lie: they are too big to be moved about.
    #[inline]
    pub fn new(act: &Act) -> Self {
        Self { choices: Vec::new(), own: Plan::new(act.event, act.at), effective: act.at }
    }

    /// Limits count from `effective`, which for acts of persons is their own instant.
    #[inline(always)]
    pub fn read_off(
        &mut self,
        graph: &'g Graph,
        marking: &Marking,
        env: &Env,
        act: &Act,
        effective: Instant,
    ) {
        self.effective = effective;
        let view = view_of(graph, marking, env, act);
        for choice in graph.choices_of(act.event) {
            let mut plan = Plan::new(*choice, act.at);
            plan.read_execution(graph, &view, effective);
            self.choices.push(plan);
        }
        self.own.read_execution(graph, &view, effective);
    }

    /// Adds every guard and limit of the effects that the facts do not decide.
    #[inline]
    fn add_undecided(
        &self,
        graph: &Graph,
        marking: &Marking,
        env: &Env,
        act: &Act,
        failing: &mut Vec<Failing>,
    ) {
        if !self.own.is_decided() || !self.choices.iter().all(Plan::is_decided) {
            failing.extend(undecidable(graph, marking, env, act));
        }
    }

    /// Executes without asking.
    #[inline(always)]
    pub fn execute(&self, graph: &Graph, marking: &mut Marking, env: &Env, act: &Act) {
        let before = marking.included;
        marking.set_fields(&graph.event(act.event).writes);
        marking.set_fields(act.payload);
        for choice in &self.choices {
            self.carry_out(choice, graph, marking, env, act, &before);
        }
        self.carry_out(&self.own, graph, marking, env, act, &before);
        marking.now = marking.now.max(act.at);
        if cfg!(debug_assertions) {
            marking.check_invariants(graph);
        }
    }

    #[inline(always)]
    fn carry_out(
        &self,
        plan: &Plan,
        graph: &Graph,
        marking: &mut Marking,
        env: &Env,
        act: &Act,
        before: &EventSet,
    ) {
        discharge(marking, plan.source(), self.effective);
        plan.carry_out(graph, marking, env, before);
        for template in plan.spawns() {
            spawn(graph, marking, env, *template, act);
        }
    }
}

/// The own duty is discharged before anything else, so that a self-response survives.
#[inline(always)]
fn discharge(marking: &mut Marking, event: EventId, effective: Instant) {
    marking.executed.insert(event);
    marking.last[event.index()] = effective;
    marking.times[event.index()] = marking.times[event.index()].saturating_add(1);
    marking.discharge(event);
}

/// A fresh instance: its events get their initial marking; the spawning act's own effects came
/// before and do not touch it.
fn spawn(graph: &Graph, marking: &mut Marking, env: &Env, template: TemplateId, act: &Act) {
    let keys = &mut marking.keys[template.index()];
    let Some(key) = act.key.filter(|k| keys.iter().all(|x| x != k)) else { return };
    let Some(events) = graph.templates[template.index()].slots.get(keys.len()) else { return };
    keys.push(key.to_owned());
    for event in events {
        marking.begin_event(graph, env, *event, act.at);
    }
    marking.begin_choices(graph);
}
