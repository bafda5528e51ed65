//! Sets of reachable states: forwards from the initial marking, and for ever within a set.
//!
//! Moves are applied one after another, each until it changes nothing, until none changes anything:
//! that needs far fewer and smaller diagrams than breadth-first search.
//!
//! Not here: what is asked of the sets (`checks.rs`).

use kernel::EventKind;
use oxidd::BooleanFunction;

use crate::layout::{Limited, is_constant};
use crate::model::Model;
use crate::moves::Moves;
use crate::space::{Res, Set, disjoint, minus};

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
pub(crate) fn forward(
    model: &Model,
    moves: &Moves,
    from: &Set,
    chosen: &dyn Fn(usize) -> bool,
) -> Res<Set> {
    grown(model, moves, from, chosen, &|_| Ok(false))
}

/// What is reachable from the set by the moves chosen: everything, or some of it with a state of
/// the goal.
pub(crate) fn forward_until(
    model: &Model,
    moves: &Moves,
    from: &Set,
    chosen: &dyn Fn(usize) -> bool,
    goal: &Set,
) -> Res<Set> {
    grown(model, moves, from, chosen, &|reached| Ok(!disjoint(reached, goal)?))
}

/// Some of what is reachable from the set: as much as is found before a third of the nodes allowed
/// is used.
pub(crate) fn forward_in_part(model: &Model, moves: &Moves, from: &Set) -> Res<Set> {
    grown(model, moves, from, &|_| true, &|_| Ok(model.space.is_fuller_than(33)))
}

/// The set with what the chosen moves lead to, again and again, until it is enough or all.
fn grown(
    model: &Model,
    moves: &Moves,
    from: &Set,
    chosen: &dyn Fn(usize) -> bool,
    enough: &dyn Fn(&Set) -> Res<bool>,
) -> Res<Set> {
    let mut reached = from.clone();
    let step = |i: usize, reached: &mut Set| {
        let wider = reached.or(&moves.list[i].after(&model.space, reached)?)?;
        let changed = wider != *reached;
        *reached = wider;
        Ok(changed)
    };
    close(model, moves, &mut reached, &Chosen { first: chosen, all: chosen }, &step, enough)?;
    Ok(reached)
}

/// Which moves a closure applies, and which of them at first.
struct Chosen<'c> {
    first: &'c dyn Fn(usize) -> bool,
    all: &'c dyn Fn(usize) -> bool,
}

/// The states of both sets whose runs all stay in the second. No move may lead out of the first.
pub(crate) fn never_left(model: &Model, moves: &Moves, closed: &Set, keeping: &Set) -> Res<Set> {
    let mut staying = closed.and(keeping)?;
    if !staying.satisfiable() {
        return Ok(staying);
    }
    // At first only a move that writes what the second set is about can lead out.
    let about = model.space.support(keeping)?;
    let first = |i: usize| !moves.writes[i].is_disjoint(&about);
    let step = |i: usize, staying: &mut Set| {
        let leaving = moves.list[i].before_within(&model.space, &staying.not()?, staying)?;
        let changed = leaving.satisfiable();
        if changed {
            *staying = minus(staying, &leaving)?;
        }
        Ok(changed)
    };
    let chosen = Chosen { first: &first, all: &|_| true };
    close(model, moves, &mut staying, &chosen, &step, &|_| Ok(false))?;
    Ok(staying)
}

/// Changes the set by the steps of the chosen moves until none changes anything. Those not among the
/// first change nothing before others have.
///
/// A move that has nothing to change stays done until a move it does not commute with has changed
/// something: of two independent moves in either order, one order is enough. Moves deep in the
/// diagrams come first, so that what changes at the top is small.
fn close(
    model: &Model,
    moves: &Moves,
    set: &mut Set,
    chosen: &Chosen,
    step: &dyn Fn(usize, &mut Set) -> Res<bool>,
    enough: &dyn Fn(&Set) -> Res<bool>,
) -> Res<()> {
    if enough(set)? {
        return Ok(());
    }
    let mut open: Vec<bool> =
        (0..moves.list.len()).map(|i| (chosen.all)(i) && (chosen.first)(i)).collect();
    while let Some(i) = moves.deepest_first.iter().copied().find(|i| open[*i]) {
        open[i] = false;
        let mut changed = false;
        while step(i, set)? {
            model.space.tick()?;
            changed = true;
            if moves.idempotent[i] {
                break;
            }
        }
        model.space.tick()?;
        if changed {
            if enough(set)? {
                return Ok(());
            }
            let disturbed = moves.disturbs[i].iter().filter(|j| (chosen.all)(**j));
            disturbed.for_each(|j| open[*j] = true);
        }
    }
    Ok(())
}
