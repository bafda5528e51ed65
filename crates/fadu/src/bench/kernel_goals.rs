//! G21 and G22: replaying a graph of twenty events, without and with time.
//!
//! The baselines are another engine's figures on this class of machine (4.1 and 3.2 million acts a
//! second); against the reference model of the kernel's own tests see `crates/kernel/benches`.

use kernel::{
    Act, Calendar, Clause, Comparison, Day, EventSpec, FieldKind, Graph, Guard, KindSpec, Limit,
    Marking, Node, Operand, RelationSpec, Repeat, RoleId, Strength, Unit, Untimed, Value, Year,
    authorise, step,
};

use crate::bench::{Found, median, per_item};

const UNTIMED_BASELINE: f64 = 4.1;
const TIMED_BASELINE: f64 = 3.2;
const EVENTS: usize = 20;
const ROUNDS: u64 = 40_000;

/// A chain of twenty events with side conditions, milestones and a loop at the end.
fn graph(timed: bool) -> Graph {
    let mut b = kernel::Builder::new("bench");
    let clause = b.clause(Clause {
        name: "bench".into(),
        reason: Some("bench".into()),
        ..Clause::default()
    });
    let role = b.role("officer");
    let amount = b.field("amount", FieldKind::Int, false);
    let event = |i: usize| EventSpec {
        repeat: Repeat::Unlimited,
        included: i % 5 != 4,
        roles: vec![role],
        fields: vec![(amount, false)],
        ..EventSpec::act(&format!("e{i}"), clause)
    };
    let nodes: Vec<Node> = (0..EVENTS).map(|i| b.event(event(i))).collect();
    let guard = || {
        Guard::Compare(Operand::Field(amount), Comparison::AtLeast, Operand::Const(Value::Int(10)))
    };
    for i in 1..EVENTS {
        b.relate(KindSpec::condition(), nodes[i - 1], nodes[i], clause);
        let limit = timed.then(|| {
            Limit::new(5 + i as u32, if i % 2 == 0 { Unit::Day } else { Unit::WorkingDay }, true)
        });
        b.relation(RelationSpec {
            kind: KindSpec::response(limit),
            source: nodes[i - 1],
            target: nodes[i],
            when: (timed && i % 3 == 0).then(guard),
            strength: Strength::Refuse,
            clause,
        });
        if i % 4 == 0 {
            b.relate(KindSpec::Milestone, nodes[i - 2], nodes[i], clause);
        }
        if i % 5 == 4 {
            b.relate(KindSpec::Include, nodes[i - 1], nodes[i], clause);
        }
    }
    b.relate(KindSpec::Exclude, nodes[EVENTS - 1], nodes[2], clause);
    b.relate(KindSpec::Include, nodes[0], nodes[2], clause);
    b.build().expect("the bench's graph is well formed")
}

/// Measures both goals.
pub fn measure(pairs: u32) -> Vec<Found> {
    let untimed = median((0..pairs).map(|_| untimed_rate()).collect());
    let timed = median((0..pairs).map(|_| timed_rate()).collect());
    let told = |rate: f64| format!("{rate:.1} M acts per CPU second, 20 events");
    vec![
        ("G21", untimed / UNTIMED_BASELINE, told(untimed)),
        ("G22", timed / TIMED_BASELINE, told(timed)),
    ]
}

/// Million acts per CPU second.
fn untimed_rate() -> f64 {
    let graph = graph(false);
    let untimed = Untimed::<1>::of(&graph).expect("plain relations only");
    let trace: Vec<_> = graph.event_ids().collect();
    let acts = ROUNDS * 10 * EVENTS as u64;
    let mut done = 0u64;
    let ns = per_item(acts, || {
        for _ in 0..ROUNDS * 10 {
            let mut bits = untimed.initial();
            for event in &trace {
                done += u64::from(untimed.step(&mut bits, std::hint::black_box(*event)));
            }
            std::hint::black_box(bits);
        }
    });
    assert_eq!(done, acts, "every act of the trace is lawful");
    1_000.0 / ns
}

fn timed_rate() -> f64 {
    let graph = graph(true);
    let years: Vec<Year> = (2020..2027).map(|year| Year { year, ..Year::default() }).collect();
    let calendar = Calendar::new(1, &years).expect("consecutive years");
    let env = kernel::Env { calendar: &calendar, params: &[] };
    let begin = Day::from_date(2024, 3, 1).expect("a day").start();
    let amount = graph.field_named("amount").expect("the field");
    let payload = [(amount, Value::Int(20))];
    let first = Marking::initial(&graph, &env, begin);
    let acts = ROUNDS * EVENTS as u64;
    let role = Some(RoleId::new(0));
    let mut done = 0u64;
    let mut marking = first.clone();
    let ns = per_item(acts, || {
        for _ in 0..ROUNDS {
            marking.clone_from(&first);
            for (i, event) in graph.event_ids().enumerate() {
                let at = begin.plus_seconds(i as i64 * 7_200);
                let act = Act { event, at, payload: &payload, key: None };
                let may = authorise(&graph, event, role, &["p"], &[]).is_empty();
                done += u64::from(may && step(&graph, &mut marking, &env, &act).is_ok());
            }
            std::hint::black_box(&marking);
        }
    });
    assert_eq!(done, acts, "every act of the trace is lawful");
    1_000.0 / ns
}
