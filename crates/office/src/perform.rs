//! The story of the product: one act is asked for, and is refused or sealed.
//!
//! Under the store's lock: load the matter, move its time (the clock's acts come first and stay),
//! ask the kernel, check the persons, check that warnings were acknowledged, write the record.
//! The same request again gives the same answer; a refused one leaves a note among the attempts.
//!
//! Takes a [`Request`]; gives [`Done`] or [`NotDone`].
//!
//! Not here: what is lawful (the kernel), how it is kept (the store).
//!
//! Next: `desk.rs` (groups), `transition.rs` (which version judges), `drafts.rs` (the records); `kernel/src/step.rs` decides.

use std::collections::HashMap;

use kernel::{EventId, FieldId, FieldKind, Instant, Refusal, RoleId};
use ledger::{Disclosure, Hash, Value};
use store::{Attempt, Decision, Outcome, Proposal, StoreError, StoredRecord, Turn};

use crate::almanac::NoTable;
use crate::authority::{AtTurn, Authority};
use crate::case::Case;
use crate::desk::{Answer, Desk};
use crate::drafts::Drafts;
use crate::explain::Reason;
use crate::fields::{self, BadEntry, Entered};
use crate::office::Office;
use crate::request::{Done, NotDone, Request};

impl Office {
    /// Does one act, or says why not; a sealed act is answered with what is owed behind it.
    pub fn perform(&self, request: &Request) -> Result<Done, NotDone> {
        let (mut answers, live) = self.commit(std::slice::from_ref(request))?;
        let mut done = answers.pop().expect("one answer for one request")?;
        done.owed = match live.get(&request.matter) {
            Some(case) => self.owed_of(case),
            None => self.load(&request.matter)?.map_or(Vec::new(), |case| self.owed_of(&case)),
        };
        self.keep_cached(live);
        Ok(done)
    }

    /// Does several acts in one transaction; each is answered on its own, without what is owed.
    pub fn perform_all(
        &self,
        requests: &[Request],
    ) -> Result<Vec<Result<Done, NotDone>>, StoreError> {
        // What brings a table into force goes alone: what comes behind it is decided on that table.
        let alone = |r: &Request| self.law.almanac.matter() == Some(&*r.matter);
        let mut all = Vec::with_capacity(requests.len());
        for group in requests.chunk_by(|a, b| !alone(a) && !alone(b)) {
            let (answers, live) = self.commit(group)?;
            self.keep_cached(live);
            all.extend(answers);
        }
        Ok(all)
    }

    /// The answers to a group, and its matters as they are now.
    #[expect(clippy::type_complexity, reason = "one answer for each request, and what to keep")]
    fn commit(
        &self,
        requests: &[Request],
    ) -> Result<(Vec<Result<Done, NotDone>>, HashMap<String, Case<'_>>), StoreError> {
        let _pass = self.gate.enter();
        let group = proposals(requests);
        let mut desk = Desk::new(self, requests);
        let outcomes = self.store.commit(self.law.district, &group, &mut desk)?;
        let Desk { answers, live, begins_at, .. } = desk;
        let book = self.law.almanac.matter();
        if let Some(first) = begins_at.filter(|_| !book.is_some_and(|book| live.contains_key(book)))
        {
            let sealed: usize = outcomes.iter().map(|outcome| outcome.sealed().len()).sum();
            self.knows_tables_before(first + sealed as u64);
        }
        let decided = requests.iter().zip(outcomes).zip(answers);
        let answer = |((request, outcome), answer)| self.answer(request, outcome, answer);
        Ok((decided.map(answer).collect(), live))
    }

