//! What moves a case: acts, automatic acts and breaches, each as a condition and constants to write.
//!
//! A [`Move`] is the kernel's `execute` read as a program over bits. It is run once per way its
//! guards and bits can turn out ([`Branch`]): wherever the kernel would look at the marking, the run
//! asks ([`Run::ask`]), and both answers that are possible are followed. What is left is a condition
//! and a list of constants, so images and preimages need no second copy of the state.
//!
//! Not here: sets of states (`reach.rs`).

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Effect, EventId, EventKind, FieldId, Graph, Kind, Limit, Merge, RelationId};
use oxidd::{BooleanFunction, BooleanFunctionQuant};

use crate::certificate::Mover;
use crate::fields::Known;
use crate::layout::{Fact, Limited, is_explored};
use crate::model::Model;
use crate::property::Property;
use crate::space::{Res, Set, Space, disjoint, forget};

/// Bits an act opens before its effects: a field it states, or atoms a constant may change.
#[derive(Clone)]
pub(crate) struct Opening {
    vars: Set,
    valid: Set,
    optional: bool,
}

/// One way a move can turn out.
pub(crate) struct Branch {
    /// On the bits after the openings.
    pub when: Set,
    /// The constants as a set.
    set_to: Set,
    vars: Set,
    writes: Vec<(u32, bool)>,
    /// The effect relations that took effect.
    pub applied: Vec<RelationId>,
}

/// One thing that can happen to a case.
pub(crate) struct Move {
    pub mover: Mover,
    pub event: EventId,
    /// The events it executes: choice groups first. None for a breach.
    pub executes: Vec<EventId>,
    /// The states in which it may begin.
    pub enabled: Set,
    pub openings: Vec<Opening>,
    pub branches: Vec<Branch>,
}

/// The bits a move reads and writes; `None`: not always the same value.
struct Touched {
    reads: BTreeSet<u32>,
    writes: BTreeMap<u32, Option<bool>>,
}

impl Touched {
    /// Whether the two moves can be swapped in any run.
    fn commutes_with(&self, other: &Self) -> bool {
        let apart = |a: &Self, b: &Self| a.writes.keys().all(|bit| !b.reads.contains(bit));
        let agree = self
            .writes
            .iter()
            .all(|(bit, value)| other.writes.get(bit).is_none_or(|v| v.is_some() && v == value));
        agree && apart(self, other) && apart(other, self)
    }
}

/// All moves of a model.
pub(crate) struct Moves {
    pub list: Vec<Move>,
    /// The states in which no automatic act is due at once: where persons can act.
    pub settled: Set,
    /// Per move, the states in which it can happen.
    pub fires: Vec<Set>,
    /// The moves, those that write deepest in the diagrams first.
    pub deepest_first: Vec<usize>,
    /// Per move, the moves that do not commute with it.
    pub disturbs: Vec<Vec<usize>>,
}

impl Moves {
    /// The moves of the model.
    pub fn new(model: &Model, properties: &[Property]) -> Res<Self> {
        let graph = model.graph;
        let make = |event, mover| Move::of_act(model, properties, event, mover);
        let mut list = Vec::new();
        for event in graph.event_ids().filter(|e| is_explored(graph, *e)) {
            match graph.event(event).kind {
                EventKind::Act => list.push(make(event, Mover::Person)?),
                EventKind::Automatic(_) => {
                    list.push(make(event, Mover::Automatic)?);
                }
                EventKind::Choice { .. } => {}
            }
            if model.layout.late[event.index()].is_some() {
                list.push(Move::of_breach(model, event)?);
            }
            model.space.tick()?;
        }
        let settled = give_way(model, &mut list)?;
        let fires =
            list.iter().map(|m| m.before(&model.space, &model.space.all())).collect::<Res<_>>()?;
        let touched = list.iter().map(|m| m.touched(&model.space)).collect::<Res<Vec<_>>>()?;
        let mut deepest_first: Vec<usize> = (0..list.len()).collect();
        deepest_first.sort_by_key(|i| std::cmp::Reverse(touched[*i].writes.keys().next().copied()));
        let others = |i: usize| {
            let clash = |j: &usize| *j != i && !touched[i].commutes_with(&touched[*j]);
            (0..list.len()).filter(clash).collect()
        };
        let disturbs = (0..list.len()).map(others).collect();
        Ok(Self { list, settled, fires, deepest_first, disturbs })
    }

