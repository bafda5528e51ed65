//! Numbering and sealing.

use ledger::*;

use crate::samples::{DISTRICT, record};

#[test]
fn an_append_numbers_without_gaps_and_seals_under_one_head() {
    let mut frontier = Frontier::<Sm3>::new();
    append(&mut frontier, vec![record("a", 1), record("a", 2)]).unwrap();
    let batch = append(&mut frontier, vec![record("b", 1), record("a", 3)]).unwrap();
    let numbers: Vec<_> = batch.sealed.iter().map(|sealed| sealed.record().number).collect();
    assert_eq!(numbers, [3, 4]);
    assert_eq!(batch.head, LogHead { size: 4, root: frontier.root() });
    assert!(batch.sealed.iter().all(|sealed| sealed.head() == batch.head));
    assert_eq!(batch.sealed[0].leaf(), leaf_hash::<Sm3>(batch.sealed[0].bytes()));
}

#[test]
fn one_leaf_in_256_also_closes_a_tile() {
    let mut frontier = Frontier::<Sm3>::new();
    let batch =
        append(&mut frontier, (1..=256).map(|position| record("m", position)).collect()).unwrap();
    assert_eq!(batch.nodes.len(), 257);
    let last = batch.nodes[256];
    assert_eq!((last.tile, last.offset), (TileId { level: 1, index: 0 }, 0));
    assert_eq!(last.hash, batch.head.root);
}

#[test]
fn a_group_with_a_record_that_cannot_be_written_changes_nothing() {
    let mut frontier = Frontier::<Sm3>::new();
    let refused = append(&mut frontier, vec![record("a", 1), record("", 1)]).unwrap_err();
    assert_eq!(refused, AppendError::Record { at: 1, source: RecordError::Nameless("matter") });
    assert_eq!(frontier, Frontier::new());
}

#[test]
fn one_log_takes_records_of_one_district() {
    let mut frontier = Frontier::<Sm3>::new();
    let foreign = Record { district: District(110105), ..record("a", 2) };
    let refused = append(&mut frontier, vec![record("a", 1), foreign]).unwrap_err();
    assert_eq!(
        refused,
        AppendError::Foreign { at: 1, found: District(110105), expected: DISTRICT }
    );
}

#[test]
fn a_number_taken_before_another_commit_is_refused() {
    let mut frontier = Frontier::<Sm3>::new();
    let spelt = Spelt::new(record("a", 1), 1).unwrap();
    let stale = Numbered::all::<Sm3>(vec![spelt]).remove(0);
    append(&mut frontier, vec![record("b", 1)]).unwrap();
    let refused = seal(&mut frontier, vec![stale]).unwrap_err();
    assert_eq!(refused, AppendError::Number { at: 0, found: 1, expected: 2 });
    assert_eq!(frontier.size(), 1);
}

#[test]
fn appending_nothing_keeps_the_head() {
    let mut frontier = Frontier::<Sm3>::new();
    let batch = append(&mut frontier, Vec::new()).unwrap();
    assert_eq!(batch.head, LogHead { size: 0, root: empty_root::<Sm3>() });
}
