//! Inclusion that follows from executions, and so needs no bit of its own.
//!
//! A decision that takes fifty acts out for good would tie fifty bits together. But where nothing
//! that puts an act back in can still happen after the decision, "in force" is just "whatever it
//! was, and the decision has not been executed". Such an excluder is *closing* for the act. And an
//! act that is only ever put in, by acts without guards, is in force once one of them is executed.
//! Both are exact.
//!
//! Not here: the bits themselves (`layout.rs`).

use kernel::{Effect, EventId, FieldId, Graph, Kind, Relation, RelationId};

use crate::fields::relation_fields;
use crate::layout::Layout;

/// Per event, the events whose execution takes it out for good.
///
/// The greatest solution of: c excludes e without guard, and every event y that can put e in is
/// itself closed by c and never executed together with it. Then in every state with c executed, e
/// is out: the step that executes c takes out all that it closes, and no later step can execute a y.
///
/// Here and below, the relations of `without` are taken as absent.
pub(crate) fn closing(graph: &Graph, without: &[RelationId]) -> Vec<Vec<EventId>> {
    let mut closed: Vec<Vec<EventId>> =
        graph.event_ids().map(|e| candidates(graph, without, e)).collect();
    loop {
        let before = closed.clone();
        for event in graph.event_ids() {
            let openers: Vec<EventId> = openers(graph, event).collect();
            let holds = |c: &EventId| {
                openers
                    .iter()
                    .all(|y| !together(graph, *c, *y) && is_closed(graph, &before, *y, *c))
            };
            closed[event.index()].retain(holds);
        }
        if closed == before {
            return closed;
        }
    }
}

/// The events whose execution puts the event in, if that is all that ever moves it.
pub(crate) fn opened_only(
    graph: &Graph,
    without: &[RelationId],
    closed: &[Vec<EventId>],
    event: EventId,
) -> Option<Vec<EventId>> {
    let spec = graph.event(event);
    if spec.included || spec.slot.is_some() || is_reversible(graph, without, closed, event) {
        return None;
    }
    let mut found = Vec::new();
    for relation in graph.relations.iter().filter(|r| r.target == event && is_include(&r.kind)) {
        if relation.kind != Kind::Include
            || relation.when.is_some()
            || !is_plain(graph, relation.source)
        {
            return None;
        }
        found.push(relation.source);
    }
    Some(found)
}

/// Whether some exclude that is not closing can take the event out.
pub(crate) fn is_reversible(
    graph: &Graph,
    without: &[RelationId],
    closed: &[Vec<EventId>],
    event: EventId,
) -> bool {
    let onto = excludes(graph, without, event);
    let closes = |r: &Relation| {
        r.kind == Kind::Exclude && r.when.is_none() && closed[event.index()].contains(&r.source)
    };
    onto.into_iter().any(|r| !closes(r))
}

fn excludes<'g>(graph: &'g Graph, without: &[RelationId], event: EventId) -> Vec<&'g Relation> {
    let present = graph.relation_ids().filter(|id| !without.contains(id));
    present
        .map(|id| graph.relation(id))
        .filter(|r| r.target == event && is_exclude(&r.kind))
        .collect()
}

fn candidates(graph: &Graph, without: &[RelationId], event: EventId) -> Vec<EventId> {
    if graph.event(event).slot.is_some() || !graph.members(event).is_empty() {
        return Vec::new();
    }
    let plain =
        |r: &&Relation| r.kind == Kind::Exclude && r.when.is_none() && is_plain(graph, r.source);
    let found = excludes(graph, without, event).into_iter().filter(plain);
    let mut found: Vec<EventId> = found.map(|r| r.source).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Outside instances and not executed at the start.
fn is_plain(graph: &Graph, event: EventId) -> bool {
    let begun = |e: &EventId| graph.event(*e).executed_at.is_some();
    graph.event(event).slot.is_none() && !begun(&event) && !graph.members(event).iter().any(begun)
}

/// The events that can put the event in: by execution, or by a breach of their duty.
fn openers(graph: &Graph, event: EventId) -> impl Iterator<Item = EventId> + '_ {
    let onto = graph.relations.iter().filter(move |r| r.target == event && is_include(&r.kind));
    onto.map(|r| r.source)
}

