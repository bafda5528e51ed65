//! Sets of reachable states: forwards from the initial marking, backwards from a goal, and in rings.
//!
//! Moves are applied one after another, each until it adds nothing, until a round adds nothing:
//! that needs far fewer and smaller diagrams than breadth-first search. Rings (the states at each
//! least number of steps) are made only when a witness is wanted.
//!
//! Not here: what is asked of the sets (`checks.rs`).

use kernel::EventKind;
use oxidd::BooleanFunction;

use crate::layout::{Limited, is_constant};
use crate::model::Model;
use crate::moves::Moves;
use crate::space::{Res, Set, minus};

/// The initial markings: one, but for atoms that no field decides.
pub(crate) fn initial(model: &Model) -> Res<Set> {
    let (graph, layout) = (model.graph, &model.layout);
    let mut state = vec![false; layout.bits as usize];
    let mut set = |fact, value| {
        if let crate::layout::Fact::Bit(bit) = fact {
            state[bit as usize] = value;
        }
    };
    for event in graph.event_ids().filter(|e| graph.event(*e).slot.is_none()) {
        let (i, spec) = (event.index(), graph.event(event));
        if !matches!(spec.kind, EventKind::Choice { .. }) {
            set(layout.included[i], spec.included);
        }
        let begun = |e: &kernel::EventId| graph.event(*e).executed_at.is_some();
        set(layout.executed[i], begun(&event) || graph.members(event).iter().any(begun));
        set(layout.pending[i], spec.pending.is_some());
        if let Limited::Bit(bit) = layout.limited[i] {
            let limit = spec.pending.flatten();
            set(crate::layout::Fact::Bit(bit), limit.is_some_and(|l| is_constant(&l)));
        }
    }
    let free: Vec<u32> =
        layout.fields.atoms.iter().filter(|a| a.fields.is_empty()).map(|a| a.bit).collect();
    let bits = state.iter().enumerate().map(|(i, b)| (i as u32, *b));
    model.space.cube(&bits.filter(|(b, _)| !free.contains(b)).collect::<Vec<_>>())
}

/// Everything reachable from the set by the moves chosen.
pub(crate) fn forward(model: &Model, moves: &Moves, from: &Set, chosen: &dyn Fn(usize) -> bool) -> Res<Set> {
    let step = |i: usize, set: &Set| moves.list[i].after(&model.space, set);
    close(model, moves, from.clone(), chosen, &step)
}

/// Everything within `bounds` from which the goal can be reached.
pub(crate) fn backward(model: &Model, moves: &Moves, goal: &Set, bounds: &Set) -> Res<Set> {
    let step = |i: usize, set: &Set| Ok(moves.list[i].before(&model.space, set)?.and(bounds)?);
    close(model, moves, goal.and(bounds)?, &|_| true, &step)
}

fn close(
    model: &Model,
    moves: &Moves,
    mut set: Set,
    chosen: &dyn Fn(usize) -> bool,
    step: &dyn Fn(usize, &Set) -> Res<Set>,
) -> Res<Set> {
    loop {
        let round = set.clone();
        for i in (0..moves.list.len()).filter(|i| chosen(*i)) {
            loop {
                model.space.tick()?;
                let wider = set.or(&step(i, &set)?)?;
                if wider == set {
                    break;
                }
                set = wider;
            }
        }
        if set == round {
            return Ok(set);
        }
    }
}

/// The states at each least number of steps from the initial marking.
pub(crate) fn rings(model: &Model, moves: &Moves, initial: &Set) -> Res<Vec<Set>> {
    let mut rings = vec![initial.clone()];
    let mut seen = initial.clone();
    loop {
        let last = rings.last().expect("begins with the initial marking");
        let mut next = model.space.none();
        for step in &moves.list {
            model.space.tick()?;
            next = next.or(&step.after(&model.space, last)?)?;
        }
        let fresh = minus(&next, &seen)?;
        if !fresh.satisfiable() {
            return Ok(rings);
        }
        seen = seen.or(&fresh)?;
        rings.push(fresh);
    }
}
