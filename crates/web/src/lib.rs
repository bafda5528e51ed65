//! Pages over the office.
//!
//! A page shows what the office computed and decides nothing. Matters: the list, and one page each
//! with its records, what is owed with the working of every day, what may be done now, what may not
//! and why. Figures: a year, and each figure with the acts behind it, each act with its receipt. Every
//! list can be taken away as a spreadsheet.
//!
//! Plain HTML that works without script; the templates are files in `templates/`, every sentence is
//! in `wording/`. Reading is blocking and happens beside the server's own threads.
//!
//! Next: `site.rs`.

mod download;
mod error;
mod figures;
mod matters;
mod page;
mod paper;
mod site;
mod words;

pub use paper::report_page;
pub use site::{Site, serve};
