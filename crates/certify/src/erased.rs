//! Duties that closing acts erase: L2 once more, without the excludes that make it true.
//!
//! An act that excludes everything makes every marking accepting, and L2 proves nothing. So the
//! graph is explored again with those excludes taken out; the duties that then get stuck are the
//! ones the closing act hides. A witness runs in the real graph up to that act.
//!
//! Not here: the plain check (`checks.rs`).

use kernel::{Effect, EventId, Graph, Kind, RelationId};
use oxidd::BooleanFunction;

use crate::certificate::{Check, Finding, Subject, Verdict};
use crate::checks::{duties, stuck, trap};
use crate::moves::Moves;
use crate::reach::forward;
use crate::search::Search;
use crate::space::{Res, Set, minus};
use crate::witness::Goal;

/// Per duty that a closing act erases: whether without that it could always be discharged.
pub(crate) fn erased_duties(search: &Search) -> Res<Vec<Finding>> {
    let graph = search.graph();
    let without = erasing(graph);
    if without.is_empty() {
        return Ok(Vec::new());
    }
    let moves = Moves::new(&search.model, search.properties, &without)?;
    let reachable = forward(&search.model, &moves, &search.initial, &|_| true)?;
    let trap = trap(search, &moves, &reachable)?;
    let mut findings = Vec::new();
    for duty in duties(graph) {
        let erasers: Vec<EventId> = erasers(graph, &without, duty);
        if erasers.is_empty() {
            continue;
        }
        let stuck = stuck(search, &moves, &trap, duty)?;
        let (bad, eraser) = hidden(search, &moves, &stuck, &erasers)?;
        let subject = Subject::Event(duty);
        let mut finding = search.judge(Check::ErasedDuty, subject, &bad, Goal::Executes(eraser))?;
        if finding.verdict == Verdict::Proved && minus(&stuck, &search.reachable)?.satisfiable() {
            // It gets stuck only some acts after the closing one: no run of the real graph shows it.
            finding.verdict = Verdict::Refuted;
        }
        findings.push(finding);
    }
    Ok(findings)
}

/// The reachable states of the real graph in which a closing act erases the duty that would
/// otherwise be stuck after it, and that act.
fn hidden(search: &Search, moves: &Moves, stuck: &Set, erasers: &[EventId]) -> Res<(Set, EventId)> {
    let mut last = (search.model.space.none(), erasers[0]);
    for eraser in erasers {
        for step in moves.list.iter().filter(|m| m.executes.contains(eraser)) {
            let before = step.before(&search.model.space, stuck)?.and(&search.reachable)?;
            if before.satisfiable() {
                return Ok((before, *eraser));
            }
            last = (before, *eraser);
        }
    }
    Ok(last)
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

/// The excludes by which closing acts erase duties: from an act that takes out more than half of
/// all other events, onto events that can be owed.
fn erasing(graph: &Graph) -> Vec<RelationId> {
    let acts = graph.event_ids().filter(|e| graph.event(*e).slot.is_none()).count();
    let targets = |source: EventId| {
        let mut found: Vec<EventId> = excludes(graph, source).map(|id| graph.relation(id).target).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    };
    let closing = graph.event_ids().filter(|e| targets(*e) * 2 > acts);
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
                    && matches!(r.kind, Kind::Response { .. } | Kind::Overdue(Effect::Respond { .. }))
            })
    };
    owable(event) || graph.choices_of(event).iter().any(|g| owable(*g))
}
