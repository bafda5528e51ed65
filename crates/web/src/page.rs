//! What all pages have in common: language, sentences, the head of the log, answers as HTML.

use std::fmt::Display;

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use office::{Lang, Office, Wording};

use crate::error::Problem;

/// What the frame around every page shows.
pub(crate) struct Frame<'a> {
    words: &'a Wording,
    /// Size and root of the log at the moment of the page.
    pub log_size: u64,
    pub log_root: String,
    /// The year whose figures the menu leads to: the one before that of the last record.
    pub year: i32,
}

impl<'a> Frame<'a> {
    pub fn new(words: &'a Wording, office: &Office) -> Result<Self, Problem> {
        let head = office.store.head(office.law.district)?.log;
        let last = office.store.record(office.law.district, head.size)?;
        let last = last.map(|r| r.read()).transpose()?.map(|r| kernel::Instant(r.entered_at));
        let (year, ..) = last.unwrap_or_else(|| office.now()).day().date();
        Ok(Self { words, log_size: head.size, log_root: head.root.to_hex(), year: year - 1 })
    }

    /// The language of the page.
    pub fn language(&self) -> Lang {
        self.words.lang
    }

    /// The language as HTML names it.
    pub fn lang(&self) -> &'static str {
        language(self.words.lang)
    }

    /// A sentence.
    pub fn t(&self, key: &str) -> String {
        self.words.say(key, &[])
    }

    /// A sentence with a number in it.
    pub fn counted(&self, key: &str, count: impl Display) -> String {
        self.words.say(key, &[("count", &count.to_string())])
    }
}

/// The language as HTML names it.
pub(crate) fn language(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    }
}

/// A page as an answer.
pub(crate) fn html(page: &impl Template) -> Result<Response, Problem> {
    Ok(Html(page.render()?).into_response())
}

/// A file of the program.
pub(crate) fn asset(kind: &'static str, text: &'static str) -> Response {
    let cached = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "max-age=3600")];
    (StatusCode::OK, cached, text).into_response()
}
