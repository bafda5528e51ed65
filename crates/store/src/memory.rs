//! How is everything kept when nothing need outlive the process?
//!
//! [`MemoryStore`] keeps each district behind one lock. It is the measure of the other backends, the
//! store of tests and of trials, and no toy: the same protocol, the same suite.
//!
//! A transaction writes in place and remembers what to take back: a matter as it was before its
//! first change, the length of what only grows, and counters that are added at the very end.
//!
//! Not here: durability.
//!
//! Next: `protocol.rs` for what calls this; `store_sqlite` for a store that stays.

// Long because it has every method of two traits, each once and short.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use ledger::{
    Disclosure, District, Frontier, Hash, LogHead, MemoryTiles, Numbered, SignedCheckpoint,
    TILE_WIDTH, TileEntry, TileId, Tiles,
};

use crate::act::{Document, Outcome, Proposal, StoredRecord};
use crate::backup::Source;
use crate::decide::Decide;
use crate::duties::{self, NEVER, OfMatter, OpenDuty};
use crate::error::StoreError;
use crate::index::{self, Entry, Indexed, Tell};
use crate::protocol::{self, Changed, LockedHead, Transaction};
use crate::search::Wanted;
use crate::store::{Examined, Head, Rebuild, Store};
use crate::tally::{Tally, summed};
use crate::view::{Attempted, Counter, MatterFilter, MatterHead, Snapshot};

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(RwLock<BTreeMap<District, Arc<Mutex<Log>>>>);

/// Everything of one district.
#[derive(Debug, Default)]
struct Log {
    head: Option<LockedHead>,
    records: Vec<StoredRecord>,
    /// For each record the number of the one before it in its matter, 0 before the first.
    befores: Vec<u64>,
    clients: BTreeMap<String, u64>,
    /// Matters by name, and names by key.
    matters: BTreeMap<String, Matter>,
    names: BTreeMap<u64, String>,
    counters: BTreeMap<(String, String), i64>,
    attempts: Vec<Attempted>,
    nodes: MemoryTiles,
    private: BTreeMap<u64, Vec<Disclosure>>,
    documents: BTreeMap<Hash, Document>,
    checkpoints: BTreeMap<u64, SignedCheckpoint>,
    /// What can be found, by key, and how many records were read for it.
    entries: BTreeMap<u64, Entry>,
    indexed: u64,
}

#[derive(Clone, Debug)]
struct Matter {
    head: MatterHead,
    snapshot: Option<Snapshot>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn log(&self, district: District) -> Arc<Mutex<Log>> {
        let logs = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = logs.get(&district) {
            return log.clone();
        }
        drop(logs);
        let mut logs = self.0.write().unwrap_or_else(PoisonError::into_inner);
        logs.entry(district).or_default().clone()
    }

    /// Reads or writes a district under its lock. A transaction that panicked was taken back when
    /// it was dropped, so a poisoned lock guards nothing that is wrong.
    fn with<R>(&self, district: District, work: impl FnOnce(&mut Log) -> R) -> R {
        let log = self.log(district);
        let mut log: MutexGuard<'_, Log> = log.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut log)
    }
}

impl Log {
    fn size(&self) -> u64 {
        self.records.len() as u64
    }

    fn record(&self, number: u64) -> Option<&StoredRecord> {
        self.records.get(usize::try_from(number.checked_sub(1)?).ok()?)
    }

    fn head_of(&self, key: u64) -> Option<&MatterHead> {
        Some(&self.matters.get(self.names.get(&key)?)?.head)
    }

    fn records_from(&self, from: u64, limit: u32) -> Vec<StoredRecord> {
        let from = from.saturating_sub(1) as usize;
        self.records.iter().skip(from).take(limit as usize).cloned().collect()
    }

    fn chain(&self, last: u64, count: u32) -> Vec<StoredRecord> {
        let before = |number: &u64| self.befores.get(number.checked_sub(1)? as usize).copied();
        let numbers = std::iter::successors(Some(last), before).take(count as usize);
        let mut found: Vec<_> = numbers.filter_map(|number| self.record(number)).collect();
        found.reverse();
        found.into_iter().cloned().collect()
    }
}

impl Matter {
    fn duties(&self) -> OfMatter {
        (self.head.matter.clone(), self.head.key, self.head.duties.clone())
    }
}

