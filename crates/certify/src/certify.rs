//! One certificate for one graph: all checks in order, each answered or honestly not.
//!
//! Not here: the checks (`checks.rs`, `stated.rs`, `clauses.rs`).

use kernel::Graph;

use crate::certificate::{Certificate, Check, Engine, Finding, Method, Order, Subject, Verdict};
use crate::checks;
use crate::clauses;
use crate::erased;
use crate::property::{Options, Property};
use crate::search::{Search, name_of};
use crate::space::{Res, Stop};
use crate::stated;
use crate::timed;

/// Certifies the graph. `within` is asked often whether the search is still within its budget.
pub fn certify(
    graph: &Graph,
    properties: &[Property],
    options: &Options,
    within: &mut dyn FnMut() -> bool,
) -> Certificate {
    let mut stop = Stop::Budget;
    for order in [Order::Force, Order::File] {
        match Search::new(graph, properties, options, order, &[], within) {
            Ok(search) => {
                let certificate = symbolic(&search, order);
                drop(search);
                return with_erased(certificate, graph, properties, options, within);
            }
            Err(why) => stop = why,
        }
    }
    undecided(graph, properties, options, stop)
}

/// Adds the second look at L2, which searches a graph of its own.
fn with_erased(
    mut certificate: Certificate,
    graph: &Graph,
    properties: &[Property],
    options: &Options,
    within: &mut dyn FnMut() -> bool,
) -> Certificate {
    let order = certificate.method.order;
    let found = erased::erased_duties(graph, properties, options, order, within);
    certificate.findings.extend(found.unwrap_or_else(|stop| {
        vec![Finding {
            check: Check::ErasedDuty,
            subject: Subject::Graph,
            name: graph.name.clone(),
            clause: None,
            verdict: Verdict::NotProved(stop.reason().to_owned()),
            witness: None,
        }]
    }));
    certificate.findings.sort_by_key(|f| f.check);
    certificate
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
    if timed::has_limits(search.graph()) {
        add(Check::UnavoidableBreach, Ok(timed::unavoidable_breaches(search)));
    }
    add(Check::OpenTest, stated::open_tests(search));
    add(Check::AutomaticCycle, Ok(checks::automatic_cycles(search)));
    search.add_witnesses(&mut findings);
    let space = &search.model.space;
    Certificate {
        graph: search.options.graph_hash.clone(),
        checker: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
        method: Method {
            engine: Engine::Symbolic,
            order,
            sequence: search.model.layout.sequence.clone(),
            bits: search.model.layout.bits,
            states: Some(space.count(&search.reachable)),
            peak_nodes: space.peak(),
            free_atoms: search.model.layout.fields.atoms.len(),
            bounded_instances: search.model.bounded(),
        },
        findings,
    }
}

/// Nothing is known about the reachable states: every check that can forbid publication does.
fn undecided(graph: &Graph, properties: &[Property], options: &Options, stop: Stop) -> Certificate {
    let whole = [Check::DeadEvent, Check::Trap, Check::StuckDuty].map(|c| (c, Subject::Graph));
    let stated = (0..properties.len()).map(|p| (Check::Stated, Subject::Property(p)));
    let tests = (0..options.tests.len()).map(|t| (Check::OpenTest, Subject::Test(t)));
    let asked = whole.into_iter().chain(stated).chain(tests);
    Certificate {
        graph: options.graph_hash.clone(),
        checker: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
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
        findings: asked
            .map(|(check, subject)| Finding {
                check,
                subject,
                name: name_of(graph, properties, options, subject),
                clause: None,
                verdict: Verdict::NotProved(stop.reason().to_owned()),
                witness: None,
            })
            .collect(),
    }
}