    fn answer(
        &self,
        request: &Request,
        outcome: Outcome,
        answer: Option<Answer>,
    ) -> Result<Done, NotDone> {
        match (outcome, answer) {
            (Outcome::Accepted(records), Some(Answer::Done(mut done))) => {
                let own = records.iter().find(|r| r.record().client_act == request.client_act);
                let own = own.expect("an accepted request has a record of its name");
                done.number = own.record().number;
                done.position = own.record().position;
                done.digest = own.leaf().to_hex();
                Ok(done)
            }
            (Outcome::Again(record), _) => Ok(again(&record)?),
            (Outcome::Conflict(record), _) => {
                let number = record.number.to_string();
                let client = request.client_act.as_str();
                let facts =
                    [("act", request.act.as_str()), ("client", client), ("number", &number)];
                Err(NotDone::Invalid(self.wording.say("office.reused", &facts)))
            }
            (Outcome::Failed(error), _) => Err(error.into()),
            (_, Some(Answer::Not(why))) => Err(why),
            (outcome, _) => {
                let fact =
                    format!("the store answered {outcome:?} to an item that was decided otherwise");
                Err(StoreError::decision(fact).into())
            }
        }
    }
}

pub(crate) fn again(record: &StoredRecord) -> Result<Done, StoreError> {
    let sealed = record.read()?;
    Ok(Done {
        matter: sealed.matter,
        act: sealed.act,
        number: record.number,
        position: sealed.position,
        digest: record.leaf.to_hex(),
        again: true,
        irregular: Vec::new(),
        clock: Vec::new(),
        owed: Vec::new(),
    })
}

pub(crate) fn proposals(requests: &[Request]) -> Vec<Proposal> {
    let asked: Vec<Vec<u8>> = requests.iter().map(|r| asked(r, &[], &HashMap::new())).collect();
    let digests = Hash::sm3_each(&asked.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let proposal = |(request, digest): (&Request, Hash)| {
        let named = store::Request { client_act: request.client_act.clone(), digest };
        Proposal { matter: request.matter.clone(), request: Some(named) }
    };
    requests.iter().zip(digests).map(proposal).collect()
}

/// The digest of what is asked, with commitments in place of the personal values.
pub(crate) fn digest(
    request: &Request,
    personal: &[&str],
    salts: &HashMap<&str, &Disclosure>,
) -> Hash {
    Hash::sm3(&[&asked(request, personal, salts)])
}

/// What is asked, to be hashed: names and values, each with its length in front, so that no two
/// requests read the same.
fn asked(request: &Request, personal: &[&str], salts: &HashMap<&str, &Disclosure>) -> Vec<u8> {
    let mut asked = Vec::with_capacity(512);
    let mut say = |name: &str, value: &[u8]| {
        for part in [name.as_bytes(), value] {
            asked.extend((part.len() as u32).to_be_bytes());
            asked.extend(part);
        }
    };
    say("matter", request.matter.as_bytes());
    say("act", request.act.as_bytes());
    say("role", request.role.as_bytes());
    request.persons.iter().for_each(|p| say("person", p.as_bytes()));
    request.key.iter().for_each(|k| say("key", k.as_bytes()));
    say("reported", &[u8::from(request.reported)]);
    request.performed_at.iter().for_each(|at| say("at", &at.0.to_be_bytes()));
    for (name, value) in &request.fields {
        let name = name.as_str();
        if !personal.contains(&name) {
            match value {
                Value::Text(text) => say(name, text.as_bytes()),
                other => say(name, &ledger::encode(other).unwrap_or_default()),
            }
        } else if let Some(kept) = salts.get(name) {
            let sealed = ledger::commit(&kept.salt, name, value).map(|c| c.hash.0);
            say(name, &sealed.unwrap_or_default());
        }
    }
    request.documents.iter().for_each(|(name, hash)| say(name, &hash.0));
    asked
}

/// The digest to be sealed: that of the proposal, or with the salts of personal values just made.
pub(crate) fn sealed_digest(turn: &Turn, request: &Request, private: &[Disclosure]) -> Hash {
    if let (true, Some(asked)) = (private.is_empty(), &turn.proposal.request) {
        return asked.digest;
    }
    let personal: Vec<&str> = private.iter().map(|d| d.name.as_str()).collect();
    let salts = private.iter().map(|d| (d.name.as_str(), d)).collect();
    digest(request, &personal, &salts)
}

impl Office {
    /// The case as the act would leave it, or why it could not be done; writes nothing.
    pub(crate) fn tries<'a>(
        &'a self,
        request: &Request,
        turn: &Turn,
        case: Case<'a>,
        must_be_lawful: bool,
    ) -> Result<Result<Case<'a>, NotDone>, StoreError> {
        let trial = Trial { office: self, request, turn, from: None, must_be_lawful };
        Ok(match trial.run(case)? {
            (_, Answer::Done(_), left) => Ok(left.expect("an act that is done leaves its case")),
            (_, Answer::Not(why), _) => Err(why),
        })
    }
}

