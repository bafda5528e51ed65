//! Commitments and redaction.

use ledger::*;

use crate::samples::{Log, full_record};

fn disclosure() -> Disclosure {
    Disclosure { name: "申请人".to_owned(), salt: Salt([7; 16]), value: Value::from("张喆") }
}

#[test]
fn a_commitment_is_sm3_of_salt_name_and_canonical_value() {
    let commitment = commit(&Salt([7; 16]), "申请人", &Value::from("张喆")).unwrap();
    let by_hand = Hash::sm3(&[&[7; 16], "申请人".as_bytes(), "\"张喆\"".as_bytes()]);
    assert_eq!(commitment.hash, by_hand);
}

#[test]
fn a_disclosed_value_is_checked_against_the_record() {
    disclosure().check(&full_record()).unwrap();
    let lie = Disclosure { value: Value::from("李四"), ..disclosure() };
    assert!(matches!(lie.check(&full_record()), Err(DisclosureError::Different { .. })));
    let wrong_salt = Disclosure { salt: Salt([8; 16]), ..disclosure() };
    assert!(matches!(wrong_salt.check(&full_record()), Err(DisclosureError::Different { .. })));
    let unknown = Disclosure { name: "电话".to_owned(), ..disclosure() };
    assert!(matches!(unknown.check(&full_record()), Err(DisclosureError::Unknown { .. })));
}

#[test]
fn a_text_and_a_number_of_the_same_spelling_commit_differently() {
    let salt = Salt([1; 16]);
    assert_ne!(commit(&salt, "n", &Value::from("5")), commit(&salt, "n", &Value::from(5)));
}

#[test]
fn destroying_a_value_leaves_the_log_as_it_was() {
    // The log is made of records alone; values and salts are elsewhere, so there is nothing in it
    // to destroy: every byte of the value is absent from the sealed bytes.
    let log = Log::from_records(vec![full_record()]);
    assert!(!String::from_utf8_lossy(&log.bytes[0]).contains("张喆"));
    assert!(log.verify(&[log.head()]).is_sound());
}

#[test]
fn a_request_digest_covers_every_field() {
    let request = Fields::from([("a", 1), ("b", 2)]);
    let other = Fields::from([("a", 1), ("b", 3)]);
    assert_ne!(request_digest(&request), request_digest(&other));
}
