//! What if several processes write, and what if one is killed while it does?
//!
//! A child is the test program itself: with a job in its environment, its test `child` works the job
//! off with a crew of writers and tells each sealed act in a line. Whatever is told must be there
//! afterwards, once; numbers have no gap, the tree holds, and the views are those the log tells.
//!
//! Takes how a backend opens the store of an address; the cases are the backend's tests.
//!
//! Not here: trouble that only one backend can have, such as a server that is stopped.
//!
//! Next: `store_sqlite/tests/processes.rs`, the shortest user.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};

use ledger::District;

use super::clerk::{Ask, Clerk, DISTRICT, Reteller, dump, verify};
use crate::{Outcome, Proposal, Store, StoreError};

/// How many kills a drill has unless the environment asks for more.
const KILLS: usize = 20;
/// How many kills one store lives through; then the next one begins empty.
const KILLS_EACH: usize = 20;
/// How many write at once in a process that is killed.
const CREW: usize = 32;

const PLACE: &str = "STORE_CHILD_PLACE";
const NAME: &str = "STORE_CHILD_NAME";
const WRITERS: &str = "STORE_CHILD_WRITERS";
const ACTS: &str = "STORE_CHILD_ACTS";

/// The districts a crew writes in, in turns.
pub const DISTRICTS: [District; 2] = [DISTRICT, District(654_321)];

/// Opens the store of an address.
pub type Open = fn(&str) -> Box<dyn Store>;

/// An act somebody was told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where.
    pub district: District,
    /// Under which number.
    pub number: u64,
    /// By which name of the client.
    pub client: String,
}

/// A small generator: tests that are to be repeated alike need no better chance.
#[derive(Clone, Debug)]
pub struct Chance(pub u64);

impl Chance {
    /// A number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// The asks of one writer: one in ten in a matter that all share, the others in matters of its own.
pub fn ask(name: &str, at: usize) -> Ask {
    let matter = match at % 10 {
        9 => format!("shared-{}", at / 200),
        _ => format!("m-{name}-{}", at / 20),
    };
    let act = match at % 20 {
        0 => "open",
        18 => "answer",
        _ => "note",
    };
    Ask::new(&matter, &format!("{name}/{at}"), act, at as i64)
}

/// Seals acts in uneven groups and tells of each after its commit. A group whose commit failed for
/// want of a server is asked for again, under the same names.
fn write(
    store: &dyn Store,
    district: District,
    name: &str,
    acts: usize,
    tell: &mut dyn FnMut(Told),
) {
    let mut chance = Chance(name.bytes().map(u64::from).sum());
    let mut at = 0;
    while at < acts {
        let group = (1 + chance.below(12) as usize).min(acts - at);
        let asks: Vec<Ask> = (at..at + group).map(|at| ask(name, at)).collect();
        at += group;
        for (ask, outcome) in asks.iter().zip(insist(store, district, &asks)) {
            let number = match outcome {
                Outcome::Accepted(sealed) => sealed[0].record().number,
                Outcome::Again(stored) => stored.number,
                other => panic!("{other:?}"),
            };
            tell(Told { district, number, client: ask.client.clone() });
        }
    }
}

fn insist(store: &dyn Store, district: District, asks: &[Ask]) -> Vec<Outcome> {
    const TRIES: usize = 5;
    let group: Vec<Proposal> = asks.iter().map(Ask::proposal).collect();
    let commit = || store.commit(district, &group, &mut Clerk { asks: asks.to_vec() });
    let mut tries: Vec<Result<_, StoreError>> = Vec::new();
    while tries.len() < TRIES {
        match commit() {
            Ok(outcomes) => return outcomes,
            Err(error) => tries.push(Err::<(), _>(error)),
        }
    }
    panic!("{tries:?}")
}

/// Lets so many writers each seal so many acts; whoever listens hears of each act.
pub fn crew(store: &dyn Store, name: &str, writers: usize, acts: usize, ears: &Sender<Told>) {
    std::thread::scope(|scope| {
        for writer in 0..writers {
            let (ears, name) = (ears.clone(), format!("{name}-{writer}"));
            let district = DISTRICTS[writer % DISTRICTS.len()];
            scope.spawn(move || {
                write(store, district, &name, acts, &mut |told| drop(ears.send(told)));
            });
        }
    });
}

/// Works off the job in the environment, if there is one. The body of a test named `child`.
pub fn child(open: Open) {
    let job = [PLACE, NAME, WRITERS, ACTS].map(std::env::var);
    let [Ok(place), Ok(name), Ok(writers), Ok(acts)] = job else { return };
    let number = |text: String| text.parse().expect("a number");
    let (store, (ears, told)) = (open(&place), mpsc::channel());
    std::thread::scope(|scope| {
        scope.spawn(move || crew(&*store, &name, number(writers), number(acts), &ears));
        for Told { district, number, client } in told {
            let line = format!("\nsealed {} {number} {client}\n", district.0);
            let _ = std::io::Write::write_all(&mut std::io::stdout().lock(), line.as_bytes());
        }
    });
}

/// A process that writes.
#[derive(Debug)]
pub struct Writing(Child);

impl Writing {
    /// Starts one: this program again, on the store of an address.
    pub fn start(place: &str, name: &str, writers: usize, acts: usize) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program);
        child.args(["child", "--exact", "--nocapture", "--test-threads=1"]);
        child.env(PLACE, place).env(NAME, name);
        child.env(WRITERS, writers.to_string()).env(ACTS, acts.to_string());
        child.stdout(Stdio::piped()).stderr(Stdio::null());
        Self(child.spawn().expect("the child starts"))
    }

    /// What it tells, until it ends.
    pub fn tells(&mut self) -> impl Iterator<Item = Told> + use<> {
        let lines = BufReader::new(self.0.stdout.take().expect("its words are read once")).lines();
        lines.map_while(Result::ok).filter_map(|line| {
            let mut words = line.strip_prefix("sealed ")?.split(' ');
            Some(Told {
                district: District(words.next()?.parse().ok()?),
                number: words.next()?.parse().ok()?,
                client: words.next()?.to_owned(),
            })
        })
    }

    /// Waits for it to end of itself.
    pub fn ends(mut self) {
        assert!(self.0.wait().expect("the child ends").success());
    }

    /// Kills it, and waits until it is gone.
    pub fn kill(mut self) {
        self.0.kill().expect("the child is killed");
        self.0.wait().expect("the child is gone");
    }
}

