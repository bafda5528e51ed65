//! Is a log what was sealed? Everything is computed again from the bytes; nothing stored is believed.
//!
//! Feed the records in order, in chunks. [`Chunk::hash`] does the heavy work, needs no state, and may
//! run on as many threads as there are chunks; [`Verification::absorb`] takes the chunks in order
//! and compares numbers, positions in matters, stored leaves and the roots of signed heads, each at
//! the very record where it applies. A disturbed log gives [`Finding`]s, never an early stop.
//!
//! Heads come from checkpoints whose signature was checked ([`crate::SignedCheckpoint::verify`]).
//! Give every one you have: an old one finds a dropped tail, a shorter log signed again, and a
//! history rewritten and signed again.
//!
//! Not here: whether an act was lawful. Replay is the engine's.
//!
//! Next: `findings.rs`.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::BuildHasherDefault;

use crate::append::LogHead;
use crate::canonical::DecodeError;
use crate::decode::{Address, RecordRef};
use crate::findings::{Finding, Verdict};
use crate::hash::{Hash, TreeDigest};
use crate::record::District;
use crate::tree::{Frontier, empty_root, leaf_hashes, parent_hashes};

/// One stored record as it is to be checked.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The number it is stored under; `None` where the bytes alone say it, as in an export.
    pub number: Option<u64>,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// The leaf stored in the tree for it. With it, a changed record is named; without it, only the
    /// first head that no longer fits.
    pub leaf: Option<Hash>,
}

/// Records hashed, not yet compared.
#[derive(Debug)]
pub struct Chunk<'a> {
    first: u64,
    rows: Vec<Seen<'a>>,
    subtrees: Vec<(u8, Hash)>,
}

#[derive(Debug)]
struct Seen<'a> {
    number: Option<u64>,
    leaf: Hash,
    stored: Option<Hash>,
    record: Result<RecordRef<'a>, Unread<'a>>,
}

/// Bytes that are no record, and their address, if at least that can be read.
#[derive(Debug)]
struct Unread<'a> {
    error: DecodeError,
    address: Option<Address<'a>>,
}

impl<'a> Chunk<'a> {
    /// How many records a chunk should have, and at which multiples it should begin, to be fast.
    pub const RECORDS: usize = 1024;

    /// Hashes and reads rows that begin at leaf `first` (0 for the first record of the log).
    pub fn hash<D: TreeDigest>(first: u64, rows: impl IntoIterator<Item = Row<'a>>) -> Self {
        let rows: Vec<_> = rows.into_iter().collect();
        let leaves = leaf_hashes::<D>(&rows.iter().map(|row| row.bytes).collect::<Vec<_>>());
        let subtrees = subtrees::<D>(first, &leaves);
        let rows = rows.iter().zip(leaves).map(|(row, leaf)| Seen::of(row, leaf)).collect();
        Self { first, rows, subtrees }
    }

    /// The records that can be read, in order: whoever replays them need not read them again.
    pub fn records(&self) -> impl Iterator<Item = &RecordRef<'a>> {
        self.rows.iter().filter_map(|row| row.record.as_ref().ok())
    }

    fn is_as_stored(&self) -> bool {
        self.rows.iter().all(|row| row.stored.is_none_or(|stored| stored == row.leaf))
    }
}

impl<'a> Seen<'a> {
    fn of(row: &Row<'a>, leaf: Hash) -> Self {
        let record = RecordRef::read(row.bytes)
            .map_err(|error| Unread { error, address: Address::read(row.bytes).ok() });
        Self { number: row.number, leaf, stored: row.leaf, record }
    }

    fn address(&self) -> Option<&Address<'a>> {
        match &self.record {
            Ok(record) => Some(&record.address),
            Err(unread) => unread.address.as_ref(),
        }
    }

    /// The number the row is stored under or, failing that, the one its bytes claim.
    fn claimed(&self) -> Option<u64> {
        self.number.or_else(|| self.address().map(|address| address.number))
    }
}

type Positions = HashMap<Box<str>, u32, BuildHasherDefault<DefaultHasher>>;

