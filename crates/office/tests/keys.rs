//! A log that changes its key: what each key may sign, and what still holds afterwards.

#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::{Desk, desk_on};
use ledger::{Checkpoint, CheckpointError, Signer, Sm2Signer};
use office::ProofError;
use store::{ErrorKind, MemoryStore};

fn key(seed: u8) -> Sm2Signer {
    Sm2Signer::from_seed(&[seed; 32]).unwrap()
}

/// Two offices on one log, each with its own key; nothing is opened yet.
fn offices() -> [Desk; 2] {
    let store = Arc::new(MemoryStore::new());
    let [first, mut second] = [desk_on(store.clone()), desk_on(store)];
    second.office.signer = Some(key(9));
    [first, second]
}

fn open(desk: &Desk, matter: &str) {
    let (matter, client_act) = (matter.to_owned(), format!("open {matter}"));
    desk.office.perform(&office::Request { matter, client_act, ..common::learn() }).unwrap();
}

fn is_wrong_key<T: std::fmt::Debug>(result: Result<T, ProofError>) {
    match result.unwrap_err() {
        ProofError::Store(error) => assert_eq!(error.kind(), ErrorKind::WrongKey, "{error}"),
        other => panic!("{other}"),
    }
}

#[test]
fn from_the_hand_over_on_the_next_key_signs_and_every_key_verifies_the_log() {
    let [first, second] = offices();
    open(&first, "A");
    first.office.checkpoint().unwrap();
    let old_receipt = first.office.receipt(1).unwrap();
    is_wrong_key(second.office.checkpoint());
    open(&first, "B");
    let over = first.office.hand_over(&key(9)).unwrap();
    assert_eq!(first.office.hand_over(&key(9)).unwrap(), over, "the same once more");
    assert_eq!(second.office.checkpoint().unwrap(), over, "both have signed this size");
    open(&second, "C");
    is_wrong_key(first.office.checkpoint());
    second.office.checkpoint().unwrap();
    let origin = &first.office.origin;
    for office in [&first.office, &second.office] {
        let pinned = office.verifier().unwrap();
        let verified = office.verify(&pinned, None).unwrap();
        assert!(verified.is_sound(), "{verified:?}");
        assert!(!office.verify(&key(8).verifier(), None).unwrap().is_sound());
    }
    for number in [1, 2] {
        let receipt = second.office.receipt(number).unwrap();
        receipt.check(origin, &key(9).verifier()).unwrap();
    }
    old_receipt.check(origin, &first.office.verifier().unwrap()).unwrap();
}

#[test]
fn what_a_stolen_old_key_signs_is_found() {
    let [first, second] = offices();
    open(&first, "A");
    first.office.hand_over(&key(9)).unwrap();
    open(&second, "B");
    second.office.checkpoint().unwrap();
    let head = second.office.store.head(second.office.law.district).unwrap().log;
    let stolen = first.office.signer.clone().unwrap();
    let later = Checkpoint::new(&first.office.origin, head, 0).unwrap();
    let thief = later.clone().hand_over_to(&stolen, &key(3)).unwrap();
    let signed = later.sign(&stolen).unwrap();
    for pinned in [stolen.verifier(), key(9).verifier()] {
        for forged in [&signed, &thief] {
            let found = second.office.verify(&pinned, Some(forged)).unwrap();
            assert_eq!(found.forged.len(), 1, "{found:?}");
            assert!(found.forged[0].contains("hand-over"), "{found:?}");
        }
        let ring = second.office.keyring(&pinned).unwrap();
        let error = ring.check(&signed).unwrap_err();
        assert!(matches!(error, CheckpointError::NotItsTurn { .. }), "{error}");
    }
}

#[test]
fn a_key_has_one_turn() {
    let [mut first, second] = offices();
    open(&first, "A");
    first.office.hand_over(&key(9)).unwrap();
    open(&second, "B");
    let back = first.office.signer.clone().unwrap();
    is_wrong_key(second.office.hand_over(&back));
    assert_ne!(back.public_key(), key(9).public_key());
    first.office.signer = None;
    assert!(matches!(first.office.hand_over(&key(3)), Err(ProofError::NoKey)));
}