    /// Where the event can be executed: a choice group, where a member can.
    pub fn fires(&self, model: &Model, event: EventId) -> Res<Set> {
        let of = self.list.iter().zip(&self.fires);
        let sets: Vec<&Set> =
            of.filter(|(m, _)| m.executes.contains(&event)).map(|(_, f)| f).collect();
        model.space.any(sets)
    }
}

/// An automatic act without a running wait happens before anything a person does, the first in
/// order first. Restricts all other moves accordingly; gives the settled states.
fn give_way(model: &Model, list: &mut [Move]) -> Res<Set> {
    let mut settled = model.space.all();
    for act in list.iter_mut().filter(|m| m.mover == Mover::Automatic) {
        act.enabled = act.enabled.and(&settled)?;
        let mut at_once = act.before(&model.space, &model.space.all())?;
        for id in model.constraints(act.event) {
            let relation = model.graph.relation(id);
            if let Kind::Condition { wait: Some(_), .. } = relation.kind {
                let waits = model.included(relation.source)?.and(&model.applies(relation)?)?;
                at_once = waits.imp_strict(&at_once)?;
            }
        }
        settled = at_once.imp_strict(&settled)?;
    }
    for step in list.iter_mut().filter(|m| m.mover == Mover::Person) {
        step.enabled = step.enabled.and(&settled)?;
    }
    Ok(settled)
}

impl Move {
    fn of_act(model: &Model, properties: &[Property], event: EventId, mover: Mover) -> Res<Self> {
        let mut enabled = model.available(event)?;
        for id in model.constraints(event) {
            enabled = model.fails(id)?.imp_strict(&enabled)?;
        }
        let groups = model.graph.choices_of(event).iter().copied();
        let executes: Vec<EventId> = groups.chain([event]).collect();
        let openings = openings(model, event)?;
        let program = |run: &mut Run| {
            run.execute(&executes, event)?;
            run.monitors(properties, &executes);
            Ok(())
        };
        let branches = explore(model, mover, &program)?;
        Ok(Self { mover, event, executes, enabled, openings, branches })
    }

    fn of_breach(model: &Model, event: EventId) -> Res<Self> {
        let late = model.layout.late[event.index()].expect("only where breaches have effects");
        let owed = model.included(event)?.and(&model.running(event)?)?;
        let enabled = model.space.bit(late).imp_strict(&owed)?;
        let branches = explore(model, Mover::Breach, &|run: &mut Run| {
            run.write(Some(late), true);
            run.breach(event)
        })?;
        let executes = Vec::new();
        Ok(Self { mover: Mover::Breach, event, executes, enabled, openings: Vec::new(), branches })
    }

    /// The states the move leads to from a state of the set.
    pub fn after(&self, space: &Space, from: &Set) -> Res<Set> {
        let opened = self.opened(from)?;
        let mut reached = space.none();
        for branch in &self.branches {
            let one = forget(&opened, &branch.when, &branch.vars)?.and(&branch.set_to)?;
            reached = reached.or(&one)?;
        }
        Ok(reached)
    }

    /// The states from which the move can lead into the set.
    pub fn before(&self, space: &Space, to: &Set) -> Res<Set> {
        self.before_within(space, to, &space.all())
    }

    /// The states within bounds from which the move can lead into the set.
    pub fn before_within(&self, space: &Space, to: &Set, bounds: &Set) -> Res<Set> {
        let begins = self.enabled.and(bounds)?;
        if !begins.satisfiable() {
            return Ok(space.none());
        }
        // Without openings the bounds hold at once and keep what follows small.
        let when = if self.openings.is_empty() { begins.clone() } else { space.all() };
        self.unopened(self.unwritten(space, to, &when)?, &begins)
    }

