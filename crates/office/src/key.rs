//! The one place that holds the signing key and draws random bytes.
//!
//! The key signs checkpoints, never acts. It is read from a PKCS#8 PEM file, or made once and
//! written with access for its owner only.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use ledger::{KeyId, Salt, Signer, Sm2Signer, Sm2Verifier};
use thiserror::Error;

/// Why there is no key.
#[derive(Debug, Error)]
pub enum SealKeyError {
    /// The file could not be read or written.
    #[error(
        "the signing key was not opened: {path}: {source}; nothing was signed; give a path that this user may use"
    )]
    File {
        /// The path.
        path: String,
        /// What the machine says.
        source: std::io::Error,
    },
    /// The file holds no SM2 key.
    #[error("{path}: {source}")]
    Key {
        /// The path.
        path: String,
        /// What is wrong.
        source: ledger::KeyError,
    },
}

/// Reads the key, or makes one where the file does not exist yet.
pub fn open_key(path: &Path) -> Result<Sm2Signer, SealKeyError> {
    let shown = || path.display().to_string();
    if !path.exists() {
        let key = new_key();
        write_private(path, key.to_pem().as_bytes())
            .map_err(|source| SealKeyError::File { path: shown(), source })?;
        return Ok(key);
    }
    let pem =
        fs::read_to_string(path).map_err(|source| SealKeyError::File { path: shown(), source })?;
    Sm2Signer::from_pem(&pem).map_err(|source| SealKeyError::Key { path: shown(), source })
}

/// Makes the next key of a log the one in `path`: the key there is kept beside it under its id, to be
/// taken away from this machine, and the next one takes its place. At no moment is there no key. Gives
/// where the old one lies.
pub fn take_turn(path: &Path, next: &Path) -> Result<PathBuf, SealKeyError> {
    let shown = || path.display().to_string();
    let file = |source| SealKeyError::File { path: shown(), source };
    let pem = fs::read_to_string(path).map_err(file)?;
    let key =
        Sm2Signer::from_pem(&pem).map_err(|source| SealKeyError::Key { path: shown(), source })?;
    let retired = format!("{}.retired-{}", shown(), KeyId::of(&Signer::public_key(&key)));
    let retired = PathBuf::from(retired);
    if !retired.exists() {
        write_private(&retired, pem.as_bytes()).map_err(file)?;
    }
    fs::rename(next, path).map_err(file)?;
    Ok(retired)
}

/// The public key in a file, or the one that belongs to the private key there. Makes nothing.
pub fn read_verifier(path: &Path) -> Result<Sm2Verifier, SealKeyError> {
    let shown = || path.display().to_string();
    let pem =
        fs::read_to_string(path).map_err(|source| SealKeyError::File { path: shown(), source })?;
    let key = match pem.contains("PRIVATE") {
        true => Sm2Signer::from_pem(&pem).map(|signer| signer.verifier()),
        false => Sm2Verifier::from_pem(&pem),
    };
    key.map_err(|source| SealKeyError::Key { path: shown(), source })
}

/// A new random key.
pub fn new_key() -> Sm2Signer {
    loop {
        // All but about one in 2^32 draws are below the order of the curve.
        if let Ok(key) = Sm2Signer::from_seed(&random()) {
            return key;
        }
    }
}

/// A new random salt for one personal value or paper.
pub fn new_salt() -> Salt {
    Salt(random())
}

/// A new name for an act whose client gave none.
pub fn new_name() -> String {
    let bytes: [u8; 16] = random();
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
