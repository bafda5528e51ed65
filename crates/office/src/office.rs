//! The office: the law, a store, a clock and a key, joined.
//!
//! Everything the product does goes through here: `perform.rs` does, `read.rs` shows, `verify.rs`
//! distrusts. Holds no state of its own but a cache of live matters, each valid only at the
//! position the store confirms under its lock.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kernel::Instant;
use ledger::{District, Record, Sm2Signer};
use store::{Past, Snapshot, Store, StoreError, StoredRecord, Turn};

use crate::case::{Case, State};
use crate::clock::Clock;
use crate::explain::Explain;
use crate::gate::Gate;
use crate::history;
use crate::law::Law;
use crate::live::Live;
use crate::wording::Wording;

/// A district's office.
pub struct Office {
    /// The law in force here.
    pub law: Law,
    /// Where acts are kept.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The key that signs checkpoints.
    pub signer: Option<Sm2Signer>,
    /// The log's name in checkpoints.
    pub origin: String,
    /// The language of answers.
    pub wording: Wording,
    live: Mutex<Live<State>>,
    /// Where acts of persons pass before the sweeper.
    pub(crate) gate: Gate,
    /// How many records of the matter that brings tables into force were read.
    tables_read: AtomicU32,
    /// No record below this number brought a table into force that is not known.
    tables_before: AtomicU64,
}

impl Office {
    /// Joins the parts.
    pub fn new(
        law: Law,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        signer: Option<Sm2Signer>,
        wording: Wording,
    ) -> Self {
        let origin = origin(law.district);
        let (live, gate) = (Mutex::default(), Gate::default());
        let (tables_read, tables_before) = (AtomicU32::new(0), AtomicU64::new(0));
        Self { law, store, clock, signer, origin, wording, live, gate, tables_read, tables_before }
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Words for a case.
    pub fn explain<'a>(&'a self, case: &Case<'a>) -> Explain<'a> {
        let worked_out = &case.procedure.computations;
        Explain { graph: case.graph(), wording: &self.wording, worked_out }
    }

    pub(crate) fn take_cached(&self, matter: &str) -> Option<State> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner).take(matter)
    }

    pub(crate) fn keep_cached<'a>(&self, cases: impl IntoIterator<Item = (String, Case<'a>)>) {
        let states = cases.into_iter().map(|(matter, case)| (matter, case.state));
        self.live.lock().unwrap_or_else(PoisonError::into_inner).keep(states);
    }

    /// The case as the store has it; `None` where the matter has no record.
    pub fn load(&self, matter: &str) -> Result<Option<Case<'_>>, StoreError> {
        let Some(head) = self.store.matter(self.law.district, matter)? else { return Ok(None) };
        self.learn_tables(&Reader(self))?;
        self.case_at(matter, head.position, &Reader(self)).map(Some)
    }

    /// Takes note of tables of working days that others brought into force. To be asked before
    /// anything of a transaction is decided: what it then reads is there to stay.
    pub(crate) fn learn_tables(&self, past: &dyn Past) -> Result<(), StoreError> {
        let almanac = &self.law.almanac;
        let Some(matter) = almanac.matter() else { return Ok(()) };
        let Some(head) = past.matter(matter)? else { return Ok(()) };
        let seen = self.tables_read.load(Ordering::Acquire);
        if head.position > seen {
            for record in read_all(matter, seen, &past.records_after(matter, seen)?)? {
                almanac.learn(&self.law.library, &record);
            }
            self.tables_read.fetch_max(head.position, Ordering::AcqRel);
        }
        Ok(())
    }

    /// The same at the first decision of a transaction: nothing is read where the log holds nothing
    /// behind what this office wrote last.
    pub(crate) fn learn_tables_at(&self, turn: &Turn) -> Result<(), StoreError> {
        match self.tables_before.load(Ordering::Acquire) == turn.next {
            true => Ok(()),
            false => self.learn_tables(turn.past),
        }
    }

    /// A transaction of this office has learned the tables and brought none into force; the log was
    /// then known up to its last record, the one before this number.
    pub(crate) fn knows_tables_before(&self, number: u64) {
        self.tables_before.fetch_max(number, Ordering::AcqRel);
    }

    /// The case of a turn: as this group left it, or from the cache, where that stands at the
    /// turn's position.
    pub(crate) fn case_of_turn<'a>(
        &'a self,
        turn: &Turn,
        fresh: Option<Case<'a>>,
    ) -> Result<Option<Case<'a>>, StoreError> {
        let Some(head) = turn.matter else { return Ok(None) };
        if let Some(case) = fresh.filter(|case| case.state.position == head.position) {
            return Ok(Some(case));
        }
        let known = self.take_cached(&head.matter);
        if let Some(state) = known.filter(|s| s.position == head.position) {
            return self.resume(&head.view.procedure, state).map(Some);
        }
        self.case_at(&head.matter, head.position, turn.past).map(Some)
    }

    fn resume(&self, family: &str, state: State) -> Result<Case<'_>, StoreError> {
        let procedure = self.law.library.procedure(family, &state.version).ok_or_else(|| {
            let fact = format!("the content has no {family}@{}", state.version);
            StoreError::damaged("the matter was not read", fact)
        })?;
        Ok(Case::resume(&self.law, procedure, state))
    }

    /// Replays a matter up to a position, from its snapshot where that can be read.
    pub(crate) fn case_at(
        &self,
        matter: &str,
        position: u32,
        past: &dyn Past,
    ) -> Result<Case<'_>, StoreError> {
        let head = past.matter(matter)?.ok_or_else(|| {
            StoreError::damaged("the matter was not read", format!("{matter} has no head"))
        })?;
        let case = match self.continued(matter, &head.view.procedure, past)? {
            Some(case) => case,
            None => {
                let records = read_all(matter, 0, &past.records_after(matter, 0)?)?;
                history::replay(&self.law, &records).map_err(|d| departed(matter, &d))?
            }
        };
        if case.state.position != position {
            let fact =
                format!("{matter} has {} records, its head says {position}", case.state.position);
            return Err(StoreError::damaged("the matter was not read", fact));
        }
        Ok(case)
    }

    /// The case from its snapshot and the records since, where that is possible.
    fn continued(
        &self,
        matter: &str,
        family: &str,
        past: &dyn Past,
    ) -> Result<Option<Case<'_>>, StoreError> {
        let Some(snapshot) = past.snapshot(matter)? else { return Ok(None) };
        let Some(state) = self.read_snapshot(family, &snapshot) else { return Ok(None) };
        let records =
            read_all(matter, state.position, &past.records_after(matter, state.position)?)?;
        let mut case = self.resume(family, state)?;
        let done = history::continue_with(&mut case, &records);
        Ok(done.map_err(|d| departed(matter, &d))?.map(|()| case))
    }

    /// A snapshot of another format or compiled procedure is not read but replayed.
    fn read_snapshot(&self, family: &str, snapshot: &Snapshot) -> Option<State> {
        let state = State::from_bytes(&snapshot.bytes)?;
        let procedure = self.law.library.procedure(family, &state.version)?;
        (self.law.prepared(procedure).basis.procedure == snapshot.graph).then_some(state)
    }
}

