//! Verifies a district's log and trusts nothing: bytes, tree, signatures, law, views.
//!
//! The ledger recomputes bytes and tree against every signed checkpoint (and an older one from
//! outside, if given). Then the kernel replays every matter from its records, and the views are
//! compared with what the records say they must be.
//!
//! Takes what the store holds; gives findings, never an early stop.
//!
//! Not here: the tree (`ledger/src/verify.rs`).

use std::collections::{BTreeMap, HashMap};

use content::PersonProof;
use kernel::Instant;
use ledger::{
    Chunk, Keyring, LogHead, RecordRef, Row, SignedCheckpoint, Sm2Verifier, Sm3, StandingRef,
    Verdict, Verification,
};
use rayon::prelude::*;
use store::{StoreError, StoredRecord};

use crate::authority::{AUTHORITY, Entry, Registers};
use crate::case::{Case, Departure};
use crate::history;
use crate::links::{MIRRORS, is_for_another};
use crate::office::{Office, Reader};
use crate::recorded::Recorded;

/// How many records are read at a time.
const PAGE: u32 = 8 * Chunk::RECORDS as u32;

/// A record whose act the law did not allow, or that does not follow from those before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unlawful {
    /// The record.
    pub number: u64,
    /// The matter.
    pub matter: String,
    /// Why.
    pub departure: Departure,
}

/// A view that is not what the records say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RewrittenView {
    /// The matter.
    pub matter: String,
    /// What differs: `head` or `duties`.
    pub part: &'static str,
}

/// Everything a verification found.
#[derive(Debug)]
pub struct Verified {
    /// Bytes, tree and signed heads.
    pub verdict: Verdict,
    /// Checkpoints whose signature does not hold, with the reason.
    pub forged: Vec<String>,
    /// Records the law does not explain.
    pub unlawful: Vec<Unlawful>,
    /// Views that do not follow from the records.
    pub rewritten: Vec<RewrittenView>,
    /// How many records were read.
    pub records: u64,
    /// How many matters were replayed.
    pub matters: u64,
    /// How many signed checkpoints were checked.
    pub checkpoints: usize,
}

impl Verified {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.verdict.is_sound()
            && self.forged.is_empty()
            && self.unlawful.is_empty()
            && self.rewritten.is_empty()
    }
}

impl Office {
    /// Verifies the whole log, also against a checkpoint from outside, and then the views. Any key of
    /// the log will do: hand-overs lead to the others.
    pub fn verify(
        &self,
        verifier: &Sm2Verifier,
        against: Option<&SignedCheckpoint>,
    ) -> Result<Verified, StoreError> {
        let (mut verified, replay) = self.replay_log(verifier, against)?;
        verified.rewritten = replay.compare_views()?;
        Ok(verified)
    }

    /// Verifies the log alone: bytes, tree, signatures and law.
    pub fn verify_log(
        &self,
        verifier: &Sm2Verifier,
        against: Option<&SignedCheckpoint>,
    ) -> Result<Verified, StoreError> {
        Ok(self.replay_log(verifier, against)?.0)
    }

    fn replay_log(
        &self,
        verifier: &Sm2Verifier,
        against: Option<&SignedCheckpoint>,
    ) -> Result<(Verified, Replay<'_>), StoreError> {
        self.learn_tables(&Reader(self))?;
        let (heads, forged, checkpoints) = self.signed_heads(verifier, against)?;
        let mut verification = Verification::<Sm3>::new(self.law.district, heads);
        let mut replay = Replay {
            office: self,
            cases: HashMap::new(),
            unlawful: Vec::new(),
            awaited: Vec::new(),
        };
        let mut next = 1;
        loop {
            let page = self.store.records(self.law.district, next, PAGE)?;
            for record in take_in(&mut verification, &page).iter().flat_map(Chunk::records) {
                replay.follow(record)?;
            }
            next += page.len() as u64;
            if page.len() < PAGE as usize {
                break;
            }
        }
        replay.finish();
        let verified = Verified {
            verdict: verification.finish(),
            forged,
            unlawful: std::mem::take(&mut replay.unlawful),
            rewritten: Vec::new(),
            records: next - 1,
            matters: replay.cases.len() as u64,
            checkpoints,
        };
        Ok((verified, replay))
    }

    /// Bytes, tree and signatures only.
    pub fn verify_bytes(
        &self,
        verifier: &Sm2Verifier,
        against: Option<&SignedCheckpoint>,
    ) -> Result<(Verdict, Vec<String>), StoreError> {
        let (heads, forged, _) = self.signed_heads(verifier, against)?;
        let mut verification = Verification::<Sm3>::new(self.law.district, heads);
        let mut next = 1;
        loop {
            let page = self.store.records(self.law.district, next, PAGE)?;
            take_in(&mut verification, &page);
            next += page.len() as u64;
            if page.len() < PAGE as usize {
                return Ok((verification.finish(), forged));
            }
        }
    }

