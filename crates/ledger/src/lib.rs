//! An append-only log of acts that nobody can quietly change.
//!
//! Each act is a [`Record`] with one canonical spelling (RFC 8785, integers only). Its bytes are a
//! leaf of a Merkle tree (RFC 6962, with SM3). The tree's root is signed with SM2 every so often: a
//! [`Checkpoint`]. From then on
//! - one act can be proven to anybody, offline, by a [`Receipt`];
//! - any change, gap, exchange or dropped tail is found by a [`Verification`], which names the record;
//! - personal values can be destroyed without touching one proof: a record holds only commitments
//!   ([`commit`]).
//!
//! The crate is pure: no clock, files, network, environment or randomness. Times, salts and keys are
//! arguments. It knows no law: a payload is opaque keys and values.
//!
//! # The way of one act
//!
//! ```
//! use ledger::*;
//! # let record = |position| Record {
//! #     district: District(990101), number: 1, matter: "m-1".into(), position,
//! #     procedure: "licence".into(), version: "2023".into(), act: "apply".into(),
//! #     actor: Actor::Clock, performed_at: 1_700_000_000, entered_at: 1_700_000_000,
//! #     basis: Basis { procedure: Hash::sm3(&[b"text"]), tables: None, parameters: None, calendar: None },
//! #     payload: Fields::from([("fee", 12_000)]), personal: vec![], documents: vec![],
//! #     standing: Standing::Observed, warnings: vec![], guards: Fields::new(), resolved: vec![],
//! #     client_act: format!("web-{position}"), request: Hash::default(),
//! # };
//! // Under the lock of the log's head: number, seal, and write the batch in the same transaction.
//! let (mut frontier, mut tiles) = (Frontier::<Sm3>::new(), MemoryTiles::default());
//! let batch = append(&mut frontier, vec![record(1), record(2)])?;
//! tiles.keep(&batch.nodes);
//!
//! // At most every second: sign the head.
//! let signer = Sm2Signer::from_seed(&[7; 32])?; // or `from_pem`
//! let signed = Checkpoint::new("ledger.example/990101", batch.head, 1_700_000_060)?.sign(&signer)?;
//!
//! // On demand: a receipt, checked by whoever holds the public key.
//! let bytes = batch.sealed[0].bytes();
//! let key = signer.verifier();
//! let witnessed = Witnessed::new(bytes, &tiles, signed.clone(), "ledger.example/990101", &key)?;
//! let receipt = witnessed.receipt(vec![]).to_json()?;
//! let receipt = Receipt::parse(&receipt)?;
//! assert_eq!(receipt.check("ledger.example/990101", &key)?.record.map(|record| record.number), Some(1));
//!
//! // At any time: verify everything against every checkpoint ever kept.
//! let head = signed.verify("ledger.example/990101", &key)?.head();
//! let rows = batch.sealed.iter().map(|sealed| Row {
//!     number: Some(sealed.record().number),
//!     bytes: sealed.bytes(),
//!     leaf: Some(sealed.leaf()),
//! });
//! assert!(verify::<Sm3>(District(990101), [head], rows).is_sound());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where to read
//!
//! `record.rs` and `encode.rs` for what is written, `append.rs` for the three stages (numbered,
//! sealed, witnessed), `tree.rs`, `tiles.rs` and `proof.rs` for the tree, `checkpoint.rs` and
//! `receipt.rs` for what leaves the house, `verify.rs` for trusting nothing. The README follows one
//! leaf through all of them; `vectors/` has published examples and a checker that shares no code.
//!
//! # What it does not promise
//!
//! A log alone does not stop its keeper from showing two people two histories. Checkpoints that
//! others keep do: give them to [`Verification::new`], or compare two with
//! [`Checkpoint::continues`]. Nor does a sealed act become lawful by being sealed.

mod append;
mod canonical;
mod checkpoint;
mod decode;
mod encode;
mod findings;
mod hash;
mod keyring;
mod lanes;
mod lying;
mod pack;
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

pub use append::{AppendError, Batch, LogHead, Numbered, Sealed, Spelt, append, seal};
pub use canonical::{DecodeError, DecodeFault, EncodeError, MAX_DEPTH, decode, encode};
pub use checkpoint::{Checkpoint, CheckpointError, HandOver, SignedCheckpoint};
pub use decode::{Address, RecordRef, StandingRef};
pub use encode::RecordError;
pub use findings::{Finding, Verdict};
pub use hash::{Hash, TreeDigest, decode_base64url, encode_base64url};
pub use keyring::Keyring;
pub use lying::{FieldsRef, Nested, Text, ValueRef};
pub use pack::{pack, unpack, unpack_into};
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
