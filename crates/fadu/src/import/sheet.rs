//! From text to rows: which cell belongs to which column of the mapping, and on which line it is.
//!
//! The heading is the first row that has the required columns; a title above it is passed over.
//! Columns are found by their headings, in any order, in any width, and separated as the heading
//! separates them. Blank rows are passed over, but they count: the number of a row is that of its
//! first line in the file.

use content::mapping::Mapping;
use csv::{ReaderBuilder, StringRecord};
use unicode_normalization::UnicodeNormalization;

use super::words::Words;

/// What separates cells: what spreadsheet programs write as "CSV", the usual first.
const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];
/// A heading stands among the first so many rows.
const TITLE_ROWS: usize = 20;

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
        let read = |separator: &u8| from_heading(records(text, *separator, words).ok()?, mapping);
        let records = match SEPARATORS.iter().find_map(read) {
            Some(records) => records,
            None => records(text, SEPARATORS[0], words)?,
        };
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

/// A cell; `="…"` is how spreadsheets keep a number as text.
fn cell(record: &StringRecord, place: Option<usize>) -> String {
    let cell = place.and_then(|i| record.get(i)).unwrap_or_default();
    let kept = cell.trim().strip_prefix("=\"").and_then(|c| c.strip_suffix('"'));
    kept.unwrap_or(cell).to_owned()
}

/// The records from the heading on, if there is one.
fn from_heading(mut records: Records, mapping: &Mapping) -> Option<Records> {
    let names = |record: &StringRecord| record.iter().map(usual).collect::<Vec<_>>();
    let is_heading = |(_, r): &(u64, StringRecord)| lacking(&names(r), mapping).is_empty();
    let heading = records.iter().take(TITLE_ROWS).position(is_heading)?;
    Some(records.split_off(heading))
}

/// Records with the line each begins on.
type Records = Vec<(u64, StringRecord)>;

/// Every record that is not blank.
fn records(text: &str, separator: u8, words: &Words) -> Result<Records, String> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
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
    found.retain(|(_, record)| record.iter().any(|c| !c.trim().is_empty()));
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
        let next = |at: usize| self.text.as_bytes().get(self.at + at + 1);
        let ends = |(at, byte): &(usize, &u8)| match byte {
            b'\n' => true,
            b'\r' => next(*at) != Some(&b'\n'),
            _ => false,
        };
        self.line += bytes.iter().enumerate().filter(ends).count() as u64;
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
    let lacking = lacking(names, mapping);
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

/// The required columns that are not among the headings.
fn lacking<'m>(names: &[String], mapping: &'m Mapping) -> Vec<&'m str> {
    let required = mapping.columns.iter().filter(|c| c.required).map(|c| c.name.as_str());
    required.filter(|c| !names.contains(&usual(c))).collect()
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
