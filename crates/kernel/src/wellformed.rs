//! Well-formedness of a graph (load check L0): everything that can be seen without running it.
//!
//! Not here: citations' existence and force (the content crate) and checks over reachable states
//! (the certify crate).

use std::collections::HashSet;
use std::fmt;

use crate::graph::{
    Effect, EventId, EventKind, FieldId, Graph, Kind, Relation, RelationId, Repeat,
};
use crate::guard::{Guard, Operand};
use crate::limit::{Amount, Anchor, Limit, Period, Unit};
use crate::set::EventSet;

/// What is wrong with a graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BuildError {
    /// More events than a graph can hold, instances counted.
    TooManyEvents {
        /// How many.
        events: usize,
        /// How many are possible.
        max: usize,
    },
    /// Two events, fields, clauses … of one name.
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A clause cites nothing and gives no reason for being internal.
    NoCitation {
        /// The clause.
        clause: String,
    },
    /// Two relations of one clause, kind, ends and guard.
    DuplicateRelation {
        /// The later one.
        relation: RelationId,
    },
    /// One unguarded include and one unguarded exclude on one pair.
    IncludeAndExclude {
        /// The exclude.
        relation: RelationId,
    },
    /// The ends of a stop or an extension are not different events.
    EndsNotDifferent {
        /// The relation.
        relation: RelationId,
    },
    /// A choice group as target of a relation that needs an act, without members, or writing
    /// constants of its own.
    BadChoice {
        /// The group.
        event: EventId,
    },
    /// An automatic act that may repeat: it would never stop.
    AutomaticRepeats {
        /// The act.
        event: EventId,
    },
    /// More than 64 guarded effects on one act.
    TooManyGuards {
        /// The act.
        event: EventId,
    },
    /// A limit counts from or is sized by a field of the wrong kind.
    WrongFieldKind {
        /// The relation.
        relation: RelationId,
        /// The field.
        field: FieldId,
    },
    /// A guard compares or orders things of different kinds.
    IllTypedGuard {
        /// The relation.
        relation: RelationId,
    },
    /// A constant written to a field that cannot hold it.
    WrongConstant {
        /// The act.
        event: EventId,
        /// The field.
        field: FieldId,
    },
    /// A limit that counts back makes no sense here.
    BackwardLimit {
        /// The relation.
        relation: RelationId,
    },
    /// A limit counts from the due day of an event of a template, and which instance's is not said.
    AnchorNotOneEvent {
        /// The relation.
        relation: RelationId,
    },
    /// An extension by something that is no length of time, such as "to the end of the month".
    ExtensionWithoutLength {
        /// The relation.
        relation: RelationId,
    },
    /// Breaches would create one another without any time between: one every second.
    BreachesWithoutPause {
        /// A relation of the circle.
        relation: RelationId,
    },
    /// The clock would have to create an instance: nobody gives it a key.
    ClockSpawns {
        /// The relation.
        relation: RelationId,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the graph was not built: {self:?}")
    }
}

impl std::error::Error for BuildError {}

/// All faults of the graph, in order of appearance.
pub(crate) fn check(graph: &Graph) -> Vec<BuildError> {
    let mut errors = Vec::new();
    names(graph, &mut errors);
    for clause in &graph.clauses {
        if clause.citations.is_empty() && clause.reason.is_none() {
            errors.push(BuildError::NoCitation { clause: clause.name.clone() });
        }
    }
    graph.event_ids().for_each(|e| check_event(graph, e, &mut errors));
    let mut seen = HashSet::new();
    for id in graph.relation_ids() {
        let relation = graph.relation(id);
        let key = format!("{relation:?}");
        if !seen.insert(key) {
            errors.push(BuildError::DuplicateRelation { relation: id });
        }
        check_relation(graph, id, relation, &mut errors);
    }
    let endless = breaches_without_pause(graph);
    errors.extend(endless.map(|relation| BuildError::BreachesWithoutPause { relation }));
    errors
}

