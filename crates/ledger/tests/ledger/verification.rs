//! The verifier: every disturbance is found, and the record is named.

use expect_test::expect;
use ledger::*;
use proptest::prelude::*;

use crate::samples::{DISTRICT, Log, ORIGIN, record, signed, signer};

fn numbers(verdict: &Verdict) -> Vec<u64> {
    verdict.findings.iter().map(Finding::number).collect()
}

fn texts(verdict: &Verdict) -> String {
    verdict.findings.iter().map(|finding| format!("{finding}\n")).collect()
}

/// Verifies bytes alone, as from an export, without stored leaves.
fn verify_bytes(bytes: &[Vec<u8>], heads: &[LogHead]) -> Verdict {
    let rows = bytes.iter().map(|bytes| Row { number: None, bytes, leaf: None });
    verify::<Sm3>(DISTRICT, heads.iter().copied(), rows)
}

#[test]
fn a_sound_log_is_proven_up_to_its_newest_head() {
    let log = Log::of(2500);
    let heads = [0, 1, 255, 1024, 1500, 2500].map(|size| log.head_at(size));
    let verdict = log.verify(&heads);
    assert_eq!(verdict, Verdict { head: log.head(), verified: 2500, findings: vec![] });
    assert_eq!(verify_bytes(&log.bytes, &heads), verdict);
}

