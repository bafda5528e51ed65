//! Records read where they lie say what records copied out say, and are as strict.

use ledger::*;
use proptest::prelude::*;

use crate::bytes::any_record;
use crate::samples::{DISTRICT, Log, full_record, record};

/// A value as a reader that shares no code with this crate would have it.
fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Integer(integer) => (*integer).into(),
        Value::Bool(bool) => (*bool).into(),
        Value::List(list) => list.iter().map(json).collect(),
        Value::Map(map) => json_map(map),
    }
}

fn json_map(fields: &Fields) -> serde_json::Value {
    fields.iter().map(|(key, value)| (key.to_owned(), json(value))).collect()
}

/// Whatever reads is exactly what would be written.
fn reads_only_canonical(bytes: &[u8]) {
    if let Ok(read) = RecordRef::read(bytes) {
        assert_eq!(read.to_record().to_bytes().unwrap(), bytes);
    }
}

proptest! {
    #[test]
    fn a_record_says_the_same_where_it_lies(record in any_record()) {
        let bytes = record.to_bytes().unwrap();
        let read = RecordRef::read(&bytes).unwrap();
        prop_assert_eq!(read.act.read(), record.act.as_str());
        prop_assert_eq!(read.address.matter.read(), record.matter.as_str());
        let fields: Vec<_> = read.payload.iter().map(|(key, value)| (key.read(), value.to_value())).collect();
        let expected: Vec<_> = record.payload.iter().map(|(key, value)| (key.into(), value.clone())).collect();
        prop_assert_eq!(fields, expected);
        for (key, value) in record.payload.iter() {
            prop_assert_eq!(&read.payload.get(key).unwrap().to_value(), value);
        }
        prop_assert_eq!(read.to_record(), record);
    }

    #[test]
    fn another_reader_finds_the_same(record in any_record()) {
        let bytes = record.to_bytes().unwrap();
        let other: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let read = RecordRef::read(&bytes).unwrap().to_record();
        prop_assert_eq!(&other["act"], &serde_json::Value::from(read.act));
        prop_assert_eq!(&other["at"], &serde_json::Value::from(read.performed_at));
        for (name, fields) in [("payload", read.payload), ("guards", read.guards)] {
            let said = other.get(name).cloned().unwrap_or_else(|| json_map(&Fields::new()));
            prop_assert_eq!(said, json_map(&fields));
        }
    }

    #[test]
    fn a_disturbed_record_reads_only_if_it_is_canonical(
        record in any_record(), at: prop::sample::Index, byte: u8, kind in 0..3,
    ) {
        let mut bytes = record.to_bytes().unwrap();
        let at = at.index(bytes.len());
        match kind {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => { bytes.remove(at); }
        }
        reads_only_canonical(&bytes);
    }
}

#[test]
fn a_space_a_doubled_zero_or_an_exchange_of_members_is_refused() {
    let text = String::from_utf8(full_record().to_bytes().unwrap()).unwrap();
    let changes = [
        (",\"payload\"", ", \"payload\""),
        ("\"听证\":false", "\"听证\": false"),
        ("\"金额\":50000", "\"金额\":050000"),
        ("\"金额\":50000", "\"金额\":5e4"),
        ("[1,320507,1,", "[01,320507,1,"),
        ("\"r1\":true,\"r2\":false", "\"r2\":false,\"r1\":true"),
        ("\"听证\"", "\"\\u542c证\""),
    ];
    for (canonical, other) in changes {
        let changed = text.replacen(canonical, other, 1);
        assert_ne!(changed, text);
        RecordRef::read(changed.as_bytes()).expect_err(other);
    }
}

#[test]
fn a_record_that_was_sealed_in_another_spelling_is_named() {
    let mut log = Log::of(8);
    let text = String::from_utf8(log.bytes[4].clone()).unwrap();
    log.bytes[4] = text.replacen(",\"payload\":", ",\"payload\": ", 1).into_bytes();
    log.leaves[4] = leaf_hash::<Sm3>(&log.bytes[4]);
    let mut tree = Frontier::<Sm3>::new();
    log.leaves.iter().for_each(|leaf| tree.push(*leaf));
    let verdict = log.verify(&[LogHead { size: 8, root: tree.root() }]);
    assert_eq!(verdict.verified, 8, "signed as it is");
    assert!(matches!(verdict.findings[..], [Finding::Unreadable { number: 5, .. }]), "{verdict:?}");
}

#[test]
fn a_chunk_gives_the_records_it_read() {
    let log = Log::from_records(vec![record("m", 1), record("n", 1)]);
    let chunk = Chunk::hash::<Sm3>(0, log.rows());
    let matters: Vec<_> =
        chunk.records().map(|r| (r.address.matter.raw(), r.address.district)).collect();
    assert_eq!(matters, [("m", DISTRICT), ("n", DISTRICT)]);
}

#[test]
fn many_messages_hash_like_each_alone() {
    let messages: Vec<Vec<u8>> =
        (0..400usize).map(|n| (0..n).map(|i| (i * n) as u8).collect()).collect();
    let messages: Vec<&[u8]> = messages.iter().map(Vec::as_slice).collect();
    let one = |message: &&[u8]| Hash::sm3(&[&[7], message]);
    assert_eq!(
        <Sm3 as TreeDigest>::each(7, &messages),
        messages.iter().map(one).collect::<Vec<_>>()
    );
    assert_eq!(<Sm3 as TreeDigest>::each(7, &[]), []);
}
