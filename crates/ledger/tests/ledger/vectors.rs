//! The published vectors in `vectors/`: they are written from here and fail when they drift
//! (`UPDATE_EXPECT=1` writes them anew; a change of a published vector is a new format), and an
//! independent checker in Python agrees with every one.
//!
//! Not here: the checker, which is `vectors/check.py`.

use std::path::Path;
use std::process::{Command, Output};

use expect_test::{ExpectFile, expect_file};
use ledger::*;

use crate::samples::{Log, ORIGIN, full_record, record, signed, signer};

/// One vector a line, so that a change shows as a line.
fn check(file: ExpectFile, vectors: Vec<Fields>) {
    let lines: Vec<_> =
        vectors.into_iter().map(|vector| text(&encode(&vector.into()).unwrap())).collect();
    file.assert_eq(&format!("[\n{}\n]\n", lines.join(",\n")));
}

fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).unwrap().to_owned()
}

fn spelt(hashes: &[Hash]) -> Value {
    hashes.iter().map(|hash| Value::from(hash.to_string())).collect::<Vec<_>>().into()
}

#[test]
fn values() {
    let values = [
        Value::from("é😀\u{fb33}/\u{7f}\u{2028}"),
        Value::from("\u{0}\u{8}\t\n\u{b}\u{c}\r\u{1f}\"\\"),
        Value::from(Value::MAX_INTEGER),
        Value::from(Value::MIN_INTEGER),
        Value::from(vec![
            Value::from(true),
            Value::from(false),
            Value::from(0),
            Value::from(vec![]),
        ]),
        Value::from(Fields::from([
            ("\u{fb33}", 1),
            ("😀", 2),
            ("€", 3),
            ("", 4),
            ("1", 5),
            ("\r", 6),
            ("10", 7),
        ])),
    ];
    let refused = [
        "1.0",
        "1e3",
        "-0",
        "01",
        "9007199254740992",
        "null",
        " 1",
        "[1, 2]",
        "[1,]",
        "{\"a\":1,\"a\":1}",
        "{\"b\":1,\"a\":1}",
        "\"\\/\"",
        "\"\\u0041\"",
        "\"\\u000A\"",
        "\"\\u000a\"",
        "'a'",
        "",
    ];
    let good = values.into_iter().map(|value| {
        let canonical = text(&encode(&value).unwrap());
        Fields::from([("value", value), ("canonical", canonical.into())])
    });
    let bad =
        refused.into_iter().inspect(|text| assert!(decode(text.as_bytes()).is_err(), "{text}"));
    check(
        expect_file!["../../vectors/values.json"],
        good.chain(bad.map(|text| Fields::from([("refused", text)]))).collect(),
    );
}

#[test]
fn records() {
    let clock =
        Record {
            actor: Actor::Clock, act: "逾期未决定".to_owned(), ..record("复〔2024〕2号", 4)
        };
    let reported = Record {
        standing: Standing::Reported,
        entered_at: 1_709_000_000,
        ..record("复〔2024〕3号", 1)
    };
    let named = [
        ("an act of a person", record("复〔2024〕17号", 3)),
        ("an act of the clock", clock),
        ("an act reported afterwards", reported),
        ("an irregular act with every member", full_record()),
    ];
    let vectors = named.into_iter().map(|(name, record)| {
        let bytes = record.to_bytes().unwrap();
        let (canonical, leaf) = (text(&bytes), leaf_hash::<Sm3>(&bytes).to_string());
        let record = decode(&bytes).unwrap();
        Fields::from([
            ("name", name.into()),
            ("record", record),
            ("canonical", canonical.into()),
            ("leaf", leaf.into()),
        ])
    });
    check(expect_file!["../../vectors/records.json"], vectors.collect());
}