#[test]
fn a_changed_record_is_named() {
    let mut log = Log::of(20);
    let text = String::from_utf8(log.bytes[6].clone()).unwrap();
    log.bytes[6] = text.replace("17号", "71号").into_bytes();
    let verdict = log.verify(&[log.head_at(5), log.head()]);
    assert_eq!(verdict.verified, 5);
    expect![[r#"
        record 7 is not what was sealed: its bytes hash to 6j3IGtG6Gyy1qC5bN9kzYkAxxLOvBi9vm2dkmv0_mvk, the tree holds wHXPv1hqevRsg1yvZpePoTY1fubPzJChEvQNURWtrCs. stop appending and compare it with a backup or an export
    "#]]
    .assert_eq(&texts(&verdict));
}

#[test]
fn a_changed_record_is_found_by_the_root_alone_between_two_heads() {
    let mut log = Log::of(20);
    log.bytes[6] =
        String::from_utf8(log.bytes[6].clone()).unwrap().replace("17号", "71号").into_bytes();
    let verdict = verify_bytes(&log.bytes, &[log.head_at(5), log.head_at(9), log.head()]);
    assert!(
        matches!(verdict.findings[0], Finding::Root { size: 9, verified: 5, .. }),
        "{}",
        texts(&verdict)
    );
    assert_eq!(numbers(&verdict), [9, 20]);
}

#[test]
fn a_leaf_changed_together_with_its_record_is_found_by_the_root() {
    let mut log = Log::of(20);
    log.bytes[6] =
        String::from_utf8(log.bytes[6].clone()).unwrap().replace("17号", "71号").into_bytes();
    log.leaves[6] = leaf_hash::<Sm3>(&log.bytes[6]);
    let verdict = log.verify(&[log.head()]);
    assert!(
        matches!(verdict.findings[..], [Finding::Root { size: 20, verified: 0, .. }]),
        "{}",
        texts(&verdict)
    );
}

#[test]
fn a_damaged_tile_is_told_from_a_changed_record() {
    let mut log = Log::of(20);
    log.leaves[6].0[0] ^= 1;
    let verdict = log.verify(&[log.head()]);
    assert!(
        matches!(verdict.findings[..], [Finding::StoredLeaf { number: 7, .. }]),
        "{}",
        texts(&verdict)
    );
    assert_eq!(verdict.verified, 20);
    let mut last = Log::of(20);
    last.leaves[19].0[0] ^= 1;
    let verdict = last.verify(&[last.head()]);
    assert!(
        matches!(verdict.findings[..], [Finding::StoredLeaf { number: 20, .. }]),
        "{}",
        texts(&verdict)
    );
}

#[test]
fn a_dropped_tail_is_found_by_an_older_checkpoint() {
    let log = Log::of(20);
    let shorter = Log::of(17);
    let verdict = shorter.verify(&[log.head()]);
    expect![[r#"
        the log ends at record 17, and 20 records were signed: the tail was dropped. stop appending and restore records 18 to 20 from a backup or an export
    "#]]
    .assert_eq(&texts(&verdict));
}

#[test]
fn a_shorter_log_signed_again_is_found_by_an_older_checkpoint() {
    let (before, again) = (signed(Log::of(20).head()), signed(Log::of(17).head()));
    let heads =
        [&again, &before].map(|signed| signed.verify(ORIGIN, &signer().verifier()).unwrap().head());
    let verdict = Log::of(17).verify(&heads);
    assert_eq!(verdict.verified, 17);
    assert_eq!(verdict.findings, [Finding::Shorter { signed: 20, held: 17 }]);
}

#[test]
fn a_rewritten_history_signed_again_is_found_by_an_older_checkpoint() {
    let old = Log::of(12);
    let mut records: Vec<_> =
        Log::of(20).bytes.iter().map(|bytes| Record::from_bytes(bytes).unwrap()).collect();
    records[4].act = "不予受理".to_owned();
    let rewritten = Log::from_records(records);
    assert!(rewritten.verify(&[rewritten.head()]).is_sound(), "by itself it looks whole");
    let verdict = rewritten.verify(&[rewritten.head(), old.head()]);
    assert!(
        matches!(verdict.findings[..], [Finding::Root { size: 12, .. }]),
        "{}",
        texts(&verdict)
    );
}

#[test]
fn a_missing_record_is_named_once() {
    let log = Log::of(20);
    let rows: Vec<_> = log.rows().filter(|row| row.number != Some(7)).collect();
    let verdict = verify::<Sm3>(DISTRICT, [log.head_at(5), log.head()], rows);
    let expected =
        [Finding::Missing { first: 7, last: 7 }, Finding::Uncovered { size: 20, torn: 7 }];
    assert_eq!((verdict.verified, &verdict.findings[..]), (5, &expected[..]));
    assert_eq!(verdict.head, log.head_at(6), "the tree is built up to the gap");
}

#[test]
fn a_gap_and_a_lost_tail_are_both_told() {
    let log = Log::of(20);
    let rows: Vec<_> = log.rows().filter(|row| !matches!(row.number, Some(4..=6 | 19..))).collect();
    let verdict = verify::<Sm3>(DISTRICT, [log.head()], rows);
    assert_eq!(
        verdict.findings,
        [Finding::Missing { first: 4, last: 6 }, Finding::Shorter { signed: 20, held: 18 }]
    );
    assert_eq!(verdict.head, log.head_at(3));
}

#[test]
fn exchanged_and_repeated_records_are_named() {
    let mut log = Log::of(20);
    log.bytes.swap(3, 4);
    let verdict = log.verify(&[log.head()]);
    assert!(matches!(
        verdict.findings[..],
        [Finding::Changed { number: 4, .. }, Finding::Changed { number: 5, .. }]
    ));
    let verdict = verify_bytes(&log.bytes, &[]);
    assert!(
        verdict.findings.contains(&Finding::Repeated { number: 4, expected: 6 }),
        "{}",
        texts(&verdict)
    );
    let mut twice = Log::of(20);
    twice.bytes.insert(8, twice.bytes[7].clone());
    assert_eq!(numbers(&verify_bytes(&twice.bytes, &[])), [8, 8], "the number and the position");
}

#[test]
fn a_record_stored_under_another_number_is_named() {
    let mut log = Log::of(4);
    log.bytes[2] = log.bytes[3].clone();
    log.leaves[2] = log.leaves[3];
    let verdict = log.verify(&[]);
    assert!(
        verdict.findings.contains(&Finding::Misplaced { number: 3, claims: 4 }),
        "{}",
        texts(&verdict)
    );
}

#[test]
fn positions_in_a_matter_must_follow_each_other() {
    let log =
        Log::from_records(vec![record("a", 1), record("b", 2), record("a", 3), record("a", 3)]);
    let verdict = log.verify(&[log.head()]);
    expect![[r#"
        record 2 is act 2 of matter b, and act 1 comes next there: an act of the matter is missing, repeated or out of order
        record 3 is act 3 of matter a, and act 2 comes next there: an act of the matter is missing, repeated or out of order
        record 4 is act 3 of matter a, and act 4 comes next there: an act of the matter is missing, repeated or out of order
    "#]]
    .assert_eq(&texts(&verdict));
}

#[test]
fn a_changed_record_explains_one_step_of_its_matter_and_no_more() {
    let mut log =
        Log::from_records(vec![record("a", 1), record("a", 2), record("a", 3), record("a", 5)]);
    log.bytes[1].push(b' ');
    let verdict = log.verify(&[log.head()]);
    assert_eq!(numbers(&verdict), [2, 4], "{}", texts(&verdict));
}

#[test]
fn a_record_of_another_district_is_named() {
    let log = Log::of(3);
    let verdict = verify::<Sm3>(District(110105), [log.head()], log.rows());
    assert_eq!(numbers(&verdict), [1, 2, 3]);
    assert!(matches!(verdict.findings[0], Finding::Foreign { .. }));
}

#[test]
fn bytes_that_are_no_record_are_named() {
    let mut log = Log::of(9);
    log.bytes[5] = b"{}".to_vec();
    log.leaves[5] = leaf_hash::<Sm3>(&log.bytes[5]);
    let verdict = log.verify(&[]);
    assert!(
        matches!(verdict.findings[..], [Finding::Unreadable { number: 6, .. }]),
        "{}",
        texts(&verdict)
    );
}

#[test]
fn an_empty_log_is_sound_and_misses_what_was_signed() {
    assert!(Log::of(0).verify(&[Log::of(0).head()]).is_sound());
    assert_eq!(
        Log::of(0).verify(&[Log::of(2).head()]).findings,
        [Finding::Shorter { signed: 2, held: 0 }]
    );
}

#[test]
fn chunks_hashed_on_many_threads_give_the_same_verdict() {
    let mut log = Log::of(5000);
    log.bytes[3333].push(b' ');
    let rows: Vec<_> = log.rows().collect();
    let mut verification = Verification::<Sm3>::new(DISTRICT, [log.head_at(3000), log.head()]);
    let chunks = std::thread::scope(|scope| {
        let pieces = rows.chunks(Chunk::RECORDS).zip((0..).step_by(Chunk::RECORDS));
        let threads: Vec<_> = pieces
            .map(|(rows, first)| {
                scope.spawn(move || Chunk::hash::<Sm3>(first, rows.iter().copied()))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    chunks.iter().for_each(|chunk| verification.absorb(chunk));
    let verdict = verification.finish();
    assert!(matches!(verdict.findings[..], [Finding::Changed { number: 3334, .. }]));
    assert_eq!(verdict, log.verify(&[log.head_at(3000), log.head()]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn flipping_any_bit_names_the_record(size in 1usize..40, at: prop::sample::Index, byte: prop::sample::Index, bit in 0..8u8) {
        let mut log = Log::of(size);
        let at = at.index(size);
        let byte = byte.index(log.bytes[at].len());
        log.bytes[at][byte] ^= 1 << bit;
        let verdict = log.verify(&[log.head()]);
        prop_assert_eq!(numbers(&verdict), [at as u64 + 1], "{}", texts(&verdict));
    }

    #[test]
    fn flipping_any_bit_of_bare_bytes_is_found(size in 1usize..40, at: prop::sample::Index, byte: prop::sample::Index, bit in 0..8u8) {
        let mut log = Log::of(size);
        let at = at.index(size);
        let byte = byte.index(log.bytes[at].len());
        log.bytes[at][byte] ^= 1 << bit;
        prop_assert!(!verify_bytes(&log.bytes, &[log.head()]).is_sound());
    }

    #[test]
    fn chunks_of_any_size_give_the_same_verdict(size in 1usize..90, cuts in prop::collection::vec(1usize..20, 1..12), changed: Option<prop::sample::Index>, head in 0u64..90) {
        let mut log = Log::of(size);
        let heads = [log.head_at(head.min(size as u64)), log.head()];
        if let Some(changed) = changed {
            log.bytes[changed.index(size)].pop();
        }
        let rows: Vec<_> = log.rows().collect();
        let mut verification = Verification::<Sm3>::new(DISTRICT, heads);
        let mut rest = &rows[..];
        for cut in cuts.into_iter().cycle() {
            let (chunk, others) = rest.split_at(cut.min(rest.len()));
            verification.absorb(&Chunk::hash::<Sm3>((size - rest.len()) as u64, chunk.iter().copied()));
            rest = others;
            if rest.is_empty() { break }
        }
        prop_assert_eq!(verification.finish(), log.verify(&heads));
    }
}
