//! How does a record enter the log? It is numbered, then sealed, then witnessed, and the types say
//! which.
//!
//! [`Numbered`]: it has its number, its canonical bytes and its leaf ([`Spelt`] before the leaves of a
//! group are hashed together). [`Sealed`]: its leaf is in the tree and the root covers it. Both happen inside the store's one commit, under the lock of the district's
//! head: [`append`] takes the frontier read under that lock and the records, and gives everything
//! the transaction must write. The third stage, [`crate::Witnessed`], needs a signed checkpoint and
//! comes later.
//!
//! Not here: the lock, the transaction, and whether the act is lawful.
//!
//! Next: `checkpoint.rs` for signing the head; `proof.rs` for proving a record in it.

use thiserror::Error;

use crate::encode::RecordError;
use crate::hash::{Hash, TreeDigest};
use crate::record::{District, Record};
use crate::tiles::TileEntry;
use crate::tree::{Frontier, leaf_hashes};

/// A record with its number and its canonical bytes; without its leaf, for those of many records
/// are hashed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelt {
    record: Record,
    bytes: Vec<u8>,
}

impl Spelt {
    /// Gives a record its number and writes its bytes.
    pub fn new(mut record: Record, number: u64) -> Result<Self, RecordError> {
        record.number = number;
        let bytes = record.to_bytes()?;
        Ok(Self { record, bytes })
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Its canonical bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// A record with its number, its canonical bytes and its leaf; not yet in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    record: Record,
    bytes: Vec<u8>,
    leaf: Hash,
}

impl Numbered {
    /// Computes the leaves of records.
    pub fn all<D: TreeDigest>(records: Vec<Spelt>) -> Vec<Self> {
        let bytes: Vec<_> = records.iter().map(Spelt::bytes).collect();
        let leaves = leaf_hashes::<D>(&bytes);
        let numbered = |(Spelt { record, bytes }, leaf)| Self { record, bytes, leaf };
        records.into_iter().zip(leaves).map(numbered).collect()
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Its canonical bytes: what a store keeps and what the leaf covers.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its leaf, which is also the act's digest on a receipt.
    pub fn leaf(&self) -> Hash {
        self.leaf
    }
}

/// How far a log has grown: the size and the root of its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// How many records the tree covers.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A record in the tree, with a head that covers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    numbered: Numbered,
    head: LogHead,
}

impl Sealed {
    /// The record.
    pub fn record(&self) -> &Record {
        &self.numbered.record
    }

    /// Its canonical bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.numbered.bytes
    }

    /// Its leaf.
    pub fn leaf(&self) -> Hash {
        self.numbered.leaf
    }

    /// The head that was written in the same commit.
    pub fn head(&self) -> LogHead {
        self.head
    }

    /// The record, given up.
    pub fn into_record(self) -> Record {
        self.numbered.record
    }
}

/// What one commit adds to a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The records in order.
    pub sealed: Vec<Sealed>,
    /// The nodes to append to stored tiles, in order.
    pub nodes: Vec<TileEntry>,
    /// The head after the commit.
    pub head: LogHead,
}

/// Why nothing was appended. The frontier is as it was.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AppendError {
    /// A record cannot be written down.
    #[error("nothing was appended: record {at} of the group: {source}")]
    Record {
        /// Its place in the group, from 0.
        at: usize,
        /// Why.
        source: RecordError,
    },
    /// One log belongs to one district.
    #[error(
        "nothing was appended: record {at} of the group is of district {found}, the group began with {expected}; commit each district by itself"
    )]
    Foreign {
        /// Its place in the group, from 0.
        at: usize,
        /// The record's district.
        found: District,
        /// The district of the group's first record.
        expected: District,
    },
    /// The numbers do not continue the log.
    #[error(
        "nothing was appended: record {at} of the group has number {found}, the log continues with {expected}; number it again under the lock"
    )]
    Number {
        /// Its place in the group, from 0.
        at: usize,
        /// The number it has.
        found: u64,
        /// The number it must have.
        expected: u64,
    },
}

/// Numbers and seals a group of records: the numbers they came with are replaced.
pub fn append<D: TreeDigest>(
    frontier: &mut Frontier<D>,
    records: Vec<Record>,
) -> Result<Batch, AppendError> {
    let spelt = records.into_iter().zip(0..).map(|(record, at)| {
        let number = frontier.size() + 1 + at as u64;
        Spelt::new(record, number).map_err(|source| AppendError::Record { at, source })
    });
    seal(frontier, Numbered::all::<D>(spelt.collect::<Result<_, _>>()?))
}

/// Seals records that have their numbers: leaves into the tree, new nodes and the new head out.
pub fn seal<D: TreeDigest>(
    frontier: &mut Frontier<D>,
    numbered: Vec<Numbered>,
) -> Result<Batch, AppendError> {
    check_order(frontier.size(), &numbered)?;
    let mut nodes = Vec::with_capacity(numbered.len() + 1);
    let leaves: Vec<_> = numbered.iter().map(Numbered::leaf).collect();
    frontier.extend_stored(&leaves, &mut nodes);
    let head = LogHead { size: frontier.size(), root: frontier.root() };
    let sealed = numbered.into_iter().map(|numbered| Sealed { numbered, head }).collect();
    Ok(Batch { sealed, nodes, head })
}

fn check_order(size: u64, numbered: &[Numbered]) -> Result<(), AppendError> {
    for (at, Numbered { record, .. }) in numbered.iter().enumerate() {
        let (first, number) = (numbered[0].record.district, size + 1 + at as u64);
        if record.district != first {
            return Err(AppendError::Foreign { at, found: record.district, expected: first });
        }
        if record.number != number {
            return Err(AppendError::Number { at, found: record.number, expected: number });
        }
    }
    Ok(())
}
