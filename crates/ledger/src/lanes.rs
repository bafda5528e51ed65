//! How are many messages hashed with SM3 at once? Side by side, one in each lane of a vector.
//!
//! One SM3 is a chain of operations that wait for each other; messages do not wait for each other.
//! So as many as a vector has lanes (4 with SSE2 or NEON, 8 with AVX2, 16 with AVX-512, chosen
//! while running) go through the same rounds together, and a lane that is done takes the next.
//!
//! Takes messages, which may begin with a common byte; gives the same hashes as the `sm3` crate,
//! which the tests hold it to. Not here: what the messages are (`tree.rs`).

use fearless_simd::{Level, Simd, SimdBase, dispatch};

use crate::hash::Hash;

/// The most lanes a vector has.
const LANES: usize = 16;
/// Bytes of a block.
const BLOCK: usize = 64;

/// A row of vectors, in memory: for each word of a block or state, that word of every lane.
type Words<const COUNT: usize> = [[u32; LANES]; COUNT];

const INITIAL: [u32; 8] = [
    0x7380_166F,
    0x4914_B2B9,
    0x1724_42D7,
    0xDA8A_0600,
    0xA96F_30BC,
    0x1631_38AA,
    0xE38D_EE4D,
    0xB0FB_0E4E,
];

/// The constant of each round, already rotated.
const ROUND: [u32; 64] = {
    let mut constants = [0; 64];
    let mut round = 0;
    while round < 64 {
        let base: u32 = if round < 16 { 0x79CC_4519 } else { 0x7A87_9D8A };
        constants[round] = base.rotate_left(round as u32 % 32);
        round += 1;
    }
    constants
};

/// How many messages it takes for lanes to be quicker than one hash after the other.
const ENOUGH: usize = 4;

/// The hashes of `first ‖ message` for every message, in order.
pub(crate) fn sm3_each(first: Option<u8>, messages: &[&[u8]]) -> Vec<Hash> {
    if messages.len() < ENOUGH {
        let one = |message: &&[u8]| Hash::sm3(&[first.as_slice(), message]);
        return messages.iter().map(one).collect();
    }
    sm3_at(Level::new(), first, messages)
}

/// With the instructions of one level.
fn sm3_at(level: Level, first: Option<u8>, messages: &[&[u8]]) -> Vec<Hash> {
    dispatch!(level, simd => sm3_in_lanes(simd, first, messages))
}

#[inline(always)]
fn sm3_in_lanes<S: Simd>(simd: S, first: Option<u8>, messages: &[&[u8]]) -> Vec<Hash> {
    let mut hashes = vec![Hash::default(); messages.len()];
    let mut waiting = messages.iter().enumerate();
    let mut state: Words<8> = [[0; LANES]; 8];
    let mut block: Words<16> = [[0; LANES]; 16];
    let mut lanes = [const { None::<Held<'_>> }; LANES];
    let lanes = &mut lanes[..S::u32s::LEN];
    loop {
        let mut busy = false;
        for (lane, held) in lanes.iter_mut().enumerate() {
            if held.is_none() {
                *held = waiting.next().map(|(at, message)| Held { at, first, message, next: 0 });
                (0..8).for_each(|word| state[word][lane] = INITIAL[word]);
            }
            if let Some(held) = held {
                held.load(&mut block, lane);
                busy = true;
            }
        }
        if !busy {
            return hashes;
        }
        compress(simd, &mut state, &block);
        for (lane, held) in lanes.iter_mut().enumerate() {
            if let Some(done) = held.take_if(Held::is_done) {
                hashes[done.at] = digest(&state, lane);
            }
        }
    }
}

/// A message in a lane.
struct Held<'m> {
    at: usize,
    first: Option<u8>,
    message: &'m [u8],
    /// The block to be loaded next.
    next: usize,
}

impl Held<'_> {
    /// Writes the next block of `first ‖ message ‖ padding` into a lane.
    #[inline(always)]
    fn load(&self, block: &mut Words<16>, lane: usize) {
        let start = (self.next * BLOCK).checked_sub(self.before());
        let inside = start.and_then(|from| self.message.get(from..from + BLOCK));
        match inside.and_then(|bytes| bytes.first_chunk()) {
            Some(bytes) => load_words(bytes, block, lane),
            None => load_words(&self.edge(), block, lane),
        }
    }

    /// The next block, where it is the first or one of the last.
    #[inline(never)]
    fn edge(&self) -> [u8; BLOCK] {
        let mut bytes = [0; BLOCK];
        let (start, before) = (self.next * BLOCK, self.before());
        let length = before + self.message.len();
        let skipped = if start == 0 { before } else { 0 };
        bytes[..skipped].copy_from_slice(&self.first.as_slice()[..skipped]);
        let rest = self.message.get(start.saturating_sub(before)..).unwrap_or_default();
        let taken = rest.len().min(BLOCK - skipped);
        bytes[skipped..skipped + taken].copy_from_slice(&rest[..taken]);
        if let Some(end) = length.checked_sub(start).filter(|end| *end < BLOCK) {
            bytes[end] = 0x80;
        }
        if self.next + 1 == self.blocks() {
            bytes[BLOCK - 8..].copy_from_slice(&(length as u64 * 8).to_be_bytes());
        }
        bytes
    }

    /// How many bytes stand before the message.
    #[inline(always)]
    fn before(&self) -> usize {
        usize::from(self.first.is_some())
    }

    fn blocks(&self) -> usize {
        (self.before() + self.message.len() + 8) / BLOCK + 1
    }

    /// Counts a block that went through the rounds; whether it was the last.
    #[inline(always)]
    fn is_done(&mut self) -> bool {
        self.next += 1;
        self.next == self.blocks()
    }
}

