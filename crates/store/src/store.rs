//! What must a backend be able to do?
//!
//! [`Store`] is the whole of it, synchronous and usable as `dyn Store`. Writing has one entrance,
//! [`Store::commit`]; whatever else writes touches nothing that is sealed. Everything is of one
//! district at a time: no question spans two.
//!
//! Not here: how a commit runs (`protocol.rs`, written once for all backends).
//!
//! Next: `protocol.rs`.

use std::path::PathBuf;

use ledger::{Disclosure, District, Hash, LogHead, SignedCheckpoint, TileId, Tiles};

use crate::act::{Document, Outcome, Proposal, StoredRecord};
use crate::backup::Source;
use crate::decide::{Decide, Past};
use crate::duties::{OfMatter, OpenDuty, first_due};
use crate::error::StoreError;
use crate::index::{Indexed, Tell};
use crate::search::Wanted;
use crate::view::{Attempted, Counter, MatterFilter, MatterHead, Snapshot, ViewChanges};

/// How far a district has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Size and root of its log.
    pub log: LogHead,
    /// How many matters were begun.
    pub matters: u64,
    /// How many attempts were noted.
    pub attempts: u64,
}

/// What an engine says of a store it has looked through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The engine and its version.
    pub engine: String,
    /// The version of the schema.
    pub schema: i64,
    /// How much room the store takes.
    pub bytes: u64,
    /// Where its files lie, if they lie on this machine.
    pub folder: Option<PathBuf>,
}

/// Keeps acts for ever. A commit answers with sealed acts or an error; never with "maybe".
pub trait Store: Send + Sync {
    /// Decides and seals a group of items in one transaction under the lock of the district's head.
    /// The outcomes are in the order of the group. An item that is rejected, repeated, in conflict,
    /// stale or failed takes no number and does not hinder the others. After an error nothing of the group
    /// was written, and the same call may be made again.
    fn commit(
        &self,
        district: District,
        group: &[Proposal],
        decide: &mut dyn Decide,
    ) -> Result<Vec<Outcome>, StoreError>;

    /// The districts that hold anything, in order.
    fn districts(&self) -> Result<Vec<District>, StoreError>;

    /// Looks through the store for what the engine itself can tell: damaged pages and indexes where it
    /// checks them, heads that do not fit their records. Takes as long as the store is large.
    fn examine(&self) -> Result<Examined, StoreError>;

    /// How far a district has come; an empty log for one that holds nothing.
    fn head(&self, district: District) -> Result<Head, StoreError>;

    /// One record.
    fn record(&self, district: District, number: u64) -> Result<Option<StoredRecord>, StoreError>;

