//! How does a group of proposals become sealed acts?
//!
//! The life of a commit, written once above what a backend's transaction can do:
//!
//! 1. lock the district's head, and read the frontier of its tree under that lock;
//! 2. for each item: was the client's name for the act used before? Then answer again, or report the
//!    conflict. Otherwise load the matter and decide, twice at most if the decision was made on
//!    another position; check the answer as a whole; number its records and write views. The records
//!    wait, and are shown to the items behind them all the same;
//! 3. hash all records, write their rows, seal their leaves, write the new nodes and the head;
//! 4. the backend commits, and only then the caller hears anything.
//!
//! An item is checked before any of it is written, so an item that fails, fails alone. Whatever
//! else goes wrong is an error, and the backend rolls all of it back.
//!
//! Takes a [`Transaction`]; gives outcomes.
//!
//! Not here: beginning, committing and rolling back, which are the backend's.
//!
//! Next: `memory.rs`, the smallest backend; `restore.rs` for a district written from a backup.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use ledger::{
    Disclosure, District, Frontier, LogHead, Numbered, Sealed, SignedCheckpoint, Sm3, Spelt,
    TileEntry, leaf_hash, seal,
};

use crate::act::{Document, Draft, Outcome, Proposal, StoredRecord};
use crate::decide::{Decide, Decision, Past, Turn};
use crate::duties::{Duties, DutyChange};
use crate::error::StoreError;
use crate::index::Entry;
use crate::tally::Tally;
use crate::view::{Attempt, Attempted, Counter, MatterHead, MatterView, Snapshot, ViewChanges};

/// The head of a district as the holder of its lock sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedHead {
    /// The right edge of the tree.
    pub frontier: Frontier<Sm3>,
    /// How many matters were begun.
    pub matters: u64,
    /// How many attempts were noted.
    pub attempts: u64,
    /// What waits to be added to counters.
    pub waiting: Tally,
}

/// What else of a matter changes with an act, so that a backend can leave alone what stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Anything of its view but the instant of the last act.
    pub view: bool,
    /// The alarm of its duties.
    pub wake: bool,
}

/// What a backend can do between the beginning and the end of a transaction of one district. Each
/// write touches exactly the row it names, or it is an error.
pub trait Transaction {
    /// Told before anything is asked: a backend that is far from its data asks for all of it at once.
    fn ahead(&mut self, group: &[Proposal]) {
        let _ = group;
    }

    /// A matter.
    fn matter(&self, matter: &str) -> Result<Option<MatterHead>, StoreError>;

    /// The latest snapshot of a matter.
    fn snapshot(&self, matter: &str) -> Result<Option<Snapshot>, StoreError>;

    /// So many records of a matter, back from one of them that was inserted, in order.
    fn chain(&self, last: u64, count: u32) -> Result<Vec<StoredRecord>, StoreError>;

    /// The record inserted under a client's name for an act.
    fn client_act(&self, client_act: &str) -> Result<Option<StoredRecord>, StoreError>;

    /// The personal values of a record.
    fn private_values(&self, number: u64) -> Result<Vec<Disclosure>, StoreError>;

    /// Locks the head until the transaction ends.
    fn lock_head(&mut self) -> Result<LockedHead, StoreError>;

    /// Writes the head and its root.
    fn write_head(&mut self, head: &LockedHead, log: LogHead) -> Result<(), StoreError>;

    /// Keeps a record with the number of the one before it in its matter, 0 before the first.
    fn insert_record(&mut self, before: u64, record: &Numbered) -> Result<(), StoreError>;

    /// Keeps a personal value of a record.
    fn insert_private(&mut self, number: u64, value: &Disclosure) -> Result<(), StoreError>;

    /// Keeps nodes above the leaves, in order. Leaves are kept with their records.
    fn append_nodes(&mut self, nodes: &[TileEntry]) -> Result<(), StoreError>;

    /// Writes a matter for the first time.
    fn insert_matter(&mut self, matter: &MatterHead) -> Result<(), StoreError>;

    /// Writes a matter that is there. Its position, last instant and duties are always new.
    fn update_matter(&mut self, now: &MatterHead, changed: Changed) -> Result<(), StoreError>;

    /// Puts a snapshot in the place of the one before.
    fn put_snapshot(&mut self, key: u64, snapshot: &Snapshot) -> Result<(), StoreError>;

