//! How does a transaction write?
//!
//! [`Tx`] is the life of one transaction on a link. Reads wait for their answer and see every write
//! before them; writes are sent and counted by [`Tx::commit`], before the server is told to keep
//! them. Dropped otherwise, also by a panic of the decider, it is taken back.
//!
//! Takes what the protocol writes; runs the statements.
//!
//! Not here: the order of things (`store::protocol`), and what happens when the connection is lost
//! (`postgres.rs`).
//!
//! Next: `postgres.rs`.

use std::borrow::Cow;
use std::cell::RefCell;

use ledger::{
    Disclosure, District, Hash, LogHead, Numbered, SignedCheckpoint, TILE_WIDTH, TileEntry,
};
use store::columns::{self, Value, bytes, counted, text, unreadable};
use store::protocol::{Changed, LockedHead, Transaction};
use store::{
    Attempted, Counter, Dialect, Document, Entry, MatterHead, Proposal, Snapshot, StoredRecord,
};
use store::{shared, sql};

use crate::fault::{Answer, Trouble};
use crate::known::Known;
use crate::link::{Link, Reading};
use crate::read;

/// Stands for a basis where a record is kept whole.
const WHOLE: i64 = 0;

/// Tells the server's planner what the tables hold. As long as it knows nothing, it takes the rows of
/// a district for a handful, and any key that begins with the district for as good as the right one;
/// and it keeps a plan it has once made until it is told.
const STATISTICS: &str = "analyze head, act, basis, node, matter, snapshot, counter, attempt,
    entry, words";

/// Whether a log has grown over 64, 256, 1024 … records. Above a million the server keeps up by
/// itself.
fn has_outgrown((before, after): (u64, u64)) -> bool {
    let stage = |size: u64| size.checked_ilog2().unwrap_or(0) / 2;
    (64..1 << 20).contains(&after) && stage(before) < stage(after)
}

/// A transaction of one district.
pub(crate) struct Tx<'c> {
    link: &'c Link,
    district: District,
    not_done: &'static str,
    is_open: bool,
    /// The basis of the last record and the number it is kept under: most groups have one.
    basis: Option<(Vec<u8>, i64)>,
    mark: Box<Mark>,
    known: RefCell<Known>,
    /// The size of the log, or of what is indexed of it, before and after.
    sizes: (u64, u64),
}

/// What only this transaction can have written: by it is seen later whether it was kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mark {
    pub(crate) record: Option<(u64, Hash)>,
    pub(crate) attempt: Option<Attempted>,
}

/// How a transaction ended that was to be kept.
pub(crate) enum Ended {
    Kept,
    /// The connection was lost behind the commit: kept or not.
    Unanswered(Box<Mark>),
}

impl<'c> Tx<'c> {
    /// Begins.
    pub(crate) fn begin(link: &'c Link, district: District, not_done: &'static str) -> Self {
        link.say("begin");
        let known = link.basis.borrow();
        let basis = known.as_ref().filter(|(of, ..)| *of == i64::from(district.0));
        let basis = basis.map(|(_, bytes, id)| (bytes.clone(), *id));
        Self {
            link,
            district,
            not_done,
            is_open: true,
            basis,
            mark: Box::default(),
            known: RefCell::default(),
            sizes: (0, 0),
        }
    }

    /// Ends it: what was written is on the server's disk when this returns.
    pub(crate) fn commit(mut self) -> Answer<Ended> {
        self.link.settle(self.not_done)?;
        self.is_open = false;
        if let Err(error) = self.link.run(self.not_done, "commit") {
            return match self.link.trouble() {
                Trouble::Gone => Ok(Ended::Unanswered(std::mem::take(&mut self.mark))),
                _ => Err(error),
            };
        }
        if let Some((bytes, id)) = self.basis.take() {
            self.link.basis.replace(Some((i64::from(self.district.0), bytes, id)));
        }
        if has_outgrown(self.sizes) {
            // Without it the server learns in a minute or so by itself.
            let _ = self.link.run(self.not_done, STATISTICS);
        }
        Ok(Ended::Kept)
    }

