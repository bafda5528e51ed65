//! Which matters are meant by some words, and where do they say so?
//!
//! What can be found of a matter: its name, title, parties and procedure, the names of its papers, and
//! what was entered into fields of text that are not personal. Personal values are in no record, so
//! there is nothing of them to be found. A corrected value stays to be found beside the right one, as
//! both stay in the log.
//!
//! A search first reads into the index what was sealed since the last one, so that it finds the act
//! just done; [`Office::index`] does the same for a log that was never searched.
//!
//! Takes words; gives matters with the text that speaks of them, read from their records.
//!
//! Not here: words and their order (`store/src/words.rs`, `store/src/search.rs`).

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use content::{FieldType, Library};
use ledger::{Record, Value};
use serde::Serialize;
use store::{
    ErrorKind, Hit, Marks, MatterFilter, MatterHead, MatterState, NoQuery, Query, StoreError, Tell,
};

use crate::case::CORRECTION;
use crate::history::FIELDS;
use crate::office::{Office, read_all};
use crate::request::NotDone;

/// Records read into the index in one transaction.
const STEP: u32 = 500;

/// Records a search reads into the index before it answers.
const BEFORE_ANSWER: u64 = 20_000;

/// Matters on one page at most.
const PAGE_MAX: u32 = 200;

/// Characters of a text shown before the first word that is meant, and in all.
const BEFORE: usize = 14;
const SHOWN: usize = 72;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The words; see [`store::Query`].
    pub words: String,
    /// Only matters of this kind.
    pub filter: MatterFilter,
    /// Where to go on, as the page before said.
    pub after: Option<String>,
    /// How many matters are asked for.
    pub limit: u32,
}

/// Matters that are meant.
#[derive(Clone, Debug, Serialize)]
pub struct SearchPage {
    /// How many records of the log were searched: the others were sealed meanwhile, or are so many
    /// that [`Office::index`] has to read them first.
    pub searched: u64,
    /// How many records the log has.
    pub log_size: u64,
    /// The matters, best first.
    pub found: Vec<Found>,
    /// Where the next page begins, if there may be one.
    pub next: Option<String>,
}

/// A matter that is meant, and where it says so.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The matter.
    pub matter: String,
    /// Its procedure.
    pub procedure: String,
    /// Its title.
    pub title: String,
    /// Whether it goes on.
    pub open: bool,
    /// What speaks of it: a field, or what lists call it.
    #[serde(rename = "where")]
    pub place: String,
    /// The record that says so, unless it is the matter itself.
    pub record: Option<u64>,
    /// The text around the words.
    pub excerpt: Vec<Piece>,
    /// The matter as lists show it.
    #[serde(skip)]
    pub head: MatterHead,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

impl Office {
    /// Reads the whole log into the index; `progress` is told how far it is, and of how much.
    pub fn index(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<u64, StoreError> {
        let size = self.store.head(self.law.district)?.log.size;
        self.index_until(size, progress)
    }

    /// Reads the log into the index until so many records are read.
    fn index_until(
        &self,
        until: u64,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64, StoreError> {
        let mut texts = Texts::of(&self.law.library);
        let mut read = self.store.indexed(self.law.district)?;
        while read < until {
            let indexed = self.store.index(self.law.district, &mut texts, STEP)?;
            read = indexed.records;
            progress(read, until);
            if indexed.is_complete {
                break;
            }
        }
        Ok(read)
    }

    /// Looks for words in all matters.
    pub fn search(&self, asked: &Search) -> Result<SearchPage, NotDone> {
        let say = |key, fact: &str| NotDone::Invalid(self.wording.say(key, &[("words", fact)]));
        let query = Query::read(&asked.words).map_err(|why| match why {
            NoQuery::Empty => say("search.empty", &asked.words),
            NoQuery::TooLong => {
                let begun: String = asked.words.chars().take(20).collect();
                say("search.too_long", &begun)
            }
        })?;
        let after = asked.after.as_ref().map(|after| {
            let place: Result<store::Place, _> = after.parse();
            place.map_err(|_| say("search.no_place", after))
        });
        let after = after.transpose()?;
        let (searched, log_size) = self.catch_up()?;
        let limit = asked.limit.clamp(1, PAGE_MAX);
        let wanted = (&query, &asked.filter);
        let hits = store::search(&*self.store, self.law.district, wanted, after.as_ref(), limit)?;
        let is_full = hits.len() == limit as usize;
        let next = hits.last().filter(|_| is_full).map(|last| last.place.to_string());
        let mut texts = Texts::of(&self.law.library);
        let found = hits.into_iter().map(|hit| self.found(&query, &mut texts, hit));
        Ok(SearchPage { searched, log_size, found: found.collect::<Result<_, _>>()?, next })
    }

    /// Brings the index up to the log, or a good way towards it. What may only be read is searched as
    /// far as it was indexed.
    fn catch_up(&self) -> Result<(u64, u64), StoreError> {
        let (district, size) = (self.law.district, self.store.head(self.law.district)?.log.size);
        let read = self.store.indexed(district)?;
        match self.index_until(size.min(read + BEFORE_ANSWER), &mut |_, _| {}) {
            Ok(read) => Ok((read, size.max(read))),
            Err(error) if error.kind() == ErrorKind::ReadOnly => Ok((read, size)),
            Err(error) => Err(error),
        }
    }

    fn found(&self, query: &Query, texts: &mut Texts, hit: Hit) -> Result<Found, StoreError> {
        let Hit { head, .. } = hit;
        let stored = self.store.matter_records(self.law.district, &head.matter, 0)?;
        let records = read_all(&head.matter, 0, &stored)?;
        let best = self.best(query, &head, texts, &records);
        let excerpt = excerpt(&best.passage.text, &best.marks.at);
        Ok(Found {
            matter: head.matter.clone(),
            procedure: head.view.procedure.clone(),
            title: head.view.title.clone(),
            open: head.view.state == MatterState::Open,
            place: best.passage.place,
            record: best.passage.record,
            excerpt,
            head,
        })
    }

    /// The text that speaks of the matter with most of what was looked for; of equals the first.
    fn best(&self, query: &Query, head: &MatterHead, texts: &mut Texts, all: &[Record]) -> Marked {
        let own = |key: &str, text: &String| Passage {
            place: self.wording.say(key, &[]),
            record: None,
            text: text.clone(),
        };
        let name = own("search.matter", &head.matter);
        if query.names(&head.matter) {
            let whole = 0..name.text.len();
            let marks = Marks { clauses: 1, at: std::iter::once(whole).collect() };
            return Marked { passage: name, marks };
        }
        let mut passages = vec![name.clone(), own("search.title", &head.view.title)];
        passages.extend(all.iter().flat_map(|record| self.passages(texts, record)));
        passages.push(own("search.parties", &head.view.parties));
        passages.push(own("search.procedure", &head.view.procedure));
        let mut best = Marked { passage: name, marks: Marks::default() };
        for passage in passages {
            let marks = query.marks(&passage.text);
            if marks.clauses > best.marks.clauses {
                best = Marked { passage, marks };
            }
        }
        best
    }

    fn passages(&self, texts: &mut Texts, record: &Record) -> Vec<Passage> {
        let act = self.record_name(&record.act, "");
        let place = |field: Option<&str>| match field {
            Some(field) => self.wording.say("search.field", &[("act", &act), ("field", field)]),
            None => self.wording.say("search.paper", &[("act", &act)]),
        };
        let passage = |(field, text): (Option<&str>, &str)| Passage {
            place: place(field),
            record: Some(record.number),
            text: text.to_owned(),
        };
        texts.said(record).into_iter().flatten().map(passage).collect()
    }
}

/// A text of a matter.
#[derive(Clone, Debug)]
struct Passage {
    place: String,
    record: Option<u64>,
    text: String,
}

/// With the places that are meant.
struct Marked {
    passage: Passage,
    marks: Marks,
}

/// Which fields of which procedure hold text.
struct Texts<'a> {
    library: &'a Library,
    known: HashMap<(String, String), HashSet<&'a str>>,
}

impl<'a> Texts<'a> {
    fn of(library: &'a Library) -> Self {
        Self { library, known: HashMap::new() }
    }