    /// Between a state and one the move leads to: the bits with what is stated, before the effects.
    pub fn between(&self, space: &Space, from: &Set, to: &Set) -> Res<Set> {
        self.unwritten(space, to, &self.opened(from)?)
    }

    /// Where the move happens with this relation taking effect.
    pub fn with_effect(&self, space: &Space, relation: RelationId) -> Res<Set> {
        let with = self.branches.iter().filter(|b| b.applied.contains(&relation));
        self.unopened(space.any(with.map(|b| &b.when))?, &self.enabled)
    }

    /// What persons can make of the states of the set in which the move may begin.
    fn opened(&self, from: &Set) -> Res<Set> {
        let mut opened = from.and(&self.enabled)?;
        for opening in &self.openings {
            let stated = opened.exists(&opening.vars)?.and(&opening.valid)?;
            opened = if opening.optional { opened.or(&stated)? } else { stated };
        }
        Ok(opened)
    }

    /// Of the states in which the move may begin, those in which persons can state what leads into
    /// the set.
    fn unopened(&self, mut set: Set, begins: &Set) -> Res<Set> {
        for opening in self.openings.iter().rev() {
            let stated = forget(&set, &opening.valid, &opening.vars)?;
            set = if opening.optional { set.or(&stated)? } else { stated };
        }
        Ok(set.and(begins)?)
    }

    /// The states within bounds whose effects lead into the set.
    fn unwritten(&self, space: &Space, to: &Set, bounds: &Set) -> Res<Set> {
        let mut from = space.none();
        for branch in &self.branches {
            let when = branch.when.and(bounds)?;
            from = from.or(&to.restrict(&branch.set_to)?.and(&when)?)?;
        }
        Ok(from)
    }

    fn touched(&self, space: &Space) -> Res<Touched> {
        let mut touched = Touched { reads: space.support(&self.enabled)?, writes: BTreeMap::new() };
        let mut write = |bit: u32, value: Option<bool>| {
            let known = touched.writes.entry(bit).or_insert(value);
            if *known != value {
                *known = None;
            }
        };
        for opening in &self.openings {
            space.support(&opening.vars)?.into_iter().for_each(|b| write(b, None));
        }
        let written: BTreeSet<u32> =
            self.branches.iter().flat_map(|b| b.writes.iter().map(|(bit, _)| *bit)).collect();
        for branch in &self.branches {
            for bit in &written {
                let value = branch.writes.iter().find(|(b, _)| b == bit).map(|(_, v)| *v);
                write(*bit, value);
            }
        }
        for set in
            self.branches.iter().map(|b| &b.when).chain(self.openings.iter().map(|o| &o.valid))
        {
            touched.reads.extend(space.support(set)?);
        }
        Ok(touched)
    }
}

/// What an act opens: the fields persons state, and free atoms its constants may change.
fn openings(model: &Model, act: EventId) -> Res<Vec<Opening>> {
    let (graph, fields) = (model.graph, &model.layout.fields);
    let event = graph.event(act);
    let written = |f: &FieldId| event.writes.iter().any(|(w, _)| w == f);
    let mut openings = Vec::new();
    let known = constants(graph, act);
    for (field, required) in stated(graph, act) {
        let region = &fields.regions[field.index()];
        if !region.read {
            continue;
        }
        let own = region.has.into_iter().chain(region.code.iter().copied());
        let atoms: Vec<_> = fields.opened_by(*field, &Known::new()).collect();
        let vars = model.space.vars(own.chain(atoms.iter().map(|a| a.bit)))?;
        let mut valid = fields.valid(&model.space, *field, &known)?;
        for atom in atoms {
            valid = valid.and(&fields.atom_normal(&model.space, atom, *field, &known)?)?;
        }
        // A field the act writes too has a value in any case.
        openings.push(Opening { vars, valid, optional: !required && !written(field) });
    }
    let mut fixed: Vec<_> = known.values.iter().collect();
    fixed.sort_unstable_by_key(|(field, _)| **field);
    for (field, value) in fixed {
        let alone = Known::constant(*field, value);
        let atoms: Vec<_> = fields.opened_by(*field, &alone).collect();
        if atoms.is_empty() {
            continue;
        }
        let vars = model.space.vars(atoms.iter().map(|a| a.bit))?;
        let mut valid = model.space.all();
        for atom in atoms {
            valid = valid.and(&fields.atom_normal(&model.space, atom, *field, &known)?)?;
        }
        openings.push(Opening { vars, valid, optional: false });
    }
    Ok(openings)
}

