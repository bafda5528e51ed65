//! Packing gives every byte back.

use ledger::*;
use proptest::prelude::*;

use crate::samples::{full_record, record};

#[test]
fn a_common_record_packs_to_about_half() {
    let bytes = record("复〔2024〕17号", 3).to_bytes().unwrap();
    let packed = pack(&bytes);
    assert_eq!(unpack(&packed).unwrap(), bytes);
    assert!(packed.len() * 20 < bytes.len() * 12, "{} of {}", packed.len(), bytes.len());
}

#[test]
fn every_shape_of_record_comes_back() {
    let full = full_record();
    let clock = Record { actor: Actor::Clock, standing: Standing::Reported, ..full.clone() };
    let plain =
        Record { payload: Fields::new(), documents: vec![], guards: Fields::new(), ..full.clone() };
    for record in [full, clock, plain] {
        let bytes = record.to_bytes().unwrap();
        assert_eq!(unpack(&pack(&bytes)).unwrap(), bytes);
    }
}

#[test]
fn a_packed_record_that_was_cut_is_refused_and_leaves_the_buffer() {
    let packed = pack(&full_record().to_bytes().unwrap());
    let hash = packed.iter().position(|&byte| byte == 0x1F).unwrap();
    let mut buffer = b"before".to_vec();
    assert!(!unpack_into(&packed[..hash + 5], &mut buffer));
    assert_eq!(buffer, b"before");
    assert_eq!(unpack(&[0x00]), None);
    assert_eq!(unpack(&[0x00, b'a']), None);
}

#[test]
fn each_piece_packs_to_its_byte() {
    for token in 1..=30 {
        let piece = unpack(&[token]).unwrap();
        assert_eq!(pack(&piece), [token], "{}", String::from_utf8_lossy(&piece));
    }
}

#[test]
fn the_table_of_pieces_is_fixed() {
    // Stored records hold these bytes: what each stands for never changes.
    let all: Vec<u8> =
        (1..=30).flat_map(|token| [unpack(&[token]).unwrap(), vec![0]].concat()).collect();
    expect_test::expect!["QBBEbuEuYytBi_RuhM9J9-AtxhKTwx_yFGzTa2VQMYI"]
        .assert_eq(&Hash::sm3(&[&all]).to_string());
}

proptest! {
    #[test]
    fn any_bytes_come_back(bytes: Vec<u8>) {
        prop_assert_eq!(unpack(&pack(&bytes)), Some(bytes));
    }

    #[test]
    fn a_changed_bit_never_unpacks_to_the_same_record(at: prop::sample::Index, bit in 0..8u8) {
        let bytes = full_record().to_bytes().unwrap();
        let mut packed = pack(&bytes);
        let at = at.index(packed.len());
        packed[at] ^= 1 << bit;
        prop_assert_ne!(unpack(&packed), Some(bytes));
    }
}
