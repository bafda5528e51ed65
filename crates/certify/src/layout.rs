//! Which bits a state has: per event executed, included and owed, side by side, and what else the
//! rules read.
//!
//! A bit that cannot change is a constant, and one that no rule and no property reads is not kept
//! (the exact reduction: an executed bit is dropped only if no condition, no once rule and no
//! property reads it).
//!
//! Not here: what moves them (`moves.rs`), the bits of fields (`fields.rs`).

use kernel::{
    Amount, Effect, EventId, EventKind, Graph, Kind, Limit, Period, Relation, RelationId, Repeat,
    TemplateId,
};

use crate::certificate::Order;
use crate::closing::{Swept, closing, is_reversible, opened_only, swept};
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
    /// It follows from executions.
    Opened,
}

/// Whether the event's open duty has a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Limited {
    Never,
    Always,
    Bit(u32),
}

/// What a layout leaves out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leave<'a> {
    /// Bits that follow from others.
    pub reduce: bool,
    /// Excludes taken as absent.
    pub without: &'a [RelationId],
}

/// The most instances of a template that are explored.
pub(crate) const INSTANCES_MAX: u16 = 2;

/// The bits of a state. Lists run along the graph's events, relations, templates and properties.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    pub bits: u32,
    /// Whether bits that follow from others are left out.
    pub reduce: bool,
    /// Relations taken as absent.
    pub without: Vec<RelationId>,
    pub executed: Vec<Fact>,
    /// Not for choice groups, whose inclusion is that of their members.
    pub included: Vec<Fact>,
    /// Events whose execution takes the event out for good; not written into its bit.
    pub closed_by: Vec<Vec<EventId>>,
    /// For an event whose inclusion follows: the events whose execution puts it in.
    pub opened_by: Vec<Vec<EventId>>,
    /// Per event, what its execution leaves without readers.
    pub swept: Vec<Swept>,
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
    pub fn new(graph: &Graph, properties: &[Property], order: Order, leave: Leave) -> Self {
        let Leave { reduce, without } = leave;
        let mut layout = Self {
            fields: Fields::new(graph, reduce),
            reduce,
            without: without.to_vec(),
            ..Self::default()
        };
        let events = graph.events.len();
        layout.executed = vec![Fact::Unread; events];
        layout.included = vec![Fact::Unread; events];
        layout.pending = vec![Fact::Unread; events];
        layout.closed_by = match reduce {
            true => closing(graph, without),
            false => vec![Vec::new(); events],
        };
        layout.opened_by = vec![Vec::new(); events];
        for event in graph.event_ids() {
            if reduce && let Some(openers) = opened_only(graph, without, &layout.closed_by, event) {
                layout.opened_by[event.index()] = openers;
                layout.included[event.index()] = Fact::Opened;
            }
        }
        layout.limited = vec![Limited::Never; events];
        layout.late = vec![None; events];
        layout.times = vec![Vec::new(); events];
        layout.open = vec![None; graph.relations.len()];
        layout.used = vec![Vec::new(); graph.relations.len()];
        layout.spawned = vec![Vec::new(); graph.templates.len()];
        layout.monitors = vec![None; properties.len()];
        let named = graph.event_ids().filter(|e| properties.iter().any(|p| names(p, *e)));
        let named: Vec<EventId> = named.collect();
        layout.swept = swept(graph, &layout, &named);
        for thing in sequence(graph, &layout, order) {
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
        for region in &mut layout.fields.regions {
            let bit = |e: &EventId| match layout.executed[e.index()] {
                Fact::Bit(bit) => Some(bit),
                _ => None,
            };
            region.after_bits = region.after.iter().filter_map(bit).collect();
        }
        layout
    }

    /// Whether the exclude follows from the execution of its source, so that no bit is written.
    pub fn closes(&self, relation: &Relation) -> bool {
        relation.when.is_none()
            && self.closed_by[relation.target.index()].contains(&relation.source)
    }

    /// Whether the effect of the relation follows from the execution of its source.
    fn follows(&self, relation: &Relation) -> bool {
        match relation.kind {
            Kind::Exclude => self.closes(relation),
            Kind::Include => self.included[relation.target.index()] == Fact::Opened,
            _ => false,
        }
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
            self.closed_by[i].clear();
            self.pending[i] = Fact::Fixed(false);
            return;
        }
        let needs = Needs::of(graph, properties, self, event);
        let fact = |layout: &mut Self, fixed: Option<bool>| match fixed {
            Some(value) => Fact::Fixed(value),
            None => Fact::Bit(layout.bit()),
        };
        if needs.executed {
            self.executed[i] = fact(self, needs.executed_fixed);
        }
        if needs.own_inclusion && self.included[i] != Fact::Opened {
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
    fn number_relation(
        &mut self,
        graph: &Graph,
        event: EventId,
        id: RelationId,
        relation: &Relation,
    ) {
        match relation.kind {
            Kind::Stop { .. }
                if relation.target == event && (!self.reduce || needs_bit(graph, id)) =>
            {
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
    fn of(graph: &Graph, properties: &[Property], layout: &Layout, id: EventId) -> Self {
        let event = graph.event(id);
        let choice = matches!(event.kind, EventKind::Choice { .. });
        let onto =
            |k: fn(&Kind) -> bool| graph.relations.iter().any(|r| r.target == id && k(&r.kind));
        let from =
            |k: fn(&Kind) -> bool| graph.relations.iter().any(|r| r.source == id && k(&r.kind));
        let excluded = is_reversible(graph, &layout.without, &layout.closed_by, id);
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
                || properties.iter().any(|p| names(p, id))
                || (layout.reduce && stops_or_ends(graph, id))
                || layout.fields.regions.iter().any(|r| r.after.contains(&id))
                || layout.closed_by.iter().chain(&layout.opened_by).any(|by| by.contains(&id)),
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

/// Whether it does not follow from executions that the stop is open.
fn needs_bit(graph: &Graph, id: RelationId) -> bool {
    let relation = graph.relation(id);
    let Kind::Stop { until } = relation.kind else { return false };
    let ends = [relation.source, relation.target, until];
    let plain =
        |e: &EventId| graph.event(*e).slot.is_none() && graph.event(*e).executed_at.is_none();
    let once =
        graph.event(until).kind == EventKind::Act && graph.event(until).repeat == Repeat::Once;
    !once
        || relation.when.is_some()
        || reads_clock(graph, relation.target)
        || !ends.iter().all(plain)
}

/// Whether the event begins or ends a stop.
fn stops_or_ends(graph: &Graph, id: EventId) -> bool {
    graph.relations.iter().any(|r| match r.kind {
        Kind::Stop { until } => r.source == id || until == id,
        _ => false,
    })
}

/// Whether a rule asks if the clock of the event's duty runs.
fn reads_clock(graph: &Graph, id: EventId) -> bool {
    let breach = |r: &Relation| r.source == id && matches!(r.kind, Kind::Overdue(_));
    graph.relations.iter().any(|r| breach(r) || due_of(&r.kind).contains(&id))
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
fn sequence(graph: &Graph, layout: &Layout, order: Order) -> Vec<Thing> {
    let fields = &layout.fields;
    let events = graph.events.len();
    let things: Vec<Thing> = graph
        .event_ids()
        .map(Thing::Event)
        .chain((0..graph.fields.len()).map(Thing::Field))
        .chain((0..graph.templates.len()).map(Thing::Template))
        .collect();
    let kept = |t: &Thing| match *t {
        Thing::Event(event) => is_explored(graph, event),
        Thing::Field(field) => fields.regions[field].read,
        Thing::Template(_) => true,
    };
    let mut places: Vec<usize> = match order {
        Order::File => (0..things.len()).collect(),
        Order::Force => force(things.len(), &ties(graph, layout, events)),
    };
    // The search saturates what lies deepest first; what comes early in a procedure belongs there.
    if order == Order::Force {
        places.reverse();
    }
    // Events beyond the explored instances have no bits but do have constants.
    places.retain(|p| kept(&things[*p]) || matches!(things[*p], Thing::Event(_)));
    places.into_iter().map(|p| things[p]).collect()
}

/// A clause that concerns whole groups ties everything to everything: it says nothing about what
/// belongs together, and with it the search of a real procedure took thirty times as long.
const PAIRS_MAX: usize = 4;

/// What belongs together: the ends and fields of a relation, a choice and its members, an act and
/// the fields it states, a template and its events.
fn ties(graph: &Graph, layout: &Layout, events: usize) -> Vec<Vec<usize>> {
    let fields = &layout.fields;
    let mut ties = Vec::new();
    let field = |f: &kernel::FieldId| events + f.index();
    let mut pairs = vec![0; graph.clauses.len()];
    graph.relations.iter().for_each(|r| pairs[r.clause.index()] += 1);
    for relation in graph.relations.iter().filter(|r| pairs[r.clause.index()] <= PAIRS_MAX) {
        // A closing exclude writes no bit, an include of an act only ever opened neither.
        if layout.follows(relation) {
            continue;
        }
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
        let read = stated.filter(|f| fields.regions[f.index()].read);
        ties.extend(read.map(|f| vec![id.index(), field(f)]));
        if let Some((template, _)) = event.slot {
            ties.push(vec![id.index(), events + graph.fields.len() + template.index()]);
        }
    }
    ties.sort();
    ties.dedup();
    ties
}
