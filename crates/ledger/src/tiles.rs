//! Where are the nodes of the tree kept? Outside, in tiles of up to 256 hashes.
//!
//! Tile (0, i) holds leaf hashes 256·i and on; tile (1, i) holds the roots of full tiles of level 0,
//! and so on (the layout of C2SP tlog-tiles). Nodes between two tile levels are not kept: at most
//! 255 hashes of one tile give any of them. A tile only ever grows at its right end.
//!
//! Takes a store behind the small trait [`Tiles`]; gives nodes by coordinates.
//!
//! Not here: which nodes a proof needs (`proof.rs`) and any storage but a test's own memory.
//!
//! Next: `proof.rs`.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::marker::PhantomData;

use thiserror::Error;

use crate::hash::{Hash, TreeDigest};
use crate::tree::{Frontier, node_hash};

/// How many levels of the tree one tile spans.
pub const TILE_HEIGHT: u8 = 8;
/// How many hashes a full tile holds.
pub const TILE_WIDTH: usize = 1 << TILE_HEIGHT;

/// The place of a tile: its level counted in tiles, and its index from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes, 1 for the roots of full level-0 tiles, at most 7.
    pub level: u8,
    /// Counted from the left, from 0.
    pub index: u64,
}

/// A hash to append to a tile. Within a tile, entries arrive in order of their offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileEntry {
    /// The tile.
    pub tile: TileId,
    /// The place in the tile, 0 to 255.
    pub offset: u8,
    /// The hash.
    pub hash: Hash,
}

/// A store of tiles, read only.
pub trait Tiles {
    /// Why a tile could not be read.
    type Error: std::error::Error;

    /// The hashes a tile holds so far, from its left end; none when nothing is stored there. More
    /// than a proof needs is harmless: a tile never changes, it only grows.
    fn tile(&self, id: TileId) -> Result<Vec<Hash>, Self::Error>;
}

impl<T: Tiles + ?Sized> Tiles for &T {
    type Error = T::Error;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, Self::Error> {
        (**self).tile(id)
    }
}

/// Tiles in memory: for tests, exports and logs small enough to hold.
#[derive(Clone, Debug, Default)]
pub struct MemoryTiles(BTreeMap<TileId, Vec<Hash>>);

impl MemoryTiles {
    /// Keeps the nodes an append gave.
    ///
    /// # Panics
    /// When an entry does not continue its tile: nodes were lost or kept twice.
    pub fn keep(&mut self, entries: &[TileEntry]) {
        for entry in entries {
            let tile = self.0.entry(entry.tile).or_default();
            assert_eq!(tile.len(), usize::from(entry.offset), "entries arrive in order, once");
            tile.push(entry.hash);
        }
    }
}

impl Tiles for MemoryTiles {
    type Error = Infallible;

    fn tile(&self, id: TileId) -> Result<Vec<Hash>, Infallible> {
        Ok(self.0.get(&id).cloned().unwrap_or_default())
    }
}

/// Why nodes of the tree could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TreeError<E> {
    /// The store failed.
    #[error("no proof was made: tile {}/{} could not be read: {source}", tile.level, tile.index)]
    Store {
        /// The tile asked for.
        tile: TileId,
        /// What the store said.
        source: E,
    },
    /// The store holds less of a tile than a log of this size must have.
    #[error(
        "no proof was made: tile {}/{} holds {held} hashes and {needed} are needed; \
         rebuild the tiles from the records, which are the truth",
        tile.level, tile.index
    )]
    Missing {
        /// The tile asked for.
        tile: TileId,
        /// How many hashes it holds.
        held: usize,
        /// How many the proof needs.
        needed: usize,
    },
    /// The question has no answer in a log of this size.
    #[error(
        "no proof was made: {wanted} does not lie in a log of {size} records; ask for one that does"
    )]
    OutOfRange {
        /// What was asked for: the leaf's index or the older size.
        wanted: u64,
        /// The size of the log it was asked in.
        size: u64,
    },
}

/// Reads nodes by coordinates and reads each tile once.
pub(crate) struct NodeReader<'t, T: Tiles, D> {
    tiles: &'t T,
    read: BTreeMap<TileId, Vec<Hash>>,
    digest: PhantomData<fn() -> D>,
}

impl<'t, T: Tiles, D: TreeDigest> NodeReader<'t, T, D> {
    pub(crate) fn new(tiles: &'t T) -> Self {
        Self { tiles, read: BTreeMap::new(), digest: PhantomData }
    }

    /// The root of the complete subtree of 2^level leaves that starts at leaf index·2^level.
    pub(crate) fn node(&mut self, level: u8, index: u64) -> Result<Hash, TreeError<T::Error>> {
        let within = level % TILE_HEIGHT;
        let first = index << within;
        let id = TileId { level: level / TILE_HEIGHT, index: first >> TILE_HEIGHT };
        let start = first as usize % TILE_WIDTH;
        let end = start + (1 << within);
        let tile = self.tile(id)?;
        let row = tile.get(start..end).ok_or(TreeError::Missing {
            tile: id,
            held: tile.len(),
            needed: end,
        })?;
        Ok(fold::<D>(row))
    }

    fn tile(&mut self, id: TileId) -> Result<&[Hash], TreeError<T::Error>> {
        if !self.read.contains_key(&id) {
            let tile =
                self.tiles.tile(id).map_err(|source| TreeError::Store { tile: id, source })?;
            self.read.insert(id, tile);
        }
        Ok(&self.read[&id])
    }
}

impl<D: TreeDigest> Frontier<D> {
    /// Reads the frontier of the first `size` leaves from stored tiles.
    pub fn read<T: Tiles>(tiles: &T, size: u64) -> Result<Self, TreeError<T::Error>> {
        let mut reader = NodeReader::<T, D>::new(tiles);
        let levels = (0..64u8).rev().filter(|level| size >> level & 1 == 1);
        let peaks = levels
            .map(|level| reader.node(level, (size >> level) - 1))
            .collect::<Result<_, _>>()?;
        Ok(Self::from_parts(size, peaks).expect("one peak was read for each one-bit"))
    }
}

/// The root above a row of 2^n nodes.
fn fold<D: TreeDigest>(row: &[Hash]) -> Hash {
    match row {
        [node] => *node,
        _ => {
            let (left, right) = row.split_at(row.len() / 2);
            node_hash::<D>(&fold::<D>(left), &fold::<D>(right))
        }
    }
}
