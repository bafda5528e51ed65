//! Which bits a state has: per event executed, included and owed, side by side, and what else the
//! rules read.
//!
//! A bit that cannot change is a constant, and one that no rule and no property reads is not kept
//! (the exact reduction: an executed bit is dropped only if no condition, no once rule and no
//! property reads it).
//!
//! Not here: what moves them (`moves.rs`), the bits of fields (`fields.rs`).

use kernel::{
    Effect, EventId, EventKind, Graph, Kind, Limit, Period, Amount, Relation, RelationId, Repeat, TemplateId,
};

use crate::certificate::Order;
use crate::fields::Fields;
use crate::order::force;
use crate::property::Property;

/// One fact about an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fact {
    /// It never changes.
    Fixed(bool),
    /// A bit of the state.
    Bit(u32),
    /// Nothing reads it.
    Unread,
}

/// Whether the event's open duty has a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Limited {
    Never,
    Always,
    Bit(u32),
}

/// The most instances of a template that are explored.
pub(crate) const INSTANCES_MAX: u16 = 2;

/// The bits of a state. Lists run along the graph's events, relations, templates and properties.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    pub bits: u32,
    pub executed: Vec<Fact>,
    /// Not for choice groups, whose inclusion is that of their members.
    pub included: Vec<Fact>,
    pub pending: Vec<Fact>,
    pub limited: Vec<Limited>,
    /// Breached; only where a breach has effects.
    pub late: Vec<Option<u32>>,
    /// How often executed, one bit per time; only for counts of two and more.
    pub times: Vec<Vec<u32>>,
    /// Per stop relation, open.
    pub open: Vec<Option<u32>>,
    /// Per extension, one bit per use.
    pub used: Vec<Vec<u32>>,
    /// Per template, one bit per instance.
    pub spawned: Vec<Vec<u32>>,
    /// Per property of the kind "after": promised and not yet kept.
    pub monitors: Vec<Option<u32>>,
    pub fields: Fields,
    /// Names of events, fields and templates in the order of the bits.
    pub sequence: Vec<String>,
}

impl Layout {
    /// The bits of this graph, for these properties, with events in this order.
    pub fn new(graph: &Graph, properties: &[Property], order: Order) -> Self {
        let mut layout = Self { fields: Fields::new(graph), ..Self::default() };
        let events = graph.events.len();
        layout.executed = vec![Fact::Unread; events];
        layout.included = vec![Fact::Unread; events];
        layout.pending = vec![Fact::Unread; events];
        layout.limited = vec![Limited::Never; events];
        layout.late = vec![None; events];
        layout.times = vec![Vec::new(); events];
        layout.open = vec![None; graph.relations.len()];
        layout.used = vec![Vec::new(); graph.relations.len()];
        layout.spawned = vec![Vec::new(); graph.templates.len()];
        layout.monitors = vec![None; properties.len()];
        for thing in sequence(graph, &layout.fields, order) {
            layout.sequence.push(name_of(graph, thing));
            match thing {
                Thing::Event(event) => layout.number_event(graph, properties, event),
                Thing::Field(field) => layout.fields.number(field, &mut layout.bits),
                Thing::Template(template) => {
                    let count = explored(graph, TemplateId::new(template));
                    layout.spawned[template] = layout.take(usize::from(count));
                }
            }
        }
        layout.fields.number_rest(&mut layout.bits);
        layout
    }

    fn take(&mut self, count: usize) -> Vec<u32> {
        let first = self.bits;
        self.bits += count as u32;
        (first..self.bits).collect()
    }

    fn bit(&mut self) -> u32 {
        self.take(1)[0]
    }

    fn number_event(&mut self, graph: &Graph, properties: &[Property], event: EventId) {
        let i = event.index();
        if !is_explored(graph, event) {
            self.executed[i] = Fact::Fixed(false);
            self.included[i] = Fact::Fixed(false);
            self.pending[i] = Fact::Fixed(false);
            return;
        }
        let needs = Needs::of(graph, properties, event);
        let fact = |layout: &mut Self, fixed: Option<bool>| match fixed {
            Some(value) => Fact::Fixed(value),
            None => Fact::Bit(layout.bit()),
        };
        if needs.executed {
            self.executed[i] = fact(self, needs.executed_fixed);
        }
        if needs.own_inclusion {
            self.included[i] = fact(self, needs.included_fixed);
        }
        self.pending[i] = fact(self, (!needs.pending).then_some(false));
        self.limited[i] = match needs.limited {
            None => Limited::Bit(self.bit()),
            Some(true) => Limited::Always,
            Some(false) => Limited::Never,
        };
        self.late[i] = needs.late.then(|| self.bit());
        self.times[i] = self.take(needs.times);
        for id in graph.relation_ids() {
            let relation = graph.relation(id);
            self.number_relation(graph, event, id, relation);
        }
        for (p, property) in properties.iter().enumerate() {
            if matches!(property, Property::After { first, .. } if *first == event) {
                self.monitors[p] = Some(self.bit());
            }
        }
    }

