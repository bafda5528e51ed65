//! What is a hash, and how is it written?
//!
//! Takes 32 bytes; gives them a type, one spelling (base64url without padding, 43 characters) for
//! records, checkpoints, receipts and messages, and strict parsing of that spelling.
//!
//! Not here: computing hashes of records or nodes; see `tree.rs` and `personal.rs`.
//!
//! Next: `value.rs` for what a record may hold.

use std::fmt;

use digest::Digest;
use digest::consts::U32;

/// A digest the tree can be built with: anything of 32 bytes, such as SM3 or SHA-256.
pub trait TreeDigest: Digest<OutputSize = U32> {}
impl<D: Digest<OutputSize = U32>> TreeDigest for D {}

/// 32 bytes of digest. Shown in base64url without padding, the spelling of records and receipts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The length of the spelling in characters.
    pub const SPELLING: usize = 43;

    /// Hashes the concatenation of some pieces with SM3.
    pub fn sm3(pieces: &[&[u8]]) -> Self {
        let mut hasher = sm3::Sm3::new();
        for piece in pieces {
            hasher.update(piece);
        }
        Self(hasher.finalize().into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Lower-case hexadecimal, as `openssl sm3` prints it.
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads the spelling; `None` unless it is exactly what [`fmt::Display`] would write.
    pub fn parse(text: &str) -> Option<Self> {
        decode_base64url(text.as_bytes())?.try_into().ok().map(Self)
    }

    /// Appends the spelling to a buffer; on the path of every record, so it allocates nothing.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut spelling = [0; Self::SPELLING];
        encode_into(&self.0, &mut spelling);
        out.extend_from_slice(&spelling);
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&encode_base64url(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl From<[u8; 32]> for Hash {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = std::array::TryFromSliceError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes bytes in base64url without padding (RFC 4648 §5).
pub(crate) fn encode_base64url(bytes: &[u8]) -> String {
    let mut out = vec![0; (bytes.len() * 4).div_ceil(3)];
    encode_into(bytes, &mut out);
    String::from_utf8(out).expect("the alphabet is ASCII")
}

/// Reads base64url without padding; `None` for a foreign character, an impossible length or
/// left-over bits, so that every byte string has exactly one spelling.
pub(crate) fn decode_base64url(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    for chunk in text.chunks(4) {
        let mut bits = 0u32;
        for &character in chunk {
            bits = bits << 6 | u32::from(sextet(character)?);
        }
        let whole = chunk.len() * 6 / 8;
        let spare = chunk.len() * 6 - whole * 8;
        if whole == 0 || bits & ((1 << spare) - 1) != 0 {
            return None;
        }
        let bytes = (bits >> spare).to_be_bytes();
        out.extend_from_slice(&bytes[4 - whole..]);
    }
    Some(out)
}

fn encode_into(bytes: &[u8], out: &mut [u8]) {
    for (chunk, slot) in bytes.chunks(3).zip(out.chunks_mut(4)) {
        let mut bits = 0u32;
        for i in 0..3 {
            bits = bits << 8 | u32::from(chunk.get(i).copied().unwrap_or(0));
        }
        for (i, character) in slot.iter_mut().enumerate() {
            *character = ALPHABET[(bits >> (18 - 6 * i)) as usize & 63];
        }
    }
}

fn sextet(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}