/// The fields persons state with the act.
fn stated(graph: &Graph, act: EventId) -> &[(FieldId, bool)] {
    match graph.event(act).kind {
        EventKind::Act => &graph.event(act).fields,
        _ => &[],
    }
}

/// The constants the act writes; what persons state stands over them.
fn constants(graph: &Graph, act: EventId) -> Known {
    let writes = &graph.event(act).writes;
    let mut known = Known { values: writes.iter().cloned().collect(), stated: Vec::new() };
    for (field, required) in stated(graph, act) {
        let written = known.values.remove(field).is_some();
        if *required || written {
            known.stated.push(*field);
        }
    }
    known
}

/// Follows every way the program can turn out.
fn explore(model: &Model, mover: Mover, program: &dyn Fn(&mut Run) -> Res<()>) -> Res<Vec<Branch>> {
    let mut branches = Vec::new();
    let mut scripts = vec![Vec::new()];
    while let Some(script) = scripts.pop() {
        let mut run = Run {
            model,
            mover,
            script,
            asked: 0,
            when: model.space.all(),
            writes: BTreeMap::new(),
            applied: Vec::new(),
            refused: false,
            other: Vec::new(),
        };
        program(&mut run)?;
        scripts.append(&mut run.other);
        if !run.refused {
            let bits: Vec<(u32, bool)> = run.writes.into_iter().collect();
            branches.push(Branch {
                when: run.when,
                set_to: model.space.cube(&bits)?,
                vars: model.space.vars(bits.iter().map(|(b, _)| *b))?,
                applied: run.applied,
                writes: bits,
            });
        }
    }
    Ok(branches)
}

/// One run of the kernel's program, deciding as the script says.
struct Run<'m, 'a> {
    model: &'m Model<'a>,
    mover: Mover,
    script: Vec<bool>,
    asked: usize,
    when: Set,
    writes: BTreeMap<u32, bool>,
    applied: Vec<RelationId>,
    refused: bool,
    /// Scripts that decide otherwise where this run went beyond its own.
    other: Vec<Vec<bool>>,
}

/// The effects one execution or breach will have.
#[derive(Default)]
struct Plan {
    excludes: Vec<EventId>,
    includes: Vec<EventId>,
    /// Target, within a limit, and how it meets an older duty.
    responses: Vec<(EventId, bool, Merge)>,
    extends: Vec<RelationId>,
    opens: Vec<RelationId>,
    spawns: Vec<usize>,
}

impl Run<'_, '_> {
    /// Whether the condition holds. Only answers that are possible are followed.
    fn ask(&mut self, condition: &Set) -> Res<bool> {
        if disjoint(&self.when, condition)? {
            return Ok(false);
        }
        let not = condition.not()?;
        if disjoint(&self.when, &not)? {
            return Ok(true);
        }
        if self.asked == self.script.len() {
            let mut other = self.script.clone();
            other.push(false);
            self.other.push(other);
            self.script.push(true);
        }
        let answer = self.script[self.asked];
        self.asked += 1;
        self.when = self.when.and(if answer { condition } else { &not })?;
        Ok(answer)
    }

    fn ask_bit(&mut self, bit: u32) -> Res<bool> {
        match self.writes.get(&bit) {
            Some(value) => Ok(*value),
            None => self.ask(&self.model.space.bit(bit)),
        }
    }

