//! Signed checkpoints: their text, and what is refused.

use expect_test::expect;
use ledger::*;

use crate::samples::{Log, ORIGIN, signed, signer};

fn head() -> LogHead {
    LogHead { size: 18204, root: Hash::sm3(&[b"root"]) }
}

fn refused(text: &str) -> CheckpointError {
    let parsed = SignedCheckpoint::parse(text).expect("the form is right");
    parsed.verify(ORIGIN, &signer().verifier()).unwrap_err()
}

#[test]
fn a_checkpoint_is_a_short_text_that_reads_back() {
    let checkpoint = signed(head());
    expect![[r#"
        ledger.example/320507
        18204
        DAYEJsV3FZu5RZCXEvlGum74UkuW_Df0NDvuPqWneJc
        time 1719705600

        — ledger.example/320507 MPA2ukmyBYFPi5FDip699VEXT5aJzSmhoQLD_dxiDJHhUkuQtNXvieAyaBYd7Oy6qi2Qaate2GB2M1JwJgsV_rePTnc
    "#]]
    .assert_eq(&checkpoint.to_string());
    let read = SignedCheckpoint::parse(&checkpoint.to_string()).unwrap();
    assert_eq!(read, checkpoint);
    assert_eq!(read.verify(ORIGIN, &signer().verifier()).unwrap().head(), head());
}

#[test]
fn a_changed_size_root_or_time_does_not_fit_the_signature() {
    let text = signed(head()).to_string();
    let other_root = Hash::sm3(&[b"other"]).to_string();
    for (from, to) in [
        ("18204", "18203"),
        ("1719705600", "1719705601"),
        (&head().root.to_string()[..], &other_root),
    ] {
        let error = refused(&text.replacen(from, to, 1));
        assert!(matches!(error, CheckpointError::Forged { .. }), "{from}: {error}");
    }
}

#[test]
fn a_changed_signature_is_refused_whatever_bit_changed() {
    let good = signed(head());
    for at in 0..64 {
        let signature = good.to_string().trim_end().rsplit(' ').next().unwrap().to_owned();
        let mut letters = signature.clone().into_bytes();
        letters[6 + at] = if letters[6 + at] == b'A' { b'B' } else { b'A' };
        let forged = good.to_string().replace(&signature, std::str::from_utf8(&letters).unwrap());
        assert!(matches!(refused(&forged), CheckpointError::Forged { .. }));
    }
}

#[test]
fn the_wrong_key_is_named() {
    let other = Sm2Signer::from_seed(&[0x43; 32]).unwrap();
    let error = signed(head()).verify(ORIGIN, &other.verifier()).unwrap_err();
    expect!["the checkpoint was not accepted: key 30f036ba signed it, the key given is ee467465; use the key published by ledger.example/320507"].assert_eq(&error.to_string());
}

#[test]
fn a_key_id_pasted_over_another_does_not_help() {
    let other = Sm2Signer::from_seed(&[0x43; 32]).unwrap();
    let ours = signed(head()).to_string();
    let theirs =
        Checkpoint::new(ORIGIN, head(), 1_719_705_600).unwrap().sign(&other).unwrap().to_string();
    let pasted = format!("{}{}", &ours[..ours.len() - 86], &theirs[theirs.len() - 86..]);
    assert!(matches!(refused(&pasted), CheckpointError::Forged { .. }), "{pasted}");
}

#[test]
fn a_checkpoint_of_another_log_is_refused_under_the_same_key() {
    let error = signed(head()).verify("ledger.example/110105", &signer().verifier()).unwrap_err();
    assert!(matches!(error, CheckpointError::OtherLog { .. }), "{error}");
}

#[test]
fn a_text_in_another_spelling_is_refused_at_its_line() {
    let text = signed(head()).to_string();
    for (from, to, line) in [
        ("18204", "018204", 2),
        ("18204", "+18204", 2),
        ("18204", "18204 ", 2),
        ("time 17", "time +17", 4),
        ("\n\n", "\nextra\n\n", 5),
        ("— ", "- ", 6),
        ("\n\n", "\r\n\n", 4),
        ("ledger.example/320507 ", "ledger.example/32050 ", 6),
    ] {
        let error = SignedCheckpoint::parse(&text.replacen(from, to, 1)).unwrap_err();
        assert!(
            matches!(error, CheckpointError::Text { line: at, .. } if at == line),
            "{from} → {to}: {error}"
        );
    }
    assert!(SignedCheckpoint::parse(text.trim_end()).is_err());
    assert!(SignedCheckpoint::parse(&format!("{text}\n")).is_err());
    assert!(SignedCheckpoint::parse("").is_err());
}

#[test]
fn an_origin_must_fit_on_its_line() {
    for origin in ["", "two words", "a\nb", "a+b"] {
        let error = Checkpoint::new(origin, head(), 0).unwrap_err();
        assert_eq!(error, CheckpointError::Origin(origin.to_owned()));
    }
}

#[test]
fn keys_read_back_from_pem() {
    let again = Sm2Signer::from_pem(&signer().to_pem()).unwrap();
    assert_eq!(again.to_pem(), signer().to_pem());
    let public = Sm2Verifier::from_pem(&signer().verifier().to_pem()).unwrap();
    signed(head()).verify(ORIGIN, &public).unwrap();
    assert_eq!(Sm2Signer::from_pem("no key").unwrap_err(), KeyError::Private);
    assert_eq!(Sm2Verifier::from_pem(&signer().to_pem()).unwrap_err(), KeyError::Public);
    assert_eq!(Sm2Signer::from_seed(&[0; 32]).unwrap_err(), KeyError::Seed);
    assert_eq!(Sm2Signer::from_seed(&[0xff; 32]).unwrap_err(), KeyError::Seed);
}

#[test]
fn a_signer_never_shows_its_secret() {
    assert!(!format!("{:?}", signer()).contains("42"), "{:?}", signer());
}

#[test]
fn the_empty_log_can_be_signed() {
    let log = Log::of(0);
    let checkpoint = signed(log.head());
    assert_eq!(SignedCheckpoint::parse(&checkpoint.to_string()).unwrap(), checkpoint);
}

#[test]
fn a_witness_follows_a_log_from_checkpoint_to_checkpoint() {
    let (old, new) = (Log::of(12), Log::of(20));
    let [older, newer] = [&old, &new].map(|log| Checkpoint::new(ORIGIN, log.head(), 0).unwrap());
    let proof = consistency_proof::<Sm3, _>(&new.tiles, 12, 20).unwrap();
    newer.continues(&older, &proof).unwrap();
    assert_eq!(older.continues(&newer, &proof), Err(ProofError::Shorter { old: 20, new: 12 }));
    let other = Checkpoint::new(ORIGIN, Log::of(11).head(), 0).unwrap();
    newer.continues(&other, &proof).unwrap_err();
}
