//! Where are sealed acts kept, and how does one get in?
//!
//! One narrow trait, [`Store`], for every backend; one commit protocol ([`protocol`]) written once
//! above what a backend's transaction can do; a store in memory ([`MemoryStore`]); the text of every
//! SQL statement ([`sql`]), shared by all engines that speak SQL.
//!
//! Takes proposals and a decider; gives sealed records, views and the nodes of the tree.
//!
//! Not here: whether an act is lawful (the office decides, under the lock this crate takes), and
//! what a record means (`ledger`).
//!
//! Next: `decide.rs` for what a decider sees and answers; `protocol.rs` for the life of a commit.

pub mod columns;
pub mod index;
pub mod protocol;
pub mod shared;
pub mod sql;
#[cfg(any(test, feature = "suite"))]
pub mod suite;

mod act;
mod backup;
mod checkpoint;
mod decide;
mod dialect;
mod duties;
mod error;
mod memory;
mod query;
mod restore;
mod search;
mod spelling;
mod store;
mod tally;
mod view;
mod words;

pub use act::{Document, Draft, Outcome, Proposal, Request, StoredRecord};
pub use backup::{Backup, Piece, Source, back_up};
pub use checkpoint::keep_checkpoint;
pub use decide::{Decide, Decision, Past, Turn};
pub use dialect::Dialect;
pub use duties::{Duties, Duty, DutyChange, DutyClock, NEVER, OfMatter, OpenDuty, first_due, owed};
pub use error::{ErrorKind, StoreError};
pub use index::{Entry, Indexed, Tell};
pub use memory::MemoryStore;
pub use query::{Clause, Marks, NoQuery, Of, Query};
pub use restore::{rebuild, restore};
pub use search::{Hit, NoPlace, Place, Wanted, search};
pub use store::{Examined, Head, Rebuild, Store, StoreTiles};
pub use tally::{Tally, summed};
pub use view::{
    Attempt, Attempted, Count, Counter, MatterFilter, MatterHead, MatterState, MatterView,
    Snapshot, ViewChanges,
};
