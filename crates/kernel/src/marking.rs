//! The state of one case.
//!
//! Rows of bits answer every untimed question; beside them each event has its last execution and
//! its duty, each stop-clock is open or not, each extension is counted, and the fields have values.
//! A marking is a value: cloning it is how "what would be owed tomorrow" is answered without
//! touching the case.
//!
//! Not here: how it changes (`step.rs`, `advance.rs`).

use serde::{Deserialize, Serialize};

use crate::duty::{Clock, Duty, Start};
use crate::graph::{EventId, FieldId, Graph, Kind, Relation, RelationId, TemplateId};
use crate::guard::Value;
use crate::resolve::{Env, initial_limit};
use crate::set::EventSet;
use crate::time::Instant;

/// Before any instant a case can reach.
pub(crate) const NEVER: Instant = Instant(i64::MIN);

/// The state of one case of one graph.
#[derive(PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Marking {
    /// The events in force. For a choice group: some member is.
    pub included: EventSet,
    /// The events executed at least once. Never unset.
    pub executed: EventSet,
    /// The events owed.
    pub pending: EventSet,
    /// The events whose present duty has been recorded as breached.
    pub late: EventSet,
    /// The instant up to which the case has been advanced.
    pub now: Instant,
    pub(crate) last: Vec<Instant>,
    pub(crate) times: Vec<u16>,
    pub(crate) duties: Vec<Option<Duty>>,
    /// Per relation that is a stop: open.
    pub(crate) open: Vec<bool>,
    /// Per relation that is an extension: how often used.
    pub(crate) used: Vec<u16>,
    pub(crate) store: Vec<Option<Value>>,
    /// Per template, the keys of its instances in slot order.
    pub(crate) keys: Vec<Vec<String>>,
    /// The event whose execution or breach last took each event out, with the instant.
    pub(crate) excluded_by: Vec<Option<(EventId, Instant)>>,
}

impl Clone for Marking {
    fn clone(&self) -> Self {
        Self {
            last: self.last.clone(),
            times: self.times.clone(),
            duties: self.duties.clone(),
            open: self.open.clone(),
            used: self.used.clone(),
            store: self.store.clone(),
            keys: self.keys.clone(),
            excluded_by: self.excluded_by.clone(),
            ..*self
        }
    }

    /// Into the buffers of this one: replaying case after case allocates nothing.
    fn clone_from(&mut self, from: &Self) {
        (self.included, self.executed) = (from.included, from.executed);
        (self.pending, self.late, self.now) = (from.pending, from.late, from.now);
        self.last.clone_from(&from.last);
        self.times.clone_from(&from.times);
        self.duties.clone_from(&from.duties);
        self.open.clone_from(&from.open);
        self.used.clone_from(&from.used);
        self.store.clone_from(&from.store);
        self.keys.clone_from(&from.keys);
        self.excluded_by.clone_from(&from.excluded_by);
    }
}

impl Marking {
    /// The initial marking at the instant the case begins.
    pub fn initial(graph: &Graph, env: &Env, at: Instant) -> Self {
        let count = graph.events.len();
        let mut marking = Self {
            included: EventSet::EMPTY,
            executed: EventSet::EMPTY,
            pending: EventSet::EMPTY,
            late: EventSet::EMPTY,
            now: at,
            last: vec![NEVER; count],
            times: vec![0; count],
            duties: vec![None; count],
            open: vec![false; graph.relations.len()],
            used: vec![0; graph.relations.len()],
            store: vec![None; graph.fields.len()],
            keys: vec![Vec::new(); graph.templates.len()],
            excluded_by: vec![None; count],
        };
        for event in graph.event_ids().filter(|e| graph.event(*e).slot.is_none()) {
            marking.begin_event(graph, env, event, at);
        }
        marking.begin_choices(graph);
        marking
    }

    /// Gives one event its initial marking.
    pub(crate) fn begin_event(&mut self, graph: &Graph, env: &Env, event: EventId, at: Instant) {
        let spec = graph.event(event);
        self.included.set(event, spec.included);
        if let Some(executed) = spec.executed_at {
            self.executed.insert(event);
            self.last[event.index()] = executed;
        }
        if let Some(limit) = spec.pending {
            let start = Start { relation: None, created_by: None, created_at: at };
            let mut duty =
                Duty::new(start, limit.and_then(|l| initial_limit(&l, at)), env.calendar);
            if self.is_stopped(graph, event) {
                duty.change(crate::duty::Change::Stopped(at), env.calendar);
            }
            self.pending.insert(event);
            self.duties[event.index()] = Some(duty);
        }
    }

