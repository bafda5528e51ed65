//! Logs that changed their key: whose turn it is, who vouches for whom, and what a stolen key can do.

use ledger::*;

use crate::samples::{Log, ORIGIN};

fn key(seed: u8) -> Sm2Signer {
    Sm2Signer::from_seed(&[seed; 32]).unwrap()
}

fn at(size: u64) -> Checkpoint {
    let head = LogHead { size, root: Hash::sm3(&[&size.to_be_bytes()]) };
    Checkpoint::new(ORIGIN, head, 1_719_705_600).unwrap()
}

fn signed(size: u64, by: u8) -> SignedCheckpoint {
    at(size).sign(&key(by)).unwrap()
}

fn over(size: u64, from: u8, to: u8) -> SignedCheckpoint {
    at(size).hand_over_to(&key(from), &key(to)).unwrap()
}

/// Key 1 signs up to 10, key 2 up to 20, then key 3.
fn honest() -> Vec<SignedCheckpoint> {
    let (first, second, third) = (signed(4, 1), signed(15, 2), signed(30, 3));
    vec![first, over(10, 1, 2), second, over(20, 2, 3), third]
}

/// Which of the checkpoints a ring does not accept, by their place.
fn refused(pinned: u8, checkpoints: &[SignedCheckpoint]) -> Vec<usize> {
    let ring = Keyring::follow(ORIGIN, &key(pinned).verifier(), checkpoints);
    let all = checkpoints.iter().enumerate();
    all.filter(|(_, one)| ring.check(one).is_err()).map(|(at, _)| at).collect()
}

#[test]
fn a_hand_over_reads_back_and_either_key_vouches_for_it() {
    let text = over(10, 1, 2).to_string();
    assert_eq!(text.lines().count(), 8);
    let read = SignedCheckpoint::parse(&text).unwrap();
    assert_eq!((read.to_string(), &read), (text, &over(10, 1, 2)));
    for vouching in [1, 2] {
        assert_eq!(read.verify(ORIGIN, &key(vouching).verifier()).unwrap().head().size, 10);
    }
    read.verify(ORIGIN, &key(3).verifier()).unwrap_err();
    assert_eq!(read.key_above(), signed(11, 2).key());
}

#[test]
fn no_letter_of_a_hand_over_can_change() {
    let good = over(10, 1, 2).to_string();
    for at in 0..good.len() {
        let mut letters = good.clone().into_bytes();
        letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
        let Ok(text) = String::from_utf8(letters) else { continue };
        let Ok(read) = SignedCheckpoint::parse(&text) else { continue };
        let both = [1, 2].map(|by| read.verify(ORIGIN, &key(by).verifier()).is_ok());
        assert_ne!(both, [true, true], "letter {at}");
    }
}

#[test]
fn whichever_key_is_pinned_all_others_are_found() {
    for pinned in [1, 2, 3] {
        assert_eq!(refused(pinned, &honest()), [0; 0], "{pinned}");
    }
    assert_eq!(refused(4, &honest()), [0, 1, 2, 3, 4]);
}

#[test]
fn a_key_nobody_announced_is_refused() {
    let unannounced = [signed(4, 1), signed(15, 2)];
    let ring = Keyring::follow(ORIGIN, &key(1).verifier(), &unannounced);
    let error = ring.check(&unannounced[1]).unwrap_err();
    assert!(matches!(error, CheckpointError::OtherKey { .. }), "{error}");
}

#[test]
fn a_key_that_was_stolen_after_its_hand_over_signs_nothing_larger() {
    let stolen = [honest(), vec![signed(11, 1), signed(40, 1), over(25, 1, 9), signed(41, 9)]];
    let stolen = stolen.concat();
    for pinned in [1, 2, 3] {
        assert_eq!(refused(pinned, &stolen), [5, 6, 7, 8], "{pinned}");
    }
    let ring = Keyring::follow(ORIGIN, &key(1).verifier(), &stolen);
    let error = ring.check(&stolen[6]).unwrap_err();
    assert!(matches!(error, CheckpointError::NotItsTurn { size: 40, .. }), "{error}");
    assert!(error.to_string().contains("hand-over"), "{error}");
}

#[test]
fn a_second_hand_over_by_the_same_key_shows() {
    let forked = [honest(), vec![over(7, 1, 9), signed(31, 9)]].concat();
    assert_ne!(refused(1, &forked), [0; 0]);
    assert_eq!(refused(3, &forked).iter().filter(|at| **at < 5).count(), 0);
}

#[test]
fn a_hand_over_that_one_of_its_keys_did_not_sign_hands_nothing_over() {
    let text = over(10, 1, 2).to_string();
    let lines: Vec<&str> = text.lines().collect();
    let forged = over(11, 1, 2).to_string();
    let other: Vec<&str> = forged.lines().collect();
    for line in [6, 7] {
        let mut mixed = lines.clone();
        mixed[line] = other[line];
        let mixed = SignedCheckpoint::parse(&(mixed.join("\n") + "\n")).unwrap();
        assert_eq!(refused(1, &[mixed, signed(15, 2)]).last(), Some(&1), "line {line}");
    }
}

#[test]
fn a_receipt_from_before_the_hand_over_is_still_checked_with_the_key_of_its_day() {
    let log = Log::of(10);
    let head = log.head();
    let over = Checkpoint::new(ORIGIN, head, 0).unwrap().hand_over_to(&key(1), &key(2)).unwrap();
    for by in [1, 2] {
        let bytes = &log.bytes[3];
        let key = key(by).verifier();
        let witnessed = Witnessed::new(bytes, &log.tiles, over.clone(), ORIGIN, &key).unwrap();
        let text = witnessed.receipt(Vec::new()).to_json().unwrap();
        Receipt::parse(&text).unwrap().check(ORIGIN, &key).unwrap();
    }
}