    /// At most `limit` records in order, beginning with number `from`.
    fn records(
        &self,
        district: District,
        from: u64,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError>;

    /// The record sealed under a client's name for an act.
    fn client_act(
        &self,
        district: District,
        client_act: &str,
    ) -> Result<Option<StoredRecord>, StoreError>;

    /// A matter.
    fn matter(&self, district: District, matter: &str) -> Result<Option<MatterHead>, StoreError>;

    /// The latest snapshot of a matter.
    fn snapshot(&self, district: District, matter: &str) -> Result<Option<Snapshot>, StoreError>;

    /// The records of a matter behind a position, in order: all of them behind 0.
    fn matter_records(
        &self,
        district: District,
        matter: &str,
        after: u32,
    ) -> Result<Vec<StoredRecord>, StoreError>;

    /// At most `limit` matters, the latest begun first, below the key `before` if one is given.
    fn matters(
        &self,
        district: District,
        filter: &MatterFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<MatterHead>, StoreError>;

    /// Reads at most `limit` more records into the index of words; see [`crate::index`].
    fn index(
        &self,
        district: District,
        tell: &mut dyn Tell,
        limit: u32,
    ) -> Result<Indexed, StoreError>;

    /// How many records the index of words has read.
    fn indexed(&self, district: District) -> Result<u64, StoreError>;

    /// At most `limit` indexed matters whose name begins so, in the order of name and key, behind a
    /// name and a key. Names as [`crate::Query::name`] compares them.
    fn named(
        &self,
        district: District,
        beginning: &str,
        after: (&str, u64),
        filter: &MatterFilter,
        limit: u32,
    ) -> Result<Vec<MatterHead>, StoreError>;

    /// At most `limit` indexed matters in which the wanted words occur, the latest begun first, below
    /// the key `before` if one is given.
    fn matching(
        &self,
        district: District,
        wanted: &Wanted,
        before: Option<u64>,
        filter: &MatterFilter,
        limit: u32,
    ) -> Result<Vec<MatterHead>, StoreError>;

    /// At most `limit` open duties whose clock runs and whose due instant is not after `until`, the
    /// first due first.
    fn due(&self, district: District, until: i64, limit: u32) -> Result<Vec<OpenDuty>, StoreError> {
        first_due(until, limit, |seen, size| self.alarms(district, until, seen, size))
    }

    /// At most `limit` matters whose alarm rings, not after `until`, in the order of alarm and key,
    /// behind those given.
    fn alarms(
        &self,
        district: District,
        until: i64,
        behind: (i64, u64),
        limit: u32,
    ) -> Result<Vec<OfMatter>, StoreError>;

    /// Everything owed in a matter, the first due first, then what has no running clock.
    fn owed(&self, district: District, matter: &str) -> Result<Vec<OpenDuty>, StoreError>;

    /// The counters of a district, by figure and window.
    fn counters(&self, district: District) -> Result<Vec<Counter>, StoreError>;

    /// At most `limit` attempts with numbers above `after`, in order.
    fn attempts(
        &self,
        district: District,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Attempted>, StoreError>;

    /// A tile of the district's tree, as far as it is filled; see [`StoreTiles`].
    fn tile(&self, district: District, id: TileId) -> Result<Vec<Hash>, StoreError>;

    /// Keeps a signed checkpoint, if it is the turn of its key; see
    /// [`crate::keep_checkpoint`]. A second one of the same size takes the place of the
    /// first, unless that handed the log over.
    fn put_checkpoint(
        &self,
        district: District,
        checkpoint: &SignedCheckpoint,
    ) -> Result<(), StoreError>;

    /// All checkpoints of a district, the smallest first.
    fn checkpoints(&self, district: District) -> Result<Vec<SignedCheckpoint>, StoreError>;

    /// The smallest checkpoint that covers at least `size` records.
    fn checkpoint_from(
        &self,
        district: District,
        size: u64,
    ) -> Result<Option<SignedCheckpoint>, StoreError>;

    /// The largest checkpoint.
    fn latest_checkpoint(&self, district: District)
    -> Result<Option<SignedCheckpoint>, StoreError>;

    /// Keeps a paper and gives its salted hash. To be called before the act that names it.
    fn put_document(&self, district: District, document: &Document) -> Result<Hash, StoreError>;

    /// A paper by its salted hash.
    fn document(&self, district: District, hash: &Hash) -> Result<Option<Document>, StoreError>;

    /// Destroys a paper with its salt. `false` when there was none.
    fn destroy_document(&self, district: District, hash: &Hash) -> Result<bool, StoreError>;

    /// The personal values of a record that were not destroyed, by name.
    fn private_values(
        &self,
        district: District,
        number: u64,
    ) -> Result<Vec<Disclosure>, StoreError>;

    /// Destroys a personal value with its salt. `false` when there was none.
    fn destroy_private_value(
        &self,
        district: District,
        number: u64,
        name: &str,
    ) -> Result<bool, StoreError>;

    /// Drops the views of a district and writes them again from its records, in one transaction. The
    /// index of words is dropped, and reads the log again when it is told to.
    /// Gives the number of records. After an error the views are as they were.
    fn rebuild(&self, district: District, rebuild: &mut dyn Rebuild) -> Result<u64, StoreError>;

    /// Writes a district that holds nothing from a source, with its views, in one transaction. Gives
    /// how far it has come. After an error the district holds nothing, as before.
    fn restore(
        &self,
        district: District,
        source: &mut dyn Source,
        rebuild: &mut dyn Rebuild,
    ) -> Result<Head, StoreError>;
}

/// Tells again what each record changed in the views.
pub trait Rebuild {
    /// The changes of one record and, where it is worth keeping, the state behind it. Called for
    /// every record of the district in order of numbers. Attempts are ignored. The past holds every
    /// record before this one; later ones of its matter may be there as well.
    fn views(
        &mut self,
        record: &StoredRecord,
        past: &dyn Past,
    ) -> Result<(ViewChanges, Option<Snapshot>), StoreError>;

    /// Everything was taken back and will be told anew from the first record. `false` if that
    /// cannot be: then the error that took it back is the answer.
    fn starts_again(&mut self) -> bool {
        false
    }
}

/// The tiles of one district, as proofs read them.
#[derive(Clone, Copy)]
pub struct StoreTiles<'s> {
    store: &'s dyn Store,
    district: District,
}

impl<'s> StoreTiles<'s> {
    /// The tiles of a district.
    pub fn new(store: &'s dyn Store, district: District) -> Self {
        Self { store, district }
    }
}

impl Tiles for StoreTiles<'_> {
    type Error = StoreError;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, StoreError> {
        self.store.tile(self.district, id)
    }
}
