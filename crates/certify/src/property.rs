//! What an author may ask of a graph, and the limits within which the answer is sought.
//!
//! Not here: the load checks every graph gets without asking (`checks.rs`).

use kernel::{Calendar, Day, EventId, ParamValues, Year};

/// A property stated by the author. A choice group is executed when a member is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Property {
    /// The event is never executed.
    Never(EventId),
    /// The event is never executed while the other is in force and owed.
    NeverWhileOwed {
        /// What must wait.
        event: EventId,
        /// The open duty.
        owed: EventId,
    },
    /// The second is executed only after the first has been (L4).
    Before {
        /// What comes first.
        first: EventId,
        /// What comes after it.
        then: EventId,
    },
    /// Once the first is executed, the case is not accepted before the second follows (L5).
    After {
        /// What starts the promise.
        first: EventId,
        /// What keeps it.
        then: EventId,
    },
    /// The event is executed at most once (L6).
    AtMostOnce(EventId),
    /// No case executes both (L6).
    Exclusive(EventId, EventId),
    /// After the event only the excepted acts are possible (L6).
    Final {
        /// What closes.
        event: EventId,
        /// What may still happen.
        except: Vec<EventId>,
    },
}

/// An open test (L12): is there an accepted run whose acts within the context are exactly these?
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenTest {
    /// Its name.
    pub name: String,
    /// The acts that count; all others are free.
    pub context: Vec<EventId>,
    /// The acts of the context, in order.
    pub trace: Vec<EventId>,
    /// Whether such a run must exist, or must not.
    pub positive: bool,
}

/// Which findings get a witness; witnesses are the dearest part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Witnesses {
    /// None: decide only.
    None,
    /// The refuted checks.
    Refuted,
    /// Also one refusal per clause that is not idle, the regression tests of the law, and the runs
    /// in which closing acts erase duties.
    All,
}

/// Limits of the search and what a replay needs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Written into the certificate.
    pub graph_hash: String,
    /// Most diagram nodes alive at once.
    pub nodes_max: usize,
    /// Keep no bit for what follows from executions, and forget what nothing reads any more. Exact
    /// for every check; without it each state is one marking, and most procedures are out of reach.
    pub reduce: bool,
    /// Which witnesses to produce.
    pub witnesses: Witnesses,
    /// The calendar of replays.
    pub calendar: Calendar,
    /// The parameters of replays, in the order of the graph's.
    pub params: Vec<ParamValues>,
    /// Open tests to decide.
    pub tests: Vec<OpenTest>,
}

impl Default for Options {
    /// 20 million nodes, witnesses of refutations, a calendar without holidays.
    fn default() -> Self {
        let years: Vec<Year> = (2020..2070).map(|year| Year { year, ..Year::default() }).collect();
        Self {
            graph_hash: String::new(),
            nodes_max: 20_000_000,
            reduce: true,
            witnesses: Witnesses::Refuted,
            calendar: Calendar::new(0, &years).expect("consecutive years without exceptions"),
            params: Vec::new(),
            tests: Vec::new(),
        }
    }
}

/// The day on which every replay begins: a Monday.
pub(crate) const FIRST_DAY: Day = Day(19_730);
