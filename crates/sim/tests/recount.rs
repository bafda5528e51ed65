//! What was intended against what is in the log: recounted from the export by a program that shares
//! no code (`recount.py`), with corrections and annulled acts taken into account.

#![allow(clippy::unwrap_used)]

mod common;

use std::process::Command;

use common::*;
use serde_json::{Value, json};

/// The counts of `recount.py` over the exported records.
fn recount(stage: &Stage) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("acts.jsonl");
    let stored = stage.office.store.records(stage.office.law.district, 1, u32::MAX).unwrap();
    let lines: Vec<u8> =
        stored.into_iter().flat_map(|r| [r.bytes, b"\n".to_vec()].concat()).collect();
    std::fs::write(&file, lines).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recount.py");
    let out = Command::new("python3").arg(script).arg(&file).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

fn intended(tally: &sim::Tally) -> Vec<Value> {
    let count = |c: &sim::Count| json!([c.procedure, c.act, c.year, c.count]);
    tally.acts.iter().map(count).collect()
}

#[test]
fn the_export_recounts_to_what_was_intended() {
    let plans = plans();
    let work = work(&plans, 0.000_2, 11);
    let stage = Stage::new();
    let played = stage.play(&work);
    assert!(played.corrections > 0, "nothing was corrected");
    assert_eq!(recount(&stage), intended(&sim::tally(&work, None)));
}

#[test]
fn another_year_of_the_same_kind_recounts_as_well() {
    let plans: Vec<_> = plans().iter().map(|p| sim::perturbed(p, 1)).collect();
    let work = work(&plans, 0.000_2, 1);
    let tally = rehearsed(&work).unwrap_or_else(|e| panic!("{e}"));
    let stage = Stage::new();
    stage.play(&work);
    assert_eq!(recount(&stage), intended(&tally));
}

#[test]
fn every_count_of_a_moved_plan_is_within_a_fifth() {
    let before = &plans()[1];
    assert_ne!(sim::perturbed(before, 8), sim::perturbed(before, 9));
    let after = sim::perturbed(before, 9);
    for (a, b) in before.streams.iter().zip(&after.streams) {
        let (a, b) = (a.count as f64, b.count as f64);
        assert!(b >= (a * 0.8).floor() && b <= (a * 1.2).ceil(), "{a} became {b}");
    }
    assert_eq!(after, sim::perturbed(before, 9));
}