/// Checks a store that has been through something: every act that was told of is there under its
/// number and once, the logs hold, and the views are those the logs tell. Gives the number of acts.
pub fn holds(store: &dyn Store, told: &[Told]) -> u64 {
    let mut all = 0;
    for district in DISTRICTS {
        let size = verify(store, district);
        let records = store.records(district, 1, u32::MAX).expect("read");
        let mut names = BTreeMap::new();
        for record in &records {
            let name = record.read().expect("a record").client_act;
            assert_eq!(names.insert(name, record.number), None, "an act was sealed twice");
        }
        for told in told.iter().filter(|told| told.district == district) {
            assert_eq!(names.get(&told.client), Some(&told.number), "{told:?}");
        }
        let views = dump(store, district);
        store.rebuild(district, &mut Reteller::default()).expect("rebuilt");
        assert_eq!(dump(store, district), views, "the views are what the log tells");
        all += size;
    }
    all
}

/// Three processes, the caller among them, write in two districts and in the same matters.
pub fn processes_lose_nothing(place: &str, open: Open) {
    const WRITERS: usize = 8;
    const ACTS: usize = 40;
    let store = open(place);
    let mut children = ["a", "b"].map(|name| Writing::start(place, name, WRITERS, ACTS));
    let (ears, own) = mpsc::channel();
    crew(&*store, "c", WRITERS, ACTS, &ears);
    drop(ears);
    let mut told: Vec<Told> = own.iter().collect();
    for child in &mut children {
        told.extend(child.tells());
    }
    children.into_iter().for_each(Writing::ends);
    assert_eq!(told.len(), 3 * WRITERS * ACTS);
    assert_eq!(holds(&*store, &told), told.len() as u64);
    for district in DISTRICTS {
        let shared = store.matter(district, "shared-0").expect("read").expect("it is there");
        assert_eq!(shared.position as usize, 3 * WRITERS * ACTS / 10 / DISTRICTS.len());
    }
}

/// A process with a crew of writers is killed at random moments, again and again. `begin` makes a
/// new place and gives its address. `FADU_KILLS` in the environment asks for more kills.
pub fn kills_lose_nothing<P>(begin: impl Fn() -> P, address: impl Fn(&P) -> String, open: Open) {
    let asked = std::env::var("FADU_KILLS").ok().and_then(|text| text.parse().ok());
    let kills: usize = asked.unwrap_or(KILLS);
    let mut chance = Chance(7);
    for round in 0..kills.div_ceil(KILLS_EACH) {
        let begun = begin();
        let place = address(&begun);
        let mut told: Vec<Told> = Vec::new();
        for kill in 0..KILLS_EACH {
            let name = format!("r{round}k{kill}");
            let mut child = Writing::start(&place, &name, CREW, usize::MAX >> 8);
            let mut words = child.tells();
            told.extend(words.by_ref().take(1 + chance.below(80) as usize));
            child.kill();
            // What it said before it died and was still on its way counts as told.
            told.extend(words);
            let size = holds(&*open(&place), &told);
            assert!(size >= told.len() as u64);
        }
        let again = Clerk { asks: vec![ask("r0k0-0", 0)] };
        if told.iter().any(|told| told.client == again.asks[0].client) {
            let outcomes = insist(&*open(&place), DISTRICT, &again.asks);
            assert!(matches!(outcomes[0], Outcome::Again(_)), "{outcomes:?}");
        }
    }
}