/// Overdue duties that fall due at the very instant of the breach and come back to where they began.
fn breaches_without_pause(graph: &Graph) -> impl Iterator<Item = RelationId> + '_ {
    let mut onward = vec![EventSet::EMPTY; graph.events.len()];
    let instant = |r: &&Relation| may_be_due_at_its_breach(graph, &r.kind);
    for relation in graph.relations.iter().filter(instant) {
        onward[relation.source.index()].insert(relation.target);
    }
    // What is reached over one event more, event by event.
    for over in graph.event_ids() {
        let beyond = onward[over.index()];
        onward.iter_mut().filter(|to| to.has(over)).for_each(|to| *to = to.or(&beyond));
    }
    graph.relation_ids().filter(move |id| {
        let relation = graph.relation(*id);
        let returns = relation.target == relation.source
            || onward[relation.target.index()].has(relation.source);
        instant(&relation) && returns
    })
}

/// Only hours can leave nothing of the day: none of them, a number not known here, or counted from
/// a moment that may lie before the breach. Other units end with the day.
fn may_be_due_at_its_breach(graph: &Graph, kind: &Kind) -> bool {
    use crate::guard::FieldKind;
    let Kind::Overdue(Effect::Respond { limit: Some(limit), .. }) = kind else { return false };
    let elsewhere = limit.anchor != Anchor::Source || limit.before;
    match limit.period {
        Period::Span(Amount::Fixed(amount), Unit::Hour) => amount == 0 || elsewhere,
        Period::Span(_, Unit::Hour) => true,
        // A field may hold a span in a unit of its own.
        Period::Span(Amount::Field(f), _) => graph.field(f).kind == FieldKind::Span,
        _ => false,
    }
}

fn names(graph: &Graph, errors: &mut Vec<BuildError>) {
    let outside = graph.events.iter().filter(|e| e.slot.is_none_or(|(_, s)| s == 0));
    let lists: [Vec<&str>; 5] = [
        outside.map(|e| e.name.as_str()).collect(),
        graph.fields.iter().map(|x| x.name.as_str()).collect(),
        graph.params.iter().map(String::as_str).collect(),
        graph.roles.iter().map(String::as_str).collect(),
        graph.templates.iter().map(|x| x.name.as_str()).collect(),
    ];
    for list in lists {
        let mut seen = HashSet::new();
        for name in list {
            if !seen.insert(name) {
                errors.push(BuildError::DuplicateName { name: name.to_owned() });
            }
        }
    }
}

fn check_event(graph: &Graph, id: EventId, errors: &mut Vec<BuildError>) {
    let event = graph.event(id);
    match &event.kind {
        EventKind::Choice { members } => {
            let inner = |m: &EventId| matches!(graph.event(*m).kind, EventKind::Choice { .. });
            if members.is_empty() || members.iter().any(inner) || !event.writes.is_empty() {
                errors.push(BuildError::BadChoice { event: id });
            }
        }
        EventKind::Automatic(_) if event.repeat != Repeat::Once => {
            errors.push(BuildError::AutomaticRepeats { event: id });
        }
        _ => {}
    }
    if graph.index.of(id).guarded.len() > 64 {
        errors.push(BuildError::TooManyGuards { event: id });
    }
    for (field, value) in &event.writes {
        if !graph.field(*field).kind.admits(value) {
            errors.push(BuildError::WrongConstant { event: id, field: *field });
        }
    }
}

