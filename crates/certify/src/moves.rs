//! What moves a case: acts, automatic acts and breaches, each as a condition and constants to write.
//!
//! A [`Move`] is the kernel's `execute` read as a program over bits. It is run once per way its
//! guards and bits can turn out ([`Branch`]): wherever the kernel would look at the marking, the run
//! asks, and both answers that are possible are followed. What is left is a condition
//! and a list of constants, so images and preimages need no second copy of the state.
//!
//! Not here: the program that is run (`program.rs`), sets of states (`reach.rs`).

use std::collections::{BTreeMap, BTreeSet};

use kernel::{EventId, EventKind, FieldId, Graph, Kind, RelationId};
use oxidd::{BooleanFunction, BooleanFunctionQuant};

use crate::certificate::Mover;
use crate::fields::Known;
use crate::layout::is_explored;
use crate::model::Model;
use crate::program::{Run, explore};
use crate::property::Property;
use crate::space::{Res, Set, Space, forget};

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
    pub set_to: Set,
    pub vars: Set,
    pub writes: Vec<(u32, bool)>,
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
    /// Per move, the bits it may write.
    pub writes: Vec<BTreeSet<u32>>,
    /// Per move, whether doing it twice leads nowhere that doing it once does not.
    pub idempotent: Vec<bool>,
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
        Self::of(&model.space, list, settled)
    }

    /// The moves with what a search asks of them.
    fn of(space: &Space, list: Vec<Move>, settled: Set) -> Res<Self> {
        let fires = list.iter().map(|m| m.before(space, &space.all())).collect::<Res<_>>()?;
        let touched = list.iter().map(|m| m.touched(space)).collect::<Res<Vec<_>>>()?;
        let mut deepest_first: Vec<usize> = (0..list.len()).collect();
        deepest_first.sort_by_key(|i| std::cmp::Reverse(touched[*i].writes.keys().next().copied()));
        let idempotent = list.iter().map(|m| m.is_idempotent(space)).collect::<Res<Vec<_>>>()?;
        let others = |i: usize| {
            let clash = |j: &usize| *j != i && !touched[i].commutes_with(&touched[*j]);
            (0..list.len()).filter(clash).collect()
        };
        let disturbs = (0..list.len()).map(others).collect();
        let writes = touched.iter().map(|t| t.writes.keys().copied().collect()).collect();
        Ok(Self { list, settled, fires, deepest_first, writes, idempotent, disturbs })
    }

    /// The same moves where all bits but the kept ones are forgotten.
    pub fn blurred(&self, space: &Space, kept: &BTreeSet<u32>, forgotten: &Set) -> Res<Self> {
        let blur = |set: &Set| -> Res<Set> { Ok(set.exists(forgotten)?) };
        let mut list = Vec::new();
        for step in &self.list {
            let opening = |o: &Opening| -> Res<Opening> {
                let vars = space.support(&o.vars)?;
                let vars = space.vars(vars.intersection(kept).copied())?;
                Ok(Opening { vars, valid: blur(&o.valid)?, optional: o.optional })
            };
            let branch = |b: &Branch| -> Res<Branch> {
                let writes: Vec<(u32, bool)> =
                    b.writes.iter().copied().filter(|(bit, _)| kept.contains(bit)).collect();
                Ok(Branch {
                    when: blur(&b.when)?,
                    set_to: space.cube(&writes)?,
                    vars: space.vars(writes.iter().map(|(bit, _)| *bit))?,
                    applied: Vec::new(),
                    writes,
                })
            };
            list.push(Move {
                mover: step.mover,
                event: step.event,
                executes: step.executes.clone(),
                enabled: blur(&step.enabled)?,
                openings: step.openings.iter().map(opening).collect::<Res<_>>()?,
                branches: step.branches.iter().map(branch).collect::<Res<_>>()?,
            });
        }
        Self::of(space, list, blur(&self.settled)?)
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

    /// Whether the move has one outcome that its own writes do not bear on.
    fn is_idempotent(&self, space: &Space) -> Res<bool> {
        let [branch] = &self.branches[..] else { return Ok(false) };
        let reads = space.support(&branch.when)?;
        Ok(branch.writes.iter().all(|(bit, _)| !reads.contains(bit)))
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
pub(crate) fn constants(graph: &Graph, act: EventId) -> Known {
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
