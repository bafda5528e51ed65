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

use ledger::{Chunk, LogHead, Record, Row, SignedCheckpoint, Sm3, Verdict, Verification, Verifier};
use rayon::prelude::*;
use store::{StoreError, StoredRecord};

use crate::case::{Case, Departure};
use crate::history;
use crate::office::Office;

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
    /// Verifies the whole log, also against a checkpoint from outside.
    pub fn verify(
        &self,
        verifier: &impl Verifier,
        against: Option<&SignedCheckpoint>,
    ) -> Result<Verified, StoreError> {
        let (heads, forged, checkpoints) = self.signed_heads(verifier, against)?;
        let mut verification = Verification::<Sm3>::new(self.law.district, heads);
        let mut replay = Replay { office: self, cases: HashMap::new(), unlawful: Vec::new() };
        let mut next = 1;
        loop {
            let page = self.store.records(self.law.district, next, PAGE)?;
            take_in(&mut verification, &page);
            for stored in &page {
                replay.follow(stored)?;
            }
            next += page.len() as u64;
            if page.len() < PAGE as usize {
                break;
            }
        }
        let rewritten = replay.compare_views()?;
        Ok(Verified {
            verdict: verification.finish(),
            forged,
            unlawful: replay.unlawful,
            rewritten,
            records: next - 1,
            matters: replay.cases.len() as u64,
            checkpoints,
        })
    }

    /// Bytes, tree and signatures only.
    pub fn verify_bytes(
        &self,
        verifier: &impl Verifier,
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
        verifier: &impl Verifier,
    ) -> Result<Verdict, StoreError> {
        let (heads, ..) = self.signed_heads(verifier, None)?;
        let mut verification = Verification::<Sm3>::new(self.law.district, heads);
        records.chunks(PAGE as usize).for_each(|page| take_in(&mut verification, page));
        Ok(verification.finish())
    }

    /// The heads whose signature holds, what is wrong with the others, and how many there are.
    fn signed_heads(
        &self,
        verifier: &impl Verifier,
        against: Option<&SignedCheckpoint>,
    ) -> Result<(Vec<LogHead>, Vec<String>, usize), StoreError> {
        let mut checkpoints = self.store.checkpoints(self.law.district)?;
        checkpoints.extend(against.cloned());
        let (mut heads, mut forged) = (Vec::new(), Vec::new());
        for checkpoint in &checkpoints {
            match checkpoint.verify(&self.origin, verifier) {
                Ok(good) => heads.push(good.head()),
                Err(error) => forged.push(error.to_string()),
            }
        }
        Ok((heads, forged, checkpoints.len()))
    }
}

/// Hashes a page in parallel and takes its chunks in, in order.
fn take_in(verification: &mut Verification<Sm3>, page: &[StoredRecord]) {
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
}

fn row(record: &StoredRecord) -> Row<'_> {
    Row { number: Some(record.number), bytes: &record.bytes, leaf: Some(record.leaf) }
}

/// Replays every matter as its records come.
struct Replay<'a> {
    office: &'a Office,
    /// `None` once a matter departed from the law: one finding per matter is enough.
    cases: HashMap<String, Option<Live<'a>>>,
    unlawful: Vec<Unlawful>,
}

struct Live<'a> {
    case: Case<'a>,
    duties: BTreeMap<(String, String), store::Duty>,
}

impl<'a> Replay<'a> {
    fn follow(&mut self, stored: &StoredRecord) -> Result<(), StoreError> {
        // Bytes that cannot be read are already a finding of the ledger's.
        let Ok(record) = Record::from_bytes(&stored.bytes) else { return Ok(()) };
        let found = match self.cases.remove(&record.matter) {
            Some(None) => return Ok(()),
            Some(Some(live)) => self.continue_matter(live, &record)?,
            None => self.begin_matter(&record),
        };
        let live = found.map_err(|departure| {
            let (number, matter) = (record.number, record.matter.clone());
            self.unlawful.push(Unlawful { number, matter, departure });
        });
        self.cases.insert(record.matter, live.ok());
        Ok(())
    }

    fn begin_matter(&self, record: &Record) -> Result<Live<'a>, Departure> {
        let law = &self.office.law;
        let case = history::begin(law, std::slice::from_ref(record))?;
        let mut live = Live { case, duties: BTreeMap::new() };
        live.follow(law, record, std::slice::from_ref(record))?;
        Ok(live)
    }

    fn continue_matter(
        &self,
        mut live: Live<'a>,
        record: &Record,
    ) -> Result<Result<Live<'a>, Departure>, StoreError> {
        let law = &self.office.law;
        let simple =
            record.act != crate::case::CORRECTION && record.version == live.case.procedure.version;
        let mut all = Vec::new();
        if !simple {
            let stored = self.office.store.matter_records(law.district, &record.matter, 0)?;
            all = crate::office::read_all(&stored)?;
            all.retain(|r| r.position <= record.position);
        }
        Ok(live.follow(law, record, &all).map(|()| live))
    }

    /// Compares heads and open duties of every lawful matter with the store's views.
    fn compare_views(&self) -> Result<Vec<RewrittenView>, StoreError> {
        let (store, district) = (&self.office.store, self.office.law.district);
        let mut found = Vec::new();
        let mut matters: Vec<_> =
            self.cases.iter().filter_map(|(m, live)| Some((m, live.as_ref()?))).collect();
        matters.sort_by_key(|(matter, _)| *matter);
        for (matter, live) in matters {
            let mut differs = |part| found.push(RewrittenView { matter: matter.clone(), part });
            let head = store.matter(district, matter)?;
            let fits = |h: &store::MatterHead| {
                h.view == live.case.view() && h.position == live.case.state.position
            };
            if !head.as_ref().is_some_and(fits) {
                differs("head");
            }
            let key = |d: &store::Duty| (d.act.clone(), d.instance.clone());
            let stored = store.owed(district, matter)?.into_iter();
            let stored: BTreeMap<_, _> = stored.map(|d| (key(&d.duty), d.duty)).collect();
            if stored != live.duties {
                differs("duties");
            }
        }
        Ok(found)
    }
}

impl<'a> Live<'a> {
    fn follow(
        &mut self,
        law: &'a crate::law::Law,
        record: &Record,
        all: &[Record],
    ) -> Result<(), Departure> {
        for change in history::follow(law, &mut self.case, record, all)? {
            match change {
                store::DutyChange::Owed(duty) => {
                    self.duties.insert((duty.act.clone(), duty.instance.clone()), duty);
                }
                store::DutyChange::Ended { act, instance } => {
                    self.duties.remove(&(act, instance));
                }
            }
        }
        Ok(())
    }
}