    fn fields(&mut self, family: &str, version: &str) -> &HashSet<&'a str> {
        let library = self.library;
        let fields = || {
            let procedure = library.procedure(family, version);
            let fields = procedure.into_iter().flat_map(|procedure| &procedure.fields);
            let text = fields.filter(|field| {
                let is_text = matches!(field.kind, FieldType::Text | FieldType::Organisation);
                is_text && !field.personal
            });
            text.map(|field| field.name.as_str()).collect()
        };
        self.known.entry((family.to_owned(), version.to_owned())).or_insert_with(fields)
    }

    /// The texts of a record with their fields, then the names of its papers; `None` when it has none.
    /// A correction says what is right now, and may take a text away.
    fn said<'r>(&mut self, record: &'r Record) -> Option<Vec<(Option<&'r str>, &'r str)>> {
        let is_correction = record.act == CORRECTION;
        let entered = match is_correction {
            true => record.payload.get(FIELDS).and_then(Value::as_map),
            false => Some(&record.payload),
        };
        let fields = self.fields(&record.procedure, &record.version);
        let mut said = Vec::new();
        for (name, value) in entered.into_iter().flat_map(|entered| entered.iter()) {
            let text = value.as_text().filter(|_| fields.contains(name));
            said.extend(text.map(|text| (Some(name), text)));
        }
        said.extend(record.documents.iter().map(|paper| (None, paper.name.as_str())));
        (is_correction || !said.is_empty()).then_some(said)
    }
}

impl Tell for Texts<'_> {
    fn texts(&mut self, record: &Record) -> Option<Vec<String>> {
        let said = self.said(record)?;
        Some(said.into_iter().map(|(_, text)| text.to_owned()).collect())
    }
}

/// The text around the first mark, in pieces.
fn excerpt(text: &str, marks: &[Range<usize>]) -> Vec<Piece> {
    let first = marks.first().map_or(0, |mark| mark.start);
    let before = text[..first].char_indices().rev().take(BEFORE).last();
    let from = before.map_or(first, |(at, _)| at);
    let to = text[from..].char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| from + at);
    let mut pieces = Vec::new();
    let mut say = |text: &str, hit| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), hit });
        }
    };
    say(if from > 0 { "…" } else { "" }, false);
    let mut at = from;
    for mark in marks.iter().filter(|mark| mark.start < to) {
        say(&text[at..mark.start], false);
        say(&text[mark.start..mark.end.min(to)], true);
        at = mark.end.min(to);
    }
    say(&text[at..to], false);
    say(if to < text.len() { "…" } else { "" }, false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_begins_before_the_first_mark_and_ends_somewhere() {
        let text = format!("{}路灯{}路灯", "甲".repeat(30), "乙".repeat(80));
        let first = 90..96;
        let said = excerpt(&text, &[first, 336..342]);
        let said: Vec<(usize, bool)> =
            said.iter().map(|p| (p.text.chars().count(), p.hit)).collect();
        assert_eq!(said, [(1, false), (BEFORE, false), (2, true), (56, false), (1, false)]);
        assert_eq!(excerpt("", &[]), []);
        assert_eq!(excerpt("甲", &[]), [Piece { text: "甲".into(), hit: false }]);
    }
}
