//! Shortest runs to a state of a set, made of concrete states and moves.
//!
//! The first ring that meets the set gives the length; from there one explicit walk back through
//! the rings, a single state at a time, gives the run. Every run is then replayed by the kernel.
//!
//! Not here: the replay (`replay.rs`).

use kernel::{EventId, RelationId};
use oxidd::BooleanFunction;

use crate::certificate::Witness;
use crate::replay::Replayer;
use crate::search::Search;
use crate::space::{Res, Set};

/// What the last state of a run is to show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Goal {
    /// The state itself.
    State,
    /// The event can be executed there.
    Executes(EventId),
    /// The event is refused there, by relations of this clause (its place in the graph) alone.
    Refuses(EventId, usize),
    /// The same, but only once or as long as time says so.
    RefusesByTime(EventId, RelationId),
}

/// A run: the states it goes through and the move between each two.
pub(crate) struct Path {
    pub states: Vec<Vec<bool>>,
    /// Indices into the list of moves.
    pub moves: Vec<usize>,
}

/// A shortest run that shows the goal at a state of the set, which must be reachable.
pub(crate) fn shortest(search: &Search, to: &Set, goal: Goal) -> Res<Path> {
    let mut path = shortest_to(search, to)?;
    if let Goal::Executes(event) = goal {
        let space = &search.model.space;
        let last = space.singleton(path.states.last().expect("begins with the initial marking"))?;
        for (i, step) in search.moves.list.iter().enumerate() {
            if step.executes.contains(&event)
                && let Some(state) = space.pick(&step.after(space, &last)?)
            {
                path.moves.push(i);
                path.states.push(state);
                break;
            }
        }
    }
    Ok(path)
}

fn shortest_to(search: &Search, to: &Set) -> Res<Path> {
    let space = &search.model.space;
    let rings = search.rings()?;
    let mut at = 0;
    while !rings[at].and(to)?.satisfiable() {
        at += 1;
    }
    let end = space.pick(&rings[at].and(to)?).expect("the ring meets the set");
    let mut path = Path { states: vec![end], moves: Vec::new() };
    while at > 0 {
        at -= 1;
        space.tick()?;
        let here = space.singleton(path.states.last().expect("begins with the end"))?;
        let mut found = None;
        for (i, step) in search.moves.list.iter().enumerate() {
            if let Some(state) = space.pick(&step.before(space, &here)?.and(&rings[at])?) {
                found = Some((i, state));
                break;
            }
        }
        let (step, state) = found.expect("every state of a ring has a predecessor in the one before");
        path.moves.push(step);
        path.states.push(state);
    }
    path.states.reverse();
    path.moves.reverse();
    Ok(path)
}

/// The run as the kernel does it; or why no values satisfy its guards.
pub(crate) fn replayed(search: &Search, path: &Path, goal: Goal) -> Result<Witness, String> {
    Replayer::new(search).run(path, goal)
}