    /// Bytes, tree and signatures of records already read.
    pub fn verify_bytes_of(
        &self,
        records: &[StoredRecord],
        verifier: &Sm2Verifier,
    ) -> Result<Verdict, StoreError> {
        let (heads, ..) = self.signed_heads(verifier, None)?;
        let mut verification = Verification::<Sm3>::new(self.law.district, heads);
        records.chunks(PAGE as usize).for_each(|page| {
            take_in(&mut verification, page);
        });
        Ok(verification.finish())
    }

    /// The heads whose signature holds, what is wrong with the others, and how many there are.
    fn signed_heads(
        &self,
        verifier: &Sm2Verifier,
        against: Option<&SignedCheckpoint>,
    ) -> Result<(Vec<LogHead>, Vec<String>, usize), StoreError> {
        let mut checkpoints = self.store.checkpoints(self.law.district)?;
        checkpoints.extend(against.cloned());
        let (mut heads, mut forged) = (Vec::new(), Vec::new());
        let ring = Keyring::follow(&self.origin, verifier, &checkpoints);
        for checkpoint in &checkpoints {
            match ring.check(checkpoint) {
                Ok(good) => heads.push(good.head()),
                Err(error) => forged.push(error.to_string()),
            }
        }
        Ok((heads, forged, checkpoints.len()))
    }
}

/// Hashes and reads a page in parallel and takes its chunks in, in order.
fn take_in<'p>(verification: &mut Verification<Sm3>, page: &'p [StoredRecord]) -> Vec<Chunk<'p>> {
    let first = verification.next_leaf();
    let chunks: Vec<Chunk> = page
        .par_chunks(Chunk::RECORDS)
        .enumerate()
        .map(|(i, rows)| {
            let rows = rows.iter().map(row);
            Chunk::hash::<Sm3>(first + (i * Chunk::RECORDS) as u64, rows)
        })
        .collect();
    chunks.iter().for_each(|chunk| verification.absorb(chunk));
    chunks
}

fn row(record: &StoredRecord) -> Row<'_> {
    Row { number: Some(record.number), bytes: &record.bytes, leaf: Some(record.leaf) }
}

/// Replays every matter as its records come.
struct Replay<'a> {
    office: &'a Office,
    /// `None` once a matter departed from the law: one finding per matter is enough.
    cases: HashMap<String, Option<Box<Case<'a>>>>,
    unlawful: Vec<Unlawful>,
    /// Mirrored acts that must come: matter, act, and the record they mirror.
    awaited: Vec<(String, String, u64)>,
}

impl<'a> Replay<'a> {
    /// What was found at last: acts whose mirror never came.
    fn finish(&mut self) {
        for (matter, act, number) in std::mem::take(&mut self.awaited) {
            let departure = Departure::Link(format!("{matter} {act}"));
            self.unlawful.push(Unlawful { number, matter, departure });
        }
    }

    /// Notes which mirrored acts the record asks for, and that it is one that was asked for.
    fn mirrors(&mut self, record: &RecordRef, matter: &str) -> Result<(), Departure> {
        if record.payload.get(MIRRORS).is_some() {
            let (act, payload) = (record.act.read().into_owned(), record.to_record().payload);
            let from = payload.get(MIRRORS).and_then(ledger::Value::as_integer);
            let asked = |(m, a, n): &(String, String, u64)| {
                *m == matter && *a == act && i64::try_from(*n).ok() == from
            };
            match self.awaited.iter().position(asked) {
                Some(at) => drop(self.awaited.remove(at)),
                None => return Err(Departure::Link(format!("{matter} {act}"))),
            }
        }
        let Some(case) = self.cases.get(matter).and_then(Option::as_ref) else { return Ok(()) };
        if case.procedure.links.is_empty() || record.actor.is_none() {
            return Ok(());
        }
        let event = case.event(&record.act.read(), None);
        for link in case.procedure.links.iter().filter(|l| Some(l.act) == event) {
            if let Some(other) = crate::links::target(case, link) {
                let there = self.cases.get(&other).and_then(Option::as_ref);
                if there.is_some_and(|c| is_for_another(case, link, &c.procedure.family)) {
                    continue;
                }
                self.awaited.push((other, link.mirrored.clone(), record.address.number));
            }
        }
        Ok(())
    }

    fn follow(&mut self, record: &RecordRef) -> Result<(), StoreError> {
        let matter = record.address.matter.read();
        if matches!(self.cases.get(&*matter), Some(None)) {
            return Ok(());
        }
        // Asked before the record itself changes a register.
        let proven = self.is_proven(record)?;
        let followed = match self.cases.get_mut(&*matter) {
            Some(Some(case)) => continue_matter(self.office, case, record)?,
            _ => begin_matter(self.office, record).map(|case| {
                self.cases.insert(matter.clone().into_owned(), Some(Box::new(case)));
            }),
        };
        let departure = match followed {
            Ok(()) if !proven => Departure::Authority,
            Ok(()) => match self.mirrors(record, &matter) {
                Ok(()) => return Ok(()),
                Err(departure) => departure,
            },
            Err(departure) => departure,
        };
        let (number, matter) = (record.address.number, matter.into_owned());
        self.unlawful.push(Unlawful { number, matter: matter.clone(), departure });
        self.cases.insert(matter, None);
        Ok(())
    }

