//! Builds a [`Graph`]: flattens groups, expands templates into slots, checks well-formedness (L0).
//!
//! Ends of a relation are [`Node`]s: an event or a group. A group end stands for every event below
//! it, at any depth, on both sides, pairs of an event with itself included; guard, limit and clause
//! are copied. A choice group is an event; as target of a constraint, an exclude or an include it
//! stands for its members. A template's events become as many slots as its cap allows, out until
//! spawned; a void relation costs nothing.
//!
//! Not here: L1–L13, which need the reachable states (the certify crate). Next: `graph.rs`.

use crate::graph::{
    AtLeast, Clause, ClauseId, Distinct, Effect, Effective, Event, EventId, EventKind, Field,
    FieldId, Graph, Kind, Lead, Merge, Owner, ParamId, Relation, RelationId, Repeat, RoleId,
    Strength, Template, TemplateId,
};
use crate::guard::{FieldKind, Guard, Value};
use crate::index::Index;
use crate::limit::{Anchor, Limit, Wait};
use crate::set::EVENTS_MAX;
use crate::time::Instant;
use crate::wellformed::{self, BuildError};

/// An event or a group of a graph being built.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// An event or choice group, by its place in the builder.
    Event(usize),
    /// A group, by its place in the builder.
    Group(usize),
}

impl Node {
    /// The due day of this event's duty, as the anchor of a limit in the same builder: there
    /// [`Anchor::DueOf`] names the event by its place in the builder. Of a template's event it is
    /// the one of the same instance. `None` for a group.
    pub fn due(self) -> Option<Anchor> {
        match self {
            Self::Event(place) => Some(Anchor::DueOf(EventId::new(place))),
            Self::Group(_) => None,
        }
    }
}

/// An event before templates are expanded. Start from [`EventSpec::act`].
#[derive(Clone, PartialEq, Debug)]
pub struct EventSpec {
    /// Unique name.
    pub name: String,
    /// The clause that establishes it.
    pub clause: ClauseId,
    /// Executed by the clock.
    pub automatic: Option<Effective>,
    /// Included at the start.
    pub included: bool,
    /// Executed at the start.
    pub executed_at: Option<Instant>,
    /// Pending at the start.
    pub pending: Option<Option<Limit>>,
    /// How often.
    pub repeat: Repeat,
    /// Whose duty.
    pub owner: Owner,
    /// Who may.
    pub roles: Vec<RoleId>,
    /// Unreachable on purpose.
    pub reserved: bool,
    /// Payload fields; true: required.
    pub fields: Vec<(FieldId, bool)>,
    /// Constants written.
    pub writes: Vec<(FieldId, Value)>,
    /// Field with the posting date.
    pub posted: Option<FieldId>,
    /// The template it belongs to.
    pub template: Option<TemplateId>,
}

impl EventSpec {
    /// An act of an organ, included, not owed, once per case.
    pub fn act(name: &str, clause: ClauseId) -> Self {
        Self {
            name: name.to_owned(),
            clause,
            automatic: None,
            included: true,
            executed_at: None,
            pending: None,
            repeat: Repeat::Once,
            owner: Owner::Organ,
            roles: Vec::new(),
            reserved: false,
            fields: Vec::new(),
            writes: Vec::new(),
            posted: None,
            template: None,
        }
    }
}

/// A relation before flattening. `K` mirrors [`Kind`] with nodes for further ends.
#[derive(Clone, PartialEq, Debug)]
pub struct RelationSpec {
    /// Its kind.
    pub kind: KindSpec,
    /// From.
    pub source: Node,
    /// To.
    pub target: Node,
    /// Restricting guard.
    pub when: Option<Guard>,
    /// Refuse or warn.
    pub strength: Strength,
    /// The clause.
    pub clause: ClauseId,
}

/// [`Kind`] before flattening.
#[derive(Clone, PartialEq, Debug)]
pub enum KindSpec {
    /// See [`Kind::Condition`].
    Condition {
        /// Wait.
        wait: Option<Wait>,
        /// Upper bound.
        bound: Option<Limit>,
        /// Notice ahead.
        lead: Option<Lead>,
        /// Strengthening guard.
        and_if: Option<Guard>,
        /// L9 does not apply.
        void_when_excluded: bool,
    },
    /// See [`Kind::Milestone`].
    Milestone,
    /// See [`Kind::Response`]; `None`: the author did not say, replace holds.
    Response {
        /// Limit.
        limit: Option<Limit>,
        /// Merge.
        merge: Option<Merge>,
    },
    /// See [`Kind::Exclude`].
    Exclude,
    /// See [`Kind::Include`].
    Include,
    /// See [`Kind::Stop`].
    Stop {
        /// Resuming act.
        until: Node,
    },
    /// See [`Kind::Extend`].
    Extend {
        /// By how much.
        limit: Limit,
        /// How often.
        max: u16,
    },
    /// See [`Kind::Overdue`].
    Overdue(Effect),
    /// See [`Kind::Spawn`].
    Spawn(TemplateId),
}

