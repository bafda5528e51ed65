//! Takes over a log from its export: the same records, the same numbers, the same root.
//!
//! Records that are already there are compared and skipped; a record that differs, or does not
//! follow from those before it, ends the restoration before anything of its group is written.
//! Personal values and papers are not in an export; their commitments are.

use ledger::{Actor, Record};
use store::{Decide, Decision, Draft, Outcome, Proposal, StoreError, Turn, ViewChanges};
use thiserror::Error;

use crate::case::Case;
use crate::history;
use crate::live::Live;
use crate::office::Office;
use crate::rebuild::records_before;

/// How many records go into one transaction.
const GROUP: usize = 500;

/// Why a log was not taken over.
#[derive(Debug, Error)]
pub enum RestoreError {
    /// A line is no record.
    #[error(
        "line {line} was not taken over: it is no sealed record ({why}); {done} records stand, correct the file and run it again"
    )]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        why: String,
        /// How many records are in the store.
        done: u64,
    },
    /// The store holds another record under this number.
    #[error(
        "record {number} was not taken over: the store holds another record under this number; restore into an empty store"
    )]
    Differs {
        /// The number.
        number: u64,
    },
    /// A number is missing.
    #[error(
        "record {found} was not taken over: the next number of this log is {next}; the export has a gap or is of another log"
    )]
    Gap {
        /// The number found.
        found: u64,
        /// The number expected.
        next: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a restoration did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Restored {
    /// Records written.
    pub written: u64,
    /// Records that were there already.
    pub known: u64,
}

impl Office {
    /// Takes over exported records, one canonical record a line.
    pub fn restore<'l>(
        &self,
        lines: impl Iterator<Item = &'l [u8]>,
    ) -> Result<Restored, RestoreError> {
        let mut desk = Restoring { office: self, live: Live::default(), group: Vec::new() };
        let mut restored = Restored::default();
        for (line, bytes) in (1..).zip(lines) {
            let size = self.store.head(self.law.district)?.log.size + desk.group.len() as u64;
            let record = Record::from_bytes(bytes).map_err(|e| RestoreError::Line {
                line,
                why: e.to_string(),
                done: size,
            })?;
            if record.number <= size {
                let known = self.store.record(self.law.district, record.number)?;
                if known.is_none_or(|k| k.bytes != bytes) {
                    return Err(RestoreError::Differs { number: record.number });
                }
                restored.known += 1;
                continue;
            }
            if record.number != size + 1 {
                return Err(RestoreError::Gap { found: record.number, next: size + 1 });
            }
            desk.group.push(record);
            if desk.group.len() == GROUP {
                restored.written += desk.flush()?;
            }
        }
        restored.written += desk.flush()?;
        Ok(restored)
    }
}

struct Restoring<'a> {
    office: &'a Office,
    /// Matters in use, as the records so far leave them.
    live: Live<Case<'a>>,
    group: Vec<Record>,
}

impl Restoring<'_> {
    fn flush(&mut self) -> Result<u64, StoreError> {
        let group: Vec<Proposal> = self.group.iter().map(proposal).collect();
        let store = &self.office.store;
        let outcomes = store.commit(self.office.law.district, &group, self)?;
        for outcome in outcomes {
            match outcome {
                Outcome::Accepted(_) => {}
                Outcome::Failed(error) => return Err(error),
                other => {
                    let fact = format!("the store answered {other:?} to a restored record");
                    return Err(StoreError::decision(fact));
                }
            }
        }
        let written = self.group.len() as u64;
        self.group.clear();
        Ok(written)
    }

    /// What a record changes in the views.
    fn follow(&mut self, record: &Record, turn: &Turn<'_>) -> Result<ViewChanges, StoreError> {
        let law = &self.office.law;
        let fault = |d| {
            let fact = format!("record {} does not follow: {d:?}", record.number);
            StoreError::damaged("the record was not taken over", fact)
        };
        let fresh = self.live.take(&record.matter);
        let mut case = match self.office.case_of_turn(turn, fresh)? {
            Some(case) => case,
            None => history::begin(law, std::slice::from_ref(record)).map_err(fault)?,
        };
        let mut all = Vec::new();
        if history::needs_all(&case, record) {
            all = records_before(turn.past, &record.matter, record.position)?;
        }
        all.push(record.clone());
        let duties = history::follow(law, &mut case, record, &all).map_err(fault)?;
        law.almanac.learn(&law.library, record);
        let views = case.views(duties, std::iter::once(record));
        self.live.keep([(record.matter.clone(), case)]);
        Ok(views)
    }
}

fn proposal(record: &Record) -> Proposal {
    let request = (record.actor != Actor::Clock)
        .then(|| store::Request { client_act: record.client_act.clone(), digest: record.request });
    Proposal { matter: record.matter.clone(), request }
}

impl Decide for Restoring<'_> {
    fn decide(&mut self, turn: &Turn<'_>) -> Result<Decision, StoreError> {
        let record = self.group[turn.item].clone();
        let views = self.follow(&record, turn)?;
        Ok(Decision {
            position: record.position - 1,
            accepted: true,
            records: vec![Draft::from(record)],
            views,
            snapshot: None,
            follow: Vec::new(),
        })
    }

    fn starts_again(&mut self) -> bool {
        self.live = Live::default();
        true
    }
}
