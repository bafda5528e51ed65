//! Which matters are meant by a query, and in which order?
//!
//! Those whose name begins with it come first, in the order of names; then those whose title has all
//! its words; then those in which all of them occur somewhere. Within these the matter begun last
//! comes first. So the order follows from the matters alone: it is the same on every engine, a page
//! goes on where the one before ended, and a word that every matter has costs no more than a rare one.
//!
//! Takes a query and where to go on; gives matters.
//!
//! Not here: bringing the index up to the log (`index.rs`), and what of a matter is shown (the office).
//!
//! Next: `spelling.rs` for how engines are asked; docs/adr/0040-found-matters-have-one-order.md.

use std::fmt;
use std::str::FromStr;

use ledger::District;

use crate::error::StoreError;
use crate::index::{self, Entry, NUMBER, TITLE};
use crate::query::{Clause, Of, Query};
use crate::store::Store;
use crate::view::{MatterFilter, MatterHead};
use crate::words;

/// Where in the order a matter stands; also where the next page goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its name begins with the query.
    Named {
        /// The name, as names are compared.
        name: String,
        /// The matter's key.
        key: u64,
    },
    /// Its title has all the words.
    Titled {
        /// The matter's key.
        key: u64,
    },
    /// All the words occur in it.
    Worded {
        /// The matter's key.
        key: u64,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { name, key } => write!(f, "n{key}.{name}"),
            Self::Titled { key } => write!(f, "t{key}"),
            Self::Worded { key } => write!(f, "w{key}"),
        }
    }
}

/// A text that is no [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let key = |text: &str| text.parse().map_err(|_| NoPlace);
        match text.split_at_checked(1).ok_or(NoPlace)? {
            ("n", rest) => {
                let (number, name) = rest.split_once('.').ok_or(NoPlace)?;
                Ok(Self::Named { name: name.to_owned(), key: key(number)? })
            }
            ("t", rest) => Ok(Self::Titled { key: key(rest)? }),
            ("w", rest) => Ok(Self::Worded { key: key(rest)? }),
            _ => Err(NoPlace),
        }
    }
}

/// A matter that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where it stands.
    pub place: Place,
    /// The matter.
    pub head: MatterHead,
}

/// What a store is asked for: rows of words that must all occur, or must not all occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Each row occurs.
    pub all: Vec<Vec<String>>,
    /// Not each of these occurs; empty: no such wish.
    pub not_all: Vec<Vec<String>>,
}

impl Wanted {
    /// Whether an entry is wanted.
    pub fn admits(&self, entry: &Entry) -> bool {
        let occurs = |row: &Vec<String>| entry.words.windows(row.len()).any(|at| at == &row[..]);
        let is_barred = !self.not_all.is_empty() && self.not_all.iter().all(occurs);
        !is_barred && self.all.iter().all(occurs)
    }
}

/// At most `limit` matters that are meant, behind a place if one is given.
pub fn search(
    store: &dyn Store,
    district: District,
    (query, filter): (&Query, &MatterFilter),
    after: Option<&Place>,
    limit: u32,
) -> Result<Vec<Hit>, StoreError> {
    let mut page = Page { store, district, query, filter, limit: limit as usize, hits: Vec::new() };
    match after {
        None => {
            page.named(None)?;
            page.titled(None)?;
            page.worded(None)?;
        }
        Some(Place::Named { name, key }) => {
            page.named(Some((name, *key)))?;
            page.titled(None)?;
            page.worded(None)?;
        }
        Some(Place::Titled { key }) => {
            page.titled(Some(*key))?;
            page.worded(None)?;
        }
        Some(Place::Worded { key }) => page.worded(Some(*key))?,
    }
    Ok(page.hits)
}

/// A page that fills.
struct Page<'a> {
    store: &'a dyn Store,
    district: District,
    query: &'a Query,
    filter: &'a MatterFilter,
    limit: usize,
    hits: Vec<Hit>,
}

impl Page<'_> {
    fn named(&mut self, after: Option<(&str, u64)>) -> Result<(), StoreError> {
        let Some(beginning) = self.query.name() else { return Ok(()) };
        let (after, limit) = (after.unwrap_or((beginning, 0)), self.limit as u32);
        let heads = self.store.named(self.district, beginning, after, self.filter, limit)?;
        self.hits.extend(heads.into_iter().map(|head| Hit {
            place: Place::Named { name: words::name(&head.matter), key: head.key },
            head,
        }));
        Ok(())
    }

    fn titled(&mut self, before: Option<u64>) -> Result<(), StoreError> {
        let wanted = Wanted { all: self.rows(TITLE), not_all: Vec::new() };
        self.matching(wanted, before, |key| Place::Titled { key })
    }

    fn worded(&mut self, before: Option<u64>) -> Result<(), StoreError> {
        let is_number = |clause: &Clause| clause.of == Of::Number;
        if self.query.clauses().iter().all(is_number) {
            return Ok(()); // A title has no more of a number than the rest.
        }
        let wanted = Wanted { all: self.rows(""), not_all: self.rows(TITLE) };
        self.matching(wanted, before, |key| Place::Worded { key })
    }

    /// The rows of words of the query, as words of titles or of any text.
    fn rows(&self, sign: &str) -> Vec<Vec<String>> {
        let row = |clause: &Clause| {
            let sign = if clause.of == Of::Number { NUMBER } else { sign };
            clause.words.iter().map(|word| format!("{sign}{word}")).collect()
        };
        self.query.clauses().iter().map(row).collect()
    }

    /// Fills up with what is wanted and was not named before.
    fn matching(
        &mut self,
        mut wanted: Wanted,
        mut before: Option<u64>,
        place: impl Fn(u64) -> Place,
    ) -> Result<(), StoreError> {
        wanted.all.extend(self.filter.procedure.iter().map(|one| vec![index::procedure(one)]));
        while self.hits.len() < self.limit {
            let limit = (self.limit - self.hits.len()) as u32;
            let heads = self.store.matching(self.district, &wanted, before, self.filter, limit)?;
            let is_last = heads.len() < limit as usize;
            before = heads.last().map(|head| head.key);
            let new = heads.into_iter().filter(|head| !self.query.names(&head.matter));
            self.hits.extend(new.map(|head| Hit { place: place(head.key), head }));
            if is_last {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        let name = "(2024)相.行复".to_owned();
        for place in
            [Place::Named { name, key: 7 }, Place::Titled { key: 1 }, Place::Worded { key: 9 }]
        {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in ["", "n7", "t", "x1", "案1", "t-1"] {
            assert_eq!(text.parse::<Place>(), Err(NoPlace), "{text}");
        }
    }
}
