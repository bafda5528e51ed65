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
//! A log that changes its key says so in a checkpoint with a line more, `key OLD NEW` (both public
//! points), signed by both: the old key announces the new one, and the new one shows that it is held.
//! What the log signs above that size the new key signs (`keyring.rs`).
//!
//! Not here: when to sign. A checkpoint is made at most every second or on demand; acts do not wait
//! for it, receipts do.
//!
//! Next: `receipt.rs`; `keyring.rs` for logs that had several keys.

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
    hand_over: Option<HandOver>,
}

/// From which key to which a log is handed over: both as uncompressed points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// The key that signed until now, and this as the last.
    pub from: Vec<u8>,
    /// The key that signs every larger size.
    pub to: Vec<u8>,
}

/// A checkpoint with a signature, not yet checked. [`SignedCheckpoint::verify`] gives the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    key: KeyId,
    signature: Signature,
    /// The signature of the key that is handed over to.
    by_next: Option<(KeyId, Signature)>,
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
    /// A key of the log signed a size that another of its keys signs.
    #[error(
        "the checkpoint was not accepted: key {found} signed size {size}, which is for key {expected} to sign; a key that was handed over signs nothing above the hand-over; if it was stolen, that is how it shows"
    )]
    NotItsTurn {
        /// The size it was signed at.
        size: u64,
        /// The id of the key that signed.
        found: KeyId,
        /// The id of the key whose turn it is.
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
            true => Ok(Self { origin: origin.to_owned(), head, time, hand_over: None }),
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

    /// Which key hands the log over to which, if this does.
    pub fn hand_over(&self) -> Option<&HandOver> {
        self.hand_over.as_ref()
    }

    /// Checks that this log continues the one an older checkpoint speaks of: nothing was changed,
    /// nothing dropped. This is all a witness needs; it never sees a record.
    pub fn continues(&self, older: &Checkpoint, proof: &[Hash]) -> Result<(), ProofError> {
        let (old, new) = (older.head, self.head);
        verify_consistency::<sm3::Sm3>(old.size, new.size, proof, old.root, new.root)
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        let Self { origin, head, time, hand_over } = self;
        let keys = hand_over.as_ref().map_or(String::new(), |HandOver { from, to }| {
            format!("key {} {}\n", encode_base64url(from), encode_base64url(to))
        });
        format!("{origin}\n{}\n{}\ntime {time}\n{keys}", head.size, head.root)
    }

    /// Signs it.
    pub fn sign(self, signer: &impl Signer) -> Result<SignedCheckpoint, CheckpointError> {
        let signature = signer.sign(self.text().as_bytes())?;
        let key = KeyId::of(&signer.public_key());
        Ok(SignedCheckpoint { key, checkpoint: self, signature, by_next: None })
    }

    /// Signs it by both keys: the last of the one, and the announcement of the other.
    pub fn hand_over_to(
        self,
        from: &impl Signer,
        to: &impl Signer,
    ) -> Result<SignedCheckpoint, CheckpointError> {
        let keys = HandOver { from: from.public_key(), to: to.public_key() };
        let next = KeyId::of(&keys.to);
        let mut signed = Self { hand_over: Some(keys), ..self }.sign(from)?;
        let by_next = to.sign(signed.checkpoint.text().as_bytes())?;
        signed.by_next = Some((next, by_next));
        Ok(signed)
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
        let mut at = 5;
        let hand_over = lines.clone().next().and_then(|line| line.strip_prefix("key "));
        let hand_over = hand_over.map(|_| {
            at += 1;
            line(&mut lines, 5, "`key` and two public keys", split_keys)
        });
        let hand_over = hand_over.transpose()?;
        line(&mut lines, at, "empty", |line| line.is_empty().then_some(()))?;
        let signed = format!("— {origin} ");
        let mut signature = |at: usize| {
            line(&mut lines, at, "a signature by the log", |line| {
                split_signature(line.strip_prefix(&signed)?)
            })
        };
        let (key, first) = signature(at + 1)?;
        at += 1;
        let by_next = hand_over.as_ref().map(|keys| {
            at += 1;
            let by_next = signature(at)?;
            match (KeyId::of(&keys.from), KeyId::of(&keys.to)) == (key, by_next.0) {
                true => Ok(by_next),
                false => {
                    Err(CheckpointError::Text { line: at, expected: "signed by its two keys" })
                }
            }
        });
        let by_next = by_next.transpose()?;
        line(&mut lines, at + 1, "the end", |line| line.is_empty().then_some(()))?;
        if lines.next().is_some() {
            return Err(CheckpointError::Text { line: at + 2, expected: "absent" });
        }
        let checkpoint = Checkpoint::new(&origin, LogHead { size, root }, time)
            .map_err(|_| CheckpointError::Text { line: 1, expected: "the name of a log" })?;
        let checkpoint = Checkpoint { hand_over, ..checkpoint };
        Ok(Self { checkpoint, key, signature: first, by_next })
    }

    /// Checks that this log's key signed it, and gives what it says. A hand-over is signed by both of
    /// its keys, and either vouches for it.
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
        let signatures = [Some((self.key, self.signature)), self.by_next];
        let signature = signatures.into_iter().flatten().find(|(key, _)| *key == expected);
        let Some((key, signature)) = signature else {
            return Err(CheckpointError::OtherKey {
                origin: found.clone(),
                found: self.key,
                expected,
            });
        };
        if !verifier.verify(self.checkpoint.text().as_bytes(), &signature) {
            return Err(CheckpointError::Forged { origin: found.clone(), size: head.size, key });
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

    /// The key that signs what is larger than this.
    pub fn key_above(&self) -> KeyId {
        self.by_next.map_or(self.key, |(next, _)| next)
    }

    /// The signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint.text())?;
        for (key, signature) in [Some((self.key, self.signature)), self.by_next].iter().flatten() {
            let signature = encode_base64url(&[&key.0[..], &signature.0].concat());
            writeln!(f, "— {} {signature}", self.checkpoint.origin)?;
        }
        Ok(())
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

fn split_keys(text: &str) -> Option<HandOver> {
    let (from, to) = text.strip_prefix("key ")?.split_once(' ')?;
    let read = |text: &str| decode_base64url(text.as_bytes()).filter(|point| point.len() == 65);
    Some(HandOver { from: read(from)?, to: read(to)? })
}
