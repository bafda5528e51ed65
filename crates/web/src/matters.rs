//! The list of matters, and the page of one.

use askama::Template;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::Instant;
use ledger::{Actor, Record, Standing};
use office::{Found, NotDone, Office, Search, Shown};
use serde::Deserialize;
use store::{MatterFilter, MatterHead, MatterState};

use crate::error::Problem;
use crate::page::{Frame, html};
use crate::site::Inner;

/// Matters on one page of the list.
const PAGE: u32 = 50;

/// Which matters are asked for.
#[derive(Deserialize, Default, Debug)]
pub(crate) struct Asked {
    #[serde(default)]
    procedure: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    q: String,
    before: Option<u64>,
    after: Option<String>,
}

impl Asked {
    /// The filter it stands for.
    pub fn filter(&self) -> MatterFilter {
        let given = |text: &String| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let state = match self.state.as_str() {
            "open" => Some(MatterState::Open),
            "closed" => Some(MatterState::Closed),
            _ => None,
        };
        MatterFilter { procedure: given(&self.procedure), state }
    }

    /// All it asks for.
    pub fn search(&self) -> Search {
        let words = self.words().unwrap_or_default().to_owned();
        Search { words, filter: self.filter(), ..Search::default() }
    }

    /// The words that are looked for.
    pub fn words(&self) -> Option<&str> {
        Some(self.q.trim()).filter(|words| !words.is_empty())
    }
}

#[derive(Template)]
#[template(path = "matters.html")]
struct ListPage<'a> {
    frame: Frame<'a>,
    asked: &'a Asked,
    procedures: Vec<&'a str>,
    rows: Vec<Listed>,
    /// How many records were searched, where not all.
    searched: Option<u64>,
    /// How the address of the next page says where it goes on.
    next: Option<String>,
}

/// A matter in the list, and the text that speaks of it where words were looked for.
struct Listed {
    matter: MatterHead,
    found: Option<Found>,
}

impl ListPage<'_> {
    fn is_open(&self, matter: &MatterHead) -> bool {
        matter.view.state == MatterState::Open
    }

    fn time(&self, seconds: &i64) -> String {
        Instant(*seconds).to_string()
    }
}

/// The latest matters first, or those that are meant by some words.
pub(crate) fn list(inner: &Inner, asked: &Asked) -> Result<Response, Problem> {
    let office = &inner.office;
    let Rows { rows, searched, next } = match asked.words() {
        Some(words) => found(office, words, asked)?,
        None => latest(office, asked)?,
    };
    let mut procedures: Vec<&str> =
        office.law.library.procedures.iter().map(|p| p.family.as_str()).collect();
    procedures.dedup();
    let frame = Frame::new(&inner.words, office)?;
    html(&ListPage { frame, asked, procedures, rows, searched, next })
}

/// A page of the list.
struct Rows {
    rows: Vec<Listed>,
    searched: Option<u64>,
    next: Option<String>,
}

fn latest(office: &Office, asked: &Asked) -> Result<Rows, Problem> {
    let matters = office.store.matters(office.law.district, &asked.filter(), asked.before, PAGE)?;
    let last = matters.last().filter(|_| matters.len() == PAGE as usize);
    let next = last.map(|last| format!("before={}", last.key));
    let rows = matters.into_iter().map(|matter| Listed { matter, found: None }).collect();
    Ok(Rows { rows, searched: None, next })
}

fn found(office: &Office, words: &str, asked: &Asked) -> Result<Rows, Problem> {
    let (words, after) = (words.to_owned(), asked.after.clone());
    let search = Search { words, filter: asked.filter(), after, limit: PAGE };
    let page = office.search(&search).map_err(|why| match why {
        NotDone::Store(error) => error.into(),
        why => Problem::misunderstood(why.to_string()),
    })?;
    let searched = (page.searched < page.log_size).then_some(page.searched);
    let rows = page.found.into_iter();
    let rows = rows.map(|found| Listed { matter: found.head.clone(), found: Some(found) });
    let next = page.next.map(|next| format!("after={}", encoded(&next)));
    Ok(Rows { rows: rows.collect(), searched, next })
}

/// As part of an address.
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A record as the timeline shows it.
struct Line {
    number: u64,
    at: String,
    act: String,
    who: String,
    /// Key of the sentence that says how it came into the log, where it was not seen happening.
    standing: Option<&'static str>,
    by_clock: bool,
}

#[derive(Template)]
#[template(path = "matter.html")]
struct MatterPage<'a> {
    frame: Frame<'a>,
    matter: &'a str,
    title: &'a str,
    shown: Shown,
    lines: Vec<Line>,
}

/// Timeline, owed, possible, and not possible with every reason.
pub(crate) fn matter(inner: &Inner, matter: &str) -> Result<Response, Problem> {
    let office = &inner.office;
    let Some(page) = office.matter(matter, office.now())? else {
        let text = office.wording.say("office.no_matter", &[("matter", matter)]);
        return Err(Problem::nothing_there(text));
    };
    html(&MatterPage {
        frame: Frame::new(&inner.words, office)?,
        matter,
        title: &page.case.state.title,
        shown: office.shown(&page),
        lines: page.records.iter().map(|r| line(office, r)).collect(),
    })
}

fn line(office: &Office, record: &Record) -> Line {
    let duty = record.payload.get("duty").and_then(ledger::Value::as_text);
    let who = match &record.actor {
        Actor::Person { person, role, .. } => format!("{role} {person}"),
        Actor::Clock => String::new(),
    };
    Line {
        number: record.number,
        at: Instant(record.performed_at).to_string(),
        act: office.record_name(&record.act, duty.unwrap_or(&record.version)),
        by_clock: record.actor == Actor::Clock,
        who,
        standing: match &record.standing {
            Standing::Observed => None,
            Standing::Reported => Some("standing.reported"),
            Standing::Irregular { .. } => Some("standing.irregular"),
        },
    }
}

/// The receipt of a record, signed now if nothing signed covers it yet.
pub(crate) fn receipt(inner: &Inner, number: u64) -> Result<Response, Problem> {
    let office = &inner.office;
    if office.store.record(office.law.district, number)?.is_none() {
        let facts = [("number", &*number.to_string())];
        return Err(Problem::nothing_there(inner.words.say("receipt.none", &facts)));
    }
    let text = office.receipt(number)?.to_json()?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}
