//! The properties an author states (L4, L5, L6) and open tests (L12).
//!
//! Not here: their words (`property.rs`).

use kernel::EventId;
use oxidd::BooleanFunction;

use crate::certificate::{Check, Finding, Subject, Verdict};
use crate::layout::is_explored;
use crate::moves::Move;
use crate::property::{OpenTest, Property};
use crate::reach::forward;
use crate::search::Search;
use crate::space::{Res, Set, minus};
use crate::witness::Goal;

/// Every stated property.
pub(crate) fn stated(search: &Search) -> Res<Vec<Finding>> {
    let judge = |(i, property): (usize, &Property)| {
        let (bad, goal) = violations(search, i, property)?;
        search.judge(Check::Stated, Subject::Property(i), &bad, goal)
    };
    search.properties.iter().enumerate().map(judge).collect()
}

/// The reachable states that violate the property, and what happens there.
fn violations(search: &Search, index: usize, property: &Property) -> Res<(Set, Goal)> {
    let model = &search.model;
    Ok(match property {
        Property::Never(event) => (search.fires(*event)?, Goal::Executes(*event)),
        Property::NeverWhileOwed { event, owed } => {
            (search.fires(*event)?.and(&model.owed(*owed)?)?, Goal::Executes(*event))
        }
        Property::Before { first, then } => {
            let bad = minus(&search.fires(*then)?, &model.executed(*first))?;
            (bad, Goal::Executes(*then))
        }
        Property::After { .. } => {
            let open = model.layout.monitors[index];
            let open = open.map_or_else(|| model.space.none(), |bit| model.space.bit(bit));
            (search.settled(&open.and(&model.accepting()?)?)?, Goal::State)
        }
        Property::AtMostOnce(event) => {
            (search.fires(*event)?.and(&model.executed(*event))?, Goal::Executes(*event))
        }
        Property::Exclusive(a, b) => {
            let both = model.executed(*a).and(&model.executed(*b))?;
            (both, Goal::State)
        }
        Property::Final { event, except } => {
            let closed = model.executed(*event);
            let mut bad = model.space.none();
            let graph = search.graph();
            for other in graph.event_ids().filter(|e| is_explored(graph, *e)) {
                let excepted = |e: &EventId| except.contains(e);
                let group = graph.choices_of(other).iter().any(excepted);
                if !excepted(&other) && !group && graph.members(other).is_empty() {
                    bad = bad.or(&search.fires(other)?.and(&closed)?)?;
                }
            }
            (bad, Goal::State)
        }
    })
}

/// Every open test.
pub(crate) fn open_tests(search: &Search) -> Res<Vec<Finding>> {
    let tests = &search.options.tests;
    tests.iter().enumerate().map(|(i, test)| open_test(search, i, test)).collect()
}

/// Whether some accepted run shows exactly the trace. Acts outside the context are free; an act
/// that executes events of the context must be what the trace says next.
fn open_test(search: &Search, index: usize, test: &OpenTest) -> Res<Finding> {
    let letters = |step: &Move| -> Vec<EventId> {
        step.executes.iter().copied().filter(|e| test.context.contains(e)).collect()
    };
    let free = |i: usize| letters(&search.moves.list[i]).is_empty();
    let mut at = vec![search.model.space.none(); test.trace.len() + 1];
    at[0] = search.initial.clone();
    for position in 0..at.len() {
        at[position] = forward(&search.model, &search.moves, &at[position], &free)?;
        for step in &search.moves.list {
            let letters = letters(step);
            if !letters.is_empty() && test.trace[position..].starts_with(&letters) {
                let next = position + letters.len();
                at[next] = at[next].or(&step.after(&search.model.space, &at[position])?)?;
            }
        }
    }
    let last = at.last().expect("one set per position and one more");
    let accepted = search.settled(&last.and(&search.model.accepting()?)?)?;
    let verdict = match accepted.satisfiable() == test.positive {
        true => Verdict::Proved,
        false => Verdict::Refuted,
    };
    Ok(search.finding(Check::OpenTest, Subject::Test(index), verdict))
}