#[inline(always)]
fn load_words(bytes: &[u8; BLOCK], block: &mut Words<16>, lane: usize) {
    for (word, four) in block.iter_mut().zip(bytes.as_chunks::<4>().0) {
        word[lane] = u32::from_be_bytes(*four);
    }
}

fn digest(state: &Words<8>, lane: usize) -> Hash {
    let mut bytes = [0; 32];
    for (four, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *four = word[lane].to_be_bytes();
    }
    Hash(bytes)
}

/// One block of every lane (GB/T 32905 §5.3).
#[inline(always)]
fn compress<S: Simd>(simd: S, state: &mut Words<8>, block: &Words<16>) {
    let vector = |words: &[u32; LANES]| S::u32s::from_slice(simd, &words[..S::u32s::LEN]);
    let mut window: [S::u32s; 16] = std::array::from_fn(|word| vector(&block[word]));
    let before: [S::u32s; 8] = std::array::from_fn(|word| vector(&state[word]));
    let mut now = before;
    sixteen_rounds::<S, 0>(simd, &mut now, &mut window);
    sixteen_rounds::<S, 1>(simd, &mut now, &mut window);
    sixteen_rounds::<S, 2>(simd, &mut now, &mut window);
    sixteen_rounds::<S, 3>(simd, &mut now, &mut window);
    for (word, words) in state.iter_mut().enumerate() {
        (now[word] ^ before[word]).store_slice(&mut words[..S::u32s::LEN]);
    }
}

/// Rounds 16·SET to 16·SET + 15. The window holds the words of these rounds; each word makes room
/// for the one sixteen later as soon as it was used.
#[inline(always)]
fn sixteen_rounds<S: Simd, const SET: usize>(
    simd: S,
    now: &mut [S::u32s; 8],
    window: &mut [S::u32s; 16],
) {
    macro_rules! rounds {
        ($($i:literal)*) => {$(
            let used = window[$i];
            if SET < 3 || $i < 4 {
                window[$i] = expanded::<S>(window, $i);
            }
            let constant = S::u32s::splat(simd, ROUND[SET * 16 + $i]);
            round::<S>(now, constant, used, used ^ window[($i + 4) % 16], SET == 0);
        )*};
    }
    rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
}

#[inline(always)]
fn round<S: Simd>(
    now: &mut [S::u32s; 8],
    constant: S::u32s,
    word: S::u32s,
    pair: S::u32s,
    early: bool,
) {
    let [a, b, c, d, e, f, g, h] = *now;
    let turned = left::<S>(a, 12);
    let ss1 = left::<S>(turned + e + constant, 7);
    let (ff, gg) = match early {
        true => (a ^ b ^ c, e ^ f ^ g),
        false => ((a & b) | ((a | b) & c), ((f ^ g) & e) ^ g),
    };
    let tt1 = ff + d + (ss1 ^ turned) + pair;
    let tt2 = gg + h + ss1 + word;
    let mixed = tt2 ^ left::<S>(tt2, 9) ^ left::<S>(tt2, 17);
    *now = [tt1, a, left::<S>(b, 9), c, mixed, e, left::<S>(f, 19), g];
}

/// The word sixteen rounds after the one at `i`.
#[inline(always)]
fn expanded<S: Simd>(window: &[S::u32s; 16], i: usize) -> S::u32s {
    let word = |ahead: usize| window[(i + ahead) % 16];
    let x = word(0) ^ word(7) ^ left::<S>(word(13), 15);
    x ^ left::<S>(x, 15) ^ left::<S>(x, 23) ^ left::<S>(word(3), 7) ^ word(10)
}

#[inline(always)]
fn left<S: Simd>(words: S::u32s, bits: u32) -> S::u32s {
    (words << bits) | (words >> (32 - bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every level this machine has.
    fn levels() -> Vec<Level> {
        let best = Level::new();
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        let lower = [
            best.as_sse2().map(Level::Sse2),
            best.as_sse4_2().map(Level::Sse4_2),
            best.as_avx2().map(Level::Avx2),
        ];
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        let lower = [None::<Level>];
        lower.into_iter().flatten().chain([best]).collect()
    }

    #[test]
    fn every_level_hashes_like_the_crate() {
        let bytes: Vec<u8> = (0..1000u32).map(|i| (i * i) as u8).collect();
        // Neighbours of very different lengths, across every edge of a block.
        let messages: Vec<&[u8]> = (0..300).map(|n| &bytes[..n * 367 % 1000]).collect();
        for first in [None, Some(1)] {
            let one = |message: &&[u8]| Hash::sm3(&[first.as_slice(), message]);
            let expected: Vec<_> = messages.iter().map(one).collect();
            for level in levels() {
                assert_eq!(sm3_at(level, first, &messages), expected, "{level:?}");
            }
        }
    }
}