impl KindSpec {
    /// A condition with nothing else.
    pub fn condition() -> Self {
        Self::Condition {
            wait: None,
            bound: None,
            lead: None,
            and_if: None,
            void_when_excluded: false,
        }
    }

    /// A response that replaces.
    pub fn response(limit: Option<Limit>) -> Self {
        Self::Response { limit, merge: None }
    }
}

#[derive(Clone, Debug)]
struct ChoiceSpec {
    event: usize,
    members: Vec<usize>,
}

/// Collects the parts of a graph; [`Builder::build`] checks and compiles them.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    name: String,
    events: Vec<EventSpec>,
    choices: Vec<ChoiceSpec>,
    groups: Vec<(String, Vec<Node>)>,
    relations: Vec<RelationSpec>,
    clauses: Vec<Clause>,
    fields: Vec<Field>,
    params: Vec<String>,
    roles: Vec<String>,
    templates: Vec<(String, u16)>,
    distinct: Vec<(Node, Node, ClauseId)>,
    at_least: Vec<(Node, u16, ClauseId)>,
}

impl Builder {
    /// An empty graph of this name.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Adds a clause.
    pub fn clause(&mut self, clause: Clause) -> ClauseId {
        self.clauses.push(clause);
        ClauseId::new(self.clauses.len() - 1)
    }

    /// Adds a field.
    pub fn field(&mut self, name: &str, kind: FieldKind, past: bool) -> FieldId {
        self.fields.push(Field { name: name.to_owned(), kind, past });
        FieldId::new(self.fields.len() - 1)
    }

    /// Adds a parameter.
    pub fn param(&mut self, name: &str) -> ParamId {
        self.params.push(name.to_owned());
        ParamId::new(self.params.len() - 1)
    }

    /// Adds a role.
    pub fn role(&mut self, name: &str) -> RoleId {
        self.roles.push(name.to_owned());
        RoleId::new(self.roles.len() - 1)
    }

    /// Adds a template with the most instances one case may have.
    pub fn template(&mut self, name: &str, cap: u16) -> TemplateId {
        self.templates.push((name.to_owned(), cap));
        TemplateId::new(self.templates.len() - 1)
    }

    /// Adds an event.
    pub fn event(&mut self, event: EventSpec) -> Node {
        self.events.push(event);
        Node::Event(self.events.len() - 1)
    }

    /// Adds a choice group over events; with `exclusive`, its members exclude one another by that
    /// clause. The event given names the group; its inclusion is that of its members.
    pub fn choice(&mut self, event: EventSpec, members: &[Node], exclusive: bool) -> Node {
        let clause = event.clause;
        let node = self.event(EventSpec { repeat: Repeat::Unlimited, ..event });
        let members: Vec<usize> = members.iter().flat_map(|m| self.below(*m)).collect();
        if exclusive {
            for a in &members {
                for b in members.iter().filter(|b| *b != a) {
                    self.relation(RelationSpec {
                        kind: KindSpec::Exclude,
                        source: Node::Event(*a),
                        target: Node::Event(*b),
                        when: None,
                        strength: Strength::Refuse,
                        clause,
                    });
                }
            }
        }
        self.choices.push(ChoiceSpec { event: self.events.len() - 1, members });
        node
    }

    /// Adds a group.
    pub fn group(&mut self, name: &str, members: &[Node]) -> Node {
        self.groups.push((name.to_owned(), members.to_vec()));
        Node::Group(self.groups.len() - 1)
    }

    /// Adds a relation.
    pub fn relation(&mut self, relation: RelationSpec) {
        self.relations.push(relation);
    }

    /// Adds a plain relation: no guard, strength refuse.
    pub fn relate(&mut self, kind: KindSpec, source: Node, target: Node, clause: ClauseId) {
        let strength = Strength::Refuse;
        self.relation(RelationSpec { kind, source, target, when: None, strength, clause });
    }

    /// The persons executing the two must differ.
    pub fn distinct(&mut self, one: Node, other: Node, clause: ClauseId) {
        self.distinct.push((one, other, clause));
    }

    /// So many persons must sign.
    pub fn at_least(&mut self, event: Node, persons: u16, clause: ClauseId) {
        self.at_least.push((event, persons, clause));
    }

