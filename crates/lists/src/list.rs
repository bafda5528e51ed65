//! What is listed, and under which headings.
//!
//! Takes an office and a [`Writer`]'s file; gives the list. Not here: how rows are read (`rows.rs`).

use std::io::Write;

use kernel::Instant;
use office::{Office, Search, Wording};
use report::{Answer, Report};

use crate::words::words;
use crate::writer::{Column, Format, ListError, Writer};

/// What is listed.
#[derive(Clone, Debug)]
pub enum List<'a> {
    /// Matters, the latest begun first, or those that are meant by words, the best first.
    Matters(Search),
    /// What is owed, the first due first, then what has no running clock.
    Owed {
        /// Only what is due until then.
        until: Option<Instant>,
    },
    /// The figures of a year, each followed by the groups it is broken down into.
    Figures(&'a Report),
    /// The acts behind a figure, in the order of the log.
    Acts(&'a Answer),
    /// Requests that were refused, in order.
    Attempts,
}

/// The key of a heading, and the width of its column.
type Heading = (&'static str, u16);

const MATTERS: &[Heading] = &[
    ("matter", 26),
    ("procedure", 18),
    ("version", 8),
    ("title", 40),
    ("parties", 24),
    ("state", 8),
    ("opened", 17),
    ("last", 17),
    ("records", 8),
];
const OWED: &[Heading] = &[
    ("due", 17),
    ("state", 10),
    ("act", 24),
    ("instance", 14),
    ("role", 18),
    ("organ", 22),
    ("matter", 26),
    ("procedure", 18),
    ("title", 40),
];
const FIGURES: &[Heading] = &[
    ("figure", 14),
    ("name", 44),
    ("group", 24),
    ("value", 12),
    ("unit", 8),
    ("above", 12),
    ("below", 12),
    ("acts", 10),
];
const ACTS: &[Heading] = &[("number", 10), ("at", 17), ("act", 28), ("matter", 26), ("leaf", 66)];
const ATTEMPTS: &[Heading] = &[
    ("number", 8),
    ("at", 17),
    ("matter", 26),
    ("act", 24),
    ("person", 16),
    ("role", 18),
    ("organ", 22),
    ("rules", 60),
];

/// How lists are named on the command line and in addresses.
pub fn list_names() -> [&'static str; 5] {
    ["matters", "owed", "figures", "acts", "attempts"]
}

impl List<'_> {
    /// How it is named on the command line, in addresses and in files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Matters(_) => "matters",
            Self::Owed { .. } => "owed",
            Self::Figures(_) => "figures",
            Self::Acts(_) => "acts",
            Self::Attempts => "attempts",
        }
    }

    /// Writes all of it in the office's language.
    pub fn write<W: Write + Send>(
        &self,
        office: &Office,
        format: Format,
        out: W,
    ) -> Result<W, ListError> {
        let words = words(office.wording.lang);
        let name = words.say(self.name(), &[]);
        let mut writer = Writer::begin(format, &name, self.columns(&words), out)?;
        crate::rows::write(self, office, &words, &mut writer)?;
        writer.finish()
    }

    fn columns(&self, words: &Wording) -> Vec<Column> {
        let headings = match self {
            Self::Matters(_) => MATTERS,
            Self::Owed { .. } => OWED,
            Self::Figures(_) => FIGURES,
            Self::Acts(_) => ACTS,
            Self::Attempts => ATTEMPTS,
        };
        let column = |(key, width): &Heading| Column {
            heading: words.say(&format!("column.{key}"), &[]),
            width: *width,
        };
        headings.iter().map(column).collect()
    }
}
