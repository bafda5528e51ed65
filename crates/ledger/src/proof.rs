//! Is this record in that log, and is that log a continuation of this one?
//!
//! Making proofs takes stored tiles and gives a short list of hashes (RFC 6962 §2.1.1 and §2.1.2).
//! Checking them takes hashes alone (RFC 9162 §2.1.3.2 and §2.1.4.2) and needs no store: anybody
//! with a root can do it.
//!
//! Not here: signatures over roots (`checkpoint.rs`).
//!
//! Next: `checkpoint.rs`.

use thiserror::Error;

use crate::hash::{Hash, TreeDigest};
use crate::tiles::{NodeReader, Tiles, TreeError};
use crate::tree::node_hash;

/// Why a proof does not hold.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProofError {
    /// The record would lie outside the log.
    #[error(
        "the proof was refused: record {number} does not lie in a log of {size} records; ask for a checkpoint that covers it"
    )]
    Outside {
        /// The record's number.
        number: u64,
        /// The size of the log.
        size: u64,
    },
    /// A later log can only be longer.
    #[error(
        "the proof was refused: the later log has {new} records and the earlier {old}; records were dropped"
    )]
    Shorter {
        /// The earlier size.
        old: u64,
        /// The later size.
        new: u64,
    },
    /// The proof has too few or too many hashes for these sizes.
    #[error(
        "the proof was refused: it holds {held} hashes, which no proof between these sizes does; ask for it again"
    )]
    Length {
        /// How many it holds.
        held: usize,
    },
    /// The hashes lead to another root.
    #[error(
        "the proof was refused: it leads to the root {computed}, the log of {size} records has {expected}; the record or the log was changed"
    )]
    Root {
        /// Whose root it should be.
        size: u64,
        /// The root the proof leads to.
        computed: Hash,
        /// The root it should lead to.
        expected: Hash,
    },
}

/// Proves that the leaf at `index` (a record's number less one) is in the first `size` leaves.
pub fn inclusion_proof<D: TreeDigest, T: Tiles>(
    tiles: &T,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, TreeError<T::Error>> {
    if index >= size {
        return Err(TreeError::OutOfRange { wanted: index, size });
    }
    let mut proof = Vec::new();
    let mut nodes = NodeReader::<T, D>::new(tiles);
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range_root(&mut nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(&mut nodes, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Proves that the first `old` leaves of the first `new` leaves are a log of their own.
pub fn consistency_proof<D: TreeDigest, T: Tiles>(
    tiles: &T,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, TreeError<T::Error>> {
    if old > new {
        return Err(TreeError::OutOfRange { wanted: old, size: new });
    }
    let mut proof = Vec::new();
    if old == 0 || old == new {
        return Ok(proof);
    }
    let mut nodes = NodeReader::<T, D>::new(tiles);
    let (mut start, mut end) = (0, new);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range_root(&mut nodes, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(&mut nodes, start, middle)?);
            start = middle;
        }
    }
    // The old tree's last complete subtree; a verifier has it already when it is the whole old tree.
    if start > 0 {
        proof.push(range_root(&mut nodes, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that a leaf is in the log of this size and root (RFC 9162 §2.1.3.2).
pub fn verify_inclusion<D: TreeDigest>(
    leaf: Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Outside { number: index.saturating_add(1), size });
    }
    let wrong_length = ProofError::Length { held: proof.len() };
    let (mut node, mut last, mut computed) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return Err(wrong_length);
        }
        if node & 1 == 1 || node == last {
            computed = node_hash::<D>(sibling, &computed);
            let skipped = node.trailing_zeros();
            (node, last) = (node >> skipped, last >> skipped);
        } else {
            computed = node_hash::<D>(&computed, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(wrong_length);
    }
    same_root(size, computed, root)
}

/// Checks that the log of `new` records continues the log of `old` records (RFC 9162 §2.1.4.2).
pub fn verify_consistency<D: TreeDigest>(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: Hash,
    new_root: Hash,
) -> Result<(), ProofError> {
    let wrong_length = ProofError::Length { held: proof.len() };
    if old > new {
        return Err(ProofError::Shorter { old, new });
    }
    if old == 0 || old == new {
        if !proof.is_empty() {
            return Err(wrong_length);
        }
        let of_nothing = crate::tree::empty_root::<D>();
        return if old == 0 {
            same_root(0, of_nothing, old_root)
        } else {
            same_root(new, new_root, old_root)
        };
    }
    let (mut seed, mut rest) = (old_root, proof);
    if !old.is_power_of_two() {
        let (first, others) = proof.split_first().ok_or_else(|| wrong_length.clone())?;
        (seed, rest) = (*first, others);
    }
    let skipped = (old - 1).trailing_ones();
    let (mut node, mut last) = ((old - 1) >> skipped, (new - 1) >> skipped);
    let (mut of_old, mut of_new) = (seed, seed);
    for sibling in rest {
        if last == 0 {
            return Err(wrong_length);
        }
        if node & 1 == 1 || node == last {
            of_old = node_hash::<D>(sibling, &of_old);
            of_new = node_hash::<D>(sibling, &of_new);
            let skipped = node.trailing_zeros();
            (node, last) = (node >> skipped, last >> skipped);
        } else {
            of_new = node_hash::<D>(&of_new, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(wrong_length);
    }
    same_root(old, of_old, old_root)?;
    same_root(new, of_new, new_root)
}

fn same_root(size: u64, computed: Hash, expected: Hash) -> Result<(), ProofError> {
    if computed == expected { Ok(()) } else { Err(ProofError::Root { size, computed, expected }) }
}

/// The size of the left subtree over `count` leaves: the largest power of two below it.
fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// The root over leaves `start..end`, where `start` is the left end of a subtree of the log.
fn range_root<T: Tiles, D: TreeDigest>(
    nodes: &mut NodeReader<'_, T, D>,
    start: u64,
    end: u64,
) -> Result<Hash, TreeError<T::Error>> {
    let count = end - start;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return nodes.node(level as u8, start >> level);
    }
    let middle = start + split(count);
    let left = range_root(nodes, start, middle)?;
    let right = range_root(nodes, middle, end)?;
    Ok(node_hash::<D>(&left, &right))
}
