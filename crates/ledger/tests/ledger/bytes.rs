//! Canonical bytes of records.

use expect_test::expect;
use ledger::*;
use proptest::prelude::*;

use crate::samples::{DISTRICT, full_record, record};
use crate::values::any_value;

#[test]
fn a_common_record_is_compact_and_opens_with_its_address() {
    let bytes = record("复〔2024〕17号", 3).to_bytes().unwrap();
    expect![[r#"{"Record":[1,320507,1,"复〔2024〕17号",3],"act":"受理","at":1706778000,"basis":{"calendar":"mQMycyijLvHv6IM91U1x0BgGuFO9QKAIl_LjJaB_xCw","parameters":"W_XaA8bcqEoTWbg2cBekMlVi0VG1GVGMuai5BIq60Wo","procedure":"HvzkFo1MawAlfmwQwyIcrN9WZ9b5JW7DjHXsvA7fxn4"},"by":{"organ":"司法局","person":"p0017","role":"承办人"},"client":"复〔2024〕17号/3","payload":{"通知书号":"〔2024〕17号"},"procedure":"行政复议","request":"WI5pHH6in3AQVj-uaFHpnMJl0PfRUptsGkg78Kkigdo","version":"2023"}"#]].assert_eq(std::str::from_utf8(&bytes).unwrap());
}

#[test]
fn a_record_with_every_member_reads_back() {
    let full = full_record();
    let bytes = full.to_bytes().unwrap();
    assert_eq!(Record::from_bytes(&bytes).unwrap(), full);
    // Each member sorts after the one before it: the general reader, which insists, reads it too.
    assert_eq!(encode(&decode(&bytes).unwrap()).unwrap(), bytes);
}

#[test]
fn a_clock_act_has_no_person() {
    let clock = Record { actor: Actor::Clock, ..record("m", 1) };
    assert_eq!(Record::from_bytes(&clock.to_bytes().unwrap()).unwrap(), clock);
}

#[test]
fn a_member_that_says_nothing_is_refused() {
    let text = String::from_utf8(record("m", 1).to_bytes().unwrap()).unwrap();
    for (before, empty) in [
        (r#","procedure":"行"#, r#","payload":{}"#),
        (r#","procedure":"行"#, r#","personal":[]"#),
        (r#","request""#, r#","refusals":[]"#),
        (r#","payload""#, r#","entered":1706778000"#),
        (r#","payload""#, r#","guards":{}"#),
        (r#","version""#, r#","resolved":[]"#),
        (r#","version""#, r#","standing":"observed""#),
        (r#","version""#, r#","standing":"irregular""#),
        (r#","payload""#, r#","documents":[]"#),
    ] {
        let at = text.rfind(before).unwrap();
        let longer = format!("{}{empty}{}", &text[..at], &text[at..]);
        Record::from_bytes(longer.as_bytes()).expect_err(empty);
    }
}

#[test]
fn an_unknown_format_is_refused_by_its_number() {
    let text =
        String::from_utf8(record("m", 1).to_bytes().unwrap()).unwrap().replacen("[1,", "[2,", 1);
    assert_eq!(Record::from_bytes(text.as_bytes()).unwrap_err().fault, DecodeFault::Format(2));
}

#[test]
fn bytes_with_a_number_of_zero_or_a_field_named_twice_are_refused() {
    let full = String::from_utf8(full_record().to_bytes().unwrap()).unwrap();
    let zero_number = full.replacen("320507,1,", "320507,0,", 1);
    let zero_position = full.replacen(",1],\"act\"", ",0],\"act\"", 1);
    let start = full.find("\"personal\":[").unwrap() + 12;
    let field = &full[start..start + full[start..].find('}').unwrap() + 1];
    let twice = full.replacen(field, &format!("{field},{field}"), 1);
    for text in [zero_number, zero_position, twice] {
        assert_ne!(text, full);
        Record::from_bytes(text.as_bytes()).expect_err(&text);
    }
}

#[test]
fn a_record_that_names_nothing_is_not_written() {
    let unwritable = |change: fn(&mut Record)| {
        let mut record = full_record();
        change(&mut record);
        record.to_bytes().unwrap_err()
    };
    assert_eq!(unwritable(|r| r.number = 0), RecordError::Zero("number"));
    assert_eq!(unwritable(|r| r.position = 0), RecordError::Zero("position"));
    assert_eq!(unwritable(|r| r.matter.clear()), RecordError::Nameless("matter"));
    assert_eq!(unwritable(|r| r.client_act.clear()), RecordError::Nameless("client act"));
    assert_eq!(
        unwritable(|r| r.standing = Standing::Irregular { refusals: vec![] }),
        RecordError::NoRefusal
    );
    assert_eq!(
        unwritable(|r| r.personal.push(r.personal[0].clone())),
        RecordError::RepeatedField("申请人".to_owned())
    );
    assert_eq!(
        unwritable(|r| r.number = u64::MAX),
        RecordError::Value(EncodeError::Integer(i64::MAX))
    );
}

#[test]
fn the_address_is_read_without_the_rest() {
    let odd = "quote \" bracket ] 号";
    let bytes = record(odd, 9).to_bytes().unwrap();
    let address = Address::read(&bytes[..60]).unwrap();
    assert_eq!((address.district, address.number, address.position), (DISTRICT, 1, 9));
    assert_eq!(address.matter.read(), odd);
    assert_eq!(address.matter.raw(), r#"quote \" bracket ] 号"#);
    Address::read(&bytes[..20]).unwrap_err();
}

#[test]
fn no_single_byte_can_change_and_still_read_as_the_same_record() {
    let full = full_record();
    let bytes = full.to_bytes().unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            assert_ne!(Record::from_bytes(&changed).as_ref(), Ok(&full), "byte {at} bit {bit}");
        }
    }
}

fn any_fields() -> impl Strategy<Value = Fields> {
    prop::collection::vec((any::<String>(), any_value()), 0..4)
        .prop_map(|fields| fields.into_iter().collect())
}

prop_compose! {
    pub fn any_record()(
        matter in ".+", position in 1u32.., act in ".+", entered_at in -1_000_000i64..1_000_000,
        payload in any_fields(), guards in any_fields(), resolved in prop::collection::vec(any_fields(), 0..3),
        refusals in prop::collection::vec(any_value(), 0..3), reason: String, reported: bool, hash: [u8; 32],
    ) -> Record {
        let standing = match (refusals.is_empty(), reported) {
            (false, _) => Standing::Irregular { refusals },
            (true, true) => Standing::Reported,
            (true, false) => Standing::Observed,
        };
        let warnings = vec![Acknowledged { rule: act.clone(), reason }];
        Record { act, entered_at, payload, guards, resolved, standing, warnings, request: Hash(hash), ..record(&matter, position) }
    }
}

proptest! {
    #[test]
    fn every_record_reads_back(record in any_record()) {
        let bytes = record.to_bytes().unwrap();
        prop_assert_eq!(Record::from_bytes(&bytes).unwrap(), record);
        prop_assert_eq!(encode(&decode(&bytes).unwrap()).unwrap(), bytes);
    }
}