    /// A choice group begins executed where a member does.
    pub(crate) fn begin_choices(&mut self, graph: &Graph) {
        self.refresh_choices(graph);
        for (choice, members) in &graph.index.choices {
            if let Some(done) =
                members.and(&self.executed).iter().map(|m| self.last[m.index()]).max()
                && !self.executed.has(*choice)
            {
                self.executed.insert(*choice);
                self.last[choice.index()] = done;
            }
        }
    }

    /// A choice group is included while some member is.
    #[inline]
    pub(crate) fn refresh_choices(&mut self, graph: &Graph) {
        for (choice, members) in &graph.index.choices {
            let included = !self.included.and(members).is_empty();
            self.included.set(*choice, included);
        }
    }

    /// The (effective) instant of the event's last execution.
    #[inline]
    pub fn executed_at(&self, event: EventId) -> Option<Instant> {
        let at = self.last[event.index()];
        (at != NEVER).then_some(at)
    }

    /// How often the event has been executed.
    pub fn times(&self, event: EventId) -> u16 {
        self.times[event.index()]
    }

    /// The event's open duty.
    #[inline]
    pub fn duty(&self, event: EventId) -> Option<&Duty> {
        self.duties[event.index()].as_ref()
    }

    /// The field's value.
    #[inline]
    pub fn field(&self, field: FieldId) -> Option<&Value> {
        self.store[field.index()].as_ref()
    }

    /// Whether the stop-clock relation is open.
    #[inline]
    pub fn is_open(&self, stop: RelationId) -> bool {
        self.open[stop.index()]
    }

    /// Whether any stop on the event's duty is open.
    pub(crate) fn is_stopped(&self, graph: &Graph, event: EventId) -> bool {
        graph.index.of(event).stopped_by.iter().any(|s| self.is_open(*s))
    }

    /// How often the extension has been used in this case.
    pub fn used(&self, extension: RelationId) -> u16 {
        self.used[extension.index()]
    }

    /// The keys of the template's instances, in order of creation.
    pub fn keys(&self, template: TemplateId) -> &[String] {
        &self.keys[template.index()]
    }

    /// The event of an instance.
    pub fn instance_event(
        &self,
        graph: &Graph,
        template: TemplateId,
        key: &str,
        name: &str,
    ) -> Option<EventId> {
        let slot = self.keys(template).iter().position(|k| k == key)?;
        graph.slot_event(template, slot as u16, name)
    }

    /// Whether the event exists in this case: not an event of an instance not yet spawned.
    pub fn exists(&self, graph: &Graph, event: EventId) -> bool {
        match graph.event(event).slot {
            Some((template, slot)) => usize::from(slot) < self.keys(template).len(),
            None => true,
        }
    }

    /// Whether all ends of the relation exist in this case.
    pub(crate) fn concerns(&self, graph: &Graph, relation: &Relation) -> bool {
        let until = match relation.kind {
            Kind::Stop { until } => until,
            _ => relation.target,
        };
        [relation.source, relation.target, until].iter().all(|e| self.exists(graph, *e))
    }

    /// Included and owed by an organ or named by a milestone: none is left.
    pub fn is_accepting(&self, graph: &Graph) -> bool {
        self.included.and(&self.pending).and(graph.accounted()).is_empty()
    }

    /// The open duties in force (included), in event order.
    pub fn owed(&self) -> impl Iterator<Item = (EventId, &Duty)> {
        self.included.and(&self.pending).iter().filter_map(|e| Some((e, self.duty(e)?)))
    }

    /// Asserted after every change in debug builds.
    pub(crate) fn check_invariants(&self, graph: &Graph) {
        for event in graph.event_ids() {
            let duty = self.duty(event);
            assert_eq!(duty.is_some(), self.pending.has(event), "a duty exists iff it is pending");
            if self.late.has(event) {
                let due = duty.and_then(Duty::due).expect("late implies a running clock");
                assert!(due.due < self.now, "late implies that the due instant has passed");
            }
            if let Some(Duty { clock: Clock::Held { .. }, .. }) = duty {
                assert!(self.is_stopped(graph, event), "a held clock has an open stop");
            }
        }
    }
}
