//! How are acts kept on a PostgreSQL server that many offices and districts share?
//!
//! [`PostgresStore`]: connections as they are needed, each used by one thread at a time; writes are
//! sent without waiting for their answers, which are counted before the commit. The protocol, the
//! statements and the meaning of rows come from `store`; this crate runs them.
//!
//! Takes an address; gives a [`store::Store`].
//!
//! Not here: the text of statements (`store::sql`), what this engine needs of its own
//! (`store::Dialect`), the order of a commit (`store::protocol`).
//!
//! Next: the README, which tells what happens when a connection is lost; `link.rs`.

#[cfg(feature = "cluster")]
pub mod cluster;

mod fault;
mod known;
mod link;
mod open;
mod postgres;
mod programs;
mod read;
mod write;

pub use open::Options;
pub use postgres::PostgresStore;
pub use programs::programs;
