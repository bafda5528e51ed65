//! How do values become bytes, so that any two machines write the same ones?
//!
//! RFC 8785 (JCS) narrowed: integers only, no null, no floats, at most [`MAX_DEPTH`] levels. Takes
//! values and gives bytes, and the reverse. Reading is strict: whatever [`encode`] would not have
//! written (a space, a doubled or unsorted key, a needless escape, `1.0`) is refused at its byte,
//! so bytes that parse are the bytes that were hashed.
//!
//! Not here: what the members of a record mean (`encode.rs`).
//!
//! Next: `writer.rs` and `reader.rs`, which do it.

use thiserror::Error;

use crate::reader::Reader;
use crate::value::Value;
use crate::writer::Writer;

/// How deep lists and maps may nest. Deeper input is refused before it can exhaust a stack.
pub const MAX_DEPTH: usize = 64;

/// Why a value cannot be written.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EncodeError {
    /// An integer that JSON readers would round.
    #[error(
        "nothing was written: the integer {0} lies outside ±(2^53 − 1), which JSON readers round; write it as text"
    )]
    Integer(i64),
    /// Lists and maps nest too deep.
    #[error("nothing was written: values nest deeper than {MAX_DEPTH} levels; flatten them")]
    TooDeep,
}

/// Why bytes are not canonical, and where.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "the bytes were not read: at byte {at}: {fault}; only bytes written by the canonical rules (RFC 8785, integers only) are read"
)]
pub struct DecodeError {
    /// The offset of the first byte that does not fit.
    pub at: usize,
    /// What is wrong there.
    pub fault: DecodeFault,
}

/// What can be wrong with a byte of input.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeFault {
    /// Not text.
    #[error("not UTF-8")]
    NotUtf8,
    /// The input ends too early.
    #[error("the input ends here")]
    Ended,
    /// Something else was expected.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A key that is not greater than the one before it.
    #[error("the key {0:?} is repeated or out of order")]
    Key(String),
    /// A number with a fraction, an exponent, a leading zero or too many digits.
    #[error("not an integer within ±(2^53 − 1) in its shortest form")]
    Integer,
    /// An escape the canonical form does not use, or an unescaped control character.
    #[error("a character is not written in its one canonical way")]
    Character,
    /// Lists and maps nest too deep.
    #[error("values nest deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Bytes after the end.
    #[error("the value has ended and bytes follow")]
    Trailing,
    /// A format this crate does not know.
    #[error("format {0} is not known to this version")]
    Format(i64),
    /// A member that is written although the canonical form leaves it out.
    #[error("the member {0:?} must be left out when it says nothing")]
    Empty(&'static str),
}

/// Writes a value in its one canonical form.
pub fn encode(value: &Value) -> Result<Vec<u8>, EncodeError> {
    let mut writer = Writer::with_capacity(256);
    writer.value(value)?;
    Ok(writer.into_bytes())
}

/// Reads a value from its one canonical form.
pub fn decode(bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut reader = Reader::new(bytes);
    let value = reader.value()?;
    reader.end()?;
    Ok(value)
}

/// Whether a byte stands for itself between quotes.
pub(crate) fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\'
}

/// How many bytes stand for themselves before the first that does not. On the path of every record,
/// so it looks at eight bytes at a time: each test leaves the high bit of the bytes it finds.
pub(crate) fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let below = |word: u64, least: u8| word.wrapping_sub(ONES * u64::from(least)) & !word & HIGH;
    let is = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let (words, rest) = bytes.as_chunks();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // A find may be false above another, never below: the first is right.
        let found = below(word, 0x20) | is(word, b'"') | is(word, b'\\');
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    bytes.len() - rest.len() + rest.iter().take_while(|&&byte| is_plain(byte)).count()
}

/// The letter of a two-character escape.
pub(crate) fn short_escape(byte: u8) -> Option<u8> {
    Some(match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        0x08 => b'b',
        0x09 => b't',
        0x0A => b'n',
        0x0C => b'f',
        0x0D => b'r',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_at_a_time_find_what_each_byte_says() {
        for byte in 0..=255u8 {
            for at in 0..20 {
                for after in [b'a', b'"', 0x1F, 0x7F, 0x80, 0xFF] {
                    let mut bytes = vec![0xE6; at];
                    bytes.extend([byte, after, b'\\']);
                    let expected = bytes.iter().take_while(|byte| is_plain(**byte)).count();
                    assert_eq!(plain(&bytes), expected, "{bytes:?}");
                }
            }
        }
    }
}