    fn write(&mut self, bit: Option<u32>, value: bool) {
        if let Some(bit) = bit {
            self.writes.insert(bit, value);
        }
    }

    fn write_fact(&mut self, fact: Fact, value: bool) {
        if let Fact::Bit(bit) = fact {
            self.writes.insert(bit, value);
        }
    }

    /// Whether the instance of the event exists by now.
    fn exists(&mut self, event: EventId) -> Res<bool> {
        let Some((template, slot)) = self.model.graph.event(event).slot else { return Ok(true) };
        match self.model.layout.spawned[template.index()].get(usize::from(slot)) {
            Some(bit) => self.ask_bit(*bit),
            None => Ok(false),
        }
    }

    /// Whether all ends of the relation exist.
    fn concerns(&mut self, id: RelationId) -> Res<bool> {
        let relation = self.model.graph.relation(id);
        let until = match relation.kind {
            Kind::Stop { until } => until,
            _ => relation.target,
        };
        Ok(self.exists(relation.source)? && self.exists(relation.target)? && self.exists(until)?)
    }

    /// The kernel's `execute`: plans first, from the store with what the act states and writes.
    fn execute(&mut self, executes: &[EventId], act: EventId) -> Res<()> {
        let known = constants(self.model.graph, act);
        let mut plans = Vec::new();
        for event in executes {
            plans.push((*event, self.plan(*event, &known)?));
            if self.refused {
                return Ok(());
            }
        }
        self.store(&known);
        for (event, plan) in plans {
            self.discharge(event)?;
            self.carry_out(&plan, Some(event))?;
            for template in plan.spawns {
                self.spawn(template)?;
            }
        }
        executes.iter().for_each(|event| self.sweep(*event));
        Ok(())
    }

    /// Forgets what nothing reads any more once the event is executed.
    fn sweep(&mut self, event: EventId) {
        let layout = &self.model.layout;
        let swept = &layout.swept[event.index()];
        for out in &swept.out {
            self.no_duty(*out);
            for id in self.model.graph.relation_ids() {
                if self.model.graph.relation(id).target == *out {
                    self.write(layout.open[id.index()], false);
                }
            }
        }
        for done in &swept.done {
            self.write_fact(layout.executed[done.index()], false);
            layout.times[done.index()].iter().for_each(|bit| self.write(Some(*bit), false));
        }
        for bit in layout.fields.bits_without(&swept.fields) {
            self.write(Some(bit), false);
        }
    }

    /// A guard on an effect must be decided, or the act is refused.
    fn effect_applies(&mut self, id: RelationId, known: &Known) -> Res<bool> {
        let model = self.model;
        let Some(guard) = &model.graph.relation(id).when else { return Ok(true) };
        let truth = model.layout.fields.truth(&model.space, guard, known)?;
        if self.ask(&truth.yes)? {
            return Ok(true);
        }
        if self.concerns(id)? && !self.ask(&truth.no)? {
            self.refused = true;
        }
        Ok(false)
    }

    /// Whether the duty will have a limit; an act is refused where it cannot be counted.
    fn limit_counts(&mut self, id: RelationId, limit: Option<&Limit>, known: &Known) -> Res<bool> {
        let Some(limit) = limit else { return Ok(false) };
        let countable = self.model.countable(limit, known)?;
        let counts = self.ask(&countable)?;
        if !counts && self.mover != Mover::Breach && self.concerns(id)? {
            self.refused = true;
        }
        Ok(counts)
    }

