//! Reads a spreadsheet of past cases: each row becomes reported acts, replayed through the kernel.
//!
//! Takes an office, a mapping and the bytes of a workbook or a CSV file; gives an [`ImportReport`] with every
//! violation, and seals what can be sealed. A row that cannot have happened as written is returned
//! with its one reason and not sealed. The same file again seals nothing and gives the same report:
//! violations are read from the sealed records, not remembered.
//!
//! Not here: what a mapping may say (`content::mapping`), what is lawful (the kernel), the command
//! (`commands/import.rs`).
//!
//! Next: `book.rs` (workbooks), `decode.rs` and `lines.rs` (CSV), `sheet.rs` (heading and columns),
//! `row.rs` (cells), `acts.rs` (requests), `faults.rs` (violations), `report.rs` and `listed.rs` (what is said).

mod acts;
mod book;
mod decode;
mod faults;
mod lines;
mod listed;
mod report;
mod row;
mod sheet;
mod words;

use anyhow::{anyhow, bail};
use content::Source;
use content::mapping::Mapping;
use indicatif::ProgressBar;
use office::{Done, NotDone, Office, Request};
use store::StoreError;

use acts::Case;
use row::{Impossible, Reader};
use sheet::Sheet;
use words::Words;

pub use report::{Fault, ImportReport, Rejected};

/// How many rows are sealed in one transaction.
const ROWS_PER_COMMIT: usize = 32;

/// Why a file was not imported, or not to its end.
#[derive(Debug)]
pub enum ImportError {
    /// The file cannot be read as the mapping says; nothing was written.
    Unreadable(String),
    /// The store failed; the rows before are sealed, and the same import may simply be run again.
    Store {
        /// How many rows had been dealt with.
        rows: usize,
        /// What failed.
        source: Box<StoreError>,
        /// All of it as one text.
        text: String,
    },
}

impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(text) | Self::Store { text, .. } => write!(f, "{text}"),
        }
    }
}

impl std::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(_) => None,
            Self::Store { source, .. } => Some(source.as_ref()),
        }
    }
}

/// What is imported.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// The sheet of a workbook that is meant; without it, the first that has the columns.
    pub sheet: Option<&'a str>,
}

impl<'a> From<&'a [u8]> for Input<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self { bytes, sheet: None }
    }
}

/// Imports a file. `progress` is told how many rows of how many have been dealt with.
pub fn import(
    office: &Office,
    mapping: &Mapping,
    input: Input,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<ImportReport, ImportError> {
    let words = Words::new(office.wording.lang);
    let sheet = Sheet::read(&input, mapping, &words).map_err(ImportError::Unreadable)?;
    let mut run = Run {
        office,
        mapping,
        words: &words,
        reader: Reader::new(office, mapping, &words),
        report: ImportReport::begin(&sheet, words.lang),
    };
    let total = sheet.rows.len();
    progress(0, total);
    for (i, rows) in sheet.rows.chunks(ROWS_PER_COMMIT).enumerate() {
        let before = i * ROWS_PER_COMMIT;
        run.rows(rows).map_err(|source| stopped(before, total, source, &words))?;
        progress(before + rows.len(), total);
    }
    run.report.sort();
    Ok(run.report)
}

/// Imports a file by a mapping's text: what the command and the demo do. Unless `quiet`, a bar on
/// standard error shows how far it is.
pub fn run(
    office: &Office,
    procedure: &str,
    path: &str,
    mapping: &str,
    input: Input,
    quiet: bool,
) -> anyhow::Result<ImportReport> {
    let words = Words::new(office.wording.lang);
    let source = Source { path: path.to_owned(), text: mapping.to_owned() };
    let mapping = Mapping::read(&source, &office.law.library).map_err(|faults| {
        let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let n = faults.len().to_string();
        anyhow!(words.say("mapping.faults", &[("faults", &texts.join("\n")), ("n", &n)]))
    })?;
    if mapping.family != procedure {
        let facts =
            [("mapping", &*mapping.name), ("family", &*mapping.family), ("procedure", procedure)];
        bail!(words.say("mapping.family", &facts));
    }
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    let report = import(office, &mapping, input, &mut |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    Ok(report?)
}

fn stopped(rows: usize, total: usize, source: StoreError, words: &Words) -> ImportError {
    let (done, all, why) = (rows.to_string(), total.to_string(), source.to_string());
    let text = words.say("stopped", &[("done", &done), ("all", &all), ("why", &why)]);
    ImportError::Store { rows, source: Box::new(source), text }
}

/// An import on its way.
struct Run<'a> {
    office: &'a Office,
    mapping: &'a Mapping,
    words: &'a Words,
    reader: Reader<'a>,
    report: ImportReport,
}

impl Run<'_> {
    /// Reads, seals and judges some rows.
    fn rows(&mut self, rows: &[sheet::Row]) -> Result<(), StoreError> {
        let mut cases = Vec::new();
        for row in rows {
            match self.reader.case(row) {
                Ok(case) => cases.push((row, case)),
                Err(why) => self.report.reject(row, why),
            }
        }
        let mut fresh = Vec::new();
        for (row, case) in cases {
            match self.known(&case)? {
                None => fresh.push((row, case)),
                Some(same) => self.conclude(row, &case, same)?,
            }
        }
        let requests: Vec<Request> = fresh.iter().flat_map(|(_, case)| case.requests()).collect();
        let mut answers = self.office.perform_all(&requests)?.into_iter();
        for (row, case) in fresh {
            let own: Vec<_> = answers.by_ref().take(case.acts.len()).collect();
            match own.into_iter().find_map(Result::err) {
                None => {
                    self.report.sealed += 1;
                    self.report.faults.extend(faults::of(self.office, self.mapping, row, &case)?);
                }
                Some(NotDone::Store(error)) => return Err(error),
                Some(why) => {
                    let rule = self.words.say("rule.not_sealed", &[]);
                    let detail = why.to_string();
                    let matter = case.matter.clone();
                    self.report.reject(row, Impossible { matter, rule, value: None, detail });
                }
            }
        }
        Ok(())
    }

    /// Whether the matter is in the store, and whether as this very row. Seals nothing: where the
    /// names of its acts are all there, asking again can only be answered with what there is.
    fn known(&self, case: &Case) -> Result<Option<bool>, StoreError> {
        let district = self.office.law.district;
        if self.office.store.matter(district, &case.matter)?.is_none() {
            return Ok(None);
        }
        let mut there = case.sealed_names(self.office)?;
        let mut asked: Vec<String> = case.acts.iter().map(|a| a.client_act.clone()).collect();
        there.sort();
        asked.sort();
        if there != asked {
            return Ok(Some(false));
        }
        let requests: Vec<Request> = case.requests().collect();
        let answers = self.office.perform_all(&requests)?;
        let again = |a: &Result<Done, NotDone>| a.as_ref().is_ok_and(|done| done.again);
        Ok(Some(answers.iter().all(again)))
    }

    /// A row whose matter was there before: nothing new, or another case under the same number.
    fn conclude(&mut self, row: &sheet::Row, case: &Case, same: bool) -> Result<(), StoreError> {
        if same {
            self.report.unchanged += 1;
            self.report.faults.extend(faults::of(self.office, self.mapping, row, case)?);
            return Ok(());
        }
        let column = &self.mapping.columns[self.mapping.matter];
        let matter = case.matter.clone();
        let rule = self.words.duplicate(column);
        let detail = self.words.say("detail.in_store", &[("matter", &matter)]);
        let value = Some(matter.clone());
        self.report.reject(row, Impossible { matter, rule, value, detail });
        Ok(())
    }
}
