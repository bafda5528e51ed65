//! Receipts: checked offline, redacted, shortened, and refused when put together wrongly.

use ledger::*;

use crate::samples::{Log, ORIGIN, full_record, record, signed, signer};

fn log() -> Log {
    Log::from_records(vec![
        record("a", 1),
        record("a", 2),
        full_record(),
        record("b", 1),
        record("a", 3),
    ])
}

fn witnessed(log: &Log) -> Witnessed {
    Witnessed::new(&log.bytes[2], &log.tiles, signed(log.head()), ORIGIN, &signer().verifier())
        .unwrap()
}

fn disclosure() -> Disclosure {
    Disclosure { name: "申请人".to_owned(), salt: Salt([7; 16]), value: Value::from("张喆") }
}

fn refused(change: impl FnOnce(&mut Receipt)) -> ReceiptError {
    let mut receipt = witnessed(&log()).receipt(vec![disclosure()]);
    change(&mut receipt);
    receipt.check(ORIGIN, &signer().verifier()).unwrap_err()
}

#[test]
fn a_receipt_is_checked_from_its_text_and_a_key_alone() {
    let receipt = witnessed(&log()).receipt(vec![disclosure()]);
    let text = receipt.to_json().unwrap();
    let read = Receipt::parse(&format!("{text}\n")).unwrap();
    assert_eq!(read, receipt);
    let proven = read.check(ORIGIN, &signer().verifier()).unwrap();
    assert_eq!(proven.record.unwrap().number, 3);
    assert_eq!(proven.checkpoint.head().size, 5);
    assert_eq!(proven.disclosed, [disclosure()]);
    // Every member sorts after the one before it.
    assert_eq!(encode(&decode(text.as_bytes()).unwrap()).unwrap(), text.as_bytes());
}

#[test]
fn a_redacted_receipt_proves_that_the_act_was_sealed_and_not_what_it_said() {
    let redacted = witnessed(&log()).receipt(vec![disclosure()]).redacted();
    let text = redacted.to_json().unwrap();
    assert!(!text.contains("record") && !text.contains("张喆"));
    let read = Receipt::parse(&text).unwrap();
    let proven = read.check(ORIGIN, &signer().verifier()).unwrap();
    assert_eq!((proven.record, proven.disclosed), (None, &[][..]));
}

#[test]
fn a_receipt_with_any_part_changed_is_refused() {
    assert!(matches!(
        refused(|r| r.record.as_mut().unwrap().act = "驳回".to_owned()),
        ReceiptError::OtherRecord { .. }
    ));
    assert!(matches!(refused(|r| r.act.0[0] ^= 1), ReceiptError::Proof(ProofError::Root { .. })));
    assert!(matches!(refused(|r| r.number = 4), ReceiptError::Proof(_)));
    assert!(matches!(refused(|r| r.number = 0), ReceiptError::Proof(ProofError::Outside { .. })));
    assert!(matches!(refused(|r| r.number = 6), ReceiptError::Proof(ProofError::Outside { .. })));
    assert!(matches!(
        refused(|r| r.proof[1].0[31] ^= 1),
        ReceiptError::Proof(ProofError::Root { .. })
    ));
    assert!(matches!(
        refused(|r| r.proof.truncate(1)),
        ReceiptError::Proof(ProofError::Length { .. })
    ));
    assert!(matches!(refused(|r| r.record = None), ReceiptError::NothingToDisclose));
    assert!(matches!(
        refused(|r| r.disclosed[0].value = "李四".into()),
        ReceiptError::Disclosure(_)
    ));
    let other_log = signed(LogHead { size: 5, root: Hash::default() });
    assert!(matches!(
        refused(|r| r.checkpoint = other_log),
        ReceiptError::Proof(ProofError::Root { .. })
    ));
}

#[test]
fn a_receipt_under_a_later_checkpoint_holds_too() {
    let log = log();
    let earlier = Witnessed::new(
        &log.bytes[2],
        &log.tiles,
        signed(log.head_at(3)),
        ORIGIN,
        &signer().verifier(),
    );
    assert_eq!(earlier.unwrap().record().number, 3);
    let too_early = Witnessed::new(
        &log.bytes[2],
        &log.tiles,
        signed(log.head_at(2)),
        ORIGIN,
        &signer().verifier(),
    );
    let outside = ReceiptError::Proof(ProofError::Outside { number: 3, size: 2 });
    assert_eq!(too_early.unwrap_err(), WitnessError::Receipt(outside));
}