    /// Compiles the graph, or says everything that is wrong with it.
    pub fn build(&self) -> Result<Graph, Vec<BuildError>> {
        let slots = self.slots();
        let total = slots.iter().map(Vec::len).sum::<usize>();
        if total > EVENTS_MAX {
            return Err(vec![BuildError::TooManyEvents { events: total, max: EVENTS_MAX }]);
        }
        let events = self.compile_events(&slots);
        let (mut relations, mut errors) = (Vec::new(), Vec::new());
        for spec in &self.relations {
            self.flatten(spec, &slots, &mut relations, &mut errors);
        }
        let index = Index::new(&events, &relations);
        let expand = |node: Node| self.ends(node, &slots, false);
        let graph = Graph {
            name: self.name.clone(),
            events,
            relations,
            clauses: self.clauses.clone(),
            fields: self.fields.clone(),
            params: self.params.clone(),
            roles: self.roles.clone(),
            templates: self.compile_templates(&slots),
            distinct: self
                .distinct
                .iter()
                .flat_map(|(a, b, clause)| {
                    let others = expand(*b);
                    expand(*a)
                        .into_iter()
                        .flat_map(move |one| {
                            others.clone().into_iter().map(move |other| (one.0, other.0))
                        })
                        .map(|(one, other)| Distinct { one, other, clause: *clause })
                        .collect::<Vec<_>>()
                })
                .collect(),
            at_least: self
                .at_least
                .iter()
                .flat_map(|(node, persons, clause)| {
                    expand(*node).into_iter().map(|(event, _)| AtLeast {
                        event,
                        persons: *persons,
                        clause: *clause,
                    })
                })
                .collect(),
            index,
        };
        errors.extend(wellformed::check(&graph));
        if errors.is_empty() { Ok(graph) } else { Err(errors) }
    }

    /// Per builder event, the compiled events it becomes.
    fn slots(&self) -> Vec<Vec<EventId>> {
        let mut next = 0;
        let mut take = |n: usize| {
            let ids = (next..next + n).map(EventId::new).collect();
            next += n;
            ids
        };
        self.events
            .iter()
            .map(|e| take(e.template.map_or(1, |t| usize::from(self.templates[t.index()].1))))
            .collect()
    }

    fn compile_events(&self, slots: &[Vec<EventId>]) -> Vec<Event> {
        let mut events = Vec::new();
        for (i, spec) in self.events.iter().enumerate() {
            for (slot, _) in slots[i].iter().enumerate() {
                events.push(Event {
                    name: spec.name.clone(),
                    slot: spec.template.map(|t| (t, slot as u16)),
                    kind: self.kind_of(i, slot, slots),
                    included: spec.included,
                    executed_at: spec.executed_at,
                    pending: spec.pending,
                    repeat: spec.repeat,
                    owner: spec.owner,
                    roles: spec.roles.clone(),
                    reserved: spec.reserved,
                    fields: spec.fields.clone(),
                    writes: spec.writes.clone(),
                    posted: spec.posted,
                    clause: spec.clause,
                });
            }
        }
        events
    }

    fn kind_of(&self, event: usize, slot: usize, slots: &[Vec<EventId>]) -> EventKind {
        let Some(choice) = self.choices.iter().find(|c| c.event == event) else {
            return match self.events[event].automatic {
                Some(effective) => EventKind::Automatic(effective),
                None => EventKind::Act,
            };
        };
        let own = self.events[event].template;
        let members = choice.members.iter().flat_map(|m| {
            let same = own.is_some() && self.events[*m].template == own;
            slots[*m].iter().enumerate().filter(move |(i, _)| !same || *i == slot).map(|(_, e)| *e)
        });
        EventKind::Choice { members: members.collect() }
    }

    fn compile_templates(&self, slots: &[Vec<EventId>]) -> Vec<Template> {
        let of = |t: usize, slot: usize| {
            let mine = |i: &usize| self.events[*i].template.is_some_and(|x| x.index() == t);
            (0..self.events.len()).filter(mine).map(|i| slots[i][slot]).collect()
        };
        let compile = |(t, (name, cap)): (usize, &(String, u16))| Template {
            name: name.clone(),
            cap: *cap,
            slots: (0..usize::from(*cap)).map(|s| of(t, s)).collect(),
        };
        self.templates.iter().enumerate().map(compile).collect()
    }

    /// Builder events below a node; a choice group is itself.
    fn below(&self, node: Node) -> Vec<usize> {
        match node {
            Node::Event(e) => vec![e],
            Node::Group(g) => self.groups[g].1.iter().flat_map(|n| self.below(*n)).collect(),
        }
    }