/// Whether the event is out for good once `by` is executed; a group, when all its members are.
fn is_closed(graph: &Graph, closed: &[Vec<EventId>], event: EventId, by: EventId) -> bool {
    match graph.members(event) {
        [] => closed[event.index()].contains(&by),
        members => members.iter().all(|m| closed[m.index()].contains(&by)),
    }
}

/// Whether one step can execute both.
fn together(graph: &Graph, a: EventId, b: EventId) -> bool {
    let with = |act: EventId, e: EventId| act == e || graph.choices_of(act).contains(&e);
    graph.event_ids().any(|act| with(act, a) && with(act, b))
}

fn is_exclude(kind: &Kind) -> bool {
    matches!(kind, Kind::Exclude | Kind::Overdue(Effect::Exclude))
}

fn is_include(kind: &Kind) -> bool {
    matches!(kind, Kind::Include | Kind::Overdue(Effect::Include))
}

/// What an executed closing event leaves without any reader, so that it may be forgotten.
#[derive(Clone, Debug, Default)]
pub(crate) struct Swept {
    /// Events out for good: their duty no longer matters.
    pub out: Vec<EventId>,
    /// Those of them whose execution no longer matters either.
    pub done: Vec<EventId>,
    /// Fields no living relation reads.
    pub fields: Vec<FieldId>,
}

/// Per event, what its execution sweeps. `named`: events whose executions a property reads.
pub(crate) fn swept(graph: &Graph, layout: &Layout, named: &[EventId]) -> Vec<Swept> {
    graph.event_ids().map(|c| swept_by(graph, layout, named, c)).collect()
}

fn swept_by(graph: &Graph, layout: &Layout, named: &[EventId], c: EventId) -> Swept {
    let (closed, opened) = (&layout.closed_by, &layout.opened_by);
    let out: Vec<EventId> = graph.event_ids().filter(|e| closed[e.index()].contains(&c)).collect();
    if out.is_empty() {
        return Swept::default();
    }
    let gone = |e: EventId| match graph.members(e) {
        [] => out.contains(&e),
        members => members.iter().all(|m| out.contains(m)),
    };
    // Who follows from the execution of e must be out as well, and so must who waits for it.
    let follows = |e: EventId, by: &Vec<Vec<EventId>>| {
        graph.event_ids().all(|x| !by[x.index()].contains(&e) || gone(x))
    };
    let waits = |e: EventId| {
        graph
            .relations
            .iter()
            .all(|r| r.source != e || !matches!(r.kind, Kind::Condition { .. }) || gone(r.target))
    };
    let stops = |e: EventId| {
        graph.relations.iter().all(|r| match r.kind {
            Kind::Stop { until } if r.source == e || until == e => gone(r.target),
            _ => true,
        })
    };
    let dead = |r: &Relation| match r.kind {
        Kind::Condition { .. } | Kind::Milestone => gone(r.target),
        _ => gone(r.source),
    };
    let unread = |f: FieldId| graph.relations.iter().all(|r| dead(r) || !reads(r, f));
    let fields: Vec<FieldId> =
        (0..graph.fields.len()).map(FieldId::new).filter(|f| unread(*f)).collect();
    let tells = |e: EventId| {
        let regions = layout.fields.regions.iter().enumerate();
        regions
            .filter(|(_, r)| r.after.contains(&e))
            .all(|(f, _)| fields.contains(&FieldId::new(f)))
    };
    let forgettable = |e: &EventId| {
        *e != c
            && !named.contains(e)
            && waits(*e)
            && follows(*e, closed)
            && follows(*e, opened)
            && tells(*e)
            && stops(*e)
    };
    let done = out.iter().copied().filter(forgettable).collect();
    Swept { done, fields, out }
}

fn reads(relation: &Relation, field: FieldId) -> bool {
    let guards = relation.when.iter().chain(match &relation.kind {
        Kind::Condition { and_if, .. } => and_if.as_ref(),
        _ => None,
    });
    let mut read = guards.flat_map(|g| g.fields());
    read.any(|f| f == field) || relation_fields(&relation.kind).contains(&field)
}
