//! An append-only log of acts.

mod append;
mod canonical;
mod checkpoint;
mod decode;
mod encode;
mod findings;
mod hash;
mod personal;
mod proof;
mod reader;
mod receipt;
mod record;
mod sign;
mod tiles;
mod tree;
mod value;
mod verify;
mod writer;

pub use append::{AppendError, Batch, LogHead, Numbered, Sealed, append, seal};
pub use canonical::{DecodeError, DecodeFault, EncodeError, MAX_DEPTH, decode, encode};
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use decode::Address;
pub use encode::RecordError;
pub use findings::{Finding, Verdict};
pub use hash::{Hash, TreeDigest};
pub use personal::{Disclosure, DisclosureError, Salt, commit, document_hash, request_digest};
pub use proof::{
    ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};
pub use receipt::{
    Proven, RECEIPT_FORMAT, Receipt, ReceiptError, ShortReceipt, WitnessError, Witnessed,
};
pub use record::{
    Acknowledged, Actor, Basis, Commitment, District, Document, FORMAT, Record, Standing,
};
pub use sign::{
    DISTINGUISHING_ID, KeyError, KeyId, SignError, Signature, Signer, Sm2Signer, Sm2Verifier,
    Verifier,
};
pub use sm3::Sm3;
pub use tiles::{MemoryTiles, TILE_HEIGHT, TILE_WIDTH, TileEntry, TileId, Tiles, TreeError};
pub use tree::{Frontier, empty_root, leaf_hash, node_hash};
pub use value::{Fields, Value};
pub use verify::{Chunk, Row, Verification, verify};
