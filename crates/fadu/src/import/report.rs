//! What an import found, for machines, for readers, and as a file of the rows to be mended.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use lists::guarded;
use office::{Lang, article};
use serde::Serialize;

use super::row::Impossible;
use super::sheet::{Row, Sheet};
use super::words::Words;

/// What an import did and found.
#[derive(Clone, Debug, Serialize)]
pub struct ImportReport {
    /// How many rows the file has below its heading, blank ones not counted.
    pub rows: usize,
    /// How many of them were sealed now.
    pub sealed: usize,
    /// How many had been sealed before, exactly so.
    pub unchanged: usize,
    /// The rows that were not sealed, in order.
    pub rejected: Vec<Rejected>,
    /// Every fault, in order of rows: violations and, by their reason, the rejected rows.
    pub faults: Vec<Fault>,
    /// What is to be known about the columns of the file.
    pub notes: Vec<String>,
    #[serde(skip)]
    heading: Vec<String>,
    #[serde(skip)]
    pub(super) lang: Lang,
}

/// A row that was not sealed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Rejected {
    /// Its line in the file, the heading being 1.
    pub row: u64,
    /// The matter, as far as it could be read.
    pub matter: String,
    /// Name of the fault.
    pub reason: String,
    /// The reason in a sentence.
    pub detail: String,
    #[serde(skip)]
    cells: Vec<String>,
}

/// One fault of one row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fault {
    /// Its line in the file, the heading being 1.
    pub row: u64,
    /// The matter.
    pub matter: String,
    /// Name of the rule, or the reason of a rejected row.
    pub rule: String,
    /// The articles, as cited in the content; empty for a rejected row and a rule of the place.
    pub article: String,
    /// The last day in time, for what came too late or not at all.
    pub due: Option<String>,
    /// The day on which it was done.
    pub actual: Option<String>,
    /// By how many days it was late, in the unit of the limit.
    pub days_late: Option<i64>,
    /// These are working days.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub working_days: bool,
    /// The first day on which it would have been allowed, for what came too early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<String>,
    /// The act done against the rule, or the duty missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// The cell that makes the row impossible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The fact in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl ImportReport {
    pub(super) fn begin(sheet: &Sheet, lang: Lang) -> Self {
        Self {
            rows: sheet.rows.len(),
            sealed: 0,
            unchanged: 0,
            rejected: Vec::new(),
            faults: Vec::new(),
            notes: sheet.notes.clone(),
            heading: sheet.heading.clone(),
            lang,
        }
    }

    /// Returns a row with its one reason.
    pub(super) fn reject(&mut self, row: &Row, why: Impossible) {
        let Impossible { matter, rule, value, detail } = why;
        self.faults.push(Fault {
            row: row.line,
            matter: matter.clone(),
            rule: rule.clone(),
            article: String::new(),
            due: None,
            actual: None,
            days_late: None,
            working_days: false,
            earliest: None,
            act: None,
            value,
            detail: Some(detail.clone()),
        });
        let cells = row.cells.clone();
        self.rejected.push(Rejected { row: row.line, matter, reason: rule, detail, cells });
    }

    pub(super) fn sort(&mut self) {
        self.rejected.sort_by_key(|r| r.row);
        // Within a row in the order of the days; what was never done comes last.
        let day = |f: &Fault| (f.row, f.actual.is_none(), f.actual.clone());
        self.faults.sort_by_key(day);
    }

    /// Writes the rejected rows to a file; without any, no file is made.
    pub fn write_rejects(&self, path: &Path) -> anyhow::Result<()> {
        if self.rejected.is_empty() && !path.exists() {
            return Ok(());
        }
        let write = || -> csv::Result<()> {
            let mut bytes = Vec::new();
            self.rejects(&mut bytes)?;
            Ok(std::fs::write(path, bytes)?)
        };
        write().with_context(|| {
            let words = Words::new(self.lang);
            words.say("rejects_not_written", &[("path", &path.display().to_string())])
        })
    }

    /// The rejected rows as CSV: their cells as they were, those that would begin a formula as text, then their line and the reason.
    pub fn rejects(&self, mut into: impl Write) -> csv::Result<()> {
        let words = Words::new(self.lang);
        // The mark by which spreadsheet programs know UTF-8.
        into.write_all("\u{FEFF}".as_bytes())?;
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(into);
        let added = [words.say("column.row", &[]), words.say("column.reason", &[])];
        writer.write_record(self.heading.iter().chain(&added))?;
        for row in &self.rejected {
            let mut cells = row.cells.clone();
            cells.resize(self.heading.len().max(cells.len()), String::new());
            let reason = match row.detail.is_empty() {
                true => row.reason.clone(),
                false => words
                    .say("rejected.reason", &[("reason", &row.reason), ("detail", &row.detail)]),
            };
            cells.extend([row.row.to_string(), reason]);
            writer.write_record(cells.iter().map(|c| guarded(c).into_owned()))?;
        }
        writer.flush()?;
        Ok(())
    }

    /// One line per fault and a table of sums.
    pub fn to_text(&self) -> String {
        let words = Words::new(self.lang);
        let mut lines: Vec<String> =
            self.faults.iter().map(|f| f.line(&words, self.lang)).collect();
        lines.extend(self.notes.iter().cloned());
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let counts = [
            ("rows", self.rows.to_string()),
            ("sealed", self.sealed.to_string()),
            ("unchanged", self.unchanged.to_string()),
            ("rejected", self.rejected.len().to_string()),
            ("faults", self.faults.len().to_string()),
        ];
        let counts: Vec<(&str, &str)> = counts.iter().map(|(k, v)| (*k, v.as_str())).collect();
        lines.push(words.say("sum", &counts));
        lines.extend(self.sums());
        lines.join("\n")
    }

    /// How often each rule occurs, the most frequent first.
    fn sums(&self) -> Vec<String> {
        let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
        for fault in &self.faults {
            *sums.entry(&fault.rule).or_default() += 1;
        }
        let mut sums: Vec<(&str, usize)> = sums.into_iter().collect();
        sums.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        sums.iter().map(|(rule, n)| format!("{n:>6}  {rule}")).collect()
    }
}

impl Fault {
    fn line(&self, words: &Words, lang: Lang) -> String {
        let cited: Vec<String> =
            self.article.split_whitespace().map(|c| article(c, lang)).collect();
        let row = self.row.to_string();
        let matter = match self.matter.trim() {
            "" => String::new(),
            matter => format!(" {matter}"),
        };
        let late = self.days_late.unwrap_or_default().to_string();
        let mut facts = vec![
            ("row", row.as_str()),
            ("matter", &matter),
            ("rule", &self.rule),
            ("late", &late),
            ("due", self.due.as_deref().unwrap_or_default()),
            ("actual", self.actual.as_deref().unwrap_or_default()),
            ("earliest", self.earliest.as_deref().unwrap_or_default()),
            ("detail", self.detail.as_deref().unwrap_or_default()),
        ];
        let cited = match cited.is_empty() {
            true => words.say("internal", &[]),
            false => cited.join(words.say("comma", &[]).as_str()),
        };
        facts.push(("article", &cited));
        let key = match (&self.due, &self.actual, &self.earliest) {
            (Some(_), Some(_), _) if self.working_days => "line.late.working",
            (Some(_), Some(_), _) => "line.late",
            (Some(_), None, _) => "line.never",
            (None, _, Some(_)) => "line.early",
            _ if self.act.is_none() => "line.rejected",
            _ => "line.irregular",
        };
        words.say(key, &facts)
    }
}