    /// Adds to a counter.
    fn add_count(&mut self, count: &Counter) -> Result<(), StoreError>;

    /// Notes an attempt.
    fn insert_attempt(&mut self, attempt: &Attempted) -> Result<(), StoreError>;

    /// Locks the index of words until the transaction ends, against others that read into it; gives
    /// how many records it has read.
    fn lock_index(&mut self) -> Result<u64, StoreError>;

    /// Writes how many records the index has read.
    fn write_index(&mut self, records: u64) -> Result<(), StoreError>;

    /// Up to which of its records a matter was indexed; 0 where it was not.
    fn entry_position(&self, key: u64) -> Result<u32, StoreError>;

    /// Puts what can be found of a matter in the place of what was there.
    fn write_entry(&mut self, entry: &Entry) -> Result<(), StoreError>;

    /// Drops matters with their duties, snapshots, counters and the index of words of the district.
    fn clear_views(&mut self) -> Result<(), StoreError>;

    /// At most `limit` records from a number on.
    fn records_from(&self, from: u64, limit: u32) -> Result<Vec<StoredRecord>, StoreError>;

    /// Keeps a paper.
    fn insert_document(&mut self, document: &Document) -> Result<(), StoreError>;

    /// Keeps a signed checkpoint.
    fn insert_checkpoint(&mut self, checkpoint: &SignedCheckpoint) -> Result<(), StoreError>;

    /// The smallest checkpoint over at least so many records, or the largest of all.
    fn checkpoint_near(&self, size: u64) -> Result<Option<SignedCheckpoint>, StoreError>;
}

/// Decides and writes a group. The caller begins the transaction before and ends it after: by
/// commit if this succeeds, by rolling back if it does not.
pub fn commit<T: Transaction>(
    tx: &mut T,
    district: District,
    group: &[Proposal],
    decide: &mut dyn Decide,
) -> Result<Vec<Outcome>, StoreError> {
    tx.ahead(group);
    let head = tx.lock_head()?;
    let mut run = Run {
        tx,
        district,
        size: head.frontier.size(),
        head,
        waiting: Waiting::default(),
        is_noted: false,
        following: VecDeque::new(),
    };
    let mut settled = Vec::with_capacity(group.len());
    let mut next = group.len();
    for (item, proposal) in group.iter().enumerate() {
        settled.push((true, run.item(item, proposal, decide)?));
        while let Some(proposal) = run.following.pop_front() {
            let its = run.item(next, &proposal, decide)?;
            if !matches!(its, Settled::Written { is_accepted: true, .. }) {
                let fact = format!("what follows in matter {:?} was not accepted", proposal.matter);
                return Err(StoreError::decision(fact));
            }
            settled.push((false, its));
            next += 1;
        }
    }
    let sealed = run.finish()?;
    Ok(outcomes(settled, sealed))
}

/// A group on its way through the transaction.
struct Run<'t, T> {
    tx: &'t mut T,
    district: District,
    /// The size of the log with the records numbered so far.
    size: u64,
    head: LockedHead,
    waiting: Waiting,
    is_noted: bool,
    /// What follows from the items so far and is not decided yet.
    following: VecDeque<Proposal>,
}

/// The records of a group so far, each with the number of the one before it in its matter. They are
/// hashed side by side once all are there, and written then.
#[derive(Default)]
pub(crate) struct Waiting {
    befores: Vec<u64>,
    records: Vec<Spelt>,
    /// The place of each by its client's name.
    names: HashMap<String, usize>,
}

impl Waiting {
    fn push(&mut self, before: u64, record: Spelt) {
        self.names.insert(record.record().client_act.clone(), self.records.len());
        self.befores.push(before);
        self.records.push(record);
    }

    /// The records of a matter behind a position, each with the number of the one before it.
    fn records_after(&self, matter: &str, position: u32) -> impl Iterator<Item = (u64, &Spelt)> {
        let records = self.befores.iter().copied().zip(&self.records);
        records.filter(move |(_, spelt)| {
            spelt.record().matter == matter && spelt.record().position > position
        })
    }
}

/// What a transaction has written, with the records that wait.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'t, T> {
    tx: &'t T,
    waiting: &'t Waiting,
}

impl<'t, T> Seen<'t, T> {
    pub(crate) fn of(tx: &'t T, waiting: &'t Waiting) -> Self {
        Self { tx, waiting }
    }
}

