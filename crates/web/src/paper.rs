//! The figures of a year as one file: it needs no server, no other file and no network.
//!
//! Acts are named by their numbers in the log; a figure of many acts shows the first and last of
//! them, and the JSON report beside it lists all.

use std::fmt::Display;

use askama::Template;
use office::{Lang, Wording};
use report::{Answer, Fraction, Report};

use crate::figures::{NOTHING, name_in, value, whole};
use crate::page::language;
use crate::words::words;

/// Numbers of acts shown of one figure at most.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "report.html")]
struct Paper<'a> {
    words: Wording,
    css: &'static str,
    report: &'a Report,
}

/// The page.
///
/// # Errors
/// Where the template cannot be filled in, which no report is known to cause.
pub fn report_page(report: &Report, lang: Lang) -> Result<String, askama::Error> {
    Paper { words: words(lang), css: include_str!("../assets/fadu.css"), report }.render()
}

impl Paper<'_> {
    fn lang(&self) -> &'static str {
        language(self.words.lang)
    }

    fn t(&self, key: &str) -> String {
        self.words.say(key, &[])
    }

    fn counted(&self, key: &str, count: impl Display) -> String {
        self.words.say(key, &[("count", &count.to_string())])
    }

    fn name<'f>(&self, answer: &'f Answer) -> &'f str {
        name_in(self.words.lang, answer)
    }

    fn value(&self, answer: &Answer) -> String {
        value(answer)
    }

    fn side(&self, side: &Option<Fraction>) -> String {
        side.map_or_else(|| NOTHING.to_owned(), whole)
    }

    fn acts(&self, answer: &Answer) -> String {
        let numbers = |acts: &[u64]| acts.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        match answer.acts.as_slice() {
            acts if acts.len() <= SHOWN => numbers(acts),
            acts => {
                let (first, last) = (&acts[..SHOWN / 2], &acts[acts.len() - SHOWN / 2..]);
                format!("{} … {}", numbers(first), numbers(last))
            }
        }
    }
}
