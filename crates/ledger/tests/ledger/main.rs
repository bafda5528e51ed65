//! The ledger's tests, read as its specification. One binary, so that it links once.
//!
//! Not here: anything about law; the payloads are invented.
//!
//! Next: `samples.rs` for the records used throughout.
#![allow(clippy::unwrap_used, missing_docs)]

mod bytes;
mod checkpoints;
mod keys;
mod lying;
mod openssl;
mod packing;
mod personal;
mod receipts;
mod samples;
mod stages;
mod tree;
mod values;
mod vectors;
mod verification;
