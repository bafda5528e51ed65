//! SM2 and SM3 against another implementation, both ways: the `openssl` command.
//!
//! OpenSSL 3.0 takes an empty distinguishing id unless it is told ours; one test shows that it
//! matters.
//!
//! Not here: skipping. Without an `openssl` that knows SM2 these tests fail and say so.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::*;
use proptest::prelude::*;

use crate::samples::signer;

const OUR_ID: [&str; 2] = ["-pkeyopt", "distid:1234567812345678"];

/// A folder of its own for the files one test passes to the command.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("openssl-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.0.join(name), content).unwrap();
        self
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    fn openssl(&self, arguments: &[&str]) -> Output {
        let command = Command::new("openssl").args(arguments).current_dir(&self.0).output();
        command.expect("these tests need the openssl command, version 3 or later")
    }

    fn succeeds(&self, arguments: &[&str]) -> Output {
        let output = self.openssl(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    fn verify(&self, id: &[&str]) -> bool {
        let fixed = [
            "pkeyutl", "-verify", "-pubin", "-inkey", "public", "-in", "text", "-rawin", "-digest",
            "sm3",
        ];
        self.openssl(&[&fixed[..], &["-sigfile", "signature"], id].concat()).status.success()
    }

    fn sign(&self, id: &[&str]) {
        let fixed =
            ["pkeyutl", "-sign", "-inkey", "private", "-in", "text", "-rawin", "-digest", "sm3"];
        self.succeeds(&[&fixed[..], &["-out", "signature"], id].concat());
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn sm3_agrees_around_the_edges_of_its_blocks() {
    let folder = Folder::new("sm3");
    for length in [0usize, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000] {
        let bytes: Vec<u8> = (0..length).map(|at| at as u8).collect();
        let output = folder.write("bytes", &bytes).succeeds(&["dgst", "-sm3", "-binary", "bytes"]);
        assert_eq!(output.stdout, Hash::sm3(&[&bytes]).0, "{length} bytes");
    }
}

#[test]
fn openssl_accepts_what_we_sign() {
    let folder = Folder::new("ours");
    let checkpoint =
        Checkpoint::new("ledger.example/1", LogHead { size: 3, root: Hash::default() }, 0).unwrap();
    let text = checkpoint.text();
    let signed = checkpoint.sign(&signer()).unwrap();
    folder.write("text", &text).write("public", signer().verifier().to_pem());
    folder.write("signature", signed.signature().to_der().unwrap());
    assert!(folder.verify(&OUR_ID));
    assert!(!folder.verify(&[]), "an empty id must not pass");
    folder.write("text", text.replace('3', "4"));
    assert!(!folder.verify(&OUR_ID), "a changed size must not pass");
}

#[test]
fn we_accept_what_openssl_signs_with_our_id_and_nothing_else() {
    let folder = Folder::new("theirs");
    folder.succeeds(&["genpkey", "-algorithm", "SM2", "-out", "private"]);
    folder.succeeds(&["pkey", "-in", "private", "-pubout", "-out", "public"]);
    folder.write("text", "a log of 3 records");
    let key = Sm2Verifier::from_pem(&String::from_utf8(folder.read("public")).unwrap()).unwrap();
    folder.sign(&OUR_ID);
    let signature = Signature::from_der(&folder.read("signature")).unwrap();
    assert!(key.verify(b"a log of 3 records", &signature));
    assert!(!key.verify(b"a log of 4 records", &signature));
    folder.sign(&[]);
    let without_id = Signature::from_der(&folder.read("signature")).unwrap();
    assert!(!key.verify(b"a log of 3 records", &without_id));
}

#[test]
fn a_key_that_openssl_made_signs_here_and_is_checked_there() {
    let folder = Folder::new("key");
    folder.succeeds(&["genpkey", "-algorithm", "SM2", "-out", "private"]);
    let signer = Sm2Signer::from_pem(&String::from_utf8(folder.read("private")).unwrap()).unwrap();
    let signature = signer.sign(b"text").unwrap();
    folder.write("text", "text").write("signature", signature.to_der().unwrap());
    folder.write("public", signer.verifier().to_pem());
    assert!(folder.verify(&OUR_ID));
    // Our PEM is one OpenSSL reads.
    folder.write("again", signer.to_pem()).succeeds(&["pkey", "-in", "again", "-noout"]);
}

proptest! {
    #[test]
    fn a_signature_survives_der_and_covers_every_byte(text: Vec<u8>, at: prop::sample::Index, bit in 0..8u8) {
        let signature = signer().sign(&text).unwrap();
        prop_assert_eq!(Signature::from_der(&signature.to_der().unwrap()), Some(signature));
        prop_assert!(signer().verifier().verify(&text, &signature));
        let mut changed = [&text[..], b"."].concat();
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        prop_assert!(!signer().verifier().verify(&changed, &signature));
    }
}
