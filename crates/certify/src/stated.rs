//! The properties an author states (L4, L5, L6).
//!
//! Not here: their words (`property.rs`).

use kernel::EventId;
use oxidd::BooleanFunction;

use crate::certificate::{Check, Finding, Subject};
use crate::layout::is_explored;
use crate::property::Property;
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
