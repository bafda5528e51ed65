//! How fast cases are replayed: the kernel beside the reference model, in one run.
//!
//! G21: plain rules on bit rows, 20 acts. G22: the full step with limits, guards and roles. Each
//! round measures every contender in turn, in processor time of this thread; the median counts.
//! The published rates of a DCR engine in JavaScript on the same kind of machine are constants.
//!
//! `cargo bench -p fadu-kernel --bench replay`; with `-- profile` only G22 runs, and always as often,
//! for a profiler or a counter of instructions.

#[path = "../tests/fixtures/mod.rs"]
mod fixtures;
#[path = "../tests/generate/mod.rs"]
mod generate;
#[path = "../tests/reference/mod.rs"]
mod reference;
mod replay_laws;

use std::hint::black_box;
use std::rc::Rc;

use kernel::{Act, Env, EventId, FieldId, Graph, Instant, Marking, Untimed, Value, step};
use reference::{Case, Law, Naive, Name, Place};

/// Acts per second of the JavaScript engine: plain, and with limits, guards and roles.
const PLAIN_ELSEWHERE: f64 = 4.1e6;
const TIMED_ELSEWHERE: f64 = 3.2e6;
const ROUNDS: usize = 9;
const ROUND_NANOS: u64 = 150_000_000;
const PROFILED: usize = 200;

/// One act of a recorded case.
pub struct Recorded {
    event: EventId,
    at: Instant,
    payload: Vec<(FieldId, Value)>,
    role: Option<kernel::RoleId>,
}

/// A law, compiled, with recorded cases of it.
pub struct History {
    law: Law,
    graph: Graph,
    start: Instant,
    cases: Vec<Vec<Recorded>>,
}

impl History {
    fn acts(&self) -> u64 {
        self.cases.iter().map(|c| c.len() as u64).sum()
    }
}

fn main() {
    let calendar = fixtures::calendar(2026);
    let naive = Naive::until(2026);
    let env = Env { calendar: &calendar, params: &[] };
    let plain = replay_laws::plain(&env);
    let timed = replay_laws::timed(&env);
    println!(
        "plain: {} relations, {} cases, {} acts; timed: {} relations, {} cases, {} acts",
        plain.graph.relations.len(),
        plain.cases.len(),
        plain.acts(),
        timed.graph.relations.len(),
        timed.cases.len(),
        timed.acts()
    );
    let rows = Untimed::<1>::of(&plain.graph).expect("the plain law is plain");
    if std::env::args().any(|a| a == "profile") {
        (0..PROFILED).for_each(|_| _ = black_box(replay_step(&env, &timed)));
        return;
    }
    let mut rates: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        let measured = [
            rate(|| replay_rows(&rows, &plain)),
            rate(|| replay_step(&env, &plain)),
            rate(|| replay_reference(&naive, &plain)),
            rate(|| replay_step(&env, &timed)),
            rate(|| replay_reference(&naive, &timed)),
        ];
        rates.iter_mut().zip(measured).for_each(|(all, one)| all.push(one));
    }
    let [rows, plain_step, plain_slow, timed_step, timed_slow] = rates.map(median);
    report("G21 plain rules on rows of bits", rows, plain_slow, PLAIN_ELSEWHERE, (10.0, 25.0));
    report(
        "    the same through the full step",
        plain_step,
        plain_slow,
        PLAIN_ELSEWHERE,
        (1.0, 10.0),
    );
    report("G22 limits, guards and roles", timed_step, timed_slow, TIMED_ELSEWHERE, (3.0, 10.0));
}

fn report(what: &str, rate: f64, reference: f64, elsewhere: f64, (pass, stretch): (f64, f64)) {
    let ratio = rate / elsewhere;
    let verdict = match ratio {
        r if r >= stretch => "stretch",
        r if r >= pass => "pass",
        _ => "below",
    };
    println!(
        "{what:<36} {:>8.1} M acts/s  {:>8.0}× the reference  {ratio:>6.1}× elsewhere  {verdict}",
        rate / 1e6,
        rate / reference
    );
}

fn replay_rows(rows: &Untimed<1>, history: &History) -> u64 {
    let mut accepted = 0u64;
    for case in &history.cases {
        let mut bits = rows.initial();
        for act in case {
            accepted += u64::from(rows.step(&mut bits, act.event));
        }
        black_box(rows.is_accepting(&bits));
    }
    assert_eq!(accepted, history.acts());
    accepted
}

fn replay_step(env: &Env, history: &History) -> u64 {
    let graph = &history.graph;
    let fresh = Marking::initial(graph, env, history.start);
    let mut marking = fresh.clone();
    let mut accepted = 0u64;
    for case in &history.cases {
        marking.clone_from(&fresh);
        for act in case {
            let roles = &graph.event(act.event).roles;
            let may = roles.is_empty() || act.role.is_some_and(|r| roles.contains(&r));
            let Recorded { event, at, payload, .. } = act;
            let act = Act { event: *event, at: *at, payload, key: None };
            accepted += u64::from(may && step(graph, &mut marking, env, &act).is_ok());
        }
        black_box(marking.is_accepting(graph));
    }
    assert_eq!(accepted, history.acts());
    accepted
}

/// A sample of the same cases; the reference is thousands of times slower.
fn replay_reference(naive: &Naive, history: &History) -> u64 {
    let place: Rc<Place> = Place::new(history.law.clone(), naive.clone(), Vec::new());
    let mut acts = 0;
    for case in history.cases.iter().take(4) {
        let mut replayed = Case::new(&place, history.start.0);
        for act in case {
            let name = Name { place: act.event.index(), copy: 0 };
            let given =
                reference::Act { name, at: act.at.0, payload: act.payload.clone(), key: None };
            acts += u64::from(replayed.perform(&given, false).happened);
        }
        black_box(replayed.accepting());
    }
    acts
}

/// Acts per second of processor time.
fn rate(mut run: impl FnMut() -> u64) -> f64 {
    run();
    let begun = processor_nanos();
    let mut acts = 0;
    loop {
        acts += run();
        let spent = processor_nanos() - begun;
        if spent > ROUND_NANOS {
            return acts as f64 * 1e9 / spent as f64;
        }
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// Processor time of this thread, as the kernel of the machine counts it.
fn processor_nanos() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")
        .expect("processor time is read from /proc, so this runs on Linux");
    let first = text.split_whitespace().next().expect("schedstat has three numbers");
    first.parse().expect("nanoseconds")
}

/// Walks a law at random and keeps what was lawful.
pub fn record_cases(
    law: Law,
    env: &Env,
    start: Instant,
    cases: usize,
    mut next: impl FnMut(&Graph, &Marking) -> Recorded,
) -> History {
    let graph = law.compile().expect("the law of the benchmark is well formed");
    let fresh = Marking::initial(&graph, env, start);
    let one = || {
        let mut marking = fresh.clone();
        let mut acts = Vec::new();
        for _ in 0..400 {
            let tried = next(&graph, &marking);
            let act = Act { event: tried.event, at: tried.at, payload: &tried.payload, key: None };
            let mut after = marking.clone();
            if step(&graph, &mut after, env, &act).is_ok() {
                marking = after;
                acts.push(tried);
            }
            if acts.len() == 40 {
                break;
            }
        }
        acts
    };
    let cases = std::iter::repeat_with(one).take(cases).collect();
    History { law, graph, start, cases }
}