impl<T: Transaction> Past for Seen<'_, T> {
    fn matter(&self, matter: &str) -> Result<Option<MatterHead>, StoreError> {
        self.tx.matter(matter)
    }

    fn snapshot(&self, matter: &str) -> Result<Option<Snapshot>, StoreError> {
        self.tx.snapshot(matter)
    }

    fn records_after(&self, matter: &str, position: u32) -> Result<Vec<StoredRecord>, StoreError> {
        let Some(head) = self.tx.matter(matter)? else { return Ok(Vec::new()) };
        let mut waiting = self.waiting.records_after(matter, position).peekable();
        let (last, written) = match waiting.peek() {
            Some((before, spelt)) => (*before, spelt.record().position - 1),
            None => (head.last, head.position),
        };
        let mut found = self.tx.chain(last, written.saturating_sub(position))?;
        found.extend(waiting.map(|(_, spelt)| stored(spelt)));
        Ok(found)
    }

    fn client_act(&self, client_act: &str) -> Result<Option<StoredRecord>, StoreError> {
        match self.waiting.names.get(client_act) {
            Some(at) => Ok(Some(stored(&self.waiting.records[*at]))),
            None => self.tx.client_act(client_act),
        }
    }

    fn private_values(&self, number: u64) -> Result<Vec<Disclosure>, StoreError> {
        self.tx.private_values(number)
    }
}

fn stored(spelt: &Spelt) -> StoredRecord {
    let bytes = spelt.bytes().to_vec();
    StoredRecord { number: spelt.record().number, leaf: leaf_hash::<Sm3>(&bytes), bytes }
}

/// An item's answer before the group is sealed.
enum Settled {
    Written { is_accepted: bool, records: Range<usize> },
    Other(Outcome),
}

/// An answer that was checked and can be written.
struct Checked {
    matter: Option<Moved>,
    /// The number of the matter's record before these, 0 before the first.
    follows: u64,
    records: Vec<Spelt>,
    private: Vec<(u64, Disclosure)>,
    views: ViewChanges,
    snapshot: Option<Snapshot>,
    following: Vec<Proposal>,
    is_accepted: bool,
}

