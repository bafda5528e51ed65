//! Who signs a checkpoint? A key behind two small traits; here is the one for SM2 with SM3.
//!
//! The distinguishing id is always `1234567812345678`. OpenSSL 3.0 uses an *empty* id unless it is
//! told `-pkeyopt distid:1234567812345678`, and then rejects what everybody else accepts.
//!
//! Keys are PKCS#8 PEM and come from the caller, as does randomness: signing is deterministic
//! (RFC 6979), and a new key is made from 32 random bytes the caller gives.
//!
//! Not here: where keys are kept.
//!
//! Next: `checkpoint.rs`, the only thing that is signed.

use std::fmt;

use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding,
};
use sm2::{PublicKey, SecretKey};
use thiserror::Error;

use crate::hash::Hash;

/// The distinguishing id of every SM2 signature (GM/T 0009).
pub const DISTINGUISHING_ID: &str = "1234567812345678";

/// A signature: r and s, 32 bytes each, big-endian.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", crate::hash::encode_base64url(&self.0))
    }
}

impl Signature {
    /// In ASN.1 DER, as OpenSSL reads and writes it; `None` when r or s is out of range.
    pub fn to_der(&self) -> Option<Vec<u8>> {
        sm2::dsa::Signature::from_slice(&self.0)
            .ok()
            .map(|signature| signature.to_der().as_bytes().to_vec())
    }

    /// From ASN.1 DER.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        sm2::dsa::Signature::from_der(der).ok().map(|signature| Self(signature.to_bytes().into()))
    }
}

/// Something that signs: a key in memory, a card, a machine in another room.
pub trait Signer {
    /// The public key, as an uncompressed point (0x04 ‖ x ‖ y).
    fn public_key(&self) -> Vec<u8>;
    /// Signs a message.
    fn sign(&self, message: &[u8]) -> Result<Signature, SignError>;
}

/// Something that checks signatures.
pub trait Verifier {
    /// The public key, as an uncompressed point (0x04 ‖ x ‖ y).
    fn public_key(&self) -> Vec<u8>;
    /// Whether the signature was made over the message by the owner of the key.
    fn verify(&self, message: &[u8], signature: &Signature) -> bool;
}

/// Why nothing was signed.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("nothing was signed: {0}; the records are sealed already and are signed at the next try")]
pub struct SignError(pub String);

/// Why a key was not accepted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KeyError {
    /// Not a private key.
    #[error(
        "the key was not loaded: it is not an SM2 private key in PKCS#8 PEM; make one with `openssl genpkey -algorithm SM2`"
    )]
    Private,
    /// Not a public key.
    #[error(
        "the key was not loaded: it is not an SM2 public key in PEM; take it from the private key with `openssl pkey -pubout`"
    )]
    Public,
    /// Bytes that are no private scalar.
    #[error("no key was made: these 32 bytes are not below the order of the curve; draw others")]
    Seed,
}

/// An SM2 key that signs.
#[derive(Clone)]
pub struct Sm2Signer {
    secret: SecretKey,
    key: sm2::dsa::SigningKey,
}

impl Sm2Signer {
    /// A key from 32 random bytes of the caller's.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, KeyError> {
        SecretKey::from_slice(seed).map_err(|_| KeyError::Seed).map(Self::new)
    }

    /// A key from PKCS#8 PEM.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        SecretKey::from_pkcs8_pem(pem).map_err(|_| KeyError::Private).map(Self::new)
    }

    /// The key in PKCS#8 PEM.
    pub fn to_pem(&self) -> String {
        self.secret.to_pkcs8_pem(LineEnding::LF).expect("a valid key has a PKCS#8 form").to_string()
    }

    /// The key that checks what this one signs.
    pub fn verifier(&self) -> Sm2Verifier {
        Sm2Verifier { public: self.secret.public_key(), key: self.key.verifying_key().clone() }
    }

    fn new(secret: SecretKey) -> Self {
        let key = sm2::dsa::SigningKey::new(DISTINGUISHING_ID, &secret)
            .expect("the id is far below 8 KiB");
        Self { secret, key }
    }
}

impl fmt::Debug for Sm2Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sm2Signer({})", KeyId::of(&Signer::public_key(self)))
    }
}

impl Signer for Sm2Signer {
    fn public_key(&self) -> Vec<u8> {
        Verifier::public_key(&self.verifier())
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        let signature = self.key.try_sign(message).map_err(|error| SignError(error.to_string()))?;
        Ok(Signature(signature.to_bytes().into()))
    }
}

/// An SM2 key that checks signatures.
#[derive(Clone, Debug)]
pub struct Sm2Verifier {
    public: PublicKey,
    key: sm2::dsa::VerifyingKey,
}

impl Sm2Verifier {
    /// A key from PEM (SubjectPublicKeyInfo).
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        PublicKey::from_public_key_pem(pem).map_err(|_| KeyError::Public).map(Self::new)
    }

    /// A key from its uncompressed point; `None` for what is no point of the curve.
    pub fn from_point(point: &[u8]) -> Option<Self> {
        PublicKey::from_sec1_bytes(point).ok().map(Self::new)
    }

    /// The key in PEM (SubjectPublicKeyInfo).
    pub fn to_pem(&self) -> String {
        self.public.to_public_key_pem(LineEnding::LF).expect("a valid key has a PEM form")
    }

    fn new(public: PublicKey) -> Self {
        let key = sm2::dsa::VerifyingKey::new(DISTINGUISHING_ID, public)
            .expect("the id is far below 8 KiB");
        Self { public, key }
    }
}

impl Verifier for Sm2Verifier {
    fn public_key(&self) -> Vec<u8> {
        use sm2::elliptic_curve::sec1::ToSec1Point;
        self.public.to_sec1_point(false).as_bytes().to_vec()
    }

    fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        sm2::dsa::Signature::from_slice(&signature.0)
            .is_ok_and(|signature| self.key.verify(message, &signature).is_ok())
    }
}

/// Names a key: the first four bytes of SM3 over its public point. Tells a wrong key from a forged
/// text; it proves nothing by itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// The id of a public key.
    pub fn of(public_key: &[u8]) -> Self {
        let [a, b, c, d, ..] = Hash::sm3(&[public_key]).0;
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
