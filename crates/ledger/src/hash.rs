//! What is a hash, and how is it written?
//!
//! Takes 32 bytes; gives them a type, one spelling (base64url without padding, 43 characters) for
//! records, checkpoints, receipts and messages, and strict parsing of that spelling.
//!
//! Not here: computing hashes of records or nodes; see `tree.rs` and `personal.rs`.
//!
//! Next: `value.rs` for what a record may hold.

use std::any::TypeId;
use std::fmt;

use digest::Digest;
use digest::consts::U32;

use crate::lanes::sm3_each;

/// A digest the tree can be built with: anything of 32 bytes, such as SM3 or SHA-256.
pub trait TreeDigest: Digest<OutputSize = U32> + Sized + 'static {
    /// The digests of `first ‖ message` for every message. SM3 takes many at once (`lanes.rs`).
    fn each(first: u8, messages: &[&[u8]]) -> Vec<Hash> {
        if TypeId::of::<Self>() == TypeId::of::<sm3::Sm3>() {
            return sm3_each(Some(first), messages);
        }
        let one = |message| Self::new().chain_update([first]).chain_update(message).finalize();
        messages.iter().map(|message| Hash(one(*message).into())).collect()
    }
}
impl<D: Digest<OutputSize = U32> + 'static> TreeDigest for D {}

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

    /// Hashes each message with SM3: many side by side, which is several times quicker.
    pub fn sm3_each(messages: &[&[u8]]) -> Vec<Self> {
        sm3_each(None, messages)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Lower-case hexadecimal, as `openssl sm3` prints it.
    pub fn to_hex(&self) -> String {
        let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
        let mut hex = String::with_capacity(64);
        self.0.iter().for_each(|byte| hex.extend([digit(byte >> 4), digit(byte & 15)]));
        hex
    }

    /// Reads the spelling; `None` unless it is exactly what [`fmt::Display`] would write.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(text.as_bytes())
    }

    /// [`Hash::parse`] for bytes; on the path of every record, so it allocates nothing.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        (text.len() == Self::SPELLING && decode_into(text, &mut bytes)).then_some(Self(bytes))
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
pub fn encode_base64url(bytes: &[u8]) -> String {
    let mut out = vec![0; (bytes.len() * 4).div_ceil(3)];
    encode_into(bytes, &mut out);
    String::from_utf8(out).expect("the alphabet is ASCII")
}

/// Reads base64url without padding; `None` for a foreign character, an impossible length or
/// left-over bits, so that every byte string has exactly one spelling.
pub fn decode_base64url(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; text.len() * 6 / 8];
    decode_into(text, &mut out).then_some(out)
}

/// Fills `out`, which has the whole bytes of `text`; `false` where that is not possible.
fn decode_into(text: &[u8], out: &mut [u8]) -> bool {
    let (quads, last) = text.as_chunks::<4>();
    let (triples, rest) = out.as_chunks_mut::<3>();
    let mut foreign = 0;
    let mut bits_of = |characters: &[u8]| {
        let sextets = characters.iter().map(|&character| SEXTETS[usize::from(character)]);
        sextets.fold(0u32, |bits, sextet| {
            foreign |= sextet;
            bits << 6 | u32::from(sextet & 63)
        })
    };
    for (quad, triple) in quads.iter().zip(triples) {
        let [_, bytes @ ..] = bits_of(quad).to_be_bytes();
        *triple = bytes;
    }
    let (bits, spare) = (bits_of(last), last.len() * 6 - rest.len() * 8);
    let left_over = bits & ((1 << spare) - 1);
    rest.copy_from_slice(&(bits >> spare).to_be_bytes()[4 - rest.len()..]);
    foreign & FOREIGN == 0 && left_over == 0 && last.len() != 1
}

fn encode_into(bytes: &[u8], out: &mut [u8]) {
    let (triples, rest) = bytes.as_chunks::<3>();
    let (quads, last) = out.as_chunks_mut::<4>();
    for ([a, b, c], quad) in triples.iter().zip(quads) {
        *quad = quad_of(u32::from_be_bytes([0, *a, *b, *c]));
    }
    let mut padded = [0; 4];
    padded[1..=rest.len()].copy_from_slice(rest);
    last.copy_from_slice(&quad_of(u32::from_be_bytes(padded))[..last.len()]);
}

/// The four characters of 24 bits.
fn quad_of(bits: u32) -> [u8; 4] {
    [18, 12, 6, 0].map(|shift| ALPHABET[(bits >> shift) as usize & 63])
}

/// Marks a character that is not of the alphabet.
const FOREIGN: u8 = 0x80;

/// The six bits of each character of the alphabet.
const SEXTETS: [u8; 256] = {
    let mut sextets = [FOREIGN; 256];
    let mut value = 0;
    while value < 64 {
        sextets[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    sextets
};
