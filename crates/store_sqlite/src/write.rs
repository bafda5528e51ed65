//! How does a transaction write?
//!
//! [`Tx`] is the life of one transaction on the writing connection: begun at once as a writer, so that
//! it never has to give up half-way; committed by [`Tx::commit`]; rolled back when it is dropped
//! otherwise, also by a panic of the decider.
//!
//! Takes what the protocol writes; runs the statements.
//!
//! Not here: the order of things (`store::protocol`).
//!
//! Next: `sqlite.rs`.

use std::borrow::Cow;

use ledger::{
    Disclosure, District, Frontier, Hash, LogHead, Numbered, SignedCheckpoint, TILE_WIDTH,
    TileEntry,
};
use rusqlite::{Connection, Row, params};
use store::protocol::{Changed, LockedHead, Transaction};
use store::{
    Attempted, Counter, Dialect, Document, Entry, MatterHead, Snapshot, StoreError, StoredRecord,
};
use store::{shared, sql};

use crate::fault::{Answer, fault, unreadable};
use crate::read;
use crate::rows::{self, counted, rules_bytes, signed, state_number};
use crate::run::Run;

/// A transaction of one district.
pub(crate) struct Tx<'c> {
    run: Run<'c>,
    district: i64,
    is_open: bool,
    /// The basis of the last record and the number it is kept under: most groups have one.
    basis: Option<(Vec<u8>, i64)>,
}

impl<'c> Tx<'c> {
    /// Begins, waiting for another writer as long as the connection is told to wait.
    pub(crate) fn begin(
        connection: &'c Connection,
        district: District,
        not_done: &'static str,
    ) -> Answer<Self> {
        step(connection, "begin immediate", not_done)?;
        let run = Run::new(connection, not_done);
        Ok(Self { run, district: i64::from(district.0), is_open: true, basis: None })
    }

    /// Ends it: what was written is on the disk when this returns.
    pub(crate) fn commit(mut self) -> Answer<()> {
        step(self.run.connection, "commit", self.run.not_done)?;
        self.is_open = false;
        Ok(())
    }

    pub(crate) fn run(&self) -> &Run<'c> {
        &self.run
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        if self.is_open && !self.run.connection.is_autocommit() {
            // If this fails, SQLite has rolled back already; the next transaction would say so.
            let _ = step(self.run.connection, "rollback", self.run.not_done);
        }
    }
}

fn step(connection: &Connection, text: &str, not_done: &str) -> Answer<()> {
    let run = || connection.prepare_cached(text)?.execute([]);
    run().map(drop).map_err(|error| fault(not_done, &error))
}

impl Tx<'_> {
    fn locked(&self) -> Answer<Option<LockedHead>> {
        self.run.first(&sql::HEAD_LOCK, [self.district], |row| {
            let (matters, attempts) = (counted(row, 1)?, counted(row, 2)?);
            let frontier = Frontier::from_bytes(row.get_ref(0)?.as_blob()?);
            let frontier = frontier.ok_or_else(|| unreadable("the edge of the tree"));
            let waiting = rows::tally(row.get_ref(3)?.as_blob()?);
            Ok(frontier.and_then(|frontier| {
                Ok(LockedHead { frontier, matters, attempts, waiting: waiting? })
            }))
        })
    }

    /// The number a basis is kept under, which it gets when it is new.
    fn basis(&mut self, bytes: &[u8]) -> Answer<i64> {
        if let Some((_, id)) = self.basis.as_ref().filter(|(last, _)| last == bytes) {
            return Ok(*id);
        }
        let number = |row: &Row<'_>| Ok(Ok(row.get::<_, i64>(0)?));
        let id = match self.run.first(&sql::BASIS_FIND, params![self.district, bytes], number)? {
            Some(id) => id,
            None => {
                let next = self.run.first(&sql::BASIS_NEXT, [self.district], number)?.unwrap_or(1);
                self.run.write_one(&sql::BASIS_INSERT, params![self.district, next, bytes])?;
                next
            }
        };
        self.basis = Some((bytes.to_vec(), id));
        Ok(id)
    }

    fn nodes(&self, entry: &TileEntry) -> Answer<Vec<Hash>> {
        read::nodes(&self.run, self.district, entry.tile)
    }
}

