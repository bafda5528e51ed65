//! One matter, live: its marking under one version of its procedure, and who did what so far.
//!
//! A [`Case`] moves in two ways that must agree: forward by an act that is judged now, and again by
//! a sealed record that is replayed. Both end in [`Case::changes`], which says what the views show
//! differently; so views written live and views rebuilt from the log are the same.
//!
//! Not here: fields of forms (`fields.rs`), writing (`perform.rs`).

use content::Procedure;
use kernel::{Clock, ClockAct, Env, EventId, Graph, Instant, Marking, Refusal, Step};
use ledger::{Actor, Record, StandingRef};
use serde::{Deserialize, Serialize};
use store::{Count, Duty, DutyChange, DutyClock, MatterState, MatterView, ViewChanges};

use crate::almanac::Tables;
use crate::fields;
use crate::law::{Law, Prepared};
use crate::recorded::Recorded;

/// Name of the record of an organ's missed duty.
pub const BREACH: &str = "breach";
/// Name of the record of a party's period that ran out.
pub const LAPSE: &str = "lapse";
/// Name of the record of a correction.
pub const CORRECTION: &str = "correction";
/// The record by which an open matter comes under a newer version of its procedure.
pub const SWITCH: &str = "switch";

/// Written before a snapshot's bytes and raised whenever they mean something else: a snapshot of
/// another format is not read but replayed from the records.
const SNAPSHOT_FORMAT: u8 = 3;

/// The state of a matter behind one of its records; serialised as the snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct State {
    /// The position it stands at.
    pub position: u32,
    /// The version of the procedure.
    pub version: String,
    /// The kernel's state.
    pub marking: Marking,
    /// Who executed what, in order.
    pub people: Vec<(EventId, Vec<String>)>,
    /// Duties as the views show them.
    shown: Vec<Shown>,
    /// How many tables of working days it came under.
    pub loads: u32,
    /// When it began, in seconds of civil time.
    pub opened_at: i64,
    /// What the views call it.
    pub title: String,
    /// Acts of the clock that the kernel has executed and no record has told yet.
    untold: Vec<Untold>,
    /// Duties shown under an older version that this one does not know: act and instance.
    unknown: Vec<(String, String)>,
}

impl State {
    /// The bytes of a snapshot.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![SNAPSHOT_FORMAT]).expect("a state has only plain values")
    }

    /// The state in a snapshot, if this program can read it.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (format, state) = bytes.split_first()?;
        (*format == SNAPSHOT_FORMAT).then(|| postcard::from_bytes(state).ok())?
    }
}

/// A duty as shown: what the views hold, to find what changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Shown {
    event: EventId,
    clock: Clock,
    late: bool,
    created_by: u64,
}

/// An act of the clock, told by name and instant.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Untold {
    /// The record's act name.
    pub act: String,
    /// The duty or automatic act.
    pub event: EventId,
    /// When.
    pub at: Instant,
}

/// A matter under a version of its procedure.
pub struct Case<'a> {
    /// The version.
    pub procedure: &'a Procedure,
    /// Parameters, hashes and names worked out for it.
    pub prepared: &'a Prepared,
    /// The law it is decided under.
    pub law: &'a Law,
    /// The tables of working days its duties are counted on.
    pub tables: &'a Tables,
    /// Its state.
    pub state: State,
}

/// A record whose effects are to be attributed: its event, instant and number.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// The event executed or breached; `None` for a switch, which tells the whole matter anew.
    pub event: Option<EventId>,
    /// When.
    pub at: Instant,
    /// The record.
    pub number: u64,
}

/// Why a record does not follow from the ones before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Departure {
    /// The content no longer has this procedure, version or act.
    Unknown(String),
    /// The record tells an act of the clock that did not happen, or another one was due.
    Clock {
        /// What the kernel did.
        expected: Option<Untold>,
    },
    /// The kernel refuses an act that was sealed as lawful.
    Refused(Box<kernel::Refusal>),
    /// The record says irregular, and the kernel finds nothing against it.
    NotIrregular,
    /// A switch of version that lists other duties than the law changes.
    Switch,
    /// The record mirrors none, or what should mirror it in this matter is not there.
    Link(String),
    /// It was not decided on the tables of working days in force, or they change other days.
    Calendar,
    /// The registers do not prove of the persons what the record says.
    Authority,
    /// The payload cannot be read.
    Payload(String),
}

