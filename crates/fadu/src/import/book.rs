//! From a workbook (.xlsx) to the rows of each of its sheets.
//!
//! Takes the bytes of a file; gives every sheet's cells as text, each row with its own number in the
//! sheet. A date is written year-month-day whatever the cell shows, a number without a needless
//! fraction, a formula as the value it had when the file was saved. A cell merged over several rows
//! counts in each of them, as a reader sees it.
//!
//! Not here: which sheet is meant and where its heading is (`sheet.rs`).

use std::io::Cursor;

use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetVisible, Xlsx, XlsxError};

use super::sheet::{Record, Table};
use super::words::Words;

/// What a workbook begins with: zipped XML.
const ZIPPED: &[u8] = b"PK\x03\x04";
/// What the older binary form begins with, and an encrypted workbook, too.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0";
/// The part that an encrypted workbook has in its compound file, in UTF-16.
const ENCRYPTED: &str = "EncryptedPackage";
/// Cells further right belong to no heading; all of them are kept as the last one.
const COLUMNS: usize = 512;

/// Whether the bytes are meant as a workbook, whatever the file is called.
pub(super) fn is_book(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIPPED) || bytes.starts_with(COMPOUND)
}

/// The sheets that are shown, in their order; a hidden one is read where it is asked for by name.
pub(super) fn tables(
    bytes: &[u8],
    name: Option<&str>,
    words: &Words,
) -> Result<Vec<Table>, String> {
    if bytes.starts_with(COMPOUND) {
        let utf16: Vec<u8> = ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_encrypted = bytes.windows(utf16.len()).any(|part| part == utf16);
        return Err(words.say(if is_encrypted { "file.encrypted" } else { "file.old" }, &[]));
    }
    let damaged = |why: XlsxError| words.say("file.workbook", &[("why", &why.to_string())]);
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let sheets = book.sheets_metadata().iter();
    let shown = sheets.filter(|s| s.visible == SheetVisible::Visible || Some(&*s.name) == name);
    let names: Vec<String> = shown.map(|s| s.name.clone()).collect();
    names.into_iter().map(|name| table(&mut book, name).map_err(damaged)).collect()
}

fn table(book: &mut Xlsx<Cursor<&[u8]>>, name: String) -> Result<Table, XlsxError> {
    let merged = match book.merge_cells_by_sheet_name(&name) {
        // A sheet of charts has no cells.
        Err(XlsxError::WorksheetNotFound(_) | XlsxError::NotAWorksheet(_)) => Vec::new(),
        merged => merged?,
    };
    let mut records: Vec<Record> = Vec::new();
    let mut cells = match book.worksheet_cells_reader(&name) {
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Table { name, records }),
        cells => cells?,
    };
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        if text.is_empty() {
            continue;
        }
        let line = u64::from(row) + 1;
        if records.last().is_none_or(|last| last.line != line) {
            records.push(Record { line, cells: Vec::new() });
        }
        let record = records.last_mut().expect("a record was pushed where there was none");
        put(record, column as usize, &text);
    }
    merged.iter().for_each(|region| spread(&mut records, region));
    Ok(Table { name, records })
}

fn put(record: &mut Record, column: usize, text: &str) {
    let column = column.min(COLUMNS);
    if record.cells.len() <= column {
        record.cells.resize(column + 1, String::new());
    }
    text.clone_into(&mut record.cells[column]);
}

/// Repeats what is merged over several rows in those of them that have other cells.
fn spread(records: &mut [Record], region: &Dimensions) {
    let column = region.start.1 as usize;
    let first = records.partition_point(|r| r.line <= u64::from(region.start.0));
    let until = records.partition_point(|r| r.line <= u64::from(region.end.0) + 1);
    let Some((first, below)) = records[first..until].split_first_mut() else { return };
    let own = first.line == u64::from(region.start.0) + 1;
    let Some(text) = first.cells.get(column).filter(|text| own && !text.is_empty()) else { return };
    below.iter_mut().for_each(|record| put(record, column, text));
}

fn text(cell: &DataRef) -> String {
    match cell {
        DataRef::DateTime(time) => moment(time),
        DataRef::Float(number) => number.to_string(),
        cell => Data::from(cell.clone()).to_string(),
    }
}

/// A date, with the time of day where it has one; a time alone stays a time.
fn moment(time: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, ..) = time.to_ymd_hms_milli();
    match (time.is_duration() || time.as_f64() < 1.0, time.as_f64().fract() == 0.0) {
        (true, _) => format!("{hour:02}:{minute:02}"),
        (_, true) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"),
    }
}
