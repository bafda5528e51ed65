//! Corrects an earlier record: a field, its time, or that it was entered by mistake.
//!
//! Nothing is deleted. The correction is a record of its own that names the earlier one and says
//! what was wrong, who says so, why and on what evidence; the matter is reckoned anew as if it had
//! been right, and the record carries the difference: duties re-dated, breaches annulled or new,
//! acts that would now be refused. Where the day of the fixing act is corrected, another version may
//! govern from then on.
//!
//! Next: `history.rs`, which replays corrections.

use std::collections::BTreeSet;

use content::Procedure;
use kernel::{ClockAct, Instant};
use ledger::{Actor, Fields, Record, Standing, Value};
use store::{Decide, Decision, Draft, Outcome, Proposal, Snapshot, StoreError, Turn};

use crate::case::{BREACH, CORRECTION, Case, LAPSE};
use crate::history::{self, ANNUL, FIELDS, OF, PERFORMED};
use crate::office::Office;
use crate::request::{Done, NotDone};

/// What of which record is corrected, by whom and why.
#[derive(Clone, Debug, Default)]
pub struct CorrectionRequest {
    /// The matter.
    pub matter: String,
    /// The number of the record that is wrong.
    pub of: u64,
    /// The fields that were wrong, with their right values.
    pub fields: Vec<(String, Value)>,
    /// When it was really performed.
    pub performed_at: Option<Instant>,
    /// It was entered by mistake.
    pub annul: bool,
    /// Who corrects.
    pub person: String,
    /// In which role.
    pub role: String,
    /// Why.
    pub reason: String,
    /// On what evidence.
    pub evidence: String,
    /// The client's own name for the correction.
    pub client_act: String,
}

/// A matter as the views and the clock's records tell it, for comparison.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Told {
    due: Vec<(String, String)>,
    missed: BTreeSet<(String, String)>,
}

impl Office {
    /// Seals a correction, or says why not.
    pub fn correct(&self, request: &CorrectionRequest) -> Result<Done, NotDone> {
        let digest = ledger::request_digest(&payload(request))
            .map_err(|e| NotDone::Invalid(e.to_string()))?;
        let client = store::Request { client_act: request.client_act.clone(), digest };
        let proposal = Proposal { matter: request.matter.clone(), request: Some(client) };
        let mut desk = Correcting { office: self, request, answer: None };
        let outcomes = self.store.commit(self.law.district, &[proposal], &mut desk)?;
        self.take_cached(&request.matter);
        let sealed = match outcomes.into_iter().next() {
            Some(Outcome::Accepted(records)) => records,
            Some(Outcome::Again(record)) => return Ok(crate::perform::again(&record)?),
            Some(Outcome::Conflict(record)) => {
                let number = record.number.to_string();
                let facts =
                    [("act", CORRECTION), ("client", &*request.client_act), ("number", &number)];
                return Err(NotDone::Invalid(self.wording.say("office.reused", &facts)));
            }
            Some(Outcome::Failed(error)) => return Err(error.into()),
            _ => return Err(desk.answer.unwrap_or_else(|| NotDone::Invalid(String::new()))),
        };
        let record = sealed.last().expect("an accepted correction has a record");
        let case = self.load(&request.matter)?;
        Ok(Done {
            matter: request.matter.clone(),
            act: CORRECTION.to_owned(),
            number: record.record().number,
            position: record.record().position,
            digest: record.leaf().to_hex(),
            again: false,
            irregular: Vec::new(),
            clock: Vec::new(),
            owed: case.map_or(Vec::new(), |c| self.owed_of(&c)),
        })
    }
}

/// What the correction says, without its consequences.
fn payload(request: &CorrectionRequest) -> Fields {
    let mut payload = Fields::new();
    payload.insert(OF, i64::try_from(request.of).unwrap_or(i64::MAX));
    payload.insert("reason", request.reason.as_str());
    payload.insert("evidence", request.evidence.as_str());
    if request.annul {
        payload.insert(ANNUL, true);
    }
    if let Some(at) = request.performed_at {
        payload.insert(PERFORMED, at.0);
    }
    if !request.fields.is_empty() {
        let mut fields = Fields::new();
        request.fields.iter().for_each(|(name, value)| {
            fields.insert(name.as_str(), value.clone());
        });
        payload.insert(FIELDS, Value::Map(fields));
    }
    payload
}

