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

/// The state of one case of one graph. What most events do not have is kept only for those that do.
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
    #[serde(with = "packed::instants")]
    pub(crate) last: Vec<Instant>,
    #[serde(with = "packed::counts")]
    pub(crate) times: Vec<u16>,
    /// Of the events owed, in event order.
    duties: Vec<Duty>,
    #[serde(skip)]
    soonest: Soonest,
    /// The stop-clock relations that are open.
    open: Vec<RelationId>,
    /// The extensions used, and how often.
    used: Vec<(RelationId, u16)>,
    /// The fields with a value, in field order.
    store: Vec<(FieldId, Value)>,
    /// Per template, the keys of its instances in slot order.
    pub(crate) keys: Vec<Vec<String>>,
    /// The events once taken out, and of each in event order the event whose execution or breach
    /// did so last, with the instant.
    taken_out: EventSet,
    taken_out_by: Vec<(EventId, Instant)>,
}

/// No clock that can breach ends before this instant, so time moves up to it without looking at the
/// duties. A hint and no part of the state: any lower bound is as good, and all of them are equal.
#[derive(Clone, Copy, Debug)]
struct Soonest(Instant);

impl Default for Soonest {
    fn default() -> Self {
        Self(NEVER)
    }
}

impl PartialEq for Soonest {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Soonest {}

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
            taken_out_by: self.taken_out_by.clone(),
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
        self.soonest = from.soonest;
        self.open.clone_from(&from.open);
        self.used.clone_from(&from.used);
        self.store.clone_from(&from.store);
        self.keys.clone_from(&from.keys);
        self.taken_out = from.taken_out;
        self.taken_out_by.clone_from(&from.taken_out_by);
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
            duties: Vec::new(),
            soonest: Soonest::default(),
            open: Vec::new(),
            used: Vec::new(),
            store: Vec::new(),
            keys: vec![Vec::new(); graph.templates.len()],
            taken_out: EventSet::EMPTY,
            taken_out_by: Vec::new(),
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
            self.owe(event, duty);
        }
    }

    /// A choice group begins executed where a member does.
    pub(crate) fn begin_choices(&mut self, graph: &Graph) {
        self.soonest = Soonest::default();
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
        self.pending.has(event).then(|| &self.duties[self.pending.rank(event)])
    }

    #[inline]
    pub(crate) fn duty_mut(&mut self, event: EventId) -> Option<&mut Duty> {
        self.soonest = Soonest::default();
        self.pending.has(event).then(|| &mut self.duties[self.pending.rank(event)])
    }

    /// Whether some duty may breach before this instant.
    #[inline]
    pub(crate) fn may_breach_before(&mut self, at: Instant) -> bool {
        self.soonest.0 < at && self.soonest_due() < at
    }

    /// The first last instant of a duty that can breach. Whatever puts an event in or changes its
    /// clock forgets the answer ([`Self::duty_mut`]).
    #[inline(never)]
    fn soonest_due(&mut self) -> Instant {
        let open = self.included.minus(&self.late);
        let open = self.pending.iter().zip(&self.duties).filter(|(event, _)| open.has(*event));
        let dues = open.filter_map(|(_, duty)| duty.due()).filter(|due| !due.provisional);
        self.soonest = Soonest(dues.map(|due| due.due).min().unwrap_or(Instant(i64::MAX)));
        self.soonest.0
    }

    /// The event is owed by this duty and no longer by an older one.
    #[inline]
    pub(crate) fn owe(&mut self, event: EventId, duty: Duty) {
        if let Clock::Running(due) = &duty.clock {
            self.soonest.0 = self.soonest.0.min(due.due);
        }
        let place = self.pending.rank(event);
        if self.pending.has(event) {
            self.duties[place] = duty;
        } else {
            self.pending.insert(event);
            self.duties.insert(place, duty);
        }
        self.late.remove(event);
    }

    /// The event is no longer owed.
    #[inline(always)]
    pub(crate) fn discharge(&mut self, event: EventId) {
        if self.pending.has(event) {
            self.discharge_pending(event);
        }
    }

    fn discharge_pending(&mut self, event: EventId) {
        self.duties.remove(self.pending.rank(event));
        self.pending.remove(event);
        self.late.remove(event);
    }

    /// The field's value.
    #[inline]
    pub fn field(&self, field: FieldId) -> Option<&Value> {
        let at = self.store.binary_search_by_key(&field, |(f, _)| *f).ok()?;
        Some(&self.store[at].1)
    }

    /// The fields have these values now.
    #[inline(always)]
    pub(crate) fn set_fields(&mut self, stated: &[(FieldId, Value)]) {
        for (field, value) in stated {
            self.set_field(*field, value.clone());
        }
    }

    fn set_field(&mut self, field: FieldId, value: Value) {
        match self.store.binary_search_by_key(&field, |(f, _)| *f) {
            Ok(at) => self.store[at].1 = value,
            Err(at) => self.store.insert(at, (field, value)),
        }
    }

    /// Whether the stop-clock relation is open.
    #[inline]
    pub fn is_open(&self, stop: RelationId) -> bool {
        self.open.contains(&stop)
    }

    pub(crate) fn set_open(&mut self, stop: RelationId, open: bool) {
        match (self.open.binary_search(&stop), open) {
            (Err(place), true) => self.open.insert(place, stop),
            (Ok(place), false) => {
                self.open.remove(place);
            }
            _ => {}
        }
    }

    /// The event whose execution or breach last took the event out, with the instant.
    pub(crate) fn taken_out_by(&self, event: EventId) -> Option<(EventId, Instant)> {
        self.taken_out.has(event).then(|| self.taken_out_by[self.taken_out.rank(event)])
    }

    pub(crate) fn take_out(&mut self, event: EventId, by: EventId, at: Instant) {
        let place = self.taken_out.rank(event);
        if self.taken_out.has(event) {
            self.taken_out_by[place] = (by, at);
        } else {
            self.taken_out.insert(event);
            self.taken_out_by.insert(place, (by, at));
        }
    }

    /// Whether any stop on the event's duty is open.
    pub(crate) fn is_stopped(&self, graph: &Graph, event: EventId) -> bool {
        graph.index.of(event).stopped_by.iter().any(|s| self.is_open(*s))
    }

    /// How often the extension has been used in this case.
    pub fn used(&self, extension: RelationId) -> u16 {
        self.used_at(extension).map_or(0, |place| self.used[place].1)
    }

    /// One use more of the extension, up to its cap.
    pub(crate) fn use_extension(&mut self, extension: RelationId, max: u16) {
        match self.used_at(extension) {
            Ok(place) => self.used[place].1 = self.used[place].1.saturating_add(1).min(max),
            Err(place) => self.used.insert(place, (extension, 1.min(max))),
        }
    }

    fn used_at(&self, extension: RelationId) -> Result<usize, usize> {
        self.used.binary_search_by_key(&extension, |(e, _)| *e)
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
    #[inline]
    pub fn exists(&self, graph: &Graph, event: EventId) -> bool {
        !graph.index.slotted.has(event) || self.has_instance_of(graph, event)
    }

    fn has_instance_of(&self, graph: &Graph, event: EventId) -> bool {
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
        assert_eq!(self.duties.len(), self.pending.len(), "a duty exists iff it is pending");
        for event in graph.event_ids() {
            let duty = self.duty(event);
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

/// What is nothing for most events, in few bytes: pairs of place and value, and the length.
mod packed {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    fn write<T, S>(all: &[T], nothing: &T, to: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize + PartialEq,
        S: Serializer,
    {
        let some: Vec<(usize, &T)> =
            all.iter().enumerate().filter(|(_, value)| *value != nothing).collect();
        (all.len(), some).serialize(to)
    }

    fn read<'de, T, D>(nothing: T, from: D) -> Result<Vec<T>, D::Error>
    where
        T: Deserialize<'de> + Clone,
        D: Deserializer<'de>,
    {
        let (length, some) = <(usize, Vec<(usize, T)>)>::deserialize(from)?;
        let most = crate::set::EVENTS_MAX;
        if length > most || some.iter().any(|(place, _)| *place >= length) {
            return Err(serde::de::Error::custom("a marking of more events than a graph can have"));
        }
        let mut all = vec![nothing; length];
        some.into_iter().for_each(|(place, value)| all[place] = value);
        Ok(all)
    }

    pub mod instants {
        use crate::marking::NEVER;
        use crate::time::Instant;

        pub fn serialize<S: serde::Serializer>(all: &[Instant], to: S) -> Result<S::Ok, S::Error> {
            super::write(all, &NEVER, to)
        }

        pub fn deserialize<'de, D: serde::Deserializer<'de>>(
            from: D,
        ) -> Result<Vec<Instant>, D::Error> {
            super::read(NEVER, from)
        }
    }

    pub mod counts {
        pub fn serialize<S: serde::Serializer>(all: &[u16], to: S) -> Result<S::Ok, S::Error> {
            super::write(all, &0, to)
        }

        pub fn deserialize<'de, D: serde::Deserializer<'de>>(
            from: D,
        ) -> Result<Vec<u16>, D::Error> {
            super::read(0, from)
        }
    }
}
