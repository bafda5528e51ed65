//! How can a citizen, with no network and no trust in the office, check one act?
//!
//! [`Witnessed`] is the third stage of a record: it is numbered, sealed, and under a checkpoint
//! signed for all to see. A [`Receipt`] is a witnessed record on paper: the act's digest, the
//! record, the inclusion proof and the signed checkpoint, in one canonical JSON text. A redacted
//! receipt leaves the record out and proves only that an act with this digest was sealed.
//! [`ShortReceipt`] is what fits a readable QR code: where to ask, for which digest, in which tree.
//!
//! Not here: keys of districts (the checker brings the one it trusts) and printing.
//!
//! Next: `verify.rs` for checking a whole log.

use std::fmt;

use thiserror::Error;

use crate::canonical::{DecodeError, DecodeFault, EncodeError};
use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::hash::{Hash, decode_base64url, encode_base64url};
use crate::personal::{Disclosure, DisclosureError, Salt};
use crate::proof::{ProofError, inclusion_proof, verify_inclusion};
use crate::reader::Reader;
use crate::record::Record;
use crate::sign::Verifier;
use crate::tiles::{Tiles, TreeError};
use crate::tree::leaf_hash;
use crate::value::Value;
use crate::writer::Writer;

/// The format of receipts this crate writes.
pub const RECEIPT_FORMAT: i64 = 1;

/// A record under a signed checkpoint, checked when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witnessed {
    record: Record,
    act: Hash,
    proof: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

/// Proof for one act that needs nothing but the log's public key to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The act's digest: its leaf in the tree.
    pub act: Hash,
    /// The act's number in the log.
    pub number: u64,
    /// The record, unless it was redacted.
    pub record: Option<Record>,
    /// Personal values of the record that the holder may show.
    pub disclosed: Vec<Disclosure>,
    /// The inclusion proof.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: SignedCheckpoint,
}

/// What a receipt proves, once checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven<'r> {
    /// The record, unless it was redacted.
    pub record: Option<&'r Record>,
    /// The personal values shown, each checked against the record.
    pub disclosed: &'r [Disclosure],
    /// The statement the act is proven under.
    pub checkpoint: &'r Checkpoint,
}

/// Why a receipt was not made or not accepted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReceiptError {
    /// The checkpoint is not good.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The record is not the act the receipt is for.
    #[error(
        "the receipt was not accepted: its record hashes to {computed}, the act it proves is {act}; the record was changed"
    )]
    OtherRecord {
        /// The digest of the record.
        computed: Hash,
        /// The digest the receipt names.
        act: Hash,
    },
    /// The record has another number than the place it is proven in.
    #[error(
        "the receipt was not accepted: its record has number {found} and is proven at {number}; the receipt was put together from two"
    )]
    OtherNumber {
        /// The record's number.
        found: u64,
        /// The receipt's number.
        number: u64,
    },
    /// A shown value without the record that commits to it.
    #[error(
        "the receipt was not accepted: it shows personal values and leaves out the record that commits to them; ask for the full receipt"
    )]
    NothingToDisclose,
    /// A shown value is not what was sealed.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
    /// The text is not a receipt.
    #[error("the receipt was not read: {0}")]
    Text(#[from] DecodeError),
    /// The record or a shown value cannot be written.
    #[error("the receipt was not written: {0}")]
    Record(#[from] crate::encode::RecordError),
    /// A short receipt that is not one.
    #[error(
        "the short receipt was not read: {0:?} is not an address with an act and a size; scan it again"
    )]
    Short(String),
}