impl<'a> Case<'a> {
    /// A new matter, beginning at the moment of its first act.
    pub fn begin(law: &'a Law, procedure: &'a Procedure, at: Instant) -> Self {
        Self::begin_after(law, procedure, at, 0)
    }

    /// The same after so many tables of working days came into force.
    pub fn begin_after(law: &'a Law, procedure: &'a Procedure, at: Instant, loads: u32) -> Self {
        let (prepared, tables) = (law.prepared(procedure), law.almanac.tables(&law.library, loads));
        let env = Env { calendar: &tables.calendar, params: &prepared.params };
        let marking = Marking::initial(&procedure.graph, &env, at);
        let state = State {
            position: 0,
            version: procedure.version.clone(),
            marking,
            people: Vec::new(),
            shown: Vec::new(),
            loads,
            opened_at: at.0,
            title: String::new(),
            untold: Vec::new(),
            unknown: Vec::new(),
        };
        Self { procedure, prepared, law, tables, state }
    }

    /// A matter in a known state.
    pub fn resume(law: &'a Law, procedure: &'a Procedure, state: State) -> Self {
        let tables = law.almanac.tables(&law.library, state.loads);
        Self { procedure, prepared: law.prepared(procedure), law, tables, state }
    }

    /// The graph.
    pub fn graph(&self) -> &'a Graph {
        &self.procedure.graph
    }

    /// Calendar and parameters.
    pub fn env(&self) -> Env<'a> {
        Env { calendar: &self.tables.calendar, params: &self.prepared.params }
    }

    /// The event of this name, in the instance of this key if one is given.
    pub fn event(&self, name: &str, key: Option<&str>) -> Option<EventId> {
        let graph = self.graph();
        let outside = self.prepared.event(name);
        let templates = || (0..graph.templates.len()).map(kernel::TemplateId::new);
        match (outside, key) {
            (Some(event), _) => Some(event),
            (None, Some(key)) => {
                templates().find_map(|t| self.state.marking.instance_event(graph, t, key, name))
            }
            (None, None) => None,
        }
    }

    /// Names the clock's acts that are still to be told.
    pub fn hold_clock_acts(&mut self, acts: &[ClockAct]) {
        let graph = self.graph();
        self.state.untold.extend(acts.iter().map(|act| untold(graph, act)));
    }

    /// Tells the next clock act, if it is this one.
    pub fn tell(&mut self, act: &str, at: Instant) -> Result<Untold, Departure> {
        match self.state.untold.first() {
            Some(next) if next.act == act && next.at == at => Ok(self.state.untold.remove(0)),
            next => Err(Departure::Clock { expected: next.cloned() }),
        }
    }

    /// Applies a sealed record, checking that it follows, and notes who executed it.
    pub fn apply_signed(&mut self, record: &impl Recorded) -> Result<Told, Departure> {
        let told = self.apply(record)?;
        if let (Some(event), Some(person)) = (told.event, record.person()) {
            self.signed(event, &person);
        }
        Ok(told)
    }

    /// Applies a sealed record, checking that it follows; gives what it was.
    pub fn apply(&mut self, record: &impl Recorded) -> Result<Told, Departure> {
        self.reach(record)?;
        let told = match record.person() {
            Some(_) => self.apply_act(record)?,
            None => self.apply_clock_act(record)?,
        };
        self.state.position = record.position();
        Ok(told)
    }

    fn apply_clock_act(&mut self, record: &impl Recorded) -> Result<Told, Departure> {
        let at = Instant(record.performed_at());
        if at > self.state.marking.now {
            let (graph, env) = (self.graph(), self.env());
            let acts = kernel::advance(graph, &mut self.state.marking, &env, at);
            self.hold_clock_acts(&acts);
        }
        let told = self.tell(&record.act(), at)?;
        Ok(Told { event: Some(told.event), at, number: record.number() })
    }

    /// Every act of the clock so far has its record.
    pub fn nothing_untold(&self) -> Result<(), Departure> {
        match self.state.untold.first() {
            Some(expected) => Err(Departure::Clock { expected: Some(expected.clone()) }),
            None => Ok(()),
        }
    }

    /// The kernel moves the time itself; what the clock does by that should have been told before.
    fn apply_act(&mut self, record: &impl Recorded) -> Result<Told, Departure> {
        self.nothing_untold()?;
        let key = self.key_in(record);
        let event = self.event_of(record, key.as_deref())?;
        let payload =
            fields::from_record(self.procedure, event, record).map_err(Departure::Payload)?;
        let at = Instant(record.performed_at());
        let misstated = self.misstated(event, at, &payload);
        let act = kernel::Act { event, at, payload: &payload, key: key.as_deref() };
        let (graph, env) = (self.graph(), self.env());
        let refused = |refusal: Refusal| match refusal.clock_acts.first() {
            Some(first) => Departure::Clock { expected: Some(untold(graph, first)) },
            None => Departure::Refused(Box::new(refusal)),
        };
        let marking = &mut self.state.marking;
        let (step, refusal) = match record.standing() {
            StandingRef::Observed => (kernel::step(graph, marking, &env, &act), None),
            _ => kernel::record(graph, marking, &env, &act)
                .map_or_else(|r| (Err(r), None), |(step, refusal)| (Ok(step), refusal)),
        };
        let step = step.map_err(refused)?;
        if let Some(first) = step.clock_acts.first() {
            return Err(Departure::Clock { expected: Some(untold(graph, first)) });
        }
        match refusal.or(misstated) {
            Some(refusal) if record.standing() != StandingRef::Irregular => {
                return Err(refused(refusal));
            }
            None if record.standing() == StandingRef::Irregular => {
                return Err(Departure::NotIrregular);
            }
            _ => {}
        }
        self.hold_clock_acts(&step.following);
        self.entitle(event, record);
        Ok(Told { event: Some(event), at, number: record.number() })
    }

    /// Amounts that are not what the law works out.
    fn misstated(
        &self,
        event: EventId,
        at: Instant,
        payload: &[(kernel::FieldId, kernel::Value)],
    ) -> Option<Refusal> {
        if self.procedure.computations.is_empty() {
            return None;
        }
        let (marking, mut stated) = (&self.state.marking, payload.to_vec());
        content::work_out(self.procedure, marking, &self.env(), (event, at), &mut stated).err()
    }

    /// The instance the record is about.
    fn key_in(&self, record: &impl Recorded) -> Option<String> {
        if self.graph().templates.is_empty() {
            return None;
        }
        record.value(fields::KEY)?.as_text().map(str::to_owned)
    }

    fn event_of(&self, record: &impl Recorded, key: Option<&str>) -> Result<EventId, Departure> {
        let act = record.act();
        self.event(&act, key).ok_or_else(|| Departure::Unknown(act.into_owned()))
    }

    fn entitle(&mut self, event: EventId, record: &impl Recorded) {
        if self.state.title.is_empty() {
            self.state.title = fields::title(self.procedure, event, record);
        }
    }

    /// Executes a record of a corrected history: it takes effect whatever the kernel finds.
    pub fn execute(&mut self, record: &Record) -> Result<(Told, Step, Option<Refusal>), Departure> {
        let key = self.key_in(record);
        let event = self.event_of(record, key.as_deref())?;
        let payload =
            fields::from_record(self.procedure, event, record).map_err(Departure::Payload)?;
        let at = Instant(record.performed_at);
        let act = kernel::Act { event, at, payload: &payload, key: key.as_deref() };
        let (graph, env) = (self.graph(), self.env());
        let (step, refusal) = kernel::record(graph, &mut self.state.marking, &env, &act)
            .map_err(|r| Departure::Refused(Box::new(r)))?;
        if let Actor::Person { person, .. } = &record.actor {
            self.signed(event, person);
        }
        self.entitle(event, record);
        Ok((Told { event: Some(event), at, number: record.number }, step, refusal))
    }

    /// Takes over, by name, what the views show of the case before a correction or a change of
    /// version.
    pub fn take_over(&mut self, before: &Self) {
        for shown in &before.state.shown {
            let (act, key) = before.name_of(shown.event);
            let key = (!key.is_empty()).then_some(key);
            match self.event(&act, key.as_deref()) {
                Some(event) => self.state.shown.push(Shown { event, ..shown.clone() }),
                None => self.state.unknown.push((act, key.unwrap_or_default())),
            }
        }
    }

    /// Whether the version has the record's act.
    pub fn knows(&self, record: &Record) -> bool {
        self.event(&record.act, self.key_in(record).as_deref()).is_some()
    }

    /// Notes who executed an act; several signers are separated by blanks.
    pub fn signed(&mut self, event: EventId, person: &str) {
        let persons = person.split_whitespace().map(str::to_owned).collect();
        self.state.people.push((event, persons));
    }

    /// What the views show differently now, attributing new duties to the records just told.
    pub fn changes(&mut self, told: &[Told]) -> Vec<DutyChange> {
        let graph = self.graph();
        let marking = &self.state.marking;
        let late = marking.late;
        let mut shown = Vec::with_capacity(self.state.shown.len() + 1);
        let whole = told.iter().find(|t| t.event.is_none()).map(|t| t.number);
        let gone = std::mem::take(&mut self.state.unknown).into_iter();
        let mut changes: Vec<DutyChange> =
            gone.map(|(act, instance)| DutyChange::Ended { act, instance }).collect();
        for (event, duty) in marking.owed() {
            let before = self.state.shown.iter().find(|s| s.event == event);
            let fresh = told.iter().find(|t| created(graph, &duty.start, t)).map(|t| t.number);
            let initial = duty.start.created_by.is_none().then(|| told.first().map(|t| t.number));
            let number = fresh.or(before.map(|b| b.created_by)).or(initial.flatten());
            let Some(created_by) = number.or(whole) else { continue };
            let now = Shown { event, clock: duty.clock, late: late.has(event), created_by };
            if before != Some(&now) {
                changes.push(DutyChange::Owed(self.shown_duty(&now)));
            }
            shown.push(now);
        }
        for gone in self.state.shown.iter().filter(|s| !shown.iter().any(|n| n.event == s.event)) {
            let (act, instance) = self.name_of(gone.event);
            changes.push(DutyChange::Ended { act, instance });
        }
        self.state.shown = shown;
        changes
    }

    /// The open duties as the views must show them, but for the records that created them.
    pub fn duties(&self) -> Vec<Duty> {
        let late = self.state.marking.late;
        let shown = |(event, duty): (EventId, &kernel::Duty)| {
            self.shown_duty(&Shown {
                event,
                clock: duty.clock,
                late: late.has(event),
                created_by: 0,
            })
        };
        self.state.marking.owed().map(shown).collect()
    }

    /// The act and the key of its instance.
    pub fn name_of(&self, event: EventId) -> (String, String) {
        let spec = self.graph().event(event);
        let key = spec.slot.and_then(|(template, slot)| {
            self.state.marking.keys(template).get(usize::from(slot)).cloned()
        });
        (spec.name.clone(), key.unwrap_or_default())
    }

    fn shown_duty(&self, shown: &Shown) -> Duty {
        let (act, instance) = self.name_of(shown.event);
        let graph = self.graph();
        let members = graph.members(shown.event);
        let roles = match members.first() {
            Some(member) => &graph.event(*member).roles,
            None => &graph.event(shown.event).roles,
        };
        let role = roles.first().map_or(String::new(), |r| graph.roles[r.index()].clone());
        let organ = self.law.organ_of(&role);
        let clock = match shown.clock {
            Clock::Unlimited => DutyClock::Unlimited,
            Clock::Held { .. } => DutyClock::Held,
            Clock::Running(due) => DutyClock::Running {
                nominal: due.nominal.0,
                due: due.due.0,
                safe: due.safe.0,
                provisional: due.provisional,
            },
        };
        Duty { act, instance, role, organ, clock, late: shown.late, created_by: shown.created_by }
    }

    /// Everything the records change in the views, given what they change in the duties.
    pub fn views<'r>(
        &self,
        duties: Vec<DutyChange>,
        records: impl Iterator<Item = &'r Record>,
    ) -> ViewChanges {
        let counts = records.map(count).collect();
        let by_itself =
            kernel::next_automatic(self.graph(), &self.state.marking, &self.env()).map(|at| at.0);
        let matter = Some(self.view());
        ViewChanges { matter, duties, by_itself, counts, attempts: Vec::new() }
    }

    /// The matter as lists show it.
    pub fn view(&self) -> MatterView {
        MatterView {
            procedure: self.procedure.family.clone(),
            version: self.procedure.version.clone(),
            graph: self.prepared.basis.procedure,
            title: self.state.title.clone(),
            parties: String::new(),
            state: if self.is_over() { MatterState::Closed } else { MatterState::Open },
            opened_at: self.state.opened_at,
            last_at: self.state.marking.now.0,
        }
    }

    /// Nothing is owed and no person can do anything more.
    pub(crate) fn is_over(&self) -> bool {
        let (graph, marking, env) = (self.graph(), &self.state.marking, self.env());
        let acts = || {
            graph.event_ids().filter(|e| {
                graph.event(*e).kind == kernel::EventKind::Act && marking.included.has(*e)
            })
        };
        let may =
            |e| kernel::barriers(graph, marking, &env, e, marking.now, &[]).failing.is_empty();
        marking.is_accepting(graph) && !acts().any(may)
    }
}