/// The name of a district's log in checkpoints.
pub fn origin(district: District) -> String {
    format!("fadu/{district}")
}

/// The records of a matter behind a position, which must be there one after the other.
/// What the store holds, outside any transaction.
pub(crate) struct Reader<'a>(pub &'a Office);
impl Past for Reader<'_> {
    fn matter(&self, matter: &str) -> Result<Option<store::MatterHead>, StoreError> {
        self.0.store.matter(self.0.law.district, matter)
    }
    fn snapshot(&self, matter: &str) -> Result<Option<Snapshot>, StoreError> {
        self.0.store.snapshot(self.0.law.district, matter)
    }
    fn records_after(
        &self,
        matter: &str,
        position: u32,
    ) -> Result<Vec<store::StoredRecord>, StoreError> {
        self.0.store.matter_records(self.0.law.district, matter, position)
    }
    fn client_act(&self, name: &str) -> Result<Option<store::StoredRecord>, StoreError> {
        self.0.store.client_act(self.0.law.district, name)
    }
    fn private_values(&self, number: u64) -> Result<Vec<ledger::Disclosure>, StoreError> {
        self.0.store.private_values(self.0.law.district, number)
    }
}

pub(crate) fn read_all(
    matter: &str,
    after: u32,
    records: &[StoredRecord],
) -> Result<Vec<Record>, StoreError> {
    let read = |(stored, position): (&StoredRecord, u32)| {
        let record = stored.read()?;
        if record.matter == matter && record.position == position {
            return Ok(record);
        }
        let (its, place) = (&record.matter, record.position);
        let fact = format!(
            "record {position} of {matter} should come next, and record {place} of {its} is there"
        );
        Err(StoreError::damaged("the matter was not read", fact))
    };
    records.iter().zip(after + 1..).map(read).collect()
}

pub(crate) fn departed(matter: &str, departure: &crate::case::Departure) -> StoreError {
    StoreError::damaged(
        "the matter was not read",
        format!("the records of {matter} do not follow from one another: {departure:?}"),
    )
}