impl<T: Transaction> Run<'_, T> {
    fn seen(&self) -> Seen<'_, T> {
        Seen { tx: self.tx, waiting: &self.waiting }
    }

    fn item(
        &mut self,
        item: usize,
        proposal: &Proposal,
        decide: &mut dyn Decide,
    ) -> Result<Settled, StoreError> {
        if let Some(outcome) = self.seen_before(proposal, decide)? {
            return Ok(Settled::Other(outcome));
        }
        let before = self.tx.matter(&proposal.matter)?;
        for _ in 0..2 {
            let seen = self.seen();
            let turn = Turn {
                district: self.district,
                item,
                proposal,
                matter: before.as_ref(),
                next: self.size + 1,
                past: &seen,
            };
            let decision = decide.decide(&turn)?;
            if decision.position == turn.position() {
                return self.settle(proposal, before, decision);
            }
        }
        Ok(Settled::Other(Outcome::Stale))
    }

    fn seen_before(
        &mut self,
        proposal: &Proposal,
        decide: &mut dyn Decide,
    ) -> Result<Option<Outcome>, StoreError> {
        let Some(request) = &proposal.request else {
            return Ok(None);
        };
        let Some(sealed) = self.seen().client_act(&request.client_act)? else {
            return Ok(None);
        };
        let private = self.tx.private_values(sealed.number)?;
        let is_same = decide.repeats(proposal, &sealed, &private)?;
        Ok(Some(match is_same {
            true => Outcome::Again(sealed),
            false => Outcome::Conflict(sealed),
        }))
    }

    fn settle(
        &mut self,
        proposal: &Proposal,
        before: Option<MatterHead>,
        decision: Decision,
    ) -> Result<Settled, StoreError> {
        if let Some(fact) = self.fault(proposal, &decision)? {
            return Ok(Settled::Other(Outcome::Failed(StoreError::decision(fact))));
        }
        match self.number(proposal, before, decision) {
            Ok(checked) => self.write(proposal, checked),
            Err(error) => Ok(Settled::Other(Outcome::Failed(error))),
        }
    }

    /// What makes an answer impossible to write, if anything does.
    fn fault(
        &self,
        proposal: &Proposal,
        decision: &Decision,
    ) -> Result<Option<String>, StoreError> {
        let (records, views) = (&decision.records, &decision.views);
        let changes_views = views.matter.is_some()
            || !views.duties.is_empty()
            || !views.counts.is_empty()
            || decision.snapshot.is_some();
        if records.is_empty() && changes_views {
            return Ok(Some("it changes views and has no record".into()));
        }
        if !records.is_empty() && views.matter.is_none() {
            return Ok(Some("it has records and says nothing of the matter".into()));
        }
        let named = proposal.request.as_ref().map(|request| &request.client_act);
        let is_named = |draft: &Draft| named == Some(&draft.record.client_act);
        if named.is_some() && decision.accepted != records.iter().any(is_named) {
            return Ok(Some(
                "an accepted act has a record under its client's name, a rejected one has none"
                    .into(),
            ));
        }
        for (at, Draft { record, .. }) in records.iter().enumerate() {
            if record.district != self.district || record.matter != proposal.matter {
                return Ok(Some(format!(
                    "its record {at} is of matter {:?} in {}",
                    record.matter, record.district
                )));
            }
            let name = &record.client_act;
            let is_doubled = records[..at].iter().any(|draft| draft.record.client_act == *name);
            if is_doubled || named != Some(name) && self.seen().client_act(name)?.is_some() {
                return Ok(Some(format!("the name {name:?} of its record {at} is used already")));
            }
        }
        Ok(None)
    }

    /// Numbers the records of an answer and writes their bytes, still in memory only.
    fn number(
        &self,
        proposal: &Proposal,
        before: Option<MatterHead>,
        decision: Decision,
    ) -> Result<Checked, StoreError> {
        let mut position = before.as_ref().map_or(0, |matter| matter.position);
        let follows = before.as_ref().map_or(0, |matter| matter.last);
        let last = self.size + decision.records.len() as u64;
        let mut records = Vec::with_capacity(decision.records.len());
        let mut private = Vec::new();
        for (draft, number) in decision.records.into_iter().zip(self.size + 1..) {
            position += 1;
            let mut record = draft.record;
            record.position = position;
            let record = Spelt::new(record, number)
                .map_err(|error| StoreError::decision(error.to_string()))?;
            records.push(record);
            private.extend(draft.private.into_iter().map(|value| (number, value)));
        }
        let (mut views, following) = (decision.views, decision.follow);
        let matter = views.matter.take().map(|view| {
            let (name, key) = (&proposal.matter, self.head.matters + 1);
            let duties = (std::mem::take(&mut views.duties), views.by_itself);
            Moved::from(before, view, duties, (position, last), || (name.clone(), key))
        });
        let snapshot = decision.snapshot.map(|snapshot| Snapshot { position, ..snapshot });
        let is_accepted = decision.accepted;
        Ok(Checked { matter, follows, records, private, views, snapshot, following, is_accepted })
    }

    fn write(&mut self, proposal: &Proposal, checked: Checked) -> Result<Settled, StoreError> {
        let first = self.waiting.records.len();
        let Checked {
            matter,
            follows,
            records,
            private,
            mut views,
            snapshot,
            following,
            is_accepted,
        } = checked;
        self.following.extend(following);
        self.note(&proposal.matter, std::mem::take(&mut views.attempts))?;
        if let Some(matter) = matter {
            self.head.matters = self.head.matters.max(matter.now.key);
            let befores = std::iter::once(follows).chain(self.size + 1..);
            self.size += records.len() as u64;
            befores.zip(records).for_each(|(before, record)| self.waiting.push(before, record));
            apply(self.tx, &matter, &views, snapshot, &mut self.head.waiting)?;
        }
        for (number, value) in &private {
            self.tx.insert_private(*number, value)?;
        }
        let records = first..self.waiting.records.len();
        Ok(Settled::Written { is_accepted, records })
    }

    fn note(&mut self, matter: &str, attempts: Vec<Attempt>) -> Result<(), StoreError> {
        for attempt in attempts {
            self.head.attempts += 1;
            self.is_noted = true;
            let matter = matter.to_owned();
            self.tx.insert_attempt(&Attempted { number: self.head.attempts, matter, attempt })?;
        }
        Ok(())
    }

    /// Writes and seals the records and writes the head, if there is anything new.
    fn finish(mut self) -> Result<Vec<Sealed>, StoreError> {
        let Waiting { befores, records, .. } = self.waiting;
        if records.is_empty() && !self.is_noted {
            return Ok(Vec::new());
        }
        let numbered = Numbered::all::<Sm3>(records);
        for (before, record) in befores.into_iter().zip(&numbered) {
            self.tx.insert_record(before, record)?;
        }
        let batch = seal(&mut self.head.frontier, numbered)
            .map_err(|error| StoreError::decision(error.to_string()))?;
        let mut nodes = batch.nodes;
        nodes.retain(|node| node.tile.level > 0);
        self.tx.append_nodes(&nodes)?;
        self.tx.write_head(&self.head, batch.head)?;
        Ok(batch.sealed)
    }
}