/// A transaction on one district; dropped without [`Tx::keep`], it takes everything back.
struct Tx<'l> {
    log: &'l mut Log,
    /// Sizes before: records, attempts.
    sizes: (usize, usize),
    /// Matters before their first change here; `None` for new ones.
    before: BTreeMap<String, Option<Matter>>,
    head: Option<LockedHead>,
    counts: Vec<Counter>,
    nodes: Vec<TileEntry>,
    documents: Vec<Document>,
    checkpoints: Vec<SignedCheckpoint>,
    entries: BTreeMap<u64, Entry>,
    indexed: Option<u64>,
    /// Counters and entries to forget when views are written again.
    clears: bool,
}

impl<'l> Tx<'l> {
    fn begin(log: &'l mut Log) -> Self {
        Self {
            sizes: (log.records.len(), log.attempts.len()),
            log,
            before: BTreeMap::new(),
            head: None,
            counts: Vec::new(),
            nodes: Vec::new(),
            documents: Vec::new(),
            checkpoints: Vec::new(),
            entries: BTreeMap::new(),
            indexed: None,
            clears: false,
        }
    }

    fn keep(mut self) {
        if self.clears {
            self.log.counters.clear();
            self.log.entries.clear();
            self.log.indexed = 0;
        }
        self.log.entries.append(&mut self.entries);
        self.log.indexed = self.indexed.unwrap_or(self.log.indexed);
        for Counter { figure, window, value } in std::mem::take(&mut self.counts) {
            *self.log.counters.entry((figure, window)).or_default() += value;
        }
        self.log.nodes.keep(&self.nodes);
        let papers = self.documents.drain(..).map(|paper| (paper.hash(), paper));
        self.log.documents.extend(papers);
        let size = |checkpoint: &SignedCheckpoint| checkpoint.unchecked().head().size;
        self.log.checkpoints.extend(self.checkpoints.drain(..).map(|one| (size(&one), one)));
        if let Some(head) = self.head.take() {
            self.log.head = Some(head);
        }
        self.before.clear();
        self.sizes = (self.log.records.len(), self.log.attempts.len());
    }

    /// The matter with a key, remembered as it was.
    fn touch(&mut self, key: u64) -> Result<&mut Matter, StoreError> {
        let name = self.log.names.get(&key).cloned();
        let found = name.and_then(|name| {
            let matter = self.log.matters.get_mut(&name)?;
            self.before.entry(name).or_insert_with(|| Some(matter.clone()));
            Some(matter)
        });
        found.ok_or_else(|| {
            StoreError::damaged(
                "the group was not committed",
                format!("no matter has the key {key}"),
            )
        })
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        let (records, attempts) = self.sizes;
        let size = records as u64;
        if self.log.size() > size {
            self.log.records.truncate(records);
            self.log.befores.truncate(records);
            self.log.clients.retain(|_, number| *number <= size);
        }
        // A personal value may be there before its record.
        if self.log.private.last_key_value().is_some_and(|(number, _)| *number > size) {
            self.log.private.split_off(&(size + 1));
        }
        self.log.attempts.truncate(attempts);
        for (name, before) in std::mem::take(&mut self.before) {
            if let Some(matter) = self.log.matters.remove(&name) {
                self.log.names.remove(&matter.head.key);
            }
            if let Some(before) = before {
                self.log.names.insert(before.head.key, name.clone());
                self.log.matters.insert(name, before);
            }
        }
    }
}

