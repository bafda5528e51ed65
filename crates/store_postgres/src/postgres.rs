//! The store itself: who uses which connection, and what is done when one is lost.
//!
//! Links are taken from a pool or opened, and used by one thread at a time. A transaction that the
//! server took back, or whose connection was lost, is run again from its beginning. Behind a commit
//! whose answer was lost the server is asked whether it has what only that transaction can have
//! written: so a caller hears of every act that was sealed, and of none that was not.
//!
//! Takes and gives what the trait says.
//!
//! Not here: what each statement says and what each row means.
//!
//! Next: the README.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledger::{Disclosure, District, Hash, SignedCheckpoint, TileId};
use store::columns::{self, Row, Value, bytes, counted, text};
use store::index;
use store::protocol;
use store::sql;
use store::{
    Attempted, Counter, Decide, Dialect, Document, ErrorKind, Examined, Head, Indexed,
    MatterFilter, MatterHead, OfMatter, OpenDuty, Outcome, Proposal, Rebuild, Snapshot, Source,
    Store, StoreError, StoredRecord, Tell, Wanted,
};

use crate::fault::{Answer, Trouble, unanswered};
use crate::link::Link;
use crate::open::{self, Address, Options};
use crate::read;
use crate::write::{Ended, Mark, Tx};

/// How often a transaction is run in all.
const TRIES: usize = 8;

/// A store in a PostgreSQL database.
pub struct PostgresStore {
    address: Address,
    idle: Mutex<Vec<Link>>,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").field("address", &self.address).finish_non_exhaustive()
    }
}

/// What one run of a transaction came to.
enum Run<T> {
    Kept(T),
    Unanswered(T, Box<Mark>),
}

impl PostgresStore {
    /// Opens a store, or begins one if the options allow it.
    pub fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        let address = Address::read(url, options)?;
        let idle = Mutex::new(vec![open::first(&address)?]);
        Ok(Self { address, idle })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Link>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A link from the pool, or a new one. A server that stops, or starts, is waited for.
    fn link(&self) -> Answer<Link> {
        if let Some(link) = self.idle().pop() {
            return Ok(link);
        }
        let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(10));
        loop {
            match self.address.link() {
                Ok(link) => return Ok(link),
                Err((Trouble::Gone, _)) if waited < self.address.options.wait => {
                    open::pause(pause)?;
                    waited += pause;
                    pause = (pause * 2).min(Duration::from_millis(250));
                }
                Err((_, error)) => return Err(error),
            }
        }
    }

    /// Puts a link back, unless it is broken: then those in the pool are likely so as well.
    fn give_back(&self, link: Link) {
        let mut idle = self.idle();
        match link.is_fit() {
            true if idle.len() < self.address.options.idle => idle.push(link),
            true => {}
            false => idle.clear(),
        }
    }

    /// Works on a link; gives what came of it and, after an error, what kind of trouble it was.
    fn on_link<T>(&self, work: impl FnOnce(&Link) -> Answer<T>) -> (Answer<T>, Trouble) {
        let link = match self.link() {
            Ok(link) => link,
            Err(error) => return (Err(error), Trouble::Lasting),
        };
        let done = work(&link);
        let trouble = match &done {
            Ok(_) => Trouble::Lasting,
            Err(_) => link.trouble(),
        };
        self.give_back(link);
        (done, trouble)
    }

    fn reading<T>(&self, read: impl Fn(&Link) -> Answer<T>) -> Answer<T> {
        let mut tries = 1;
        loop {
            match self.on_link(&read) {
                (Err(_), Trouble::Gone | Trouble::Conflict) if tries < TRIES => tries += 1,
                (done, _) => return done,
            }
        }
    }

    fn first<T>(
        &self,
        not_done: &str,
        statement: &sql::Statement,
        values: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Answer<T>,
    ) -> Answer<Option<T>> {
        self.reading(|link| link.first(not_done, statement, values, &read))
    }

    fn all<T>(
        &self,
        not_done: &str,
        statement: &sql::Statement,
        values: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Answer<T>,
    ) -> Answer<Vec<T>> {
        self.reading(|link| link.all(not_done, statement, values, &read))
    }

    fn single(
        &self,
        district: District,
        not_done: &'static str,
        statement: sql::Statement,
        values: &[Value<'_>],
    ) -> Answer<bool> {
        self.writing(district, not_done, Single { statement, values, has_touched: false })
    }

    /// Runs a transaction, and runs it again where the server or the network took it back. Whatever
    /// else goes wrong, it is taken back and told.
    fn writing<W: Work>(
        &self,
        district: District,
        not_done: &'static str,
        mut work: W,
    ) -> Answer<W::Done> {
        let mut tries = 1;
        loop {
            let run = self.on_link(|link| {
                let mut tx = Tx::begin(link, district, not_done);
                let done = work.run(&mut tx)?;
                Ok(match tx.commit()? {
                    Ended::Kept => Run::Kept(done),
                    Ended::Unanswered(mark) => Run::Unanswered(done, mark),
                })
            });
            let taken_back = match run {
                (Ok(Run::Kept(done)), _) => return Ok(done),
                (Ok(Run::Unanswered(done, mark)), _) => match self.was_kept(district, &mark) {
                    Ok(true) => return Ok(done),
                    Ok(false) => not_kept(not_done),
                    Err(error) => return Err(unanswered(not_done, &error)),
                },
                (Err(error), Trouble::Lasting) => return Err(error),
                (Err(error), Trouble::Conflict | Trouble::Gone) => error,
            };
            if tries == TRIES || !work.starts_again() {
                return Err(taken_back);
            }
            tries += 1;
        }
    }

    /// Asks, behind a commit whose answer was lost, whether it was kept.
    fn was_kept(&self, district: District, mark: &Mark) -> Answer<bool> {
        let not_done = "the commit was not looked for";
        let mut tries = 1;
        loop {
            let (found, _) = self.on_link(|link| Tx::begin(link, district, not_done).holds(mark));
            match found {
                Err(error) if tries < TRIES && error.kind() != ErrorKind::Damaged => tries += 1,
                found => return found,
            }
        }
    }
}

