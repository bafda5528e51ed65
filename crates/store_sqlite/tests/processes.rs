//! What if several processes write, and what if one is killed while it does?
//!
//! The child is this test program itself: with a job in its environment, the test `child` works it
//! off and tells each sealed act in a line.

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::Place;
use store::suite::{Ask, DISTRICT, commit, verify};
use store::{Outcome, Store};
use store_sqlite::{Options, SqliteStore};

const FILE: &str = "STORE_CHILD_FILE";
const NAME: &str = "STORE_CHILD_NAME";
const ACTS: &str = "STORE_CHILD_ACTS";

fn open(file: &Path) -> SqliteStore {
    SqliteStore::open(file, Options::default()).expect("the store opens")
}

/// A small generator: tests that are to be repeated alike need no better chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// The asks of one writer: one in ten in a matter that all share.
fn ask(name: &str, at: usize) -> Ask {
    let own = format!("m-{name}-{}", at / 20);
    let matter = if at % 10 == 9 { "shared" } else { &own };
    Ask::new(matter, &format!("{name}/{at}"), "note", at as i64)
}

/// Seals acts in uneven groups and says so, act by act, after each commit.
fn work(store: &dyn Store, name: &str, acts: usize, say: impl Fn(&str, u64)) {
    let mut chance = Chance(name.bytes().map(u64::from).sum());
    let mut at = 0;
    while at < acts {
        let group = (1 + chance.below(12) as usize).min(acts - at);
        let asks: Vec<Ask> = (at..at + group).map(|at| ask(name, at)).collect();
        at += group;
        for outcome in commit(store, DISTRICT, &asks) {
            let Outcome::Accepted(sealed) = outcome else { panic!("{outcome:?}") };
            say(&sealed[0].record().client_act, sealed[0].record().number);
        }
    }
}

#[test]
fn child() {
    let job = [FILE, NAME, ACTS].map(std::env::var);
    if let [Ok(file), Ok(name), Ok(acts)] = job {
        let acts = acts.parse().expect("a number");
        work(&open(Path::new(&file)), &name, acts, |client, number| {
            println!("\nsealed {number} {client}");
        });
    }
}

fn start(file: &Path, name: &str, acts: usize) -> Child {
    let program = std::env::current_exe().expect("this program has a path");
    let mut child = Command::new(program);
    child.args(["child", "--exact", "--nocapture", "--test-threads=1"]);
    child.env(FILE, file).env(NAME, name).env(ACTS, acts.to_string());
    child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the child starts")
}

/// The next acts the child says it sealed.
fn said(child: &mut Child) -> impl Iterator<Item = (String, u64)> + use<> {
    let lines = BufReader::new(child.stdout.take().expect("the child's words are read")).lines();
    lines.map_while(Result::ok).filter_map(|line| {
        let (number, client) = line.strip_prefix("sealed ")?.split_once(' ')?;
        Some((client.to_owned(), number.parse().ok()?))
    })
}

#[test]
fn two_processes_on_one_file_lose_nothing() {
    const EACH: usize = 150;
    let place = Place::new();
    let store = open(&place.file());
    let mut children = ["a", "b"].map(|name| start(&place.file(), name, EACH));
    work(&store, "c", EACH, |_, _| {});
    let mut numbers = BTreeMap::new();
    for child in &mut children {
        numbers.extend(said(child).map(|(client, number)| (number, client)));
        assert!(child.wait().expect("the child ends").success());
    }
    assert_eq!(numbers.len(), 2 * EACH);
    assert_eq!(verify(&store, DISTRICT), 3 * EACH as u64);
    for (number, client) in numbers {
        let record = store.client_act(DISTRICT, &client).expect("read").expect("it is there");
        assert_eq!(record.number, number);
    }
    let shared = store.matter(DISTRICT, "shared").expect("read").expect("it is there");
    assert_eq!(shared.position as usize, 3 * EACH / 10);
}

#[test]
fn a_writer_killed_at_any_moment_loses_no_act_it_has_told_of() {
    const ROUNDS: usize = 20;
    let place = Place::new();
    let mut chance = Chance(7);
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut child = start(&place.file(), &format!("r{round}"), usize::MAX >> 8);
        let acts = 1 + chance.below(80) as usize;
        let mut words = said(&mut child);
        told.extend(words.by_ref().take(acts));
        child.kill().expect("the child is killed");
        child.wait().expect("the child is gone");
        // What it said before it died and was still on its way counts as told.
        told.extend(words);
        let store = open(&place.file());
        store.check().expect("the file is whole");
        let size = verify(&store, DISTRICT);
        assert!(size >= told.len() as u64);
        for (client, number) in &told {
            let record = store.client_act(DISTRICT, client).expect("read");
            assert_eq!(record.map(|record| record.number), Some(*number), "{client}");
        }
    }
    let store = open(&place.file());
    let again = commit(&store, DISTRICT, &[ask("r0", 0)]);
    assert!(matches!(again[0], Outcome::Again(_)), "{again:?}");
}
