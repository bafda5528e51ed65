//! The store itself: who reads on which connection, and who writes.
//!
//! One connection writes, behind a mutex; readers take one from a pool or open one more, and see the
//! last commit before they began. Other processes do the same on the same file.
//!
//! Takes and gives what the trait says.
//!
//! Not here: what each statement says and what each row means.
//!
//! Next: the README.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ledger::{Disclosure, District, Hash, SignedCheckpoint, TileId};
use rusqlite::{Connection, params};
use store::index;
use store::protocol::{self, Transaction};
use store::sql;
use store::{
    Attempted, Counter, Decide, Dialect, Document, ErrorKind, Examined, Head, Indexed,
    MatterFilter, MatterHead, OfMatter, OpenDuty, Outcome, Proposal, Rebuild, Snapshot, Source,
    Store, StoreError, StoredRecord, Tell, Wanted,
};

use crate::fault::{Answer, fault};
use crate::open::{self, Options};
use crate::read;
use crate::rows::{self, signed};
use crate::run::Run;
use crate::write::Tx;

/// A store in one SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    options: Options,
    /// `None` after trouble with the file: the next writer begins with a fresh connection.
    writer: Mutex<Option<Connection>>,
    readers: Mutex<Vec<Connection>>,
}

impl SqliteStore {
    /// Opens a store, or begins one if the options allow it.
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, StoreError> {
        let path = std::path::absolute(path.as_ref()).unwrap_or_else(|_| path.as_ref().to_owned());
        let writer = Mutex::new(Some(open::first(&path, &options)?));
        Ok(Self { path, options, writer, readers: Mutex::default() })
    }

    /// Reads every page of the file and compares every index with its table. Takes as long as the
    /// file is large.
    pub fn check(&self) -> Result<(), StoreError> {
        let not_done = "the store was not found whole";
        let said = self.reading(not_done, |run| {
            let check = run
                .connection
                .query_row("pragma integrity_check(1)", [], |row| row.get::<_, String>(0));
            check.map_err(|error| fault(not_done, &error))
        })?;
        match said.as_str() {
            "ok" => Ok(()),
            said => Err(StoreError::damaged(not_done, format!("SQLite says: {said}"))),
        }
    }