impl Transaction for Tx<'_> {
    fn matter(&self, matter: &str) -> Result<Option<MatterHead>, StoreError> {
        Ok(self.log.matters.get(matter).map(|matter| matter.head.clone()))
    }

    fn snapshot(&self, matter: &str) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.log.matters.get(matter).and_then(|matter| matter.snapshot.clone()))
    }

    fn chain(&self, last: u64, count: u32) -> Result<Vec<StoredRecord>, StoreError> {
        Ok(self.log.chain(last, count))
    }

    fn client_act(&self, client_act: &str) -> Result<Option<StoredRecord>, StoreError> {
        let number = self.log.clients.get(client_act);
        Ok(number.and_then(|&number| self.log.record(number)).cloned())
    }

    fn private_values(&self, number: u64) -> Result<Vec<Disclosure>, StoreError> {
        Ok(self.log.private.get(&number).cloned().unwrap_or_default())
    }

    fn lock_head(&mut self) -> Result<LockedHead, StoreError> {
        Ok(self.log.head.clone().unwrap_or_else(|| LockedHead {
            frontier: Frontier::new(),
            matters: 0,
            attempts: 0,
            waiting: Tally::default(),
        }))
    }

    fn write_head(&mut self, head: &LockedHead, _: LogHead) -> Result<(), StoreError> {
        self.head = Some(head.clone());
        Ok(())
    }

    fn insert_record(&mut self, before: u64, numbered: &Numbered) -> Result<(), StoreError> {
        let record = numbered.record();
        self.log.clients.insert(record.client_act.clone(), record.number);
        self.log.records.push(StoredRecord {
            number: record.number,
            leaf: numbered.leaf(),
            bytes: numbered.bytes().to_vec(),
        });
        self.log.befores.push(before);
        Ok(())
    }

    fn insert_private(&mut self, number: u64, value: &Disclosure) -> Result<(), StoreError> {
        let values = self.log.private.entry(number).or_default();
        let at = values.partition_point(|held| held.name < value.name);
        values.insert(at, value.clone());
        Ok(())
    }

    fn append_nodes(&mut self, nodes: &[TileEntry]) -> Result<(), StoreError> {
        self.nodes.extend_from_slice(nodes);
        Ok(())
    }

    fn insert_matter(&mut self, head: &MatterHead) -> Result<(), StoreError> {
        let name = head.matter.clone();
        let matter = Matter { head: head.clone(), snapshot: None };
        self.log.names.insert(head.key, name.clone());
        self.before.entry(name.clone()).or_insert(None);
        self.log.matters.insert(name, matter);
        Ok(())
    }

    fn update_matter(&mut self, now: &MatterHead, _: Changed) -> Result<(), StoreError> {
        self.touch(now.key)?.head = now.clone();
        Ok(())
    }

    fn put_snapshot(&mut self, key: u64, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.touch(key)?.snapshot = Some(snapshot.clone());
        Ok(())
    }

    fn add_count(&mut self, count: &Counter) -> Result<(), StoreError> {
        self.counts.push(count.clone());
        Ok(())
    }

    fn insert_attempt(&mut self, attempt: &Attempted) -> Result<(), StoreError> {
        self.log.attempts.push(attempt.clone());
        Ok(())
    }

    fn lock_index(&mut self) -> Result<u64, StoreError> {
        Ok(self.log.indexed)
    }

    fn write_index(&mut self, records: u64) -> Result<(), StoreError> {
        self.indexed = Some(records);
        Ok(())
    }

    fn entry_position(&self, key: u64) -> Result<u32, StoreError> {
        let entry = self.entries.get(&key).or_else(|| self.log.entries.get(&key));
        Ok(entry.map_or(0, |entry| entry.position))
    }

    fn write_entry(&mut self, entry: &Entry) -> Result<(), StoreError> {
        self.entries.insert(entry.key, entry.clone());
        Ok(())
    }

    fn clear_views(&mut self) -> Result<(), StoreError> {
        self.clears = true;
        self.log.names.clear();
        for (name, matter) in std::mem::take(&mut self.log.matters) {
            self.before.entry(name).or_insert(Some(matter));
        }
        Ok(())
    }

    fn records_from(&self, from: u64, limit: u32) -> Result<Vec<StoredRecord>, StoreError> {
        Ok(self.log.records_from(from, limit))
    }

    fn insert_document(&mut self, document: &Document) -> Result<(), StoreError> {
        self.documents.push(document.clone());
        Ok(())
    }

    fn insert_checkpoint(&mut self, checkpoint: &SignedCheckpoint) -> Result<(), StoreError> {
        self.checkpoints.push(checkpoint.clone());
        Ok(())
    }

    fn checkpoint_near(&self, size: u64) -> Result<Option<SignedCheckpoint>, StoreError> {
        let all = &self.log.checkpoints;
        Ok(all.range(size..).next().or(all.last_key_value()).map(|(_, near)| near.clone()))
    }
}

impl Store for MemoryStore {
    fn commit(
        &self,
        district: District,
        group: &[Proposal],
        decide: &mut dyn Decide,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.with(district, |log| {
            let mut tx = Tx::begin(log);
            let outcomes = protocol::commit(&mut tx, district, group, decide)?;
            tx.keep();
            Ok(outcomes)
        })
    }

    fn rebuild(&self, district: District, rebuild: &mut dyn Rebuild) -> Result<u64, StoreError> {
        self.with(district, |log| {
            let mut tx = Tx::begin(log);
            let records = crate::rebuild(&mut tx, rebuild)?;
            tx.keep();
            Ok(records)
        })
    }

