//! Graphs going to and coming from other DCR tools, through the program and for the real procedures.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kernel::{
    Act, Builder, Calendar, Clause, Day, Env, Event, EventId, EventKind, EventSpec, Graph, Kind,
    KindSpec, Marking, Node, Relation, Repeat, Strength, Year, outlook, step,
};
use serde_json::Value;
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fadu")).args(args).current_dir(root()).output().unwrap()
}

fn ok(args: &[&str]) -> String {
    let out = run(args);
    assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&ok(&[args, &["--json"]].concat())).unwrap()
}

/// Exit code 1; what was said.
fn fails(args: &[&str]) -> String {
    let out = run(args);
    assert_eq!(out.status.code(), Some(1), "{args:?}");
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

const PORTAL: &str = "crates/exchange/tests/fixtures/portal.xml";
const EDITOR: &str = "crates/exchange/tests/fixtures/editor.xml";

#[test]
fn a_graph_of_either_format_is_told_and_certified() {
    for (file, format) in [(PORTAL, "dcrgraph"), (EDITOR, "dcr:definitions")] {
        let told = json(&["import", "--format", "dcr-xml", file]);
        assert_eq!(told["format"], format);
        assert_eq!((&told["events"], &told["groups"]), (&6.into(), &2.into()));
        assert_eq!(told["passes"], true);
        assert_eq!(told["runs_cases"], false);
        let text = ok(&["import", "--format", "dcr-xml", file]);
        assert!(text.contains("✓ L2") && text.contains("不能据以办案"), "{text}");
    }
}

#[test]
fn acts_are_simulated_on_a_graph_with_dates_and_refusals_at_their_line() {
    let done = ok(&["replay", PORTAL, "--act", "file@2024-03-01"]);
    assert!(done.contains("decide 至 2024-03-31"), "{done}");
    assert!(done.contains("现在可办:file、check [e2]、check [e3]、withdraw"), "{done}");
    let acts = ["replay", PORTAL, "--act", "file@2024-03-01", "--act", "decide@2024-03-02"];
    let refused = fails(&acts);
    let line = fs::read_to_string(root().join(PORTAL)).unwrap();
    let line = line.lines().position(|l| l.contains("sourceId=\"g1\"")).unwrap() + 1;
    assert!(refused.contains(&format!("uncited: {PORTAL}:{line}")), "{refused}");
    let late = ["replay", PORTAL, "--act", "file@2024-03-01", "--act", "file@2024-05-01"];
    assert!(ok(&late).contains("时限:"));
    assert!(fails(&["replay", PORTAL, "--act", "fiel@2024-03-01"]).contains("perhaps file"));
    assert!(fails(&["replay", PORTAL, "--act", "file"]).contains("ACT@TIME"));
    assert!(fails(&["replay", PORTAL]).contains("--act"));
}

#[test]
fn no_case_is_opened_on_a_graph_of_another_tool() {
    let args = ["open", "--store", "memory:", "--procedure", PORTAL, "--matter", "M", "file"];
    assert!(fails(&args).contains("是一张图,不是法律"));
    let english = fails(&[&args[..], &["--lang", "en"]].concat());
    assert!(english.contains("cite no article") && english.contains("fadu replay"), "{english}");
}

#[test]
fn a_file_that_is_not_understood_is_refused_at_its_line_and_nothing_comes_of_it() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bad.xml");
    let file = path.to_str().unwrap();
    let text = fs::read_to_string(root().join(PORTAL)).unwrap();
    fs::write(&path, text.replace("P30D", "P1M3D").replace("3d", "soon")).unwrap();
    let said = fails(&["import", "--format", "dcr-xml", file, "--lang", "en"]);
    assert!(said.contains("bad.xml:36:") && said.contains("`soon`"), "{said}");
    assert!(said.contains("bad.xml:38:") && said.contains("days to months"), "{said}");
    assert!(fails(&["import", "--format", "dcr-xml", file]).contains("没有接收"));
    fs::write(&path, b"\xff\xfe<").unwrap();
    assert!(fails(&["import", "--format", "dcr-xml", file]).contains("UTF-8"));
    assert!(fails(&["import", "--format", "bpmn", file]).contains("dcr-xml"));
    assert!(fails(&["import", PORTAL]).contains("--format dcr-xml"));
}

#[test]
fn a_procedure_is_exported_with_its_losses_and_read_again() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("graph.xml");
    let file = path.to_str().unwrap();
    let told = json(&["export", "--format", "dcr-xml", "行政复议@2023", "--out", file]);
    let codes: Vec<&str> =
        told["losses"].as_array().unwrap().iter().map(|l| l["code"].as_str().unwrap()).collect();
    for code in ["guard-lost", "stop", "limit", "wait", "choice", "data-of", "party"] {
        assert!(codes.contains(&code), "{code}");
    }
    let again = exchange::read(file, &fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(again.graph.name, "行政复议@2023");
    let text = ok(&["export", "--format", "dcr-xml", "行政复议", "--out", file]);
    assert!(text.contains("停算时钟没有对应的写法"), "{text}");
    assert_eq!(
        ok(&["export", "--format", "dcr-xml", "行政复议"]),
        fs::read_to_string(&path).unwrap()
    );
    assert!(fails(&["export", "--format", "dcr-xml", "行政许可"]).contains("行政复议@2023"));
    assert!(fails(&["export", "--format", "dcr-xml"]).contains("PROCEDURE@VERSION"));
    assert!(fails(&["export", "行政复议"]).contains("--store"));
}

