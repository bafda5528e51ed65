//! Duties that closing acts erase: L2 once more, without the excludes that make it true.
//!
//! An act that excludes everything makes every marking accepting, and L2 proves nothing. So the
//! graph is explored again with those excludes taken out; the duties that then get stuck are the
//! ones the closing act hides. A witness runs in the real graph up to that act.
//!
//! Not here: the plain check (`checks.rs`).

use kernel::{Effect, EventId, Graph, Kind, RelationId};
use oxidd::BooleanFunction;

use crate::certificate::{Certificate, Check, Finding, Order, Subject, Verdict};
use crate::checks::{duties, stuck, trap};
use crate::property::{Options, Property};
use crate::search::Search;
use crate::space::{Res, Set};
use crate::witness::Goal;

/// Whether closing acts of the graph erase duties.
pub(crate) fn is_erasing(graph: &Graph) -> bool {
    !erasing(graph).is_empty()
}

/// Per duty that a closing act erases: whether without that it could always be discharged.
pub(crate) fn certificate(
    graph: &Graph,
    properties: &[Property],
    options: &Options,
    order: Order,
    within: &mut dyn FnMut() -> bool,
) -> Res<Certificate> {
    let without = erasing(graph);
    let search = Search::new(graph, properties, options, order, &without, within)?;
    let trap = trap(&search)?;
    let mut findings = Vec::new();
    for duty in duties(graph) {
        let erasers = erasers(graph, &without, duty);
        if !erasers.is_empty() {
            findings.push(erased_duty(&search, &erasers, &stuck(&search, &trap, duty)?, duty)?);
        }
    }
    search.add_witnesses(&mut findings);
    Ok(search.certificate(order, findings))
}

/// Hidden by the first closing act that can be executed while the duty is owed and gets stuck by it.
fn erased_duty(search: &Search, erasers: &[EventId], stuck: &Set, duty: EventId) -> Res<Finding> {
    let subject = Subject::Event(duty);
    for eraser in erasers {
        let mut bad = search.model.space.none();
        for step in search.moves.list.iter().filter(|m| m.executes.contains(eraser)) {
            bad = bad.or(&step.before(&search.model.space, stuck)?)?;
        }
        let bad = bad.and(&search.model.owed(duty)?)?;
        let found = search.judge(Check::ErasedDuty, subject, &bad, Goal::Erases(*eraser, duty))?;
        if found.verdict != Verdict::Proved {
            return Ok(found);
        }
    }
    // Stuck all the same, some acts after a closing one: no run of the real graph shows that.
    let verdict = if stuck.satisfiable() { Verdict::Refuted } else { Verdict::Proved };
    Ok(search.finding(Check::ErasedDuty, subject, verdict))
}

/// The acts whose removed excludes would take the duty out.
fn erasers(graph: &Graph, without: &[RelationId], duty: EventId) -> Vec<EventId> {
    let ends = |target: EventId| target == duty || graph.choices_of(target).contains(&duty);
    let onto = without.iter().map(|id| graph.relation(*id)).filter(|r| ends(r.target));
    let mut found: Vec<EventId> = onto.map(|r| r.source).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The excludes by which closing acts erase duties: from an act that takes out at least three
/// and at least a tenth of all events, onto events that can be owed.
fn erasing(graph: &Graph) -> Vec<RelationId> {
    let acts = graph.event_ids().filter(|e| graph.event(*e).slot.is_none()).count();
    let targets = |source: EventId| {
        let mut found: Vec<EventId> =
            excludes(graph, source).map(|id| graph.relation(id).target).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    };
    let closing = graph.event_ids().filter(|e| targets(*e) >= 3 && targets(*e) * 10 >= acts);
    closing
        .flat_map(|e| excludes(graph, e).collect::<Vec<_>>())
        .filter(|id| carries_duty(graph, graph.relation(*id).target))
        .collect()
}

fn excludes(graph: &Graph, source: EventId) -> impl Iterator<Item = RelationId> + '_ {
    graph.relation_ids().filter(move |id| {
        let relation = graph.relation(*id);
        relation.source == source && relation.target != source && relation.kind == Kind::Exclude
    })
}

/// The event, or a choice group it is in, can be owed.
fn carries_duty(graph: &Graph, event: EventId) -> bool {
    let owable = |e: EventId| {
        graph.event(e).pending.is_some()
            || graph.relations.iter().any(|r| {
                r.target == e
                    && matches!(
                        r.kind,
                        Kind::Response { .. } | Kind::Overdue(Effect::Respond { .. })
                    )
            })
    };
    owable(event) || graph.choices_of(event).iter().any(|g| owable(*g))
}