    fn restore(
        &self,
        district: District,
        source: &mut dyn Source,
        rebuild: &mut dyn Rebuild,
    ) -> Result<Head, StoreError> {
        self.with(district, |log| {
            let mut tx = Tx::begin(log);
            let head = crate::restore::restore(&mut tx, district, source, rebuild)?;
            tx.keep();
            Ok(head)
        })
    }

    fn districts(&self) -> Result<Vec<District>, StoreError> {
        let logs = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let held = |log: &Mutex<Log>| {
            let log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.head.is_some()
        };
        Ok(logs.iter().filter(|(_, log)| held(log)).map(|(district, _)| *district).collect())
    }

    fn examine(&self) -> Result<Examined, StoreError> {
        let schema = crate::sql::MIGRATIONS.last().map_or(0, |last| last.version);
        Ok(Examined { engine: "memory".to_owned(), schema, bytes: 0, folder: None })
    }

    fn head(&self, district: District) -> Result<Head, StoreError> {
        let head = self.with(district, |log| log.head.clone());
        let (frontier, matters, attempts) = match head {
            Some(head) => (head.frontier, head.matters, head.attempts),
            None => (Frontier::new(), 0, 0),
        };
        let log = LogHead { size: frontier.size(), root: frontier.root() };
        Ok(Head { log, matters, attempts })
    }

    fn record(&self, district: District, number: u64) -> Result<Option<StoredRecord>, StoreError> {
        Ok(self.with(district, |log| log.record(number).cloned()))
    }

    fn records(
        &self,
        district: District,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        Ok(self.with(district, |log| log.records_from(from, limit)))
    }

    fn client_act(
        &self,
        district: District,
        client_act: &str,
    ) -> Result<Option<StoredRecord>, StoreError> {
        self.with(district, |log| Tx::begin(log).client_act(client_act))
    }

    fn matter(&self, district: District, matter: &str) -> Result<Option<MatterHead>, StoreError> {
        self.with(district, |log| Tx::begin(log).matter(matter))
    }

    fn snapshot(&self, district: District, matter: &str) -> Result<Option<Snapshot>, StoreError> {
        self.with(district, |log| Tx::begin(log).snapshot(matter))
    }

    fn matter_records(
        &self,
        district: District,
        matter: &str,
        after: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        Ok(self.with(district, |log| {
            let head = log.matters.get(matter).map(|matter| &matter.head);
            let later = |head: &MatterHead| head.position.saturating_sub(after);
            head.map_or(Vec::new(), |head| log.chain(head.last, later(head)))
        }))
    }

