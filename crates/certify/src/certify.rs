//! One certificate for one graph: all checks in order, each answered or honestly not.
//!
//! Not here: the checks (`checks.rs`, `stated.rs`, `clauses.rs`).

use kernel::Graph;

use crate::certificate::{
    CHECKER, Certificate, Check, Engine, Finding, Method, Order, Subject, Verdict,
};
use crate::checks;
use crate::clauses;
use crate::erased;
use crate::open_test;
use crate::property::{Options, Property};
use crate::search::{Search, name_of};
use crate::space::{Res, Stop};
use crate::stated;
use crate::timed;

/// Certifies the graph. `within` is asked often whether the search is still within its budget.
///
/// The two looks it takes share nothing: a caller with two threads takes [`certify_as_written`] on
/// one and [`certify_unerased`] on the other.
pub fn certify(
    graph: &Graph,
    properties: &[Property],
    options: &Options,
    within: &mut dyn FnMut() -> bool,
) -> Certificate {
    let mut certificate = certify_as_written(graph, properties, options, within);
    certificate.add(certify_unerased(graph, properties, options, within).findings);
    certificate
}

/// Everything but the second look at L2.
pub fn certify_as_written(
    graph: &Graph,
    properties: &[Property],
    options: &Options,
    within: &mut dyn FnMut() -> bool,
) -> Certificate {
    let whole = in_either_order(|order| {
        let search = Search::new(graph, properties, options, order, &[], within)?;
        Ok(symbolic(&search, order))
    });
    whole.unwrap_or_else(|stop| {
        in_part(graph, properties, options, within)
            .unwrap_or_else(|_| undecided(graph, properties, options, stop))
    })
}

/// What the first order of the events gives that does not stop the search, or why the last did.
fn in_either_order(mut look: impl FnMut(Order) -> Res<Certificate>) -> Res<Certificate> {
    look(Order::Force).or_else(|_| look(Order::File))
}

/// Where not all states can be searched, some are: a run that violates a property counts, that none
/// is found does not.
fn in_part(
    graph: &Graph,
    properties: &[Property],
    options: &Options,
    within: &mut dyn FnMut() -> bool,
) -> Res<Certificate> {
    let search = Search::in_part(graph, properties, options, Order::Force, within)?;
    let mut findings = stated::stated(&search)?;
    search.add_witnesses(&mut findings);
    let states = search.model.space.count(&search.reachable);
    for finding in findings.iter_mut().filter(|f| f.verdict == Verdict::Proved) {
        let why = format!("bounded: no counterexample among {states:.0} states, not all there are");
        finding.verdict = Verdict::NotProved(why);
    }
    let mut certificate = search.certificate(Order::Force, findings);
    certificate.method.states = None;
    let tests = (0..options.tests.len()).map(|t| (Check::OpenTest, Subject::Test(t)));
    let asked: Vec<(Check, Subject)> = WHOLE.into_iter().chain(tests).collect();
    certificate.add(nothing_known(graph, properties, options, Stop::Nodes, &asked).findings);
    Ok(certificate)
}

/// The checks of the graph that forbid publication unless all states are known.
const WHOLE: [(Check, Subject); 3] = [
    (Check::DeadEvent, Subject::Graph),
    (Check::Trap, Subject::Graph),
    (Check::StuckDuty, Subject::Graph),
];

/// The second look at L2: the graph without the excludes by which closing acts erase duties.
pub fn certify_unerased(
    graph: &Graph,
    properties: &[Property],
    options: &Options,
    within: &mut dyn FnMut() -> bool,
) -> Certificate {
    let asked = [(Check::ErasedDuty, Subject::Graph)];
    if !erased::is_erasing(graph) {
        return nothing_known(graph, properties, options, Stop::Budget, &[]);
    }
    in_either_order(|order| erased::certificate(graph, properties, options, order, within))
        .unwrap_or_else(|stop| nothing_known(graph, properties, options, stop, &asked))
}

fn symbolic(search: &Search, order: Order) -> Certificate {
    let mut findings = Vec::new();
    let mut add = |check: Check, found: Res<Vec<Finding>>| match found {
        Ok(found) => findings.extend(found),
        Err(stop) => {
            let verdict = Verdict::NotProved(stop.reason().to_owned());
            findings.push(search.finding(check, Subject::Graph, verdict));
        }
    };
    add(Check::DeadEvent, checks::dead_events(search));
    match checks::trap(search) {
        Ok(trap) => {
            add(Check::Trap, checks::traps(search, &trap));
            add(Check::StuckDuty, checks::stuck_duties(search, &trap));
        }
        Err(stop) => {
            add(Check::Trap, Err(stop));
            add(Check::StuckDuty, Err(stop));
        }
    }
    add(Check::Stated, stated::stated(search));
    add(Check::OverriddenDuty, checks::overridden(search));
    add(Check::SwitchedOff, clauses::switched_off(search));
    add(Check::IdleClause, clauses::idle_clauses(search));
    add(Check::EndlessStop, checks::endless_stops(search));
    add(Check::UselessExtension, checks::useless_extensions(search));
    add(Check::UnavoidableBreach, Ok(timed::unavoidable_breaches(search)));
    add(Check::OpenTest, open_test::open_tests(search));
    add(Check::AutomaticCycle, Ok(checks::automatic_cycles(search)));
    search.add_witnesses(&mut findings);
    search.certificate(order, findings)
}

/// Nothing is known about the reachable states: every check that can forbid publication does.
fn undecided(graph: &Graph, properties: &[Property], options: &Options, stop: Stop) -> Certificate {
    let stated = (0..properties.len()).map(|p| (Check::Stated, Subject::Property(p)));
    let tests = (0..options.tests.len()).map(|t| (Check::OpenTest, Subject::Test(t)));
    let asked: Vec<(Check, Subject)> = WHOLE.into_iter().chain(stated).chain(tests).collect();
    nothing_known(graph, properties, options, stop, &asked)
}

fn nothing_known(
    graph: &Graph,
    properties: &[Property],
    options: &Options,
    stop: Stop,
    asked: &[(Check, Subject)],
) -> Certificate {
    let finding = |&(check, subject): &(Check, Subject)| Finding {
        check,
        subject,
        name: name_of(graph, properties, options, subject),
        clause: None,
        verdict: Verdict::NotProved(stop.reason().to_owned()),
        witness: None,
        schedule: None,
    };
    Certificate {
        graph: options.graph_hash.clone(),
        checker: CHECKER.to_owned(),
        method: Method {
            engine: Engine::Symbolic,
            order: Order::File,
            sequence: Vec::new(),
            bits: 0,
            states: None,
            peak_nodes: options.nodes_max,
            free_atoms: 0,
            bounded_instances: Vec::new(),
        },
        findings: asked.iter().map(finding).collect(),
    }
}
