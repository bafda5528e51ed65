//! What certification says: one finding per check and subject, and how it was found.
//!
//! A certificate is plain data, kept beside the graph whose hash it names. It never claims more
//! than was done: a bound reached, a node limit met or a witness that does not replay is written
//! into it as such.
//!
//! Not here: how findings come about (`checks.rs`, `stated.rs`, `clauses.rs`, `timed.rs`).

use kernel::{EventId, RelationId};
use serde::Serialize;

use crate::schedule::Schedule;

/// The load checks of a graph, by their number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub enum Check {
    /// L1: every event can be executed in some run.
    DeadEvent,
    /// L2: from every reachable state the case can be accepted.
    Trap,
    /// L2 again, with the excludes of closing acts that erase duties removed; one per duty.
    ErasedDuty,
    /// L3: every duty can be discharged.
    StuckDuty,
    /// L4–L6: a property the author states.
    Stated,
    /// L7: a duty is overridden although an earlier one stands.
    OverriddenDuty,
    /// L8: a duty that cannot be met in time.
    UnavoidableBreach,
    /// L9: a condition is silently switched off by excluding its source.
    SwitchedOff,
    /// L10: a clause that is never the only reason of a refusal.
    IdleClause,
    /// L11: a stop that can stay open for ever.
    EndlessStop,
    /// L11: an extension that can never be used.
    UselessExtension,
    /// L12: an open test of the procedure.
    OpenTest,
    /// L13: automatic acts that set one another off without any wait.
    AutomaticCycle,
}

/// What a finding is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    /// The graph as a whole.
    Graph,
    /// One event.
    Event(EventId),
    /// One relation.
    Relation(RelationId),
    /// A clause, by its place in the graph.
    Clause(usize),
    /// A stated property, by its place in the list.
    Property(usize),
    /// An open test, by its place in the list.
    Test(usize),
}

/// How a check came out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Verdict {
    /// Decided over all reachable states.
    Proved,
    /// False. The finding's witness shows a run, unless the fault is that no run exists.
    Refuted,
    /// Not decided, and why.
    NotProved(String),
}

/// One answer.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Finding {
    /// Which check.
    pub check: Check,
    /// About what.
    #[serde(skip)]
    pub subject: Subject,
    /// The subject in names of the graph.
    pub name: String,
    /// The clause it concerns.
    pub clause: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// A run that shows it: the counterexample of a refutation; for a clause that is not idle, the
    /// act it alone refuses; for a positive open test, the run.
    pub witness: Option<Witness>,
    /// Of a duty within a limit: what it needs and has.
    pub schedule: Option<Schedule>,
}

impl Finding {
    /// Whether the graph must not be published with this finding.
    pub fn blocks(&self) -> bool {
        let must = matches!(
            self.check,
            Check::DeadEvent | Check::Trap | Check::StuckDuty | Check::Stated | Check::OpenTest
        );
        must && self.verdict != Verdict::Proved
    }
}

/// What moves a case one step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
pub enum Mover {
    /// A person acts.
    Person,
    /// The clock executes an automatic act.
    Automatic,
    /// A duty is breached.
    Breach,
}

/// One step of a witness.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct WitnessStep {
    /// Who or what moves.
    pub mover: Mover,
    /// The event executed or breached.
    #[serde(skip)]
    pub event: EventId,
    /// Its name.
    pub name: String,
    /// The instance it belongs to or, for a spawning act, creates.
    pub key: Option<String>,
    /// What the act states: field and value.
    pub payload: Vec<(String, String)>,
    /// The civil instant of the replay.
    pub at: Option<String>,
}

/// How a witness fared in the kernel.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub enum Replay {
    /// The kernel did every step and came to the predicted marking.
    Confirmed,
    /// It could not be replayed in time: waits, bounds or breaches stand in the way.
    Untimed(String),
    /// The kernel disagrees with the checker: a fault of the checker.
    Disagrees(String),
}

impl Replay {
    /// Whether the kernel did it all.
    pub fn is_confirmed(&self) -> bool {
        *self == Self::Confirmed
    }
}

/// A run from the initial marking, and what it leads to.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Witness {
    /// The shortest run there is.
    pub steps: Vec<WitnessStep>,
    /// The act that is then refused, for clauses.
    pub refused: Option<String>,
    /// Whether the kernel confirms it.
    pub replay: Replay,
}

/// The search that decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Engine {
    /// Sets of states as decision diagrams, all states at once.
    Symbolic,
}

/// How the events were ordered in the diagrams.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Order {
    /// Related events near one another.
    Force,
    /// As in the graph.
    File,
}

/// How the answers were found, enough to repeat it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Method {
    /// The engine.
    pub engine: Engine,
    /// The order.
    pub order: Order,
    /// Events and fields in that order.
    pub sequence: Vec<String>,
    /// Bits of a state.
    pub bits: u32,
    /// Reachable states of the encoding, if counted to the end; exact below 2^53.
    pub states: Option<f64>,
    /// The most diagram nodes alive at once.
    pub peak_nodes: usize,
    /// Guard atoms taken as free: they may change whenever one of their fields is written.
    pub free_atoms: usize,
    /// Templates explored with fewer instances than they may have: name, explored, cap.
    pub bounded_instances: Vec<(String, u16, u16)>,
}

/// Name and version of this checker.
pub(crate) const CHECKER: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// The answers for one graph.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Certificate {
    /// The hash of the graph, as the caller gave it.
    pub graph: String,
    /// Name and version of the checker.
    pub checker: String,
    /// How.
    pub method: Method,
    /// The answers, in the order of the checks.
    pub findings: Vec<Finding>,
}

impl Certificate {
    /// Takes in further answers, in the order of the checks.
    pub fn add(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        self.findings.sort_by_key(|f| f.check);
    }

    /// The findings that forbid publication.
    pub fn blocking(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.blocks())
    }

    /// The findings of one check.
    pub fn of(&self, check: Check) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |f| f.check == check)
    }
}