struct Correcting<'a> {
    office: &'a Office,
    request: &'a CorrectionRequest,
    answer: Option<NotDone>,
}

impl Decide for Correcting<'_> {
    fn decide(&mut self, turn: &Turn<'_>) -> Result<Decision, StoreError> {
        match self.try_decide(turn)? {
            Ok(decision) => Ok(decision),
            Err(why) => {
                self.answer = Some(NotDone::Invalid(why));
                Ok(Decision { position: turn.position(), ..Decision::default() })
            }
        }
    }

    fn starts_again(&mut self) -> bool {
        self.answer = None;
        true
    }
}

impl Correcting<'_> {
    fn try_decide(&self, turn: &Turn) -> Result<Result<Decision, String>, StoreError> {
        let (office, request) = (self.office, self.request);
        office.learn_tables(turn.past)?;
        let matter = &request.matter;
        let records = crate::office::read_all(matter, 0, &turn.past.records_after(matter, 0)?)?;
        let say = |key: &str, facts: &[(&str, &str)]| Ok(Err(office.wording.say(key, facts)));
        let of = request.of.to_string();
        let Some(wrong) = records.iter().find(|r| r.number == request.of) else {
            return say("correct.no_record", &[("matter", &request.matter), ("of", &of)]);
        };
        if wrong.actor == Actor::Clock || wrong.act == CORRECTION {
            return say("correct.not_an_act", &[("of", &of), ("act", &wrong.act)]);
        }
        if request.reason.trim().is_empty() {
            return say("correct.no_reason", &[("of", &of)]);
        }
        if let Err(field) = readable(office, wrong, request) {
            return say("correct.bad_field", &[("of", &of), ("field", &field)]);
        }
        let now = office.now();
        let mut record = correction_record(office, wrong, request, turn.next, now);
        let before = history::replay(&office.law, &records)
            .map_err(|d| StoreError::damaged("nothing was corrected", format!("{d:?}")))?;
        let mut all = records.clone();
        record.position = turn.position() + 1;
        record.number = turn.next;
        record.version.clone_from(&before.procedure.version);
        all.push(record.clone());
        let (mut case, told) = match history::as_corrected(&office.law, &all) {
            Ok(done) => done,
            Err(departure) => {
                let why = format!("{departure:?}");
                return say("correct.impossible", &[("of", &of), ("why", &why)]);
            }
        };
        record.version.clone_from(&case.procedure.version);
        record.basis = case.prepared.basis.clone();
        record.basis.calendar = Some(case.tables.hash);
        difference(&mut record, &tell(&before, &records), &retell(office, &all));
        case.take_over(&before);
        case.state.position = turn.position() + 1;
        let duties = case.changes(&told);
        let views = case.views(duties, std::iter::once(&record));
        let snapshot = Snapshot {
            position: case.state.position,
            graph: case.prepared.basis.procedure,
            bytes: case.state.to_bytes(),
        };
        Ok(Ok(Decision {
            position: turn.position(),
            accepted: true,
            records: vec![Draft::from(record)],
            views,
            snapshot: Some(snapshot),
            follow: Vec::new(),
        }))
    }
}

/// The corrected fields belong to the act, under its version or under the one that is in force on the
/// day it was really done, and can be read by their types.
fn readable(office: &Office, wrong: &Record, request: &CorrectionRequest) -> Result<(), String> {
    let library = &office.law.library;
    let Some(procedure) = library.procedure(&wrong.procedure, &wrong.version) else {
        return Err(wrong.procedure.clone());
    };
    procedure.event(&wrong.act).ok_or_else(|| wrong.act.clone())?;
    let day = request.performed_at.map(Instant::day);
    let other = day.and_then(|day| library.governing(&wrong.procedure, day));
    let versions: Vec<&Procedure> = std::iter::once(procedure).chain(other).collect();
    let fits = |entry: &(String, Value)| versions.iter().any(|p| is_field(p, &wrong.act, entry));
    match request.fields.iter().find(|entry| !fits(entry)) {
        Some((name, _)) => Err(name.clone()),
        None => Ok(()),
    }
}