/// The state of a verification between chunks.
#[derive(Debug)]
pub struct Verification<D = sm3::Sm3> {
    district: District,
    /// Heads still to come, the largest first.
    heads: Vec<LogHead>,
    /// The tree over the bytes.
    tree: Frontier<D>,
    /// The tree over the stored leaves, from the first that differs.
    stored: Option<Frontier<D>>,
    positions: Positions,
    /// The number the next record must have.
    next: u64,
    /// The first number that is missing or repeated: from there on no tree can be built.
    torn: Option<u64>,
    /// Positions that earlier findings explain.
    excused: u64,
    /// The largest head that fitted.
    verified: u64,
    /// Records whose bytes do not hash to the stored leaf: number, computed, stored.
    suspects: Vec<(u64, Hash, Hash)>,
    findings: Vec<Finding>,
}

impl<D: TreeDigest> Verification<D> {
    /// Begins a verification of a district's log from its first record, against signed heads.
    pub fn new(district: District, heads: impl IntoIterator<Item = LogHead>) -> Self {
        let mut heads: Vec<_> = heads.into_iter().collect();
        heads.sort_by_key(|head| std::cmp::Reverse(head.size));
        let mut begun = Self {
            district,
            heads,
            tree: Frontier::new(),
            stored: None,
            positions: Positions::default(),
            next: 1,
            torn: None,
            excused: 0,
            verified: 0,
            suspects: Vec::new(),
            findings: Vec::new(),
        };
        begun.compare_heads();
        begun
    }

    /// How many records were taken in: the leaf at which the next chunk begins.
    pub fn next_leaf(&self) -> u64 {
        self.next - 1
    }

    /// Takes the next chunk in.
    pub fn absorb(&mut self, chunk: &Chunk<'_>) {
        let whole = self.takes_whole(chunk);
        for row in &chunk.rows {
            self.check_row(row, !whole);
        }
        if whole && self.torn.is_none() {
            for &(height, root) in &chunk.subtrees {
                let fits = self.tree.push_subtree(height, root);
                assert!(fits, "a chunk's subtrees continue the tree it was hashed for");
            }
            self.compare_heads();
        }
    }

    /// Ends the verification.
    pub fn finish(mut self) -> Verdict {
        let held = self.next - 1;
        for head in self.heads.drain(..).rev() {
            self.findings.push(match self.torn {
                Some(torn) if head.size <= held => Finding::Uncovered { size: head.size, torn },
                _ => Finding::Shorter { signed: head.size, held },
            });
        }
        for (number, computed, stored) in self.suspects {
            self.findings.push(if number <= self.verified {
                Finding::StoredLeaf { number, computed, stored }
            } else {
                Finding::Changed { number, computed, stored }
            });
        }
        self.findings.sort_by_key(Finding::number);
        let head = LogHead { size: self.tree.size(), root: self.tree.root() };
        Verdict { head, verified: self.verified, findings: self.findings }
    }

    /// Whether a chunk's subtrees may be joined as they are: it begins where the tree ends, its rows
    /// are numbered in order, nothing differs from what is stored, and no head lies inside it.
    fn takes_whole(&self, chunk: &Chunk<'_>) -> bool {
        let end = chunk.first + chunk.rows.len() as u64;
        let in_order = chunk
            .rows
            .iter()
            .zip(self.next..)
            .all(|(row, number)| row.claimed().is_none_or(|n| n == number));
        let head_inside = self.heads.last().is_some_and(|head| head.size < end);
        let continues =
            self.torn.is_none() && self.stored.is_none() && self.tree.size() == chunk.first;
        continues && in_order && !head_inside && chunk.is_as_stored()
    }

    fn check_row(&mut self, row: &Seen<'_>, grow: bool) {
        let number = row.claimed().unwrap_or(self.next);
        self.check_number(number);
        let differs = row.stored.filter(|stored| *stored != row.leaf);
        if let Some(stored) = differs {
            self.suspects.push((number, row.leaf, stored));
            self.excused = self.excused.saturating_add(1);
        } else {
            if let Err(Unread { error, .. }) = &row.record {
                self.findings.push(Finding::Unreadable { number, error: error.clone() });
            }
            match row.address() {
                Some(address) => self.check_address(number, address),
                None => self.excused = self.excused.saturating_add(1),
            }
        }
        if grow && self.torn.is_none() {
            self.grow(row.leaf, row.stored);
        }
    }

