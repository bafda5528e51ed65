//! The office: law, store, clock and key joined into one small interface.
//!
//! [`Office::perform`] is the story of the product; [`Office::matter`] shows, [`Office::correct`]
//! corrects, [`Office::receipt`] proves, [`Office::verify`] distrusts and [`Office::sweep`] lets the clock act. Web, command line and
//! simulation all go through here, and this is the one crate that translates the kernel's events
//! and relations into acts and rules.

mod almanac;
mod authority;
mod case;
mod checkpoint;
mod citation;
mod clock;
mod correct;
mod desk;
mod drafts;
mod explain;
mod fields;
mod figures;
mod gate;
mod history;
mod key;
mod law;
mod links;
mod live;
mod office;
mod opening;
mod perform;
mod read;
mod rebuild;
mod receipt;
mod recorded;
mod redate;
mod request;
mod restore;
mod search;
mod sweep;
mod transition;
mod verify;
mod wording;

pub use authority::AUTHORITY;
pub use case::{BREACH, CORRECTION, Case, Departure, LAPSE, SWITCH, State};
pub use citation::article;
pub use clock::{Clock, Stopwatch, SystemClock, VirtualClock};
pub use correct::CorrectionRequest;
pub use explain::{Explain, Reason, Refused};
pub use key::{SealKeyError, new_key, new_name, new_salt, open_key, read_verifier, take_turn};
pub use law::Law;
pub use links::MIRRORS;
pub use office::{Office, origin};
pub use read::{MatterPage, Shown};
pub use receipt::ProofError;
pub use redate::{DAYS, REDATE};
pub use request::{ClockNote, Done, Missed, NotDone, OwedDuty, Request};
pub use restore::{RestoreError, Restored};
pub use search::{Found, Piece, Search, SearchPage};
pub use sweep::Swept;
pub use transition::DUTIES as SWITCHED_DUTIES;
pub use verify::{RewrittenView, Unlawful, Verified};
pub use wording::{Lang, Wording};