/// What is done in one transaction.
trait Work {
    type Done;

    fn run(&mut self, tx: &mut Tx<'_>) -> Answer<Self::Done>;

    /// Everything was taken back. Whether it can be done anew.
    fn starts_again(&mut self) -> bool;
}

/// A group of proposals and who decides them.
struct Group<'g> {
    district: District,
    group: &'g [Proposal],
    decide: &'g mut dyn Decide,
}

impl Work for Group<'_> {
    type Done = Vec<Outcome>;

    fn run(&mut self, tx: &mut Tx<'_>) -> Answer<Vec<Outcome>> {
        protocol::commit(tx, self.district, self.group, self.decide)
    }

    fn starts_again(&mut self) -> bool {
        self.decide.starts_again()
    }
}

/// The views of a district and who tells them.
struct Views<'r>(&'r mut dyn Rebuild);

impl Work for Views<'_> {
    type Done = u64;

    fn run(&mut self, tx: &mut Tx<'_>) -> Answer<u64> {
        store::rebuild(tx, self.0)
    }

    fn starts_again(&mut self) -> bool {
        self.0.starts_again()
    }
}

/// A district that is written from a source, with who tells its views.
struct Whole<'s> {
    district: District,
    source: &'s mut dyn Source,
    rebuild: &'s mut dyn Rebuild,
}

impl Work for Whole<'_> {
    type Done = Head;

    fn run(&mut self, tx: &mut Tx<'_>) -> Answer<Head> {
        store::restore(tx, self.district, self.source, self.rebuild)
    }

    fn starts_again(&mut self) -> bool {
        self.rebuild.starts_again()
    }
}

/// A checkpoint that may be kept any number of times.
struct Signed<'c>(&'c SignedCheckpoint);

impl Work for Signed<'_> {
    type Done = ();

    fn run(&mut self, tx: &mut Tx<'_>) -> Answer<()> {
        store::keep_checkpoint(tx, self.0)
    }

    fn starts_again(&mut self) -> bool {
        true
    }
}

/// Records to be read into the index, and who tells what of them can be found.
struct Index<'t> {
    tell: &'t mut dyn Tell,
    limit: u32,
}

impl Work for Index<'_> {
    type Done = Indexed;

    fn run(&mut self, tx: &mut Tx<'_>) -> Answer<Indexed> {
        index::catch_up(tx, self.tell, self.limit)
    }

    fn starts_again(&mut self) -> bool {
        true
    }
}

/// One statement that may be run any number of times; whether any run of it touched a row.
struct Single<'v> {
    statement: sql::Statement,
    values: &'v [Value<'v>],
    has_touched: bool,
}

impl Work for Single<'_> {
    type Done = bool;

    fn run(&mut self, tx: &mut Tx<'_>) -> Answer<bool> {
        self.has_touched |= tx.write(&self.statement, self.values)? > 0;
        Ok(self.has_touched)
    }

    fn starts_again(&mut self) -> bool {
        true
    }
}