    /// Stops stand beside the duty they stop, uses of an extension beside its act.
    fn number_relation(&mut self, graph: &Graph, event: EventId, id: RelationId, relation: &Relation) {
        match relation.kind {
            Kind::Stop { .. } if relation.target == event => {
                self.open[id.index()] = Some(self.bit());
            }
            Kind::Extend { max, .. } if relation.source == event => {
                let once = graph.event(event).repeat == Repeat::Once && max > 0;
                let uses = if once { 0 } else { usize::from(max) };
                self.used[id.index()] = self.take(uses);
            }
            _ => {}
        }
    }
}

/// How many instances of the template are explored.
pub(crate) fn explored(graph: &Graph, template: TemplateId) -> u16 {
    graph.templates[template.index()].cap.min(INSTANCES_MAX)
}

/// Not an event of an instance beyond those explored.
pub(crate) fn is_explored(graph: &Graph, event: EventId) -> bool {
    graph.event(event).slot.is_none_or(|(t, slot)| slot < explored(graph, t))
}

/// What the rules ask of an event.
struct Needs {
    executed: bool,
    executed_fixed: Option<bool>,
    own_inclusion: bool,
    included_fixed: Option<bool>,
    pending: bool,
    /// `None`: it depends on what made the duty.
    limited: Option<bool>,
    late: bool,
    times: usize,
}

impl Needs {
    fn of(graph: &Graph, properties: &[Property], id: EventId) -> Self {
        let event = graph.event(id);
        let choice = matches!(event.kind, EventKind::Choice { .. });
        let onto = |k: fn(&Kind) -> bool| graph.relations.iter().any(|r| r.target == id && k(&r.kind));
        let from = |k: fn(&Kind) -> bool| graph.relations.iter().any(|r| r.source == id && k(&r.kind));
        let excluded = onto(|k| matches!(k, Kind::Exclude | Kind::Overdue(Effect::Exclude)));
        let included = onto(|k| matches!(k, Kind::Include | Kind::Overdue(Effect::Include)));
        let slot = event.slot.is_some();
        let counted = match event.repeat {
            Repeat::AtMost(n) if n >= 2 && !choice => usize::from(n),
            _ => 0,
        };
        let limits = makers(graph, id);
        let read = reads_limit(graph, id);
        Self {
            executed: from(|k| matches!(k, Kind::Condition { .. }))
                || (!choice && event.repeat != Repeat::Unlimited)
                || properties.iter().any(|p| names(p, id)),
            executed_fixed: event.executed_at.filter(|_| !slot && !choice).map(|_| true),
            own_inclusion: !choice,
            included_fixed: match event.included {
                false if !included => Some(false),
                true if !excluded && !slot => Some(true),
                _ => None,
            },
            pending: !limits.is_empty(),
            limited: match read {
                false => Some(limits.iter().any(|l| *l)),
                true if limits.iter().all(|l| *l) => Some(!limits.is_empty()),
                true if limits.iter().all(|l| !*l) => Some(false),
                true => None,
            },
            late: from(|k| matches!(k, Kind::Overdue(_))),
            times: counted,
        }
    }
}

/// Per thing that can make the event owed, whether within a limit.
fn makers(graph: &Graph, id: EventId) -> Vec<bool> {
    let initial = graph.event(id).pending.map(|limit| limit.is_some_and(|l| is_constant(&l)));
    let made = graph.relations.iter().filter(|r| r.target == id).filter_map(|r| match &r.kind {
        Kind::Response { limit, .. } | Kind::Overdue(Effect::Respond { limit, .. }) => {
            Some(limit.is_some())
        }
        _ => None,
    });
    initial.into_iter().chain(made).collect()
}

/// The kernel counts only constant spans in the initial marking.
pub(crate) fn is_constant(limit: &Limit) -> bool {
    matches!(limit.period, Period::Span(Amount::Fixed(_), _))
}

