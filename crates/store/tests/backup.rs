//! Is a backup that is not what was written told from one that is, and at which line?

use std::io::Cursor;

use ledger::{Hash, SignedCheckpoint};
use store::suite::{Ask, DISTRICT, commit};
use store::{Backup, ErrorKind, MemoryStore, Source, StoreError, back_up};

/// Thirty lines and the first and the last.
fn backup() -> Vec<u8> {
    let store = MemoryStore::new();
    let ask = |at: i64| Ask::new("m", &format!("c{at}"), ["note", "refused"][at as usize % 2], at);
    commit(&store, DISTRICT, &(0..30).map(ask).collect::<Vec<_>>());
    let mut bytes = Vec::new();
    back_up(&store, DISTRICT, &mut bytes).expect("backed up");
    bytes
}

fn check(bytes: &[u8]) -> Result<Hash, StoreError> {
    let any = &mut |_: &SignedCheckpoint| ();
    Backup::open(Cursor::new(bytes)).and_then(|mut backup| backup.check(any))
}

#[test]
fn a_whole_backup_is_read_any_number_of_times_and_its_last_check_is_its_digest() {
    let bytes = backup();
    let digest = check(&bytes).expect("it is whole");
    assert!(bytes.ends_with(format!(" {digest}\n").as_bytes()));
    let mut backup = Backup::open(Cursor::new(&bytes)).expect("it is one");
    let any = &mut |_: &SignedCheckpoint| ();
    for _ in 0..2 {
        assert_eq!(backup.check(any), Ok(digest));
        assert_eq!(backup.next(), Ok(None));
    }
}

#[test]
fn no_byte_can_change_and_its_line_is_named() {
    let bytes = backup();
    let mut line = 1;
    for at in 0..bytes.len() {
        let mut other = bytes.clone();
        other[at] ^= 1;
        let error = check(&other).expect_err("a byte was changed");
        assert_eq!(error.kind(), ErrorKind::Backup);
        let is_named = line == 1 || error.fact.starts_with(&format!("line {line}: "));
        assert!(is_named, "byte {at}: {error}");
        line += u64::from(bytes[at] == b'\n');
    }
    assert_eq!(line, 33);
}

#[test]
fn a_backup_that_was_cut_off_or_goes_on_is_refused() {
    let bytes = backup();
    for length in 0..bytes.len() {
        assert_eq!(check(&bytes[..length]).expect_err("cut off").kind(), ErrorKind::Backup);
    }
    let error = check(&[&bytes[..], b"r"].concat()).expect_err("it goes on");
    assert!(error.fact.starts_with("line 33: "), "{error}");
}

#[test]
fn a_line_left_out_or_in_another_place_is_found() {
    let bytes = backup();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for at in 1..lines.len() {
        let mut fewer = lines.clone();
        fewer.remove(at);
        check(&fewer.concat()).expect_err("a line was left out");
        let mut moved = lines.clone();
        moved.swap(at, at - 1);
        check(&moved.concat()).expect_err("two lines changed places");
    }
}