impl Transaction for Tx<'_> {
    fn matter(&self, matter: &str) -> Answer<Option<MatterHead>> {
        read::matter(&self.run, self.district, matter)
    }

    fn snapshot(&self, matter: &str) -> Answer<Option<Snapshot>> {
        self.run.first(&sql::SNAPSHOT_READ, params![self.district, matter], rows::snapshot)
    }

    fn chain(&self, last: u64, count: u32) -> Answer<Vec<StoredRecord>> {
        read::chain(&self.run, self.district, last, count)
    }

    fn client_act(&self, client_act: &str) -> Answer<Option<StoredRecord>> {
        self.run.record(&sql::ACT_CLIENT, self.district, params![self.district, client_act])
    }

    fn private_values(&self, number: u64) -> Answer<Vec<Disclosure>> {
        let key = params![self.district, signed(number)];
        self.run.all(&sql::PRIVATE_READ, key, rows::disclosure)
    }

    fn lock_head(&mut self) -> Answer<LockedHead> {
        if let Some(head) = self.locked()? {
            return Ok(head);
        }
        let empty = Frontier::<ledger::Sm3>::new();
        let (root, edge) = (empty.root(), empty.to_bytes());
        self.run.write(&sql::HEAD_INSERT, params![self.district, &root.0[..], edge, &[][..]])?;
        self.locked()?.ok_or_else(|| unreadable("the head of a new district"))
    }

    fn write_head(&mut self, head: &LockedHead, log: LogHead) -> Answer<()> {
        let values = params![
            self.district,
            signed(log.size),
            &log.root.0[..],
            head.frontier.to_bytes(),
            signed(head.matters),
            signed(head.attempts),
            head.waiting.bytes()
        ];
        self.run.write_one(&sql::HEAD_WRITE, values)
    }

    fn insert_record(&mut self, before: u64, numbered: &Numbered) -> Answer<()> {
        let record = numbered.record();
        let (rest, basis) = match shared::take_out(numbered.bytes()) {
            Some((rest, basis)) => (Cow::Owned(rest), self.basis(basis)?),
            None => (Cow::Borrowed(numbered.bytes()), rows::WHOLE),
        };
        let values = params![
            self.district,
            signed(record.number),
            signed(before),
            record.client_act,
            &numbered.leaf().0[..],
            basis,
            &rest[..]
        ];
        self.run.write_one(&sql::ACT_INSERT, values)
    }

    fn insert_private(&mut self, number: u64, value: &Disclosure) -> Answer<()> {
        let bytes = ledger::encode(&value.value)
            .map_err(|error| StoreError::decision(error.to_string()))?;
        let values = params![self.district, signed(number), value.name, &value.salt.0[..], bytes];
        self.run.write_one(&sql::PRIVATE_INSERT, values)
    }

    fn append_nodes(&mut self, nodes: &[TileEntry]) -> Answer<()> {
        for same in nodes.chunk_by(|one, next| one.tile == next.tile) {
            let first = &same[0];
            let mut hashes = self.nodes(first)?;
            if hashes.len() != usize::from(first.offset) || hashes.len() + same.len() > TILE_WIDTH {
                return Err(unreadable("a tile of nodes"));
            }
            hashes.extend(same.iter().map(|entry| entry.hash));
            let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
            let (level, index) = (first.tile.level, signed(first.tile.index));
            self.run.write_one(&sql::NODE_WRITE, params![self.district, level, index, bytes])?;
        }
        Ok(())
    }

    fn insert_matter(&mut self, matter: &MatterHead) -> Answer<()> {
        let view = &matter.view;
        let values = params![
            self.district,
            signed(matter.key),
            matter.matter,
            matter.position,
            signed(matter.last),
            view.procedure,
            view.version,
            &view.graph.0[..],
            view.title,
            view.parties,
            state_number(view.state),
            view.opened_at,
            view.last_at,
            matter.duties.wake(),
            matter.duties.to_bytes()
        ];
        self.run.write_one(&sql::MATTER_INSERT, values)
    }

    fn update_matter(&mut self, now: &MatterHead, changed: Changed) -> Answer<()> {
        let (key, last) = (signed(now.key), signed(now.last));
        let (view, duties) = (&now.view, now.duties.to_bytes());
        match changed {
            Changed { view: false, wake: false } => {
                let values = params![self.district, key, now.position, last, view.last_at, duties];
                self.run.write_one(&sql::MATTER_ADVANCE, values)
            }
            Changed { view: false, wake: true } => {
                let values = params![
                    self.district,
                    key,
                    now.position,
                    last,
                    view.last_at,
                    duties,
                    now.duties.wake()
                ];
                self.run.write_one(&sql::MATTER_ADVANCE_WAKE, values)
            }
            Changed { view: true, .. } => {
                let values = params![
                    self.district,
                    key,
                    now.position,
                    last,
                    view.procedure,
                    view.version,
                    &view.graph.0[..],
                    view.title,
                    view.parties,
                    state_number(view.state),
                    view.opened_at,
                    view.last_at,
                    now.duties.wake(),
                    duties
                ];
                self.run.write_one(&sql::MATTER_UPDATE, values)
            }
        }
    }

    fn put_snapshot(&mut self, key: u64, snapshot: &Snapshot) -> Answer<()> {
        let values = params![
            self.district,
            signed(key),
            snapshot.position,
            &snapshot.graph.0[..],
            snapshot.bytes
        ];
        self.run.write_one(&sql::SNAPSHOT_WRITE, values)
    }

    fn add_count(&mut self, count: &Counter) -> Answer<()> {
        let values = params![self.district, count.figure, count.window, count.value];
        match self.run.write(&sql::COUNTER_ADD, values)? {
            0 => self.run.write_one(&sql::COUNTER_INSERT, values),
            _ => Ok(()),
        }
    }

    fn insert_attempt(&mut self, attempted: &Attempted) -> Answer<()> {
        let attempt = &attempted.attempt;
        let values = params![
            self.district,
            signed(attempted.number),
            attempted.matter,
            attempt.act,
            attempt.person,
            attempt.role,
            attempt.organ,
            attempt.at,
            rules_bytes(&attempt.rules)
        ];
        self.run.write_one(&sql::ATTEMPT_INSERT, values)
    }

    fn lock_index(&mut self) -> Answer<u64> {
        self.run.write(&sql::INDEX_INSERT, [self.district])?;
        read::indexed(&self.run, self.district)
    }

    fn write_index(&mut self, records: u64) -> Answer<()> {
        self.run.write_one(&sql::INDEX_WRITE, params![self.district, signed(records)])
    }

    fn entry_position(&self, key: u64) -> Answer<u32> {
        let values = params![self.district, signed(key)];
        let position = self.run.first(&sql::ENTRY_READ, values, |row| Ok(Ok(row.get(0)?)));
        Ok(position?.unwrap_or(0))
    }

    fn write_entry(&mut self, entry: &Entry) -> Answer<()> {
        let (district, key) = (District(self.district as u32), signed(entry.key));
        let names = params![self.district, key, entry.position, entry.name];
        self.run.write_one(&sql::ENTRY_WRITE, names)?;
        let words = Dialect::Sqlite.entry(district, entry);
        self.run.write_one(&sql::WORDS_WRITE, params![self.district, key, words])
    }

    fn clear_views(&mut self) -> Answer<()> {
        let views = [sql::MATTER_CLEAR, sql::SNAPSHOT_CLEAR, sql::COUNTER_CLEAR];
        let index = [sql::INDEX_CLEAR, sql::ENTRY_CLEAR, sql::WORDS_CLEAR];
        let mut tables = views.iter().chain(&index);
        tables.try_for_each(|clear| self.run.write(clear, [self.district]).map(drop))
    }

    fn records_from(&self, from: u64, limit: u32) -> Answer<Vec<StoredRecord>> {
        let page = params![self.district, signed(from), limit];
        self.run.records(&sql::ACT_PAGE, self.district, page)
    }

    fn insert_document(&mut self, document: &Document) -> Answer<()> {
        let Document { name, media, salt, content } = document;
        let hash = document.hash();
        let values = params![self.district, &hash.0[..], name, media, &salt.0[..], content];
        self.run.write(&sql::DOCUMENT_INSERT, values).map(drop)
    }

    fn insert_checkpoint(&mut self, checkpoint: &SignedCheckpoint) -> Answer<()> {
        let size = signed(checkpoint.unchecked().head().size);
        let values = params![self.district, size, checkpoint.to_string()];
        self.run.write_one(&sql::CHECKPOINT_WRITE, values)
    }

    fn checkpoint_near(&self, size: u64) -> Answer<Option<SignedCheckpoint>> {
        let from = params![self.district, signed(size)];
        match self.run.first(&sql::CHECKPOINT_FROM, from, rows::checkpoint)? {
            Some(near) => Ok(Some(near)),
            None => self.run.first(&sql::CHECKPOINT_LATEST, [self.district], rows::checkpoint),
        }
    }
}