    fn reading<T>(
        &self,
        not_done: &'static str,
        read: impl FnOnce(&Run<'_>) -> Answer<T>,
    ) -> Answer<T> {
        let pooled = self.pool().pop();
        let connection = match pooled {
            Some(connection) => connection,
            None => open::further(&self.path, &self.options, true)?,
        };
        let answer = read(&Run::new(&connection, not_done));
        if answer.is_ok() {
            self.pool().push(connection);
        }
        answer
    }

    fn pool(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a transaction. Whatever goes wrong, it is rolled back.
    fn writing<T>(
        &self,
        district: District,
        not_done: &'static str,
        write: impl FnOnce(&mut Tx<'_>) -> Answer<T>,
    ) -> Answer<T> {
        self.on_writer(|connection| {
            let mut tx = Tx::begin(connection, district, not_done)?;
            let written = write(&mut tx)?;
            tx.commit()?;
            Ok(written)
        })
    }

    fn on_writer<T>(&self, work: impl FnOnce(&Connection) -> Answer<T>) -> Answer<T> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match writer.take() {
            Some(connection) => connection,
            None => open::further(&self.path, &self.options, false)?,
        };
        let done = work(&connection);
        let is_fit = !matches!(
            done.as_ref().map_err(StoreError::kind),
            Err(ErrorKind::Io | ErrorKind::Damaged)
        );
        if is_fit {
            *writer = Some(connection);
        }
        done
    }

    /// Deletes so that the bytes are gone from the file and from its journal.
    fn destroying(
        &self,
        district: District,
        delete: impl FnOnce(&Run<'_>) -> Answer<usize>,
    ) -> Answer<bool> {
        let not_done = "the value was not destroyed";
        self.on_writer(|connection| {
            let set = |value: &str| {
                let set =
                    connection.pragma_update_and_check(None, "secure_delete", value, |_| Ok(()));
                set.map_err(|error| fault(not_done, &error))
            };
            set("on")?;
            let destroyed = (|| {
                let tx = Tx::begin(connection, district, not_done)?;
                let rows = delete(tx.run())?;
                tx.commit()?;
                Ok(rows > 0)
            })();
            set("off")?;
            let destroyed = destroyed?;
            if destroyed {
                let emptied =
                    connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
                emptied.map_err(|error| fault("the journal was not emptied", &error))?;
            }
            Ok(destroyed)
        })
    }
}

fn key(district: District) -> i64 {
    i64::from(district.0)
}

impl Store for SqliteStore {
    fn commit(
        &self,
        district: District,
        group: &[Proposal],
        decide: &mut dyn Decide,
    ) -> Answer<Vec<Outcome>> {
        self.writing(district, "the group was not committed", |tx| {
            protocol::commit(tx, district, group, decide)
        })
    }

    fn rebuild(&self, district: District, rebuild: &mut dyn Rebuild) -> Answer<u64> {
        self.writing(district, "the views were not written again", |tx| store::rebuild(tx, rebuild))
    }

    fn restore(
        &self,
        district: District,
        source: &mut dyn Source,
        rebuild: &mut dyn Rebuild,
    ) -> Answer<Head> {
        self.writing(district, "the backup was not restored", |tx| {
            store::restore(tx, district, source, rebuild)
        })
    }

    fn districts(&self) -> Answer<Vec<District>> {
        self.reading("the districts were not listed", read::districts)
    }

    fn examine(&self) -> Answer<Examined> {
        self.check()?;
        self.reading("the store was not examined", |run| open::check_heads(run.connection))?;
        let mut journal = self.path.as_os_str().to_owned();
        journal.push("-wal");
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        Ok(Examined {
            engine: format!("SQLite {}", rusqlite::version()),
            schema: self.options.migrations.last().map_or(0, |last| last.version),
            bytes: size(&self.path) + size(Path::new(&journal)),
            folder: self.path.parent().map(Path::to_owned),
        })
    }

    fn head(&self, district: District) -> Answer<Head> {
        self.reading("the head was not read", |run| read::head(run, key(district)))
    }

    fn record(&self, district: District, number: u64) -> Answer<Option<StoredRecord>> {
        self.reading("the record was not read", |run| {
            run.record(&sql::ACT_READ, key(district), params![key(district), signed(number)])
        })
    }

    fn records(&self, district: District, from: u64, limit: u32) -> Answer<Vec<StoredRecord>> {
        self.reading("the records were not read", |run| {
            run.records(&sql::ACT_PAGE, key(district), params![key(district), signed(from), limit])
        })
    }

    fn client_act(&self, district: District, client_act: &str) -> Answer<Option<StoredRecord>> {
        self.reading("the record was not read", |run| {
            run.record(&sql::ACT_CLIENT, key(district), params![key(district), client_act])
        })
    }

    fn matter(&self, district: District, matter: &str) -> Answer<Option<MatterHead>> {
        self.reading("the matter was not read", |run| read::matter(run, key(district), matter))
    }

    fn snapshot(&self, district: District, matter: &str) -> Answer<Option<Snapshot>> {
        self.reading("the snapshot was not read", |run| {
            run.first(&sql::SNAPSHOT_READ, params![key(district), matter], rows::snapshot)
        })
    }

    fn matter_records(
        &self,
        district: District,
        matter: &str,
        after: u32,
    ) -> Answer<Vec<StoredRecord>> {
        self.reading("the records were not read", |run| {
            read::records_after(run, key(district), matter, after)
        })
    }

    fn matters(
        &self,
        district: District,
        filter: &MatterFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Answer<Vec<MatterHead>> {
        self.reading("the matters were not listed", |run| {
            read::matters(run, key(district), filter, before, limit)
        })
    }

    fn index(&self, district: District, tell: &mut dyn Tell, limit: u32) -> Answer<Indexed> {
        self.writing(district, "the index was not written", |tx| index::catch_up(tx, tell, limit))
    }

    fn indexed(&self, district: District) -> Answer<u64> {
        self.reading("the index was not read", |run| read::indexed(run, key(district)))
    }

    fn named(
        &self,
        district: District,
        beginning: &str,
        after: (&str, u64),
        filter: &MatterFilter,
        limit: u32,
    ) -> Answer<Vec<MatterHead>> {
        self.reading("the names were not searched", |run| {
            read::named(run, key(district), beginning, after, filter, limit)
        })
    }

    fn matching(
        &self,
        district: District,
        wanted: &Wanted,
        before: Option<u64>,
        filter: &MatterFilter,
        limit: u32,
    ) -> Answer<Vec<MatterHead>> {
        let wish = Dialect::Sqlite.wish(district, wanted);
        self.reading("the words were not searched", |run| {
            read::matching(run, key(district), &wish, before, filter, limit)
        })
    }

    fn alarms(
        &self,
        district: District,
        until: i64,
        (wake, matter): (i64, u64),
        limit: u32,
    ) -> Answer<Vec<OfMatter>> {
        // "Never" is written as the greatest number and must not come due with it.
        let until = until.min(store::NEVER - 1);
        self.reading("the duties were not listed", |run| {
            let values = params![key(district), until, wake, signed(matter), limit];
            run.all(&sql::MATTER_DUE, values, rows::owed)
        })
    }

    fn owed(&self, district: District, matter: &str) -> Answer<Vec<OpenDuty>> {
        let owes = self.reading("the duties were not listed", |run| {
            run.first(&sql::MATTER_OWES, params![key(district), matter], rows::owed)
        });
        Ok(owes?.map_or(Vec::new(), store::owed))
    }

    fn counters(&self, district: District) -> Answer<Vec<Counter>> {
        self.reading("the counters were not read", |run| {
            let counters = run.all(&sql::COUNTER_LIST, [key(district)], rows::counters)?;
            Ok(store::summed(counters.into_iter().flatten()))
        })
    }

    fn attempts(&self, district: District, after: u64, limit: u32) -> Answer<Vec<Attempted>> {
        self.reading("the attempts were not listed", |run| {
            run.all(&sql::ATTEMPT_PAGE, params![key(district), signed(after), limit], rows::attempt)
        })
    }

    fn tile(&self, district: District, id: TileId) -> Answer<Vec<Hash>> {
        self.reading("the tile was not read", |run| read::tile(run, key(district), id))
    }

    fn put_checkpoint(&self, district: District, checkpoint: &SignedCheckpoint) -> Answer<()> {
        self.writing(district, "the checkpoint was not kept", |tx| {
            store::keep_checkpoint(tx, checkpoint)
        })
    }

    fn checkpoints(&self, district: District) -> Answer<Vec<SignedCheckpoint>> {
        self.reading("the checkpoints were not read", |run| {
            run.all(&sql::CHECKPOINT_LIST, [key(district)], rows::checkpoint)
        })
    }

    fn checkpoint_from(&self, district: District, size: u64) -> Answer<Option<SignedCheckpoint>> {
        self.reading("the checkpoint was not read", |run| {
            run.first(&sql::CHECKPOINT_FROM, params![key(district), signed(size)], rows::checkpoint)
        })
    }

    fn latest_checkpoint(&self, district: District) -> Answer<Option<SignedCheckpoint>> {
        self.reading("the checkpoint was not read", |run| {
            run.first(&sql::CHECKPOINT_LATEST, [key(district)], rows::checkpoint)
        })
    }

    fn put_document(&self, district: District, document: &Document) -> Answer<Hash> {
        self.writing(district, "the paper was not kept", |tx| tx.insert_document(document))?;
        Ok(document.hash())
    }

    fn document(&self, district: District, hash: &Hash) -> Answer<Option<Document>> {
        self.reading("the paper was not read", |run| {
            run.first(&sql::DOCUMENT_READ, params![key(district), &hash.0[..]], rows::document)
        })
    }

    fn destroy_document(&self, district: District, hash: &Hash) -> Answer<bool> {
        self.destroying(district, |run| {
            run.write(&sql::DOCUMENT_DESTROY, params![key(district), &hash.0[..]])
        })
    }

    fn private_values(&self, district: District, number: u64) -> Answer<Vec<Disclosure>> {
        self.reading("the personal values were not read", |run| {
            run.all(&sql::PRIVATE_READ, params![key(district), signed(number)], rows::disclosure)
        })
    }

    fn destroy_private_value(&self, district: District, number: u64, name: &str) -> Answer<bool> {
        self.destroying(district, |run| {
            run.write(&sql::PRIVATE_DESTROY, params![key(district), signed(number), name])
        })
    }
}
