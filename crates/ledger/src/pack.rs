//! How small can a store keep a record, and still give back every byte?
//!
//! Canonical bytes repeat their member names and spell hashes in 43 characters. Canonical JSON never
//! holds a byte below 0x20, so those bytes are free to stand for whole pieces: [`pack`] writes one
//! byte for each constant piece of a record and 33 for a hash. A common record shrinks to about
//! half; [`unpack`] gives back exactly the bytes that were packed, whatever they were.
//!
//! Packing is the store's private matter: the leaf, receipts and exports are of canonical bytes. The
//! table below belongs to record format 1 and never changes; a new format gets a new table.
//!
//! Not here: compression across records.
//!
//! Next: `verify.rs`, which takes unpacked bytes.

use crate::hash::Hash;

/// Stands before a byte below 0x20 that was in the input.
const LITERAL: u8 = 0x00;
/// Stands before the 32 bytes of a hash that was spelt between quotes.
const HASH: u8 = 0x1F;

/// The piece that each byte from 0x01 up stands for. No piece begins another.
const PIECES: [&str; 30] = [
    "{\"Record\":[1,",
    "],\"act\":\"",
    "\",\"at\":",
    ",\"basis\":{\"calendar\":",
    ",\"parameters\":",
    ",\"procedure\":",
    ",\"tables\":",
    "},\"by\":{\"organ\":\"",
    "},\"by\":\"clock\",\"client\":\"",
    "\",\"person\":\"",
    "\",\"role\":\"",
    "\"},\"client\":\"",
    "\",\"documents\":[{\"hash\":",
    "\"},{\"hash\":",
    ",\"name\":\"",
    ",\"entered\":",
    ",\"guards\":{\"",
    ",\"payload\":{\"",
    ",\"personal\":[{\"hash\":",
    ",\"refusals\":[",
    ",\"request\":",
    ",\"resolved\":[",
    ",\"standing\":\"reported\"",
    ",\"standing\":\"irregular\"",
    ",\"version\":\"",
    ",\"warnings\":[{\"reason\":\"",
    ",\"rule\":\"",
    "\":true,\"",
    "\":false,\"",
    "\",\"payload\":{\"",
];

/// Packs the bytes of a record. Any other bytes come back unharmed too, if not smaller.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(bytes.len());
    let (mut at, mut plain) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        if !begins_something(byte) {
            at += 1;
            continue;
        }
        let rest = &bytes[at..];
        let hash = quoted_hash(rest);
        let token = if hash.is_some() { Some(HASH) } else { piece(rest) };
        let Some(token) = token.or((byte < 0x20).then_some(LITERAL)) else {
            at += 1;
            continue;
        };
        packed.extend_from_slice(&bytes[plain..at]);
        packed.push(token);
        match (token, hash) {
            (LITERAL, _) => packed.push(byte),
            (_, Some(hash)) => packed.extend_from_slice(&hash.0),
            _ => {}
        }
        at += match token {
            LITERAL => 1,
            HASH => Hash::SPELLING + 2,
            piece => PIECES[usize::from(piece) - 1].len(),
        };
        plain = at;
    }
    packed.extend_from_slice(&bytes[plain..]);
    packed
}

/// Gives back what was packed; `None` when that is not what [`pack`] writes.
pub fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(2 * packed.len());
    unpack_into(packed, &mut bytes).then_some(bytes)
}

/// Appends what was packed to a buffer; `false`, with the buffer as it was, when that is not what
/// [`pack`] writes.
pub fn unpack_into(packed: &[u8], bytes: &mut Vec<u8>) -> bool {
    let before = bytes.len();
    let unpacked = unpack_all(packed, bytes).is_some();
    if !unpacked {
        bytes.truncate(before);
    }
    unpacked
}

fn unpack_all(mut packed: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    while !packed.is_empty() {
        let plain = packed.iter().take_while(|&&byte| byte >= 0x20).count();
        bytes.extend_from_slice(&packed[..plain]);
        let Some((&token, rest)) = packed[plain..].split_first() else {
            break;
        };
        packed = match token {
            LITERAL => {
                let (&byte, rest) = rest.split_first().filter(|(byte, _)| **byte < 0x20)?;
                bytes.push(byte);
                rest
            }
            HASH => {
                let (hash, rest) = rest.split_first_chunk()?;
                bytes.push(b'"');
                Hash(*hash).write(bytes);
                bytes.push(b'"');
                rest
            }
            piece => {
                bytes.extend_from_slice(PIECES[usize::from(piece) - 1].as_bytes());
                rest
            }
        };
    }
    Some(())
}

/// The hash that begins here between quotes, if one does.
fn quoted_hash(rest: &[u8]) -> Option<Hash> {
    let spelling = rest.get(1..=Hash::SPELLING)?;
    let quoted = rest[0] == b'"' && rest.get(Hash::SPELLING + 1) == Some(&b'"');
    if quoted { Hash::read(spelling) } else { None }
}

/// The byte that stands for the piece that begins here, if one does.
fn piece(rest: &[u8]) -> Option<u8> {
    let &[first, second, third, ..] = rest else {
        return None;
    };
    let candidates: &[u8] = match (first, second, third) {
        (b'{', b'"', b'R') => &[1],
        (b']', b',', _) => &[2],
        (b'}', b',', _) => &[8, 9],
        (b'"', b',', _) => &[3, 10, 11, 13, 30],
        (b'"', b'}', _) => &[12, 14],
        (b'"', b':', _) => &[28, 29],
        (b',', b'"', b'b') => &[4],
        (b',', b'"', b'e') => &[16],
        (b',', b'"', b'g') => &[17],
        (b',', b'"', b'n') => &[15],
        (b',', b'"', b'p') => &[5, 6, 18, 19],
        (b',', b'"', b'r') => &[20, 21, 22, 27],
        (b',', b'"', b's') => &[23, 24],
        (b',', b'"', b't') => &[7],
        (b',', b'"', b'v') => &[25],
        (b',', b'"', b'w') => &[26],
        _ => &[],
    };
    let begins = |token: &&u8| rest.starts_with(PIECES[usize::from(**token) - 1].as_bytes());
    candidates.iter().find(begins).copied()
}

/// Whether a hash or a piece may begin with this byte, or it needs [`LITERAL`] before it.
fn begins_something(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b',' | b'{' | b'}' | b']')
}
