//! Signs heads, and hands the log over from one key to the next.
//!
//! The key that signs is the office's; which keys the log had before is told by its checkpoints. At
//! the size of a hand-over nothing else is signed: both keys have signed that one.
//!
//! Not here: whose turn it is (`ledger::Keyring`, and the store under its lock), files of keys
//! (`key.rs`).
//!
//! Next: `receipt.rs`.

use ledger::{Checkpoint, Keyring, SignedCheckpoint, Signer, Sm2Signer, Sm2Verifier};
use store::{ErrorKind, StoreError};

use crate::office::Office;
use crate::receipt::ProofError;

impl Office {
    /// Signs the present head, so that receipts can be given.
    pub fn checkpoint(&self) -> Result<SignedCheckpoint, ProofError> {
        let signer = self.signer.as_ref().ok_or(ProofError::NoKey)?;
        let head = self.store.head(self.law.district)?.log;
        if let Some(latest) = self.store.latest_checkpoint(self.law.district)?
            && latest.unchecked().hand_over().is_some()
            && latest.unchecked().head() == head
            && latest.verify(&self.origin, &signer.verifier()).is_ok()
        {
            return Ok(latest);
        }
        let signed = Checkpoint::new(&self.origin, head, self.now().0)?.sign(signer)?;
        self.store.put_checkpoint(self.law.district, &signed)?;
        Ok(signed)
    }

    /// Hands the log over to the next key at its present head, signed by both. Asked again for the
    /// same key at the same head, it gives the same answer.
    pub fn hand_over(&self, next: &Sm2Signer) -> Result<SignedCheckpoint, ProofError> {
        let signer = self.signer.as_ref().ok_or(ProofError::NoKey)?;
        let district = self.law.district;
        let head = self.store.head(district)?.log;
        let points = [signer, next].map(Signer::public_key);
        let checkpoints = self.store.checkpoints(district)?;
        let done = checkpoints.iter().rev().find(|one| {
            let keys = one.unchecked().hand_over();
            keys.is_some_and(|keys| [&keys.from, &keys.to] == [&points[0], &points[1]])
        });
        if let Some(done) = done {
            return Ok(done.clone());
        }
        let ring = Keyring::follow(&self.origin, &signer.verifier(), &checkpoints);
        if ring.has(&next.verifier()) {
            return Err(known(next).into());
        }
        let checkpoint = Checkpoint::new(&self.origin, head, self.now().0)?;
        let signed = checkpoint.hand_over_to(signer, next)?;
        self.store.put_checkpoint(district, &signed)?;
        Ok(signed)
    }

    /// The keys of the log, from any one of them.
    pub fn keyring(&self, pinned: &Sm2Verifier) -> Result<Keyring, StoreError> {
        let checkpoints = self.store.checkpoints(self.law.district)?;
        Ok(Keyring::follow(&self.origin, pinned, &checkpoints))
    }
}

fn known(key: &Sm2Signer) -> StoreError {
    StoreError::new(
        ErrorKind::WrongKey,
        "the log was not handed over",
        "a key of a log has one turn, so that one that was stolen after it stays worthless",
        format!("key {} is, or was, a key of this log", ledger::KeyId::of(&key.public_key())),
        "nothing was signed; hand it over to a new key",
    )
}