    /// Whether the registers proved of the persons just what the record says.
    fn is_proven(&self, record: &RecordRef) -> Result<bool, StoreError> {
        let law = &self.office.law;
        let Some([person, role, organ]) = record.actor else { return Ok(true) };
        let proofs = law.place().map_or(&[][..], |place| &place.proofs);
        let mut registers = proofs.iter().map(|proof| self.is_open(&proof.opened_by));
        let is_asked = registers.any(|open| matches!(open, Ok(true)));
        let sealed = record.payload.get(AUTHORITY).is_some();
        if record.standing != StandingRef::Observed || !(is_asked || sealed) {
            return Ok(true);
        }
        let (family, version) = (record.procedure.read(), record.version.read());
        let Ok(procedure) = history::procedure(law, &family, &version) else { return Ok(true) };
        let role = role.read();
        if !procedure.roles.iter().any(|r| r.name == *role && !r.party) {
            return Ok(!sealed);
        }
        let persons: Vec<String> = person.read().split_whitespace().map(str::to_owned).collect();
        let at = Instant(record.performed_at);
        let case = self.cases.get(&*record.address.matter.read()).and_then(Option::as_ref);
        let stated = |name: &str| {
            let field = procedure.fields.iter().find(|f| f.name == name && !f.personal)?;
            let given = record.value(name).and_then(|v| v.as_text().map(str::to_owned));
            let own = case?.procedure.fields.iter().find(|f| f.name == field.name);
            given.or_else(|| Some(content::write_value(case?.state.marking.field(own?.id)?)))
        };
        let authority = self.office.authority(self, &persons, (&*role, at), &stated)?;
        let sealed = match sealed {
            true => record.to_record().payload.get(AUTHORITY).and_then(|v| v.as_map().cloned()),
            false => None,
        };
        let same_organ = authority.organ.is_none_or(|proven| proven == organ.read());
        let same = sealed.unwrap_or_default() == authority.proven;
        Ok(authority.lacking.is_empty() && same && same_organ)
    }

    /// Compares heads and open duties of every lawful matter with the store's views.
    fn compare_views(&self) -> Result<Vec<RewrittenView>, StoreError> {
        let (store, district) = (&self.office.store, self.office.law.district);
        let mut found = Vec::new();
        let mut matters: Vec<_> =
            self.cases.iter().filter_map(|(m, case)| Some((m, case.as_ref()?))).collect();
        matters.sort_by_key(|(matter, _)| *matter);
        for (matter, case) in matters {
            let mut differs = |part| found.push(RewrittenView { matter: matter.clone(), part });
            let head = store.matter(district, matter)?;
            let fits =
                |h: &store::MatterHead| h.view == case.view() && h.position == case.state.position;
            if !head.as_ref().is_some_and(fits) {
                differs("head");
            }
            let stored = store.owed(district, matter)?.into_iter();
            let stored = stored.map(|d| store::Duty { created_by: 0, ..d.duty });
            if by_name(stored) != by_name(case.duties()) {
                differs("duties");
            }
        }
        Ok(found)
    }
}

impl Registers for Replay<'_> {
    fn is_open(&self, matter: &str) -> Result<bool, StoreError> {
        let case = self.cases.get(matter);
        Ok(case.is_some_and(|case| case.as_ref().is_none_or(|case| !case.is_over())))
    }

    fn entry(
        &self,
        proof: &PersonProof,
        key: &str,
        at: Instant,
    ) -> Result<Option<Entry>, StoreError> {
        let case = self.cases.get(key).and_then(Option::as_ref);
        let case = case.filter(|c| c.procedure.family == proof.family);
        Ok(case.map(|case| Entry::read(case, proof, at)))
    }
}

fn begin_matter<'a>(office: &'a Office, record: &RecordRef) -> Result<Case<'a>, Departure> {
    let (family, version) = (record.procedure.read(), record.version.read());
    let procedure = history::procedure(&office.law, &family, &version)?;
    let mut case = Case::begin(&office.law, procedure, Instant(record.performed_at));
    if history::needs_all(&case, record) {
        let only = record.to_record();
        history::go_on(&office.law, &mut case, &only, std::slice::from_ref(&only))?;
    } else {
        case.apply(record)?;
    }
    Ok(case)
}

fn continue_matter<'a>(
    office: &'a Office,
    case: &mut Case<'a>,
    record: &RecordRef,
) -> Result<Result<(), Departure>, StoreError> {
    if !history::needs_all(case, record) {
        return Ok(case.apply(record).map(|_| ()));
    }
    let record = record.to_record();
    let stored = office.store.matter_records(office.law.district, &record.matter, 0)?;
    let mut all = crate::office::read_all(&record.matter, 0, &stored)?;
    all.retain(|r| r.position <= record.position);
    Ok(history::go_on(&office.law, case, &record, &all).map(|_| ()))
}

fn by_name(
    duties: impl IntoIterator<Item = store::Duty>,
) -> BTreeMap<(String, String), store::Duty> {
    duties.into_iter().map(|d| ((d.act.clone(), d.instance.clone()), d)).collect()
}