    fn check_number(&mut self, number: u64) {
        let expected = self.next;
        if number > expected {
            self.findings.push(Finding::Missing { first: expected, last: number - 1 });
            self.excused = self.excused.saturating_add(number - expected);
        } else if number < expected {
            self.findings.push(Finding::Repeated { number, expected });
        }
        if number != expected {
            self.torn.get_or_insert(expected.min(number));
        }
        self.next = expected.max(number.saturating_add(1));
    }

    fn check_address(&mut self, number: u64, address: &Address<'_>) {
        if address.number != number {
            self.findings.push(Finding::Misplaced { number, claims: address.number });
        }
        if address.district != self.district {
            self.findings.push(Finding::Foreign {
                number,
                district: address.district,
                log: self.district,
            });
        }
        let expected = match self.positions.get_mut(address.matter.raw()) {
            Some(last) => std::mem::replace(last, address.position).saturating_add(1),
            None => {
                self.positions.insert(address.matter.raw().into(), address.position);
                1
            }
        };
        if address.position != expected && !self.is_excused(expected, address.position) {
            let matter = address.matter.read().into_owned();
            self.findings.push(Finding::Position {
                number,
                matter,
                expected,
                found: address.position,
            });
        }
    }

    /// A step forward over positions that changed or missing records may have held is explained by
    /// the finding about those records.
    fn is_excused(&mut self, expected: u32, found: u32) -> bool {
        let step = u64::from(found.saturating_sub(expected));
        let excused = step > 0 && step <= self.excused;
        if excused {
            self.excused -= step;
        }
        excused
    }

    fn grow(&mut self, leaf: Hash, stored: Option<Hash>) {
        let stored = stored.unwrap_or(leaf);
        if stored != leaf && self.stored.is_none() {
            self.stored = Some(self.tree.clone());
        }
        self.tree.push(leaf);
        if let Some(tree) = &mut self.stored {
            tree.push(stored);
        }
        self.compare_heads();
    }

    fn compare_heads(&mut self) {
        while let Some(signed) = self.heads.pop_if(|head| head.size == self.tree.size()) {
            let computed = self.tree.root();
            let explained = self.stored.as_ref().is_some_and(|stored| stored.root() == signed.root);
            if computed == signed.root {
                self.verified = signed.size;
            } else if !explained {
                let finding = Finding::Root {
                    size: signed.size,
                    computed,
                    signed: signed.root,
                    verified: self.verified,
                };
                self.findings.push(finding);
            }
        }
    }
}

/// Verifies a whole log in one call, on one thread.
pub fn verify<'a, D: TreeDigest>(
    district: District,
    heads: impl IntoIterator<Item = LogHead>,
    rows: impl IntoIterator<Item = Row<'a>>,
) -> Verdict {
    let mut verification = Verification::<D>::new(district, heads);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk = Chunk::hash::<D>(verification.next_leaf(), rows.by_ref().take(Chunk::RECORDS));
        verification.absorb(&chunk);
    }
    verification.finish()
}

/// The roots of the complete subtrees that leaves starting at leaf `first` fall into, in order.
fn subtrees<D: TreeDigest>(first: u64, leaves: &[Hash]) -> Vec<(u8, Hash)> {
    let mut roots = Vec::new();
    let (mut at, mut rest) = (first, leaves);
    while !rest.is_empty() {
        let aligned = if at == 0 { 63 } else { at.trailing_zeros() };
        let height = aligned.min(rest.len().ilog2());
        let (row, others) = rest.split_at(1 << height);
        roots.push((height as u8, subtree_root::<D>(row.to_vec())));
        at += 1 << height;
        rest = others;
    }
    roots
}

fn subtree_root<D: TreeDigest>(mut row: Vec<Hash>) -> Hash {
    while row.len() > 1 {
        row = parent_hashes::<D>(&row);
    }
    row.pop().unwrap_or_else(empty_root::<D>)
}