    /// Runs a statement that is not one of the protocol's.
    pub(crate) fn write(&self, statement: &sql::Statement, values: &[Value<'_>]) -> Answer<u64> {
        self.link.write(self.not_done, statement, values)
    }

    /// Whether what a lost transaction would have left is there. Waits for the server to have done
    /// with that transaction: until then it holds the head.
    pub(crate) fn holds(&mut self, mark: &Mark) -> Answer<bool> {
        self.lock_head()?;
        if let Some((number, leaf)) = mark.record {
            let record = read::record(self.link, self.not_done, self.district, number)?;
            return Ok(record.is_some_and(|record| record.leaf == leaf));
        }
        let Some(attempt) = &mark.attempt else { return Ok(false) };
        let page = [self.key(), counted(attempt.number - 1), Value::Number(1)];
        let found =
            self.link.first(self.not_done, &sql::ATTEMPT_PAGE, &page, columns::read_attempt)?;
        Ok(found.as_ref() == Some(attempt))
    }

    fn key(&self) -> Value<'static> {
        columns::district(self.district)
    }

    fn send_one(&self, statement: &sql::Statement, values: &[Value<'_>]) -> Answer<()> {
        self.link.send_one(self.not_done, statement, values)
    }
}

impl Drop for Tx<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // If this fails, the connection is gone and the server takes it back by itself.
            let _ = self.link.settle(self.not_done);
            let _ = self.link.run(self.not_done, "rollback");
        }
    }
}

impl Tx<'_> {
    /// Locks the head, and sends behind it, without waiting, for all the group will ask. The server
    /// answers one after the other, so what it says then is said under the lock.
    fn locked(&self) -> Answer<Option<LockedHead>> {
        let lock = self.link.ahead(self.not_done, &sql::HEAD_LOCK, &[self.key()])?;
        let asked = self.known.borrow_mut().take_asked();
        let send = |statement, name: &String| {
            self.link.ahead(self.not_done, statement, &[self.key(), text(name)])
        };
        let clients: Vec<Reading> =
            asked.clients.iter().map(|name| send(&sql::ACT_CLIENT, name)).collect::<Answer<_>>()?;
        let matters: Vec<Reading> = asked
            .matters
            .iter()
            .map(|name| send(&sql::MATTER_READ, name))
            .collect::<Answer<_>>()?;
        let Some(head) = self.link.taken(self.not_done, lock, columns::read_locked)? else {
            return Ok(None);
        };
        let mut known = self.known.borrow_mut();
        for (name, reading) in asked.clients.into_iter().zip(clients) {
            let record = self.link.taken(self.not_done, reading, columns::read_record)?;
            known.clients.insert(name, record);
        }
        for (name, reading) in asked.matters.into_iter().zip(matters) {
            let matter = self.link.taken(self.not_done, reading, columns::read_matter)?;
            known.matters.insert(name, matter);
        }
        Ok(Some(head))
    }

    /// The number a basis is kept under, which it gets when it is new.
    fn basis(&mut self, shared: &[u8]) -> Answer<i64> {
        if let Some((_, id)) = self.basis.as_ref().filter(|(last, _)| last == shared) {
            return Ok(*id);
        }
        let find = [self.key(), bytes(shared)];
        let known = self.link.first(self.not_done, &sql::BASIS_FIND, &find, |row| row.number(0))?;
        let id = match known {
            Some(id) => id,
            None => {
                let key = [self.key()];
                let next =
                    self.link.first(self.not_done, &sql::BASIS_NEXT, &key, |row| row.number(0))?;
                let next = next.ok_or_else(|| unreadable("the next number of what acts share"))?;
                let values = [self.key(), Value::Number(next), bytes(shared)];
                self.send_one(&sql::BASIS_INSERT, &values)?;
                next
            }
        };
        self.basis = Some((shared.to_vec(), id));
        Ok(id)
    }
}

