//! Load-time certificates of a procedure graph: what no run of a case can ever do.
//!
//! Takes a compiled graph and the properties its author states; gives a [`Certificate`]: per check
//! proved, refuted with a run that the kernel itself replays, bounded, or not decided and why.
//! All reachable states are described at once by decision diagrams, so a real procedure with 10^12
//! states is decided exactly in seconds.
//!
//! Not here: well-formedness (L0, the kernel's builder), citations (the content crate), clocks:
//! the caller says through a callback whether the search is still within its budget.
mod certificate;
mod certify;
mod checks;
mod clauses;
mod closing;
mod erased;
mod fields;
mod layout;
mod model;
mod moves;
mod open_test;
mod order;
mod program;
mod property;
mod reach;
mod replay;
mod schedule;
mod search;
mod space;
mod stated;
mod timed;
mod values;
mod witness;

pub use certificate::{
    Certificate, Check, Engine, Finding, Method, Mover, Order, Replay, Subject, Verdict, Witness,
    WitnessStep,
};
pub use certify::{certify, certify_as_written, certify_unerased};
pub use property::{OpenTest, Options, Property, Witnesses};
pub use schedule::Schedule;
