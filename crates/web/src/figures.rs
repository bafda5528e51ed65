//! The figures of a year, and one figure with the acts behind it.

use std::sync::{Arc, PoisonError};

use askama::Template;
use axum::response::Response;
use kernel::Instant;
use office::Lang;
use report::{Answer, Balance, Fraction, Printed, Questions, Report};
use serde::Deserialize;

use crate::error::Problem;
use crate::page::{Frame, html};
use crate::site::Inner;

/// Acts on one page of a figure.
const PAGE: usize = 100;

/// What of a year is asked for.
#[derive(Deserialize, Default, Debug)]
pub(crate) struct Asked {
    /// Count again although the year was counted before.
    #[serde(default)]
    again: bool,
    /// The page of acts, from 1.
    page: Option<usize>,
}

#[derive(Template)]
#[template(path = "year.html")]
struct YearPage<'a> {
    frame: Frame<'a>,
    report: &'a Report,
}

impl YearPage<'_> {
    fn side(&self, side: &Option<Fraction>) -> String {
        side.map_or_else(|| NOTHING.to_owned(), whole)
    }

    fn is_flagged(&self, balance: &&Balance) -> bool {
        balance.rounding.is_some()
    }

    fn name<'f>(&self, answer: &'f Answer) -> &'f str {
        name_in(self.frame.language(), answer)
    }

    fn value(&self, answer: &Answer) -> String {
        value(answer)
    }

    /// Whether the log has grown since these figures were counted.
    fn is_old(&self) -> bool {
        self.report.log.size != self.frame.log_size
    }
}

/// What stands for a number that does not exist.
pub(crate) const NOTHING: &str = "—";

pub(crate) fn whole(number: Fraction) -> String {
    Printed::of(number, 0).to_string()
}

pub(crate) fn value(answer: &Answer) -> String {
    answer.value.map_or_else(|| NOTHING.to_owned(), |value| value.to_string())
}

/// The figure's name in the language.
pub(crate) fn name_in(lang: Lang, answer: &Answer) -> &str {
    let english = lang == Lang::En && !answer.en.is_empty();
    if english { &answer.en } else { &answer.title }
}

/// All figures of a year and the identities between them.
pub(crate) fn year(inner: &Inner, year: i32, asked: &Asked) -> Result<Response, Problem> {
    let report = counted(inner, year, asked.again)?;
    html(&YearPage { frame: Frame::new(&inner.words, &inner.office)?, report: &report })
}

/// The figures as last counted, or counted now.
pub(crate) fn counted(inner: &Inner, year: i32, again: bool) -> Result<Arc<Report>, Problem> {
    let kept = || inner.reports.lock().unwrap_or_else(PoisonError::into_inner);
    if !again && let Some(report) = kept().get(&year) {
        return Ok(report.clone());
    }
    let questions = Questions::all(&inner.office.law.library, year)
        .map_err(|none| Problem::misunderstood(none.to_string()))?;
    let report = Arc::new(inner.office.report(&questions, &mut |_, _| {})?);
    kept().insert(year, report.clone());
    Ok(report)
}

/// One figure of a year.
pub(crate) fn find<'r>(inner: &Inner, report: &'r Report, id: &str) -> Result<&'r Answer, Problem> {
    let none = || Problem::nothing_there(inner.words.say("figure.none", &[("figure", id)]));
    report.figures.iter().find(|f| f.id == id).ok_or_else(none)
}

/// An act behind a figure.
struct Act {
    number: u64,
    matter: String,
    act: String,
    at: String,
    leaf: String,
}

#[derive(Template)]
#[template(path = "figure.html")]
struct FigurePage<'a> {
    frame: Frame<'a>,
    report: &'a Report,
    answer: &'a Answer,
    acts: Vec<Act>,
    page: usize,
    pages: usize,
}

impl FigurePage<'_> {
    fn name(&self) -> &str {
        name_in(self.frame.language(), self.answer)
    }

    fn value(&self) -> String {
        value(self.answer)
    }

    fn whole(&self, number: &Fraction) -> String {
        whole(*number)
    }
}

/// One figure and the acts behind it, a page at a time.
pub(crate) fn figure(
    inner: &Inner,
    year: i32,
    id: &str,
    asked: &Asked,
) -> Result<Response, Problem> {
    let office = &inner.office;
    let report = counted(inner, year, asked.again)?;
    let answer = find(inner, &report, id)?;
    let pages = answer.acts.len().div_ceil(PAGE).max(1);
    let page = asked.page.unwrap_or(1).clamp(1, pages);
    let mut acts = Vec::new();
    for number in answer.acts.iter().skip((page - 1) * PAGE).take(PAGE) {
        let Some(stored) = office.store.record(office.law.district, *number)? else { continue };
        let record = stored.read()?;
        acts.push(Act {
            number: *number,
            at: Instant(record.performed_at).to_string(),
            act: office.record_name(&record.act, &record.version),
            matter: record.matter,
            leaf: stored.leaf.to_hex(),
        });
    }
    let frame = Frame::new(&inner.words, office)?;
    html(&FigurePage { frame, report: &report, answer, acts, page, pages })
}