    fn matters(
        &self,
        district: District,
        filter: &MatterFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<MatterHead>, StoreError> {
        Ok(self.with(district, |log| {
            let names = log.names.range(..before.unwrap_or(u64::MAX)).rev();
            let heads =
                names.filter_map(|(_, name)| log.matters.get(name)).map(|matter| &matter.head);
            heads.filter(|head| filter.admits(head)).take(limit as usize).cloned().collect()
        }))
    }

    fn index(
        &self,
        district: District,
        tell: &mut dyn Tell,
        limit: u32,
    ) -> Result<Indexed, StoreError> {
        self.with(district, |log| {
            let mut tx = Tx::begin(log);
            let indexed = index::catch_up(&mut tx, tell, limit)?;
            tx.keep();
            Ok(indexed)
        })
    }

    fn indexed(&self, district: District) -> Result<u64, StoreError> {
        Ok(self.with(district, |log| log.indexed))
    }

    fn named(
        &self,
        district: District,
        beginning: &str,
        after: (&str, u64),
        filter: &MatterFilter,
        limit: u32,
    ) -> Result<Vec<MatterHead>, StoreError> {
        Ok(self.with(district, |log| {
            let mut entries: Vec<&Entry> = log.entries.values().collect();
            entries.retain(|e| e.name.starts_with(beginning) && (&*e.name, e.key) > after);
            entries.sort_by_key(|entry| (&entry.name, entry.key));
            let heads = entries.into_iter().filter_map(|entry| log.head_of(entry.key));
            heads.filter(|head| filter.admits(head)).take(limit as usize).cloned().collect()
        }))
    }

    fn matching(
        &self,
        district: District,
        wanted: &Wanted,
        before: Option<u64>,
        filter: &MatterFilter,
        limit: u32,
    ) -> Result<Vec<MatterHead>, StoreError> {
        Ok(self.with(district, |log| {
            let entries = log.entries.range(..before.unwrap_or(u64::MAX)).rev();
            let wanted = entries.filter(|(_, entry)| wanted.admits(entry));
            let heads = wanted.filter_map(|(key, _)| log.head_of(*key));
            heads.filter(|head| filter.admits(head)).take(limit as usize).cloned().collect()
        }))
    }

    fn alarms(
        &self,
        district: District,
        until: i64,
        behind: (i64, u64),
        limit: u32,
    ) -> Result<Vec<OfMatter>, StoreError> {
        Ok(self.with(district, |log| {
            let place = |matter: &&Matter| (matter.head.duties.wake(), matter.head.key);
            let mut matters: Vec<_> = log.matters.values().collect();
            matters.retain(|m| m.head.duties.wake() <= until.min(NEVER - 1) && place(m) > behind);
            matters.sort_by_key(place);
            matters.iter().take(limit as usize).map(|m| m.duties()).collect()
        }))
    }

    fn owed(&self, district: District, matter: &str) -> Result<Vec<OpenDuty>, StoreError> {
        Ok(self.with(district, |log| {
            log.matters.get(matter).map_or(Vec::new(), |matter| duties::owed(matter.duties()))
        }))
    }

    fn counters(&self, district: District) -> Result<Vec<Counter>, StoreError> {
        let counter = |((figure, window), value): (&(String, String), &i64)| Counter {
            figure: figure.clone(),
            window: window.clone(),
            value: *value,
        };
        Ok(self.with(district, |log| {
            let waiting = log.head.iter().flat_map(|head| head.waiting.counters());
            summed(log.counters.iter().map(counter).chain(waiting))
        }))
    }

    fn attempts(
        &self,
        district: District,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Attempted>, StoreError> {
        Ok(self.with(district, |log| {
            let later = log.attempts.iter().skip(after as usize);
            later.take(limit as usize).cloned().collect()
        }))
    }

    fn tile(&self, district: District, id: TileId) -> Result<Vec<Hash>, StoreError> {
        let width = TILE_WIDTH as u32;
        Ok(self.with(district, |log| match id.level {
            0 => {
                let records = log.records_from(id.index * u64::from(width) + 1, width);
                records.iter().map(|record| record.leaf).collect()
            }
            _ => log.nodes.tile(id).unwrap_or_else(|never| match never {}),
        }))
    }

    fn put_checkpoint(
        &self,
        district: District,
        checkpoint: &SignedCheckpoint,
    ) -> Result<(), StoreError> {
        self.with(district, |log| {
            let mut tx = Tx::begin(log);
            crate::keep_checkpoint(&mut tx, checkpoint)?;
            tx.keep();
            Ok(())
        })
    }

    fn checkpoints(&self, district: District) -> Result<Vec<SignedCheckpoint>, StoreError> {
        Ok(self.with(district, |log| log.checkpoints.values().cloned().collect()))
    }

    fn checkpoint_from(
        &self,
        district: District,
        size: u64,
    ) -> Result<Option<SignedCheckpoint>, StoreError> {
        Ok(self.with(district, |log| {
            log.checkpoints.range(size..).next().map(|(_, checkpoint)| checkpoint.clone())
        }))
    }

    fn latest_checkpoint(
        &self,
        district: District,
    ) -> Result<Option<SignedCheckpoint>, StoreError> {
        Ok(self.with(district, |log| {
            log.checkpoints.last_key_value().map(|(_, checkpoint)| checkpoint.clone())
        }))
    }

    fn put_document(&self, district: District, document: &Document) -> Result<Hash, StoreError> {
        let hash = document.hash();
        self.with(district, |log| log.documents.insert(hash, document.clone()));
        Ok(hash)
    }

    fn document(&self, district: District, hash: &Hash) -> Result<Option<Document>, StoreError> {
        Ok(self.with(district, |log| log.documents.get(hash).cloned()))
    }

    fn destroy_document(&self, district: District, hash: &Hash) -> Result<bool, StoreError> {
        Ok(self.with(district, |log| log.documents.remove(hash).is_some()))
    }

    fn private_values(
        &self,
        district: District,
        number: u64,
    ) -> Result<Vec<Disclosure>, StoreError> {
        self.with(district, |log| Tx::begin(log).private_values(number))
    }

    fn destroy_private_value(
        &self,
        district: District,
        number: u64,
        name: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.with(district, |log| {
            let values = log.private.get_mut(&number);
            let held = values.and_then(|values| {
                let at = values.iter().position(|value| value.name == name)?;
                Some(values.remove(at))
            });
            held.is_some()
        }))
    }
}
