//! A graph as conditions on bits: what is in, done, owed, and what bars each event.
//!
//! The untimed reading of the kernel's `enabled.rs`: a wait is taken as run and a bound as kept,
//! but the fields they count from must be there. A relation of strength warn bars nothing.
//!
//! Not here: what an execution changes (`moves.rs`).

use kernel::{
    EventId, EventKind, FieldId, Graph, Guard, Kind, Limit, Relation, RelationId, Repeat, Strength,
};
use oxidd::BooleanFunction;

use crate::certificate::Order;
use crate::fields::{Known, Truth, limit_fields};
use crate::layout::{Fact, Layout, Leave, Limited, explored};
use crate::property::{Options, Property};
use crate::space::{Res, Set, Space, minus};
use kernel::Anchor;

/// A graph over the bits of a space.
pub(crate) struct Model<'a> {
    pub graph: &'a Graph,
    pub layout: Layout,
    pub space: Space<'a>,
}

impl<'a> Model<'a> {
    /// The model of the graph for these properties.
    pub fn new(
        graph: &'a Graph,
        properties: &[Property],
        order: Order,
        options: &Options,
        without: &[RelationId],
        within: &'a mut dyn FnMut() -> bool,
    ) -> Res<Self> {
        let layout =
            Layout::new(graph, properties, order, Leave { reduce: options.reduce, without });
        let space = Space::new(layout.bits, options.nodes_max, within)?;
        Ok(Self { graph, layout, space })
    }

    /// Where a fact about an event holds. What nothing reads is taken as not so.
    pub fn fact(&self, fact: Fact) -> Set {
        match fact {
            Fact::Bit(bit) => self.space.bit(bit),
            Fact::Fixed(value) => self.space.constant(value),
            Fact::Unread | Fact::Opened => self.space.none(),
        }
    }

    /// Where the event has been executed.
    pub fn executed(&self, event: EventId) -> Set {
        self.fact(self.layout.executed[event.index()])
    }

    /// Where the event is in force; a choice group is while a member is.
    pub fn included(&self, event: EventId) -> Res<Set> {
        match &self.graph.event(event).kind {
            EventKind::Choice { members } => {
                let members: Vec<Set> =
                    members.iter().map(|m| self.act_included(*m)).collect::<Res<_>>()?;
                self.space.any(&members)
            }
            _ => self.act_included(event),
        }
    }

    fn act_included(&self, event: EventId) -> Res<Set> {
        let executed = |events: &[EventId]| -> Res<Set> {
            let sets: Vec<Set> = events.iter().map(|e| self.executed(*e)).collect();
            self.space.any(&sets)
        };
        let opened = match self.layout.included[event.index()] {
            Fact::Opened => executed(&self.layout.opened_by[event.index()])?,
            fact => self.fact(fact),
        };
        minus(&opened, &executed(&self.layout.closed_by[event.index()])?)
    }

    /// Where the event is pending, in force or not.
    pub fn pending(&self, event: EventId) -> Set {
        self.fact(self.layout.pending[event.index()])
    }

    /// Where the event is in force and pending.
    pub fn owed(&self, event: EventId) -> Res<Set> {
        Ok(self.included(event)?.and(&self.pending(event))?)
    }

    /// Where the event is pending within a limit.
    pub fn limited(&self, event: EventId) -> Res<Set> {
        Ok(match self.layout.limited[event.index()] {
            Limited::Never => self.space.none(),
            Limited::Always => self.pending(event),
            Limited::Bit(bit) => self.pending(event).and(&self.space.bit(bit))?,
        })
    }

    /// Where the event's duty has a clock that runs.
    pub fn running(&self, event: EventId) -> Res<Set> {
        let stops = self.graph.relation_ids().filter(|r| self.graph.relation(*r).target == event);
        let mut running = self.limited(event)?;
        for bit in stops.filter_map(|r| self.layout.open[r.index()]) {
            running = self.space.bit(bit).imp_strict(&running)?;
        }
        Ok(running)
    }

    /// Where the instance of the event exists.
    pub fn exists(&self, event: EventId) -> Set {
        match self.graph.event(event).slot {
            None => self.space.all(),
            Some((template, slot)) => {
                match self.layout.spawned[template.index()].get(usize::from(slot)) {
                    Some(bit) => self.space.bit(*bit),
                    None => self.space.none(),
                }
            }
        }
    }

    /// Where nothing accounted for is owed.
    pub fn accepting(&self) -> Res<Set> {
        let mut owed = self.space.none();
        for event in self.graph.accounted().iter() {
            owed = owed.or(&self.owed(event)?)?;
        }
        Ok(owed.not()?)
    }

    /// Where the guard is true and false before an act.
    pub fn truth(&self, guard: &Guard) -> Res<Truth> {
        self.layout.fields.truth(&self.space, guard, &Known::new())
    }

    /// Where the relation applies as a constraint: its guard is not false.
    pub fn applies(&self, relation: &Relation) -> Res<Set> {
        match &relation.when {
            Some(guard) => Ok(self.truth(guard)?.no.not()?),
            None => Ok(self.space.all()),
        }
    }

