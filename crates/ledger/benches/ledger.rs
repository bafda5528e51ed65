//! What do the ledger's hot paths cost, next to the hashing nobody can avoid?
//!
//! `cargo bench -p fadu-ledger` first prints ratios, each the median of pairs measured in turns (a
//! shared machine disturbs both sides alike), then divan's table.
//!
//! Not here: goals with a store or an engine in them; `fadu bench` has those.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use ledger::*;

const DISTRICT: District = District(320507);
const RECORDS: u64 = 20_000;

fn main() {
    let log = Log::new();
    let length = log.bytes.iter().map(Vec::len).sum::<usize>() / log.bytes.len();
    let packed = log.bytes.iter().map(|bytes| pack(bytes).len()).sum::<usize>() / log.bytes.len();
    println!("{RECORDS} records of {length} bytes on average, {packed} packed");
    ratio("verify with stored leaves ÷ SM3 of the bytes", || log.verify(true), || log.hash());
    ratio("verify bare bytes ÷ SM3 of the bytes", || log.verify(false), || log.hash());
    ratio("read and verify ÷ SM3 of the bytes", || log.read() + log.verify(true), || log.hash());
    ratio("append ÷ SM3 of the bytes", || log.append(), || log.hash());
    divan::main();
}

/// Prints the median ratio of two measured in turns.
fn ratio(name: &str, mut product: impl FnMut() -> u64, mut baseline: impl FnMut() -> u64) {
    let mut ratios: Vec<f64> = (0..15)
        .map(|_| time(&mut product).as_secs_f64() / time(&mut baseline).as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!("{:5.2}  {name}", ratios[ratios.len() / 2]);
}

fn time(work: &mut impl FnMut() -> u64) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

/// A log in memory: records, their bytes and leaves.
struct Log {
    records: Vec<Record>,
    bytes: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    head: LogHead,
}

impl Log {
    fn new() -> Self {
        let records: Vec<_> = (0..RECORDS)
            .map(|at| record(&format!("2024-{:06}", at / 5), at as u32 % 5 + 1))
            .collect();
        let batch = append(&mut Frontier::<Sm3>::new(), records.clone()).unwrap();
        let bytes = batch.sealed.iter().map(|sealed| sealed.bytes().to_vec()).collect();
        let leaves = batch.sealed.iter().map(Sealed::leaf).collect();
        Self { records, bytes, leaves, head: batch.head }
    }

    fn hash(&self) -> u64 {
        self.bytes.iter().map(|bytes| u64::from(Hash::sm3(&[bytes]).0[0])).sum()
    }

    fn verify(&self, leaves: bool) -> u64 {
        let rows = self.bytes.iter().zip(&self.leaves).zip(1..).map(|((bytes, leaf), number)| {
            Row { number: Some(number), bytes, leaf: leaves.then_some(*leaf) }
        });
        let verdict = verify::<Sm3>(DISTRICT, [self.head], rows);
        assert!(verdict.is_sound() && verdict.verified == RECORDS);
        verdict.verified
    }

    fn read(&self) -> u64 {
        self.bytes.iter().map(|bytes| Record::from_bytes(bytes).unwrap().number).sum()
    }

    fn append(&self) -> u64 {
        append(&mut Frontier::<Sm3>::new(), self.records.clone()).unwrap().head.size
    }
}

fn record(matter: &str, position: u32) -> Record {
    let text = |text: &str| text.to_owned();
    Record {
        district: DISTRICT,
        number: 1,
        matter: text(matter),
        position,
        procedure: text("行政复议"),
        version: text("2023"),
        act: text("受理"),
        actor: Actor::Person {
            person: text("p0017"), role: text("承办人"), organ: text("司法局")
        },
        performed_at: 1_706_778_000,
        entered_at: 1_706_778_000,
        basis: Basis {
            procedure: Hash::sm3(&[b"procedure"]),
            tables: None,
            parameters: Some(Hash::sm3(&[b"parameters"])),
            calendar: Some(Hash::sm3(&[b"calendar"])),
        },
        payload: Fields::from([("通知书号", "〔2024〕17号")]),
        personal: Vec::new(),
        documents: Vec::new(),
        standing: Standing::Observed,
        warnings: Vec::new(),
        guards: Fields::new(),
        resolved: Vec::new(),
        client_act: format!("{matter}/{position}"),
        request: Hash::sm3(&[matter.as_bytes()]),
    }
}

#[divan::bench]
fn encode_one_record(bencher: Bencher) {
    let record = record("2024-000017", 3);
    let length = record.to_bytes().unwrap().len();
    bencher.counter(BytesCount::new(length)).bench_local(|| black_box(&record).to_bytes().unwrap());
}

#[divan::bench]
fn decode_one_record(bencher: Bencher) {
    let bytes = record("2024-000017", 3).to_bytes().unwrap();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| Record::from_bytes(black_box(&bytes)).unwrap());
}

#[divan::bench]
fn pack_one_record(bencher: Bencher) {
    let bytes = record("2024-000017", 3).to_bytes().unwrap();
    bencher.counter(BytesCount::new(bytes.len())).bench_local(|| pack(black_box(&bytes)));
}

#[divan::bench]
fn unpack_one_record(bencher: Bencher) {
    let packed = pack(&record("2024-000017", 3).to_bytes().unwrap());
    let mut buffer = Vec::new();
    bencher.counter(BytesCount::new(packed.len())).bench_local(|| {
        buffer.clear();
        unpack_into(black_box(&packed), &mut buffer)
    });
}

#[divan::bench]
fn read_one_address(bencher: Bencher) {
    let bytes = record("2024-000017", 3).to_bytes().unwrap();
    bencher.bench_local(|| Address::read(black_box(&bytes)).unwrap().number);
}

#[divan::bench]
fn hash_one_leaf(bencher: Bencher) {
    let bytes = record("2024-000017", 3).to_bytes().unwrap();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| leaf_hash::<Sm3>(black_box(&bytes)));
}

#[divan::bench]
fn append_a_group_of_100(bencher: Bencher) {
    let records = || (1..=100).map(|position| record("2024-000017", position)).collect();
    let input = || (Frontier::<Sm3>::new(), records());
    bencher.counter(ItemsCount::new(100usize)).with_inputs(input).bench_local_values(
        |(mut frontier, records): (Frontier, Vec<Record>)| append(&mut frontier, records).unwrap(),
    );
}

#[divan::bench]
fn verify_a_log(bencher: Bencher) {
    let log = Log::new();
    bencher.counter(ItemsCount::new(RECORDS)).bench_local(|| log.verify(true));
}

#[divan::bench]
fn sign_a_checkpoint(bencher: Bencher) {
    let signer = Sm2Signer::from_seed(&[0x42; 32]).unwrap();
    let head = LogHead { size: 1, root: Hash::default() };
    bencher.bench_local(|| {
        Checkpoint::new("ledger.example/1", head, 0).unwrap().sign(&signer).unwrap()
    });
}

#[divan::bench]
fn check_a_checkpoint(bencher: Bencher) {
    let signer = Sm2Signer::from_seed(&[0x42; 32]).unwrap();
    let head = LogHead { size: 1, root: Hash::default() };
    let signed = Checkpoint::new("ledger.example/1", head, 0).unwrap().sign(&signer).unwrap();
    let verifier = signer.verifier();
    bencher.bench_local(|| signed.verify("ledger.example/1", &verifier).unwrap().time());
}
