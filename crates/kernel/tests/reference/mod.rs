//! A slow, obviously right model of the whole kernel semantics, written from its text.
//!
//! Takes a [`Law`], a [`Naive`] calendar and parameters; keeps one [`Case`] in plain maps over
//! event names. No bits, no index, no compiled ends: every question walks all rules. It says what
//! the kernel must answer (`differential.rs`) and is the baseline of the benchmark.
//!
//! Read `law.rs`, then `state.rs`, `enabled.rs`, `step.rs`, `advance.rs`; `calendar.rs` counts by
//! walking, `facts.rs` evaluates guards, `clock.rs` is a duty.
#![allow(missing_docs, dead_code, unreachable_pub, unused_imports)]

pub mod advance;
pub mod calendar;
pub mod clock;
pub mod enabled;
pub mod facts;
pub mod law;
pub mod state;
pub mod step;

pub use advance::ClockAct;
pub use calendar::Naive;
pub use clock::Clock;
pub use enabled::{Reason, Why};
pub use facts::Dated;
pub use law::{Law, Name, names_of};
pub use state::{Case, Place};
pub use step::{Act, Done};
