//! Can a matter begun under an older version of a procedure go on under the newer one?
//!
//! Until the fixing act each act is judged by the version of its own day, and what was done before is
//! taken over by name (`office/src/transition.rs`). So no rule on an act that leads to the fixing act
//! may ask for a field that the older forms do not have, unless it says what holds without it.
//!
//! Takes two compiled versions; gives faults at the newer one.
//!
//! Not here: acts only the newer version knows. They are done on its own forms.

use std::collections::BTreeSet;

use kernel::{Amount, Anchor, EventId, Facts, FieldId, Kind, Limit, Period, Relation};

use crate::fault::Fault;
use crate::model::Procedure;
use crate::syntax::Line;

/// Checks the newer version; `line` is its line.
pub(crate) fn check(earlier: &Procedure, later: &Procedure, line: &Line, faults: &mut Vec<Fault>) {
    let Some(fixing) = later.fixing else { return };
    let graph = &later.graph;
    let known = |e: EventId| earlier.event(&graph.event(e).name).is_some();
    let begun = |e: EventId| known(e) || graph.members(e).iter().any(|m| known(*m));
    let leading = leading_to(later, fixing);
    for relation in graph.relations.iter().filter(|r| leading.contains(&r.target)) {
        let lacking = needed(relation).into_iter().map(|f| later.field(f).name.as_str());
        let lacking = lacking.filter(|name| !earlier.fields.iter().any(|f| f.name == *name));
        let Some(field) = lacking.take(1).next().filter(|_| begun(relation.source)) else {
            continue;
        };
        let rule = later.rule(relation.clause).position.to_string();
        let facts = [
            ("field", field),
            ("rule", &rule),
            ("earlier", &earlier.version),
            ("later", &later.version),
        ];
        faults.push(line.span.fault("prelude-not-common", &facts));
    }
}

/// The fixing act and all acts that it, or they, wait for.
fn leading_to(procedure: &Procedure, fixing: EventId) -> BTreeSet<EventId> {
    let graph = &procedure.graph;
    let (mut found, mut fresh) = (BTreeSet::from([fixing]), vec![fixing]);
    while let Some(event) = fresh.pop() {
        let waits = |r: &&Relation| r.target == event && matches!(r.kind, Kind::Condition { .. });
        let sources = graph.relations.iter().filter(waits).map(|r| r.source);
        let before: Vec<EventId> = sources.chain(graph.members(event).iter().copied()).collect();
        fresh.extend(before.into_iter().filter(|e| found.insert(*e)));
    }
    found
}

/// The fields without which the condition refuses.
fn needed(relation: &Relation) -> Vec<FieldId> {
    let Kind::Condition { and_if, wait, bound, .. } = &relation.kind else { return Vec::new() };
    if relation.when.as_ref().is_some_and(|w| w.eval(&Nothing) == Some(false)) {
        return Vec::new();
    }
    let guard = and_if.iter().filter(|g| g.eval(&Nothing) != Some(true));
    let limits = bound.iter().chain(wait.iter().map(|w| &w.limit));
    guard.flat_map(|g| g.fields()).chain(limits.flat_map(fields_of)).collect()
}

/// The fields a limit is counted from or by.
fn fields_of(limit: &Limit) -> Vec<FieldId> {
    let mut fields = Vec::new();
    if let Anchor::Field(field) = limit.anchor {
        fields.push(field);
    }
    if let Period::Span(Amount::Field(field), _) = limit.period {
        fields.push(field);
    }
    fields
}

/// No fact at all.
struct Nothing;

impl Facts for Nothing {
    fn field(&self, _: FieldId) -> Option<&kernel::Value> {
        None
    }

    fn param(&self, _: kernel::ParamId) -> Option<&kernel::Value> {
        None
    }
}
