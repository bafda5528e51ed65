//! Writes the records of one decision: acts of the clock and the act itself, in order.
//!
//! Each record says on what it rested: the hashes of law, parameters and calendar, every guard's
//! outcome, and for every duty it created the resolved anchor, amount and day. So the truth in the
//! log is start, limit and calendar; a due day can be checked against it for ever.
//!
//! Not here: whether the act may happen (`perform.rs`), numbers and leaves (the store).

use kernel::{ClockAct, EventId, Failing, Instant, Length, Refusal, RelationId};
use ledger::{Acknowledged, Actor, Document, Fields, Hash, Record, Standing, Value};
use store::{Decision, Draft, Snapshot, Turn};

use crate::authority::AUTHORITY;
use crate::case::{Case, SWITCH, Told, untold};
use crate::explain::Explain;
use crate::fields::{self, Entered};
use crate::links::MIRRORS;
use crate::office::Office;
use crate::perform::sealed_digest;
use crate::redate::{NOTED, REDATE};
use crate::request::{ClockNote, Missed, Request};

/// A snapshot is kept at every position that is a multiple of this.
const SNAPSHOT_EVERY: u32 = 16;

/// The records of one decision, growing.
pub struct Drafts<'a, 't> {
    office: &'a Office,
    turn: &'t Turn<'t>,
    entered_at: i64,
    drafts: Vec<Draft>,
    told: Vec<Told>,
    notes: Vec<ClockNote>,
}

