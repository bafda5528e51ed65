//! Figures: every number is a list of sealed acts.
//!
//! [`Questions`] are the figures asked for, compiled against every version of their procedures. A
//! [`Watch`] is told what happened in one matter, act by act, and puts what counts into a [`Tally`];
//! tallies of many matters are merged. [`answer`] then works the formulas out over the tally:
//! exact fractions, rounded once when printed, and the identities between figures.
//!
//! The crate counts; it neither replays matters nor reads logs (the office does both), and knows no
//! figure by name: definitions are content.
//!
//! Next: `watch.rs`.

mod answer;
mod number;
mod question;
mod tally;
mod watch;

pub use answer::{Answer, Balance, Report, answer};
pub use number::{Fraction, Printed};
pub use question::{NoFigure, Questions};
pub use tally::{Counted, Tally};
pub use watch::{Scene, Watch};
