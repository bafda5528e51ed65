//! From text to rows: which cell belongs to which column of the mapping, and on which line it is.
//!
//! Columns are found by their headings, in any order, in any width. Blank rows are passed over, but
//! they count: the number of a row is that of its first line in the file.

use content::mapping::Mapping;
use csv::{ReaderBuilder, StringRecord};
use unicode_normalization::UnicodeNormalization;

use super::words::Words;

/// The file as rows.
pub(super) struct Sheet {
    /// The heading as it is.
    pub heading: Vec<String>,
    pub rows: Vec<Row>,
    /// Headings the mapping does not know, and optional columns the file does not have.
    pub notes: Vec<String>,
}

/// One row.
pub(super) struct Row {
    /// The line of the file, from 1.
    pub line: u64,
    /// The cells as they are.
    pub cells: Vec<String>,
    /// Per column of the mapping, its cell; empty where the file has none.
    pub columns: Vec<String>,
    /// Some cell has no heading.
    pub surplus: bool,
}

impl Sheet {
    pub fn read(text: &str, mapping: &Mapping, words: &Words) -> Result<Self, String> {
        let mut records = records(text, words)?;
        let is_blank = |r: &StringRecord| r.iter().all(|c| c.trim().is_empty());
        records.retain(|(_, record)| !is_blank(record));
        let mut records = records.into_iter();
        let Some((_, heading)) = records.next() else { return Err(words.say("file.empty", &[])) };
        let names: Vec<String> = heading.iter().map(usual).collect();
        let places = places(&names, mapping, words)?;
        let row = |(line, record): (u64, StringRecord)| Row {
            line,
            cells: record.iter().map(str::to_owned).collect(),
            columns: places.iter().map(|p| cell(&record, *p)).collect(),
            surplus: record.iter().skip(names.len()).any(|c| !c.trim().is_empty()),
        };
        let rows = records.map(row).collect();
        let notes = notes(&names, mapping, &places, words);
        Ok(Self { heading: heading.iter().map(str::to_owned).collect(), rows, notes })
    }
}

fn cell(record: &StringRecord, place: Option<usize>) -> String {
    place.and_then(|i| record.get(i)).unwrap_or_default().to_owned()
}

/// Every record with the line it begins on.
fn records(text: &str, words: &Words) -> Result<Vec<(u64, StringRecord)>, String> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut found, mut lines) = (Vec::new(), Lines { text, at: 0, line: 1 });
    for record in reader.records() {
        let record = record.map_err(|e| words.say("file.csv", &[("why", &e.to_string())]))?;
        let start = record.position().map_or(0, |p| p.byte() as usize);
        found.push((lines.of(start), record));
    }
    if let Some((line, last)) = found.last()
        && text.matches('"').count() % 2 == 1
        && last.iter().any(|c| c.contains('\n'))
    {
        return Err(words.say("file.quote", &[("line", &line.to_string())]));
    }
    Ok(found)
}

/// Counts lines as the reader goes on.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record read from this byte; blank lines before it are passed over.
    fn of(&mut self, start: usize) -> u64 {
        let rest = &self.text.as_bytes()[start..];
        let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let to = start + blank;
        let bytes = &self.text.as_bytes()[self.at..to];
        self.line += bytes.iter().filter(|b| **b == b'\n').count() as u64;
        self.at = to;
        self.line
    }
}

/// A heading without blanks, in usual width.
fn usual(name: &str) -> String {
    name.nfkc().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}').collect()
}

/// Where each column of the mapping is; required ones must be somewhere, and none twice.
fn places(
    names: &[String],
    mapping: &Mapping,
    words: &Words,
) -> Result<Vec<Option<usize>>, String> {
    let columns = || mapping.columns.iter().map(|c| c.name.as_str());
    let place = |c: &str| names.iter().position(|n| *n == usual(c));
    let lacking: Vec<&str> = mapping
        .columns
        .iter()
        .filter(|c| c.required && place(&c.name).is_none())
        .map(|c| c.name.as_str())
        .collect();
    if !lacking.is_empty() {
        let (lacking, there, known) =
            (lacking.join(" "), names.join(" "), columns().collect::<Vec<_>>().join(" "));
        let facts = [("columns", &*lacking), ("there", &*there), ("known", &*known)];
        return Err(words.say("file.column", &facts));
    }
    let twice = columns().find(|c| names.iter().filter(|n| **n == usual(c)).count() > 1);
    if let Some(column) = twice {
        return Err(words.say("file.column_twice", &[("column", column)]));
    }
    Ok(columns().map(place).collect())
}

/// What the reader of a report should know about the columns.
fn notes(
    names: &[String],
    mapping: &Mapping,
    places: &[Option<usize>],
    words: &Words,
) -> Vec<String> {
    let absent = || {
        let lacking = mapping.columns.iter().zip(places).filter(|(_, place)| place.is_none());
        lacking.map(|(column, _)| column.name.as_str())
    };
    let known = |i: usize| places.contains(&Some(i));
    let extra = names.iter().enumerate().filter(|(i, n)| !n.is_empty() && !known(*i));
    let extra = extra.map(|(_, name)| match content::nearest(name, absent()) {
        Some(near) => words.say("note.meant", &[("column", name), ("near", near)]),
        None => words.say("note.extra", &[("column", name)]),
    });
    let absent = absent().map(|c| words.say("note.absent", &[("column", c)]));
    extra.chain(absent).collect()
}