#[test]
fn tree() {
    const SIZE: u64 = 13;
    let (mut frontier, mut tiles) = (Frontier::<Sm3>::new(), MemoryTiles::default());
    let mut vectors = Vec::new();
    for number in 0..SIZE as u8 {
        let bytes = vec![number; usize::from(number)];
        let (leaf, mut nodes) = (leaf_hash::<Sm3>(&bytes), Vec::new());
        frontier.extend_stored(&[leaf], &mut nodes);
        tiles.keep(&nodes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        vectors.push(Fields::from([("bytes", hex), ("leaf", leaf.to_string())]));
    }
    let count = |count: u64| Value::from(count as i64);
    for size in 0..=SIZE {
        let root = Frontier::<Sm3>::read(&tiles, size).unwrap().root().to_string();
        vectors.push(Fields::from([("size", count(size)), ("root", root.into())]));
    }
    for (index, size) in [(0, 1), (0, 8), (5, 8), (2, 3), (1, 5), (12, 13), (7, 13), (8, 13)] {
        let proof = inclusion_proof::<Sm3, _>(&tiles, index, size).unwrap();
        vectors.push(Fields::from([
            ("index", count(index)),
            ("size", count(size)),
            ("inclusion", spelt(&proof)),
        ]));
    }
    for (old, new) in [(0, 5), (1, 1), (1, 8), (6, 8), (2, 5), (8, 13), (7, 13), (12, 13), (13, 13)]
    {
        let proof = consistency_proof::<Sm3, _>(&tiles, old, new).unwrap();
        vectors.push(Fields::from([
            ("old", count(old)),
            ("new", count(new)),
            ("consistency", spelt(&proof)),
        ]));
    }
    check(expect_file!["../../vectors/tree.json"], vectors);
}

#[test]
fn personal_fields() {
    let values = [
        ("申请人", Value::from("张喆")),
        ("年龄", Value::from(41)),
        ("地址", Value::from(vec!["甲".into(), "乙".into()])),
    ];
    let vectors = values.into_iter().zip(1u8..).map(|((name, value), salt)| {
        let commitment = commit(&Salt([salt; 16]), name, &value).unwrap().hash.to_string();
        let salt = encode_salt(Salt([salt; 16]));
        Fields::from([
            ("name", name.into()),
            ("salt", salt),
            ("value", value),
            ("commitment", commitment.into()),
        ])
    });
    check(expect_file!["../../vectors/personal.json"], vectors.collect());
}

/// A salt in base64url: the first 22 characters of a hash that begins with it, the last masked.
fn encode_salt(salt: Salt) -> Value {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&salt.0);
    Hash(bytes).to_string()[..22].into()
}

fn signed_vector(name: &str, text: &str, key: &Sm2Verifier, holds: bool) -> Fields {
    Fields::from([
        ("name", name.into()),
        ("origin", ORIGIN.into()),
        ("key", key.to_pem().into()),
        ("text", text.into()),
        ("holds", Value::from(holds)),
    ])
}

#[test]
fn checkpoints() {
    let (log, key) = (Log::of(5), signer().verifier());
    let other = Sm2Signer::from_seed(&[0x43; 32]).unwrap().verifier();
    let good = signed(log.head()).to_string();
    let wrong_root = good.replace(&log.head().root.to_string(), &log.head_at(4).root.to_string());
    let vectors = [
        ("a log of five records", good.clone(), &key),
        ("the empty log", signed(Log::of(0).head()).to_string(), &key),
        ("another key", good.clone(), &other),
        ("a changed size", good.replace("\n5\n", "\n6\n"), &key),
        ("a changed root", wrong_root, &key),
        ("a changed time", good.replace("time 1", "time 2"), &key),
        ("another log", good.replace(ORIGIN, "ledger.example/110105"), &key),
        ("a size in another spelling", good.replace("\n5\n", "\n05\n"), &key),
        ("a missing line end", good.trim_end().to_owned(), &key),
    ];
    let holds = |text: &str, key| {
        SignedCheckpoint::parse(text).is_ok_and(|checkpoint| checkpoint.verify(ORIGIN, key).is_ok())
    };
    let vectors: Vec<_> = vectors
        .iter()
        .map(|(name, text, key)| signed_vector(name, text, key, holds(text, *key)))
        .collect();
    assert_eq!(
        vectors.iter().filter(|vector| vector.get("holds") == Some(&Value::from(true))).count(),
        2
    );
    check(expect_file!["../../vectors/checkpoints.json"], vectors);
}

