//! Lists of the office as spreadsheets.
//!
//! [`List`] says what is listed: matters, what is owed, figures of a year, the acts behind a figure,
//! attempts. [`List::write`] reads it page by page and writes rows as they come into a [`Writer`], which is
//! a workbook or CSV; however long the list, one page of it is in memory. Headings are in `wording/`.
//!
//! Not here: what is listed on pages (`web`), and reading spreadsheets (the program's `import/`).
//!
//! Next: `list.rs`; `writer.rs` for what a cell can be.

mod book;
mod guard;
mod list;
mod rows;
mod text;
mod words;
mod writer;

pub use guard::{guarded, unguarded};
pub use list::{List, list_names};
pub use writer::{Cell, Column, Format, ListError, Writer};
