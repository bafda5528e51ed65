//! Receipts: proof for one act that needs only the log's public key.
//!
//! A receipt waits for a checkpoint that covers its act; if there is none yet, one is signed.

use ledger::{CheckpointError, KeyId, Receipt, SignedCheckpoint, Sm2Verifier, Verifier, Witnessed};
use store::{StoreError, StoreTiles};
use thiserror::Error;

use crate::office::Office;

/// Why no proof was given.
#[derive(Debug, Error)]
pub enum ProofError {
    /// The office holds no signing key.
    #[error(
        "no receipt was given: this office holds no signing key, so nothing can be witnessed; start it with --key FILE"
    )]
    NoKey,
    /// No such record.
    #[error(
        "no receipt was given: the log has no record {number}, it ends at {size}; check the number"
    )]
    NoRecord {
        /// The number asked for.
        number: u64,
        /// The size of the log.
        size: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The checkpoint is not good.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The proof could not be put together.
    #[error("no receipt was given: {0}")]
    Witness(String),
}

impl Office {
    /// The receipt of a record; a checkpoint is signed if none covers it yet.
    pub fn receipt(&self, number: u64) -> Result<Receipt, ProofError> {
        let district = self.law.district;
        let size = self.store.head(district)?.log.size;
        let no_record = || ProofError::NoRecord { number, size };
        let record = self.store.record(district, number)?.ok_or_else(no_record)?;
        let verifier = self.verifier().ok_or(ProofError::NoKey)?;
        // Whoever checks it holds the present key rather than an older one.
        let ours = KeyId::of(&verifier.public_key());
        let by_ours = |one: &SignedCheckpoint| [one.key(), one.key_above()].contains(&ours);
        let checkpoint = match self.store.checkpoint_from(district, number)?.filter(by_ours) {
            Some(checkpoint) => checkpoint,
            None => self.checkpoint()?,
        };
        let tiles = StoreTiles::new(self.store.as_ref(), district);
        let witnessed = Witnessed::new(&record.bytes, &tiles, checkpoint, &self.origin, &verifier)
            .map_err(|e| ProofError::Witness(e.to_string()))?;
        Ok(witnessed.receipt(self.store.private_values(district, number)?))
    }

    /// The key that checks what this office signs.
    pub fn verifier(&self) -> Option<Sm2Verifier> {
        self.signer.as_ref().map(ledger::Sm2Signer::verifier)
    }
}
