//! Every trap of the semantics as a dated story a lawyer can read: the order of a step, time and
//! breach, clocks, the trap list, and the rules about law and time.
//!
//! Each test is one sentence. `mutants.rs` breaks the kernel on purpose and expects one of these
//! (or the differential test) to notice.
#![allow(clippy::unwrap_used)]

#[path = "traps/clocks.rs"]
mod clocks;
mod fixtures;
#[path = "traps/law.rs"]
mod law;
#[path = "traps/list.rs"]
mod list;
#[path = "traps/load.rs"]
mod load;
#[path = "traps/order.rs"]
mod order;
#[path = "traps/stage.rs"]
mod stage;
#[path = "traps/time.rs"]
mod time;
#[path = "traps/unpublished.rs"]
mod unpublished;
