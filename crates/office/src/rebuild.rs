//! Writes the views again from the records, and a whole district from a backup.
//!
//! The same replay as verification; what it gives must equal what was written live. Matters in use
//! stay in memory and the others are read again from their records, so that a long log needs no more
//! memory than a short one.
//!
//! Next: `restore.rs` for a log taken over from its export.

use ledger::Record;
use store::{Head, Past, Rebuild, Snapshot, Source, StoreError, StoredRecord, ViewChanges};

use crate::case::Case;
use crate::history;
use crate::live::Live;
use crate::office::Office;

impl Office {
    /// Drops the views and writes them again; gives the number of records read.
    pub fn rebuild(&self) -> Result<u64, StoreError> {
        self.store.rebuild(self.law.district, &mut Views::of(self))
    }

    /// Writes the district from a backup, all of it or nothing; gives how far it has come.
    pub fn restore_backup(&self, source: &mut dyn Source) -> Result<Head, StoreError> {
        self.store.restore(self.law.district, source, &mut Views::of(self))
    }
}

/// Tells what each record changed in the views.
struct Views<'a> {
    office: &'a Office,
    live: Live<Case<'a>>,
}

impl<'a> Views<'a> {
    fn of(office: &'a Office) -> Self {
        Self { office, live: Live::default() }
    }

    /// The case as it was before a record.
    fn before(&mut self, record: &Record, past: &dyn Past) -> Result<Case<'a>, StoreError> {
        if let Some(case) = self.live.take(&record.matter) {
            return Ok(case);
        }
        let law = &self.office.law;
        let case = match record.position {
            0 | 1 => history::begin(law, std::slice::from_ref(record)),
            position => history::replay(law, &records_before(past, &record.matter, position)?),
        };
        case.map_err(|departure| departed(record.number, &departure))
    }
}

impl Rebuild for Views<'_> {
    fn views(
        &mut self,
        stored: &StoredRecord,
        past: &dyn Past,
    ) -> Result<(ViewChanges, Option<Snapshot>), StoreError> {
        let record = stored.read()?;
        let mut case = self.before(&record, past)?;
        let mut all = Vec::new();
        if history::needs_all(&case, &record) {
            all = records_before(past, &record.matter, record.position)?;
        }
        all.push(record);
        let record = all.last().expect("one was pushed");
        let duties = history::follow(&self.office.law, &mut case, record, &all)
            .map_err(|departure| departed(stored.number, &departure))?;
        self.office.law.almanac.learn(&self.office.law.library, record);
        let views = case.views(duties, std::iter::once(record));
        self.live.keep([(record.matter.clone(), case)]);
        Ok((views, None))
    }

    fn starts_again(&mut self) -> bool {
        self.live = Live::default();
        true
    }
}

/// The records of a matter before a position.
pub(crate) fn records_before(
    past: &dyn Past,
    matter: &str,
    position: u32,
) -> Result<Vec<Record>, StoreError> {
    let mut all = past.records_after(matter, 0)?;
    all.truncate(position.saturating_sub(1) as usize);
    crate::office::read_all(matter, 0, &all)
}

fn departed(number: u64, departure: &crate::case::Departure) -> StoreError {
    let fact = format!("record {number} does not follow: {departure:?}");
    StoreError::damaged("the views were not written again", fact)
}
