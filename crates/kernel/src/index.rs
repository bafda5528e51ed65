//! What `step` needs of a graph, laid out per event once at load.
//!
//! Plain relations (no guard, no wait, strength refuse) become rows of bits; all others are lists
//! of relation ids in the order of the law.
//!
//! Not here: any meaning; see `enabled.rs` and `step.rs`.

use crate::graph::{
    Effect, Event, EventId, EventKind, Kind, Merge, Owner, Relation, RelationId, Strength,
    TemplateId,
};
use crate::resolve::Resolved;
use crate::set::EventSet;

/// An effect of an execution: as much of its relation as most acts need.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Outgoing {
    pub relation: RelationId,
    pub target: EventId,
    pub does: Does,
    /// It has a guard.
    pub guarded: bool,
    /// It has a limit that rests on more than the source's execution.
    pub varies: bool,
}

/// What an effect does to its target.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Does {
    Exclude,
    Include,
    Respond(Merge),
    Extend,
    Stop,
    Spawn(TemplateId),
}

impl Outgoing {
    /// None for a constraint.
    pub fn new(id: RelationId, relation: &Relation) -> Option<Self> {
        let does = match &relation.kind {
            Kind::Exclude | Kind::Overdue(Effect::Exclude) => Does::Exclude,
            Kind::Include | Kind::Overdue(Effect::Include) => Does::Include,
            Kind::Response { merge, .. } | Kind::Overdue(Effect::Respond { merge, .. }) => {
                Does::Respond(*merge)
            }
            Kind::Extend { .. } => Does::Extend,
            Kind::Stop { .. } => Does::Stop,
            Kind::Spawn(template) => Does::Spawn(*template),
            Kind::Condition { .. } | Kind::Milestone => return None,
        };
        let limit = relation.kind.duty_limit();
        Some(Self {
            relation: id,
            target: relation.target,
            does,
            guarded: relation.when.is_some(),
            varies: limit.is_some_and(|limit| Resolved::constant(limit).is_none()),
        })
    }
}

/// Per event, its relations sorted by what a step asks.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Row {
    /// Sources of plain conditions on this event.
    pub conditions: EventSet,
    /// Sources of plain milestones on this event.
    pub milestones: EventSet,
    /// All other conditions, milestones and extensions that bear on this event.
    pub constraints: Vec<RelationId>,
    /// Every relation onto this event, in order: to name what bars it.
    pub onto: Vec<RelationId>,
    /// Targets of plain excludes.
    pub excludes: EventSet,
    /// Targets of plain includes.
    pub includes: EventSet,
    /// Outgoing effect relations with a guard, in order; at most 64.
    pub guarded: Vec<RelationId>,
    /// Every effect of an execution that is not in the two rows above: responses by target, then
    /// the others, each in order.
    pub effects: Vec<Outgoing>,
    /// Stop relations this event closes.
    pub closes: Vec<RelationId>,
    /// Stop relations on this event's duty.
    pub stopped_by: Vec<RelationId>,
    /// What a breach of this event's duty sets off.
    pub overdue: Vec<RelationId>,
    /// Choice groups it is a member of.
    pub choices: Vec<EventId>,
}

/// The rows and the sets that concern the whole graph.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Index {
    pub rows: Vec<Row>,
    /// Of every relation, its limit on a duty where that rests on nothing but the source's
    /// execution; only the anchor is still to be set.
    pub constant: Vec<Option<Resolved>>,
    /// Events of instances: they may not exist in a case.
    pub slotted: EventSet,
    /// Choice groups, with their members.
    pub choices: Vec<(EventId, EventSet)>,
    /// Automatic acts, and whether there are any.
    pub automatic: EventSet,
    pub some_automatic: bool,
    /// Events that count for acceptance.
    pub accounted: EventSet,
    /// Events of organ owners: only these breach.
    pub organ: EventSet,
}

impl Index {
    #[inline]
    pub fn of(&self, event: EventId) -> &Row {
        &self.rows[event.index()]
    }

    pub fn new(events: &[Event], relations: &[Relation]) -> Self {
        let mut index = Self { rows: vec![Row::default(); events.len()], ..Self::default() };
        for (i, event) in events.iter().enumerate() {
            index.add_event(EventId::new(i), event);
        }
        for (i, relation) in relations.iter().enumerate() {
            index.constant.push(relation.kind.duty_limit().and_then(Resolved::constant));
            index.add_relation(RelationId::new(i), relation);
        }
        for row in &mut index.rows {
            row.effects.sort_by_key(|effect| {
                let response = matches!(effect.does, Does::Respond(_));
                (!response, response.then_some(effect.target), effect.relation)
            });
        }
        index
    }

    fn add_event(&mut self, id: EventId, event: &Event) {
        self.slotted.set(id, event.slot.is_some());
        match &event.kind {
            EventKind::Act => {}
            EventKind::Automatic(_) => {
                self.automatic.insert(id);
                self.some_automatic = true;
            }
            EventKind::Choice { members } => {
                self.choices.push((id, members.iter().copied().collect()));
                members.iter().for_each(|m| self.rows[m.index()].choices.push(id));
            }
        }
        if event.owner == Owner::Organ {
            self.organ.insert(id);
            self.accounted.insert(id);
        }
    }

    fn add_relation(&mut self, id: RelationId, relation: &Relation) {
        let plain = relation.when.is_none() && relation.strength == Strength::Refuse;
        let (source, target) = (relation.source, relation.target);
        let effect = !matches!(relation.kind, Kind::Condition { .. } | Kind::Milestone);
        let overdue = matches!(relation.kind, Kind::Overdue(_));
        if effect && !overdue && relation.when.is_some() {
            self.rows[source.index()].guarded.push(id);
        }
        let (from, to) = (source.index(), target.index());
        let outgoing = Outgoing::new(id, relation);
        self.rows[to].onto.push(id);
        match &relation.kind {
            Kind::Condition { wait: None, bound: None, lead: None, and_if: None, .. } if plain => {
                self.rows[to].conditions.insert(source);
            }
            Kind::Condition { .. } => self.rows[to].constraints.push(id),
            Kind::Milestone => {
                self.accounted.insert(source);
                match plain {
                    true => self.rows[to].milestones.insert(source),
                    false => self.rows[to].constraints.push(id),
                }
            }
            Kind::Exclude if plain => self.rows[from].excludes.insert(target),
            Kind::Include if plain => self.rows[from].includes.insert(target),
            Kind::Response { .. } | Kind::Exclude | Kind::Include | Kind::Spawn(_) => {
                self.rows[from].effects.extend(outgoing);
            }
            Kind::Stop { until } => {
                self.rows[from].effects.extend(outgoing);
                self.rows[until.index()].closes.push(id);
                self.rows[to].stopped_by.push(id);
            }
            Kind::Extend { .. } => {
                self.rows[from].effects.extend(outgoing);
                self.rows[from].constraints.push(id);
            }
            Kind::Overdue(_) => self.rows[from].overdue.push(id),
        }
    }
}
