//! From tables to rows: which cell belongs to which column of the mapping, and on which line it is.
//!
//! The heading is the first row that has the required columns; a title above it is passed over, and
//! so is the heading where it is repeated for each printed page. Columns are found by their headings,
//! in any order, in any width. Of several sheets the first with such a heading is read, and the
//! others that have one are named. Blank rows are passed over, but they count: the number of a row is
//! that of its first line in the file or its own in the sheet.

use content::mapping::Mapping;
use unicode_normalization::UnicodeNormalization;

use super::words::Words;
use super::{Input, book, decode, lines};

/// A heading stands among the first so many rows.
const TITLE_ROWS: usize = 20;

/// What a file has before anything is known of its columns: a sheet, or CSV under one separator.
pub(super) struct Table {
    /// Name of the sheet; empty for CSV.
    pub name: String,
    pub records: Vec<Record>,
}

/// The cells of one row.
pub(super) struct Record {
    /// The line of the file or the number in the sheet, from 1.
    pub line: u64,
    pub cells: Vec<String>,
}

/// The file as rows.
pub(super) struct Sheet {
    /// The heading as it is.
    pub heading: Vec<String>,
    pub rows: Vec<Row>,
    /// Headings the mapping does not know, optional columns the file does not have, sheets not read.
    pub notes: Vec<String>,
}

/// One row.
pub(super) struct Row {
    /// The line of the file or the number in the sheet, from 1.
    pub line: u64,
    /// The cells as they are.
    pub cells: Vec<String>,
    /// Per column of the mapping, its cell; empty where the file has none.
    pub columns: Vec<String>,
    /// Some cell has no heading.
    pub surplus: bool,
}

impl Sheet {
    /// Reads a workbook or CSV, whatever the file is called.
    pub fn read(input: &Input, mapping: &Mapping, words: &Words) -> Result<Self, String> {
        let (mut tables, is_book) = match book::is_book(input.bytes) {
            true => (book::tables(input.bytes, input.sheet, words)?, true),
            false => (csv(input, mapping, words)?, false),
        };
        for table in &mut tables {
            table.records.retain(|r| r.cells.iter().any(|c| !c.trim().is_empty()));
        }
        let notes = match is_book {
            true => choose(&mut tables, input.sheet, mapping, words)?,
            false => Vec::new(),
        };
        let heading = |table: &Table| heading(&table.records, mapping);
        let found = tables.iter().position(|t| heading(t).is_some()).unwrap_or(0);
        if tables.is_empty() {
            return Err(words.say("file.empty", &[]));
        }
        let mut table = tables.swap_remove(found);
        let at = heading(&table).unwrap_or(0);
        let mut sheet = Self::of(table.records.split_off(at), mapping, words)?;
        sheet.notes.splice(0..0, notes);
        Ok(sheet)
    }

    /// The rows below a heading.
    fn of(records: Vec<Record>, mapping: &Mapping, words: &Words) -> Result<Self, String> {
        let mut records = records.into_iter();
        let Some(Record { cells: heading, .. }) = records.next() else {
            return Err(words.say("file.empty", &[]));
        };
        let names: Vec<String> = heading.iter().map(|c| usual(c)).collect();
        let places = places(&names, mapping, words)?;
        let is_repeated = |r: &Record| r.cells.iter().map(|c| usual(c)).eq(names.iter().cloned());
        let row = |Record { line, cells }: Record| Row {
            line,
            columns: places.iter().map(|p| cell(&cells, *p)).collect(),
            surplus: cells.iter().skip(names.len()).any(|c| !c.trim().is_empty()),
            cells,
        };
        let rows = records.filter(|r| !is_repeated(r)).map(row).collect();
        let notes = notes(&names, mapping, &places, words);
        Ok(Self { heading, rows, notes })
    }
}

/// CSV as it is cut by the first separator under which there is a heading.
fn csv(input: &Input, mapping: &Mapping, words: &Words) -> Result<Vec<Table>, String> {
    let text = decode::text(input.bytes, mapping, words)?;
    let cut = |separator: u8| lines::records(&text, separator, words);
    let has_heading = |records: &Vec<Record>| heading(records, mapping).is_some();
    let found = lines::SEPARATORS.iter().filter_map(|s| cut(*s).ok()).find(has_heading);
    let records = found.map_or_else(|| cut(lines::SEPARATORS[0]), Ok)?;
    Ok(vec![Table { name: String::new(), records }])
}

/// Leaves of several sheets the one asked for, or says which others could be imported, too.
fn choose(
    tables: &mut Vec<Table>,
    name: Option<&str>,
    mapping: &Mapping,
    words: &Words,
) -> Result<Vec<String>, String> {
    let listed =
        |tables: &[&Table]| tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(name) = name {
        let there = listed(&tables.iter().collect::<Vec<_>>());
        tables.retain(|table| table.name == name);
        let facts = [("sheet", name), ("there", &*there)];
        return match tables.is_empty() {
            true => Err(words.say("file.sheet", &facts)),
            false => Ok(Vec::new()),
        };
    }
    let headed: Vec<&Table> =
        tables.iter().filter(|t| heading(&t.records, mapping).is_some()).collect();
    let [read, others @ ..] = headed.as_slice() else { return Ok(Vec::new()) };
    let mut notes = Vec::new();
    if tables.len() > 1 {
        notes.push(words.say("note.sheet", &[("sheet", &read.name)]));
    }
    if !others.is_empty() {
        notes.push(words.say("note.sheets", &[("sheets", &listed(others))]));
    }
    Ok(notes)
}

/// A cell; `="…"` is how spreadsheets keep a number as text, and an apostrophe in front of what
/// would begin a formula is how lists are written that must not hold one.
fn cell(cells: &[String], place: Option<usize>) -> String {
    let cell = place.and_then(|i| cells.get(i)).map(String::as_str).unwrap_or_default();
    let kept = cell.trim().strip_prefix("=\"").and_then(|c| c.strip_suffix('"'));
    kept.unwrap_or_else(|| lists::unguarded(cell)).to_owned()
}

/// Where the heading is, if there is one.
fn heading(records: &[Record], mapping: &Mapping) -> Option<usize> {
    let names = |record: &Record| record.cells.iter().map(|c| usual(c)).collect::<Vec<_>>();
    records.iter().take(TITLE_ROWS).position(|r| lacking(&names(r), mapping).is_empty())
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