#[test]
fn receipts() {
    let log = Log::from_records(vec![
        record("a", 1),
        record("a", 2),
        full_record(),
        record("b", 1),
        record("a", 3),
    ]);
    let key = signer().verifier();
    let witnessed =
        Witnessed::new(&log.bytes[2], &log.tiles, signed(log.head()), ORIGIN, &key).unwrap();
    let shown =
        Disclosure { name: "申请人".to_owned(), salt: Salt([7; 16]), value: "张喆".into() };
    let receipt = witnessed.receipt(vec![shown]);
    let good = receipt.to_json().unwrap();
    let vectors = [
        ("a receipt with a disclosed value", good.clone()),
        ("a receipt without disclosures", witnessed.receipt(vec![]).to_json().unwrap()),
        ("a redacted receipt", receipt.redacted().to_json().unwrap()),
        ("a changed record", good.replace("50000", "50001")),
        ("a changed disclosure", good.replace("张喆", "李四")),
        ("another number", good.replace("\"number\":3", "\"number\":4")),
        ("a number outside", good.replace("\"number\":3", "\"number\":6")),
        ("a changed checkpoint", good.replace("time 1", "time 2")),
        ("another spelling", good.replace(":1,\"act\"", ": 1,\"act\"")),
        ("another format", good.replace("{\"Receipt\":1", "{\"Receipt\":2")),
    ];
    let holds =
        |text: &str| Receipt::parse(text).is_ok_and(|receipt| receipt.check(ORIGIN, &key).is_ok());
    let vectors: Vec<_> =
        vectors.iter().map(|(name, text)| signed_vector(name, text, &key, holds(text))).collect();
    assert_eq!(
        vectors.iter().filter(|vector| vector.get("holds") == Some(&Value::from(true))).count(),
        3
    );
    check(expect_file!["../../vectors/receipts.json"], vectors);
}

fn python(arguments: &[&str]) -> Output {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/check.py");
    let run = Command::new("python3").arg(script).args(arguments).output();
    run.expect("the independent checker needs python3 on the PATH")
}

/// A copy of the vectors in a folder of its own.
fn copied(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("vectors-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors")).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|extension| extension == "json") {
            std::fs::copy(&file, folder.join(file.file_name().unwrap())).unwrap();
        }
    }
    folder
}

#[test]
fn the_independent_checker_agrees_with_every_vector() {
    let output = python(&[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 6, "one line a file");
}

#[test]
fn the_independent_checker_refuses_vectors_that_were_changed() {
    for (file, from, to) in [
        ("values.json", "\\\\t", "\\\\n"),
        ("records.json", "17号\\\"", "18号\\\""),
        ("tree.json", "\"size\":8", "\"size\":7"),
        ("personal.json", "41", "42"),
        ("checkpoints.json", "\"holds\":false", "\"holds\":true"),
        ("receipts.json", "50001", "50000"),
    ] {
        let folder = copied(file);
        let before = std::fs::read_to_string(folder.join(file)).unwrap();
        let after = before.replacen(from, to, 1);
        assert_ne!(before, after, "{file} holds {from}");
        std::fs::write(folder.join(file), after).unwrap();
        let output = python(&[folder.to_str().unwrap()]);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(output.status.code(), Some(1), "{file}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(file), "{file}");
    }
}

#[test]
fn a_receipt_on_a_citizens_disk_is_checked_by_the_script_alone() {
    let next = Sm2Signer::from_seed(&[9; 32]).unwrap();
    let head = Log::of(7).head();
    let over = Checkpoint::new(ORIGIN, head, 0).unwrap().hand_over_to(&signer(), &next).unwrap();
    is_checked("receipt", &signed(head), &signer().verifier());
    is_checked("handed-over", &over, &signer().verifier());
    is_checked("handed-on", &over, &next.verifier());
}

fn is_checked(name: &str, under: &SignedCheckpoint, key: &Sm2Verifier) {
    let (folder, log) = (copied(name), Log::of(7));
    let witnessed = Witnessed::new(&log.bytes[4], &log.tiles, under.clone(), ORIGIN, key).unwrap();
    let (receipt, public) = (folder.join("receipt.json"), folder.join("public.pem"));
    std::fs::write(&receipt, witnessed.receipt(vec![]).to_json().unwrap()).unwrap();
    std::fs::write(&public, key.to_pem()).unwrap();
    let [receipt, public] = [receipt, public].map(|path| path.to_str().unwrap().to_owned());
    let run = |origin| python(&["--receipt", &receipt, "--key", &public, "--origin", origin]);
    let (good, other) = (run(ORIGIN), run("ledger.example/1"));
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(String::from_utf8_lossy(&good.stdout).contains("log of 7 records"), "{good:?}");
    assert_eq!(other.status.code(), Some(1));
}
