//! How does a record speak of a personal value without holding it?
//!
//! It holds a commitment, SM3(salt ‖ name ‖ value), where the value is written in canonical bytes.
//! Value and salt live in a table of their own, outside the log. Destroy them and the record, its
//! leaf and every proof stay as they were, while nobody can find the value again, even by trying
//! every identity number: the salt is gone. Show them and anybody can check the value against the
//! sealed record.
//!
//! Salts are random and the caller's: this crate has no randomness. A salt is used for one value.
//!
//! Next: `receipt.rs`, which can carry disclosures.

use thiserror::Error;

use crate::canonical::{EncodeError, encode};
use crate::hash::Hash;
use crate::record::{Commitment, Record};
use crate::value::{Fields, Value};
use crate::writer::Writer;

/// 16 random bytes, for one value only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Salt(pub [u8; 16]);

/// A personal value with what is needed to check it: kept outside the log, shown to who may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The field's name.
    pub name: String,
    /// Its salt.
    pub salt: Salt,
    /// The value as entered.
    pub value: Value,
}

/// Why a disclosed value was not accepted.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DisclosureError {
    /// The record has no such personal field.
    #[error(
        "the value was not accepted: record {number} holds no personal field {name:?}; it belongs to another record"
    )]
    Unknown {
        /// The record.
        number: u64,
        /// The field.
        name: String,
    },
    /// The value or the salt is not what was sealed.
    #[error(
        "the value was not accepted: field {name:?} of record {number} commits to {sealed}, this value and salt give {computed}; it is not what was entered"
    )]
    Different {
        /// The record.
        number: u64,
        /// The field.
        name: String,
        /// The commitment in the record.
        sealed: Hash,
        /// The commitment to the value shown.
        computed: Hash,
    },
    /// The value has no canonical form.
    #[error(transparent)]
    Value(#[from] EncodeError),
}

/// Commits to a personal value.
pub fn commit(salt: &Salt, name: &str, value: &Value) -> Result<Commitment, EncodeError> {
    let hash = Hash::sm3(&[&salt.0, name.as_bytes(), &encode(value)?]);
    Ok(Commitment { name: name.to_owned(), hash })
}

/// The salted hash of a paper's bytes.
pub fn document_hash(salt: &Salt, name: &str, content: &[u8]) -> Hash {
    Hash::sm3(&[&salt.0, name.as_bytes(), content])
}

/// The digest of a request, kept in [`Record::request`] to recognise the same request again.
///
/// Give it commitments in place of personal values: a plain digest of a form with few unknowns can
/// be guessed, and the log is for ever. To compare a repeated request, commit again with the salts
/// that were kept with the values.
pub fn request_digest(request: &Fields) -> Result<Hash, EncodeError> {
    let mut writer = Writer::with_capacity(256);
    writer.fields(request)?;
    Ok(Hash::sm3(&[&writer.into_bytes()]))
}

impl Disclosure {
    /// Checks a disclosed value against the sealed record.
    pub fn check(&self, record: &Record) -> Result<(), DisclosureError> {
        let (number, name) = (record.number, self.name.clone());
        let Some(sealed) = record.personal.iter().find(|field| field.name == self.name) else {
            return Err(DisclosureError::Unknown { number, name });
        };
        let computed = commit(&self.salt, &self.name, &self.value)?.hash;
        if computed == sealed.hash {
            Ok(())
        } else {
            Err(DisclosureError::Different { number, name, sealed: sealed.hash, computed })
        }
    }
}