    fn plan(&mut self, event: EventId, known: &Known) -> Res<Plan> {
        let model = self.model;
        let mut plan = Plan::default();
        for id in model.graph.relation_ids().filter(|r| !model.layout.without.contains(r)) {
            let relation = model.graph.relation(id);
            if relation.source != event || !is_effect(&relation.kind) {
                continue;
            }
            if !self.effect_applies(id, known)? {
                if self.refused {
                    return Ok(plan);
                }
                continue;
            }
            self.applied.push(id);
            match &relation.kind {
                Kind::Exclude if model.layout.closes(relation) => {}
                Kind::Exclude => plan.excludes.push(relation.target),
                Kind::Include => plan.includes.push(relation.target),
                Kind::Response { limit, merge, .. } => {
                    let counts = self.limit_counts(id, limit.as_ref(), known)?;
                    plan.responses.push((relation.target, counts, *merge));
                }
                Kind::Extend { limit, .. } => {
                    let counts = self.limit_counts(id, Some(limit), known)?;
                    plan.extends.extend(counts.then_some(id));
                }
                Kind::Stop { .. } => plan.opens.push(id),
                Kind::Spawn(template) => {
                    self.refused |= self.is_full(template.index())?;
                    plan.spawns.push(template.index());
                }
                _ => {}
            }
        }
        Ok(plan)
    }

    fn is_full(&mut self, template: usize) -> Res<bool> {
        match self.model.layout.spawned[template].last() {
            Some(bit) => self.ask_bit(*bit),
            None => Ok(true),
        }
    }

    /// The constants it writes; what persons state is already there.
    fn store(&mut self, known: &Known) {
        let fields = &self.model.layout.fields;
        for (field, value) in &known.values {
            let own = fields.bits_of(*field, value).into_iter();
            for (bit, set) in own.chain(fields.decided_by(*field, value)) {
                self.write(Some(bit), set);
            }
        }
    }

    fn discharge(&mut self, event: EventId) -> Res<()> {
        let layout = &self.model.layout;
        self.write_fact(layout.executed[event.index()], true);
        let times = layout.times[event.index()].clone();
        self.count(&times)?;
        self.no_duty(event);
        Ok(())
    }

    fn no_duty(&mut self, event: EventId) {
        let layout = &self.model.layout;
        self.write_fact(layout.pending[event.index()], false);
        self.write(layout.late[event.index()], false);
        if let Limited::Bit(bit) = layout.limited[event.index()] {
            self.write(Some(bit), false);
        }
    }

    /// One more: sets the first bit that is not.
    fn count(&mut self, bits: &[u32]) -> Res<()> {
        for bit in bits {
            if !self.ask_bit(*bit)? {
                self.write(Some(*bit), true);
                break;
            }
        }
        Ok(())
    }

    /// The kernel's `carry_out`; an execution also ends the stops it closes.
    fn carry_out(&mut self, plan: &Plan, executed: Option<EventId>) -> Res<()> {
        let model = self.model;
        for target in &plan.excludes {
            self.write_fact(model.layout.included[target.index()], false);
        }
        for target in &plan.includes {
            if self.exists(*target)? {
                self.write_fact(model.layout.included[target.index()], true);
            }
        }
        self.respond(&plan.responses)?;
        for id in model.graph.relation_ids() {
            if let Kind::Stop { until } = model.graph.relation(id).kind
                && executed == Some(until)
            {
                self.write(model.layout.open[id.index()], false);
            }
        }
        for id in &plan.extends {
            self.extend(*id)?;
        }
        for id in &plan.opens {
            if self.concerns(*id)? {
                self.write(model.layout.open[id.index()], true);
            }
        }
        Ok(())
    }

    fn respond(&mut self, responses: &[(EventId, bool, Merge)]) -> Res<()> {
        let layout = &self.model.layout;
        let mut targets: Vec<EventId> = responses.iter().map(|(t, ..)| *t).collect();
        targets.sort_unstable();
        targets.dedup();
        for target in targets {
            if !self.exists(target)? {
                continue;
            }
            let group = || responses.iter().filter(|(t, ..)| *t == target);
            let limited = group().any(|(_, limited, _)| *limited);
            let strictest = group().any(|(.., merge)| *merge == Merge::Strictest);
            self.write_fact(layout.pending[target.index()], true);
            if let Limited::Bit(bit) = layout.limited[target.index()]
                && (limited || !strictest)
            {
                self.write(Some(bit), limited);
            }
            if let Some(late) = layout.late[target.index()]
                && !strictest
            {
                self.write(Some(late), false);
            }
        }
        Ok(())
    }

