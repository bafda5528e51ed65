//! What was intended and what is reported against what is in the log: recounted from the export by
//! programs that share no code (`recount.py`: acts; `figures.py`: figures), with corrections and
//! annulled acts taken into account.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::process::Command;

use common::*;
use serde_json::{Value, json};

/// What a program beside this file prints over the exported records.
fn said(stage: &Stage, program: &str, more: &[String]) -> Value {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("acts.jsonl");
    let stored = stage.office.store.records(stage.office.law.district, 1, u32::MAX).unwrap();
    let lines: Vec<u8> =
        stored.into_iter().flat_map(|r| [r.bytes, b"\n".to_vec()].concat()).collect();
    std::fs::write(&file, lines).unwrap();
    let script = format!("{}/tests/{program}", env!("CARGO_MANIFEST_DIR"));
    let out = Command::new("python3").arg(script).arg(&file).args(more).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

fn recount(stage: &Stage) -> Value {
    said(stage, "recount.py", &[])
}

/// The figures of 2023 as the product reports them.
fn reported(stage: &Stage) -> Vec<report::Answer> {
    let questions = report::Questions::all(&stage.office.law.library, 2023).unwrap();
    stage.office.report(&questions, &mut |_, _| ()).unwrap().figures
}

/// The figures of the other program: value and acts, equal to the product's.
fn equal_figures(answers: &[report::Answer], theirs: &Value) {
    let figures = theirs["figures"].as_object().unwrap();
    assert!(figures.len() > 50);
    for (id, figure) in figures {
        let ours = answers.iter().find(|answer| answer.id == *id).unwrap();
        let mut acts = ours.acts.clone();
        acts.sort_unstable();
        acts.dedup();
        assert_eq!(json!(acts), figure["acts"], "{id}");
        let exact = ours.rate.map_or(ours.exact, |(above, below)| above.over(below));
        let exact = exact.map(|f| [f.numerator as i64, f.denominator as i64]);
        assert_eq!(json!(exact), figure["value"], "{id}");
    }
}

/// What stands at the end of the year: without an act that ended something, more would stand.
const STOCKS: [&str; 3] = ["F-XZFY-27", "F-LYB-4", "F-CF-20"];

/// Acts of every kind there is, some of each.
fn some_acts(stage: &Stage) -> Vec<u64> {
    let stored = stage.office.store.records(stage.office.law.district, 1, u32::MAX).unwrap();
    let (mut seen, mut some) = (BTreeMap::new(), Vec::new());
    for record in stored.iter().map(|r| r.read().unwrap()) {
        let is_act = record.actor != ledger::Actor::Clock && record.act != "correction";
        let times = seen.entry((record.procedure, record.act)).or_insert(0);
        *times += 1;
        if is_act && [1, 3].contains(times) {
            some.push(record.number);
        }
    }
    some
}

#[test]
fn what_would_change_without_an_act_lists_it() {
    let plans = plans();
    let work = work(&plans, 0.000_2, 5);
    let stage = Stage::new();
    stage.play(&work);
    let numbers = some_acts(&stage);
    let asked = [vec!["2023".to_owned()], numbers.iter().map(u64::to_string).collect()].concat();
    let theirs = said(&stage, "figures.py", &asked);
    let answers = reported(&stage);
    equal_figures(&answers, &theirs);
    let known = theirs["figures"].as_object().unwrap();
    let is_asked =
        |a: &&report::Answer| known.contains_key(&a.id) && !STOCKS.contains(&a.id.as_str());
    let (mut listed, mut wrong) = (0, Vec::new());
    for number in numbers {
        let changed = theirs["changes"][number.to_string()].as_array().unwrap();
        for answer in answers.iter().filter(is_asked) {
            let counts = answer.acts.contains(&number);
            let lists = counts || answer.rests_on.contains(&number);
            // An act that a figure rests on need not change it: it may have said what was so before.
            match changed.contains(&json!(answer.id)) {
                true if !lists => {
                    wrong.push((number, answer.id.clone(), "changes and is not listed"))
                }
                false if counts => {
                    wrong.push((number, answer.id.clone(), "is counted and changes nothing"))
                }
                _ => listed += usize::from(lists),
            }
        }
    }
    assert_eq!(wrong, []);
    assert!(listed > 100, "{listed}");
}

fn intended(tally: &sim::Tally) -> Value {
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
    equal_figures(&reported(&stage), &said(&stage, "figures.py", &["2023".to_owned()]));
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