/// The connection was lost, and with it the transaction.
fn not_kept(not_done: &str) -> StoreError {
    StoreError::new(
        ErrorKind::Busy,
        not_done,
        "an act is sealed when the server has said so",
        "the connection was lost, and the server has nothing of it",
        "nothing was written; ask again",
    )
}

impl Store for PostgresStore {
    fn commit(
        &self,
        district: District,
        group: &[Proposal],
        decide: &mut dyn Decide,
    ) -> Answer<Vec<Outcome>> {
        self.writing(district, "the group was not committed", Group { district, group, decide })
    }

    fn rebuild(&self, district: District, rebuild: &mut dyn Rebuild) -> Answer<u64> {
        self.writing(district, "the views were not written again", Views(rebuild))
    }

    fn restore(
        &self,
        district: District,
        source: &mut dyn Source,
        rebuild: &mut dyn Rebuild,
    ) -> Answer<Head> {
        let whole = Whole { district, source, rebuild };
        self.writing(district, "the backup was not restored", whole)
    }

    fn districts(&self) -> Answer<Vec<District>> {
        self.reading(|link| read::districts(link, "the districts were not listed"))
    }

    fn examine(&self) -> Answer<Examined> {
        const ASKED: &str = "select current_setting('server_version'),
            pg_database_size(current_database())";
        self.reading(|link| {
            open::check_heads(link)?;
            let rows = link.ask("the store was not examined", ASKED)?;
            let row =
                rows.first().ok_or_else(|| columns::unreadable("the size of the database"))?;
            let (version, bytes): (String, i64) = (row.get(0), row.get(1));
            Ok(Examined {
                engine: format!("PostgreSQL {version}"),
                schema: self.address.options.migrations.last().map_or(0, |last| last.version),
                bytes: u64::try_from(bytes).unwrap_or(0),
                folder: None,
            })
        })
    }

    fn head(&self, district: District) -> Answer<Head> {
        self.reading(|link| read::head(link, "the head was not read", district))
    }

    fn record(&self, district: District, number: u64) -> Answer<Option<StoredRecord>> {
        self.reading(|link| read::record(link, "the record was not read", district, number))
    }

    fn records(&self, district: District, from: u64, limit: u32) -> Answer<Vec<StoredRecord>> {
        let page = [columns::district(district), counted(from), Value::Number(i64::from(limit))];
        self.all("the records were not read", &sql::ACT_PAGE, &page, columns::read_record)
    }

    fn client_act(&self, district: District, client_act: &str) -> Answer<Option<StoredRecord>> {
        let key = [columns::district(district), text(client_act)];
        self.first("the record was not read", &sql::ACT_CLIENT, &key, columns::read_record)
    }

    fn matter(&self, district: District, matter: &str) -> Answer<Option<MatterHead>> {
        self.reading(|link| read::matter(link, "the matter was not read", district, matter))
    }

    fn snapshot(&self, district: District, matter: &str) -> Answer<Option<Snapshot>> {
        let key = [columns::district(district), text(matter)];
        self.first("the snapshot was not read", &sql::SNAPSHOT_READ, &key, columns::read_snapshot)
    }

    fn matter_records(
        &self,
        district: District,
        matter: &str,
        after: u32,
    ) -> Answer<Vec<StoredRecord>> {
        self.reading(|link| {
            read::records_after(link, "the records were not read", district, matter, after)
        })
    }