/// A matter as records leave it; `changed` is `None` for a new one.
struct Moved {
    now: MatterHead,
    changed: Option<Changed>,
}

impl Moved {
    /// Moves a matter on, or begins it under a name and a key.
    fn from(
        before: Option<MatterHead>,
        view: MatterView,
        (duties, by_itself): (Vec<DutyChange>, Option<i64>),
        (position, last): (u32, u64),
        begin: impl FnOnce() -> (String, u64),
    ) -> Self {
        let Some(mut now) = before else {
            let ((matter, key), mut owed) = (begin(), Duties::default());
            owed.change(duties, by_itself, view.last_at);
            let now = MatterHead { matter, key, position, last, view, duties: owed };
            return Self { now, changed: None };
        };
        let changed = Changed {
            view: !view.is_same_but_for_last_at(&now.view),
            wake: now.duties.change(duties, by_itself, view.last_at),
        };
        (now.position, now.last, now.view) = (position, last, view);
        Self { now, changed: Some(changed) }
    }
}

fn apply<T: Transaction>(
    tx: &mut T,
    matter: &Moved,
    changes: &ViewChanges,
    snapshot: Option<Snapshot>,
    waiting: &mut Tally,
) -> Result<(), StoreError> {
    match matter.changed {
        None => tx.insert_matter(&matter.now)?,
        Some(changed) => tx.update_matter(&matter.now, changed)?,
    }
    if let Some(snapshot) = snapshot {
        tx.put_snapshot(matter.now.key, &snapshot)?;
    }
    for count in &changes.counts {
        if waiting.is_full() {
            let full = std::mem::take(waiting);
            full.counters().try_for_each(|counter| tx.add_count(&counter))?;
        }
        waiting.add(count);
    }
    Ok(())
}

/// Writes what a record that is there, or is about to be, changes in the views; gives the number of
/// the one before it in its matter, 0 before the first.
pub(crate) fn apply_again<T: Transaction>(
    tx: &mut T,
    stored: &StoredRecord,
    mut changes: ViewChanges,
    snapshot: Option<Snapshot>,
    matters: &mut u64,
    waiting: &mut Tally,
) -> Result<u64, StoreError> {
    let record = stored.read()?;
    let before = tx.matter(&record.matter)?;
    let follows = before.as_ref().map_or(0, |matter| matter.last);
    let Some(view) = changes.matter.take() else {
        let fact = format!("nothing was said of the matter behind record {}", stored.number);
        return Err(StoreError::decision(fact));
    };
    let duties = (std::mem::take(&mut changes.duties), changes.by_itself);
    let place = (record.position, stored.number);
    let begin = || (record.matter, *matters + 1);
    let matter = Moved::from(before, view, duties, place, begin);
    *matters = (*matters).max(matter.now.key);
    let snapshot = snapshot.map(|snapshot| Snapshot { position: place.0, ..snapshot });
    apply(tx, &matter, &changes, snapshot, waiting)?;
    Ok(follows)
}

/// The answers to the items of the group, in order; those that followed have none to give.
fn outcomes(settled: Vec<(bool, Settled)>, sealed: Vec<Sealed>) -> Vec<Outcome> {
    let mut sealed = sealed.into_iter();
    let outcome = |(is_asked, settled): (bool, Settled)| match settled {
        Settled::Other(outcome) => is_asked.then_some(outcome),
        Settled::Written { is_accepted, records } => {
            let records = sealed.by_ref().take(records.len()).collect();
            let outcome = match is_accepted {
                true => Outcome::Accepted(records),
                false => Outcome::Rejected(records),
            };
            is_asked.then_some(outcome)
        }
    };
    settled.into_iter().filter_map(outcome).collect()
}