fn check_relation(
    graph: &Graph,
    id: RelationId,
    relation: &Relation,
    errors: &mut Vec<BuildError>,
) {
    let (source, target) = (relation.source, relation.target);
    let automatic = |e: &EventId| matches!(graph.event(*e).kind, EventKind::Automatic(_));
    let choice = |e: EventId| matches!(graph.event(e).kind, EventKind::Choice { .. });
    let mut limit = |limit: &Limit, backward: bool| {
        if limit.before && !backward {
            errors.push(BuildError::BackwardLimit { relation: id });
        }
        errors.extend(
            wrong_fields(graph, limit)
                .into_iter()
                .map(|field| BuildError::WrongFieldKind { relation: id, field }),
        );
    };
    match &relation.kind {
        Kind::Condition { wait, bound, lead, .. } => {
            wait.iter().for_each(|w| limit(&w.limit, false));
            bound.iter().for_each(|b| limit(b, false));
            lead.iter().for_each(|l| limit(&l.limit, true));
        }
        Kind::Response { limit: Some(l), .. } => limit(l, true),
        Kind::Overdue(Effect::Respond { limit: Some(l), .. }) => limit(l, true),
        Kind::Extend { limit: l, .. } => {
            limit(l, false);
            if source == target || choice(source) {
                errors.push(BuildError::EndsNotDifferent { relation: id });
            }
            if !matches!(l.period, Period::Span(..)) {
                errors.push(BuildError::ExtensionWithoutLength { relation: id });
            }
        }
        Kind::Spawn(_) if std::iter::once(&source).chain(graph.members(source)).any(automatic) => {
            errors.push(BuildError::ClockSpawns { relation: id });
        }
        Kind::Stop { until } if source == target || source == *until || *until == target => {
            errors.push(BuildError::EndsNotDifferent { relation: id });
        }
        Kind::Exclude if relation.when.is_none() && included_too(graph, source, target) => {
            errors.push(BuildError::IncludeAndExclude { relation: id });
        }
        _ => {}
    }
    let and_if = match &relation.kind {
        Kind::Condition { and_if, .. } => and_if.as_ref(),
        _ => None,
    };
    if relation.when.iter().chain(and_if).any(|g| !well_typed(graph, g)) {
        errors.push(BuildError::IllTypedGuard { relation: id });
    }
}

fn included_too(graph: &Graph, source: EventId, target: EventId) -> bool {
    graph.relations.iter().any(|r| {
        r.kind == Kind::Include && r.when.is_none() && r.source == source && r.target == target
    })
}

fn wrong_fields(graph: &Graph, limit: &Limit) -> Vec<FieldId> {
    use crate::guard::FieldKind as F;
    let mut wrong = Vec::new();
    if let Anchor::Field(f) = limit.anchor
        && !matches!(graph.field(f).kind, F::Day | F::Instant)
    {
        wrong.push(f);
    }
    if let Period::Span(Amount::Field(f), _) = limit.period
        && !matches!(graph.field(f).kind, F::Int | F::Span)
    {
        wrong.push(f);
    }
    wrong
}

fn well_typed(graph: &Graph, guard: &Guard) -> bool {
    use crate::guard::{Comparison as C, FieldKind as F, Value};
    let kind = |f: &FieldId| &graph.field(*f).kind;
    let ordered = |o: &Operand| match o {
        Operand::Field(f) => matches!(kind(f), F::Int | F::Day | F::Instant),
        Operand::Param(_) => true,
        Operand::Const(v) => matches!(v, Value::Int(_) | Value::Day(_) | Value::Instant(_)),
    };
    match guard {
        Guard::All(parts) | Guard::Any(parts) => parts.iter().all(|p| well_typed(graph, p)),
        Guard::Not(part) => well_typed(graph, part),
        Guard::Has(_) => true,
        Guard::True(f) => *kind(f) == F::Bool,
        Guard::OneOf(f, values) => values.iter().all(|v| kind(f).admits(v)),
        Guard::Compare(a, how, b) => {
            let alike = match (a, b) {
                (Operand::Field(f), Operand::Const(v)) | (Operand::Const(v), Operand::Field(f)) => {
                    kind(f).admits(v)
                }
                (Operand::Field(f), Operand::Field(g)) => {
                    std::mem::discriminant(kind(f)) == std::mem::discriminant(kind(g))
                }
                _ => true,
            };
            alike && (matches!(how, C::Equal | C::NotEqual) || (ordered(a) && ordered(b)))
        }
    }
}