/// Why a record could not be witnessed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum WitnessError<E> {
    /// The tree could not be read.
    #[error(transparent)]
    Tree(#[from] TreeError<E>),
    /// What was read does not hold together.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

impl Witnessed {
    /// Proves a record from its bytes and the stored tree under a checkpoint, and checks the proof.
    pub fn new<T: Tiles>(
        bytes: &[u8],
        tiles: &T,
        checkpoint: SignedCheckpoint,
        origin: &str,
        verifier: &impl Verifier,
    ) -> Result<Self, WitnessError<T::Error>> {
        let record = Record::from_bytes(bytes).map_err(ReceiptError::Text)?;
        let size = checkpoint.unchecked().head().size;
        if record.number > size {
            return Err(
                ReceiptError::Proof(ProofError::Outside { number: record.number, size }).into()
            );
        }
        let proof = inclusion_proof::<sm3::Sm3, T>(tiles, record.number - 1, size)?;
        let witnessed = Self { act: leaf_hash::<sm3::Sm3>(bytes), record, proof, checkpoint };
        witnessed.receipt(Vec::new()).check(origin, verifier)?;
        Ok(witnessed)
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The receipt, with the personal values its holder may show.
    pub fn receipt(&self, disclosed: Vec<Disclosure>) -> Receipt {
        Receipt {
            act: self.act,
            number: self.record.number,
            record: Some(self.record.clone()),
            disclosed,
            proof: self.proof.clone(),
            checkpoint: self.checkpoint.clone(),
        }
    }
}

impl Receipt {
    /// Checks everything a receipt claims, offline, with the key of the log it names.
    pub fn check(
        &self,
        origin: &str,
        verifier: &impl Verifier,
    ) -> Result<Proven<'_>, ReceiptError> {
        let checkpoint = self.checkpoint.verify(origin, verifier)?;
        let head = checkpoint.head();
        if self.number == 0 {
            return Err(ProofError::Outside { number: 0, size: head.size }.into());
        }
        verify_inclusion::<sm3::Sm3>(self.act, self.number - 1, head.size, &self.proof, head.root)?;
        self.check_record()?;
        Ok(Proven { record: self.record.as_ref(), disclosed: &self.disclosed, checkpoint })
    }

    fn check_record(&self) -> Result<(), ReceiptError> {
        let Some(record) = &self.record else {
            return if self.disclosed.is_empty() {
                Ok(())
            } else {
                Err(ReceiptError::NothingToDisclose)
            };
        };
        let computed = leaf_hash::<sm3::Sm3>(&record.to_bytes()?);
        if computed != self.act {
            return Err(ReceiptError::OtherRecord { computed, act: self.act });
        }
        if record.number != self.number {
            return Err(ReceiptError::OtherNumber { found: record.number, number: self.number });
        }
        self.disclosed.iter().try_for_each(|shown| shown.check(record).map_err(ReceiptError::from))
    }

    /// The receipt without the record: it proves that an act with this digest was sealed, not what
    /// it said.
    pub fn redacted(&self) -> Self {
        Self { record: None, disclosed: Vec::new(), ..self.clone() }
    }

    /// What fits a QR code. The address is where the full receipt can be asked for.
    pub fn short(&self, address: &str) -> ShortReceipt {
        let size = self.checkpoint.unchecked().head().size;
        ShortReceipt { address: address.to_owned(), act: self.act, size }
    }

    /// The receipt as canonical JSON.
    pub fn to_json(&self) -> Result<String, ReceiptError> {
        let mut w = Writer::with_capacity(2048);
        w.raw("{\"Receipt\":");
        self.write(&mut w).map_err(crate::encode::RecordError::from)?;
        if let Some(record) = &self.record {
            w.raw(",\"record\":");
            let bytes = record.to_bytes()?;
            w.raw(std::str::from_utf8(&bytes).expect("canonical bytes are UTF-8"));
        }
        w.raw("}");
        Ok(String::from_utf8(w.into_bytes()).expect("canonical bytes are UTF-8"))
    }

    fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        w.integer(RECEIPT_FORMAT)?;
        w.raw(",\"act\":");
        w.hash(&self.act);
        w.raw(",\"checkpoint\":");
        w.text(&self.checkpoint.to_string());
        if !self.disclosed.is_empty() {
            w.raw(",\"disclosed\":");
            w.list(&self.disclosed, |w, Disclosure { name, salt, value }| {
                w.raw("{\"name\":");
                w.text(name);
                w.raw(",\"salt\":");
                w.text(&encode_base64url(&salt.0));
                w.raw(",\"value\":");
                w.value(value)?;
                w.raw("}");
                Ok(())
            })?;
        }
        w.raw(",\"number\":");
        w.integer(i64::try_from(self.number).unwrap_or(i64::MAX))?;
        w.raw(",\"proof\":");
        w.list(&self.proof, |w, hash| {
            w.hash(hash);
            Ok(())
        })
    }

    /// Reads a receipt. White space around it is forgiven; inside it is not.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let text = text.trim();
        let mut r = Reader::new(text.as_bytes());
        r.expect("{\"Receipt\":")?;
        match r.integer()? {
            RECEIPT_FORMAT => {}
            other => return Ok(r.fail(DecodeFault::Format(other))?),
        }
        r.expect(",\"act\":")?;
        let act = r.hash()?;
        r.expect(",\"checkpoint\":")?;
        let checkpoint = SignedCheckpoint::parse(&r.text()?.read())?;
        let disclosed =
            if r.take(",\"disclosed\":") { r.list(read_disclosure)? } else { Vec::new() };
        r.expect(",\"number\":")?;
        let number = r.integer()?;
        let Ok(number) = u64::try_from(number) else {
            return Ok(r.fail(DecodeFault::Expected("a number from 1 up"))?);
        };
        r.expect(",\"proof\":")?;
        let proof = r.list(|r| r.hash())?;
        let record = match r.take(",\"record\":") {
            true => Some(crate::decode::read_record(&mut r)?.to_record()),
            false => None,
        };
        r.expect("}")?;
        r.end()?;
        Ok(Self { act, number, record, disclosed, proof, checkpoint })
    }
}

fn read_disclosure(r: &mut Reader) -> Result<Disclosure, DecodeError> {
    r.expect("{\"name\":")?;
    let name = r.text()?;
    r.expect(",\"salt\":")?;
    let at = r.at();
    let salt = decode_base64url(r.text()?.read().as_bytes())
        .and_then(|salt| salt.try_into().ok())
        .map(Salt);
    let salt = salt.ok_or(DecodeError {
        at,
        fault: DecodeFault::Expected("a salt of 22 base64url characters"),
    })?;
    r.expect(",\"value\":")?;
    let value: Value = r.value()?;
    r.expect("}")?;
    Ok(Disclosure { name: name.read().into_owned(), salt, value })
}

/// A pointer to a receipt, short enough to print as a QR code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShortReceipt {
    /// Where to ask: a web address without a query.
    pub address: String,
    /// The act's digest.
    pub act: Hash,
    /// The size of the tree it was proven in.
    pub size: u64,
}

impl ShortReceipt {
    /// Reads what [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let parts = text.split_once("?act=").and_then(|(address, rest)| {
            let (act, size) = rest.split_once("&size=")?;
            let short = Self {
                address: address.to_owned(),
                act: Hash::parse(act)?,
                size: size.parse().ok()?,
            };
            (short.to_string() == text).then_some(short)
        });
        parts.ok_or_else(|| ReceiptError::Short(text.to_owned()))
    }

    /// Whether a full receipt is the one this points to.
    pub fn points_to(&self, receipt: &Receipt) -> bool {
        self.act == receipt.act && self.size <= receipt.checkpoint.unchecked().head().size
    }
}

impl fmt::Display for ShortReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}?act={}&size={}", self.address, self.act, self.size)
    }
}
