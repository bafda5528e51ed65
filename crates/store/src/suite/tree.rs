//! Does the tree prove what the log holds?
//!
//! Inclusion and consistency, over sizes that fill tiles and sizes that do not.

use ledger::{
    Hash, LogHead, Sm3, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};

use super::clerk::{Ask, DISTRICT, commit_all, verify};
use crate::{Store, StoreTiles};

fn grow(store: &dyn Store, from: u64, to: u64, group: usize) -> LogHead {
    let asks: Vec<Ask> = (from..to)
        .map(|at| Ask::new(&format!("m{}", at / 2), &format!("c{at}"), "note", at as i64))
        .collect();
    for group in asks.chunks(group) {
        commit_all(store, DISTRICT, group);
    }
    store.head(DISTRICT).expect("the head is read").log
}

fn prove(store: &dyn Store, head: LogHead, leaf: u64) {
    let tiles = StoreTiles::new(store, DISTRICT);
    let path = inclusion_proof::<Sm3, _>(&tiles, leaf, head.size).expect("a proof is made");
    let record = store.record(DISTRICT, leaf + 1).expect("read").expect("it is there");
    let computed: Hash = ledger::leaf_hash::<Sm3>(&record.bytes);
    assert_eq!(computed, record.leaf);
    verify_inclusion::<Sm3>(record.leaf, leaf, head.size, &path, head.root)
        .expect("the proof holds");
}

fn compare(store: &dyn Store, old: LogHead, new: LogHead) {
    let tiles = StoreTiles::new(store, DISTRICT);
    let path = consistency_proof::<Sm3, _>(&tiles, old.size, new.size).expect("a proof is made");
    verify_consistency::<Sm3>(old.size, new.size, &path, old.root, new.root).expect("it holds");
}

/// Groups of uneven sizes, heads in between, and every record of a log of some tiles.
pub fn every_record_is_proved_at_every_size(store: &dyn Store) {
    let sizes = [1, 2, 255, 256, 257, 511, 512, 600];
    let mut heads = Vec::new();
    for (at, size) in sizes.into_iter().enumerate() {
        let from = heads.last().map_or(0, |head: &LogHead| head.size);
        heads.push(grow(store, from, size, 37 + at));
    }
    let last = heads[heads.len() - 1];
    for leaf in (0..last.size).step_by(13).chain([254, 255, 256, 511, 512, 599]) {
        prove(store, last, leaf);
    }
    for pair in heads.windows(2) {
        compare(store, pair[0], pair[1]);
        prove(store, pair[0], pair[0].size - 1);
    }
    assert_eq!(verify(store, DISTRICT), 600);
}

/// A log with tiles of three levels: the third begins behind 256 tiles of 256 leaves.
pub fn tiles_of_three_levels_are_still_proved(store: &dyn Store) {
    const LAST: u64 = 256 * 256 + 300;
    let early = grow(store, 0, 1_000, 500);
    let head = grow(store, 1_000, LAST, 1_000);
    for leaf in [0, 1, 255, 256, 65_535, 65_536, 65_791, LAST - 1] {
        prove(store, head, leaf);
    }
    compare(store, early, head);
    assert_eq!(verify(store, DISTRICT), LAST);
}