    fn matters(
        &self,
        district: District,
        filter: &MatterFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Answer<Vec<MatterHead>> {
        let values = columns::listed(district, filter, before, limit);
        self.all("the matters were not listed", &sql::MATTER_LIST, &values, columns::read_matter)
    }

    fn index(&self, district: District, tell: &mut dyn Tell, limit: u32) -> Answer<Indexed> {
        self.writing(district, "the index was not written", Index { tell, limit })
    }

    fn indexed(&self, district: District) -> Answer<u64> {
        let key = [columns::district(district)];
        let read = columns::read_count;
        Ok(self.first("the index was not read", &sql::INDEX_READ, &key, read)?.unwrap_or(0))
    }

    fn named(
        &self,
        district: District,
        beginning: &str,
        after: (&str, u64),
        filter: &MatterFilter,
        limit: u32,
    ) -> Answer<Vec<MatterHead>> {
        let values = columns::named(district, beginning, after, filter, limit);
        self.all("the names were not searched", &sql::SEARCH_NAMES, &values, columns::read_matter)
    }

    fn matching(
        &self,
        district: District,
        wanted: &Wanted,
        before: Option<u64>,
        filter: &MatterFilter,
        limit: u32,
    ) -> Answer<Vec<MatterHead>> {
        let wish = Dialect::Postgres.wish(district, wanted);
        let values = columns::matching(district, &wish, before, filter, limit);
        self.all("the words were not searched", &sql::SEARCH_WORDS, &values, columns::read_matter)
    }

    fn alarms(
        &self,
        district: District,
        until: i64,
        (wake, matter): (i64, u64),
        limit: u32,
    ) -> Answer<Vec<OfMatter>> {
        let values = [
            columns::district(district),
            // "Never" is written as the greatest number and must not come due with it.
            Value::Number(until.min(store::NEVER - 1)),
            Value::Number(wake),
            counted(matter),
            Value::Number(i64::from(limit)),
        ];
        self.all("the duties were not listed", &sql::MATTER_DUE, &values, columns::read_owed)
    }

    fn owed(&self, district: District, matter: &str) -> Answer<Vec<OpenDuty>> {
        let key = [columns::district(district), text(matter)];
        let owes =
            self.first("the duties were not listed", &sql::MATTER_OWES, &key, columns::read_owed)?;
        Ok(owes.map_or(Vec::new(), store::owed))
    }

    fn counters(&self, district: District) -> Answer<Vec<Counter>> {
        let key = [columns::district(district)];
        let rows = self.all(
            "the counters were not read",
            &sql::COUNTER_LIST,
            &key,
            columns::read_counters,
        )?;
        Ok(store::summed(rows.into_iter().flatten()))
    }

    fn attempts(&self, district: District, after: u64, limit: u32) -> Answer<Vec<Attempted>> {
        let page = [columns::district(district), counted(after), Value::Number(i64::from(limit))];
        self.all("the attempts were not listed", &sql::ATTEMPT_PAGE, &page, columns::read_attempt)
    }

    fn tile(&self, district: District, id: TileId) -> Answer<Vec<Hash>> {
        self.reading(|link| read::tile(link, "the tile was not read", district, id))
    }

    fn put_checkpoint(&self, district: District, checkpoint: &SignedCheckpoint) -> Answer<()> {
        self.writing(district, "the checkpoint was not kept", Signed(checkpoint))
    }

    fn checkpoints(&self, district: District) -> Answer<Vec<SignedCheckpoint>> {
        let key = [columns::district(district)];
        let read = columns::read_checkpoint;
        self.all("the checkpoints were not read", &sql::CHECKPOINT_LIST, &key, read)
    }

    fn checkpoint_from(&self, district: District, size: u64) -> Answer<Option<SignedCheckpoint>> {
        let key = [columns::district(district), counted(size)];
        let read = columns::read_checkpoint;
        self.first("the checkpoint was not read", &sql::CHECKPOINT_FROM, &key, read)
    }

    fn latest_checkpoint(&self, district: District) -> Answer<Option<SignedCheckpoint>> {
        let key = [columns::district(district)];
        let read = columns::read_checkpoint;
        self.first("the checkpoint was not read", &sql::CHECKPOINT_LATEST, &key, read)
    }

    fn put_document(&self, district: District, document: &Document) -> Answer<Hash> {
        let hash = document.hash();
        let values = columns::paper(district, &hash, document);
        self.single(district, "the paper was not kept", sql::DOCUMENT_INSERT, &values)?;
        Ok(hash)
    }

    fn document(&self, district: District, hash: &Hash) -> Answer<Option<Document>> {
        let key = [columns::district(district), bytes(&hash.0)];
        self.first("the paper was not read", &sql::DOCUMENT_READ, &key, columns::read_document)
    }

    fn destroy_document(&self, district: District, hash: &Hash) -> Answer<bool> {
        let key = [columns::district(district), bytes(&hash.0)];
        self.single(district, "the paper was not destroyed", sql::DOCUMENT_DESTROY, &key)
    }

    fn private_values(&self, district: District, number: u64) -> Answer<Vec<Disclosure>> {
        let key = [columns::district(district), counted(number)];
        let read = columns::read_disclosure;
        self.all("the personal values were not read", &sql::PRIVATE_READ, &key, read)
    }

    fn destroy_private_value(&self, district: District, number: u64, name: &str) -> Answer<bool> {
        let key = [columns::district(district), counted(number), text(name)];
        self.single(district, "the value was not destroyed", sql::PRIVATE_DESTROY, &key)
    }
}