impl<'a, 't> Drafts<'a, 't> {
    /// No record yet, on the turn's position.
    pub fn new(office: &'a Office, turn: &'t Turn<'t>) -> Self {
        Self {
            office,
            turn,
            entered_at: office.now().0,
            drafts: Vec::new(),
            told: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.drafts.len()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// What the clock did, for the answer.
    pub fn clock_notes(&self) -> &[ClockNote] {
        &self.notes
    }

    /// When what was written last happened.
    pub fn last_at(&self) -> Instant {
        self.told.last().expect("called after a record was written").at
    }

    /// The record written last.
    pub fn last_record(&self) -> &Record {
        &self.drafts.last().expect("called after a record was written").record
    }

    /// The version under which the last record was written, if any was.
    pub fn wrote_under(&self) -> Option<&str> {
        self.drafts.last().map(|d| d.record.version.as_str())
    }

    fn number(&self) -> u64 {
        self.turn.next + self.drafts.len() as u64
    }

    fn record(&self, case: &Case, act: &str, performed_at: Instant) -> Record {
        Record {
            district: self.office.law.district,
            number: 0,
            matter: self.turn.proposal.matter.clone(),
            position: 0,
            procedure: case.procedure.family.clone(),
            version: case.procedure.version.clone(),
            act: act.to_owned(),
            actor: Actor::Clock,
            performed_at: performed_at.0,
            entered_at: self.entered_at,
            basis: ledger::Basis {
                calendar: Some(case.tables.hash),
                ..case.prepared.basis.clone()
            },
            payload: Fields::new(),
            personal: Vec::new(),
            documents: Vec::new(),
            standing: Standing::Observed,
            warnings: Vec::new(),
            guards: Fields::new(),
            resolved: Vec::new(),
            client_act: String::new(),
            request: Hash::default(),
        }
    }

    /// A record that follows from the law and that no client asked for.
    fn unasked(&self, case: &Case, act: &str, at: Instant) -> Record {
        let client_act = format!("clock/{}", self.number());
        Record { client_act, request: Hash::sm3(&[b"clock"]), ..self.record(case, act, at) }
    }

    /// Writes what the clock did.
    pub fn clock(&mut self, case: &Case, acts: &[ClockAct]) {
        for act in acts {
            let told = untold(case.graph(), act);
            let mut record = self.unasked(case, &told.act, told.at);
            record.payload = clock_payload(case, act);
            let explain = self.office.explain(case);
            self.notes.push(note(case, &explain, act, self.number()));
            self.push(record, Vec::new(), told.event, told.at);
        }
    }

    /// Writes that the matter came under the version of the case.
    pub fn switch(&mut self, case: &Case, payload: Fields, at: Instant) {
        let mut record = self.unasked(case, SWITCH, at);
        record.payload = payload;
        let number = self.number();
        let version = [("version", case.procedure.version.as_str())];
        let text = self.office.wording.say("record.switch", &version);
        self.notes.push(ClockNote { number, act: SWITCH.to_owned(), text, missed: None });
        self.told.push(Told { event: None, at, number });
        self.drafts.push(Draft { record, private: Vec::new() });
    }

    /// Writes that the duties of the matter came under a new table of working days.
    pub fn redate(&mut self, case: &Case, payload: Fields, at: Instant) {
        let mut record = self.unasked(case, REDATE, at);
        record.payload = payload;
        let number = self.number();
        let text = self.office.wording.say("record.redate", &[]);
        self.notes.push(ClockNote { number, act: REDATE.to_owned(), text, missed: None });
        self.told.push(Told { event: None, at, number });
        self.drafts.push(Draft { record, private: Vec::new() });
    }

    fn push(
        &mut self,
        record: Record,
        private: Vec<ledger::Disclosure>,
        event: EventId,
        at: Instant,
    ) {
        self.told.push(Told { event: Some(event), at, number: self.number() });
        self.drafts.push(Draft { record, private });
    }

    /// Writes the act.
    pub fn act(
        &mut self,
        case: &Case,
        request: &Request,
        act: &kernel::Act,
        entered: Entered,
        guards: &[(RelationId, Option<bool>)],
        irregular: Option<&Refusal>,
    ) {
        let mut record = self.record(case, &request.act, act.at);
        record.actor = Actor::Person {
            person: request.persons.join(" "),
            role: request.role.clone(),
            organ: self.office.law.organ_of(&request.role),
        };
        record.payload = entered.payload;
        if let Some(key) = &request.key {
            record.payload.insert(fields::KEY, key.as_str());
        }
        record.personal = entered.personal;
        let documents = request.documents.iter();
        record.documents =
            documents.map(|(name, hash)| Document { name: name.clone(), hash: *hash }).collect();
        record.standing = match (request.reported, irregular) {
            (false, _) => Standing::Observed,
            (true, None) => Standing::Reported,
            (true, Some(refusal)) => Standing::Irregular { refusals: self.refusals(case, refusal) },
        };
        record.guards = outcomes(case, guards);
        record.resolved = resolved(case, act);
        record.client_act.clone_from(&request.client_act);
        record.request = sealed_digest(self.turn, request, &entered.private);
        self.push(record, entered.private, act.event, act.at);
    }

    /// Notes the record in another matter that the act just written mirrors.
    pub fn mirrors(&mut self, number: u64) {
        if let (Some(draft), Ok(number)) = (self.drafts.last_mut(), i64::try_from(number)) {
            draft.record.payload.insert(MIRRORS, number);
        }
    }

    /// Notes what proved the persons, and the organ they act for, on the act just written.
    pub fn proven(&mut self, proven: Fields, organ_proven: Option<String>) {
        let Some(draft) = self.drafts.last_mut() else { return };
        if proven.iter().next().is_some() {
            draft.record.payload.insert(AUTHORITY, Value::Map(proven));
        }
        if let (Some(proven), Actor::Person { organ, .. }) = (organ_proven, &mut draft.record.actor)
        {
            *organ = proven;
        }
    }

    /// Notes the warnings that were gone past, on the act just written.
    pub fn acknowledge(&mut self, case: &Case, warnings: &[Failing], reason: Option<&str>) {
        let Some(draft) = self.drafts.last_mut() else { return };
        draft.record.warnings = warnings
            .iter()
            .map(|w| Acknowledged {
                rule: case.procedure.rule(w.clause).id.clone(),
                reason: reason.unwrap_or_default().to_owned(),
            })
            .collect();
    }

    fn refusals(&self, case: &Case, refusal: &Refusal) -> Vec<Value> {
        let explain = self.office.explain(case);
        let structured = |f: &Failing| {
            let reason = explain.reason(refusal.event, f, &case.state.marking);
            let mut map = Fields::new();
            map.insert("rule", case.procedure.rule(f.clause).name());
            map.insert("article", reason.article);
            map.insert("fact", reason.fact);
            if let Some(day) = reason.earliest {
                map.insert("earliest", day);
            }
            if let Some(day) = reason.due {
                map.insert("due", day);
            }
            Value::Map(map)
        };
        refusal.failing.iter().map(structured).collect()
    }

    /// The decision: records, what the views show anew, and now and then a snapshot.
    pub fn decision(self, case: &mut Case, accepted: bool) -> Decision {
        let before = self.turn.position();
        let position = before + self.drafts.len() as u32;
        case.state.position = position;
        let duties = case.changes(&self.told);
        let views = case.views(duties, self.drafts.iter().map(|d| &d.record));
        let due = before / SNAPSHOT_EVERY != position / SNAPSHOT_EVERY;
        let snapshot = due.then(|| Snapshot {
            position,
            graph: case.prepared.basis.procedure,
            bytes: case.state.to_bytes(),
        });
        Decision {
            position: before,
            accepted,
            records: self.drafts,
            views,
            snapshot,
            follow: Vec::new(),
        }
    }
}

fn clock_payload(case: &Case, act: &ClockAct) -> Fields {
    let mut payload = Fields::new();
    match act {
        ClockAct::Automatic { event, effective, .. } => {
            payload.insert(fields::EFFECTIVE, effective.0);
            if !matches!(case.graph().event(*event).kind, kernel::EventKind::Automatic(_)) {
                payload.insert(NOTED, true);
            }
        }
        ClockAct::Breach(breach) => {
            let missed = missed(case, breach);
            payload.insert("duty", missed.duty);
            payload.insert("rule", missed.rule);
            payload.insert("article", missed.article);
            payload.insert("due", missed.due);
            payload.insert("nominal", breach.due.nominal.day().to_string());
        }
    }
    payload
}

fn missed(case: &Case, breach: &kernel::Breach) -> Missed {
    let clause = match breach.relation {
        Some(relation) => case.graph().relation(relation).clause,
        None => case.graph().event(breach.event).clause,
    };
    let rule = case.procedure.rule(clause);
    Missed {
        duty: case.graph().event(breach.event).name.clone(),
        rule: rule.name().to_owned(),
        article: case.graph().clause(clause).citations.join(" "),
        due: breach.due.due.day().to_string(),
        party: breach.owner == kernel::Owner::Party,
    }
}

fn note(case: &Case, explain: &Explain, act: &ClockAct, number: u64) -> ClockNote {
    let name = untold(case.graph(), act).act;
    let missed = match act {
        ClockAct::Breach(breach) => Some(missed(case, breach)),
        ClockAct::Automatic { .. } => None,
    };
    ClockNote { number, act: name, text: explain.clock_act(act), missed }
}

/// The outcome of each guard, by rule; a rule with two guards has its second under `rule#2`.
fn outcomes(case: &Case, guards: &[(RelationId, Option<bool>)]) -> Fields {
    let mut found = Fields::new();
    let mut seen: Vec<RelationId> = Vec::new();
    for (relation, outcome) in guards {
        let clause = case.graph().relation(*relation).clause;
        let rule = &case.procedure.rule(clause).id;
        let key = if seen.contains(relation) { format!("{rule}#2") } else { rule.clone() };
        seen.push(*relation);
        match outcome {
            Some(outcome) => found.insert(key, *outcome),
            None => found.insert(key, "unknown"),
        };
    }
    found
}

/// Anchor, amount and day of every duty the act just created.
fn resolved(case: &Case, act: &kernel::Act) -> Vec<Fields> {
    let graph = case.graph();
    let source = |e: EventId| e == act.event || graph.members(e).contains(&act.event);
    let fresh =
        |d: &&kernel::Duty| d.start.created_at == act.at && d.start.created_by.is_some_and(source);
    let owed = case.state.marking.owed().filter(|(_, d)| fresh(d));
    owed.filter_map(|(event, duty)| {
        let (limit, relation) = (duty.limit?, duty.start.relation?);
        let mut fields = Fields::new();
        fields.insert("duty", graph.event(event).name.as_str());
        fields.insert("rule", case.procedure.rule(graph.relation(relation).clause).id.as_str());
        fields.insert("anchor", limit.anchor.0);
        if let Length::Span(span) = limit.term.length {
            fields.insert("amount", i64::from(span.amount));
            fields.insert("unit", format!("{:?}", span.unit));
        }
        if let Some(due) = duty.due() {
            fields.insert("due", due.due.0);
        }
        Some(fields)
    })
    .collect()
}
