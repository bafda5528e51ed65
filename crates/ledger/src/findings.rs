//! What can be wrong with a log, said so that an operator knows which record and what to do.
//!
//! Takes nothing; these are the values [`crate::Verification`] gives.
//!
//! Not here: how they are found (`verify.rs`).

use std::fmt;

use crate::append::LogHead;
use crate::canonical::DecodeError;
use crate::hash::Hash;
use crate::record::District;

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The head computed from the bytes, as far as they go without a gap.
    pub head: LogHead,
    /// The size of the largest signed head that fits: so far the log is proven.
    pub verified: u64,
    /// Everything that does not fit, in order of records.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A record's bytes are not what was sealed.
    Changed {
        /// The record.
        number: u64,
        /// What its bytes hash to.
        computed: Hash,
        /// What the tree holds.
        stored: Hash,
    },
    /// A stored leaf is wrong although the record is as signed: the tiles are damaged, not the log.
    StoredLeaf {
        /// The record.
        number: u64,
        /// What its bytes hash to.
        computed: Hash,
        /// What the tree holds.
        stored: Hash,
    },
    /// A record's bytes cannot be read.
    Unreadable {
        /// The record.
        number: u64,
        /// Where and why.
        error: DecodeError,
    },
    /// Records are missing.
    Missing {
        /// The first number missing.
        first: u64,
        /// The last number missing.
        last: u64,
    },
    /// A number comes again or too late.
    Repeated {
        /// The number.
        number: u64,
        /// The number that should stand there.
        expected: u64,
    },
    /// A record is stored under another number than it claims.
    Misplaced {
        /// Where it is stored.
        number: u64,
        /// The number in its bytes.
        claims: u64,
    },
    /// A record of another district.
    Foreign {
        /// The record.
        number: u64,
        /// Its district.
        district: District,
        /// The district of the log.
        log: District,
    },
    /// A matter's acts do not follow each other.
    Position {
        /// The record.
        number: u64,
        /// The matter.
        matter: String,
        /// The position that comes next in the matter.
        expected: u32,
        /// The position the record has.
        found: u32,
    },
    /// The records lead to another root than was signed.
    Root {
        /// How many records the signed head covers.
        size: u64,
        /// The root of the records.
        computed: Hash,
        /// The root that was signed.
        signed: Hash,
        /// The largest head before it that fits.
        verified: u64,
    },
    /// The log ends before a signed head: its tail was dropped, or a shorter log was signed again.
    Shorter {
        /// How many records were signed.
        signed: u64,
        /// How many there are.
        held: u64,
    },
    /// A signed head cannot be compared, because records before it are missing or repeated.
    Uncovered {
        /// How many records the signed head covers.
        size: u64,
        /// The first number that is missing or repeated.
        torn: u64,
    },
}

impl Finding {
    /// The record it is about; for heads, the last record they cover.
    pub fn number(&self) -> u64 {
        match *self {
            Self::Changed { number, .. }
            | Self::StoredLeaf { number, .. }
            | Self::Unreadable { number, .. }
            | Self::Repeated { number, .. }
            | Self::Misplaced { number, .. }
            | Self::Foreign { number, .. }
            | Self::Position { number, .. } => number,
            Self::Missing { first, .. } => first,
            Self::Root { size, .. } | Self::Uncovered { size, .. } => size,
            Self::Shorter { held, .. } => held + 1,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { number, computed, stored } => write!(
                f,
                "record {number} is not what was sealed: its bytes hash to {computed}, the tree holds {stored}. \
                 stop appending and compare it with a backup or an export"
            ),
            Self::StoredLeaf { number, computed, stored } => write!(
                f,
                "the stored leaf of record {number} is damaged: it is {stored}, the record as signed hashes to \
                 {computed}. the log is whole; rebuild the tiles from the records"
            ),
            Self::Unreadable { number, error } => {
                write!(
                    f,
                    "record {number} cannot be read: {error}. compare it with a backup or an export"
                )
            }
            Self::Missing { first, last } if first == last => {
                write!(
                    f,
                    "record {first} is missing: the next one follows without it. restore it from a backup or an export"
                )
            }
            Self::Missing { first, last } => {
                write!(
                    f,
                    "records {first} to {last} are missing. restore them from a backup or an export"
                )
            }
            Self::Repeated { number, expected } => write!(
                f,
                "record {number} comes where record {expected} should: a number is given once and in order. \
                 look for a second copy or a merged file"
            ),
            Self::Misplaced { number, claims } => write!(
                f,
                "the record stored as {number} says it is {claims}: rows were exchanged or renumbered. \
                 stop appending and compare both with a backup"
            ),
            Self::Foreign { number, district, log } => {
                write!(
                    f,
                    "record {number} is of district {district}, the log is of {log}: it was put here from another log"
                )
            }
            Self::Position { number, matter, expected, found } => write!(
                f,
                "record {number} is act {found} of matter {matter}, and act {expected} comes next there: \
                 an act of the matter is missing, repeated or out of order"
            ),
            Self::Root { size, computed, signed, verified } => write!(
                f,
                "the first {size} records are not the log that was signed: they lead to root {computed}, signed was \
                 {signed}. the first {verified} records fit a signed head; a change lies after them. compare with an export"
            ),
            Self::Shorter { signed, held } => write!(
                f,
                "the log ends at record {held}, and {signed} records were signed: the tail was dropped. \
                 stop appending and restore records {} to {signed} from a backup or an export",
                held + 1
            ),
            Self::Uncovered { size, torn } => write!(
                f,
                "the head of {size} records was not compared: from record {torn} on records are missing or repeated. \
                 restore them first"
            ),
        }
    }
}
