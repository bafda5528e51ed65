//! Lists of the office as spreadsheets.
//!
//! Next: `guard.rs`.

mod guard;

pub use guard::{guarded, unguarded};