    /// Compiled events a node stands for, each with its slot; choices replaced by their members
    /// where `members` is set.
    fn ends(&self, node: Node, slots: &[Vec<EventId>], members: bool) -> Vec<(EventId, End)> {
        let mut found = Vec::new();
        for event in self.below(node) {
            let inner = match self.choices.iter().find(|c| members && c.event == event) {
                Some(choice) => choice.members.clone(),
                None => vec![event],
            };
            for e in inner {
                for (slot, id) in slots[e].iter().enumerate() {
                    let entry = (*id, self.events[e].template.map(|t| (t, slot)));
                    if !found.contains(&entry) {
                        found.push(entry);
                    }
                }
            }
        }
        found
    }

    /// The compiled event whose due day is the anchor: that of the instance the ends are in.
    fn anchor(&self, place: EventId, slots: &[Vec<EventId>], ends: &[End]) -> Option<EventId> {
        let compiled = slots.get(place.index())?;
        let template = self.events[place.index()].template;
        let slot = ends.iter().flatten().find(|(t, _)| Some(*t) == template).map(|(_, slot)| *slot);
        match (slot, &compiled[..]) {
            (Some(slot), _) => compiled.get(slot).copied(),
            (None, [one]) => Some(*one),
            (None, _) => None,
        }
    }

    fn flatten(
        &self,
        spec: &RelationSpec,
        slots: &[Vec<EventId>],
        into: &mut Vec<Relation>,
        errors: &mut Vec<BuildError>,
    ) {
        use KindSpec as K;
        let members =
            matches!(spec.kind, K::Condition { .. } | K::Milestone | K::Exclude | K::Include)
                || matches!(spec.kind, K::Overdue(Effect::Include | Effect::Exclude));
        let until = match spec.kind {
            K::Stop { until } => self.ends(until, slots, false),
            _ => vec![(EventId::new(0), None)],
        };
        for (source, at) in self.ends(spec.source, slots, false) {
            for (target, to) in self.ends(spec.target, slots, members) {
                for (until, back) in &until {
                    let ends = [at, to, *back];
                    if same_instance(&ends) {
                        let relation = RelationId::new(into.len());
                        let anchored = |limit: Limit| match limit.anchor {
                            Anchor::DueOf(place) => match self.anchor(place, slots, &ends) {
                                Some(event) => limit.from(Anchor::DueOf(event)),
                                None => {
                                    errors.push(BuildError::AnchorNotOneEvent { relation });
                                    limit.from(Anchor::Source)
                                }
                            },
                            _ => limit,
                        };
                        let kind = compile_kind(&spec.kind, *until, anchored);
                        let target = if let K::Spawn(_) = spec.kind { source } else { target };
                        let relation = Relation {
                            kind,
                            source,
                            target,
                            when: spec.when.clone(),
                            strength: spec.strength,
                            clause: spec.clause,
                        };
                        into.push(relation);
                    }
                }
            }
        }
    }
}

/// The template and slot of an end that lies in an instance.
type End = Option<(TemplateId, usize)>;

/// Ends inside one template belong to one slot of it.
fn same_instance(ends: &[End]) -> bool {
    let inside: Vec<_> = ends.iter().flatten().collect();
    inside.iter().all(|a| inside.iter().all(|b| a.0 != b.0 || a.1 == b.1))
}

fn compile_kind(kind: &KindSpec, until: EventId, mut anchored: impl FnMut(Limit) -> Limit) -> Kind {
    match kind.clone() {
        KindSpec::Condition { wait, bound, lead, and_if, void_when_excluded } => Kind::Condition {
            wait: wait.map(|w| Wait { limit: anchored(w.limit), ..w }),
            bound: bound.map(&mut anchored),
            lead: lead.map(|l| Lead { limit: anchored(l.limit), ..l }),
            and_if,
            void_when_excluded,
        },
        KindSpec::Milestone => Kind::Milestone,
        KindSpec::Response { limit, merge } => Kind::Response {
            limit: limit.map(anchored),
            merge: merge.unwrap_or(Merge::Replace),
            merge_stated: merge.is_some(),
        },
        KindSpec::Exclude => Kind::Exclude,
        KindSpec::Include => Kind::Include,
        KindSpec::Stop { .. } => Kind::Stop { until },
        KindSpec::Extend { limit, max } => Kind::Extend { limit: anchored(limit), max },
        KindSpec::Overdue(Effect::Respond { limit, merge }) => {
            Kind::Overdue(Effect::Respond { limit: limit.map(anchored), merge })
        }
        KindSpec::Overdue(effect) => Kind::Overdue(effect),
        KindSpec::Spawn(template) => Kind::Spawn(template),
    }
}