    fn extend(&mut self, id: RelationId) -> Res<()> {
        let model = self.model;
        let duty = model.graph.relation(id).target;
        if let Some(late) = model.layout.late[duty.index()]
            && self.ask_bit(late)?
        {
            return Ok(());
        }
        let pending = match model.layout.pending[duty.index()] {
            Fact::Bit(bit) => self.ask_bit(bit)?,
            _ => false,
        };
        let limited = match model.layout.limited[duty.index()] {
            Limited::Never => false,
            Limited::Always => true,
            Limited::Bit(bit) => self.ask_bit(bit)?,
        };
        if pending && limited {
            let uses = model.layout.used[id.index()].clone();
            self.count(&uses)?;
        }
        Ok(())
    }

    /// A fresh instance: its events get their initial marking. One act has one key, so it creates
    /// one instance of a template at most.
    fn spawn(&mut self, template: usize) -> Res<()> {
        let model = self.model;
        let bits = &model.layout.spawned[template];
        if bits.iter().any(|b| self.writes.contains_key(b)) {
            return Ok(());
        }
        let mut slot = 0;
        while slot < bits.len() && self.ask_bit(bits[slot])? {
            slot += 1;
        }
        if slot == bits.len() {
            return Ok(());
        }
        self.write(Some(bits[slot]), true);
        for event in &model.graph.templates[template].slots[slot] {
            let spec = model.graph.event(*event);
            self.write_fact(model.layout.included[event.index()], spec.included);
            if spec.executed_at.is_some() {
                self.write_fact(model.layout.executed[event.index()], true);
            }
            if let Some(limit) = &spec.pending {
                self.write_fact(model.layout.pending[event.index()], true);
                if let Limited::Bit(bit) = model.layout.limited[event.index()] {
                    let counts = limit.is_some_and(|l| crate::layout::is_constant(&l));
                    self.write(Some(bit), counts);
                }
            }
        }
        let slots = &model.graph.templates[template].slots[slot];
        let begun = |e: &&EventId| model.graph.event(**e).executed_at.is_some();
        for event in slots.iter().filter(begun) {
            for group in model.graph.choices_of(*event) {
                self.write_fact(model.layout.executed[group.index()], true);
            }
        }
        Ok(())
    }

    /// The kernel's `of_breach`: nobody can supply a missing field, so what cannot be decided applies.
    fn breach(&mut self, event: EventId) -> Res<()> {
        let model = self.model;
        let mut plan = Plan::default();
        for id in model.graph.relation_ids() {
            let relation = model.graph.relation(id);
            let Kind::Overdue(effect) = &relation.kind else { continue };
            if relation.source != event {
                continue;
            }
            let applies = model.applies(relation)?;
            if !self.ask(&applies)? {
                continue;
            }
            self.applied.push(id);
            match effect {
                Effect::Exclude => plan.excludes.push(relation.target),
                Effect::Include => plan.includes.push(relation.target),
                Effect::Respond { limit, merge } => {
                    let counts = self.limit_counts(id, limit.as_ref(), &Known::new())?;
                    plan.responses.push((relation.target, counts, *merge));
                }
            }
        }
        self.carry_out(&plan, None)
    }

    /// Promises of the kind "after": made by the first, kept by the second.
    fn monitors(&mut self, properties: &[Property], executes: &[EventId]) {
        for (i, property) in properties.iter().enumerate() {
            let Property::After { first, then } = property else { continue };
            for event in executes {
                if event == first {
                    self.write(self.model.layout.monitors[i], true);
                }
                if event == then {
                    self.write(self.model.layout.monitors[i], false);
                }
            }
        }
    }
}

fn is_effect(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Exclude
            | Kind::Include
            | Kind::Response { .. }
            | Kind::Extend { .. }
            | Kind::Stop { .. }
            | Kind::Spawn(_)
    )
}
