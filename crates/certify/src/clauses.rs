//! What each clause of law does in the reachable states: switched off (L9), or idle (L10).
//!
//! Not here: clauses that create duties (`checks.rs`).

use kernel::{EventId, EventKind, Graph, Kind, RelationId, Strength};
use oxidd::BooleanFunction;

use crate::certificate::{Check, Finding, Subject, Verdict};
use crate::layout::is_explored;
use crate::property::Witnesses;
use crate::search::Search;
use crate::space::{Res, Set, minus};
use crate::witness::Goal;

/// L9: an act is possible although what must come first was never done, because that is excluded.
pub(crate) fn switched_off(search: &Search) -> Res<Vec<Finding>> {
    let graph = search.graph();
    let mut findings = Vec::new();
    for id in graph.relation_ids() {
        let relation = graph.relation(id);
        let Kind::Condition { void_when_excluded: false, .. } = relation.kind else { continue };
        let cited = !graph.clause(relation.clause).citations.is_empty();
        if !cited || !refuses(graph, id) {
            continue;
        }
        let model = &search.model;
        let mut bad = search.fires(relation.target)?.and(&model.applies(relation)?)?;
        bad = bad.and(&model.exists(relation.source))?;
        bad = minus(&bad, &model.included(relation.source)?)?;
        bad = minus(&bad, &model.executed(relation.source))?;
        let goal = Goal::Executes(relation.target);
        findings.push(search.judge(Check::SwitchedOff, Subject::Relation(id), &bad, goal)?);
    }
    Ok(findings)
}

/// L10: a clause that never refuses alone. Gives, for each other clause, the refusal that is its
/// regression test.
pub(crate) fn idle_clauses(search: &Search) -> Res<Vec<Finding>> {
    let graph = search.graph();
    let mut findings = Vec::new();
    for clause in 0..graph.clauses.len() {
        let own: Vec<RelationId> =
            graph.relation_ids().filter(|r| bars(graph, *r, clause)).collect();
        if own.is_empty() {
            continue;
        }
        search.model.space.tick()?;
        findings.push(idle_clause(search, clause, &own)?);
    }
    Ok(findings)
}

fn idle_clause(search: &Search, clause: usize, own: &[RelationId]) -> Res<Finding> {
    let graph = search.graph();
    let subject = Subject::Clause(clause);
    let mut finding = search.finding(Check::IdleClause, subject, Verdict::Refuted);
    let mut tried: Vec<EventId> = Vec::new();
    for id in own {
        let target = graph.relation(*id).target;
        if tried.contains(&target) {
            continue;
        }
        tried.push(target);
        let alone = refused_alone(search, target, own, &|id| search.model.fails(id))?;
        if search.meets(&alone)? {
            return witnessed(search, finding, &alone, Goal::Refuses(target, clause));
        }
    }
    for id in own.iter().filter(|r| is_timed(graph, **r)) {
        let target = graph.relation(*id).target;
        let begun = |r: RelationId| match r == *id {
            true => running(search, r),
            false => Ok(search.model.space.none()),
        };
        let alone = refused_alone(search, target, own, &begun)?;
        if search.meets(&alone)? {
            return witnessed(search, finding, &alone, Goal::RefusesByTime(target, *id));
        }
    }
    finding.verdict = Verdict::Refuted;
    Ok(finding)
}

/// The settled states in which only relations of the clause bar the event.
fn refused_alone(
    search: &Search,
    event: EventId,
    own: &[RelationId],
    fails: &dyn Fn(RelationId) -> Res<Set>,
) -> Res<Set> {
    let model = &search.model;
    let mut set = search.settled(&model.available(event)?)?;
    let mut barred = model.space.none();
    for id in model.constraints(event) {
        if own.contains(&id) {
            barred = barred.or(&fails(id)?)?;
        } else {
            set = minus(&set, &model.fails(id)?)?;
        }
    }
    Ok(set.and(&barred)?)
}

/// Where the relation's source is done, so that its wait or bound counts.
fn running(search: &Search, id: RelationId) -> Res<Set> {
    let relation = search.graph().relation(id);
    let model = &search.model;
    let begun = model.included(relation.source)?.and(&model.executed(relation.source))?;
    Ok(begun.and(&model.applies(relation)?)?)
}

fn witnessed(search: &Search, mut finding: Finding, states: &Set, goal: Goal) -> Res<Finding> {
    finding.verdict = Verdict::Proved;
    if search.options.witnesses == Witnesses::All {
        search.want(finding.check, finding.subject, states, goal);
    }
    Ok(finding)
}

/// A condition or milestone of the clause that refuses.
fn bars(graph: &Graph, id: RelationId, clause: usize) -> bool {
    let relation = graph.relation(id);
    let kind = matches!(relation.kind, Kind::Condition { .. } | Kind::Milestone);
    let person = graph.event(relation.target).kind == EventKind::Act;
    person
        && kind
        && relation.clause.index() == clause
        && refuses(graph, id)
        && is_explored(graph, relation.target)
}

fn refuses(graph: &Graph, id: RelationId) -> bool {
    graph.relation(id).strength == Strength::Refuse
}

fn is_timed(graph: &Graph, id: RelationId) -> bool {
    match &graph.relation(id).kind {
        Kind::Condition { wait, bound, lead, .. } => {
            wait.is_some() || bound.is_some() || lead.is_some()
        }
        _ => false,
    }
}