/// What a record adds to the figures: one more of its act, or of its missed duty, in its year.
fn count(record: &Record) -> Count {
    let duty = record.payload.get("duty").and_then(ledger::Value::as_text);
    let figure = match duty.filter(|_| record.actor == Actor::Clock) {
        Some(duty) => format!("{}/{}/{duty}", record.procedure, record.act),
        None => format!("{}/{}", record.procedure, record.act),
    };
    let (year, ..) = Instant(record.performed_at).day().date();
    Count { figure, window: year.to_string(), delta: 1 }
}

/// Whether the duty was created by what this record tells.
fn created(graph: &Graph, start: &kernel::Start, told: &Told) -> bool {
    let Some(event) = told.event else { return false };
    let source = |e: EventId| e == event || graph.members(e).contains(&event);
    start.created_at == told.at && start.created_by.is_some_and(source)
}

/// The name and instant under which an act of the clock is told.
pub fn untold(graph: &Graph, act: &ClockAct) -> Untold {
    match act {
        ClockAct::Breach(breach) => {
            let name = if breach.owner == kernel::Owner::Organ { BREACH } else { LAPSE };
            Untold { act: name.to_owned(), event: breach.event, at: breach.at }
        }
        ClockAct::Automatic { event, at, .. } => {
            Untold { act: graph.event(*event).name.clone(), event: *event, at: *at }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_snapshot_of_another_format_is_not_read() {
        let mut builder = kernel::Builder::new("one act");
        let reason = Some("a test".to_owned());
        let named = kernel::Clause { name: "1".into(), reason, ..Default::default() };
        let clause = builder.clause(named);
        builder.event(kernel::EventSpec::act("file", clause));
        let calendar = kernel::Calendar::new(
            1,
            &[kernel::Year { year: 2024, off: Vec::new(), worked: Vec::new() }],
        );
        let env = Env { calendar: &calendar.unwrap(), params: &[] };
        let marking = Marking::initial(&builder.build().unwrap(), &env, Instant(0));
        let state = State {
            position: 16,
            version: "2024".into(),
            marking,
            people: Vec::new(),
            shown: Vec::new(),
            loads: 0,
            opened_at: 0,
            title: String::new(),
            untold: Vec::new(),
            unknown: Vec::new(),
        };
        let mut bytes = state.to_bytes();
        assert_eq!(State::from_bytes(&bytes).as_ref(), Some(&state));
        bytes[0] += 1;
        assert_eq!(State::from_bytes(&bytes), None);
        assert_eq!(State::from_bytes(&bytes[1..]), None);
    }
}
