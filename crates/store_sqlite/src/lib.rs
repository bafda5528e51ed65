//! How are acts kept in one file that any number of threads and processes may use?
//!
//! [`SqliteStore`]: SQLite in write-ahead mode with full synchronisation, one writing connection and
//! as many reading ones as there are readers. The protocol and the statements come from `store`; this
//! crate runs them.
//!
//! Takes a path; gives a [`store::Store`].
//!
//! Not here: the text of statements (`store::sql`, as `store::Dialect` spells it), the order of a commit (`store::protocol`).
//!
//! Next: the README, which tells the life of an act; `open.rs` for what happens to a file first.

mod fault;
mod open;
mod read;
mod rows;
mod run;
mod sqlite;
mod write;

pub use open::Options;
pub use sqlite::SqliteStore;
