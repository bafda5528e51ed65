//! Writes the views again from the records.
//!
//! The same replay as verification; what it gives must equal what was written live.

use std::collections::HashMap;

use ledger::Record;
use store::{Rebuild, Snapshot, StoreError, StoredRecord, ViewChanges};

use crate::case::Case;
use crate::history;
use crate::office::Office;

impl Office {
    /// Drops the views and writes them again; gives the number of records read.
    pub fn rebuild(&self) -> Result<u64, StoreError> {
        let mut views = Views { office: self, matters: HashMap::new() };
        self.store.rebuild(self.law.district, &mut views)
    }
}

struct Views<'a> {
    office: &'a Office,
    matters: HashMap<String, (Case<'a>, Vec<Record>)>,
}

impl Rebuild for Views<'_> {
    fn views(
        &mut self,
        stored: &StoredRecord,
    ) -> Result<(ViewChanges, Option<Snapshot>), StoreError> {
        let law = &self.office.law;
        let record = stored.read()?;
        let fault = |d| {
            let fact = format!("record {} does not follow: {d:?}", stored.number);
            StoreError::damaged("the views were not written again", fact)
        };
        let (mut case, mut all) = match self.matters.remove(&record.matter) {
            Some(known) => known,
            None => {
                let begun = history::begin(law, std::slice::from_ref(&record)).map_err(fault)?;
                (begun, Vec::new())
            }
        };
        all.push(record.clone());
        let duties = history::follow(law, &mut case, &record, &all).map_err(fault)?;
        let views = case.views(duties, std::iter::once(&record));
        self.matters.insert(record.matter, (case, all));
        Ok((views, None))
    }
}
