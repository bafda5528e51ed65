//! How is a district written again, from its own records or from a backup?
//!
//! Views are dropped and told again. A backup is written in one transaction, and only where nothing is: every record is numbered and sealed as it was, the
//! views are told from it, and at the end the tree must have the root the backup names. Records go
//! through in blocks, so that the memory needed does not grow with the log.
//!
//! Takes a [`Transaction`], a [`Source`] and who tells the views; gives the head.
//!
//! Not here: the form of a backup (`backup.rs`), beginning and committing (the backends).
//!
//! Next: `backup.rs`.

use ledger::{Disclosure, District, LogHead, Numbered, Record, Sm3, Spelt, seal};

use crate::act::StoredRecord;
use crate::backup::{Piece, Source};
use crate::error::{ErrorKind, StoreError};
use crate::protocol::{LockedHead, Seen, Transaction, Waiting, apply_again};
use crate::store::{Head, Rebuild};
use crate::tally::Tally;

/// How many records are hashed and sealed together.
const BLOCK: usize = 500;

/// Drops the views and writes them again from the records; see [`crate::Store::rebuild`].
pub fn rebuild<T: Transaction>(tx: &mut T, rebuild: &mut dyn Rebuild) -> Result<u64, StoreError> {
    const PAGE: u32 = 1_000;
    let mut head = tx.lock_head()?;
    tx.clear_views()?;
    head.waiting = Tally::default();
    let (mut matters, mut next) = (0, 1);
    loop {
        let page = tx.records_from(next, PAGE)?;
        for record in &page {
            let (changes, snapshot) = rebuild.views(record, &Seen::of(tx, &Waiting::default()))?;
            apply_again(tx, record, changes, snapshot, &mut matters, &mut head.waiting)?;
        }
        next += page.len() as u64;
        if page.len() < PAGE as usize {
            break;
        }
    }
    if next - 1 != head.frontier.size() || matters != head.matters {
        let fact = format!(
            "the head counts {} records of {} matters and {} of {matters} were found",
            head.frontier.size(),
            head.matters,
            next - 1
        );
        return Err(StoreError::damaged("the views were not written again", fact));
    }
    if next > 1 {
        let log = LogHead { size: head.frontier.size(), root: head.frontier.root() };
        tx.write_head(&head, log)?;
    }
    Ok(next - 1)
}

/// Writes a district from a source. The caller begins the transaction before and ends it after: by
/// commit if this succeeds, by rolling back if it does not.
pub fn restore<T: Transaction>(
    tx: &mut T,
    district: District,
    source: &mut dyn Source,
    rebuild: &mut dyn Rebuild,
) -> Result<Head, StoreError> {
    let head = tx.lock_head()?;
    is_empty(district, &head)?;
    source.rewind()?;
    let mut run = Restoring { tx, district, head, block: Vec::new() };
    while let Some(piece) = source.next()? {
        match piece {
            Piece::Record(bytes) => run.record(bytes, rebuild)?,
            Piece::Value(number, value) => run.value(number, &value)?,
            Piece::Paper(paper) => run.tx.insert_document(&paper)?,
            Piece::Attempt(attempt) => {
                run.head.attempts += 1;
                run.tx.insert_attempt(&attempt)?;
            }
            Piece::Checkpoint(checkpoint) => run.tx.insert_checkpoint(&checkpoint)?,
        }
    }
    run.finish(source.head(), rebuild)
}

fn is_empty(district: District, head: &LockedHead) -> Result<(), StoreError> {
    let (acts, attempts) = (head.frontier.size(), head.attempts);
    if acts == 0 && attempts == 0 {
        return Ok(());
    }
    Err(StoreError::new(
        ErrorKind::NotEmpty,
        "the backup was not restored",
        "a backup is restored only where nothing is kept",
        format!("the store holds {acts} acts and {attempts} attempts of district {district}"),
        "nothing was changed; name a new file or an empty database",
    ))
}

struct Restoring<'t, T> {
    tx: &'t mut T,
    district: District,
    head: LockedHead,
    /// Records that wait to be hashed together.
    block: Vec<Spelt>,
}

impl<T: Transaction> Restoring<'_, T> {
    fn record(&mut self, bytes: Vec<u8>, rebuild: &mut dyn Rebuild) -> Result<(), StoreError> {
        let number = self.head.frontier.size() + self.block.len() as u64 + 1;
        let stored = |error: &dyn std::fmt::Display| {
            differs(format!("what should be record {number} is none: {error}"))
        };
        let record = Record::from_bytes(&bytes).map_err(|error| stored(&error))?;
        if (record.district, record.number) != (self.district, number) {
            let (found, of) = (record.number, record.district);
            let fact = format!("record {found} of district {of} stands where record {number} must");
            return Err(differs(fact));
        }
        self.block.push(Spelt::new(record, number).map_err(|error| stored(&error))?);
        match self.block.len() {
            BLOCK => self.seal(rebuild),
            _ => Ok(()),
        }
    }

    fn value(&mut self, number: u64, value: &Disclosure) -> Result<(), StoreError> {
        self.tx.insert_private(number, value)
    }

    /// Writes the records that wait, with what they change in the views, and grows the tree.
    fn seal(&mut self, rebuild: &mut dyn Rebuild) -> Result<(), StoreError> {
        let numbered = Numbered::all::<Sm3>(std::mem::take(&mut self.block));
        let nothing = Waiting::default();
        for record in &numbered {
            let (number, leaf) = (record.record().number, record.leaf());
            let stored = StoredRecord { number, leaf, bytes: record.bytes().to_vec() };
            let past = Seen::of(&*self.tx, &nothing);
            let (changes, snapshot) = rebuild.views(&stored, &past)?;
            let LockedHead { matters, waiting, .. } = &mut self.head;
            let before = apply_again(self.tx, &stored, changes, snapshot, matters, waiting)?;
            self.tx.insert_record(before, record)?;
        }
        let batch = seal(&mut self.head.frontier, numbered)
            .map_err(|error| StoreError::decision(error.to_string()))?;
        let mut nodes = batch.nodes;
        nodes.retain(|node| node.tile.level > 0);
        self.tx.append_nodes(&nodes)
    }

    fn finish(mut self, told: Head, rebuild: &mut dyn Rebuild) -> Result<Head, StoreError> {
        self.seal(rebuild)?;
        let LockedHead { frontier, matters, attempts, .. } = &self.head;
        let log = LogHead { size: frontier.size(), root: frontier.root() };
        let found = Head { log, matters: *matters, attempts: *attempts };
        if found != told {
            let words = |head: Head| {
                let Head { log, matters, attempts } = head;
                let LogHead { size, root } = log;
                format!("{size} acts of {matters} matters and {attempts} attempts under {root}")
            };
            let fact = format!("it names {} and holds {}", words(told), words(found));
            return Err(differs(fact));
        }
        self.tx.write_head(&self.head, log)?;
        Ok(found)
    }
}

fn differs(fact: String) -> StoreError {
    StoreError::new(
        ErrorKind::Backup,
        "the backup was not restored",
        "what is restored is what was backed up, to the last act and the root over all",
        fact,
        "nothing was written; take another backup",
    )
}