#[test]
fn a_record_that_was_changed_in_the_store_is_never_witnessed() {
    let log = log();
    let changed = String::from_utf8(log.bytes[2].clone()).unwrap().replace("50000", "50001");
    let refused = Witnessed::new(
        changed.as_bytes(),
        &log.tiles,
        signed(log.head()),
        ORIGIN,
        &signer().verifier(),
    );
    assert!(matches!(
        refused,
        Err(WitnessError::Receipt(ReceiptError::Proof(ProofError::Root { .. })))
    ));
}

#[test]
fn a_record_sealed_in_another_place_than_its_number_has_no_receipt() {
    // Whoever holds the key can seal such a leaf; the receipt still says that it lies.
    let misplaced = Record { number: 2, ..record("a", 1) };
    let bytes = misplaced.to_bytes().unwrap();
    let (mut frontier, mut nodes, mut tiles) =
        (Frontier::<Sm3>::new(), Vec::new(), MemoryTiles::default());
    frontier.extend_stored(&[leaf_hash::<Sm3>(&bytes)], &mut nodes);
    tiles.keep(&nodes);
    let checkpoint = signed(LogHead { size: 1, root: frontier.root() });
    let act = leaf_hash::<Sm3>(&bytes);
    let receipt = Receipt {
        act,
        number: 1,
        record: Some(misplaced),
        disclosed: vec![],
        proof: vec![],
        checkpoint,
    };
    let refused = receipt.check(ORIGIN, &signer().verifier()).unwrap_err();
    assert_eq!(refused, ReceiptError::OtherNumber { found: 2, number: 1 });
}

#[test]
fn no_bit_of_a_receipt_can_change_and_still_prove_something_else() {
    let receipt = witnessed(&Log::of(3).with_full()).receipt(Vec::new());
    let text = receipt.to_json().unwrap();
    for at in (0..text.len()).step_by(7) {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= 1;
        let read = String::from_utf8(changed).ok().and_then(|text| Receipt::parse(&text).ok());
        let proven =
            read.as_ref().is_some_and(|read| read.check(ORIGIN, &signer().verifier()).is_ok());
        assert!(!proven, "byte {at}");
    }
}

impl Log {
    fn with_full(self) -> Self {
        Log::from_records(vec![record("a", 1), record("a", 2), full_record()])
    }
}

#[test]
fn a_text_that_is_not_a_receipt_is_refused() {
    let text = witnessed(&log()).receipt(Vec::new()).to_json().unwrap();
    let format = text.replacen(":1,", ":2,", 1);
    assert!(matches!(
        Receipt::parse(&format),
        Err(ReceiptError::Text(DecodeError { fault: DecodeFault::Format(2), .. }))
    ));
    for broken in
        ["", "{}", &text[..text.len() - 1], &text.replace("\"number\":3", "\"number\":-3")]
    {
        assert!(matches!(Receipt::parse(broken), Err(ReceiptError::Text(_))), "{broken}");
    }
}

#[test]
fn a_short_receipt_fits_a_code_and_points_to_the_full_one() {
    let receipt = witnessed(&log()).receipt(Vec::new());
    let short = receipt.short("https://ledger.example/receipts/3");
    let text = short.to_string();
    assert!(text.len() < 110, "{text}");
    assert_eq!(ShortReceipt::parse(&text).unwrap(), short);
    assert!(short.points_to(&receipt));
    assert!(!ShortReceipt { act: Hash::default(), ..short.clone() }.points_to(&receipt));
    assert!(
        ShortReceipt { size: 3, ..short.clone() }.points_to(&receipt),
        "a later receipt proves more"
    );
    assert!(!ShortReceipt { size: 6, ..short }.points_to(&receipt), "an earlier one proves less");
    for broken in [
        "",
        "https://ledger.example",
        &text.replace("size=5", "size=05"),
        &text.replace("act=", "act=A"),
    ] {
        assert!(matches!(ShortReceipt::parse(broken), Err(ReceiptError::Short(_))), "{broken}");
    }
}
