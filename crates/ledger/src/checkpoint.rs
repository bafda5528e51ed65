//! What is signed, and how does anybody check it?
//!
//! A [`Checkpoint`] says: the log of this origin had this many records, with this root, at this
//! time. Its text is five short lines, the shape of a signed note (C2SP tlog-checkpoint) with hashes
//! spelt as everywhere here:
//!
//! ```text
//! example.org/320507
//! 18204
//! q0Zf2y…43 characters…
//! time 1719705600
//!
//! — example.org/320507 AbCd…(4 bytes of key id, 64 of signature)
//! ```
//!
//! The signature covers the first four lines with their line ends. Reading is strict: a text has
//! one spelling.
//!
//! Not here: when to sign. A checkpoint is made at most every second or on demand; acts do not wait
//! for it, receipts do.
//!
//! Next: `receipt.rs`.

use std::fmt;

use thiserror::Error;

use crate::append::LogHead;
use crate::hash::{Hash, decode_base64url, encode_base64url};
use crate::proof::{ProofError, verify_consistency};
use crate::sign::{KeyId, SignError, Signature, Signer, Verifier};

/// A statement about a log: its origin, size and root at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: LogHead,
    time: i64,
}

/// A checkpoint with a signature, not yet checked. [`SignedCheckpoint::verify`] gives the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    key: KeyId,
    signature: Signature,
}

/// Why a checkpoint was not made or not accepted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CheckpointError {
    /// The origin cannot stand on a line of its own.
    #[error(
        "no checkpoint was made: the origin {0:?} is empty or holds a space, a plus sign or a line end; name the log like a host with a path"
    )]
    Origin(String),
    /// The text is not a checkpoint.
    #[error(
        "the checkpoint was not read: line {line} is not {expected}; take the file again from where it was published"
    )]
    Text {
        /// The line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// It speaks of another log.
    #[error(
        "the checkpoint was not accepted: it is of the log {found}, not of {expected}; compare it with its own log"
    )]
    OtherLog {
        /// The origin it names.
        found: String,
        /// The origin asked for.
        expected: String,
    },
    /// Another key signed.
    #[error(
        "the checkpoint was not accepted: key {found} signed it, the key given is {expected}; use the key published by {origin}"
    )]
    OtherKey {
        /// The log.
        origin: String,
        /// The id of the key that signed.
        found: KeyId,
        /// The id of the key given.
        expected: KeyId,
    },
    /// The signature does not fit the text.
    #[error(
        "the checkpoint was not accepted: the signature of key {key} does not fit origin {origin}, size {size}, root and time; one of them was changed after signing"
    )]
    Forged {
        /// The log.
        origin: String,
        /// The size the text claims.
        size: u64,
        /// The key.
        key: KeyId,
    },
    /// The signer failed.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl Checkpoint {
    /// A statement about a log. The origin names it for ever: a host and a path, say, without spaces.
    pub fn new(origin: &str, head: LogHead, time: i64) -> Result<Self, CheckpointError> {
        let lawful = !origin.is_empty()
            && !origin.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control());
        match lawful {
            true => Ok(Self { origin: origin.to_owned(), head, time }),
            false => Err(CheckpointError::Origin(origin.to_owned())),
        }
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Size and root.
    pub fn head(&self) -> LogHead {
        self.head
    }

    /// When it was made, in seconds of civil time.
    pub fn time(&self) -> i64 {
        self.time
    }

    /// Checks that this log continues the one an older checkpoint speaks of: nothing was changed,
    /// nothing dropped. This is all a witness needs; it never sees a record.
    pub fn continues(&self, older: &Checkpoint, proof: &[Hash]) -> Result<(), ProofError> {
        let (old, new) = (older.head, self.head);
        verify_consistency::<sm3::Sm3>(old.size, new.size, proof, old.root, new.root)
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\ntime {}\n", self.origin, self.head.size, self.head.root, self.time)
    }

    /// Signs it.
    pub fn sign(self, signer: &impl Signer) -> Result<SignedCheckpoint, CheckpointError> {
        let signature = signer.sign(self.text().as_bytes())?;
        Ok(SignedCheckpoint { key: KeyId::of(&signer.public_key()), checkpoint: self, signature })
    }
}

impl SignedCheckpoint {
    /// Reads a signed checkpoint's text. Nothing is checked but the form.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.split('\n');
        let origin = line(&mut lines, 1, "the name of a log", |line| Some(line.to_owned()))?;
        let size = line(&mut lines, 2, "a size", canonical_number)?;
        let root = line(&mut lines, 3, "a root of 43 base64url characters", Hash::parse)?;
        let time = line(&mut lines, 4, "`time` and seconds", |line| {
            canonical_number(line.strip_prefix("time ")?)
        })?;
        line(&mut lines, 5, "empty", |line| line.is_empty().then_some(()))?;
        let signed = format!("— {origin} ");
        let (key, signature) = line(&mut lines, 6, "a signature by the log", |line| {
            split_signature(line.strip_prefix(&signed)?)
        })?;
        line(&mut lines, 7, "the end", |line| line.is_empty().then_some(()))?;
        if lines.next().is_some() {
            return Err(CheckpointError::Text { line: 8, expected: "absent" });
        }
        let checkpoint = Checkpoint::new(&origin, LogHead { size, root }, time)
            .map_err(|_| CheckpointError::Text { line: 1, expected: "the name of a log" })?;
        Ok(Self { checkpoint, key, signature })
    }

    /// Checks that this log's key signed it, and gives what it says.
    pub fn verify(
        &self,
        origin: &str,
        verifier: &impl Verifier,
    ) -> Result<&Checkpoint, CheckpointError> {
        let expected = KeyId::of(&verifier.public_key());
        let Checkpoint { origin: found, head, .. } = &self.checkpoint;
        if found != origin {
            return Err(CheckpointError::OtherLog {
                found: found.clone(),
                expected: origin.to_owned(),
            });
        }
        if self.key != expected {
            return Err(CheckpointError::OtherKey {
                origin: found.clone(),
                found: self.key,
                expected,
            });
        }
        if !verifier.verify(self.checkpoint.text().as_bytes(), &self.signature) {
            return Err(CheckpointError::Forged {
                origin: found.clone(),
                size: head.size,
                key: self.key,
            });
        }
        Ok(&self.checkpoint)
    }

    /// What it says, unchecked: for showing, not for relying on.
    pub fn unchecked(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The key that signed it, as the text claims.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// The signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = [&self.key.0[..], &self.signature.0].concat();
        let text = self.checkpoint.text();
        writeln!(f, "{text}\n— {} {}", self.checkpoint.origin, encode_base64url(&signature))
    }
}

fn line<'a, T>(
    lines: &mut impl Iterator<Item = &'a str>,
    line: usize,
    expected: &'static str,
    read: impl FnOnce(&'a str) -> Option<T>,
) -> Result<T, CheckpointError> {
    lines.next().and_then(read).ok_or(CheckpointError::Text { line, expected })
}

/// Reads a number in its one spelling.
fn canonical_number<N: std::str::FromStr + fmt::Display>(text: &str) -> Option<N> {
    text.parse::<N>().ok().filter(|number| number.to_string() == text)
}

fn split_signature(text: &str) -> Option<(KeyId, Signature)> {
    let bytes = decode_base64url(text.as_bytes())?;
    let (key, signature) = bytes.split_first_chunk::<4>()?;
    Some((KeyId(*key), Signature(signature.try_into().ok()?)))
}
