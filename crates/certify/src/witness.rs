//! Shortest runs to a state of a set, made of concrete states and moves.
//!
//! Layers of states are searched backwards from the set until one holds the initial marking; from
//! there an explicit walk through the layers, a single state at a time, gives the run. The sets on
//! the way say only what the goal needs, which is far less than all reachable states. Every run is
//! then replayed by the kernel.
//!
//! Not here: the replay (`replay.rs`).

use kernel::{EventId, RelationId};
use oxidd::{BooleanFunction, Function};

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
    /// The first, executed there, erases the duty of the second.
    Erases(EventId, EventId),
    /// The event is refused there, by relations of this clause (its place in the graph) alone.
    Refuses(EventId, usize),
    /// The same, but only once or as long as time says so.
    RefusesByTime(EventId, RelationId),
}

/// A run: the states it goes through and the move between each two.
pub(crate) struct Path {
    pub states: Vec<Vec<bool>>,
    /// Per move, the bits with what is stated, before the effects.
    pub stated: Vec<Vec<bool>>,
    /// Indices into the list of moves.
    pub moves: Vec<usize>,
}

impl Path {
    fn extend(&mut self, search: &Search, index: usize, state: Vec<bool>) -> Res<()> {
        let space = &search.model.space;
        let from = space.singleton(self.states.last().expect("begins with the initial marking"))?;
        let to = space.singleton(&state)?;
        let between = search.moves.list[index].between(space, &from, &to)?;
        self.stated.push(space.pick(&between).expect("the move leads from the one to the other"));
        self.moves.push(index);
        self.states.push(state);
        Ok(())
    }
}

/// A shortest run that shows the goal at a state of the set, which must be reachable; `None` where
/// a layer grows beyond so many nodes.
pub(crate) fn shortest(
    search: &Search,
    to: &Set,
    goal: Goal,
    nodes_max: usize,
) -> Res<Option<Path>> {
    let Some(mut path) = shortest_to(search, to, nodes_max)? else { return Ok(None) };
    if let Goal::Executes(event) | Goal::Erases(event, _) = goal {
        let space = &search.model.space;
        let last = space.singleton(path.states.last().expect("begins with the initial marking"))?;
        for (i, step) in search.moves.list.iter().enumerate() {
            if step.executes.contains(&event)
                && let Some(state) = space.pick(&step.after(space, &last)?)
            {
                path.extend(search, i, state)?;
                break;
            }
        }
    }
    Ok(Some(path))
}

/// Backwards in layers until the initial marking is met, then one explicit walk forwards.
fn shortest_to(search: &Search, to: &Set, nodes_max: usize) -> Res<Option<Path>> {
    let space = &search.model.space;
    let mut layers = vec![to.clone()];
    let mut seen = to.clone();
    let start = loop {
        let last = layers.last().expect("begins with the goal");
        if let Some(state) = space.pick(&last.and(&search.initial)?) {
            break state;
        }
        let mut earlier = space.none();
        let unseen = seen.not()?;
        for step in &search.moves.list {
            space.tick()?;
            earlier = earlier.or(&step.before_within(space, last, &unseen)?)?;
        }
        if earlier.node_count() > nodes_max {
            return Ok(None);
        }
        seen = seen.or(&earlier)?;
        layers.push(earlier);
    };
    let mut path = Path { states: vec![start], stated: Vec::new(), moves: Vec::new() };
    layers.pop();
    for layer in layers.iter().rev() {
        let here = space.singleton(path.states.last().expect("begins with the initial marking"))?;
        let mut found = None;
        for (i, step) in search.moves.list.iter().enumerate() {
            if let Some(state) = space.pick(&step.after(space, &here)?.and(layer)?) {
                found = Some((i, state));
                break;
            }
        }
        let (step, state) = found.expect("every state of a layer has a move into the next");
        path.extend(search, step, state)?;
    }
    Ok(Some(path))
}

/// The run as the kernel does it; or why no values satisfy its guards.
pub(crate) fn replayed(search: &Search, path: &Path, goal: Goal) -> Result<Witness, String> {
    Replayer::new(search).run(path, goal)
}
