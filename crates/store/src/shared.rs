//! How is what a million records share kept once?
//!
//! Every record names the texts its decision rested on: the member `basis`, a quarter of its bytes and
//! the same in all records between two changes of law, calendar or parameters. A store of rows takes
//! it out before it writes a record and puts it back when it reads one; what comes out is byte for
//! byte what went in.
//!
//! The place is found by two marks, `,"basis":{` and `,"by":`, which cannot stand in a text (there a
//! quotation mark is escaped) and stand before every member that could hold them as a key.
//!
//! Not here: where the shared part is kept (the backends).
//!
//! Next: `sql.rs`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

static BEGINS: LazyLock<Finder> = LazyLock::new(|| Finder::new(",\"basis\":{"));
static FOLLOWED: LazyLock<Finder> = LazyLock::new(|| Finder::new(",\"by\":"));

/// The bytes of a record without their shared part, and that part. `None` for bytes that are no
/// record: they are kept as they are.
pub fn take_out(bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let begin = BEGINS.find(bytes)?;
    let end = begin + bytes[begin..].iter().position(|&byte| byte == b'}')? + 1;
    let (shared, after) = (&bytes[begin..end], &bytes[end..]);
    let is_found_again =
        FOLLOWED.find(&bytes[..begin]).is_none() && after.starts_with(FOLLOWED.needle());
    is_found_again.then(|| ([&bytes[..begin], after].concat(), shared))
}

/// The bytes of a record from both parts. Bytes that were changed so that the place is gone come
/// back without the shared part; they are no record any more, and no leaf fits them.
pub fn put_back(rest: &[u8], shared: &[u8]) -> Vec<u8> {
    match FOLLOWED.find(rest) {
        Some(at) => [&rest[..at], shared, &rest[at..]].concat(),
        None => rest.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use ledger::{Fields, Record, Value};

    use super::*;
    use crate::suite::{Ask, DISTRICT};

    fn records() -> impl Iterator<Item = Record> {
        let nasty = ["", "plain", ",\"by\":", ",\"basis\":{", "}", "\\\",\"by\":{", "案\u{1}"];
        nasty.into_iter().flat_map(move |text| {
            let payload = Fields::from([("basis", Value::from(text)), ("by", text.into())]);
            let named = format!("m{text}");
            let mut record = Ask::new(&named, &format!("c{text}"), &named, 7).record(DISTRICT);
            (record.number, record.position) = (1, 1);
            record.resolved = vec![Fields::from([("a", Value::Map(payload.clone()))])];
            let bare = Record { payload: Fields::new(), ..record.clone() };
            [Record { payload, ..record }, bare]
        })
    }

    #[test]
    fn what_is_put_back_is_what_was_taken_out() {
        for record in records() {
            let bytes = record.to_bytes().expect("a record");
            let (rest, shared) = take_out(&bytes).expect("a record has a basis");
            assert!(rest.len() + shared.len() == bytes.len() && shared.len() > 100);
            assert_eq!(put_back(&rest, shared), bytes);
        }
    }

    #[test]
    fn what_is_no_record_is_kept_whole() {
        for bytes in ["", "{}", ",\"basis\":{", ",\"by\":,\"basis\":{},\"by\":"] {
            assert_eq!(take_out(bytes.as_bytes()), None);
        }
        assert_eq!(put_back(b"{}", b"shared"), b"{}");
    }
}