/// The untimed, unguarded part of a procedure: acts outside instances, plain relations among them.
fn plain_part(graph: &Graph) -> Graph {
    let mut b = Builder::new(&graph.name);
    let clause = |b: &mut Builder, name: String| {
        b.clause(Clause { name, citations: vec!["law@1#1".to_owned()], reason: None })
    };
    let choice = |e: EventId| matches!(graph.event(e).kind, EventKind::Choice { .. });
    let mut nodes: Vec<Option<Node>> = vec![None; graph.events.len()];
    let spec = |event: &Event, clause| EventSpec {
        included: event.included,
        pending: event.pending.map(|_| None),
        repeat: if event.repeat == Repeat::Once { Repeat::Once } else { Repeat::Unlimited },
        ..EventSpec::act(&event.name, clause)
    };
    let outside = || graph.event_ids().filter(|e| graph.event(*e).slot.is_none());
    for id in outside().filter(|e| !choice(*e)) {
        let own = clause(&mut b, format!("event {}", graph.event(id).name));
        nodes[id.index()] = Some(b.event(spec(graph.event(id), own)));
    }
    for id in outside().filter(|e| choice(*e)) {
        let own = clause(&mut b, format!("event {}", graph.event(id).name));
        let members: Vec<Node> =
            graph.members(id).iter().filter_map(|m| nodes[m.index()]).collect();
        nodes[id.index()] = Some(b.choice(spec(graph.event(id), own), &members, false));
    }
    let plain = |r: &&Relation| r.when.is_none() && r.strength == Strength::Refuse;
    for (at, r) in graph.relations.iter().enumerate().filter(|(_, r)| plain(r)) {
        let (Some(from), Some(to)) = (nodes[r.source.index()], nodes[r.target.index()]) else {
            continue;
        };
        let kind = match &r.kind {
            Kind::Condition { .. } if !choice(r.source) => KindSpec::condition(),
            Kind::Milestone if !choice(r.source) => KindSpec::Milestone,
            Kind::Response { .. } if !choice(r.target) => KindSpec::response(None),
            Kind::Exclude => KindSpec::Exclude,
            Kind::Include => KindSpec::Include,
            _ => continue,
        };
        let own = clause(&mut b, format!("relation {at}"));
        b.relate(kind, from, to, own);
    }
    b.build().unwrap()
}

fn possible(graph: &Graph, case: &Marking, env: &Env) -> Vec<String> {
    let found = outlook(graph, case, env, case.now);
    let names = found.possible.iter().map(|p| graph.event(p.event).name.clone());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn of_every_procedure_the_plain_part_allows_the_same_after_a_round_trip() {
    let library = fadu::load_library(&root().join("content")).unwrap();
    let calendar = Calendar::new(0, &[Year { year: 2024, ..Year::default() }]).unwrap();
    let env = Env { calendar: &calendar, params: &[] };
    let at = Day::from_date(2024, 3, 1).unwrap().start();
    let mut dice: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut roll = |sides: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (dice % sides as u64) as usize
    };
    let (mut relations, mut steps) = (0, 0);
    for procedure in &library.procedures {
        let plain = plain_part(&procedure.graph);
        relations += plain.relations.len();
        let written = exchange::write(&plain);
        assert_eq!(written.relations, plain.relations.len());
        let again = exchange::read("r.xml", &written.xml).unwrap().graph;
        for _ in 0..40 {
            let (mut one, mut two) =
                (Marking::initial(&plain, &env, at), Marking::initial(&again, &env, at));
            for _ in 0..60 {
                let now = possible(&plain, &one, &env);
                assert_eq!(possible(&again, &two, &env), now, "{}", procedure.version);
                assert_eq!(one.is_accepting(&plain), two.is_accepting(&again));
                if now.is_empty() {
                    break;
                }
                let act = &now[roll(now.len())];
                for (graph, case) in [(&plain, &mut one), (&again, &mut two)] {
                    let event = graph.event_named(act).unwrap();
                    step(graph, case, &env, &Act::bare(event, at)).unwrap();
                }
                steps += 1;
            }
        }
    }
    assert!(relations > 200 && steps > 1000, "{relations} relations, {steps} steps");
}

#[test]
fn of_every_procedure_each_relation_is_in_the_file_or_among_the_losses() {
    let library = fadu::load_library(&root().join("content")).unwrap();
    for procedure in &library.procedures {
        let written = exchange::write(&procedure.graph);
        let left_out: usize = written.losses.iter().map(|l| l.left_out).sum();
        assert_eq!(written.relations + left_out, procedure.graph.relations.len());
        let again = exchange::read("w.xml", &written.xml).unwrap();
        assert!(again.arrows > 0 && !written.losses.is_empty(), "{}", procedure.family);
    }
}
