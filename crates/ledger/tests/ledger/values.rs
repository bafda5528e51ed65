//! Canonical bytes of values: RFC 8785, narrowed.

use ledger::*;
use proptest::prelude::*;

fn check(value: Value, expected: &str) {
    let bytes = encode(&value).unwrap();
    assert_eq!(std::str::from_utf8(&bytes).unwrap(), expected);
    assert_eq!(decode(&bytes).unwrap(), value);
}

fn refused(text: &str, at: usize) {
    let error = decode(text.as_bytes()).expect_err(text);
    assert_eq!(error.at, at, "{text}: {error}");
}

#[test]
fn keys_sort_by_utf16_code_units() {
    // The example of RFC 8785 §3.2.3.
    let keys = ["\u{20ac}", "\r", "\u{fb33}", "1", "\u{1f600}", "\u{80}", "\u{f6}"];
    let map: Fields = keys.iter().map(|key| (*key, 0)).collect();
    let order: Vec<_> = map.iter().map(|(key, _)| key.to_owned()).collect();
    assert_eq!(order, ["\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"]);
}

#[test]
fn only_the_characters_that_must_be_escaped_are() {
    check(
        Value::from("\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f} \"\\/\u{7f}\u{2028}€😀"),
        "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/\u{7f}\u{2028}€😀\"",
    );
}

#[test]
fn nested_values_have_no_spaces() {
    let map = Fields::from([
        ("b", Value::from(vec![Value::from(1), Value::from(vec![])])),
        ("a", Fields::new().into()),
    ]);
    check(map.into(), r#"{"a":{},"b":[1,[]]}"#);
}

#[test]
fn integers_end_where_json_readers_round() {
    check(Value::from(Value::MAX_INTEGER), "9007199254740991");
    check(Value::from(Value::MIN_INTEGER), "-9007199254740991");
    check(Value::from(0), "0");
    for outside in [Value::MAX_INTEGER + 1, Value::MIN_INTEGER - 1, i64::MAX, i64::MIN] {
        assert_eq!(encode(&Value::from(outside)), Err(EncodeError::Integer(outside)));
    }
}

#[test]
fn a_spelling_that_is_not_canonical_is_refused_at_its_byte() {
    refused(r#"{"a":1,"a":2}"#, 7);
    refused(r#"{"b":1,"a":2}"#, 7);
    refused(r#"{"a": 1}"#, 5);
    refused(r#" {"a":1}"#, 0);
    refused("{\"a\":1}\n", 7);
    refused("[1,]", 3);
    refused("[1 2]", 2);
    for number in ["1.0", "1e3", "1E3", "-0", "01", "-", "9007199254740992", "99999999999999999999"]
    {
        refused(number, 0);
    }
    for text in [
        r#""\/""#,
        r#""\u0041""#,
        r#""\u000A""#,
        r#""\u000a""#,
        r#""\u001F""#,
        "\"\u{1}\"",
        r#""\x""#,
    ] {
        refused(text, 1);
    }
    for word in ["null", "NaN", "True", ""] {
        refused(word, 0);
    }
    refused("\"open", 5);
}

#[test]
fn bytes_that_are_not_text_are_refused() {
    assert_eq!(
        decode(b"\"\xff\"").unwrap_err(),
        DecodeError { at: 1, fault: DecodeFault::NotUtf8 }
    );
}

#[test]
fn nesting_is_bounded_both_ways() {
    let nest = |levels| (1..levels).fold(Value::List(vec![]), |inner, _| Value::List(vec![inner]));
    let deepest = encode(&nest(MAX_DEPTH)).unwrap();
    assert_eq!(decode(&deepest).unwrap(), nest(MAX_DEPTH));
    assert_eq!(encode(&nest(MAX_DEPTH + 1)), Err(EncodeError::TooDeep));
    let deeper = "[".repeat(100_000);
    assert_eq!(decode(deeper.as_bytes()).unwrap_err().fault, DecodeFault::TooDeep);
}

#[test]
fn a_hash_has_one_spelling() {
    let hash = Hash([0xfb; 32]);
    let spelling = hash.to_string();
    assert_eq!(Hash::parse(&spelling), Some(hash));
    let last = spelling.len() - 1;
    assert_eq!(Hash::parse(&spelling[..last]), None);
    // The last character carries four bits of hash; the two below them must be zero.
    assert_eq!(Hash::parse(&format!("{}t", &spelling[..last])), None);
    assert_eq!(Hash::parse(&format!("{spelling}=")), None);
}

pub fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Value::from),
        (Value::MIN_INTEGER..=Value::MAX_INTEGER).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|fields| Value::Map(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_reads_back(value in any_value()) {
        prop_assert_eq!(decode(&encode(&value).unwrap()).unwrap(), value);
    }

    #[test]
    fn what_reads_writes_the_same_bytes(text in r#"[\[\]{},:"\\a-c0-2ntu.eE -]{0,12}"#) {
        if let Ok(value) = decode(text.as_bytes()) {
            prop_assert_eq!(encode(&value).unwrap(), text.as_bytes());
        }
    }

    #[test]
    fn key_order_is_the_order_of_utf16(left: String, right: String) {
        let map = Fields::from([(left.clone(), 0), (right.clone(), 0)]);
        let mut keys = [left, right];
        keys.sort_by_key(|key| key.encode_utf16().collect::<Vec<_>>());
        prop_assert_eq!(map.iter().next().unwrap().0, keys[0].as_str());
    }
}