/// Whether the act has this public field and can hold the value.
fn is_field(procedure: &Procedure, act: &str, entry: &(String, Value)) -> bool {
    let personal = procedure.fields.iter().any(|f| f.name == entry.0 && f.personal);
    let reads = |e| crate::fields::read(procedure, e, std::slice::from_ref(entry)).is_ok();
    !personal && procedure.event(act).is_some_and(reads)
}

fn correction_record(
    office: &Office,
    wrong: &Record,
    request: &CorrectionRequest,
    number: u64,
    now: Instant,
) -> Record {
    let payload = payload(request);
    let digest = ledger::request_digest(&payload).expect("a payload of plain values");
    let mut record = wrong.clone();
    record.number = number;
    record.act = CORRECTION.to_owned();
    record.actor = Actor::Person {
        person: request.person.clone(),
        role: request.role.clone(),
        organ: office.law.organ_of(&request.role),
    };
    record.performed_at = now.0;
    record.entered_at = now.0;
    record.payload = payload;
    record.personal = Vec::new();
    record.documents = Vec::new();
    record.standing = Standing::Observed;
    record.warnings = Vec::new();
    record.guards = Fields::new();
    record.resolved = Vec::new();
    record.client_act.clone_from(&request.client_act);
    record.request = digest;
    record
}

/// The matter as sealed so far: dates of open duties, and what was missed.
fn tell(case: &Case, records: &[Record]) -> Told {
    let missed = records.iter().filter(|r| r.act == BREACH || r.act == LAPSE);
    let text = |r: &Record, key: &str| {
        r.payload.get(key).and_then(Value::as_text).unwrap_or_default().to_owned()
    };
    Told { due: dates(case), missed: missed.map(|r| (text(r, "duty"), text(r, "due"))).collect() }
}

/// The matter as it would have been.
fn retell(office: &Office, all: &[Record]) -> (Told, Vec<String>) {
    let Ok((case, refused, clock)) = history::reckon(&office.law, all) else {
        return (Told::default(), Vec::new());
    };
    let missed = clock.iter().filter_map(|act| match act {
        ClockAct::Breach(b) => {
            Some((case.graph().event(b.event).name.clone(), b.due.due.day().to_string()))
        }
        ClockAct::Automatic { .. } => None,
    });
    (Told { due: dates(&case), missed: missed.collect() }, refused)
}

fn dates(case: &Case) -> Vec<(String, String)> {
    let day = |d: &kernel::Duty| d.due().map_or(String::new(), |d| d.due.day().to_string());
    let owed = case.state.marking.owed();
    owed.map(|(e, d)| (case.graph().event(e).name.clone(), day(d))).collect()
}

/// Writes the consequences into the record.
fn difference(record: &mut Record, before: &Told, (after, refused): &(Told, Vec<String>)) {
    let list = |items: Vec<String>| Value::List(items.into_iter().map(Value::from).collect());
    let redated = after.due.iter().filter_map(|(duty, now)| {
        let was = before.due.iter().find(|(d, _)| d == duty).map_or("", |(_, day)| day.as_str());
        (was != now).then(|| format!("{duty}: {was} -> {now}"))
    });
    let pair = |(duty, due): &(String, String)| format!("{duty} {due}");
    let gone = before.missed.difference(&after.missed).map(pair).collect();
    let new = after.missed.difference(&before.missed).map(pair).collect();
    let parts = [
        ("@redated", redated.collect::<Vec<_>>()),
        ("@annulled", gone),
        ("@missed", new),
        ("@defective", refused.clone()),
    ];
    for (key, items) in parts.into_iter().filter(|(_, items)| !items.is_empty()) {
        record.payload.insert(key, list(items));
    }
}
