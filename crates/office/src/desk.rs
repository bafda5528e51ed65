//! The desk of one group: each item is tried in its turn, and what follows from it in other matters.
//!
//! The store calls it under its lock. Matters stay on the desk as the group leaves them, so that a
//! later item finds them without reading.
//!
//! Not here: trying one act (`perform.rs`), what follows where (`links.rs`).

use std::collections::HashMap;

use kernel::Instant;
use ledger::Disclosure;
use store::{Attempt, Decide, Decision, Proposal, StoreError, StoredRecord, Turn};

use crate::case::Case;
use crate::office::Office;
use crate::perform::{Trial, digest, proposals};
use crate::request::{Done, NotDone, Request};

/// What became of an item, kept beside the store's transaction.
pub(crate) enum Answer {
    /// It is done.
    Done(Done),
    /// It is not.
    Not(NotDone),
}

/// An act that follows from one in another matter.
#[derive(Clone)]
struct Following {
    request: Request,
    /// The record it mirrors.
    from: u64,
}

/// Decides the items of one group.
pub(crate) struct Desk<'a, 'r> {
    office: &'a Office,
    requests: &'r [Request],
    /// What follows from them in other matters: the items behind those of the group.
    following: Vec<Following>,
    /// What became of each item; `None` where the store did not ask.
    pub answers: Vec<Option<Answer>>,
    /// Matters as this group leaves them.
    pub live: HashMap<String, Case<'a>>,
    /// The number the group's first record gets, once an item was asked about.
    pub begins_at: Option<u64>,
}

impl Decide for Desk<'_, '_> {
    fn decide(&mut self, turn: &Turn<'_>) -> Result<Decision, StoreError> {
        if self.begins_at.is_none() {
            self.office.learn_tables_at(turn)?;
            self.begins_at = Some(turn.next);
        }
        let behind = turn.item.checked_sub(self.requests.len());
        let following = behind.map(|at| self.following[at].clone());
        let from = following.as_ref().map(|f| f.from);
        let request = following.as_ref().map_or_else(|| &self.requests[turn.item], |f| &f.request);
        let fresh = self.live.remove(&request.matter);
        let found = self.office.case_of_turn(turn, fresh)?;
        let case = match self.office.opened(request, found) {
            Ok(case) => case,
            Err(why) => return Ok(self.turn_down(turn, why, Vec::new())),
        };
        let trial = Trial { office: self.office, request, turn, from, must_be_lawful: false };
        let (mut decision, answer, case) = trial.run(case)?;
        if let (Answer::Done(_), Some(case)) = (&answer, &case)
            && !case.procedure.links.is_empty()
        {
            match self.follow(turn, request, case, &decision)? {
                Ok(follow) => decision.follow = follow,
                Err(why) => {
                    let at = request.performed_at.unwrap_or_else(|| self.office.now());
                    let attempts = trial.attempts(at, &why);
                    return Ok(self.turn_down(turn, why, attempts));
                }
            }
        }
        if let Some(slot) = self.answers.get_mut(turn.item) {
            *slot = Some(answer);
        }
        self.live.extend(case.map(|case| (request.matter.clone(), case)));
        Ok(decision)
    }

    fn repeats(
        &mut self,
        proposal: &Proposal,
        sealed: &StoredRecord,
        private: &[Disclosure],
    ) -> Result<bool, StoreError> {
        let named =
            |r: &&Request| proposal.request.as_ref().is_some_and(|p| p.client_act == r.client_act);
        let following = self.following.iter().map(|f| &f.request);
        let Some(request) = self.requests.iter().chain(following).find(named) else {
            return Ok(false);
        };
        let record = sealed.read()?;
        let personal: Vec<&str> = record.personal.iter().map(|c| c.name.as_str()).collect();
        let salts = private.iter().map(|d| (d.name.as_str(), d)).collect();
        Ok(digest(request, &personal, &salts) == record.request)
    }

    fn starts_again(&mut self) -> bool {
        self.live.clear();
        self.following.clear();
        self.begins_at = None;
        self.answers.iter_mut().for_each(|answer| *answer = None);
        true
    }
}

impl<'a, 'r> Desk<'a, 'r> {
    /// A desk on which nothing is decided yet.
    pub fn new(office: &'a Office, requests: &'r [Request]) -> Self {
        let answers = requests.iter().map(|_| None).collect();
        let (following, live) = (Vec::new(), HashMap::new());
        Self { office, requests, following, answers, live, begins_at: None }
    }
}

impl Desk<'_, '_> {
    /// What an act that can be done does in other matters.
    fn follow(
        &mut self,
        turn: &Turn,
        request: &Request,
        case: &Case,
        decision: &Decision,
    ) -> Result<Result<Vec<Proposal>, NotDone>, StoreError> {
        let own = decision.records.iter().position(|d| d.record.client_act == request.client_act);
        let own = own.expect("an act that is done has its record");
        let Some(event) = case.event(&request.act, request.key.as_deref()) else {
            return Ok(Ok(Vec::new()));
        };
        let at = Instant(decision.records[own].record.performed_at);
        let done = (event, at, turn.next + own as u64);
        let mirrors = match self.office.mirrored(case, done, request, turn)? {
            Ok(mirrors) => mirrors,
            Err(why) => return Ok(Err(why)),
        };
        let follow = proposals(&mirrors);
        let from = done.2;
        self.following.extend(mirrors.into_iter().map(|request| Following { request, from }));
        Ok(Ok(follow))
    }

    fn turn_down(&mut self, turn: &Turn, why: NotDone, attempts: Vec<Attempt>) -> Decision {
        if let Some(slot) = self.answers.get_mut(turn.item) {
            *slot = Some(Answer::Not(why));
        }
        let views = store::ViewChanges { attempts, ..Default::default() };
        Decision { position: turn.position(), views, ..Decision::default() }
    }
}
