//! How does the index of words follow the log?
//!
//! Behind it, and not with it: no act pays for being found. The index knows how many records of the
//! log it has read. [`catch_up`] reads on from there in a transaction of its own, and writes what can be
//! found of each matter that has something new to be found, once: an entry says up to which record of
//! its matter it was written, and is left alone where it covers a record already. So an entry may be
//! ahead of the index, and never behind it.
//!
//! A matter's entry is one row of words: its name, procedure and parties, its title, and what its
//! records say ([`Tell`]). Text itself is not kept a second time. Words of the title and numbers of
//! documents occur in a second form, with a sign in front that no word can have.
//!
//! Takes records and who tells what of them is text; gives entries.
//!
//! Not here: what is found (`search.rs`), and which fields are text (the office).
//!
//! Next: `words.rs`; docs/adr/0039-the-index-follows-the-log.md.

use ledger::Record;

use crate::error::StoreError;
use crate::protocol::Transaction;
use crate::view::MatterHead;
use crate::words::{self, Cut, numbers, words};

/// Stands between texts, so that no row of words reaches over the end of one.
pub const BREAK: &str = "¶";
/// Stands before a word of a title.
pub const TITLE: &str = "§";
/// Stands before a word of a document's number.
pub const NUMBER: &str = "№";
/// Stands before the name of a procedure.
pub const PROCEDURE: &str = "¤";

/// How many words of one matter can be found: an engine counts no further.
const WORDS_MAX: usize = 16_000;

/// Tells what of a record can be found.
pub trait Tell {
    /// The texts of a record that can be found; `None` when it has none and changes none. Personal
    /// values are in no record, and never among them.
    fn texts(&mut self, record: &Record) -> Option<Vec<String>>;
}

/// How far the index has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indexed {
    /// So many records of the log.
    pub records: u64,
    /// Whether the log had no more of them.
    pub is_complete: bool,
}

/// What can be found of one matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The matter's key.
    pub key: u64,
    /// Up to which of its records.
    pub position: u32,
    /// Its name, as names are compared.
    pub name: String,
    /// The words, in the order of the texts.
    pub words: Vec<String>,
}

/// Reads at most `limit` more records into the index. The caller begins the transaction and ends it.
pub fn catch_up<T: Transaction>(
    tx: &mut T,
    tell: &mut dyn Tell,
    limit: u32,
) -> Result<Indexed, StoreError> {
    let before = tx.lock_index()?;
    let page = tx.records_from(before + 1, limit)?;
    for stored in &page {
        let record = stored.read()?;
        if record.position == 1 || tell.texts(&record).is_some() {
            write_entry(tx, tell, &record)?;
        }
    }
    let records = before + page.len() as u64;
    if records > before {
        tx.write_index(records)?;
    }
    Ok(Indexed { records, is_complete: page.len() < limit as usize })
}

fn write_entry<T: Transaction>(
    tx: &mut T,
    tell: &mut dyn Tell,
    record: &Record,
) -> Result<(), StoreError> {
    let Some(head) = tx.matter(&record.matter)? else {
        let fact = format!("matter {:?} has a record and no head", record.matter);
        return Err(not_written(fact));
    };
    if tx.entry_position(head.key)? >= record.position {
        return Ok(());
    }
    let (mut position, mut texts) = (0, Vec::new());
    for stored in tx.chain(head.last, head.position)? {
        let record = stored.read()?;
        if record.matter != head.matter {
            let fact = format!("record {} is among those of {:?}", stored.number, head.matter);
            return Err(not_written(fact));
        }
        position = record.position;
        texts.extend(tell.texts(&record).into_iter().flatten());
    }
    tx.write_entry(&Entry::of(&head, position, &texts))
}

fn not_written(fact: String) -> StoreError {
    StoreError::damaged("the index was not written", fact)
}

impl Entry {
    fn of(head: &MatterHead, position: u32, texts: &[String]) -> Self {
        let view = &head.view;
        let mut entry = Self {
            key: head.key,
            position,
            name: words::name(&head.matter),
            words: vec![procedure(&view.procedure)],
        };
        let said = [&head.matter, &view.procedure, &view.parties, &view.title];
        said.into_iter().chain(texts).for_each(|text| entry.take_in(text));
        entry.break_off();
        let title = words(&view.title, Cut::Within);
        entry.words.extend(title.into_iter().map(|w| format!("{TITLE}{}", w.word)));
        entry.words.truncate(WORDS_MAX);
        entry
    }

    fn take_in(&mut self, text: &str) {
        self.break_off();
        self.words.extend(words(text, Cut::Within).into_iter().map(|w| w.word));
        for number in numbers(text) {
            self.break_off();
            self.words.extend(number.words.iter().map(|word| format!("{NUMBER}{word}")));
        }
    }

    fn break_off(&mut self) {
        if self.words.last().is_some_and(|last| last != BREAK) {
            self.words.push(BREAK.to_owned());
        }
    }
}

/// The one word that stands for a procedure.
pub(crate) fn procedure(family: &str) -> String {
    format!("{PROCEDURE}{}", words::name(family).replace(|c: char| !c.is_alphanumeric(), "·"))
}