impl Transaction for Tx<'_> {
    fn ahead(&mut self, group: &[Proposal]) {
        self.known.get_mut().ask(group);
    }

    fn matter(&self, matter: &str) -> Answer<Option<MatterHead>> {
        if let Some(known) = self.known.borrow().matter(matter) {
            return Ok(known.cloned());
        }
        read::matter(self.link, self.not_done, self.district, matter)
    }

    fn snapshot(&self, matter: &str) -> Answer<Option<Snapshot>> {
        if let Some(known) = self.known.borrow().snapshot(matter) {
            return Ok(known.cloned());
        }
        let key = [self.key(), text(matter)];
        self.link.first(self.not_done, &sql::SNAPSHOT_READ, &key, columns::read_snapshot)
    }

    fn chain(&self, last: u64, count: u32) -> Answer<Vec<StoredRecord>> {
        read::chain(self.link, self.not_done, self.district, last, count)
    }

    fn client_act(&self, client_act: &str) -> Answer<Option<StoredRecord>> {
        if let Some(known) = self.known.borrow().client(client_act) {
            return Ok(known.cloned());
        }
        let key = [self.key(), text(client_act)];
        self.link.first(self.not_done, &sql::ACT_CLIENT, &key, columns::read_record)
    }

    fn private_values(&self, number: u64) -> Answer<Vec<Disclosure>> {
        let key = [self.key(), counted(number)];
        self.link.all(self.not_done, &sql::PRIVATE_READ, &key, columns::read_disclosure)
    }

    fn lock_head(&mut self) -> Answer<LockedHead> {
        let mut locked = self.locked()?;
        if locked.is_none() {
            let empty = columns::empty_head(self.district);
            self.link.send_any(self.not_done, &sql::HEAD_INSERT, &empty)?;
            locked = self.locked()?;
        }
        let head = locked.ok_or_else(|| unreadable("the head of a new district"))?;
        self.sizes = (head.frontier.size(), head.frontier.size());
        Ok(head)
    }

    fn write_head(&mut self, head: &LockedHead, log: LogHead) -> Answer<()> {
        self.sizes.1 = log.size;
        self.send_one(&sql::HEAD_WRITE, &columns::head(self.district, head, &log))
    }

    fn insert_record(&mut self, before: u64, numbered: &Numbered) -> Answer<()> {
        let (rest, basis) = match shared::take_out(numbered.bytes()) {
            Some((rest, basis)) => (Cow::Owned(rest), self.basis(basis)?),
            None => (Cow::Borrowed(numbered.bytes()), WHOLE),
        };
        self.known.get_mut().clients.remove(&numbered.record().client_act);
        self.mark.record = Some((numbered.record().number, numbered.leaf()));
        let values = columns::act(self.district, before, numbered, basis, rest);
        self.send_one(&sql::ACT_INSERT, &values)
    }

    fn insert_private(&mut self, number: u64, value: &Disclosure) -> Answer<()> {
        self.send_one(&sql::PRIVATE_INSERT, &columns::private(self.district, number, value)?)
    }

    fn append_nodes(&mut self, nodes: &[TileEntry]) -> Answer<()> {
        for same in nodes.chunk_by(|one, next| one.tile == next.tile) {
            let first = &same[0];
            let mut hashes = read::nodes(self.link, self.not_done, self.district, first.tile)?;
            if hashes.len() != usize::from(first.offset) || hashes.len() + same.len() > TILE_WIDTH {
                return Err(unreadable("a tile of nodes"));
            }
            hashes.extend(same.iter().map(|entry| entry.hash));
            let tile: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
            let [district, level, index] = columns::node(self.district, first.tile);
            self.send_one(&sql::NODE_WRITE, &[district, level, index, bytes(&tile)])?;
        }
        Ok(())
    }

    fn insert_matter(&mut self, matter: &MatterHead) -> Answer<()> {
        self.send_one(&sql::MATTER_INSERT, &columns::new_matter(self.district, matter))?;
        self.known.get_mut().begun(matter);
        Ok(())
    }

    fn update_matter(&mut self, now: &MatterHead, changed: Changed) -> Answer<()> {
        let (statement, values) = columns::moved(self.district, now, changed);
        self.send_one(statement, &values)?;
        self.known.get_mut().matters.insert(now.matter.clone(), Some(now.clone()));
        Ok(())
    }

    fn put_snapshot(&mut self, key: u64, snapshot: &Snapshot) -> Answer<()> {
        let values = columns::new_snapshot(self.district, key, snapshot);
        self.send_one(&sql::SNAPSHOT_WRITE, &values)?;
        self.known.get_mut().snapshots.insert(key, Some(snapshot.clone()));
        Ok(())
    }

    fn add_count(&mut self, count: &Counter) -> Answer<()> {
        let values = columns::count(self.district, count);
        let add = (&sql::COUNTER_ADD, &sql::COUNTER_INSERT);
        self.link.send_one_or(self.not_done, add, &values)
    }

    fn insert_attempt(&mut self, attempted: &Attempted) -> Answer<()> {
        self.mark.attempt = Some(attempted.clone());
        self.send_one(&sql::ATTEMPT_INSERT, &columns::new_attempt(self.district, attempted))
    }

    fn lock_index(&mut self) -> Answer<u64> {
        let key = [self.key()];
        self.link.send_any(self.not_done, &sql::INDEX_INSERT, &key)?;
        let locked = self.link.first(self.not_done, &sql::INDEX_LOCK, &key, columns::read_count)?;
        let records = locked.ok_or_else(|| unreadable("how far the index has read"))?;
        self.sizes = (records, records);
        Ok(records)
    }

    fn write_index(&mut self, records: u64) -> Answer<()> {
        self.sizes.1 = records;
        self.send_one(&sql::INDEX_WRITE, &[self.key(), counted(records)])
    }

    fn entry_position(&self, key: u64) -> Answer<u32> {
        let key = [self.key(), counted(key)];
        let position =
            self.link.first(self.not_done, &sql::ENTRY_READ, &key, columns::read_position)?;
        Ok(position.unwrap_or(0))
    }

    fn write_entry(&mut self, entry: &Entry) -> Answer<()> {
        self.send_one(&sql::ENTRY_WRITE, &columns::entry(self.district, entry))?;
        let words = Dialect::Postgres.entry(self.district, entry);
        self.send_one(&sql::WORDS_WRITE, &[self.key(), counted(entry.key), text(&words)])
    }

    fn clear_views(&mut self) -> Answer<()> {
        let views = [sql::MATTER_CLEAR, sql::SNAPSHOT_CLEAR, sql::COUNTER_CLEAR];
        let index = [sql::INDEX_CLEAR, sql::ENTRY_CLEAR, sql::WORDS_CLEAR];
        self.known.replace(Known::default());
        let clear = |clear| self.link.send_any(self.not_done, clear, &[self.key()]);
        views.iter().chain(&index).try_for_each(clear)
    }

    fn records_from(&self, from: u64, limit: u32) -> Answer<Vec<StoredRecord>> {
        let page = [self.key(), counted(from), Value::Number(i64::from(limit))];
        self.link.all(self.not_done, &sql::ACT_PAGE, &page, columns::read_record)
    }

    fn insert_document(&mut self, document: &Document) -> Answer<()> {
        let hash = document.hash();
        let values = columns::paper(self.district, &hash, document);
        self.link.send_any(self.not_done, &sql::DOCUMENT_INSERT, &values)?;
        self.link.settle(self.not_done)
    }

    fn insert_checkpoint(&mut self, checkpoint: &SignedCheckpoint) -> Answer<()> {
        let (size, note) = (checkpoint.unchecked().head().size, checkpoint.to_string());
        self.send_one(&sql::CHECKPOINT_WRITE, &[self.key(), counted(size), text(&note)])
    }

    fn checkpoint_near(&self, size: u64) -> Answer<Option<SignedCheckpoint>> {
        let (link, read) = (self.link, columns::read_checkpoint);
        let from = [self.key(), counted(size)];
        match link.first(self.not_done, &sql::CHECKPOINT_FROM, &from, read)? {
            Some(near) => Ok(Some(near)),
            None => link.first(self.not_done, &sql::CHECKPOINT_LATEST, &[self.key()], read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::has_outgrown;

    #[test]
    fn statistics_are_taken_each_time_a_young_log_has_grown_fourfold() {
        let sizes = (0..300).map(|at| (at * 7, at * 7 + 7));
        let taken: Vec<u64> =
            sizes.filter(|sizes| has_outgrown(*sizes)).map(|(_, to)| to).collect();
        assert_eq!(taken, [70, 259, 1029]);
        assert!(!has_outgrown((1 << 22, 1 << 30)));
    }
}
