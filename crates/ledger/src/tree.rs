//! How do leaves become one root? By the Merkle tree of RFC 6962 §2.1, over any 32-byte digest.
//!
//! [`Frontier`] is all that appending needs: the size of the log and the roots of its complete
//! subtrees, at most 64 hashes. It takes leaf hashes; it gives the root and the new nodes to store.
//!
//! Not here: storage (`tiles.rs`), proofs (`proof.rs`), records (`append.rs`).
//!
//! Next: `tiles.rs` for where the nodes are kept.

use std::marker::PhantomData;

use sm3::Sm3;

use crate::hash::{Hash, TreeDigest};
use crate::tiles::{TILE_HEIGHT, TileEntry, TileId};
use crate::value::Value;

/// What a leaf's digest begins with.
const LEAF: u8 = 0x00;
/// What an inner node's digest begins with.
const NODE: u8 = 0x01;

/// The hash of a leaf: digest(0x00 ‖ bytes).
pub fn leaf_hash<D: TreeDigest>(bytes: &[u8]) -> Hash {
    Hash(D::new().chain_update([LEAF]).chain_update(bytes).finalize().into())
}

/// The hashes of many leaves.
pub(crate) fn leaf_hashes<D: TreeDigest>(leaves: &[&[u8]]) -> Vec<Hash> {
    D::each(LEAF, leaves)
}

/// The hashes of the inner nodes over pairs of neighbours; the length is even.
pub(crate) fn parent_hashes<D: TreeDigest>(children: &[Hash]) -> Vec<Hash> {
    let pairs: Vec<[u8; 64]> = children.as_chunks().0.iter().map(pair).collect();
    D::each(NODE, &pairs.iter().map(|pair| &pair[..]).collect::<Vec<_>>())
}

fn pair([left, right]: &[Hash; 2]) -> [u8; 64] {
    let mut pair = [0; 64];
    pair[..32].copy_from_slice(&left.0);
    pair[32..].copy_from_slice(&right.0);
    pair
}

/// The hash of an inner node: digest(0x01 ‖ left ‖ right).
pub fn node_hash<D: TreeDigest>(left: &Hash, right: &Hash) -> Hash {
    let mut node = [NODE; 65];
    node[1..33].copy_from_slice(&left.0);
    node[33..].copy_from_slice(&right.0);
    Hash(D::digest(node).into())
}

/// The root of the empty tree: digest of nothing.
pub fn empty_root<D: TreeDigest>() -> Hash {
    Hash(D::digest([]).into())
}

/// The right edge of a tree: its size and the roots of its complete subtrees, largest first.
#[derive(Debug)]
pub struct Frontier<D = Sm3> {
    size: u64,
    peaks: Vec<Hash>,
    digest: PhantomData<fn() -> D>,
}

impl<D: TreeDigest> Frontier<D> {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self { size: 0, peaks: Vec::new(), digest: PhantomData }
    }

    /// A frontier from its parts; `None` unless there is one peak for each one-bit of the size, and
    /// the size is one that record numbers reach.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        let fits = peaks.len() == size.count_ones() as usize && size <= Value::MAX_INTEGER as u64;
        fits.then_some(Self { size, peaks, digest: PhantomData })
    }

    /// A frontier as [`Frontier::to_bytes`] wrote it.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, peaks) = bytes.split_first_chunk::<8>()?;
        let (hashes, rest) = peaks.as_chunks::<32>();
        let peaks = hashes.iter().copied().map(Hash).collect();
        rest.is_empty().then(|| Self::from_parts(u64::from_be_bytes(*size), peaks))?
    }

    /// The size (eight bytes, big-endian) and the peaks: what a store keeps beside its head.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        for peak in &self.peaks {
            bytes.extend_from_slice(&peak.0);
        }
        bytes
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(&last) = peaks.next() else {
            return empty_root::<D>();
        };
        peaks.fold(last, |right, left| node_hash::<D>(left, &right))
    }

    /// Appends one leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.join(0, leaf);
    }

    /// Appends leaves and adds the nodes a store must keep for them: the leaves themselves, and for
    /// each 256 leaves a node of the tile above. Nodes of a level do not wait for each other, so the
    /// tree grows by whole levels.
    pub fn extend_stored(&mut self, leaves: &[Hash], stored: &mut Vec<TileEntry>) {
        let (mut row, mut first, mut level) = (leaves.to_vec(), self.size, 0);
        let mut peaks = Vec::new();
        while !row.is_empty() {
            if level % TILE_HEIGHT == 0 {
                stored.extend(row.iter().zip(first..).map(|(hash, index)| TileEntry {
                    tile: TileId { level: level / TILE_HEIGHT, index: index >> TILE_HEIGHT },
                    offset: index as u8,
                    hash: *hash,
                }));
            }
            if first & 1 == 1 {
                row.insert(0, self.peaks.pop().expect("an odd index has a left neighbour"));
            }
            if row.len() & 1 == 1 {
                peaks.extend(row.pop());
            }
            row = parent_hashes::<D>(&row);
            (first, level) = (first >> 1, level + 1);
        }
        self.peaks.extend(peaks.into_iter().rev());
        self.size += leaves.len() as u64;
    }

    /// Appends the root of a complete subtree of 2^height leaves, hashed elsewhere: this is how a
    /// log is checked on many processors. `false`, and no change, unless the size is a multiple
    /// of 2^height.
    pub fn push_subtree(&mut self, height: u8, root: Hash) -> bool {
        let fits = height < 64 && self.size.trailing_zeros() >= u32::from(height);
        if fits {
            self.join(height, root);
        }
        fits
    }

    /// Adds a complete subtree and merges equal neighbours upward.
    fn join(&mut self, height: u8, root: Hash) {
        let (mut index, mut node) = (self.size >> height, root);
        while index & 1 == 1 {
            let left = self.peaks.pop().expect("an odd index has a left neighbour");
            node = node_hash::<D>(&left, &node);
            index >>= 1;
        }
        self.peaks.push(node);
        self.size += 1 << height;
    }
}

impl<D: TreeDigest> Default for Frontier<D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D> Clone for Frontier<D> {
    fn clone(&self) -> Self {
        Self { size: self.size, peaks: self.peaks.clone(), digest: PhantomData }
    }
}

impl<D> PartialEq for Frontier<D> {
    fn eq(&self, other: &Self) -> bool {
        self.size == other.size && self.peaks == other.peaks
    }
}

impl<D> Eq for Frontier<D> {}
