//! A procedure before anybody compiles it: what the generator writes and both readers read.
//!
//! The kernel reads it through its `Builder` ([`Law::compile`]); the reference reads it here, as a
//! list of rules over places, and names events by place and copy as instances appear.
//!
//! Event `i` has clause `i`; relation `j` has clause `events + j`: reasons are compared by clause.

use std::collections::BTreeMap;

use kernel::{
    Builder, Clause, ClauseId, EventId, EventSpec, FieldKind, Graph, KindSpec, Node, RelationSpec,
    Strength, TemplateId,
};

/// An event's name: its place in the law, and which copy (instance) it is. Their order is the
/// tie-break everywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name {
    pub place: usize,
    pub copy: usize,
}

/// A procedure as written.
#[derive(Clone, Debug, Default)]
pub struct Law {
    pub events: Vec<EventSpec>,
    /// Choice groups by their place: members, and whether they exclude one another.
    pub choices: BTreeMap<usize, (Vec<usize>, bool)>,
    pub groups: Vec<Vec<Node>>,
    pub relations: Vec<RelationSpec>,
    /// Per template, its cap.
    pub templates: Vec<u16>,
    pub fields: Vec<(FieldKind, bool)>,
    pub params: usize,
    pub roles: usize,
}

/// A relation with its ends spelled out: from, to, and for stops until.
#[derive(Clone, Debug)]
pub struct Rule {
    pub clause: usize,
    pub kind: KindSpec,
    pub when: Option<kernel::Guard>,
    pub warn: bool,
    pub ends: Vec<(usize, usize, Option<usize>)>,
}

impl Law {
    /// Adds an event; its clause is its place.
    pub fn event(&mut self, change: impl FnOnce(&mut EventSpec)) -> usize {
        let place = self.events.len();
        let mut spec = EventSpec::act(&format!("e{place}"), ClauseId::new(place));
        change(&mut spec);
        self.events.push(spec);
        place
    }

    /// The template an event belongs to.
    pub fn template_of(&self, place: usize) -> Option<usize> {
        self.events[place].template.map(TemplateId::index)
    }

    /// The kernel's reading.
    pub fn compile(&self) -> Result<Graph, Vec<kernel::BuildError>> {
        let mut b = Builder::new("random");
        let clauses = self.events.len() + self.relations.len();
        for i in 0..clauses {
            let citations = vec![format!("law#{i}")];
            b.clause(Clause { name: format!("c{i}"), citations, reason: None });
        }
        for (i, (kind, past)) in self.fields.iter().enumerate() {
            b.field(&format!("f{i}"), kind.clone(), *past);
        }
        for i in 0..self.params {
            b.param(&format!("p{i}"));
        }
        for i in 0..self.roles {
            b.role(&format!("role{i}"));
        }
        for (i, cap) in self.templates.iter().enumerate() {
            b.template(&format!("t{i}"), *cap);
        }
        for (place, spec) in self.events.iter().enumerate() {
            match self.choices.get(&place) {
                None => b.event(spec.clone()),
                Some((members, exclusive)) => {
                    let nodes: Vec<Node> = members.iter().map(|m| Node::Event(*m)).collect();
                    b.choice(spec.clone(), &nodes, *exclusive)
                }
            };
        }
        for (i, members) in self.groups.iter().enumerate() {
            b.group(&format!("g{i}"), members);
        }
        for (j, relation) in self.relations.iter().enumerate() {
            let clause = ClauseId::new(self.events.len() + j);
            b.relation(RelationSpec { clause, ..relation.clone() });
        }
        b.build()
    }

    /// The reference's reading: every relation with all pairs of places it stands for, after the
    /// exclusions that exclusive choices imply.
    pub fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (choice, (members, exclusive)) in &self.choices {
            for a in members.iter().filter(|_| *exclusive) {
                for b in members.iter().filter(|b| *b != a) {
                    rules.push(Rule {
                        clause: *choice,
                        kind: KindSpec::Exclude,
                        when: None,
                        warn: false,
                        ends: vec![(*a, *b, None)],
                    });
                }
            }
        }
        for (j, relation) in self.relations.iter().enumerate() {
            rules.push(Rule {
                clause: self.events.len() + j,
                kind: relation.kind.clone(),
                when: relation.when.clone(),
                warn: relation.strength == Strength::Warn,
                ends: self.ends(relation),
            });
        }
        rules
    }

    fn ends(&self, relation: &RelationSpec) -> Vec<(usize, usize, Option<usize>)> {
        let onto_members = match &relation.kind {
            KindSpec::Condition { .. } | KindSpec::Milestone => true,
            KindSpec::Exclude | KindSpec::Include => true,
            KindSpec::Overdue(kernel::Effect::Respond { .. }) => false,
            KindSpec::Overdue(_) => true,
            _ => false,
        };
        let untils = match relation.kind {
            KindSpec::Stop { until } => self.below(until, false).into_iter().map(Some).collect(),
            _ => vec![None],
        };
        let mut ends = Vec::new();
        for from in self.below(relation.source, false) {
            for to in self.below(relation.target, onto_members) {
                let to = if matches!(relation.kind, KindSpec::Spawn(_)) { from } else { to };
                ends.extend(untils.iter().map(|until| (from, to, *until)));
            }
        }
        ends
    }

    /// All events below a node, at any depth, each once.
    fn below(&self, node: Node, members: bool) -> Vec<usize> {
        let mut found = Vec::new();
        match node {
            Node::Event(e) => match self.choices.get(&e) {
                Some((inner, _)) if members => found.extend(inner),
                _ => found.push(e),
            },
            Node::Group(g) => {
                self.groups[g].iter().for_each(|n| found.extend(self.below(*n, members)));
            }
        }
        let mut once = Vec::new();
        found.into_iter().for_each(|e| {
            if !once.contains(&e) {
                once.push(e);
            }
        });
        once
    }
}

/// The reference's name of each event of a compiled graph.
pub fn names_of(graph: &Graph) -> Vec<Name> {
    let name = |id: EventId| {
        let event = graph.event(id);
        let place = event.name[1..].parse().expect("events are named by their place");
        Name { place, copy: event.slot.map_or(0, |(_, slot)| usize::from(slot)) }
    };
    graph.event_ids().map(name).collect()
}