/// One request being tried on its case.
pub(crate) struct Trial<'a, 't> {
    pub office: &'a Office,
    pub request: &'t Request,
    pub turn: &'t Turn<'t>,
    /// The record in another matter that the act mirrors.
    pub from: Option<u64>,
    /// Refused even though reported, where the law bars it.
    pub must_be_lawful: bool,
}

/// The event done, and why the kernel would have refused it; or why it was not, and what to note.
type Attempted = Result<(EventId, Option<Refusal>), (NotDone, Vec<Attempt>)>;

/// A request understood: its event and what was entered.
struct Understood {
    event: EventId,
    at: Instant,
    entered: Entered,
}

impl<'a> Trial<'a, '_> {
    pub fn run(
        &self,
        mut case: Case<'a>,
    ) -> Result<(Decision, Answer, Option<Case<'a>>), StoreError> {
        let mut drafts = Drafts::new(self.office, self.turn);
        self.redate(&mut case, &mut drafts, self.act_at());
        self.switch_version(&mut case, &mut drafts)?;
        let left = match self.follow_the_law(&mut case, &mut drafts)? {
            Ok(left) => left,
            Err(why) => return Ok(self.refused(case, why, Vec::new(), drafts)),
        };
        match self.attempt_act(&mut case, &mut drafts)? {
            Ok((event, irregular)) => Ok(self.accepted(case, drafts, event, irregular)),
            Err((why, attempts)) => {
                // Where nothing was written under the version it came to, the matter never came to it.
                let stays = |_: &Case| drafts.wrote_under() != Some(&*case.procedure.version);
                let case = left.filter(stays).unwrap_or(case);
                Ok(self.refused(case, why, attempts, drafts))
            }
        }
    }

    /// The act on the case as it is: done, or refused and what to note.
    fn attempt_act(
        &self,
        case: &mut Case<'a>,
        drafts: &mut Drafts,
    ) -> Result<Attempted, StoreError> {
        let Understood { event, at, mut entered } = match self.understand(case)? {
            Ok(understood) => understood,
            Err(why) => return Ok(Err((why, Vec::new()))),
        };
        if let Some(why) = self.table_refused(case, event, &entered) {
            return Ok(Err((why, Vec::new())));
        }
        let mut facts = std::mem::take(&mut entered.facts);
        let (graph, env) = (case.graph(), case.env());
        if at > case.state.marking.now {
            let acts = kernel::advance(graph, &mut case.state.marking, &env, at);
            drafts.clock(case, &acts);
        }
        let noted = |why| {
            let attempts = self.attempts(at, &why);
            Ok(Err((why, attempts)))
        };
        let wrong = self.work_out(case, (event, at), &mut facts, &mut entered);
        let recorded = self.request.reported && !self.must_be_lawful;
        if let Some(refusal) = wrong.as_ref().filter(|_| !recorded) {
            return noted(self.refusal(case, refusal));
        }
        let act = kernel::Act { event, at, payload: &facts, key: self.request.key.as_deref() };
        let authority = self.authority(case, at, &facts)?;
        if let Some(why) = self.objection(case, &act, authority.lacking) {
            return noted(why);
        }
        let guards = kernel::guard_outcomes(graph, &case.state.marking, &env, &act);
        let outcome = match recorded {
            false => kernel::step(graph, &mut case.state.marking, &env, &act).map(|s| (s, None)),
            true => kernel::record(graph, &mut case.state.marking, &env, &act),
        };
        let (step, irregular) = match outcome {
            Ok(done) => done,
            Err(refusal) => return noted(self.refusal(case, &refusal)),
        };
        // What was reported stays as reported; that the law works it out otherwise is sealed with it.
        let irregular = irregular.or(wrong);
        case.signed(event, &self.request.persons.join(" "));
        drafts.act(case, self.request, &act, entered, &guards, irregular.as_ref());
        drafts.proven(authority.proven, authority.organ);
        if let Some(number) = self.from {
            drafts.mirrors(number);
        }
        if case.state.title.is_empty() {
            case.state.title = fields::title(case.procedure, event, drafts.last_record());
        }
        drafts.acknowledge(case, &step.warnings, self.request.acknowledge.as_deref());
        drafts.clock(case, &step.following);
        Ok(Ok((event, irregular)))
    }

    /// Why the table of working days an act names cannot come into force, if it brings one.
    fn table_refused(&self, case: &Case, event: EventId, entered: &Entered) -> Option<NotDone> {
        let brings = case.procedure.brings_year.as_ref().filter(|b| b.act == event)?;
        let given = |field| entered.payload.get(&case.procedure.field(field).name);
        let year = given(brings.year).and_then(Value::as_integer).unwrap_or_default();
        let table = given(brings.table).and_then(Value::as_text).unwrap_or_default();
        let (law, words, matter) = (&self.office.law, &self.office.wording, &*self.request.matter);
        let why = law.almanac.with(&law.library, matter, (year, table)).err()?;
        let (act, year) = (&*self.request.act, year.to_string());
        let say = |key: &str, more: (&str, &str)| {
            let facts =
                [("act", act), ("year", &*year), ("table", table), ("matter", matter), more];
            NotDone::Invalid(words.say(key, &facts))
        };
        Some(match why {
            NoTable::OtherMatter(own) => say("calendar.other_matter", ("own", &own)),
            NoTable::Unknown(known) => say("calendar.unknown", ("known", &words.list(&known))),
            NoTable::InForce => say("calendar.in_force", ("known", "")),
            NoTable::Gap(next) => say("calendar.gap", ("next", &next.to_string())),
        })
    }

    /// Works out what the act states and seals it with the act; the refusal where it was entered
    /// otherwise.
    fn work_out(
        &self,
        case: &Case,
        act: (EventId, Instant),
        facts: &mut Vec<(FieldId, kernel::Value)>,
        entered: &mut Entered,
    ) -> Option<Refusal> {
        let (procedure, marking) = (case.procedure, &case.state.marking);
        match content::work_out(procedure, marking, &case.env(), act, facts) {
            Ok(added) => {
                let given = facts.iter().filter(|(f, _)| added.contains(f));
                given.for_each(|(f, value)| entered.add(procedure.field(*f), value));
                None
            }
            Err(refusal) => Some(refusal),
        }
    }

    /// Finds the act and reads the form.
    fn understand(&self, case: &Case<'a>) -> Result<Result<Understood, NotDone>, StoreError> {
        let (office, request) = (self.office, self.request);
        let say = |key: &str, facts: &[(&str, &str)]| {
            Ok(Err(NotDone::Invalid(office.wording.say(key, facts))))
        };
        let now = office.now();
        let at = request.performed_at.unwrap_or(now);
        let act = request.act.as_str();
        if at > now {
            let (at, now) = (at.to_string(), now.to_string());
            return say("office.future", &[("act", act), ("at", &at), ("now", &now)]);
        }
        if let Some(seen) = request.seen.filter(|s| *s != self.turn.position()) {
            let last = self
                .turn
                .past
                .records_after(&request.matter, self.turn.position().saturating_sub(1))?;
            let last =
                last.last().map(StoredRecord::read).transpose()?.map_or(String::new(), |r| r.act);
            let (seen, have) = (seen.to_string(), self.turn.position().to_string());
            let facts = [
                ("act", act),
                ("matter", &request.matter),
                ("seen", &seen),
                ("now", &have),
                ("last", &last),
            ];
            return say("office.moved", &facts);
        }
        let procedure = case.procedure;
        let Some(event) = case.event(act, request.key.as_deref()) else {
            let names = procedure.acts.iter().map(|a| a.name.as_str());
            let hint = content::nearest(act, names).map_or(String::new(), |near| {
                office.wording.say("office.no_act.hint", &[("near", near)])
            });
            let facts = [
                ("act", act),
                ("procedure", procedure.family.as_str()),
                ("version", &procedure.version),
                ("hint", &hint),
            ];
            return say("office.no_act", &facts);
        };
        match fields::read(procedure, event, &request.fields) {
            Ok(entered) => Ok(Ok(Understood { event, at, entered })),
            Err(bad) => Ok(Err(NotDone::Invalid(self.bad_entry(case, event, bad)))),
        }
    }

    fn bad_entry(&self, case: &Case, event: EventId, bad: BadEntry) -> String {
        let (words, explain) = (&self.office.wording, self.office.explain(case));
        let act = explain.act(event);
        match bad {
            BadEntry::NoField(field) => {
                let own = case.graph().event(event).fields.iter().map(|(f, _)| *f);
                let asked = own.filter(|f| !case.procedure.computes(*f));
                let known: Vec<String> =
                    asked.map(|f| case.procedure.field(f).name.clone()).collect();
                let known = words.list(&known);
                words.say("office.no_field", &[("act", &act), ("field", &field), ("known", &known)])
            }
            BadEntry::Value { field, value } => {
                let spec = case.procedure.field(field);
                let options: Vec<&str> = spec.options.iter().map(String::as_str).collect();
                let kind = match options.is_empty() {
                    true => explain.kind(&case.graph().field(field).kind),
                    false => explain
                        .kind(&FieldKind::Option(options.iter().map(|o| (*o).into()).collect())),
                };
                let name = &spec.name;
                let hint = content::nearest(&value, options.iter().copied())
                    .map_or(String::new(), |n| words.say("office.no_act.hint", &[("near", n)]));
                let facts = [
                    ("act", act.as_str()),
                    ("field", name),
                    ("value", &value),
                    ("kind", &kind),
                    ("hint", &hint),
                ];
                words.say("office.bad_value", &facts)
            }
        }
    }

    /// What the registers say of the persons, where they act for an organ and are not reported.
    fn authority(
        &self,
        case: &Case,
        at: Instant,
        facts: &[(FieldId, kernel::Value)],
    ) -> Result<Authority, StoreError> {
        let role = case.procedure.roles.iter().find(|r| r.name == self.request.role);
        if self.request.reported || role.is_none_or(|r| r.party) {
            return Ok(Authority::default());
        }
        let registers = AtTurn { office: self.office, turn: self.turn };
        let stated = |name: &str| {
            let field = case.procedure.fields.iter().find(|f| f.name == name && !f.personal)?;
            let given = facts.iter().find(|(f, _)| *f == field.id).map(|(_, value)| value);
            given.or_else(|| case.state.marking.field(field.id)).map(content::write_value)
        };
        let by = (self.request.role.as_str(), at);
        self.office.authority(&registers, &self.request.persons, by, &stated)
    }

    /// Persons who may not, or a warning gone unanswered; the law's own refusal comes first.
    fn objection(&self, case: &Case, act: &kernel::Act, lacking: Vec<Reason>) -> Option<NotDone> {
        let (graph, env, marking) = (case.graph(), case.env(), &case.state.marking);
        let denied = match self.request.reported {
            true => Vec::new(),
            false => self.denied(case, act.event),
        };
        let warns = self.request.acknowledge.is_none() && case.prepared.warns(act.event);
        if denied.is_empty() && lacking.is_empty() && !warns {
            return None;
        }
        let mut trial = marking.clone();
        let step = kernel::step(graph, &mut trial, &env, act).ok()?;
        let (explain, outlook) =
            (self.office.explain(case), kernel::outlook(graph, marking, &env, act.at));
        if !denied.is_empty() || !lacking.is_empty() {
            let role = &self.request.role;
            let refused = explain.unauthorised(act.event, act.at, role, &denied, lacking, &outlook);
            return Some(NotDone::Refused(Box::new(refused)));
        }
        (!step.warnings.is_empty() && !self.request.reported).then(|| {
            let warning = Refusal {
                event: act.event,
                at: act.at,
                failing: step.warnings.clone(),
                clock_acts: Vec::new(),
            };
            let mut refused = explain.refusal(&warning, &outlook);
            refused.text = self.office.wording.say("warning.head", &[("act", &refused.act)])
                + refused.text.split_once('\n').map_or("", |(_, rest)| rest)
                + &self.office.wording.say("warning.missing", &[]);
            NotDone::Refused(Box::new(refused))
        })
    }

    fn denied(&self, case: &Case, event: EventId) -> Vec<kernel::Unauthorised> {
        let role = case.graph().roles.iter().position(|r| *r == self.request.role);
        let persons: Vec<&str> = self.request.persons.iter().map(String::as_str).collect();
        let role = role.map(RoleId::new);
        kernel::authorise(case.graph(), event, role, &persons, &case.state.people)
    }

    fn refusal(&self, case: &Case, refusal: &Refusal) -> NotDone {
        let outlook = kernel::outlook(case.graph(), &case.state.marking, &case.env(), refusal.at);
        NotDone::Refused(Box::new(self.office.explain(case).refusal(refusal, &outlook)))
    }

    /// The note of a refusal by law, role or warning: its rules, never a payload.
    pub fn attempts(&self, at: Instant, why: &NotDone) -> Vec<Attempt> {
        match why {
            NotDone::Refused(refused) => {
                vec![self.attempt(at, refused.reasons.iter().map(|r| r.rule.clone()).collect())]
            }
            NotDone::Invalid(_) | NotDone::Store(_) => Vec::new(),
        }
    }

    fn attempt(&self, at: Instant, rules: Vec<String>) -> Attempt {
        Attempt {
            person: self.request.persons.join(" "),
            role: self.request.role.clone(),
            organ: self.office.law.organ_of(&self.request.role),
            act: self.request.act.clone(),
            at: at.0,
            rules,
        }
    }

    /// The act is not done; what the clock did before it is sealed all the same.
    fn refused(
        &self,
        mut case: Case<'a>,
        why: NotDone,
        attempts: Vec<Attempt>,
        drafts: Drafts,
    ) -> (Decision, Answer, Option<Case<'a>>) {
        if drafts.is_empty() || self.turn.matter.is_none() {
            let views = store::ViewChanges { attempts, ..Default::default() };
            let decision =
                Decision { position: self.turn.position(), views, ..Decision::default() };
            return (decision, Answer::Not(why), None);
        }
        // Nothing happened at the moment of the refused act: the matter stands at its last record.
        case.state.marking.now = drafts.last_at();
        let mut decision = drafts.decision(&mut case, false);
        decision.views.attempts = attempts;
        (decision, Answer::Not(why), Some(case))
    }

    fn accepted(
        &self,
        mut case: Case<'a>,
        drafts: Drafts,
        event: EventId,
        irregular: Option<Refusal>,
    ) -> (Decision, Answer, Option<Case<'a>>) {
        let explain = self.office.explain(&case);
        let failing = irregular.iter().flat_map(|r| &r.failing);
        let reasons = failing.map(|f| {
            let reason = explain.reason(event, f, &case.state.marking);
            let rule = case.procedure.rule(f.clause).name().to_owned();
            crate::explain::Reason { rule, ..reason }
        });
        let irregular = reasons.collect();
        let clock = drafts.clock_notes().to_vec();
        let decision = drafts.decision(&mut case, true);
        let done = Done {
            matter: self.request.matter.clone(),
            act: self.request.act.clone(),
            number: 0,
            position: 0,
            digest: String::new(),
            again: false,
            irregular,
            clock,
            owed: Vec::new(),
        };
        (decision, Answer::Done(done), Some(case))
    }
}