/// Whether a rule asks if the event's duty has a limit.
fn reads_limit(graph: &Graph, id: EventId) -> bool {
    graph.relations.iter().any(|r| match &r.kind {
        Kind::Extend { .. } => r.target == id,
        Kind::Overdue(_) => r.source == id,
        Kind::Response { merge_stated: false, .. } => r.target == id,
        _ => false,
    }) || graph.relations.iter().any(|r| due_of(&r.kind).contains(&id))
}

/// The duties whose due day a relation's limits count from.
pub(crate) fn due_of(kind: &Kind) -> Vec<EventId> {
    use kernel::Anchor;
    let of = |limit: &Limit| match limit.anchor {
        Anchor::DueOf(duty) => Some(duty),
        _ => None,
    };
    match kind {
        Kind::Condition { wait, bound, lead, .. } => {
            let wait = wait.iter().filter_map(|w| of(&w.limit));
            let bound = bound.iter().filter_map(of);
            wait.chain(bound).chain(lead.iter().filter_map(|l| of(&l.limit))).collect()
        }
        other => other.duty_limit().and_then(of).into_iter().collect(),
    }
}

fn names(property: &Property, event: EventId) -> bool {
    match property {
        Property::Never(_) | Property::NeverWhileOwed { .. } | Property::After { .. } => false,
        Property::Before { first, .. } => *first == event,
        Property::AtMostOnce(e) | Property::Final { event: e, .. } => *e == event,
        Property::Exclusive(a, b) => *a == event || *b == event,
    }
}

#[derive(Clone, Copy)]
enum Thing {
    Event(EventId),
    Field(usize),
    Template(usize),
}

fn name_of(graph: &Graph, thing: Thing) -> String {
    match thing {
        Thing::Event(event) => display(graph, event),
        Thing::Field(field) => graph.fields[field].name.clone(),
        Thing::Template(template) => graph.templates[template].name.clone(),
    }
}

/// The event's name, with its slot where it belongs to an instance.
pub(crate) fn display(graph: &Graph, event: EventId) -> String {
    let spec = graph.event(event);
    match spec.slot {
        Some((_, slot)) => format!("{}#{}", spec.name, slot + 1),
        None => spec.name.clone(),
    }
}

/// All things with bits, in the order of the diagrams.
fn sequence(graph: &Graph, fields: &Fields, order: Order) -> Vec<Thing> {
    let events = graph.events.len();
    let things: Vec<Thing> = graph
        .event_ids()
        .map(Thing::Event)
        .chain((0..graph.fields.len()).map(Thing::Field))
        .chain((0..graph.templates.len()).map(Thing::Template))
        .collect();
    let kept = |t: &Thing| match *t {
        Thing::Event(event) => is_explored(graph, event),
        Thing::Field(field) => fields.regions[field].has.is_some(),
        Thing::Template(_) => true,
    };
    let mut places: Vec<usize> = match order {
        Order::File => (0..things.len()).collect(),
        Order::Force => force(things.len(), &ties(graph, fields, events)),
    };
    // Events beyond the explored instances have no bits but do have constants.
    places.retain(|p| kept(&things[*p]) || matches!(things[*p], Thing::Event(_)));
    places.into_iter().map(|p| things[p]).collect()
}

/// What belongs together: the ends and fields of a relation, a choice and its members, an act and
/// the fields it states, a template and its events.
fn ties(graph: &Graph, fields: &Fields, events: usize) -> Vec<Vec<usize>> {
    let mut ties = Vec::new();
    let field = |f: &kernel::FieldId| events + f.index();
    for relation in &graph.relations {
        let mut tie = vec![relation.source.index(), relation.target.index()];
        match &relation.kind {
            Kind::Stop { until } => tie.push(until.index()),
            Kind::Spawn(template) => tie.push(events + graph.fields.len() + template.index()),
            Kind::Condition { and_if: Some(guard), .. } => {
                tie.extend(guard.fields().iter().map(field));
            }
            _ => {}
        }
        tie.extend(relation.when.iter().flat_map(kernel::Guard::fields).map(|f| field(&f)));
        tie.sort_unstable();
        tie.dedup();
        ties.push(tie);
    }
    for id in graph.event_ids() {
        let members = graph.members(id);
        ties.extend(members.iter().map(|m| vec![id.index(), m.index()]));
        let event = graph.event(id);
        let stated = event.fields.iter().map(|(f, _)| f).chain(event.writes.iter().map(|(f, _)| f));
        let read = stated.filter(|f| fields.regions[f.index()].has.is_some());
        ties.extend(read.map(|f| vec![id.index(), field(f)]));
        if let Some((template, _)) = event.slot {
            ties.push(vec![id.index(), events + graph.fields.len() + template.index()]);
        }
    }
    ties
}
