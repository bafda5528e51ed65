//! Which crate may depend on which, and how much a pure crate may take from outside.
//!
//! Takes what `cargo metadata` says of the workspace; gives the faults as sentences.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Crates without clock, files, environment, randomness and logging.
pub const PURE: &[&str] = &["kernel", "certify", "ledger", "content", "exchange", "report"];

/// Outside dependencies a pure crate may have at most.
const OUTSIDE_MAX: usize = 6;

/// The arrows: who may depend on whom. A new crate gets a line here and an ADR.
const MAY: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("ledger", &[]),
    ("certify", &["kernel"]),
    ("content", &["kernel", "certify"]),
    ("exchange", &["kernel"]),
    ("report", &["kernel", "ledger", "content"]),
    ("store", &["ledger"]),
    ("store_postgres", &["store", "ledger"]),
    ("store_sqlite", &["store", "ledger"]),
    ("office", &["kernel", "ledger", "content", "report", "store"]),
    ("lists", &["kernel", "ledger", "report", "store", "office"]),
    ("web", &["kernel", "ledger", "report", "store", "office", "lists"]),
    ("sim", &["kernel", "ledger", "content", "store", "office"]),
    (
        "fadu",
        &[
            "kernel",
            "certify",
            "ledger",
            "content",
            "exchange",
            "report",
            "store",
            "store_postgres",
            "store_sqlite",
            "office",
            "lists",
            "web",
            "sim",
        ],
    ),
];

/// What one crate of the workspace depends on outside its tests.
#[derive(Default)]
pub struct Needs {
    pub ours: BTreeSet<String>,
    pub outside: BTreeSet<String>,
}

/// Asks cargo, without the network.
pub fn workspace() -> BTreeMap<String, Needs> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(super::source::root())
        .output()
        .expect("cargo runs the tests, so it can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    needs(&serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON"))
}

fn needs(metadata: &Value) -> BTreeMap<String, Needs> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut all = BTreeMap::new();
    for package in list(&metadata["packages"]) {
        let needs: &mut Needs = all.entry(short(&package["name"])).or_default();
        for dependency in list(&package["dependencies"]) {
            if dependency["kind"] == "dev" {
                continue;
            }
            let side =
                if dependency["path"].is_string() { &mut needs.ours } else { &mut needs.outside };
            side.insert(short(&dependency["name"]));
        }
    }
    all
}

/// `fadu-store-sqlite` is the package of `crates/store_sqlite`.
fn short(name: &Value) -> String {
    let name = name.as_str().unwrap_or_default();
    name.strip_prefix("fadu-").unwrap_or(name).replace('-', "_")
}

/// Arrows that are not in the table, and crates that have no line there.
pub fn wrong_arrows(all: &BTreeMap<String, Needs>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, needs) in all {
        let Some((_, may)) = MAY.iter().find(|(known, _)| known == name) else {
            faults.push(format!(
                "{name}: a new crate needs a line in the table of arrows and an ADR"
            ));
            continue;
        };
        let wrong = needs.ours.iter().filter(|other| !may.contains(&other.as_str()));
        faults.extend(wrong.map(|other| format!("{name} must not depend on {other}")));
    }
    faults
}

/// Pure crates that lean on too much from outside.
pub fn heavy(all: &BTreeMap<String, Needs>) -> Vec<String> {
    let pure = PURE.iter().filter_map(|&name| all.get(name).map(|needs| (name, &needs.outside)));
    let heavy = pure.filter(|(_, outside)| outside.len() > OUTSIDE_MAX);
    heavy
        .map(|(name, outside)| {
            format!(
                "{name}: {} outside dependencies {outside:?}, at most {OUTSIDE_MAX}",
                outside.len()
            )
        })
        .collect()
}

#[test]
fn a_wrong_arrow_a_new_crate_and_a_seventh_dependency_are_found_and_test_needs_are_not() {
    let metadata = serde_json::json!({ "packages": [
        { "name": "fadu-kernel", "dependencies": [
            { "name": "fadu-ledger", "kind": null, "path": "x" },
            { "name": "fadu-store-sqlite", "kind": "dev", "path": "x" },
            { "name": "a", "kind": null }, { "name": "b", "kind": "build" }, { "name": "c", "kind": null },
            { "name": "d", "kind": null }, { "name": "e", "kind": null }, { "name": "f", "kind": null },
        ]},
        { "name": "fadu-helpers", "dependencies": [] },
        { "name": "fadu-store-sqlite", "dependencies": [{ "name": "fadu-store", "kind": null, "path": "x" }] },
    ]});
    let all = needs(&metadata);
    let faults = wrong_arrows(&all);
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("helpers: a new crate"));
    assert_eq!(faults[1], "kernel must not depend on ledger");
    assert_eq!(heavy(&all), Vec::<String>::new());

    let mut seventh = all;
    seventh.get_mut("kernel").unwrap().outside.insert("g".into());
    assert_eq!(heavy(&seventh).len(), 1);
}