    /// Where the limit can be counted.
    pub fn countable(&self, limit: &Limit, known: &Known) -> Res<Set> {
        let mut set = self.space.all();
        for field in limit_fields(limit) {
            set = set.and(&self.layout.fields.has(&self.space, field, known)?)?;
        }
        if let Anchor::DueOf(duty) = limit.anchor {
            set = set.and(&self.running(duty)?)?;
        }
        Ok(set)
    }

    /// Where the relation, a constraint on its event, fails for reasons other than time.
    pub fn fails(&self, id: RelationId) -> Res<Set> {
        let relation = self.graph.relation(id);
        let holds = match &relation.kind {
            Kind::Condition { .. } => self.condition(relation)?,
            Kind::Milestone => self.owed(relation.source)?.not()?,
            Kind::Extend { max, .. } => {
                self.exists(relation.target).imp(&self.extensible(id, relation.target, *max)?)?
            }
            _ => self.space.all(),
        };
        Ok(holds.imp_strict(&self.applies(relation)?)?)
    }

    fn condition(&self, relation: &Relation) -> Res<Set> {
        let Kind::Condition { wait, bound, lead, and_if, .. } = &relation.kind else {
            return Ok(self.space.all());
        };
        let none = Known::new();
        let mut met = self.executed(relation.source);
        for limit in wait.iter().map(|w| &w.limit).chain(bound).chain(lead.iter().map(|l| &l.limit))
        {
            met = met.and(&self.countable(limit, &none)?)?;
        }
        if let Some(lead) = lead
            && !self.states(relation.target, lead.until)
        {
            met = met.and(&self.layout.fields.has(&self.space, lead.until, &none)?)?;
        }
        if let Some(guard) = and_if {
            met = met.and(&self.truth(guard)?.yes)?;
        }
        Ok(self.included(relation.source)?.imp(&met)?)
    }

    fn states(&self, event: EventId, field: FieldId) -> bool {
        self.graph.event(event).fields.iter().any(|(f, _)| *f == field)
    }

    /// Rule 5.4, time apart: an open duty with a limit, not breached, and a use left.
    fn extensible(&self, id: RelationId, duty: EventId, max: u16) -> Res<Set> {
        let mut can = self.included(duty)?.and(&self.limited(duty)?)?;
        if let Some(late) = self.layout.late[duty.index()] {
            can = self.space.bit(late).imp_strict(&can)?;
        }
        match self.layout.used[id.index()].last() {
            Some(last) => can = self.space.bit(*last).imp_strict(&can)?,
            None if max == 0 => can = self.space.none(),
            None => {}
        }
        Ok(can)
    }

    /// The constraints that can bar the event.
    pub fn constraints(&self, event: EventId) -> impl Iterator<Item = RelationId> + '_ {
        self.graph.relation_ids().filter(move |id| {
            let relation = self.graph.relation(*id);
            relation.strength == Strength::Refuse
                && match relation.kind {
                    Kind::Condition { .. } | Kind::Milestone => relation.target == event,
                    Kind::Extend { .. } => relation.source == event,
                    _ => false,
                }
        })
    }

    /// Where the event is in force and may be executed once more, whatever its constraints say.
    pub fn available(&self, event: EventId) -> Res<Set> {
        let mut set = self.included(event)?.and(&self.exists(event))?;
        let spec = self.graph.event(event);
        let done = match spec.repeat {
            _ if matches!(spec.kind, EventKind::Automatic(_)) => Some(self.executed(event)),
            Repeat::Unlimited => None,
            Repeat::AtMost(n) if n >= 2 => {
                self.layout.times[event.index()].last().map(|bit| self.space.bit(*bit))
            }
            Repeat::Once | Repeat::AtMost(_) => Some(self.executed(event)),
        };
        if let Some(done) = done {
            set = done.imp_strict(&set)?;
        }
        for template in self.spawns(event) {
            let last = self.layout.spawned[template].last();
            let full = last.map_or_else(|| self.space.all(), |bit| self.space.bit(*bit));
            set = full.imp_strict(&set)?;
        }
        Ok(set)
    }

    /// The templates the event spawns in any case.
    fn spawns(&self, event: EventId) -> impl Iterator<Item = usize> + '_ {
        let own = move |r: &&Relation| r.source == event && r.when.is_none();
        self.graph.relations.iter().filter(own).filter_map(|r| match r.kind {
            Kind::Spawn(template) => Some(template.index()),
            _ => None,
        })
    }

    /// Templates of which fewer instances are explored than the graph allows.
    pub fn bounded(&self) -> Vec<(String, u16, u16)> {
        let ids = (0..self.graph.templates.len()).map(kernel::TemplateId::new);
        ids.filter_map(|id| {
            let template = &self.graph.templates[id.index()];
            let count = explored(self.graph, id);
            (count < template.cap).then(|| (template.name.clone(), count, template.cap))
        })
        .collect()
    }
}
