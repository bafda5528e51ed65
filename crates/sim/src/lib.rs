//! A seeded year of a district's work.
//!
//! A plan (`content::plan`) says how much of each kind of work arrives and how it tends to go. This
//! crate plays it: citizens, handlers and supervisors ask the office for one act after another, in
//! order of time, on a virtual clock. It never writes to the store, and it knows no procedure, act
//! or figure: what a year amounts to is counted elsewhere, from what was sealed.
//!
//! The same plans, scale and seed give the same acts; only salts and keys differ.
//!
//! Read `work.rs` (how many matters go which way), `course.rs` (when the acts of one matter are),
//! `play.rs` (asking the office), `rehearse.rs` (what is refused before anything is written).

mod apportion;
mod arrivals;
mod cast;
mod chance;
mod course;
mod diary;
mod fault;
mod form;
mod perturb;
mod play;
mod rehearse;
mod tally;
mod turn;
mod work;

pub use apportion::apportion;
pub use fault::SimError;
pub use perturb::perturbed;
pub use play::{Played, Progress, play};
pub use rehearse::rehearse;
pub use tally::{Count, Tally, tally};
pub use work::{Scale, Work};
