//! May this checkpoint be kept?
//!
//! Takes a [`Transaction`] and a signed checkpoint; asks its neighbour whose turn it was to sign.
//!
//! Not here: whether the signature holds (`ledger::Keyring`), and signing (the office).
//!
//! Next: `protocol.rs`.

use ledger::SignedCheckpoint;

use crate::error::{ErrorKind, StoreError};
use crate::protocol::Transaction;

/// Keeps a checkpoint if it is the turn of its key, as far as its neighbour tells: one that was handed
/// over signs nothing above, and a hand-over stays as it is. A process that has not heard of a new key
/// is told here; that nobody else got in, `ledger::Keyring` tells from the signatures.
pub fn keep_checkpoint<T: Transaction>(
    tx: &mut T,
    checkpoint: &SignedCheckpoint,
) -> Result<(), StoreError> {
    let size = checkpoint.unchecked().head().size;
    tx.lock_head()?;
    let Some(near) = tx.checkpoint_near(size)? else {
        return tx.insert_checkpoint(checkpoint);
    };
    let (at, hands_over) = (near.unchecked().head().size, near.unchecked().hand_over().is_some());
    if hands_over && at == size {
        return match near == *checkpoint {
            true => Ok(()),
            false => Err(wrong_key(format!("key {} was handed over at this size", near.key()))),
        };
    }
    let turn = if at < size { near.key_above() } else { near.key() };
    match turn == checkpoint.key() {
        true => tx.insert_checkpoint(checkpoint),
        false => {
            let (found, at) = (checkpoint.key(), near.unchecked().head().size);
            let fact = format!(
                "key {found} signed size {size}, and by the checkpoint of size {at} it is for key {turn}"
            );
            Err(wrong_key(fact))
        }
    }
}

fn wrong_key(fact: String) -> StoreError {
    StoreError::new(
        ErrorKind::WrongKey,
        "the checkpoint was not kept",
        "a log is signed by one key at a time, and a key that was handed over signs nothing larger",
        fact,
        "nothing was written; sign with the key of the log, or hand the log over with `key rotate`",
    )
}
